"""The style sheet, made from a palette.  Widgets name their role with the property ``role``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QLabel, QWidget

from ui.theme import BODY_PX, FIGURE_PX, LABEL_PX, LARGE_PX, RADIUS, STRONG_PX, Palette
from ui.zoom import times

_MEASURE = re.compile(r"(\d+)px")
_SHEET = """
QWidget {{ color: {text}; font-size: {body}px; }}
QWidget#window {{ background: {window}; }}
QFrame[role="card"] {{ background: {card}; border: 1px solid {border}; border-radius: {radius}px; }}
QFrame[role="panel"] {{ background: {card}; border: 2px solid {accent}; border-radius: {radius}px; }}
QLabel {{ background: transparent; border: 0; }}
QLabel[role="title"] {{ font-size: {label}px; font-weight: bold; color: {muted}; }}
QLabel[role="heading"] {{ font-size: {large}px; font-weight: bold; }}
QLabel[role="heading"][about="bad"] {{ color: {bad}; }}
QLabel[role="heading"][about="warn"] {{ color: {warn}; }}
QLabel[role="caption"] {{ font-size: {label}px; color: {muted}; }}
QLabel[role="strong"] {{ font-size: {strong_px}px; font-weight: bold; }}
QLabel[role="dense"] {{ font-size: 14px; }}
QWidget#device_bar QLabel {{ font-size: 14px; }}
QLabel[role="semi"] {{ font-weight: bold; }}
QLabel[role="figure"] {{ font-size: {figure}px; font-weight: bold; }}
QLabel[role="photo"] {{ font-size: 12px; border-radius: 4px; padding: 4px; }}
QLabel[role="problem"] {{ font-size: {label}px; color: {bad}; }}
QLabel[role="problem"][about="plain"] {{ color: {muted}; }}
QLabel[role="problem"][about="warn"] {{ color: {warn}; }}
QLabel[role="problem"][about="good"] {{ color: {good}; }}
QLabel[role="detail"] {{ font-size: {label}px; }}
QLabel[role="key"] {{ font-size: 12px; font-weight: bold; }}
QLabel[lowered="true"] {{ padding-top: 3px; }}
QLabel[role="small"] {{ font-size: 12px; color: {muted}; }}
QLabel[tone="good"] {{ color: {good}; background: {good_soft}; }}
QLabel[tone="warn"] {{ color: {warn}; background: {warn_soft}; }}
QLabel[tone="bad"] {{ color: {bad}; background: {bad_soft}; }}
QLabel[tone="quiet"] {{ color: {text}; background: {quiet_soft}; }}
QLabel[role="badge"] {{ font-size: {label}px; font-weight: bold; border-radius: 4px; padding: 1px 8px; }}
QFrame#header {{ background: {header}; border: 0; }}
QFrame#header QLabel {{ color: {on_header}; font-size: 14px; }}
QFrame#header QLabel#header_title {{ font-size: 18px; font-weight: bold; }}
QFrame#header QLabel[role="chip"] {{ background: {header_chip}; border-radius: 13px; padding: 2px 12px; }}
QFrame#header QLabel[role="chip"][tone="warn"] {{ color: {warn}; background: {warn_soft}; }}
QFrame#header QLabel[role="chip"][tone="bad"] {{ color: {bad}; background: {bad_soft}; }}
QLabel[role="banner"] {{ font-size: 14px; font-weight: bold; padding: 0 20px; }}
QFrame#commit_bar {{ background: {idle}; border: 0; border-radius: {radius}px; }}
QFrame#commit_bar QLabel {{ color: {on_idle}; }}
QFrame#commit_bar[ready="true"] {{ background: {strong}; }}
QFrame#commit_bar[ready="true"] QLabel {{ color: {on_strong}; }}
QFrame#commit_bar QLabel#commit_key {{ font-size: {strong_px}px; font-weight: bold;
  border: 2px solid {on_idle}; border-radius: 6px; padding: 0 12px; }}
QFrame#commit_bar[ready="true"] QLabel#commit_key {{ border-color: {on_strong}; }}
QFrame#commit_bar QLabel#commit_action {{ font-size: {strong_px}px; font-weight: bold; }}
QFrame#commit_bar QLabel[role="caption"] {{ font-size: {label}px; }}
QFrame#technician_bar {{ background: {idle}; border: 0; border-radius: {radius}px; }}
QFrame#technician_bar QLabel {{ color: {on_idle}; }}
QFrame#technician_bar[ready="true"] {{ background: {strong}; }}
QFrame#technician_bar[ready="true"] QLabel {{ color: {on_strong}; }}
QFrame#technician_bar QLabel#technician_key {{ font-size: {strong_px}px; font-weight: bold;
  border: 2px solid {on_idle}; border-radius: 6px; padding: 0 12px; }}
