"""Pictures of what goes wrong with an item or with its sender: which view, and what is pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ui.clerk.screen import ClerkScreen


def _except(clerk: ClerkScreen, *answers: int, down: int = 0) -> None:
    clerk.look_up.step(down)
    clerk.side_acts()["exception"]()
    for number in answers:
        clerk.choices.answer(number)


def _incident(clerk: ClerkScreen, *answers: int) -> None:
    clerk.ask_incident()
    for number in answers:
        clerk.choices.answer(number)


def _warn(clerk: ClerkScreen) -> None:
    clerk.look_up.step(1)  # whose sender was not warned
    clerk.ask_block()
    clerk.choices.answer(3)


def _warned(clerk: ClerkScreen) -> None:
    clerk.ask_block()
    clerk.choices.answer(4)


EXCEPTION_STATES: Mapping[str, tuple[str, Callable[[ClerkScreen], None] | None]] = {
    "exception": ("exception-list", _except),
    "exception-reason": ("exception-list", lambda clerk: _except(clerk, 0, down=1)),
    "exception-one": ("exception-list", lambda clerk: _except(clerk, 1)),
    "incident": ("incidents", _incident),
    "incident-one": ("incidents", lambda clerk: _incident(clerk, 1)),
    "incident-persons": ("incidents", lambda clerk: _incident(clerk, 2, 1, 0, 0, 1)),
    "warning-stands": ("block-none", _warned),
    "warning-breach": ("block-none", _warn),
}
