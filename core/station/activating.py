"""Somebody new makes her keys here: headquarters is asked beside the station's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.commands import Activate
from core.errors import CounterError, RuleError, RuleFault
from core.ports import Activation
from core.station.live import Live
from core.view import Screen

if TYPE_CHECKING:
    from concurrent.futures import Future


def begin(
    live: Live,
    activation: Activation | None,
    asked: Activate,
    enqueue: Callable[[Callable[[], object]], Future[object]],
) -> None:
    """What became of it is said when headquarters answers, on the station's thread by ``enqueue``.

    Raises RuleError NOT_ALLOWED while somebody works here, APPROVER_SELF.
    """
    if live.screen is Screen.CLERK or activation is None:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if asked.endorser == asked.operator:
        raise RuleError(RuleFault.APPROVER_SELF)
    operator = asked.operator

    def said(error: CounterError | None) -> None:
        """From the activation's thread."""
        enqueue(lambda: _say(live, operator, error))

    live.say("msg.activating", operator=operator)
    activation.begin(asked, said)


def _say(live: Live, operator: str, error: CounterError | None) -> None:
    if error is not None:
        live.say_error(error)
    else:
        code = "msg.activated" if live.journal is not None else "msg.activated_shut"
        live.say(code, "good", operator=operator)
