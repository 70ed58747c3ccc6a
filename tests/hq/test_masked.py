"""Masked everywhere: after a day with invented people, nothing that headquarters says names one of them.

Every command of its command line, every answer of its interface and every line of its log is searched for
their numbers, names, phones, addresses and waybills in every form.  ``NAMED`` is what the documents allow; a
command or a path that is new stands in none of the tables below, and the test fails until it does.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from core import wire
from core.diagnostics import pack
from core.errors import CounterError
from core.exchange import (
    PATH_ENROL_CODE,
    PATH_KEYS,
    PATH_TIME,
    path_branch,
    path_certificate,
    path_directives,
    path_entries,
    path_late,
    path_operator,
)
from core.identity.masking import mask_address, mask_name, mask_number_for_record, mask_phone
from core.ledger.directives import directive_to_json
from core.ledger.entry import AttachmentClass, stamp
from core.ledger.writer import Part, Proposal
from devices.simulators.cards import load_people
from hq.administrations import DUTIES, command_of
from hq.cli import build_parser
from hq.clock import utc_now
from hq.commands import run
from hq.editions import own_editions
from hq.messages import sentence
from hq.operators import add_operator
from hq.server import WithCertificate
from tests.faults.clear_text import needles, people_of, search
from tests.faults.work import Item, Visit, day
from tests.guards import ExpectedLogs
from tests.hq.entries import TlsKey, close_day, write_items
from tests.hq.headquarters import BRANCH, Headquarters
from tests.hq.server import ROOT
from tests.hq.test_administrations import commands_of
from tests.hq.test_admission import activate, activation
from tests.hq.test_directives import take
from tests.hq.test_notifying import ask as ask_notice
from tests.hq.test_second import AFAR, Sending
from tests.peers.second import CLERK

pytestmark = [pytest.mark.usefixtures("quick_passwords"), pytest.mark.requirement("R53")]

PARSER = build_parser()
TERMINAL, OTHER, NEW = "990100-01-03", "990100-01-04", "990100-01-09"
EVERYTHING = frozenset({"number", "name", "phone", "address", "waybill"})
WAYBILL = frozenset({"waybill"})
# What a command may name, in what it prints and in the files it makes, and the page that says so.
NAMED: Mapping[str, tuple[frozenset[str], str]] = {
    "persons copy": (EVERYTHING, "docs/persons.md"),  # the person's own copy, a file for her hand
    "journal show --open": (EVERYTHING, "docs/access.md"),  # demonstration stores only
    "disclosure release": (frozenset({"name", "phone"}), "docs/disclosure.md"),  # for an organ, what it asked
    "journal export": (WAYBILL, "docs/access.md"),  # annexes, masked: file of the audit, 0600
    "backup": (WAYBILL, "docs/recovery.md"),  # annexes, as in the database
}
# Of a counter's own entries each has its annexes; the label's own masks, and the waybill.
ANSWERED: Mapping[tuple[str, str], frozenset[str]] = {
    ("GET", path_entries("{terminal}")): WAYBILL,
    ("GET", path_late("{terminal}", "{branch}")): WAYBILL,
}
# Somebody whom a counter's faulty annex names in clear: kept as it came, and told by nobody.
BROKEN = {"99010019770707077X": "number", "样本某某": "name", "13700137009": "phone"}
# They run until they are ended; another test looks at all that they write.
RUNNING = {"serve": "tests/faults/test_clear_text.py", "open serve": "here, in a process of its own"}


class Listening(logging.Handler):
    """Every line of headquarters' log, debug too."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """As it would be written."""
        self.lines.append(self.format(record))


@dataclass
class Heard(Headquarters):
    """A headquarters that keeps each answer by method and path."""

    answers: list[tuple[str, str, bytes]] = field(default_factory=list)

    def __init__(self, directory: Path, url: str) -> None:
        self.answers = []
        super().__init__(directory, url)

    def client(self, certificate: bytes | None = None) -> TestClient:
        """As the other one's."""
        made = TestClient(WithCertificate(self.app, certificate), client=("127.0.0.1", 50000))
        made.event_hooks["response"] = [self._heard]
        return made

    def _heard(self, answer: httpx2.Response) -> None:
        answer.read()
        path = answer.request.url.path
        for route in self.app.routes:
            if isinstance(route, APIRoute) and route.path_regex.match(path):
                path = route.path
                break
        said = repr(sorted(answer.headers.items())).encode() + answer.content
        self.answers.append((answer.request.method, path, said))


