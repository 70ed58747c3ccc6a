"""Real PC/SC without a reader: a pcscd of the tests' own with vpcd's two readers, and jcecard's PIV card.

The service lives in a mount namespace of its own, for its socket has a fixed place; this process finds it
by ``PCSCLITE_CSOCK_NAME``, which the library reads once.  The bridge makes the card stricter than jcecard
is: answers come in pieces of 255 bytes (61xx), a PIN that was right survives a SELECT until the next reset,
while it lasts an empty VERIFY answers 9000, and no VERIFY may come outside what a test allows.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from jcecard.apdu import APDUParser
from jcecard.piv.applet import PIVApplet
from jcecard.piv.data_objects import PIVAlgorithm, PIVDataObjectID, PIVDataObjects, PIVKeyData, PIVSlot

from devices.smartcard import pcsc
from tests.devices.rig import until

PIN, WRONG = "246810", "111111"
ATR = bytes.fromhex("3b80800101")
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
READER, SECOND = "Virtual PCD 00 00", "Virtual PCD 00 01"
LINK = f"pcsc://{READER}"
OFF, ON, RESET, GET_ATR = b"\0", b"\1", b"\2", b"\4"
SELECT, VERIFY, GENERATE, GET_DATA, PUT_DATA = 0xA4, 0x20, 0x47, 0xCB, 0xDB
AUTHENTICATE, GET_RESPONSE = 0x87, 0xC0
PIECE = 255
_TRIES = 40  # ports, until two beside each other are free
logging.getLogger("jcecard").setLevel(logging.CRITICAL)


def missing() -> str:
    """What has to be installed, or "" where all is there; ./test installs it."""
    tools = [name for name in ("pcscd", "unshare") if shutil.which(name) is None]
    return ", ".join([*tools, *([] if DRIVER.exists() else ["vsmartcard-vpcd"])])


class Service:
    """pcscd with two readers; started, killed and started again at the same place."""

    def __init__(self) -> None:
        assert not missing(), f"./test installs what is missing here: {missing()}"
        self._folder = Path(tempfile.mkdtemp(prefix="pcscd-", dir="/tmp"))  # a socket's path is short
        self.port = _free_ports()
        self._process: subprocess.Popen[bytes] | None = None
        (self._folder / "reader.conf").write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x{self.port:X}\n'
            f"LIBPATH {DRIVER}\nCHANNELID 0x{self.port:X}\n",
            "ascii",
        )
        self.socket = self._folder / "pcscd.comm"
        os.environ["PCSCLITE_CSOCK_NAME"] = str(self.socket)
        self.log = self._folder / "log"

    def start(self) -> None:
        """Until it listens."""
        place = Path("/run/pcscd")
        run = 'exec setpriv --pdeathsig KILL pcscd --foreground --config "$0/reader.conf"'
        script = f'mount --bind "$0" {place} && {run}'
        if not place.exists():  # the package's own service never ran here
            script = f"mount -t tmpfs none /run && mkdir {place} && {script}"
        rights = [] if os.geteuid() == 0 else ["--map-root-user"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["unshare", "--mount", *rights, "sh", "-c", script, str(self._folder)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until(self._listens, "pcscd does not start")

    def kill(self) -> None:
        """As when it crashes: socket and number of its process stay behind."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        for left in ("pcscd.comm", "pcscd.pid"):
            (self._folder / left).unlink(missing_ok=True)

    def end(self) -> None:
        """For good."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def runs(self) -> bool:
        """Between start and kill."""
        return self._process is not None

    def _listens(self) -> bool:
        process = self._process
        assert process is not None
        assert process.poll() is None, self.log.read_text("utf-8", "replace")
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(self.socket))
            return True
        return False


def _free_ports() -> int:
    for _ in range(_TRIES):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            with contextlib.suppress(OSError):
                second.bind(("127.0.0.1", port + 1))
                return port
    raise OSError("no two ports beside each other are free")


class PivChip:
    """One card: jcecard's applet, stricter."""

    def __init__(self, pin: str = PIN) -> None:
        self.applet = PIVApplet()
        self.applet.security.pin = pin.encode("ascii")
        self.asked: list[bytes] = []
        self.foreign = False  # no PIV application at all
        self._hooks: dict[int, Callable[[], None]] = {}
        self._chain = b""
        self._waiting = b""

    def at(self, ins: int, action: Callable[[], None]) -> None:
        """Once, when that is asked next, before it is answered."""
        self._hooks[ins] = action

    @property
    def open(self) -> bool:
        """Whether its keys may be used now."""
        return bool(self.applet.security.pin_verified)

    @property
    def left(self) -> int:
        """Tries of its PIN."""
        return int(self.applet.security.pin_retries_remaining)

    def reset(self) -> None:
        """Power or reset line."""
        self.applet.reset()
        self._chain = self._waiting = b""

    def answer(self, apdu: bytes) -> bytes:
        """Data and status."""
        ins = apdu[1]
        hook = self._hooks.pop(ins, None)
        if hook is not None:
            hook()
        self.asked.append(apdu)
        if ins == GET_RESPONSE:
            return self._piece()
        self._waiting = b""
        if apdu[0] & 0x10:
            self._chain += apdu[5 : 5 + apdu[4]]
            return b"\x90\x00"
        chained, self._chain = self._chain, b""
        if ins == SELECT and self.foreign:
            return b"\x6a\x82"
        if ins == VERIFY and len(apdu) == 4 and self.open:
            return b"\x90\x00"
        command = APDUParser.parse(apdu)
        command.data = chained + command.data
        if ins == AUTHENTICATE and apdu[3] == PIVSlot.KEY_MANAGEMENT:
            command.data = command.data.replace(b"\x82\x00", b"", 1)  # jcecard wants it without
        verified = self.open
        said = self.applet.process_apdu(command)
        if ins == SELECT:
            self.applet.security.pin_verified = verified
        if said.sw != 0x9000 or len(said.data) <= PIECE:
            return bytes(said.to_bytes())
        self._waiting = bytes(said.data)
        return self._piece()

    def _piece(self) -> bytes:
        piece, self._waiting = self._waiting[:PIECE], self._waiting[PIECE:]
        return piece + (bytes((0x61, min(PIECE, len(self._waiting)))) if self._waiting else b"\x90\x00")

    # -- what an issuer writes --------------------------------------------------------------------------

    def issue(self, operator: str = "OP10001", *, kind: str = "p256", half: bool = False) -> PivChip:
        """Keys and certificates, as an issuer's own desk makes them; ``half``: without 9D."""
        self.applet.data_objects.chuid = PIVDataObjects.create_default_chuid()
        self.issue_key(PIVSlot.AUTHENTICATION, operator, kind)
        if not half:
            self.issue_key(PIVSlot.KEY_MANAGEMENT, operator, kind)
        return self

    def issue_key(self, slot: PIVSlot, operator: str, kind: str, *, lie: bool = False) -> None:
        """``lie``: the certificate is that of another key."""
        kinds: dict[str, tuple[PIVAlgorithm, Callable[[], Any]]] = {
            "p256": (PIVAlgorithm.ECC_P256, lambda: ec.generate_private_key(ec.SECP256R1())),
            "p384": (PIVAlgorithm.ECC_P384, lambda: ec.generate_private_key(ec.SECP384R1())),
            "rsa": (PIVAlgorithm.RSA_2048, lambda: rsa.generate_private_key(65537, 2048)),
        }
        algorithm, make = kinds[kind]
        key = make()
        form = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.applet.data_objects.put_key(slot, PIVKeyData(algorithm, key.private_bytes(*form), b""))
        said = make() if lie else key
        who = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "示例速递" * 8),  # longer than one piece
                x509.NameAttribute(NameOID.COMMON_NAME, "示例甲"),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, operator or "none"),
            ]
        )
        day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        made = (
            x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(said.public_key())
            .serial_number(7).not_valid_before(day).not_valid_after(day.replace(year=2036))
            .sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
        )  # fmt: skip
        data = b"\x70\x82" + len(made).to_bytes(2, "big") + made + b"\x71\x01\x00\xfe\x00"
        place = PIVDataObjectID.get_cert_object_id(slot)
        assert place is not None
        self.applet.data_objects.certificates[tuple(place)] = data


