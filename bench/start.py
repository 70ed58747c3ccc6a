"""Process start → log-in can be typed, against a bare PySide6 window; Enter → main screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.around import demonstration
from bench.figures import Figure, at_most, percentile, times
from program.demonstration import OPERATOR, PASSWORD
from program.machine import SystemClock
from storage.vault import FileVault

_RUNS = 7


def run() -> Iterator[Figure]:
    """Alternating, so that a noisy moment strikes both; the minimum of each is compared."""
    bare: list[float] = []
    ours: list[float] = []
    enters: list[float] = []
    with demonstration() as around:
        for _ in range(_RUNS):
            bare.append(_start("bare")["typed"])
            told = _start("counter", str(around.data), str(around.config_path), OPERATOR, PASSWORD)
            ours.append(told["typed"])
            enters.append(told["enter_ms"])
        derivation = _derivation(around.data)
    yield times("start", min(ours), min(bare), "ms", 2.5, f"{_RUNS} runs each, offscreen, minimum")
    beyond = percentile(enters, 0.5) - derivation
    yield at_most(
        "enter",
        beyond,
        "ms",
        1000,
        f"median {percentile(enters, 0.5):.0f} ms, derivation {derivation:.0f} ms",
    )


def _start(*arguments: str) -> dict[str, float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    command = [sys.executable, "-m", "bench.start_child", *arguments]
    begun = time.time()
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environment)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {**told, "typed": (told["typed"] - begun) * 1000}


def _derivation(data: Path) -> float:
    """Median milliseconds of opening the vault, which is the key derivation but for a millisecond."""
    spent = []
    for _ in range(5):
        vault = FileVault(data, SystemClock())
        begun = time.perf_counter()
        vault.unlock(OPERATOR, PASSWORD)
        spent.append((time.perf_counter() - begun) * 1000)
        vault.close()
    return percentile(spent, 0.5)
