"""The workshop's part of a configuration that goes from counter to counter: what each key begins."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

from core.config import is_proxy
from core.devices import Slot
from core.errors import Fact
from core.technician import Work, WorkshopView
from program.config_bench import ConfigBench


class ConfigDesk(ABC):
    """See :class:`core.technician.Workshop`; every act leaves a line in the gate log, by its name."""

    _shared: ConfigBench
    _lock: threading.Lock
    _view: WorkshopView

    @abstractmethod
    def _do(self, job: Callable[[], object], work: Work, act: tuple[str, Slot | None] = ..., /) -> None:
        """On the workshop's thread."""

    @abstractmethod
    def _show(self, **changes: object) -> None:
        """Change what is shown."""

    @abstractmethod
    def _examine(self) -> None:
        """The doctor's lines."""

    @abstractmethod
    def _tell(self, code: str, facts: dict[str, Fact], level: str) -> None:
        """Say it."""

    def share(self) -> None:
        """See the protocol."""
        self._do(self._write_out, Work.WRITING, ("share", None))

    def fetch(self) -> None:
        """See the protocol."""
        self._do(lambda: self._show(taking=self._shared.find()), Work.NOTHING)

    def pick(self, by: int) -> None:
        """See the protocol."""
        with self._lock:
            taking = self._view.taking
        if taking is not None and len(taking.files) > 1:
            other = replace(taking, chosen=(taking.chosen + by) % len(taking.files))
            self._do(lambda: self._show(taking=self._shared.look(other)), Work.NOTHING)

    def take_over(self) -> None:
        """See the protocol."""
        with self._lock:
            taking = self._view.taking
            if taking is None or taking.plan is None or not taking.plan.lines:
                return
            if not (taking.plan.origin.known or taking.compared):
                self._view = replace(self._view, taking=replace(taking, compared=True))
                return
        self._do(lambda: self._say_done(self._shared.take(taking)), Work.WRITING, ("import", None))

    def ask_proxy(self) -> None:
        """See the protocol."""
        self._do(lambda: self._show(proxy=self._shared.proxy()), Work.NOTHING)

    def set_proxy(self, text: str) -> None:
        """See the protocol."""
        if text and not is_proxy(text):
            self._tell("first.reach_proxy_form", {}, "error")
            return
        self._do(lambda: self._say_proxy(text), Work.WRITING, ("proxy", None))

    def undo(self) -> None:
        """See the protocol."""
        self._do(lambda: self._say_done(self._shared.undo()), Work.WRITING, ("undo", None))

    def _say_done(self, code: str) -> None:
        self._show(taking=None)
        self._tell(code, {}, "good")

    def _say_proxy(self, text: str) -> None:
        self._shared.set_proxy(text)
        self._show(proxy=None)
        self._tell("msg.proxy_set" if text else "msg.proxy_none", {}, "good")
        self._examine()  # its line of headquarters goes through what was written

    def _write_out(self) -> None:
        self._tell("msg.config_shared", self._shared.export(), "good")
