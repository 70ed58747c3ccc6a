"""One line of a configuration from another counter, in words: for the screen and the command line."""

from __future__ import annotations

from core.config_edit import Value
from core.config_plan import Line, Note
from core.devices import Slot
from ui.text import Texts

# Settings that people have a word for; any other is called as the file calls it.
_KEYS = {
    "driver": "transfer.key_driver",
    "link": "transfer.key_link",
    "language": "transfer.key_language",
    "proxy": "transfer.key_proxy",
    "url": "transfer.key_url",
    "enabled": "transfer.key_enabled",
    "width_mm": "transfer.key_width",
    "height_mm": "transfer.key_height",
    "right_dots": "paper.right_dots",
    "down_dots": "paper.down_dots",
    "density": "paper.density",
    "speed": "paper.speed",
    "gap_mm": "paper.gap_mm",
}
_NOTES = {
    Note.FITTED: "transfer.note_fitted",
    Note.ABSENT: "transfer.note_absent",
    Note.ADDRESS: "transfer.note_address",
    Note.OWN: "transfer.note_own",
}
_DEVICES = tuple(slot.value for slot in Slot)


def what_words(texts: Texts, line: Line) -> str:
    """Which value of what."""
    key = texts(_KEYS[line.key]) if line.key in _KEYS else line.key
    return f"{texts(f'slot.{line.part}')} · {key}" if line.part in _DEVICES else key


def value_words(texts: Texts, value: Value) -> str:
    """As it would stand in the file, without quotation marks."""
    if value is None:
        return texts("transfer.none")
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def line_words(texts: Texts, line: Line) -> str:
    """Old and new."""
    old, new = value_words(texts, line.old), value_words(texts, line.new)
    return f"{what_words(texts, line)}: {old} → {new}"


def note_words(texts: Texts, line: Line) -> str:
    """What should be known of it, "" for nothing."""
    return texts(_NOTES[line.note]) if line.note in _NOTES else ""
