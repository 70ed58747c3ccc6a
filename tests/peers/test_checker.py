"""The independent checker accepts what the counter writes, and nothing that was changed afterwards."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import wire
from core.crypto.keys import Signer, SoftwareSigner, new_agreement, new_signer
from core.ledger.clock import TrustedClock
from core.ledger.documents import Grant, SessionCertificate, make_grant, make_session
from core.ledger.entry import (
    SYSTEM,
    Actor,
    ActorType,
    Entry,
    Header,
    TrustedTime,
    build_body,
    session_message,
    terminal_message,
)
from core.ledger.founding import operator_accepted
from core.ledger.writer import EntryWriter, Proposal
from tests.core.books import Book
from tests.golden import make
from tests.peers.checker import Bad, check
from tests.peers.exports import export, line

pytestmark = pytest.mark.requirement("I2")

CHECKER = Path(__file__).with_name("checker.py")


@pytest.fixture(scope="module")
def book() -> Book:
    """Two sessions, items, labels, a second operator: one of nearly everything."""
    book = Book().found().log_in()
    sender = book.sender()
    for _ in range(2):
        book.printed(book.item(sender))
    book.propose(Proposal("OperatorLocked", {"cause": "key"}, book.operation(), True))
    book.session = None
    book.person = accept_again(book, book.person)
    book.log_in()
    book.item(book.sender())
    return book


def accept_again(book: Book, old: Signer) -> SoftwareSigner:
    """The operator's new key, endorsed by her old one."""
    new = new_signer()
    book.propose(
        operator_accepted(
            book.terminal,
            book.operator,
            "clerk",
            new,
            new_agreement().public,
            book.operation(),
            endorsed_by="old_key",
            endorser_key=old,
        )
    )
    return new


def lines(book: Book, entries: Sequence[Entry] | None = None) -> list[bytes]:
    return export(book.entries if entries is None else entries, book.terminal, key_of(book))


def key_of(book: Book) -> str:
    return book.headquarters.public.text


def test_good_export_is_sound(book: Book) -> None:
    journal = check(lines(book), key_of(book))
    assert journal.seq == len(book.entries)
    assert journal.kinds["ItemAccepted"] == 3
    assert journal.counts["terminal signatures"] == len(book.entries)
    assert journal.counts["sessions"] == 2
    assert journal.counts["attachments sealed"] == 5
    assert journal.counts["operator keys"] == 2


def test_erased_attachments_leave_a_sound_chain(book: Book) -> None:
    erased = [
        dataclasses.replace(entry, attachments=tuple(None for _ in entry.attachments))
        for entry in book.entries
    ]
    journal = check(lines(book, erased), key_of(book))
    assert journal.counts["attachments gone"] == 8
    bare = [dataclasses.replace(entry, attachments=()) for entry in book.entries]
    assert check(lines(book, bare), key_of(book)).counts["attachments gone"] == 8


@given(data=st.data())
@settings(max_examples=160, deadline=None)
def test_any_changed_bit_of_the_file_is_found(book: Book, data: st.DataObject) -> None:
    content = b"".join(lines(book))
    at = data.draw(st.integers(0, len(content) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    changed = content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :]
    with pytest.raises(Bad):
        check(changed.splitlines(keepends=True), key_of(book))


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_any_changed_bit_inside_an_entry_is_found(book: Book, data: st.DataObject) -> None:
    """Below base64, where every changed bit leaves a well-formed line."""
    number = data.draw(st.integers(1, len(book.entries)))
    whole = lines(book)
    entry = json.loads(whole[number])
    places: list[tuple[dict[str, Any], str]] = [(entry, "body"), (entry, "terminal_signature")]
    if entry["session_signature"]:
        places.append((entry, "session_signature"))
    places += [(item, name) for item in entry["attachments"] for name in ("nonce", "data")]
    holder, name = data.draw(st.sampled_from(places))
    raw = bytearray(wire.unb64(holder[name]))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    holder[name] = wire.b64(bytes(raw))
    whole[number] = line(entry)
    with pytest.raises(Bad):
        check(whole, key_of(book))


TAMPERED: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "first entry dropped": lambda file: [file[0], *file[2:]],
    "middle entry dropped": lambda file: file[:6] + file[7:],
    "last entry dropped": lambda file: file[:-2] + file[-1:],
    "entries swapped": lambda file: [*file[:6], file[7], file[6], *file[8:]],
    "entry doubled": lambda file: file[:7] + file[6:],
    "end cut off": lambda file: file[:-1],
    "line end cut off": lambda file: [*file[:-1], file[-1].rstrip(b"\n")],
    "head cut off": lambda file: file[1:],
    "nothing left": lambda file: [],
    "signatures exchanged": lambda file: _exchanged(file),
    "attachments exchanged": lambda file: _attachments_exchanged(file),
}


