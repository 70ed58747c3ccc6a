"""A journal with a clerk at work and a supervisor who may approve: requests, decisions and acts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core import wire
from core.crypto.keys import Signer, new_agreement, new_signer
from core.errors import EntryError
from core.ledger import requests
from core.ledger.chain import Verifier
from core.ledger.documents import Approval, approval_message, given_data
from core.ledger.entry import Entry, stamp
from core.ledger.founding import operator_accepted
from core.ledger.state import State, fold
from core.ledger.writer import Proposal
from tests.core.books import RULES, Book
from tests.peers.checker import Bad, check
from tests.peers.exports import export

CLERK, SUPERVISOR, OTHER = "OP10002", "OP10001", "OP10003"
HOUR = dt.timedelta(hours=1)


class Story:
    """Its clerk's session is open, and one item of today is accepted."""

    def __init__(self, book: Book | None = None) -> None:
        self.book = book or Book(operator=SUPERVISOR, role="supervisor")
        book = self.book
        if not book.entries:
            book.found()
        self.supervisor, self.clerk, self.other = book.person, new_signer(), new_signer()
        for name, key in ((CLERK, self.clerk), (OTHER, self.other)):
            self.accept(name, "clerk", key)
        self.enter(CLERK, "clerk", self.clerk)
        self.item = book.item(book.sender())

    def enter(self, operator: str, role: str, key: Any) -> None:
        """She logs in."""
        self.book.operator, self.book.role, self.book.person = operator, role, key
        self.book.log_in()

    def accept(self, operator: str, role: str, key: Signer) -> None:
        """The supervisor stands by her key."""
        self.book.propose(operator_accepted(
            self.book.terminal, operator, role, key, new_agreement().public, self.book.operation(),
            endorsed_by="supervisor", endorser=SUPERVISOR, endorser_key=self.supervisor,
        ))  # fmt: skip

    def write(self, kind: str, data: dict[str, Any], *, person: bool = False) -> Entry:
        """One authentic entry, whatever it says: nothing of ours is asked whether it may."""
        book = self.book
        proposal = Proposal(kind, data, book.operation(), by_person=person)
        entry = book.writer._entry(proposal, book.state, book.session, RULES)
        book.entries.append(entry)
        try:
            book.state = fold(book.state, entry)
        except EntryError:
            book.state = State(entry.head, book.state.value)
        return entry

    def ask(self, name: str = "r-1", mode: str = "wait", **other: Any) -> Entry:
        """For one hour, about the item."""
        data = {
            "request": name,
            "action": "void",
            "subject": self.item,
            "reason": "customer_withdrew",
            "digest": wire.b64(requests.digest_of(bytes(32), {})),
            "mode": mode,
            "until": stamp(self.book.clock.now().at + HOUR),
        }
        return self.write("ApprovalAsked", {**data, **other}, person=True)

    def give(self, asked: Entry, key: Signer | None = None, *, signed: Any = None, **other: Any) -> Entry:
        """By the supervisor at the counter; ``signed``: what the key really signed."""
        book = self.book
        facts: dict[str, Any] = {"by": SUPERVISOR, "where": "counter", "decision": "approved", "directive": 0}
        facts |= {"request": asked.data["request"], "asked": asked.header.seq, "body": asked.hash}
        facts |= {"at": book.clock.now().at, **other}
        directive = facts.pop("directive")
        approval = Approval(book.terminal, book.epoch, **facts)
        message = approval_message(signed or approval)
        signature = wire.b64((key or self.supervisor).sign(message))
        return self.write(
            "ApprovalGiven", {**given_data(approval), "directive": directive, "approval": signature}
        )

    def void(self, asked: Entry | int, item: int = 0) -> Entry:
        """The act."""
        seq = asked if isinstance(asked, int) else asked.header.seq
        data = {"item": item or self.item, "reason": "customer_withdrew", "asked": seq}
        return self.write("ItemVoided", data, person=True)

    def lapse(self, asked: Entry) -> Entry:
        """Its time is said to be over."""
        return self.write("ApprovalLapsed", {"request": asked.data["request"], "asked": asked.header.seq})

    def later(self, passed: dt.timedelta) -> None:
        """The clock goes on."""
        self.book.machine.advance(passed.total_seconds())

    def ours(self) -> tuple[str, str]:
        """Kind and fault of the first entry that our verifier or our fold refuses, ("", "") for none."""
        verifier, state = Verifier(self.book.terminal, self.book.headquarters.public), State()
        verifier.grant_keys(self.book.entries)
        for entry in self.book.entries:
            try:
                verifier.follow(entry)
                state = fold(state, entry)
            except EntryError as error:
                return entry.header.kind, str(error.code)
        return "", ""

    def theirs(self) -> str:
        """The independent checker's word, "" where it is sound."""
        key = self.book.headquarters.public.text
        try:
            check(export(self.book.entries, self.book.terminal, key), key)
        except Bad as bad:
            return str(bad)
        return ""

    def verdict(self) -> tuple[str, str]:
        """Ours, in one text, and the checker's."""
        return " ".join(self.ours()).strip(), self.theirs()
