"""Pictures of papers without a chip: asked for, compared, kept until the item, sealed with it.

A picture is of one typing of one paper: where another document is typed it is gone.  It goes into the sealed
part of the item with which the sender is recorded; the visit's later items name that entry.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core import wire
from core.acceptance.gates import Missing
from core.acceptance.visit import Visit
from core.commands import SenderKind
from core.devices import PaperFailed, PaperPicture, PicturesRemoved
from core.errors import RuleError, RuleFault
from core.paper_pictures import (
    KeepPicture,
    LeavePicture,
    PictureCommand,
    PictureOf,
    PicturesView,
    TakePicture,
)
from core.station.kept_pictures import Key
from core.station.live import Live
from core.view import VisitView


def handle(live: Live, visit: Visit, command: PictureCommand) -> None:
    """Raises RuleError PICTURE_NOT_ASKED, CAMERA_NONE."""
    held = live.pictures
    wanted = _wanted(live, visit)
    match command:
        case TakePicture():
            if command.of not in wanted:
                raise RuleError(RuleFault.PICTURE_NOT_ASKED)
            if held.camera is None:
                raise RuleError(RuleFault.CAMERA_NONE)
            held.forget()
            held.number += 1
            held.of, held.key = command.of, wanted[command.of][0]
            held.camera.take(held.number, live.rules.pictures.most_bytes)
        case KeepPicture():
            if held.seen and held.key == wanted.get(held.of, ((), False))[0]:
                held.kept[held.of] = (held.key, held.seen)
                live.say("msg.picture_kept", "good", of=f"picture_of.{held.of}")
            held.forget()
        case LeavePicture():
            held.forget()


def told(live: Live, event: PaperPicture | PaperFailed | PicturesRemoved) -> None:
    """A lane's word; a picture that nobody waits for any more is dropped here, its file is gone already."""
    held = live.pictures
    match event:
        case PicturesRemoved():
            live.say("msg.pictures_removed", "warning", count=event.count)
        case PaperPicture() if held.of and event.number == held.number:
            held.seen = event.jpeg
        case PaperFailed() if held.of and event.number == held.number:
            held.of, held.key = "", ()
            live.say(event.fault, "error", **dict(event.facts))


def check(live: Live, visit: Visit) -> None:
    """Before an item is committed.  Raises RuleError PICTURE_NEEDED where the rules ask for one."""
    if _lacking(live, visit):
        raise RuleError(RuleFault.PICTURE_NEEDED)


def sealed(live: Live, visit: Visit) -> dict[str, Any]:
    """The member of the item's sealed part, nothing where there is no picture."""
    found = [
        {"of": of, "type": "image/jpeg", "data": wire.b64(live.pictures.kept[of][1])}
        for of in sorted(_here(live, visit))
    ]
    return {"pictures": found} if found else {}


def shown(live: Live, visit: Visit, view: VisitView) -> VisitView:
    """The view with what may be taken; what is of another paper, or is recorded, goes."""
    held, wanted = live.pictures, _wanted(live, visit)
    here = _here(live, visit)
    for of in set(held.kept) - here:
        del held.kept[of]
    if held.of and held.key != wanted.get(held.of, ((), False))[0]:
        held.forget()
    state = "seen" if held.seen else "waits" if held.of else ""
    pictures = PicturesView(
        {of: must for of, (_, must) in wanted.items()}, tuple(sorted(here)), state, held.of, held.seen,
        held.number,
    )  # fmt: skip
    missing = (Missing.PICTURE.value, *view.missing) if _lacking(live, visit) else view.missing
    return replace(view, pictures=pictures, missing=missing)


def _wanted(live: Live, visit: Visit) -> dict[str, tuple[Key, bool]]:
    """What may be taken now, of which paper, and whether it must be."""
    if visit.sender_entry or visit.item.accepted:
        return {}
    papers: dict[str, tuple[str, Key]] = {}
    if visit.identity is not None and visit.identity.by_hand:
        papers[PictureOf.DOCUMENT] = (visit.identity.kind.value, (visit.id, visit.identity.read_id))
    if visit.sender_kind is SenderKind.AGENT and visit.proof is not None:
        number = visit.principal.number if visit.principal is not None else ""
        papers[PictureOf.PROOF] = (visit.proof.value, (visit.id, visit.proof.value, number))
    if visit.sender_kind is SenderKind.ORGANISATION:
        papers[PictureOf.ORGANISATION] = ("any", (visit.id, visit.sender_kind.value))
    rules = live.rules.pictures.wanted
    return {str(of): (key, rules[of, code]) for of, (code, key) in papers.items() if (of, code) in rules}


def _here(live: Live, visit: Visit) -> set[str]:
    wanted = _wanted(live, visit)
    kept = live.pictures.kept.items()
    return {of for of, (key, _) in kept if of in wanted and wanted[of][0] == key}


def _lacking(live: Live, visit: Visit) -> bool:
    here = _here(live, visit)
    return any(must and of not in here for of, (_, must) in _wanted(live, visit).items())
