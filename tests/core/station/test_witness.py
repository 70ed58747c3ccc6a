"""What a session was refused, and a configuration that was changed by hand: both become entries, and few."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest

from core import commands as c
from core.config import parse_config
from core.late import AdoptLate
from core.view import CounterView
from tests.core.memory import MemoryVault
from tests.core.station.desk import Counter
from tests.guards import ExpectedLogs

FILE = """
[station]
branch = "990100-01"
terminal = "990100-01-03"
[headquarters]
url = "https://127.0.0.1:8443"
[devices.scanner]
driver = "serial"
link = "serial:///dev/ttyACM0"
"""


def data_of(vault: MemoryVault, kind: str) -> list[dict[str, object]]:
    return [dict(entry.data) for entry in vault.journal.rows if entry.header.kind == kind]


def test_a_refused_right_is_an_entry_once_and_then_a_count(counter: Counter) -> None:
    """However often she tries, two entries stand in the journal."""
    for _ in range(7):
        counter.do(AdoptLate("b-1"))
    refused = {"operator": "OP10001", "action": "late_entries", "cause": "rule.role"}
    assert data_of(counter.vault, "ActsRefused") == [{**refused, "count": 1}]
    counter.do(c.Lock())
    assert data_of(counter.vault, "ActsRefused") == [{**refused, "count": 1}, {**refused, "count": 6}]
    assert counter.kinds()[-2:] == ["ActsRefused", "OperatorLocked"]
    counter.log_in()
    counter.do(c.Lock())
    assert len(data_of(counter.vault, "ActsRefused")) == 2


def test_a_refused_approval_says_how_it_was_refused_and_never_what_was_typed(counter: Counter) -> None:
    counter.do(c.SetSenderKind(c.SenderKind.EXEMPT), c.SetExemption("own_service_post"))
    counter.do(c.ApproveExemption("OP10001", "yi-er-san"), c.ApproveExemption("OP20001", "ye-bu-dui"))
    rows = data_of(counter.vault, "ActsRefused")
    assert [(row["action"], row["cause"]) for row in rows] == [
        ("exempt", "rule.approver_self"),
        ("exempt", "store.wrong_key"),
    ]
    assert all(row["operator"] == "OP10001" for row in rows)
    assert not any(b"ye-bu-dui" in entry.body for entry in counter.vault.journal.rows)


def test_what_the_form_refuses_is_nobody_s_business(counter: Counter) -> None:
    before = counter.kinds()
    counter.do(c.Commit(), c.SetField(c.Field.WAYBILL, "no waybill"), c.Reprint())
    assert counter.kinds() == before


def start(vault: MemoryVault, text: str) -> tuple[Counter, CounterView]:
    """The program starts with that file, and somebody logs in."""
    made = Counter(vault)
    parts: Mapping[str, str] = parse_config(text.encode(), "counter.toml").parts
    made.live.settings = replace(made.live.settings, configuration=parts)
    return made, made.log_in()


def test_a_configuration_changed_by_hand_is_named_at_the_next_start(expected_logs: ExpectedLogs) -> None:
    """For the technician in his log, for whoever logs in on the screen, for everybody in the journal."""
    expected_logs.expect("core.station.configuring", "the configuration was changed: ")
    vault = MemoryVault()
    for text, entries, part in (
        (FILE, 1, None),
        ("# for the technician\n" + FILE, 1, None),  # says the same
        (FILE.replace("ACM0", "ACM1"), 2, "slot.scanner"),
        (FILE.replace("ACM0", "ACM1"), 2, None),
        (FILE.replace(":8443", ":8444").replace("ACM0", "ACM1"), 3, "configuration.headquarters"),
        (FILE.partition("[devices")[0], 4, "configuration.headquarters"),  # and the scanner is not there
    ):
        counter, view = start(vault, text)
        try:
            message = view.message
            assert len(data_of(vault, "ConfigurationSeen")) == entries
            assert message is not None
            named = message.facts.get("part") if message.code.startswith("msg.configuration") else None
            assert named == part
            counter.do(c.LogOut())
        finally:
            counter.station.stop()
    assert message is not None
    assert message.facts["count"] == 1


def test_every_value_of_the_file_counts() -> None:
    """Each line with a value, changed alone, makes another hash of its own part and of no other."""
    whole = FILE + 'gap_ms = 40\n[backup]\nfolder = "/mnt/backup"\nevery_hours = 4\n'
    before = parse_config(whole.encode(), "counter.toml").parts
    driver = 'driver = "serial"\nlink = "serial:///dev/ttyACM0"\ngap_ms = 40'
    changes = {
        "station": [('"990100-01"', '"990100-02"'), ('"990100-01-03"', '"990100-01-04"')],
        "headquarters": [("8443", "8444")],
        "scanner": [("ACM0", "ACM1"), ("= 40", "= 41"), (driver, 'driver = "wedge"')],
        "backup": [("/mnt/backup", "/mnt/other"), ("every_hours = 4", "every_hours = 5")],
    }
    for part, replaced in changes.items():
        for old, new in replaced:
            after = parse_config(whole.replace(old, new, 1).encode(), "counter.toml").parts
            assert {name for name in before if before[name] != after[name]} == {part}


@pytest.mark.parametrize(
    ("hours", "said"), [(2, ("msg.clock_back", {"minutes": 120})), (72, ("msg.clock_back_days", {"days": 3}))]
)
def test_a_clock_turned_back_before_headquarters_said_the_time_is_named(
    counter: Counter, expected_logs: ExpectedLogs, hours: int, said: object
) -> None:
    """Nobody has said yet what time it is in this boot: the entry before it is all there is."""
    expected_logs.expect("core.station.turned", f"{hours * 60} minutes before the last entry")
    machine, rows = counter.vault.machine, counter.vault.journal.rows
    counter.do(c.Lock())
    assert rows[-1].header.trusted.quality == "unconfirmed"
    machine.moment -= dt.timedelta(hours=hours)
    counter.log_in()
    message = counter.views[-1].message
    assert message is not None
    assert (message.code, message.facts) == said
    machine.moment -= dt.timedelta(hours=1)  # while she works
    counter.do(c.Lock())
    times = [entry.header.trusted.at for entry in rows]
    assert times == sorted(times)
    assert rows[-1].header.wall < times[-1] - dt.timedelta(hours=2)
