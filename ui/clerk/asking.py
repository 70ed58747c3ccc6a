"""The keys that put a question beside the form: each says why not, or asks.

A new one is a row of :meth:`AskingFrame.side_acts` and a method here, and a letter in
``ui/clerk/shortcuts.py``; its question stands in a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.consents import AskConsents
from core.view import CounterView, ItemView
from ui.clerk.block import block_question
from ui.clerk.case import case_question
from ui.clerk.complaint import complaint_question
from ui.clerk.consents import consents_question
from ui.clerk.correct import correct_question
from ui.clerk.disclosure import disclosure_question
from ui.clerk.following import FollowingFrame
from ui.clerk.frame import Page, Side
from ui.clerk.incident import incident_question
from ui.clerk.item_exception import exception_question
from ui.clerk.lanes import leave_typed
from ui.clerk.late import late_question
from ui.clerk.notify import notify_question
from ui.clerk.paper_forms import paper_question
from ui.clerk.persons import person_question, rights_question
from ui.clerk.pools import void_question
from ui.clerk.second import requests_question, void_item_question


class AskingFrame(FollowingFrame):
    """The frame that follows the station, with the keys that ask."""

    def side_acts(self) -> Mapping[str, Callable[[], None]]:
        """The keys that only show something beside the form, by their names in the table."""
        return {
            "help": self.toggle_help,
            "news": self.toggle_news,
            "late": self._ask_late,
            "void": self._ask_void,
            "consents": self._ask_consents,
            "void_item": self._ask_void_item,
            "requests": self._ask_requests,
            "case": self._ask_case,
            "complaint": self.ask_complaint,
            "exception": self.ask_exception,
            "incident": self.ask_incident,
            "person": self._ask_person,
            "correct": self.ask_correct,
            "notify": self.ask_notify,
            "disclosure": self._ask_disclosure,
            "block": self.ask_block,
            "paper": self.ask_paper,
        }

    def _asked_already(self) -> bool:
        """Another question stands: that is said, and what the key would have asked is not."""
        if self.side is Side.CHOICES:
            self.say("msg.question_open")
            return True
        return False

    def _found(self, first: str) -> tuple[CounterView, ItemView] | None:
        """What is shown and the item that is chosen among those found; None, and why, where there is none."""
        view, chosen = self._view, self.look_up.chosen
        if self._asked_already():
            return None
        if self.page is not Page.LOOK_UP or view is None or chosen is None:
            self.say(first)
            return None
        if chosen.seq < 0:
            self.say("rule.late_item")
            return None
        return view, chosen

    def _ask_case(self) -> None:
        """Alt+S: what has to be done about the item that is chosen among those found."""
        if (found := self._found("msg.case_first")) is not None:
            view, chosen = found
            self.ask(case_question(view, chosen, self.look_up.language), number=chosen.number)

    def ask_complaint(self) -> None:
        """F11: a complaint, about the item that is chosen or about none; and those that are open."""
        view = self._view
        if self._asked_already():
            return
        if view is None or self.page not in (Page.FORM, Page.LOOK_UP):
            self.say("msg.key_elsewhere")
        elif self.page is Page.LOOK_UP and self.look_up.typed:
            self.say("msg.question_open")
        else:
            chosen = self.look_up.chosen if self.page is Page.LOOK_UP else None
            self.ask(complaint_question(view.complaints, chosen, self._texts))

    def ask_exception(self) -> None:
        """Ctrl+R: something is wrong with the item that is chosen; and what is open."""
        view = self._view
        if self._asked_already():
            return
        if view is None or self.page not in (Page.FORM, Page.LOOK_UP):
            self.say("msg.key_elsewhere")
        elif self.page is Page.LOOK_UP and self.look_up.typed:
            self.say("msg.question_open")
        else:
            chosen = self.look_up.chosen if self.page is Page.LOOK_UP else None
            asked = exception_question(view.exceptions, chosen, self._texts)
            if asked.answers:
                self.ask(asked)
            else:
                self.say("msg.exception_first")

    def ask_incident(self) -> None:
        """Ctrl+I: an incident of personal data, on any page of the clerk's where nothing is asked."""
        if self._asked_already():
            return
        if self._view is None or self.page not in (Page.FORM, Page.LOOK_UP, Page.CLOSE):
            self.say("msg.key_elsewhere")
        else:
            self.ask(incident_question(self._view.incidents, self._texts))

    def ask_notify(self) -> None:
        """Alt+N: headquarters tells the customer of the item that is chosen among those found."""
        if (found := self._found("msg.notify_first")) is None:
            return
        view, chosen = found
        if chosen.label == "voided":
            self.say("rule.notify_voided")
        elif (asked := notify_question(view.notify, chosen, self.look_up.language)) is not None:
            self.ask(asked, number=chosen.number.split(" ")[-1])
        else:
            self.say("rule.notify_nobody" if chosen.seq in view.notify.items else "rule.item_restricted")

    def _ask_disclosure(self) -> None:
        """Alt+H: an organ or a partner asks for the data of the item that is chosen among those found."""
        if (found := self._found("msg.disclosure_first")) is not None:
            view, chosen = found
            asked = disclosure_question(view.disclosing, chosen, self.look_up.language)
            self.ask(asked, number=chosen.number)

    def leave_look_up(self) -> None:
        """Nothing typed: one step out at once.  Else it is asked first."""
        back = self.look_up.back
        if self.look_up.typed:
            self.ask(leave_typed(back))
        else:
            self._submit(back)

    def ask_block(self) -> None:
        """Alt+I: the sender of the item that is chosen among those found, for the block list."""
        if (found := self._found("msg.block_first")) is not None:
            view, chosen = found
            asked = block_question(view.blocking, chosen, self.look_up.language)
            self.ask(asked, number=chosen.number.split(" ")[-1])

    def ask_paper(self) -> None:
        """Alt+Z: numbered paper forms."""
        view = self._view
        if self._asked_already():
            return
        if view is None or self.page is not Page.FORM:
            self.say("msg.key_elsewhere")
            return
        asked = paper_question(view, self._texts)
        if asked.answers:
            self.ask(asked)
        else:
            self.say("msg.paper_none")

    def _ask_void(self) -> None:
        """Alt+V: the number that stands in the waybill field is spoiled."""
        if self._asked_already():
            return
        if self.page is not Page.FORM:
            self.say("msg.key_elsewhere")
        elif (asked := void_question(self._view.visit if self._view is not None else None)) is not None:
            self.ask(asked)
        else:
            self.say("msg.nothing_to_void")

    def _ask_consents(self) -> None:
        """Alt+C: what is asked of the customer by itself; in a look-up, what an earlier sender said."""
        visit, chosen = self._visit, self.look_up.chosen
        if self._asked_already():
            return
        if self.page not in (Page.FORM, Page.LOOK_UP):
            self.say("msg.key_elsewhere")
        elif self.page is Page.LOOK_UP:
            if chosen is not None:
                self._submit(AskConsents(chosen.seq))
        elif visit is None:
            return
        elif visit.said.guardian is not None and visit.sender is None:
            self.say("msg.guardian_document")
        elif (asked := consents_question(visit, self.language)) is not None:
            self.ask(asked)
        else:
            self.say("msg.no_consents")

    def _ask_person(self) -> None:
        """Alt+J: what a person with her document asks about her own data; elsewhere, what is open of it."""
        view = self._view
        if self._asked_already():
            return
        if view is None or self.page not in (Page.FORM, Page.LOOK_UP):
            self.say("msg.key_elsewhere")
            return
        if self.page is Page.LOOK_UP and (view.found_by == "card" or not view.rights.requests):
            asked = person_question(view, self.look_up.chosen, self.language)
        elif view.rights.requests:
            asked = rights_question(view, self.language)
        else:
            asked = "msg.person_first"
        if isinstance(asked, str):
            self.say(asked)
        else:
            self.ask(asked)

    def _ask_void_item(self) -> None:
        """Alt+X: the item that is chosen in the look-up, else the last one."""
        view = self._view
        chosen = self.look_up.chosen if self.page is Page.LOOK_UP else view.last if view is not None else None
        if self._asked_already():
            return
        if view is None or self.page not in (Page.FORM, Page.LOOK_UP):
            self.say("msg.key_elsewhere")
        elif chosen is None or chosen.label == "voided":
            self.say("msg.no_item_to_void")
        else:
            self.ask(void_item_question(chosen, view.second, self.choices.language))

    def ask_correct(self) -> None:
        """Alt+G: the item that is chosen in the look-up, else the last one."""
        view = self._view
        chosen = self.look_up.chosen if self.page is Page.LOOK_UP else view.last if view is not None else None
        if self._asked_already():
            return
        if view is None or self.page not in (Page.FORM, Page.LOOK_UP):
            self.say("msg.key_elsewhere")
        elif chosen is None or chosen.label == "voided":
            self.say("msg.no_item_to_correct")
        else:
            self.ask(correct_question(chosen, view.second, self.choices.language))

    def _ask_requests(self) -> None:
        """Alt+Y: what waits for a second person."""
        view = self._view
        pages = (Page.FORM, Page.LOOK_UP, Page.CLOSE)
        if self._asked_already():
            return
        if view is None or self.page not in pages:
            self.say("msg.key_elsewhere")
        elif not view.second.requests:
            self.say("msg.no_requests")
        else:
            self.ask(requests_question(view.second, self.choices.language))

    def _ask_late(self) -> None:
        """What stands beside the chain, if anything waits there."""
        view = self._view
        if self._asked_already():
            return
        if self.page is not Page.FORM:
            self.say("msg.key_elsewhere")
        elif view is None or not view.late:
            self.say("msg.nothing_late")
        else:
            self.ask(late_question(view))
