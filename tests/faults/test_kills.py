"""T1: SIGKILL at every named step of enrolment, log-in, typing, F9 and printing, and at random moments."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from devices.printer.receipt import render_receipt
from tests.devices.printer.receipts import PLAIN_RECEIPT
from tests.faults import kills
from tests.faults.around import Headquarters
from tests.faults.desk import Page, read_slip
from tests.faults.kills import Campaign, Kill, Tally, run_campaigns
from tests.faults.steps import named_steps
from tests.faults.store import Snapshot

pytestmark = pytest.mark.requirement("T1", "I3")

LEAST_KILLS = 30  # issue 2, item 9
RANDOM_KILLS = 4


def plans() -> list[tuple[tuple[Kill, ...], tuple[Kill, ...]]]:
    """(kills of the enrolment, kills at work) of two terminals that run side by side."""
    half = len(kills.COMMITS) // 2
    return [
        (kills.ENROL[::2], (*kills.FIRST_ITEM[0], *kills.ITEM, *kills.COMMITS[half:])),
        (
            kills.ENROL[1::2],
            (
                *kills.FIRST_ITEM[1],
                *kills.AROUND,
                *kills.COMMITS[:half],
                *[kills.RANDOM] * RANDOM_KILLS,
                *kills.RECEIPTS,
            ),
        ),
    ]


# Steps of commands that a counter's day does not take: cut one by one in the tests of recovery and backups.
# Those of what is done about an item or a person are cut at the station (tests/core/station).
AT_STATION = (
    "look_up.", "case.", "complaint.", "exception.", "incident.", "request.", "persons.", "item.corrected",
    "notify.", "disclosure.", "difference.", "slip.", "forms.", "bag.", "shift.", "stock.",
)  # fmt: skip
ELSEWHERE = ("recover.", "branch.", "restore.", "backup.", "erasing.", *AT_STATION)


def _steps(*rooms: str) -> set[str]:
    """All but those of the recovery and of what comes late, which tests/faults/test_recovery.py cuts at."""
    return {step for step in named_steps(*rooms) if not step.startswith(ELSEWHERE)}


def test_every_step_is_on_the_list() -> None:
    planned = {kill.step for enrolment, work in plans() for kill in (*enrolment, *work)}
    assert _steps("core", "storage", "program", "devices") - planned == set()


def assert_bites(campaign: Campaign, found: Snapshot) -> None:
    """What would be wrong is seen: an item gone, an item doubled, a label without a record."""
    row = found.items[-1]
    for items in (found.items[:-1], [*found.items, replace(row, waybill=found.items[0].waybill)]):
        with pytest.raises(AssertionError, match="lost or doubled"):
            campaign.check(replace(found, items=items))
    campaign.came_out.append(Page("EA000000000CN", row.token, copy=False))
    with pytest.raises(AssertionError, match="a label without a record"):
        campaign.check(found)
    campaign.came_out[-1] = Page(row.waybill, row.token, copy=False)
    with pytest.raises(AssertionError, match="without a copy mark"):
        campaign.check(found)
    campaign.came_out.pop()
    slips = campaign.receipts_out
    slips.append(replace(slips[0], waybill="EA000000000CN"))
    with pytest.raises(AssertionError, match="a receipt without a record"):
        campaign.check(found)
    slips[-1] = replace(next(slip for slip in slips if slip.waybill == row.waybill), copy=False)
    with pytest.raises(AssertionError, match="a receipt twice"):
        campaign.check(found)


def test_a_copy_of_a_receipt_is_seen() -> None:
    for copy in (0, 1, 12):
        page = render_receipt(replace(PLAIN_RECEIPT, copy=copy), 80).bitmap
        slip = read_slip(Image.open(io.BytesIO(page.to_png())))
        assert slip is not None
        assert (slip.text, slip.waybill, slip.copy) == (
            PLAIN_RECEIPT.qr, PLAIN_RECEIPT.waybill, copy > 0,
        )  # fmt: skip


@pytest.mark.timeout(300)
def test_kills_lose_nothing(headquarters: Headquarters, tmp_path: Path) -> None:
    tally = Tally()

    def work(number: int, enrolment: tuple[Kill, ...], plan: tuple[Kill, ...]) -> None:
        terminal = f"990100-01-{number:02d}"
        with Campaign(headquarters, terminal, tmp_path / terminal, seed=number) as campaign:
            campaign.enrol(enrolment)
            for kill in plan:
                campaign.kill(kill)
            assert_bites(campaign, campaign.finish())
            tally.add(campaign.tally)

    run_campaigns(
        [lambda n=n, e=e, p=p: work(n, e, p) for n, (e, p) in enumerate(plans(), 1)]  # type: ignore[misc]
    )
    assert (tally.lost, tally.doubled) == (0, 0)
    assert tally.receipts >= tally.items > 0
    assert tally.kills >= LEAST_KILLS
    assert _steps("core", "storage") <= set(tally.steps)
    assert tally.within_f9 * 2 > tally.kills, "most between F9 and the last print"
