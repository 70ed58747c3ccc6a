"""The forms of what stands in an entry's data, and of a kind of entry.

They admit codes, numbers, times, ids and bytes, and **no free text**: chained bytes name staff by
number, customers never, and no waybill, so a kind that could carry a name cannot be declared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core import wire
from core.errors import EntryError

Check = Callable[[object], bool]

_CODE = re.compile(r"[a-z][a-z0-9_.]{0,39}")
_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._:-]{0,63}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
_KEY = re.compile(r"(?:ed25519|x25519|p256)\.[A-Za-z0-9_-]{43,87}")
_STAFF = re.compile(r"[A-Z]{2}\d{4,8}")
_TAG = re.compile(r"[A-Z0-9][A-Z0-9-]{2,30}[A-Z0-9]")  # what stands on a bag or on a seal; never a waybill


def _matches(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _bytes(limit: int) -> Check:
    def check(value: object) -> bool:
        try:
            return len(wire.unb64(value)) <= limit
        except EntryError:
            return False

    return check


def _codes(value: object) -> bool:
    """A list of 1 to 16 codes."""
    return isinstance(value, list | tuple) and 0 < len(value) <= 16 and all(map(CODE, value))


def optional(inner: Check) -> Check:
    return lambda value: value is None or inner(value)


CODE, ID, DAY, MONTH, TIME, KEY = (_matches(p) for p in (_CODE, _ID, _DAY, _MONTH, _TIME, _KEY))
STAFF = _matches(_STAFF)
TAG = _matches(_TAG)
COUNT: Check = _integer
CODES: Check = _codes
HASH = _bytes(32)
SIGNATURE = _bytes(80)
DOCUMENT = _bytes(2048)  # a signed document (grant, certificate), as canonical bytes


def FLAG(value: object) -> bool:  # noqa: N802 - stands beside the other forms
    """true or false."""
    return isinstance(value, bool)


def fits(body: Mapping[str, Any], form: Mapping[str, Check]) -> bool:
    """Whether ``body`` has exactly the members of ``form``, each in its form."""
    return set(body) == set(form) and all(check(body[name]) for name, check in form.items())


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind in one version: its name and the form of each member of ``data``."""

    name: str
    version: int
    form: Mapping[str, Check]
    personal: bool  # a person's act: needs the session's signature
