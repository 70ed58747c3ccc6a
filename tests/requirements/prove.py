"""Proves rows by taking their behaviour away:  python -m tests.requirements.prove [ROW ...]

In a copy of the project, one proof at a time: the row's tests run until one fails, and that one must pass
where nothing is taken away.  Writes proved.toml; exit 1, with a line, for each proof that proves nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.requirements.marks import read_marks
from tests.requirements.table import HERE, TESTS, Proof, Proved, read_proofs, read_proved

ROOT = TESTS.parent
_FAILED = re.compile(r"^(?:FAILED|ERROR) (tests/[^ ]+::.+?)(?: - .*)?$", re.MULTILINE)


def main(rows: Sequence[str]) -> int:
    """Exit code.  ``rows``: only these, all without."""
    proofs = read_proofs()
    told = {(each.row, each.what): each for each in read_proved() if _still(each, proofs)}
    bad = False
    for proof in proofs:
        if rows and proof.row not in rows:
            continue
        failed = prove(proof)
        bad = bad or not failed
        sys.stderr.write(f"{proof.row}: {failed or 'proves nothing'}\n")
        told.pop((proof.row, proof.what), None)
        if failed:
            told[proof.row, proof.what] = Proved(proof.row, proof.what, dt.date.today(), failed)
    order = [(proof.row, proof.what) for proof in proofs]
    _write([told[key] for key in order if key in told])
    return int(bad)


def prove(proof: Proof) -> str:
    """The test that fails without the behaviour and passes with it; "" where there is none."""
    nodes = sorted({mark.node for mark in read_marks(TESTS) if mark.row == proof.row})
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / "project"
        _copy(copy)
        target = copy / proof.path
        kept = target.read_text(encoding="utf-8")
        target.write_text(kept.replace(proof.old, proof.new), encoding="utf-8")
        failed = _FAILED.search(_run(copy, nodes))
        if failed is None:
            return ""
        target.write_text(kept, encoding="utf-8")
        return failed[1] if re.search(r"^1 passed", _run(copy, [failed[1]]), re.MULTILINE) else ""


def _copy(to: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / name, follow_symlinks=False)


def _run(copy: Path, nodes: Sequence[str]) -> str:
    order = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *nodes]
    return subprocess.run(order, cwd=copy, check=False, capture_output=True, text=True).stdout


def _still(told: Proved, proofs: Iterable[Proof]) -> bool:
    return any((proof.row, proof.what) == (told.row, told.what) for proof in proofs)


def _write(proved: Sequence[Proved]) -> None:
    parts = ["# Written by python -m tests.requirements.prove.\n"]
    for each in proved:
        row, what, failed = (
            json.dumps(said, ensure_ascii=False) for said in (each.row, each.what, each.failed)
        )
        parts.append(f"[[proved]]\nrow = {row}\nwhat = {what}\nday = {each.day}\nfailed = {failed}\n")
    (HERE / "proved.toml").write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
