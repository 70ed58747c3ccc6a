"""Invented documents and goods: what the cards and the catalogue can say, as far as the screen goes."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import replace

from core.commands import ManualCause, ManualField
from core.errors import RuleFault
from core.view import CatalogueHit, FieldView, ManualFieldView, ManualView, SenderView
from ui.specimen_visits import LABEL, READY, SENDER, fields

_WIDTH, _HEIGHT = 102, 126


def _picture() -> bytes:
    """A 24 bit BMP of 102 × 126: a grey ground and the outline of nobody."""
    lines = []
    for y in range(_HEIGHT):
        line = bytearray()
        for x in range(_WIDTH):
            head = math.hypot((x - 51) / 22, (y - 44) / 28) < 1
            body = math.hypot((x - 51) / 46, (y - 126) / 52) < 1
            shade = 96 if head else 120 if body else 214 - y // 4
            line += bytes((shade + 16, shade + 8, shade))
        lines.append(bytes(line).ljust(-(-_WIDTH * 3 // 4) * 4, b"\0"))
    body_bytes = b"".join(reversed(lines))
    head_bytes = struct.pack("<2sIHHI", b"BM", 54 + len(body_bytes), 0, 0, 54)
    return (
        head_bytes
        + struct.pack("<IiiHHIIiiII", 40, _WIDTH, _HEIGHT, 1, 24, 0, len(body_bytes), 0, 0, 0, 0)
        + body_bytes
    )


PICTURE = _picture()
DOCUMENTS: Mapping[str, SenderView] = {
    "code": replace(SENDER, method="code", nation="", address="", photo="none", still_on_reader=False),
    "photo": replace(SENDER, photo="shown", picture=PICTURE),
    "moved": replace(
        SENDER,
        photo="no_library",
        address="样板自治州虚构蒙古族藏族自治县想象哈萨克族乡示范村模范街道第一百***",
        newest_address="示例省想象市虚构高新技术产业开发区样本街道示例社区模范大道一***",
    ),
    "hmt": replace(
        SENDER,
        kind="hmt_resident",
        nation="",
        number="830000********0012",
        pass_number="H01******7",  # noqa: S106 - a masked number that nobody has
        issue_count="02",
        photo="timeout",
        newest_address="示例省想象市虚构区样本街道示例社区***",
    ),
    "foreigner": replace(
        SENDER,
        kind="foreigner_2017",
        name="证件样本",
        name_en="SPECIMEN-INVENTED, ALEXANDRINA MAXIMILIANA EXAMPLE NOBODY-ATALL"[:60],
        nation="",
        nationality="UTO",
        number="UTO33**********10",
        address="",
        photo="refused",
    ),
    "foreigner-new": replace(
        SENDER,
        kind="foreigner_2023",
        name="",
        name_en="NOBODY, INVENTED",
        nation="",
        nationality="UTO",
        number="911124********0022",
        issue_count="01",
        old_number="UTO11*********4",
        address="",
        photo="no_library",
        name_matches=None,
    ),
}
RARE = replace(
    READY,
    fields=fields(
        sender_name=FieldView("㛃䶮·𠅤𬭚", source="card"),
        recipient_name=FieldView("𬭚𠅤㛃䶮", source="typed"),
        contents=FieldView("䶮字书法𠅤", source="typed"),
    ),
    sender=replace(SENDER, name="㛃䶮·𠅤𬭚", address="示例省㛃䶮市𠅤𬭚街道***"),
    preview=replace(LABEL, sender_name="㛃*·*𬭚", recipient_name="𬭚**䶮", contents="䶮字书法𠅤"),
)


def _hit(
    item: str,
    name: str,
    initials: str,
    action: str,
    number: int = 20,
    cls: tuple[str, str] = ("限制寄递物品", "restricted articles"),
    condition: tuple[str, str] = ("", ""),
) -> CatalogueHit:
    languages = ("zh", "en")
    return CatalogueHit(
        item,
        name,
        initials,
        number,
        dict(zip(languages, cls, strict=True)),
        action,
        dict(zip(languages, condition, strict=True)) if condition[0] else {},
    )


GUN = _hit(
    "c01_09", "仿真枪", "fzq", "refuse_report", 1,
    ("枪支（含仿制品、主要零部件）弹药", "firearms, their copies and main parts, ammunition"),
)  # fmt: skip
BATTERY = _hit(
    "r_battery_01", "充电宝", "cdb", "restricted",
    condition=("锂电池：随设备装好或有 UN38.3 与能量标识（≤100 Wh），无破损鼓包，独立包装防短路；不走航空。",
               "Lithium battery: inside its device or marked with UN38.3 and not above 100 Wh, undamaged, "
               "packed against short circuit; never by air."),
)  # fmt: skip
SPIRITS = _hit(
    "r_alcohol_01", "白酒", "bj", "restricted",
    condition=("密封原装，防漏防碎包装，≤70 度，限陆运；件数符合规定。",
               "Sealed, original, packed against leaks and breakage, up to 70 % vol., by land only, "
               "within the number allowed."),
)  # fmt: skip
_ORDINARY = ("一般物品", "ordinary articles")
HITS = (
    _hit("o_01", "保健品", "bjp", "allow", 21, _ORDINARY),
    SPIRITS,
    _hit("r_engine_01", "搬家发动机", "bjfdj", "restricted"),
    _hit("c02_03", "匕首（管制刀具）", "bs", "refuse", 2, ("管制器具", "controlled knives and devices")),
    replace(GUN, id="c03_01", name="爆竹", initials="bz", number=3),
    _hit("o_02", "笔记本", "bjb", "allow", 21, _ORDINARY),
    _hit("o_03", "报纸", "bz", "allow", 21, _ORDINARY),
    _hit("o_04", "背包", "bb", "allow", 21, _ORDINARY),
)

TYPING = ManualView(
    "temporary_resident",
    ManualCause.NO_CHIP,
    {
        ManualField.NUMBER: ManualFieldView("110105********002X"),
        ManualField.NUMBER_AGAIN: ManualFieldView("11010519491231003X", RuleFault.NUMBER_DIFFERS),
        ManualField.NAME: ManualFieldView("证件样本"),
        ManualField.VALID_TO: ManualFieldView("2027年", RuleFault.DATE_FORM),
    },
)
ZONE = ManualView(
    "passport",
    ManualCause.NO_CHIP,
    {
        ManualField.MRZ: ManualFieldView(
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<< L898902C36UTO7408122F1204159ZE184226B<<<<<10"
        ),
        ManualField.NUMBER_AGAIN: ManualFieldView(""),
    },
)
