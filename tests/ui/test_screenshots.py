"""``./run --screenshots``: every state in both languages and themes, with an index, without a display."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from core.view import GateState, Screen
from ui.screenshots import STATES, pictures, render_all
from ui.specimens import VIEWS
from ui.window import SIZE

# More than a hundred pictures are painted before the first test, on machines that others use too.
pytestmark = pytest.mark.timeout(600)


# Each state once, and some in the other language and theme too: tests/ui/test_screens.py looks at all of them
# in both languages.
PAINTED = {("zh", "light"): STATES, ("en", "dark"): list(STATES)[::4]}
CHOSEN = [each for each in pictures() if each[0] in PAINTED.get(each[1:], ())]


@pytest.fixture(scope="module")
def folder(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pictures, made once."""
    made = tmp_path_factory.mktemp("screens")
    assert render_all(made, CHOSEN) == len(CHOSEN) > 0
    return made


def _colours(image: QImage) -> int:
    """How many there are among some of its pixels."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    return len(set(memoryview(plain.constBits()).cast("I")[::31]))


def test_each_picture_is_there_and_whole(folder: Path) -> None:
    """At the size of the smallest screen, and not one colour only."""
    for state, language, theme in CHOSEN:
        image = QImage(str(folder / f"{state}-{language}-{theme}.png"))
        assert image.size() == SIZE
        assert _colours(image) > 8


def test_the_index_shows_each_of_them(folder: Path) -> None:
    """No file without a line, no line without a file."""
    index = (folder / "index.md").read_text(encoding="utf-8")
    files = {path.name for path in folder.glob("*.png")}
    assert {line.split("(")[1][:-1] for line in index.splitlines() if line.startswith("![")} == files
    assert len(files) == len(CHOSEN) > len(STATES)


def test_the_command_makes_every_pair() -> None:
    """Two languages, two themes, every state."""
    assert len(set(pictures())) == len(STATES) * 4


def test_no_two_states_look_the_same(folder: Path) -> None:
    """A state that paints like another one is not worth a picture, or does not work."""
    seen = {path.read_bytes(): path.name for path in folder.glob("*.png")}
    assert len(seen) == len(list(folder.glob("*.png")))


def test_every_screen_and_gate_state_is_in_a_picture() -> None:
    """What the view can say is shown somewhere."""
    assert {view.screen for view in VIEWS.values()} == set(Screen)
    gates = {gate.state for view in VIEWS.values() if view.visit for gate in view.visit.gates}
    assert gates == set(GateState)
