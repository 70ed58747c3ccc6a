"""Reads the separate consents and the guardians' relations of one edition of the rule data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core import rule_data as r
from core.strict import Node

MOST = 6  # so many a customer is asked at most, one by one
MOST_RELATIONS = 9  # each is chosen by its digit
_CODE = "[a-z][a-z0-9_]{0,23}"  # short: it stands in an operation id
_VERSION = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"


def read_consents(
    node: Node, sourced: Callable[..., dict[str, Node]], languages: Sequence[str]
) -> tuple[r.Consent, ...]:
    """In the order in which they are asked.  Raises ConfigError as every reader of rule data.

    There is no member that says how one stands beforehand: nothing is ever ticked for anybody.
    """
    found = []
    for one in node.items(0):
        part = sourced(one, "code", "version", *languages)
        texts = {}
        for language in languages:
            inner = part[language].members(("title", "text"))
            texts[language] = r.Paragraph(inner["title"].text(40), inner["text"].text(400))
        version = part["version"].matching(_VERSION, "letters, digits, . _ : -")
        found.append(r.Consent(part["code"].matching(_CODE, "code"), version, texts))
    if len({each.code for each in found}) != len(found) or len(found) > MOST:
        raise node.wrong(f"at most {MOST}, every code once")
    return tuple(found)


def read_relations(node: Node, languages: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """Code → language → name."""
    found = {}
    for one in node.items():
        part = one.members(("code", *languages))
        names = {language: part[language].text(40) for language in languages}
        found[part["code"].matching(_CODE, "code")] = names
    if len(found) > MOST_RELATIONS:
        raise node.wrong(f"at most {MOST_RELATIONS}")
    return found
