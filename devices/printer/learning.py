"""A label printer measures its own labels: the command for it, apart from any lane."""

from __future__ import annotations

import threading

from core.devices import Slot
from core.errors import DeviceError, DeviceFault
from devices.held import HeldLink
from devices.printer.form import label_form
from devices.printer.lane import LABEL_LANGUAGES
from devices.printer.session import Timing
from devices.rack import DeviceConfig
from devices.traffic import TrafficLog

_INCH_MM = 25.4
_BETWEEN_S = 0.5  # its lane has just let go, and a printer on the network takes one connection at a time


def learns(config: DeviceConfig) -> bool:
    """Whether its language has a command for it."""
    if config.slot not in (Slot.LABEL_PRINTER, Slot.STICKER_PRINTER):
        return False
    language = LABEL_LANGUAGES.get(config.driver)
    return language is not None and bool(language.LEARN)


def learn(config: DeviceConfig, stop: threading.Event) -> float | None:
    """Let the printer measure; millimetres of a label, None where it keeps them to itself.

    Nobody else holds its link.  Raises ConfigError WRONG_VALUE, DeviceError with what the printer says,
    GONE, BUSY, NO_ANSWER, CANCELLED once ``stop`` is set.
    """
    form = label_form(config)
    if stop.wait(_BETWEEN_S):
        raise DeviceError(DeviceFault.CANCELLED)
    with HeldLink(config.link).opened(stop) as link:
        if link is None:
            return None
        dots = LABEL_LANGUAGES[config.driver](link, TrafficLog(), Timing()).learn(stop)
    return None if dots is None else dots / (form.dpi / _INCH_MM)
