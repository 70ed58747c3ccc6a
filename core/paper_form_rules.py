"""Numbered paper forms for the hours in which a counter cannot be used: how many, how long (rule data).

For which causes is said where a second person is asked (``second.paper_entry``).  R9 wants registration in
the system alone: ``most_out`` 0 switches the forms off, and what was handed out is entered or voided all the
same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.ledger.paper_forms import MOST_OUT
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]


@dataclass(frozen=True, slots=True)
class PaperFormRules:
    """``most_out`` forms may be out at one counter; entered within ``enter_hours`` of what the paper says;
    and of one business day's the first and the last are at most ``longest_hours`` apart."""

    most_out: int
    enter_hours: int
    longest_hours: int


def read_paper_forms(node: Node, sourced: Sourced) -> PaperFormRules:
    """The member ``paper_forms``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    part = node.members(("most_out", "enter_hours", "longest_hours"))
    return PaperFormRules(
        most_out=sourced(part["most_out"], "value")["value"].integer(0, MOST_OUT),
        enter_hours=sourced(part["enter_hours"], "value")["value"].integer(1, 24 * 7),
        longest_hours=sourced(part["longest_hours"], "value")["value"].integer(1, 24),
    )
