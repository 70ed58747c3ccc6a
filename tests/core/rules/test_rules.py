"""Rule data: the edition in force, and that every damage to a file is named."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acceptance.catalogue import load_catalogues
from core.errors import ConfigError, ConfigFault, RuleError, RuleFault
from core.regions.book import load_regions
from core.rules import load_rules, parse_rules

pytestmark = pytest.mark.requirement("R108")

DIRECTORY = Path(__file__).parents[3] / "resources" / "rules"
FIRST = DIRECTORY / "2026-11-01.json"
VALUE: dict[str, Any] = json.loads(FIRST.read_text(encoding="utf-8"))
CATALOGUES_AT = DIRECTORY.parent / "catalogue"
CATALOGUES = load_catalogues(CATALOGUES_AT)
REGIONS = load_regions(DIRECTORY.parent / "regions")
RULES = load_rules(DIRECTORY).editions[0]


def data(value: object) -> bytes:
    """A file's bytes."""
    return json.dumps(value, ensure_ascii=False).encode()


def fault(value: object) -> ConfigError:
    """The error of a wrong file."""
    with pytest.raises(ConfigError) as caught:
        parse_rules(data(value), "2026-11-01.json", CATALOGUES, REGIONS)
    assert caught.value.facts["file"] == "2026-11-01.json"
    assert caught.value.facts["expected"]
    return caught.value


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a file but the whole; of a list the first and the last, for one loop reads them all."""
    if path:
        yield path
    members: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = [(at, each) for at, each in enumerate(value) if at in (0, len(value) - 1)]
    for key, inner in members:
        yield from paths(inner, (*path, key))


def changed(path: tuple[str | int, ...], new: object) -> dict[str, Any]:
    """The file with one value replaced; ``...`` removes it.

    Only what is on the way is copied: this is done three thousand times.
    """
    value = copy.copy(VALUE)
    node: Any = value
    for key in path[:-1]:
        node[key] = copy.copy(node[key])
        node = node[key]
    if new is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = new
    return value


# -- which edition ----------------------------------------------------------------------------------


def write(directory: Path, day: str, version: str) -> None:
    """An edition with another day and version."""
    (directory / f"{day}.json").write_bytes(data({**VALUE, "effective_from": day, "version": version}))


def test_the_last_edition_that_is_effective_is_in_force(tmp_path: Path) -> None:
    write(tmp_path, "2027-01-01", "second")
    write(tmp_path, "2026-11-01", "first")
    book = load_rules(tmp_path, CATALOGUES_AT)
    assert book.at(dt.date(2026, 11, 1)).version == "first"
    assert book.at(dt.date(2026, 12, 31)).version == "first"
    assert book.at(dt.date(2027, 1, 1)).version == "second"
    assert book.at(dt.date(2099, 1, 1)).version == "second"
    assert book.edition("first").effective_from == dt.date(2026, 11, 1)


def test_no_edition_in_force_is_said(tmp_path: Path) -> None:
    book = load_rules(DIRECTORY)
    with pytest.raises(RuleError) as caught:
        book.at(dt.date(2026, 10, 31))
    assert caught.value.code == RuleFault.RULES_MISSING
    with pytest.raises(RuleError) as caught:
        book.edition("none")
    assert caught.value.code == RuleFault.RULES_MISSING
    with pytest.raises(RuleError) as caught:
        load_rules(tmp_path, CATALOGUES_AT)
    assert caught.value.code == RuleFault.RULES_MISSING


@pytest.mark.parametrize(
    ("day", "version", "key"),
    [("2027-01-01", "2026-11-01.1", "version"), ("2026-11-01", "other", "effective_from")],
)
def test_two_editions_never_share_a_day_or_a_version(
    tmp_path: Path, day: str, version: str, key: str
) -> None:
    (tmp_path / "a.json").write_bytes(FIRST.read_bytes())
    (tmp_path / "b.json").write_bytes(data({**VALUE, "effective_from": day, "version": version}))
    with pytest.raises(ConfigError) as caught:
        load_rules(tmp_path, CATALOGUES_AT)
    assert (caught.value.facts["file"], caught.value.facts["key"]) == ("b.json", key)


# -- what the edition says --------------------------------------------------------------------------


def test_every_number_names_its_source() -> None:
    keys = {source.key for source in RULES.sources}
    assert {f"limits.{name}" for name in VALUE["limits"]} <= keys
    assert {f"retention.{name}" for name in VALUE["retention"]} <= keys
    assert all(source.source and source.mark in ("F", "X", "M", "P") for source in RULES.sources)


def test_the_notice_says_what_the_law_wants_said_in_both_languages() -> None:
    # 个人信息保护法 17: who, why and how, what, how long, the rights.
    # 快递暂行条例 21: terms of service, prohibited articles, declared value.
    wanted = {
        "zh": (
            "谁在处理",
            "为何收集",
            "收集什么",
            "怎样使用",
            "保存多久",
            "您的权利",
            "禁止寄递",
            "保价",
            "服务条款",
        ),
        "en": (
            "Who",
            "Why",
            "What",
            "How",
            "How long",
            "Your rights",
            "Prohibited",
            "declare a value",
            "terms",
        ),
    }
    for language, words in wanted.items():
        notice = RULES.notice.texts[language]
        text = " ".join(f"{one.heading} {one.text}" for one in notice.paragraphs)
        assert all(word in text for word in words)
    days = RULES.retention["acceptance"]
    assert days == 366  # the notice says "one year and a day"


def test_retention_keeps_what_the_law_wants_kept() -> None:
    assert RULES.retention["acceptance"] >= 366  # 邮政法 49: asked about within a year
    assert RULES.retention["log"] >= 184  # 网络安全法 21: six months


@pytest.mark.parametrize(
    ("password", "what"),
    [
        ("", "length"),
        ("Short1!", "length"),
        ("x" * 129, "length"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaa", "kinds"),
        ("onlyletters", "kinds"),
        ("letters1234", "kinds"),
        ("Op10001-secret!", "operator"),
    ],
)
def test_weak_passwords(password: str, what: str) -> None:
    with pytest.raises(RuleError) as caught:
        RULES.password.check(password, "OP10001")
    assert (caught.value.code, caught.value.facts["what"]) == (RuleFault.PASSWORD_WEAK, what)
    assert not password or password not in str(caught.value)


@pytest.mark.parametrize("password", ["Letters-1234", "短句也行的密码Aa1", "correct horse battery staple"])
def test_good_passwords(password: str) -> None:
    RULES.password.check(password, "OP10001")


def test_waiting_grows_and_never_falls() -> None:
    waits = [RULES.password.wait_seconds(failures) for failures in range(50)]
    assert waits[0] == 0
    assert waits == sorted(waits)
    assert waits[-1] == 900


# -- damage -----------------------------------------------------------------------------------------


WRONG: tuple[object, ...] = (1.5, {"nobody": 1}, -1, "")


@pytest.mark.parametrize("member", VALUE)
def test_every_value_is_asked_for_in_its_own_type(member: str) -> None:
    """Nothing, and one of four wrong things, which goes round: a whole file is read for each."""
    for number, path in enumerate(path for path in paths(VALUE) if path[0] == member):
        for wrong in (None, WRONG[number % len(WRONG)]):
            error = fault(changed(path, wrong))
            assert str(error.facts["key"]).startswith(member), (path, wrong)


@pytest.mark.parametrize("member", VALUE)
def test_nothing_may_be_missing(member: str) -> None:
    for path in (path for path in paths(VALUE) if path[0] == member):
        if isinstance(path[-1], str) and path[:2] != ("provinces", "codes"):
            error = fault(changed(path, ...))
            assert error.code == ConfigFault.MISSING_KEY
            assert error.facts["key"] == ".".join(map(str, path))


def test_nothing_unknown_is_passed_over() -> None:
    for path in [(), *(path for path in paths(VALUE) if path[:2] != ("provinces", "codes"))]:
        node: Any = VALUE
        for key in path:
            node = node[key]
        if isinstance(node, dict):
            assert fault(changed((*path, "nobody"), 1)).code == ConfigFault.UNKNOWN_KEY


@pytest.mark.parametrize(
    ("path", "new", "code"),
    [
        (("version",), "a b", ConfigFault.WRONG_VALUE),
        (("effective_from",), "2026-13-01", ConfigFault.WRONG_VALUE),
        (("effective_from",), "20261101", ConfigFault.WRONG_VALUE),
        (("limits", "name_hanzi", "value"), 0, ConfigFault.WRONG_VALUE),
        (("limits", "name_hanzi", "value"), True, ConfigFault.WRONG_TYPE),
        (("limits", "name_hanzi", "mark"), "Z", ConfigFault.WRONG_VALUE),
        (("limits", "weight_min_g", "value"), 60_000, ConfigFault.WRONG_VALUE),
        (("phones", 0, "pattern"), "1[3-9", ConfigFault.WRONG_VALUE),
        (("waybills",), [], ConfigFault.WRONG_VALUE),
        (("waybills", 0, "check"), "s11", ConfigFault.WRONG_VALUE),
        (("s10_countries", "codes"), "CN cn", ConfigFault.WRONG_VALUE),
        (("provinces", "codes", "1"), "x", ConfigFault.UNKNOWN_KEY),
        (("password", "lockout_seconds", "value"), [5, 0], ConfigFault.WRONG_VALUE),
        (("password", "lockout_seconds", "value"), [], ConfigFault.WRONG_VALUE),
        (("retention", "acceptance", "days"), 0, ConfigFault.WRONG_VALUE),
        (("notice", "en", "paragraphs"), [{"heading": "x", "text": "y"}], ConfigFault.WRONG_VALUE),
    ],
)
def test_wrong_values(path: tuple[str | int, ...], new: object, code: ConfigFault) -> None:
    assert fault(changed(path, new)).code == code


def test_a_misspelt_key_is_recognised() -> None:
    value = changed(("limits", "name_hanzi"), ...)
    value["limits"]["name_hanzy"] = VALUE["limits"]["name_hanzi"]
    error = fault(value)
    assert (error.code, error.facts["meant"]) == (ConfigFault.UNKNOWN_KEY, "name_hanzi")


def test_reasons_to_propose_leave_a_digit_for_the_warning() -> None:
    place = ("second", "propose_block", "reasons")
    rows = [{"code": f"reason_{at}", "zh": f"理由{at}", "en": f"Reason {at}"} for at in range(9)]
    parse_rules(data(changed(place, rows[:8])), "2026-11-01.json", CATALOGUES, REGIONS)
    assert "8 reasons" in str(fault(changed(place, rows)).facts["expected"])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"", 1),
        (b'{\n"version": 1,\n}', 3),
        (b'{"version": "1", "version": "1"}', 0),
        (b"\xff", 0),
        (b"[" * 100_000, 0),
        (b" " * 1_000_001, 0),
        (b'{"version": NaN}', None),
    ],
)
def test_what_is_no_json(text: bytes, line: int | None) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_rules(text, "x.json", CATALOGUES, REGIONS)
    if line is not None:
        assert (caught.value.code, caught.value.facts["line"]) == (ConfigFault.SYNTAX, line)


@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing_else(text: bytes) -> None:
    with pytest.raises(ConfigError):
        parse_rules(text, "x.json", CATALOGUES, REGIONS)
