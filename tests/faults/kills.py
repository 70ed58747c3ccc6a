"""T1: a counter is killed again and again, and after each kill everything that it promised is looked for."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from core.acceptance.masks import masked
from core.acceptance.pools import series_from
from core.commands import SENDER_FIELDS, Field
from core.receipts.record import read_record
from core.rules import load_rules
from core.wire import b64
from hq.pool_issue import issue
from program.terminal import RESOURCES
from tests.faults.around import BRANCH, Forks, Headquarters, Outcome, forks
from tests.faults.desk import Desk, Page, Slip
from tests.faults.store import Draft, Snapshot, look
from tests.faults.work import day, each, to_json

READ_CARD = 0x3001
# What a counter's directory holds; nothing half written is left beside it.
FILES = {
    "journal.db", "journal.db-wal", "journal.db-shm", "journal.lock", "month.keys", "vault.json",
    "vault.tries", "tls", "sync.json",
}  # fmt: skip
PATIENCE_S = 30.0
BURST_S = 1.2  # a random kill comes within this time of a start


@dataclass(frozen=True)
class Kill:
    """When to kill: at the ``nth`` hit of a step after the first ``after``; "" in ``step``: by the watch.

    Steps that begin with "page.", "slip." and "reader." happen in the devices, outside the counter's process.
    """

    step: str
    nth: int = 1
    after: str = ""
    order: Mapping[str, Any] = field(default_factory=dict)
    scene: str = "work"


F9 = "f9.received"
RANDOM = Kill("random")
ADOPTION = "directives.kept"
ENROL = tuple(
    Kill(f"enrol.{step}", scene="enrol")
    for step in ("begun", "answered", "kept", "activated", "database", "founded", "vault")
)
JOURNAL = tuple(
    f"journal.{step}"
    for step in ("begin", "entries", "attachments", "views", "before_commit", "after_commit")
)
# The first item of a store makes its month key.  A key that is there is not made again, so the three
# steps need two stores.
FIRST_ITEM = (
    (Kill("file.written", after=F9), Kill("file.renamed", after=F9)),
    (Kill("file.durable", after=F9),),
)
# Between F9 and the end of its label; the n-th commit after F9 is F9's own, the start, the outcome.
COMMITS = tuple(Kill(step, nth, F9) for nth in (1, 2, 3) for step in JOURNAL)
ITEM = (
    Kill(F9),
    Kill("entries.composed", after=F9),
    Kill("f9.committed"),
    Kill("print.submitted", after=F9),
    Kill("lane.queued", after=F9),
    Kill("journal.draft", after=F9),
    Kill("f9.shown"),
    Kill("print.starting", after=F9),
    Kill("print.started", after=F9),
    Kill("print.unknown_recorded"),
    Kill("print.first_byte", after=F9),
    Kill("reprint.recorded"),
    Kill("page.ordered"),
    Kill("page.printed"),
    Kill("slip.ordered"),
    Kill("slip.printed"),
    Kill("seen.recorded"),
    Kill("print.ended", after=F9),
    Kill("print.recorded", after=F9),
)
# Receipts come after their labels, and a printer of theirs that was just opened takes a second first: so a
# clerk who stops to talk lets several of those out that kills have left due.
RECEIPTS = tuple(
    Kill(f"print.{step}", 4, "login.recorded", {"pause_s": 2.5})
    for step in ("starting", "started", "ended", "recorded")
)
AROUND = (
    Kill("draft.save", order={"pause_s": 0.8}),
    Kill("draft.saved", order={"pause_s": 0.8}),
    *(
        Kill(f"{step}.{when}", order={"park": True})
        for step in ("park", "resume")
        for when in ("save", "saved")
    ),
    Kill("draft.drop"),
    Kill("draft.dropped"),
    Kill("login.unlocked"),
    Kill("login.opened"),
    Kill("login.recorded"),
    Kill("desk.arrive"),
    Kill("lock.recorded", order={"lock": True}),
    Kill("reader.read"),
    Kill("pump.send"),
    Kill("pump.sent"),
    Kill(ADOPTION, order={"pause_s": 0.8}),
)


@dataclass
class Tally:
    """What a campaign did."""

    steps: Counter[str] = field(default_factory=Counter)
    within_f9: int = 0
    items: int = 0
    labels: int = 0
    copies: int = 0
    receipts: int = 0
    lost: int = 0  # shown as accepted, and not there at the end
    doubled: int = 0  # there more than once

    @property
    def kills(self) -> int:
        """All of them."""
        return self.steps.total()

    def add(self, other: Tally) -> None:
        """Another campaign's."""
        self.steps += other.steps
        self.within_f9 += other.within_f9
        self.items += other.items
        self.labels += other.labels
        self.copies += other.copies
        self.receipts += other.receipts
        self.lost += other.lost
        self.doubled += other.doubled


