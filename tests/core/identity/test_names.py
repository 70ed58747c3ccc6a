"""Names: what is the same, what never is, and what may not be a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RuleError, RuleFault
from core.identity.names import check_name, clean_name, names_match

SAME = [
    ("示例甲", "示例甲"),
    ("示例甲", " 示例甲　"),
    ("示例甲", "示 例 甲"),
    ("阿甲·示例", "阿甲•示例"),
    ("阿甲·示例", "阿甲・示例"),
    ("阿甲·示例", "阿甲･示例"),
    ("阿甲·示例", "阿甲‧示例"),
    ("阿甲·示例", "阿甲⋅示例"),
    ("阿甲·示例", "阿甲∙示例"),
    ("阿甲·示例", "阿甲 · 示例"),
    ("阿甲·示例", "阿甲.示例"),
    ("阿甲·示例", "阿甲．示例"),
    ("EXAMPLE, ANNA MARIA", "Example Anna  Maria"),
    ("EXAMPLE,ANNA", "Ｅｘａｍｐｌｅ　Ａｎｎａ"),
    ("JOSÉ EXAMPLE", "Jose\u0301 Example"),
    ("O'EXAMPLE", "O’Example"),
    ("EXAMPLE-SPECIMEN", "Example\u2010Specimen"),
]
DIFFERENT = [
    ("示例甲", "示例乙"),
    ("示例甲", "示甲例"),
    ("示例甲", "示例"),
    ("阿甲·示例", "阿甲示例"),
    ("𠮷示", "吉示"),
    ("示\u5d0e", "示\ufa11"),  # no decomposition: NFKC would leave it
    ("示\u7fbd", "示\ufa1e"),  # NFC would fold it
    ("\u8c48示", "\uf900示"),  # NFC would fold it
    ("示\u4e38", "示\U0002f801"),  # NFC would fold it
    ("示戶", "示户"),
    ("示例", "示㆑"),
    ("EXAMPLE, ANNA", "Anna Example"),
    ("JOSÉ", "JOSE"),
]


@pytest.mark.parametrize(("card", "form"), SAME)
def test_the_same_name_written_differently(card: str, form: str) -> None:
    assert names_match(card, form)
    assert names_match(form, card)


@pytest.mark.parametrize(("card", "form"), DIFFERENT)
def test_different_names(card: str, form: str) -> None:
    assert not names_match(card, form)
    assert not names_match(form, card)


@pytest.mark.parametrize("form", ["", " ", "　", "\t"])
def test_an_empty_name_matches_nothing(form: str) -> None:
    assert not names_match(form, form)


IDEOGRAPHS = st.one_of(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(min_codepoint=0x3400, max_codepoint=0x4DBF),
    st.characters(min_codepoint=0xF900, max_codepoint=0xFAFF),
    st.characters(min_codepoint=0x20000, max_codepoint=0x3FFFD),
    st.characters(min_codepoint=0xE000, max_codepoint=0xF8FF),
)


@given(IDEOGRAPHS, IDEOGRAPHS)
def test_no_ideograph_is_ever_folded_into_another(one: str, other: str) -> None:
    assert names_match(f"示{one}", f"示{other}") == (one == other)


@given(st.integers(0xF900, 0xFAFF).map(chr) | st.integers(0x2F800, 0x2FA1F).map(chr))
def test_compatibility_ideographs_stay_themselves(char: str) -> None:
    assert clean_name(char) == char


@given(st.text(max_size=30))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_name(clean_name(text)) == clean_name(text)


@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        ("示例甲", "示例甲"),
        (" 阿甲•示例 ", "阿甲·示例"),
        ("Ａｎｎａ　Example", "Anna Example"),
        ("𠮷" * 25, "𠮷" * 25),
        ("A" * 50, "A" * 50),
        ("\ue000示", "\ue000示"),
        ("\U00031350示", "\U00031350示"),  # newer than this Python's tables
    ],
)
def test_what_is_recorded(text: str, recorded: str) -> None:
    assert check_name(text, characters=50, hanzi=25) == recorded


@pytest.mark.parametrize(
    ("text", "code", "what"),
    [
        ("示" * 26, RuleFault.FIELD_TOO_LONG, None),
        ("A" * 51, RuleFault.FIELD_TOO_LONG, None),
        ("示\n例", RuleFault.NAME_FORM, "control"),
        ("示\x00例", RuleFault.NAME_FORM, "control"),
        ("示\x7f例", RuleFault.NAME_FORM, "control"),
        ("示\u2028例", RuleFault.NAME_FORM, "control"),
        ("示\u202e例", RuleFault.NAME_FORM, "format"),
        ("示\u2066例", RuleFault.NAME_FORM, "format"),
        ("示\u200b例", RuleFault.NAME_FORM, "format"),
        ("\ufeff示例", RuleFault.NAME_FORM, "format"),
        ("示\u3164例", RuleFault.NAME_FORM, "format"),
        ("示\ud842", RuleFault.NAME_FORM, "surrogate"),
        ("\udfb7示", RuleFault.NAME_FORM, "surrogate"),
        ("示\ufffd", RuleFault.NAME_FORM, "unknown"),
        ("示\ufdd0", RuleFault.NAME_FORM, "unknown"),
        ("示\U0001ffff", RuleFault.NAME_FORM, "unknown"),
        ("·", RuleFault.NAME_FORM, "letters"),
        ("1234", RuleFault.NAME_FORM, "letters"),
        ("***", RuleFault.NAME_FORM, "letters"),
    ],
)
def test_what_is_no_name(text: str, code: RuleFault, what: str | None) -> None:
    with pytest.raises(RuleError) as caught:
        check_name(text, characters=50, hanzi=25)
    assert caught.value.code == code
    assert caught.value.facts.get("what") == what
    assert "示" not in str(caught.value)
