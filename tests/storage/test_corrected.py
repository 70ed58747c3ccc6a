"""A corrected item on a real disk: what it shows, made again from the entries, and gone with its person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.ledger.entry import AttachmentClass, Entry
from core.ledger.writer import Part, Proposal
from tests.storage.counters import Counter

pytestmark = pytest.mark.requirement("I8")


def _corrected(counter: Counter, item: Entry, ordinal: int, weight: int, asked: int = 0) -> list[Entry]:
    annex = json.loads(counter.annex())
    annex |= {"form": 2, "weight_g": weight, "corrected": {"ordinal": ordinal, "fields": ["weight"]}}
    month = item.header.commitments[1].month
    parts = (
        Part(AttachmentClass.SEALED, "sealed", b"{}", month),
        Part(AttachmentClass.ANNEX, "acceptance", json.dumps(annex).encode(), month),
    )
    data = {"item": item.header.seq, "ordinal": ordinal, "field": "weight", "reason": "typed_wrongly"}
    data |= {"label": True, "receipt": False, "asked": asked}
    return counter.book.propose(Proposal("ItemCorrected", data, counter.book.operation(), True, parts))


def test_what_it_shows_and_how_it_goes(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    journal, book = counter.start(), counter.book
    journal.commit(counter.accept(), book.state)
    item = book.entries[-1]
    month = item.header.commitments[1].month
    for ordinal, weight in ((1, 1300), (2, 1400)):
        journal.commit(_corrected(counter, item, ordinal, weight), book.state)
    other = counter.accept()
    journal.commit(other, book.state)
    row = journal.item(item.header.seq)
    assert row is not None
    assert (row.annex["weight_g"], row.label, row.copies) == (1400, "due", 0)
    journal.rebuild()
    assert journal.item(item.header.seq) == row
    # Her year is over: what is here of the item and of each of its corrections goes, and nobody else's.
    data = {"item": item.header.seq, "request": "q-1", "ground": "asked"}
    data |= {"retention": "acceptance", "month": month}
    erased = book.propose(Proposal("PersonErased", data, book.operation(), True))
    journal.commit(erased, book.state)
    mine = {item.header.seq, item.header.seq + 1, item.header.seq + 2}
    left = {e.header.seq: [part is not None for part in e.attachments] for e in journal.entries(1)}
    assert all(not any(left[seq]) for seq in mine)
    assert left[other[-1].header.seq] == [True, True]
    assert journal.item(item.header.seq) is None
    heads = [journal.head_at(seq) for seq in mine]
    assert {head.hash for head in heads if head is not None} == set(journal.keys.erased())
    journal.database.close()
