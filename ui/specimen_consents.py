"""Separate consents and a child's guardian, as the rule data brought with the program say them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.consents import ConsentView, GuardianView, ItemConsents, Lines, SaidView
from core.view import ItemView, Note, VisitView
from ui.specimen_visits import HALF, READY, item

_RULES = Path(__file__).resolve().parents[1] / "resources" / "rules" / "2026-11-01.json"
_LANGUAGES = ("zh", "en")


def _rules() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_RULES.read_text("utf-8"))
    return found


def _consents() -> tuple[ConsentView, ...]:
    return tuple(
        ConsentView(
            each["code"],
            each["version"],
            {language: each[language]["title"] for language in _LANGUAGES},
            {language: each[language]["text"] for language in _LANGUAGES},
        )
        for each in _rules()["consents"]
    )


def _told(said: dict[str, Any]) -> Lines:
    """A notice as the screen shows it."""
    return {
        language: (
            (said[language]["title"], ""),
            *((part["heading"], part["text"]) for part in said[language]["paragraphs"]),
        )
        for language in _LANGUAGES
    }


def _guardian() -> GuardianView:
    said = _rules()["guardians"]
    relations = {each["code"]: {name: each[name] for name in _LANGUAGES} for each in said["relations"]}
    return GuardianView(said["id"], _told(said), relations)


CONSENTS = _consents()
ASKED = (replace(CONSENTS[0], answer="given", how="spoken"), *CONSENTS[1:])
ANSWERED = (ASKED[0], replace(CONSENTS[1], answer="refused", how="spoken"))
ITEM = ItemConsents(129, tuple(replace(each, day="2026-11-20") for each in ASKED))
# What a person's document found: one item is restricted already.
OF_PERSON = (
    *(item(seq) for seq in (128, 119)),
    ItemView(104, "000104", "", "", "", operator="OP10001", label="printed", affixed=True,
             at_headquarters=True,
             notes=(Note("note.restricted", {"day": "2027-12-02"}),)),
)  # fmt: skip
SAID: Mapping[str, VisitView] = {
    "consents": replace(
        HALF, notice=_told(_rules()["notice"]), said=SaidView(CONSENTS, told_on="2026-11-20")
    ),
    "consents-asked": replace(READY, said=SaidView(ANSWERED)),
    "child": replace(HALF, said=SaidView(CONSENTS, _guardian()), missing=(*HALF.missing, "missing.guardian")),
}
