"""The keys of the technician's page."""

from __future__ import annotations

from PySide6.QtCore import Qt

_KEY = Qt.Key
LETTERS = {_KEY.Key_N: "add", _KEY.Key_T: "test", _KEY.Key_M: "move", _KEY.Key_R: "rename",
            _KEY.Key_D: "disable", _KEY.Key_C: "paper", _KEY.Key_L: "learn",
            _KEY.Key_P: "proxy", _KEY.Key_U: "undo"}  # fmt: skip
FUNCTIONS = {_KEY.Key_F4: "examine", _KEY.Key_F5: "test_all", _KEY.Key_F6: "bundle",
              _KEY.Key_F7: "share", _KEY.Key_F8: "fetch", _KEY.Key_F9: "write"}  # fmt: skip
# As the manual names them; a test compares.
KEYS = (
    *(chr(key.value) for key in LETTERS),
    *(f"F{key.value - _KEY.Key_F1.value + 1}" for key in FUNCTIONS),
    "↑", "↓", "Esc",
)  # fmt: skip
ARROWS = (_KEY.Key_Up, _KEY.Key_Down, _KEY.Key_Left, _KEY.Key_Right)
SIDEWAYS = {_KEY.Key_Left: -1, _KEY.Key_Right: 1}
