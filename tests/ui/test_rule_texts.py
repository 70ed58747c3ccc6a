"""What F1 quotes of the law: of the day, in both languages, and only of what there is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ui.clerk.help import TOPICS, HelpPanel
from ui.rule_texts import FOLDER, RuleTexts
from ui.text import LANGUAGES, Texts


def _edition(folder: Path, begins: str, text: str) -> None:
    said = {"effective_from": begins, "why": {"weight": {"zh": text, "en": text.lower()}}}
    (folder / f"{begins}.json").write_text(json.dumps(said), "utf-8")


def test_the_edition_of_the_business_day_counts(tmp_path: Path) -> None:
    """The one that was in force; without a day the newest; before the first, none."""
    _edition(tmp_path, "2027-01-01", "NEW")
    _edition(tmp_path, "2026-01-01", "OLD")
    texts = RuleTexts(tmp_path)
    said = [
        texts.why("weight", "zh", day) for day in ("2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01", "")
    ]
    assert said == ["", "OLD", "OLD", "NEW", "NEW"]
    assert texts.why("weight", "en", "2027-05-05") == "new"
    assert texts.why("no such topic", "en", "") == ""


def test_every_edition_speaks_of_topics_there_are_in_both_languages() -> None:
    """A slip in a topic's name would never be seen."""
    assert RuleTexts().topics() <= set(TOPICS)
    for path in FOLDER.glob("*.json"):
        edition = json.loads(path.read_text("utf-8"))
        assert edition["effective_from"] == path.stem
        for said in edition["why"].values():
            assert set(said) == set(LANGUAGES)
            assert all(text.strip() for text in said.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_panel_quotes_it(qtbot: QtBot, language: str) -> None:
    """On the field in focus, for the day of the view."""
    panel = HelpPanel(Texts(language))
    qtbot.addWidget(panel)
    panel.retranslate(Texts(language))
    panel.show_day("2026-11-22")
    panel.show_topic("weight")
    assert RuleTexts().why("weight", language, "2026-11-22") in panel.said()
    panel.show_day("1999-01-01")
    assert len(panel.said()) == 2
