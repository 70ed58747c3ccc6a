"""Labels for the tests: obviously invented people, and random ones."""

from __future__ import annotations

import dataclasses
import string

from hypothesis import strategies as st

from core.devices import Label

PLAIN = Label(
    waybill="EA473124829CN",
    token="kX9v2QmT7bLr4Zc8WnYp1A",
    sender_name="证**本",
    sender_phone="138****8000",
    recipient_name="示*人",
    recipient_phone="139****6021",
    recipient_address="上海市浦东新区世纪大道***",
    contents="衣物",
    quantity=2,
    weight_g=1284,
    weight_source="typed",
    real_name=True,
    inspected=True,
    security="here",
    branch="贵阳市南明支局 520100-01",
    operator="OP10001",
    number="520100-01-03 000129",
    accepted_at="2026-11-21 14:26",
)
# Everything long, rare characters from HanaMin A and B, a copy.
FULL = dataclasses.replace(
    PLAIN,
    sender_name="买*提·阿不都热依木",
    recipient_name="𠮷𪚥·阿不都热依木·买买提",
    recipient_address="内蒙古自治区呼伦贝尔市莫力达瓦达斡尔族自治旗尼尔基镇纳文东大街一百二十八号示例小区"
    "十二号楼三单元***",
    contents="衣物、书籍、手工艺品、干果与茶叶若干",
    quantity=12,
    weight_source="scale",
    security="centre",
    branch="呼伦贝尔市莫力达瓦尼尔基支局",
    manual=True,
    copy=2,
)

_HANZI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
_RARE = st.sampled_from("㐀㐂䶮䶵𠀀𠮷𠮟𡈽𡋤𢈘𣑥𤘩𥝱𦊆𧘱𨐌𩸽𪚥𫝀𫠝")
_LATIN = st.sampled_from(string.ascii_letters + string.digits + "·*-. ,'/#()")
_ANY = st.one_of(_HANZI, _HANZI, _RARE, _LATIN)
_CODE = st.sampled_from(string.ascii_uppercase + string.digits)


_PHONES = st.text(st.sampled_from("0123456789*+- ()"), min_size=1, max_size=20).map(str.strip).filter(bool)


def texts(longest: int) -> st.SearchStrategy[str]:
    """Texts as the station would let them through: no space at the ends, at least one character."""
    return st.text(_ANY, min_size=1, max_size=longest).map(str.strip).filter(bool)


def labels() -> st.SearchStrategy[Label]:
    """Random labels within what a counter accepts; every one of them has to fit."""
    return st.builds(
        Label,
        waybill=st.text(_CODE, min_size=8, max_size=16),
        token=st.text(st.sampled_from(string.ascii_letters + string.digits + "-_"), min_size=16, max_size=43),
        sender_name=texts(50),
        sender_phone=_PHONES,
        recipient_name=texts(50),
        recipient_phone=_PHONES,
        recipient_address=texts(125),
        contents=texts(40),
        quantity=st.integers(1, 9999),
        weight_g=st.integers(1, 99_999),
        weight_source=st.sampled_from(["typed", "scale"]),
        real_name=st.booleans(),
        inspected=st.booleans(),
        security=st.sampled_from(["here", "centre", "none"]),
        branch=texts(40),
        operator=st.text(_CODE, min_size=1, max_size=12),
        number=st.just("520100-01-03 000129"),
        accepted_at=st.just("2026-11-21 14:26"),
        manual=st.booleans(),
        copy=st.integers(0, 99),
    )
