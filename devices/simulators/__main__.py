"""``python -m devices.simulators --directory DIR [--tcp]``: the simulated devices of one counter.

Runs until it is interrupted, or with ``--end-with-stdin`` until its standard input ends: so it never
outlives the program that started it.  ``DIR/devices.json`` appears when everything is ready.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from devices.simulators.desk import READ_S, SimulatedDesk

POLL_S = 0.2


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 ended as asked, 3 the directory cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--tcp", action="store_true", help="TCP instead of pseudo-terminals")
    parser.add_argument("--read-seconds", type=float, default=READ_S, help="how long a chip takes")
    parser.add_argument("--cards", action="store_true", help="a reader for operators' cards too")
    parser.add_argument("--papers", action="store_true", help="a scanner that writes files too")
    parser.add_argument("--end-with-stdin", action="store_true")
    options = parser.parse_args(arguments)
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    try:
        with SimulatedDesk(
            options.directory,
            tcp=options.tcp,
            read_s=options.read_seconds,
            cards=options.cards,
            papers=options.papers,
        ):
            while not stop.is_set() and not (options.end_with_stdin and _stdin_ended()):
                stop.wait(POLL_S)
    except OSError as error:
        sys.stderr.write(f"{options.directory}: {error.strerror}\n")
        return 3
    return 0


def _stdin_ended() -> bool:
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(ready) and os.read(sys.stdin.fileno(), 4096) == b""


if __name__ == "__main__":
    sys.exit(main())
