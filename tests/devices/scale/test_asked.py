"""Scales that are asked: answers as their manuals write them, and two lanes on real ptys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.devices import DeviceState, Slot, Weighed
from core.errors import DeviceError
from devices.rack import Rack
from devices.scale import nci, sics
from devices.scale.asking import SicsSession
from devices.scale.said import OverRange, Reading, Said, UnderRange, Unsound, WrongUnit
from devices.scale.sics import NotNow, NotUnderstood, Tare
from devices.simulators.port import Port, PtyPort
from devices.simulators.scale import CAPACITY_G, NciScale, ScaleSimulator, SicsScale
from devices.traffic import TrafficLog
from tests.devices.rig import DRIVERS, Config, Told
from tests.devices.scripted import Pair, ScriptedLink


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"S S      1.284 kg\r", Reading(1284, True)),
        (b"S D      1.284 kg\r", Reading(1284, False)),
        (b"S S     100.00 g", Reading(100, True)),
        (b"S S   -  0.250 kg", Reading(-250, True)),
        (b"S S     -0.250 kg", Reading(-250, True)),
        (b"S S      2.500 lb", WrongUnit("lb")),
        (b"S S      2.500 \xe6\xa1", None),
        (b"S S      2.500 !!", WrongUnit("?")),  # whatever it is, no unit is shown that is not letters
        (b"S +", OverRange()),
        (b"S -", UnderRange()),
        (b"S I\r", NotNow()),
        (b"TA A     0.250 kg", Tare(250)),
        (b"TA A     0.500 lb", WrongUnit("lb")),
        (b"TA I", NotNow()),
        (b"ES", NotUnderstood()),
        (b"S S      1.2.4 kg", None),
        (b"S S      1,284 kg", None),
        (b"S S      1.284kg", None),
        (b"S S", None),
        (b"S      1.284 kg", None),
        (b"284 kg", None),
        (b"ST,GS,+  1.234kg", None),
    ],
)
def test_answers_of_sics(line: bytes, answer: object) -> None:
    assert sics.parse_answer(line) == answer


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\n  1.284KG\r\n00\r", Reading(1284, True)),
        (b"\n  1.284KG\r\n10\r", Reading(1284, False)),
        (b"\n1284 g\r\n00\r", Reading(1284, True)),
        (b"\n-0.250kg\r\n0p4\r", Reading(-250, True, True)),  # a third character: net
        (b"\n0.000kg\r\n2p0\r", Reading(0, True)),
        (b"\n00.000KG\n\rS20\r", Reading(0, True)),  # Avery in ECR mode
        (b"noise\r\n\n  1.284KG\r\n00\r", Reading(1284, True)),
        (b"\n02.500LB\r\n00\r", WrongUnit("LB")),
        (b"\n------\r\n02\r", OverRange()),
        (b"\n02\r", OverRange()),
        (b"\n------\r\n01\r", UnderRange()),
        (b"\n00p8\r", None),  # the second says that it is the last
        (b"\n0p8\r", UnderRange()),  # no zero since it was switched on
        (b"\n1.284KG\r\n40\r", Unsound()),
        (b"\n1.284KG\r\n08\r", Unsound()),
        (b"\n?\r", None),
        (b"\n1.2 84KG\r\n00\r", None),
        (b"84KG\r\n00\r", None),  # the end of an answer
        (b"\n1.284KG\r\nA0\r", None),
        (b"\n1.284KG\r\n0p\r", None),
        (b"\n1.284KG\r\n", None),
        (b"\xff", None),
    ],
)
def test_answers_of_nci(data: bytes, said: Said | None) -> None:
    assert nci.parse_answer(data) == said


def test_parity_is_set_seen_and_taken_off() -> None:
    # 'W' has five bits set, CR three, 'K' four, ETX two.
    assert nci.with_parity(b"W\rK\x03") == b"\xd7\x8dK\x03"
    assert nci.without_parity(b"\xd7\x8dK\x03") == b"W\rK\x03"
    assert nci.without_parity(b"W") is None


@given(st.binary(max_size=40), st.sampled_from([b"", b"S S   ", b"TA A ", b"\n1.0KG\r\n"]))
def test_nothing_breaks_them(data: bytes, head: bytes) -> None:
    for parse in (sics.parse_answer, nci.parse_answer):
        found = parse(head + data)
        assert found is None or repr(found)


TARE = b"TA\r\n"
NONE = Pair(TARE, (b"TA A     0.000 kg\r\n",))
SOME = Pair(TARE, (b"TA A     0.250 kg\r\n",))
ASKED = Pair(b"SI\r\n", (b"S S      1.284 kg\r\n",))


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ((NONE, ASKED, NONE), Reading(1284, True)),
        ((SOME, ASKED, SOME), Reading(1284, True, net=True)),
        ((NONE, ASKED, SOME), None),  # the key was pressed meanwhile: nobody knows which it was
        ((SOME, ASKED, NONE), None),
        ((Pair(TARE, (b"TA I\r\n",)), ASKED, Pair(TARE, (b"TA I\r\n",))), None),
        ((Pair(TARE, (b"ES\r\n",)), ASKED), Reading(1284, True)),  # level 0
        ((NONE, Pair(b"SI\r\n", (b"S I\r\n",))), None),
        ((NONE, Pair(b"SI\r\n", (b"S +\r\n",))), OverRange()),
        (
            (NONE, Pair(b"SI\r\n", (b"TA A     0.000 kg\r\nS S   ", b"   1.284 kg\r\n")), NONE),
            Reading(1284, True),
        ),
    ],
)
def test_a_figure_counts_between_two_equal_tares(pairs: tuple[Pair, ...], said: Said | None) -> None:
    link = ScriptedLink(pairs)
    assert SicsSession(link, TrafficLog()).read() == said
    link.done()


@pytest.mark.parametrize(
    ("reply", "fault"),
    [((), "device.no_answer"), ((b"S S      1.28",), "device.bad_frame"), ((b"ES\r\n",), "device.bad_frame")],
)
def test_what_is_no_answer_is_said(reply: tuple[bytes, ...], fault: str) -> None:
    with pytest.raises(DeviceError) as caught:
        SicsSession(ScriptedLink([NONE, Pair(b"SI\r\n", reply)]), TrafficLog()).read()
    assert str(caught.value.code) == fault


@contextmanager
def lane(driver: str, scale: ScaleSimulator) -> Iterator[Told]:
    """A lane at its scale, ready."""
    scale.start()
    told = Told()
    rack = Rack([Config(Slot.SCALE, driver, scale.url)], DRIVERS, told)
    try:
        rack.start()
        told.truth(DeviceState.READY)
        yield told
    finally:
        left = rack.stop()
        scale.stop()
        assert left == ()


def stands(told: Told, grams: int, *, net: bool = False) -> None:
    """Until this is told to stand still."""
    while told.story() != Weighed(Slot.SCALE, grams, True, net):
        continue


@pytest.mark.parametrize(("driver", "kind"), [("sics", SicsScale), ("nci", NciScale)])
def test_tare_ranges_and_units(driver: str, kind: Callable[[Port], ScaleSimulator], tmp_path: Path) -> None:
    scale = kind(PtyPort(tmp_path / "scale", 9_600))
    with lane(driver, scale) as told:
        scale.put(250)
        stands(told, 250)
        scale.tare()
        stands(told, 0, net=True)
        scale.put(1534)
        stands(told, 1284, net=True)
        scale.put(0)
        stands(told, -250, net=True)
        scale.tare()
        stands(told, 0)
        scale.put(CAPACITY_G + 1)
        assert told.truth(DeviceState.ATTENTION).fault == "device.scale_over"
        scale.put(-300)  # somebody lifts the pan itself
        told.truth(DeviceState.ATTENTION, "device.scale_below")
        scale.put(0)
        told.truth(DeviceState.READY)
        scale.unit = "lb"
        truth = told.truth(DeviceState.ATTENTION)
        assert (truth.fault, truth.facts["unit"]) == ("device.scale_unit", "LB" if driver == "nci" else "lb")
        scale.unit = "kg"
        told.truth(DeviceState.READY)
        stands(told, 0)


def test_a_scale_of_level_0_weighs_without_a_tare(tmp_path: Path) -> None:
    scale = SicsScale(PtyPort(tmp_path / "scale", 9_600), level=0)
    with lane("sics", scale) as told:
        scale.put(900)
        stands(told, 900)


def test_a_damaged_scale_weighs_nothing(tmp_path: Path) -> None:
    scale = NciScale(PtyPort(tmp_path / "scale", 9_600))
    with lane("nci", scale) as told:
        scale.damaged = True
        told.truth(DeviceState.ATTENTION, "device.self_test")
        scale.damaged = False
        told.truth(DeviceState.READY)
        scale.no_zero = True
        told.truth(DeviceState.ATTENTION, "device.scale_below")
