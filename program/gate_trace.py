"""What is done on the technician's page leaves a trace: a line of the gate log, which a log-in takes in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from core.devices import Slot
from core.errors import StoreError
from core.gate_log import GateLine
from storage.gate_file import GateFile

if TYPE_CHECKING:
    from program.terminal import Terminal

_log = logging.getLogger(__name__)
_SHOWN = 5


class GateTrace:
    """Through the terminal's own file as soon as one is there, so that two never write at once."""

    def __init__(self, data: Path, terminal: Callable[[], Terminal | None]) -> None:
        self._own, self._terminal = GateFile(data), terminal

    def _file(self) -> GateFile:
        terminal = self._terminal()
        return terminal.gate if terminal is not None else self._own

    def leave(self, act: str, slot: Slot | None, outcome: str) -> tuple[GateLine, ...]:
        """One line more, and the newest ones; a disk that refuses holds nothing up."""
        try:
            self._file().note(act, slot.value if slot is not None else "", outcome)
        except StoreError as error:
            _log.warning("no trace of what was done on the technician's page: %s", error.code)
        return self.newest()

    def newest(self) -> tuple[GateLine, ...]:
        """The last one first."""
        with suppress(StoreError):
            return self._file().newest(_SHOWN)
        return ()
