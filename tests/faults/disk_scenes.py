"""T25 in a process of its own: the disk says no in the middle of work, and later yes again.

Each scene says what stood on the screen (codes), and goes on until everything is well again.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import commands as c
from core.view import CounterView
from storage.database import LOW_DISK_BYTES as LOW_DISK
from storage.database import Database
from tests.faults.clerk import draft_of
from tests.faults.counter import PASSWORD, Counter, Trap, say
from tests.faults.work import Item, Visit, each, from_json

_NEWUSER, _NEWNS, _PRIVATE, _READ_ONLY = 0x10000000, 0x00020000, 1 << 18 | 1 << 14, 1 | 1 << 5
SMALL_DISK_MB = 80


@dataclass
class Disk:
    """The control file of fail.c."""

    control: Path

    def refuse(self, what: str, number: int, skip: int = 0) -> None:
        """From the call after the next ``skip`` on."""
        fresh = self.control.with_suffix(".new")
        fresh.write_text(f"{what} {number} {skip}")
        fresh.replace(self.control)

    def well(self) -> None:
        """Everything works again."""
        self.control.unlink(missing_ok=True)


def control() -> Disk:
    """The disk as fail.c was told of it."""
    return Disk(Path(os.environ["FAIL_CONTROL"]))


class Scene:
    """A counter that is logged in, and the next item of its script."""

    def __init__(self, order: Mapping[str, Any], trap: Trap) -> None:
        self.order = order
        self.trap = trap
        self.disk = control()
        self.counter = Counter(order, trap)
        self.clerk, self.eyes = self.counter.clerk, self.counter.eyes
        self.counter.terminal.start()
        self._work = each(from_json(order["visits"]))

    def log_in(self) -> CounterView:
        return self.clerk.log_in(self.order["operator"], PASSWORD)

    def next(self) -> tuple[Visit, Item]:
        """Filled in, all but F9."""
        visit, item = next(self._work)
        self.clerk.fill(visit, item)
        return visit, item

    def press(self, command: c.Command) -> str:
        """The code that stands on the screen afterwards."""
        self.clerk.press(command)
        return self.message()

    def message(self) -> str:
        said = self.eyes.view.message
        return said.code if said is not None else ""

    def commit(self, name: str) -> bool:
        """F9 while the disk refuses; says what it showed, and whether the form stayed as it was."""
        before, day = draft_of(self.eyes.view.visit), self.eyes.view.today
        code = self.press(c.Commit(time.perf_counter_ns()))
        view = self.eyes.view
        kept = draft_of(view.visit) == before
        say(fault=name, code=code, kept=kept, accepted=view.today - day)
        return view.today > day

    def end(self) -> None:
        """Labels are out; the program ends as usual."""
        self.clerk.wait_labels()
        self.counter.terminal.stop()
        say(state="done")


FAULTS = (
    ("fsync", errno.EIO),
    ("write", errno.ENOSPC),
    ("write", errno.EDQUOT),
    ("write", errno.EIO),
    ("change", errno.EROFS),
)


def f9(order: Mapping[str, Any], trap: Trap) -> None:
    """F9 with every kind of fault from its first, second, … call on, then once more on a sound disk."""
    scene = Scene(order, trap)
    scene.log_in()
    for what, number in FAULTS:
        for skip in range(order["skips"]):
            scene.next()
            time.sleep(0.5)  # the draft is written: the next calls are those of F9
            scene.disk.refuse(what, number, skip)
            done = scene.commit(f"{what}/{errno.errorcode[number]}/{skip}")
            scene.disk.well()
            if not done:
                scene.commit("well")
            scene.clerk.wait_labels()
    scene.end()


def label(order: Mapping[str, Any], trap: Trap) -> None:
    """The disk refuses right after F9's commit, and once more while the label prints."""
    scene = Scene(order, trap)
    scene.log_in()
    for step in ("f9.committed", "print.started"):
        scene.next()
        trap.watch[step] = lambda: scene.disk.refuse("fsync", errno.EIO)
        scene.press(c.Commit(time.perf_counter_ns()))
        view = scene.eyes.wait(_says("store.io"), "the fault")
        del trap.watch[step]
        say(fault=step, code=scene.message(), labels=[item.label for item in view.pending])
        time.sleep(1.0)  # time enough for a page that must not come, or does
        say(pages=scene.clerk.came_out())
        scene.disk.well()
        scene.eyes.wait(lambda view: not view.pending, "the label")
        say(pages=scene.clerk.came_out())
    scene.end()