@dataclass
class Asking:
    """The command line with administrators by name; what each command said, and where it wrote files."""

    folder: Path
    common: list[str]
    said: dict[str, str] = field(default_factory=dict)
    founded: bool = False
    second: str = "AD0003"

    def password(self, number: str) -> str:
        path = self.folder / f"password {number}"
        path.write_text(f"a password of {number}\n", "utf-8")
        return str(path)

    def __call__(self, *words: str, fails: bool = False) -> str:
        """Once for people and once for programs where nothing changes; what it printed."""
        name = command_of(PARSER.parse_args([*words, *self.common]))
        row = next((each for each in DUTIES if each.command == name), None)
        who: list[str] = []
        if self.founded and row is not None:
            number = {"system": "AD0001", "security": "AD0002", "audit": "AD0003"}[min(row.who)]
            who = ["--administrator", number, "--password-file", self.password(number)]
            if row.second:
                who += ["--second", self.second, "--second-password-file", self.password(self.second)]
        text = ""
        for form in ((), ("--json",)) if row is not None and not row.act else (("--json",),):
            out: list[str] = []
            fault: CounterError | None = None
            try:
                run(PARSER.parse_args([*words, *self.common, *who, *form]), out.append)
            except CounterError as error:  # as hq/__main__.py says it
                fault = error
                out.append(sentence(error))
            assert (fault is not None) is fails, (name, out)
            assert fault is None or not out[-1].startswith(str(fault.code)), "a code and no sentence"
            text += "\n".join(out)
        self.said[name] = self.said.get(name, "") + text
        return text


def sealed_and_annex(visit: Visit, item: Item) -> tuple[bytes, bytes]:
    """What a counter seals of an item, and its annex: what the label prints, masked."""
    card = load_people()[visit.card].fields
    sender = {"document": "resident", "number": card["number"], "name": card["name"]}
    sealed = {
        "form": 1,
        "sender": {**sender, "contact": {"phone": visit.phone, "address": visit.address}},
        "recipient": {"name": item.name, "phone": item.phone, "address": item.address},
        "item": {"waybill": item.waybill, "contents": item.contents},
    }
    annex = {
        "form": 1,
        "waybill": item.waybill,
        "sender_name": mask_name(card["name"]),
        "sender_phone": mask_phone(visit.phone),
        "sender_address": mask_address(visit.address),
        "document_number": mask_number_for_record(card["number"]),
        "recipient_name": mask_name(item.name),
        "recipient_phone": mask_phone(item.phone),
        "recipient_address": mask_address(item.address),
        "sender_as_in": None,
        "recipient_as_in": None,
    }
    return wire.encode(sealed), wire.encode(annex)


