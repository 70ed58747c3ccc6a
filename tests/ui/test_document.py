"""The document before the clerk: what the new cards say, the photo or its reason, and rare characters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtWidgets import QLabel

from core.view import SenderView
from devices.idcard.photo import PhotoReason
from tests.ui.conftest import Desk
from ui.clerk.sender import details
from ui.specimen_papers import DOCUMENTS, PICTURE, RARE
from ui.specimens import BASE, READY, SENDER
from ui.text import LANGUAGES, Texts
from ui.theme import body_font
from ui.window import MainWindow

_PHOTO = QSize(102, 126)


def _show(desk: Desk, sender: SenderView | None) -> MainWindow:
    window = desk[0]
    window.show_view(replace(BASE, visit=replace(READY, sender=sender)))
    return window


def _card(window: MainWindow) -> str:
    """Everything that the sender's card says."""
    labels = window.clerk.sender_card.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisibleTo(window))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_the_document_says_is_on_the_card(desk: Desk, name: str) -> None:
    """Names, numbers, places: whatever the view has, in full."""
    sender = DOCUMENTS[name]
    said = _card(_show(desk, sender)).replace(" ", "")
    for text in (
        sender.name, sender.name_en, sender.number, sender.birth, sender.address, sender.newest_address,
        sender.pass_number, sender.old_number, sender.nationality, sender.issue_count,
    ):  # fmt: skip
        assert text.replace(" ", "") in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_detail_has_its_own_words(language: str) -> None:
    """An issue of a permit is no renewal; nothing that is not there is named."""
    texts = Texts(language)
    (_, permit), *_ = details(DOCUMENTS["hmt"], texts)
    assert texts("detail.issued", text="02") in permit
    (_, renewed), *_ = details(DOCUMENTS["foreigner-new"], texts)
    assert texts("detail.renewed", text="01") in renewed
    assert details(replace(SENDER, address=""), texts) == []


def _pixmap(window: MainWindow) -> QImage | None:
    photo = window.clerk.findChild(QLabel, "photo").pixmap()
    return None if photo.isNull() else photo.toImage()


def test_the_photo_stands_there_whole(desk: Desk) -> None:
    """In its own proportions, not cut by its frame."""
    window = _show(desk, DOCUMENTS["photo"])
    shown = _pixmap(window)
    assert shown is not None
    place = window.clerk.findChild(QLabel, "photo").contentsRect()
    assert shown.width() <= place.width() * shown.devicePixelRatio()
    assert shown.height() <= place.height() * shown.devicePixelRatio()
    assert abs(shown.width() / shown.height() - _PHOTO.width() / _PHOTO.height()) < 0.02
    drawn = QImage.fromData(PICTURE)
    assert drawn.size() == _PHOTO
    middle, corner = (51, 44), (2, 2)
    for x, y in (middle, corner):
        at = shown.pixelColor(x * shown.width() // 102, y * shown.height() // 126)
        assert abs(at.lightness() - drawn.pixelColor(x, y).lightness()) < 16


@pytest.mark.parametrize("reason", PhotoReason)
def test_without_a_photo_its_reason_is_said(desk: Desk, reason: PhotoReason) -> None:
    """In words that a clerk understands; the picture of the customer before is gone."""
    window = _show(desk, DOCUMENTS["photo"])
    window = _show(desk, replace(SENDER, photo=reason.value))
    assert _pixmap(window) is None
    assert window.clerk.findChild(QLabel, "photo").text() == Texts("zh")(f"photo.{reason.value}")


def test_bytes_that_are_no_picture_are_no_photo(desk: Desk) -> None:
    """Said, and nothing else happens."""
    window = _show(desk, replace(SENDER, photo="shown", picture=b"BM no picture"))
    assert _pixmap(window) is None
    assert window.clerk.findChild(QLabel, "photo").text() == Texts("zh")("photo.output")


def test_the_photo_leaves_with_the_customer(desk: Desk) -> None:
    """Nothing of it stays in the widgets: next customer, and lock."""
    for _ in range(2):
        window = _show(desk, DOCUMENTS["photo"])
        assert _pixmap(window) is not None
        _show(desk, None)
        assert _pixmap(window) is None
    _show(desk, DOCUMENTS["photo"])
    window.clerk.clear()
    assert _pixmap(window) is None


def _ink(text: str, font: QFont) -> QImage:
    image = QImage(48, 48, QImage.Format.Format_Grayscale8)
    image.fill(255)
    painter = QPainter(image)
    painter.setFont(font)
    painter.drawText(4, 36, text)
    painter.end()
    return image


@pytest.mark.parametrize("character", "㛃䶮𠅤𬭚")
def test_a_rare_character_is_drawn_and_is_no_box(qapp: object, character: str) -> None:
    """Every family of the house falls back to one that has it: not what an unassigned character shows."""
    font = body_font(30)
    boxes = [_ink(chr(code), font) for code in (0x378, 0x10FFFD)]
    drawn = _ink(character, font)
    assert all(drawn != box for box in boxes)
    assert drawn != _ink(" ", font)


def test_rare_names_stand_in_field_card_and_label(desk: Desk) -> None:
    """As they are, nothing replaced."""
    window = desk[0]
    window.show_view(replace(BASE, visit=RARE))
    assert RARE.sender is not None
    assert RARE.sender.name in _card(window)
    for name, field in window.clerk.fields.items():
        assert field.entry.text() == RARE.fields[name].text


def test_a_name_longer_than_its_field_stands_in_full_under_it(desk: Desk) -> None:
    """Fifty characters are compared letter by letter, without scrolling."""
    window, _, _ = desk
    for name in (
        "阿卜杜示例江·虚构买买提·样本木沙·证件热合曼·示范",
        "NOBODY INVENTED OF EXAMPLE, ALEXANDRINA MAXIMILIANA",
    ):
        long = replace(next(iter(READY.fields.values())), text=name)
        for field in ("sender_name", "recipient_name"):
            stands = {key: long if key.value == field else view for key, view in READY.fields.items()}
            window.show_view(replace(BASE, visit=replace(READY, fields=stands)))
            first = next(row for row in window.clerk.rows if any(f.value == field for f in row.fields))
            line = window.clerk.findChild(QLabel, f"problem_{next(iter(first.fields)).value}")
            assert name in line.text()
            assert line.fontMetrics().horizontalAdvance(line.text()) <= line.width()
