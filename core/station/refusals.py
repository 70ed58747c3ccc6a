"""What a session was refused: the first time at once, how often when the session ends.

So nobody fills a journal.  Who tried what, and how it was refused; never what was typed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar

from core import commands as c
from core.errors import CounterError, RuleFault, StoreFault
from core.ledger.writer import Proposal
from core.station.allowed import action_of
from core.station.live import Live, new_id

KIND = "ActsRefused"
# The table of rights says no; the second person is the first, or may not, or is not who she says.
CAUSES = (
    RuleFault.ROLE,
    RuleFault.APPROVER_SELF,
    RuleFault.APPROVER_ROLE,
    RuleFault.ENDORSER,
    StoreFault.WRONG_KEY,
    StoreFault.LOCKED_OUT,
)
_Result = TypeVar("_Result")


def watched(live: Live, command: c.Command, run: Callable[[], _Result]) -> _Result:
    """``run``, and a note where the command was refused to whoever is logged in.  Raises what it raises."""
    session = live.session
    try:
        return run()
    except CounterError as error:
        action = action_of(command)
        if session is not None and session is live.session and action is not None and error.code in CAUSES:
            _note(live, (session.operator, action.value, str(error.code)))
        raise


def proposals(live: Live) -> list[Proposal]:
    """What came again since its first time; forget it with :func:`forget` once it is durable."""
    return [_proposal(key, more) for key, more in live.refused.items() if more]


def forget(live: Live) -> None:
    """The session is over."""
    live.refused.clear()


def _note(live: Live, key: tuple[str, str, str]) -> None:
    more = live.refused.get(key)
    live.refused[key] = 1 if more is None else more + 1
    if more is None:
        # Where the disk refuses it is written when the session ends, with the others.
        with contextlib.suppress(CounterError):
            live.commit([_proposal(key, 1)])
            live.refused[key] = 0


def _proposal(key: tuple[str, str, str], count: int) -> Proposal:
    operator, action, cause = key
    return Proposal(KIND, {"operator": operator, "action": action, "cause": cause, "count": count}, new_id())
