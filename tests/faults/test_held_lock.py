"""T6: a lock held at headquarters: the counter goes on, the screen says how old its figures are."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.pump import PumpSettings
from tests.faults.around import Headquarters
from tests.faults.rig import Rig
from tests.faults.test_bad_line import assert_equal, until
from tests.faults.work import day, each
from ui.present import Told, sync_banner, utc_now
from ui.text import Texts

pytestmark = pytest.mark.requirement("T6")

IMPATIENT = PumpSettings(first_wait_s=0.05, longest_wait_s=0.5, heartbeat_s=0.5, patience_s=0.3)


def test_a_lock_held_at_headquarters_is_seen(headquarters: Headquarters, tmp_path: Path) -> None:
    with Rig(headquarters, tmp_path, 61, pump=IMPATIENT) as rig:
        rig.log_in()
        work = each(day(2))
        rig.clerk.accept(*next(work))
        rig.wait_synced()
        told, texts = Told(), Texts("zh")

        def banner() -> str:
            sync = rig.eyes.view.sync
            return sync_banner(texts, sync, utc_now(), told.seconds(sync))[1]

        with headquarters.database.write():  # no other writer gets in
            rig.clerk.accept(*next(work))
            rig.clerk.wait_labels()
            until(lambda: "停在" in banner(), "nothing was said")
            assert rig.eyes.view.sync.unsent > 0
            assert "总部数据" in banner()
        until(lambda: banner() == "", "still said")
        rig.wait_synced()
        rig.stop()
        assert_equal(rig)
