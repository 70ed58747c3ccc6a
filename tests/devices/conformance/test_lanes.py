"""Every driver on a pty and on TCP: slow, split, doubled, noise, silence, unplugged, the wrong device …"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.devices import CodeScanned, DeviceState
from devices.conformance import CheckName, check_device
from devices.rack import Rack
from devices.simulators.port import Device, Port, PtyPort, TcpPort
from devices.simulators.printer import PrinterSimulator
from tests.devices.conformance.cases import CASES, Case, Desk
from tests.devices.rig import Config, Told
from tests.devices.scripted import Late, Pair, ScriptedLink

pytestmark = pytest.mark.requirement("R111")

ASKING = [case for case in CASES if case.asks]
NOISE = b"\x00\xff\xfe#$GPGGA,1*2"
BOTH = ("pty", "tcp")


def on_links(cases: Iterable[Case]) -> pytest.MarkDecorator:
    """Each case on both links, a relative of another on its own alone."""
    found = [(case, kind) for case in cases for kind in BOTH if case.link in ("", kind)]
    ids = [f"{case.name}-{kind}" for case, kind in found]
    return pytest.mark.parametrize(("case", "kind"), found, ids=ids)


each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_case = on_links(CASES)
asking_case = on_links(ASKING)
printing_case = on_links(c for c in CASES if c.faults)
# Every driver on every other device, on the two links in turn; a relative beside those of its slot.
WRONG = [
    (case, other, case.link or other.link or BOTH[number % 2])
    for number, (case, other) in enumerate(itertools.permutations(CASES, 2))
    if not (case.link or other.link) or case.slot is other.slot
]
talking_case = pytest.mark.parametrize("case", [c for c in CASES if c.talk], ids=lambda case: case.name)


def port_of(kind: str, case: Case, folder: Path, number: int = 0) -> Port:
    """A port at the driver's usual rate; the same one again for another device (``number`` of TCP)."""
    return PtyPort(folder / case.name, case.baud) if kind == "pty" else TcpPort(case.baud, port=number)


def config_of(case: Case, link: str) -> Config:
    """As the configuration gives it."""
    return Config(case.slot, case.name, link, case.options)


@contextmanager
def at_work(case: Case, device: Device) -> Iterator[Desk]:
    """Device and lane at work; both end, whatever happened."""
    device.start()
    told = Told()
    desk = Desk(device, Rack([], {}, told), told)
    drivers = {(case.slot, case.name): case.lane(desk)}
    desk.rack = Rack([config_of(case, device.url)], drivers, told)
    try:
        desk.rack.start()
        yield desk
    finally:
        late = desk.rack.stop()
        desk.device.stop()
        assert late == (), "the lane did not end in time"


@pytest.fixture
def desk(case: Case, kind: str, tmp_path: Path) -> Iterator[Desk]:
    """Ready."""
    with at_work(case, case.device(port_of(kind, case, tmp_path), tmp_path)) as desk:
        desk.told.truth(DeviceState.READY)
        yield desk


def spoil(device: Device, change: Callable[[bytes], Iterator[bytes]]) -> Callable[[], None]:
    """From now on everything the device says goes through ``change``; the way back."""
    send = device.port.send

    def spoiled(data: bytes) -> int:
        for piece in change(data):
            send(piece)
        return len(data)

    device.port.send = spoiled  # type: ignore[method-assign]

    def restore() -> None:
        device.port.send = send  # type: ignore[method-assign]

    return restore


def slowly(data: bytes) -> Iterator[bytes]:
    """Byte by byte."""
    for value in data:
        time.sleep(0.0003)
        yield bytes((value,))


def in_pieces(data: bytes) -> Iterator[bytes]:
    """Pieces of odd sizes with pauses between."""
    start, size = 0, 1
    while start < len(data):
        time.sleep(0.004)
        yield data[start : start + size]
        start, size = start + size, size * 2 + 1


def twice(data: bytes) -> Iterator[bytes]:
    """Every answer doubled."""
    yield data + data


def after_noise(data: bytes) -> Iterator[bytes]:
    """Every answer behind bytes that belong to nothing; a line of noise ends like any line."""
    yield NOISE + b"\r\n" + data


def never(_data: bytes) -> Iterator[bytes]:
    """Silence."""
    yield from ()


@every_case
def test_it_works_and_works_again(case: Case, desk: Desk) -> None:
    case.work(desk)
    case.work(desk)


@every_case
@pytest.mark.parametrize("how", [slowly, in_pieces])
def test_slow_and_split_answers_change_nothing(
    case: Case, desk: Desk, how: Callable[[bytes], Iterator[bytes]]
) -> None:
    spoil(desk.device, how)
    case.work(desk)


