"""A clerk who knows only what the screen shows: keys in what is missing, presses F9, looks at the printer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from core import commands as c
from core.acceptance.masks import masked
from core.commands import SENDER_FIELDS, Field
from core.devices import DeviceState, Slot
from core.station.station import Station
from core.view import CounterView, ItemView, Screen, VisitView
from devices.simulators.control import ControlClient
from tests.faults.work import Item, Visit

PATIENCE_S = 20.0
CONFIRMATIONS: dict[str, c.Command] = {
    "missing.original": c.ConfirmOriginal(),
    "missing.inspected": c.ConfirmInspected(),
    "missing.security": c.SetSecurity(c.Security.HERE),
    "missing.notice": c.AcknowledgeNotice(c.Acknowledgement.SPOKEN),
}
# Code of what is missing → its field.
_FIELDS = {f"missing.{field.value}": field for field in Field}


class StuckError(Exception):
    """The screen did not come to what a clerk waits for.  Says codes only."""


class Eyes:
    """Sees every view; told on the station's thread."""

    def __init__(self, look: Callable[[CounterView], None] = lambda _view: None) -> None:
        self._look = look
        self._changed = threading.Condition()
        self.views = 0
        self._view: CounterView | None = None

    def __call__(self, view: CounterView) -> None:
        """``publish`` of a terminal."""
        self._look(view)
        with self._changed:
            self._view = view
            self.views += 1
            self._changed.notify_all()

    @property
    def view(self) -> CounterView:
        """The newest."""
        assert self._view is not None
        return self._view

    @property
    def visit(self) -> VisitView:
        """The visit on the newest."""
        visit = self.view.visit
        assert visit is not None, self.view.screen
        return visit

    def wait(self, true: Callable[[CounterView], bool], what: str) -> CounterView:
        """Until a view is so; raises StuckError with what stands there instead."""
        deadline = time.monotonic() + PATIENCE_S
        with self._changed:
            while self._view is None or not true(self._view):
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise StuckError(f"waited for {what}; {describe(self._view)}")
            return self._view


def describe(view: CounterView | None) -> str:
    """Codes of a view, nothing of a person."""
    if view is None:
        return "no view"
    said = f"{view.message.code} {dict(view.message.facts)}" if view.message else ""
    lacking = view.visit.missing if view.visit else ()
    labels = [(item.label, item.label_fault) for item in view.pending]
    devices = [(truth.slot.value, truth.state.value, truth.fault) for truth in view.devices]
    return f"{view.screen.value}, message {said!r}, missing {lacking}, labels {labels}, devices {devices}"


