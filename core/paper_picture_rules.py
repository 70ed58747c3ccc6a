"""Of which papers without a chip a picture may or must be kept, and how large it may be: dated rule data.

What stands in neither list may not be taken at all (个人信息保护法 6: the least that is needed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.commands import Proof
from core.identity.card import DocumentKind
from core.paper_pictures import PictureOf
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]
MOST_KIB = 160  # three of them in base64 stay below what a sealed part may have (core.ledger.sealed_info)


@dataclass(frozen=True, slots=True)
class PictureRules:
    """``wanted``: (PictureOf, code of document or proof, "" for an organisation) → whether it must be."""

    most_bytes: int
    wanted: Mapping[tuple[str, str], bool]


def read_pictures(node: Node, sourced: Sourced) -> PictureRules:
    """The member ``paper_pictures``.  Raises ConfigError."""
    part = node.members(("most_kib", *PictureOf))
    most = sourced(part["most_kib"], "value")["value"].integer(30, MOST_KIB) * 1024
    known: Mapping[str, list[str]] = {
        PictureOf.DOCUMENT: list(DocumentKind), PictureOf.PROOF: list(Proof), PictureOf.ORGANISATION: ["any"],
    }  # fmt: skip
    found: dict[tuple[str, str], bool] = {}
    for of, codes in known.items():
        inner = sourced(part[of], "may", "must")
        for name in ("may", "must"):
            for one in inner[name].items(0):
                key = (str(of), one.one_of(codes))
                if key in found:
                    raise one.wrong("every one once, in one of the two")
                found[key] = name == "must"
    return PictureRules(most, found)
