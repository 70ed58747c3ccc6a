"""What the bench moves besides devices, at the whole way: a line with real TLS, a clock, a scale."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import commands as c
from program.bench_clock import BenchClock
from program.demonstration import Demonstration
from program.relay import Line
from program.sender_app import PERSON, SenderApp
from program.terminal import Parts
from storage.pump import PumpSettings
from tests.walk.counter import WalkingCounter
from ui.present import utc_now

HOUR, DAY = 3600, 86_400
QUICK = PumpSettings(first_wait_s=0.2, longest_wait_s=0.5, heartbeat_s=0.5, time_every_s=1.0)


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Demonstration]:
    with Demonstration(tmp_path / "walk", None, whole=True, read_s=0.0, relayed=True) as around:
        yield around


@pytest.mark.timeout(240)
def test_the_line_is_cut_the_clock_jumps_and_all_ends_well(around: Demonstration) -> None:
    clock, relay = BenchClock(), around.relay
    assert relay is not None
    with WalkingCounter(around, Parts(clock=clock, pump=QUICK)) as counter:
        counter.log_in()
        first_day = counter.at_headquarters().day
        relay.set(Line.CUT)
        counter.sender("样本外新")
        counter.tell("weigh", grams=1284)
        counter.until("weight", lambda _view: counter.visit().fields[c.Field.WEIGHT].source == "scale")
        weight = counter.visit().fields[c.Field.WEIGHT].text
        counter.parcel("EA473124829CN", weight)
        counter.do(c.SetField(c.Field.WEIGHT, ""))
        counter.tell("weigh", grams=1290)
        counter.until("again", lambda _view: counter.visit().fields[c.Field.WEIGHT].text == "1.290")
        assert counter.visit().missing == ()
        counter.do(c.Commit())
        behind = counter.printed()
        assert behind.sync.unsent > 0

        # Typed, locked, and the next morning: the typing has lapsed, the day is another one.
        counter.do(c.NextCustomer(), c.SetField(c.Field.CONTENTS, "衣物"), c.Lock())
        clock.jump(DAY)
        counter.log_in()
        view = counter.until("morning", lambda view: view.visit is not None and view.message is not None)
        assert counter.visit().fields[c.Field.CONTENTS].text == ""
        assert view.last is not None
        counter.tell("lift")
        counter.tell("place", card="证件样本")
        counter.until("card", lambda _view: counter.visit().sender is not None)
        counter.sender("证件样本")
        counter.parcel("EA473124815CN")
        counter.do(c.Commit())
        assert counter.printed().day > first_day

        # Mended: everything arrives, and headquarters puts the time right.
        clock.right()
        relay.set(Line.UP)
        counter.at_headquarters()
        counter.until("time", lambda view: view.time_confirmed)

        # A battery that died: entries still go on, until the line says what time it is.
        relay.set(Line.CUT)
        clock.kill_battery()
        counter.do(c.NextItem())
        counter.until("doubt", lambda view: not view.time_confirmed)
        counter.parcel("EA100000003CN")
        counter.do(c.Commit())
        counter.printed()
        relay.set(Line.SLOW)
        counter.until("time again", lambda view: view.time_confirmed)
        relay.set(Line.UP)
        assert counter.at_headquarters().last is not None
    assert len(counter.labels()) == 3


@pytest.mark.timeout(120)
def test_a_registered_sender_s_code_from_her_phone_to_headquarters(around: Demonstration) -> None:
    """Issuers by directive, the code over the scanner's own line, the entry at headquarters."""
    with WalkingCounter(around, Parts(pump=QUICK)) as counter:
        counter.log_in()
        app = SenderApp(around.sender_app, utc_now)
        refused = ("expired", "forged", "stranger", "torn")
        for kind in refused:
            counter.tell("scan", code=app.code(kind))
            counter.until(kind, lambda view: view.message is not None and _refusal(view.message.code))
            assert counter.visit().sender is None
            counter.do(c.DismissMessage())
        counter.tell("scan", code=app.code("good"))
        counter.until("code", lambda _view: counter.visit().sender is not None)
        sender = counter.visit().sender
        assert sender is not None
        assert (sender.method, sender.name) == ("code", PERSON["name"])
        counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
        counter.parcel("EA473124829CN")
        counter.do(c.Commit())
        counter.printed()
        counter.do(c.NextCustomer())
        counter.tell("scan", code=app.code("again"))
        counter.until("used", lambda view: view.message is not None and view.message.code.endswith("_used"))
        assert counter.at_headquarters().last is not None


def _refusal(code: str) -> bool:
    return code.startswith("rule.sender_code_")
