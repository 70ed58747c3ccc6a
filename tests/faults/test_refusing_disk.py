"""T25: disk full, read-only, failing fsync: nothing half stored, said by a code, well again afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.around import BRANCH, Forks, Headquarters, Outcome, forks
from tests.faults.desk import Desk
from tests.faults.store import Snapshot, look
from tests.faults.work import day, to_json

pytestmark = pytest.mark.requirement("T25")

# SQLite tells a full disk by ENOSPC alone; a quota, or a file system that turns read-only under an open
# file, is a write that failed.  Where the draft was refused right before F9, the connection is made anew;
# it finds a file that can only be read, and says that.
CODES = {
    "EIO": {"store.io"},
    "ENOSPC": {"store.disk_full"},
    "EDQUOT": {"store.io"},
    "EROFS": {"store.io", "store.read_only"},
}


class Place:
    """One enrolled terminal, its devices, and a disk that can be told to refuse."""

    def __init__(
        self, headquarters: Headquarters, number: int, directory: Path, server: Forks, desk: Desk
    ) -> None:
        self.operator, self._server, self.desk = f"OP4{number:04d}", server, desk
        self.data = directory / "disk" / "counter"
        terminal = f"990100-04-{number:02d}"
        self._common = {
            "data": str(self.data),
            "url": headquarters.url,
            "operator": self.operator,
            "branch": BRANCH,
            "terminal": terminal,
            "links": desk.links(),
            "control": desk.control_path,
        }
        self._run({"scene": "enrol", **headquarters.codes(terminal, self.operator)})

    def run(self, scene: str, items: int, **order: Any) -> Outcome:
        """A scene to its good end."""
        return self._run({"scene": scene, "visits": to_json(day(items)), **order})

    def _run(self, order: dict[str, Any]) -> Outcome:
        outcome = self._server.run({**self._common, **order})
        assert outcome.code == 0, (outcome, self._server.errors())
        return outcome

    def look(self, aside: str = "") -> Snapshot:
        """The store, sound; every item with exactly one label."""
        found = look(self.data.with_name(aside) if aside else self.data, self.operator)
        assert found.findings == []
        assert [len(same) for same in found.numbers().values()] == [1] * len(found.items)
        out = sorted(page.waybill for page in self.desk.watched.out)
        assert out == sorted(row.waybill for row in found.items)
        assert not any(page.copy for page in self.desk.watched.out)
        return found


@pytest.fixture
def place(
    headquarters: Headquarters,
    preload: Callable[[str], str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Place]:
    environment = {
        "LD_PRELOAD": preload("fail"),
        "FAIL_ROOT": str(tmp_path / "disk"),
        "FAIL_CONTROL": str(tmp_path / "control"),
    }
    (tmp_path / "disk").mkdir()
    number = 1 + request.session.items.index(request.node) % 90
    desk = Desk(tmp_path / "desk")
    with desk, forks(tmp_path / "errors", environment) as server:
        yield Place(headquarters, number, tmp_path, server, desk)
        assert "Traceback" not in server.errors()
        assert "incident" not in server.errors()


def faults(outcome: Outcome) -> list[dict[str, Any]]:
    return [line for line in outcome.said if "fault" in line]


def test_f9_on_a_disk_that_refuses(place: Place) -> None:
    """From the first, second, … call on: refused whole, the form as it was; then accepted, once."""
    skips = 4
    outcome = place.run("f9", 5 * skips, skips=skips)
    met = 0
    for line in faults(outcome):
        name, done = line["fault"], line["accepted"] == 1
        if name == "well":
            assert (line["code"], done) == ("msg.accepted", True), line
        elif done:  # the calls before the fault were enough for the commit
            assert line["code"] in {"msg.accepted"}.union(*CODES.values()), line
        else:
            met += 1
            assert line["code"] in CODES[name.split("/")[1]], line
            assert line["kept"], line
    assert met >= 10
    assert len(place.look().items) == 5 * skips


def test_a_label_on_a_disk_that_refuses(place: Place) -> None:
    """Where its start cannot be recorded not a byte is sent; where its end cannot, it is recorded later."""
    outcome = place.run("label", 2)
    first, second = faults(outcome)
    assert (first["code"], first["labels"]) == ("store.io", ["due"])
    assert (second["code"], second["labels"]) == ("store.io", ["started"])
    before, after, *rest = [sum(pages.values()) for pages in outcome.of("pages")]
    assert (before, after, *rest) == (0, 1, 2, 2)
    found = place.look()
    assert found.state.value["labels"] == {}
    assert "PrintUnknown" not in found.kinds


def test_everything_around_f9_on_a_disk_that_refuses(place: Place) -> None:
    outcome = place.run("around", 1)
    assert [(line["fault"], line["code"]) for line in faults(outcome)] == [
        ("log in", "store.io"),
        ("draft", "store.disk_full"),
        ("log out", "store.disk_full"),
        ("lock", "store.disk_full"),
        ("back", "msg.draft_restored"),
    ]
    assert all(line["kept"] for line in faults(outcome) if "kept" in line)
    assert outcome.of("screen") == ["login", "locked"]
    assert [line["shown"] for line in faults(outcome) if "shown" in line] == [False]
    assert len(place.look().items) == 1


def test_a_full_disk(place: Place) -> None:
    """Low: nothing is accepted, but locked, logged in and printed.  Full: the screen still locks."""
    outcome = place.run("full", 1)
    told = {line["fault"]: line for line in faults(outcome)}
    for name in ("low", "full"):
        assert (told[name]["code"], told[name]["accepted"], told[name]["kept"]) == (
            "store.disk_full",
            0,
            True,
        )
    assert (told["low/lock"]["code"], told["low/lock"]["screen"]) == ("msg.locked", "locked")
    assert told["low/back"]["code"] == "msg.draft_restored"
    assert told["full/lock"]["screen"] == "locked"
    assert (told["well"]["code"], told["close"]["code"]) == ("msg.accepted", "msg.day_closed")
    assert len(place.look("aside").items) == 1


def test_a_disk_that_is_full_without_warning(place: Place) -> None:
    outcome = place.run("no_room_at_all", 5)
    refused = [line for line in faults(outcome) if line["fault"] != "well" and not line["accepted"]]
    assert {line["code"] for line in refused} == {"store.disk_full"}
    assert all(line["kept"] for line in refused)
    assert len(place.look("aside").items) == 5


def test_a_read_only_disk(place: Place) -> None:
    outcome = place.run("read_only", 1)
    (line,) = faults(outcome)
    assert line["code"] == "store.read_only"
    assert outcome.of("screen") == ["login"]
    assert place.look().items == []
