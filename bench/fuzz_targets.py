"""What is fuzzed: one :class:`Target` a parser; each takes any bytes and raises only for a broken promise."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.fuzz_scales import SCALE
from bench.fuzz_target import Target
from core import wire
from core.acceptance.fields import check_field, check_person
from core.acceptance.waybill import check_waybill, normalise_waybill, parse_s10
from core.commands import Field
from core.config import load_config, parse_config
from core.errors import ConfigError, DeviceError, DeviceFault, EntryError, RuleError
from core.identity.mrz import parse_mrz
from core.rule_data import Rules
from core.rules import load_rules
from devices.idcard.frames import MAX_LEN, Command, FrameParser, Rejected, Reply, encode_request
from devices.idcard.record import newest_address, read_card
from devices.printer.tspl import parse_status
from devices.scanner.lines import BadScan, LineAssembler, Scan

ROOT = Path(__file__).parents[1]
VECTORS = ROOT / "tests" / "vectors" / "sam"
TODAY = dt.date(2027, 1, 1)


# -- SAM frames ------------------------------------------------------------------------------------


def _frames(data: bytes) -> None:
    """Whole or in pieces, the same comes out; nothing is held beyond one frame; a reply has a right sum."""
    whole, pieces = FrameParser(), FrameParser()
    at_once = whole.feed(data)
    step = data[0] % 70 + 1 if data else 1
    one_by_one: list[Reply | Rejected] = []
    for start in range(0, len(data), step):
        one_by_one += pieces.feed(data[start : start + step])
        assert len(pieces._buffer) < 8 + MAX_LEN
    assert at_once == one_by_one
    assert whole.begun == pieces.begun
    for item in at_once:
        if isinstance(item, Reply):
            body = bytes((item.sw1, item.sw2, item.sw3)) + item.data
            assert (len(body) + 1).to_bytes(2, "big") + body in data
            assert len(item.sw) == 6
    whole.reset()
    assert not whole.begun
    with contextlib.suppress(ValueError):  # more data than any command takes
        encode_request(Command.MAX_RF_BYTES, data[:20])


def _frame_seeds() -> list[bytes]:
    listed = json.loads((VECTORS / "vectors.json").read_text(encoding="utf-8"))
    frames = [(VECTORS / entry["file"]).read_bytes() for entry in listed]
    return [*frames, b"\xaa\xaa\xaa\x96\x69\xff\xff" + frames[0], frames[-1] + frames[0] + b"\xaa\xaa\xaa"]


# -- the text record -------------------------------------------------------------------------------

_CARD = (DeviceFault.CARD_CORRUPT, DeviceFault.CARD_UNSUPPORTED)


def _padded(data: bytes, size: int) -> bytes:
    return (data[:size] + b" \0" * ((size - len(data[:size]) + 1) // 2))[:size]


def _record(data: bytes) -> None:
    """A card or a named fault, without a byte of the record in it; what is accepted can be stored."""
    record = _padded(data, 256)
    for payload in (data, b"\x01\x00\x00\x00" + record):
        try:
            card = read_card(payload, "r")
        except DeviceError as error:
            assert error.code in _CARD  # noqa: PT017 - no test: the fuzzer looks for whatever is raised
            assert set(error.facts) <= {"field", "document", "letter"}  # noqa: PT017
        else:
            for text in (card.name, card.name_en, card.address, card.number, card.old_number):
                text.encode("utf-8")
            assert card.name or card.name_en
            assert card.valid_to is None or card.valid_to >= card.valid_from
    for items in (data, _padded(data, 280)):
        with contextlib.suppress(DeviceError):
            newest_address(items).encode("utf-8")


def _record_seeds() -> list[bytes]:
    names = ("base_resident_dated", "base_resident_longterm", "base_hmt_hongkong", "base_foreigner_old_I")
    answers = [(VECTORS / f"{name}.bin").read_bytes()[10:-1] for name in (*names, "base_foreigner_new_Y")]
    texts = [answer[4:260] for answer in answers]
    unknown = bytearray(texts[0])
    unknown[248:250] = b"Z\0"
    blank = [
        text[:188] + text[204:220] + text[188:204] + text[220:] for text in texts
    ]  # ends before it begins
    broken = [text[:start] + b"\0\xd8" + text[start + 2 :] for text in texts for start in range(0, 256, 12)]
    spaced = [
        text[:start] + b" \0" * 15 + text[start + 30 :] for text in texts for start in (0, 30, 120, 158)
    ]
    nameless = _padded(b"", 120) + texts[3][120:158] + _padded(b"", 30) + texts[3][188:]
    return [
        nameless,
        *answers,
        *texts,
        bytes(unknown),
        *blank,
        *broken,
        *spaced,
        _padded("示例省示例市".encode("utf-16-le"), 70),
    ]


# -- scanner and printer -----------------------------------------------------------------------------


def _scanner(data: bytes) -> None:
    """Nothing is held beyond the limit; a code is printable text; whole or in pieces the same comes out."""
    for gap_ends, prefix, suffix in (
        (False, b"", b""),
        (True, b"", b""),
        (False, b"<", b">"),
        (True, b"", b"\t"),
    ):
        whole, pieces = (LineAssembler(64, gap_ends=gap_ends, prefix=prefix, suffix=suffix) for _ in range(2))
        at_once = whole.feed(data) + whole.gap()
        one_by_one: list[Scan | BadScan] = []
        step = data[0] % 9 + 1 if data else 1
        for start in range(0, len(data), step):
            one_by_one += pieces.feed(data[start : start + step])
            assert len(pieces._line) <= 64
        one_by_one += pieces.gap()
        assert at_once == one_by_one
        for item in at_once:
            if isinstance(item, Scan):
                assert item.text.strip()
                assert item.text.isprintable()
    with contextlib.suppress(DeviceError):
        parse_status(data[:2])


def _scanner_seeds() -> list[bytes]:
    return [
        b"]C0RA123456785CN\r\n",
        b"x" * 70 + b"\r",
        b"]Q3" + "订单 42\n".encode(),
        b"]C0\r",
        b"\xff\r",
        b"\0\r",
        b"RA12",
        b"<RA12>\r<RA13\r",
        b"\r\nRA12\r\n\t\r\n\tRA13\t",
    ]


# -- configuration -----------------------------------------------------------------------------------


def _config(data: bytes) -> None:
    """A configuration, or an error that names file and line."""
    with contextlib.suppress(ConfigError):
        load_config(ROOT / "no such file")
    try:
        parse_config(data, "counter.toml")
    except ConfigError as error:
        assert error.facts["file"] == "counter.toml"  # noqa: PT017
        assert isinstance(error.facts["line"], int)  # noqa: PT017


_HEAD = '[station]\nbranch="1"\nterminal="2"\n[headquarters]\nurl="https://h:1"\n'


def _config_seeds() -> list[bytes]:
    tables = [
        'id_reader]\ndriver="sam"\nlink="serial:///dev/x?baud=auto"\nphoto_library="/a"\nnewest_address=true\npoll_ms=300',
        'scanner]\ndriver="wedge"', 'scanner]\ndriver="serial"\nlink="tcp://h:1"\ngap_ms=20\ngap_ends=false',
        'label_printer]\ndriver="tspl"\nlink="usb://0471:0055"\nwidth_mm=76', 'camera]\ndriver="x"',
        'camera]\ndriver="folder"\nlink="file:///run/counter/papers"\nsettle_ms=800',
        'card_reader]\ndriver="pcsc"\nlink="pcsc://a b"', 'scanner]\nlink="tcp://h:1"', "scanner]\ndriver=1",
        'scanner]\ndriver="serial"\nlink="serail:///x"', 'scanner]\ndriver="serial"\nlink="tcp:h"',
        'scanner]\ndriver="serial"\nlink="tcp://h"', 'printer]\ndriver="x"',
        'scanner]\ndriver="serial"\nlink="tcp://h:1"\nprefix="<"\nsuffix="\\t"',
        'scanner]\ndriver="serial"\nlink="tcp://h:1"\nprefix=1',
        'scanner]\ndriver="serial"\nlink="tcp://h:1"\nsuffix=""',
        'scanner]\ndriver="wedge"\nname="x"', 'scanner]\ndriver="wedge"\nname=" "',
    ]  # fmt: skip
    texts = [_HEAD + "[devices." + table + "\n" for table in tables]
    urls = [
        "http://h",
        "https://",
        "https://a@b",
        "https://h:0",
        "https://[",
        "https://h/?a",
        "https://h:99999",
    ]
    texts += [_HEAD.replace("https://h:1", url) for url in urls]
    proxies = ("http://p:1", "http://p", "http://[", "https://p:1/x")
    texts += [f'{_HEAD}proxy="{proxy}"\n' for proxy in proxies]
    texts += [
        "[station]\nlanguage='en'\n" + _HEAD.partition("\n")[2],
        "[a",
        "a=1\na=2",
        "x=" + "[" * 2000,
        "station=1",
    ]
    texts += [
        '"q\\"k"={a.b=[1,{c=2}]} # x\n',
        "'''\nx'''=1",
        'a="""\n[b]\n"""\nb=1\n[[c]]\nd=1\n[[c]]\ne=1',
        "x=" + "9" * 5000,
    ]
    return [*(text.encode() for text in texts), b"\xff", b"\xef\xbb\xbf" + _HEAD.encode(), b"#" * 300_000]


# -- what is typed or scanned -------------------------------------------------------------------------


@functools.cache
def _rules() -> Rules:
    return load_rules(ROOT / "resources" / "rules").at(TODAY)


def _typed(data: bytes) -> None:
    """A normal form, or a RuleError; a normal form is its own."""
    text, rules = data.decode("utf-8", "replace"), _rules()
    with contextlib.suppress(RuleError):
        code = normalise_waybill(text, 300)
        assert normalise_waybill(code, 300) == code
    with contextlib.suppress(RuleError):
        assert check_waybill(check_waybill(text, rules), rules)
    with contextlib.suppress(RuleError):
        parse_s10(text, rules.s10_countries)
    with contextlib.suppress(RuleError):
        check_person(text, rules)
    for name in Field:
        with contextlib.suppress(RuleError):
            check_field(name, text, rules)


def _typed_seeds() -> list[bytes]:
    texts = [
        "RA123456785CN",
        "ra 123-456-785 cn",
        "RA123456784CN",
        "RA123456785XX",
        "JT0001234567890",
        "x" * 400,
        "９１",
    ]
    return [
        text.encode()
        for text in [
            *texts,
            "示例省示例市样本区1号",
            "古丽·示例",
            "+86 138 0013 8000",
            "书 2本",
            "1.5kg",
            "0",
            "",
        ]
    ]


def _wire(data: bytes) -> None:
    """Canonical bytes come back as they were; everything else is an EntryError."""
    with contextlib.suppress(EntryError):
        assert wire.encode(wire.decode(data)) == data
    with contextlib.suppress(EntryError):
        assert wire.unb64(wire.b64(data), len(data)) == data
        wire.unb64(data.decode("utf-8", "replace"), 32)
    with contextlib.suppress(EntryError):
        wire.decode(data, limit=64)
    with contextlib.suppress(EntryError):
        wire.encode({"a": data.hex()}, limit=64)
    with contextlib.suppress(EntryError):
        wire.unb64(len(data))
    for value in ({"a": 1.5}, {"é": 1}, {"a": "\ud800"}, {"a": data}, {"a": 2**53}, {1: 2}):
        with contextlib.suppress(EntryError):
            wire.encode(value)  # type: ignore[arg-type]


def _wire_seeds() -> list[bytes]:
    texts = [
        '{"a":[1,null,true,"x"],"b":{}}',
        '{"b":1,"a":2}',
        "[]",
        '{"a":1.0}',
        '{"a":1,"a":1}',
        "{",
        '{"é":1}',
        '{"a":"\\u0000"}',
    ]
    deep = '{"a":' * 200 + "1" + "}" * 200
    return [
        *(text.encode() for text in [*texts, deep, "[" * 3000, '{"a":9007199254740992}', "AAAA", "A"]),
        b"\xff",
    ]


# -- the machine-readable zone -------------------------------------------------------------------------

_TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
_TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
_LONG = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"


def _mrz(data: bytes) -> None:
    """A zone or a RuleError, however many check digits happen to be right."""
    text = data.decode("utf-8", "replace")
    for candidate in (text, _summed(text)):
        with contextlib.suppress(RuleError):
            found = parse_mrz(candidate, TODAY)
            assert found.name
            assert repr(found)


def _summed(text: str) -> str:
    """The same with right check digits where a TD3 zone has them: what lies behind them is reached."""
    lines = text.upper().splitlines()
    if len(lines) != 2 or any(len(line) != 44 or not line.isascii() for line in lines):
        return text
    line = [char if char.isalnum() else "<" for char in lines[1]]

    def check(*places: slice) -> str:
        letters = [char for place in places for char in line[place]]
        values = [0 if char == "<" else int(char, 36) for char in letters]
        return str(sum(value * (7, 3, 1)[at % 3] for at, value in enumerate(values)) % 10)

    for place in (slice(0, 9), slice(13, 19), slice(21, 27), slice(28, 42)):
        blank = place.start == 28 and line[42] == "<" and not "".join(line[place]).strip("<")
        line[place.stop] = "<" if blank else check(place)
    line[43] = check(slice(0, 10), slice(13, 20), slice(21, 43))
    return lines[0] + "\n" + "".join(line)


def _mrz_seeds() -> list[bytes]:
    texts = [
        _TD3,
        _TD1,
        _LONG,
        _TD3.replace("\n", ""),
        _TD1.replace("\n", ""),
        _TD3[:50],
        "",
        "é",
        _TD3.replace("0<<<<<10", "<<<<<<<8"),
    ]
    changes = (
        ("F1204159", "X1204159"),
        ("7408122", "7499992"),
        ("1204159", "1299999"),
        ("P<UTO", "P<123"),
        ("L8989", "<<<<<"),
    )
    more = [zone.replace(*change) for change in changes for zone in (_TD3, _TD1, _LONG)]
    more += [
        _TD3.replace("ERIKSSON<<ANNA<MARIA", "<" * 20),
        _TD3.replace("P<", "X1"),
        _TD3.replace("740812", "<<<<<<"),
    ]
    more += [
        _TD3.replace("740812", "740<<<"),
        _TD3.replace("ZE184226B<<<<<", "<" * 14),
        _TD3.replace("<MARIA", "<<MARIA"),
    ]
    more += [
        _TD3.replace("UTO7408", "D<<7408"),
        _TD3.replace("P<UTO", "P<D<<"),
        _TD3.replace("F120415", "F<<<<<<"),
        _TD3.replace("F1204159", "F3504159"),
        _TD3.replace("ZE184226B<<<<<1", "<" * 15),
        _TD3.replace("740812", "200101"),
        _LONG.replace("7349", "<<<<"),
    ]
    return [text.encode() for text in [*texts, *more]]


# -- parsers that break a promise: what a search must find ------------------------------------------------


def _broken(data: bytes, do: Callable[[], object]) -> None:
    if data[:1] == b"{" and data[1:2] == b"}":
        do()


def _raise() -> None:
    raise LookupError("a parser's bug")


def _for_ever() -> None:
    while True:
        pass


def _without_end() -> None:
    kept: list[bytearray] = []
    while len(kept) < 1000:
        kept.append(bytearray(b"x" * (1 << 20)))


BROKEN: Mapping[str, Target] = {
    f"broken-{name}": Target(
        f"broken-{name}", functools.partial(_broken, do=do), ("core.wire",), lambda: [b"{"], ("{}",), 8
    )
    for name, do in (("raises", _raise), ("hangs", _for_ever), ("grows", _without_end))
}

TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target("frames", _frames, ("devices.idcard.frames",), _frame_seeds),
        Target(
            "record",
            _record,
            ("devices.idcard.record", "devices.idcard.fields", "devices.idcard.layouts"),
            _record_seeds,
        ),
        Target("scanner", _scanner, ("devices.scanner.lines",), _scanner_seeds, longest=300),
        Target(
            "config",
            _config,
            ("core.config", "core.toml_lines"),
            _config_seeds,
            (
                "[devices.",
                "driver=",
                "link=",
                "serial://",
                "tcp://",
                "?baud=",
                '"""',
                "'''",
                "[[",
                "]]",
                "\\u",
            ),
        ),
        Target("typed", _typed, ("core.acceptance.waybill",), _typed_seeds, longest=400),
        Target("wire", _wire, ("core.wire",), _wire_seeds, ("null", "true", "\\u0000", "1e9", "NaN"), 1024),
        SCALE,
        Target("mrz", _mrz, ("core.identity.mrz",), _mrz_seeds, longest=120),
    )
}
