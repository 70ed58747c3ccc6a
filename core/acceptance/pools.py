"""A pool of waybill numbers that headquarters gives to one counter, so that it can number offline (I4).

The directive's body names the pool and how many numbers it has; which numbers these are stands in its
attachment, for a waybill is personal information: entries say pool and ordinal, and once the attachment is
erased an ordinal leads to no waybill any more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core import wire
from core.acceptance.waybill import check_waybill, s10_check_digit
from core.errors import EntryError, EntryFault, RuleError, RuleFault
from core.ledger import forms
from core.ledger.directives import SignedDirective
from core.ledger.ranges import NO_POOL
from core.rule_data import Rules

MOST = 10_000  # numbers in one pool: its state stands in every commit
S10, PLAIN = "s10", "none"
_BODY = {"pool", "epoch", "count", "warn", "withdrawn"}
_FORM = {"prefix", "digits", "suffix", "check", "first"}
_LETTERS = re.compile("[A-Z0-9]{0,12}")
_SUFFIX = re.compile("(?:[A-Z][A-Z0-9]{0,11})?")  # a digit would run on from the number
_S10_DIGITS = 8
_DIGITS_MOST = 15


@dataclass(frozen=True, slots=True)
class Series:
    """Which numbers a pool has: ``prefix``, a serial of ``digits`` figures, its check digit, ``suffix``."""

    prefix: str
    first: int
    digits: int
    suffix: str = ""
    check: str = PLAIN

    def number(self, ordinal: int) -> str:
        """The waybill of an ordinal from 1 on."""
        serial = f"{self.first + ordinal - 1:0{self.digits}d}"
        digit = s10_check_digit(serial) if self.check == S10 else ""
        return f"{self.prefix}{serial}{digit}{self.suffix}"

    def ordinal(self, waybill: str) -> int:
        """The inverse; 0 or less, or beyond the pool, for a number that is not of it."""
        serial = waybill[len(self.prefix) : len(self.prefix) + self.digits]
        if not (serial.isascii() and serial.isdigit()):
            return 0
        ordinal = int(serial) - self.first + 1
        return ordinal if ordinal >= 1 and self.number(ordinal) == waybill else 0

    def line(self, count: int) -> tuple[str, int, int]:
        """(kind of number, lowest, highest): two pools whose kinds agree overlap where these do.

        Figures at the end of the prefix belong to the number: 11 + 05 and 1 + 105 are one.
        """
        letters = self.prefix.rstrip("0123456789")
        figures = self.prefix[len(letters) :]
        width = len(figures) + self.digits
        low = int(f"{figures}{self.first:0{self.digits}d}")
        return f"{letters}|{width}|{self.check}|{self.suffix}", low, low + count - 1


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool of one terminal's epoch.  ``series`` is None where its attachment is gone.

    ``warn``: with so many free numbers left the clerk is told.
    """

    id: str
    epoch: int
    count: int
    warn: int
    withdrawn: bool = False
    series: Series | None = None

    def number(self, ordinal: int) -> str:
        """The waybill; raises EntryError FORM where the attachment is gone."""
        if self.series is None:
            raise EntryError(EntryFault.FORM, what="pool erased")
        return self.series.number(ordinal)

    def ordinal(self, waybill: str) -> int:
        """Its place in this pool, 0 for a number of any other."""
        found = self.series.ordinal(waybill) if self.series is not None else 0
        return found if 1 <= found <= self.count else 0


def series_from(first: str, rules: Rules) -> Series:
    """The series that begins with a printed number.  Raises RuleError WAYBILL_FORM, WAYBILL_CHECK."""
    number = check_waybill(first, rules)
    form = next(form for form in rules.waybills if form.pattern.fullmatch(number))
    if form.check == S10:
        return Series(number[:2], int(number[2:10]), _S10_DIGITS, number[-2:], S10)
    letters = number.rstrip("0123456789")
    # Of a long number the head stays as it is: pools lie far below the billion.
    tail = number[len(letters) :][-9:]
    if not tail:
        raise RuleError(RuleFault.WAYBILL_FORM, what="form", length=len(number))
    return Series(number[: len(number) - len(tail)], int(tail), len(tail))


def check_series(series: Series, count: int, rules: Rules, *, every: bool = True) -> None:
    """That its numbers (not ``every``: the first and the last) are waybills by the rules.

    Raises EntryError FORM (``what``: which part is wrong), RuleError WAYBILL_FORM, WAYBILL_CHECK.
    """
    digits = series.digits == _S10_DIGITS if series.check == S10 else 1 <= series.digits <= _DIGITS_MOST
    for what, sound in (
        ("prefix", _LETTERS.fullmatch(series.prefix) is not None),
        ("suffix", _SUFFIX.fullmatch(series.suffix) is not None),
        ("check", series.check in (S10, PLAIN)),
        ("digits", digits),
        ("count", 1 <= count <= MOST),
        ("first", series.first >= 0 and len(str(series.first + count - 1)) <= series.digits),
    ):
        if not sound:
            raise EntryError(EntryFault.FORM, what=f"pool {what}")
    for ordinal in range(1, count + 1) if every else (1, count):
        number = series.number(ordinal)
        form = next((form for form in rules.waybills if form.pattern.fullmatch(number)), None)
        if form is None or form.check != series.check or check_waybill(number, rules) != number:
            raise RuleError(RuleFault.WAYBILL_FORM, what="form", length=len(number))


def pool_directive(pool: Pool) -> tuple[dict[str, Any], bytes | None]:
    """(body, attachment) of the directive that gives ``pool`` to its terminal, or withdraws it."""
    body = {name: getattr(pool, name) for name in ("epoch", "count", "warn", "withdrawn")}
    series = pool.series
    if series is None:
        return {**body, "pool": pool.id}, None
    form = {name: getattr(series, name) for name in sorted(_FORM)}
    return {**body, "pool": pool.id}, wire.encode(form)


def read_pool(signed: SignedDirective) -> Pool:
    """Raises EntryError FORM."""
    body = signed.directive.body
    counts = [body.get(name) for name in ("epoch", "count", "warn")]
    sound = set(body) == _BODY and forms.ID(body["pool"]) and body["pool"] != NO_POOL
    if not sound or not all(map(forms.COUNT, counts)) or not forms.FLAG(body["withdrawn"]):
        raise EntryError(EntryFault.FORM, what="pool")
    pool = Pool(body["pool"], body["epoch"], body["count"], body["warn"], body["withdrawn"])
    if not 1 <= pool.count <= MOST:
        raise EntryError(EntryFault.FORM, what="pool count")
    if signed.attachment is None:
        return pool
    return replace(pool, series=_read_series(wire.decode(signed.attachment)))


def _read_series(form: Mapping[str, Any]) -> Series:
    texts = (form.get("prefix"), form.get("suffix"), form.get("check"))
    sound = set(form) == _FORM and all(isinstance(text, str) for text in texts)
    if not sound or not all(map(forms.COUNT, (form["digits"], form["first"]))):
        raise EntryError(EntryFault.FORM, what="pool series")
    return Series(form["prefix"], form["first"], form["digits"], form["suffix"], form["check"])
