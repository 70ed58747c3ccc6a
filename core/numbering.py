"""What is asked of the number pools (commands; see core/commands.py), and what is seen of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class VoidCause(StrEnum):
    """Why numbers of a pool are spoiled; codes go into the journal."""

    DAMAGED = "damaged"  # 破损或污损
    LOST = "lost"  # 遗失
    MISPRINTED = "misprinted"  # 印错
    RETURNED = "returned"  # 退回总部


@dataclass(frozen=True)
class TakeNumber:
    """The next free number of this counter's pools, for the waybill."""


@dataclass(frozen=True)
class VoidNumbers:
    """Numbers of a pool are spoiled: ``first`` to ``last`` as they are printed, and why."""

    first: str = field(repr=False)
    last: str = field(repr=False)
    cause: VoidCause


@dataclass(frozen=True)
class PoolView:
    """What this counter's number pools have left; ``low``: more has to come from headquarters."""

    left: int
    low: bool = False
