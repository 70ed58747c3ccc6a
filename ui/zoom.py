"""Larger or smaller while running: every measure of the window, from what it was built with at 100 %.

Panels are written in the measures of 100 %; nobody but this module knows how large they stand.  The
style sheet is scaled by ``ui/style.py``; what paints itself has a method ``set_zoom(factor)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLabel, QLayout, QSpacerItem, QWidget

STEPS = (100, 125, 150, 175, 200)  # per cent
COMPOSED = QSize(1600, 900)  # a larger window stands in larger type, never in wider gaps
_FIT_STEP = 0.2
_BASE = "built_with"  # the dynamic property that keeps the measures of 100 %
_UNBOUND = 16777215  # Qt's QWIDGETSIZE_MAX


class Room(IntEnum):
    """How much of the frame stands side by side."""

    NARROW = 0  # everything below each other, the middle scrolls
    MEDIUM = 1  # the way as a strip, the side beside the form
    WIDE = 2  # way, form, side
    ROOMY = 3  # the same with more air


@dataclass(frozen=True, slots=True)
class _Measures:
    """Of a widget: least and most width and height.  Of a layout: margins, spacings, spacers."""

    sizes: tuple[int, ...]
    spacers: tuple[tuple[int, int, int], ...] = ()  # place in the layout, width, height


def after(percent: int, by: int) -> int:
    """The step above or below; at the ends it stays."""
    if by > 0:
        return next((step for step in STEPS if step > percent), STEPS[-1])
    return next((step for step in reversed(STEPS) if step < percent), STEPS[0])


def factor_of(size: QSize, percent: int) -> float:
    """How large everything stands in a window of ``size`` pixels at ``percent`` of zoom."""
    fit = min(size.width() / COMPOSED.width(), size.height() / COMPOSED.height())
    steps = int((max(1.0, fit) - 1.0) / _FIT_STEP + 1e-6)
    return (1.0 + steps * _FIT_STEP) * percent / 100


def room_of(size: QSize, factor: float) -> Room:
    """What fits into ``size`` pixels where everything stands ``factor`` times as large."""
    width, height = size.width() / factor, size.height() / factor
    if width >= 1500 and height >= 860:
        return Room.ROOMY
    if width >= 1240 and height >= 660:
        return Room.WIDE
    return Room.MEDIUM if width >= 1040 and height >= 560 else Room.NARROW


def measure_again(*measured: QWidget | QLayout) -> None:
    """Sizes, margins and spacings were set anew, in those of 100 %: whoever arranges panels says so here.

    The spacers of a layout stay as it was built with them.
    """
    for each in measured:
        kept = each.property(_BASE)
        if isinstance(each, QLayout) and isinstance(kept, _Measures):
            _set_spacers(each, kept, 1.0)
        each.setProperty(_BASE, None)


def measured_by_itself(widget: QWidget) -> None:
    """Its least size was taken from type as large as it stands: it is not scaled again."""
    widget.setProperty(_BASE, _Measures(()))


def scale(top: QWidget, factor: float, *, itself: bool = False) -> None:
    """Every measure under ``top``, so many times what it was built with; its own where ``itself`` says so."""
    widgets: Sequence[QWidget] = [top, *top.findChildren(QWidget)]
    layouts: Iterable[QLayout] = [layout for widget in widgets for layout in _layouts(widget.layout())]
    for widget in widgets if itself else widgets[1:]:
        _scale_widget(widget, factor)
    for layout in layouts:
        _scale_layout(layout, factor)
    for widget in widgets:  # of what is hidden Qt would keep the sizes that it measured before
        widget.updateGeometry()


def _layouts(layout: QLayout | None) -> list[QLayout]:
    if layout is None:
        return []
    return [layout, *layout.findChildren(QLayout)]


def times(measure: int, factor: float) -> int:
    """A measure at this factor; what is unset or unbound stays so, a hair line stays at least one."""
    if measure <= 0 or measure >= _UNBOUND:
        return measure
    return max(1, round(measure * factor))


def _scale_widget(widget: QWidget, factor: float) -> None:
    # Not its margins: those are the style sheet's, which is made anew for each factor.
    kept = widget.property(_BASE)
    if not isinstance(kept, _Measures):
        least, most = widget.minimumSize(), widget.maximumSize()
        kept = _Measures((least.width(), least.height(), most.width(), most.height()))
        widget.setProperty(_BASE, kept)
    if kept.sizes:
        least_width, least_height, most_width, most_height = (times(n, factor) for n in kept.sizes)
        widget.setMinimumSize(least_width, least_height)
        widget.setMaximumSize(most_width, most_height)
    if isinstance(widget, QLabel):
        widget.setWordWrap(widget.wordWrap())  # it keeps a hint with its least size in it until told so
    _tell(widget, factor)


def _scale_layout(layout: QLayout, factor: float) -> None:
    kept = layout.property(_BASE)
    if not isinstance(kept, _Measures):
        kept = _measures(layout)
        layout.setProperty(_BASE, kept)
    left, top, right, bottom, *spacings = (times(n, factor) for n in kept.sizes)
    layout.setContentsMargins(left, top, right, bottom)
    if isinstance(layout, QGridLayout):
        layout.setHorizontalSpacing(spacings[0])
        layout.setVerticalSpacing(spacings[1])
        for column, width in enumerate(spacings[2:]):
            layout.setColumnMinimumWidth(column, width)
    else:
        layout.setSpacing(spacings[0])
    _set_spacers(layout, kept, factor)
    _tell(layout, factor)
    layout.invalidate()


def _tell(part: QWidget | QLayout, factor: float) -> None:
    """What has measures of its own, at 100 %, has a method for them.  (Asking for a protocol instead takes
    a quarter of the time of a whole step.)"""
    take = getattr(part, "set_zoom", None)
    if take is not None:
        take(factor)


def _set_spacers(layout: QLayout, kept: _Measures, factor: float) -> None:
    for at, width, height in kept.spacers:
        item = layout.itemAt(at)
        if isinstance(item, QSpacerItem):
            policy = item.sizePolicy()
            item.changeSize(times(width, factor), times(height, factor),
                            policy.horizontalPolicy(), policy.verticalPolicy())  # fmt: skip


def _measures(layout: QLayout) -> _Measures:
    margins = layout.contentsMargins()
    sides = (margins.left(), margins.top(), margins.right(), margins.bottom())
    if isinstance(layout, QGridLayout):
        columns = (layout.columnMinimumWidth(column) for column in range(layout.columnCount()))
        return _Measures((*sides, layout.horizontalSpacing(), layout.verticalSpacing(), *columns))
    spacers = []
    if isinstance(layout, QBoxLayout):
        for at in range(layout.count()):
            item = layout.itemAt(at)
            space = item.spacerItem() if item is not None else None
            if space is not None and not space.expandingDirections():
                spacers.append((at, space.sizeHint().width(), space.sizeHint().height()))
    return _Measures((*sides, layout.spacing()), tuple(spacers))
