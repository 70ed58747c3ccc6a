"""The configuration file: the published form reads, and every mistake is named with its line."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import BackupConfig, Config, DeviceConfig, load_config, parse_config
from core.devices import Slot
from core.errors import ConfigError, ConfigFault

EXAMPLE = """\
[station]
branch = "520100-01"
terminal = "520100-01-03"
language = "zh"

[headquarters]
url = "https://127.0.0.1:8443"

[devices.id_reader]
driver = "sam"
link = "serial:///dev/serial/by-id/usb-…?baud=115200"

[devices.scanner]
driver = "serial"            # or "wedge"
link = "serial:///dev/ttyACM0?baud=9600"

[devices.label_printer]
driver = "tspl"              # "zpl", "escpos"
link = "tcp://192.168.1.50:9100"
width_mm = 76
height_mm = 130
dpi = 203

[devices.receipt_printer]
driver = "escpos"
link = "serial:///dev/ttyUSB1?baud=19200"
width_mm = 80

[devices.card_reader]
driver = "pcsc"
link = "pcsc://Virtual PCD 00 00"

[devices.scale]
driver = "ascii"
link = "serial:///dev/ttyUSB2?baud=9600"
"""


def parse(text: str) -> Config:
    """From text."""
    return parse_config(text.encode(), "counter.toml")


def fault(text: str) -> tuple[str, object, object, ConfigError]:
    """(code, line, key, error) of a wrong text."""
    with pytest.raises(ConfigError) as caught:
        parse(text)
    facts = caught.value.facts
    assert facts["file"] == "counter.toml"
    assert facts["expected"]
    return str(caught.value.code), facts["line"], facts["key"], caught.value


def with_line(number: int, line: str) -> str:
    """The example with one line replaced (from 1)."""
    lines = EXAMPLE.splitlines()
    lines[number - 1] = line
    return "\n".join(lines) + "\n"


def test_the_published_example() -> None:
    config = parse(EXAMPLE)
    assert (config.station.branch, config.station.terminal, config.station.language) == (
        "520100-01",
        "520100-01-03",
        "zh",
    )
    assert config.headquarters.url == "https://127.0.0.1:8443"
    assert set(config.devices) == {
        Slot.ID_READER,
        Slot.SCANNER,
        Slot.LABEL_PRINTER,
        Slot.RECEIPT_PRINTER,
        Slot.CARD_READER,
        Slot.SCALE,
    }
    assert config.devices[Slot.ID_READER] == DeviceConfig(
        Slot.ID_READER, "sam", "serial:///dev/serial/by-id/usb-…?baud=115200", {}
    )
    assert config.devices[Slot.LABEL_PRINTER].options == {"width_mm": 76, "height_mm": 130, "dpi": 203}
    assert config.devices[Slot.RECEIPT_PRINTER].options == {"width_mm": 80, "dpi": 203}
    assert config.devices[Slot.CARD_READER].link == "pcsc://Virtual PCD 00 00"


def test_what_may_be_left_out() -> None:
    config = parse('[station]\nbranch="b"\nterminal="t"\n[headquarters]\nurl="https://hq.invalid/"\n')
    assert config.headquarters.proxy == ""
    assert (config.station.language, config.devices, config.headquarters.url) == (
        "zh",
        {},
        "https://hq.invalid",
    )
    wedge = parse(with_line(15, "").replace('driver = "serial"  ', 'driver = "wedge"'))
    assert wedge.devices[Slot.SCANNER] == DeviceConfig(Slot.SCANNER, "wedge", "", {})
    bare = parse(with_line(20, "").replace("height_mm = 130\ndpi = 203\n", ""))
    assert bare.devices[Slot.LABEL_PRINTER].options == {"width_mm": 76, "height_mm": 130, "dpi": 203}


def test_other_ways_of_writing_the_same() -> None:
    text = (
        'station = { branch = "b", terminal = "t" }\nheadquarters.url = "https://hq.invalid"\n'
        'devices.scale = { driver = "ascii", link = "tcp://[::1]:4001?baud=9600" }\n'
    )
    assert parse(text).devices[Slot.SCALE].link == "tcp://[::1]:4001?baud=9600"
    assert parse_config(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode(), "x") == parse(EXAMPLE)


@pytest.mark.parametrize(
    "link",
    [
        "serial:///dev/ttyUSB0",
        "serial://COM3?baud=9600",
        "tcp://printer.branch:9100",
        "usb://0471:0055",
        "usb://0471:0055/SN-1",
        "spool://labels",
        "file:///var/tmp/label",
    ],
)
def test_links_of_a_printer(link: str) -> None:
    assert parse(with_line(19, f'link = "{link}"')).devices[Slot.LABEL_PRINTER].link == link


@pytest.mark.parametrize(
    ("line", "text", "code", "key", "expected", "meant"),
    [
        (
            1,
            "[stations]",
            ConfigFault.UNKNOWN_KEY,
            "stations",
            "station, headquarters, devices, backup",
            "station",
        ),
        (2, "", ConfigFault.MISSING_KEY, "station.branch", "branch", None),
        (2, "branch = 520100", ConfigFault.WRONG_TYPE, "station.branch", "text", None),
        (2, 'branch = ""', ConfigFault.WRONG_VALUE, "station.branch", None, None),
        (2, 'branch = "a b"', ConfigFault.WRONG_VALUE, "station.branch", None, None),
        (3, 'terminall = "x"', ConfigFault.UNKNOWN_KEY, "station.terminall", None, "terminal"),
        (4, 'language = "de"', ConfigFault.WRONG_VALUE, "station.language", "zh, en", None),
        *(
            (
                7,
                f'proxy = "{each}"\nurl = "https://hq.invalid"',
                ConfigFault.WRONG_VALUE,
                "headquarters.proxy",
                None,
                None,
            )
            for each in ("https://p:1", "http://p", "http://u:p@p:1", "http://p:1/x", "socks5://p:1", "p:1")
        ),
        (7, 'url = "http://127.0.0.1"', ConfigFault.WRONG_VALUE, "headquarters.url", None, None),
        (7, 'url = "https://"', ConfigFault.WRONG_VALUE, "headquarters.url", None, None),
        (7, 'url = "https://u:p@hq.invalid"', ConfigFault.WRONG_VALUE, "headquarters.url", None, None),
        (7, 'url = "https://hq.invalid:x"', ConfigFault.WRONG_VALUE, "headquarters.url", None, None),
        (7, 'url = "https://[::1"', ConfigFault.WRONG_VALUE, "headquarters.url", None, None),
        (7, 'url = "https://hq.invalid?a=b"', ConfigFault.WRONG_VALUE, "headquarters.url", None, None),
        (9, "[devices.id_readr]", ConfigFault.UNKNOWN_KEY, "devices.id_readr", None, "id_reader"),
        (10, 'driver = "samm"', ConfigFault.WRONG_VALUE, "devices.id_reader.driver", "sam", "sam"),
        (10, "", ConfigFault.MISSING_KEY, "devices.id_reader.driver", "driver", None),
        (11, "", ConfigFault.MISSING_KEY, "devices.id_reader.link", "link", None),
        (11, 'lnk = "x"', ConfigFault.UNKNOWN_KEY, "devices.id_reader.lnk", None, "link"),
        (11, 'link = "/dev/ttyUSB0"', ConfigFault.WRONG_VALUE, "devices.id_reader.link", None, None),
        (
            11,
            'link = "seriall:///dev/x"',
            ConfigFault.WRONG_VALUE,
            "devices.id_reader.link",
            None,
            "serial://",
        ),
        (11, 'link = "pcsc://x"', ConfigFault.WRONG_VALUE, "devices.id_reader.link", None, None),
        (11, 'link = "serial://"', ConfigFault.WRONG_VALUE, "devices.id_reader.link", None, None),
        (
            15,
            'link = "serial:///dev/x?baud=fast"',
            ConfigFault.WRONG_VALUE,
            "devices.scanner.link",
            None,
            None,
        ),
        (
            15,
            'link = "serial:///dev/x?bauds=9600"',
            ConfigFault.WRONG_VALUE,
            "devices.scanner.link",
            None,
            None,
        ),
        (18, 'driver = "zlp"', ConfigFault.WRONG_VALUE, "devices.label_printer.driver", None, "zpl"),
        (19, 'link = "tcp://host"', ConfigFault.WRONG_VALUE, "devices.label_printer.link", None, None),
        (19, 'link = "tcp://host:0"', ConfigFault.WRONG_VALUE, "devices.label_printer.link", None, None),
        (19, 'link = "usb://471:55"', ConfigFault.WRONG_VALUE, "devices.label_printer.link", None, None),
        (20, "width_mm = 7", ConfigFault.WRONG_VALUE, "devices.label_printer.width_mm", "20 to 120", None),
        (20, 'width_mm = "76"', ConfigFault.WRONG_TYPE, "devices.label_printer.width_mm", None, None),
        (20, "width_mm = 76.5", ConfigFault.WRONG_TYPE, "devices.label_printer.width_mm", None, None),
        (20, "width_mm = true", ConfigFault.WRONG_TYPE, "devices.label_printer.width_mm", None, None),
        (20, "with_mm = 76", ConfigFault.UNKNOWN_KEY, "devices.label_printer.with_mm", None, "width_mm"),
        (29, "[devices.signature_pad]", ConfigFault.WRONG_VALUE, "devices.signature_pad", None, None),
    ],
)
def test_mistakes_are_named_with_their_line(
    line: int, text: str, code: ConfigFault, key: str, expected: str | None, meant: str | None
) -> None:
    found, at, name, error = fault(with_line(line, text))
    assert (found, name) == (code, key)
    # What is missing is missing from its table: the line is the table's.
    tables = {2: 1, 10: 9, 11: 9}
    assert at == (tables[line] if code is ConfigFault.MISSING_KEY else line)
    assert expected is None or error.facts["expected"] == expected
    assert error.facts.get("meant") == meant
    assert "u:p" not in str(error)


def test_backups() -> None:
    """Where to and how often; nothing by itself where the table is missing."""
    assert parse(EXAMPLE).backup is None
    found = parse(EXAMPLE + '\n[backup]\nfolder = "/mnt/second disk"\n').backup
    assert found == BackupConfig(Path("/mnt/second disk"), 4)
    for line in ('folder = "here"', 'folder = "/mnt"\nevery_hours = 0', "every_hours = 1"):
        with pytest.raises(ConfigError):
            parse(EXAMPLE + f"\n[backup]\n{line}\n")


def test_a_missing_table_would_go_to_the_end() -> None:
    text = '[station]\nbranch="b"\nterminal="t"\n'
    assert fault(text)[:3] == (ConfigFault.MISSING_KEY, 4, "headquarters")


def test_a_driver_that_takes_no_link_says_so() -> None:
    code, line, key, _ = fault(with_line(14, 'driver = "wedge"'))
    assert (code, line, key) == (ConfigFault.UNKNOWN_KEY, 15, "devices.scanner.link")


def test_tables_of_the_wrong_kind() -> None:
    assert fault("station = 1\nheadquarters = 1\n")[:3] == (ConfigFault.WRONG_TYPE, 1, "station")
    listed = EXAMPLE.replace("[devices.scale]", "[[devices.scale]]")
    assert fault(listed)[:3] == (ConfigFault.WRONG_TYPE, 33, "devices.scale")


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"[station]\nbranch = \n", 2),
        (b"[station\n", 1),
        (b"[station]\na = 1\na = 2\n", 3),
        (b'[station]\na = "open\n', 2),
        (b'[station]\na = """open\n', 3),
        (b"[station]\nx = \xff\n", 2),
        (b"x = " + b"9" * 5000 + b"\n", 2),
        (b"x = " + b"[" * 100_000, 0),
        (b" " * 300_000, 0),
    ],
)
def test_what_is_no_toml(data: bytes, line: int) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(data, "counter.toml")
    assert (caught.value.code, caught.value.facts["line"]) == (ConfigFault.SYNTAX, line)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        assert caught.value.code == ConfigFault.MISSING_FILE
        assert caught.value.facts["file"] == str(path)
    good = tmp_path / "counter.toml"
    good.write_text(EXAMPLE, encoding="utf-8")
    assert load_config(good) == parse(EXAMPLE)


