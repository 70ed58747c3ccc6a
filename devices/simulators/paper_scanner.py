"""``python -m devices.simulators.paper_scanner FOLDER``: puts one paper through a scanner that writes files.

As such devices do it: slowly, in parts, under a temporary name, and renamed at the end.  The paper is drawn,
of an invented person, and says so.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import queue
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from core.errors import DeviceError
from devices.camera.place import Kind, place_of
from devices.simulators.port import Device, Port

SPECIMEN = "SPECIMEN 样本"
ENDINGS: Mapping[str, str] = {"JPEG": "jpg", "PNG": "png", "TIFF": "tif"}
PAPERS = ("good", "two", "torn", "pdf")  # what comes out of the simulated one
_A4_150 = (1240, 1754)
_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
_SIMPLIFIED = 2  # of the faces in that file
_CAPTIONS = {
    "name": "姓名", "number": "号码", "sex": "性别", "birth": "出生", "valid_to": "有效期至",
}  # fmt: skip
_WIDE = 13  # characters of a line beside the portrait
_USUAL = {"name": "示例甲", "number": "样字第0000000号", "valid_to": "长期"}
_WAIT_S = 0.02
_PARTS, _PAUSE_S = 4, 0.1


def paper(
    kind: str = "JPEG", size: tuple[int, int] = _A4_150, fields: Mapping[str, str] | None = None
) -> bytes:
    """An invented paper as a file of that kind; with the notes that cameras put into theirs.

    ``fields``: what stands on it, by the names of the counter's own fields; others are left out.
    """
    image = Image.new("RGB", _A4_150, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 1180, 1000), outline="navy", width=6)
    draw.text((620, 150), "证件（虚构）", fill="navy", font=_font(84), anchor="mm")
    draw.text((620, 250), SPECIMEN, fill="firebrick", font=_font(56), anchor="mm")
    draw.rectangle((860, 340, 1120, 680), outline="grey", width=4)
    draw.ellipse((930, 400, 1050, 520), outline="grey", width=4)
    draw.arc((900, 530, 1080, 770), 180, 360, fill="grey", width=4)
    for row, line in enumerate(_lines(fields or _USUAL)):
        draw.text((120, 340 + row * 80), line, fill="black", font=_font(44))
    for row, line in enumerate((fields or {}).get("mrz", "").splitlines()[:3]):
        draw.text((100, 830 + row * 60), line, fill="black", font=_font(38))
    for row in range(4):
        draw.text((120, 1100 + row * 150), f"{SPECIMEN}    " * 3, fill="lightgrey", font=_font(48))
    notes = Image.Exif()
    notes[0x010F], notes[0x0110] = "SIMULATED SCANNER", "GPS 26.6470 106.6302"
    room = io.BytesIO()
    (image if size == _A4_150 else image.resize(size)).save(room, kind, exif=notes)
    return room.getvalue()


def _lines(fields: Mapping[str, str]) -> Sequence[str]:
    """Captions and values, a long name over several lines, at most six."""
    found = []
    for name, caption in _CAPTIONS.items():
        if text := fields.get(name, ""):
            wide = _WIDE if name == "name" else len(text)
            parts = [text[start : start + wide] for start in range(0, len(text), wide)]
            found += [f"{caption}  {parts[0]}", *(f"　　  {part}" for part in parts[1:])]
    return found[:6]


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        return ImageFont.truetype(str(_FONT), size, index=_SIMPLIFIED)
    except OSError:  # Latin alone: a paper that a scanner can take all the same
        return ImageFont.load_default(size)


def put_in(
    folder: Path,
    data: bytes,
    *,
    name: str = "scan0001.jpg",
    parts: int = _PARTS,
    pause_s: float = _PAUSE_S,
    temporary: bool = True,
    wait: Callable[[float], object] = time.sleep,
) -> None:
    """Write one file there in parts.  ``temporary``: under another name until it is whole."""
    path = folder / (f"{name}.part" if temporary else name)
    step = max(1, -(-len(data) // parts))
    with path.open("wb") as file:
        for start in range(0, len(data), step):
            file.write(data[start : start + step])
            file.flush()
            wait(pause_s)
    if temporary:
        path.rename(folder / name)


def memory_root() -> Path | None:
    """Where this account may make a folder in memory; None where there is no such place."""
    for place in ("/dev/shm", os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir()):  # noqa: S108
        with contextlib.suppress(DeviceError):
            found = place_of(Path(place)) if place else None
            if found is not None and found.kind is Kind.MEMORY and os.access(found.folder, os.W_OK):
                return found.folder
    return None


class FolderPort(Port):
    """The folder that a scanner writes into.  Unplugged it is gone, with what lies in it."""

    def __init__(self, root: Path) -> None:
        """``root``: from :func:`memory_root`."""
        super().__init__(0)
        self.folder = root / f"counter-papers-{secrets.token_hex(6)}"

    @property
    def url(self) -> str:
        """``file://FOLDER``"""
        return f"file://{self.folder}"

    def _plug(self) -> None:
        self.folder.mkdir(mode=0o700)

    def _pull(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _take(self, wait: float, limit: int) -> bytes:
        time.sleep(wait)
        return b""

    def _give(self, piece: bytes) -> None:
        """Nothing goes over a wire."""


class PaperScannerSimulator(Device):
    """A document scanner that writes files: one paper after the other, as somebody puts them in."""

    def __init__(self, root: Path) -> None:
        """``root``: from :func:`memory_root`."""
        self.place = FolderPort(root)
        super().__init__("paper-scanner", self.place)
        self._waiting: queue.Queue[tuple[str, Mapping[str, str] | None]] = queue.Queue()
        self._count = 0

    def put(self, kind: str = "good", fields: Mapping[str, str] | None = None) -> None:
        """One paper, of :data:`PAPERS`; ``fields`` as :func:`paper`.  Any thread."""
        self._waiting.put((kind, fields))

    def _serve(self) -> None:
        self.port.receive(0.0)
        try:
            kind, fields = self._waiting.get(timeout=_WAIT_S)
        except queue.Empty:
            return
        data = b"%PDF-1.7\n% a scanner that was set to PDF\n" if kind == "pdf" else paper(fields=fields)
        for _ in range(2 if kind == "two" else 1):
            self._count += 1
            name = f"scan{self._count:04d}.{'pdf' if kind == 'pdf' else 'jpg'}"
            with contextlib.suppress(FileNotFoundError):  # the plug is out: the paper came to nothing
                put_in(self.place.folder, data[: len(data) // 2] if kind == "torn" else data, name=name)


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 done, 3 the folder cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.paper_scanner")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=tuple(ENDINGS), default="JPEG")
    parser.add_argument("--parts", type=int, default=6)
    parser.add_argument("--pause", type=float, default=0.3, help="seconds between two parts")
    parser.add_argument("--plain", action="store_true", help="no temporary name while it is written")
    options = parser.parse_args(arguments)
    name = f"scan{time.time_ns() % 10**8:08d}.{ENDINGS[options.kind]}"
    try:
        put_in(
            options.folder, paper(options.kind), name=name,
            parts=options.parts, pause_s=options.pause, temporary=not options.plain,
        )  # fmt: skip
    except OSError as error:
        sys.stderr.write(f"{options.folder}: {error.strerror}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
