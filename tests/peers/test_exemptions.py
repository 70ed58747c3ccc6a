"""Who approved an exemption: checked by the counter's own verifier, and by the independent checker."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from core import wire
from core.crypto.keys import Signer, new_signer
from core.errors import EntryError, EntryFault
from core.ledger.chain import Verifier
from core.ledger.clock import TrustedClock
from core.ledger.documents import Exemption, SessionCertificate, exemption_message, make_session
from core.ledger.entry import Entry, stamp
from core.ledger.writer import EntryWriter, LiveSession, Proposal
from tests.core.memory import TERMINAL, MemoryVault
from tests.peers.checker import Bad, check
from tests.peers.exports import export

CLERK, SUPERVISOR = "OP10001", "OP20001"
AT = dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC)
RIGHT = Exemption(TERMINAL, 1, "v-1", "exempt", "own_service_post", SUPERVISOR, AT)


@pytest.fixture(scope="module")
def vault() -> MemoryVault:
    """Two accepted operators."""
    return MemoryVault()


def journal(vault: MemoryVault, data: dict[str, Any]) -> list[Entry]:
    """The founding entries, the clerk's log-in, and her SenderExempted with ``data``."""
    clock = TrustedClock(vault.machine)
    writer = EntryWriter(TERMINAL, 1, vault.key, vault.opening.public, clock)
    state, signer = vault.journal.state(), new_signer()
    end = clock.now().at + dt.timedelta(hours=1)
    session = LiveSession(CLERK, "clerk", "s-1", signer, end)
    certificate = SessionCertificate(TERMINAL, 1, state.head, CLERK, "clerk", "s-1", signer.public, end)
    body, signature = make_session(certificate, vault.people[CLERK])
    logged_in = {"certificate": wire.b64(body), "certificate_signature": wire.b64(signature)}
    proposals = [
        Proposal("OperatorLoggedIn", logged_in, "op-a", by_person=True),
        Proposal("SenderExempted", data, "op-b", by_person=True),
    ]
    entries, _ = writer.compose(proposals, state, session, "2026-11-01.1")
    return [*vault.journal.rows, *entries]


def entry_data(said: Exemption, signed: Exemption, key: Signer) -> dict[str, Any]:
    """What the entry says, and what was really signed by whom."""
    return {
        "visit": said.visit,
        "ground": said.ground,
        "reason": said.reason,
        "approved_by": said.operator,
        "approved_at": stamp(said.at),
        "approval": wire.b64(key.sign(exemption_message(signed))),
        "notice": "n-1",
        "acknowledged": "spoken",
    }


def verdicts(vault: MemoryVault, data: dict[str, Any]) -> tuple[EntryFault | None, str]:
    """Of our verifier, and of the checker."""
    entries, ours, theirs = journal(vault, data), None, ""
    verifier = Verifier(TERMINAL, vault.headquarters.public)
    verifier.grant_keys(entries)
    for entry in entries[:-1]:
        verifier.follow(entry)
    try:
        verifier.follow(entries[-1])
    except EntryError as error:
        ours = EntryFault(error.code)
    key = vault.headquarters.public.text
    try:
        check(export(entries, TERMINAL, key), key)
    except Bad as bad:
        theirs = str(bad)
    return ours, theirs


def test_a_true_approval_is_sound(vault: MemoryVault) -> None:
    assert verdicts(vault, entry_data(RIGHT, RIGHT, vault.people[SUPERVISOR])) == (None, "")


@pytest.mark.parametrize(
    "other",
    [
        replace(RIGHT, visit="v-2"),
        replace(RIGHT, reason="emergency_relief"),
        replace(RIGHT, terminal="990100-01-04"),
        replace(RIGHT, epoch=2),
        replace(RIGHT, operator=CLERK),
        replace(RIGHT, at=AT + dt.timedelta(seconds=1)),
    ],
    ids=["visit", "reason", "terminal", "epoch", "operator", "time"],
)
def test_an_approval_of_something_else_is_found(vault: MemoryVault, other: Exemption) -> None:
    ours, theirs = verdicts(vault, entry_data(RIGHT, other, vault.people[SUPERVISOR]))
    assert ours is EntryFault.SIGNATURE
    assert "approval: wrong signature" in theirs


def test_a_forged_approval_is_found(vault: MemoryVault) -> None:
    """Signed by the clerk herself, or by a key from nowhere, in the supervisor's name."""
    for key in (vault.people[CLERK], new_signer()):
        ours, theirs = verdicts(vault, entry_data(RIGHT, RIGHT, key))
        assert ours is EntryFault.SIGNATURE
        assert "approval: wrong signature" in theirs


def test_an_approval_by_the_same_person_is_found(vault: MemoryVault) -> None:
    own = replace(RIGHT, operator=CLERK)
    ours, theirs = verdicts(vault, entry_data(own, own, vault.people[CLERK]))
    assert ours is EntryFault.KEY
    assert "approved by the same person" in theirs


def test_somebody_who_was_never_accepted_is_found(vault: MemoryVault) -> None:
    stranger = replace(RIGHT, operator="OP30001")
    ours, theirs = verdicts(vault, entry_data(stranger, stranger, new_signer()))
    assert ours is EntryFault.KEY
    assert "never accepted" in theirs


@pytest.mark.parametrize("lacks", ["reason", "approved_by", "approved_at", "approval"])
def test_an_exemption_without_a_part_of_its_approval_is_found(vault: MemoryVault, lacks: str) -> None:
    nothing = "none" if lacks == "reason" else None
    data = entry_data(RIGHT, RIGHT, vault.people[SUPERVISOR]) | {lacks: nothing}
    ours, theirs = verdicts(vault, data)
    assert ours is EntryFault.FORM
    assert theirs


def test_a_letter_has_nothing_of_the_sort(vault: MemoryVault) -> None:
    none = {"reason": "none", "approved_by": None, "approved_at": None, "approval": None}
    letter = {"visit": "v-1", "ground": "letter", "notice": "n-1", "acknowledged": "spoken", **none}
    assert verdicts(vault, letter) == (None, "")
    ours, theirs = verdicts(vault, {**entry_data(RIGHT, RIGHT, vault.people[SUPERVISOR]), "ground": "letter"})
    assert ours is EntryFault.FORM
    assert "approval of nothing" in theirs
