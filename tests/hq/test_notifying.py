"""Texts to customers: opened for the gateway alone, sent once, and never taken for sent without its word."""

from __future__ import annotations

import datetime as dt
import json
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from core import wire
from core.errors import StoreError
from core.ledger.notify import Outcome, Why
from core.ledger.writer import Proposal
from core.wire import b64
from hq.clock import utc_now
from hq.database import Database
from hq.directives import EVERYBODY, Publication, publish
from hq.gateway import HttpsGateway, Message, UnansweredError, trusting
from hq.looks import list_alarms
from hq.notify import load_caps
from hq.notifying import CAP_ALARM, Notifying
from hq.opening_key import FileOpeningKey
from hq.schema import ATTACHMENTS, ENTRIES, PUBLICATIONS
from hq.schema_beside import NOTIFY
from hq.simulated_gateway import Answer, SimulatedGateway, usual
from tests.core.books import Book
from tests.guards import ExpectedLogs
from tests.hq.headquarters import Counter, Headquarters
from tests.hq.server import ROOT, HqServer
from tests.hq.test_notices import told
from tests.hq.test_opening import referring
from tests.hq.test_references import ELSEWHERE, RECIPIENT, TYPED, payload

pytestmark = pytest.mark.requirement("T20")

WAYBILL = "9812345678901"
VERSION, EDITION = "2026-11-01", "2026-11-01.1"
ID = b64(bytes(range(16)))


@pytest.fixture
def gateway() -> Iterator[SimulatedGateway]:
    made = SimulatedGateway()
    yield made
    made.close()


@pytest.fixture
def trusted(gateway: SimulatedGateway, tmp_path: Path) -> HttpsGateway:
    """The real adapter, over TLS; it waits for two seconds."""
    return reach(gateway, tmp_path)


def reach(gateway: SimulatedGateway, tmp_path: Path, token: str | None = None) -> HttpsGateway:
    (tmp_path / "gateway.pem").write_bytes(gateway.authority)
    return HttpsGateway(gateway.url, trusting(str(tmp_path / "gateway.pem")), token, seconds=2)


def sealed(phone: str = "", **beside: Any) -> bytes:
    """What is sealed of an item; the recipient's number where it is another one."""
    value = {**wire.decode(payload()), "item": {"waybill": WAYBILL}, **beside}
    if phone:
        value["recipient"] = {**RECIPIENT, "phone": phone}
    return wire.encode(value)


def accepted(book: Book, part: bytes = b"") -> int:
    """An item whose label names its waybill; its seq."""
    return book.item(book.sender(), part or sealed(), wire.encode({"form": 1, "waybill": WAYBILL}))


def ask(book: Book, item: int, name: str = ID, **other: object) -> int:
    """The clerk asks; the entry's seq."""
    data = {"notify": name, "item": item, "text": "arrived", "version": VERSION, "to": "recipient"}
    data |= {"language": "zh", **other}
    asked = Proposal("NotifyAsked", data, book.operation(), by_person=True)
    entries, book.state = book.writer.compose([asked], book.state, book.session, EDITION)
    book.entries += entries
    return entries[0].header.seq


def worker(headquarters: Headquarters, gateway: HttpsGateway | None) -> Notifying:
    """As in the opening service."""
    key = FileOpeningKey(headquarters.opening)
    return Notifying(headquarters.database, key, gateway, headquarters.now)


def received(headquarters: Headquarters, counter: Counter) -> None:
    counter.sent(counter.book.entries)
    headquarters.follow()
    headquarters.now.at = counter.book.entries[-1].header.trusted.at + dt.timedelta(seconds=1)


def row(headquarters: Headquarters) -> Mapping[str, Any]:
    with headquarters.database.read() as connection:
        return dict(connection.execute(select(NOTIFY)).mappings().one())


def outcome(headquarters: Headquarters) -> tuple[str, str]:
    found = row(headquarters)
    return found["outcome"], found["why"]


