"""A document placed again: what an annex shows of it, so that a shared hint finds hardly anybody else.

Both sides are masked texts that the annex has anyhow; nothing here says more than label and receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.acceptance.masks import masked
from core.commands import Field
from core.identity.card import DocumentKind, IdCard
from core.identity.characters import storable
from core.identity.masking import mask_number_for_record
from core.identity.names import clean_name


def shown_of(annex: Mapping[str, Any]) -> str:
    """Kind, masked number and masked name as an annex shows them, "" where no document was asked for."""
    document = str(annex.get("document", ""))
    return _line(document, str(annex["document_number"]), str(annex["sender_name"])) if document else ""


def would_show(card: IdCard) -> tuple[str, ...]:
    """What an annex of this document shows: one text for each of its names, Chinese and English."""
    names = [name for name in (card.name, card.name_en) if name]
    return would_show_person(card.kind, storable(card.number), names)


def would_show_person(kind: DocumentKind, number: str, names: Iterable[str]) -> tuple[str, ...]:
    """The same of a document that was read or typed before: kind, number and its names."""
    shown = mask_number_for_record(number)
    cleaned = (clean_name(storable(name)) for name in names)
    lines = (_line(kind.value, shown, masked(Field.SENDER_NAME, name)) for name in cleaned)
    return tuple(dict.fromkeys(lines))  # both names may show the same: an item is found once


def _line(document: str, number: str, name: str) -> str:
    return f"{document} {number} {name}"
