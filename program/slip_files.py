"""Slips as files: a PDF, and beside it what anybody checks offline; written beside all else."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from core.errors import CounterError, StoreError, StoreFault
from core.handover import HandOverPage
from core.inspection import InspectionPage
from core.manifest import ManifestPage
from core.slips import SlipPage
from devices.printer.symbols import qr_modules
from program.evidence_files import MOUNTS, stick
from storage.files import json_bytes, write_atomic

FilePage = SlipPage | InspectionPage | ManifestPage
Page = FilePage | HandOverPage
FOLDER = "export"  # in the data directory
_LEVEL, _LIMIT_S = "M", 60.0
_ROOT = Path(__file__).parents[1]


class DaySlipFiles:
    """:class:`core.slips.SlipFiles`: one thread for each asking, and a process that draws."""

    def __init__(self, data: Path, mounts: tuple[str, ...] = MOUNTS) -> None:
        self._data = data
        self._mounts = mounts

    def begin(
        self,
        page: FilePage,
        place: str,
        language: str,
        done: Callable[[str | CounterError], None],
    ) -> None:
        """Returns at once."""
        threading.Thread(
            target=self._run, args=(page, place, language, done), name="slip-file", daemon=True
        ).start()

    def _run(
        self,
        page: FilePage,
        place: str,
        language: str,
        done: Callable[[str | CounterError], None],
    ) -> None:
        made: str | CounterError = StoreError(StoreFault.IO, what="day slip")
        try:
            made = str(self._write(page, place, language))
        except CounterError as error:
            made = error
        finally:  # also where a bug of ours ends here: nobody waits for ever
            done(made)

    def _write(self, page: FilePage, place: str, language: str) -> Path:
        """Raises StoreError as the disk refuses, MISSING where no stick is plugged in."""
        return write_slip(page, self._place(place) / page.stem, language)

    def _place(self, place: str) -> Path:
        if place == "stick":
            found = stick(self._mounts)
            if found is None:
                raise StoreError(StoreFault.MISSING, what="stick")
            return found
        return export_folder(self._data)


def export_folder(data: Path) -> Path:
    """Where slips lie that are not taken away.  Raises StoreError READ_ONLY."""
    folder = data / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise StoreError(StoreFault.READ_ONLY, what=FOLDER) from None
    return folder


def write_slip(page: Page, stem: Path, language: str) -> Path:
    """The PDF beside ``stem``, and beside it what anybody checks offline; drawn in up to a minute.

    Raises StoreError IO, and as a write does.
    """
    pdf, path = _drawn(page, language), stem.with_name(f"{stem.name}.pdf")
    whole = json_bytes({"code": page.qr, "slip": page.slip.as_json()})
    write_atomic(stem.with_name(f"{stem.name}.json"), whole)
    write_atomic(path, pdf)
    return path


def taken_along(path: Path, folder: Path) -> Path:
    """A slip's two files in another folder too.  Raises StoreError as a write does."""
    for suffix in (".json", ".pdf"):
        write_atomic(folder / f"{path.stem}{suffix}", path.with_name(f"{path.stem}{suffix}").read_bytes())
    return folder / path.name


def _drawn(page: Page, language: str) -> bytes:
    """By a process of its own.  Raises StoreError IO where it made nothing."""
    asked = pickle.dumps((page, qr_modules(page.qr, "qr", _LEVEL), language))
    try:
        made = subprocess.run(
            [sys.executable, "-s", "-m", "program.slip_worker"],
            input=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            timeout=_LIMIT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        raise StoreError(StoreFault.IO, what="day slip") from None
    return made.stdout
