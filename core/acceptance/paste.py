"""The panel of one pasted text (F6): what stands in it, what was recognised, and taking it into the fields.

Nothing of it counts before it was taken.  A document's name is never typed over: what the text says of the
sender's name goes in only where the field is empty or was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.acceptance.fields import TEXT_MAX
from core.acceptance.inputs import Known, set_field
from core.acceptance.pasted import FIELDS, PASTED_MAX, Part, Paste, Pasted
from core.acceptance.pasted_reader import read_pasted
from core.acceptance.visit import CARD, KEPT, KNOWN, PASTED, Step, Visit
from core.commands import Field
from core.errors import RuleError, RuleFault
from core.identity.characters import storable
from core.pasted_view import PasteRow, PasteView
from core.regions.complete import PlaceHit, complete
from core.regions.place import recognise
from core.rule_data import Rules
from core.view import PlaceView

_TARGETS = {
    True: (Field.SENDER_NAME, Field.SENDER_PHONE, Field.SENDER_ADDRESS),
    False: (Field.RECIPIENT_NAME, Field.RECIPIENT_PHONE, Field.RECIPIENT_ADDRESS),
}
ADDRESSES = (Field.SENDER_ADDRESS, Field.RECIPIENT_ADDRESS)
_MOST_NAMED = 4  # regions of one name that are told


def open_paste(visit: Visit, text: str, *, sender: bool) -> Visit:
    """The panel, for the sender's contact or the recipient.

    Raises RuleError ITEM_ACCEPTED, FIELD_TOO_LONG.
    """
    if visit.item.accepted:
        raise RuleError(RuleFault.ITEM_ACCEPTED)
    return replace(visit, paste=Paste(sender, _whole(text), serial=visit.revision + 1))


def _whole(text: str) -> str:
    """As it is kept; what is too long is refused whole: no end of it is lost unseen."""
    kept = storable(text)
    if len(kept) > PASTED_MAX:
        raise RuleError(RuleFault.FIELD_TOO_LONG)
    return kept


def set_text(visit: Visit, text: str) -> Visit:
    """What stands in the panel now, as somebody typed or pasted it.  Raises RuleError FIELD_TOO_LONG."""
    if visit.paste is None:
        return visit
    return replace(visit, paste=replace(visit.paste, text=_whole(text), phone=0))


def switch(visit: Visit) -> Visit:
    """For the other party."""
    return replace(visit, paste=replace(visit.paste, sender=not visit.paste.sender)) if visit.paste else visit


def next_phone(visit: Visit) -> Visit:
    """Another one of several numbers."""
    return replace(visit, paste=replace(visit.paste, phone=visit.paste.phone + 1)) if visit.paste else visit


def close(visit: Visit) -> Visit:
    """Away with it; the fields are as they were."""
    return replace(visit, paste=None)


def scanned(visit: Visit, text: str, rules: Rules) -> Visit | None:
    """The visit with a scanned text in the panel; None where it is none.

    While the panel stands every code that is no waybill goes into it, one line each, as a scanner gives a
    code of several lines.  Else the text has to say of itself what it is.  Raises RuleError FIELD_TOO_LONG.
    """
    if visit.paste is not None:
        lines = [line for line in (visit.paste.text, text) if line]
        whole = _whole("\n".join(lines))
        return replace(visit, paste=replace(visit.paste, text=whole, serial=visit.paste.serial + 1))
    if visit.item.accepted:
        return None
    found = read_pasted(text, rules)
    placed = found.place is not None and found.place.region is not None
    labelled = any(piece.part is Part.LABEL for piece in found.pieces) and not found.empty
    whole_contact = bool(found.phone and (found.name or found.street))
    return open_paste(visit, text, sender=False) if placed or labelled or whole_contact else None


def take(visit: Visit, rules: Rules, known: Known) -> Step:
    """Into the fields, and the panel away.

    Raises RuleError PASTE_EMPTY where nothing was recognised, FIELD_TOO_LONG for what no field can hold.
    """
    paste = visit.paste
    if paste is None:
        return Step(visit)
    found = _found(visit, rules)
    if found.empty:
        raise RuleError(RuleFault.PASTE_EMPTY)
    name, phone, address = _TARGETS[paste.sender]
    values = {name: found.name, phone: found.phone, address: found.address}
    if any(len(text) > TEXT_MAX for text in values.values()):
        raise RuleError(RuleFault.FIELD_TOO_LONG)
    after, said = replace(visit, paste=None), Step(visit)
    for field, text in values.items():
        if text and not _held(visit, field):
            step = set_field(after, field, text, rules, known, source=PASTED)
            after, said = step.visit, said if said.note else step
    return replace(said, visit=replace(after, revision=after.revision + 1))


def _held(visit: Visit, field: Field) -> bool:
    """Whether the document has spoken: its name stands, or was compared with its holder."""
    return field is Field.SENDER_NAME and (
        visit.text(field).source in (CARD, KEPT) or visit.original_seen is not None
    )


def _found(visit: Visit, rules: Rules) -> Pasted:
    paste = visit.paste or Paste(False)
    return visit.found.under(
        rules, "paste", lambda: read_pasted(paste.text, rules, sender=paste.sender, phone=paste.phone)
    )


# -- views ------------------------------------------------------------------------------------------


def paste_view(visit: Visit, rules: Rules) -> PasteView | None:
    """For the screen; None while the panel does not stand."""
    paste = visit.paste
    if paste is None:
        return None
    found = _found(visit, rules)
    values = dict(zip(FIELDS, (found.name, found.phone, found.region, found.street), strict=True))
    rows = tuple(_row(visit, part, text, found) for part, text in values.items())
    return PasteView(
        sender=paste.sender,
        text=paste.text,
        serial=paste.serial,
        rows=rows,
        left=found.left,
        hidden=found.hidden,
        phones=len(found.phones),
        most=PASTED_MAX,
    )


def _row(visit: Visit, part: Part, text: str, found: Pasted) -> PasteRow:
    field = _TARGETS[visit.paste.sender if visit.paste else False][0]
    held = part is Part.NAME and bool(text) and _held(visit, field)
    named: tuple[str, ...] = ()
    if part is Part.REGION and found.place is not None:
        named = tuple(region.full_name for region in found.place.others[:_MOST_NAMED])
    return PasteRow(
        part.value,
        text,
        found.raw(part),
        tuple(found.fixes.get(part, ())),
        found.doubts.get(part, ""),
        named,
        held,
    )


def place_views(visit: Visit, rules: Rules) -> Mapping[Field, PlaceView]:
    """Of each address that was written here: its region, and what is to be said about it."""
    return visit.found.under(rules, "places", lambda: _place_views(visit, rules))


def _place_views(visit: Visit, rules: Rules) -> Mapping[Field, PlaceView]:
    views = dict[Field, PlaceView]()
    for name in ADDRESSES:
        stands = visit.text(name)
        if not stands.text.strip() or stands.source in (KEPT, KNOWN) or visit.item.accepted:
            continue
        place = recognise(stands.text, rules.regions)
        doubt = place.doubt.value or ("guessed" if place.loose else "")
        views[name] = PlaceView(
            place.region.full_name if place.region is not None else "",
            tuple(fix.value for fix in place.corrections) if place.certain else (),
            doubt,
            tuple(region.full_name for region in place.others[:_MOST_NAMED]),
        )
    return views


def place_hits(visit: Visit, rules: Rules) -> Mapping[Field, tuple[PlaceHit, ...]]:
    """What either address may be going to be, while its region is typed."""
    return visit.found.under(rules, "place hits", lambda: _place_hits(visit, rules))


def _place_hits(visit: Visit, rules: Rules) -> Mapping[Field, tuple[PlaceHit, ...]]:
    hits = dict[Field, tuple[PlaceHit, ...]]()
    for name in ADDRESSES:
        stands = visit.text(name)
        if stands.text and stands.source not in (KEPT, KNOWN) and not visit.item.accepted:
            found = complete(stands.text, rules.regions)
            if found:
                hits[name] = found
    return hits
