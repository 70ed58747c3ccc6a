"""T13: a machine is replaced, the old one comes back, a disk is cloned: all of it is here, nothing twice."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from core.crypto.keys import new_signer
from core.errors import HqError, HqFault
from core.exchange import PATH_ENROL, entry_from_json, path_certificate, path_entries, path_operator
from core.ledger.entry import AttachmentClass, Entry
from core.ledger.writer import EntryWriter, Proposal
from hq.backup import backup
from hq.terminals import grant_epoch, new_enrol_code, revoke
from tests.guards import ExpectedLogs
from tests.hq.entries import TlsKey, enrol_request, write_items
from tests.hq.headquarters import BRANCH, Counter, Headquarters, fault, refusal

pytestmark = pytest.mark.requirement("T13")

TERMINAL = "990100-01-03"


def replaced(counter: Counter, known: list[Entry]) -> Counter:
    """Another machine for the same terminal, which goes on after ``known`` with a key of its own."""
    headquarters, old = counter.headquarters, counter.book
    book = headquarters.book(role=old.role)
    book.key = new_signer()
    code = grant_epoch(headquarters.database, TERMINAL, now=headquarters.now)
    answer = headquarters.client().post(PATH_ENROL, json=enrol_request(book, code, TlsKey().csr()))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    book.entries, book.state = list(known), copy.deepcopy(old.state)
    book.writer = EntryWriter(TERMINAL, told["epoch"], book.key, book.opening.public, book.clock)
    opened = {"grant": told["grant"], "grant_signature": told["grant_signature"], "key": book.key.public.text}
    book.propose(Proposal("EpochOpened", opened, "op-epoch"))
    book.person, book.epoch, book.count = old.person, told["epoch"], 1000
    book.log_in()
    certificate = x509.load_pem_x509_certificate(told["certificate"].encode("ascii"))
    return Counter(headquarters, book, certificate.public_bytes(Encoding.DER))


def test_the_old_disk_comes_back_with_what_it_still_had(
    headquarters: Headquarters, counter: Counter, tmp_path: Path
) -> None:
    """Union: the chain goes on in the new epoch, what came late stands beside it with number and age."""
    counter.sent(counter.book.entries)
    with pytest.raises(HqError) as caught:  # a journal that is here needs a grant, not an enrolment
        new_enrol_code(headquarters.database, TERMINAL, BRANCH)
    assert caught.value.facts["what"] == "enrolled"
    new = replaced(counter, counter.book.entries)
    unsent = write_items(counter.book, 3)
    assert new.marks().received.hash == counter.book.entries[3].hash
    assert new.sent(new.book.entries[4:]).received == new.book.state.head
    headquarters.now.advance(3600)
    since = headquarters.now.at
    assert counter.marks().replaced == 2
    for some in (unsent[:4], unsent[2:], unsent):  # in pieces, doubled, all again
        marks = counter.sent(some)
        assert (marks.received, marks.replaced) == (some[-1].head, 2)
    headquarters.now.advance(60)
    new.sent(write_items(new.book, 1))
    headquarters.follow()
    listed = headquarters.listed()
    assert listed["epoch"] == 2
    assert listed["received"]["seq"] == listed["folded"] == len(new.book.entries)
    (late,) = listed["late"]
    assert (late["epoch"], late["count"], late["first"], late["last"]) == (1, 10, 5, 14)
    assert late["since"] == f"{since:%Y-%m-%dT%H:%M:%S}.{since.microsecond // 1000:03d}Z"
    assert [(alarm["fault"], alarm["epoch"], alarm["seq"]) for alarm in listed["alarms"]] == [("late", 1, 5)]
    backup(headquarters.database, tmp_path / "backup", now=headquarters.now)
    assert new.marks().safe == new.book.state.head
    assert counter.marks().safe.seq == 4


def test_a_late_entry_must_follow_its_own_epoch(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.ingest", r"entry\.gap at 6")
    counter.sent(counter.book.entries)
    replaced(counter, counter.book.entries)
    unsent = write_items(counter.book, 1)
    assert refusal(counter.send(unsent[1:])) == ("entry.gap", 6)
    assert headquarters.listed()["late"] == []


def test_a_cloned_disk_is_kept_beside_the_chain_whole(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    """Each batch of the second writer is refused and kept, also those beyond the chain's own head."""
    expected_logs.expect("hq.ingest", r"entry\.fork at \d+")
    book = counter.book
    counter.sent(book.entries)
    common, state = list(book.entries), book.state
    counter.sent(write_items(book, 1))
    book.entries, book.state = list(common), state
    clone = write_items(book, 5)
    for at in range(0, len(clone), 4):
        assert refusal(counter.send(clone[at : at + 4]))[0] == "entry.fork"
    (late,) = headquarters.listed()["late"]
    assert (late["count"], late["first"], late["last"]) == (16, 5, 20)
    assert headquarters.listed()["received"]["seq"] == 8