class Day:
    """Two counters and what happens there: items, requests, a fork, a second holder, a broken annex."""

    def __init__(self, headquarters: Heard) -> None:
        database = headquarters.database
        self.headquarters, self.visits = headquarters, day(9)
        self.people = people_of(self.visits)
        for number, role in ((AFAR, "supervisor"), (CLERK, "clerk")):
            add_operator(database, number, "柜员", role)
        self.story = Sending(headquarters.counter(TERMINAL, role="supervisor"))
        self.other = headquarters.counter(OTHER)
        self.items: list[tuple[int, Visit, Item]] = []
        self._accept()
        self._requests()
        for counter in (self.story.counter, self.other):
            counter.sent(counter.book.entries)
        headquarters.follow()
        self._fork()
        headquarters.follow()

    def _accept(self) -> None:
        book = self.story.book
        for visit in self.visits:
            number = load_people()[visit.card].fields["number"]
            part = Part(AttachmentClass.SEALED, "sealed", number.encode())
            data = {**book.entries[self.story.item - 2].data, "visit": f"v-{len(book.entries)}"}
            book.propose(Proposal("SenderVerified", data, book.operation(), True, (part,)))
            sender = book.state.head.seq
            for item in visit.items:
                sealed, annex = sealed_and_annex(visit, item)
                self.items.append((book.item(sender, sealed, annex), visit, item))
                book.printed(self.items[-1][0])
        _, visit, item = self.items[0]
        self.other.book.item(self.other.book.sender(), *sealed_and_annex(visit, item))
        # an annex that is none, in clear: parked, and nobody is told why in its words
        self.other.book.item(self.other.book.sender(), annex="\n".join(BROKEN).encode())

    def _requests(self) -> None:
        story, item = self.story, self.items[0][0]
        story.ask(until=stamp(utc_now() + dt.timedelta(hours=1)))
        due = (story.book.clock.now().at.date()).isoformat()
        asked = {"item": item, "field": "none", "due": due, "right": "copy"}
        for name in ("q-1", "q-2"):
            story.write("PersonAsked", {**asked, "request": name}, person=True)
        ask_notice(story.book, item)
        gone = {"item": self.items[1][0], "request": "p-1", "ground": "enquiry", "retention": "acceptance"}
        story.write("ItemRestricted", {**gone, "month": "2026-11"}, person=True)
        self._disclosed(item)
        close_day(story.book)

    def _disclosed(self, item: int) -> None:
        """An organ asks for two fields of it, and a second person signed."""
        story, book = self.story, self.story.book
        said = {"item": item, "way": "lawful", "recipient": "public_security", "basis": "postal_law_36"}
        said |= {"purpose": "criminal_case", "fields": ["sender_name", "sender_phone"]}
        said |= {"consent": 0, "until": "2027-11-01"}
        texts = {"document": "调证字88号", "first_name": "警官", "first_card": "A1"}
        kept = Part(AttachmentClass.SEALED, "sealed", wire.encode({"disclosure": texts}))
        filing = Proposal("DisclosureFiled", said, book.operation(), True, (kept,))
        edition = own_editions().editions[0].version
        (filed,), book.state = book.writer.compose([filing], book.state, book.session, edition)
        book.entries.append(filed)
        self.disclosure = f"{TERMINAL}/{filed.header.seq}"
        asked = story.ask("r-2", action="disclose", subject=filed.header.seq, reason="public_security")
        story.give(asked)
        sent = {"filed": filed.header.seq, "asked": asked.header.seq}
        story.write("DisclosureAsked", sent, person=True)

    def _fork(self) -> None:
        """The other counter's disk was copied, and the copy goes on."""
        book = self.other.book
        common, state = list(book.entries), book.state
        self.other.sent(write_items(book, 1))
        book.entries, book.state = list(common), state
        _, visit, item = self.items[2]
        book.item(book.sender(), *sealed_and_annex(visit, item))
        self.other.send(book.entries[len(common) :])


def every_path(made: Day, code: str) -> None:
    """Each method and path of the interface is answered once at least."""
    headquarters, counter = made.headquarters, made.story.counter
    first = 1
    while page := counter.request("GET", f"{path_entries(TERMINAL)}?first={first}").json()["entries"]:
        first += len(page)
    assert first > len(made.items)
    counter.marks()
    assert activate(counter, activation(counter, code, "OP90007")).status_code == 200
    counter.request("GET", path_operator(TERMINAL, "OP90007"))
    assert counter.request("GET", path_branch(TERMINAL)).status_code == 200
    found = take(counter)
    body = json.dumps({"directives": [directive_to_json(each) for each in found]}).encode()
    assert counter.request("POST", path_directives(TERMINAL), body).status_code == 200
    renewal = json.dumps({"csr": TlsKey().csr()}).encode()
    assert counter.request("POST", path_certificate(TERMINAL), renewal).status_code == 200
    (late,) = headquarters.listed(OTHER)["late"]
    answer = made.other.request("GET", f"{path_late(OTHER, late['branch'])}?first={late['first']}")
    assert answer.status_code == 200, answer.text
    with headquarters.client() as client:
        for path in (f"{PATH_TIME}?nonce={'A' * 22}", PATH_KEYS, "/healthz", "/metrics", "/openapi.json"):
            assert client.get(path).status_code in (200, 503), path  # 503: nothing follows in the background
        # what a stranger sends comes back in no refusal
        for text in list(made.people)[:6]:
            client.get("/metrics/" + text)
            client.post(PATH_ENROL_CODE, json={"code": text})
            client.post(path_entries(TERMINAL), content=text.encode(), headers={"counter-terminal": "x"})


