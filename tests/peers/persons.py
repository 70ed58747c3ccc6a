"""Section 4 of docs/format.md, for the independent checker: what persons ask about their own data."""

from __future__ import annotations

from typing import Any

from tests.peers.numbers import need

ASKED = ("request", "right", "item", "field", "due")
ANSWERED = ("request", "outcome", "ground")
TOLD = ("ItemRestricted", "PersonErased")  # by headquarters: version 2
ITEM = ("item", "request", "ground", "retention", "month")
RIGHTS = ("access", "copy", "correct", "explain")
OPEN_AT_MOST, ENTRIES_AT_MOST = 64, 200


class Persons:
    """The requests that are open at one counter."""

    def __init__(self) -> None:
        self._open: dict[str, dict[str, Any]] = {}

    def follow(self, body: dict[str, Any], role: Any) -> dict[str, int]:
        """One entry of any version; what it did, counted by name."""
        if body["kind"] == "PersonAsked" and body["kind_version"] == 1:
            self._ask(body)
            return {"persons asked": 1}
        if body["kind"] == "PersonAnswered" and body["kind_version"] in (1, 2):
            return {f"persons {self._answer(body, role)}": 1}
        if body["kind"] in TOLD and body["kind_version"] == 2:
            data = body["data"]
            need(set(data) == {*ITEM, "directive"}, f"members of {body['kind']} 2")
            need(0 < data["directive"] <= body["directives"], f"{body['kind']} 2 by no directive")
            need(0 < data["item"] < body["seq"], f"{body['kind']} 2 of no item")
        return {}

    def _ask(self, body: dict[str, Any]) -> None:
        data = body["data"]
        need(set(data) == set(ASKED), "members of PersonAsked")
        need(data["right"] in RIGHTS and data["item"] < body["seq"], "asks for no such right")
        need(data["item"] or data["right"] == "explain", "asks about no item")
        need((data["field"] == "none") == (data["right"] != "correct"), "a field that is not to be corrected")
        need(data["due"] >= body["trusted"]["at"][:10], "due before it was asked")
        said = (data["right"], data["due"], body["actor"]["id"])
        row = self._open.setdefault(data["request"], {"said": said, "about": set()})
        need(row["said"] == said, "one request of two minds")
        need((data["item"], data["field"]) not in row["about"], "asked twice in one request")
        row["about"].add((data["item"], data["field"]))
        need(len(self._open) <= OPEN_AT_MOST and len(row["about"]) <= ENTRIES_AT_MOST, "too much is asked")

    def _answer(self, body: dict[str, Any], role: Any) -> str:
        data, afar = body["data"], body["kind_version"] == 2
        need(set(data) == {*ANSWERED, *(("directive",) if afar else ())}, "members of PersonAnswered")
        need(not afar or 0 < data["directive"] <= body["directives"], "answered by no directive")
        row = self._open.pop(data["request"], None)
        need(row is not None, "answers what nobody asked")
        need(data["outcome"] in ("done", "partly", "refused"), "no such outcome")
        need((data["ground"] == "none") == (data["outcome"] == "done"), "a refusal without its ground")
        at_once = row is not None and row["said"][0] in ("access", "explain") and data["outcome"] == "done"
        need(afar or at_once or role == "supervisor", "answered by no supervisor")
        return str(data["outcome"])
