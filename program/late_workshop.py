"""The workshop: read beside, once the log-in stands, and begun when the technician's page is first opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.devices import Slot
    from core.technician import WorkshopView
    from program.terminal import Terminal
    from program.workshop import Workshop


class LateWorkshop:
    """See :class:`core.technician.Workshop`."""

    def __init__(self, data: Path, path: Path, terminal: Callable[[], Terminal | None]) -> None:
        self._parts = data, path, terminal
        self._made: Workshop | None = None

    def read(self) -> None:
        """From a thread that nobody waits for: the first Alt+T finds its modules read."""
        import program.workshop  # noqa: F401
        import ui.technician.console  # noqa: F401 - both read now, used by the first Alt+T

    def _workshop(self) -> Workshop:
        if self._made is None:
            from program.workshop import Workshop

            self._made = Workshop(*self._parts)
        return self._made

    def stop(self) -> None:
        """End what is being done; never hangs."""
        if self._made is not None:
            self._made.stop()

    def look(self, slot: Slot | None) -> WorkshopView:
        """See the protocol; so with all that follow."""
        return self._workshop().look(slot)

    def test(self, *slots: Slot) -> None:
        """Each in turn."""
        self._workshop().test(*slots)

    def examine(self) -> None:
        """The doctor's lines."""
        self._workshop().examine()

    def add(self, wanted: Slot | None) -> None:
        """A port that is not there yet."""
        self._workshop().add(wanted)

    def try_address(self, text: str) -> None:
        """While adding."""
        self._workshop().try_address(text)

    def take(self, slot: Slot, name: str) -> None:
        """Write what was found."""
        self._workshop().take(slot, name)

    def leave(self) -> None:
        """Nothing is added."""
        if self._made is not None:
            self._made.leave()

    def rename(self, slot: Slot, name: str) -> None:
        """Another name."""
        self._workshop().rename(slot, name)

    def enable(self, slot: Slot, *, on: bool) -> None:
        """In use or not."""
        self._workshop().enable(slot, on=on)

    def bundle(self) -> None:
        """For headquarters."""
        self._workshop().bundle()

    def paper(self, slot: Slot) -> None:
        """A printer's calibration page."""
        self._workshop().paper(slot)

    def adjust(self, name: str, by: int) -> None:
        """One setting of it."""
        self._workshop().adjust(name, by)

    def print_page(self) -> None:
        """Write and print."""
        self._workshop().print_page()

    def learn(self) -> None:
        """The printer measures its labels."""
        self._workshop().learn()

    def share(self) -> None:
        """This counter's configuration for another one."""
        self._workshop().share()

    def ask_proxy(self) -> None:
        """The way to headquarters."""
        self._workshop().ask_proxy()

    def set_proxy(self, text: str) -> None:
        """Another one."""
        self._workshop().set_proxy(text)

    def fetch(self) -> None:
        """What another counter's would change here."""
        self._workshop().fetch()

    def pick(self, by: int) -> None:
        """Another file."""
        self._workshop().pick(by)

    def take_over(self) -> None:
        """Write what is shown."""
        self._workshop().take_over()

    def undo(self) -> None:
        """The configuration before the last change."""
        self._workshop().undo()
