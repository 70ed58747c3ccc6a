"""``python -m program.tether COMMAND…``: runs a command, and ends it when our standard input ends.

So a service that knows nothing of us never outlives the program that started it, however that dies.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from types import FrameType

_POLL_SECONDS = 0.2
_PATIENCE_SECONDS = 5.0


def main(command: list[str]) -> int:
    """The command's exit code."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own demonstration's
    asked = [False]

    def end(_number: int, _frame: FrameType | None) -> None:
        asked[0] = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while child.poll() is None and not asked[0] and not _stdin_ended():
        pass
    child.terminate()
    try:
        return child.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait(_PATIENCE_SECONDS)


def _stdin_ended() -> bool:
    ready, _, _ = select.select([sys.stdin], [], [], _POLL_SECONDS)
    return bool(ready) and os.read(sys.stdin.fileno(), 4096) == b""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
