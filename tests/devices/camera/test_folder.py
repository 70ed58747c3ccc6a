"""A scanner that writes files: only what was asked for is taken, and nothing of it stays, on a real tmpfs."""

from __future__ import annotations

import io
import queue
import shutil
import struct
import tempfile
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.config import DeviceConfig
from core.devices import (
    DeviceChanged,
    DeviceEvent,
    DeviceState,
    PaperFailed,
    PaperPicture,
    PicturesRemoved,
    Slot,
)
from core.errors import DeviceError, DeviceFault
from devices.camera.decode import Decoder
from devices.camera.folder import Folder
from devices.camera.lane import FolderCameraLane
from devices.camera.own import MOST_LEFT
from devices.camera.place import Kind, need_safe, place_of
from devices.conformance import CheckName, check_device
from devices.rack import Rack
from devices.simulators.paper_scanner import paper, put_in

_MOST = 160_000


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder of this account alone, in memory."""
    folder = Path(tempfile.mkdtemp(prefix="papers-", dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class _Watched:
    """A rack with this one lane, and what it said."""

    def __init__(self, folder: Path, **roots: Path) -> None:
        self.told: queue.SimpleQueue[DeviceEvent] = queue.SimpleQueue()
        config = DeviceConfig(Slot.CAMERA, "folder", f"file://{folder}", {"settle_ms": 200})
        drivers = {(Slot.CAMERA, "folder"): lambda config, report: FolderCameraLane(config, report, **roots)}
        self.rack = Rack([config], drivers, self.told.put)

    def __enter__(self) -> _Watched:
        self.rack.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.rack.stop() == ()

    @property
    def lane(self) -> FolderCameraLane:
        lane = self.rack.lane(Slot.CAMERA)
        assert isinstance(lane, FolderCameraLane)
        return lane

    def hear(self, kind: type[DeviceEvent], state: DeviceState | None = None) -> DeviceEvent:
        """The next event of that kind, of that state."""
        while True:
            event = self.told.get(timeout=20)
            if isinstance(event, kind) and (
                state is None or (isinstance(event, DeviceChanged) and event.truth.state is state)
            ):
                return event


def test_one_paper_from_the_button_to_the_picture(memory: Path) -> None:
    """Left-overs go unseen, parts and a temporary name are waited for, the file is gone before it is told."""
    (memory / "yesterday.jpg").write_bytes(paper())
    with _Watched(memory) as watched:
        assert watched.hear(PicturesRemoved) == PicturesRemoved(Slot.CAMERA, 1)
        watched.hear(DeviceChanged, DeviceState.READY)
        watched.lane.take(7, _MOST)
        scanner = threading.Thread(target=put_in, args=(memory, paper()))
        scanner.start()
        found = watched.hear(PaperPicture)
        assert isinstance(found, PaperPicture)
        assert list(memory.iterdir()) == []
        scanner.join()
        assert found.number == 7
        assert len(found.jpeg) <= _MOST
        with Image.open(io.BytesIO(found.jpeg)) as image:
            assert (image.format, image.mode) == ("JPEG", "L")
            assert max(image.size) >= 1400  # legible still
            assert dict(image.getexif()) == {}
        assert b"SIMULATED" not in found.jpeg

        put_in(memory, paper(), pause_s=0)  # nobody asked for a second page
        watched.hear(PicturesRemoved)
        assert list(memory.iterdir()) == []

        watched.lane.take(8, _MOST)
        (memory / "page.pdf").write_bytes(b"%PDF-1.7 \xff\xd8\xff")
        failed = watched.hear(PaperFailed)
        assert isinstance(failed, PaperFailed)
        assert (failed.number, failed.fault, failed.facts["kind"]) == (8, DeviceFault.PICTURE_TYPE, "pdf")
        assert list(memory.iterdir()) == []

        watched.lane.take(9, _MOST)
        shutil.rmtree(memory)  # the plug, while the clerk waits
        failed = watched.hear(PaperFailed)
        assert isinstance(failed, PaperFailed)
        assert (failed.number, failed.fault) == (9, DeviceFault.GONE)


def test_a_devices_own_storage(tmp_path: Path) -> None:
    """Only what was asked for is removed there; what cannot be removed is not taken, and that is said."""
    mounts, blocks = _stick(tmp_path)
    folder = tmp_path / "stick"
    (folder / "holiday.jpg").write_bytes(paper(size=(300, 300)))
    with _Watched(folder, mounts=mounts, blocks=blocks) as watched:
        left = watched.hear(DeviceChanged, DeviceState.ATTENTION)
        assert isinstance(left, DeviceChanged)
        assert (left.truth.fault, left.truth.facts) == (DeviceFault.PICTURE_LEFT, {"count": 1})
        watched.lane.take(1, _MOST)
        put_in(folder, paper(size=(300, 300)), pause_s=0)
        watched.hear(PaperPicture)
        assert [path.name for path in folder.iterdir()] == ["holiday.jpg"]

        vars(watched.lane)["_opens"] = _Refusing
        folder.rename(tmp_path / "away")
        watched.hear(DeviceChanged, DeviceState.GONE)
        (tmp_path / "away").rename(folder)
        watched.hear(DeviceChanged, DeviceState.ATTENTION)
        watched.lane.take(2, _MOST)
        put_in(folder, paper(size=(300, 300)), pause_s=0)
        failed = watched.hear(PaperFailed)
        assert isinstance(failed, PaperFailed)
        assert (failed.fault, failed.facts["count"]) == (DeviceFault.PICTURE_STAYS, 1)


class _Refusing(Folder):
    """Tests may run as root, who may remove from everything: this one says no by itself."""

    def remove(self, name: str) -> bool:
        return False


@pytest.mark.parametrize(
    ("filesystem", "device", "kind"),
    [
        ("tmpfs", "0:9", Kind.MEMORY),
        ("vfat", "8:17", Kind.DEVICE),
        ("fuse.gphotofs", "0:9", Kind.DEVICE),
        ("vfat", "259:1", Kind.DISK),  # this machine's own EFI partition
        ("ext4", "8:17", Kind.DISK),
        ("overlay", "0:9", Kind.DISK),
    ],
)
def test_where_a_folder_lies(tmp_path: Path, filesystem: str, device: str, kind: Kind) -> None:
    mounts, blocks = _stick(tmp_path, filesystem, device)
    (tmp_path / "link").symlink_to(tmp_path / "stick")
    assert place_of(tmp_path / "link", mounts, blocks).kind is kind


def test_folders_that_are_refused(tmp_path: Path, memory: Path) -> None:
    """This machine's disk by the kernel's word, by name; memory that others may look into; none at all."""
    with pytest.raises(DeviceError) as refused:
        need_safe(place_of(tmp_path))
    assert refused.value.code is DeviceFault.FOLDER_ON_DISK
    assert refused.value.facts["folder"] == str(tmp_path)
    memory.chmod(0o755)
    with pytest.raises(DeviceError) as refused:
        need_safe(place_of(memory))
    assert refused.value.code is DeviceFault.FOLDER_OPEN
    with pytest.raises(DeviceError) as refused:
        place_of(memory / "none")
    assert refused.value.code is DeviceFault.GONE


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("minutes.txt", b"BM 2026, what was said"),
        ("list.xlsx", b"PK\x03\x04" + bytes(30)),
        ("voice.wav", b"RIFF\x24\0\0\0WAVEfmt "),
        ("folder", b""),
        ("link", b""),
        ("scans", b""),
    ],
)
def test_a_folder_with_other_peoples_files(memory: Path, name: str, data: bytes) -> None:
    """Refused at the start, and nothing of it is removed; used as soon as it is a scanner's alone."""
    (memory / "theirs.jpg").write_bytes(paper(size=(300, 300)))
    wrong = [memory / name]
    if name == "folder":
        wrong[0].mkdir()
        (wrong[0] / "page.jpg").write_bytes(b"\xff\xd8\xff")
    elif name == "link":
        wrong[0].symlink_to("/etc/hostname")
    elif name == "scans":  # pictures all of them, and far more than a crash leaves
        wrong = [memory / f"scan{number:02d}.jpg" for number in range(MOST_LEFT)]
        for path in wrong:
            path.write_bytes(b"\xff\xd8\xff")
    else:
        wrong[0].write_bytes(data)
    before = sorted(memory.rglob("*"))
    with _Watched(memory) as watched:
        found = watched.hear(DeviceChanged, DeviceState.ATTENTION)
        assert isinstance(found, DeviceChanged)
        count = MOST_LEFT + 1 if name == "scans" else 1
        assert (found.truth.fault, found.truth.facts) == (
            DeviceFault.FOLDER_SHARED,
            {"folder": str(memory), "count": count},
        )
        watched.lane.take(1, _MOST)  # a clerk hears it too
        failed = watched.hear(PaperFailed)
        assert isinstance(failed, PaperFailed)
        assert failed.fault == DeviceFault.FOLDER_SHARED
        assert sorted(memory.rglob("*")) == before
        for path in wrong:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if name != "scans":
            assert watched.hear(PicturesRemoved) == PicturesRemoved(Slot.CAMERA, 1)
        watched.hear(DeviceChanged, DeviceState.READY)


