"""The SAM's status byte SW3 (id-reader.md §1.4) and what each means for the person at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from core.errors import DeviceError, DeviceFault
from devices.idcard.frames import Command, Reply


class Sw3(IntEnum):
    """Status codes that public sources agree on.  01, 02, 03 and 05 are host codes, never on the wire."""

    OK = 0x90
    FOUND = 0x9F
    NO_CONTENT = 0x91
    BAD_CHECKSUM = 0x10
    BAD_LENGTH = 0x11
    WRONG_COMMAND = 0x21
    NOT_PERMITTED = 0x23
    UNRECOGNISED = 0x24
    CARD_DENIED_SAM = 0x31
    SAM_DENIED_CARD = 0x32
    NOT_GENUINE = 0x33
    NOT_SEARCHED = 0x34
    FINGERPRINT = 0x37
    LENGTH_ERROR = 0x3F
    WRONG_CARD = 0x40
    READ_FAILED = 0x41
    NO_RANDOM = 0x47
    WRITE_FAILED = 0x50
    SELF_TEST = 0x60
    LOGIN_FAILED = 0x61
    SAM_NOT_AUTHORISED = 0x66
    NO_CARD = 0x80
    SELECT_FAILED = 0x81


_FAULTS: Mapping[int, DeviceFault] = MappingProxyType(
    {
        Sw3.BAD_CHECKSUM: DeviceFault.BAD_FRAME,
        Sw3.BAD_LENGTH: DeviceFault.BAD_FRAME,
        Sw3.LENGTH_ERROR: DeviceFault.BAD_FRAME,
        Sw3.NOT_PERMITTED: DeviceFault.NOT_AUTHORISED,
        Sw3.SAM_NOT_AUTHORISED: DeviceFault.NOT_AUTHORISED,
        Sw3.SELF_TEST: DeviceFault.SELF_TEST,
        Sw3.CARD_DENIED_SAM: DeviceFault.CARD_UNREADABLE,
        Sw3.SAM_DENIED_CARD: DeviceFault.CARD_UNREADABLE,
        Sw3.NOT_SEARCHED: DeviceFault.CARD_UNREADABLE,
        Sw3.READ_FAILED: DeviceFault.CARD_UNREADABLE,
        Sw3.NO_RANDOM: DeviceFault.CARD_UNREADABLE,
        Sw3.SELECT_FAILED: DeviceFault.CARD_UNREADABLE,
        Sw3.NOT_GENUINE: DeviceFault.CARD_SUSPECT,
        Sw3.WRONG_CARD: DeviceFault.CARD_UNSUPPORTED,
        Sw3.NO_CARD: DeviceFault.NO_CARD,
    }
)


def fault_of(sw3: int) -> DeviceFault:
    """The fault of an error status; REFUSED for every code that is not listed (quirk 9)."""
    return _FAULTS.get(sw3, DeviceFault.REFUSED)


def reply_error(command: Command, reply: Reply) -> DeviceError:
    """The error for a reply that is not the success of ``command``.

    SW1 and SW2 may hold the card's own status with 31, 41, 47 and 81; all three bytes go into the facts.
    """
    fault = fault_of(reply.sw3)
    retry = fault in (DeviceFault.BAD_FRAME, DeviceFault.CARD_UNREADABLE, DeviceFault.NO_CARD)
    if fault is DeviceFault.CARD_UNSUPPORTED:
        return DeviceError(fault, sw=reply.sw, command=command.name, document="other_card")
    return DeviceError(fault, retry=retry, sw=reply.sw, command=command.name)


def unsupported(error: DeviceError) -> bool:
    """Whether the reader said that it does not know the command."""
    return str(error.facts.get("sw", "")).endswith(f"{Sw3.WRONG_COMMAND:02X}")
