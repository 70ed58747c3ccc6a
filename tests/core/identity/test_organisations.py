"""统一社会信用代码: the published specimen, every single damage, random text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RuleError, RuleFault
from core.identity.organisations import check_credit_code

pytestmark = pytest.mark.requirement("R20")

SPECIMEN = "91350100M000100Y43"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def fault(text: str) -> object:
    """``what`` of the refusal."""
    with pytest.raises(RuleError) as caught:
        check_credit_code(text)
    assert caught.value.code == RuleFault.ORGANISATION_CODE
    return caught.value.facts["what"]


@pytest.mark.parametrize("text", [SPECIMEN, "91350100m000100y43", "９１350100-M000100Y4 3"])
def test_the_published_specimen(text: str) -> None:
    assert check_credit_code(text) == SPECIMEN


@pytest.mark.parametrize("place", range(18))
def test_every_single_wrong_character_is_found(place: int) -> None:
    for char in ALPHABET + "IOSVZ":
        if char != SPECIMEN[place]:
            assert fault(SPECIMEN[:place] + char + SPECIMEN[place + 1 :]) in ("form", "check")


@given(st.text(max_size=30))
def test_any_text_raises_nothing_else(text: str) -> None:
    assert fault(text) in ("form", "check")
