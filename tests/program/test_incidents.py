"""A bug in any thread: a number to tell, a place to look, and nobody's name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BROKEN = """
import logging, sys, threading
from program.incidents import install
logging.basicConfig(level=logging.INFO)
install(lambda number: print("shown", number, flush=True))
def broken():
    name = "示例甲"
    raise ValueError(name)
thread = threading.Thread(target=broken)
thread.start()
thread.join()
broken()
"""


def test_both_hooks_say_type_and_place_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    shown = [line.split()[1] for line in done.stdout.splitlines()]
    assert len(shown) == 2
    for number in shown:
        assert f"incident {number}: ValueError at <string>:8" in done.stderr
    assert "示例甲" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