def test_the_number_goes_to_the_gateway_and_nowhere_else(
    headquarters: Headquarters,
    counter: Counter,
    gateway: SimulatedGateway,
    trusted: HttpsGateway,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    book = counter.book
    seq = ask(book, accepted(book))
    received(headquarters, counter)
    assert (worker(headquarters, trusted).resolve(), worker(headquarters, trusted).resolve()) == (1, 0)
    ((message),) = gateway.asked
    day = book.entries[seq - 1].header.trusted.at.astimezone(dt.timezone(dt.timedelta(hours=8))).date()
    assert message == {
        "id": f"{book.terminal}.{ID}",
        "to": RECIPIENT["phone"],
        "language": "zh",
        "text": f"您的邮件 {WAYBILL} 已到网点 {book.terminal[:9]}，请于 {day + dt.timedelta(days=5)} 前"
        "凭有效证件领取。如有疑问请到网点咨询。",
    }
    assert headquarters.service.notices.tell() == 1
    ((kind, subject, body),) = told(counter)
    assert (kind, subject) == ("notify", ID)
    assert body == {"epoch": 1, "notify": ID, "asked": seq, "outcome": "sent", "why": "none"}
    stored = repr(row(headquarters)) + caplog.text
    assert not any(text in stored for text in (RECIPIENT["phone"], RECIPIENT["name"], WAYBILL))


@pytest.mark.parametrize(
    ("text", "to", "language", "number"),
    [("held", "sender", "zh", TYPED["phone"]), ("answer_ready", "recipient", "en", RECIPIENT["phone"])],
)
def test_whoever_was_chosen_gets_it(
    headquarters: Headquarters, counter: Counter, gateway: SimulatedGateway, trusted: HttpsGateway,
    text: str, to: str, language: str, number: str,
) -> None:  # fmt: skip
    book = counter.book
    ask(book, accepted(book), text=text, to=to, language=language)
    received(headquarters, counter)
    worker(headquarters, trusted).resolve()
    assert [(message["to"], message["language"]) for message in gateway.asked] == [(number, language)]


def test_a_contact_as_in_an_earlier_acceptance_is_waited_for(
    headquarters: Headquarters, gateway: SimulatedGateway, trusted: HttpsGateway
) -> None:
    counter, other = headquarters.counter(), headquarters.book(ELSEWHERE)
    target = other.item(other.sender(), payload())
    ask(counter.book, referring(counter.book, target, ELSEWHERE), text="held", to="sender")
    received(headquarters, counter)
    sending = worker(headquarters, trusted)
    assert (sending.resolve(), gateway.asked) == (0, [])
    there = headquarters.counter(ELSEWHERE)
    assert there.book.item(there.book.sender(), payload()) == target
    there.sent(there.book.entries)
    headquarters.now.advance(60)
    assert sending.resolve() == 1
    assert [message["to"] for message in gateway.asked] == [TYPED["phone"]]


@pytest.mark.parametrize(
    ("why", "other", "part"),
    [
        (Why.TEXT, {"text": "whatever"}, sealed()),
        (Why.TEXT, {"version": "2020-01-01"}, sealed()),
        (Why.TEXT, {"to": "sender"}, sealed()),  # this one is for recipients
        (Why.TEXT, {"language": "fr"}, sealed()),
        (Why.ITEM, {"item": 2}, sealed()),
        (Why.NO_NUMBER, {}, sealed("请打前台")),
        (Why.NO_NUMBER, {}, b"not to be opened"),
        (Why.NUMBER, {}, sealed("13900130000")),
        (Why.BLOCKED, {}, sealed("13900130001")),
    ],
)
def test_what_is_refused_says_why(
    headquarters: Headquarters, counter: Counter, gateway: SimulatedGateway, trusted: HttpsGateway,
    why: Why, other: dict[str, object], part: bytes,
) -> None:  # fmt: skip
    """A counter that lies gets nothing sent; what the gateway refuses is refused."""
    book = counter.book
    item = accepted(book, part)
    ask(book, **{"item": item, **other})  # type: ignore[arg-type]
    received(headquarters, counter)
    assert worker(headquarters, trusted).resolve() == 1
    assert outcome(headquarters) == ("refused", why.value)
    assert bool(gateway.asked) is (why in (Why.NUMBER, Why.BLOCKED))


def test_the_sealed_part_is_gone(headquarters: Headquarters, counter: Counter, trusted: HttpsGateway) -> None:
    ask(counter.book, accepted(counter.book))
    received(headquarters, counter)
    with headquarters.database.write() as connection:
        connection.execute(delete(ATTACHMENTS))
    worker(headquarters, trusted).resolve()
    assert outcome(headquarters) == ("refused", "no_number")


def test_restricted_meanwhile_nothing_is_sent(
    headquarters: Headquarters, counter: Counter, gateway: SimulatedGateway, trusted: HttpsGateway
) -> None:
    book = counter.book
    item = accepted(book)
    ask(book, item)
    data = {"item": item, "request": "request-1", "ground": "enquiry", "retention": "acceptance"}
    data["month"] = f"{book.entries[-1].header.trusted.at:%Y-%m}"
    book.propose(Proposal("ItemRestricted", data, book.operation(), by_person=True))
    received(headquarters, counter)
    worker(headquarters, trusted).resolve()
    assert (outcome(headquarters), gateway.asked) == (("refused", "restricted"), [])


def test_the_same_id_twice_counts_once(
    headquarters: Headquarters, counter: Counter, trusted: HttpsGateway, expected_logs: ExpectedLogs
) -> None:
    """A counter whose program was changed: the entry is set aside, and nothing is opened for it."""
    expected_logs.expect("hq.follower", r"entry\.state")
    book = counter.book
    item = accepted(book)
    seq = ask(book, item)
    again = {"notify": ID, "item": item, "text": "arrived", "version": VERSION, "to": "recipient"}
    forgotten = replace(book.state, value={**book.state.value, "notify": {}})
    said = Proposal("NotifyAsked", {**again, "language": "zh"}, book.operation(), by_person=True)
    book.entries += book.writer.compose([said], forgotten, book.session, EDITION)[0]
    received(headquarters, counter)
    assert worker(headquarters, trusted).resolve() == 1
    assert row(headquarters)["seq"] == seq


Lie = Callable[[Mapping[str, Any]], Answer]


def says(**said: object) -> Lie:
    return lambda message: (200, json.dumps({"id": message["id"], "outcome": "sent", **said}).encode())


def hangs(_message: Mapping[str, Any]) -> Answer:
    threading.Event().wait(4)
    return 200, b""


@pytest.mark.parametrize(
    "lie",
    [
        says(id="another"),
        says(outcome="delivered"),
        says(outcome="unknown"),
        says(outcome=True),
        says(outcome="refused", why="13900139000 is not known"),
        says(outcome="refused", why=["number"]),
        lambda _: (200, b"[" * 10_000),
        lambda _: (200, b"{}" + b" " * 20_000),
        lambda _: (200, b""),
        lambda _: (500, b'{"outcome": "sent"}'),
        lambda _: (429, b""),
        lambda _: (302, b""),
        hangs,
    ],
)
def test_no_answer_is_none_and_the_same_id_is_asked_again(
    headquarters: Headquarters, counter: Counter, gateway: SimulatedGateway, trusted: HttpsGateway,
    expected_logs: ExpectedLogs, lie: Lie, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A gateway that lies, breaks or hangs: nothing is assumed; its word later is what counts."""
    expected_logs.expect("hq.notifying", "gateway: ")
    ask(counter.book, accepted(counter.book))
    received(headquarters, counter)
    gateway.answer = lie
    sending = worker(headquarters, trusted)
    assert (sending.resolve(), outcome(headquarters)) == (0, ("", "none"))
    assert sending.resolve() == 0  # not before it is due
    assert headquarters.service.notices.tell() == 0
    gateway._done.clear()
    gateway.answer = usual
    headquarters.now.advance(6)
    assert (sending.resolve(), outcome(headquarters)) == (1, ("sent", "none"))
    assert len({message["id"] for message in gateway.asked}) == 1
    assert RECIPIENT["phone"] not in caplog.text


def test_never_answered_is_unknown_and_never_reached_is_refused(
    headquarters: Headquarters, counter: Counter, gateway: SimulatedGateway, trusted: HttpsGateway,
    expected_logs: ExpectedLogs,
) -> None:  # fmt: skip
    expected_logs.expect("hq.notifying", "gateway: ")
    ask(counter.book, accepted(counter.book))
    received(headquarters, counter)
    gateway.answer = lambda _: (503, b"")
    sending = worker(headquarters, trusted)
    sending.resolve()
    headquarters.now.advance(25 * 3600)
    assert (sending.resolve(), outcome(headquarters)) == (1, ("unknown", "none"))


def test_a_gateway_that_is_not_there_has_certainly_sent_nothing(
    headquarters: Headquarters, counter: Counter, gateway: SimulatedGateway, trusted: HttpsGateway,
    expected_logs: ExpectedLogs,
) -> None:  # fmt: skip
    expected_logs.expect("hq.notifying", "gateway: not reached")
    ask(counter.book, accepted(counter.book))
    received(headquarters, counter)
    gateway.close()
    sending = worker(headquarters, trusted)
    assert (sending.resolve(), row(headquarters)["handed"]) == (0, 0)
    headquarters.now.advance(25 * 3600)
    assert (sending.resolve(), outcome(headquarters)) == (1, ("refused", "late"))


def test_without_a_gateway_it_waits_and_ends(headquarters: Headquarters, counter: Counter) -> None:
    ask(counter.book, accepted(counter.book))
    received(headquarters, counter)
    sending = worker(headquarters, None)
    assert (sending.resolve(), outcome(headquarters)) == (0, ("", "none"))
    headquarters.now.advance(25 * 3600)
    assert (sending.resolve(), outcome(headquarters)) == (1, ("refused", "late"))


def test_killed_between_sending_and_noting_it_is_sent_once(
    headquarters: Headquarters, counter: Counter, gateway: SimulatedGateway, trusted: HttpsGateway
) -> None:
    """The gateway took it, headquarters died: the next try has the same id, and the gateway says so again."""
    sent: list[str] = []

    def takes(message: Mapping[str, Any]) -> Answer:
        sent.append(message["id"])
        return usual(message)

    gateway.answer = takes
    ask(counter.book, accepted(counter.book))
    received(headquarters, counter)
    worker(headquarters, trusted).resolve()
    with headquarters.database.write() as connection:
        connection.execute(update(NOTIFY).values(outcome="", handed=1))
    headquarters.now.advance(60)
    worker(headquarters, trusted).resolve()
    assert (len(gateway.asked), len(sent), outcome(headquarters)[0]) == (2, 1, "sent")


def test_two_services_make_one_try(
    headquarters: Headquarters, counter: Counter, gateway: SimulatedGateway, trusted: HttpsGateway
) -> None:
    ask(counter.book, accepted(counter.book))
    received(headquarters, counter)
    seen = row(headquarters)
    first, second = worker(headquarters, trusted), worker(headquarters, trusted)
    assert (first._one(seen), second._one(seen), len(gateway.asked)) == (True, False, 1)


def test_headquarters_has_caps_of_its_own(
    headquarters: Headquarters, counter: Counter, gateway: SimulatedGateway, trusted: HttpsGateway
) -> None:
    """A counter whose caps were taken out: the sixth about one item is refused, with an alarm."""
    book = counter.book
    item = accepted(book)
    most = load_caps(headquarters.now().date()).item
    for number in range(most + 1):
        ask(book, item, f"n-{number}")
        book.machine.advance(1)
    received(headquarters, counter)
    worker(headquarters, trusted).resolve()
    with headquarters.database.read() as connection:
        ends = list(connection.execute(select(NOTIFY.c.why).order_by(NOTIFY.c.seq)).scalars())
    assert (ends, len(gateway.asked)) == (["none"] * most + ["cap"], most)
    assert [alarm["fault"] for alarm in list_alarms(headquarters.database)] == [CAP_ALARM]


def test_what_its_counter_knows_is_not_sent_again_after_a_loss(
    headquarters: Headquarters, counter: Counter, gateway: SimulatedGateway, trusted: HttpsGateway
) -> None:
    """Headquarters' row is lost, its entries are not: the counter's own word ends it."""
    book = counter.book
    seq = ask(book, accepted(book))
    data = {"notify": ID, "asked": seq, "outcome": "sent", "why": "none", "directive": 3}
    book.propose(Proposal("NotifyAnswered", data, book.operation()))
    received(headquarters, counter)
    assert (worker(headquarters, trusted).resolve(), gateway.asked) == (0, [])
    assert (outcome(headquarters)[0], headquarters.service.notices.tell()) == ("sent", 0)


def test_a_published_edition_brings_its_own_texts(
    headquarters: Headquarters, counter: Counter, gateway: SimulatedGateway, trusted: HttpsGateway
) -> None:
    edition = json.loads(Path("resources/rules/2026-11-01.json").read_text("utf-8"))
    edition["version"] = "t-9"
    edition["notify"]["texts"][0]["zh"]["text"] = "件 {waybill}"
    with headquarters.database.write() as connection:
        publish(connection, Publication("rules", "t-9", {"edition": edition}, EVERYBODY), headquarters.now)
    ask(counter.book, accepted(counter.book))
    received(headquarters, counter)
    with headquarters.database.write() as connection:
        connection.execute(update(NOTIFY).values(rules="t-9"))
    worker(headquarters, trusted).resolve()
    assert [message["text"] for message in gateway.asked] == [f"件 {WAYBILL}"]


def test_another_server_a_wrong_token_and_plain_http_get_nothing(
    gateway: SimulatedGateway, tmp_path: Path
) -> None:
    message = Message("x", "13900139000", "text", "zh")
    assert "13900139000" not in repr(message)
    stranger = HttpsGateway(gateway.url, trusting(None), seconds=2)
    with pytest.raises(UnansweredError, match="tls") as caught:
        stranger.send(message)
    assert (caught.value.certain, gateway.asked) == (True, [])
    for url in ("http://127.0.0.1:1/", "https://", "https://a@b/", "ftp://x/", "https://[x/"):
        with pytest.raises(StoreError):
            HttpsGateway(url, trusting(None))
    wanting = SimulatedGateway(token="the right token")
    try:
        with pytest.raises(UnansweredError, match="status 401"):
            reach(wanting, tmp_path, "another token").send(message)
        assert reach(wanting, tmp_path, "the right token").send(message).outcome is Outcome.SENT
    finally:
        wanting.close()


def test_a_line_that_goes_while_both_sides_agree_is_no_word_about_certificates() -> None:
    message = Message("x", "13900139000", "text", "zh")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        leaves = threading.Thread(target=lambda: listener.accept()[0].close())
        leaves.start()
        gone = HttpsGateway(f"https://127.0.0.1:{listener.getsockname()[1]}/", trusting(None), seconds=5)
        with pytest.raises(UnansweredError, match="cut off") as caught:
            gone.send(message)
        leaves.join(5)
    assert caught.value.certain


def test_nothing_of_it_is_in_the_chain(headquarters: Headquarters, counter: Counter) -> None:
    ask(counter.book, accepted(counter.book))
    received(headquarters, counter)
    with headquarters.database.read() as connection:
        bodies = b"".join(connection.execute(select(ENTRIES.c.body)).scalars())
    assert not any(text.encode() in bodies for text in (WAYBILL, *RECIPIENT.values()))


def test_from_the_counter_to_the_gateway_and_back(gateway: SimulatedGateway, tmp_path: Path) -> None:
    """Real processes: headquarters over TLS, the opening service, the gateway over TLS of its own."""
    (tmp_path / "gateway.pem").write_bytes(gateway.authority)
    (tmp_path / "token").write_text("a token of some length\n")
    with HqServer(tmp_path / "hq") as server:
        counter = server.counter()
        book = counter.book
        moved = utc_now() - book.machine.wall()
        book.machine.advance(moved.total_seconds())
        book.log_in()
        ask(book, accepted(book))
        with counter.client() as client:
            assert counter.send(client, book.entries).status_code == 200
        options = ["--gateway", gateway.url, "--gateway-ca", str(tmp_path / "gateway.pem")]
        options += ["--gateway-token-file", str(tmp_path / "token"), *server.common]
        command = [sys.executable, "-m", "hq", "open", "serve", *options]
        service = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        database = Database(server.database)
        try:
            until(lambda: _published(database) == [("sent", "none")])
        finally:
            database.close()
            service.terminate()
            _said, complaints = service.communicate(timeout=20)
    assert (complaints, [message["to"] for message in gateway.asked]) == ("", [RECIPIENT["phone"]])
    everything = b"".join(path.read_bytes() for path in (tmp_path / "hq").rglob("*") if path.is_file())
    assert RECIPIENT["phone"].encode() not in everything


def _published(database: Database) -> list[tuple[str, str]]:
    wanted = select(PUBLICATIONS.c.body).where(PUBLICATIONS.c.kind == "notify")
    with database.read() as connection:
        bodies = [wire.decode(body) for body in connection.execute(wanted).scalars()]
    return [(str(body["outcome"]), str(body["why"])) for body in bodies]


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
