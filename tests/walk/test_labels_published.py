"""A label template from headquarters on real paper: by its day, named by the journal, the same for copies."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from core import commands as c
from core import wire
from core.devices import DeviceState
from core.errors import CounterError
from core.ledger.clock import business_date
from devices.simulators.label_printer import LabelPrinterSimulator
from devices.simulators.port import TcpPort
from hq.messages import exit_code, sentence
from hq.schema import PUBLICATIONS
from tests.walk.branch import RESOURCES, Branch, Desk
from tests.walk.test_pools import fill

HERE, CLERK = "990100-01-03", "OP10001"
TODAY = business_date(dt.datetime.now(dt.UTC))
OWN = (RESOURCES / "labels" / "60x40.toml").read_text("utf-8")


def template(version: str, days: int, text: str = OWN) -> str:
    """The program's own with a version, a day, and a caption that nobody can overlook."""
    day = TODAY + dt.timedelta(days=days)
    lines = [line for line in text.splitlines() if not line.startswith("dated")]
    at = lines.index("[template]") + 1
    lines[at:at] = [f'version = "{version}"', f"dated = {day}"]
    mark = "[[text]]\ncaption = '甲'\nx = 52.0\ny = 0.25\nw = 7.0\nh = 7.0\nsize = 5.0\nstyle = 'frame'\n"
    return "\n".join(lines) + "\n" + (mark if "marked" in version else "")


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def printed(desk: Desk, pages: Path, count: int) -> list[bytes]:
    """All pages so far."""

    def there() -> bool:
        return len(desk.entries("LabelPrinted")) >= count

    desk.wait("printed", there)
    desk.wait("on paper", lambda: len(list(pages.glob("page-*.png"))) >= count)
    return [path.read_bytes() for path in sorted(pages.glob("page-*.png"))]


def started(desk: Desk) -> list[str]:
    return [entry.data["template"] for entry in desk.entries("PrintStarted")]


def accept(desk: Desk, waybill: str) -> None:
    fill(desk, waybill)
    assert desk.do(c.Commit()) is None


@pytest.mark.timeout(180)
def test_new_items_from_its_day_on_and_copies_as_the_first_page(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    printer = LabelPrinterSimulator(TcpPort(10_000_000), pages, print_s=0.01)
    printer.start()
    try:
        while ":0?" in printer.url:
            time.sleep(0.01)
        with Branch(tmp_path) as branch:
            branch.enrol(HERE, CLERK, branch.operator(CLERK, "clerk"))
            link = printer.url.partition("?")[0]
            with (tmp_path / f"{HERE}.toml").open("a", encoding="utf-8") as config:
                config.write(
                    f'\n[devices.label_printer]\ndriver = "tspl"\nlink = "{link}"\n'
                    "width_mm = 60\nheight_mm = 40\ndpi = 203\n"
                )
            with branch.open(HERE) as desk:
                assert desk.log_in(CLERK) is None
                desk.until("ready", lambda v: bool(v.devices) and v.devices[0].state is DeviceState.READY)
                accept(desk, "EA473124829CN")
                (first,) = printed(desk, pages, 1)
                before = desk.number
                branch.publish(write(tmp_path / "later.toml", template("l-later-marked", 4)))
                branch.publish(write(tmp_path / "now.toml", template("l-now-marked", 0)), "990100-01")
                desk.adopted(before + 2)
                accept(desk, "EA473124815CN")
                _, second = printed(desk, pages, 2)
                assert started(desk) == ["own", "l-now-marked"]
                one, two = (entry.header.seq for entry in desk.entries("ItemAccepted"))
                before = desk.number
                branch.publish(write(tmp_path / "next.toml", template("l-next", 0)))
                desk.adopted(before + 1)
                for item in (one, two):
                    assert desk.do(c.Reprint(item)) is None
                desk.wait("copies", lambda: len(desk.entries("LabelPrinted")) == 4)
                assert started(desk) == ["own", "l-now-marked", "own", "l-now-marked"]
                assert first != second
                _a_broken_one_is_set_aside(branch, desk, tmp_path)
                accept(desk, "EA473124832CN")
                desk.wait("third", lambda: len(desk.entries("LabelPrinted")) == 5)
                assert started(desk)[-1] == "l-next"
    finally:
        printer.stop()


def _a_broken_one_is_set_aside(branch: Branch, desk: Desk, directory: Path) -> None:
    """As a headquarters of another version might publish it: named, and the one before goes on."""
    before = desk.number
    branch.hq.kill()
    number = branch.publish(write(directory / "good.toml", template("l-broken", 0)))
    broken = template("l-broken", 0).replace('field = "manual"', 'field = "document_number"')
    with branch.database() as database, database.write() as connection:
        here = PUBLICATIONS.update().where(PUBLICATIONS.c.number == number)
        connection.execute(here.values(body=wire.encode({"template": broken})))
    branch.hq.start(listen=branch.hq.url.removeprefix("https://"))
    desk.adopted(before + 1)
    assert desk.entries("DirectiveParked")[-1].data["cause"] == "config.wrong_value"


BROKEN = (
    ('field = "manual"', 'field = "document_number"', "one of"),
    ("w = 59.0", "w = 69.0", "a box on the page"),
    ('field = "security"', 'field = "waybill"', "also security"),
    ("least = 0.25", "least = 0.1", "module"),
    ('version = "l-1"', 'version = "own"', "letters, digits"),
    ("[qr]", "[weather]\nrain = 1\n[qr]", "weather"),
    ("size = ", "sise = ", "sise"),
)


def test_what_breaks_its_form_is_refused_before_any_counter_hears_of_it(tmp_path: Path) -> None:
    with Branch(tmp_path) as branch:
        good = template("l-1", 0)
        branch.publish(write(tmp_path / "good.toml", good))
        branch.publish(write(tmp_path / "good.toml", good))  # the same again, perhaps to another branch
        for old, new, said in (*BROKEN, ("甲", "乙", "")):
            text = good.replace(old, new) if said else template("l-1", 1)
            assert text != good
            with pytest.raises(CounterError) as refused:
                branch.publish(write(tmp_path / "bad.toml", text))
            assert (said or "a version of its own") in sentence(refused.value), sentence(refused.value)
            assert exit_code(refused.value) == 2
