"""The label printer's lane against a simulated printer on real links: T26 and what is around it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.devices import DeviceState, PrintOutcome, Slot
from core.errors import ConfigError, ConfigFault, DeviceFault
from devices.printer.label import render_label
from devices.printer.lane import LabelPrinterLane
from devices.rack import LaneReport
from tests.devices.printer.stand import QUICK, Ended, Stand, Started, label_of, port_of, stand
from tests.devices.rig import Config
from tests.peers.barcodes import read_with_zbar, read_with_zxing

pytestmark = pytest.mark.requirement("T26")

PRINTED, NOT_PRINTED, UNKNOWN = PrintOutcome.PRINTED, PrintOutcome.NOT_PRINTED, PrintOutcome.UNKNOWN
READY, BUSY, ATTENTION, GONE = (
    DeviceState.READY,
    DeviceState.BUSY,
    DeviceState.ATTENTION,
    DeviceState.GONE,
)


@pytest.fixture(params=["tcp", "pty"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def here(kind: str, tmp_path: Path) -> Iterator[Stand]:
    with stand(port_of(kind, tmp_path), tmp_path) as placed:
        yield placed


def done(name: str) -> list[Started | Ended]:
    return [Started(name), Ended(name, PRINTED, "", 0)]


def waybills(placed: Stand) -> list[str]:
    """Of the pages in their order, as a scanner reads them."""
    return [read_with_zxing(Image.open(page))["code128"][0] for page in placed.simulator.pages()]


def named(*names: str) -> list[str]:
    return [label_of(name).waybill for name in names]


# -- printing -------------------------------------------------------------------------------------------


def test_a_label_is_printed_dot_for_dot(here: Stand) -> None:
    here.submit("1")
    (end,) = here.wait_ended(1)
    assert here.log.told == done("1")
    assert end.pages == 1  # said only when the paper is out
    page = Image.open(here.simulator.pages()[0])
    bitmap = render_label(label_of("1"), 76, 130, 203).bitmap
    assert page.size == (608, 1040)
    assert bytes(255 - byte for byte in page.tobytes()) == bitmap.data
    assert read_with_zbar(page) == {"code128": named("1"), "qr": [label_of("1").token]}
    here.wait_truth(READY)
    assert [truth.state for truth in here.truths] == [DeviceState.CONNECTING, READY, BUSY, READY]


def test_started_is_durable_before_the_first_byte(here: Stand) -> None:
    seen: list[bool] = []
    here.log.on_starting = lambda _job: seen.append(here.questions_only() and not here.first_bytes)
    here.submit("1", "2")
    here.wait_ended(1)
    assert seen[0]
    here.wait_ended(2)
    assert [name for name, _ in here.first_bytes] == ["1", "2"]
    assert here.log.told == done("1") + done("2")


def test_what_may_not_start_is_not_sent(here: Stand) -> None:
    here.log.refused.add("1")
    here.submit("1")
    here.wait(lambda: not here.lane.waiting(), "the drop")
    here.wait_truth(READY)
    assert here.questions_only()
    here.submit("2")
    here.wait_ended(1)
    assert here.log.told == done("2")
    assert waybills(here) == named("2")


def test_the_same_job_twice_is_one_page(here: Stand) -> None:
    here.simulator.set_condition("paper_out", True)
    here.submit("1", "1", "2", "1")
    here.simulator.set_condition("paper_out", False)
    here.wait_ended(2)
    assert here.log.told == done("1") + done("2")
    assert waybills(here) == named("1", "2")


def test_a_copy_is_marked(here: Stand) -> None:
    here.submit("1")
    here.submit("2", copy=3)
    here.wait_ended(2)
    original, copy = (Image.open(page).convert("L") for page in here.simulator.pages())
    mark = (61 * 8, 3 * 8, 73 * 8, int(12.5 * 8))
    assert original.crop(mark).getextrema() == (255, 255)
    expected = render_label(label_of("2", copy=3), 76, 130, 203).bitmap.data
    assert bytes(255 - byte for byte in Image.open(here.simulator.pages()[1]).tobytes()) == expected
    assert copy.crop(mark).getextrema() == (0, 255)


def test_a_slow_line_prints_too(tmp_path: Path) -> None:
    with stand(port_of("pty", tmp_path, 115_200), tmp_path) as here:
        here.submit("1")
        here.wait_ended(1)
        assert here.log.told == done("1")
        assert waybills(here) == named("1")


@pytest.mark.parametrize(("print_s", "lag_s"), [(0.0, 0.0), (0.0, 0.2), (0.3, 0.2)])
def test_printed_is_not_said_before_the_page_is_out(
    kind: str, tmp_path: Path, print_s: float, lag_s: float
) -> None:
    # "Ready" right after the last byte may mean "not begun": it counts only after printing was seen, or
    # when it lasts.
    with stand(port_of(kind, tmp_path), tmp_path, print_s=print_s, lag_s=lag_s) as here:
        here.submit("1", "2")
        ends = here.wait_ended(2)
        assert here.log.told == done("1") + done("2")
        assert [end.pages for end in ends] == [1, 2]


# -- before the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "condition", "fault"),
    [
        ("tcp", "paper_out", DeviceFault.PAPER_OUT),
        ("pty", "paper_out", DeviceFault.PAPER_OUT),
        ("pty", "head_open", DeviceFault.HEAD_OPEN),
        ("tcp", "ribbon_out", DeviceFault.RIBBON_OUT),
        ("tcp", "paper_jam", DeviceFault.PAPER_JAM),
        ("tcp", "paused", DeviceFault.PAUSED),
        ("tcp", "hot", DeviceFault.HOT),
        ("tcp", "other_fault", DeviceFault.PRINTER_OTHER),
    ],
)
def test_jobs_wait_for_a_person_and_print_in_order_once(
    tmp_path: Path, link: str, condition: str, fault: DeviceFault
) -> None:
    with stand(port_of(link, tmp_path), tmp_path, print_s=0.1) as here:
        here.simulator.set_condition(condition, True)
        here.submit("1", "2", "3")
        here.wait_truth(ATTENTION, str(fault))
        asked = here.simulator.asked
        here.wait(lambda: here.simulator.asked > asked + 3, "more questions")
        assert here.questions_only()
        assert (here.log.told, here.lane.waiting()) == ([], ("1", "2", "3"))
        here.simulator.set_condition(condition, False)
        here.wait_ended(3)
        assert here.log.told == done("1") + done("2") + done("3")
        assert waybills(here) == named("1", "2", "3")
        here.wait_truth(READY)


def test_a_busy_printer_is_waited_for(here: Stand) -> None:
    here.simulator.set_condition("stuck", True)
    here.submit("1")
    here.wait_truth(BUSY)
    assert here.questions_only()
    here.simulator.set_condition("stuck", False)
    here.wait_ended(1)
    assert here.log.told == done("1")


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ("silent", DeviceFault.NO_ANSWER),
        ("garbage", DeviceFault.BAD_FRAME),
        ("noise", DeviceFault.BAD_FRAME),
    ],
)
def test_a_printer_that_makes_no_sense_gets_no_page(here: Stand, condition: str, fault: DeviceFault) -> None:
    here.wait_truth(READY)
    here.simulator.set_condition(condition, True)
    here.submit("1")
    here.wait_truth(ATTENTION, str(fault))
    assert here.questions_only()
    here.simulator.set_condition(condition, False)
    here.wait_ended(1)
    assert here.log.told == done("1")
    assert waybills(here) == named("1")


def test_a_printer_that_stays_silent_is_opened_anew(tmp_path: Path) -> None:
    with stand(port_of("tcp", tmp_path), tmp_path) as here:
        here.wait_truth(READY)
        here.simulator.set_condition("silent", True)
        here.wait_truth(ATTENTION, str(DeviceFault.NO_ANSWER))
        asked = here.simulator.asked
        here.wait(lambda: here.simulator.asked >= asked + 6, "questions after the link was opened anew")
        # A stranger on this cable gets nothing but the question.
        assert here.questions_only()
        here.simulator.set_condition("silent", False)
        here.wait_truth(READY)


def test_what_cannot_be_drawn_is_said_before_printing(here: Stand) -> None:
    here.wait_truth(READY)
    here.submit("1", recipient_name="示\ue000例")
    truth = here.wait_truth(ATTENTION, str(DeviceFault.GLYPH_MISSING))
    assert truth.facts == {"character": "U+E000"}
    assert here.log.told == [Ended("1", NOT_PRINTED, str(DeviceFault.GLYPH_MISSING), 0)]
    here.submit("2", recipient_address="示" * 200)
    here.wait_ended(2)
    assert here.log.ends()[1] == Ended("2", NOT_PRINTED, str(DeviceFault.LABEL_LAYOUT), 0)
    assert here.questions_only()
    here.submit("3")
    here.wait_ended(3)
    assert waybills(here) == named("3")


def test_jobs_wait_for_a_printer_that_is_not_there(kind: str, tmp_path: Path) -> None:
    with stand(port_of(kind, tmp_path), tmp_path, plugged=False) as here:
        here.submit("1", "2")
        here.wait_truth(GONE, str(DeviceFault.GONE))
        assert here.lane.waiting() == ("1", "2")
        here.simulator.set_condition("unplugged", False)
        here.wait_ended(2)
        assert here.log.told == done("1") + done("2")


def test_unplugged_while_waiting_for_paper(here: Stand) -> None:
    here.simulator.set_condition("paper_out", True)
    here.submit("1", "2")
    here.wait_truth(ATTENTION, str(DeviceFault.PAPER_OUT))
    here.simulator.set_condition("unplugged", True)
    here.wait_truth(GONE, str(DeviceFault.GONE))
    here.simulator.set_condition("paper_out", False)
    here.simulator.set_condition("unplugged", False)
    here.wait_ended(2)
    assert here.log.told == done("1") + done("2")
    assert waybills(here) == named("1", "2")


# -- within the page ------------------------------------------------------------------------------------


def when_printing(here: Stand, condition: str) -> None:
    here.wait_truth(BUSY)
    here.simulator.set_condition(condition, True)


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ("head_open", DeviceFault.HEAD_OPEN),
        ("paper_out", DeviceFault.PAPER_OUT),
        ("paper_jam", DeviceFault.PAPER_JAM),
    ],
)
def test_a_fault_in_the_middle_leaves_it_unknown(
    kind: str, tmp_path: Path, condition: str, fault: DeviceFault
) -> None:
    with stand(port_of(kind, tmp_path), tmp_path, print_s=0.6) as here:
        here.submit("1", "2")
        when_printing(here, condition)
        here.wait_ended(1)
        here.wait_truth(ATTENTION, str(fault))
        assert here.log.told == [Started("1"), Ended("1", UNKNOWN, str(fault), 0)]
        assert (here.simulator.torn, here.simulator.pages()) == (1, [])
        here.simulator.set_condition(condition, False)
        here.wait_ended(2)
        assert waybills(here) == named("2")  # the torn one does not come again by itself
        assert here.log.told[2:] == done("2")


@pytest.mark.parametrize("after", [0, 1, 700, 2200, 9000, 25_000])
def test_the_cable_is_pulled_in_the_middle(kind: str, tmp_path: Path, after: int) -> None:
    with stand(port_of(kind, tmp_path), tmp_path) as here:
        # Counted from the first byte of the page: no question is under way while the log is told.
        here.log.on_starting = lambda job: here.simulator.cut_after(after) if job.job == "1" else None
        here.submit("1", "2")
        (end, *_) = here.wait_ended(1)
        here.wait_truth(GONE, str(DeviceFault.GONE))
        assert here.simulator.pages() == []
        # Cut before the first byte arrived: what the operating system took is what counts.
        assert end.outcome is UNKNOWN or (after == 0 and end.outcome is NOT_PRINTED)
        assert end.fault == str(DeviceFault.GONE)
        here.simulator.set_condition("unplugged", False)
        here.wait_ended(2)
        # The printer still waited for the rest of a block; the next page is whole all the same.
        assert waybills(here) == named("2")
        expected = render_label(label_of("2"), 76, 130, 203).bitmap.data
        assert bytes(255 - byte for byte in Image.open(here.simulator.pages()[0]).tobytes()) == expected
        assert here.log.told[2:] == done("2")


def test_pulled_before_the_first_byte_is_certain(here: Stand) -> None:
    here.log.on_starting = lambda _job: here.simulator.set_condition("unplugged", True)
    here.submit("1")
    here.wait_ended(1)
    assert here.log.told == [Started("1"), Ended("1", NOT_PRINTED, str(DeviceFault.GONE), 0)]
    assert here.questions_only()


def test_printing_that_never_ends_is_not_waited_for_without_limit(here: Stand) -> None:
    here.on_first = lambda: here.simulator.set_condition("stuck", True)
    here.submit("1", "2")
    (end, *_) = here.wait_ended(1)
    assert (end.outcome, end.fault) == (UNKNOWN, str(DeviceFault.PRINTER_OTHER))
    here.wait_truth(BUSY)
    assert here.lane.waiting() == ("2",)
    here.on_first = lambda: None
    here.simulator.set_condition("stuck", False)
    here.wait_ended(2)
    assert waybills(here) == named("1", "2")


def test_silence_after_the_page_leaves_it_unknown(here: Stand) -> None:
    here.on_first = lambda: here.simulator.set_condition("silent", True)
    here.submit("1")
    (end,) = here.wait_ended(1)
    assert (end.outcome, end.fault) == (UNKNOWN, str(DeviceFault.NO_ANSWER))
    here.wait_truth(ATTENTION, str(DeviceFault.NO_ANSWER))
    assert waybills(here) == named("1")  # it did come out: that is why nobody may guess


def test_a_short_silence_while_printing_is_borne(kind: str, tmp_path: Path) -> None:
    with stand(port_of(kind, tmp_path), tmp_path, print_s=0.1) as here:
        here.on_first = lambda: here.simulator.set_condition("silent", True)
        here.submit("1")
        here.wait(lambda: len(here.simulator.pages()) == 1, "the page")
        here.simulator.set_condition("silent", False)
        here.wait_ended(1)
        assert here.log.told == done("1")


# -- the end --------------------------------------------------------------------------------------------


def test_stop_while_a_page_is_written(tmp_path: Path) -> None:
    with stand(port_of("pty", tmp_path, 9600), tmp_path) as here:
        here.submit("1", "2")
        here.wait(lambda: bool(here.first_bytes), "the first byte")
        assert here.rack.stop() == ()
        assert here.log.told == [Started("1"), Ended("1", UNKNOWN, str(DeviceFault.CANCELLED), 0)]
        assert here.lane.waiting() == ("2",)


def test_stop_while_a_page_is_printed(kind: str, tmp_path: Path) -> None:
    with stand(port_of(kind, tmp_path), tmp_path, print_s=5.0) as here:
        here.submit("1")
        here.wait_truth(BUSY)
        assert here.rack.stop() == ()
        assert here.log.told == [Started("1"), Ended("1", UNKNOWN, str(DeviceFault.CANCELLED), 0)]


def test_stop_while_the_printer_is_silent(here: Stand) -> None:
    here.simulator.set_condition("silent", True)
    here.submit("1")
    asked = here.simulator.asked
    here.wait(lambda: here.simulator.asked > asked, "a question")
    assert here.rack.stop() == ()
    assert (here.log.told, here.lane.waiting()) == ([], ("1",))


def test_stop_before_anything(kind: str, tmp_path: Path) -> None:
    with stand(port_of(kind, tmp_path), tmp_path) as here:
        assert here.rack.stop() == ()


# -- configuration --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options", [{"width_mm": 500}, {"height_mm": "130"}, {"dpi": 0}, {"gap_mm": -1}, {"width_mm": 100}]
)
def test_wrong_options_are_named(options: dict[str, int | str]) -> None:
    config = Config(Slot.LABEL_PRINTER, "tspl", "tcp://127.0.0.1:1", options)
    report = LaneReport(Slot.LABEL_PRINTER, lambda _event: None)
    with pytest.raises(ConfigError) as caught:
        LabelPrinterLane(config, report, _NoLog(), timing=QUICK)
    assert caught.value.code is ConfigFault.WRONG_VALUE
    assert "width_mm" in str(caught.value) or next(iter(options)) in str(caught.value)


class _NoLog:
    """Never asked: the lane is not built."""

    def starting(self, _job: object) -> bool:
        raise AssertionError

    def ended(self, _job: object, _outcome: PrintOutcome, _fault: str = "") -> None:
        raise AssertionError


def test_other_threads_may_submit_at_once(here: Stand) -> None:
    names = [str(number) for number in range(1, 5)]
    threads = [threading.Thread(target=here.submit, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    here.wait_ended(4)
    assert sorted(waybills(here)) == named(*names)
    assert {end.outcome for end in here.log.ends()} == {PRINTED}
