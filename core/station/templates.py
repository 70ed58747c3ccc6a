"""Which template an item's label is printed from: that of the day it was accepted, as it was known then.

So a copy, weeks later, prints exactly as the first page did, whatever was published since.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from core.devices import Slot
from core.errors import CounterError, EntryError, EntryFault
from core.label_template import OWN, Published, check_template, parse_template
from core.ledger.clock import business_date
from core.ledger.directives import SignedDirective
from core.ports import DirectiveRow, ItemRow
from core.station.live import Live


def template_of(live: Live, row: ItemRow, slot: Slot) -> tuple[str, str]:
    """(version, text) for the label of an item at a printer; ("own", "") for what the program brings."""
    size = live.settings.paper.get(slot)
    fits = [each for each in live.templates if each.size == size]
    if not fits:
        return OWN, ""
    header = next(iter(live.need_journal().entries(row.seq, row.seq))).header
    day = business_date(header.trusted.at)
    known = [each for each in fits if each.number <= header.directives and each.effective_from <= day]
    return (known[-1].version, known[-1].text) if known else (OWN, "")


def read_labels(rows: Sequence[DirectiveRow]) -> tuple[Published, ...]:
    """In the order of their dates; one that another version of the program could read is passed over."""
    kept: list[Published] = []
    for row in rows:
        with contextlib.suppress(CounterError):
            kept.append(read_label(row.signed))
    return tuple(sorted(kept, key=lambda each: (each.effective_from, each.number)))


def read_label(signed: SignedDirective) -> Published:
    """Raises EntryError FORM, ConfigError as ``core.label_template``."""
    said = signed.directive
    text = said.body.get("template")
    if set(said.body) != {"template"} or not isinstance(text, str):
        raise EntryError(EntryFault.FORM, what="label")
    found = parse_template(text, f"directive {said.number}")
    check_template(found, f"directive {said.number}")
    if found.version != said.subject or not found.version:
        raise EntryError(EntryFault.FORM, what="label version")
    return Published(said.number, found.version, found.dated, (found.width_mm, found.height_mm), text)
