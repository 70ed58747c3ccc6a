"""A card that was read and still lies on the reader: for how long, and whether it is the same one."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable

from core.identity.card import IdCard

CARD_LEFT_S = 60


class LeftBehind:
    """Counts from the read; speaks once for each placing."""

    def __init__(self, limit_s: int, clock: Callable[[], float] = time.monotonic) -> None:
        """``limit_s`` 0: never."""
        self._limit_s = limit_s
        self._clock = clock
        self._since: float | None = None

    def placed(self) -> None:
        """A card was read."""
        self._since = self._clock()

    def due(self) -> int:
        """The card still lies there: since how many whole seconds, once when it is too long, else 0."""
        if self._since is None or not self._limit_s:
            return 0
        lain = int(self._clock() - self._since)
        if lain < self._limit_s:
            return 0
        self._since = None
        return lain


class LastCard:
    """Knows the last card again, without keeping anything that says whose it is."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)  # of this lane and run of the program alone
        self._digest = b""

    def keep(self, card: IdCard) -> None:
        """This is the last card now."""
        self._digest = self._of(card)

    def is_same(self, card: IdCard) -> bool:
        """Whether this is the document that was kept."""
        return secrets.compare_digest(self._digest, self._of(card))

    def _of(self, card: IdCard) -> bytes:
        text = "|".join((card.kind.value, card.number, card.valid_from.isoformat(), card.name, card.name_en))
        return hashlib.blake2b(text.encode("utf-8"), key=self._key).digest()