class Campaign:
    """One terminal that is killed and started again on the same store; a context manager."""

    def __init__(self, headquarters: Headquarters, terminal: str, directory: Path, *, seed: int = 1) -> None:
        self.headquarters = headquarters
        self.terminal = terminal
        self.data = directory / "counter"
        self.tally = Tally()
        self._directory = directory
        self._chance = random.Random(seed)
        self._visits = day(2000, first=1 + 10_000 * seed, seed=seed)
        self._visit_of = {
            item.waybill: number for number, visit in enumerate(self._visits) for item in visit.items
        }
        self._operator = f"OP1{seed:04d}"
        self._codes = headquarters.codes(terminal, self._operator)
        self._shown: dict[str, str] = {}  # waybill → number
        self._pressed: set[str] = set()  # F9 was pressed for it
        self._served: set[int] = set()  # visits of which F9 has shown an item
        self._drafts: set[str] = {""}  # digests that may stand in the file; "": none
        self._stands: Draft | None = None
        self._asked = 0  # copies
        self._pools = 0  # given by headquarters, each once
        self._stack = ExitStack()

    def __enter__(self) -> Campaign:
        self._directory.mkdir(parents=True, exist_ok=True)
        self._desk = Desk(self._directory / "desk", receipts=True)
        self._stack.enter_context(self._desk)
        self._forks: Forks = self._stack.enter_context(forks(self._directory / "errors"))
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def came_out(self) -> list[Page]:
        """The pages that left the printer, in order."""
        return self._desk.watched.out

    @property
    def receipts_out(self) -> list[Slip]:
        """The receipts that left their printer, in order."""
        return self._desk.slips.out

    # -- what is done --------------------------------------------------------------------------------

    def enrol(self, kills: Sequence[Kill] = ()) -> None:
        """The first run, killed at these steps, then to its end."""
        for kill in kills:
            self._run(kill)
        if not (self.data / "vault.json").exists():
            outcome = self._forks.run(self._order(Kill("", scene="enrol")))
            assert outcome.code == 0, (outcome, self._forks.errors())

    def kill(self, kill: Kill) -> None:
        """One kill, and everything looked at afterwards."""
        self._run(kill)
        self.check(look(self.data, self._operator))

    def finish(self) -> Snapshot:
        """Work on without a kill until labels are out and headquarters has everything; compare."""
        remaining = [item for _, item in each(self._visits) if item.waybill not in self._shown]
        cut = remaining[2].waybill
        outcome = self._forks.run({**self._order(Kill(""), until=cut), "synced": True, "close": True})
        assert outcome.code == 0, (outcome, self._forks.errors())
        self._hear(outcome)
        found = look(self.data, self._operator)
        numbers = found.numbers()
        self.tally.lost = len(set(self._shown) - set(numbers))
        self.tally.doubled = sum(len(same) - 1 for same in numbers.values())
        self.check(found)
        assert (found.state.value["labels"], found.state.value["receipts"]) == ({}, {})
        assert list(found.kinds).count("PoolOpened") == self._pools == len(found.state.value["pools"])
        accepted = {row.waybill for row in found.items}
        assert {page.waybill for page in self.came_out} == accepted
        assert {slip.waybill for slip in self.receipts_out} == accepted
        self._compare(found)
        self.tally.items = len(found.items)
        self.tally.labels = len(self.came_out)
        self.tally.copies = sum(page.copy for page in self.came_out)
        self.tally.receipts = len(self.receipts_out)
        assert {path.name for path in self.data.iterdir()} <= FILES
        errors = self._forks.errors()
        assert "Traceback" not in errors, errors
        assert "incident" not in errors, errors
        return found

    def _order(self, kill: Kill, until: str = "") -> dict[str, Any]:
        common = {"data": str(self.data), "url": self.headquarters.url, "scene": kill.scene}
        if kill.scene == "enrol":
            return {**common, **self._codes, "trap": self._trap(kill)}
        first = next(
            n for n, v in enumerate(self._visits) if any(i.waybill not in self._shown for i in v.items)
        )
        last = self._visit_of[until] + 1 if until else first + 3
        return {
            **common,
            "branch": BRANCH,
            "terminal": self.terminal,
            "operator": self._operator,
            "links": self._desk.links(),
            "control": self._desk.control_path,
            "visits": to_json(self._visits[first:last]),
            "trap": self._trap(kill),
            **kill.order,
        }

    def _trap(self, kill: Kill) -> dict[str, Any]:
        inside = kill.step and not kill.step.startswith(("page.", "slip.", "reader.", "random"))
        return {"step": kill.step, "nth": kill.nth, "after": kill.after} if inside else {}

    def _run(self, kill: Kill) -> None:
        watched, timer = self._desk.watched, None
        if kill.step == "page.ordered":
            watched.on_ordered = self._forks.kill
        elif kill.step == "page.printed":
            watched.on_printed = self._forks.kill
        elif kill.step == "slip.ordered":
            self._desk.slips.on_ordered = self._forks.kill
        elif kill.step == "slip.printed":
            self._desk.slips.on_printed = self._forks.kill
        elif kill.step == "reader.read":
            self._desk.reader.at(READ_CARD, self._forks.kill)
        elif kill.step == "random":
            timer = threading.Timer(self._chance.uniform(0.05, BURST_S), self._forks.kill)
            timer.start()
        elif kill.step == ADOPTION:
            self._steer()
        try:
            outcome = self._forks.run(self._order(kill))
        finally:
            for printer in (watched, self._desk.slips):
                printer.on_ordered = printer.on_printed = None
            if timer is not None:
                timer.cancel()
                timer.join()
        assert outcome.killed, f"never came to {kill}: {outcome} {self._forks.errors()}"
        self._hear(outcome)
        self.tally.steps[kill.step] += 1
        within = outcome.of("within_f9")
        self.tally.within_f9 += bool(within[-1]) if within else kill.step.startswith("page.")

    def _steer(self) -> None:
        """Headquarters gives this counter numbers: the directive and what it opens are one commit."""
        self._pools += 1
        first = f"1{self._pools:04d}{self.terminal[-2:]}000001"
        rules = load_rules(RESOURCES / "rules")
        series = series_from(first, rules.editions[-1])
        name = f"{self.terminal}-{self._pools}"
        issue(self.headquarters.database, self.terminal, name, series, 10, 1, rules)

    # -- what is looked at -----------------------------------------------------------------------------

    def _hear(self, outcome: Outcome) -> None:
        """Takes in what the counter showed, and sees that nothing shown was keyed again."""
        pressed_here = set[str]()
        for line in outcome.said:
            if "draft_shown" in line:
                self._compare_draft(line)
            if "shown" in line:
                waybill, number = line["shown"], line["number"]
                assert self._shown.setdefault(waybill, number) == number, "a number changed"
                assert waybill in self._pressed, "accepted without F9"
                if waybill in pressed_here:  # F9 has shown it, not only the next log-in
                    self._served.add(self._visit_of[waybill])
            elif "draft" in line:
                self._follow_draft(line["draft"], line.get("digest", ""))
            elif line.get("did") in ("key", "scan", "card", "f9"):
                self._keyed(line)
                pressed_here |= {line["waybill"]} if line["did"] == "f9" else set()
            elif line.get("did") == "reprint":
                self._asked += 1
            assert "stuck" not in line, line

    def _keyed(self, line: Mapping[str, Any]) -> None:
        waybill = line["waybill"]
        assert waybill not in self._shown, f"{line} after it was shown as accepted"
        if line["did"] == "f9":
            self._pressed.add(waybill)
        sender = line["did"] == "card" or line.get("field") in set(SENDER_FIELDS)
        assert not (sender and self._visit_of[waybill] in self._served), f"{line}: known from an item before"

    def _follow_draft(self, what: str, digest: str) -> None:
        if what == "save":
            self._drafts.add(digest)
        elif what == "drop":
            self._drafts.add("")
        else:
            self._drafts = {digest}

    def _compare_draft(self, line: Mapping[str, Any]) -> None:
        """The screen after a log-in shows the draft that stood in the file, whole."""
        stands, shown = (
            self._stands,
            {name: text for name, (text, _) in line["draft_shown"]["fields"].items()},
        )
        if stands is None:
            assert shown == {}, "fields out of nothing"
            return
        visit, wanted = stands.visit, dict[str, str]()
        over = stands.committed and not visit.item.accepted
        assert (line["message"] == "msg.already_accepted") == over, line["message"]
        for place in Field:
            if (text := visit.text(place).text) and not (over and place not in SENDER_FIELDS):
                wanted[place.value] = text
        assert set(shown) == set(wanted)
        for name, text in wanted.items():
            assert shown[name] in (text, masked(Field(name), text))

    def check(self, found: Snapshot) -> None:
        """Everything promised so far against what the store holds now."""
        assert not found.findings, found.findings
        numbers = found.numbers()
        for waybill, number in self._shown.items():
            assert numbers.get(waybill) == [number], "lost or doubled"
        assert all(len(same) == 1 for same in numbers.values()), "doubled"
        assert set(numbers) <= self._pressed, "accepted without F9"
        in_order = [str(row.annex["number"]) for row in found.items]
        assert in_order == [f"{number:06d}" for number in range(1, len(in_order) + 1)]
        self._check_labels(found)
        self._check_receipts(found)
        assert len(found.drafts) <= 1
        standing = found.drafts[0].digest if found.drafts else ""
        assert standing in self._drafts, "a draft that was never typed"
        self._drafts = {standing}
        self._stands = found.drafts[0] if found.drafts else None

    def _check_labels(self, found: Snapshot) -> None:
        pages = list(self.came_out)
        rows = {row.waybill: row for row in found.items}
        for waybill, count in Counter(page.waybill for page in pages).items():
            assert waybill in rows, "a label without a record"
            row = rows[waybill]
            mine = [page for page in pages if page.waybill == waybill]
            assert {page.token for page in mine} == {row.token}
            assert sum(not page.copy for page in mine) <= 1, "printed twice without a copy mark"
            assert count <= found.started.get(row.seq, 0), "a page without PrintStarted"
            assert count - 1 <= found.reprints.get(row.seq, 0), "printed again without being asked"
        assert sum(found.reprints.values()) <= self._asked

    def _check_receipts(self, found: Snapshot) -> None:
        rows = {row.waybill: row for row in found.items}
        slips = list(self.receipts_out)
        for slip in slips:
            assert slip.waybill in rows, "a receipt without a record"
            row, record = rows[slip.waybill], read_record(slip.text, found.headquarters)
            assert (record.number, record.head.seq) == (row.annex["number"], row.seq)
        for waybill, count in Counter(slip.waybill for slip in slips).items():
            seq = rows[waybill].seq
            first = [slip for slip in slips if slip.waybill == waybill and not slip.copy]
            assert len(first) <= 1, "a receipt twice without a copy mark"
            assert count <= found.started_receipts.get(seq, 0), "a receipt without PrintStarted"
            assert count - 1 <= found.reprints.get(seq, 0), "printed again without being asked"

    def _compare(self, found: Snapshot) -> None:
        wanted = b64(found.state.hash())
        _until(lambda: self.headquarters.listed(self.terminal)["folded"] == found.state.head.seq)
        row = self.headquarters.listed(self.terminal)
        # The looks of a campaign are many, in vain, and at whatever time of the day the test runs.
        wrong = [alarm for alarm in row["alarms"] if not alarm["fault"].startswith("looks.")]
        assert (row["state"], wrong, row["stopped"]) == (wanted, [], False)
        assert row["received"]["seq"] == found.state.head.seq == len(found.kinds)


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "headquarters does not follow"
        time.sleep(0.05)


def run_campaigns(works: Sequence[Callable[[], None]]) -> None:
    """Side by side, one thread each; the first failure is raised when all have ended."""
    with ThreadPoolExecutor(len(works), "campaign") as pool:
        ended = [pool.submit(work) for work in works]
    for future in ended:
        future.result()
