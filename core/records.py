"""What is printed or filed about something that happened here: nobody's data, codes in their words."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ExceptionRecord:
    """The report of an item's exception; nobody's data but the waybill, which stands on the item itself.

    ``state``: "open", "stopped", "held", or how it ended; ``reason`` and ``organ`` are the rule data's words,
    times local, ``approved`` the staff number of whoever approved the hold.  "" where there is nothing.
    """

    reference: str
    branch: str
    operator: str
    at: str
    state: str
    reason: str
    number: str
    waybill: str = field(repr=False)
    opened: str = ""
    by: str = ""
    tries: int = 0
    told: str = ""  # when the customer heard of it
    approved: str = ""
    until: str = ""
    organ: str = ""

    def rows(self) -> tuple[tuple[str, str], ...]:
        """(name of the line, its text) as they stand on every paper, without what is not there."""
        rows = (
            ("reference", self.reference), ("reason", self.reason), ("number", self.number),
            ("waybill", self.waybill), ("opened", self.opened), ("by", self.by),
            ("tries", str(self.tries)), ("told", self.told), ("approved", self.approved),
            ("until", self.until), ("organ", self.organ), ("operator", self.operator), ("at", self.at),
            ("branch", self.branch),
        )  # fmt: skip
        return tuple(row for row in rows if row[1])


@dataclass(frozen=True, slots=True)
class WarningRecord:
    """What a customer takes home who is warned; nobody's data.  ``due`` an ISO date, ``at`` local time."""

    reference: str
    branch: str
    operator: str
    at: str
    breach: str
    number: str
    due: str
    appeal_days: int


@dataclass(frozen=True, slots=True)
class IncidentRecord:
    """The report of an incident of personal data with what PIPL 57 asks; nobody whose data it is.

    ``lines``: (name of the line, its text), without what is not known yet.
    """

    reference: str
    lines: tuple[tuple[str, str], ...]