def every_command(hq: Asking, made: Day, folder: Path) -> None:
    """All of them, in an order in which each has something to say."""
    at = ("--terminal", TERMINAL)
    elsewhere = Asking(folder, ["--data", str(folder / "other")])
    elsewhere("init")
    founders = {"system": "AD0001", "security": "AD0002", "audit": "AD0003"}
    hq(
        "admin",
        "found",
        *(w for a, n in founders.items() for w in (f"--{a}-administrator", n, hq.password(n))),
    )
    hq.founded = True
    hq("follow", "--once", "--processes", "1")
    for name in ("terminal", "operator", "late", "request", "persons", "review", "claim", "pool", "keys",
                 "directive", "retention", "admin", "disclosure", "partner"):  # fmt: skip
        hq(name, "list")
    hq("alarms")
    hq("day", "list", *at)
    hq("late", "show", "--terminal", OTHER, made.headquarters.listed(OTHER)["late"][0]["branch"][:8])
    hq("persons", "show", "q-1", *at)
    hq("disclosure", "show", made.disclosure)
    hq("disclosure", "decide", made.disclosure, "--outcome", "approved")
    hq("retention", "persons")
    seq = str(made.items[0][0])
    hq("journal", "list", *at)
    hq("journal", "show", "--seq", seq, *at)
    hq("journal", "export", str(folder / "files" / "journal export"))
    hq("evidence", str(folder / "files" / "evidence"), "--operator", CLERK, *at)
    with opening(hq):
        hq("journal", "show", "--open", "--seq", seq, *at)
        hq("persons", "copy", "q-1", str(folder / "files" / "persons copy"), *at)
        hq("disclosure", "show", "--open", made.disclosure)
        hq("disclosure", "release", made.disclosure, str(folder / "files" / "disclosure release"))
        hq("disclosure", "release", made.disclosure + "9", str(folder / "none"), fails=True)
        hq("persons", "copy", "q-9", str(folder / "none"), *at, fails=True)
        hq("block", "list")
        hq(
            "block", "decide", seq, "--outcome", "listed", *at, fails=True
        )  # no proposal: tests/hq/test_blocks.py
        hq("block", "publish")
    hq("persons", "answer", "q-2", "--outcome", "refused", "--ground", "found_correct", *at, fails=True)
    hq("persons", "answer", "q-2", "--outcome", "done", *at)
    hq("persons", "restrict", seq, *at)
    hq("persons", "erase", "999999", *at, fails=True)
    hq("retention", "persons")
    hq("approve", "r-1", "--by", AFAR, *at)
    hq("review", "return", "--seq", seq, "--reason", "name", *at)
    every_act(hq, made, folder)
    hq.said |= elsewhere.said


def every_act(hq: Asking, made: Day, folder: Path) -> None:
    """What changes something at headquarters, and the administrators' own at the end."""
    at = ("--terminal", TERMINAL)
    blocked = [text for text, kind in made.people.items() if kind == "number" and len(text) == 18]
    (folder / "list").write_text(json.dumps({"block_list": "b-1", "numbers": blocked}))
    hq("directive", "publish", str(folder / "list"))
    (folder / "bad").write_text(json.dumps({"block_list": "b-2", "numbers": list(made.people)}))
    hq("directive", "publish", str(folder / "bad"), fails=True)
    (folder / "bad").write_text("\n".join(made.people), "utf-8")
    hq("directive", "publish", str(folder / "bad"), fails=True)
    hq("directive", "halt", "1")
    days = ("--agreement-until", "2027-11-01", "--review-until", "2027-11-01")
    hq("partner", "add", "pickup_point", "--agreement", "XY-1", "--review", "AQ-1", *days)
    hq("partner", "end", "pickup_point")
    hq("partner", "end", "pickup_point", fails=True)
    hq("pool", "issue", "--pool", "a", "--first", made.items[0][2].waybill, "--count", "5", *at, fails=True)
    hq("pool", "issue", "--pool", "a", "--first", "1100000000001", "--count", "5", "--unheard", *at)
    hq("pool", "list")
    hq("pool", "show", "a")
    hq("pool", "withdraw", "a")
    code = hq("operator", "add", "OP90007", "--name", "柜员七", "--role", "clerk")
    every_path(made, json.loads(code)["code"])
    hq("operator", "papers", "OP90007", "--training", "2026-11-02")
    hq("operator", "code", "OP90007")
    hq("operator", "remove", "OP90007")
    hq("enrol-code", "--branch", BRANCH, "--terminal", NEW)
    hq("epoch", "grant", *at)
    hq("terminal", "revoke", "--terminal", OTHER)
    sealed = pack(made.headquarters.home.opening, TERMINAL, {"doctor": []})
    (folder / "sealed").write_bytes(sealed)
    hq("diagnostics", "open", str(folder / "sealed"))
    hq("db", "distribute", fails=True)
    hq("retention", "run")
    hq("backup", str(folder / "files" / "backup"))
    emptied = Asking(
        folder, [*hq.common[:2], "--database", f"sqlite:///{folder / 'again.sqlite'}"], founded=True
    )
    emptied("restore", str(folder / "files" / "backup"))
    hq.said |= emptied.said
    hq("authority", "begin")
    hq("authority", "switch", "--anyway")
    hq("keys", "roll")
    hq("keys", "retire", "--anyway")
    new = ("--new-password-file", hq.password("AD0004"))
    hq("admin", "add", "AD0004", "--administration", "security", *new)
    hq.second = "AD0004"
    hq("admin", "remove", "AD0004")
    hq("admin", "password", "--new-password-file", hq.password("AD0003"))
    hq("admin", "tell")
    hq("admin", "log")
    hq("admin", "verify", fails=True)  # the day began without administrators
    hq("terminal", "list")
    hq("alarms")


