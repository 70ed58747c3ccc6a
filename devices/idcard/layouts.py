"""The four layouts of the text record (id-reader.md §2): resident, J, I of 2017, Y of 2023.

Number rules (check digit, birth, sex) are ``core.identity``'s; here only the form must fit.  What is
shown but decides nothing (travel permit, counters, association) may be blank: a card is not refused for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from core.identity.card import DocumentKind, IdCard
from core.identity.numbers import old_number
from devices.idcard.fields import Field, corrupt, date, filled, matching, sex, text, validity

_NUMBER_18 = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_NUMBER_15 = re.compile(r"[A-Z]{3}[0-9]{12}", re.ASCII)
_NATION = re.compile(r"[0-9]{2}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{3}", re.ASCII)
_COUNT = re.compile(r"([0-9]{2})?", re.ASCII)
_PASS = re.compile(r"[0-9A-Z]*", re.ASCII)

Layout = Callable[[bytes, bytes, str], IdCard]


class _Common:
    """Places that the resident's card, J and Y share.  Of a resident's card 220 to 255 is not looked at."""

    NAME = Field("name", 0, 30)
    SEX = Field("sex", 30, 2)
    BIRTH = Field("birth", 36, 16)
    ADDRESS = Field("address", 52, 70)
    NUMBER = Field("number", 122, 36)
    ISSUER = Field("issuer", 158, 30)
    VALID_FROM = Field("valid_from", 188, 16)
    VALID_TO = Field("valid_to", 204, 16)


class _Resident:
    """Of the resident's card alone."""

    NATION = Field("nation", 32, 4)


class _Hmt:
    """Of J alone."""

    PASS = Field("pass_number", 220, 18)
    ISSUED = Field("issue_count", 238, 4)


class _Foreigner2017:
    """Of I; only the validity stands where it stands on the others."""

    NAME_EN = Field("name_en", 0, 120)
    SEX = Field("sex", 120, 2)
    NUMBER = Field("number", 122, 30)
    COUNTRY = Field("nationality", 152, 6)
    NAME = Field("name", 158, 30)
    BIRTH = Field("birth", 220, 16)
    AUTHORITY = Field("issuer", 240, 8)  # the code of the accepting authority


class _Foreigner2023:
    """Of Y alone."""

    RENEWED = Field("issue_count", 32, 4)
    NAME_EN = Field("name_en", 52, 70, more=(220, 22))
    COUNTRY = Field("nationality", 242, 6)
    ASSOCIATION = Field("association", 250, 6)


def _resident(record: bytes, photo: bytes, read_id: str) -> IdCard:
    valid_from, valid_to = validity(record, _Common.VALID_FROM, _Common.VALID_TO)
    return IdCard(
        read_id=read_id,
        kind=DocumentKind.RESIDENT,
        name=filled(record, _Common.NAME),
        sex=sex(record, _Common.SEX),
        nation=matching(record, _Resident.NATION, _NATION),
        birth=date(record, _Common.BIRTH),
        address=text(record, _Common.ADDRESS),
        number=matching(record, _Common.NUMBER, _NUMBER_18),
        issuer=text(record, _Common.ISSUER),
        valid_from=valid_from,
        valid_to=valid_to,
        photo=photo,
    )


def _hmt(record: bytes, photo: bytes, read_id: str) -> IdCard:
    valid_from, valid_to = validity(record, _Common.VALID_FROM, _Common.VALID_TO)
    return IdCard(
        read_id=read_id,
        kind=DocumentKind.HMT_RESIDENT,
        name=filled(record, _Common.NAME),
        sex=sex(record, _Common.SEX),
        nation="",
        birth=date(record, _Common.BIRTH),
        address=text(record, _Common.ADDRESS),
        number=matching(record, _Common.NUMBER, _NUMBER_18),
        issuer=text(record, _Common.ISSUER),
        valid_from=valid_from,
        valid_to=valid_to,
        photo=photo,
        pass_number=matching(record, _Hmt.PASS, _PASS),
        issue_count=matching(record, _Hmt.ISSUED, _COUNT),
    )


def _foreigner_2017(record: bytes, photo: bytes, read_id: str) -> IdCard:
    valid_from, valid_to = validity(record, _Common.VALID_FROM, _Common.VALID_TO)
    name, name_en = _foreign_names(record, _Foreigner2017.NAME, _Foreigner2017.NAME_EN)
    return IdCard(
        read_id=read_id,
        kind=DocumentKind.FOREIGNER_2017,
        name=name,
        sex=sex(record, _Foreigner2017.SEX),
        nation="",
        birth=date(record, _Foreigner2017.BIRTH),
        address="",
        number=matching(record, _Foreigner2017.NUMBER, _NUMBER_15),
        issuer=text(record, _Foreigner2017.AUTHORITY),
        valid_from=valid_from,
        valid_to=valid_to,
        photo=photo,
        nationality=matching(record, _Foreigner2017.COUNTRY, _COUNTRY),
        name_en=name_en,
    )


def _foreigner_2023(record: bytes, photo: bytes, read_id: str) -> IdCard:
    valid_from, valid_to = validity(record, _Common.VALID_FROM, _Common.VALID_TO)
    name, name_en = _foreign_names(record, _Common.NAME, _Foreigner2023.NAME_EN)
    number = matching(record, _Common.NUMBER, _NUMBER_18)
    country = matching(record, _Foreigner2023.COUNTRY, _COUNTRY)
    return IdCard(
        read_id=read_id,
        kind=DocumentKind.FOREIGNER_2023,
        name=name,
        sex=sex(record, _Common.SEX),
        nation="",
        birth=date(record, _Common.BIRTH),
        address="",
        number=number,
        issuer="",  # always 国家移民管理局, and not stored
        valid_from=valid_from,
        valid_to=valid_to,
        photo=photo,
        nationality=country,
        name_en=name_en,
        issue_count=matching(record, _Foreigner2023.RENEWED, _COUNT),
        old_number=old_number(number, country, text(record, _Foreigner2023.ASSOCIATION)),
    )


def _foreign_names(record: bytes, chinese: Field, english: Field) -> tuple[str, str]:
    """Chinese and English name; a foreigner need not have both, but one."""
    name, name_en = text(record, chinese), text(record, english)
    if not (name + name_en).strip():
        raise corrupt(english.name)
    return name, name_en


LAYOUTS: Mapping[int, Layout] = MappingProxyType(
    {
        ord(" "): _resident,
        ord("J"): _hmt,
        ord("I"): _foreigner_2017,
        ord("Y"): _foreigner_2023,
    }
)
