"""News fragments → CHANGELOG.md.

    python packaging/changelog.py                    shows what the next release would say
    python packaging/changelog.py 0.2.0 2026-12-01   writes it to CHANGELOG.md, removes the fragments

A fragment is ``changes/WORDS.KIND.md``: one sentence or two for people who use or run the counter.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

KINDS = {
    "added": "Added",
    "changed": "Changed",
    "fixed": "Fixed",
    "removed": "Removed",
    "security": "Security",
}
MARK = "<!-- releases stand below this line -->\n"
_NAME = re.compile(r"([a-z0-9-]+)\.([a-z]+)\.md")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class FragmentError(Exception):
    """A fragment that cannot be used; the text says which and why."""


def fragments(folder: Path) -> dict[str, list[tuple[Path, str]]]:
    """Kind → fragments with their text, in the order of their names; raises FragmentError."""
    found: dict[str, list[tuple[Path, str]]] = {kind: [] for kind in KINDS}
    for path in sorted(folder.glob("*")):
        if path.name == "README.md":
            continue
        match = _NAME.fullmatch(path.name)
        if match is None or match[2] not in KINDS:
            raise FragmentError(f"{path.name}: not WORDS.KIND.md with a kind of {', '.join(KINDS)}")
        text = " ".join(path.read_text(encoding="utf-8").split())
        if not text.endswith((".", "。")):
            raise FragmentError(f"{path.name}: not a sentence")
        found[match[2]].append((path, text))
    return found


def section(found: dict[str, list[tuple[Path, str]]]) -> str:
    """What a release says, without its heading."""
    parts = [
        f"### {title}\n\n" + "".join(f"- {text}\n" for _, text in found[kind])
        for kind, title in KINDS.items()
        if found[kind]
    ]
    return "\n".join(parts)


def release(root: Path, version: str, date: str) -> None:
    """Write a release on top of CHANGELOG.md and remove the fragments; raises FragmentError."""
    if not _VERSION.fullmatch(version) or not _DATE.fullmatch(date):
        raise FragmentError("usage: changelog.py VERSION DATE, such as 0.2.0 2026-12-01")
    found = fragments(root / "changes")
    text = section(found)
    if not text:
        raise FragmentError("there are no fragments in changes/")
    path = root / "CHANGELOG.md"
    before, mark, after = path.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise FragmentError("CHANGELOG.md has lost its mark")
    path.write_text(f"{before}{mark}\n## {version} · {date}\n\n{text}{after}", encoding="utf-8")
    for same in found.values():
        for fragment, _ in same:
            fragment.unlink()


def main(arguments: Sequence[str], root: Path) -> int:
    """The command line: exit 0, or 2 with a sentence."""
    try:
        if arguments:
            release(root, *[*arguments, "", ""][:2])
        else:
            print(section(fragments(root / "changes")), end="")
    except FragmentError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parents[1]))
