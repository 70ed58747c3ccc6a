"""Links: URLs, real ptys and sockets, cancellation, exclusive use, what a lost device looks like."""

from __future__ import annotations

import os
import socket
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import ConfigError, ConfigFault, DeviceError, DeviceFault
from devices.link import Link, LinkAddress, make_link, open_link, parse_link


def soon(seconds: float = 10.0) -> float:
    """A deadline that no working test meets."""
    return time.monotonic() + seconds


class Far:
    """The far end of a link."""

    def __init__(self, url: str, send: Callable[[bytes], object], receive: Callable[[int], bytes]) -> None:
        self.url, self.send, self.receive = url, send, receive
        self.cut: Callable[[], None] = lambda: None


@pytest.fixture
def pty() -> Iterator[Far]:
    """A raw pty; ``cut`` closes the far side."""
    master, slave = os.openpty()
    tty.setraw(slave)
    ends = [master, slave]

    def cut() -> None:
        while ends:
            os.close(ends.pop())

    far = Far(
        f"serial://{os.ttyname(slave)}?baud=19200",
        lambda data: os.write(master, data),
        lambda size: os.read(master, size),
    )
    far.cut = cut
    yield far
    cut()


@pytest.fixture
def tcp() -> Iterator[Far]:
    """A listening socket that takes one client, in a thread because opening waits for it."""
    listener = socket.create_server(("127.0.0.1", 0))
    clients: list[socket.socket] = []

    def client() -> socket.socket:
        if not clients:
            listener.settimeout(10)
            clients.append(listener.accept()[0])
        return clients[0]

    def cut() -> None:
        client().close()

    far = Far(
        f"tcp://127.0.0.1:{listener.getsockname()[1]}",
        lambda data: client().sendall(data),
        lambda size: client().recv(size),
    )
    far.cut = cut
    yield far
    for sock in (*clients, listener):
        sock.close()


@pytest.fixture(params=["pty", "tcp"])
def far(request: pytest.FixtureRequest) -> Far:
    """Either."""
    found: Far = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def link(far: Far) -> Iterator[Link]:
    """Opened at this end."""
    opened = open_link(far.url)
    yield opened
    opened.close()


def fault(call: Callable[[], object]) -> DeviceError:
    """The error of a call."""
    with pytest.raises(DeviceError) as caught:
        call()
    return caught.value


# -- URLs -----------------------------------------------------------------------------------------