@every_case
@pytest.mark.parametrize("what", ["doubled", "noisy"])
def test_what_is_too_much_is_dropped_or_said(case: Case, desk: Desk, what: str) -> None:
    restore = spoil(desk.device, twice if what == "doubled" else after_noise)
    expected = case.doubled if what == "doubled" else case.noisy
    if expected == "works":
        case.work(desk)
        restore()
    else:
        desk.told.truth(DeviceState.ATTENTION, expected)
        restore()
        desk.told.truth(DeviceState.READY)
    case.work(desk)


@asking_case
def test_silence_is_said_and_ends_by_itself(case: Case, desk: Desk) -> None:
    restore = spoil(desk.device, never)
    desk.told.truth(DeviceState.ATTENTION, "device.no_answer")
    restore()
    desk.told.truth(DeviceState.READY)
    case.work(desk)


@asking_case
def test_noise_alone_is_no_device(case: Case, desk: Desk) -> None:
    restore = spoil(desk.device, lambda _data: iter((NOISE,)))
    truth = desk.told.truth(DeviceState.ATTENTION)
    assert truth.fault in ("device.bad_frame", "device.wrong_device")
    restore()
    desk.told.truth(DeviceState.READY)
    case.work(desk)


@printing_case
def test_every_state_of_a_printer_is_said_and_ends_by_itself(case: Case, desk: Desk) -> None:
    """As far as its language tells it apart; what is printed meanwhile waits."""
    assert isinstance(desk.device, PrinterSimulator)
    for condition, fault in case.faults.items():
        desk.device.set_condition(condition, True)
        desk.told.truth(DeviceState.ATTENTION, fault)
        desk.device.set_condition(condition, False)
        desk.told.truth(DeviceState.READY)
    case.work(desk)


@every_case
def test_unplugged_and_plugged_in_again(case: Case, desk: Desk) -> None:
    for _ in range(2):
        desk.device.port.unplug()
        desk.told.truth(DeviceState.GONE, "device.gone")
        desk.device.port.replug()
        desk.told.truth(DeviceState.READY)
        case.work(desk)


@every_case
def test_a_power_cycle(case: Case, kind: str, tmp_path: Path) -> None:
    """Another device of the same kind at the same place, which knows nothing of before."""
    port = port_of(kind, case, tmp_path)
    with at_work(case, case.device(port, tmp_path)) as desk:
        desk.told.truth(DeviceState.READY)
        case.work(desk)
        number = int(port.url.rpartition(":")[2].partition("?")[0]) if kind == "tcp" else 0
        desk.device.stop()
        desk.told.truth(DeviceState.GONE, "device.gone")
        desk.device = case.device(port_of(kind, case, tmp_path, number), tmp_path)
        desk.device.start()
        desk.told.truth(DeviceState.READY)
        case.work(desk)


@pytest.mark.parametrize(
    ("case", "other", "kind"),
    WRONG,
    ids=[f"{case.name}-on-{other.name}-{kind}" for case, other, kind in WRONG],
)
def test_the_wrong_device_on_the_port(case: Case, other: Case, kind: str, tmp_path: Path) -> None:
    """Never taken for the right one; and when that comes, all is well by itself."""
    port = port_of(kind, case, tmp_path)
    with at_work(case, other.device(port, tmp_path)) as desk:
        if case.asks:
            truth = desk.told.truth(DeviceState.ATTENTION)
            assert truth.fault in ("device.no_answer", "device.bad_frame", "device.wrong_device")
        else:
            desk.told.truth(DeviceState.READY)  # nobody can ask it
        if not other.speaks or case.asks:
            assert desk.told.nothing_more(0.3) == []
        [truth] = desk.rack.truths()
        assert (truth.state is DeviceState.READY) != case.asks
        number = int(port.url.rpartition(":")[2].partition("?")[0]) if kind == "tcp" else 0
        desk.device.stop()
        # A scanner that nobody can ask takes what another device says for codes until its port goes.
        desk.told.truth(DeviceState.GONE, besides=(CodeScanned,) if other.speaks and not case.asks else ())
        desk.device = case.device(port_of(kind, case, tmp_path, number), tmp_path)
        desk.device.start()
        desk.told.truth(DeviceState.READY)
        case.work(desk)


