"""Cases: a customer's data is typed again, seen for seconds with a second person's approval, and goes.

Nothing is shown that the journal does not say first.  What is shown is gone at the next act, at lock, at
the end of its seconds, and when a card or a code comes; what is typed and not yet kept goes with it.
Sources: R64 to R69 (purpose, application to the supervisor, no longer than needed), PIPL 6 and 51.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Collection, Mapping
from typing import Any

from core import wire
from core.access.rights import Action
from core.errors import RuleError, RuleFault
from core.identity.characters import storable
from core.ledger import cases
from core.ledger.clock import CHINA, business_date
from core.ledger.complaints import MEMBER as COMPLAINTS
from core.ledger.entry import AttachmentClass
from core.ledger.erasure import is_restricted
from core.ledger.looks import hour_of
from core.ledger.writer import Part, Proposal
from core.seeing import (
    AskToSee,
    BeginCase,
    CaseMark,
    CaseView,
    CloseCase,
    LeaveCase,
    OpenCase,
    ShowCase,
)
from core.station import requests
from core.station.days import day_proposals
from core.station.live import Live, new_id

_LIMITS = {"name": 50, "phone": 32, "address": 200}  # characters: a label holds no more


class Cases:
    """Belongs to the station's thread.  ``standing`` is what is typed into, or shown."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.standing: CaseView | None = None
        self._until = 0.0
        self._serial = 0

    def handle(self, command: object) -> bool:
        """Whether it is about a case, and was done; anything else ends what is shown."""
        match command:
            case BeginCase():
                self.begin(command)
            case OpenCase():
                self.open(command)
            case AskToSee():
                self.ask(command)
            case ShowCase():
                self.show(command.item, command.case)
            case CloseCase():
                self.close(command.item)
            case LeaveCase():
                self.leave()
            case _:
                self.act()
                return False
        return True

    def begin(self, asked: BeginCase) -> None:
        """Fields to type into.  Raises RuleError NOT_ALLOWED, ITEM_RESTRICTED, CASE_OPEN, CASES_FULL."""
        live = self._live
        live.need_session()
        self._need_free(asked.item)
        row = live.item(asked.item) if asked.item > 0 else None
        if row is None or asked.cause not in list(cases.Cause) or asked.party not in list(cases.Whose):
            raise RuleError(RuleFault.NOT_ALLOWED)
        if self._of(asked.item) is not None:
            raise RuleError(RuleFault.CASE_OPEN)
        if len(self._rows()) >= live.rules.cases.open_most:
            raise RuleError(RuleFault.CASES_FULL, most=live.rules.cases.open_most)
        number = row.number
        self._serial += 1
        self.standing = CaseView(asked.item, number, asked.cause, asked.party, serial=self._serial)

    def open(self, typed: OpenCase) -> None:
        """``CaseOpened`` with the data under a key of its own.

        Raises RuleError NOT_ALLOWED where none is being typed, CASE_EMPTY, CASE_LONG; StoreError as a
        commit does.
        """
        live, standing = self._live, self.standing
        live.need_session()
        if standing is None or standing.shown or self._of(standing.item) is not None:
            raise RuleError(RuleFault.NOT_ALLOWED)
        texts = {name: storable(getattr(typed, name)) for name in _LIMITS}
        if not texts["name"] or not (texts["phone"] or texts["address"]):
            raise RuleError(RuleFault.CASE_EMPTY)
        if any(len(texts[name]) > most for name, most in _LIMITS.items()):
            raise RuleError(RuleFault.CASE_LONG)
        name, today = cases.case_name(secrets.token_bytes(12)), business_date(live.now().at)
        until = live.rules.cases.last_day(today).isoformat()
        data = {
            "case": name,
            "item": standing.item,
            "cause": standing.cause,
            "party": standing.party,
            "until": until,
        }
        part = Part(AttachmentClass.CASE, name, wire.encode(texts))
        opened = Proposal(cases.OPENED, data, new_id(), by_person=True, parts=(part,))
        live.commit([*day_proposals(live), opened])
        live.probe("case.opened")
        self.leave()
        live.say("msg.case_opened", "good", number=standing.number, day=until)

    def ask(self, asked: AskToSee) -> None:
        """A second person is asked.

        Raises RuleError CASE_GONE, ITEM_RESTRICTED, and as :func:`core.station.requests.ask`.
        """
        self.leave()
        row = self._need(asked.item, asked.case)
        self._need_free(asked.item)
        requests.ask(self._live, Action.UNMASK, row["opened"], asked.reason)
        self._live.say("msg.case_asked", number=self._number(row))

    def show(self, item: int, case: str = "") -> None:
        """``CaseShown`` first, then the data, for seconds.

        Raises RuleError CASE_GONE, ITEM_RESTRICTED, APPROVAL_NEEDED, CASE_CAP, ROLE; StoreError as a commit
        does: then nothing is shown.
        """
        self.leave()
        live, row = self._live, self._need(item, case)
        self._need_free(item)
        session, rules = live.need_session(), live.rules.cases
        if session.role not in rules.roles:
            raise RuleError(RuleFault.ROLE, action=f"right.{Action.UNMASK}", who="fact.who.supervisor")
        asked = requests.need(live, Action.UNMASK, row["opened"])
        self._need_room(session.operator)
        purpose = next(
            each["reason"] for each in live.state.value["requests"].values() if each["asked"] == asked
        )
        data = {"case": row["case"], "opened": row["opened"], "asked": asked, "purpose": purpose}
        data["seconds"] = rules.seconds
        shown = Proposal(cases.SEEN, data, new_id(), by_person=True)
        live.commit([*day_proposals(live), shown])
        live.probe("case.said")
        texts = self._read(row["opened"])
        at = live.now().at.astimezone(CHINA)
        self._serial += 1
        self.standing = CaseView(
            item, self._number(row), row["cause"], row["party"], shown=True,
            name=texts["name"], phone=texts["phone"], address=texts["address"], seconds=rules.seconds,
            mark=f"{session.operator} {live.settings.terminal} {at:%Y-%m-%d %H:%M}", serial=self._serial,
        )  # fmt: skip
        self._until = time.monotonic() + rules.seconds

    def close(self, item: int) -> None:
        """``CaseClosed``; the bytes follow (core/station/erasing.py).  Raises RuleError CASE_GONE."""
        self.leave()
        live, row = self._live, self._need(item)
        number = self._number(row)
        said = {"case": row["case"], "opened": row["opened"]}
        live.commit([*day_proposals(live), Proposal(cases.CLOSED, said, new_id(), by_person=True)])
        live.say("msg.case_closed", "good", number=number)

    def ended_with(self, items: Collection[int]) -> list[Proposal]:
        """``CaseClosed`` for the open cases of items that nothing may be done with any more."""
        return [
            Proposal(cases.CLOSED, {"case": name, "opened": row["opened"]}, new_id(), by_person=True)
            for name, row in self._rows().items()
            if row["item"] in items
        ]

    def leave(self) -> None:
        """Nothing is typed or seen any more."""
        self.standing = None

    def act(self) -> None:
        """Something else is done: what is shown goes, what is being typed stays."""
        if self.standing is not None and self.standing.shown:
            self.leave()

    def tick(self) -> bool:
        """Whether its seconds are over, and it went."""
        over = self.standing is not None and self.standing.shown and time.monotonic() >= self._until
        if over:
            self.leave()
        return over

    def marks(self) -> Mapping[int, CaseMark]:
        """Item → its open case; and whether whoever stands here may see it."""
        live, marks = self._live, {}
        operator = live.session.operator if live.session is not None else ""
        for row in self._rows().values():
            mine = [
                each
                for each in live.state.value["requests"].values()
                if (each["action"], each["subject"], each["by"])
                == (Action.UNMASK.value, row["opened"], operator)
            ]
            marks[int(row["item"])] = CaseMark(
                row["cause"], row["party"], row["until"],
                asked=any(not each["given"] for each in mine), approved=any(each["given"] for each in mine),
            )  # fmt: skip
        return marks

    # -- inside ------------------------------------------------------------------------------------

    def _rows(self) -> Mapping[str, Any]:
        rows: Mapping[str, Any] = self._live.state.value.get(cases.MEMBER, {})
        return rows

    def _of(self, item: int, case: str = "") -> dict[str, Any] | None:
        """The case of that name; without one the item's, which is no complaint's where it has another."""
        rows = [{**row, "case": name} for name, row in self._rows().items() if row["item"] == item]
        if case:
            return next((row for row in rows if row["case"] == case), None)
        own = self._complaints()
        return min(rows, key=lambda row: row["case"] in own, default=None)

    def _complaints(self) -> Mapping[str, str]:
        """Case → the complaint that it belongs to."""
        rows = self._live.state.value.get(COMPLAINTS, {}).items()
        return {row["case"]: name for name, row in rows}

    def _need(self, item: int, case: str = "") -> dict[str, Any]:
        self._live.need_session()
        row = self._of(item, case)
        if row is None:
            raise RuleError(RuleFault.CASE_GONE)
        return row

    def _need_free(self, item: int) -> None:
        """Raises RuleError ITEM_RESTRICTED where what is kept of the item may not be used (PIPL 47)."""
        value = self._live.state.value
        if is_restricted(value, item) or str(item) in value["erased"]["items"]:
            raise RuleError(RuleFault.ITEM_RESTRICTED)

    def _need_room(self, operator: str) -> None:
        """Raises RuleError CASE_CAP where she saw as many this hour, or on this day, as the rules let."""
        live, rules = self._live, self._live.rules.cases
        hours = live.state.value.get(cases.SHOWN, {}).get(operator, {})
        this = hours.get(f"{hour_of(live.now().at):02d}", 0)
        if this >= rules.hour or sum(hours.values()) >= rules.day:
            raise RuleError(RuleFault.CASE_CAP, hour=rules.hour, day=rules.day)

    def _read(self, seq: int) -> dict[str, str]:
        data = self._live.need_journal().case_data(seq)
        if data is None:
            raise RuleError(RuleFault.CASE_GONE)
        value = json.loads(data)
        return {name: str(value[name]) for name in _LIMITS}

    def _number(self, row: Mapping[str, Any]) -> str:
        """The item's; of no item the complaint's own."""
        item = self._live.item(row["item"]) if row["item"] else None
        if item is not None:
            return item.number
        return f"{self._live.settings.terminal} {self._complaints().get(row['case'], '')}".strip()
