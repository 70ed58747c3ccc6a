"""交接班 at the station: whoever goes and whoever comes counts blind, sees the difference, and then signs.

What is counted is kept in memory until it is signed: a count of another moment would be worth nothing.
"""

from __future__ import annotations

from core.errors import RuleError, RuleFault
from core.identity.characters import fold_width
from core.ledger import shifts, stock
from core.ledger.clock import short_minute
from core.ledger.kinds_shifts import COUNTED
from core.ledger.writer import Proposal
from core.shift import Counting, CountShift, LeaveShift, OpenShift, ShiftCommand, ShiftView, SignShift
from core.station.days import day_proposals
from core.station.live import Live, new_id

_DIGITS = 6  # nobody types so many but by mistake


def handle(live: Live, command: ShiftCommand) -> None:
    """Raises RuleError SHIFT_COUNT, SHIFT_OWN, NOT_ALLOWED; StoreError as a commit does."""
    if isinstance(command, LeaveShift):
        live.shift = None
        return
    session = live.need_session()
    if isinstance(command, OpenShift):
        live.shift = Counting(session.session)
        return
    page = live.shift
    if page is None or page.session != session.session:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if isinstance(command, CountShift):
        _count(live, page, command)
    else:
        _sign(live, page, command)


def _count(live: Live, page: Counting, command: CountShift) -> None:
    said = fold_width(command.text).strip()
    if command.name not in shifts.to_count(live.state.value) or command.name in page.counted:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if not (said.isascii() and said.isdigit() and len(said) <= _DIGITS) or int(said) > stock.MOST:
        raise RuleError(RuleFault.SHIFT_COUNT, most=stock.MOST)
    page.counted[command.name] = int(said)


def _sign(live: Live, page: Counting, command: SignShift) -> None:
    value = live.state.value
    now = shifts.books(value)
    if any(name not in page.counted for name in shifts.to_count(value)):
        raise RuleError(RuleFault.NOT_ALLOWED)
    if dict(command.books) != now:
        live.say("msg.shift_changed", "warning")  # the page shows what stands now
        return
    standing = shifts.of(value)
    data = {**now, **{f"counted_{name}": page.counted.get(name, 0) for name in COUNTED}}
    if not command.gives:
        if standing["given"] and standing["by"] == live.need_session().operator:
            raise RuleError(RuleFault.SHIFT_OWN)
        data["given"] = standing["given"]
    kind = shifts.GIVEN if command.gives else shifts.TAKEN
    live.commit([*day_proposals(live), Proposal(kind, data, new_id(), by_person=True)])
    live.probe("shift.recorded")
    live.shift = None
    differs = bool(shifts.differs(data))
    code = "msg.shift_given" if command.gives else "msg.shift_taken"
    live.say(f"{code}_differs" if differs else code, "warning" if differs else "good")


def remind(live: Live) -> None:
    """Whoever logs in after somebody handed over hears that it waits for her."""
    standing = shifts.of(live.state.value)
    if standing["given"] and standing["by"] != live.need_session().operator:
        live.say("msg.shift_waits", "warning", operator=standing["by"])


def shown(live: Live) -> ShiftView | None:
    """While whoever opened the page stands here."""
    page = live.shift
    if page is None or live.session is None or page.session != live.session.session:
        live.shift = None
        return None
    value = live.state.value
    names = shifts.to_count(value)
    asks = next((name for name in names if name not in page.counted), "")
    view = ShiftView(asks, len([name for name in names if name in page.counted]), len(names))
    if asks:
        return view  # blind: nothing of the books, and nothing of what the other one counted
    standing, books = shifts.of(value), shifts.books(value)
    by = str(standing["by"]) if standing["given"] else ""
    return ShiftView(
        asks="",
        step=len(names),
        steps=len(names),
        counted={name: page.counted[name] for name in names},
        books=books,
        returned=len(live.reviews),
        by=by,
        at=_given_at(live, int(standing["given"])),
        said={name: standing["counted"][name] for name in names} if by else {},
        mine=by == live.session.operator,
        differs={name: off for name in names if (off := page.counted[name] - books[name])},
    )


def _given_at(live: Live, seq: int) -> str:
    if not seq:
        return ""
    (entry,) = live.need_journal().entries(seq, seq)
    return short_minute(entry.header.trusted.at)
