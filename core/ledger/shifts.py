"""Who hands the counter over to whom (交接班), with what was counted and what the books say.

Both count before they see the books: the parcels that lie here, where the stock is followed, and the paper
forms that are out.  Everything else that waits is the books' own number, and the fold refuses an entry that
says another.  A difference is written down as it is and never forced to nothing: it stands until the next
hand-over without one.  docs/format.md, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.ledger import complaints, item_exceptions, paper_forms, stock
from core.ledger.entry import Entry
from core.ledger.kinds_shifts import COUNTED
from core.ledger.rows import need

GIVEN, TAKEN = "ShiftGiven", "ShiftTaken"
MEMBER = "shift"  # of the state; none where nothing was ever handed over
_WHAT = "shift"


def books(value: Mapping[str, Any]) -> dict[str, int]:
    """What stands at the counter by the chain alone, by the names of ``BOOKS``.

    ``items``: what lies here, also in the open bag; ``forms``: paper forms neither entered nor void;
    ``labels``: items whose label or receipt is due; ``unscanned``: labels not scanned back; the rest: open.
    """
    row = stock.of(value)
    return {
        "items": len(row["items"]) if row is not None else 0,
        "forms": sum(last - first + 1 for first, last in paper_forms.out(value)),
        "labels": len({*value["labels"], *value["receipts"]}),
        "unscanned": len(value["unscanned"]),
        "requests": len(value["requests"]),
        "cases": len(value.get("cases", {})),
        "complaints": len(complaints.open_of(value)),
        "exceptions": len(item_exceptions.open_of(value)),
    }


def to_count(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Which of ``COUNTED`` hands count: parcels where the stock is followed, forms where some are out."""
    names = (("items", stock.of(value) is not None), ("forms", bool(paper_forms.out(value))))
    return tuple(name for name, there in names if there)


def of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """``given`` (seq of what nobody has taken yet, 0 for none), ``by``, its ``counted``, and ``differs``:
    the differences of the newest hand-over, by name; empty where there is none."""
    empty: dict[str, Any] = {"given": 0, "by": "", "counted": {}, "differs": {}}
    found: Mapping[str, Any] = value.get(MEMBER, empty)
    return found


def counted(data: Mapping[str, Any]) -> dict[str, int]:
    """What the hands counted."""
    return {name: data[f"counted_{name}"] for name in COUNTED}


def differs(data: Mapping[str, Any]) -> dict[str, int]:
    """Counted less the books, by name; only what is not nothing."""
    return {name: by for name, count in counted(data).items() if (by := count - data[name])}


# -- the fold ----------------------------------------------------------------------------------------


def given(value: dict[str, Any], entry: Entry) -> None:
    """``ShiftGiven``.  Raises EntryError STATE where the books say something else."""
    _need_books(value, entry)
    row = {"given": entry.header.seq, "by": entry.header.actor.id, "counted": counted(entry.data)}
    value[MEMBER] = {**row, "differs": differs(entry.data)}


def taken(value: dict[str, Any], entry: Entry) -> None:
    """``ShiftTaken``: of ``given``, by somebody else, or with 0 of nobody who is here.

    Raises EntryError STATE for another one, for one's own, and where the books say something else.
    """
    _need_books(value, entry)
    row = of(value)
    need(_WHAT, entry, entry.data["given"] in (0, row["given"]))
    need(_WHAT, entry, not entry.data["given"] or row["by"] != entry.header.actor.id)
    value[MEMBER] = {"given": 0, "by": "", "counted": {}, "differs": differs(entry.data)}


def _need_books(value: Mapping[str, Any], entry: Entry) -> None:
    now = books(value)
    need(_WHAT, entry, all(entry.data[name] == count for name, count in now.items()))


STEPS = {(GIVEN, 1): given, (TAKEN, 1): taken}
