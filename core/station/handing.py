"""A counter is handed over: the operator who is logged in signs what the first run counted."""

from __future__ import annotations

from core.handover import HandOverPage, TakeOver
from core.ledger import handover
from core.ledger.entry import Entry
from core.ledger.handover import Delivered, HandOver
from core.ledger.writer import Proposal
from core.receipts.handover import sign_hand_over, taken_at
from core.station.live import Live, new_id


def handle(live: Live, command: TakeOver) -> HandOverPage:
    """Recorded once, however often it is asked for.  Raises NOT_LOGGED_IN, and as a commit does."""
    live.need_session()
    found = _record(live, command.delivered)
    for slip in (found, *([_record(live, command.kept)] if command.kept is not None else [])):
        if seq := handover.before(live.state.value, slip):
            (entry,) = live.need_journal().entries(seq, seq)
            return _page(live, slip, entry, again=True)
    (entry,) = live.commit([Proposal(handover.KIND, found.data(), new_id(), by_person=True)])
    return _page(live, found, entry, again=False)


def _record(live: Live, delivered: Delivered) -> HandOver:
    keys = live.vault.headquarters_keys()
    ids = {
        "terminal": live.vault.terminal_signer().public.id,
        "headquarters": keys.signing.id,
        "opening": keys.opening.id,
    }
    here = live.settings
    return HandOver(here.branch, here.terminal, live.state.head.epoch, ids, delivered)


def _page(live: Live, slip: HandOver, entry: Entry, *, again: bool) -> HandOverPage:
    signer, grant = live.vault.terminal_signer(), live.grant(slip.epoch)
    code = sign_hand_over(slip, entry, signer, grant)
    return HandOverPage(slip, entry.header.actor.id, taken_at(entry), entry.head, code, again)
