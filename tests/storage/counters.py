"""A counter's store for tests: a vault with a cheap password, a real encrypted database, invented people."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from core import wire
from core.crypto.keys import new_agreement
from core.ledger.clock import Anchor
from core.ledger.documents import Grant, SignedTime, make_grant, make_time
from core.ledger.entry import EMPTY_HEAD, AttachmentClass, Entry, stamp
from core.ledger.founding import found, operator_accepted
from core.ledger.writer import Part, Proposal
from core.ports import HeadquartersKeys, Probe, no_probe
from storage.database import Database
from storage.journal import SqlJournal
from storage.keyfile import KeyFile
from storage.migrate import create_database, open_database
from storage.slots import Argon2Cost, OperatorKeys, VaultSecret, new_operator_keys
from storage.tries import WaitRule, default_wait
from storage.vault import SUBKEY_DATABASE, SUBKEY_KEYFILE, FileVault, NewVault, new_data_key
from tests.core.books import NOW, RULES, Book, verified_sender

CHEAP = Argon2Cost(iterations=1, memory_kib=64)
PASSWORD = "correct horse battery staple"


@dataclass
class Counter:
    """One terminal: its book (keys and entries) and the directory of its store."""

    directory: Path
    book: Book = field(default_factory=Book)
    data_key: bytes = field(default_factory=new_data_key, repr=False)
    password: str = PASSWORD
    serial: int = 0
    receipts: bool = False  # whether its items get a receipt

    def __post_init__(self) -> None:
        self.keys: OperatorKeys = new_operator_keys(self.book.operator, self.password, CHEAP)
        self.book.person = self.keys.signer
        grant = Grant(
            self.book.terminal,
            "990100-01",
            1,
            self.book.key.public,
            EMPTY_HEAD,
            self.book.opening.public,
        )
        self.grant = make_grant(grant, self.book.headquarters)

    # -- making ------------------------------------------------------------------------------------

    def new_vault(self) -> NewVault:
        """What its vault is made from."""
        keys = HeadquartersKeys(self.book.headquarters.public, self.book.opening.public)
        secret = VaultSecret(self.data_key, self.book.key)
        return NewVault(self.grant[0], self.grant[1], keys, secret, self.keys, "clerk", CHEAP)

    def create(self) -> Counter:
        """Vault and empty database on the disk."""
        FileVault.create(self.directory, self.new_vault())
        create_database(self.directory, self.subkey(SUBKEY_DATABASE), self.book.terminal)
        return self

    def founding(self) -> list[Entry]:
        """The first three entries, in the book."""
        first = operator_accepted(
            self.book.terminal,
            self.book.operator,
            "clerk",
            self.book.person,
            self.keys.agreement.public,
            self.book.operation(),
        )
        entries, self.book.state = found(
            self.book.writer,
            self.book.clock,
            grant=self.grant[0],
            grant_signature=self.grant[1],
            terminal_key=self.book.key.public,
            operator=first,
            rules=RULES,
            operation=self.book.operation(),
        )
        self.book.entries += entries
        return entries

    # -- opening -----------------------------------------------------------------------------------

    def vault(self, wait: WaitRule = default_wait) -> FileVault:
        """A shut vault over the directory."""
        return FileVault(self.directory, self.book.machine, wait)

    def subkey(self, purpose: str) -> bytes:
        """What the open vault would give."""
        from core.crypto.sealing import derive

        return derive(self.data_key, purpose)

    def key_file(self) -> KeyFile:
        """The month keys."""
        return KeyFile(self.directory, self.subkey(SUBKEY_KEYFILE), self.book.terminal)

    def database(self) -> Database:
        """Open for writing."""
        return open_database(self.directory, self.subkey(SUBKEY_DATABASE), low_disk_bytes=0)

    def journal(self, probe: Probe = no_probe) -> SqlJournal:
        """Open for writing; close with ``journal.database.close()``."""
        return SqlJournal(self.database(), self.key_file(), probe)

    def start(self, probe: Probe = no_probe) -> SqlJournal:
        """Everything made, founded, logged in."""
        self.create()
        journal = self.journal(probe)
        journal.commit(self.founding(), self.book.state)
        before = len(self.book.entries)
        self.book.log_in()
        journal.commit(self.book.entries[before:], self.book.state)
        return journal

    def told(self, journal: SqlJournal, at: dt.datetime) -> None:
        """Headquarters told the time, and the journal says so."""
        machine, nonce = self.book.machine, secrets.token_bytes(16)
        anchor = Anchor(at, machine.boot_id(), machine.boottime_ns() // 1_000_000)
        _document, signature = make_time(SignedTime(at, nonce), self.book.headquarters)
        data = {
            "at": stamp(at),
            "nonce": wire.b64(nonce),
            "signature": wire.b64(signature),
            "signer": self.book.headquarters.public.id,
            "boot": anchor.boot,
            "boottime_ms": anchor.boottime_ms,
        }
        entries = self.book.propose(Proposal("TimeAnchored", data, self.book.operation()))
        journal.commit(entries, self.book.state)
        self.book.clock.anchor(anchor)

    # -- what a clerk does ---------------------------------------------------------------------------

    def accept(self) -> list[Entry]:
        """One item as F9 commits it: sender, item, with sealed parts and annex of the usual size."""
        return self.book.propose(*self.proposals())

    def proposals(self) -> list[Proposal]:
        """The same, not yet composed."""
        self.serial += 1
        operation, visit = self.book.operation(), f"v-{self.serial}"
        sender = verified_sender(visit, f"r-{self.serial}")
        item = {
            "visit": visit,
            "sender": self.book.state.head.seq + 1,
            "number": int(self.book.state.value["items"]) + 1,
            "inspected": NOW,
            "condition": "none",
            "route": "land",
            "centre": "none",
            "by_hand": "none",
            "security": "here",
            "security_at": NOW,
            "weight_source": "typed",
            "name_check": "equal",
            "receipt": self.receipts,
            "pool": "none",
            "ordinal": 0,
        }
        parts = (
            Part(AttachmentClass.SEALED, "sealed", secrets.token_bytes(700)),
            Part(AttachmentClass.ANNEX, "acceptance", self.annex()),
        )
        return [
            Proposal("SenderVerified", sender, operation, True),
            Proposal("ItemAccepted", item, operation, True, parts),
        ]

    def annex(self) -> bytes:
        """What a label prints, about 700 bytes."""
        value = {
            "waybill": f"XA{self.serial:09d}CN",
            "token": secrets.token_urlsafe(12),
            "sender": {"name": "证**本", "phone": "138****8000", "number": "1****************X"},
            "recipient": {
                "name": "示*甲",
                "phone": "139****0001",
                "address": "示例省示例市示例区示例路一号" * 3,
            },
            "contents": "书籍",
            "quantity": 1,
            "weight_g": 1200,
            "hint": f"{self.serial % 3:04x}",
            "document": "resident",
            "document_number": "1*X",
            "sender_name": "证**本",
            "filler": "x" * 250,
        }
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def print_label(self, item: int, *kinds: str, copy: int = 0) -> list[Entry]:
        """``PrintStarted`` and what follows it."""
        self.serial += 1
        job = f"job-{self.serial}"
        data = {"item": item, "job": job, "slot": "label_printer", "copy": copy, "template": "own"}
        slot = {"slot": "label_printer"}
        more = {
            "PrintNotDone": {**slot, "cause": "device.paper_out"},
            "PrintUnknown": {**slot, "cause": "restart"},
        }
        proposals = [Proposal("PrintStarted", data, self.book.operation())]
        proposals += [
            Proposal(kind, {"item": item, "job": job, **more.get(kind, {})}, self.book.operation())
            for kind in kinds
        ]
        return self.book.propose(*proposals)

    def another_operator(self, operator: str = "OP10002") -> OperatorKeys:
        """A second person's keys."""
        return new_operator_keys(operator, self.password + operator, CHEAP)


def spare_agreement() -> str:
    """The text of a key that nobody holds."""
    return new_agreement().public.text


def erase_month(journal: SqlJournal, retention: str, month: str) -> int:
    """What the station does in steps, at once; how many attachments went."""
    gone = journal.erase(retention, month, 1, journal.head().seq)
    journal.end_month(retention, month)
    return gone
