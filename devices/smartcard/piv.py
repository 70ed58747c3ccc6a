"""A PIV card (NIST SP 800-73-4): what it says of itself, its PIN, signature by 9A, agreement by 9D, new keys.

Commands of the standard only, so that any card of it will do.  What cannot be is a CardError.
"""

from __future__ import annotations

import secrets
import zlib
from dataclasses import replace
from enum import IntEnum

from core.crypto import tlv
from core.crypto.piv import AES_192, TRIPLE_DES, Held, ManagementKey, certificate, read_certificate
from core.devices import CardFacts
from core.errors import CardError, CardFault
from devices.smartcard.apdu import MOST_BYTES, OK, Channel, Command

AID = bytes.fromhex("A000000308")
CHUID, DISCOVERY = 0x5FC102, 0x7E
P256 = 0x11  # SP 800-78-4, table 6-2
APPLICATION_PIN, GLOBAL_PIN = 0x80, 0x00
MANAGEMENT = 0x9B
PIN_LEAST, PIN_MOST = 6, 8
POINT_BYTES, SECRET_BYTES = 65, 32
GUID_BYTES = 16
BLOCKED = 0x6983
_COMPRESSED = 0x01  # CertInfo


class Key(IntEnum):
    """The two keys of a card that an operator uses, by key reference."""

    SIGNS = 0x9A  # PIV authentication
    AGREES = 0x9D  # key management


OBJECTS = {Key.SIGNS: 0x5FC105, Key.AGREES: 0x5FC10B}  # where their certificates lie


