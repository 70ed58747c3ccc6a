""" "Plug it in now": the port that was not there before, and the driver that gets an answer at it."""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.devices import Slot
from core.errors import DeviceError, Fact
from core.technician import Adding, Candidate, Work
from devices.camera.own import SCHEME, folders, need_usable, port_of
from devices.identify import Found, Patience, identify, scanned
from devices.ports import Port, connected, unused
from devices.rack import Drivers

LOOK_EVERY_S = 0.3
_SETTLE_S = 0.7  # between a port's coming and its being ready to be opened: rules of the system run
GIVE_UP_S = 300.0
_SCAN_S = 60.0
_ADDRESS = re.compile(r"(?:tcp://)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([1-9][0-9]{0,4})")


class Finder:
    """Runs on the workshop's thread; ``leave`` ends it, ``show`` tells the page, ``tell`` adds a line."""

    def __init__(
        self,
        root: Path,
        drivers: Drivers,
        leave: threading.Event,
        show: Callable[..., None],
        tell: Callable[[str, dict[str, Fact], str], None],
        patience: Patience | None = None,
        give_up_s: float = GIVE_UP_S,
    ) -> None:
        self._root, self._drivers, self._leave, self._show = root, drivers, leave, show
        self._tell, self._patience, self._give_up_s = tell, patience or Patience(), give_up_s
        self._typed: queue.SimpleQueue[str] = queue.SimpleQueue()

    def typed(self, text: str) -> None:
        """From the main thread: an address, a folder, or the number of a port that is connected already."""
        self._typed.put(text.strip())

    def forget(self) -> None:
        """From the main thread: what was typed before counts no longer."""
        while not self._typed.empty():
            self._typed.get()

    def find(self, adding: Adding, links: Sequence[str], driver: str) -> Candidate | None:
        """The first new port that comes, and what answers there; None after ``leave`` or five minutes.

        ``links`` are in use; ``driver`` is tried first.
        """
        before = self._there()
        free = unused(list(before.values()), links)
        adding = replace(adding, ports=tuple(port.name for port in free))
        self._show(adding=adding, work=Work.LOOKING)
        end = time.monotonic() + self._give_up_s
        while time.monotonic() < end and not self._leave.is_set():
            now = self._there()
            port = self._chosen(free) or self._plugged(before, now)
            if port is None:
                before = {link: kept for link, kept in before.items() if link in now}
                self._leave.wait(LOOK_EVERY_S)
                continue
            found = self._who(replace(adding, port=port.name), port, driver)
            if found is not None or self._leave.is_set():
                return found
            before = self._there()
            silent = not _is_folder(port)  # of a folder it was said what is wrong with it
            self._show(adding=replace(adding, port=port.name, silent=silent), work=Work.LOOKING)
        return None

    def _there(self) -> dict[str, Port]:
        """Every port and every folder that a device may be behind now, by its link."""
        return {**connected(self._root), **folders(self._root)}

    def _plugged(self, before: dict[str, Port], now: dict[str, Port]) -> Port | None:
        """What was not there at the last look."""
        new = [port for link, port in now.items() if link not in before]
        if new:
            self._leave.wait(_SETTLE_S)
        return new[0] if new else None

    def _chosen(self, free: Sequence[Port]) -> Port | None:
        try:
            text = self._typed.get_nowait()
        except queue.Empty:
            return None
        if text.isascii() and text.isdigit() and 0 < int(text) <= len(free):
            return free[int(text) - 1]
        if (folder := port_of(text)) is not None:
            return folder
        address = _ADDRESS.fullmatch(text)
        if address is None or int(address[2]) > 65_535:
            self._tell("msg.address_form", {}, "warning")
            return None
        return Port(f"tcp://{address[1]}:{address[2]}", f"{address[1]}:{address[2]}", rated=False)

    def _who(self, adding: Adding, port: Port, driver: str) -> Candidate | None:
        """Which driver is answered; where none is, whether it is a scanner that somebody scans with."""
        if _is_folder(port):
            return self._folder(adding, port)

        def told(name: str) -> None:
            self._show(adding=replace(adding, driver=name), work=Work.TRYING)

        found = identify(port.link, self._drivers, self._leave, told=told, rated=port.rated, first=driver,
                         patience=self._patience)  # fmt: skip
        if found is None and not self._leave.is_set():
            self._show(adding=replace(adding, silent=True), work=Work.TRYING)
            found = scanned(port.link, self._drivers, self._leave, _SCAN_S, rated=port.rated)
        if found is None:
            return None
        candidate = _candidate(found, port)
        self._show(adding=replace(adding, found=candidate, silent=False), work=Work.NOTHING)
        return candidate

    def _folder(self, adding: Adding, port: Port) -> Candidate | None:
        """A scanner's, where it may be one: nothing could answer there, and nothing is removed."""
        path = Path(port.link.removeprefix(SCHEME))
        if not path.is_dir():
            self._tell("msg.folder_none", {}, "warning")
            return None
        try:
            need_usable(path)
        except DeviceError as error:
            self._tell(str(error.code), dict(error.facts), "warning")
            return None
        candidate = Candidate((Slot.CAMERA,), "folder", port.link, port.name)
        self._show(adding=replace(adding, found=candidate, silent=False), work=Work.NOTHING)
        return candidate


def _is_folder(port: Port) -> bool:
    return port.link.startswith(SCHEME)


def _candidate(found: Found, port: Port) -> Candidate:
    slots: tuple[Slot, ...] = found.slots
    return Candidate(slots, found.driver, found.link, port.name)
