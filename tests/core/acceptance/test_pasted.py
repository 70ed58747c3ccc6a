"""One text into name, phone, region and street; invented people only."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.acceptance.pasted import PASTED_MAX, Part, Pasted
from core.acceptance.pasted_marks import is_separator, labels
from core.acceptance.pasted_reader import read_pasted
from core.identity.characters import fold_width
from tests.core.acceptance.people import RULES

pytestmark = pytest.mark.requirement("R21")

NAME, PHONE, REGION, STREET = "示例甲", "13800138000", "贵州省贵阳市南明区", "虚构路1号"


def _read(text: str, *, sender: bool = False, phone: int = 0) -> Pasted:
    found = read_pasted(text, RULES, sender=sender, phone=phone)
    assert "".join(piece.text for piece in found.pieces) == text
    return found


@pytest.mark.parametrize(
    "text",
    [
        "示例甲，13800138000，贵州省贵阳市南明区虚构路1号",
        "示例甲 13800138000 贵州省贵阳市南明区虚构路1号",
        "贵州省贵阳市南明区虚构路1号 示例甲 13800138000",
        "13800138000 贵州省贵阳市南明区虚构路1号 示例甲",
        "示例甲13800138000贵州省贵阳市南明区虚构路1号",
        "示例甲\n13800138000\n贵州省贵阳市南明区虚构路1号",
        "收件人：示例甲 电话：13800138000 地址：贵州省贵阳市南明区虚构路1号",
        "收件人: 示例甲\n手机号码: 138-0013-8000\n所在地区: 贵州省 贵阳市 南明区\n详细地址: 虚构路1号",
        "收货人\t示例甲\t联系电话\t13800138000\t收货地址\t贵州贵阳市南明区虚构路1号",
        "【收货人】示例甲\n【电话】13800138000\n【地址】贵州省贵阳市南明区虚构路1号",
        '{"name":"示例甲","phone":"13800138000","address":"贵州省贵阳市南明区虚构路1号"}',
        "示例甲，电话13800138000，贵阳市南明区虚构路1号",
        "示例甲 +86 138 0013 8000 南明区虚构路1号",
        "示例甲 86-13800138000 贵州 贵阳 南明区 虚构路1号",
        "示例甲(收) 0086 13800138000 贵州省贵阳市南明区虚构路1号",
        "地址：贵州省贵阳市南明区虚构路1号 示例甲收 13800138000",
        "１３８００１３８０００　示例甲　贵州省贵阳市南明区虚构路１号",
        "<p>示例甲</p><br>13800138000&nbsp;<b>贵州省贵阳市南明区</b>虚构路1号",
        "\u202e示例甲\u200b 138\u200b00138000 贵州省贵阳市南明区虚构路1号\u0007",
        "贵州省贵阳市南明区虚构路1号示例甲13800138000",
        "示例甲贵州省贵阳市南明区虚构路1号13800138000",
        "示例甲,贵州省,贵阳市,南明区,虚构路1号,13800138000",
        "订单编号：123456789012345678 收货人：示例甲 13800138000 贵州省贵阳市南明区虚构路1号",
        "示例甲 13800138000 贵州省贵阳市南明区虚构路1号 550002",
        "邮编550002 贵州省贵阳市南明区虚构路1号 示例甲 13800138000",
        "示例甲 13800138000 贵阳市南明区虚构路1号 备注：轻放",
    ],
)
def test_the_usual_forms(text: str) -> None:
    """Whatever the order, the labels, the width: the same four fields."""
    found = _read(text)
    assert (found.name, found.phone, found.region, found.street) == (NAME, PHONE, REGION, STREET)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("示例甲 0851-88886666-123 贵阳市南明区虚构路1号", "0851-88886666-123"),
        ("示例甲 (0851)8888 6666 贵阳市南明区虚构路1号", "0851-88886666"),
        ("示例甲 010-66668888转12 北京市东城区虚构街1号", "010-66668888-12"),
        ("示例甲 13800138000转1234 贵阳市南明区虚构路1号[1234]", "13800138000-1234"),
        ("示例甲[5678] 13800138000-5678 贵阳市南明区虚构路1号", "13800138000-5678"),
        ("示例甲 13800138000 分机123 贵阳市南明区虚构路1号", "13800138000-123"),
        ("示例甲 400-800-8000 贵阳市南明区虚构路1号", "4008008000"),
        ("Sample Person, +852 2345 6789, 香港中西区虚构道1号", "+85223456789"),
        ("电话：1380013800 收件人：示例甲 地址：贵阳市南明区虚构路1号", "1380013800"),
    ],
)
def test_phones(text: str, phone: str) -> None:
    """Mobile, land line, extension, privacy number, service number, from abroad, and one digit short."""
    found = _read(text)
    assert found.phone == phone
    assert (found.doubts.get(Part.PHONE) == "form") == (phone == "1380013800")
    assert "1234" not in found.street
    assert "5678" not in found.name


def test_of_several_numbers_one_is_chosen_and_the_others_are_left() -> None:
    text = "示例甲，0851-88886666，13800138000，贵州省贵阳市南明区虚构路1号"
    first, second = _read(text), _read(text, phone=1)
    assert first.phones == ("13800138000", "0851-88886666")
    assert first.left == ("0851-88886666",)
    assert second.phone == "0851-88886666"
    assert second.left == ("13800138000",)
    assert first.doubts[Part.PHONE] == "several"


def test_of_both_parties_the_one_asked_for() -> None:
    text = (
        "寄件人：示例甲 13800138000 贵州省贵阳市南明区虚构路1号\n"
        "收件人：虚构乙 13900139000 广东省深圳市南山区样本路2号"
    )
    recipient, sender = _read(text), _read(text, sender=True)
    assert (recipient.name, recipient.phone, recipient.street) == ("虚构乙", "13900139000", "样本路2号")
    assert (sender.name, sender.phone, sender.street) == (NAME, PHONE, STREET)
    assert "示例甲" in recipient.left[0]
    assert "虚构乙" in sender.left[0]


@pytest.mark.parametrize(
    ("text", "part", "fix"),
    [
        ("示例甲 13800138000 深圳市南山区虚构路1号", Part.REGION, "province_added"),
        ("示例甲 13800138000 广东深圳市南山区虚构路1号", Part.REGION, "written_out"),
        ("示例甲 13800138000 湖北省襄樊市襄城区虚构路1号", Part.REGION, "former_name"),
        ("示例甲 １３８００１３８０００ 深圳市南山区虚构路1号", Part.PHONE, "width"),
        ("示例甲 138 0013 8000 深圳市南山区虚构路1号", Part.PHONE, "form"),
        ("示例甲 13800138000 深圳市南山区虚构路１号", Part.STREET, "width"),
        ("示例甲（收） 13800138000 深圳市南山区虚构路1号", Part.NAME, "title"),
        ("示 例 甲，13800138000，深圳市南山区虚构路1号", Part.NAME, "spaces"),
    ],
)
def test_what_is_put_right_is_said(text: str, part: Part, fix: str) -> None:
    assert fix in _read(text).fixes.get(part, ())


@pytest.mark.parametrize(
    ("text", "part", "doubt"),
    [
        ("示例甲 13800138000 朝阳区虚构路1号", Part.REGION, "ambiguous"),
        ("示例甲 13800138000 样板市模范区想象大道88号", Part.REGION, "unknown"),
        ("示例甲 13800138000 贵州省贵阳市虚构路1号", Part.REGION, "incomplete"),
        ("示例甲 13800138000 广东省贵阳市南明区虚构路1号", Part.REGION, "mismatch"),
        ("示例甲 13800138000 深圳南山科技园1号", Part.REGION, "guessed"),
        ("示例甲贵州省贵阳市南明区虚构路1号13800138000", Part.NAME, "guessed"),
        ("贵州省贵阳市南明区虚构路1号示例甲13800138000", Part.NAME, "guessed"),
    ],
)
def test_what_is_doubtful_is_marked(text: str, part: Part, doubt: str) -> None:
    found = _read(text)
    assert found.doubts.get(part) == doubt
    assert found.address


@pytest.mark.parametrize("text", ["", "   \n", "😀😀🎉", "\x00\x01\u202e", "。。。，，", "<br><br>", "您好"])
def test_where_there_is_nothing_nothing_is_found(text: str) -> None:
    """And what is left is shown: emoji are nobody's name."""
    found = _read(text)
    assert found.empty
    assert "".join(found.left) == ("".join(text.split()) if text[:1] in "😀您" else "")