class Slot:
    """One reader's slot: a card is in as long as a connection stands (that is how vpcd sees it)."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._line: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self.settled = True  # the service has seen what was done last

    @property
    def empty(self) -> bool:
        """No card is in."""
        return self._line is None

    def insert(self, chip: PivChip) -> None:
        """It is in."""
        self.pull()
        chip.reset()

        def connected() -> bool:
            with contextlib.suppress(OSError):
                self._line = socket.create_connection(("127.0.0.1", self._port), 5)
                return True
            return False

        until(connected, "vpcd does not listen")
        assert self._line is not None
        self._thread = threading.Thread(target=_serve, args=(self._line, chip), daemon=True)
        self._thread.start()

    def pull(self) -> None:
        """Out, whatever was being asked."""
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            if self._thread is not threading.current_thread() and self._thread is not None:
                self._thread.join(5)
            line.close()


def _serve(line: socket.socket, chip: PivChip) -> None:
    with contextlib.suppress(OSError):
        line.settimeout(None)
        while head := _exactly(line, 2):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # vpcd sends length and rest apart
            said = _exactly(line, int.from_bytes(head, "big"))
            if said == GET_ATR:
                answer = ATR
            elif len(said) == 1:
                chip.reset()
                continue
            else:
                answer = chip.answer(said)
            line.sendall(len(answer).to_bytes(2, "big") + answer)


def _exactly(line: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = line.recv(size - len(found))
        if not more:
            raise OSError
        found += more
    return found


class Readers:
    """The service and what lies in its two readers."""

    def __init__(self) -> None:
        self.service = Service()
        self.slots = (Slot(self.service.port), Slot(self.service.port + 1))

    def __enter__(self) -> Self:
        self.service.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pull()
        self.pull(2)
        self.service.end()

    def insert(self, chip: PivChip, reader: int = 1) -> PivChip:
        """It is in."""
        self.slots[reader - 1].insert(chip)
        return chip

    def pull(self, reader: int = 1) -> None:
        """It is out, and the service has seen it: nobody's hand is faster than its look every 0.4 s."""
        slot = self.slots[reader - 1]
        if not self.service.runs or slot.empty:
            slot.pull()
            return
        name = (READER, SECOND)[reader - 1]
        with pcsc.Context() as context:
            state = partial(context.changes, {name: 0}, 0)
            until(lambda: bool(state()[name] & pcsc.PRESENT), "it was never in")
            before = pcsc.counter(state()[name])
            slot.settled = False
            slot.pull()
            until(lambda: pcsc.counter(state()[name]) != before, "it stays in")
            slot.settled = True


_started: list[Readers] = []


def readers() -> Iterator[Readers]:
    """For fixtures: one service a process (its library knows one place only), without cards."""
    if not _started:
        _started.append(Readers())
    found = _started[0]
    if not found.service.runs:
        found.service.start()
    yield found
    found.pull()
    found.pull(2)
