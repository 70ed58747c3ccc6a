"""Five short tones, made by calculation: what has happened, for a clerk who looks at the parcel.

Each differs from the others in pitch, length and direction, so that none needs a trained ear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.view import CounterView

RATE = 22_050  # samples a second, one channel, 16 bits
_LOUDEST = 9_000  # of 32,767: heard over a shop, not across it
_EDGE_MS = 6  # a tone that begins or ends at once clicks


class Sound(StrEnum):
    """What a clerk may hear."""

    CARD = "card"  # a document was read
    SCANNED = "scanned"  # a waybill, or a label on its parcel
    ACCEPTED = "accepted"  # the item is recorded for good
    WARNING = "warning"
    ERROR = "error"


Play = Callable[[Sound], bool]  # returns at once; False: this machine has nothing to play it with

# (hertz, milliseconds) one after the other; 0 Hz is a pause.
_NOTES: Mapping[Sound, tuple[tuple[int, int], ...]] = MappingProxyType(
    {
        Sound.CARD: ((880, 80),),
        Sound.SCANNED: ((1568, 60),),
        Sound.ACCEPTED: ((659, 90), (988, 160)),
        Sound.WARNING: ((523, 110), (0, 60), (523, 110)),
        Sound.ERROR: ((330, 160), (220, 260)),
    }
)
_ACCEPTED = ("msg.accepted", "msg.accepted_waits", "msg.accepted_unasked")
_SCANS = ("msg.waybill_scanned", "msg.affixed", "msg.affixed_already")


def play_nothing(_sound: Sound) -> bool:
    """For windows that nobody listens to: tests, pictures."""
    return True


def sound_of(before: CounterView | None, view: CounterView) -> Sound | None:
    """What is heard when ``view`` follows ``before``; one sound at most, the gravest."""
    said = view.message
    if said is not None and (
        before is None or before.message is None or said.serial != before.message.serial
    ):
        if said.code in _ACCEPTED:
            return Sound.ACCEPTED
        if said.level in ("error", "warning"):
            return Sound(said.level)
        if said.code in _SCANS:
            return Sound.SCANNED
    if before is None or before.visit is None or view.visit is None:
        return None
    old, new = before.visit.sender, view.visit.sender
    if new is None or new.method != "chip" or not new.still_on_reader:
        return None
    read = old is None or (old.kind, old.number) != (new.kind, new.number) or not old.still_on_reader
    return Sound.CARD if read else None


def wave_of(sound: Sound) -> bytes:
    """The tone as a WAV file."""
    import io
    import wave

    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        for hertz, milliseconds in _NOTES[sound]:
            out.writeframes(_note(hertz, milliseconds))
    return file.getvalue()


def _note(hertz: int, milliseconds: int) -> bytes:
    import math
    from array import array

    count = RATE * milliseconds // 1000
    edge = RATE * _EDGE_MS / 1000
    samples = array("h")
    for at in range(count):
        swell = min(1.0, at / edge, (count - 1 - at) / edge)
        samples.append(round(_LOUDEST * swell * math.sin(math.tau * hertz * at / RATE)))
    return samples.tobytes()  # little-endian, as WAV is, on every machine this runs on
