"""First run: from two codes to a store that others can check; cut anywhere, it goes on or says what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core import wire
from core.crypto.keys import PublicKey, new_agreement, new_signer
from core.errors import HqError, HqFault, StoreError, StoreFault
from core.ledger.documents import Grant, make_grant, operator_proof
from core.ledger.entry import EMPTY_HEAD
from storage.admission import ENROL_TAG
from storage.enrol import ENROLMENT_NAME, Enrolled, EnrolRequest, enrol
from storage.store import FileStore
from storage.vault import VAULT_NAME, FileVault
from storage.verify import verify
from tests.core.machine import SetClock
from tests.storage.counters import CHEAP, PASSWORD
from tests.storage.stub_hq import NOW, Asked, Authority, StubHq, drop, refuse

TERMINAL, BRANCH = "990100-01-03", "990100-01"
CODE, ACTIVATION = "K7QP2-M4XRT", "ACTIV-ATION"
STEPS = (
    "enrol.begun",
    "enrol.answered",
    "enrol.kept",
    "enrol.activated",
    "enrol.database",
    "enrol.founded",
    "file.written",
    "enrol.vault",
)


class CutError(Exception):
    """The plug was pulled here."""


class Office(StubHq):
    """A headquarters that enrols one terminal by one code, again and again for the same key."""

    def __init__(self) -> None:
        self.opening = new_agreement()
        super().__init__(new_signer(), TERMINAL, new_signer().public, Authority())
        self.first_key = ""
        self.enrol = self.redeem

    def redeem(self, request: dict[str, Any]) -> dict[str, Any]:
        key = PublicKey(request["terminal_key"])
        assert key.verify(wire.unb64(request["proof"]), ENROL_TAG + request["code"].encode())
        assert set(request) == {"code", "terminal_key", "agreement_key", "csr", "proof"}
        if request["code"] != CODE or self.first_key not in ("", key.text):
            return {}
        self.first_key, self.key = key.text, key
        grant = Grant(TERMINAL, BRANCH, 1, key, EMPTY_HEAD, self.opening.public)
        document, signature = make_grant(grant, self.signer)
        return {
            "branch": BRANCH,
            "terminal": TERMINAL,
            "epoch": 1,
            "certificate": self.authority.client(request["csr"], TERMINAL),
            "ca": self.authority.pem,
            "grant": wire.b64(document),
            "grant_signature": wire.b64(signature),
            "signing": self.signer.public.text,
            "opening": self.opening.public.text,
            "rolls": [],
        }


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    made.close()


@pytest.fixture
def request_(office: Office, tmp_path: Path) -> EnrolRequest:
    """What the technician types."""
    ca = tmp_path / "ca.pem"
    ca.write_text(office.authority.pem)
    return EnrolRequest(office.url, ca, CODE, "OP10001", ACTIVATION, PASSWORD, "2026-11-01", CHEAP)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


def check(directory: Path, office: Office, clock: SetClock) -> None:
    """A complete store: it opens, its three entries verify, nothing half-made is left."""
    vault = FileVault(directory, clock)
    unlocked = vault.unlock("OP10001", PASSWORD)
    assert (unlocked.role, unlocked.vault_was_shut) == ("clerk", True)
    assert vault.headquarters_keys().opening == office.opening.public
    store = FileStore(directory, vault, clock, low_disk_bytes=0)
    journal = store.open()
    try:
        assert store.staff_name("OP10001") == "示例甲"
        kinds = [entry.header.kind for entry in journal.entries(1)]
        assert kinds == ["DayOpened", "EpochOpened", "OperatorKeyAccepted"]
        report = verify(journal, office.signer.public, TERMINAL)  # type: ignore[arg-type]
        assert report.sound, report.findings
        accepted = journal.state().value["operators"]["OP10001"]
        assert accepted["signing"] == unlocked.signer.public.text == office.activated["signing"]
    finally:
        store.close()
    names = {path.name for path in directory.iterdir()}
    assert names == {"journal.db", "journal.lock", "tls", "vault.json", "vault.tries"}
    assert directory.stat().st_mode & 0o777 == 0o700


def test_two_codes_make_a_store(
    office: Office, request_: EnrolRequest, tmp_path: Path, clock: SetClock
) -> None:
    directory = tmp_path / "new" / "store"
    done = enrol(directory, request_, clock)
    assert done == Enrolled(TERMINAL, BRANCH, "OP10001", "示例甲", "clerk")
    assert "示例甲" not in repr(done)
    assert CODE not in repr(request_)
    assert PASSWORD not in repr(request_)
    check(directory, office, clock)
    told = office.activated
    message = operator_proof(TERMINAL, "OP10001", "", told["signing"], told["agreement"])
    assert PublicKey(told["signing"]).verify(wire.unb64(told["proof"]), message)
    with pytest.raises(StoreError) as caught:
        enrol(directory, request_, clock)
    assert caught.value.code is StoreFault.EXISTS
    check(directory, office, clock)


@pytest.mark.parametrize("step", STEPS)
def test_cut_at_any_step_it_goes_on(
    office: Office, request_: EnrolRequest, tmp_path: Path, clock: SetClock, step: str
) -> None:
    directory = tmp_path / "store"

    def probe(name: str) -> None:
        if name == step:
            raise CutError

    with pytest.raises(CutError):
        enrol(directory, request_, clock, probe=probe)
    if step == "enrol.vault":  # complete but for the wiped draft
        assert (directory / VAULT_NAME).exists()
        (directory / ENROLMENT_NAME).unlink()
    else:
        assert not (directory / VAULT_NAME).exists()
        enrol(directory, request_, clock)
    check(directory, office, clock)


def test_lost_answers_are_asked_for_again(
    office: Office, request_: EnrolRequest, tmp_path: Path, clock: SetClock
) -> None:
    def lose(asked: Asked) -> None:
        office.usual(asked)
        drop(asked)

    directory = tmp_path / "store"
    office.script.append(lose)
    for script in ([], [lambda _asked: None, lose]):
        office.script.extend(script)
    with pytest.raises(HqError) as caught:
        enrol(directory, request_, clock)
    assert caught.value.code is HqFault.UNREACHABLE
    first = office.first_key
    with pytest.raises(HqError):
        enrol(directory, request_, clock)
    enrol(directory, request_, clock)
    assert office.first_key == first
    check(directory, office, clock)


def test_a_wrong_activation_code_costs_only_a_new_one(
    office: Office, request_: EnrolRequest, tmp_path: Path, clock: SetClock
) -> None:
    directory = tmp_path / "store"
    office.script.extend([lambda _asked: None, refuse("hq.code_invalid", 403, what="unknown")])
    with pytest.raises(HqError) as caught:
        enrol(directory, request_, clock)
    assert caught.value.code is HqFault.CODE_INVALID
    # The enrolment code is used up; another activation code goes on with what is there.
    enrol(directory, replace(request_, code="spent", activation_code="AGAIN"), clock)
    assert office.activated["code"] == "AGAIN"
    assert office.paths().count("enrol") == 1
    check(directory, office, clock)


def test_half_made_it_keeps_no_secret_in_clear(
    office: Office, request_: EnrolRequest, tmp_path: Path, clock: SetClock
) -> None:
    directory = tmp_path / "store"
    office.script.extend([lambda _asked: None, drop])
    with pytest.raises(HqError):
        enrol(directory, request_, clock)
    text = (directory / ENROLMENT_NAME).read_text()
    value = json.loads(text)
    assert "ENCRYPTED" in value["tls"]["key"]
    assert CODE not in text
    assert ACTIVATION not in text
    assert "示例甲" not in text
    enrol(directory, request_, clock)
    secret = FileVault(directory, clock)
    secret.unlock("OP10001", PASSWORD)
    key = secret.terminal_signer()
    assert wire.b64(key.private_bytes()) not in text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"password": "another"}, StoreFault.WRONG_KEY),
        ({"operator": "OP10002"}, StoreFault.CONFLICT),
    ],
)
def test_another_person_cannot_go_on_with_it(
    office: Office,
    request_: EnrolRequest,
    tmp_path: Path,
    clock: SetClock,
    change: dict[str, str],
    fault: StoreFault,
) -> None:
    directory = tmp_path / "store"
    office.script.append(drop)
    with pytest.raises(HqError):
        enrol(directory, request_, clock)
    with pytest.raises(StoreError) as caught:
        enrol(directory, replace(request_, **change), clock)  # type: ignore[arg-type]
    assert caught.value.code is fault
    enrol(directory, request_, clock)


@pytest.mark.parametrize(
    "change",
    [
        {"terminal": "990100-01-04"},
        {"branch": "x"},
        {"epoch": 2},
        {"signing": new_signer().public.text},
        {"opening": new_agreement().public.text},
        {"grant": "AAAA"},
        {"certificate": 1},
    ],
)
def test_an_answer_that_is_not_whole_is_refused(
    office: Office, request_: EnrolRequest, tmp_path: Path, clock: SetClock, change: dict[str, Any]
) -> None:
    office.enrol = lambda request: office.redeem(request) | change
    directory = tmp_path / "store"
    with pytest.raises(HqError) as caught:
        enrol(directory, request_, clock)
    assert caught.value.code is HqFault.BAD_ANSWER
    office.enrol = office.redeem
    enrol(directory, request_, clock)
    check(directory, office, clock)


def test_an_unknown_code_and_a_wrong_clock_are_told(
    office: Office, request_: EnrolRequest, tmp_path: Path, clock: SetClock
) -> None:
    office.script.append(refuse("hq.code_invalid", 403, what="unknown"))
    with pytest.raises(HqError) as caught:
        enrol(tmp_path / "store", request_, clock)
    assert caught.value.code is HqFault.CODE_INVALID
    clock.advance(3600)
    with pytest.raises(HqError) as caught:
        enrol(tmp_path / "store", request_, clock)
    assert caught.value.code is HqFault.CLOCK
    clock.advance(-3600)
    enrol(tmp_path / "store", request_, clock)
    check(tmp_path / "store", office, clock)


def test_a_missing_authority_file_is_named(
    office: Office, request_: EnrolRequest, tmp_path: Path, clock: SetClock
) -> None:
    with pytest.raises(StoreError) as caught:
        enrol(tmp_path / "store", replace(request_, ca_file=tmp_path / "none.pem"), clock)
    assert caught.value.code is StoreFault.MISSING
    assert not (tmp_path / "store").exists()
