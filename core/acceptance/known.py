"""Contacts that a repeat sender used before, taken by reference: the clerk sees them masked, nothing else.

The earlier acceptances are found by the digest hint and what the annexes show (``core.acceptance.again``):
they are *probably* the same person's.  So nothing is ever taken by itself, and headquarters parks a
reference whose target has another document number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from core.acceptance import marked
from core.acceptance.as_in import GROUPS, AsIn, Target, party_of, target_from_json
from core.acceptance.visit import KNOWN, FieldText, Identity, Visit, need_open_item
from core.commands import Field, Party, SenderKind
from core.errors import EntryError
from core.identity.masking import REST, STAR
from core.ports import ItemRow
from core.rule_data import Rules

MOST: Mapping[Party, int] = {Party.SENDER: 2, Party.RECIPIENT: 6}  # a handful: more is no help
RETENTION = "acceptance"  # the class under which targets are kept here
# A target in its last days is not offered: what is taken now has to outlive a parked visit.
_MARGIN = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact that may be taken: where it was typed, and the masked texts of its fields."""

    party: Party
    as_in: AsIn
    shown: Mapping[Field, str] = field(repr=False)


# -- finding ----------------------------------------------------------------------------------------


def whose(visit: Visit) -> Identity | None:
    """Whose earlier acceptances may be offered: of whoever stands here and was identified.

    None where nobody is identified, and while the document before us is to be an agent's principal's: an
    annex carries the hint of the agent's own document.
    """
    if visit.exempted or (visit.sender_kind is SenderKind.AGENT and visit.principal is None):
        return None
    return visit.identity


def contacts(
    rows: Iterable[ItemRow], original: Callable[[int], ItemRow | None], terminal: str, now: dt.datetime,
    rules: Rules,
) -> tuple[Contact, ...]:  # fmt: skip
    """Distinct contacts of ``rows`` (newest first), by what is shown of them.

    ``original`` gives the item of another ``seq``: a contact that was taken by reference points to where it
    was typed, so that no reference ever leads to another.  What is erased, about to be, or shows too
    little for the rules is left out.
    """
    found: dict[Party, dict[tuple[str, ...], Contact]] = {party: {} for party in Party}
    for row in rows:
        for party, names in GROUPS.items():
            shown = {name: str(row.annex.get(name.value, "")) for name in names}
            key = tuple(shown.values())
            if _corrected(row, party):  # the sealed part that it would name holds what was wrong
                continue
            if key in found[party] or len(found[party]) == MOST[party] or not _usable(party, shown, rules):
                continue
            as_in = _original(row, party, original, terminal, now - _kept(rules))
            if as_in is not None:
                found[party][key] = Contact(party, as_in, shown)
    return tuple(contact for party in Party for contact in found[party].values())


def _kept(rules: Rules) -> dt.timedelta:
    return dt.timedelta(days=rules.retention[RETENTION]) - _MARGIN


def _usable(party: Party, shown: Mapping[Field, str], rules: Rules) -> bool:
    """Every field shows something, and the recipient's address what R27 asks of it."""
    if any(not text.replace(STAR, "").strip() for text in shown.values()):
        return False
    return party is Party.SENDER or shows_region(shown[Field.RECIPIENT_ADDRESS], rules)


def shows_region(masked_address: str, rules: Rules) -> bool:
    """Whether a masked address shows enough to tell whether it lies in a key region (R27)."""
    shown = masked_address.removesuffix(REST)
    return not any(
        len(shown) < len(region) and region.startswith(shown) for region in rules.security.key_regions
    )


def _original(
    row: ItemRow, party: Party, original: Callable[[int], ItemRow | None], terminal: str, since: dt.datetime
) -> AsIn | None:
    """Where the contact was typed; None where that is not here any more, or not for long."""
    try:
        earlier = target_from_json(row.annex.get(member_of(party)))
    except EntryError:
        return None
    if earlier is not None:
        if earlier.terminal != terminal:
            return None
        found = original(earlier.seq)
        if found is None or found.epoch != earlier.epoch or _corrected(found, party):
            return None
        row = found
    if dt.datetime.fromisoformat(row.accepted_at) <= since:
        return None
    target = Target(terminal, row.epoch, row.seq)
    return AsIn(target, row.number, str(row.annex.get("accepted_at", ""))[:10])


def _corrected(row: ItemRow, party: Party) -> bool:
    """Whether anything of that contact was corrected since it was typed."""
    return any(name.value in marked.fields_of(row.annex) for name in GROUPS[party])


def member_of(party: Party) -> str:
    """The member of an annex that says by which reference a contact stands."""
    return f"{party.value}_as_in"


# -- taking -----------------------------------------------------------------------------------------


def take(visit: Visit, contact: Contact) -> Visit:
    """The contact stands in the fields, masked.  Raises RuleError ITEM_ACCEPTED for a committed item."""
    need_open_item(visit)
    texts = {name: FieldText(contact.shown[name], KNOWN) for name in GROUPS[contact.party]}
    return _put(visit, contact.party, texts, contact.as_in)


def dissolved(visit: Visit, party: Party) -> Visit:
    """The reference is gone, and with it every text of it: nobody here knows what it hides."""
    if visit.as_in(party) is None:
        return visit
    return _put(visit, party, {name: FieldText() for name in GROUPS[party]}, None)


def without(visit: Visit) -> Visit:
    """No contact by reference stands any more: another person's document, or nobody's."""
    for party in Party:
        visit = dissolved(visit, party)
    return visit


def _put(visit: Visit, party: Party, texts: Mapping[Field, FieldText], as_in: AsIn | None) -> Visit:
    after = replace(visit, revision=visit.revision + 1)
    if party is Party.SENDER:
        return replace(after, fields={**visit.fields, **texts}, sender_as_in=as_in)
    item = replace(visit.item, fields={**visit.item.fields, **texts}, recipient_as_in=as_in)
    return replace(after, item=item)


def whole(visit: Visit) -> bool:
    """Whether the fields of a contact stand by reference all together, or none of them does."""
    by_reference = {name for name in Field if visit.text(name).source == KNOWN}
    wanted = {name for party, names in GROUPS.items() if visit.as_in(party) for name in names}
    return by_reference == wanted


def typed_over(masked: str, text: str) -> str:
    """What somebody typed into a masked text: the mask goes, wherever in it the typing was."""
    if STAR not in text:
        return text  # typed or pasted over all of it
    head = 0
    while head < min(len(masked), len(text)) and masked[head] == text[head]:
        head += 1
    tail = 0
    while tail < min(len(masked), len(text)) - head and masked[-1 - tail] == text[-1 - tail]:
        tail += 1
    return text[head : len(text) - tail]


def reference_of(visit: Visit, name: Field) -> AsIn | None:
    """By which reference a field stands, None where it was typed."""
    party = party_of(name)
    return visit.as_in(party) if party is not None and visit.text(name).source == KNOWN else None
