"""What a scanner that types like a keyboard has typed (a command; see core/commands.py)."""

from __future__ import annotations

from dataclasses import dataclass, field

WEDGE = "wedge"  # the driver's name; a device's truth says it in its facts


@dataclass(frozen=True)
class ScanTyped:
    """One whole code, recognised by its pace and its line end; the same as a scan of any other scanner."""

    text: str = field(repr=False)
