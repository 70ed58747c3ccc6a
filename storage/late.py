"""Branches beside our chain, fetched from headquarters and verified, for a supervisor's decision.

Headquarters can invent none: every entry is signed by this terminal's key of its epoch and by the sessions of
operators that our own journal accepted, and follows an entry of our own chain.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.errors import EntryError, EntryFault
from core.ledger import branches
from core.ledger.branches import Late
from core.ledger.chain import Verifier
from core.ledger.directives import DirectiveKind
from core.ledger.entry import Entry
from core.ledger.rolls import KeyChain
from core.ledger.state import State
from core.ports import LateItem, LateRead
from storage import views
from storage.headquarters import Headquarters
from storage.journal import SqlJournal

_log = logging.getLogger(__name__)
TakeLate = Callable[[LateRead], None]


def ignore_late(_read: LateRead) -> None:
    """For whoever has no use for it."""


class LateFeed:
    """Looks after each change of the directives, on the pump's thread."""

    def __init__(self, journal: SqlJournal, headquarters: Headquarters, take: TakeLate) -> None:
        self._journal = journal
        self._hq = headquarters
        self._take = take
        self._seen = 0  # the directive up to which all was fetched

    def step(self) -> None:
        """Fetch what headquarters told of and is not here; raises HqError where it does not answer."""
        head = self._journal.directive_head().number
        if head == self._seen:
            return
        for late in self._wanted():
            try:
                self._take(self._fetch(late))
            except EntryError as error:
                _log.error("a branch that headquarters told of is not sound: %s", error)
        self._seen = head

    def _wanted(self) -> list[Late]:
        told: dict[bytes, Late] = {}
        for row in self._journal.directives(DirectiveKind.LATE):
            late = branches.read_late(row.signed)
            if late.span.branch not in told or late.span.last > told[late.span.branch].span.last:
                told[late.span.branch] = late
        here = self._journal.late_heads()
        return [late for late in told.values() if here.get(late.span.name, 0) < late.span.last]

    def _fetch(self, late: Late) -> LateRead:
        """Raises EntryError where it is not what was told."""
        walk = _Walk(self._journal, self._hq.keys, late)
        counts, number = branches.add_up(*walk.begin(self._pages(late)), late.span.first)
        if (counts, number, walk.tip) != (dict(late.counts), late.number, late.span.tip):
            raise EntryError(EntryFault.STATE, what="branch", seq=late.span.last)
        items = [LateItem(walk.items[seq], row.label) for seq, row in walk.rows.items()]
        return LateRead(late.span.branch, late.span.tip, late.span.last, items)

    def _pages(self, late: Late) -> Iterator[Entry]:
        """Up to the last entry that was told of."""
        first = 1
        while page := self._hq.late(late.span.branch, first):
            for entry in page:
                if entry.header.seq > late.span.last:
                    return
                yield entry
            first = page[-1].header.seq + 1


@dataclass
class _Walk:
    """One branch from its first entry on; what is kept of it are its items."""

    journal: SqlJournal
    headquarters: KeyChain
    late: Late
    rows: dict[int, views.ItemRecord] = field(default_factory=dict)
    items: dict[int, Entry] = field(default_factory=dict)
    tip: bytes = b""

    def begin(self, entries: Iterator[Entry]) -> tuple[State, Iterator[Entry]]:
        """The state that the branch follows, and its entries, each verified as it comes."""
        first = next(entries, None)
        if first is None or first.hash != self.late.span.branch:
            raise EntryError(EntryFault.PREVIOUS, what="branch")
        verifier, state = Verifier(self.journal.terminal, self.headquarters), State()
        for entry in self.journal.entries(1, first.header.seq - 1):
            verifier.relearn(entry)
            state = branches.fold_on(state, entry)
        return state, self._verified(verifier, first, entries)

    def _verified(self, verifier: Verifier, first: Entry, rest: Iterator[Entry]) -> Iterator[Entry]:
        entry: Entry | None = first
        while entry is not None:
            content = verifier.admit(entry)
            if content is None:
                change = views.change_of(entry, 0)
                views.apply(self.rows, change)
                if isinstance(change, views.ItemRecord):
                    self.items[change.seq] = entry
            self.tip = entry.hash
            yield entry
            entry = next(rest, None)
