"""A person's item goes at headquarters at once, where its term is over; a restored backup erases it again."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core import wire
from core.errors import CounterError, HqError, StoreError
from core.ledger.entry import AttachmentClass
from core.ledger.erasure import ITEM_RESTRICTED, PERSON_ERASED
from core.ledger.writer import Part, Proposal
from hq.backup import backup
from hq.database import Database
from hq.directives import halt
from hq.export import export
from hq.person_erasing import EARLY, PersonErasing
from hq.person_items import Does, PersonItem, ask, found, load_term, read_items
from hq.restore import restore
from hq.restricted import list_restricted, need_unrestricted
from hq.schema import ATTACHMENTS, CLAIMS, PUBLICATIONS
from tests.hq.headquarters import Counter, Headquarters
from tests.hq.test_commands import hq
from tests.hq.test_directives import take
from tests.hq.test_retention import at, begun, flush, holding
from tests.peers.estate import check_estate

TERMINAL = "990100-01-03"
TERM = load_term(dt.date(2026, 11, 1)).days


@dataclass
class Item:
    """Its acceptance, and the bytes of its annex, which stand nowhere else."""

    seq: int
    annex: bytes


def accept(counter: Counter) -> Item:
    """Its label came out."""
    book, mark = counter.book, secrets.token_hex(16)
    seq = book.item(book.sender(), secrets.token_bytes(300), wire.encode({"form": 1, "waybill": mark}))
    book.printed(seq)
    return Item(seq, mark.encode("ascii"))


def corrected(counter: Counter, item: Item, ordinal: int = 1) -> int:
    """The address was wrong: sealed part and annex of its own."""
    book, mark = counter.book, wire.encode({"form": 1, "waybill": item.annex.decode(), "address": "x"})
    parts = (
        Part(AttachmentClass.SEALED, "sealed", b"s" * 64),
        Part(AttachmentClass.ANNEX, "acceptance", mark),
    )
    data = {"item": item.seq, "field": "recipient_phone", "ordinal": ordinal, "reason": "typing"}
    data |= {"label": False, "receipt": False, "asked": 0}
    made = Proposal("ItemCorrected", data, book.operation(), True, parts)
    return book.propose(made)[0].header.seq


def erasing(headquarters: Headquarters) -> list[PersonItem]:
    return PersonErasing(headquarters.database, headquarters.home.directory, now=headquarters.now).settle()


def count(database: Database, seq: int) -> tuple[int, int]:
    """Attachments and search marks of one entry."""
    with database.read() as connection:
        attachments, claims = (
            connection.execute(select(func.count()).select_from(table).where(table.c.seq == seq)).scalar_one()
            for table in (ATTACHMENTS, CLAIMS)
        )
    return attachments, claims


def later(headquarters: Headquarters, counter: Counter, days: int) -> None:
    """A counter is heard on that day."""
    headquarters.now.advance(days * 86400)
    at(counter.book, headquarters.now())
    counter.marks()


def asked(headquarters: Headquarters, does: Does, items: Sequence[int]) -> list[tuple[str, str]]:
    directory = headquarters.home.directory
    made = ask(headquarters.database, directory, TERMINAL, items, does, "h-1", headquarters.now)
    return [(one.does, one.ground) for one in made]


def standing(database: Database) -> dict[int, tuple[str, str]]:
    return {row["seq"]: (row["kind"], row["here"]) for row in list_restricted(database)}


def test_it_goes_at_once_and_no_older_backup_brings_it_back(
    headquarters: Headquarters, tmp_path: Path
) -> None:
    """By headquarters' own term; no file of the database has it; chain and checker are as before."""
    counter, database = begun(headquarters), headquarters.database
    mine, other = accept(counter), accept(counter)
    again, late = corrected(counter, mine), corrected(counter, mine, 2)
    counter.sent(counter.book.entries[: late - 1])
    headquarters.follow()
    assert asked(headquarters, Does.RESTRICT, [mine.seq]) == [("restrict", "objection")]
    old = backup(database, tmp_path / "old", now=headquarters.now)
    assert (count(database, mine.seq), count(database, again)) == ((2, 1), (2, 0))
    later(headquarters, counter, TERM - 1)
    assert asked(headquarters, Does.ERASE, [other.seq]) == [("restrict", "enquiry")]
    for items in ([mine.seq], [1], [9999], [mine.seq, 1]):  # has to stay; no item; not here; all or none
        with pytest.raises(CounterError):
            asked(headquarters, Does.ERASE, items)
    later(headquarters, counter, 1)
    assert (erasing(headquarters), count(database, mine.seq)) == ([], (2, 1))
    assert asked(headquarters, Does.ERASE, [mine.seq]) == [("erase", "asked")]
    (gone,) = erasing(headquarters)
    known = counter.marks().received.seq
    counter.sent(counter.book.entries[known:])  # a counter that sends again comes in pieces
    headquarters.follow()
    assert count(database, late)[0] == 2
    assert [(one.seq, count(database, late)) for one in erasing(headquarters)] == [(mine.seq, (0, 0))]
    assert (gone.seq, gone.rows, erasing(headquarters)) == (mine.seq, 4, [])
    assert [count(database, each) for each in (mine.seq, again, other.seq)] == [(0, 0), (0, 0), (2, 1)]
    if not database.is_postgresql:  # what is left there, and until when, says docs/retention.md
        assert holding(headquarters, mine.annex) == []
    flush(headquarters)
    assert holding(headquarters, other.annex) != []
    said = {mine.seq: (PERSON_ERASED, "erased"), other.seq: (ITEM_RESTRICTED, "restricted")}
    assert standing(database) == said
    with database.read() as connection, pytest.raises(HqError):
        need_unrestricted(connection, TERMINAL, other.seq)
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    try:
        restore(headquarters.home, fresh, old.directory)
        assert [count(fresh, each)[0] for each in (mine.seq, again, other.seq)] == [0, 0, 2]
        assert mine.annex not in (tmp_path / "fresh.sqlite").read_bytes()
        assert standing(fresh)[other.seq] == said[other.seq]
        for held in (database, fresh):
            file = tmp_path / f"{held is fresh}.jsonl"
            export(held, headquarters.home.signing, file, now=headquarters.now)
            told = check_estate(file, headquarters.home.signing.text, None)
            assert "attachments gone without an erasure" not in str(told)
    finally:
        fresh.close()


