"""The table of rights as docs/access.md shows it; ``python -m tests.core.access.document`` writes it."""

from __future__ import annotations

from pathlib import Path

from core.access.rights import RIGHTS, Right, Role
from ui.text import Texts

PAGE = Path(__file__).resolve().parents[3] / "docs" / "access.md"
_BEGIN, _END = "<!-- the table begins -->\n", "<!-- the table ends -->\n"
_WORDS = {Role.CLERK: "营业员", Role.SUPERVISOR: "主管", Role.TECHNICIAN: "技术员", Role.AUDITOR: "审计员"}


def _cell(row: Right, role: Role) -> str:
    marks = ["●"] if role in row.alone else ["○"] if role in row.asks else []
    marks += ["✓"] if role in row.approves else []
    return " ".join(marks) or "–"


def table() -> str:
    """One line for each action, in the order of the code."""
    zh, en = Texts("zh"), Texts("en")
    head = ["Action", "动作", *(f"{role.value} {_WORDS[role]}" for role in Role)]
    lines = [head, ["---"] * len(head)]
    for row in RIGHTS:
        name = f"right.{row.action.value}"
        later = "" if row.built else " *"
        lines.append([en(name) + later, zh(name), *(_cell(row, role) for role in Role)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def between(text: str) -> str:
    """The table that stands in the document."""
    return text.partition(_BEGIN)[2].partition(_END)[0]


if __name__ == "__main__":
    old = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(old.replace(between(old), table()) if between(old) else old, encoding="utf-8")
