"""The simulated reader answers the published requests with the published replies, at the wire's pace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from devices.simulators.cards import build_record, load_people
from devices.simulators.port import PtyPort
from devices.simulators.reader import ReaderSimulator
from tests.devices.vectors import vector

PEOPLE = load_people()


class Wire:
    """pyserial on one side, the simulator on the other; no driver of ours between."""

    def __init__(self, reader: ReaderSimulator, port: serial.Serial) -> None:
        self.reader, self._port = reader, port

    def ask(self, request: bytes) -> bytes:
        """One request, one reply, taken by its own length."""
        self._port.write(request)
        head = self._port.read(7)
        return head + self._port.read(int.from_bytes(head[5:7], "big"))

    def set_rate(self, baud: int) -> None:
        """Our side's rate; a little later, as the vendor's description asks (5 ms at least)."""
        time.sleep(0.05)
        self._port.baudrate = baud


@pytest.fixture(params=[115_200])
def wire(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wire]:
    """A reader at a rate."""
    reader = ReaderSimulator(PtyPort(tmp_path / "reader", request.param))
    reader.start()
    with serial.Serial(str(tmp_path / "reader"), request.param, timeout=10) as port:
        yield Wire(reader, port)
    reader.stop()


def test_without_a_card(wire: Wire) -> None:
    assert wire.ask(vector("req_sam_status")) == vector("rsp_status_ok")
    assert wire.ask(vector("req_sam_id")) == vector("rsp_sam_id_ok")
    assert wire.ask(vector("req_find")) == vector("rsp_find_none")
    assert wire.ask(vector("req_select")) == vector("rsp_select_failed")
    assert wire.ask(vector("req_read_base")) == vector("rsp_read_failed_with_apdu_sw")
    assert wire.ask(vector("req_reset_sam")) == vector("rsp_status_ok")


def test_with_a_card(wire: Wire) -> None:
    wire.reader.place(PEOPLE["证件样本"])
    assert wire.ask(vector("req_read_base")) == vector("rsp_read_failed_with_apdu_sw")  # not selected
    assert wire.ask(vector("req_find")) == vector("rsp_find_ok")
    assert wire.ask(vector("req_select")) == vector("rsp_select_ok")
    assert wire.ask(vector("req_read_base")) == build_record(PEOPLE["证件样本"])
    assert wire.ask(vector("req_read_append")) == vector("rsp_no_item_91")
    assert wire.ask(vector("req_read_card_no")) == vector("rsp_card_no_28")
    assert wire.ask(vector("req_find")) == vector("rsp_find_none")  # quirk 1
    wire.reader.quirks.found_again = True
    assert wire.ask(vector("req_find")) == vector("rsp_find_ok")
    wire.reader.lift()
    assert wire.ask(vector("req_read_append")) == vector("rsp_read_failed_with_apdu_sw")


def test_what_it_does_not_know(wire: Wire) -> None:
    unknown = vector("rsp_cmd_error_21")
    assert wire.ask(vector("req_read_base_fp")) == unknown  # fingerprints are never read here
    assert wire.ask(bytes.fromhex("AAAAAA96690003 11FE EC")) == unknown
    assert wire.ask(bytes.fromhex("AAAAAA96690003 12FF FE")) == vector("rsp_sam_got_bad_checksum_10")
    assert wire.ask(bytes.fromhex("AAAAAA96690001 01")) == vector("rsp_sam_got_bad_length_11")
    assert wire.ask(bytes.fromhex("AAAAAA9669FFFF 11FF ED")) == vector("rsp_sam_got_bad_length_11")
    assert wire.ask(vector("req_max_bytes_0x50")) == vector("rsp_status_ok")
    assert wire.ask(vector("req_sam_status")) == vector("rsp_status_ok")


def test_the_rate_changes_after_its_answer(wire: Wire) -> None:
    """The answer still comes at the old rate; from then on both sides speak the new one."""
    assert wire.ask(vector("req_baud_19200")) == vector("rsp_status_ok")
    wire.set_rate(19_200)
    assert wire.ask(vector("req_sam_status")) == vector("rsp_status_ok")
    assert wire.reader.port.baud == 19_200


@pytest.mark.parametrize("wire", [9_600, 19_200], indirect=True)
def test_bytes_are_never_faster_than_the_wire(wire: Wire) -> None:
    """Request and answer take their 10 bits a byte; slower a busy machine may be."""
    wire.reader.place(PEOPLE["证件样本"])
    wire.ask(vector("req_find"))
    wire.ask(vector("req_select"))
    began = time.perf_counter()
    reply = wire.ask(vector("req_read_base"))
    took = time.perf_counter() - began
    assert took >= (10 + len(reply)) * 10 / wire.reader.port.baud