def test_a_lost_store_gets_its_journal_back(headquarters: Headquarters, counter: Counter) -> None:
    """Page by page; sealed parts only where a restore of headquarters could need them again."""
    write_items(counter.book, 80)
    counter.sent(counter.book.entries)
    back: list[Entry] = []
    while page := counter.request("GET", f"{path_entries(TERMINAL)}?first={len(back) + 1}").json()["entries"]:
        back += [entry_from_json(form) for form in page]
    assert back == counter.book.entries
    headquarters.follow()
    backup(headquarters.database, headquarters.home.directory / "backup", now=headquarters.now)
    (item,) = [e for e in back if e.header.kind == "ItemAccepted"][:1]
    path = f"{path_entries(TERMINAL)}?first={item.header.seq}"
    again = entry_from_json(counter.request("GET", path).json()["entries"][0])
    assert again.body == item.body
    for before, after in zip(item.attachments, again.attachments, strict=True):
        assert before is not None
        assert after == (None if before.cls is AttachmentClass.SEALED else before)
    other = headquarters.counter("990100-01-04")
    assert fault(other.request("GET", path))[1] == "hq.auth_lost"
    assert fault(counter.request("GET", path_operator(TERMINAL, "OP10009")))[1] == "hq.conflict"


def renewed(counter: Counter, csr: str) -> bytes:
    """A fresh certificate (DER), asked for without the old one."""
    body = json.dumps({"csr": csr}).encode("ascii")
    made = counter.request("POST", path_certificate(TERMINAL), body)
    assert made.status_code == 200, made.text
    pem = made.json()["certificate"].encode("ascii")
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def test_a_certificate_is_renewed_by_the_terminals_key(headquarters: Headquarters, counter: Counter) -> None:
    """Five an hour; whoever holds another key gets none, however often he asks for this terminal."""
    other = headquarters.counter("990100-01-04")
    headers = {"x-counter-terminal": TERMINAL}
    body = b'{"csr":"x"}'
    answer = other.request("POST", path_certificate(TERMINAL), body, headers=headers)
    assert fault(answer) == (403, "hq.auth_lost", {"what": "signature"})
    for _ in range(5):
        counter.certificate = renewed(counter, TlsKey().csr())
        assert counter.marks().received.seq == 0
    status, code, facts = fault(counter.request("POST", path_certificate(TERMINAL), b'{"csr":""}'))
    assert (status, code, facts["what"]) == (429, "hq.busy", "tries")


def test_an_earlier_epochs_certificate_is_renewed_too(headquarters: Headquarters, counter: Counter) -> None:
    """The old disk may come back after its certificate has ended; what it has must still arrive."""
    counter.sent(counter.book.entries)
    replaced(counter, counter.book.entries)
    counter.certificate = renewed(counter, TlsKey().csr())
    late = write_items(counter.book, 1)
    assert counter.sent(late).replaced == 2
    revoke(headquarters.database, TERMINAL)
    again = replaced(counter, counter.book.entries[:4])
    assert again.marks().replaced == 0
    assert fault(counter.request("POST", path_certificate(TERMINAL), b'{"csr":""}'))[2] == {"what": "revoked"}


def test_an_epoch_is_granted_only_to_a_known_terminal(headquarters: Headquarters) -> None:
    for ask in (grant_epoch, revoke):
        with pytest.raises(HqError) as caught:
            ask(headquarters.database, TERMINAL)
        assert (caught.value.code, caught.value.facts["what"]) == (HqFault.CONFLICT, "terminal unknown")
