"""A configuration from counter to counter on the technician's page: the workshop's part of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.config_plan import with_parts
from core.config_transfer import fingerprint
from core.devices import Slot
from core.errors import CounterError, Fact, RuleError, TransferError, TransferFault
from core.technician import Taking
from program import sharing
from program.configured_file import ConfigurationFile
from program.evidence_files import MOUNTS, folder, stick

if TYPE_CHECKING:
    from core.config import Config
    from program.terminal import Terminal

_MOST = 20  # files that are offered of one stick


class ConfigBench:
    """``terminal`` gives None until one is put together.  Every method is the workshop's thread's."""

    def __init__(
        self,
        data: Path,
        file: ConfigurationFile,
        terminal: Callable[[], Terminal | None],
        mounts: tuple[str, ...] = MOUNTS,
    ) -> None:
        self._data, self._file, self._terminal, self._mounts = data, file, terminal, mounts

    @property
    def undoable(self) -> bool:
        """Whether a file of before lies there."""
        return self._file.kept.exists()

    def export(self) -> dict[str, Fact]:
        """Onto a stick, else into the home folder; facts of what was written.

        Raises TransferError SHUT where the vault was not opened, and as :func:`program.sharing.export`.
        """
        terminal = self._terminal()
        if terminal is None:
            raise TransferError(TransferFault.SHUT)
        name = sharing.name_of(terminal.config.station.terminal, dt.datetime.now(dt.UTC))
        file = folder(self._mounts) / name
        try:
            key = sharing.export(terminal.vault, self._file.path, file)
        except RuleError:  # nobody opened it since the start
            raise TransferError(TransferFault.SHUT) from None
        return {"file": str(file), "fingerprint": fingerprint(key)}

    def find(self) -> Taking:
        """The newest file of the stick, else of the home folder.  Raises TransferError NO_FILE."""
        place = stick(self._mounts) or Path.home()
        dated: list[tuple[float, Path]] = []
        with suppress(OSError):  # the stick was pulled out this very moment
            dated = [(file.stat().st_mtime, file) for file in place.glob(f"{sharing.STEM}*")]
        files = tuple(str(file) for _, file in sorted(dated, reverse=True)[:_MOST])
        if not files:
            raise TransferError(TransferFault.NO_FILE)
        return self.look(Taking(files))

    def look(self, taking: Taking) -> Taking:
        """The chosen file with what it would change, or why it is not taken."""
        bare = replace(taking, plan=None, fault="", facts={}, compared=False)
        try:
            value, origin = sharing.read(Path(taking.file), self._data)
            return replace(bare, plan=sharing.planned(value, origin, self._file.path))
        except CounterError as error:
            return replace(bare, fault=str(error.code), facts=dict(error.facts))

    def take(self, taking: Taking) -> str:
        """Write it and put the devices to work; the message's code.  Raises CounterError, nothing changed."""
        made = taking.plan
        if made is None or not (made.origin.known or taking.compared):
            return ""
        before = self._file.read()
        sharing.write(made, self._file)
        self._at_work(before, self._file.read(), made.slots)
        later = any(line.part in ("station", "headquarters") for line in made.lines)
        return "msg.config_taken_later" if later else "msg.config_taken"

    def proxy(self) -> str:
        """As it stands in the file, "" for none.  Raises ConfigError."""
        return self._file.read().headquarters.proxy

    def set_proxy(self, text: str) -> None:
        """Into the file; the program takes it when it starts.  Raises ConfigError, StoreError, unchanged."""
        self._file.change_table(("headquarters",), {"proxy": text or None})

    def undo(self) -> str:
        """The file before the last change; the message's code.  Raises CounterError, nothing changed."""
        before = self._file.read()
        self._file.exchange()
        after = self._file.read()
        slots = [slot for slot in Slot if before.devices.get(slot) != after.devices.get(slot)]
        self._at_work(before, after, slots)
        same = (before.station, before.headquarters) == (after.station, after.headquarters)
        return "msg.config_undone" if same else "msg.config_undone_later"

    def _at_work(self, before: Config, after: Config, slots: Sequence[Slot]) -> None:
        """Slot by slot; where one does not let go, file and slots are as before.  Raises CounterError."""
        terminal, done = self._terminal(), list[Slot]()
        if terminal is None:
            return
        try:
            for slot in slots:
                done.append(slot)
                terminal.reconfigure(with_parts(terminal.config, after, [slot]), slot)
        except CounterError:
            self._file.exchange()
            for slot in done:
                with suppress(CounterError):  # what let go once does so again; the start reads the file
                    terminal.reconfigure(with_parts(terminal.config, before, [slot]), slot)
            raise
