"""Simulated counters: enrolled for real, their journals signed in advance and kept on disk.

A store is one directory: a headquarters' home (its keys), ``seed.sqlite`` with the enrolments that
``hq`` itself recorded, and for each terminal its keys and its entries as they travel, one a line.
Signing a million entries takes minutes, so a directory is made once and used again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from bench.sync import ANNEX
from core import wire
from core.crypto.keys import load_signer
from core.exchange import entry_to_json
from core.ledger.entry import AttachmentClass
from core.ledger.kinds import KINDS
from core.ledger.writer import Part, Proposal
from hq import forms
from hq.bulk import insert_rows
from hq.clock import utc_now
from hq.database import Database
from hq.home import Home, create_home, open_home, opening_directory
from hq.keys import open_opening
from hq.rolls import SigningKeys
from hq.schema import CERTIFICATES, ENROL_CODES, GRANTS, HEADS, TERMINALS
from hq.schema_beside import ADMIN_LOG
from hq.terminals import Authority, Enrolment, new_enrol_code
from tests.core.books import Book, verified_sender
from tests.hq.entries import TlsKey, enrol_request, new_book

FORM = 3
SEALED = b"\x20" * 450  # as long as the particulars of a sender
_ITEMS_A_VISIT = 2
_ENROLLED = (TERMINALS, ENROL_CODES, CERTIFICATES, GRANTS, HEADS, ADMIN_LOG)


@dataclass(frozen=True)
class Stores:
    """``counters`` terminals of ``entries`` entries each, below ``directory``."""

    directory: Path
    counters: int
    entries: int

    @property
    def home(self) -> Path:
        """Headquarters' own directory."""
        return self.directory / "home"

    def names(self) -> list[str]:
        """Terminals, in order."""
        return [f"9901{number // 90:02d}-01-{number % 90 + 10}" for number in range(self.counters)]


def prepare(directory: Path, counters: int, entries: int) -> Stores:
    """The stores, made where they are not there in that size yet."""
    stores = Stores(directory / f"{counters}x{entries}", counters, entries)
    done = stores.directory / "done.json"
    made = {"form": FORM, "kinds": _kinds()}
    if done.is_file() and json.loads(done.read_text("ascii")) == made:
        return stores
    shutil.rmtree(stores.directory, ignore_errors=True)
    stores.directory.mkdir(parents=True)
    workers = os.cpu_count() or 1
    seed = Database(f"sqlite:///{stores.directory / 'seed.sqlite'}")
    try:
        create_home(stores.home, seed, passphrase=None, hosts=(), demonstration=True, now=utc_now())
        with ProcessPoolExecutor(workers) as pool:
            tasks = [(str(stores.directory), stores.names()[at::workers], entries) for at in range(workers)]
            for keys in pool.map(_write_journals, tasks):
                _enrol(stores, seed, keys)
    finally:
        seed.close()
    done.write_text(json.dumps(made), "ascii")
    return stores


def _kinds() -> str:
    """What entries say in this program: those of another one would be parked."""
    forms = sorted((kind.name, kind.version, *sorted(kind.form)) for kind in KINDS.values())
    return hashlib.sha256(json.dumps(forms).encode("ascii")).hexdigest()


def fill(stores: Stores, url: str) -> Home:
    """The enrolments into an empty database; headquarters' home, bound to it."""
    home = open_home(stores.home)
    seed, database = Database(f"sqlite:///{stores.directory / 'seed.sqlite'}"), Database(url)
    try:
        database.create(home.signing.text)
        for table in _ENROLLED:
            with seed.read() as reading, database.write() as writing:
                rows = [dict(row) for row in reading.execute(select(table)).mappings()]
                insert_rows(writing, table, rows)
    finally:
        seed.close()
        database.close()
    return home


def _enrol(stores: Stores, seed: Database, keys: Sequence[dict[str, str]]) -> None:
    """Code and certificate for each, by headquarters' own functions."""
    home = open_home(stores.home)
    keyring = home.keyring(None)
    authority = Authority(
        SigningKeys(keyring, home.signing), keyring.authority(), home.authority(), home.opening
    )
    enrolment = Enrolment(seed, authority)
    for row in keys:
        name, tls = row["terminal"], TlsKey(ec.generate_private_key(ec.SECP256R1()))
        code = new_enrol_code(seed, name, name[:9])
        book = Book(terminal=name, key=load_signer(wire.unb64(row["key"])))
        asked = forms.read_form(json.dumps(enrol_request(book, code, tls.csr())).encode(), forms.EnrolRequest)
        pem = enrolment.enrol(asked).certificate
        (stores.directory / f"{name}.pem").write_bytes(tls.pem() + pem.encode("ascii"))
        (stores.directory / f"{name}.json").write_text(json.dumps(row), "ascii")


def _write_journals(task: tuple[str, Sequence[str], int]) -> list[dict[str, str]]:
    """In a process of its own: entries of each terminal; its key and what its head must be."""
    directory, names, entries = task
    home = Path(directory) / "home"
    keyring = open_home(home).keyring(None)
    opening = open_opening(opening_directory(home), None).opening()
    made = []
    for name in names:
        # Somebody of her own at each: one person at two thousand counters is what headquarters looks for.
        book = new_book(keyring.signing(), opening, name, operator=f"OP{name[2:6]}{name[-2:]}")
        while len(book.entries) < entries:
            _visit(book)
        kept = book.entries[:entries]
        with (Path(directory) / f"{name}.jsonl").open("wb") as stream:
            for entry in kept:
                stream.write(json.dumps(entry_to_json(entry), separators=(",", ":")).encode("ascii") + b"\n")
        key = wire.b64(book.key.private_bytes())
        made.append({"terminal": name, "key": key, "head": wire.b64(kept[-1].hash)})
    return made


def _visit(book: Book) -> None:
    """A sender and her items: accepted, label printed and scanned."""
    parts = (Part(AttachmentClass.SEALED, "sealed", SEALED),)
    said = verified_sender(f"v-{book.count}", "r-1")
    sender = book.propose(Proposal("SenderVerified", said, book.operation(), True, parts))[0].header.seq
    for _ in range(_ITEMS_A_VISIT):
        annex: dict[str, Any] = {**ANNEX, "waybill": _waybill(book), "token": book.operation()}
        item = book.item(sender, SEALED, wire.encode(annex))
        book.printed(item)
        book.propose(Proposal("LabelAffixed", {"item": item, "by": "scan"}, book.operation(), True))


def _waybill(book: Book) -> str:
    """No two counters' are alike: who holds a waybill is not what is measured here."""
    return "9" + "".join(filter(str.isdigit, book.terminal)) + f"{book.count:06d}"
