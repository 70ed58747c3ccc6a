"""One target in a process of its own: ``python -m bench.fuzz_child search|replay TARGET FOLDER […]``.

``search`` looks for inputs that reach new branches (libFuzzer) and keeps them in FOLDER; it exits with
another code than 0 where a promise was broken, a run hung or memory grew.  ``replay`` runs what FOLDER
holds under coverage.py and prints one JSON object: runs, branches, branches reached, those that were
not, bytes that stayed behind.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.fuzz_target import Target

_ROUNDS = 3


def search(name: str, folder: Path, options: list[str]) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["core", "devices"]):
        target = _target(name)
    for number, seed in enumerate(target.seeds()):
        (folder / f"seed-{number:03d}").write_bytes(seed)
    limits = [f"-max_len={target.longest}", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"]
    place = [f"-artifact_prefix={folder.parent}/"]
    if target.words:
        words = folder.parent / "words"
        words.write_text("".join(f'"{_quoted(word)}"\n' for word in target.words), encoding="utf-8")
        place.append(f"-dict={words}")
    atheris.Setup([sys.argv[0], str(folder), *limits, *place, *options], target.one)
    atheris.Fuzz()


def replay(name: str, folder: Path) -> int:
    """The exit code; the answer is printed."""
    import coverage

    measured = coverage.Coverage(
        branch=True, data_file=None, config_file=False, include=["core/*", "devices/*"]
    )
    measured.start()
    target = _target(name)
    inputs = [path.read_bytes() for path in sorted(folder.iterdir())]
    for data in inputs:
        target.one(data)
    measured.stop()
    report = folder.parent / "coverage.json"
    measured.json_report(
        include=[f"{module.replace('.', '/')}.py" for module in target.modules], outfile=str(report)
    )
    listed = json.loads(report.read_text(encoding="utf-8"))
    branches, reached = (listed["totals"][key] for key in ("num_branches", "covered_branches"))
    missing = {file: entry["missing_branches"] for file, entry in listed["files"].items()}
    answer = {
        "runs": len(inputs),
        "branches": branches,
        "reached": reached,
        "grown": _grown(target.one, inputs),
        "missing": missing,
    }
    print(json.dumps(answer))
    return 0


def _target(name: str) -> Target:
    # Only here: what is imported before the search begins is not watched.
    targets = importlib.import_module("bench.fuzz_targets")
    found: Target = {**targets.TARGETS, **targets.BROKEN}[name]
    return found


def _grown(one: object, inputs: list[bytes]) -> int:
    """Bytes that more rounds over the same inputs leave behind."""
    assert callable(one)
    tracemalloc.start()
    kept = []
    for _ in range(_ROUNDS):
        for data in inputs[:400]:
            one(data)
        gc.collect()
        kept.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    return max(0, kept[-1] - kept[-2])


def _quoted(word: str) -> str:
    return "".join(f"\\x{byte:02X}" for byte in word.encode())


if __name__ == "__main__":
    _do, _name, _folder, *_options = sys.argv[1:]
    if _do == "replay":
        sys.exit(replay(_name, Path(_folder)))
    search(_name, Path(_folder), _options)