def test_an_identity_number_is_no_phone() -> None:
    """It is left over, in nobody's field."""
    found = _read("证件样本 11010519491231002X 13800138000")
    assert (found.name, found.phones) == ("证件样本", ("13800138000",))
    assert found.left == ("11010519491231002X",)


def test_one_half_of_a_contact_is_taken_as_it_is() -> None:
    assert _read("13800138000").phone == PHONE
    assert _read("贵阳市南明区虚构路1号").address == REGION + STREET
    assert _read("虚构路1号").street == STREET


def test_a_megabyte_is_read_as_far_as_it_counts() -> None:
    """Whoever pastes more is told so before it comes here (``core.station``); nothing hangs."""
    found = read_pasted("示例 甲,13800138000,贵阳市" * 100_000, RULES)
    assert sum(len(piece.text) for piece in found.pieces) == PASTED_MAX


_BITS = st.sampled_from(
    ["示例甲", "虚构乙", "阿依示例·样本", "13800138000", "138 0013 8000", "+86-13900139000", "0851-88886666",
     "贵州省", "贵阳市", "南明区", "广东深圳", "朝阳区", "虚构路1号", "样本大厦3栋502", "550002", "收件人：",
     "电话:", "地址：", "寄件人：", "备注：", "（收）", "转1234", "[1234]", "<b>", "&nbsp;", "😀", "\u200b",
     "１２３", "ABC", "，", " ", "\n", "\t", "。", "、", "-", "11010519491231002X", "\ud800"]
)  # fmt: skip


