"""A small journal made with the real writer: what tests of chain, fold, HQ and checkers start from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from core import wire
from core.crypto.keys import AgreementKey, Signer, SoftwareSigner, new_agreement, new_signer
from core.ledger.clock import TrustedClock
from core.ledger.documents import Grant, SessionCertificate, make_grant, make_session
from core.ledger.entry import EMPTY_HEAD, AttachmentClass, Entry
from core.ledger.founding import found, operator_accepted
from core.ledger.state import State
from core.ledger.writer import EntryWriter, LiveSession, Part, Proposal
from tests.core.machine import SetClock

RULES = "2026-11-01"
NOW = "2026-11-21T06:00:00.000Z"


def verified_sender(visit: str, read: str) -> dict[str, Any]:
    """What the chain says of a sender whose resident card was read."""
    return {
        "visit": visit,
        "document": "resident",
        "sender_kind": "person",
        "method": "chip",
        "cause": "none",
        "principal": "none",
        "proof": "none",
        "read": read,
        "original_seen": NOW,
        "name_matched": True,
        "expiry": "valid",
        "notice": "n-1",
        "acknowledged": "spoken",
    }


@dataclass
class Book:
    """Keys, clock and the entries so far of one invented terminal."""

    terminal: str = "990100-01-03"
    operator: str = "OP10001"
    headquarters: SoftwareSigner = field(default_factory=new_signer)
    opening: AgreementKey = field(default_factory=new_agreement)
    key: SoftwareSigner = field(default_factory=new_signer)
    person: Signer = field(default_factory=new_signer)
    machine: SetClock = field(default_factory=SetClock)
    entries: list[Entry] = field(default_factory=list)
    state: State = field(default_factory=State)
    session: LiveSession | None = None
    count: int = 0
    epoch: int = 1
    role: str = "clerk"

    def __post_init__(self) -> None:
        self.clock = TrustedClock(self.machine)
        self.writer = EntryWriter(self.terminal, 1, self.key, self.opening.public, self.clock)

    def operation(self) -> str:
        """A fresh operation id."""
        self.count += 1
        return f"op-{self.count:06d}"

    def found(self) -> Book:
        """The founding entries."""
        grant = Grant(self.terminal, self.terminal[:9], 1, self.key.public, EMPTY_HEAD, self.opening.public)
        body, signature = make_grant(grant, self.headquarters)
        first = operator_accepted(
            self.terminal, self.operator, self.role, self.person, new_agreement().public, self.operation()
        )
        entries, self.state = found(
            self.writer,
            self.clock,
            grant=body,
            grant_signature=signature,
            terminal_key=self.key.public,
            operator=first,
            rules=RULES,
            operation=self.operation(),
        )
        self.entries += entries
        return self

    def propose(self, *proposals: Proposal) -> list[Entry]:
        """Compose and append."""
        entries, self.state = self.writer.compose(proposals, self.state, self.session, RULES)
        self.entries += entries
        return entries

    def log_in(self) -> Book:
        """A session with its certificate, and its entry."""
        signer, name = new_signer(), f"s-{self.count}"
        end = self.clock.now().at + dt.timedelta(hours=12)
        self.session = LiveSession(self.operator, self.role, name, signer, end)
        body, signature = make_session(
            SessionCertificate(
                self.terminal, self.epoch, self.state.head, self.operator, self.role, name, signer.public, end
            ),
            self.person,
        )
        self.propose(
            Proposal(
                "OperatorLoggedIn",
                {"certificate": wire.b64(body), "certificate_signature": wire.b64(signature)},
                self.operation(),
                by_person=True,
            )
        )
        return self

    def sender(self) -> int:
        """A verified sender with a sealed part; its seq."""
        data = verified_sender(f"v-{self.count}", "r-1")
        part = Part(AttachmentClass.SEALED, "sealed", "示例甲".encode())
        return self.propose(Proposal("SenderVerified", data, self.operation(), True, (part,)))[0].header.seq

    def item(
        self,
        sender: int,
        sealed: bytes = b"sealed",
        annex: bytes = "示*甲".encode(),
        pool: tuple[str, int] = ("none", 0),
        receipt: bool = False,
    ) -> int:
        """An accepted item with sealed part and annex; its seq."""
        now = "2026-11-21T06:00:00.000Z"
        data = {
            "visit": "v-1",
            "sender": sender,
            "number": int(self.state.value["items"]) + 1,
            "inspected": now,
            "condition": "none",
            "route": "land",
            "centre": "none",
            "by_hand": "none",
            "security": "here",
            "security_at": now,
            "weight_source": "typed",
            "name_check": "equal",
            "receipt": receipt,
            "pool": pool[0],
            "ordinal": pool[1],
        }
        parts = (
            Part(AttachmentClass.SEALED, "sealed", sealed),
            Part(AttachmentClass.ANNEX, "acceptance", annex),
        )
        return self.propose(Proposal("ItemAccepted", data, self.operation(), True, parts))[0].header.seq

    def printed(self, item: int, copy: int = 0) -> None:
        """Its label started and printed."""
        job = f"job-{self.count}"
        self.propose(
            Proposal(
                "PrintStarted",
                {"item": item, "job": job, "slot": "label_printer", "copy": copy, "template": "own"},
                self.operation(),
            ),
            Proposal("LabelPrinted", {"item": item, "job": job}, self.operation()),
        )
