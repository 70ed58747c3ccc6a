"""The table of administrations in docs/access.md; ``python -m tests.hq.duties_document`` writes it."""

from __future__ import annotations

from pathlib import Path

from hq.administrations import DUTIES, Administration, Duty

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
_BEGIN, _END = "<!-- the duties begin -->\n", "<!-- the duties end -->\n"
_WORDS = {
    Administration.SYSTEM: "系统管理",
    Administration.SECURITY: "安全管理",
    Administration.AUDIT: "审计管理",
}


def _cell(row: Duty, administration: Administration) -> str:
    if administration not in row.who:
        return "–"
    return "●●" if row.second else "●" if row.act else "○"


def table() -> str:
    """One line for each command, in the order of the code."""
    head = ["`python -m hq …`", *(f"{each.value} {_WORDS[each]}" for each in Administration)]
    lines = [head, ["---"] * len(head)]
    lines += [[f"`{row.command}`", *(_cell(row, each) for each in Administration)] for row in DUTIES]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def between(text: str) -> str:
    """The table that stands in the document."""
    return text.partition(_BEGIN)[2].partition(_END)[0]


if __name__ == "__main__":
    old = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(old.replace(_BEGIN + between(old), _BEGIN + table()), encoding="utf-8")
