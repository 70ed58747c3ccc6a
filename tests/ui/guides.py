"""What every page of the manual has to keep: its pictures are the program's, and no other lie there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ui.screenshots import pictures

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True, slots=True)
class Guide:
    """A page by language, and the folder of its pictures."""

    pages: Mapping[str, str]
    folder: str

    def text(self, language: str) -> str:
        return (DOCS / self.pages[language]).read_text("utf-8")

    def named(self, language: str) -> list[str]:
        """Its pictures, in order."""
        return re.findall(rf"!\[[^]]+\]\((images/{self.folder}/[^)]+)\.png\)", self.text(language))

    def check(self, language: str) -> None:
        """Each is there, in this language, and one that ``./run --screenshots`` makes."""
        named = self.named(language)
        known = {f"{state}-{spoken}-{theme}" for state, spoken, theme in pictures() if spoken == language}
        assert named
        assert {Path(name).name for name in named} <= known
        assert all((DOCS / f"{name}.png").is_file() for name in named)

    def check_all(self) -> None:
        """Both languages show the same states in the same order, and what neither shows lies nowhere."""
        chinese, english = ([name.rsplit("-", 2)[0] for name in self.named(each)] for each in self.pages)
        assert chinese == english
        used = {f"{Path(name).name}.png" for language in self.pages for name in self.named(language)}
        assert {path.name for path in (DOCS / "images" / self.folder).iterdir()} == used
