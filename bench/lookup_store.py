"""A counter's own store with very many items in it, of obviously invented people.

Rows go in by the journal's own statements, into its own encrypted file, tables and indexes; each is as
long as a real one, its annex under the key of its month.  What no look-up reads is left out: the entries
are not signed and not chained, and the rows of senders and of printing are not there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core import wire
from core.acceptance.again import shown_of
from core.acceptance.record import digest_hint
from core.acceptance.waybill import s10_check_digit
from core.crypto import sealing
from core.identity.card import DocumentKind
from core.identity.masking import mask_name, mask_number_for_record
from core.identity.numbers import check_character_18
from core.ledger.clock import CHINA
from core.ledger.entry import NONCE_BYTES, Entry, Head, stamp
from core.ledger.state import State
from core.ports import ItemRow
from program.demonstration import OPERATOR, PASSWORD
from program.machine import SystemClock
from storage import attachments, journal, migrate, store, views
from storage.keyfile import KeyFile
from storage.vault import SUBKEY_DATABASE, FileVault

PEOPLE = 50_000  # so many senders: each comes back
_DAYS = 396  # thirteen months, the longest that look-ups are kept
_BATCH = 20_000
_CACHE_KIB = 1_000_000  # while it is filled: an index is written all over
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_FIRST_SEQ = 1_000


@dataclass(frozen=True, slots=True)
class Someone:
    """An invented sender of the area 990101, which does not exist."""

    number: str
    name: str
    birth: dt.date


@cache
def someone(which: int) -> Someone:
    """The ``which``-th of them."""
    born = dt.date(1950, 1, 1) + dt.timedelta(days=which % 18_000)
    first = f"990101{born:%Y%m%d}{which // 18_000 + 100:03d}"
    return Someone(first + check_character_18(first), f"{_FAMILY[which % len(_FAMILY)]}示例", born)


def waybill(which: int) -> str:
    """Of the ``which``-th item."""
    serial = f"{which:08d}"
    return f"EB{serial}{s10_check_digit(serial)}CN"


@dataclass(frozen=True, slots=True)
class Filled:
    """What was put in: tokens by item; item ``n`` has number ``first + n`` and sender ``n % PEOPLE``."""

    items: int
    first: int
    tokens: tuple[str, ...]
    days: tuple[str, ...]  # the day that its receipt shows


@dataclass(frozen=True, slots=True)
class _Rows:
    """Entry, attachments and look-up of one item, as the journal's statements take them."""

    head: Head
    entry: tuple[object, ...]
    parts: list[attachments.Row]
    item: tuple[object, ...]


