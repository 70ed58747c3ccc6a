"""PIV cards over a real pcscd (vpcd, jcecard): what they say, their PIN, both keys, pulled at every step."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from core.crypto import sealing
from core.crypto.keys import parse_public_key
from core.crypto.p256 import new_p256
from core.devices import CardFacts, DeviceState, OperatorCardIn, OperatorCardOut, Slot
from core.errors import CardError, CardFault, DeviceFault
from core.operator_cards import CardAgreementKey, OperatorCard, card_of, need_supported
from devices.conformance import CheckName, check_device
from devices.rack import Rack
from devices.smartcard import card as card_module
from devices.smartcard import pcsc
from devices.smartcard.pcsc_lane import PcscCardLane
from devices.smartcard.tray import CardTray
from program.doctor import device_lines
from tests.devices.rig import Config, Told, until
from tests.devices.smartcard.vpcd import (
    AUTHENTICATE,
    GENERATE,
    GET_DATA,
    LINK,
    PIN,
    PUT_DATA,
    READER,
    SECOND,
    SELECT,
    VERIFY,
    WRONG,
    PivChip,
    Readers,
)

WATCHED = (Slot.CARD_READER, "pcsc")


class Bench:
    """A rack with one lane over the readers."""

    def __init__(self, readers: Readers, link: str = LINK) -> None:
        self.readers, self.told, self.tray = readers, Told(), CardTray()
        self.lanes: list[PcscCardLane] = []

        def driver(config: object, report: object) -> PcscCardLane:
            self.lanes.append(PcscCardLane(config, report, self.tray))  # type: ignore[arg-type]
            return self.lanes[-1]

        self.rack = Rack([Config(*WATCHED, link)], {WATCHED: driver}, self.told)
        self.rack.start()

    def comes(self) -> CardFacts:
        """The next card that is put in, or its facts are others."""
        event = self.told.story()
        assert isinstance(event, OperatorCardIn), event
        return event.card

    def goes(self) -> str:
        """The next one that goes."""
        event = self.told.story()
        assert isinstance(event, OperatorCardOut), event
        return event.serial

    def put(self, chip: PivChip, reader: int = 1) -> OperatorCard:
        """It is in, and the lane has said so."""
        self.readers.insert(chip, reader)
        facts = self.comes()
        return next(card for card in self.tray.present() if card.facts.serial == facts.serial)


@pytest.fixture
def bench(readers: Readers) -> Iterator[Bench]:
    made = Bench(readers)
    made.told.truth(DeviceState.READY)
    yield made
    assert made.rack.stop() == ()


def fault(ask: Callable[[], object]) -> tuple[object, object]:
    with pytest.raises(CardError) as caught:
        ask()
    return caught.value.code, caught.value.facts.get("left")


def test_an_issued_card_signs_and_agrees(bench: Bench) -> None:
    """Its certificates are longer than one answer; nothing of it stays open."""
    chip = PivChip().issue("OP10001")
    card = bench.put(chip)
    facts = card.facts
    assert (facts.operator, facts.algorithm, facts.left, facts.fault) == ("OP10001", "p256", 3, "")
    assert facts.serial == chip.applet.data_objects.chuid[29:45].hex()
    signing, agreement = (parse_public_key(text) for text in (facts.signing, facts.agreement))
    assert fault(lambda: card.sign(b"message"))[0] is CardFault.FAILED
    card.verify(PIN)
    assert signing.verify(card.sign(b"message"), b"message")
    sealed = sealing.seal(agreement, b"secret", b"info")
    assert sealing.unseal(CardAgreementKey(card, agreement), sealed, b"info") == b"secret"
    card.release()
    assert not chip.open
    card.release()
    assert fault(lambda: card.sign(b"message"))[0] is CardFault.FAILED
    assert any(len(apdu) == 5 and apdu[1] == 0xC0 for apdu in chip.asked)  # pieces were asked for


def test_keys_are_made_on_an_empty_card(bench: Bench) -> None:
    chip = PivChip()
    card = bench.put(chip)
    assert (card.facts.signing, card.facts.algorithm, card.facts.left) == ("", "", 3)
    before = card.facts.serial
    card.verify(PIN)
    made = card.generate("OP10001")
    assert (made.operator, made.algorithm, len(made.serial)) == ("OP10001", "p256", 32)
    signing, agreement = (parse_public_key(text) for text in (made.signing, made.agreement))
    assert signing != agreement
    assert signing.verify(card.sign(b"m"), b"m")
    other = new_p256()
    assert card.agree(other.public.raw) == other.agree(agreement.raw)
    assert fault(lambda: card.generate("OP10002"))[0] is CardFault.TAKEN
    card.release()
    while bench.told.story() != OperatorCardOut(Slot.CARD_READER, before):  # its number is another now
        pass
    assert bench.comes() == made
    assert [each.facts.serial for each in bench.tray.present()] == [made.serial]
    bench.readers.pull()
    bench.goes()
    again = bench.put(chip).facts
    assert (again.serial, again.operator, again.signing) == (made.serial, "OP10001", made.signing)


def test_a_card_whose_management_key_is_the_issuers(bench: Bench) -> None:
    chip = PivChip()
    chip.applet.security.mgmt_key = bytes(range(24))
    card = bench.put(chip)
    card.verify(PIN)
    assert fault(lambda: card.generate("OP10001"))[0] is CardFault.ISSUER
    card.release()
    assert not chip.open


def test_tries_of_the_pin(bench: Bench) -> None:
    chip = PivChip().issue()
    card = bench.put(chip)
    asked = len(chip.asked)
    for bad in ("12345", "123456789", "12345六"):  # never sent: no try is lost by it
        assert fault(lambda bad=bad: card.verify(bad))[0] is CardFault.PIN_FORM  # type: ignore[misc]
    assert not [apdu for apdu in chip.asked[asked:] if apdu[1] == VERIFY]
    assert fault(lambda: card.verify(WRONG)) == (CardFault.PIN_WRONG, 2)
    assert bench.comes().left == 2
    assert fault(lambda: card.verify(WRONG)) == (CardFault.PIN_WRONG, 1)
    assert bench.comes().left == 1
    card.verify(PIN)
    card.release()
    assert bench.comes().left is None
    assert chip.left == 3
    lefts = [fault(lambda: card.verify(WRONG)) for _ in range(3)]
    assert lefts == [(CardFault.PIN_WRONG, 2), (CardFault.PIN_WRONG, 1), (CardFault.PIN_BLOCKED, None)]
    assert fault(lambda: card.verify(PIN)) == (CardFault.PIN_BLOCKED, None)
    bench.readers.pull()
    while not isinstance(bench.told.story(), OperatorCardOut):
        pass
    assert bench.put(chip).facts.left == 0  # said before anybody types
    assert not chip.open


def test_cards_of_no_use_are_named(bench: Bench) -> None:
    """RSA and P-384 by what they have; half a card, another kind of card, a certificate that is garbage."""
    foreign, broken = PivChip(), PivChip().issue()
    foreign.foreign = True
    broken.applet.data_objects.certificates[(0x5F, 0xC1, 0x05)] = b"\x70\x82\xff\xff\x01"
    seen = []
    for chip in (
        PivChip().issue(kind="rsa"),
        PivChip().issue(kind="p384"),
        PivChip().issue(half=True),
        foreign,
        broken,
    ):
        facts = bench.put(chip).facts
        with pytest.raises(CardError) as caught:
            need_supported(facts)
        with pytest.raises(CardError) as same:
            card_of(bench.tray, "OP10001", new_p256().public)
        assert same.value.code is caught.value.code
        seen.append((caught.value.code, caught.value.facts.get("algorithm")))
        bench.readers.pull()
        bench.goes()
    assert seen == [
        (CardFault.UNSUPPORTED, "RSA-2048"),
        (CardFault.UNSUPPORTED, "P-384"),
        (CardFault.HALF, None),
        (CardFault.FOREIGN, None),
        (CardFault.FAILED, None),
    ]


def test_a_certificate_of_another_key_signs_nothing(bench: Bench) -> None:
    chip = PivChip().issue()
    chip.issue_key(0x9A, "OP10001", "p256", lie=True)
    card = bench.put(chip)
    card.verify(PIN)
    assert fault(lambda: card.sign(b"m"))[0] is CardFault.FAILED
    card.release()


STEPS = {"select": SELECT, "verify": VERIFY, "sign": AUTHENTICATE, "generate": GENERATE, "put": PUT_DATA}


@pytest.mark.parametrize(
    ("step", "back"), [*((step, False) for step in STEPS), ("verify", True), ("sign", True), ("put", True)]
)
def test_pulled_at_each_step(bench: Bench, step: str, back: bool) -> None:
    """Also where it is put back at once: a handle of before is dead, and so is the card it belonged to."""
    chip = PivChip() if step in ("generate", "put") else PivChip().issue()
    card = bench.put(chip)

    done = threading.Event()

    def out() -> None:
        bench.readers.pull()
        done.set()
        if back:
            bench.readers.insert(chip)

    chip.at(STEPS[step], out)

    def all_steps() -> None:
        card.verify(PIN)
        if not card.facts.signing:
            card.generate("OP10001")
        card.sign(b"m")

    assert fault(all_steps)[0] is CardFault.PULLED
    card.release()
    while not isinstance(bench.told.story(), OperatorCardOut):
        pass
    done.wait(20)
    if not back:
        bench.readers.insert(chip)
    fresh = bench.comes()
    assert not chip.open
    assert fault(lambda: card.verify(PIN))[0] is CardFault.PULLED  # the old one stays so
    assert chip.left == 3
    again = bench.tray.present()[-1]
    assert again.facts == fresh
    again.verify(PIN)
    if not fresh.signing:
        again.generate("OP10001")
    assert parse_public_key(again.facts.signing).verify(again.sign(b"m"), b"m")
    again.release()


def test_pulled_while_it_is_read(bench: Bench) -> None:
    """No card was said to be in, so none is said to be out; the next one is."""
    chip = PivChip().issue()
    chip.at(GET_DATA, bench.readers.pull)
    bench.readers.insert(chip)
    assert bench.told.nothing_more(0.8) == []
    assert bench.tray.present() == ()
    assert bench.put(chip).facts.operator == "OP10001"


OTHER_PROGRAM = """
import sys
from smartcard import scard as s
_, context = s.SCardEstablishContext(s.SCARD_SCOPE_USER)
code, card, protocol = s.SCardConnect(context, sys.argv[1], s.SCARD_SHARE_SHARED, 3)
def ask(*apdu): return bytes(v & 255 for v in s.SCardTransmit(card, s.SCARD_PCI_T1, list(apdu))[1])
print(ask(0, 0xA4, 4, 0, 5, 0xA0, 0, 0, 3, 8)[-2:].hex(), ask(0, 0x20, 0, 0x80).hex(), flush=True)
if len(sys.argv) > 2:
    pin = sys.argv[2].encode().ljust(8, b"\\xff")
    print(ask(0, 0x20, 0, 0x80, 8, *pin).hex(), flush=True)
