"""What a chip document says, as one frozen value (GA/T 490 text layout for resident cards)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class DocumentKind(StrEnum):
    """Kinds of identity document that the rule data describe; codes go into the journal."""

    RESIDENT = "resident"  # 居民身份证
    HMT_RESIDENT = "hmt_resident"  # 港澳台居民居住证, type letter J
    FOREIGNER_2017 = "foreigner_2017"  # 外国人永久居留身份证, type letter I
    FOREIGNER_2023 = "foreigner_2023"  # type letter Y
    TEMPORARY_RESIDENT = "temporary_resident"  # 临时居民身份证
    MILITARY = "military"  # 军人身份证件
    ARMED_POLICE = "armed_police"  # 武警身份证件
    HOUSEHOLD = "household"  # 户口簿, of children
    HMT_PASS = "hmt_pass"  # noqa: S105 - 港澳居民来往内地通行证
    TAIWAN_PASS = "taiwan_pass"  # noqa: S105 - 台湾居民来往大陆通行证
    PASSPORT = "passport"  # 外国公民护照


class Sex(StrEnum):
    """GB/T 2261.1."""

    UNKNOWN = "0"
    MALE = "1"
    FEMALE = "2"
    UNSTATED = "9"


@dataclass(frozen=True)
class IdCard:
    """One read of one document, never mixed with another read (T27).

    ``read_id`` is unique per read.  ``valid_to`` None means 长期.  ``photo`` is the undecoded
    1024-byte WLT block or empty; it is shown, never recorded.  ``name`` is the Chinese name, "" where a
    foreigner's card has none (``name_en`` is there then).  ``repr`` shows no personal data.
    """

    read_id: str
    kind: DocumentKind
    name: str
    sex: Sex
    nation: str  # GB/T 3304 two digits, "" where the document has none
    birth: dt.date
    address: str
    number: str
    issuer: str
    valid_from: dt.date
    valid_to: dt.date | None
    photo: bytes = b""
    nationality: str = ""  # ISO 3166 alpha-3, of foreigners' cards
    name_en: str = ""  # as it stands there: capitals, comma between surname and given names
    pass_number: str = ""  # of the travel permit behind a J card
    issue_count: str = ""  # J: how often it was issued, Y: how often renewed; two digits
    old_number: str = ""  # Y: the 15-character number before it, derived from the association item
    newest_address: str = ""  # the last address the reader added to the chip, "" where none was read

    def __repr__(self) -> str:
        return f"IdCard(kind={self.kind.value!r}, read_id={self.read_id!r}, …)"
