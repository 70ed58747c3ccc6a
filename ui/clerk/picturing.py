"""Ctrl+P: a picture of a paper without a chip, beside the form; seen while it is compared, then no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.paper_pictures import KeepPicture, LeavePicture, PicturesView, TakePicture
from core.view import CounterView
from ui.clerk.choices import Answer, Question
from ui.clerk.frame import Page, Side
from ui.clerk.stocktaking import StocktakingFrame

WHICH, WAIT, SEEN = "picture_which", "picture_wait", "picture_seen"
NAMES = (WAIT, SEEN)  # of what stands at the station
QUESTIONS = tuple(Question(name, ()) for name in (WHICH, *NAMES))  # for whoever counts sentences


def which_question(view: PicturesView) -> Question:
    """Of which of several papers."""
    answers = (
        Answer("answer.picture_taken", TakePicture(of), {"of": f"picture_of.{of}"})
        if of in view.kept
        else Answer(f"picture_of.{of}", TakePicture(of))
        for of in view.wanted
    )
    return Question(WHICH, tuple(answers))


def picture_question(view: PicturesView) -> Question:
    """The paper is awaited; or it has come, and is it the right one?"""
    facts = {"of": f"picture_of.{view.of}"}
    if view.state != "seen":
        return Question(WAIT, (), facts=facts)
    answers = (
        Answer("answer.picture_keep", KeepPicture()),
        Answer("answer.picture_again", TakePicture(view.of)),
    )
    return Question(SEEN, answers, facts=facts, picture=view.jpeg)


class PicturingFrame(StocktakingFrame):
    """The question follows what the station says; Esc leaves it, and nothing is kept."""

    _pictures: PicturesView | None = None  # as it was shown last, where something stands

    def side_acts(self) -> Mapping[str, Callable[[], None]]:
        """Ctrl+P beside the others."""
        return {**super().side_acts(), "picture": self.ask_picture}

    def ask_picture(self) -> None:
        """Ctrl+P: of the one paper that may be kept, or which of several."""
        visit = self._visit
        if self._asked_already():
            return
        if visit is None or self.page is not Page.FORM:
            self.say("msg.key_elsewhere")
        elif not visit.pictures.wanted:
            self.say("rule.picture_not_asked")
        elif len(visit.pictures.wanted) == 1:
            self._submit(TakePicture(*visit.pictures.wanted))
        else:
            self.ask(which_question(visit.pictures))

    def _follow_look_up(self, view: CounterView) -> None:
        super()._follow_look_up(view)
        now = view.visit.pictures if view.visit is not None and view.visit.pictures.state else None
        before, self._pictures = self._pictures, now
        asks = self.choices.asks if self.side is Side.CHOICES else ""
        if now is None:
            if asks in NAMES:
                super()._leave_side()
        elif now != before and self.page is Page.FORM and (not asks or asks in (*NAMES, WHICH)):
            self.ask(picture_question(now))

    def clear(self) -> None:
        """Behind the lock nothing of it is known."""
        self._pictures = None
        self.choices.leave()
        super().clear()

    def _leave_side(self) -> None:
        asks, stood = self.choices.asks if self.side is Side.CHOICES else "", self._pictures
        super()._leave_side()
        if stood is not None and asks in NAMES:
            self._pictures = None
            self._submit(LeavePicture())
