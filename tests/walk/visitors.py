"""What a clerk does with one visitor of the drawer: commands, a card on the reader, a scan at the port."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core import commands as c
from core.acceptance.waybill import s10_check_digit
from core.consents import GuardianAgrees
from core.errors import CounterError, Fact
from core.second import AskReaderDown
from core.view import CounterView, GateState, Message, SenderView
from devices.simulators.drawer import Visitor
from program.demonstration import OPERATOR, PASSWORD, Demonstration
from program.terminal import Parts
from tests.walk.counter import WalkingCounter
from tests.walk.watching import PATIENCE_SECONDS

EXEMPTED = ("letter", "agreement")
_FORM = {
    "sender_phone": "13800138000", "sender_address": "北京市朝阳区样本街道1号", "contents": "衣物",
    "quantity": "1", "weight": "1.284", "recipient_name": "示例乙", "recipient_phone": "13900139021",
    "recipient_address": "上海市浦东新区世纪大道100号2楼",
}  # fmt: skip


@dataclass
class Ending:
    """How it ended.  ``reason`` is the first code that was said against it, ``shown`` every code that was."""

    item: int = 0  # the entry's seq, 0 where nothing was accepted
    reason: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    sender: SenderView | None = None  # as shown for the comparison
    shown: frozenset[str] = frozenset()

    def say(self, code: str, facts: Mapping[str, Fact]) -> None:
        """The first reason stays."""
        if not self.reason:
            self.reason, self.facts = code, facts


class DrawerCounter(WalkingCounter):
    """Keeps every message; takes one visitor after the other."""

    def __init__(self, around: Demonstration, parts: Parts) -> None:
        self.messages: list[Message] = []
        self._served = 0
        self._lifted = 0  # commands of the reader's lane at the last lift
        super().__init__(around, parts)

    def _publish(self, view: CounterView) -> None:
        said = view.message
        if said is not None and (not self.messages or self.messages[-1].serial != said.serial):
            self.messages.append(said)
        super()._publish(view)

    def act(self, command: c.Command) -> CounterError | None:
        """One command; the error that it ended with."""
        error = self.terminal.station.submit(command).exception(PATIENCE_SECONDS)
        assert error is None or isinstance(error, CounterError), error
        return error

    # -- the reader ------------------------------------------------------------------------------

    def place(self, key: str) -> None:
        """A card on the reader; waits for what the counter says of it."""
        self._seen_lifted()
        seen = self.messages[-1].serial if self.messages else 0
        before = self.visit().revision

        def said(view: CounterView) -> bool:
            assert view.visit is not None
            there = view.visit.sender is not None and view.visit.sender.still_on_reader
            failed = view.message is not None and view.message.serial > seen and view.message.level == "error"
            return not view.visit.reading and ((there and view.visit.revision != before) or failed)

        self.tell("place", card=key)
        self.until(f"card of {key}", said)

    def lift(self) -> None:
        """The card is taken away; the next one waits until the lane has seen that there is none."""
        self.tell("lift")
        self._lifted = self._asked()

    def _seen_lifted(self) -> None:
        self.until("lifted", lambda view: not _lying(view))
        end = time.monotonic() + PATIENCE_SECONDS
        while self._asked() < self._lifted + 2:
            assert time.monotonic() < end, "the reader's lane does not ask"
            time.sleep(0.02)

    def _asked(self) -> int:
        return int(str(self.tell("state")["commands"]))

    # -- one visitor -----------------------------------------------------------------------------

    def receive(self, visitor: Visitor) -> Ending:
        """The whole visit up to F9; where something stands against it, everything is pressed all the same."""
        ending, facts, first = Ending(), visitor.facts, len(self.messages)
        self.do(c.NewAcceptance(discard=True))
        for command in self._who(visitor):
            self._press(command, ending)
        if "card" in facts:
            for _ in range(facts.get("placings", 1)):
                self.place(visitor.key)
                self._look(ending) if "typed" not in facts else None
                ending.sender = self.visit().sender
                self.lift()
        if "typed" in facts:
            self._type(facts["typed"], ending)
            ending.sender = self.visit().sender
        self._look(ending)
        self._fill(visitor)
        self._look(ending)
        for command in self._confirmations(visitor):
            self._press(command, ending)
        self._commit(ending)
        self._look(ending)
        told = {message.code for message in self.messages[first:]}
        gates = {gate.detail for gate in self.visit().gates}
        ending.shown = frozenset({*told, *gates, *self.visit().missing})
        return ending

    def _press(self, command: c.Command, ending: Ending) -> None:
        error = self.act(command)
        if error is not None:
            ending.say(str(error.code), error.facts)

    def _look(self, ending: Ending) -> None:
        """What stands at a gate as a problem."""
        for gate in self.visit().gates:
            if gate.state is GateState.PROBLEM:
                ending.say(gate.detail, gate.facts)

    def _who(self, visitor: Visitor) -> Iterator[c.Command]:
        facts = visitor.facts
        if facts.get("mode") == "reader_down":
            yield AskReaderDown("reader_broken")  # one operator works here: nobody approves it
        if "sender" in facts:
            yield c.SetSenderKind(c.SenderKind(facts["sender"]))
        for name, text in facts.get("asks", {}).items():
            yield c.SetSenderField(c.SenderField(name), text)
        if "reason" in facts:  # one operator works here, and she cannot be the second person
            yield c.SetExemption(facts["reason"])
            yield c.ApproveExemption(OPERATOR, PASSWORD)
        principal = facts.get("principal")
        if principal:
            if "card" in principal:
                self.place(principal["card"])
            else:
                self._type(principal["typed"], Ending())
            yield c.KeepAsPrincipal()
            yield c.SetProof(c.Proof(facts["proof"]))
            if "card" in principal:
                self.lift()

    def _type(self, lane: Mapping[str, Any], ending: Ending) -> None:
        """A document through the manual lane, field by field as the screen does."""
        start = c.StartManual(lane["kind"], c.ManualCause(lane["cause"]))
        fields = [c.SetManualField(c.ManualField(name), text) for name, text in lane["fields"].items()]
        commands: list[c.Command] = [start, *fields, c.FinishManual()]
        for command in commands:
            self._press(command, ending)
        if self.visit().manual is not None:  # what is wrong keeps the lane open
            self.do(c.CancelManual())

    def _fill(self, visitor: Visitor) -> None:
        """The form, the waybill through the scanner's port."""
        self._served += 1
        serial = f"{60_000_000 + self._served:08d}"
        waybill = f"EA{serial}{s10_check_digit(serial)}CN"
        self.tell("scan", code=waybill)
        self.until(
            "scan", lambda view: bool(view.visit and view.visit.fields[c.Field.WAYBILL].text == waybill)
        )
        texts = {**_FORM, **visitor.facts.get("form", {})}
        if visitor.facts.get("sender") == "letter":
            texts = {name: text for name, text in texts.items() if name not in ("contents", "quantity")}
        self.do(*(c.SetField(c.Field(name), text) for name, text in texts.items()))

    def _confirmations(self, visitor: Visitor) -> Iterator[c.Command]:
        facts = visitor.facts
        exempted = facts.get("sender") in EXEMPTED
        if self.visit().sender is None and not exempted:
            return  # there is nobody to be compared with anything
        if not exempted:
            yield c.ConfirmOriginal()
        guardian = self.visit().said.guardian
        if guardian is not None:
            yield GuardianAgrees("parent", guardian.version, c.Acknowledgement.SPOKEN.value)
        yield c.AcknowledgeNotice(c.Acknowledgement.SPOKEN)
        yield c.SetRoute(c.Route(facts.get("route", "land")))
        if facts.get("sender") != "letter":
            yield c.ConfirmInspected()
        if facts.get("condition"):
            yield c.ConfirmCondition()
        yield c.SetSecurity(c.Security(facts.get("security", "here")))

    def _commit(self, ending: Ending) -> None:
        assert self.view is not None
        before = self.view.last.seq if self.view.last else 0
        self._press(c.Commit(), ending)
        last = self.view.last
        ending.item = last.seq if last is not None and last.seq != before else 0
        said = self.view.message
        if not ending.item and said is not None and said.code == "msg.not_ready":
            ending.say(str(said.facts["first"]), {})


def _lying(view: CounterView) -> bool:
    return view.visit is not None and view.visit.sender is not None and view.visit.sender.still_on_reader
