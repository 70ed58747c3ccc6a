"""The counter handed over with a difference, and taken over with none, in the golden journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.ledger.shifts import books

if TYPE_CHECKING:
    from tests.golden.make import Golden


def shifts(golden: Golden) -> None:
    """One parcel more is counted than the books have; counted anew, they agree."""
    for kind, more, said in (("ShiftGiven", 1, {}), ("ShiftTaken", 0, {"given": 0})):
        now = books(golden.state.value)
        counted = {"counted_items": now["items"] + more, "counted_forms": now["forms"]}
        golden.add(kind, {**said, **now, **counted}, person=True)
