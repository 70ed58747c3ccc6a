"""The printed card of keys tells what the screen does, and all of it is on the paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from ui.clerk.help import HelpPanel
from ui.keys_card import lines, write
from ui.text import LANGUAGES, Texts
from ui.theme import body_font

_A5 = (595.0, 420.0)  # points, across


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_lists_what_the_help_lists(language: str) -> None:
    """And the keys of every program; the help is checked in test_shortcuts against what is taken."""
    panel = HelpPanel(Texts(language))
    panel.retranslate(Texts(language))
    card = lines(Texts(language))
    assert [line for line in card if line in panel.listed()] == panel.listed()
    assert [key for key, _ in card[-6:]] == ["Enter", "Tab", "Space", "Esc", "↑/↓", "PgUp/PgDn"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_line_fits_its_column(qapp: QApplication, language: str) -> None:
    """Three columns of A5, the key before its meaning."""
    key_type, said_type = QFontMetricsF(body_font(13, bold=True)), QFontMetricsF(body_font(13))
    assert qapp is not None
    for key, said in lines(Texts(language)):
        assert key_type.horizontalAdvance(key) <= 84, key
        assert said_type.horizontalAdvance(said) <= (794 - 72) / 3 - 84 - 8, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_one_page_of_a5(qapp: QApplication, tmp_path: Path, language: str) -> None:
    """A PDF that any office prints."""
    assert qapp is not None
    path = tmp_path / "keys.pdf"
    write(path, Texts(language))
    page = path.read_bytes()
    assert page.startswith(b"%PDF-")
    assert page.count(b"/Type /Page\n") == 1
    box = page.split(b"/MediaBox [")[1].split(b"]")[0].split()
    assert [float(size) for size in box[2:]] == pytest.approx(_A5, abs=1.0)
