"""Reading a batch: what can be said of entries before the database is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from core.errors import EntryError, EntryFault, Fact, HqError, HqFault
from core.exchange import MAX_BATCH_ENTRIES, entry_from_json
from core.ledger.chain import check_commitments
from core.ledger.entry import AttachmentClass, Entry, terminal_message
from hq.forms import Batch, read_form
from hq.identity import Terminal
from hq.quick import read_quickly


def read_batch(body: bytes, terminal: Terminal) -> list[Entry]:
    """The batch's entries: of this terminal and epoch, one after the other, each naming the one before.

    A terminal that brings back what a restored headquarters lost may send earlier epochs' entries too.

    An entry that comes twice in a row is taken once.  Raises EntryError FORM, FORMAT_UNKNOWN, TOO_LARGE,
    WRONG_TERMINAL, KEY, GAP, FORK, PREVIOUS with the first bad ``seq`` (0 where it cannot be read);
    HqError TOO_LARGE for too many entries.
    """
    forms = read_form(body, Batch).entries
    if len(forms) > MAX_BATCH_ENTRIES:
        raise HqError(HqFault.TOO_LARGE, entries=len(forms), limit=MAX_BATCH_ENTRIES)
    entries: list[Entry] = []
    for form in forms:
        due = entries[-1].header.seq + 1 if entries else 0
        try:
            entry = read_quickly(entry_from_json(form))
            _check_place(entry, terminal)
        except EntryError as error:
            _with_seq(error, due)
        if entries and entry.header.seq == entries[-1].header.seq and entry.hash == entries[-1].hash:
            continue
        if entries:
            _check_next(entry, entries[-1])
        entries.append(entry)
    return entries


def check_new(entries: Sequence[Entry], terminal: Terminal) -> None:
    """What comes for the first time: its attachments open their commitments, and the terminal signed it.

    One signature is checked, the last entry's: each body names the hash of the one before, so it covers
    every body of the batch.  The signatures of the others are checked before any of them becomes *safe*
    (hq/follower.py); here they would cost more than all the rest of ingest.
    Raises EntryError SIGNATURE or COMMITMENT, with ``seq``.
    """
    for entry in entries:
        check_commitments(entry)
        _check_sealed(entry)
    if entries:
        check_signature(entries[-1], terminal)


def check_signature(entry: Entry, terminal: Terminal) -> None:
    """Raises EntryError SIGNATURE."""
    key = terminal.key_of(entry.header.epoch)
    if key is None or not key.verify(entry.terminal_signature, terminal_message(entry.body)):
        raise EntryError(EntryFault.SIGNATURE, seq=entry.header.seq, what="terminal")


def _check_place(entry: Entry, terminal: Terminal) -> None:
    header = entry.header
    if header.terminal != terminal.terminal:
        raise EntryError(EntryFault.WRONG_TERMINAL, seq=header.seq)
    key = terminal.key_of(header.epoch)
    if key is None:
        raise EntryError(EntryFault.KEY, seq=header.seq, what="epoch")
    if header.terminal_key != key.id:
        raise EntryError(EntryFault.KEY, seq=header.seq, what="terminal key")


def _check_next(entry: Entry, before: Entry) -> None:
    seq, due = entry.header.seq, before.header.seq + 1
    if seq == before.header.seq:
        raise EntryError(EntryFault.FORK, seq=seq)
    if seq != due:
        raise EntryError(EntryFault.GAP, seq=seq, expected=due)
    if entry.header.previous != before.hash:
        raise EntryError(EntryFault.PREVIOUS, seq=seq)


def _check_sealed(entry: Entry) -> None:
    """What comes for the first time brings its sealed parts with it.

    A counter erases them only at or below *safe*, so a new entry without them would be a record lost:
    better refused while the counter still has the bytes.
    """
    found = entry.attachments or (None,) * len(entry.header.commitments)
    for number, (said, part) in enumerate(zip(entry.header.commitments, found, strict=True)):
        if said.cls is AttachmentClass.SEALED and part is None:
            raise EntryError(EntryFault.COMMITMENT, seq=entry.header.seq, attachment=number, what="missing")


def _with_seq(error: EntryError, due: int) -> NoReturn:
    """The same fault, saying at which entry: a form that cannot be read has no number of its own."""
    code = EntryFault(error.code)
    facts: dict[str, Fact] = {"seq": due, **error.facts}
    raise EntryError(code, retry=False, **facts) from None
