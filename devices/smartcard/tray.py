"""What lies in the readers of one counter: the lane fills it, the vault looks into it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from core.operator_cards import OperatorCard


class CardTray:
    """``core.operator_cards.Cards``, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cards: tuple[OperatorCard, ...] = ()

    def present(self) -> Sequence[OperatorCard]:
        """The one put in last is the last."""
        with self._lock:
            return self._cards

    def put(self, card: OperatorCard) -> None:
        """It was put in; one that lies there already stays where it is in the order."""
        with self._lock:
            if any(each.facts.serial == card.facts.serial for each in self._cards):
                new = (card if each.facts.serial == card.facts.serial else each for each in self._cards)
                self._cards = tuple(new)
            else:
                self._cards = (*self._cards, card)

    def take(self, serial: str) -> None:
        """It is gone."""
        with self._lock:
            self._cards = tuple(each for each in self._cards if each.facts.serial != serial)
