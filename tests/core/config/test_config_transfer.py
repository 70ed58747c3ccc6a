"""A configuration that goes from counter to counter: real keys, every byte of the file changed in turn."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from dataclasses import replace

import pytest

from core import wire
from core.config_plan import Note, plan
from core.config_transfer import Origin, Shared, opened, packed, shared
from core.crypto.keys import new_agreement, new_signer
from core.devices import Slot
from core.errors import TransferError, TransferFault
from core.ledger.documents import Grant, make_grant
from core.ledger.entry import EMPTY_HEAD
from core.receipts.packed import pack

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
HQ, KEY = new_signer(), new_signer()
_FROM = """# the first counter, set up by 示例甲
[station]
branch = "520100-01"
terminal = "520100-01-01"
language = "en"
[headquarters]
url = "https://hq.example:8443"
proxy = "http://10.0.0.2:3128"
[backup]
folder = "/mnt/backup-01"
[devices.id_reader]
driver = "sam"
link = "serial:///dev/serial/by-id/usb-Prolific_USB-Serial_A1-if00-port0?baud=115200"
reset_on_failure = true
[devices.label_printer]
driver = "tspl"
link = "usb://1203:0140/TSC-1"
name = "示例甲的打印机"
right_dots = 8
density = 9
[devices.receipt_printer]
driver = "escpos"
link = "tcp://192.168.1.51:9100"
[devices.scanner]
driver = "wedge"
"""
_HERE = """# the tenth
[station]   # who
branch = "520100-01"
terminal = "520100-01-10"

[headquarters]
url = "https://hq-new.example:8443"

[backup]
folder = "/mnt/backup-10"

