"""MT-SICS, the question and answer of Mettler Toledo's scales and of many that follow them.

Lines of ASCII that end with CR LF (MT-SICS reference manual, levels 0 and 1).  ``SI`` asks what is shown now,
stable or not; ``TA`` what the tare is.  Answers: ``S S     1.284 kg`` (stable), ``S D …`` (it moves), ``S +``
and ``S -`` (over and under its range), ``S I`` (cannot say now), ``TA A     0.250 kg``; ``ES`` (not
understood), ``ET`` (damaged on the way), ``EL`` (cannot be done).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from devices.scale.said import OverRange, Reading, Said, UnderRange, weight

_WEIGHT = re.compile(
    r"(?P<what>S [SD]|TA A)\s{1,12}(?P<sign>-?)\s{0,9}(?P<figure>[0-9]{1,7}(?:\.[0-9]{1,6})?)"
    r" (?P<unit>\S{1,4})\s*"
)


@dataclass(frozen=True, slots=True)
class Tare:
    """What is set off: whole grams, 0 where nothing is."""

    grams: int


@dataclass(frozen=True, slots=True)
class NotNow:
    """The scale is there and has no figure: it settles, or a person is in its menu."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """The scale does not know the question, or got it damaged."""


Answer = Said | Tare | NotNow | NotUnderstood
_FIXED: dict[str, Answer] = {
    "S +": OverRange(), "S -": UnderRange(), "S I": NotNow(), "TA I": NotNow(),
    "ES": NotUnderstood(), "ET": NotUnderstood(), "EL": NotUnderstood(),
}  # fmt: skip


def parse_answer(line: bytes) -> Answer | None:
    """One answer, its LF taken off; None for what is none."""
    try:
        text = line.decode("ascii").rstrip("\r")
    except UnicodeDecodeError:
        return None
    fixed = _FIXED.get(text.rstrip(" "))
    found = _WEIGHT.fullmatch(text) if fixed is None else None
    if found is None:
        return fixed
    read = weight(found["sign"] + found["figure"], found["unit"], stable=found["what"] == "S S")
    return Tare(read.grams) if found["what"] == "TA A" and isinstance(read, Reading) else read
