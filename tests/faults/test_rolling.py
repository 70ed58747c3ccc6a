"""Headquarters' signing key rolls: over weeks offline, a cut, a retired key, a replaced machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import HqError, StoreError, StoreFault
from hq import rolling
from hq.export import export
from storage.recover import BEFORE
from storage.vaultfile import load
from tests.faults.around import Headquarters
from tests.faults.rig import Rig
from tests.faults.test_bad_line import assert_equal, until
from tests.faults.test_recovery import ASKS_OFTEN, assert_whole, recovered
from tests.faults.work import Item, Visit, day, each
from tests.guards import ExpectedLogs
from tests.peers.estate import check_estate


@pytest.fixture
def headquarters(tmp_path: Path) -> Iterator[Headquarters]:
    """One of its own: others keep their key."""
    running = Headquarters(tmp_path / "headquarters")
    running.start()
    yield running
    running.stop()


class Cut:
    """Stops a counter after its entries, before what they say is brought into effect."""

    def __init__(self) -> None:
        self.armed, self.cut = False, 0

    def __call__(self, step: str) -> None:
        if self.armed and step == "directives.kept":
            self.cut += 1
            raise StoreError(StoreFault.IO)


def rolled(headquarters: Headquarters) -> None:
    """``hq keys roll``, beside the running node."""
    home = headquarters.home
    rolling.roll(home, home.keyring(None), headquarters.database)


def retired(headquarters: Headquarters, *, anyway: bool = False) -> int:
    """``hq keys retire``."""
    home = headquarters.home
    return rolling.retire(home, home.keyring(None), headquarters.database, anyway=anyway)


def works(rig: Rig, work: Iterator[tuple[Visit, Item]]) -> None:
    """It knows headquarters' last key by its own entry, and goes on."""
    headquarters = rig.headquarters
    chain = headquarters.home.rolls().now()
    rig.log_in()
    until(lambda: not rolling.waiting(headquarters.database, chain), "the key is not adopted")
    rig.clerk.accept(*next(work))
    rig.clerk.wait_labels()
    rig.wait_synced()
    rig.stop()
    assert load(rig.data / "vault.json")[0].keys() == chain


def test_a_counter_follows_headquarters_keys(
    headquarters: Headquarters, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    # The cut may come when marks by the new key are kept and the key is not: until it is, nothing is erased.
    expected_logs.allow("core.station.erasing", "do not verify")
    work, cut = each(day(6)), Cut()
    with Rig(headquarters, tmp_path, 71, probe=cut, pump=ASKS_OFTEN) as rig:
        rig.log_in()
        rig.wait_synced()
        rig.stop()
        rolled(headquarters)  # while it is away; and it is cut off as it hears of it
        with pytest.raises(HqError, match="not known yet"):
            retired(headquarters)
        rig.start()
        cut.armed = True
        rig.log_in()
        until(lambda: cut.cut > 0, "nothing was adopted")
        rig.stop()
        cut.armed = False
        assert load(rig.data / "vault.json")[0].rolls == ()
        assert rig.look().findings == []  # the journal knows more than the vault, and verifies
        rig.start()
        works(rig, work)
        assert_equal(rig)
        assert retired(headquarters) == 1

        rolled(headquarters)  # and the key that it knows is gone before it hears of the next
        assert retired(headquarters, anyway=True) == 1
        rig.start()
        works(rig, work)
        assert_equal(rig)

        rolled(headquarters)
        assert retired(headquarters, anyway=True) == 1
        done = recovered(rig)  # another machine takes its place without ever having heard
        assert rig.data.joinpath(done.before).name == f"{BEFORE}2"
        rig.start()
        works(rig, work)
        assert_whole(rig, 3)
        pinned = [kind for kind in rig.look().kinds if kind == "HeadquartersKeyPinned"]
        assert len(pinned) == 2
    file, keys = tmp_path / "all.jsonl", headquarters.home.rolls().now()
    export(headquarters.database, keys, file)
    for key in keys.keys:
        assert check_estate(file, key.text, None)[0] == 1
