"""What may be told from a pasted text by its form alone: labels, phone numbers, what nobody sees.

Everything works on a text that was folded to narrow characters one for one, so that each place in it is
a place in what was pasted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from core.identity.characters import refused


class Label(StrEnum):
    """What a label announces."""

    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    POSTCODE = "postcode"
    OTHER = "other"  # order number, remark: no field of the form


_WHO = "收件|收货|寄件|发件|发货|寄货|收|寄"
_WORDS = {
    Label.NAME: f"(?:{_WHO})(?:人|方)(?:姓名|名称|名字|信息)?|(?:{_WHO})姓名|联系人(?:姓名)?|姓名|名字|"
    "recipient|consignee|receiver|sender|name",
    Label.PHONE: f"(?:(?:{_WHO})人|联系|(?:{_WHO}))?(?:手机号码|手机号|手机|电话号码|电话)"
    "|联系方式|固定电话|固话|座机|telephone|mobile|phone|tel",
    Label.ADDRESS: f"(?:(?:{_WHO})人|联系|(?:{_WHO}))?(?:详细地址|地址)"
    "|所在地区|所在地址|街道地址|省市区县?|地区|address|addr",
    Label.POSTCODE: "邮政编码|邮编|postcode|zip ?code|zip",
    Label.OTHER: "(?:买家|卖家|订单)?(?:备注|留言)|(?:订单|快递|运单|物流|快件)(?:编号|单号|号码|号)|订单|"
    "商品(?:名称|信息)?|品名|物品|数量|件数|重量|昵称|微信号?|QQ号?|身份证号?码?|证件号码?|公司名称|公司|单位|"
    "付款时间|下单时间|remark|order",
}
_AFTER = r"[ \t]*[\"']?[ \t]*[:=】\]][ \t]*[\"']?"
_LABELS = re.compile(
    "|".join(f"(?P<{label.value}>{words})" for label, words in _WORDS.items()), re.IGNORECASE
)
_COLON = re.compile(_AFTER)
_DIGIT = re.compile(r"(?=[0-9+(])")
_NUMBERED = (Label.PHONE, Label.POSTCODE)
_GAP = re.compile(r"[ \t]*\n\s*|\t+|  +| (?=[^ ])")
_EDGE = frozenset(" \t\n,;|。、[]{}<>《》\"'【】")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the text, ``start`` to before ``end``."""

    start: int
    end: int

    def holds(self, at: int) -> bool:
        """Whether a place lies in it."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class LabelAt:
    """A label with its colon: what follows up to the next one is its value."""

    label: Label
    span: Span
    word: str


def labels(text: str) -> list[LabelAt]:
    """Every label in order: a known word with a colon, or alone between separators."""
    found: list[LabelAt] = []
    at = 0
    while (match := _LABELS.search(text, at)) is not None:
        at = match.end()
        colon = _COLON.match(text, match.end())
        before = match.start() == 0 or text[match.start() - 1] in _EDGE
        gap = _GAP.match(text, match.end()) if before else None
        if gap is None and match.lastgroup in _NUMBERED:  # 电话138…
            gap = _DIGIT.match(text, match.end())
        latin = match.group()[0].isascii()
        if (colon is None and (gap is None or latin)) or (colon is not None and latin and not before):
            continue
        end = (colon or gap).end()  # type: ignore[union-attr]  # one of the two is there
        found.append(LabelAt(Label(match.lastgroup or ""), Span(match.start(), end), match.group()))
        at = end
    return found


# -- phones -----------------------------------------------------------------------------------------

_EXTENSION = r"(?:[ \t]*(?:转|轉|#|ext\.?|分机号?:?|[,]?分机号?:?)[ \t]*[0-9]{1,6}|-[0-9]{1,6}|_[0-9]{1,6})?"
_COUNTRY = r"(?:\(?(?:\+|00)86\)?[ \-]?|86[ \-]?(?=1[3-9]))?"
_MOBILE = (
    r"1[3-9][0-9](?:[0-9]{8}|(?P<m>[ \-])[0-9]{4}(?P=m)[0-9]{4})"
    r"|1[3-9][0-9]{2}[ \-][0-9]{3}[ \-][0-9]{4}|1[3-9][0-9][ \-][0-9]{3}[ \-][0-9]{5}"
)
_AREA = r"\(?0(?:10|2[0-9]|[3-9][0-9]{2})\)?"
_LANDLINE = (
    rf"(?:{_AREA}|\+86[ \-]?(?:10|2[0-9]|[3-9][0-9]{{2}}))"
    r"[ \-]?[2-9](?:[0-9]{6,7}|[0-9]{2,3}[ \-][0-9]{4})"
)
_SERVICE = r"400(?:[0-9]{7}|-[0-9]{3}-[0-9]{4}|-[0-9]{4}-[0-9]{3}|-[0-9]{7}| [0-9]{3} [0-9]{4})"
_FOREIGN = r"(?:\+|00)(?!86)[1-9][0-9]{0,2}(?:[ \-]?[0-9]){6,12}"
_PHONE = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_FOREIGN}|{_COUNTRY}(?:{_MOBILE}|{_LANDLINE}){_EXTENSION}|{_SERVICE})(?![0-9])",
    re.IGNORECASE,
)
_LONE_COUNTRY = re.compile("^86[ -]?(?=1[3-9])")


def phones(text: str) -> Iterator[Span]:
    """Every phone number, with country code and extension."""
    for match in _PHONE.finditer(text):
        yield Span(match.start(), match.end())


def phone_text(found: str) -> str:
    """A number as :func:`core.acceptance.fields.check_phone` takes it."""
    return _LONE_COUNTRY.sub("", re.sub("分机号?:?|_", "转", found))


# -- what nobody sees, and what nobody wrote --------------------------------------------------------

_MARKUP = re.compile(r"<[/!A-Za-z][^<>]{0,500}>|&(?:[A-Za-z]{2,10}|#[0-9]{1,7});")
_KEPT = "\t\n\r"


def noise(text: str) -> list[bool]:
    """For each character whether it is invisible, broken, or of a mark-up language."""
    hidden = [char not in _KEPT and bool(refused(char)) for char in text]
    for match in _MARKUP.finditer(text):
        hidden[match.start() : match.end()] = [True] * (match.end() - match.start())
    return hidden


def is_mark_up(text: str) -> bool:
    """Whether a run of noise is mark-up: then it parted what stood around it."""
    return text[:1] in "<&"


def is_separator(char: str) -> bool:
    """Space or punctuation: what parts a text and is no part of it."""
    return char.isspace() or unicodedata.category(char).startswith("P")