def _exchanged(file: list[bytes]) -> list[bytes]:
    one, two = json.loads(file[6]), json.loads(file[7])
    one["terminal_signature"], two["terminal_signature"] = (
        two["terminal_signature"],
        one["terminal_signature"],
    )
    return [*file[:6], line(one), line(two), *file[8:]]


def _attachments_exchanged(file: list[bytes]) -> list[bytes]:
    numbers = [number for number, text in enumerate(file) if b'"annex"' in text][:2]
    one, two = (json.loads(file[number]) for number in numbers)
    one["attachments"], two["attachments"] = two["attachments"], one["attachments"]
    changed = dict(zip(numbers, (line(one), line(two)), strict=True))
    return [changed.get(number, text) for number, text in enumerate(file)]


@pytest.mark.parametrize("how", sorted(TAMPERED))
def test_tampering_is_found(book: Book, how: str) -> None:
    with pytest.raises(Bad):
        check(TAMPERED[how](lines(book)), key_of(book))


def test_the_first_bad_entry_is_named(book: Book) -> None:
    file = lines(book)
    with pytest.raises(Bad, match=r"^entry 6: sequence: 7 after 5$"):
        check(file[:6] + file[7:], key_of(book))


def test_another_headquarters_is_refused(book: Book) -> None:
    other = new_signer().public.text
    with pytest.raises(Bad, match="another headquarters"):
        check(lines(book), other)
    with pytest.raises(Bad, match="epoch-grant: wrong signature"):
        check(export(book.entries, book.terminal, other), other)


# -- forgeries by somebody who holds some of the keys ---------------------------------------------


def forged(book: Book, changes: dict[str, Any], session: SoftwareSigner | None = None) -> list[bytes]:
    """One more entry after the book's last, signed with the terminal's true key."""
    last = book.entries[-1]
    header = Header(
        terminal=book.terminal,
        epoch=1,
        seq=last.header.seq + 1,
        previous=last.hash,
        kind="TimeAnchored",
        kind_version=9,
        actor=SYSTEM,
        operation="op-forged",
        wall=last.header.wall,
        trusted=last.header.trusted,
        rules=last.header.rules,
        directives=0,
        commitments=(),
        terminal_key=book.key.public.id,
        session_key="",
    )
    data = changes.pop("data", {})
    body = build_body(dataclasses.replace(header, **changes), data)
    signature = session.sign(session_message(body)) if session else None
    entry = Entry(body, book.key.sign(terminal_message(body)), signature)
    return lines(book, [*book.entries, entry])


def test_an_entry_of_an_unknown_kind_is_authentic(book: Book) -> None:
    check(forged(book, {}), key_of(book))


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("MonthErased", {"retention": "acceptance", "month": "2026-11", "count": 99}, "more of a month"),
        ("MonthErased", {"retention": "acceptance", "month": "2025-01", "count": 1}, "more of a month"),
        ("SealedErased", {"through": 1, "count": 1}, "more sealed parts"),
        ("SealedErased", {"through": 10**6, "count": 0}, "sealed parts to come"),
    ],
)
def test_no_more_is_erased_than_there_was(book: Book, kind: str, data: dict[str, Any], said: str) -> None:
    with pytest.raises(Bad, match=said):
        check(forged(book, {"kind": kind, "kind_version": 1, "data": data}), key_of(book))


