"""The software card: a small server that holds cards as a reader would, for tests and the demonstration.

One line of JSON asks, one answers.  The lane looks every tenth of a second which cards lie there; whoever
uses a card has a connection of its own, and the PIN counts for that connection only.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core import wire
from core.devices import CardFacts, DeviceState, OperatorCardIn, OperatorCardOut
from core.errors import CardError, CardFault, DeviceError, DeviceFault, EntryError
from devices.held import HeldLink
from devices.link import Link, make_link
from devices.options import whole_options
from devices.rack import DeviceConfig, LaneReport
from devices.smartcard.leaving import LeavingCards
from devices.smartcard.tray import CardTray

LOOK_S = 0.1  # card out locks: so late at most
ANSWER_S = 2.0
LONGEST_LINE = 16_384
_FACTS = ("serial", "operator", "signing", "agreement", "algorithm")


class _Line:
    """Asks and answers over one open link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._left = b""

    def ask(self, order: Mapping[str, object]) -> dict[str, Any]:
        """Raises DeviceError GONE, NO_ANSWER, BAD_FRAME, CANCELLED."""
        deadline = time.monotonic() + ANSWER_S
        self._link.write(json.dumps(order).encode("ascii") + b"\n", deadline)
        while b"\n" not in self._left:
            data = self._link.read(4096, deadline)
            if not data:
                raise DeviceError(DeviceFault.NO_ANSWER, retry=True)
            self._left += data
            if len(self._left) > LONGEST_LINE:
                raise DeviceError(DeviceFault.BAD_FRAME, retry=True)
        line, _, self._left = self._left.partition(b"\n")
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            raise DeviceError(DeviceFault.BAD_FRAME, retry=True) from None
        if not isinstance(answer, dict):
            raise DeviceError(DeviceFault.BAD_FRAME, retry=True)
        return answer


class SoftwareCard:
    """``core.operator_cards.OperatorCard`` at a link, as it was put in (``insertion``)."""

    def __init__(self, url: str, facts: CardFacts, insertion: int) -> None:
        self._url = url
        self._facts = facts
        self._insertion = insertion
        self._link: Link | None = None
        self._line: _Line | None = None

    @property
    def facts(self) -> CardFacts:
        """See :class:`core.operator_cards.OperatorCard`."""
        return self._facts

    def verify(self, pin: str) -> None:
        """See :class:`core.operator_cards.OperatorCard`."""
        self.release()
        try:
            link = make_link(self._url)
            link.open()
        except DeviceError:
            raise CardError(CardFault.PULLED, retry=True) from None
        self._link, self._line = link, _Line(link)
        try:
            self._ask("verify", pin=pin)
        except CardError:
            self.release()
            raise

    def generate(self, operator: str) -> CardFacts:
        """See :class:`core.operator_cards.OperatorCard`."""
        self._facts = _facts(self._ask("generate", operator=operator))
        return self._facts

    def sign(self, message: bytes) -> bytes:
        """See :class:`core.operator_cards.OperatorCard`."""
        return self._bytes("sign", message=wire.b64(message))

    def agree(self, point: bytes) -> bytes:
        """See :class:`core.operator_cards.OperatorCard`."""
        return self._bytes("agree", point=wire.b64(point))

    def release(self) -> None:
        """See :class:`core.operator_cards.OperatorCard`: the connection's end is the card's reset."""
        link, self._link, self._line = self._link, None, None
        if link is not None:
            link.close()

    def _bytes(self, do: str, **facts: object) -> bytes:
        try:
            return wire.unb64(self._ask(do, **facts)["data"])
        except (EntryError, KeyError):
            raise CardError(CardFault.FAILED, what=do) from None

    def _ask(self, do: str, **facts: object) -> dict[str, Any]:
        if self._line is None:
            raise CardError(CardFault.FAILED, what="pin")
        order = {"do": do, "serial": self._facts.serial, "insertion": self._insertion, **facts}
        try:
            answer = self._line.ask(order)
        except DeviceError as error:
            lost = error.code in (DeviceFault.GONE, DeviceFault.NO_ANSWER, DeviceFault.CANCELLED)
            fault = CardFault.PULLED if lost else CardFault.FAILED
            raise CardError(fault, retry=lost, what=do) from None
        if answer.get("ok") is True:
            return answer
        raise _refused(answer, do)


