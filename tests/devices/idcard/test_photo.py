"""The photo adapter, over a real library that is compiled here and decodes, fails, hangs and crashes."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.devices import CardRead
from devices.idcard.photo import BMP_BYTES, RAW_BYTES, PhotoDecoder, PhotoReason, as_bmp
from devices.simulators.cards import build_photo
from devices.simulators.port import Port
from tests.devices.idcard.stand import PEOPLE, A, a_desk
from tests.devices.rig import until

HEADER = bytes.fromhex("574C66007E00")
SOURCE = Path(__file__).with_name("decoder.c")
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The compiled library."""
    target = tmp_path_factory.mktemp("vendor") / "libwlt.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", target, SOURCE], check=True, timeout=60)
    return str(target)


def block(what: str, fill: int = 0) -> bytes:
    """A photo that makes the library do something."""
    return (HEADER + bytes(8) + what.encode() + bytes((fill,))).ljust(1024, b"\x51")


def decoded(library: str, wlt: bytes, limit_s: float = 20.0) -> tuple[bytes, str]:
    """What one decoding gives; nothing is left running."""
    decoder = PhotoDecoder(library, limit_s)
    photo = decoder.decode(wlt)
    decoder.close()
    return photo.bmp, photo.reason


@pytest.mark.parametrize("what", ["", "p"])
def test_a_picture(library: str, what: str) -> None:
    bmp, reason = decoded(library, block(what or "\0", 0x5A))
    assert (len(bmp), reason) == (BMP_BYTES, "")
    assert bmp[54 : 54 + 306] == b"\x5a" * 306


def test_raw_lines_become_a_picture(library: str) -> None:
    bmp, reason = decoded(library, block("r", 0x33))
    whole, _ = decoded(library, block("\0", 0x33))
    assert (bmp[54:], reason) == (whole[54:], "")


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("e", PhotoReason.REFUSED), ("z", PhotoReason.REFUSED), ("m", PhotoReason.REFUSED),
        ("c", PhotoReason.CRASHED), ("a", PhotoReason.CRASHED), ("w", PhotoReason.CRASHED),
        ("x", PhotoReason.OUTPUT), ("s", PhotoReason.OUTPUT), ("l", PhotoReason.OUTPUT),
        ("n", PhotoReason.OUTPUT),
    ],
)  # fmt: skip
def test_a_library_that_fails(library: str, what: str, reason: PhotoReason) -> None:
    assert decoded(library, block(what)) == (b"", reason)


@pytest.mark.parametrize("what", ["h", "b"])
def test_a_library_that_hangs(library: str, what: str) -> None:
    assert decoded(library, block(what), limit_s=0.5) == (b"", PhotoReason.TIMEOUT)


def test_a_library_can_write_no_file(library: str) -> None:
    assert decoded(library, block("f"))[1] == PhotoReason.REFUSED
    for folder in (ROOT, Path.cwd(), Path("/"), Path(library).parent):
        assert not (folder / "photo.bmp").exists()


def test_what_is_not_there(library: str, tmp_path: Path) -> None:
    assert decoded("", block("p")) == (b"", PhotoReason.NO_LIBRARY)
    assert decoded(library, b"") == (b"", PhotoReason.NO_PHOTO)
    assert decoded(str(tmp_path / "none.so"), block("p")) == (b"", PhotoReason.LIBRARY)
    (tmp_path / "text.so").write_text("no library")
    assert decoded(str(tmp_path / "text.so"), block("p")) == (b"", PhotoReason.LIBRARY)
    assert decoded("libc.so.6", block("p")) == (b"", PhotoReason.LIBRARY)  # no such function in it


def test_a_worker_that_died_before_the_photo_came(library: str) -> None:
    decoder = PhotoDecoder(library, 20.0)
    decoder.prepare()
    worker = decoder._worker
    assert worker is not None
    worker.kill()
    worker.wait(10)
    assert decoder.decode(block("p", 1)).reason == ""  # another one is started
    decoder.close()


def test_one_failure_does_not_spoil_the_next(library: str) -> None:
    decoder = PhotoDecoder(library, 20.0)
    reasons = [decoder.decode(block(what, 7)).reason for what in "pcper"]
    decoder.close()
    assert reasons == ["", PhotoReason.CRASHED, "", PhotoReason.REFUSED, ""]


def test_a_running_decoding_can_be_cancelled(library: str) -> None:
    decoder = PhotoDecoder(library, 60.0)
    decoder.prepare()
    reasons: list[str] = []
    thread = threading.Thread(target=lambda: reasons.append(decoder.decode(block("h")).reason), name="decode")
    thread.start()
    decoder.cancel()
    thread.join(20.0)
    assert not thread.is_alive()
    assert len(reasons) == 1
    assert reasons[0] != ""
    assert decoder.decode(block("p")).reason == PhotoReason.LIBRARY  # nothing is begun any more


def test_the_worker_by_hand_says_how_it_ended(library: str) -> None:
    def run(*arguments: str, wlt: bytes) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "devices.idcard.photo_worker", *arguments]
        return subprocess.run(command, input=wlt, capture_output=True, cwd=ROOT, timeout=60, check=False)

    good = run(library, wlt=block("p", 9))
    assert (good.returncode, len(good.stdout), good.stderr) == (0, BMP_BYTES, b"")
    assert run(wlt=block("p")).returncode == 3
    assert run(library, wlt=b"short").returncode == 4


def test_pictures_of_another_form_are_not_passed_on(library: str) -> None:
    good, _ = decoded(library, block("p"))
    assert as_bmp(good) == good
    assert len(as_bmp(bytes(RAW_BYTES))) == BMP_BYTES
    for place in (0, 10, 18, 22, 28, 30):
        wrong = bytearray(good)
        wrong[place] ^= 0x10
        assert as_bmp(bytes(wrong)) == b""
    assert as_bmp(good[:-1]) == as_bmp(good + b"\0") == as_bmp(b"") == b""


def test_a_read_brings_the_picture_or_the_reason(port: Port, library: str) -> None:
    with a_desk(port, photo_library=library, photo_limit_ms=10_000) as desk:
        desk.ready()
        desk.reader.place(A)
        event = desk.reads("证件样本")
        # The filler after the header of an invented card's photo stands where the test library looks.
        assert build_photo(A).startswith(HEADER)
        assert isinstance(event, CardRead)
        assert (len(event.photo_bmp), event.photo_reason) == (BMP_BYTES, "")
        assert "photo_bmp" not in repr(event)


def test_without_a_library_the_reason_stands_there(port: Port) -> None:
    with a_desk(port) as desk:
        desk.ready()
        desk.reader.place(PEOPLE["示例丙"])
        event = desk.reads("示例丙")
        assert (event.photo_bmp, event.photo_reason) == (b"", "no_library")


def test_a_library_that_hangs_holds_up_no_second_card_and_no_end(port: Port, library: str) -> None:
    hanging = [person for person in PEOPLE.values() if not person.letter]
    with a_desk(port, photo_library="/nowhere/lib.so") as desk:
        desk.ready()
        for person in hanging[:2]:
            desk.reader.place(person)
            assert desk.reads(person.fields["name"]).photo_reason == "library"
            desk.reader.lift()
            desk.lifted()
        until(lambda: desk.lane._decoder._worker is not None, "no spare worker")