[devices.label_printer]   # beside the window
driver = "tspl"
link = "usb://1203:0140/TSC-9"  # its own
name = "十号台"
gap_mm = 2     # the old roll's
[devices.scale]
driver = "ascii"
link = "serial:///dev/serial/by-id/usb-Prolific_USB-Serial_B1-if00-port0"
"""
_PORTS = [
    ["usb://1203:0140/TSC-9", "usb://1203:0140"],
    ["usb://067b:2303/B1", "serial:///dev/serial/by-id/usb-Prolific_USB-Serial_B1-if00-port0"],
    ["usb://067b:2303/B2", "serial:///dev/serial/by-id/usb-Prolific_USB-Serial_B2-if00-port0"],
]


def grant(branch: str = "520100-01", terminal: str = "520100-01-01") -> tuple[bytes, bytes]:
    made = Grant(terminal, branch, 1, KEY.public, EMPTY_HEAD, new_agreement().public)
    return make_grant(made, HQ)


FILE = packed(shared(_FROM.encode(), AT), KEY, grant())


def _fault(data: bytes) -> TransferFault:
    with pytest.raises(TransferError) as caught:
        opened(data, HQ.public)
    assert isinstance(caught.value.code, TransferFault)
    return caught.value.code


def test_what_travels_is_all_that_is_in_the_file() -> None:
    """No name somebody gave, no folder, no key: neither in what is signed nor in what is read."""
    value, origin = opened(FILE, HQ.public)
    assert (value.terminal, value.language, value.proxy) == ("520100-01-01", "en", "http://10.0.0.2:3128")
    label = {"driver": "tspl", "link": "usb://1203:0140/TSC-1", "right_dots": 8, "density": 9}
    assert value.devices[Slot.LABEL_PRINTER] == label
    assert value.devices[Slot.ID_READER]["reset_on_failure"] is True
    assert origin == Origin("520100-01-01", KEY.public, known=True)
    assert not any(word in repr(value) for word in ("示例甲", "backup", "/mnt"))
    assert len(origin.fingerprint.split()) == 8
    assert opened(FILE, None)[1] == replace(origin, known=False)


def test_each_changed_byte_is_refused() -> None:
    """Each byte, one bit and another sign: none reads as anything, and a cut anywhere is called torn."""
    for at, byte in enumerate(FILE):
        for other in (byte ^ 1, ord("B") if byte != ord("B") else ord("C")):
            _fault(FILE[:at] + bytes([other]) + FILE[at + 1 :])
    assert {_fault(FILE[:length]) for length in range(4, len(FILE))} == {TransferFault.TORN}
    assert _fault(FILE + b"\n") is TransferFault.TORN


def test_a_change_that_hides_behind_a_right_sum_is_called_so() -> None:
    """Whoever changes the text and sums it anew still lacks the key: at best it says the same as before."""
    text, same, codes = FILE.decode().rpartition(".")[0], 0, set[str]()
    for at in range(4, len(text)):
        changed = text[:at] + ("A" if text[at] != "A" else "g") + text[at + 1 :]
        try:
            read = opened(_summed(changed), HQ.public)
        except TransferError as error:
            codes.add(str(error.code))
        else:  # the bits that are left of deflate's last byte
            same += read == opened(FILE, HQ.public)
            assert same == 1, at
    assert codes == {TransferFault.EDITED, TransferFault.FOREIGN}


def _summed(text: str) -> bytes:
    return f"{text}.{wire.b64(hashlib.sha256(text.encode()).digest())}\n".encode()


def _signed(**members: object) -> bytes:
    value = {
        "format": 1, "branch": "520100-01", "terminal": "520100-01-01", "at": "2026-11-23T02:00:00.000Z",
        "headquarters": "https://hq.example", "language": "zh", "proxy": "", "devices": {}, **members,
    }  # fmt: skip
    return _summed(pack("CC1.", b"counter/configuration-transfer/1\0", value, KEY, grant()))


def test_every_bad_file_is_called_what_it_is() -> None:
    other, devices = new_signer(), {"scale": {"driver": "laser", "link": "tcp://h:1"}}
    foreign = make_grant(
        Grant("520100-01-01", "520100-01", 1, KEY.public, EMPTY_HEAD, new_agreement().public), other
    )
    value = shared(_FROM.encode(), AT)
    assert opened(_signed(), HQ.public)[0].devices == {}
    found = {
        b"": TransferFault.NOT_ONE,
        b"\x00\xff" * 30: TransferFault.NOT_ONE,
        _HERE.encode(): TransferFault.NOT_ONE,
        FILE + b"x" * 5000: TransferFault.TOO_LARGE,
        FILE.replace(b"CC1.", b"CC2.", 1): TransferFault.NEWER,
        _signed(format=2): TransferFault.NEWER,
        _signed(more=1): TransferFault.NEWER,
        _signed(devices=devices): TransferFault.NEWER,
        _signed(
            devices={"scale": {"driver": "ascii", "link": "tcp://h:1", "name": "x"}}
        ): TransferFault.NEWER,
        _signed(proxy="http://u:p@h:1"): TransferFault.NEWER,
        _signed(terminal="520100-01-02"): TransferFault.EDITED,
        packed(value, other, grant()): TransferFault.EDITED,
        packed(value, KEY, foreign): TransferFault.FOREIGN,
    }
    assert {data: _fault(data) for data in found} == found


def _planned(here: str = _HERE, value: Shared | None = None) -> tuple[str, list[tuple[object, ...]]]:
    made = plan(here.encode(), value or opened(FILE, HQ.public)[0], opened(FILE, HQ.public)[1], _PORTS)
    return made.made.decode(), [(line.part, line.key, line.old, line.new, line.note) for line in made.lines]


def test_the_lines_are_what_the_new_file_says_and_all_else_stays() -> None:
    made, lines = _planned()
    sam = "serial:///dev/serial/by-id/usb-Prolific_USB-Serial_B2-if00-port0?baud=115200"
    assert lines == [
        ("station", "language", "zh", "en", ""),
        ("headquarters", "proxy", None, "http://10.0.0.2:3128", ""),
        ("id_reader", "driver", None, "sam", ""),
        ("id_reader", "link", None, sam, Note.FITTED),  # B1 is the scale's, which stays
        ("id_reader", "reset_on_failure", None, True, ""),
        ("scanner", "driver", None, "wedge", ""),
        ("label_printer", "density", None, 9, ""),
        ("label_printer", "gap_mm", 2, None, ""),
        ("label_printer", "right_dots", None, 8, ""),
        ("receipt_printer", "driver", None, "escpos", ""),
        ("receipt_printer", "link", None, "tcp://192.168.1.51:9100", Note.ADDRESS),
    ]
    for kept in ("# the tenth", "# who", "# beside the window", "# its own", 'name = "十号台"', "backup-10"):
        assert kept in made
    value = tomllib.loads(made)
    assert value["headquarters"]["url"] == "https://hq-new.example:8443"
    assert value["station"]["terminal"] == "520100-01-10"
    assert value["devices"]["label_printer"]["link"] == "usb://1203:0140/TSC-9"
    again, nothing = _planned(made)
    assert (again, nothing) == (made, [])


def test_an_address_of_this_counter_s_own_stays_and_headquarters_never_changes() -> None:
    here = _HERE + '[devices.receipt_printer]\ndriver = "escpos"\nlink = "tcp://192.168.1.60:9100"\n'
    value, origin = opened(FILE, HQ.public)
    made = plan(here.encode(), value, origin, [])
    assert [(line.part, line.old, line.new) for line in made.kept] == [
        ("headquarters", "https://hq-new.example:8443", "https://hq.example:8443"),
        ("receipt_printer", "tcp://192.168.1.60:9100", "tcp://192.168.1.51:9100"),
    ]
    assert {line.note for line in made.lines if line.key == "link"} == {Note.ABSENT}
    parts = list(dict.fromkeys(line.part for line in made.lines))
    assert parts == ["station", "headquarters", "id_reader", "scanner", "label_printer"]


def test_another_branch_and_a_file_that_cannot_be_edited_are_refused() -> None:
    with pytest.raises(TransferError, match=r"transfer\.branch"):
        _planned(value=replace(opened(FILE, HQ.public)[0], branch="520100-02"))
    inline = _HERE.split("[headquarters]")[0] + 'headquarters.url = "https://h"\n'
    dotted = inline.replace("[station]", "").replace("branch", "station.branch")
    with pytest.raises(TransferError, match=r"transfer\.here"):
        _planned(dotted.replace("\nterminal", "\nstation.terminal"))
