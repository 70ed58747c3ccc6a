"""Commands that need nothing of the station but its live state: what does each of them.

A new act has its command in a module of its own (beside ``core/late.py``), a row here, and a row in
:mod:`core.station.allowed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from core import commands as c
from core.blocking import BLOCKING
from core.breaching import WARNING
from core.closing import DisputeDifference, ExplainDifference, FinishDifference, LeaveClose, OpenClose
from core.correcting import CORRECTING
from core.dispatch import DISPATCH, LeaveDispatch
from core.handover import TakeOver
from core.incidents import INCIDENTS
from core.item_exceptions import EXCEPTING, HOLDING
from core.late import AdoptLate, DeclineLate
from core.notify import AskNotify
from core.paper_forms import AskVoidForm, DrawForms, HandOutForms, VoidForm
from core.second import AskReaderDown, AskVoid, BeginReaderDown, DecideRequest, VoidItem
from core.shift import SHIFT, LeaveShift
from core.station import (
    blocking,
    breaching,
    closing,
    correcting,
    dispatching,
    handing,
    incidents,
    item_exceptions,
    late,
    notifying,
    paper_forms,
    second,
    shifting,
    stocktaking,
)
from core.station.live import Live
from core.stocktaking import STOCKTAKE, LeaveStocktake

Act = Callable[[Live, Any], object]  # what it gives back ends the command's future

ACTS: Mapping[type[c.Command], Act] = MappingProxyType({
    AdoptLate: lambda live, command: late.adopt(live, command.branch),
    DeclineLate: lambda live, command: late.decline(live, command.branch, command.reason),
    AskNotify: notifying.ask,
    TakeOver: handing.handle,
    **dict.fromkeys((AskVoid, VoidItem, AskReaderDown, BeginReaderDown, DecideRequest), second.handle),
    **dict.fromkeys((HandOutForms, DrawForms, AskVoidForm, VoidForm), paper_forms.handle),
    **dict.fromkeys(CORRECTING, correcting.handle),
    **dict.fromkeys((*DISPATCH, LeaveDispatch), dispatching.handle),
    **dict.fromkeys((*STOCKTAKE, LeaveStocktake), stocktaking.handle),
    **dict.fromkeys((*SHIFT, LeaveShift), shifting.handle),
    **dict.fromkeys(BLOCKING, blocking.handle),
    **dict.fromkeys(WARNING, breaching.handle),
    **dict.fromkeys(INCIDENTS, incidents.handle),
    **dict.fromkeys((*EXCEPTING, *HOLDING), item_exceptions.handle),
    **dict.fromkeys(
        (OpenClose, LeaveClose, ExplainDifference, FinishDifference, DisputeDifference), closing.handle),
})  # fmt: skip
