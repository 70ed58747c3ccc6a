"""That the item on the screen was registered on a paper form before, and which one that is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import EntryError, EntryFault, RuleError, RuleFault
from core.identity.characters import fold_width
from core.ledger.clock import CHINA
from core.ledger.entry import parse_stamp, stamp

_DIGITS = 6
_TYPED = re.compile(
    r"(?:(?P<terminal>[0-9]{6}-[0-9]{2}-[0-9]{2})-)?0*(?P<form>[1-9][0-9]{0,8})\s+"
    r"(?:(?P<month>[0-9]{1,2})[-./月](?P<day>[0-9]{1,2})日?\s+)?(?P<hour>[0-9]{1,2})[:.]?(?P<minute>[0-9]{2})"
)
_NUMBER = re.compile(r"(?:(?P<terminal>[0-9]{6}-[0-9]{2}-[0-9]{2})-)?0*(?P<form>[1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class PaperNote:
    """Which form; ``at`` is aware, as the paper says it; ``nonce`` hides what a second person compares."""

    form: int
    at: dt.datetime
    cause: str
    nonce: bytes = field(repr=False)

    @property
    def words(self) -> str:
        """As the label's record keeps it: number, and local time."""
        return f"{shown(self.form)} {self.at.astimezone(CHINA):%Y-%m-%d %H:%M}"


def shown(form: int) -> str:
    """A form's number as it stands on it: six digits or more."""
    return f"{form:0{_DIGITS}d}"


def read_number(text: str, terminal: str) -> int:
    """A form's number as typed, with or without the counter's name before it.

    Raises RuleError PAPER_NUMBER, PAPER_ELSEWHERE for a form of another counter (``terminal``).
    """
    found = _NUMBER.fullmatch(fold_width(text).strip())
    if found is None:
        raise RuleError(RuleFault.PAPER_NUMBER)
    return _here(found, terminal)


def read_typed(text: str, terminal: str, now: dt.datetime) -> tuple[int, dt.datetime]:
    """(number, time) as typed: ``12 9:10``, ``000012 0910`` of today, ``12 11-22 18:40`` of that day.

    A day without a year is the last one that has been.  Raises RuleError PAPER_TYPED, PAPER_ELSEWHERE,
    PAPER_FUTURE.
    """
    found = _TYPED.fullmatch(fold_width(text).strip())
    if found is None:
        raise RuleError(RuleFault.PAPER_TYPED)
    here, hour, minute = now.astimezone(CHINA), int(found["hour"]), int(found["minute"])
    form = _here(found, terminal)
    try:
        at = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if found["month"]:
            at = at.replace(month=int(found["month"]), day=int(found["day"]))
            at = at if at <= here else at.replace(year=at.year - 1)
    except ValueError:
        raise RuleError(RuleFault.PAPER_TYPED) from None
    if at > here:
        raise RuleError(RuleFault.PAPER_FUTURE)
    return form, at.astimezone(dt.UTC)


def _here(found: re.Match[str], terminal: str) -> int:
    if found["terminal"] and found["terminal"] != terminal:
        raise RuleError(RuleFault.PAPER_ELSEWHERE, terminal=found["terminal"])
    return int(found["form"])


def to_json(note: PaperNote | None) -> dict[str, Any] | None:
    """For a draft."""
    if note is None:
        return None
    return {"form": note.form, "at": stamp(note.at), "cause": note.cause, "nonce": note.nonce.hex()}


def from_json(value: Mapping[str, Any] | None) -> PaperNote | None:
    """Raises EntryError FORM for anything :func:`to_json` did not make."""
    if value is None:
        return None
    form, cause, nonce = value["form"], value["cause"], value["nonce"]
    if type(form) is not int or not isinstance(cause, str) or not isinstance(nonce, str):
        raise EntryError(EntryFault.FORM, what="draft paper form")
    return PaperNote(form, parse_stamp(value["at"]), cause, bytes.fromhex(nonce))