def _refused(answer: Mapping[str, Any], do: str) -> CardError:
    fault = answer.get("fault")
    left = answer.get("left")
    if fault == CardFault.PIN_WRONG and isinstance(left, int):
        return CardError(CardFault.PIN_WRONG, left=left)
    if fault in (CardFault.PIN_BLOCKED, CardFault.TAKEN):
        return CardError(CardFault(fault))
    if fault == CardFault.PULLED:
        return CardError(CardFault.PULLED, retry=True)
    return CardError(CardFault.FAILED, what=do)


def _facts(row: Mapping[str, Any]) -> CardFacts:
    """Raises CardError FAILED for anything else."""
    texts = [row.get(name) for name in _FACTS]
    if not all(isinstance(text, str) for text in texts) or not texts[0]:
        raise CardError(CardFault.FAILED, what="list")
    left = row.get("left")
    said = dict(zip(_FACTS, map(str, texts), strict=True))
    return CardFacts(**said, left=left if isinstance(left, int) else None)


@dataclass(frozen=True, slots=True)
class _Lying:
    """A card in a reader; another insertion of the same card is another one."""

    facts: CardFacts
    insertion: int


class SoftwareCardLane(LeavingCards):
    """Watches the readers; see :class:`devices.rack.Lane`."""

    def __init__(self, config: DeviceConfig, report: LaneReport, tray: CardTray) -> None:
        """No options.  Raises ConfigError WRONG_VALUE."""
        whole_options(config, {})
        self._url = config.link
        super().__init__(report)
        self._tray = tray
        self._held = HeldLink(config.link)
        self._lying: dict[str, _Lying] = {}

    def cancel(self) -> None:
        """See :meth:`devices.rack.Lane.cancel`."""
        self._held.cancel()

    def run(self, stop: threading.Event) -> None:
        """See :meth:`devices.rack.Lane.run`.  Raises DeviceError GONE, NO_ANSWER, BAD_FRAME."""
        with self._held.opened(stop) as link:
            if link is None:
                return
            self.left()  # where the run before ended too late to be heard
            line = _Line(link)
            try:
                while not stop.is_set():
                    self._look(line)
                    stop.wait(LOOK_S)
            finally:
                if stop.is_set():
                    for serial in self._lying:
                        self._tray.take(serial)
                    self.hold_back(self._lying)
                    self._lying.clear()
                else:
                    self._follow({})  # without the reader no card is in it

    def _look(self, line: _Line) -> None:
        rows = line.ask({"do": "list"}).get("cards")
        try:
            found = [_Lying(_facts(row), int(row["insertion"])) for row in rows or ()]
        except (CardError, AttributeError, KeyError, TypeError, ValueError, OverflowError):
            raise DeviceError(DeviceFault.BAD_FRAME, retry=True) from None
        self._follow({each.facts.serial: each for each in sorted(found, key=lambda each: each.insertion)})
        self._report.truth(DeviceState.READY)

    def _follow(self, now: Mapping[str, _Lying]) -> None:
        """Say what came and went; the tray first, for whoever hears of it looks there."""
        slot = self._report.slot
        for serial, before in list(self._lying.items()):
            here = now.get(serial)
            if here is None or here.insertion != before.insertion:
                self._tray.take(serial)
                self._report.event(OperatorCardOut(slot, serial))
                del self._lying[serial]
        for serial, here in now.items():
            if self._lying.get(serial) != here:  # new, or its keys or tries are others since
                self._tray.put(SoftwareCard(self._url, here.facts, here.insertion))
                self._report.event(OperatorCardIn(slot, here.facts))
                self._lying[serial] = here
