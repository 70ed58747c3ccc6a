"""The turns of a visit: notice acknowledged, item refused, item accepted, the next item."""

from __future__ import annotations

from dataclasses import replace

from core.acceptance.known import without
from core.acceptance.said import Said
from core.acceptance.visit import (
    KEPT,
    KNOWN,
    AcceptedItem,
    ItemDraft,
    Visit,
    check,
    need_open_item,
    new_visit,
    undo_inspection,
    undo_original,
)
from core.commands import Acknowledgement, Field, RefusalReason
from core.errors import RuleError, RuleFault
from core.rule_data import Rules


def acknowledge(visit: Visit, how: Acknowledgement, rules: Rules) -> Visit:
    """The notice of today's rules was shown and acknowledged.  What an entry already says stays."""
    if visit.sender_entry:
        return visit
    return replace(visit, acknowledged=how, notice=rules.notice.id)


def told(visit: Visit, rules: Rules) -> bool:
    """Whether the customer acknowledged the notice that is in force; what an entry says already stands."""
    return visit.acknowledged is not None and (visit.sender_entry > 0 or visit.notice == rules.notice.id)


def need_parkable(visit: Visit) -> None:
    """Raises RuleError PARK_ACCEPTED, PARK_NOTHING: what cannot wait for its customer.

    A customer whose first items are committed may go for her next one, so her visit can wait empty.
    """
    if visit.item.accepted:
        raise RuleError(RuleFault.PARK_ACCEPTED)
    if visit.empty and not visit.accepted:
        raise RuleError(RuleFault.PARK_NOTHING)


def parkable(visit: Visit) -> bool:
    """Whether the visit can be parked."""
    try:
        need_parkable(visit)
    except RuleError:
        return False
    return True


def resumed(visit: Visit) -> Visit:
    """A parked visit stands on the screen again: whoever stands here now has to be compared anew.

    The person was away and so was the parcel: original, inspection and security are open, typing and the
    notice stay.  Where nobody is identified the entry of the exemption stays, and so does its approval.
    """
    opened = undo_inspection(visit) if visit.exempted else undo_original(visit)
    return replace(opened, bound=visit.identity is not None, revision=visit.revision + 1)


_OF_THE_PERSON = (
    RefusalReason.IDENTITY_REFUSED,
    RefusalReason.IDENTITY_MISMATCH,
    RefusalReason.NO_VALID_DOCUMENT,
    RefusalReason.GUARDIAN_ABSENT,
)


def refuse(visit: Visit, reason: RefusalReason, operation: str) -> Visit:
    """The item was refused and handed back; the next gets ``operation``.

    Where the person is the reason, nothing of the sender stays either.
    """
    need_open_item(visit)
    after = replace(visit, item=ItemDraft(operation), revision=visit.revision + 1)
    if reason not in _OF_THE_PERSON:
        return after
    empty = new_visit(visit.id, operation, after.revision)
    return replace(empty, accepted=visit.accepted, on_reader=visit.on_reader)


def item_accepted(
    visit: Visit, *, sender_entry: int, item_entry: int, number: str, when: str, rules: Rules
) -> Visit:
    """The item was committed: the document leaves the screen, and nothing of the item can change."""
    waybill = check(visit, Field.WAYBILL, rules).text
    return replace(
        visit,
        sender_entry=sender_entry,
        shown=None,
        item=replace(visit.item, accepted=item_entry),
        accepted=(*visit.accepted, AcceptedItem(waybill, number, when)),
        revision=visit.revision + 1,
    )


def next_item(visit: Visit, operation: str) -> Visit:
    """The next item of the same customer: sender, identity, original seen and notice stay.

    Raises RuleError ITEM_OPEN while the item on the screen is neither empty nor committed.
    """
    if not visit.item.accepted and not visit.item.empty:
        raise RuleError(RuleFault.ITEM_OPEN)
    kept = {
        name: value if value.source == KNOWN else replace(value, source=KEPT)
        for name, value in visit.fields.items()
        if value.text
    }
    fields = kept if visit.accepted else visit.fields
    return replace(visit, fields=fields, item=ItemDraft(operation), revision=visit.revision + 1)


def identity_lapsed(visit: Visit, visit_id: str) -> Visit:
    """The document counts no more, it has to be read again: the typing stays, what follows is a new visit.

    Whoever comes may be another person, so nothing that the one before was told or said stays.
    """
    opened = replace(undo_original(without(visit)), id=visit_id, identity=None, shown=None, principal=None)
    said = replace(opened, acknowledged=None, notice="", said=Said(), payment=None)
    return replace(said, accepted=(), bound=False)
