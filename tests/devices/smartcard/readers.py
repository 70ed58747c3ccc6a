"""Readers with software cards, and what lies in them, for tests of whoever asks a card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from core.devices import CardFacts
from core.operator_cards import OperatorCard
from devices.simulators.operator_cards import CardFile, CardReaders
from devices.smartcard.software import SoftwareCard

PIN, WRONG = "246810", "111111"


class Readers:
    """``core.operator_cards.Cards`` over the simulated readers, without a lane: as they lie now."""

    def __init__(self, directory: Path) -> None:
        self.readers = CardReaders(directory)
        self._handed: list[OperatorCard] = []

    def __enter__(self) -> Self:
        self.readers.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for card in self._handed:
            card.release()
        self.readers.stop()

    def present(self) -> Sequence[OperatorCard]:
        """In the order in which they were put in."""
        rows = sorted(self.readers._list()["cards"], key=lambda row: row["insertion"])
        made: list[OperatorCard] = []
        for row in rows:
            insertion = row.pop("insertion")
            made.append(SoftwareCard(self.readers.url, CardFacts(**row), insertion))
        self._handed += made
        return made

    def insert(self, name: str, *, algorithm: str = "", reader: int = 1) -> CardFile:
        """A card of that name, new where there is none."""
        card = self.readers.card(name, PIN, algorithm=algorithm)
        self.readers.insert(card, reader)
        return card

    def pull(self, reader: int = 1) -> None:
        """Out."""
        self.readers.pull(reader)
