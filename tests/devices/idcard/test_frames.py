"""Framing: the published vectors and streams, noise of every kind, and bounded memory."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.idcard.frames import (
    MAX_LEN,
    PREAMBLE,
    Command,
    FrameFault,
    FrameParser,
    Rejected,
    Reply,
    encode_request,
)
from tests.devices.vectors import Vector, streams, vector, vectors

REQUESTS = {f"{command:04X}": command for command in Command}


def frame(body: bytes) -> bytes:
    """Preamble, length, body, XOR; written out here so that the encoder is not its own witness."""
    counted = (len(body) + 1).to_bytes(2, "big") + body
    check = 0
    for byte in counted:
        check ^= byte
    return bytes.fromhex("AAAAAA9669") + counted + bytes((check,))


def test_vectors_are_the_published_ones() -> None:
    for kind in ("request", "reply", "base", "base_fp", "bad"):
        for entry in vectors(kind):
            assert hashlib.sha256(entry.data).hexdigest() == entry.about["sha256"]
            assert len(entry.data) == entry.about["bytes"]


@pytest.mark.parametrize("entry", vectors("request"), ids=lambda entry: entry.name)
def test_requests(entry: Vector) -> None:
    code = entry.data[7:9].hex().upper()
    if code not in REQUESTS:  # reads with fingerprint, rates, card number: never sent by this program
        assert code in {"3010", "3005", "6000", "6001", "6002", "6003", "6004"}
        return
    assert encode_request(REQUESTS[code], entry.data[9:-1]) == entry.data


def test_the_fingerprint_command_cannot_be_named() -> None:
    assert 0x3010 not in {int(command) for command in Command}


@pytest.mark.parametrize(
    "entry", vectors("reply") + vectors("base") + vectors("base_fp"), ids=lambda e: e.name
)
def test_replies(entry: Vector) -> None:
    parser = FrameParser()
    [reply] = parser.feed(entry.data)
    assert isinstance(reply, Reply)
    assert reply.sw == entry.about.get("sw", "000090")
    assert reply.data == entry.data[10:-1]
    assert (parser.garbage, parser.begun) == (0, False)


def test_bad_vectors() -> None:
    assert FrameParser().feed(vector("bad_checksum_base")) == [Rejected(FrameFault.CHECKSUM, 1295)]
    parser = FrameParser()
    assert parser.feed(vector("truncated_base")) == []
    assert parser.begun


@pytest.mark.parametrize("stream", streams(), ids=lambda stream: str(stream["name"]))
def test_streams(stream: dict[str, Any]) -> None:
    parser = FrameParser()
    found = [item for chunk in stream["chunks"] for item in parser.feed(bytes.fromhex(chunk))]
    assert [frame(bytes((i.sw1, i.sw2, i.sw3)) + i.data) for i in found if isinstance(i, Reply)] == [
        bytes.fromhex(text) for text in stream["frames"]
    ]
    assert len(found) == len(stream["frames"])
    assert parser.garbage == stream["garbage_bytes"]


def test_length_is_both_bytes_unsigned() -> None:
    # Low byte only, or signed bytes, as programs in the field do it (quirk 10): 0x0180 has both traps.
    [reply] = FrameParser().feed(frame(bytes(3) + bytes(0x017C)))
    assert isinstance(reply, Reply)
    assert len(reply.data) == 0x017C


def test_preamble_inside_a_payload_is_payload() -> None:
    inner = frame(b"\x00\x00\x9f" + bytes(4))
    outer = frame(b"\x00\x00\x90" + inner + inner)
    for cut in range(1, len(outer)):
        parser = FrameParser()
        found = parser.feed(outer[:cut]) + parser.feed(outer[cut:])
        assert found == [Reply(0, 0, 0x90, inner + inner)]


def test_a_damaged_frame_gives_no_frame_from_its_inside() -> None:
    inner = frame(b"\x00\x00\x90" + b"card")
    outer = bytearray(frame(b"\x00\x00\x90" + inner))
    outer[8] ^= 0x40
    assert FrameParser().feed(bytes(outer)) == [Rejected(FrameFault.CHECKSUM, len(outer))]


@pytest.mark.parametrize("length", [0, 1, 2, 3, MAX_LEN + 1, 0xFFFF])
def test_impossible_lengths_are_not_waited_for(length: int) -> None:
    parser = FrameParser()
    found = parser.feed(PREAMBLE + length.to_bytes(2, "big") + vector("rsp_status_ok"))
    assert found == [Rejected(FrameFault.LENGTH, 5), Reply(0, 0, 0x90)]
    assert parser.garbage == 7


def test_reset_forgets_half_a_frame() -> None:
    parser = FrameParser()
    parser.feed(vector("truncated_base"))
    parser.reset()
    assert parser.feed(vector("rsp_find_ok")) == [Reply(0, 0, 0x9F, bytes(4))]


def test_repr_shows_no_data() -> None:
    [reply] = FrameParser().feed(vector("base_resident_dated"))
    assert "证" not in repr(reply)
    assert "data" not in repr(reply)


# -- fuzz -----------------------------------------------------------------------------------------

noise = st.binary(max_size=60).filter(lambda data: b"\xaa" not in data)
bodies = st.binary(min_size=3, max_size=300)
pieces = st.lists(
    st.one_of(
        st.binary(max_size=80),
        st.just(PREAMBLE),
        st.just(PREAMBLE[:3]),
        st.integers(0, 0xFFFF).map(lambda length: PREAMBLE + length.to_bytes(2, "big")),
        bodies.map(frame),
    ),
    max_size=30,
)


@given(pieces)
def test_anything_is_parsed_with_bounded_memory(parts: list[bytes]) -> None:
    parser = FrameParser()
    taken = 0
    for part in parts:
        for item in parser.feed(part):
            if isinstance(item, Reply):
                taken += 11 + len(item.data)
            elif item.fault is FrameFault.CHECKSUM:
                taken += item.size
    total = sum(map(len, parts))
    held = total - taken - parser.garbage
    assert 0 <= held < 8 + MAX_LEN  # every byte is counted once: taken, garbage or waiting


@given(st.lists(st.tuples(noise, bodies), max_size=6), st.data())
def test_frames_between_noise_come_out_whole_however_they_are_cut(
    parts: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    wire = b"".join(before + frame(body) for before, body in parts)
    parser, found, rest = FrameParser(), [], wire
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        found += parser.feed(rest[:size])
        rest = rest[size:]
    assert found == [Reply(body[0], body[1], body[2], body[3:]) for _, body in parts]
    assert parser.garbage == sum(len(before) for before, _ in parts)
