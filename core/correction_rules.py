"""Which fields of an accepted item may be corrected, by whom, for how long, how often: dated rule data.

Who sends is no field here, and never will be: whoever is wrong about the person voids the item and accepts it
again, with the document.  Nor is the waybill, which names the item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.ledger.corrections import ALONE, FIELDS
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]
BY = ("clerk", "second")  # alone, or with a second person
_LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class CorrectionField:
    """``alone``: whoever accepted the item corrects it alone while :attr:`CorrectionRules.minutes` last."""

    code: str
    alone: bool
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CorrectionRules:
    """``minutes`` since the acceptance; ``most`` corrections of one item, then it is voided and done anew."""

    fields: Mapping[str, CorrectionField]
    minutes: int
    most: int


def read_corrections(node: Node, sourced: Sourced) -> CorrectionRules:
    """The member ``corrections``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    part = node.members(("fields", "minutes", "most"))
    fields = {}
    for one in part["fields"].items():
        inner = sourced(one, "code", "by", *_LANGUAGES)
        code = inner["code"].one_of(FIELDS)
        names = {language: inner[language].text(40) for language in _LANGUAGES}
        alone = inner["by"].one_of(BY) == "clerk"
        if alone and code not in ALONE:
            raise inner["by"].wrong("second, for where the item goes and what is in it")
        if code in fields:
            raise part["fields"].wrong("every code once")
        fields[code] = CorrectionField(code, alone, names)
    minutes = sourced(part["minutes"], "value")["value"].integer(0, 24 * 60)
    most = sourced(part["most"], "value")["value"].integer(1, 99)
    return CorrectionRules(fields, minutes, most)