@every_case
@pytest.mark.parametrize("when", ["idle", "silent", "babbling", "gone", "working"])
def test_it_ends_when_it_is_told_to(case: Case, desk: Desk, when: str) -> None:
    """``rack.stop`` (at the end of ``desk``) names every lane that did not end in its two seconds."""
    if when == "silent":
        spoil(desk.device, never)
    elif when == "babbling":
        spoil(desk.device, lambda data: iter((NOISE * 40, data)))
    elif when == "gone":
        desk.device.port.unplug()
        desk.told.truth(DeviceState.GONE)
    elif when == "working":
        spoil(desk.device, slowly)
    assert desk.rack.stop() == ()
    assert desk.rack.stop() == ()
    assert desk.told.nothing_more(0.2) == []


@each_case
def test_it_never_waits_for_a_link_that_is_not_there(case: Case, tmp_path: Path) -> None:
    for link in (f"serial://{tmp_path}/none", "tcp://127.0.0.1:1"):
        told = Told()
        rack = Rack([config_of(case, link)], {(case.slot, case.name): case.lane(None)}, told)
        rack.start()
        assert told.truth(DeviceState.GONE).fault == "device.gone"
        assert rack.stop() == ()


# -- byte pairs ------------------------------------------------------------------------------------


def _held(case: Case, link: ScriptedLink) -> None:
    assert case.talk is not None
    case.talk(link)
    link.done()


@talking_case
def test_the_conversation_byte_by_byte(case: Case) -> None:
    _held(case, ScriptedLink(case.pairs))


@talking_case
def test_wrong_unread_and_left_over_bytes_fail(case: Case) -> None:
    """That the byte pairs would notice: another request, bytes nobody read, a question never asked."""
    assert case.talk is not None
    first, *rest = case.pairs
    with pytest.raises(AssertionError, match="wrong: "):
        case.talk(ScriptedLink([Pair(first.request + b"\0", first.reply), *rest]))
    over = ScriptedLink([*case.pairs, Pair(b"?", (b"!",))])
    case.talk(over)
    with pytest.raises(AssertionError, match="left over"):
        over.done()
    unread = ScriptedLink([*case.pairs[:-1], Pair(case.pairs[-1].request, (*case.pairs[-1].reply, b"more"))])
    with pytest.raises(AssertionError, match=r"left over|unread|not in the script"):
        _held(case, unread)


@talking_case
def test_late_bytes_are_flushed_before_the_question(case: Case) -> None:
    assert case.talk is not None
    _held(case, ScriptedLink([Late(case.pairs[0].reply[0]), *case.pairs]))


# -- the same at a real device ---------------------------------------------------------------------

GOOD = [CheckName.OPENS, CheckName.READY, CheckName.STEADY, CheckName.ENDS, CheckName.AGAIN]


def checks(case: Case, link: str) -> list[tuple[CheckName, bool, str]]:
    """What ``device test`` finds, without its patience."""
    drivers = {(case.slot, case.name): case.lane(None)}
    found = check_device(config_of(case, link), drivers, ready_limit_s=6.0, steady_s=0.3)
    return [(check.name, check.ok, check.fault) for check in found]


@every_case
def test_a_sound_device_passes_every_check(case: Case, kind: str, tmp_path: Path) -> None:
    device = case.device(port_of(kind, case, tmp_path), tmp_path)
    device.start()
    try:
        assert checks(case, device.url) == [(name, True, "") for name in GOOD]
    finally:
        device.stop()


@asking_case
def test_a_mute_device_fails_where_it_should(case: Case, kind: str, tmp_path: Path) -> None:
    device = case.device(port_of(kind, case, tmp_path), tmp_path)
    spoil(device, never)
    device.start()
    try:
        assert checks(case, device.url) == [(GOOD[0], True, ""), (GOOD[1], False, "device.no_answer")]
    finally:
        device.stop()


@each_case
def test_a_link_that_is_not_there_fails_at_once(case: Case, tmp_path: Path) -> None:
    assert checks(case, f"serial://{tmp_path}/none") == [(GOOD[0], False, "device.gone")]


@asking_case
def test_a_device_that_goes_while_it_is_watched(case: Case, kind: str, tmp_path: Path) -> None:
    device = case.device(port_of(kind, case, tmp_path), tmp_path)
    device.start()
    drivers = {(case.slot, case.name): case.lane(None)}
    try:
        found = []
        for check in check_device(config_of(case, device.url), drivers, ready_limit_s=6.0, steady_s=10.0):
            found.append((check.name, check.ok, check.state))
            if check.name is CheckName.READY:
                device.port.unplug()
        assert found[-1] == (CheckName.STEADY, False, DeviceState.GONE)
    finally:
        device.stop()
