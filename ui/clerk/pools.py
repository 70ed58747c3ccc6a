"""Number pools at the waybill field: what Enter takes, and what is left."""

from __future__ import annotations

from core.commands import Field
from core.numbering import VoidCause, VoidNumbers
from core.view import VisitView
from ui.clerk.choices import Answer, Question
from ui.clerk.command_bar import NEXT
from ui.clerk.form_field import FormField
from ui.present import waybill
from ui.text import Texts

QUESTIONS = (Question("void", ()),)  # for whoever counts sentences


def void_question(visit: VisitView | None) -> Question | None:
    """Why the number in the waybill field is spoiled; None where no pool, or no number, stands there."""
    if visit is None or visit.pool is None or visit.missing == (NEXT,):
        return None
    number = visit.fields[Field.WAYBILL].text
    if not number:
        return None
    answers = (
        Answer(f"answer.void_{cause.value}", VoidNumbers(number, number, cause)) for cause in VoidCause
    )
    return Question("void", tuple(answers), (("line.void", {"waybill": waybill(number)}),))


def wants_number(field: FormField, visit: VisitView | None) -> bool:
    """Enter was pressed: whether it was in the empty waybill field, and there is a number to take."""
    wanted = field.entry.hasFocus() and not field.entry.text() and takes_number(visit)
    if wanted:
        field.forget_pending()
    return wanted


def takes_number(visit: VisitView | None) -> bool:
    """Whether Enter in the waybill field takes the next number: nothing stands there, and there is one."""
    if visit is None or visit.pool is None or visit.missing == (NEXT,):
        return False
    return visit.pool.left > 0 and not visit.fields[Field.WAYBILL].text


def pool_line(visit: VisitView | None, texts: Texts) -> tuple[str, str]:
    """(tone, words) under the item's row: that numbers run low, or that Enter takes one."""
    if visit is None or visit.pool is None or visit.missing == (NEXT,):
        return "", ""
    left = visit.pool.left
    if visit.pool.low:
        return "warn", f"▲ {texts('pool.low' if left else 'pool.empty', left=left)}"
    return ("plain", f"○ {texts('pool.offered', left=left)}") if takes_number(visit) else ("", "")
