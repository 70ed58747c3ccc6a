"""F5: contacts of whoever stands here, found among her earlier acceptances beside the station's own work.

Asking the disk takes longer than a key press may wait, so a thread of its own asks; its answer comes back
as work of the station's, and counts only while the same document is before us.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from core.acceptance.again import would_show_person
from core.acceptance.known import Contact, contacts, whose
from core.acceptance.record import digest_hint
from core.acceptance.visit import Visit
from core.commands import Party, TakeKnown
from core.errors import CounterError, RuleError, RuleFault
from core.identity.characters import storable
from core.ledger.clock import CHINA
from core.ledger.erasure import is_restricted
from core.ports import ItemRow, Journal
from core.station.live import Live
from core.view import KnownView, VisitView

THREAD = "reader"
_ROWS = 24  # so many of a sender's newest items are looked through
_REST_SECONDS = 2.0
_Key = tuple[str, ...]
_Answer = tuple[tuple[Contact, ...], tuple[str, str]]


class Known:
    """Called on the station's thread; only :meth:`_ask` runs on a reader's."""

    def __init__(self, live: Live, enqueue: Callable[[Callable[[], object]], object]) -> None:
        self._live = live
        self._enqueue = enqueue
        self._key: _Key = ()
        self._found: tuple[Contact, ...] = ()
        self._told: tuple[str, str] = ("", "")  # (version of the notice, day) of her last acceptance
        self._thread: threading.Thread | None = None

    def follow(self, visit: Visit) -> None:
        """Another document, or another item committed: what is offered is found anew."""
        key = self._key_of(visit)
        if key == self._key:
            return
        if key[:3] != self._key[:3]:  # after a commit what was found stands until more is
            self._found, self._told = (), ("", "")
        self._key = key
        live, identity = self._live, whose(visit)
        if identity is None or live.journal is None:
            return
        number = storable(identity.number)
        hints = {
            month: digest_hint(secret, identity.kind, number)
            for month, secret in live.store.hint_keys().items()
        }
        who = would_show_person(identity.kind, number, identity.names)
        journal, terminal = live.journal, live.settings.terminal
        now, rules = live.now().at, live.rules

        def ask() -> _Answer:
            rows = journal.items_by_hint(hints, who, _ROWS)
            return contacts(rows, journal.item, terminal, now, rules), _told_last(journal, rows)

        self._thread = threading.Thread(target=self._ask, args=(key, ask), name=THREAD, daemon=True)
        self._thread.start()

    def _ask(self, key: _Key, ask: Callable[[], _Answer]) -> None:
        """On the reader's thread.  A store that does not answer offers nothing: the contact is typed."""
        try:
            found = ask()
        except CounterError:
            return
        self._enqueue(partial(self._arrived, key, found))

    def _arrived(self, key: _Key, found: _Answer) -> None:
        if key == self._key:
            self._found, self._told = found

    def rest(self) -> None:
        """Nobody asks the journal any more; before it is shut.  Waits two seconds at most."""
        if self._thread is not None:
            self._thread.join(_REST_SECONDS)
            self._thread = None

    def chosen(self, command: TakeKnown) -> Contact:
        """What is taken, of what is offered now.  Raises RuleError CONTACT_UNKNOWN."""
        for contact in self._found:
            if is_restricted(self._live.state.value, command.seq):
                break  # its person asked for that since
            if (contact.party, contact.as_in.target.seq) == (command.party, command.seq):
                return contact
        raise RuleError(RuleFault.CONTACT_UNKNOWN)

    def shown(self, view: VisitView, visit: Visit) -> VisitView:
        """The view with what is offered for its document, and with what stands by reference."""
        same = self._key_of(visit)[:3] == self._key[:3]
        offered = self._found if same else ()
        if same and self._told[0] == self._live.rules.notice.id:
            view = replace(view, said=replace(view.said, told_on=self._told[1]))
        standing = {}
        for party in Party:
            as_in = visit.as_in(party)
            if as_in is not None:
                standing[party] = KnownView(party, as_in.target.seq, as_in.number, as_in.day)
        if not offered and not standing:
            return view
        return replace(view, known=tuple(map(_view, offered)), as_in=standing)

    def _key_of(self, visit: Visit) -> _Key:
        identity = whose(visit)
        if identity is None:
            return ()
        return (visit.id, identity.kind.value, identity.number, *identity.names, str(len(visit.accepted)))


def _view(contact: Contact) -> KnownView:
    as_in = contact.as_in
    return KnownView(contact.party, as_in.target.seq, as_in.number, as_in.day, contact.shown)


def _told_last(journal: Journal, rows: Sequence[ItemRow]) -> tuple[str, str]:
    """(version, day) of the notice that was acknowledged at the newest of these items; "" for neither."""
    newest = next((row for row in rows if row.late is None), None)
    item = next(iter(journal.entries(newest.seq, newest.seq)), None) if newest is not None else None
    seq = int(item.data["sender"]) if item is not None else 0
    sender = next(iter(journal.entries(seq, seq)), None) if seq else None
    if sender is None:
        return "", ""
    return str(sender.data["notice"]), f"{sender.header.trusted.at.astimezone(CHINA):%Y-%m-%d}"
