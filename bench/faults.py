"""``faults``: 300 SIGKILLs of a working counter, at every named step and at random moments (T1).

Whatever is lost, doubled, keyed again or printed unasked after a kill ends the bench at once; the last two
figures are counted once more over the finished stores.  One real headquarters takes all campaigns.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.figures import Figure, at_least
from tests.faults import kills
from tests.faults.around import Headquarters
from tests.faults.kills import Campaign, Kill, Tally, run_campaigns
from tests.faults.steps import named_steps

KILLS = 300
CAMPAIGNS = 6
AT_ONCE = 2


def plan(number: int) -> tuple[tuple[Kill, ...], tuple[Kill, ...]]:
    """(kills of the enrolment, kills at work) of one campaign; random ones fill it up to its share."""
    enrolment = kills.ENROL if number % AT_ONCE else ()
    named = (*kills.FIRST_ITEM[number % 2], *kills.ITEM, *(kills.COMMITS if number % 2 else kills.AROUND))
    left = KILLS // CAMPAIGNS - len(enrolment) - len(named)
    return enrolment, (*named, *[kills.RANDOM] * max(left, 0))


def run() -> Iterator[Figure]:
    """Kills, how many of them between F9 and the last print, steps hit, and what was lost: nothing."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="faults-") as directory:
        headquarters = Headquarters(Path(directory) / "headquarters")
        headquarters.start()
        try:
            for first in range(1, CAMPAIGNS + 1, AT_ONCE):
                _run_some(range(first, first + AT_ONCE), headquarters, Path(directory), tally)
        finally:
            headquarters.stop()
    hit = set(tally.steps)
    missed = sorted(set(named_steps("core", "storage")) - hit)
    counts = ", ".join(f"{step} {count}" for step, count in sorted(tally.steps.items()))
    note = f"items {tally.items}, labels {tally.labels}, copies {tally.copies}; {counts}"
    yield at_least("faults", tally.kills, "kills", KILLS, note)
    yield at_least("faults_f9", tally.within_f9, "kills between F9 and the last print", tally.kills / 2)
    yield Figure("faults_missed", len(missed), "named steps", "0", not missed, note=", ".join(missed))
    yield Figure("faults_lost", tally.lost, "items", "0", tally.lost == 0)
    yield Figure("faults_doubled", tally.doubled, "items", "0", tally.doubled == 0)


def _run_some(numbers: Sequence[int], headquarters: Headquarters, directory: Path, tally: Tally) -> None:
    def campaign(number: int) -> None:
        enrolment, work = plan(number)
        terminal = f"990100-01-{number:02d}"
        with Campaign(headquarters, terminal, directory / terminal, seed=number) as running:
            running.enrol(enrolment)
            for kill in work:
                running.kill(kill)
            running.finish()
            tally.add(running.tally)

    run_campaigns([lambda number=number: campaign(number) for number in numbers])  # type: ignore[misc]
