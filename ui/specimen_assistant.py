"""Invented states of the first run's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from core.assistant import (
    Assistant,
    AssistantView,
    Begun,
    Busy,
    Handed,
    Named,
    Reached,
    Registration,
    Stage,
    Way,
)
from core.devices import Slot
from core.technician import Told, WorkshopView
from core.view import CounterView, Screen
from ui.assistant.opened import assist
from ui.specimen_devices import WORKSHOPS
from ui.window import MainWindow

_URL = "https://hq.example:8443"
_PRINT = " ".join(("A40F", "19C2", "77B0", "E3D8", "5A16", "0B9C", "F2E4", "8D31") * 2)
_BASE = AssistantView(url=_URL, authority="/media/usb/ca.pem", found=("/media/usb/ca.pem",))
_SLIP = "/media/usb/hand-over-990100-01-03-2026-11-23-7.pdf"
_NAMED = Named("990100-01", "990100-01-03")
_THERE = replace(_BASE, stage=Stage.DEVICES, branch="990100-01", terminal="990100-01-03")
VIEWS: Mapping[str, AssistantView] = {
    "first-run": AssistantView(),
    "first-run-unreached": replace(
        _BASE, stage=Stage.HEADQUARTERS, told=Told("first.reach_name", {"host": "hq.example"}, "error", 1)
    ),
    "first-run-reached": replace(
        _BASE, stage=Stage.HEADQUARTERS, reached=Reached(_URL, _PRINT),
        told=Told("first.reached", {}, "good", 1),
    ),
    "first-run-named": replace(
        _BASE, stage=Stage.CODE, named=_NAMED,
        told=Told("first.code_named", {"terminal": _NAMED.terminal, "branch": _NAMED.branch}, "good", 1),
    ),
    "first-run-operator": replace(_BASE, stage=Stage.OPERATOR, operator="OP10001"),
    "first-run-offered": replace(_BASE, stage=Stage.OPERATOR, operator="OP10001"),
    "first-run-begun": replace(
        _BASE, stage=Stage.OPERATOR, operator="OP10001", begun=Begun("OP10001", answered=True),
        told=Told("first.begun_answered", {"operator": "OP10001"}, "warning", 1),
    ),
    "first-run-working": replace(_BASE, stage=Stage.OPERATOR, operator="OP10001", busy=Busy.ENROLLING),
    "first-run-backup": replace(_BASE, stage=Stage.OPERATOR, operator="OP10001", way=Way.BACKUP),
    "first-run-devices": replace(
        _THERE,
        told=Told("first.founded", {"terminal": _THERE.terminal, "branch": _THERE.branch}, "good", 1),
    ),
    "first-run-checks": replace(_THERE, stage=Stage.CHECKS),
    "first-run-handover": replace(_THERE, stage=Stage.HANDOVER, operator="OP10001"),
    "first-run-handed": replace(
        _THERE, stage=Stage.HANDOVER, operator="OP10001", handed=Handed(_SLIP, printed=False),
        told=Told("first.handed_unprinted", {"file": _SLIP, "fault": "device.paper_out"}, "warning", 1),
    ),
}  # fmt: skip
PASSPHRASE = "k7m2-q94q-d3xh-8nrt-w5pc"  # noqa: S105 - invented, nobody's
CODE = "K7M2Q-94QD3-0VXGT-6HWZN-B8CRE"


class Standing(Assistant):
    """Shows one view, and does nothing."""

    def __init__(self, view: AssistantView) -> None:
        self.view = view

    def look(self) -> AssistantView:
        """Always the same."""
        return self.view

    def go(self, stage: Stage) -> None:
        """Nothing; so with all that follow."""

    def reach(self, url: str, authority: str, proxy: str = "") -> None:
        """Nothing."""

    def choose(self, way: Way) -> None:
        """Nothing."""

    def name(self, code: str) -> None:
        """Nothing."""

    def offer(self) -> str:
        """Always the same."""
        return PASSPHRASE

    def register(self, typed: Registration) -> None:
        """Nothing."""

    def hand_over(self, operator: str, password: str, language: str) -> None:
        """Nothing."""

    def slip(self, language: str) -> None:
        """Nothing."""

    def anew(self) -> None:
        """Nothing."""


class StandingShop:
    """The devices beside it."""

    def look(self, _slot: Slot | None) -> WorkshopView:
        """Always the same."""
        return WORKSHOPS["devices-tested"]

    def examine(self) -> None:
        """Nothing."""


def first_run(clerk: QWidget, state: str) -> None:
    """The window in that state."""
    window, shop = clerk.window(), StandingShop()
    assert isinstance(window, MainWindow)
    window.show_view(CounterView(Screen.LOGIN, "", ""))  # no station speaks yet
    page, standing = window.first_run, Standing(VIEWS[state])
    if page is None:
        page = assist(window, standing, shop)
    page.follow(standing)
    window.stand_first(page)
    page.fields.entries["code"].setText(CODE if VIEWS[state].named is not None else "")
    page.show_view(VIEWS[state], shop.look(None))
    if state == "first-run-offered":
        page.offer()