def test_urls() -> None:
    assert parse_link("serial:///dev/serial/by-id/usb-1?baud=9600") == LinkAddress(
        "serial", "/dev/serial/by-id/usb-1", {"baud": "9600"}
    )
    assert make_link("serial:///dev/ttyUSB0").baud == 115_200
    assert make_link("serial:///dev/ttyUSB0?baud=9600").baud == 9600
    assert make_link("tcp://192.168.1.50:9100").baud == 0
    assert make_link("tcp://[::1]:9100?baud=19200").baud == 19_200


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "scheme://"),
        ("/dev/ttyUSB0", "scheme://"),
        ("serial://", "scheme://"),
        ("serial:///dev/ttyS0?baud", "scheme://"),
        ("serial:///dev/ttyS0?baud=fast", "baud"),
        ("serial:///dev/ttyS0?baud=１９２００", "baud"),
        ("serial:///dev/ttyS0?baud=10", "baud"),
        ("serial:///dev/ttyS0?parity=even", "baud"),
        ("tcp://printer", "tcp://host:port"),
        ("tcp://:9100", "tcp://host:port"),
        ("tcp://printer:0", "tcp://host:port"),
        ("tcp://printer:65536", "tcp://host:port"),
        ("tcp://printer:port", "tcp://host:port"),
        ("usb://1234", "usb://VID:PID or usb://VID:PID/SERIAL"),
        ("pcsc://Virtual PCD 00 00", "serial://, tcp://, usb:// or file://"),
        ("gopher://x", "serial://, tcp://, usb:// or file://"),
    ],
)
def test_wrong_urls_say_what_would_be_right(url: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_link(url)
    assert caught.value.code is ConfigFault.WRONG_VALUE
    assert caught.value.facts["value"] == url
    assert said in str(caught.value.facts["expected"])


def test_a_print_queue_is_refused_by_name_and_no_page_is_written_into_a_file(tmp_path: Path) -> None:
    assert fault(lambda: make_link("spool://label")).code is DeviceFault.SPOOLED
    page, pipe = tmp_path / "page", tmp_path / "pipe"
    page.write_bytes(b"before")
    os.mkfifo(pipe)
    for path in (page, pipe, tmp_path):
        assert fault(make_link(f"file://{path}").open).code is DeviceFault.NO_DEVICE
    assert page.read_bytes() == b"before"
    assert fault(make_link(f"file://{tmp_path}/none").open).code is DeviceFault.GONE


def test_a_printer_s_port_by_its_path(pty: Far) -> None:
    link = open_link(pty.url.partition("?")[0].replace("serial://", "file://"))
    link.write(b"~!S", soon())
    assert pty.receive(16) == b"~!S"
    pty.send(b"\x00")
    assert link.read(16, soon()) == b"\x00"
    pty.cut()
    assert fault(lambda: link.read(16, soon())).code is DeviceFault.GONE
    link.close()


# -- bytes ----------------------------------------------------------------------------------------


def test_bytes_both_ways(far: Far, link: Link) -> None:
    every = bytes(range(256))
    link.write(every, soon())
    got = b""
    while len(got) < 256:
        got += far.receive(256)
    assert got == every
    far.send(every)
    got = b""
    while len(got) < 256:
        got += link.read(100, soon())
    assert got == every


def test_read_gives_what_is_there_and_nothing_at_the_deadline(far: Far, link: Link) -> None:
    assert link.read(100, time.monotonic() + 0.12) == b""
    assert link.read(100, time.monotonic() - 1) == b""
    far.send(b"abc")
    assert link.read(2, soon()) == b"ab"
    assert link.read(2, time.monotonic() - 1) == b"c"  # already here: a late reader still gets it


def test_flush_drops_what_arrived(far: Far, link: Link) -> None:
    far.send(b"stale" * 100)
    assert link.read(1, soon()) == b"s"
    dropped = 0
    while dropped < 499:  # the rest may still be on its way
        dropped += link.flush_input()
    far.send(b"new")
    assert link.read(1, soon()) == b"n"


def test_a_far_end_that_takes_nothing(far: Far, link: Link) -> None:
    error = fault(lambda: link.write(bytes(50_000_000), time.monotonic() + 0.4))
    assert error.code is DeviceFault.NO_ANSWER
    sent = error.facts["sent"]
    assert isinstance(sent, int)
    assert 0 < sent < 50_000_000


# -- lost devices ---------------------------------------------------------------------------------


def test_a_device_that_goes_is_gone(far: Far, link: Link) -> None:
    far.send(b"last words")
    assert link.read(4, soon()) == b"last"
    far.cut()
    error = fault(lambda: [link.read(100, soon()) for _ in range(3)])
    assert error.code is DeviceFault.GONE
    assert error.facts["link"] == far.url
    assert error.retry
    assert b"words".decode() not in str(error)


def test_a_device_that_goes_while_it_is_waited_for(far: Far, link: Link) -> None:
    far.send(b"x")
    link.read(1, soon())
    timer = threading.Timer(0.1, far.cut)
    timer.start()
    assert fault(lambda: link.read(100, soon())).code is DeviceFault.GONE
    timer.join()


def test_nobody_there(tmp_path: Path) -> None:
    error = fault(lambda: open_link(f"serial://{tmp_path}/ttyNONE"))
    assert (error.code, error.facts["reason"]) == (DeviceFault.GONE, "ENOENT")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = fault(lambda: open_link(f"tcp://127.0.0.1:{port}"))
    assert (error.code, error.facts["reason"]) == (DeviceFault.GONE, "ECONNREFUSED")
    (tmp_path / "file").write_text("no port")
    assert fault(lambda: open_link(f"serial://{tmp_path}/file")).code is DeviceFault.GONE
    assert fault(lambda: open_link("tcp://no-such-host.invalid:9100")).facts["reason"] == "host"


def test_a_serial_port_is_owned_by_one_program(pty: Far) -> None:
    first = open_link(pty.url)
    assert fault(lambda: open_link(pty.url)).code is DeviceFault.BUSY
    first.close()
    open_link(pty.url).close()


def test_a_closed_link_is_gone(link: Link) -> None:
    link.close()
    link.close()
    assert fault(lambda: link.read(1, soon())).code is DeviceFault.GONE
    assert fault(lambda: link.write(b"x", soon())).facts["sent"] == 0


# -- cancellation ---------------------------------------------------------------------------------


def cancelled_after(link: Link, wait: Callable[[], object]) -> float:
    """Seconds from cancel to the end of a wait."""
    begun: list[float] = []

    def cancel() -> None:
        begun.append(time.monotonic())
        link.cancel()

    timer = threading.Timer(0.15, cancel)
    timer.start()
    assert fault(wait).code is DeviceFault.CANCELLED
    timer.join()
    return time.monotonic() - begun[0]


def test_a_waiting_read_is_cancelled(link: Link, record_property: Callable[[str, object], None]) -> None:
    record_property("cancel_s", cancelled_after(link, lambda: link.read(1, soon(60))))
    assert fault(lambda: link.read(1, soon())).code is DeviceFault.CANCELLED  # and stays so
    assert fault(lambda: link.write(b"x", soon())).code is DeviceFault.CANCELLED


def test_a_stuck_write_is_cancelled(
    far: Far, link: Link, record_property: Callable[[str, object], None]
) -> None:
    record_property("cancel_s", cancelled_after(link, lambda: link.write(bytes(50_000_000), soon(60))))


def test_a_cancelled_link_does_not_open(far: Far) -> None:
    link = make_link(far.url)
    link.cancel()
    assert fault(link.open).code is DeviceFault.CANCELLED
    link.close()
