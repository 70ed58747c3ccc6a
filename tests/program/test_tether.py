"""What the demonstration starts never outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_service_ends_when_its_parent_is_killed() -> None:
    """The parent gets SIGKILL: nobody is left to clean up, and still nothing stays."""
    service = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    starter = (
        "import subprocess, sys, time\n"
        "command = [sys.executable, '-m', 'program.tether', sys.executable, '-c', sys.argv[1]]\n"
        "child = subprocess.Popen(command, stdin=subprocess.PIPE)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starter, service], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    end = time.monotonic() + 30
    while alive(pid):
        assert time.monotonic() < end, "still there"
        time.sleep(0.05)


def test_its_exit_code_comes_through() -> None:
    command = [sys.executable, "-m", "program.tether", sys.executable, "-c", "raise SystemExit(3)"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as tether:
        assert tether.wait(30) == 3
