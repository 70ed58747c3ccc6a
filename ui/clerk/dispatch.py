"""Ctrl+B: dispatch in bags (封发), beside the form: open a bag, scan into it, take out, seal it."""

from __future__ import annotations

from functools import partial

from core.dispatch import BagView, CloseBag, DispatchView, GiveUpBag, OpenBag, PackItem, SentView, UnpackItem
from core.errors import Fact
from core.manifest import MakeManifest
from core.slips import PLACES
from ui.clerk.choices import Answer, Line, Question, Typing
from ui.present import waybill
from ui.text import Texts

NONE, OPEN = "bag_none", "bag_open"  # what stands while no bag is open, and while one is
TYPED = ("bag_number", "bag_code", "bag_seal", "bag_out_code")
NAMES = (NONE, OPEN, *TYPED, "bag_take_out", "bag_give_up", "bag_manifest", "manifest_place")
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences
_SCANS, _CLOSED, _OUT, _MOST = 6, 4, 8, 9


def dispatch_question(view: DispatchView, texts: Texts) -> Question:
    """What stands: the open bag with its newest scans, or the stock and where a bag may go."""
    if view.bag is not None:
        return _bag_question(view, view.bag, texts)
    answers = []
    for code, names in view.destinations.items():
        types = Typing(1, "bag", texts("field.bag_number"), partial(OpenBag, to=code))
        name = names.get(texts.language, code)
        then = Question("bag_number", (), facts={"name": name}, types=types)
        answers.append(Answer("answer.bag_to", then, {"name": name}))
    if view.closed:  # the last digit that is free, also where a branch has many destinations
        of = Question("bag_manifest", tuple(_manifest(each, texts.language) for each in view.closed))
        answers = [*answers[: _MOST - 1], Answer("answer.bag_manifest", of)]
    return Question(NONE, tuple(answers), tuple(_stock(view, texts.language)))


def _manifest(each: SentView, language: str) -> Answer:
    places = (Answer(f"answer.slip_{place}", MakeManifest(each.closed, place, language)) for place in PLACES)
    where = Question("manifest_place", tuple(places), facts={"bag": each.bag})
    return Answer("answer.bag_manifest_of", where, _sent(each, language))


def _stock(view: DispatchView, language: str) -> list[Line]:
    names = ("here", "opening", "accepted", "voided", "sent")
    lines: list[Line] = [("line.bag_stock", {name: getattr(view, name) for name in names})]
    if view.organs:
        lines.append(("line.bag_organs", {"count": view.organs}))
    if view.let_go:
        lines.append(("line.bag_let_go", {"count": view.let_go}))
    return lines + [("line.bag_closed", _sent(each, language)) for each in view.closed[:_CLOSED]]


def _sent(each: SentView, language: str) -> dict[str, Fact]:
    named = {"bag": each.bag, "seal": each.seal, "name": each.to.get(language, ""), "when": each.at}
    return {**named, "count": each.count, "operator": each.by}


def _bag_question(view: DispatchView, bag: BagView, texts: Texts) -> Question:
    seal = Typing(1, "bag", texts("field.bag_seal"), CloseBag)
    code = Typing(1, "bag", texts("field.bag_code"), PackItem)
    facts: dict[str, Fact] = {"bag": bag.bag, "count": bag.count, "name": bag.to.get(texts.language, "")}
    answers = [Answer("answer.bag_code", Question("bag_code", (), facts=facts, types=code))]
    if bag.count:
        typed = Typing(1, "bag", texts("field.bag_code"), partial(UnpackItem, 0))
        older = Answer("answer.bag_code", Question("bag_out_code", (), facts=facts, types=typed))
        outs = (*(_out(each.item, each.number, each.waybill) for each in bag.items[:_OUT]), older)
        answers = [
            Answer("answer.bag_close", Question("bag_seal", (), facts=facts, types=seal), facts),
            *answers,
            Answer("answer.bag_take_out", Question("bag_take_out", outs, facts=facts)),
        ]
    give_up = Question("bag_give_up", (Answer("answer.bag_give_up_sure", GiveUpBag(), facts),), facts=facts)
    answers.append(Answer("answer.bag_give_up", give_up))
    lines: list[Line] = [("line.bag_here", {"count": view.here})]
    newest = bag.items[:_SCANS]
    for each in newest:
        lines.append(("line.bag_item", {"number": each.number, "waybill": waybill(each.waybill)}))
    if bag.count > len(newest):
        lines.append(("line.bag_more", {"count": bag.count - len(newest)}))
    return Question(OPEN, tuple(answers), tuple(lines), facts=facts)


def _out(item: int, number: str, code: str) -> Answer:
    return Answer("answer.bag_out", UnpackItem(item), {"number": number, "waybill": waybill(code)})


def renews(asks: str, before: DispatchView | None, now: DispatchView) -> bool:
    """Whether what stands gives way to the new view: a scan does not take away what is being typed."""
    if asks in (NONE, OPEN) or before is None:
        return True
    if asks in ("bag_number", "bag_seal", "bag_give_up"):
        return (before.bag is None) is not (now.bag is None)
    return before.bag != now.bag


__all__ = ["NAMES", "NONE", "OPEN", "QUESTIONS", "TYPED", "dispatch_question", "renews"]