class Filler:
    """Fills the shut store of a data directory, from the first item that was accepted in it."""

    def __init__(self, data: Path) -> None:
        vault = FileVault(data, SystemClock())
        vault.unlock(OPERATOR, PASSWORD)
        self._vault = vault
        self._keys: KeyFile = store.key_file(data, vault)
        self._database = migrate.open_database(data, vault.subkey(SUBKEY_DATABASE))
        self._journal = journal.SqlJournal(self._database, self._keys)
        (pattern,) = self._journal.items(limit=1)
        self._pattern: ItemRow = pattern
        entry: Entry = next(iter(self._journal.entries(pattern.seq, pattern.seq)))
        self._body: dict[str, Any] = wire.decode(entry.body)
        self._signatures = (entry.terminal_signature, entry.session_signature)
        self._hint_keys: dict[str, bytes] = {}

    def fill(self, items: int) -> Filled:
        """So many more items, in the order in which they were accepted; the file is shut afterwards."""
        tokens = tuple(secrets.token_urlsafe(16) for _ in range(items))
        now = dt.datetime.now(dt.UTC)
        times = [now - dt.timedelta(days=_DAYS) * (1 - n / items) for n in range(items)]
        begin = int(self._journal.state().value["items"]) + 1
        writer = self._database.writer()
        writer.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")
        writer.exec_driver_sql("PRAGMA cipher_memory_security = OFF")  # while invented people are filled in
        writer.rollback()
        head = self._journal.head()
        try:
            for chunk in _chunks(range(items)):
                rows = [self._row(n, begin + n, tokens[n], times[n]) for n in chunk]
                with writer.begin():
                    writer.exec_driver_sql(journal._ENTRY, [row.entry for row in rows])
                    writer.exec_driver_sql(journal._ATTACHMENT, [part for row in rows for part in row.parts])
                    writer.exec_driver_sql(journal._ITEM, [row.item for row in rows])
                head = rows[-1].head
            self._follow(head, begin + items - 1)
        finally:
            self._database.close()
        shown = tuple(f"{at.astimezone(CHINA):%Y-%m-%d}" for at in times)
        return Filled(items, begin, tokens, shown)

    def _follow(self, head: Head, number: int) -> None:
        """The state after the last row, so that the store opens and goes on."""
        after = State(head, {**self._journal.state().value, "items": number})
        with self._database.writer().begin():
            self._database.writer().exec_driver_sql(journal._STATE, (after.to_bytes(),))

    def _row(self, n: int, number: int, token: str, at: dt.datetime) -> _Rows:
        seq, month, who = _FIRST_SEQ + n, f"{at:%Y-%m}", someone(n % PEOPLE)
        hint = self._hint(month, who)
        annex = {
            **self._pattern.annex,
            "waybill": waybill(n),
            "token": token,
            "number": f"{number:06d}",
            "accepted_at": f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}",
            "hint": hint,
            "document_number": mask_number_for_record(who.number),
            "sender_name": mask_name(who.name),
        }
        data = _canonical(annex)
        body, operation = self._entry(seq, number, at, len(data)), f"op-{n}"
        body["op"] = operation
        encoded = _canonical(body)
        nonce = secrets.token_bytes(NONCE_BYTES)
        terminal = str(body["terminal"])
        parts: list[attachments.Row] = []
        for place, said in enumerate(body["attachments"]):
            kept = None
            if said["class"] == "annex":
                key = self._keys.key("acceptance", month)
                bound = attachments._bound(terminal, 1, seq, place, "annex")
                kept = sealing.encrypt(key, nonce + data, bound)
            # The sealed part was erased here once headquarters had it safe.
            parts.append((seq, place, said["class"], said["retention"], month, None, kept))
        head = Head(1, seq, hashlib.sha256(encoded).digest())
        entry = (seq, 1, head.hash, "ItemAccepted", operation, encoded, *self._signatures)
        record = views.ItemRecord(
            seq,
            day=1,
            number=number,
            waybill=waybill(n),
            token=token,
            month=month,
            hint=hint,
            who=shown_of(annex),
            label=views.PRINTED,
            copies=0,
            receipt=views.PRINTED,
            receipt_copies=0,
            affixed=True,
            shown=seq,
        )
        return _Rows(head, entry, parts, journal._item_row(record))

    def _entry(self, seq: int, number: int, at: dt.datetime, size: int) -> dict[str, Any]:
        month, body = f"{at:%Y-%m}", dict(self._body)
        body |= {"seq": seq, "wall": stamp(at), "trusted": {**body["trusted"], "at": stamp(at)}}
        body["data"] = {**body["data"], "number": number, "visit": wire.b64(secrets.token_bytes(16))}
        body["attachments"] = [
            {**said, "month": month, **({"size": size} if said["class"] == "annex" else {})}
            for said in body["attachments"]
        ]
        return body

    def _hint(self, month: str, who: Someone) -> str:
        if month not in self._hint_keys:
            key = self._keys.key("acceptance", month)
            self._hint_keys[month] = sealing.derive(key, store._HINT_PURPOSE)
        return digest_hint(self._hint_keys[month], DocumentKind.RESIDENT, who.number)


def _canonical(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _chunks(numbers: range) -> Iterator[range]:
    for begin in range(0, len(numbers), _BATCH):
        yield numbers[begin : begin + _BATCH]