def around(order: Mapping[str, Any], trap: Trap) -> None:
    """Log-in, typing, lock and log-out on a disk that refuses, each once more when it is well."""
    scene = Scene(order, trap)
    scene.disk.refuse("fsync", errno.EIO)
    say(fault="log in", code=scene.press(c.LogIn(order["operator"], PASSWORD)))
    say(screen=scene.eyes.view.screen.value)
    scene.disk.well()
    scene.log_in()
    scene.disk.refuse("write", errno.ENOSPC)
    visit, item = scene.next()
    before = draft_of(scene.eyes.view.visit)
    scene.eyes.wait(_says("store.disk_full"), "a draft that is refused")
    say(fault="draft", code=scene.message(), kept=draft_of(scene.eyes.view.visit) == before)
    say(fault="log out", code=scene.press(c.LogOut()), kept=draft_of(scene.eyes.view.visit) == before)
    code = scene.press(c.Lock())
    say(fault="lock", code=code, screen=scene.eyes.view.screen.value, shown=scene.eyes.view.visit is not None)
    scene.disk.well()
    scene.log_in()
    say(fault="back", code=scene.message(), kept=draft_of(scene.eyes.view.visit) == before)
    scene.clerk.accept(visit, item)
    scene.end()


def full(order: Mapping[str, Any], trap: Trap) -> None:
    """First low, then full to the last byte, then with room again."""
    with small_disk(Path(order["data"])) as room:
        scene = Scene(order, trap)
        scene.log_in()
        scene.next()
        room.leave(LOW_DISK // 2)
        scene.commit("low")
        say(fault="low/lock", code=scene.press(c.Lock()), screen=scene.eyes.view.screen.value)
        scene.log_in()
        say(fault="low/back", code=scene.message())
        room.leave(0)
        scene.commit("full")
        say(fault="full/lock", code=scene.press(c.Lock()), screen=scene.eyes.view.screen.value)
        room.plenty()
        scene.log_in()
        scene.commit("well")
        say(fault="close", code=scene.press(c.CloseDay()))
        scene.end()
    say(real=room.real)


def no_room_at_all(order: Mapping[str, Any], trap: Trap) -> None:
    """The same, where the file system does not tell in time: another program fills it."""
    setattr(Database, "need_space", lambda _self: None)  # noqa: B010
    with small_disk(Path(order["data"])) as room:
        scene = Scene(order, trap)
        scene.log_in()
        for keep in (0, 4096, 8192, 16384, 32768):
            scene.next()
            time.sleep(0.5)
            room.leave(keep)
            done = scene.commit(f"keep/{keep}")
            room.plenty()
            if not done:
                scene.commit("well")
            scene.clerk.wait_labels()
        scene.end()
    say(real=room.real)


def read_only(order: Mapping[str, Any], trap: Trap) -> None:
    """A counter starts where nobody may write."""
    with small_disk(Path(order["data"]), read_only=True) as room:
        scene = Scene(order, trap)
        say(fault="log in", code=scene.press(c.LogIn(order["operator"], PASSWORD)))
        say(screen=scene.eyes.view.screen.value)
        scene.counter.terminal.stop()
    say(real=room.real)


def _says(code: str) -> Callable[[CounterView], bool]:
    return lambda view: view.message is not None and view.message.code == code


class Room:
    """The free room of a disk: really filled where it is one of our own, else as fail.c pretends."""

    def __init__(self, data: Path, *, real: bool) -> None:
        self.real = real
        self._filler = data / "filler"
        self._disk = control()

    def leave(self, keep: int) -> None:
        """So many bytes are free from now on."""
        if self.real:
            _fill(self._filler, keep=keep)
        elif keep >= LOW_DISK // 2:
            self._disk.refuse("room", 0, keep)
        else:
            self._disk.refuse("write", errno.ENOSPC, keep // 4096)

    def plenty(self) -> None:
        """There is room again."""
        self._filler.unlink(missing_ok=True)
        self._disk.well()


def _fill(filler: Path, *, keep: int) -> None:
    """Write until only so many bytes are left."""
    status = os.statvfs(filler.parent)
    room = status.f_bavail * status.f_frsize - keep
    with filler.open("ab") as file:
        block = bytes(1024 * 1024)
        while room > 0:
            try:
                room -= file.write(block[: min(room, len(block))])
                file.flush()
            except OSError:
                return


@contextmanager
def small_disk(data: Path, *, read_only: bool = False) -> Iterator[Room]:
    """``data`` on a small file system that only this process sees; where that is barred, a pretended one."""
    libc = ctypes.CDLL(None, use_errno=True)
    aside = data.with_name("aside")
    shutil.copytree(data, aside)
    real = libc.unshare(_NEWNS if os.getuid() == 0 else _NEWUSER | _NEWNS) == 0
    if real:
        libc.mount(b"none", b"/", None, _PRIVATE, None)
        options = f"size={SMALL_DISK_MB}m".encode()
        real = libc.mount(b"tmpfs", os.fsencode(data), b"tmpfs", 0, options) == 0
    if real:
        shutil.copytree(aside, data, dirs_exist_ok=True)
    if read_only and not (real and libc.mount(b"none", os.fsencode(data), None, _READ_ONLY, None) == 0):
        control().refuse("change", errno.EROFS)
    yield Room(data, real=real)
    if not read_only:  # what was written is to be looked at from outside
        shutil.copytree(data, aside, dirs_exist_ok=True)
    if real:
        libc.umount(os.fsencode(data))


SCENES: Mapping[str, Callable[[Mapping[str, Any], Trap], None]] = {
    "f9": f9,
    "label": label,
    "around": around,
    "full": full,
    "no_room_at_all": no_room_at_all,
    "read_only": read_only,
}
