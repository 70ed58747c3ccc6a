"""The software card: what it does with its PIN and its keys, and what the lane says of the readers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.crypto import sealing
from core.crypto.keys import PublicKey, parse_public_key
from core.devices import CardFacts, DeviceState, OperatorCardIn, OperatorCardOut, Slot
from core.errors import CardError, CardFault, DeviceError, DeviceFault
from core.operator_cards import CardAgreementKey, OperatorCard
from devices.rack import LaneReport, Rack
from devices.simulators.operator_cards import CardReaders
from devices.smartcard.software import SoftwareCardLane
from devices.smartcard.tray import CardTray
from tests.devices.rig import Config, Told
from tests.devices.smartcard.readers import PIN, WRONG, Readers


@pytest.fixture
def readers(tmp_path: Path) -> Iterator[Readers]:
    with Readers(tmp_path / "cards") as made:
        yield made


def card(readers: Readers) -> OperatorCard:
    return readers.present()[-1]


def fault(ask: Callable[[], object]) -> tuple[object, object]:
    with pytest.raises(CardError) as caught:
        ask()
    return caught.value.code, caught.value.facts.get("left")


def test_keys_are_made_on_it_and_used_there(readers: Readers) -> None:
    readers.insert("a")
    asked = card(readers)
    assert asked.facts.signing == asked.facts.algorithm == ""
    asked.verify(PIN)
    facts = asked.generate("OP10001")
    signing, agreement = (parse_public_key(text) for text in (facts.signing, facts.agreement))
    assert (facts.operator, facts.algorithm, signing == agreement) == ("OP10001", "p256", False)
    assert signing.verify(asked.sign(b"message"), b"message")
    assert not agreement.verify(asked.sign(b"message"), b"message")
    sealed = sealing.seal(agreement, b"secret", b"info")
    assert sealing.unseal(CardAgreementKey(asked, agreement), sealed, b"info") == b"secret"
    assert fault(lambda: asked.generate("OP10002")) == (CardFault.TAKEN, None)  # nobody's keys are replaced
    asked.release()
    assert fault(lambda: asked.sign(b"message"))[0] is CardFault.FAILED


def test_what_was_opened_is_shut_for_everybody_else(readers: Readers) -> None:
    readers.insert("a")
    mine, other = card(readers), card(readers)
    mine.verify(PIN)
    mine.generate("OP10001")
    assert fault(lambda: other.sign(b"message"))[0] is CardFault.FAILED
    mine.release()
    assert fault(lambda: card(readers).sign(b"message"))[0] is CardFault.FAILED


def test_tries_of_the_pin_survive_pulling_and_a_restart(readers: Readers, tmp_path: Path) -> None:
    readers.insert("a")
    assert fault(lambda: card(readers).verify(WRONG)) == (CardFault.PIN_WRONG, 2)
    readers.pull()
    readers.insert("a")
    assert fault(lambda: card(readers).verify(WRONG)) == (CardFault.PIN_WRONG, 1)
    with Readers(tmp_path / "cards") as again:
        again.insert("a")
        assert card(again).facts.left == 1
        card(again).verify(PIN)  # counted from the beginning after the right one
        assert card(again).facts.left == 3
        lefts = [fault(lambda: card(again).verify(WRONG)) for _ in range(3)]
        assert lefts == [(CardFault.PIN_WRONG, 2), (CardFault.PIN_WRONG, 1), (CardFault.PIN_BLOCKED, None)]
        assert fault(lambda: card(again).verify(PIN)) == (CardFault.PIN_BLOCKED, None)


@pytest.mark.parametrize("step", ["verify", "generate", "sign", "agree"])
def test_pulled_at_each_step(readers: Readers, step: str) -> None:
    """Also where it is put back before the answer: what was opened is shut."""
    for back in (False, True):
        file = readers.insert(f"{step}-{back}")
        asked = card(readers)

        def out(file: object = file, back: bool = back) -> None:
            readers.pull()
            if back:
                readers.insert(f"{step}-{back}")

        readers.readers.at(step, out)

        def all_steps(asked: OperatorCard = asked) -> None:
            asked.verify(PIN)
            point = parse_public_key(asked.generate("OP10001").agreement)
            asked.sign(b"message")
            asked.agree(point.raw)

        assert fault(all_steps)[0] is CardFault.PULLED


def test_no_key_and_no_pin_stands_in_the_file(readers: Readers, tmp_path: Path) -> None:
    file = readers.insert("a")
    asked = card(readers)
    asked.verify(PIN)
    asked.generate("OP10001")
    opened = file.open(PIN)
    assert not isinstance(opened, dict)
    assert opened.keys is not None
    text = file.path.read_text("ascii")
    from core import wire

    assert not any(wire.b64(key.private_bytes())[:40] in text for key in opened.keys)
    assert PIN not in text
    assert file.path.stat().st_mode & 0o077 == 0


def test_the_lane_says_what_comes_and_goes(tmp_path: Path) -> None:
    told, tray, cards = Told(), CardTray(), CardReaders(tmp_path)
    cards.start()
    config = Config(Slot.CARD_READER, "software", cards.url)
    rack = Rack([config], {(Slot.CARD_READER, "software"): lambda c, r: SoftwareCardLane(c, r, tray)}, told)
    rack.start()
    try:
        told.truth(DeviceState.READY)
        assert tray.present() == ()
        cards.insert(cards.card("a", PIN))
        came = told.next()
        assert isinstance(came, OperatorCardIn)
        assert came.card == CardFacts(came.card.serial, left=3)
        held = tray.present()[0]
        cards.insert(cards.card("b", PIN), reader=2)
        assert isinstance(told.next(), OperatorCardIn)
        held.verify(PIN)
        facts = held.generate("OP10001")
        held.release()
        came = told.next()
        assert came == OperatorCardIn(Slot.CARD_READER, facts)
        assert [each.facts.operator for each in tray.present()] == ["OP10001", ""]  # where it lay before
        assert PublicKey(facts.signing).verify(_signed(tray.present()[0]), b"m")
        cards.pull()
        assert told.next() == OperatorCardOut(Slot.CARD_READER, facts.serial)
        cards.pull(2)
        assert isinstance(told.next(), OperatorCardOut)
        cards.insert(cards.card("b", PIN), reader=2)
        assert isinstance(told.next(), OperatorCardIn)
        assert rack.hold(Slot.CARD_READER)  # nobody would see it pulled: it counts as pulled
        assert isinstance(told.next(), OperatorCardOut)
        assert tray.present() == ()
        rack.resume(Slot.CARD_READER)
        assert isinstance(told.story(), OperatorCardIn)
        cards.stop()  # the reader itself is gone: no card is in it
        gone = told.story()
        assert isinstance(gone, OperatorCardOut)
        assert tray.present() == ()
        told.truth(DeviceState.GONE)
    finally:
        cards.stop()
        assert rack.stop() == ()


def _row(insertion: str) -> str:
    texts = '"serial": "s", "operator": "", "signing": "", "agreement": "", "algorithm": "p256"'
    return f'[{{{texts}, "insertion": {insertion}}}]'


@pytest.mark.parametrize(
    "cards",
    ["[1]", "7", '[{"insertion": 1}]', _row("Infinity"), _row('"x"'), _row("null"), "[" * 8000 + "]" * 8000],
    ids=lambda cards: cards[:24],
)
def test_whatever_a_reader_says_is_a_fault_with_a_name(cards: str) -> None:
    """And no other end of the lane: it is opened again as after any bad frame."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            there, _ = server.accept()
            with there:
                there.recv(4096)
                there.sendall(f'{{"cards": {cards}}}\n'.encode())

        thread = threading.Thread(target=serve)
        thread.start()
        config = Config(Slot.CARD_READER, "software", f"tcp://127.0.0.1:{server.getsockname()[1]}")
        lane = SoftwareCardLane(config, LaneReport(Slot.CARD_READER, Told()), CardTray())
        with pytest.raises(DeviceError) as caught:
            lane.run(threading.Event())
        thread.join(5)
    assert caught.value.code is DeviceFault.BAD_FRAME


def _signed(card: OperatorCard) -> bytes:
    card.verify(PIN)
    try:
        return card.sign(b"m")
    finally:
        card.release()