@contextlib.contextmanager
def opening(hq: Asking) -> Iterator[None]:
    """The opening service runs; what it wrote counts as said."""
    who = ["--administrator", "AD0001", "--password-file", hq.password("AD0001")]
    command = [sys.executable, "-m", "hq", "open", "serve", *hq.common, *who]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )
    try:
        assert process.stdout is not None
        hq.said["open serve"] = process.stdout.readline()
        assert hq.said["open serve"].startswith("listening on ")
        yield
    finally:
        process.terminate()
        hq.said["open serve"] = hq.said.get("open serve", "") + process.communicate(timeout=20)[0]


def found_in(data: bytes, wanted: Mapping[bytes, tuple[str, str]]) -> set[str]:
    """The kinds, never the texts."""
    return {kind for needle, (kind, _form) in wanted.items() if needle in data}


def test_nothing_that_headquarters_says_names_a_customer(tmp_path: Path, expected_logs: ExpectedLogs) -> None:
    for logger in ("hq.ingest", "hq.follower", "hq.admin_watch", "hq.operators"):
        expected_logs.allow(logger, ".")
    log = Listening()
    logging.getLogger("hq").addHandler(log)
    url = f"sqlite:///{tmp_path / 'hq.sqlite'}"
    headquarters = Heard(tmp_path / "hq", url)
    (tmp_path / "files").mkdir()
    try:
        made = Day(headquarters)
        hq = Asking(tmp_path, ["--data", str(headquarters.home.directory), "--database", url])
        every_command(hq, made, tmp_path)
    finally:
        logging.getLogger("hq").removeHandler(log)
        headquarters.close()
    assert set(hq.said) | set(RUNNING) == {
        *commands_of(PARSER), "journal show --open", "disclosure show --open"
    }  # fmt: skip
    routes = {
        (m, r.path) for r in headquarters.app.routes if isinstance(r, APIRoute) for m in r.methods or ()
    }
    assert routes <= {(method, path) for method, path, _ in headquarters.answers}
    wanted = needles(made.people)
    broken = needles(BROKEN)
    assert {name for name, text in hq.said.items() if found_in(text.encode(), broken)} == set()
    assert found_in("\n".join(log.lines).encode(), broken) == set()
    assert {path for _, path, said in headquarters.answers if found_in(said, broken)} == set()
    named: dict[str, set[str]] = {}
    for name, text in hq.said.items():
        named.setdefault(name, set()).update(found_in(text.encode(), wanted))
    for place in (tmp_path / "files").iterdir():
        named[place.name] |= {hit.what for hit in search([place], made.people)}
    for name, (_, page) in NAMED.items():
        assert name in (ROOT / page).read_text("utf-8"), (name, page)
    assert {name: kinds for name, kinds in named.items() if kinds} == {
        name: set(kinds) for name, (kinds, _) in NAMED.items() if kinds
    }
    assert found_in(hq.said["persons copy"].encode(), wanted) == set()  # in the file alone
    answered: dict[tuple[str, str], set[str]] = {}
    for method, path, said in headquarters.answers:
        answered.setdefault((method, path), set()).update(found_in(said, wanted))
    assert {path: kinds for path, kinds in answered.items() if kinds} == {
        p: set(k) for p, k in ANSWERED.items()
    }
    assert log.lines
    assert found_in("\n".join(log.lines).encode(), wanted) == set()
