"""Lists of rule data that a person chooses from by a digit: a code, and its name in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.strict import Node

Names = Mapping[str, str]  # by language
CODE = "[a-z][a-z0-9_]{0,23}"
MOST = 9  # each is chosen by its digit
_NAME_MOST = 40  # characters that fit beside a digit


def names_of(part: Mapping[str, Node], languages: Sequence[str]) -> Names:
    """The members ``zh``, ``en`` … of one row.  Raises ConfigError for one that is empty or does not fit."""
    return {language: part[language].text(_NAME_MOST) for language in languages}


def named(
    rows: Node,
    languages: Sequence[str],
    *,
    code: str = CODE,
    taken: Sequence[str] = (),
    more: Sequence[str] = (),
    least: int = 1,
) -> dict[str, Names]:
    """Code → names of a list, in its order.

    ``taken``: codes that mean something already; ``more``: members that the caller reads.  Raises
    ConfigError for a code that is there twice or taken, for fewer than ``least`` rows and for more than
    :data:`MOST`.
    """
    found: dict[str, Names] = {}
    for row in rows.items():
        part = row.members(("code", *languages, *more))
        each = part["code"].matching(code, "code")
        if each in found or each in taken or len(found) == MOST:
            raise part["code"].wrong(", ".join(("once", *(f"not {one}" for one in taken), f"at most {MOST}")))
        found[each] = names_of(part, languages)
    if len(found) < least:
        raise rows.wrong(f"at least {least}")
    return found
