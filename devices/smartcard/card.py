"""One PIV card as it lies in a reader, from when it was put in until it is pulled."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from core.crypto.keys import PublicKey
from core.devices import CardFacts
from core.errors import CardError, CardFault, DeviceError, DeviceFault
from devices.smartcard.apdu import Channel
from devices.smartcard.pcsc import (
    DENIED,
    PRESENT,
    SHARING,
    UNRESPONSIVE,
    Connection,
    Context,
    PcscError,
    counter,
    reach,
)
from devices.smartcard.piv import PivSession
from devices.traffic import TrafficLog

_T = TypeVar("_T")
_STATUS_BYTES = 2
WAIT_S = 3.0  # so long another program may have the card before it counts as taken


class OpenCard:
    """A card that is talked with: own context, one transaction, PIV selected.  Used by one thread."""

    def __init__(self, reader: str, insertion: int, traffic: TrafficLog, limit_s: float = WAIT_S) -> None:
        """Raises CardError PULLED where another card, or the same one again, lies there by now; IN_USE,
        DENIED, MUTE, FOREIGN, FAILED.
        """
        self._touched = False
        try:
            self._context, connection = _asked(lambda: _reached(reader, limit_s))
        except DeviceError as error:
            if error.code is DeviceFault.CARD_DENIED:
                raise CardError(CardFault.DENIED, retry=True) from None
            raise CardError(CardFault.PULLED, retry=True) from None
        self._connection: Connection | None = connection
        try:
            state = _asked(lambda: self._context.changes({reader: 0}, 0)).get(reader, 0)
            if not state & PRESENT or counter(state) != insertion:  # before anybody's PIN goes there
                raise CardError(CardFault.PULLED, retry=True)
            self.session = PivSession(Channel(lambda apdu: _sent(connection, apdu), traffic))
            self.session.select()
        except BaseException:
            self.close()
            raise

    def verify(self, pin: str) -> None:
        """As :meth:`PivSession.verify`."""
        self._touched = True
        self.session.verify(pin)

    def facts(self) -> CardFacts:
        """As :meth:`PivSession.facts`; a card that somebody left open is shut for that."""
        found = self.session.facts()
        self._touched = self._touched or found.left is None
        return found

    def close(self) -> None:
        """The card forgets its PIN where it was asked for.  Never raises; may be called twice."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.end(reset=self._touched)
        self._context.close()


class PivCard:
    """``core.operator_cards.OperatorCard``.  ``changed`` is told when its facts are others; any thread."""

    def __init__(
        self, reader: str, insertion: int, facts: CardFacts, traffic: TrafficLog, changed: Callable[[], None]
    ) -> None:
        self._reader = reader
        self._insertion = insertion
        self._facts = facts
        self._traffic = traffic
        self._changed = changed
        self._open: OpenCard | None = None
        self._out = threading.Event()

    @property
    def facts(self) -> CardFacts:
        """See :class:`core.operator_cards.OperatorCard`."""
        return self._facts

    def pulled(self) -> None:
        """From the lane: it is out, and stays so whatever is put in next."""
        self._out.set()

    def verify(self, pin: str) -> None:
        """See :class:`core.operator_cards.OperatorCard`; also PIN_FORM, IN_USE, FOREIGN, MUTE."""
        self.release()
        self._need_in()
        self._open = OpenCard(self._reader, self._insertion, self._traffic)
        try:
            self._open.verify(pin)
        except CardError as error:
            if error.code in (CardFault.PIN_WRONG, CardFault.PIN_BLOCKED):
                left = error.facts.get("left", 0)
                self._told(replace(self._facts, left=left if isinstance(left, int) else 0))
            self.release()
            raise
        if self._facts.left is not None:  # all of them again, and the card says how many when it is put in
            self._told(replace(self._facts, left=None))

    def generate(self, operator: str) -> CardFacts:
        """See :class:`core.operator_cards.OperatorCard`; also ISSUER."""
        if self._facts.signing or self._facts.algorithm:
            raise CardError(CardFault.TAKEN, operator=self._facts.operator)
        session = self._session()
        session.manage()
        session.generate(operator)
        made = session.facts()
        if not made.signing:
            raise CardError(CardFault.FAILED, what="GENERATE")
        self._told(made)
        return made

    def sign(self, message: bytes) -> bytes:
        """See :class:`core.operator_cards.OperatorCard`."""
        signature = self._session().sign(hashlib.sha256(message).digest())
        if not PublicKey(self._facts.signing).verify(signature, message):  # a certificate of another key
            raise CardError(CardFault.FAILED, what="sign")
        return signature

    def agree(self, point: bytes) -> bytes:
        """See :class:`core.operator_cards.OperatorCard`."""
        return self._session().agree(point)

    def release(self) -> None:
        """See :class:`core.operator_cards.OperatorCard`."""
        opened, self._open = self._open, None
        if opened is not None:
            opened.close()

    def _session(self) -> PivSession:
        self._need_in()
        if self._open is None:
            raise CardError(CardFault.FAILED, what="pin")
        return self._open.session

    def _need_in(self) -> None:
        if self._out.is_set():
            raise CardError(CardFault.PULLED, retry=True)

    def _told(self, facts: CardFacts) -> None:
        self._facts = facts
        self._changed()


def _reached(reader: str, limit_s: float) -> tuple[Context, Connection]:
    """As :func:`reach`: here, and only here, a refusal is about the account and not about a lost card."""
    try:
        return reach(reader, limit_s)
    except PcscError as error:
        if error.code == DENIED:
            raise CardError(CardFault.DENIED, retry=True) from None
        raise


def _sent(connection: Connection, apdu: bytes) -> bytes:
    answer = _asked(lambda: connection.transmit(apdu))
    if len(answer) < _STATUS_BYTES:  # what some drivers give for a card that has just lost its contacts
        raise CardError(CardFault.PULLED, retry=True)
    return answer


def _asked(ask: Callable[[], _T]) -> _T:
    try:
        return ask()
    except PcscError as error:
        if error.lost:
            raise CardError(CardFault.PULLED, retry=True) from None
        if error.code == SHARING:
            raise CardError(CardFault.IN_USE, retry=True) from None
        if error.code == UNRESPONSIVE:
            raise CardError(CardFault.MUTE) from None
        raise CardError(CardFault.FAILED, what=str(error)) from None
