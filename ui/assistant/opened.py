"""The first run in the window: before the log-in, with the technician's page beside it."""

from __future__ import annotations

from dataclasses import replace

from core.assistant import Assistant, Shop
from ui.assistant.page import AssistantPage
from ui.text import Texts
from ui.window import MainWindow


def assist(window: MainWindow, assistant: Assistant, workshop: Shop | None) -> AssistantPage:
    """From now on until it is done; the page says when a counter stands."""
    page = AssistantPage(assistant, workshop, window.keyboard, Texts(window.language))

    def add(act: str) -> None:
        window.open_console()
        if act:
            window.console.act(act)

    page.language.connect(lambda language: window.change(replace(window.settings, language=language)))
    page.devices.connect(add)
    page.done.connect(lambda: window.stand_first(None))
    window.stand_first(page)
    return page
