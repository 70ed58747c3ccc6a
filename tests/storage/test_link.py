"""The line to headquarters: whom it trusts, what it takes, how it ends."""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.crypto.keys import SoftwareSigner, new_signer
from core.errors import HqError, HqFault, StoreError, StoreFault
from core.ledger.rolls import KeyChain, make_roll
from storage import tls
from storage.headquarters import BestClock, Headquarters
from storage.link import MAX_ANSWER_BYTES, HqLink, Route
from storage.vault import new_data_key
from tests.core.books import Book
from tests.core.machine import SetClock
from tests.storage.proxy import Proxy
from tests.storage.stub_hq import NOW, Answer, Asked, Authority, StubHq, drop, refuse

pytestmark = pytest.mark.requirement("R58")

TERMINAL = "990100-01-03"
SUBKEY = new_data_key()
Opener = Callable[..., Headquarters]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def signer() -> SoftwareSigner:
    """The terminal's key."""
    return new_signer()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Path:
    """A data directory with DIR/tls."""
    directory = tmp_path_factory.mktemp("terminal")
    request = tls.new_request(SUBKEY)
    tls.save(directory, request.key, authority.client(request.csr, TERMINAL), authority.pem)
    return directory


@pytest.fixture
def hq(authority: Authority, signer: SoftwareSigner) -> Iterator[StubHq]:
    made = StubHq(new_signer(), TERMINAL, signer.public, authority)
    yield made
    made.close()


@pytest.fixture
def connect(hq: StubHq, folder: Path, signer: SoftwareSigner) -> Iterator[Opener]:
    """Makes clients, and shuts them."""
    made: list[Headquarters] = []

    def opener(
        url: str = "",
        context: ssl.SSLContext | None = None,
        clock: SetClock | None = None,
        route: Route | None = None,
    ) -> Headquarters:
        best = BestClock(clock or SetClock(NOW))
        context = context or tls.client_context(folder, SUBKEY)
        link = HqLink(url or hq.url, context, best.now, route)
        made.append(Headquarters(link, best, TERMINAL, signer, hq.signer.public))
        return made[-1]

    yield opener
    for client in made:
        client.close()


def fault(work: Callable[[], object]) -> tuple[str, object]:
    with pytest.raises(HqError) as caught:
        work()
    return str(caught.value.code), caught.value.facts.get("what")


def test_it_speaks_over_one_connection_with_its_certificate(hq: StubHq, connect: Opener) -> None:
    client = connect()
    assert client.time().anchor.at == NOW
    assert client.marks().marks.received.seq == 0
    assert client.marks().marks.terminal == TERMINAL
    assert [asked.certificate for asked in hq.asked] == [TERMINAL] * 3
    assert len(hq._connections) == 1
    assert "accept-encoding" in hq.asked[0].headers
    assert hq.asked[0].headers["accept-encoding"] == "identity"


def test_every_request_has_a_nonce_of_its_own(hq: StubHq, connect: Opener) -> None:
    client = connect()
    for _ in range(5):
        client.marks()
    assert len({asked.headers["x-counter-nonce"] for asked in hq.asked}) == 5


def test_another_authority_is_not_headquarters(folder: Path, hq: StubHq, connect: Opener) -> None:
    stranger = tls.pinned_context(Authority().pem.encode())
    assert fault(connect(context=stranger).time) == (HqFault.TLS, "certificate")
    assert hq.asked == []