class Clerk:
    """Hands on keyboard, cards, scanner and printer.  ``note`` hears what she keys in."""

    def __init__(
        self,
        station: Station,
        eyes: Eyes,
        devices: ControlClient,
        note: Callable[..., None] = lambda **_facts: None,
    ) -> None:
        self._station = station
        self.eyes = eyes
        self._devices = devices
        self._note = note

    # -- coming and going --------------------------------------------------------------------------

    def log_in(self, operator: str, password: str) -> CounterView:
        """Until the clerk's screen stands."""
        self.press(c.LogIn(operator, password))
        return self.eyes.wait(lambda view: view.screen is Screen.CLERK, "log-in")

    def press(self, command: c.Command) -> BaseException | None:
        """One command to its view; the error that it met, which the screen says too."""
        return self._station.submit(command).exception(PATIENCE_S)

    # -- labels ------------------------------------------------------------------------------------

    def look_at_printer(self) -> None:
        """Every item whose label or receipt is unknown: seen where each is there, else both once more."""
        for item in self.eyes.view.pending:
            if "unknown" not in (item.label, item.receipt):
                continue
            trays = self._idle_trays()
            unknown = [("pages", item.label), ("receipts", item.receipt)]
            if all(trays[tray].get(item.waybill) for tray, state in unknown if state == "unknown"):
                self._note(did="label_seen", waybill=item.waybill)
                self.press(c.LabelSeen(item.seq))
            else:
                self._note(did="reprint", waybill=item.waybill)
                self.press(c.Reprint(item.seq))

    def _idle_trays(self) -> dict[str, dict[str, int]]:
        """What lies in the trays once the printers have come to rest."""
        time.sleep(0.25)
        told = self._devices.tell("came_out")
        return {tray: dict(told[tray]) for tray in ("pages", "receipts")}  # type: ignore[call-overload]

    def came_out(self) -> dict[str, int]:
        """How often each waybill's label lies in the printer's tray."""
        return dict(self._devices.tell("came_out")["pages"])  # type: ignore[call-overload,no-any-return]

    def wait_labels(self) -> None:
        """Until every label and receipt is out; unknown ones are looked at."""
        while waiting := self.eyes.view.pending:
            many = len(waiting)  # after many kills it may be long until all are out, but one after the other
            self.eyes.wait(
                lambda view, many=many: (  # type: ignore[misc]
                    len(view.pending) != many
                    or any("unknown" in (item.label, item.receipt) for item in view.pending)
                ),
                "labels",
            )
            self.look_at_printer()

    # -- accepting ---------------------------------------------------------------------------------

    def found(self, waybill: str) -> ItemView | None:
        """F3: what the counter knows of a waybill."""
        self.press(c.LookUp(waybill))
        seen = self.eyes.view.found
        self.press(c.CloseLookUp())
        return seen[0] if seen else None

    def accept(self, visit: Visit, item: Item, *, pause_s: float = 0.0, park: bool = False) -> None:
        """From whatever stands on the screen to the accepted item; keys in only what is missing.

        ``pause_s``: how long she stops to talk, once, in the middle; ``park``: the customer goes and returns.
        """
        self.fill(visit, item, pause_s=pause_s, park=park)
        self._note(did="f9", waybill=item.waybill)
        self.press(c.Commit(time.perf_counter_ns()))

    def fill(self, visit: Visit, item: Item, *, pause_s: float = 0.0, park: bool = False) -> None:
        """Everything but F9."""
        self._turn_to(visit)
        for turn in range(60):
            lacking = self.eyes.visit.missing
            if turn == 8:
                time.sleep(pause_s)
                if park:
                    self.park_and_resume()
                    continue
            if not lacking:
                return
            self._supply(lacking[0], visit, item)
        raise StuckError(describe(self.eyes.view))

    def park_and_resume(self) -> None:
        """F4, and after a look at the empty screen F4 with its digit."""
        self.press(c.Park())
        waits = self.eyes.wait(lambda view: bool(view.parked), "parked").parked
        self.press(c.Resume(waits[0].draft))
        self.eyes.wait(lambda view: not view.parked, "resumed")

    def _turn_to(self, visit: Visit) -> None:
        """F7 where this customer's last item stands accepted, F8 where another's does."""
        shown = self.eyes.visit
        if shown.missing != ("missing.next",) and not (shown.items and not _typed(shown)):
            return
        ours = {item.waybill for item in visit.items}
        same = any(item.waybill in ours for item in shown.items)
        if same and shown.missing != ("missing.next",):
            return
        self.press(c.NextItem() if same else c.NextCustomer())

    def _supply(self, code: str, visit: Visit, item: Item) -> None:
        if code == "missing.identity" or (code == "missing.sender_name" and self.eyes.visit.sender is None):
            self._identify(visit.card, item.waybill)
        elif code == "missing.waybill":
            # After a restart a draft may want nothing but the scan, and what is sent before the lane has
            # opened its line reaches nobody: she looks at the device bar first.
            self.eyes.wait(_scanner_listens, "the scanner")
            self._note(did="scan", waybill=item.waybill)
            self._devices.tell("scan", code=item.waybill)
            self.eyes.wait(lambda view: _text(view, Field.WAYBILL) == item.waybill, "the scan")
        elif code in CONFIRMATIONS:
            self.press(CONFIRMATIONS[code])
        elif (lacking := code.replace("problem.", "missing.")) in _FIELDS:  # half typed when it was killed
            field = _FIELDS[lacking]
            wanted = (visit.fields() if field in SENDER_FIELDS else item.fields())[field]
            self.type(field, wanted, item.waybill)
        else:
            raise StuckError(f"{code}; {describe(self.eyes.view)}")

    def _identify(self, card: str, waybill: str) -> None:
        self._note(did="card", waybill=waybill)
        self._devices.tell("lift")
        time.sleep(0.1)  # a hand is slower than the reader's look
        self._devices.tell("place", card=card)
        self.eyes.wait(lambda view: view.visit is not None and view.visit.sender is not None, "the card")

    def type(self, field: Field, text: str, waybill: str) -> None:
        """In two bursts, as a draft may be saved in between."""
        stands = self.eyes.visit.fields[field]
        if stands.text in (text, masked(field, text)):
            return
        self._note(did="key", field=field.value, waybill=waybill)
        self.press(c.SetField(field, text[: len(text) // 2]))
        self.press(c.SetField(field, text))


def _scanner_listens(view: CounterView) -> bool:
    listens = (DeviceState.READY, DeviceState.ATTENTION)  # a dropped line before is said for some seconds
    return any(truth.slot is Slot.SCANNER and truth.state in listens for truth in view.devices)


def _text(view: CounterView, field: Field) -> str:
    return view.visit.fields[field].text if view.visit is not None else ""


def _typed(visit: VisitView) -> bool:
    return any(visit.fields[field].text for field in Field if field not in SENDER_FIELDS)


def draft_of(visit: VisitView | None) -> dict[str, Any]:
    """What a draft must bring back: fields, what is confirmed, whose document was read."""
    if visit is None:
        return {}
    return {
        "fields": {
            name.value: [value.text, value.source] for name, value in visit.fields.items() if value.text
        },
        "missing": list(visit.missing),
        "security": visit.security.value if visit.security else "",
        "number": visit.sender.number if visit.sender else "",
        "items": [item.waybill for item in visit.items],
    }
