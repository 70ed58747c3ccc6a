"""Looks for texts in the memory of running processes, from outside, as whoever may read /proc could."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

_HERE = Path(__file__).parent
_LIMIT_SECONDS = 60


def build(directory: Path) -> Path:
    """The program that searches (find.c): Python would take minutes."""
    made = directory / "find"
    options = ["-O2", "-Wall", "-Wextra", "-Werror", "-o", str(made)]
    subprocess.run(["gcc", *options, str(_HERE / "find.c")], check=True, timeout=_LIMIT_SECONDS)
    return made


def family(pid: int) -> list[int]:
    """The process and everything that it started, and so on."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("ascii").split():
            found += family(int(child))
    return found


def occurrences(program: Path, processes: Iterable[int], wanted: Iterable[bytes]) -> dict[bytes, int]:
    """Text → how often it stands in what these processes may write to; what stands nowhere is left out."""
    texts = list(wanted)
    given = "".join(f"{text.hex()}\n" for text in texts)
    found: dict[bytes, int] = {}
    for pid in processes:
        done = subprocess.run(
            [str(program), str(pid)],
            input=given,
            capture_output=True,
            text=True,
            timeout=_LIMIT_SECONDS,
            check=True,
        )
        for line in done.stdout.splitlines():
            number, count = map(int, line.split())
            found[texts[number]] = found.get(texts[number], 0) + count
    return found
