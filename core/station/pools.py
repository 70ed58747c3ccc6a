"""The counter's number pools: the next free waybill, what a waybill is in them, what is left (I4).

A number is drawn when it is wanted and used by the entry of its item alone, in the same transaction: nothing
is set aside before, so that no visit that lapses, and no power cut, leaves a number between used and free.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.acceptance.pools import Pool, check_series, read_pool
from core.acceptance.visit import KnownWaybill
from core.errors import CounterError, EntryError, EntryFault, RuleError, RuleFault
from core.ledger.directives import DirectiveKind, SignedDirective
from core.ledger.ranges import VOID, free, is_free, passed
from core.ledger.writer import Proposal
from core.ports import DirectiveRow
from core.station.live import Live, new_id
from core.view import PoolView

MET, WITHDRAWN = "met", "withdrawn"  # why the counter itself skips a number


@dataclass(frozen=True, slots=True)
class Drawn:
    """A number of a pool."""

    waybill: str = field(repr=False)
    pool: str
    ordinal: int


class Pools:
    """Called on the station's thread only."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def view(self) -> PoolView | None:
        """What is left; None where no pool was given to this counter."""
        usable = list(self._usable())
        if not usable:
            return PoolView(0, low=True) if self._live.state.value["pools"] else None
        left = sum(last - first + 1 for pool in usable for first, last in free(self._row(pool)))
        return PoolView(left, low=left <= max(pool.warn for pool in usable))

    def free_numbers(self) -> Iterator[Drawn]:
        """What may be given out, in order."""
        for pool in self._usable():
            for first, last in free(self._row(pool)):
                for ordinal in range(first, last + 1):
                    yield Drawn(pool.number(ordinal), pool.id, ordinal)

    def place(self, waybill: str) -> Drawn | None:
        """Which number of a pool of this counter it is, where that is free."""
        for pool in self._usable():
            ordinal = pool.ordinal(waybill)
            if ordinal and is_free(self._row(pool), ordinal):
                return Drawn(waybill, pool.id, ordinal)
        return None

    def gone(self, waybill: str) -> KnownWaybill | None:
        """Where a number of these pools is no longer free: used, spoiled, skipped or withdrawn."""
        rows = self._live.state.value["pools"]
        for pool in self._live.pools:
            ordinal = pool.ordinal(waybill)
            if ordinal and (pool.id not in rows or not is_free(rows[pool.id], ordinal)):
                return KnownWaybill("", "", VOID)
        return None

    def voided(self, first: str, last: str, cause: str) -> tuple[list[Proposal], int]:
        """The entries by which a person gives numbers up, and how many; those that are gone stay so.

        Raises RuleError POOL_UNKNOWN where both are not of one pool, or nothing between them is free.
        """
        for pool in self._usable():
            low, high = pool.ordinal(first), pool.ordinal(last)
            if low and high:
                inside = [
                    (max(low, a), min(high, b)) for a, b in free(self._row(pool)) if a <= high and b >= low
                ]
                if inside:
                    made = [
                        Proposal("PoolVoided", _range(pool.id, a, b, cause), new_id(), by_person=True)
                        for a, b in inside
                    ]
                    return made, sum(b - a + 1 for a, b in inside)
        raise RuleError(RuleFault.POOL_UNKNOWN)

    # -- what directives do ------------------------------------------------------------------------

    def fault(self, signed: SignedDirective) -> str:
        """Why a pool cannot be used, "" where it can."""
        try:
            pool = read_pool(signed)
            if pool.epoch != self._live.state.value["epoch"]:
                # Given to the store before this one: what it used of it may be lost with it.
                raise EntryError(EntryFault.FORM, what="pool epoch")
            if pool.series is not None:
                check_series(pool.series, pool.count, self._live.rules, every=False)
        except CounterError as error:
            return str(error.code)
        return ""

    def proposals(self, directives: Sequence[SignedDirective]) -> list[Proposal]:
        """The entries with which these directives about pools take effect."""
        known, made = self._live.state.value["pools"], list[Proposal]()
        before = {row.signed.directive.subject for row in self._kept()}
        last = {read_pool(signed).id: signed for signed in directives}
        for signed in last.values():
            pool = read_pool(signed)
            row = known.get(pool.id)
            if row is None and not pool.withdrawn and pool.id not in before:
                number = signed.directive.number
                data = {"pool": pool.id, "count": pool.count, "directive": number}
                made.append(Proposal("PoolOpened", data, new_id()))
            elif row is not None and pool.withdrawn:
                made += [skipped(pool.id, a, b, WITHDRAWN) for a, b in free(row)]
        return made

    def settle(self) -> None:
        """The pools that the store keeps, in the order in which they were given."""
        self._live.pools = tuple(read_pool(row.signed) for row in self._kept())

    # -- inside ------------------------------------------------------------------------------------

    def _kept(self) -> list[DirectiveRow]:
        return self._live.need_journal().directives(DirectiveKind.POOL)

    def _row(self, pool: Pool) -> Mapping[str, Any]:
        row: Mapping[str, Any] = self._live.state.value["pools"][pool.id]
        return row

    def _usable(self) -> Iterator[Pool]:
        rows = self._live.state.value["pools"]
        for pool in self._live.pools:
            if pool.series is not None and pool.id in rows and free(rows[pool.id]):
                yield pool


def passed_over(live: Live) -> Iterator[tuple[str, str, int]]:
    """(first waybill, last, how many) of each gap: numbers that others of their pool were used beyond."""
    rows = live.state.value["pools"]
    for pool in live.pools:
        if pool.series is not None and pool.id in rows:
            for first, last in passed(rows[pool.id]):
                yield pool.number(first), pool.number(last), last - first + 1


def skipped(pool: str, first: int, last: int, cause: str) -> Proposal:
    """The entry by which the counter itself passes numbers over."""
    return Proposal("PoolSkipped", _range(pool, first, last, cause), new_id())


def _range(pool: str, first: int, last: int, cause: str) -> dict[str, object]:
    return {"pool": pool, "first": first, "last": last, "cause": cause}
