"""A restored headquarters gets the grants that it lost back from its counters; numbering goes on."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from core.crypto.keys import new_signer
from core.exchange import path_certificate, path_entries, path_marks
from core.ledger.documents import make_grant, read_grant
from core.wire import b64, unb64
from hq.backup import backup
from hq.database import Database
from hq.restore import restore
from hq.terminals import grant_epoch
from tests.guards import ExpectedLogs
from tests.hq.entries import TlsKey, batch, close_day, write_items
from tests.hq.headquarters import Counter, Headquarters, fault, refusal
from tests.hq.test_epochs import TERMINAL, replaced


def from_backup(headquarters: Headquarters, copies: Path) -> None:
    """Everything since the backup is gone."""
    fresh = Database(f"sqlite:///{copies}.{len(list(copies.parent.iterdir()))}.sqlite")
    restore(headquarters.home, fresh, copies)
    headquarters.move(fresh)


def held(counter: Counter) -> list[dict[str, str]]:
    """The grants in its own journal."""
    opened = [entry.data for entry in counter.book.entries if entry.header.kind == "EpochOpened"]
    return [{"document": data["grant"], "signature": data["grant_signature"]} for data in opened]


def renew(counter: Counter, grants: list[dict[str, str]]) -> tuple[int, str, object]:
    """Ask for a certificate and use it; (status, code, what) otherwise."""
    body = json.dumps({"csr": TlsKey().csr(), "grants": grants}).encode("ascii")
    answer = counter.request("POST", path_certificate(TERMINAL), body)
    if answer.status_code != 200:
        status, code, facts = fault(answer)
        return status, code, facts.get("what")
    pem = answer.json()["certificate"].encode("ascii")
    counter.certificate = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    return 200, "", ""


def test_a_lost_epoch_and_what_it_began_on_come_back(
    headquarters: Headquarters, counter: Counter, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    """The backup has neither the grant nor the last entries before it; another grant goes on from there."""
    expected_logs.expect("hq.regrant", "brought its grant of epoch 2 back")
    counter.sent(counter.book.entries)
    headquarters.follow()
    backup(headquarters.database, tmp_path / "copies", now=headquarters.now)
    counter.sent(write_items(counter.book, 3))
    new = replaced(counter, counter.book.entries)
    begins = len(counter.book.entries)
    new.sent([*new.book.entries[begins:], *write_items(new.book, 2)])
    from_backup(headquarters, tmp_path / "copies")
    assert fault(new.request("GET", path_marks(TERMINAL)))[2]["what"] == "certificate"
    assert renew(new, []) == (403, "hq.auth_lost", "signature")
    assert renew(new, held(new)) == (200, "", "")
    assert new.marks().received.seq == 4
    assert renew(new, held(new)) == (200, "", "")  # asked again it changes nothing
    for first in range(4, len(new.book.entries), 5):  # over the beginning of the epoch
        new.sent(new.book.entries[first : first + 5])
    assert new.sent(new.book.entries[2:18]).received == new.book.state.head  # a restore has it send all again
    close_day(new.book)
    assert new.sent(new.book.entries[-1:]).received == new.book.state.head
    headquarters.follow()
    listed = headquarters.listed()
    assert (listed["epoch"], listed["folded"], listed["stopped"]) == (2, len(new.book.entries), False)
    assert listed["alarms"] == []
    late = write_items(counter.book, 1)
    assert renew(counter, held(counter)) == (200, "", "")
    assert counter.sent(late).replaced == 2  # the old machine stays replaced
    third = replaced(new, new.book.entries)
    assert third.book.epoch == 3


def test_another_grant_for_the_epoch_is_an_alarm(tmp_path: Path) -> None:
    """Granted once more before the counter came: two machines, and a person decides."""
    headquarters = Headquarters(tmp_path / "hq", f"sqlite:///{tmp_path / 'hq.sqlite'}")
    counter = headquarters.counter()
    counter.sent(counter.book.entries)
    headquarters.follow()
    backup(headquarters.database, tmp_path / "copies", now=headquarters.now)
    first = replaced(counter, counter.book.entries)
    from_backup(headquarters, tmp_path / "copies")
    second = replaced(counter, counter.book.entries)
    assert second.book.epoch == first.book.epoch == 2
    assert renew(first, held(first)) == (409, "hq.conflict", "fork")
    (alarm,) = headquarters.listed()["alarms"]
    assert (alarm["fault"], alarm["epoch"]) == ("grant.other", 2)
    assert second.sent(second.book.entries[4:]).replaced == 0
    headquarters.close()


def test_a_forged_or_foreign_grant_gives_nothing(tmp_path: Path) -> None:
    headquarters = Headquarters(tmp_path / "hq", f"sqlite:///{tmp_path / 'hq.sqlite'}")
    counter, other = headquarters.counter(), headquarters.counter("990100-01-04")
    counter.sent(counter.book.entries)
    (mine,) = held(counter)
    grant = read_grant(unb64(mine["document"]), unb64(mine["signature"]), headquarters.home.signing)
    forger = new_signer()
    document, signature = make_grant(grant, forger)
    forged = {"document": b64(document), "signature": b64(signature)}
    assert renew(counter, [forged])[:2] == (400, "hq.refused")
    assert renew(counter, held(other))[:2] == (400, "hq.refused")
    # Who only knows a grant, and has not its key, is told nothing and changes nothing.
    key, counter.book.key = counter.book.key, forger
    assert renew(counter, [mine]) == (403, "hq.auth_lost", "signature")
    counter.book.key = key
    assert headquarters.listed()["alarms"] == []
    headquarters.close()


def test_an_earlier_epochs_entries_are_taken_only_up_to_its_end(
    tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    """What is brought back is what the grant began on; another history under those numbers is refused."""
    expected_logs.expect("hq.regrant", "brought its grant of epoch 2 back")
    expected_logs.expect("hq.ingest", "entry.fork at 14")
    headquarters = Headquarters(tmp_path / "hq", f"sqlite:///{tmp_path / 'hq.sqlite'}")
    counter = headquarters.counter()
    counter.sent(counter.book.entries)
    headquarters.follow()
    backup(headquarters.database, tmp_path / "copies", now=headquarters.now)
    common, state = list(counter.book.entries), counter.book.state
    counter.sent(write_items(counter.book, 3))
    new = replaced(counter, counter.book.entries)
    from_backup(headquarters, tmp_path / "copies")
    assert renew(new, held(new)) == (200, "", "")
    counter.book.entries, counter.book.state = common, state
    others = write_items(counter.book, 3)  # the old key, and not what the epoch began on
    new.sent(others[:-1])
    assert refusal(new.request("POST", path_entries(TERMINAL), batch(others[-1:]))) == ("entry.fork", 14)
    assert grant_epoch(headquarters.database, TERMINAL, now=headquarters.now)
    headquarters.close()
