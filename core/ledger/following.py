"""One raw entry after the other, by number and hash: for whoever counts entries that were verified before."""

from __future__ import annotations

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger.entry import Entry, Head


def follow(entry: Entry, seq: int, before: Head | None) -> tuple[Head, str, int]:
    """(head after it, kind, version) of what has to be entry ``seq`` and to follow ``before``, None: any.

    The decoded members themselves: a header is checked whole where an entry is written or verified, and to
    check it again for each of a day's entries takes as long as all the counting.  Raises EntryError GAP or
    PREVIOUS where it does not follow, FORM, KeyError where it is no entry.
    """
    fields = entry.fields
    found, epoch, kind, version = (fields[name] for name in ("seq", "epoch", "kind", "kind_version"))
    if type(found) is not int or type(epoch) is not int:
        raise EntryError(EntryFault.FORM, what="header")
    if found != seq:
        raise EntryError(EntryFault.GAP, seq=found, expected=seq)
    if before is not None and fields["prev"] != wire.b64(before.hash):
        raise EntryError(EntryFault.PREVIOUS, seq=found)
    return Head(epoch, found, entry.hash), kind, version
