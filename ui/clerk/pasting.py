"""The frame with what is offered while somebody types, and with the panel of one pasted text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.commands import Command, NextPastedPhone, OpenPaste, SetPaste, SwitchPaste, TakePaste
from ui.clerk.frame import Page, Side
from ui.clerk.picturing import PicturingFrame
from ui.clerk.suggestions import Hit, Suggestions
from ui.clerk.walk import sender_wanted


class PastingFrame(PicturingFrame):
    """Lists under fields, and F6."""

    @property
    def offers(self) -> tuple[Suggestions, ...]:
        """The lists: of the catalogue, of regions."""
        return (self.suggestions, *self.places.values())

    def step_offered(self, by: int) -> bool:
        """The choice goes up or down in the list that stands; False where none does."""
        for listed in self.offers:
            if listed.step(by):
                self.in_sight(listed.row or listed)
                return True
        return False

    def take_offered(self) -> Hit | None:
        """What an arrow key chose goes into its field; None where nothing was chosen.

        A region is only the beginning of an address: the street follows in the same field.
        """
        taken = (listed.take() for listed in self.offers)
        return next((hit for hit in taken if hit is not None), None)

    def paste_acts(self) -> Mapping[str, Callable[[], None]]:
        """What each key of the panel does, by its name in the table."""
        return {
            "paste": self._open_paste,
            "paste_other": self._other_or_correct,
            "paste_number": self._next_number,
        }

    def _other_or_correct(self) -> None:
        """Alt+G: on the panel the text is the other party's; anywhere else it corrects an item."""
        if self.page is Page.PASTE:
            self.in_paste(SwitchPaste())
        else:
            self.ask_correct()

    def connect_paste(self) -> None:
        """The lists and the panel speak to the station."""
        for listed in self.offers:
            listed.taken.connect(listed.field.take)
        self.paste.edited.connect(self._pasted)
        self.paste.asked.connect(self.in_paste)
        self.paste.too_long.connect(self._too_long)
        self.paste.box.focused.connect(self.follow_help)

    def _open_paste(self) -> None:
        """F6: for the party whose field has the focus, else for the first that wants something."""
        if self.page is Page.PASTE:
            self.paste.box.setFocus()
        elif self.covered or self._visit is None:
            self.say("msg.panel_open")
        else:
            self._submit(OpenPaste(sender_wanted(self._visit, self.focusWidget(), self.fields)))

    def _next_number(self) -> None:
        """Alt+N: the panel's while it stands, else a text to a customer."""
        if self.page is Page.PASTE:
            self.in_paste(NextPastedPhone())
        else:
            self.ask_notify()

    def _pasted(self, text: str) -> None:
        self._submit(SetPaste(text))

    def in_paste(self, command: Command) -> None:
        """A key of the panel: only while it stands."""
        if self.page is not Page.PASTE or self.side is Side.CHOICES:
            self.say("msg.paste_first")
            return
        if isinstance(command, TakePaste):
            self._expect_change()
        self._submit(command)

    def _expect_change(self) -> None:
        """The station decides now what stands in the fields."""
        self._refocus = True

    def _too_long(self, count: int) -> None:
        view = self._visit.paste if self._visit is not None else None
        self.say("msg.paste_too_long", count=count, most=view.most if view is not None else 0)
