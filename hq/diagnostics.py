"""``hq diagnostics open FILE``: what a counter's machine said of itself, readable here alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.diagnostics import unpack
from core.errors import StoreError, StoreFault
from hq.home import opening_directory
from hq.opened import Opened, to_json

_MOST = 4 * 1024 * 1024


def _diagnostics_open(opened: Opened) -> None:
    """Raises StoreError MISSING, WRONG_KEY; EntryError FORM for another file."""
    # Imported here, as for the opening service: nothing that serves counters loads the key.
    from hq.opening_key import read_opening_key

    asked = opened.options
    try:
        with asked.file.open("rb") as file:
            data = file.read(_MOST)
    except OSError:
        raise StoreError(StoreFault.MISSING, what="file") from None
    key = read_opening_key(asked.opening or opening_directory(opened.home.directory), opened.passphrase())
    opened.say(to_json(unpack(data, key.open)))


DIAGNOSTICS: Mapping[str, Callable[[Opened], None]] = {"diagnostics open": _diagnostics_open}