def sound(config: Config) -> None:
    """What every configuration that was accepted promises to the rooms behind it."""
    assert config.station.language in ("zh", "en")
    assert urlsplit(config.headquarters.url).scheme == "https"
    for slot, device in config.devices.items():
        assert device.slot is slot
        assert "://" in device.link or device.driver == "wedge"
        assert all(type(value) in (int, str) for value in device.options.values())


def attempt(data: bytes) -> None:
    """Reads, or raises ConfigError with all its facts, and nothing else."""
    try:
        config = parse_config(data, "counter.toml")
    except ConfigError as error:
        missing = {"file", "line", "key", "expected"} - set(error.facts)
    else:
        missing = set()
        sound(config)
    assert not missing


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    attempt(data)


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    attempt(text.encode("utf-8", "surrogatepass"))


@given(st.integers(0, len(EXAMPLE)), st.integers(0, 30), st.text("[]{}=\"'#.\n\\ab1,-", max_size=6))
def test_the_example_damaged_anywhere(at: int, length: int, instead: str) -> None:
    attempt((EXAMPLE[:at] + instead + EXAMPLE[at + length :]).encode())


@given(st.lists(st.sampled_from(EXAMPLE.splitlines()), max_size=40))
def test_the_examples_lines_in_any_order(lines: list[str]) -> None:
    attempt("\n".join(lines).encode())