def test_the_machines_own_authorities_do_not_count(
    hq: StubHq, connect: Opener, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert fault(connect(context=tls.pinned_context(Authority().pem.encode())).time)[0] == HqFault.TLS


def test_another_hosts_certificate_is_refused(
    authority: Authority, signer: SoftwareSigner, connect: Opener
) -> None:
    other = StubHq(new_signer(), TERMINAL, signer.public, authority, authority.server("example.invalid"))
    try:
        assert fault(connect(other.url).time) == (HqFault.TLS, "certificate")
        assert other.asked == []
    finally:
        other.close()


@pytest.mark.parametrize("days", [-60, 60])
def test_a_certificate_out_of_its_dates_serves_only_the_time(
    authority: Authority, signer: SoftwareSigner, connect: Opener, hq: StubHq, days: int
) -> None:
    """Its dates are held against trusted time; the signed time itself needs none."""
    context = authority.server(begin=NOW + dt.timedelta(days=days))
    other = StubHq(hq.signer, TERMINAL, signer.public, authority, context)
    try:
        client = connect(other.url)
        assert fault(client.marks) == (HqFault.TLS, "dates")
        assert other.asked == []  # nothing was sent to it
        assert client.time().anchor.at == NOW
    finally:
        other.close()


def test_a_dead_battery_does_not_keep_headquarters_away(connect: Opener) -> None:
    """1970 on the wall: HQ's signed time first, then certificate dates and request times are right."""
    clock = SetClock(dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    client = connect(clock=clock)
    assert fault(client.marks) == (HqFault.TLS, "dates")
    told = client.time()
    assert (told.anchor.at, told.anchor.boot) == (NOW, "boot-1")
    client.marks()
    clock.advance(30)
    assert client.now() == NOW + dt.timedelta(seconds=30)
    clock.reboot(dt.datetime(1970, 1, 2, tzinfo=dt.UTC))
    assert client.now() == dt.datetime(1970, 1, 2, tzinfo=dt.UTC)


def test_a_clock_that_is_off_is_named_by_headquarters(hq: StubHq, connect: Opener) -> None:
    client = connect(clock=SetClock(NOW + dt.timedelta(hours=1)))
    with pytest.raises(HqError) as caught:
        client.marks()
    assert caught.value.code is HqFault.CLOCK
    assert caught.value.facts["seconds"] == 3600
    client.time()
    client.marks()


def test_no_proxy_is_taken_from_the_environment(connect: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    connect().marks()


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ((200, b""), "form"),
        ((200, b"not json"), "form"),
        ((200, b"[]"), "form"),
        ((200, b"{" * 50_000), "form"),
        ((200, b"x" * (MAX_ANSWER_BYTES + 1)), "size"),
        ((200, b'{"document": "AA", "signature": "AA"}'), "marks"),
        ((200, b'{"document": "A=", "signature": "AA"}'), "signed"),
        ((200, b"{}"), "signed"),
        ((302, b"{}"), "code"),
        ((500, b"<html>gateway</html>"), "form"),
        ((500, b'{"code": "other.thing"}'), "code"),
        ((409, b'{"code": ["hq.refused"]}'), "code"),
    ],
)
def test_a_bad_answer_is_a_bad_answer(hq: StubHq, connect: Opener, answer: Answer, what: str) -> None:
    hq.script.append(lambda _asked: answer)
    client = connect()
    assert fault(client.marks) == (HqFault.BAD_ANSWER, what)
    assert len(hq.asked) == 1
    client.marks()  # and the line still works


def test_marks_of_another_key_terminal_or_kind_are_refused(hq: StubHq, connect: Opener) -> None:
    client = connect()
    right = hq.signer
    hq.signer = new_signer()
    assert fault(client.marks) == (HqFault.BAD_ANSWER, "marks")
    assert fault(client.time) == (HqFault.BAD_ANSWER, "time")
    hq.signer, hq.terminal = right, "990100-01-04"
    hq.script.append(lambda _asked: hq.marks())
    assert fault(client.marks) == (HqFault.BAD_ANSWER, "marks")


def test_the_next_key_is_believed_by_its_roll_and_the_retired_one_no_more(
    hq: StubHq, connect: Opener
) -> None:
    """A counter that was away meets another key; it takes none but by a roll from the pinned one."""
    client, old, new = connect(), hq.signer, new_signer()
    roll = make_roll(1, old, new, NOW)
    for shown in ([], [make_roll(1, new_signer(), new, NOW)], [replace(roll, by_old=roll.by_new)]):
        hq.signer, hq.rolls = new, [each.as_json() for each in shown]
        assert fault(client.time) == (HqFault.BAD_ANSWER, "time")
    hq.rolls = [roll.as_json()]
    assert client.time().signer == new.public.id
    assert client.marks().marks.terminal == TERMINAL
    assert hq.asked[-1].headers["x-counter-key"] == old.public.id  # not adopted yet
    hq.signer = old
    kept = client.marks()  # headquarters still signs with the old one for who names it
    client.trust(KeyChain((old.public,)).extended(roll))
    assert fault(client.marks) == (HqFault.BAD_ANSWER, "marks")
    assert fault(client.time) == (HqFault.BAD_ANSWER, "time")
    assert client.kept_marks(kept.document, kept.signature) == kept.marks  # what it signed before stands
    hq.signer = new
    assert client.time().signer == new.public.id
    assert hq.asked[-1].headers["x-counter-key"] == new.public.id
    later = new_signer()
    hq.signer, hq.rolls = later, [roll.as_json(), make_roll(1, old, later, NOW).as_json()]
    assert fault(client.marks) == (HqFault.BAD_ANSWER, "marks")  # a fork from the old key


def test_an_old_time_cannot_be_played_back(hq: StubHq, connect: Opener) -> None:
    client = connect()
    client.time()
    recorded = hq.usual(hq.asked[-1])
    hq.script.append(lambda _asked: recorded)
    assert fault(client.time) == (HqFault.BAD_ANSWER, "time")


def test_errors_keep_their_code_and_plain_facts(hq: StubHq, connect: Opener) -> None:
    facts = {
        "seq": 7,
        "fault": "entry.gap",
        "ok": True,
        "none": None,
        "long": "x" * 300,
        "list": [1],
        "a b": 1,
        "retry": 1,
        "code": "x",
    }
    body = json.dumps({"code": "hq.refused", "facts": facts, "retry": False}).encode()
    hq.script.append(lambda _asked: (409, body))
    with pytest.raises(HqError) as caught:
        connect().marks()
    assert caught.value.code is HqFault.REFUSED
    assert caught.value.facts == {"seq": 7, "fault": "entry.gap", "ok": True, "none": None}
    assert not caught.value.retry
    hq.script.append(refuse("entry.form", 400, what="x"))
    with pytest.raises(HqError) as caught:
        connect().marks()
    assert (caught.value.code, caught.value.facts["fault"]) == (HqFault.REFUSED, "entry.form")


def test_a_broken_line_is_unreachable(hq: StubHq, connect: Opener) -> None:
    client = connect()
    client.marks()
    hq.script.append(drop)
    assert fault(client.marks)[0] == HqFault.UNREACHABLE
    client.marks()
    hq.cut()  # while it is idle
    time.sleep(0.05)
    client.marks()


def test_nobody_there_is_unreachable(connect: Opener) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"https://localhost:{free.getsockname()[1]}"
        assert fault(connect(url).marks)[0] == HqFault.UNREACHABLE


def test_an_answer_that_does_not_come_is_unreachable(hq: StubHq, connect: Opener) -> None:
    gone = threading.Event()

    def wait(_asked: Asked) -> Answer | None:
        gone.wait(10)
        return None

    hq.script.append(wait)
    try:
        client = connect(route=Route(connect=3, read=0.2, write=1))
        assert fault(client.marks)[0] == HqFault.UNREACHABLE
    finally:
        gone.set()


def test_through_a_proxy_the_same_partner_and_nothing_in_the_clear(
    hq: StubHq, folder: Path, connect: Opener
) -> None:
    """Host and port are all that it hears; TLS ends at headquarters, its dates are held; a cut ends it."""
    proxy = Proxy()
    try:
        client = connect(route=Route(proxy=proxy.url))
        client.marks()
        client.marks()
        assert [asked.certificate for asked in hq.asked] == [TERMINAL] * 2
        (head,) = proxy.asked
        assert head.startswith(b"CONNECT localhost:")
        assert b"x-counter" not in head.lower()
        stranger = tls.pinned_context(Authority().pem.encode())
        assert fault(connect(context=stranger, route=Route(proxy=proxy.url)).time) == (
            HqFault.TLS,
            "certificate",
        )
        late = SetClock(NOW + dt.timedelta(days=5000))
        assert fault(connect(clock=late, route=Route(proxy=proxy.url)).marks) == (HqFault.TLS, "dates")
        waiting, gone = threading.Event(), threading.Event()

        def wait(_asked: Asked) -> Answer | None:
            waiting.set()
            gone.wait(20)
            return None

        def cut() -> None:
            waiting.wait(10)
            client.cancel()

        hq.script.append(wait)
        cutter = threading.Thread(target=cut)
        cutter.start()
        assert fault(client.marks)[0] == HqFault.UNREACHABLE
        gone.set()
        cutter.join()
    finally:
        proxy.close()


@pytest.mark.parametrize(
    ("refusal", "code"),
    [(b"407 Proxy Authentication Required", HqFault.PROXY_ASKS), (b"403 Forbidden", HqFault.PROXY)],
)
def test_a_proxy_that_refuses_says_so(hq: StubHq, connect: Opener, refusal: bytes, code: HqFault) -> None:
    proxy = Proxy(refusal)
    assert fault(connect(route=Route(proxy=proxy.url)).marks) == (code, "refused")
    proxy.close()
    assert fault(connect(route=Route(proxy=proxy.url)).marks) == (HqFault.PROXY, "unreachable")
    assert hq.asked == []


@pytest.mark.parametrize("url", ["http://localhost:1", "https://", "ftp://x", "localhost", "https://[::1"])
def test_only_https_addresses_are_taken(url: str, folder: Path) -> None:
    with pytest.raises(HqError) as caught:
        HqLink(url, tls.client_context(folder, SUBKEY), lambda: NOW)
    assert caught.value.facts["what"] == "url"


def test_cut_while_waiting_for_an_answer(hq: StubHq, connect: Opener) -> None:
    waiting, gone = threading.Event(), threading.Event()

    def wait(_asked: Asked) -> Answer | None:
        waiting.set()
        gone.wait(20)
        return None

    hq.script.append(wait)
    client = connect()

    def cut() -> None:
        waiting.wait(10)
        client.cancel()

    cutter = threading.Thread(target=cut)
    cutter.start()
    try:
        assert fault(client.marks)[0] == HqFault.UNREACHABLE
        assert not gone.is_set()
        assert fault(client.marks) == (HqFault.UNREACHABLE, "stopped")
    finally:
        gone.set()
        cutter.join()


def test_cut_in_the_middle_of_a_handshake(connect: Opener) -> None:
    """A server that accepts and then says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = connect(
            f"https://localhost:{silent.getsockname()[1]}", route=Route(connect=30, read=30, write=30)
        )
        accepted: list[socket.socket] = []

        def accept_and_cut() -> None:
            accepted.append(silent.accept()[0])
            accepted[0].recv(1)  # the client's hello has begun
            client.cancel()

        cutter = threading.Thread(target=accept_and_cut)
        cutter.start()
        assert fault(client.marks)[0] == HqFault.UNREACHABLE
        cutter.join()
        accepted[0].close()


def test_the_clients_key_is_useless_without_the_vault(folder: Path) -> None:
    assert "ENCRYPTED PRIVATE KEY" in (folder / "tls" / "client.key").read_text()
    with pytest.raises(StoreError) as caught:
        tls.client_context(folder, new_data_key())
    assert caught.value.code is StoreFault.DAMAGED


def test_missing_and_broken_files_are_named(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(StoreError) as caught:
        tls.client_context(tmp_path, SUBKEY)
    assert caught.value.code is StoreFault.MISSING
    with pytest.raises(StoreError) as caught:
        tls.pinned_context(b"no certificate")
    assert caught.value.code is StoreFault.DAMAGED


def test_old_tls_is_refused(authority: Authority, signer: SoftwareSigner, connect: Opener) -> None:
    context = authority.server()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSVersion"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSVersion"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    old = StubHq(new_signer(), TERMINAL, signer.public, authority, context)
    try:
        assert fault(connect(old.url).time)[0] == HqFault.TLS
    finally:
        old.close()


def test_entries_travel_whole(hq: StubHq, connect: Opener) -> None:
    book = Book(terminal=TERMINAL).found().log_in()
    book.item(book.sender())
    told = connect().send(book.entries)
    assert hq.entries == book.entries
    assert told.marks.received == book.entries[-1].head
