"""An operator's card put in → its operator known on the log-in, over a real pcscd (vpcd, jcecard)."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.figures import Figure, at_most, percentile
from core import commands as c
from core.config import load_config
from devices.smartcard import pcsc
from program.terminal import Parts
from tests.devices.smartcard.vpcd import LINK, PIN, PivChip, Readers, readers
from tests.walk.branch import PASSWORDS, QUICK, Branch, Desk
from tests.walk.test_operator_card import CLERK, HERE, SUPERVISOR, on_card

_TIMES, _WARM = 12, 2


def run() -> Iterator[Figure]:
    """Median from the service's word that a card lies there to the view that knows whose it is.

    Taken off: what the card itself took (power, and each APDU there and back), as the figure is asked for.
    """
    logging.disable(logging.INFO)  # the simulated card lets every library of this process speak
    with (
        contextmanager(readers)() as service,
        tempfile.TemporaryDirectory(prefix="counter-bench-") as directory,
        Branch(Path(directory)) as branch,
    ):
        branch.enrol(HERE, SUPERVISOR, branch.operator(SUPERVISOR, "supervisor", name="示例乙"))
        path = branch.directory / f"{HERE}.toml"
        text = f'\n[devices.card_reader]\ndriver = "pcsc"\nlink = "{LINK}"\n'
        path.write_text(path.read_text("utf-8") + text, "utf-8")
        with Desk(load_config(path), branch.directory / HERE, Parts(pump=QUICK)) as desk:
            desk.log_in(SUPERVISOR)
            desk.do(c.Lock())
            yield _figure(desk, branch, service)


def _figure(desk: Desk, branch: Branch, service: Readers) -> Figure:
    chip = service.insert(PivChip())
    desk.until("an empty card", lambda view: view.card is not None)
    added = branch.operator(CLERK, "clerk", "990100-01")
    desk.do(c.Activate(CLERK, added, PIN, SUPERVISOR, PASSWORDS[SUPERVISOR], card=True))
    desk.until("her card", partial(on_card, "", CLERK))
    watch = _Watch(desk)
    rows = [watch.once(service, chip) for _ in range(_TIMES + _WARM)][_WARM:]
    beyond = percentile([whole - own for whole, own in rows], 0.5)
    whole, own = (percentile([row[at] for row in rows], 0.5) for at in (0, 1))
    note = f"whole {whole:.0f} ms, of which the card {own:.0f} ms; medians of {_TIMES}"
    return at_most("card-known", beyond, "ms", 150, note)


class _Watch:
    """Notes when the service speaks, what each talk with the card takes, and when the operator is known."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._present = self._own = 0.0
        self._wrap(pcsc.Context, "changes", self._said)
        self._wrap(pcsc.Connection, "transmit", self._talked)
        self._wrap(pcsc.Context, "connect", self._talked)

    def _wrap(self, owner: Any, name: str, note: Any) -> None:
        plain = getattr(owner, name)

        def timed(*args: Any) -> Any:
            begun = time.perf_counter()
            answer = plain(*args)
            note(answer, time.perf_counter() - begun)
            return answer

        setattr(owner, name, timed)

    def _said(self, states: dict[str, int], _took: float) -> None:
        there = any(state & pcsc.PRESENT for reader, state in states.items() if reader != pcsc.PLUG_AND_PLAY)
        if there and not self._present:
            self._present = time.perf_counter()

    def _talked(self, _answer: object, took: float) -> None:
        self._own += took

    def once(self, service: Readers, chip: PivChip) -> tuple[float, float]:
        """(whole, the card's own), ms."""
        service.pull()
        self._desk.until("out", lambda view: view.card is None)
        self._present = self._own = 0.0
        service.insert(chip)
        self._desk.until("known", partial(on_card, "", CLERK))
        known, own = time.perf_counter(), self._own
        return (known - self._present) * 1000, own * 1000