def test_a_persons_act_needs_the_person(book: Book) -> None:
    refused = {"kind": "ItemRefused", "kind_version": 1, "data": {"visit": "v-1", "reason": "prohibited"}}
    with pytest.raises(Bad, match="without a person"):
        check(forged(book, dict(refused)), key_of(book))
    assert book.session is not None
    person = {"actor": book.session.actor, "session_key": book.session.signer.public.id}
    with pytest.raises(Bad, match="not base64url"):
        check(forged(book, refused | person), key_of(book))
    with pytest.raises(Bad, match="session: wrong signature"):
        check(forged(book, refused | person, new_signer()), key_of(book))
    foreign = Actor(ActorType.PERSON, "OP99999", book.session.session)
    with pytest.raises(Bad, match="another operator's session"):
        check(forged(book, refused | person | {"actor": foreign}, _signer(book)), key_of(book))
    late = TrustedTime(book.session.end + dt.timedelta(milliseconds=1), "confirmed")
    with pytest.raises(Bad, match="session has ended"):
        check(forged(book, refused | person | {"trusted": late}, _signer(book)), key_of(book))
    check(forged(book, refused | person, _signer(book)), key_of(book))


def _signer(book: Book) -> SoftwareSigner:
    assert book.session is not None
    signer = book.session.signer
    assert isinstance(signer, SoftwareSigner)
    return signer


def test_a_session_of_before_is_over(book: Book) -> None:
    """The operator's true session, but from before she locked."""
    again = Book(headquarters=book.headquarters, key=book.key, person=book.person).found().log_in()
    session = again.session
    again.propose(Proposal("OperatorLocked", {"cause": "key"}, again.operation(), True))
    again.session = session
    again.sender()
    with pytest.raises(Bad, match="no session is open"):
        check(lines(again), key_of(again))


def test_a_session_certificate_made_elsewhere_is_refused(book: Book) -> None:
    """Certified for another head: played back from a parallel journal."""
    again = Book(headquarters=book.headquarters, key=book.key, person=book.person).found()
    at = again.state.head
    again.propose(Proposal("DraftLapsed", {"operator": "OP10001", "cause": "time"}, again.operation()))
    signer, end = new_signer(), again.clock.now().at + dt.timedelta(hours=1)
    certificate = SessionCertificate(
        again.terminal, 1, at, again.operator, "clerk", "s-9", signer.public, end
    )
    body, signature = make_session(certificate, again.person)
    again.log_in()
    fields = dict(again.entries[-1].fields)
    fields["data"] = {"certificate": wire.b64(body), "certificate_signature": wire.b64(signature)}
    fields["actor"] = {"type": "person", "id": again.operator, "session": "s-9"}
    fields["keys"] = {"terminal": again.key.public.id, "session": signer.public.id}
    raw = wire.encode(fields)
    forged_entry = Entry(raw, again.key.sign(terminal_message(raw)), signer.sign(session_message(raw)))
    with pytest.raises(Bad, match="another head"):
        check(lines(again, [*again.entries[:-1], forged_entry]), key_of(again))


def newcomer(book: Book, operator: str, role: str, by: str) -> Proposal:
    """A new key that the book's clerk stands by."""
    return operator_accepted(
        book.terminal,
        operator,
        role,
        new_signer(),
        new_agreement().public,
        book.operation(),
        endorsed_by=by,
        endorser="OP10001",
        endorser_key=book.person,
    )


def test_an_operator_whom_nobody_endorsed_is_refused() -> None:
    for by, match in (
        ("first", "not the first"),
        ("old_key", "nobody stands"),
        ("supervisor", "nobody stands"),
    ):
        book = Book().found()
        # While there is no supervisor, whoever is accepted may stand by; from then on only a supervisor.
        book.propose(newcomer(book, "OP30001", "supervisor", "supervisor"))
        assert check(lines(book), key_of(book)).seq == len(book.entries)
        book.propose(newcomer(book, "OP20001", "clerk", by))
        with pytest.raises(Bad, match=match):
            check(lines(book), key_of(book))


def test_a_key_exchanged_by_somebody_else_is_refused() -> None:
    book = Book().found()
    accept_again(book, new_signer())
    with pytest.raises(Bad, match="endorsement: wrong signature"):
        check(lines(book), key_of(book))


def test_an_epoch_that_nobody_granted_is_refused(book: Book) -> None:
    with pytest.raises(Bad, match="epoch without a grant"):
        check(forged(book, {"epoch": 2}), key_of(book))


def test_a_second_epoch_begins_where_it_was_granted(book: Book) -> None:
    for start, sound in ((book.state.head, True), (book.entries[3].head, False)):
        key = new_signer()
        grant = Grant(book.terminal, book.terminal[:9], 2, key.public, start, book.opening.public)
        body, signature = make_grant(grant, book.headquarters)
        data = {"grant": wire.b64(body), "grant_signature": wire.b64(signature), "key": key.public.text}
        writer = EntryWriter(book.terminal, 2, key, book.opening.public, TrustedClock(book.machine))
        entries, _ = writer.compose([Proposal("EpochOpened", data, "op-e2")], book.state, None, "r")
        file = lines(book, [*book.entries, *entries])
        if sound:
            assert check(file, key_of(book)).epoch == 2
        else:
            with pytest.raises(Bad, match="begins elsewhere"):
                check(file, key_of(book))


