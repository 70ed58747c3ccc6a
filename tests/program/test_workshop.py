"""The workshop's order of work: what is asked for while something is done, left, broken off, never found."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import load_config
from core.devices import Slot
from core.errors import StoreError, StoreFault
from core.gate_log import NAME
from core.technician import Work
from devices.usb import ROOT_NAME
from program.configured_file import ConfigurationFile
from program.diagnostics import collect
from program.doctor import examine
from program.workshop import Workshop
from tests.devices.rig import until
from tests.devices.test_usb import Bus

_CONFIG = """[station]
branch = "520100-01"
terminal = "520100-01-03"
[headquarters]
url = "https://127.0.0.1:9"
[devices.scanner]
driver = "serial"
link = "serial:///dev/none"
[devices.scale]
driver = "sics"
link = "tcp://127.0.0.1:{port}"
"""


class Bench:
    """A workshop without a terminal; a scale that is connected and silent."""

    def __init__(self, folder: Path, port: int) -> None:
        self.file, self.bus = folder / "counter.toml", Bus(folder / "root")
        self.file.write_text(_CONFIG.format(port=port), encoding="utf-8")
        self.data = folder / "data"
        self.data.mkdir()
        self.workshop = Workshop(self.data, self.file, lambda: None, give_up_s=0.5)

    def told(self) -> str:
        """The last line."""
        told = self.workshop.look(None).told
        return told.code if told is not None else ""

    def idle(self) -> bool:
        """Nothing is done."""
        return self.workshop.look(None).work is Work.NOTHING


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv(ROOT_NAME, str(tmp_path / "root"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        made = Bench(tmp_path, silent.getsockname()[1])
        yield made
        made.workshop.stop()


def _held(free: threading.Event) -> None:
    assert free.wait(30)


def test_the_first_key_is_taken_however_soon_it_comes(bench: Bench) -> None:
    """The page asks for the self-check when it is opened, and a key may come before that has begun."""
    workshop, free = bench.workshop, threading.Event()
    workshop._jobs.put(lambda: _held(free))
    workshop.examine()
    workshop.add(None)
    assert (bench.told(), workshop.look(None).adding is not None) == ("", True)
    workshop.test(Slot.SCALE)
    assert bench.told() == "msg.workshop_busy"  # a third one is too much
    free.set()
    until(lambda: workshop.look(None).work is Work.LOOKING, "it looks for a plug")
    workshop.leave()


def test_nothing_that_is_asked_for_is_lost_and_who_leaves_has_left(bench: Bench) -> None:
    """A long test is on: a search waits, a second one is refused aloud; Esc ends both, writes are done."""
    workshop = bench.workshop
    workshop.test(Slot.SCALE)
    until(lambda: Slot.SCALE in workshop.look(None).tests, "the test begins")
    workshop.test(Slot.SCALE)
    assert bench.told() == "msg.workshop_busy"  # not a second run behind the first
    workshop.add(None)
    assert bench.told() == ""
    adding = workshop.look(None).adding
    assert adding is not None
    assert adding.waits  # nothing may be plugged in before it is known what was there
    workshop.test(Slot.SCANNER)
    assert bench.told() == "msg.workshop_busy"
    workshop.rename(Slot.SCALE, "bei chuang")
    workshop.rename(Slot.SCANNER, "men kou")
    workshop.leave()
    until(lambda: bench.told() == "msg.device_renamed" and bench.idle(), "the names are written")
    view = workshop.look(None)
    assert view.adding is None
    assert view.tests[Slot.SCALE].broken_off
    assert not view.tests[Slot.SCALE].sound
    assert Slot.SCANNER not in view.tests
    until(lambda: load_config(bench.file).devices[Slot.SCANNER].options.get("name") == "men kou", "both")
    assert load_config(bench.file).devices[Slot.SCALE].options["name"] == "bei chuang"
    done = [("rename", "scanner", "done"), ("rename", "scale", "done"), ("test", "scale", "broken_off")]
    until(
        lambda: [(each.act, each.slot, each.outcome) for each in workshop.look(None).done] == done, "traces"
    )
    assert b"chuang" not in (bench.data / NAME).read_bytes()
    (line,) = [line for line in examine(bench.data, bench.file, None) if line.name == "gate_log"]
    assert (line.state, line.facts) == ("ok", {"count": 3})
    assert collect(bench.data, None, ())["gate_log"][0][2:] == ["test", "scale", "broken_off"]


def test_a_search_without_a_find_ends_with_a_word(bench: Bench) -> None:
    """After its time, and where the file is broken; an address that is none is said meanwhile."""
    bench.workshop.add(None)
    bench.workshop.try_address("printer")
    until(lambda: bench.told() == "msg.address_form", "the address is refused")
    until(lambda: bench.told() == "msg.nothing_plugged", "the search ends")
    assert bench.workshop.look(None).adding is None
    until(bench.idle, "it has ended")
    bench.file.write_text("[station", encoding="utf-8")
    bench.workshop.add(None)
    until(lambda: bench.told() == "config.syntax", "the file is named")
    assert bench.workshop.look(None).adding is None
    until(bench.idle, "it has ended")
    bench.workshop.bundle()  # a broken file is what it is for; this counter has no vault to name it yet
    until(lambda: bench.told() == "store.missing", "the bundle fails for want of a vault alone")


def test_the_file_is_changed_where_it_lies_and_kept_byte_for_byte(tmp_path: Path) -> None:
    """Behind a link, with Windows' line ends; what the disk refuses is named and leaves nothing behind."""
    real, linked = tmp_path / "etc" / "counter.toml", tmp_path / "counter.toml"
    real.parent.mkdir()
    before = b"\xef\xbb\xbf" + _CONFIG.format(port=9).replace("\n", "\r\n").encode()
    real.write_bytes(before)
    real.chmod(0o644)
    linked.symlink_to(real)
    file = ConfigurationFile(linked)
    file.change(Slot.SCALE, {"name": "bei chuang"})
    assert linked.is_symlink()
    assert load_config(real).devices[Slot.SCALE].options["name"] == "bei chuang"
    assert (tmp_path / "counter.toml.before").read_bytes() == before
    assert real.stat().st_mode & 0o777 == 0o644
    (tmp_path / "counter.toml.before").unlink()
    (tmp_path / "counter.toml.before").mkdir()
    written = real.read_bytes()
    with pytest.raises(StoreError) as caught:
        file.change(Slot.SCALE, {"name": None})
    assert caught.value.code is StoreFault.IO
    assert real.read_bytes() == written
    assert not list(tmp_path.glob(".*")) + list(tmp_path.glob("*.new"))
