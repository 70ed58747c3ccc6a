"""The scale's figure and the item on the screen: whose load lies on the pan, and what becomes its weight.

A load belongs to the item that stood on the screen while it lay there.  It is never another item's before
the pan was empty in between: not the last parcel left lying, and not two parcels on top of each other.
What the clerk typed is never replaced; an empty weight and one that came from the scale are.
"""

from __future__ import annotations

from dataclasses import replace

from core.acceptance.visit import SCALE, TYPED, FieldText, Visit, check
from core.commands import Field
from core.devices import EMPTY_G, DeviceState, DeviceTruth, Weighed
from core.rule_data import Rules
from core.view import ScaleView, VisitView

_UNKNOWN = "?"  # whose load it is that lay there when the scale was found


class Balance:
    """Called on the station's thread only."""

    def __init__(self) -> None:
        self._reading: Weighed | None = None
        self._owner: str | None = _UNKNOWN  # the item's operation id; None: nobody's yet
        self._fault = ""
        self._here = False  # a scale stands here

    def told(self, truth: DeviceTruth) -> None:
        """What the scale is.  While it does not weigh nothing is known of the pan."""
        self._here, self._fault = True, truth.fault
        if truth.state is not DeviceState.READY:
            self._reading, self._owner = None, _UNKNOWN

    def weighed(self, event: Weighed) -> None:
        """What it shows now."""
        self._reading = event
        if event.grams <= EMPTY_G:
            self._owner = None

    def follow(self, visit: Visit) -> Visit:
        """The visit with what lies on the pan as its weight, or the visit itself."""
        reading, item = self._reading, visit.item
        if reading is None or reading.grams <= EMPTY_G or item.accepted:
            return visit
        self._owner = self._owner or item.operation
        stands, text = visit.text(Field.WEIGHT), f"{reading.grams / 1000:.3f}"
        taken = stands.source == SCALE
        if self._owner != item.operation or not reading.stable or (stands.text and not taken):
            return visit
        if taken and stands.text == text:
            return visit
        fields = {**item.fields, Field.WEIGHT: FieldText(text, SCALE)}
        # Only where the field was empty the screen moves on to the next one.
        revision = visit.revision + (not stands.text)
        return replace(visit, item=replace(item, fields=fields), revision=revision)

    def shown(self, view: VisitView, visit: Visit, rules: Rules) -> VisitView:
        """The view with what the scale says."""
        if not self._here:
            return view
        reading = self._reading
        if reading is None:
            return replace(view, scale=ScaleView(fault=self._fault))
        stands, note = visit.text(Field.WEIGHT), ""
        if reading.grams <= EMPTY_G:
            note = "empty"
        elif self._owner not in (None, visit.item.operation):
            note = "last"
        elif stands.source == SCALE and check(visit, Field.WEIGHT, rules).number == reading.grams:
            note = "taken"
        elif stands.source == TYPED and check(visit, Field.WEIGHT, rules).number != reading.grams:
            note = "typed"
        return replace(view, scale=ScaleView(reading.grams, reading.stable, note, self._fault))