s.SCardDisconnect(card, s.SCARD_LEAVE_CARD)
"""


def other_program(*more: str) -> list[str]:
    """What a program of somebody else's finds: status of SELECT, of an empty VERIFY, of a VERIFY."""
    done = subprocess.run(
        [sys.executable, "-c", OTHER_PROGRAM, READER, *more],
        check=True, capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    return done.stdout.split()


def test_another_program_finds_the_card_shut(bench: Bench) -> None:
    """While it is used it waits; and a card that another one left open is shut when it is read."""
    chip = PivChip().issue()
    card = bench.put(chip)
    card.verify(PIN)
    found: list[list[str]] = []
    beside = threading.Thread(target=lambda: found.append(other_program()))
    beside.start()
    time.sleep(0.3)
    assert chip.open
    assert parse_public_key(card.facts.signing).verify(card.sign(b"m"), b"m")
    card.release()
    beside.join(20)
    assert found == [["9000", "63c3"]]
    assert other_program(PIN) == ["9000", "63c3", "9000"]
    assert chip.open  # that is how others leave it
    again = Bench(bench.readers)
    try:
        assert again.comes().left == 3
        assert not chip.open
    finally:
        assert again.rack.stop() == ()


def test_another_program_keeps_the_card(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    chip = PivChip().issue()
    card = bench.put(chip)
    monkeypatch.setattr(card_module, "reach", lambda reader, _limit: pcsc.reach(reader, 0.3))
    with pcsc.Context() as context:
        kept = context.connect(READER)
        assert fault(lambda: card.verify(PIN))[0] is CardFault.IN_USE
        kept.end(reset=False)
    assert chip.left == 3
    until(lambda: _verifies(card), "the card is not free again")


class Refusing:
    """The smart-card library where polkit refuses: a pcscd without polkit, as here, refuses nobody.

    By pcsc-lite's source it answers 8010006A to SCardEstablishContext (access_pcsc) or SCardConnect
    (access_card); everything else is the real library's.
    """

    def __init__(self, real: object, what: str) -> None:
        self._real, self._what = real, what

    def __getattr__(self, name: str) -> object:
        if name != self._what:
            return getattr(self._real, name)
        answer = [0x8010006A - (1 << 32), 0, 0]
        return lambda *_asked: answer[: 3 if name == "SCardConnect" else 2]


def test_an_account_that_may_not_use_cards_is_told_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not that the card lies the wrong way round."""
    monkeypatch.setattr(pcsc, "SCARD", Refusing(pcsc.SCARD, "SCardConnect"))
    bench.readers.insert(PivChip().issue("OP10001"))
    assert bench.comes().fault == CardFault.DENIED
    known = {WATCHED: lambda config, report: PcscCardLane(config, report, CardTray())}
    lines = list(device_lines([Config(*WATCHED, LINK)], known))  # as doctor looks
    assert [(line.state, line.code) for line in lines] == [
        ("ok", "doctor.device"),
        ("warn", str(CardFault.DENIED)),
    ]


def test_an_account_that_may_not_use_the_service_is_told_so(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pcsc, "SCARD", Refusing(pcsc.SCARD, "SCardEstablishContext"))
    bench = Bench(readers)
    try:
        bench.told.truth(DeviceState.ATTENTION, DeviceFault.CARD_DENIED)
    finally:
        assert bench.rack.stop() == ()


def _verifies(card: OperatorCard) -> bool:
    try:
        card.verify(PIN)
    except CardError:
        return False
    card.release()
    return True


def test_a_card_whose_answers_are_lost_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lies there, and each answer is cut off: asked some times, then said to be mute till it is pulled."""

    def lost(_connection: object, _apdu: bytes) -> bytes:
        raise pcsc.PcscError(0x80100016)  # SCARD_E_NOT_TRANSACTED

    monkeypatch.setattr(pcsc.Connection, "transmit", lost)
    bench.readers.insert(PivChip().issue("OP10001"))
    assert bench.comes().fault == CardFault.MUTE


def test_a_card_counts_as_pulled_while_its_reader_is_held(bench: Bench) -> None:
    serial = bench.put(PivChip().issue("OP10001")).facts.serial
    assert bench.rack.hold(Slot.CARD_READER)
    assert bench.goes() == serial
    bench.rack.resume(Slot.CARD_READER)
    assert bench.comes().serial == serial


def test_the_service_is_killed_and_comes_back(bench: Bench) -> None:
    """With a card in use; the lane says so, and serves the same card when the service runs again."""
    chip = PivChip().issue()
    card = bench.put(chip)
    card.verify(PIN)
    bench.readers.service.kill()
    while isinstance(event := bench.told.story(), OperatorCardIn):  # its tries were told, or not any more
        pass
    assert event == OperatorCardOut(Slot.CARD_READER, card.facts.serial)
    bench.told.truth(DeviceState.ATTENTION, DeviceFault.CARD_SERVICE)
    assert fault(lambda: card.sign(b"m"))[0] is CardFault.PULLED
    card.release()
    assert bench.tray.present() == ()
    bench.readers.pull()
    for _ in range(2):  # and a second time
        bench.readers.service.start()
        bench.told.truth(DeviceState.READY)
        fresh = bench.put(chip)
        fresh.verify(PIN)
        assert parse_public_key(fresh.facts.signing).verify(fresh.sign(b"m"), b"m")
        fresh.release()
        bench.readers.service.kill()
        bench.told.truth(
            DeviceState.ATTENTION, DeviceFault.CARD_SERVICE, besides=(OperatorCardIn, OperatorCardOut)
        )
        bench.readers.pull()
    bench.readers.service.start()


def test_a_reader_that_is_not_there(readers: Readers) -> None:
    """Named, with what is there instead; the lane goes on looking."""
    bench = Bench(readers, "pcsc://ACS ACR39U")
    try:
        truth = bench.told.truth(DeviceState.GONE, DeviceFault.CARD_READER)
        assert truth.facts == {"reader": "ACS ACR39U", "found": f"{READER}, {SECOND}"}
    finally:
        assert bench.rack.stop() == ()


def test_the_last_reader_goes_and_comes_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after the plug is pulled: its card is out within a second, and served again without a restart."""
    chip = PivChip().issue()
    card = bench.put(chip)
    serial = card.facts.serial
    monkeypatch.setattr(pcsc.Context, "readers", lambda _self: ())
    assert bench.goes() == serial
    assert bench.told.truth(DeviceState.GONE).facts["found"] == ""
    assert fault(lambda: card.verify(PIN))[0] is CardFault.PULLED
    monkeypatch.undo()
    assert bench.comes().serial == serial


def test_two_readers_of_one_name(readers: Readers) -> None:
    """For two people with cards at one counter."""
    bench = Bench(readers, "pcsc://Virtual PCD")
    try:
        bench.told.truth(DeviceState.READY)
        bench.put(PivChip().issue("OP10001"))
        bench.put(PivChip().issue("OP20001"), 2)
        assert [card.facts.operator for card in bench.tray.present()] == ["OP10001", "OP20001"]
        bench.readers.pull()
        bench.goes()
        assert [card.facts.operator for card in bench.tray.present()] == ["OP20001"]
    finally:
        assert bench.rack.stop() == ()


def test_no_pin_in_what_a_technician_sees(bench: Bench) -> None:
    """Of a VERIFY its name alone, of certificates and signatures their size."""
    chip = PivChip().issue()
    card = bench.put(chip)
    card.verify(PIN)
    card.sign(b"m")
    card.release()
    fault(lambda: card.verify(WRONG))
    lines = [str(each) for each in bench.lanes[0].traffic.entries()]
    assert sum("VERIFY" in line for line in lines) == 4
    text = "\n".join(lines)
    for secret in (PIN, WRONG):
        assert secret not in text
        assert secret.encode().hex(" ") not in text
    shown = [each.shown for each in bench.lanes[0].traffic.entries()]
    assert max(len(part) for part in shown) == 4
    for name in ("VERIFY",):
        assert {e.shown for e in bench.lanes[0].traffic.entries() if e.name == name} == {
            b"", b"\x90\x00", b"\x63\xc2"
        }  # fmt: skip


def test_the_checks_of_every_driver(readers: Readers) -> None:
    """As ``device test card_reader`` does them; with the service gone they say so."""
    config = Config(*WATCHED, LINK)
    drivers = {WATCHED: lambda c, r: PcscCardLane(c, r, CardTray())}
    done = list(check_device(config, drivers, steady_s=0.3))
    assert [(check.name, check.ok) for check in done] == [
        (name, True)
        for name in CheckName
        if name is not CheckName.PICTURE  # that one is a camera's
    ]
    readers.service.kill()
    done = list(check_device(config, drivers, ready_limit_s=0.5))
    assert (done[-1].name, done[-1].fault) == (CheckName.READY, DeviceFault.CARD_SERVICE)


def test_without_pyscard_the_slot_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcsc, "SCARD", None)
    config = Config(*WATCHED, LINK)
    drivers = {WATCHED: lambda c, r: PcscCardLane(c, r, CardTray())}
    done = list(check_device(config, drivers, ready_limit_s=0.3))
    assert done[-1].fault == DeviceFault.CARD_LIBRARY
