"""News fragments are well formed, and a release takes them over once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "packaging" / "changelog.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project with two fragments."""
    (tmp_path / "packaging").mkdir()
    (tmp_path / "changes").mkdir()
    shutil.copy2(ROOT / "packaging" / "changelog.py", tmp_path / "packaging")
    shutil.copy2(ROOT / "changes" / "README.md", tmp_path / "changes")
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n<!-- releases stand below this line -->\n\n## 0.1.0 · 2026-11-01\n", encoding="utf-8"
    )
    (tmp_path / "changes" / "b.fixed.md").write_text("A label\nprints once.\n", encoding="utf-8")
    (tmp_path / "changes" / "a.added.md").write_text("打印标签。\n", encoding="utf-8")
    return tmp_path


def test_the_projects_fragments_are_good() -> None:
    done = _run(ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_release_takes_the_fragments_over(copy: Path) -> None:
    assert _run(copy, "0.2.0", "2026-12-01").returncode == 0
    assert (copy / "CHANGELOG.md").read_text(encoding="utf-8") == (
        "# Changelog\n\n<!-- releases stand below this line -->\n\n## 0.2.0 · 2026-12-01\n\n"
        "### Added\n\n- 打印标签。\n\n### Fixed\n\n- A label prints once.\n\n## 0.1.0 · 2026-11-01\n"
    )
    assert [path.name for path in (copy / "changes").iterdir()] == ["README.md"]
    assert _run(copy, "0.2.1", "2026-12-02").returncode == 2


@pytest.mark.parametrize(
    ("name", "text"), [("a.new.md", "Yes."), ("A b.fixed.md", "Yes."), ("c.fixed.md", "half a")]
)
def test_a_bad_fragment_is_named_and_nothing_lost(copy: Path, name: str, text: str) -> None:
    (copy / "changes" / name).write_text(text, encoding="utf-8")
    before = (copy / "CHANGELOG.md").read_text(encoding="utf-8")
    done = _run(copy, "0.2.0", "2026-12-01")
    assert (done.returncode, done.stdout) == (2, "")
    assert name in done.stderr
    assert (copy / "CHANGELOG.md").read_text(encoding="utf-8") == before
    assert (copy / "changes" / "b.fixed.md").exists()