# -- the program -----------------------------------------------------------------------------------


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(CHECKER), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_as_a_program(book: Book, tmp_path: Path) -> None:
    """Run alone, isolated from the project's modules."""
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(lines(book)))
    good = run(str(path), "--headquarters", key_of(book))
    assert (good.returncode, good.stderr) == (0, "")
    assert f"SOUND  terminal {book.terminal}, {len(book.entries)} entries" in good.stdout
    path.write_bytes(b"".join(lines(book)[:-1]))
    bad = run(str(path), "--headquarters", key_of(book))
    assert (bad.returncode, bad.stderr) == (1, "")
    assert bad.stdout.startswith("NOT SOUND")
    assert run(str(tmp_path / "none"), "--headquarters", key_of(book)).returncode == 1
    assert run(str(path)).returncode == 2


def test_it_imports_nothing_of_ours() -> None:
    names = (
        "numbers",
        "canonical",
        "complaints",
        "disclosures",
        "item_exceptions",
        "incidents",
        "persons",
        "requests",
        "roles",
        "rolls",
        "slips",
        "handover",
        "erasures",
        "gates",
        "stock",
        "typed",
        "paper",
        "blocks",
        "shifts",
    )
    parts = (CHECKER, *(CHECKER.with_name(f"{name}.py") for name in names))
    imported = {
        name
        for part in parts
        for node in ast.walk(ast.parse(part.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or "."] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    }
    others = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in others if not name.startswith("cryptography.")} == {
        f"tests.peers.{name}" for name in names
    }


# -- contacts by reference --------------------------------------------------------------------------


def contact(phone: str = "138******00", as_in: object = None) -> bytes:
    """An annex, as far as references look at it."""
    shown = {"sender_phone": phone, "sender_address": "示例市***", "sender_as_in": as_in}
    shown |= {f"recipient_{name}": "*" for name in ("name", "phone", "address")}
    return wire.encode({**shown, "recipient_as_in": None})


def sealed(contact: object, number: str = "11010519491231002X") -> bytes:
    """A sealed part, as far as references look at it."""
    sender = {"document": "resident", "number": number, "contact": contact}
    return wire.encode({"sender": sender, "recipient": {}})


def referring(*, phone: str = "138******00", number: str = "11010519491231002X", second: int = 0) -> Book:
    """Two items, the second one's contact as in the first, or in the entry so many after it."""
    book = Book().found().log_in()
    sender = book.sender()
    first = book.item(sender, sealed({"phone": "1", "address": "2"}), contact())
    target = {"terminal": book.terminal, "epoch": 1, "seq": first + second}
    book.item(sender, sealed({"as_in": target}, number), contact(phone, target))
    return book


def test_references_are_opened_and_judged_by_the_document_number() -> None:
    for number, told in (("11010519491231002X", "resolved"), ("110105194912310046", "parked")):
        book = referring(number=number)
        journal = check(export(book.entries, book.terminal, book.headquarters.public.text),
                        book.headquarters.public.text, book.opening.key)  # fmt: skip
        assert (journal.counts["references"], journal.counts[f"references {told}"]) == (1, 1)


def test_the_golden_references_are_resolved() -> None:
    lines = (CHECKER.parents[1] / "golden" / "export.jsonl").read_bytes().splitlines(keepends=True)
    counts = check(lines, make.HQ.public.text, make.OPENING.key).counts
    assert (counts["sealed parts opened"], counts["references"], counts["references resolved"]) == (2, 2, 2)


@pytest.mark.parametrize("changes", [{"phone": "139******00"}, {"second": 1}, {"second": 9}])
def test_a_reference_that_shows_something_else_or_names_nothing_earlier_is_not_sound(
    changes: dict[str, Any],
) -> None:
    book = referring(**changes)
    with pytest.raises(Bad, match=r"its target did not|no earlier entry"):
        check(
            export(book.entries, book.terminal, book.headquarters.public.text), book.headquarters.public.text
        )
