"""What a printer says of itself, whatever language it speaks."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import DeviceFault


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """``fault`` is the first thing a person must do, None when there is nothing.

    ``low``: the roll is near its end; it still prints.
    """

    fault: DeviceFault | None
    printing: bool
    low: bool = False

    @property
    def ready(self) -> bool:
        """Able to take a page now."""
        return self.fault is None and not self.printing