QFrame#technician_bar[ready="true"] QLabel#technician_key {{ border-color: {on_strong}; }}
QFrame#technician_bar QLabel#technician_action {{ font-size: {strong_px}px; font-weight: bold; }}
QFrame#message {{ border-radius: 8px; border: 1px solid transparent; background: transparent; }}
QFrame#message QLabel {{ color: {on_idle}; font-size: 14px; }}
QFrame#message[tone="quiet"] {{ border-color: {border}; background: {card}; }}
QFrame#message[tone="quiet"] QLabel {{ color: {text}; background: transparent; font-size: 15px; }}
QFrame#message[tone="good"] {{ background: {good_soft}; border-color: {good}; }}
QFrame#message[tone="warn"] {{ background: {warn_soft}; border-color: {warn}; }}
QFrame#message[tone="bad"] {{ background: {bad_soft}; border-color: {bad}; }}
QFrame#message[tone="good"] QLabel {{ color: {good}; background: transparent; font-size: 15px; }}
QFrame#message[tone="warn"] QLabel {{ color: {warn}; background: transparent; font-size: 15px; }}
QFrame#message[tone="bad"] QLabel {{ color: {bad}; background: transparent; font-size: 15px; }}
QFrame[role="gate"] {{ background: transparent; border: 0; border-left: 3px solid transparent; }}
QFrame[role="gate"][now="true"] {{ background: {accent_soft}; border-left: 3px solid {accent}; }}
QFrame[role="slot"] {{ background: transparent; border: 0; border-left: 3px solid transparent;
  border-bottom: 1px solid {border}; }}
QFrame[role="slot"][now="true"] {{ background: {accent_soft}; border-left: 3px solid {accent}; }}
QLabel[role="paper"] {{ background: {quiet_soft}; border: 1px solid {border}; border-radius: 8px; }}
QLineEdit {{ background: {field}; border: 1px solid {field_border}; border-radius: 6px; padding: 0 9px;
  selection-background-color: {strong}; selection-color: {on_strong}; placeholder-text-color: {muted}; }}
QPlainTextEdit {{ background: {field}; border: 1px solid {field_border}; border-radius: 6px; padding: 4px 5px;
  selection-background-color: {strong}; selection-color: {on_strong}; placeholder-text-color: {muted}; }}
QPlainTextEdit:focus {{ border: 2px solid {accent}; padding: 3px 4px; }}
QLineEdit[figure="true"] {{ font-size: {strong_px}px; font-weight: bold; }}
QLineEdit[fault="true"] {{ border: 1px solid {bad}; border-bottom: 3px solid {bad}; }}
QLineEdit:focus, QLineEdit[pictured="true"] {{ border: 2px solid {accent}; padding: 0 8px; }}
QLineEdit[fault="true"]:focus {{ border: 2px solid {bad}; }}
QLineEdit:read-only {{ background: {quiet_soft}; }}
QLineEdit:disabled {{ color: {muted}; background: {quiet_soft}; }}
QScrollArea {{ background: transparent; border: 0; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {quiet}; border-radius: 4px; min-height: 28px; margin: 0 2px; }}
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
"""


def sheet(palette: Palette, factor: float = 1.0) -> str:
    """The whole style sheet of the window in these colours, every measure ``factor`` times as large."""
    colours = {name: getattr(palette, name) for name in palette.__dataclass_fields__}
    made = _SHEET.format(
        **colours, body=BODY_PX, label=LABEL_PX, strong_px=STRONG_PX, large=LARGE_PX, figure=FIGURE_PX,
        radius=RADIUS,
    )  # fmt: skip
    return _MEASURE.sub(lambda found: f"{times(int(found[1]), factor)}px", made)


def put(label: QLabel, text: str) -> None:
    """Set a text only where it changes: a view comes often and mostly says the same."""
    if label.text() != text:
        label.setText(text)


def mark(widget: QWidget, name: str, value: str) -> None:
    """Set a property that the style sheet looks at, and let the style see it."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        style = widget.style()
        for each in (widget, *widget.findChildren(QWidget)):
            style.polish(each)  # forgets the old rules by itself; unpolish() would do the work twice
            each.update()


@contextmanager
def laid_out_once(widget: QWidget) -> Iterator[None]:
    """Whatever appears or goes in ``widget`` meanwhile is laid out together, before the next painting.

    Qt lays out the whole window anew at each widget that appears; a card brings a dozen.
    """
    layout = widget.layout()
    if layout is not None:
        layout.setEnabled(False)
    try:
        yield
    finally:
        if layout is not None:
            layout.setEnabled(True)
