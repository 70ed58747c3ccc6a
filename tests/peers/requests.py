"""Section 5 of docs/format.md, for the independent checker: requests for a second person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.peers.canonical import check_time
from tests.peers.numbers import need

MEMBERS = ("request", "action", "subject", "reason", "digest", "mode", "until")
GIVEN = ("request", "asked", "body", "decision", "by", "at", "where", "directive", "approval")
OPEN_AT_MOST = 64
# What is asked for by whoever works at a counter, and approved by a supervisor.
ACTIONS = (
    "reader_down", "typed", "exempt", "void", "correct", "unmask", "disclose", "propose_block", "difference",
    "paper_entry", "paper_void", "hold",
)  # fmt: skip
STOCK = {"not_found", "still_here"}
DIFFERENCES = {
    "no_label", "label_unknown", "not_affixed", "no_receipt", "receipt_unknown", "held", "aside", *STOCK
}  # fmt: skip
# Kinds that rest on a request: which action, and the member that names the subject.
ACTS = {
    "ItemVoided": ("void", "item"),
    "ItemCorrected": ("correct", "item"),
    "CaseShown": ("unmask", "opened"),
    "DisclosureAsked": ("disclose", "filed"),
    "ReaderDownApproved": ("reader_down", ""),
    "DifferenceExplained": ("difference", "item"),
    "TypedTaken": ("typed", "typed"),
    "BlockSent": ("propose_block", "proposed"),
    "PaperFormTaken": ("paper_entry", "entered"),
    "PaperFormVoided": ("paper_void", "form"),
    "ItemHeld": ("hold", "exception"),
}
# Kinds that repeat the reason of their request, and in which member.
REASONS = {
    "DifferenceExplained": "reason", "TypedTaken": "cause", "BlockSent": "basis",
    "PaperFormTaken": "cause", "PaperFormVoided": "reason", "ItemHeld": "basis",
}  # fmt: skip
_NOTHING: Mapping[int, str] = {}
PRINTING = ("PrintStarted", "PrintNotDone", "PrintUnknown", "PrintSeen", "LabelPrinted", "ReceiptPrinted")
# Neither who sends nor the waybill.
CORRECTABLE = (
    "weight", "quantity", "contents", "recipient_name", "recipient_phone", "recipient_address",
    "sender_phone", "sender_address",
)  # fmt: skip
ALONE = ("weight", "quantity", "recipient_phone", "sender_phone", "sender_address")


class Requests:
    """What is open at one counter."""

    def __init__(self) -> None:
        self._open: dict[str, dict[str, Any]] = {}
        self._accepted: set[int] = set()  # items of the business day
        self._voided: set[int] = set()
        self._day_closed = False
        self._corrected: dict[int, int] = {}  # item → how often
        self._pages: dict[tuple[int, bool], str] = {}  # (item, receipt?) → what its printer said last
        self._day = 0
        self._differing: set[int] = set()  # items of which a word was said at the end of the day
        self._cases: dict[str, int] = {}

    @property
    def open(self) -> int:
        """How many wait for a word, or for their act."""
        return len(self._open)

    def follow(
        self, body: dict[str, Any], digest: str, operators: dict[str, Any], off: Mapping[int, str] = _NOTHING
    ) -> dict[str, int]:
        """One entry of version 1; what it did, counted by name.  ``off``: what a count of the stock says."""
        kind, data, at = body["kind"], body["data"], body["trusted"]["at"]
        if kind in ACTS and not (kind == "ItemCorrected" and data["asked"] == 0):
            self._act(*ACTS[kind], body, at)
        if kind == "DayOpened":
            self._accepted, self._voided, self._day_closed = set(), set(), False
            self._corrected = {}
            self._day, self._differing = data.get("day", 0), set()  # one without form is parked
        elif kind == "DayClosed":
            self._day_closed = True
        elif kind == "ItemAccepted":
            self._accepted.add(body["seq"])
        elif kind == "ItemVoided":
            item = data["item"]
            need(item in self._accepted and not self._day_closed, "voids no item of the open day")
            need(item not in self._voided, "voided twice")
            self._voided.add(item)
            return {"voided": 1}
        elif kind == "ItemCorrected":
            self._correct(data)
            return {"corrected": 1}
        elif kind.startswith("Difference"):
            return self._difference(kind, data, off)
        elif kind.startswith("Case"):
            self._case(kind, data, body["seq"])
        elif kind in PRINTING:
            self._page(kind, data)
        elif kind == "ApprovalAsked":
            self._ask(body, digest, at)
        elif kind == "ApprovalLapsed":
            need(set(data) == {"request", "asked"}, "members of ApprovalLapsed")
            need(at > self._row(data)["until"], "lapsed before its time")
            del self._open[data["request"]]
        elif kind == "ApprovalGiven":
            return self._give(data, at, operators)
        return {}

    def _correct(self, data: dict[str, Any]) -> None:
        """In order, of the open day, and while no page of it may come out as it was."""
        item = data["item"]
        need(item in self._accepted and not self._day_closed, "corrects no item of the open day")
        need(item not in self._voided, "corrects what is void")
        need(data["field"] in CORRECTABLE, "corrects what names the item or its sender")
        need(data["asked"] or data["field"] in ALONE, "corrected alone where a second person has to look")
        need(data["ordinal"] == self._corrected.get(item, 0) + 1, "corrected out of order")
        for flag, receipt in (("label", False), ("receipt", True)):
            page = self._pages.get((item, receipt))
            need(not data[flag] or page not in ("PrintStarted", "PrintUnknown"), "corrected in the printer")
        self._corrected[item] = data["ordinal"]

    def _page(self, kind: str, data: dict[str, Any]) -> None:
        receipt = kind == "ReceiptPrinted" or data.get("slot") == "receipt_printer"
        self._pages[data["item"], receipt] = kind

    def _difference(self, kind: str, data: dict[str, Any], off: Mapping[int, str]) -> dict[str, int]:
        """One word for an item of the open day; which of its pages came out is not followed here."""
        item, told = data["item"], data["what"].split(".")
        need(data["day"] == self._day and not self._day_closed, "a difference of another day")
        of_day = item in self._accepted - self._voided or item in off
        need(of_day and item not in self._differing, "no item of the day, or said twice")
        need(STOCK & set(told) == ({off[item]} if item in off else set()), "another count than that")
        need(set(told) <= DIFFERENCES and len(told) == len(set(told)), "no such difference")
        self._differing.add(item)
        return {f"differences {kind.removeprefix('Difference').lower()}": 1}

    def unsigned(self, asked: int) -> bool:
        """Whether an act rests on that request, and nobody has signed for it yet."""
        return any(row["asked"] == asked and row["used"] for row in self._open.values())

    def _case(self, kind: str, data: dict[str, Any], seq: int) -> None:
        """One of a name at a time, and nothing is seen or ended that is not open."""
        if kind == "CaseOpened":
            need(data["case"] not in self._cases, "a case is opened twice")
            self._cases[data["case"]] = seq
            return
        need(self._cases.get(data["case"]) == data["opened"], "no such case is open")
        if kind in ("CaseClosed", "CaseLapsed"):
            del self._cases[data["case"]]

    def _ask(self, body: dict[str, Any], digest: str, at: str) -> None:
        data = body["data"]
        need(set(data) == set(MEMBERS), "members of ApprovalAsked")
        check_time(data["until"])
        need(data["action"] in ACTIONS and data["mode"] in ("wait", "countersign"), "asks for no such thing")
        need(at < data["until"], "asked after its own end")
        need(data["request"] not in self._open and len(self._open) < OPEN_AT_MOST, "asked twice, or too much")
        row = {name: data[name] for name in ("action", "subject", "reason", "mode", "until")}
        self._open[data["request"]] = {
            **row, "asked": body["seq"], "body": digest, "by": body["actor"]["id"],
            "given": False, "used": False,
        }  # fmt: skip

    def _row(self, data: dict[str, Any]) -> dict[str, Any]:
        row = self._open.get(data["request"])
        need(row is not None and row["asked"] == data["asked"], "no such request is open")
        return row or {}

    def _give(self, data: dict[str, Any], at: str, operators: dict[str, Any]) -> dict[str, int]:
        """Its signature the caller checks."""
        need(set(data) == set(GIVEN), "members of ApprovalGiven")
        row = self._row(data)
        need(data["body"] == row["body"], "approves another request")
        need(not row["given"], "decided twice")
        need(data["by"] != row["by"], "approved by the same person")
        need(data["decision"] in ("approved", "declined"), "decision")
        need((row["action"], data["where"]) != ("paper_entry", "headquarters"), "compared from afar")
        check_time(data["at"])
        need(data["at"] <= row["until"], "decided after its time")
        need((data["where"], data["directive"] > 0) in (("counter", False), ("headquarters", True)), "where")
        if data["where"] == "counter":
            need(at <= row["until"], "decided after its time")
            here, asker = operators.get(data["by"]), operators.get(row["by"])
            need(here is not None and here["role"] == "supervisor", "approved by no supervisor")
            need(not (here and asker) or here["signing"] != asker["signing"], "approved with the asker's key")
        if data["decision"] == "declined" or row["used"]:
            del self._open[data["request"]]
        else:
            row["given"] = True
        return {f"requests {data['decision']}": 1}

    def _act(self, action: str, member: str, body: dict[str, Any], at: str) -> None:
        data = body["data"]
        found = [name for name, row in self._open.items() if row["asked"] == data["asked"]]
        need(found, f"{body['kind']} without a request")
        row = self._open[found[0]]
        need(
            (row["action"], row["subject"]) == (action, data[member] if member else 0),
            "a request for something else",
        )
        for kind, name in REASONS.items():
            need(body["kind"] != kind or row["reason"] == data[name], "a request with another reason")
        need(row["by"] == body["actor"].get("id"), "somebody else's request")
        need(not row["used"], "a request used twice")
        need(row["given"] or row["mode"] == "countersign", f"{body['kind']} that nobody approved")
        need(at <= row["until"], "a request used after its time")
        if row["given"]:
            del self._open[found[0]]
        else:
            row["used"] = True


def said(data: dict[str, Any]) -> dict[str, Any]:
    """What the approver signed, terminal and epoch aside."""
    names = ("request", "asked", "body", "decision", "by", "at", "where")
    return {"type": "approval", **{name: data[name] for name in names}}
