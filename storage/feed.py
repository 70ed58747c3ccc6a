"""The feed of directives: fetched beside the journal, checked, handed on; nothing is written here."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from core.errors import HqError, HqFault
from core.exchange import MAX_DIRECTIVES
from core.ledger.directives import SignedDirective
from storage.headquarters import Headquarters
from storage.journal import SqlJournal

_log = logging.getLogger(__name__)
_FAULTS = (HqFault.CONFLICT, HqFault.BAD_ANSWER, HqFault.REFUSED)

TakeDirectives = Callable[[Sequence[SignedDirective]], None]
TellFault = Callable[[str], None]


def ignore_directives(_directives: Sequence[SignedDirective]) -> None:
    """For whoever has no use for them."""


def ignore_fault(_what: str) -> None:
    """For whoever has no use for it."""


class DirectiveFeed:
    """Asks every ``every_s`` seconds, on the pump's thread.

    What is wrong with the feed never holds the journal up: it is told by name (once, until it is another)
    and asked again at the next turn.  A line that does not answer is the pump's matter.
    """

    def __init__(
        self,
        journal: SqlJournal,
        headquarters: Headquarters,
        every_s: float,
        take: TakeDirectives,
        tell: TellFault,
    ) -> None:
        self._journal = journal
        self._hq = headquarters
        self._every_s = every_s
        self._take = take
        self._tell = tell
        self._due = 0.0
        self._told = ""

    def wait(self, longest: float) -> float:
        """How long the pump may rest."""
        return max(0.0, min(longest, self._due - time.monotonic()))

    def step(self) -> None:
        """Ask where it is time; raises HqError where headquarters does not answer."""
        if time.monotonic() < self._due:
            return
        try:
            self._fetch()
        except HqError as error:
            if error.code not in _FAULTS:
                raise
            self._say(str(error.facts.get("what") or error.code))
        else:
            self._say("")
        self._due = time.monotonic() + self._every_s

    def _fetch(self) -> None:
        held, more, keys = self._journal.directive_head(), True, self._hq.feed_keys()
        while more:
            try:
                found, more = self._hq.directives(held, keys)
            except HqError as error:
                number = error.facts.get("number")
                if error.facts.get("what") != "directives lost" or not isinstance(number, int):
                    raise
                self._give_back(number)
                continue
            if found:
                held = found[-1].head
                self._take(found)

    def _give_back(self, number: int) -> None:
        """Headquarters was restored from before them: it gets back what it signed."""
        while lost := self._journal.directives_after(number, MAX_DIRECTIVES):
            _log.info("headquarters lost directives from %d on", number + 1)
            known = self._hq.give_back(lost)
            if known <= number:
                raise HqError(HqFault.CONFLICT, what="directives lost", number=known)
            number = known

    def _say(self, what: str) -> None:
        if what != self._told:
            self._told = what
            if what:
                _log.warning("the feed of directives stands still: %s", what)
            self._tell(what)
