"""Documents typed by hand as the chain has them: who looks at one besides the clerk who typed it.

``IdentityTyped`` says that a document was typed and that a second person is asked about it;
``TypedTaken`` rests on that request and says which sender's entry it became.  Where the second person comes
first she has approved by then; where the item may go on it awaits her signature.  The fold lets no item rest
on a document for which somebody was asked and that was not taken, as long as it knows of it: a request that
was declined or ran out is forgotten with the next document, and then core/station/typed.py alone
refuses.  Nobody's data is in it.
Sources: R9, R10, R38 (requirement table); docs/access.md, "a second person".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.ledger.entry import Entry
from core.ledger.rows import need, put, request_about

MEMBER = "typed"  # of the state: seq of IdentityTyped → what it is about; none where nobody was ever asked
TYPED, TAKEN = "IdentityTyped", "TypedTaken"
CAUSES = ("no_chip", "reader_failed", "reader_down")  # why it was typed: core.commands.ManualCause
_BY_HAND = "manual"  # SenderVerified.method
_WHAT = "typed document"


def typed(value: dict[str, Any], entry: Entry) -> None:
    """``IdentityTyped``.  Raises EntryError STATE for a cause that there is not.

    Whatever no open request is about any more leaves the state: there are never more rows than requests.
    """
    data = entry.data
    need(_WHAT, entry, data["cause"] in CAUSES)
    row = {name: data[name] for name in ("visit", "read", "document", "cause")}
    row |= {"by": entry.header.actor.id, "sender": 0, "taken": 0, "item": 0}
    rows = {seq: each for seq, each in value.get(MEMBER, {}).items() if request_of(value, int(seq))}
    value[MEMBER] = {**rows, str(entry.header.seq): row}


def verified(value: dict[str, Any], entry: Entry) -> None:
    """``SenderVerified``: the document that was typed is this sender's."""
    data = entry.data
    if data["method"] != _BY_HAND:
        return
    for seq, row in value.get(MEMBER, {}).items():
        if (row["visit"], row["read"]) == (data["visit"], data["read"]):
            put(value, MEMBER, seq, {**row, "sender": entry.header.seq})


def taken(value: dict[str, Any], entry: Entry) -> None:
    """``TypedTaken``, once, by who typed it; its request is taken already.  Raises EntryError STATE."""
    data = entry.data
    row = value.get(MEMBER, {}).get(str(data["typed"]))
    need(_WHAT, entry, row is not None and row["sender"] == data["sender"] > 0 and not row["taken"])
    need(_WHAT, entry, row["cause"] == data["cause"] and row["by"] == entry.header.actor.id)
    put(value, MEMBER, str(data["typed"]), {**row, "taken": entry.header.seq})


def item(value: dict[str, Any], entry: Entry) -> None:
    """``ItemAccepted``.  Raises EntryError STATE where its sender's document was typed and not taken."""
    for seq, row in value.get(MEMBER, {}).items():
        if row["sender"] == entry.data["sender"]:
            need(_WHAT, entry, row["taken"])
            put(value, MEMBER, seq, {**row, "item": row["item"] or entry.header.seq})


STEPS = {(TYPED, 1): typed, (TAKEN, 1): taken}


def request_of(value: Mapping[str, Any], seq: int) -> Mapping[str, Any] | None:
    """The open request about the ``IdentityTyped`` of that seq."""
    return request_about(value, "typed", seq)