class PivSession:
    """One card within one transaction.  Used by one thread; errors of ``Transmit`` pass through."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._pin = APPLICATION_PIN

    # -- what needs no PIN ------------------------------------------------------------------------------

    def select(self) -> None:
        """Begin.  Raises CardError FOREIGN for a card of another kind."""
        _, status = self._channel.ask(Command("SELECT", 0xA4, 0x04, 0x00, AID))
        if status != OK:
            raise CardError(CardFault.FOREIGN)
        policy = self._discovered()
        # SP 800-73-4, part 1, 3.3.2: both PINs count, and the global one is the one people know.
        if len(policy) == 2 and policy[0] & 0x20 and policy[1] == 0x20:
            self._pin = GLOBAL_PIN

    def facts(self) -> CardFacts:
        """What the card says.  ``serial`` is "" for one without a number.  Raises CardError FAILED."""
        held = {key: self._held(key) for key in Key}
        found = CardFacts(self._number(), left=self.left())
        signs, agrees = held[Key.SIGNS], held[Key.AGREES]
        if signs is None and (agrees is None or agrees.ours):  # pulled in the middle of making keys: empty
            return found
        if signs is None or agrees is None:
            return replace(found, algorithm="p256", fault=str(CardFault.HALF))
        other = next((each.algorithm for each in (signs, agrees) if not each.public), "")
        if other:
            return replace(found, operator=signs.operator, algorithm=other)
        return replace(
            found, operator=signs.operator, signing=signs.public, agreement=agrees.public, algorithm="p256"
        )

    def left(self) -> int | None:
        """Tries of the PIN; None where the card does not say, as while it was right."""
        _, status = self._channel.ask(Command("tries", 0x20, 0x00, self._pin, answers=False))
        if status == BLOCKED:
            return 0
        return status & 0x0F if status & 0xFFF0 == 0x63C0 else None

    def object(self, tag: int) -> bytes | None:
        """A data object's content; None where the card has none or an empty one.  Raises CardError FAILED."""
        wanted = tlv.encode(0x5C, tag.to_bytes((tag.bit_length() + 7) // 8, "big"))
        data, status = self._channel.ask(Command("GET DATA", 0xCB, 0x3F, 0xFF, wanted))
        if status != OK:  # not there, or not to be seen without more
            return None
        return _found(data, DISCOVERY if tag == DISCOVERY else 0x53) or None

    # -- with the PIN -----------------------------------------------------------------------------------

    def verify(self, pin: str) -> None:
        """Raises CardError PIN_FORM (nothing was asked), PIN_WRONG(left), PIN_BLOCKED, FAILED."""
        data = pin.encode("utf-8")
        if not PIN_LEAST <= len(data) <= PIN_MOST or not pin.isascii():
            raise CardError(CardFault.PIN_FORM, least=PIN_LEAST, most=PIN_MOST)
        padded = data.ljust(PIN_MOST, b"\xff")
        asked = Command("VERIFY", 0x20, 0x00, self._pin, padded, answers=False, secret=True)
        _, status = self._channel.ask(asked)
        if status == OK:
            return
        if status & 0xFFF0 == 0x63C0 and status & 0x0F:
            raise CardError(CardFault.PIN_WRONG, left=status & 0x0F)
        if status == BLOCKED or status & 0xFFF0 == 0x63C0:
            raise CardError(CardFault.PIN_BLOCKED)
        raise CardError(CardFault.FAILED, what="VERIFY")

    def sign(self, digest: bytes) -> bytes:
        """ECDSA over 32 bytes: DER.  Raises CardError FAILED."""
        template = tlv.encode(0x82, b"") + tlv.encode(0x81, digest)
        return self._authenticate(P256, Key.SIGNS, template, 0x82)

    def agree(self, point: bytes) -> bytes:
        """32 bytes.  Raises CardError FAILED."""
        template = tlv.encode(0x82, b"") + tlv.encode(0x85, point)
        secret = self._authenticate(P256, Key.AGREES, template, 0x82)
        if len(secret) != SECRET_BYTES:
            raise CardError(CardFault.FAILED, what="agree")
        return secret

    # -- new keys ---------------------------------------------------------------------------------------

    def manage(self) -> None:
        """Be allowed to write.  Raises CardError ISSUER where the maker's key was changed."""
        for algorithm in (AES_192, TRIPLE_DES):
            try:
                self._mutual(ManagementKey(algorithm))
            except CardError:
                continue
            return
        raise CardError(CardFault.ISSUER)

    def generate(self, operator: str) -> None:
        """Both keys, their certificates with her staff number, and a number of its own where it has none.

        After :meth:`manage` and :meth:`verify`.  The certificates come last, 9A's behind the
        other: a card pulled before that counts as empty.  Raises CardError FAILED.
        """
        if not self._number():
            self._put(CHUID, _chuid(secrets.token_bytes(GUID_BYTES)))
        points = {key: self._new_key(key) for key in Key}
        for key in (Key.AGREES, Key.SIGNS):
            made = certificate(operator, points[key], self.sign, agrees=key is Key.AGREES)
            self._put(OBJECTS[key], tlv.encode(0x70, made) + tlv.encode(0x71, b"\0") + tlv.encode(0xFE, b""))

    # -- parts ------------------------------------------------------------------------------------------

    def _discovered(self) -> bytes:
        """The PIN usage policy, two bytes, or b"" where the card has no discovery object."""
        found = self.object(DISCOVERY)
        return (found and _found(found, 0x5F2F)) or b""

    def _number(self) -> str:
        """The card's own number in hexadecimal: GUID, else the FASC-N; "" for a card without either."""
        chuid = self.object(CHUID) or b""
        for tag in (0x34, 0x30):
            value = _found(chuid, tag) or b""
            if any(value):
                return value.hex()
        return ""

    def _held(self, key: Key) -> Held | None:
        data = self.object(OBJECTS[key])
        if data is None:
            return None
        encoded, info = _found(data, 0x70), _found(data, 0x71) or b"\0"
        if not encoded:
            return None
        try:
            return read_certificate(_inflated(encoded) if info[0] & _COMPRESSED else encoded)
        except ValueError:
            raise CardError(CardFault.FAILED, what="certificate") from None

    def _authenticate(self, algorithm: int, key: int, template: bytes, answer: int) -> bytes:
        asked = Command("GENERAL AUTHENTICATE", 0x87, algorithm, key, tlv.encode(0x7C, template))
        data, status = self._channel.ask(asked)
        found = _found(data, 0x7C, answer) if status == OK else None
        if not found:
            raise CardError(CardFault.FAILED, what="GENERAL AUTHENTICATE")
        return found

    def _mutual(self, key: ManagementKey) -> None:
        """SP 800-73-4, part 2, A.1: the witness deciphered, and the card's answer checked."""
        witness = self._authenticate(key.algorithm, MANAGEMENT, tlv.encode(0x80, b""), 0x80)
        if len(witness) != key.block_bytes:
            raise CardError(CardFault.FAILED, what="witness")
        challenge = secrets.token_bytes(key.block_bytes)
        template = tlv.encode(0x80, key.decrypt(witness)) + tlv.encode(0x81, challenge)
        answer = self._authenticate(key.algorithm, MANAGEMENT, template, 0x82)
        if answer != key.encrypt(challenge):
            raise CardError(CardFault.FAILED, what="challenge")

    def _new_key(self, key: Key) -> bytes:
        template = tlv.encode(0xAC, tlv.encode(0x80, bytes((P256,))))
        data, status = self._channel.ask(Command("GENERATE", 0x47, 0x00, key, template))
        point = _found(data, 0x7F49, 0x86) if status == OK else None
        if point is None or len(point) != POINT_BYTES:
            raise CardError(CardFault.FAILED, what="GENERATE")
        return point

    def _put(self, tag: int, content: bytes) -> None:
        data = tlv.encode(0x5C, tag.to_bytes(3, "big")) + tlv.encode(0x53, content)
        _, status = self._channel.ask(Command("PUT DATA", 0xDB, 0x3F, 0xFF, data, answers=False))
        if status != OK:
            raise CardError(CardFault.FAILED, what="PUT DATA")


def _found(data: bytes, *path: int) -> bytes | None:
    try:
        return tlv.find(data, *path)
    except ValueError:
        raise CardError(CardFault.FAILED, what="tlv") from None


def _inflated(data: bytes) -> bytes:
    """gzip, to a size that no certificate of a card has."""
    opener = zlib.decompressobj(wbits=31)
    try:
        found = opener.decompress(data, MOST_BYTES)
    except zlib.error:
        raise CardError(CardFault.FAILED, what="certificate") from None
    return found


def _chuid(guid: bytes) -> bytes:
    """SP 800-73-4, part 1, table 9: no agency's number, the GUID, no expiry worth the name, no signature."""
    return (
        tlv.encode(0x30, bytes(25)) + tlv.encode(0x34, guid) + tlv.encode(0x35, b"20991231")
        + tlv.encode(0x3E, b"") + tlv.encode(0xFE, b"")
    )  # fmt: skip
