"""Faults at random moments of many jobs: what the log says and what lies on the table agree (T26)."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from core.devices import PrintOutcome
from tests.devices.printer.stand import (
    ESCPOS,
    TSPL,
    ZPL,
    Ended,
    Kind,
    Stand,
    Started,
    label_of,
    port_of,
    stand,
)
from tests.peers.barcodes import read_with_zxing

pytestmark = pytest.mark.requirement("T26")

JOBS = 14
CONDITIONS = ("paper_out", "head_open", "paper_jam", "paused", "silent", "garbage", "unplugged", "stuck")


def trouble(here: Stand, chance: random.Random) -> None:
    """One fault, for a while."""
    time.sleep(chance.uniform(0, 0.3))
    if chance.random() < 0.3:
        here.simulator.cut_after(chance.choice([0, 1, 50, 2100, 4000, 20_000]))
        time.sleep(chance.uniform(0, 0.4))
        here.simulator.cut_after(-1)
        here.simulator.set_condition("unplugged", False)
        return
    condition = chance.choice([name for name in CONDITIONS if name in here.simulator.known_conditions()])
    here.simulator.set_condition(condition, True)
    time.sleep(chance.uniform(0, 0.5))
    here.simulator.set_condition(condition, False)


def waybills_of(here: Stand) -> list[str]:
    """One for each page that left the printer whole; what is left of a torn receipt says none."""
    symbology = "qr" if here.kind is ESCPOS else "code128"
    found = [read_with_zxing(Image.open(page)).get(symbology, []) for page in here.simulator.pages()]
    assert here.kind is ESCPOS or all(found)
    return [texts[0] for texts in found if texts]


@pytest.mark.parametrize(
    ("kind", "link", "seed"),
    [
        (TSPL, "tcp", 1),
        (TSPL, "tcp", 2),
        (TSPL, "pty", 1),
        (TSPL, "pty", 2),
        (ESCPOS, "tcp", 3),
        (ESCPOS, "tcp", 4),
        (ESCPOS, "pty", 5),
        (ZPL, "tcp", 6),
        (ZPL, "pty", 7),
    ],
)
def test_the_log_tells_the_truth(kind: Kind, link: str, seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    names = [str(number) for number in range(1, JOBS + 1)]
    with stand(port_of(link, tmp_path), tmp_path, print_s=0.15, kind=kind) as here:
        for name in names:
            here.submit(name)
            trouble(here, chance)
        ends = here.wait_ended(JOBS)
        here.submit("99")  # the last page flushes out whatever the printer still held
        here.wait_ended(JOBS + 1)

        assert [end.job for end in ends] == names
        told = here.log.told
        assert [type(entry) for entry in told] == [Started, Ended] * (JOBS + 1)
        assert all(one.job == other.job for one, other in zip(told[::2], told[1::2], strict=True))

        waybills = waybills_of(here)
        assert waybills == sorted(waybills)
        seen = Counter(waybills)
        possible = {
            PrintOutcome.PRINTED: {1},
            PrintOutcome.NOT_PRINTED: {0},
            PrintOutcome.UNKNOWN: {0, 1},
        }
        for end in here.log.ends():
            assert seen[label_of(end.job).waybill] in possible[end.outcome], end
