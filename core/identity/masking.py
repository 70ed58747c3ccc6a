"""Masks: what of a name, phone, address or document number may be seen after the commit.

Labels hide at least one 汉字 of a name, at least six digits of a phone, and the unit and room of an
address (GB/T 41833-2022, as reported; its text was not at hand, so nothing here shows more than the
reports allow).  A mask depends on the shown characters and the length alone: whatever the hidden
ones are, it is the same.
"""

from __future__ import annotations

import re
import unicodedata

STAR = "*"
REST = "***"
_NAME_KEPT = frozenset(" \u00b7-',.")
_PHONE_KEPT = frozenset("+-() ")
_PHONE_HIDDEN = 6
_PHONE_SHOWN = 5


def mask_name(name: str) -> str:
    """示例甲 → 示*甲, 示甲 → 示*, 示 → *; separators stay, so 阿甲·示例 → 阿*·*例 and SHI LI → S** *I."""
    clusters = _clusters(name)
    letters = [index for index, cluster in enumerate(clusters) if cluster not in _NAME_KEPT]
    shown = {letters[0]} if len(letters) > 1 else set()
    if len(letters) > 2:
        shown.add(letters[-1])
    hidden = set(letters) - shown
    return "".join(STAR if index in hidden else cluster for index, cluster in enumerate(clusters))


def _clusters(text: str) -> list[str]:
    """Characters with the marks and variation selectors that belong to them."""
    clusters: list[str] = []
    for char in text:
        if clusters and unicodedata.category(char).startswith("M"):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def mask_phone(phone: str) -> str:
    """13800138000 → 138******00.  Up to six digits all are hidden; beyond, at most five are shown."""
    digits = [index for index, char in enumerate(phone) if char not in _PHONE_KEPT]
    shown = min(_PHONE_SHOWN, max(0, len(digits) - _PHONE_HIDDEN))
    tail = min(2, shown)
    head = shown - tail
    hidden = set(digits[head : len(digits) - tail])
    return "".join(STAR if index in hidden else char for index, char in enumerate(phone))


# Where the detail begins: a digit, a Latin letter, or the word of a house, floor, unit or room that is
# not part of a place's name (鼓楼区, 一号路).
_DETAIL = re.compile(
    "[0-9A-Za-z０-９Ａ-Ｚａ-ｚ#＃]"
    "|(?:号|號|栋|棟|幢|座|单元|單元|室|楼|樓|层|層|门牌|門牌|户|宿舍|房间|房間)(?![区區县縣市街路镇鎮乡鄉村大])"
)
_ROAD = re.compile("街道|大道|大街|胡同|公路|路|街|巷|乡|鄉|镇|鎮|村")
_REGION = re.compile("特别行政区|自治区|自治州|自治县|自治旗|地区|新区|省|市|州|盟|区|區|县|縣|旗")


def mask_address(address: str) -> str:
    """上海市浦东新区世纪大道100号2单元301室 → 上海市浦东新区世纪大道***.

    Shows what ends in a road, town or region before the first number, letter or unit word, and
    hides the rest; where no such part is found, everything.
    """
    found = _DETAIL.search(address)
    open_part = address[: found.start()] if found else address
    for marker in (_ROAD, _REGION):
        ends = [match.end() for match in marker.finditer(open_part)]
        if ends:
            return open_part[: ends[-1]] + REST
    return REST


def mask_number_for_record(number: str) -> str:
    """First and last character (house.md, annex); of up to two characters nothing."""
    return _mask_middle(number, 1, 1) if len(number) > 2 else STAR * len(number)


def mask_number_on_screen(number: str) -> str:
    """6 + stars + 4 before the first commit; shorter numbers show two at each end, up to six none."""
    if len(number) >= 14:
        return _mask_middle(number, 6, 4)
    return _mask_middle(number, 2, 2) if len(number) > 6 else STAR * len(number)


def _mask_middle(text: str, head: int, tail: int) -> str:
    return text[:head] + STAR * (len(text) - head - tail) + text[len(text) - tail :]