def test_what_no_scanner_writes_stays(memory: Path, tmp_path: Path) -> None:
    """It comes while the lane is at work, unasked or after the key, in memory or on a stick."""
    theirs = memory / "letter.docx"
    with _Watched(memory) as watched:
        watched.hear(DeviceChanged, DeviceState.READY)
        theirs.write_bytes(b"PK\x03\x04" + bytes(30))
        watched.hear(DeviceChanged, DeviceState.ATTENTION)
        shutil.move(theirs, tmp_path / "letter.docx")
        watched.hear(DeviceChanged, DeviceState.READY)
        watched.lane.take(1, _MOST)
        shutil.copy(tmp_path / "letter.docx", theirs)
        failed = watched.hear(PaperFailed)
        assert isinstance(failed, PaperFailed)
        assert failed.fault == DeviceFault.FOLDER_SHARED
        assert theirs.exists()
    mounts, blocks = _stick(tmp_path)
    theirs = tmp_path / "stick" / "letter.docx"
    with _Watched(tmp_path / "stick", mounts=mounts, blocks=blocks) as watched:
        watched.hear(DeviceChanged, DeviceState.READY)
        watched.lane.take(1, _MOST)
        theirs.write_bytes(b"PK\x03\x04" + bytes(30))
        watched.hear(PaperFailed)
        assert theirs.exists()


