"""Headquarters' half of a disclosure: reviewed, decided, told to the counter; released, or refused by law."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core import wire
from core.errors import CounterError, HqFault, RuleFault
from core.ledger.clock import business_date
from core.ledger.directives import DirectiveKind
from core.ledger.entry import AttachmentClass
from core.ledger.writer import Part, Proposal
from hq.admin_check import check
from hq.disclosures import need_other, stands
from hq.editions import own_editions
from hq.opening import Opening
from hq.opening_key import FileOpeningKey
from hq.schema import PUBLICATIONS
from tests.hq.headquarters import Headquarters
from tests.hq.server import ROOT
from tests.hq.test_commands import hq
from tests.hq.test_second import TERMINAL, begun, sent

pytestmark = pytest.mark.requirement("R70", "R71", "R72", "R73")

SEALED = {
    "form": 1,
    "sender": {"document": "resident", "number": "11010519491231002X", "name": "示例<甲>",
               "contact": {"phone": "13800138000", "address": "示例市一号"}},
    "recipient": {"name": "示例乙", "phone": "13900139000", "address": "示例市二号"},
    "item": {"waybill": "EX123", "contents": "书", "quantity": 1, "weight_g": 500},
}  # fmt: skip
TEXTS = {"document": "调证字88号", "first_name": "示例警官", "first_card": "A10001"}
LAWFUL = {
    "way": "lawful", "recipient": "public_security", "basis": "postal_law_36", "purpose": "criminal_case",
    "fields": ["sender_name", "sender_document", "item"], "consent": 0,
}  # fmt: skip
SHARING = {
    "way": "sharing", "recipient": "pickup_point", "basis": "consent_pipl_23", "purpose": "delivery_notice",
    "fields": ["sender_name", "sender_phone"],
}  # fmt: skip


EDITION = own_editions().editions[0].version


class Case:
    """A counter's item and what is asked of it."""

    def __init__(self, headquarters: Headquarters) -> None:
        self.headquarters, self.story = headquarters, begun(headquarters)
        self.sender = self.story.book.sender()
        self.item = self.story.book.item(self.sender, wire.encode(SEALED))
        key = FileOpeningKey(headquarters.opening)
        self.opening = Opening(headquarters.database, key, demonstration=False)

    def consent(self, answer: str = "given") -> int:
        data = {"visit": "v-1", "sender": self.sender, "consent": "share_delivery", "version": "s-1"}
        return self.story.write("ConsentAnswered", {**data, "answer": answer, "how": "spoken"},
                                person=True).header.seq  # fmt: skip

    def ask(self, data: dict[str, Any], *, mode: str = "wait", signed: bool = True) -> int:
        """Filed, signed for, and put before headquarters; its reference's number."""
        book = self.story.book
        until = (business_date(dt.datetime.now(dt.UTC)) + dt.timedelta(days=30)).isoformat()
        part = Part(AttachmentClass.SEALED, "sealed", wire.encode({"disclosure": TEXTS}))
        said = {"item": self.item, "until": until, **data}
        filing = Proposal("DisclosureFiled", said, book.operation(), True, (part,))
        (entry,), book.state = book.writer.compose([filing], book.state, book.session, EDITION)
        book.entries.append(entry)
        filed = entry.header.seq
        name = f"r-{filed}"
        asked = self.story.ask(name, mode, action="disclose", subject=filed, reason="public_security")
        if signed:
            self.story.give(asked)
        self.story.write("DisclosureAsked", {"filed": filed, "asked": asked.header.seq}, person=True)
        self.last = asked
        return filed

    def send(self) -> None:
        assert sent(self.headquarters, self.story) == []

    def refused(self, filed: int) -> object:
        """Why the opening service gives nothing."""
        with pytest.raises(CounterError) as caught:
            self.opening.release(TERMINAL, filed)
        return caught.value.code

    def common(self) -> list[str]:
        return ["--data", str(self.headquarters.home.directory), "--database", self.headquarters.url]