def test_what_a_counter_says_is_judged_again(
    headquarters: Headquarters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A counter that lies cannot have headquarters erase what may still be asked about; who waits holds
    nobody up."""
    monkeypatch.setattr("hq.person_erasing._AT_ONCE", 1)
    counter = begun(headquarters)
    items = [accept(counter) for _ in range(2)]
    counter.sent(counter.book.entries)
    later(headquarters, counter, 30)
    for version, item in enumerate(items, 1):
        data = {"item": item.seq, "request": "p-1", "ground": "asked", "retention": "acceptance"}
        data |= {"month": "2025-09", **({"directive": 1} if version == 2 else {})}
        made = Proposal(PERSON_ERASED, data, counter.book.operation(), version == 1, version=version)
        counter.book.propose(made)
    known = counter.marks().received.seq
    counter.sent(counter.book.entries[known:])
    headquarters.follow()
    backup(headquarters.database, headquarters.home.directory / "copies", now=headquarters.now)
    worker = PersonErasing(headquarters.database, headquarters.home.directory, now=headquarters.now)
    assert [worker.settle() for _ in range(3)] == [[], [], []]
    assert [count(headquarters.database, item.seq) for item in items] == [(2, 1), (2, 1)]
    alarms = [(alarm["fault"], alarm["count"]) for alarm in headquarters.listed()["alarms"]]
    assert alarms == [(EARLY, 1), (EARLY, 1)]
    later(headquarters, counter, TERM)
    done = [one for _ in range(4) for one in worker.settle()]
    assert [(one.seq, one.told) for one in done] == [(item.seq, 0) for item in items]
    assert {one.seq for one in read_items(headquarters.home.directory)} == {item.seq for item in items}
    counter.headquarters.now.advance(10 * 365 * 86400)
    with pytest.raises(StoreError):  # a clock that nobody confirms
        asked(headquarters, Does.ERASE, [items[0].seq])


def test_the_commands_tell_the_counter(
    headquarters: Headquarters, capsys: pytest.CaptureFixture[str]
) -> None:
    counter = headquarters.counter(TERMINAL)
    item = accept(counter)
    unlabelled = counter.book.item(counter.book.sender())
    counter.sent(counter.book.entries)
    headquarters.follow()
    common = (
        "--terminal",
        TERMINAL,
        "--data",
        str(headquarters.home.directory),
        "--database",
        headquarters.url,
    )
    told = json.loads(hq(capsys, "persons", "erase", str(item.seq), "--json", *common)[1])["items"]
    assert [(row["does"], row["ground"]) for row in told] == [("restrict", "enquiry")]
    with headquarters.database.read() as connection:
        row = connection.execute(
            select(PUBLICATIONS.c.kind, PUBLICATIONS.c.subject, PUBLICATIONS.c.body)
        ).one()
    assert (row.kind, row.subject) == ("person_item", str(item.seq))
    body = {"item": item.seq, "request": told[0]["request"], "does": "restrict", "ground": "enquiry"}
    assert wire.decode(row.body) == body
    with pytest.raises(HqError, match="still to come"):
        ask(headquarters.database, headquarters.home.directory, TERMINAL, [unlabelled], Does.RESTRICT)
    listed = hq(capsys, "retention", "persons", *common[2:])[1]
    assert "not adopted there" in listed


def test_what_its_counter_never_did_is_told_again(headquarters: Headquarters) -> None:
    """Halted before the counter had it, or restricted where it was told to erase."""
    counter, database = begun(headquarters), headquarters.database
    item = accept(counter)
    counter.sent(counter.book.entries)
    headquarters.follow()
    backup(database, headquarters.home.directory / "copies", now=headquarters.now)
    later(headquarters, counter, TERM)
    assert asked(headquarters, Does.ERASE, [item.seq]) == [("erase", "asked")]
    with pytest.raises(HqError, match="asked already"):
        asked(headquarters, Does.ERASE, [item.seq])
    halt(database, _told(database, item), now=headquarters.now)
    assert asked(headquarters, Does.ERASE, [item.seq]) == [("erase", "asked")]
    known = counter.marks().received.seq
    head = take(counter)[-1].head
    said = {"item": item.seq, "request": "h-1", "ground": "unconfirmed_time", "retention": "acceptance"}
    said |= {"month": "2025-09", "directive": head.number}
    book = counter.book
    book.propose(Proposal("DirectivesAdopted", {"number": head.number, "head": wire.b64(head.hash)}, "op-a"))
    book.propose(Proposal(ITEM_RESTRICTED, said, "op-b", version=2))
    counter.sent(book.entries[known:])
    headquarters.follow()
    before = _told(database, item)
    assert asked(headquarters, Does.ERASE, [item.seq]) == [("erase", "asked")]
    assert _told(database, item) > before
    assert len(take(counter, head)) == 1


def _told(database: Database, item: Item) -> int:
    with database.read() as connection:
        one = found(connection, TERMINAL, item.seq)
    assert one is not None
    return one.told
