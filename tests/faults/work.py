"""A day's work at an invented counter: visits and items, as a script that a clerk can follow.

Everybody in it is invented: cards come from the simulators' drawer, phones from one made-up block.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.acceptance.waybill import s10_check_digit
from core.commands import Field

# Cards whose holders may send: valid today, of age, residents; rare characters and long names among them.
SENDERS = (
    "证件样本", "示例甲", "示例丙", "示例丁", "示㛃", "示䶮", "示𠮷", "古丽·示例",
    "阿卜杜热合曼·示例麦麦提江", "示例 空",
)  # fmt: skip
RECIPIENTS = ("示例乙", "示例戊", "㛃示例", "䶮示例", "𠮷示例", "热依木·示例", "SHILI GENG", "示例辛")
CONTENTS = ("衣物", "书籍", "茶叶", "手工艺品", "文件", "干果")
PLACES = (
    "上海市浦东新区示例大道",
    "贵州省贵阳市南明区样本街",
    "示例省示例市𠮷庆里",
    "西藏自治区拉萨市样本路",
)


@dataclass(frozen=True, slots=True)
class Item:
    """What is typed and scanned for one item."""

    waybill: str
    contents: str
    quantity: str
    weight: str
    name: str
    phone: str
    address: str

    def fields(self) -> dict[Field, str]:
        """By field; the waybill is scanned, not typed."""
        return {
            Field.CONTENTS: self.contents,
            Field.QUANTITY: self.quantity,
            Field.WEIGHT: self.weight,
            Field.RECIPIENT_NAME: self.name,
            Field.RECIPIENT_PHONE: self.phone,
            Field.RECIPIENT_ADDRESS: self.address,
        }


@dataclass(frozen=True, slots=True)
class Visit:
    """One sender: the key of a card in the drawer, what is typed, and the items."""

    card: str
    phone: str
    address: str
    items: tuple[Item, ...]

    def fields(self) -> dict[Field, str]:
        """By field; the name comes from the card."""
        return {Field.SENDER_PHONE: self.phone, Field.SENDER_ADDRESS: self.address}


def waybill(number: int) -> str:
    """An S10 number with its right check digit."""
    serial = f"{number:08d}"
    return f"EA{serial}{s10_check_digit(serial)}CN"


def day(items: int, *, first: int = 1, seed: int = 1) -> list[Visit]:
    """Visits of one to three items, ``items`` altogether; numbers begin at ``first``."""
    chance, visits, number = random.Random(seed), list[Visit](), first
    while number < first + items:
        count = min(len(visits) % 3 + 1, first + items - number)
        visits.append(
            Visit(
                SENDERS[len(visits) % len(SENDERS)],
                f"1390{number:07d}",
                f"示例省示例市样本区寄件路{number}号{chance.randint(1, 30)}室",
                tuple(_item(number + offset, chance) for offset in range(count)),
            )
        )
        number += count
    return visits


def _item(number: int, chance: random.Random) -> Item:
    return Item(
        waybill(number),
        chance.choice(CONTENTS),
        str(chance.randint(1, 9)),
        f"{chance.randint(1, 20000) / 1000:.3f}",
        chance.choice(RECIPIENTS),
        f"1370{number:07d}",
        f"{chance.choice(PLACES)}{number}号{chance.randint(1, 9)}单元{chance.randint(100, 999)}室",
    )


def to_json(visits: Sequence[Visit]) -> list[dict[str, Any]]:
    """For another process."""
    return [asdict(visit) for visit in visits]


def from_json(value: Sequence[Mapping[str, Any]]) -> list[Visit]:
    """The inverse of :func:`to_json`."""
    return [
        Visit(row["card"], row["phone"], row["address"], tuple(Item(**item) for item in row["items"]))
        for row in value
    ]


def each(visits: Sequence[Visit]) -> Iterator[tuple[Visit, Item]]:
    """Every item with its visit, in order."""
    for visit in visits:
        for item in visit.items:
            yield visit, item
