"""What may be sent and what not, as dated data: 禁止寄递物品指导目录, restricted items, ordinary ones.

``resources/catalogue/<date>.json``; an edition of the rule data names the version it goes with, so that
an old entry keeps its catalogue too.  Searching is for the clerk who types (pinyin initials, words,
parts of words), judging for what was declared: it finds every known word in a text, and the longest
word counts, so that a 玩具枪 is no 枪.  What no word is known for is for the clerk's eyes alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from core.identity.characters import fold_width
from core.strict import Node, read_json

_MAX_BYTES = 2_000_000
_CODE = "[a-z][a-z0-9_]{0,39}"
_VERSION = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
_NONE = "none"
_SPACES = re.compile(r"\s+")


class Action(StrEnum):
    """What is done with an item, the strictest first; codes go into the journal."""

    REFUSE_REPORT = "refuse_report"
    REFUSE = "refuse"
    RESTRICTED = "restricted"  # on a condition that the clerk confirms
    ALLOW = "allow"


REFUSING = (Action.REFUSE_REPORT, Action.REFUSE)
_STRICTNESS = {action: rank for rank, action in enumerate(Action)}


@dataclass(frozen=True, slots=True)
class ItemClass:
    """One class; 1 to 18 are the official ones, 19 is 其他物品."""

    id: str
    number: int
    names: Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """One example.  ``initials`` are of its pinyin; ``condition`` has a text by language, {} without."""

    id: str
    cls: ItemClass
    name: str
    initials: str
    words: tuple[str, ...]
    action: Action
    condition: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """The items that a text names, the strictest first; none: no word in it is known."""

    items: tuple[CatalogueItem, ...] = ()

    @property
    def prohibited(self) -> CatalogueItem | None:
        """The first item that has to be refused."""
        return self.items[0] if self.items and self.items[0].action in REFUSING else None

    @property
    def restricted(self) -> tuple[CatalogueItem, ...]:
        """The items that go on a condition."""
        return tuple(item for item in self.items if item.action is Action.RESTRICTED)


@dataclass(frozen=True)
class Catalogue:
    """One edition."""

    version: str
    effective_from: dt.date
    classes: tuple[ItemClass, ...]
    items: tuple[CatalogueItem, ...] = field(repr=False)

    @cached_property
    def _folded(self) -> tuple[tuple[CatalogueItem, tuple[str, ...], str], ...]:
        """Each item with its words as they are compared, the name first, and with all of them as one text.

        Every view of the visit asks for all of them.
        """
        folded = ((item, (_fold(item.name), *map(_fold, item.words))) for item in self.items)
        return tuple((item, words, "\n".join(words)) for item, words in folded)

    @cached_property
    def _words(self) -> Mapping[str, tuple[CatalogueItem, ...]]:
        """Items by folded word."""
        found: dict[str, tuple[CatalogueItem, ...]] = {}
        for item, words, _ in self._folded:
            for word in set(words):
                found[word] = (*found.get(word, ()), item)
        return found

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._words), default=0)

    def item(self, item_id: str) -> CatalogueItem | None:
        """The item of that id."""
        return next((item for item in self.items if item.id == item_id), None)

    def judge(self, text: str) -> Finding:
        """What ``text`` names.  A word within a longer known one does not count."""
        folded = _fold(text)
        spans = [
            (start, end)
            for start in range(len(folded))
            for end in range(start + 1, min(len(folded), start + self._longest) + 1)
            if folded[start:end] in self._words
        ]
        outer = [
            (start, end)
            for start, end in spans
            if not any((a, b) != (start, end) and a <= start and end <= b for a, b in spans)
        ]
        items = {item.id: item for start, end in outer for item in self._words[folded[start:end]]}
        return Finding(tuple(sorted(items.values(), key=lambda item: _STRICTNESS[item.action])))

    def search(self, text: str, limit: int = 8) -> tuple[CatalogueItem, ...]:
        """At most ``limit`` items for what is being typed: by initials, by words, by parts of words."""
        wanted = _fold(text)
        if not wanted:
            return ()
        ranked = [
            (_rank(item, words, wanted), item)
            for item, words, joined in self._folded
            if wanted in joined or item.initials.startswith(wanted)
        ]
        ranked.sort(key=lambda pair: (pair[0], len(pair[1].name)))
        fitting = [item for _, item in ranked]
        # What is named within longer typing comes last.
        named = [item for item in self.judge(text).items if item not in fitting]
        return tuple([*fitting, *named][:limit])


def _rank(item: CatalogueItem, words: tuple[str, ...], wanted: str) -> int:
    """How well an item fits, 0 the best: whole, from the start, within."""
    if wanted in (words[0], item.initials):
        return 0
    if wanted in words:
        return 1
    return 2 if item.initials.startswith(wanted) or any(word.startswith(wanted) for word in words) else 3


def _fold(text: str) -> str:
    return _SPACES.sub("", fold_width(text)).casefold()


# -- reading ----------------------------------------------------------------------------------------


def load_catalogues(directory: Path) -> dict[str, Catalogue]:
    """Every ``*.json`` in ``directory``, by version.  Raises ConfigError where one is not correct."""
    found: dict[str, Catalogue] = {}
    for path in sorted(directory.glob("*.json")):
        catalogue = parse_catalogue(path.read_bytes(), path.name)
        if catalogue.version in found:
            raise Node(path.name, None, ("version",)).wrong("a value that no other file has")
        found[catalogue.version] = catalogue
    return found


def parse_catalogue(data: bytes, file: str) -> Catalogue:
    """One edition.  Raises ConfigError SYNTAX, UNKNOWN_KEY, MISSING_KEY, WRONG_TYPE or WRONG_VALUE."""
    return _catalogue(read_json(data, file, _MAX_BYTES))


def _catalogue(top: Node) -> Catalogue:
    part = top.members(("version", "effective_from", "sources", "conditions", "classes", "items"))
    sources = part["sources"].table()
    for source in sources.values():
        inner = source.members(("mark", "source"))
        inner["mark"].one_of(("F", "X", "M", "P"))
        inner["source"].text()
    conditions = {key: _texts(node, 300) for key, node in part["conditions"].table().items()}
    classes = [_class(node) for node in part["classes"].items()]
    by_id = {one.id: one for one in classes}
    if len(by_id) != len(classes):
        raise part["classes"].wrong("every id once")
    items = tuple(_item(node, by_id, conditions, sources) for node in part["items"].items())
    if len({item.id for item in items}) != len(items):
        raise part["items"].wrong("every id once")
    version = part["version"].matching(_VERSION, "version: letters, digits, . _ : -")
    return Catalogue(version, part["effective_from"].date(), tuple(classes), items)


def _texts(node: Node, limit: int) -> Mapping[str, str]:
    part = node.members(("zh", "en"))
    return {language: inner.text(limit) for language, inner in part.items()}


def _class(node: Node) -> ItemClass:
    part = node.members(("id", "number", "zh", "en"))
    names = {language: part[language].text(100) for language in ("zh", "en")}
    return ItemClass(part["id"].matching(_CODE, "code"), part["number"].integer(1, 99), names)


def _item(
    node: Node,
    classes: Mapping[str, ItemClass],
    conditions: Mapping[str, Mapping[str, str]],
    sources: Mapping[str, Node],
) -> CatalogueItem:
    part = node.members(("id", "class", "name", "initials", "words", "action", "condition", "source"))
    part["source"].one_of(list(sources))
    action = Action(part["action"].one_of([action.value for action in Action]))
    condition = part["condition"].one_of([_NONE, *conditions])
    if (condition != _NONE) != (action is Action.RESTRICTED):
        raise part["condition"].wrong("a condition where, and only where, an item is restricted")
    return CatalogueItem(
        id=part["id"].matching(_CODE, "code"),
        cls=classes[part["class"].one_of(list(classes))],
        name=part["name"].text(40),
        initials=part["initials"].matching("[a-z0-9]{1,40}", "initials of the pinyin"),
        words=tuple(word.text(40) for word in part["words"].items(0)),
        action=action,
        condition=conditions.get(condition, {}),
    )
