"""Every key that works on the clerk's screen, once: the screen, the help and the buttons read this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import Qt

_Key = Qt.Key
_NAMES: Mapping[Qt.Key, str] = MappingProxyType(
    {_Key.Key_Return: "Enter", _Key.Key_Escape: "Esc", _Key.Key_Tab: "Tab", _Key.Key_Space: "Space",
     _Key.Key_Up: "↑", _Key.Key_Down: "↓", _Key.Key_PageUp: "PgUp", _Key.Key_PageDown: "PgDn"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chord:
    """One key, alone or with Alt or Ctrl."""

    key: Qt.Key
    alt: bool = False
    control: bool = False

    def __str__(self) -> str:
        """``F9``, ``Alt+R``, ``Ctrl+L``."""
        return ("Alt+" if self.alt else "Ctrl+" if self.control else "") + self.bare

    @property
    def bare(self) -> str:
        """The key without what is held with it."""
        key = self.key.value
        if _Key.Key_F1.value <= key <= _Key.Key_F12.value:
            return f"F{key - _Key.Key_F1.value + 1}"
        return _NAMES.get(self.key) or chr(key)


def alt(letter: str) -> Chord:
    """Alt with a letter or a digit."""
    return Chord(Qt.Key(ord(letter)), alt=True)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One line of the help: its caption is ``key.<name>``; several chords choose between neighbours."""

    name: str
    chords: tuple[Chord, ...]
    group: str = "screen"  # "screen", "confirm" (named in ``ui/clerk/confirmations.py``), "window", "field"

    def __str__(self) -> str:
        """``Alt+5/6/7``."""
        first, *others = self.chords
        return "/".join([str(first), *(chord.bare for chord in others)])


def _function(name: str, number: int) -> Shortcut:
    return Shortcut(name, (Chord(Qt.Key(_Key.Key_F1.value + number - 1)),))


def _confirm(name: str, keys: str) -> Shortcut:
    return Shortcut(name, tuple(map(alt, keys)), "confirm")


SHORTCUTS = (
    _function("help", 1), _function("new", 2), _function("look_up", 3), _function("park", 4),
    _function("known", 5), _function("paste", 6), _function("next_item", 7),
    _function("next_customer", 8), _function("commit", 9),
    _function("reprint", 10), _function("complaint", 11), _function("lock", 12),
    _confirm("original", "1"), _confirm("inspected", "2"), _confirm("route", "LAT"),
    _confirm("security", "340"), _confirm("notice", "567"), _confirm("label_seen", "8"),
    _confirm("condition", "9"),
    *(Shortcut(name, (alt(letter),)) for name, letter in (
        ("refuse", "R"), ("sender_kind", "K"), ("principal", "B"), ("proof", "O"), ("manual", "M"),
        ("finish_manual", "F"), ("payment", "U"), ("papers", "P"), ("close_day", "D"), ("log_out", "Q"),
        ("late", "E"), ("news", "W"), ("void", "V"), ("consents", "C"), ("notify", "N"),
        ("void_item", "X"), ("requests", "Y"), ("case", "S"), ("person", "J"), ("correct", "G"),
        ("disclosure", "H"), ("block", "I"), ("paper", "Z"))),
    Shortcut("undo", (Chord(_Key.Key_Z, control=True),)),
    Shortcut("dispatch", (Chord(_Key.Key_B, control=True),)),
    Shortcut("shift", (Chord(_Key.Key_J, control=True),)),
    Shortcut("incident", (Chord(_Key.Key_I, control=True),)),
    Shortcut("exception", (Chord(_Key.Key_R, control=True),)),
    Shortcut("picture", (Chord(_Key.Key_P, control=True),)),
    Shortcut("language", (Chord(_Key.Key_L, control=True),), "window"),
    Shortcut("theme", (Chord(_Key.Key_T, control=True),), "window"),
    Shortcut("sound", (Chord(_Key.Key_M, control=True),), "window"),
    Shortcut("zoom", tuple(Chord(key, control=True) for key in (_Key.Key_Equal, _Key.Key_Minus, _Key.Key_0)),
             "window"),
    Shortcut("next_field", (Chord(_Key.Key_Return),), "field"),
    Shortcut("next_control", (Chord(_Key.Key_Tab),), "field"),
    Shortcut("press", (Chord(_Key.Key_Space),), "field"),
    Shortcut("back", (Chord(_Key.Key_Escape),), "screen"),
    Shortcut("choose", (Chord(_Key.Key_Up), Chord(_Key.Key_Down)), "field"),
    Shortcut("paste_other", (alt("G"),), "panel"),
    Shortcut("paste_number", (alt("N"),), "panel"),
    Shortcut("page", (Chord(_Key.Key_PageUp), Chord(_Key.Key_PageDown)), "field"),
)  # fmt: skip
# What the help lists: keys of a panel stand on its own buttons.
LISTED = tuple(each for each in SHORTCUTS if each.group != "panel")
# What stands beside the form: the list is to be seen whole, so the keys of every program are not in it.
_EVERYWHERE = ("next_field", "back", "next_control", "press", "choose", "page")
HELPED = tuple(each for each in LISTED if each.name not in _EVERYWHERE)
BY_NAME: Mapping[str, Shortcut] = MappingProxyType({each.name: each for each in SHORTCUTS})
_WORDS: Mapping[str, str] = MappingProxyType({each.name: str(each) for each in SHORTCUTS})


def key_of(name: str) -> str:
    """As it stands on a button: ``Alt+R``."""
    return _WORDS[name]
