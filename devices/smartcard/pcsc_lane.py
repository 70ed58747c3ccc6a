"""Watches the readers of operators' cards over PC/SC; see :class:`devices.rack.Lane`.

``pcsc://NAME`` serves every reader whose name begins with NAME: the number behind a reader's name is
another one after it was plugged in again.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace

from core.devices import CardFacts, DeviceState, OperatorCardIn, OperatorCardOut
from core.errors import CardError, CardFault, DeviceError, DeviceFault
from devices.options import whole_options
from devices.rack import DeviceConfig, LaneReport
from devices.smartcard.card import OpenCard, PivCard
from devices.smartcard.leaving import LeavingCards
from devices.smartcard.pcsc import MUTE, PLUG_AND_PLAY, PRESENT, Context, PcscError, counter
from devices.smartcard.tray import CardTray
from devices.traffic import TrafficLog

_log = logging.getLogger(__name__)

WAIT_MS = 150  # between two looks where nothing was said: cancelled within 200 ms whatever happens
AGAIN_S = 0.1
READ_WAIT_S = 0.5  # another card's removal must not wait for a program that keeps this one
BOUNCES = 10  # looks at a card that is there and loses its answers: then it is as good as mute
TRIES = 2  # readings of a card that is there: a contact may still settle at the first
_FOR_GOOD = (CardFault.FOREIGN, CardFault.IN_USE, CardFault.DENIED)  # reading again changes nothing
SCHEME = "pcsc://"


@dataclass(frozen=True, slots=True)
class _Lying:
    """A card in a reader, as it was last told; another insertion of the same card is another one."""

    card: PivCard
    insertion: int
    told: CardFacts


class PcscCardLane(LeavingCards):
    """One context for the watch; each card that is used has its own."""

    def __init__(self, config: DeviceConfig, report: LaneReport, tray: CardTray) -> None:
        """No options.  Raises ConfigError WRONG_VALUE."""
        whole_options(config, {})
        self.traffic = TrafficLog()
        self._name = config.link.removeprefix(SCHEME)
        super().__init__(report)
        self._tray = tray
        self._context: Context | None = None
        self._changed = threading.Event()
        self._lying: dict[str, _Lying] = {}
        self._states: dict[str, int] = {}
        self._bounced: dict[str, tuple[int, int]] = {}  # reader → insertion, how often it lost its answer
        self._stop = threading.Event()

    def cancel(self) -> None:
        """See :meth:`devices.rack.Lane.cancel`."""
        context = self._context
        if context is not None:
            context.cancel()

    def run(self, stop: threading.Event) -> None:
        """See :meth:`devices.rack.Lane.run`.  Raises DeviceError CARD_LIBRARY, CARD_SERVICE, CARD_DENIED."""
        self._states, self._stop = {}, stop
        self.left()  # where the run before ended too late to be heard
        with Context() as context:
            self._context = context
            try:
                while not stop.is_set():
                    self._look(context)
            except PcscError as error:
                _log.info("smart-card service: %s", error)
                raise DeviceError(DeviceFault.CARD_SERVICE, retry=True) from None
            finally:
                self._context = None
                for reader in list(self._lying):  # without the service no card is in it
                    self._out(reader, told=not stop.is_set())
                self._bounced.clear()

    def _look(self, context: Context) -> None:
        """One round: readers, what changed in them, what cards say by now."""
        readers = context.readers()
        mine = [reader for reader in readers if reader.startswith(self._name)]
        for reader in [each for each in self._states if each not in mine and each != PLUG_AND_PLAY]:
            del self._states[reader]
            self._out(reader)
        if mine:
            self._report.truth(DeviceState.READY)
        else:
            facts = {"reader": self._name, "found": ", ".join(readers)}
            self._report.truth(DeviceState.GONE, DeviceFault.CARD_READER, facts)
        known = {PLUG_AND_PLAY: 0, **dict.fromkeys(mine, 0), **self._states}
        for reader, state in context.changes(known, WAIT_MS).items():
            self._states[reader] = state
            if reader != PLUG_AND_PLAY and state != known[reader]:
                self._follow(reader, state)
        if self._changed.is_set():
            self._changed.clear()
            self._tell_changes()

    def _follow(self, reader: str, state: int) -> None:
        before = self._lying.get(reader)
        if before is not None and (not state & PRESENT or before.insertion != counter(state)):
            self._out(reader)
            before = None
        if before is None and state & PRESENT:
            self._in(reader, counter(state), mute=bool(state & MUTE))

    def _in(self, reader: str, insertion: int, *, mute: bool) -> None:
        facts = CardFacts("", fault=str(CardFault.MUTE)) if mute else self._read(reader, insertion)
        if facts is None:  # gone again, or its contacts bounced: asked again, and no state is taken as known
            before, times = self._bounced.get(reader, (insertion, 0))
            times = times + 1 if before == insertion else 1
            self._bounced[reader] = insertion, times
            if times < BOUNCES:
                self._states.pop(reader, None)
                self._stop.wait(AGAIN_S)
                return
            facts = CardFacts("", fault=str(CardFault.MUTE))
        self._bounced.pop(reader, None)
        if not facts.serial:  # without a number of its own, until it is pulled
            facts = replace(facts, serial=f"{reader} #{insertion}")
        card = PivCard(reader, insertion, facts, self.traffic, self._changed.set)
        self._lying[reader] = _Lying(card, insertion, facts)
        self._tray.put(card)  # first: whoever hears of it looks there
        self._report.event(OperatorCardIn(self._report.slot, facts))

    def _read(self, reader: str, insertion: int) -> CardFacts | None:
        """What the card says; None where it is no longer there."""
        for left in reversed(range(TRIES)):
            try:
                facts = self._once(reader, insertion)
                # Somebody left it open; it is shut by now, and says its tries.
                return facts if facts.left is not None or facts.fault else self._once(reader, insertion)
            except CardError as error:
                if error.code is CardFault.PULLED:
                    return None
                if not left or error.code in _FOR_GOOD:
                    return CardFacts("", fault=str(error.code))
        return None

    def _once(self, reader: str, insertion: int) -> CardFacts:
        opened = OpenCard(reader, insertion, self.traffic, READ_WAIT_S)
        try:
            return opened.facts()
        finally:
            opened.close()

    def _out(self, reader: str, *, told: bool = True) -> None:
        before = self._lying.pop(reader, None)
        if before is None:
            return
        before.card.pulled()
        self._tray.take(before.told.serial)
        if told:
            self._report.event(OperatorCardOut(self._report.slot, before.told.serial))
        else:
            self.hold_back([before.told.serial])

    def _tell_changes(self) -> None:
        """Cards whose keys or tries are others since."""
        for reader, before in list(self._lying.items()):
            facts = before.card.facts
            if facts == before.told:
                continue
            self._lying[reader] = replace(before, told=facts)
            if facts.serial != before.told.serial:  # it was given one with its keys
                self._tray.take(before.told.serial)
                self._report.event(OperatorCardOut(self._report.slot, before.told.serial))
            self._tray.put(before.card)
            self._report.event(OperatorCardIn(self._report.slot, facts))
