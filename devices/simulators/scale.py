"""Simulated scales: one that sends its line ten times a second, and two that are asked."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from devices.simulators.port import Device, Port

EVERY_S = 0.1
SETTLE_LINES = 4  # a parcel put down swings for so many lines
CAPACITY_G = 30_000
LEAST_G = -200  # below this a scale shows no figure but that it is below its range
_SWING = (35, -20, 12, -5)  # grams beside the truth, one a line


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands in the display: whole grams beside the tare; ``range`` is "", "over" or "under"."""

    grams: int
    moving: bool
    tare: int
    range: str


class ScaleSimulator(Device):
    """A pan of 30 kg with a division of one gram.  Everything public may be used from any thread."""

    def __init__(self, port: Port) -> None:
        super().__init__("scale", port)
        self._lock = threading.Lock()
        self._grams = 0
        self._tare = 0
        self._swing = 0  # lines that are not stable yet
        self._unstable = False
        self._over = False
        self.unit = "kg"  # what a person set it to; the figure stays what it is in kilograms
        self._round = 0
        self._due = time.monotonic()

    def put(self, grams: int) -> None:
        """So much lies on the pan from now on; 0 takes everything off."""
        with self._lock:
            self._grams, self._swing = grams, SETTLE_LINES

    def set_unstable(self, on: bool) -> None:
        """Somebody leans on the table."""
        with self._lock:
            self._unstable = on

    def set_over(self, on: bool) -> None:
        """More lies there than the scale can weigh, whatever was put."""
        with self._lock:
            self._over = on

    def tare(self) -> None:
        """The tare key: what lies there now counts as nothing; with an empty pan, gross again."""
        with self._lock:
            self._tare, self._swing = self._grams, 1

    def state(self) -> dict[str, object]:
        """What lies there, and what is switched on."""
        with self._lock:
            return {"grams": self._grams, "tare": self._tare, "unstable": self._unstable, "over": self._over}

    def _serve(self) -> None:
        self.port.receive(max(0.0, min(EVERY_S, self._due - time.monotonic())))
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + EVERY_S
        self.port.send(self._line())

    def _look(self) -> Shown:
        """One look at the display; a parcel that was put down comes to rest look by look."""
        with self._lock:
            self._round += 1
            if self._over or self._grams > CAPACITY_G:
                return Shown(0, False, self._tare, "over")
            moving = self._unstable or self._swing > 0
            shown = self._grams - self._tare
            if moving and self._grams:
                shown += _SWING[self._round % len(_SWING)]
            self._swing = max(0, self._swing - 1)
            under = self._grams < LEAST_G and not self._tare
            return Shown(shown, moving, self._tare, "under" if under else "")

    def _line(self) -> bytes:
        look = self._look()
        mode = "NT" if look.tare else "GS"
        if look.range == "over":
            return f"OL,{mode},+-------{self.unit}\r\n".encode("ascii")
        status, sign = ("US" if look.moving else "ST"), ("-" if look.grams < 0 else "+")
        return f"{status},{mode},{sign}{abs(look.grams) / 1000:7.3f}{self.unit}\r\n".encode("ascii")


class AskedScale(ScaleSimulator):
    """Says nothing unasked; ``end`` is the last byte of a question."""

    end = b"\n"

    def __init__(self, port: Port) -> None:
        super().__init__(port)
        self._heard = b""

    def _serve(self) -> None:
        *questions, self._heard = (self._heard + self.port.receive(0.02)).split(self.end)
        self._heard = self._heard[-64:]
        for question in questions:
            self.port.send(self.answer(question))

    def answer(self, question: bytes) -> bytes:
        """The bytes that answer one question, its end taken off."""
        raise NotImplementedError


class SicsScale(AskedScale):
    """MT-SICS level 1, or level 0, which knows nothing of a tare."""

    def __init__(self, port: Port, *, level: int = 1) -> None:
        super().__init__(port)
        self._level = level

    def answer(self, question: bytes) -> bytes:
        """See the manual: ten characters of figure, a space, the unit."""
        if question == b"SI\r":
            look = self._look()
            sign = {"over": "S +", "under": "S -"}.get(look.range)
            return self._said(sign or self._figure(f"S {'D' if look.moving else 'S'}", look.grams))
        if question == b"TA\r" and self._level:
            return self._said(self._figure("TA A", self.state()["tare"]))
        return self._said("ES")

    def _figure(self, what: str, grams: object) -> str:
        assert isinstance(grams, int)
        return f"{what} {grams / 1000:10.3f} {self.unit}"

    def _said(self, text: str) -> bytes:
        return text.encode("ascii") + b"\r\n"


class NciScale(AskedScale):
    """NCI SCP-01 with the third status character, which tells net from gross."""

    def __init__(self, port: Port, *, even_parity: bool = False) -> None:
        super().__init__(port)
        self._even = even_parity
        self.end = b"\x8d" if even_parity else b"\r"
        self.no_zero = False  # switched on with a load on it
        self.damaged = False

    def answer(self, question: bytes) -> bytes:
        """Weight and status to ``W``, a question mark to all else."""
        if question != (b"\xd7" if self._even else b"W"):
            return self._line_of(b"\n?\r\x03")
        look = self._look()
        first = 0x30 | look.moving | (look.grams == 0) << 1 | self.damaged << 2
        second = 0x70 | (look.range == "under") | (look.range == "over") << 1
        third = 0x30 | bool(look.tare) << 2 | self.no_zero << 3
        shown = "------" if look.range else f"{look.grams / 1000:.3f}{self.unit.upper()}"
        status = bytes((first, second, third))
        return self._line_of(b"\n" + shown.encode("ascii") + b"\r\n" + status + b"\r\x03")

    def _line_of(self, data: bytes) -> bytes:
        if not self._even:
            return data
        return bytes(value + (0x80 if bin(value).count("1") % 2 else 0) for value in data)