READER = EXAMPLE.partition("[devices.scanner]")[0]


def test_every_option_of_the_reader() -> None:
    text = READER + (
        "max_rf_bytes = 80\npoll_ms = 250\nstart_limit_ms = 8000\npatience_percent = 150\n"
        "reset_on_failure = false\nnewest_address = true\nbody_number = true\ncard_left_s = 0\n"
        'photo_library = "/opt/vendor/libwlt.so"\nphoto_limit_ms = 2000\n'
    )
    assert parse(text).devices[Slot.ID_READER].options == {
        "max_rf_bytes": 80,
        "poll_ms": 250,
        "start_limit_ms": 8000,
        "patience_percent": 150,
        "reset_on_failure": 0,
        "newest_address": 1,
        "body_number": 1,
        "card_left_s": 0,
        "photo_library": "/opt/vendor/libwlt.so",
        "photo_limit_ms": 2000,
    }


def test_options_of_a_scanner() -> None:
    text = READER + '[devices.scanner]\ndriver = "serial"\nlink = "serial:///dev/ttyACM0"\ngap_ms = 90\n'
    assert parse(text + "gap_ends = true\n").devices[Slot.SCANNER].options == {"gap_ms": 90, "gap_ends": 1}
    around = parse(text + 'prefix = "\\u0002"\nsuffix = "##"\n').devices[Slot.SCANNER].options
    assert (around["prefix"], around["suffix"]) == ("\x02", "##")
    with pytest.raises(ConfigError, match="suffix"):
        parse(text + 'suffix = "\\r"\n')


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("newest_address = 1", ConfigFault.WRONG_TYPE),
        ('photo_library = "libwlt.so"', ConfigFault.WRONG_VALUE),
        ('photo_library = ""', ConfigFault.WRONG_VALUE),
        ("photo_library = 1", ConfigFault.WRONG_TYPE),
        ("card_left_s = 3601", ConfigFault.WRONG_VALUE),
        ("patience_percent = 24", ConfigFault.WRONG_VALUE),
        ("gap_ms = 90", ConfigFault.UNKNOWN_KEY),
    ],
)
def test_options_of_the_reader_that_are_wrong(line: str, code: ConfigFault) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(READER + line)
    assert caught.value.code is code
    assert caught.value.facts["line"] == READER.count("\n") + 1


def test_only_the_readers_serial_port_may_be_searched() -> None:
    searched = READER.replace("baud=115200", "baud=auto")
    assert parse(searched).devices[Slot.ID_READER].link.endswith("?baud=auto")
    for wrong in (
        searched.replace("?baud=auto", "?baud=9600?baud=auto"),
        searched.replace("serial:///dev/serial/by-id/usb-…", "tcp://192.168.1.50:4001"),
        READER + '[devices.scanner]\ndriver = "serial"\nlink = "serial:///dev/ttyACM0?baud=auto"\n',
    ):
        with pytest.raises(ConfigError) as caught:
            parse(wrong)
        assert caught.value.code is ConfigFault.WRONG_VALUE
