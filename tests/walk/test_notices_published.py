"""A notice by itself from headquarters: from its day on, told again where it changed, named by each entry."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from core import commands as c
from core.errors import CounterError
from core.ledger.clock import business_date
from core.station.paper import receipt_page
from hq.messages import exit_code, sentence
from tests.walk.branch import RESOURCES, Branch, Desk
from tests.walk.test_pools import fill, visit

pytestmark = pytest.mark.requirement("R55")

HERE, CLERK = "990100-01-03", "OP10001"
TODAY = business_date(dt.datetime.now(dt.UTC))
OWN = json.loads((RESOURCES / "rules" / "2026-11-01.json").read_bytes())["notice"]


def notice(name: str, days: int, said: str) -> dict[str, Any]:
    """The program's own with another id, day and a first sentence."""
    value: dict[str, Any] = {**json.loads(json.dumps(OWN)), "id": name}
    value["zh"]["paragraphs"][0]["text"] = said
    return {"notice": {**value, "effective_from": (TODAY + dt.timedelta(days=days)).isoformat()}}


def write(path: Path, value: dict[str, Any]) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    return path


def on_paper(desk: Desk) -> str:
    """The first sentence of the newest item's receipt."""
    row = desk._live.item(desk.entries("ItemAccepted")[-1].header.seq)
    assert row is not None
    return receipt_page(desk._live, row, 0).paragraphs[0][1]


def test_what_is_told_changes_on_its_day_and_old_receipts_keep_theirs(tmp_path: Path) -> None:
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, CLERK, branch.operator(CLERK, "clerk"))
        with branch.open(HERE) as desk:
            assert desk.log_in(CLERK) is None
            desk.adopted(1)
            own = desk.rules().at(TODAY).notice
            fill(desk, "EA473124829CN")
            assert visit(desk).notice_version == own.id
            branch.publish(write(tmp_path / "later.json", notice("n-later", 2, "后天起")))
            branch.publish(write(tmp_path / "now.json", notice("n-now", 0, "今天起")))
            view = desk.until(
                "told", lambda view: bool(view.message and view.message.code == "msg.notice_changed")
            )
            assert view.visit is not None
            # She was told the one before: it is told again before F9 takes the item.
            assert (view.visit.missing, view.visit.acknowledged) == (("missing.notice",), None)
            desk.do(c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
            assert desk.do(c.Commit()) is None
            assert desk.entries("SenderVerified")[-1].data["notice"] == "n-now"
            assert on_paper(desk) == "今天起"
            branch.publish(write(tmp_path / "again.json", notice("n-again", 0, "今天改")))
            desk.wait("the next", lambda: desk.rules().at(TODAY).notice.id == "n-again")
            assert on_paper(desk) == "今天起"  # a copy says what she was told
            assert desk.rules().at(TODAY + dt.timedelta(days=2)).notice.id == "n-later"
            # A second item of a customer whom an entry calls told: the entry stands.
            desk.do(c.NextItem())
            assert visit(desk).acknowledged is c.Acknowledgement.SPOKEN
        with branch.open(HERE) as desk:  # kept, headquarters away
            branch.hq.kill()
            assert desk.log_in(CLERK) is None
            assert desk.rules().at(TODAY).notice.id == "n-again"
            assert on_paper(desk) == "今天起"


def test_a_broken_one_and_another_text_under_its_id_are_refused(tmp_path: Path) -> None:
    with Branch(tmp_path) as branch:
        branch.publish(write(tmp_path / "a.json", notice("n-a", 0, "甲")))
        uneven = notice("n-b", 0, "乙")
        uneven["notice"]["en"]["paragraphs"].pop()
        for value, said in (
            (notice("n-a", 0, "丙"), "an id of its own"),
            (notice(OWN["id"], 0, "丁"), "no other text"),
            (uneven, "the same paragraphs"),
            ({"notice": {"id": "n-c"}}, "effective_from"),
            ({"notice": "n-d"}, "an object"),
        ):
            with pytest.raises(CounterError) as refused:
                branch.publish(write(tmp_path / "bad.json", value))
            assert said in sentence(refused.value)
            assert exit_code(refused.value) == 2
