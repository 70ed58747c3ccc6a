"""An incident of personal data at the station: the plan, the clock, what PIPL 57 asks, a team, a review."""

from __future__ import annotations

import pytest

from core import commands as c
from core.errors import RuleFault
from core.incidents import (
    AssessIncident,
    IncidentView,
    JoinIncident,
    NoteMeasure,
    NoteTold,
    OpenIncident,
    ReportIncident,
    ReviewIncident,
)
from hq.telling import INCIDENT, told_of
from tests.core.memory import TERMINAL
from tests.core.station.desk import Counter
from tests.core.station.test_item_exceptions import said
from tests.peers.checker import check
from tests.peers.exports import export

pytestmark = pytest.mark.requirement("R94", "R95")


def only(counter: Counter) -> IncidentView:
    (found,) = counter.shown().incidents.open
    return found


def over_to(counter: Counter, operator: str, password: str) -> None:
    counter.do(c.NewAcceptance(discard=True), c.LogOut())
    counter.log_in(operator, password)


def test_from_the_first_key_to_the_review(counter: Counter) -> None:
    counter.log_in()
    assert said(counter, OpenIncident("fire")) == RuleFault.NOT_ALLOWED
    assert said(counter, OpenIncident("leak")) == "msg.incident_opened"
    opened = counter.vault.journal.rows[-1]
    alarm = told_of({}, opened)  # headquarters' follower asks so of every entry
    assert alarm is not None
    assert (alarm[0], alarm[1]["kind"]) == (INCIDENT, "leak")
    one = only(counter)
    assert (one.step, one.state, one.mine, one.team, one.left in (59, 60)) == (
        "tell", "open", True, ("OP10001",), True,
    )  # fmt: skip
    counter.vault.machine.advance(3700)
    assert only(counter).state == "overdue"
    seq = one.incident
    assert said(counter, NoteTold(seq, "headquarters", "phone")) == "msg.incident_noted"
    assert said(counter, NoteTold(seq, "the press", "phone")) == RuleFault.NOT_ALLOWED
    what = AssessIncident(seq, "label", "mislaid", "fraud", "a dozen")
    assert said(counter, what) == RuleFault.INCIDENT_PERSONS
    assert said(counter, AssessIncident(seq, "label", "mislaid", "fraud", "12")) == "msg.incident_noted"
    assert said(counter, NoteMeasure(seq, "searched")) == "msg.incident_noted"
    assert said(counter, NoteMeasure(seq, "searched")) == RuleFault.NOT_ALLOWED
    assert said(counter, ReviewIncident(seq, "trained")) == "rule.role"
    over_to(counter, "OP20001", "si-wu-liu")
    assert any(view.message and view.message.code == "msg.incidents_open" for view in counter.views)
    assert said(counter, NoteMeasure(seq, "evidence")) == RuleFault.INCIDENT_TEAM
    assert said(counter, JoinIncident(seq)) == "msg.incident_joined"
    assert only(counter).review
    assert said(counter, ReviewIncident(seq, "trained")) == "msg.incident_reviewed"
    assert said(counter, ReviewIncident(seq, "trained")) == RuleFault.INCIDENT_GONE
    counter.do(ReportIncident(seq))
    report = counter.shown().incidents.report[1]
    assert report is not None
    lines = dict(report.lines)
    for name, words in (
        ("data", "面单"), ("cause", "遗失"), ("harm", "诈骗"), ("persons", "12"), ("measures", "收回"),
        ("advice", "96110"), ("contact", "柜台"), ("team", "OP10001、OP20001"), ("review", "培训"),
    ):  # fmt: skip
        assert words in lines[name], name  # 个人信息保护法 57
    key = counter.vault.headquarters.public.text
    assert check(export(counter.vault.journal.rows, TERMINAL, key), key).counts["incidents"] == 1


def test_nobody_reviews_her_own_nor_too_early(counter: Counter) -> None:
    counter.log_in()
    over_to(counter, "OP20001", "si-wu-liu")
    counter.do(OpenIncident("likely"))
    seq = only(counter).incident
    assert said(counter, ReviewIncident(seq, "nothing")) == RuleFault.APPROVER_SELF
    over_to(counter, "OP10001", "yi-er-san")
    counter.do(OpenIncident("lost"))
    (_, other) = counter.shown().incidents.open
    over_to(counter, "OP20001", "si-wu-liu")
    assert said(counter, ReviewIncident(other.incident, "nothing")) == RuleFault.INCIDENT_EARLY
