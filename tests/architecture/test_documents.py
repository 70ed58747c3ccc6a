"""Documents that can be checked: links lead somewhere, named files exist, both READMEs say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changes").glob("*.md")],
)
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", _FENCE.sub("", _read(name)))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (folder / target).exists()] == []


@pytest.mark.parametrize("name", NAMES)
def test_named_files_exist(name: str) -> None:
    """`core/wire.py` in a document is a promise; what ends in a slash or a suffix is a path."""
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|toml))`", _read(name))
    missing = [path for path in named if not (ROOT / path).exists() and not (ROOT / "docs" / path).exists()]
    assert [path for path in missing if not path.startswith(("DIR/", ".run/", ".venv/"))] == []


def test_both_readmes_say_the_same() -> None:
    """Same headings, same commands and keys, same links, in the same order."""
    english, chinese = _read("README.md"), _read("README.zh-CN.md")
    for pattern in (r"^(#+) ", r"`((?:\./|\.venv|F\d|Alt|tell|scan|OP|shili)[^`]*)`"):
        assert re.findall(pattern, english, re.MULTILINE) == re.findall(pattern, chinese, re.MULTILINE)

    def links(text: str) -> list[str]:
        found = re.findall(r"\]\(([^)]+)\)", text)
        return [
            link.replace("-zh.png", ".png").replace("-en.png", ".png").replace(".zh-CN.md", ".md")
            for link in found
            if "README" not in link
        ]

    assert links(english) == links(chinese)


def test_glossary_has_one_word_for_one_thing() -> None:
    rows = re.findall(
        r"^\| (?!English|---)(.+?) \| (.+?) \| ?(.*?) ?\|$", _read("docs/glossary.md"), re.MULTILINE
    )
    assert len(rows) > 50
    english = [word.strip() for row in rows for word in re.split(r"[,·]", row[0])]
    chinese = [word.strip() for row in rows for word in re.split("[、·]", row[1])]
    assert sorted({word for word in english if english.count(word) > 1}) == []
    assert sorted({word for word in chinese if chinese.count(word) > 1}) == []
    assert all(re.search("[\u4e00-\u9fff]", row[1]) for row in rows)


def test_decisions_are_numbered_without_gaps() -> None:
    names = [path.name for path in (ROOT / "docs" / "decisions").glob("*.md") if path.name != "README.md"]
    numbers = sorted(int(name[:4]) for name in names if re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name))
    assert numbers == list(range(1, len(names) + 1))
    for name in names:
        text = _read(f"docs/decisions/{name}")
        assert text.startswith(f"# {int(name[:4])} ")
        assert len(text.split()) < 500
