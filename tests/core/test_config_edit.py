"""Changes in a configuration file: everything a person wrote beside them stays."""

from __future__ import annotations

import tomllib

import pytest

from core.config_edit import Value, with_values

_TEXT = """# by hand
[station]
branch = "1"   # of the town

[devices.scale]  # old
driver = "ascii" # continuous
link = 'serial:///dev/ttyS0?baud=9600'   # its own "cable" # twice
# link = "tcp://10.0.0.1:1"

# the last table
[devices."scanner"]
driver = "wedge"
"""
_TABLE = ("devices", "scale")


def test_values_change_and_all_else_stays() -> None:
    made = with_values(_TEXT, _TABLE, {"driver": "nci", "link": "usb://067b:2303", "name": '窗口 "2"'})
    assert made.splitlines() == [
        "# by hand", "[station]", 'branch = "1"   # of the town', "", "[devices.scale]  # old",
        'driver = "nci" # continuous', 'link = "usb://067b:2303"   # its own "cable" # twice',
        'name = "窗口 \\"2\\""', '# link = "tcp://10.0.0.1:1"', "", "# the last table",
        '[devices."scanner"]', 'driver = "wedge"',
    ]  # fmt: skip


def test_a_key_is_taken_away_and_a_table_is_added() -> None:
    made = with_values(_TEXT, _TABLE, {"link": None})
    assert "link" not in tomllib.loads(made)["devices"]["scale"]
    added = with_values(made, ("devices", "camera"), {"driver": "x", "enabled": False, "gone": None})
    assert tomllib.loads(added)["devices"]["camera"] == {"driver": "x", "enabled": False}
    assert added.startswith(made)


@pytest.mark.parametrize(
    ("key", "value"), [("driver", "scanner"), ("new", 7), ("new", True), ("new", 'a\\b"c#d\u00e9')]
)
def test_what_is_written_is_read_back(key: str, value: Value) -> None:
    """Also in a table whose name was quoted."""
    made = with_values(_TEXT, ("devices", "scanner"), {key: value})
    assert tomllib.loads(made)["devices"]["scanner"][key] == value
    assert tomllib.loads(made)["devices"]["scale"] == tomllib.loads(_TEXT)["devices"]["scale"]


def test_a_file_without_a_last_line_end() -> None:
    made = with_values("[a]\nb = 1 # c", ("a",), {"b": 2, "d": "e"})
    assert made == '[a]\nb = 2 # c\nd = "e"\n'
