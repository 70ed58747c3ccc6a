"""``python -m tests.faults.serve``: forks a fresh counter for each request line (JSON) on standard input.

Everything is imported once, so that a counter starts in a few milliseconds; no thread runs here, so a fork is
whole.  What counters say and how they ended comes out as JSON lines.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from program import interpreter
from tests.faults import day_scenes, disk_scenes
from tests.faults.clerk import StuckError
from tests.faults.counter import Trap, enrolment, say, work
from tests.faults.rulebook import rule_book

Scene = Callable[[Mapping[str, Any], Trap], None]
SCENES: Mapping[str, Scene] = {"work": work, "enrol": enrolment, **disk_scenes.SCENES, **day_scenes.SCENES}


def run(order: Mapping[str, Any]) -> int:
    """One request, in this process."""
    faulthandler.enable()
    trap = Trap(**order.get("trap", {}))
    try:
        SCENES[order["scene"]](order, trap)
    except StuckError as stuck:
        say(stuck=str(stuck)[:1500])
        return 1
    finally:
        say(steps=sorted(trap.seen))
    return 0


def serve() -> None:
    """Fork for each line until standard input ends."""
    interpreter.share()
    rule_book()  # here, and not again in every fork
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 2
            try:
                code = run(order)
            finally:  # nothing of the server may run on in the fork
                if code == 2:
                    traceback.print_exc()
                sys.stderr.flush()
                os._exit(code)
        say(pid=child)
        _, status = os.waitpid(child, 0)
        say(ended=os.waitstatus_to_exitcode(status), core=os.WCOREDUMP(status))


if __name__ == "__main__":
    serve()
