"""The machine-readable zone: the published specimens, one fault at a time, and random damage."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import RuleError, RuleFault
from core.identity.card import Sex
from core.identity.mrz import parse_mrz

TODAY = dt.date(2026, 11, 21)
# ICAO 9303-4 and 9303-5, appendices: the specimens of Utopia.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
LONG = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"


def fault(text: str) -> tuple[str, object]:
    """Code and ``what`` of the error of a wrong zone."""
    with pytest.raises(RuleError) as caught:
        parse_mrz(text, TODAY)
    return str(caught.value.code), caught.value.facts["what"]


@pytest.mark.parametrize(
    "text", [TD3, TD3.replace("\n", ""), TD3.lower(), TD3.replace("<<", "< <"), f"\n{TD3}\n"]
)
def test_the_specimen_of_a_passport(text: str) -> None:
    zone = parse_mrz(text, TODAY)
    assert (zone.form, zone.document, zone.issuer, zone.nationality) == ("td3", "P", "UTO", "UTO")
    assert (zone.number, zone.name, zone.optional) == ("L898902C3", "ERIKSSON, ANNA MARIA", "ZE184226B")
    assert (zone.birth, zone.sex, zone.expiry) == (dt.date(1974, 8, 12), Sex.FEMALE, dt.date(2012, 4, 15))


def test_the_specimen_of_a_card() -> None:
    zone = parse_mrz(TD1, TODAY)
    assert (zone.form, zone.document, zone.number) == ("td1", "I", "D23145890")
    assert (zone.surname, zone.given, zone.optional) == ("ERIKSSON", "ANNA MARIA", "")


def test_a_number_too_long_for_its_place_goes_on_in_the_optional_data() -> None:
    zone = parse_mrz(LONG, TODAY)
    assert (zone.number, zone.optional, zone.sex) == ("D23145890734", "", Sex.MALE)
    assert zone.birth == dt.date(1934, 7, 12)


@pytest.mark.parametrize(
    ("old", "new", "code", "what"),
    [
        ("L898902C36", "L898902C37", RuleFault.MRZ_CHECK, "number"),
        ("L898902C36", "L898902O36", RuleFault.MRZ_CHECK, "number"),
        ("7408122F", "7409122F", RuleFault.MRZ_CHECK, "birth"),
        ("1204159Z", "1304159Z", RuleFault.MRZ_CHECK, "expiry"),
        ("ZE184226B<<<<<1", "ZE184226C<<<<<1", RuleFault.MRZ_CHECK, "optional"),
        ("10", "11", RuleFault.MRZ_CHECK, "composite"),
        ("2F1", "2X1", RuleFault.MRZ_FORM, "sex"),
        ("P<UTO", "P<1TO", RuleFault.MRZ_FORM, "state"),
        ("P<UTOE", "P<UTO<", RuleFault.MRZ_FORM, "name"),
        ("ANNA", "ANN4", RuleFault.MRZ_FORM, "name"),
        ("ANNA", "ANN-", RuleFault.MRZ_FORM, "character"),
        ("<<10", "<<1", RuleFault.MRZ_FORM, "length"),
    ],
)
def test_one_fault_at_a_time_is_named(old: str, new: str, code: str, what: str) -> None:
    assert old in TD3
    assert fault(TD3.replace(old, new)) == (code, what)


def test_every_single_wrong_digit_of_the_checked_places_is_found() -> None:
    lines = TD3.split("\n")
    for place in (*range(10), *range(13, 20), *range(21, 44)):
        char = lines[1][place]
        other = "1" if char == "0" else "0"
        if char != other and char != "<":
            damaged = lines[1][:place] + other + lines[1][place + 1 :]
            assert fault(f"{lines[0]}\n{damaged}")[0] in (RuleFault.MRZ_CHECK, RuleFault.MRZ_FORM)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "P", TD3 * 3, "护照", TD3.split("\n")[0]])
def test_what_is_no_zone(text: str) -> None:
    assert fault(text)[0] == RuleFault.MRZ_FORM


@given(st.text(max_size=300))
def test_any_text_raises_nothing_else(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_mrz(text, TODAY)
    assert len(text) < 12 or text not in str(caught.value)


def _value(char: str) -> int:
    """What a character counts in a check digit (ICAO 9303-3, 4.9); 0 for anything else."""
    return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(char.upper()) if char.isalnum() else 0


@given(st.sampled_from([TD3, TD1, LONG]), st.integers(0, 91), st.sampled_from("<A0Z9M "), st.booleans())
def test_random_damage_is_refused_by_name_or_reads_the_same_person(
    text: str, place: int, char: str, drop: bool
) -> None:
    place %= len(text)
    # ICAO 9303 counts modulo ten: 2 for M, or 0 for A, is beyond every check digit.
    assume(drop or _value(char) % 10 != _value(text[place]) % 10)
    damaged = text[:place] + ("" if drop else char) + text[place + 1 :]
    good = parse_mrz(text, TODAY)
    try:
        zone = parse_mrz(damaged, TODAY)
    except RuleError:
        return
    # What no check digit covers: names, states and the kind of document.
    assert (zone.number, zone.birth, zone.expiry) == (good.number, good.birth, good.expiry)
    assert zone.number not in repr(zone)