@given(st.one_of(st.lists(_BITS, max_size=12).map("".join), st.text(max_size=120)), st.booleans())
@example("0\u0660\u0661", False)
def test_no_character_is_lost_in_silence(text: str, sender: bool) -> None:
    """Each is in a field, or a label, or a separator, or shown as left over or hidden; in its order."""
    found = _read(text, sender=sender)
    values = {
        Part.NAME: found.name,
        Part.PHONE: "".join(found.phones),
        Part.REGION: found.region,
        Part.STREET: found.street,
    }
    shown = "".join(found.left)
    for piece in found.pieces:
        match piece.part:
            case Part.SEPARATOR:
                assert all(map(is_separator, piece.text))
            case Part.LABEL:
                words = "".join(label.word for label in labels(fold_width(text).replace("\r", "\n")))
                known = set(words) | set("收启件亲")
                assert all(is_separator(char) or char in known for char in fold_width(piece.text)), piece
            case Part.HIDDEN:
                assert found.hidden > 0
            case Part.LEFT | Part.PARTY | Part.POSTCODE:
                assert all(char in shown for char in piece.text if not is_separator(char))
            case Part.REGION:
                assert found.region
            case Part.PHONE:
                digits = "".join(char for char in fold_width(piece.text) if char.isdigit())
                kept = "".join(char for char in values[Part.PHONE] if char.isdigit())
                assert digits.removeprefix("00").removeprefix("86") in kept.removeprefix("86")
            case _:
                figures = [char for char in fold_width(piece.text) if char.isdigit()]
                assert all(char in values[piece.part] for char in figures)
                letters = [char for char in fold_width(piece.text) if char.isalpha()]
                assert all(char in fold_width(values[piece.part]) for char in letters)


@given(st.lists(_BITS, max_size=10).map("".join))
def test_what_was_found_is_found_again(text: str) -> None:
    """Name, phone and address put together as people write them give the same phone and region."""
    found = _read(text)
    if found.phone and not found.doubts.get(Part.PHONE) and found.place and found.place.certain:
        again = _read(f"{found.phone}，{found.address}")
        assert again.phone == found.phone
        assert again.region.startswith(found.region)
