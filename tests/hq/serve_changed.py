"""``hq`` for fault tests: a step at which the process kills itself, and shorter waits.

COUNTER_HQ_TEST is JSON: {"kill": [STEP, N] or null, "limits": {…}}.  The product has no such door: this
program puts its own probe and limits into the service that the command makes.
"""

from __future__ import annotations

import functools
import json
import os
import signal
from collections.abc import Sequence

from core.ports import Probe, no_probe
from hq import service
from hq.__main__ import main as headquarters
from hq.web import Limits


def _kill_at(step: str, number: int) -> Probe:
    left = [number]

    def probe(passed: str) -> None:
        if passed == step:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return probe


def main(arguments: Sequence[str]) -> int:
    """As headquarters' own."""
    wanted = json.loads(os.environ["COUNTER_HQ_TEST"])
    changed = functools.partial(
        service.build_service,
        probe=_kill_at(*wanted["kill"]) if wanted["kill"] else no_probe,
        limits=Limits(**wanted["limits"]),
    )
    setattr(service, "build_service", changed)  # noqa: B010
    return headquarters(arguments)
