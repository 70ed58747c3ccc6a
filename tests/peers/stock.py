"""Sections 5 and 18 of docs/format.md, for the independent checker: the stock, and what left it in bags.

Item by item, where it is: here, in the open bag, in a closed one, handed back, or with an organ.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Collection
from typing import Any

from tests.peers.numbers import need

KINDS = ("BagOpened", "ItemBagged", "ItemUnbagged", "BagGivenUp", "BagClosed")
AT_MOST, IN_A_BAG = 5_000, 2_000
HERE, INSIDE, SENT, BACK, LET_GO, TAKEN = "here", "inside", "sent", "back", "let go", "with an organ"


class Stock:
    """Follows one journal."""

    def __init__(self) -> None:
        self._since = 0
        self._where: dict[int, str] = {}
        self._bag: dict[str, Any] | None = None
        self._numbers: set[str] = set()  # of bags and seals, in this business day
        self.contents: dict[int, list[int]] = {}  # BagClosed → what is in it
        self._count: dict[str, Any] | None = None  # the open day's, with what it named
        self._begin: Counter[str] = Counter()  # where everything was when the business day began
        self._opening = 0

    def standing(self) -> Counter[str]:
        """How many are where."""
        return Counter(self._where.values())

    def gone(self, item: Any) -> bool:
        """Whether an item that was accepted since the stock is followed is here no more."""
        return self._where.get(item, HERE) not in (HERE, INSIDE)

    def follow(self, body: dict[str, Any], stopped: Collection[int] = (), taken: int = 0) -> dict[str, int]:
        """One entry of version 1; what it did, counted by name.

        ``stopped``: items that must not leave; ``taken``: the one that an organ got by this entry.
        """
        if self._since and taken > self._since:
            need(self._where.get(taken) == HERE, "handed over what does not lie here")
            self._where[taken] = TAKEN
        kind, data, seq = body["kind"], body["data"], body["seq"]
        if kind == "StockBegun":
            need(not self._since, "a stock that is followed begins again")
            self._since, self._where = seq, {}
            self._begin, self._opening, self._count = Counter(), 0, None
        elif kind == "StockEnded":
            here = sum(each in (HERE, INSIDE) for each in self._where.values())
            need(self._since and data["left"] == here, "a stock that ends with another number")
            self._since, self._bag = 0, None
        elif kind == "DayOpened":
            self._numbers = set()
            self._begin = self.standing()
            self._opening = self._begin[HERE] + self._begin[INSIDE]
            self._count = None
        elif kind == "StockStated":
            self._stated(data)
            return {"stocks stated": 1}
        elif kind == "StockCounted":
            need(self._since, "counts a stock that is not followed")
            here = sum(at in (HERE, INSIDE) for at in self._where.values())
            need(data["found"] + data["missing"] == here, "counts another number")
            need(data["missing"] + data["extra"] <= 300, "a count that was not finished")
            self._count = {**data, "seq": seq, "off": {}}
            return {"stocks counted": 1}
        elif kind == "StockDiffers":
            self._off(data)
            return {"stock differences": 1}
        elif kind == "ItemAccepted" and self._since:
            self._where[seq] = HERE
            if sum(each in (HERE, INSIDE) for each in self._where.values()) > AT_MOST:
                self._where[next(item for item, at in self._where.items() if at == HERE)] = LET_GO
        elif kind == "ItemVoided" and self._since and data["item"] > self._since:
            need(self._where.get(data["item"]) == HERE, "handed back what does not lie here")
            self._where[data["item"]] = BACK
        elif kind in KINDS:
            need(self._since, "a bag where no stock is followed")
            return self._bagged(kind, data, seq, stopped)
        return {}

    def _off(self, data: dict[str, Any]) -> None:
        """One item that the count names: it lies here and was not found, or the other way round."""
        need(self._count is not None, "differs from no count")
        assert self._count is not None
        item, off = data["item"], self._count["off"]
        need(item in self._where and item < self._count["seq"] and item not in off, "no item, or twice")
        here = self._where[item] in (HERE, INSIDE)
        need(data["what"] == ("not_found" if here else "still_here"), "differs in another way")
        off[item] = data["what"]
        name = "missing" if here else "extra"
        need(sum(each == data["what"] for each in off.values()) <= self._count[name], "more than counted")

    @property
    def differing(self) -> dict[int, str]:
        """What stands of the newest count: an item that went since, or came back, differs no longer."""
        off = self._count["off"] if self._count is not None else {}
        return {
            item: what
            for item, what in off.items()
            if (self._where[item] in (HERE, INSIDE)) is (what == "not_found")
        }

    def _stated(self, data: dict[str, Any]) -> None:
        """What the day comes to: from where each item was when it began and is now."""
        need(self._since and data["since"] == self._since, "states a stock that is not followed")
        now, before = self.standing(), self._begin
        closing = now[HERE] + now[INSIDE]
        found = {"opening": self._opening, "closing": closing}
        found |= {
            name: now[where] - before[where]
            for name, where in (("sent", SENT), ("voided", BACK), ("organs", TAKEN), ("let_go", LET_GO))
        }
        found["accepted"] = now.total() - before.total()
        need(all(data[name] == figure for name, figure in found.items()), "states another stock")
        count = self._count or {"seq": 0, "missing": 0, "extra": 0, "off": {}}
        need(data["counted"] == count["seq"], "states another count")
        need(len(count["off"]) == count["missing"] + count["extra"], "a count that names too little")

    def _bagged(self, kind: str, data: dict[str, Any], seq: int, stopped: Collection[int]) -> dict[str, int]:
        if kind == "BagOpened":
            need(self._bag is None, "two bags at once")
            need(data["bag"] not in self._numbers, "a bag's number twice in a day")
            self._bag = {"seq": seq, "bag": data["bag"]}
            return {}
        need(self._bag is not None and self._bag["seq"] == data["bag"], "a bag that is not open")
        assert self._bag is not None
        inside = [item for item, where in self._where.items() if where == INSIDE]
        if kind == "ItemBagged":
            need(self._where.get(data["item"]) == HERE, "packs what does not lie here")
            need(data["item"] not in stopped, "packs what is stopped")
            need(len(inside) < IN_A_BAG, "too much for a bag")
            self._where[data["item"]] = INSIDE
        elif kind == "ItemUnbagged":
            need(self._where.get(data["item"]) == INSIDE, "takes out what is not inside")
            self._where[data["item"]] = HERE
        elif kind == "BagGivenUp":
            need(data["count"] == len(inside), "gives up another number of items")
            self._where |= dict.fromkeys(inside, HERE)
            self._bag = None
        else:
            need(not set(stopped) & set(inside), "closes a bag with what is stopped")
            need(0 < data["count"] == len(inside), "closes a bag with another number of items")
            need(data["items"] == content_digest(inside), "closes a bag with other items")
            need(data["seal"] not in {*self._numbers, self._bag["bag"]}, "a seal's number twice in a day")
            self._numbers |= {self._bag["bag"], data["seal"]}
            self._where |= dict.fromkeys(inside, SENT)
            self._bag, self.contents[seq] = None, sorted(inside)
            return {"bags": 1, "sent in bags": len(inside)}
        return {}


def content_digest(items: list[int]) -> str:
    """SHA-256 over what section 18 says, base64url without padding."""
    raw = b"counter/bag/1\0" + json.dumps({"items": sorted(items)}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).rstrip(b"=").decode()