def found_by_hand(headquarters: Headquarters) -> list[str]:
    """What headquarters' own check finds of partners and decisions; the story's staff has no lines."""
    found = [each.where for each in check(headquarters.home, headquarters.database).findings]
    return [where for where in found if "partner" in where or "disclosure" in where or "log" in where]


def test_by_law_and_by_consent(headquarters: Headquarters, capsys: pytest.CaptureFixture[str]) -> None:
    case = Case(headquarters)
    unsigned = case.ask(LAWFUL, mode="countersign", signed=False)
    countersign = case.last
    lawful = case.ask(LAWFUL)
    wide = case.ask({**LAWFUL, "basis": "postal_law_61", "recipient": "postal_administration",
                     "fields": ["recipient_name"]})  # fmt: skip
    shared = case.ask({**SHARING, "consent": case.consent()})
    case.send()
    common, story = case.common(), case.story

    def decide(filed: int, *options: str) -> tuple[int, str]:
        code, _, err = hq(capsys, "disclosure", "decide", f"{TERMINAL}/{filed}", *options, *common)
        return code, err

    approve = ("--outcome", "approved")
    listed = json.loads(hq(capsys, "disclosure", "list", "--json", *common)[1])
    assert sorted(row["reference"] for row in listed) == sorted(
        f"{TERMINAL}/{each}" for each in (unsigned, lawful, wide, shared)
    )
    # Nothing is given before it is approved, or approved while something stands against it.
    assert case.refused(lawful) is HqFault.CONFLICT
    assert "nobody signed" in decide(unsigned, *approve)[1]
    assert "do not go together" in decide(wide, *approve)[1]
    assert "not in the register" in decide(shared, *approve)[1]
    assert decide(lawful, "--outcome", "refused")[0] == 2  # says no reason
    assert decide(wide, "--outcome", "refused", "--reason", "basis")[0] == 0
    assert decide(999, *approve)[0] == 2
    with headquarters.database.read() as connection:
        one = stands(connection, TERMINAL, lawful)
        for who in ("OP10002", "OP90002", "OP10001"):  # filed it, also under another number; signed for it
            with pytest.raises(CounterError):
                need_other(connection, one, who)
        need_other(connection, one, "AD0001")
    # An organ's, also where the person had it restricted meanwhile; the fields that were asked for alone.
    assert decide(lawful, *approve)[0] == 0
    assert decide(lawful, *approve)[0] == 2
    restricted = {"item": case.item, "request": "p-1", "ground": "enquiry", "retention": "acceptance",
                  "month": "2026-11"}  # fmt: skip
    partner = ["partner", "add", "pickup_point", "--agreement", "XY-1", "--review", "AQ-1"]
    tomorrow = (business_date(dt.datetime.now(dt.UTC)) + dt.timedelta(days=1)).isoformat()
    days = ["--agreement-until", tomorrow, "--review-until", tomorrow]
    assert hq(capsys, *partner, *days[:3], "2026-01-01", *common)[0] == 2
    assert hq(capsys, *partner, *days, *common)[0] == 0
    assert "ENDS IN 1 d" in hq(capsys, "partner", "list", *common)[1]
    assert decide(shared, *approve) == (0, "")
    assert case.opening.release(TERMINAL, shared) == [
        TEXTS, {"sender_name": {"name": "示例<甲>"}, "sender_phone": {"phone": "13800138000"}}
    ]  # fmt: skip
    case.consent("withdrawn")
    case.send()
    assert case.refused(shared) is RuleFault.DISCLOSURE_CONSENT
    case.consent()
    story.give(countersign)
    case.send()
    assert case.opening.release(TERMINAL, shared)
    assert decide(unsigned, *approve)[0] == 0  # the second person came later
    assert hq(capsys, "partner", "end", "pickup_point", *common)[0] == 0
    assert case.refused(shared) is HqFault.CONFLICT
    assert hq(capsys, *partner, *days, *common)[0] == 0
    story.write("ItemRestricted", restricted, person=True)
    case.send()
    assert case.refused(shared) is RuleFault.ITEM_RESTRICTED
    _texts, fields = case.opening.release(TERMINAL, lawful)
    assert fields == {
        "sender_name": {"name": "示例<甲>"},
        "sender_document": {"document": "resident", "number": "11010519491231002X"},
        "item": {"waybill": "EX123", "contents": "书", "quantity": 1, "weight_g": 500},
    }
    told_and_over(case, capsys, lawful, restricted)


