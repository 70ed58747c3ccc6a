"""``python -m devices.simulators.paper_scanner FOLDER``: puts one paper through a scanner that writes files.

As such devices do it: slowly, in parts, under a temporary name, and renamed at the end.  The paper is drawn,
of an invented person, and says so.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

SPECIMEN = "SPECIMEN 样本"
_A4_150 = (1240, 1754)


def paper(kind: str = "JPEG", size: tuple[int, int] = _A4_150) -> bytes:
    """An invented paper as a file of that kind; with the notes that cameras put into theirs."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for row in range(12):
        draw.text(
            (80, 90 + row * 120), f"SPECIMEN {row:02d}  E00000000  ZHENG JIAN", fill="black", font_size=48
        )
    draw.rectangle((20, 20, size[0] - 20, size[1] - 20), outline="navy", width=6)
    notes = Image.Exif()
    notes[0x010F], notes[0x0110] = "SIMULATED SCANNER", "GPS 26.6470 106.6302"
    room = io.BytesIO()
    image.save(room, kind, exif=notes)
    return room.getvalue()


def put_in(
    folder: Path,
    data: bytes,
    *,
    name: str = "scan0001.jpg",
    parts: int = 4,
    pause_s: float = 0.1,
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


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 done, 3 the folder cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.paper_scanner")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=("JPEG", "PNG", "TIFF"), default="JPEG")
    parser.add_argument("--parts", type=int, default=6)
    parser.add_argument("--pause", type=float, default=0.3, help="seconds between two parts")
    parser.add_argument("--plain", action="store_true", help="no temporary name while it is written")
    options = parser.parse_args(arguments)
    ending = {"JPEG": "jpg", "PNG": "png", "TIFF": "tif"}[options.kind]
    try:
        put_in(
            options.folder, paper(options.kind), name=f"scan{time.time_ns() % 10**8:08d}.{ending}",
            parts=options.parts, pause_s=options.pause, temporary=not options.plain,
        )  # fmt: skip
    except OSError as error:
        sys.stderr.write(f"{options.folder}: {error.strerror}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
