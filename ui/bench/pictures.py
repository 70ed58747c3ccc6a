"""The bench window as pictures, beside those of the counter's screens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize

from ui.bench.window import NARROW, WIDE, BenchWindow, Visitor
from ui.text import LANGUAGES, Texts
from ui.theme import THEMES

_STATE: dict[str, object] = {
    "ok": True,
    "card": ["证件样本"],
    "conditions": ["paper_out"],
    "receipt_conditions": [],
    "scale": {"grams": 1284, "unstable": False, "over": False},
    "unplugged": ["scanner"],
    "slots": ["id_reader", "scanner", "scale", "label_printer", "receipt_printer", "camera"],
    "network": "slow",
    "clock": {"speed": 60, "ahead": 90_060, "dead": False},
}
# name → (size, page of controls): over the counter on the smallest screen, beside it on a larger one.
STATES = {
    "bench": (QSize(NARROW, 582), 0),
    "bench-trouble": (QSize(NARROW, 582), 1),
    "bench-beside": (QSize(WIDE, 1030), 0),
    "bench-beside-trouble": (QSize(WIDE, 1030), 1),
}


def render_bench(directory: Path, visitors: Sequence[Visitor]) -> int:
    """Write the pictures and add them to ``index.md``; returns how many.  There is an application."""
    lines: list[str] = []
    for name, (size, tab) in STATES.items():
        for language in LANGUAGES:
            for palette in THEMES:
                window = BenchWindow(visitors, _nobody, {}, Texts(language), palette.name)
                window.resize(size)
                window.told({"state": _STATE})
                window.show_tab(tab)
                file = f"{name}-{language}-{palette.name}.png"
                window.grab().save(str(directory / file))
                window.close()
                window.deleteLater()
                lines += [f"## {name} · {language} · {palette.name}", "", f"![{name}]({file})", ""]
    with (directory / "index.md").open("a", encoding="utf-8") as index:
        index.write("\n".join(lines))
    return len(STATES) * len(LANGUAGES) * len(THEMES)


def _nobody(_do: str, _facts: dict[str, object]) -> None:
    """A picture orders nothing."""
