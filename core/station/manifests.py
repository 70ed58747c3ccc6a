"""The manifest of a closed bag: read from its entries, signed, and written beside all other work.

It may be asked for as often as somebody needs it: it says the same each time, but for who asked and when.
"""

from __future__ import annotations

from core.errors import CounterError, EntryError, RuleError, RuleFault, StoreError, StoreFault
from core.ledger import stock
from core.ledger.clock import minute
from core.ledger.entry import Entry
from core.ledger.manifest import Listed, Manifest, inside
from core.manifest import MakeManifest, ManifestPage
from core.receipts.manifest import sign_manifest
from core.slips import PLACES
from core.station.day_slips import Later
from core.station.live import Live


class Manifests:
    """Called on the station's thread only; ``later`` puts something onto it."""

    def __init__(self, live: Live, later: Later) -> None:
        self._live = live
        self._later = later

    def handle(self, command: object) -> bool:
        """Whether it was one.

        Raises RuleError NOT_ALLOWED for a bag that the page does not show, DAY_INCOMPLETE where an entry of
        it cannot be read or says something else.
        """
        if not isinstance(command, MakeManifest):
            return False
        live = self._live
        session, row = live.need_session(), stock.of(live.state.value)
        if live.slip_files is None or command.place not in PLACES:
            raise RuleError(RuleFault.NOT_ALLOWED)
        if live.dispatches != session.session or row is None or command.closed not in row["closed"]:
            raise RuleError(RuleFault.NOT_ALLOWED)
        found, at = made(live, command.closed), minute(live.now().at)
        signer, grant = live.vault.terminal_signer(), live.grant(live.state.head.epoch)
        code = sign_manifest(found, (session.operator, at), signer, grant)
        to = live.rules.stock.destinations.get(found.to, {})
        page = ManifestPage(found, code, at, session.operator, to)
        live.say("msg.manifest_begun", bag=found.bag)
        live.slip_files.begin(page, command.place, command.language, self._written)
        return True

    def _written(self, written: str | CounterError) -> None:
        self._later(lambda: self._said(written))

    def _said(self, written: str | CounterError) -> None:
        if isinstance(written, CounterError):
            self._live.say("msg.manifest_failed", "warning", fault=str(written.code))
        else:
            self._live.say("msg.manifest_written", "good", file=written)


def made(live: Live, closed: int) -> Manifest:
    """Of the bag that entry ``closed`` sealed.  Raises RuleError DAY_INCOMPLETE, StoreError."""
    journal = live.need_journal()
    try:
        (sealed,) = journal.entries(closed, closed)
        opened = next(iter(journal.entries(sealed.data["bag"], sealed.data["bag"])))
        items = inside(journal.entries(opened.header.seq, closed), sealed)
        head = journal.head_at(closed)
    except StoreError as error:
        if error.code is not StoreFault.DAMAGED:
            raise
        raise RuleError(RuleFault.DAY_INCOMPLETE, seq=closed) from None
    except (EntryError, KeyError, TypeError, ValueError, StopIteration):
        raise RuleError(RuleFault.DAY_INCOMPLETE, seq=closed) from None
    if head is None:
        raise RuleError(RuleFault.DAY_INCOMPLETE, seq=closed)
    return Manifest(
        branch=live.settings.branch,
        terminal=live.settings.terminal,
        bag=opened.data["bag"],
        seal=sealed.data["seal"],
        to=opened.data["to"],
        at=minute(sealed.header.trusted.at),
        by=sealed.header.actor.id,
        closed=head,
        inside=sealed.data["items"],
        items=tuple(_listed(live, item) for item in items),
    )


def _listed(live: Live, item: int) -> Listed:
    """The number is the entry's: it stays when the annex goes."""
    accepted: Entry = next(iter(live.need_journal().entries(item, item)))
    row = live.item(item)
    weight = row.annex.get("weight_g", 0) if row is not None else 0
    return Listed(f"{accepted.data['number']:06d}", int(str(weight or 0)), accepted.header.actor.id)
