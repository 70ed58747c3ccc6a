"""What the window still holds of a customer who has gone: texts, undo, accessibility tree, clipboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields as members
from dataclasses import is_dataclass, replace

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QClipboard, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from core.commands import Field
from core.view import ExemptionView, FieldView
from tests.ui.conftest import Opened
from tests.ui.small_station import Recorder
from ui.specimens import BASE, EMPTY, VIEWS
from ui.window import MainWindow

pytestmark = pytest.mark.requirement("R75")

# A word of the screen's own, and what stands masked on purpose after the commit, is nobody's trace.
_LEAST = 3
FULL = (
    "accepted",
    "known",
    "agent",
    "ready",
    "typed-document",
    "trouble",
    "manual",
    "half",
    "exempt-approved",
)
_KEPT = {"sender", "fields", "manual", "principal", "paste", "text", "document", "sender_kind", "known"}


def texts_of(value: object) -> Iterator[str]:
    """Every text in a part of a view, masked ones left out."""
    if isinstance(value, str):
        if len(value) >= _LEAST and "*" not in value:
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_of(inner)
    elif isinstance(value, FieldView):
        yield from texts_of(value.text)
    elif isinstance(value, ExemptionView):
        return  # reasons that the rule data offer
    elif is_dataclass(value) and not isinstance(value, type):
        for member in members(value):
            yield from texts_of(getattr(value, member.name))


def personal(name: str) -> set[str]:
    """What the view says of a customer; a code or a word that an empty counter shows too is not hers."""
    visit = VIEWS[name].visit
    assert visit is not None
    shown = [getattr(visit, member.name) for member in members(visit) if member.name in _KEPT]
    return set(texts_of(shown))


def held(window: MainWindow) -> str:
    """Everything that is text in the window's objects, what is not shown too."""
    found: list[str] = []
    names: dict[str, list[str]] = {}
    for each in [window, *window.findChildren(QObject)]:
        meta = each.metaObject()
        if meta.className() not in names:
            every = [meta.property(number) for number in range(meta.propertyCount())]
            names[meta.className()] = [str(one.name()) for one in every if str(one.typeName()) == "QString"]
        found += [str(each.property(name)) for name in names[meta.className()]]
        if isinstance(each, QWidget):
            found += accessible(each)
    return "\n".join(found)


def accessible(widget: QWidget) -> list[str]:
    """What a screen reader is told of it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    if interface is None or not interface.isValid():
        return []
    kinds = (
        QAccessible.Text.Name,
        QAccessible.Text.Description,
        QAccessible.Text.Value,
        QAccessible.Text.Help,
    )
    said = [interface.text(kind) for kind in kinds]
    whole = interface.textInterface()
    return said if whole is None else [*said, whole.text(0, whole.characterCount())]


@pytest.fixture
def window(opened: Opened, recorder: Recorder) -> MainWindow:
    """Logged in, nothing on the screen."""
    made = opened(recorder)
    made.show_view(replace(BASE, visit=EMPTY))
    return made


def test_nothing_of_the_last_customer_stays_in_the_window(window: MainWindow, qapp: QApplication) -> None:
    """Views with much of somebody in them, each followed by the next customer or by the lock."""
    bare = held(window)
    seen = 0
    for number, name in enumerate(FULL):
        theirs = {text for text in personal(name) if text not in bare}
        window.show_view(VIEWS[name])
        qapp.processEvents()
        shown = held(window)
        seen += sum(text in shown for text in theirs)
        after = replace(BASE, visit=EMPTY) if number % 2 else VIEWS["locked"]
        window.show_view(after)
        qapp.processEvents()
        now = held(window)
        assert {text for text in theirs if text in now} == set(), name
        window.show_view(replace(BASE, visit=EMPTY))
    assert seen > 40  # the search was over something


def test_what_was_typed_cannot_be_brought_back(window: MainWindow, qapp: QApplication) -> None:
    """The undo of every field is empty once the station has shown something else there."""
    typed = {Field.SENDER_PHONE: "13900000001", Field.RECIPIENT_NAME: "示例庚", Field.CONTENTS: "示例物"}
    for mode in (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection):
        QGuiApplication.clipboard().clear(mode)  # another test of this process may have pasted
    for field, text in typed.items():
        entry = window.findChild(QLineEdit, field.value)
        assert entry is not None
        entry.setFocus()
        entry.insert(text)
        entry.textEdited.emit(text)
        assert entry.isUndoAvailable()
    shown = {**EMPTY.fields, **{field: FieldView(text) for field, text in typed.items()}}
    window.show_view(replace(BASE, visit=replace(EMPTY, fields=shown, revision=EMPTY.revision + 1)))
    window.show_view(VIEWS["locked"])
    window.show_view(replace(BASE, visit=replace(EMPTY, revision=EMPTY.revision + 2)))
    qapp.processEvents()
    for entry in window.clerk.findChildren(QLineEdit):
        assert not entry.isUndoAvailable(), entry.objectName()
        assert not entry.isRedoAvailable(), entry.objectName()
        assert entry.completer() is None
    for box in window.findChildren(QPlainTextEdit):
        assert not box.document().isUndoAvailable(), box.objectName()
    now = held(window)
    assert [text for text in typed.values() if text in now] == []
    for mode in (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection):
        assert QGuiApplication.clipboard().text(mode) == ""