def test_one_folder_one_lane(memory: Path) -> None:
    """A second counter, or the doctor beside it, removes nothing that the first one waits for."""
    with _Watched(memory) as watched:
        watched.hear(DeviceChanged, DeviceState.READY)
        with _Watched(memory) as second:
            refused = second.hear(DeviceChanged, DeviceState.GONE)
            assert isinstance(refused, DeviceChanged)
            assert refused.truth.fault == DeviceFault.BUSY
        watched.lane.take(1, _MOST)
        put_in(memory, paper(size=(300, 300)), pause_s=0)
        watched.hear(PaperPicture)


def _stick(tmp_path: Path, filesystem: str = "vfat", device: str = "8:17") -> tuple[Path, Path]:
    """What the kernel would say of ``tmp_path/stick``."""
    (tmp_path / "stick").mkdir()
    blocks = tmp_path / "block"
    blocks.mkdir()
    for number, bus in (("8:17", "usb1/1-2/sdb/sdb1"), ("259:1", "nvme/nvme0n1/nvme0n1p1")):
        (tmp_path / "devices" / bus).mkdir(parents=True)
        (blocks / number).symlink_to(tmp_path / "devices" / bus)
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "20 1 254:0 / / rw - ext4 /dev/vda rw\n"
        f"30 20 {device} / {tmp_path}/stick rw,nosuid shared:7 - {filesystem} /dev/x rw\n"
    )
    return mounts, blocks


def _png_bomb() -> bytes:
    """A head that says 60,000 × 60,000 pixels."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\x10IDAT" + zlib.compress(bytes(1000))


def test_a_technician_puts_a_paper_in(memory: Path) -> None:
    """``device test camera``: every check, the picture among them."""
    config = DeviceConfig(Slot.CAMERA, "folder", f"file://{memory}", {"settle_ms": 200})
    done = threading.Event()

    def feed() -> None:
        while not done.wait(0.5):
            put_in(memory, paper(size=(300, 300)), pause_s=0)

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        found = list(check_device(config, {(Slot.CAMERA, "folder"): FolderCameraLane}, steady_s=0.1))
    finally:
        done.set()
        feeder.join()
    assert [check.name for check in found] == list(CheckName)
    assert all(check.ok for check in found)


def test_hostile_files_end_in_a_word() -> None:
    decoder, whole = Decoder(), paper(size=(400, 300))
    for data, code in (
        (whole[: len(whole) // 2], DeviceFault.PICTURE_TORN),
        (paper("PNG", (400, 300))[:900], DeviceFault.PICTURE_TORN),
        (paper("TIFF", (400, 300))[:60], DeviceFault.PICTURE_TORN),
        (_png_bomb(), DeviceFault.PICTURE_LARGE),
        (b"\0\0\0\x18ftypheic" + bytes(50), DeviceFault.PICTURE_TYPE),
        (b"GIF89a" + bytes(50), DeviceFault.PICTURE_TYPE),
        (b"", DeviceFault.PICTURE_TYPE),
    ):
        with pytest.raises(DeviceError) as refused:
            decoder.decode(data, _MOST)
        assert refused.value.code is code
    small = decoder.decode(paper("TIFF"), 60_000)
    assert len(small) <= 60_000