def told_and_over(
    case: Case, capsys: pytest.CaptureFixture[str], lawful: int, restricted: dict[str, Any]
) -> None:
    """The counter is told what it needs to adopt it; what was erased is gone, what no line did is found."""
    headquarters, story = case.headquarters, case.story
    with headquarters.database.read() as connection:
        mine = PUBLICATIONS.c.kind == DirectiveKind.DISCLOSURE.value
        wanted = connection.execute(select(PUBLICATIONS.c.body).where(mine)).scalars()
        bodies = [wire.decode(body) for body in wanted]
        asked = stands(connection, TERMINAL, lawful).asked
    (said,) = [body for body in bodies if body["filed"] == lawful]
    assert (said["asked"], said["body"], said["outcome"]) == (
        asked.header.seq, wire.b64(asked.hash), "approved"
    )  # fmt: skip
    story.write("DisclosureDecided", {"filed": lawful, "outcome": "approved", "directive": 1})
    case.send()
    shown = json.loads(hq(capsys, "disclosure", "show", f"{TERMINAL}/{lawful}", "--json", *case.common())[1])
    assert (shown["outcome"], shown["told"], shown["against"]) == ("approved", "yes", "")
    story.write("PersonErased", restricted, person=True)
    case.send()
    assert case.refused(lawful) is HqFault.CONFLICT
    assert found_by_hand(headquarters) == []
    with headquarters.database.write() as connection:
        connection.exec_driver_sql("UPDATE partners SET review_until = '2099-01-01'")
    assert found_by_hand(headquarters) == ["partner pickup_point"]


def test_a_release_is_a_file_for_whoever_ran_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The opening service in a process of its own; what leaves the house stands in the file alone."""
    headquarters = Headquarters(tmp_path / "hq", f"sqlite:///{tmp_path / 'hq.db'}")
    try:
        case = Case(headquarters)
        filed = case.ask(LAWFUL)
        case.send()
        common, place, file = case.common(), f"{TERMINAL}/{filed}", tmp_path / "out.html"
        assert hq(capsys, "disclosure", "decide", place, "--outcome", "approved", *common)[0] == 0
        command = [sys.executable, "-m", "hq", "open", "serve", *common]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("listening on ")
            shown = hq(capsys, "disclosure", "show", place, "--open", *common)
            done = hq(capsys, "disclosure", "release", place, str(file), *common)
        finally:
            process.terminate()
            process.communicate(timeout=20)
        assert (done[0], "示例警官" in shown[1]) == (0, True), done
        page = file.read_text("utf-8")
        assert file.stat().st_mode & 0o777 == 0o600
        assert all(
            text in page for text in ("11010519491231002X", "示例&lt;甲&gt;", "调证字88号", "居民身份证")
        )
        assert not any(text in page for text in ("13800138000", "示例市", "示例乙"))  # nobody asked for these
        assert not any(text in page.rpartition("<h1")[2] for text in ("11010519491231002X", "示例&lt;甲"))
        assert "甲" not in "".join((*done[1:], *shown[1:]))
        assert hq(capsys, "disclosure", "release", place, str(file), *common)[0] == 3
        assert file.read_text("utf-8") == page
        assert found_by_hand(headquarters) == []
    finally:
        headquarters.close()
