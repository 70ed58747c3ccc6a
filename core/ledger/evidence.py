"""What of a journal shows what was done under one operator's name on one business day (I9).

The file can be checked by anybody who has it and headquarters' public key: docs/format.md, section 13.
Chained bytes name no customer; attachments are left out, and colleagues stand in it by number only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core import wire
from core.crypto.keys import PublicKey
from core.errors import EntryError, EntryFault
from core.ledger import kinds
from core.ledger.entry import ActorType, Entry, Head
from core.ledger.rolls import KeyChain

FORM = "counter-evidence/1"
DAY, EPOCH, KEY, LOG_IN = "DayOpened", "EpochOpened", "OperatorKeyAccepted", "OperatorLoggedIn"
KINDS = (DAY, EPOCH, KEY, LOG_IN)
"""What is asked for by kind."""


class Chain(Protocol):
    """One terminal's stored chain."""

    @property
    def terminal(self) -> str:
        """Whose it is."""

    def last(self) -> int:
        """Number of the last entry, 0 for none."""

    def of_kinds(self, kinds: Collection[str]) -> list[Entry]:
        """In sequence, without attachments."""

    def span(self, first: int, last: int) -> Iterator[Entry]:
        """In sequence; attachments are not looked at."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A head that headquarters signed: ``marks`` (its *received*) or ``held``, docs/format.md section 5."""

    head: Head
    document: bytes
    signature: bytes


class Proofs(Protocol):
    """Where heads come from that headquarters signed."""

    def covering(self, seq: int) -> Signed | None:
        """The nearest one at or after entry ``seq``; else the last one before it; None for none at all."""


@dataclass(frozen=True, slots=True)
class Days:
    """Business days by ordinal, and their entries."""

    first: int
    last: int
    begins: int
    ends: int  # the entry that opens the next day; the journal's last entry while the day is open
    date: str  # of the first


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a file says: ``lines`` in order, and what the person who asked should be told."""

    lines: Sequence[dict[str, Any]]
    days: Days
    hers: int  # entries under her name, or about her, in these days
    key: str  # text of her signing key, "" where none was accepted here
    proven: int  # the last entry under a head that headquarters signed, 0 for none
    ends: int


def find_days(chain: Chain, asked: str) -> Days | None:
    """The business day of that ordinal, or those of that date (YYYY-MM-DD); "" is the last one.

    None where this journal has none such.
    """
    opened = _sound(chain.of_kinds((DAY,)))
    chosen = [at for at, entry in enumerate(opened) if _is_asked(entry, asked)] if asked else []
    if not asked and opened:
        chosen = [len(opened) - 1]
    if not chosen:
        return None
    first, last = opened[chosen[0]], opened[chosen[-1]]
    after = opened[chosen[-1] + 1 : chosen[-1] + 2]
    ends = after[0].header.seq if after else chain.last()
    return Days(first.data["day"], last.data["day"], first.header.seq, ends, first.data["date"])


def _is_asked(entry: Entry, asked: str) -> bool:
    return asked in (str(entry.data["day"]), entry.data["date"])


def is_day(text: str) -> bool:
    """Whether it is an ordinal or a date at all."""
    if text.isascii() and text.isdecimal():
        return int(text) > 0 and text == str(int(text))
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def gather(
    chain: Chain, proofs: Proofs, headquarters: PublicKey | KeyChain, operator: str, days: Days
) -> Evidence:
    """Everything that belongs into the file.  Raises EntryError GAP where one of its entries is not here."""
    first = _begins(chain, operator, days)
    signed = proofs.covering(days.ends)
    last = max(days.ends, signed.head.seq if signed is not None else 0)
    before = [entry for entry in _keys(chain, operator, last) if entry.header.seq < first]
    hers, lines = 0, []
    expected = first
    for entry in chain.span(first, last):
        if entry.header.seq != expected:
            break
        expected += 1
        own = is_hers(entry, operator)
        hers += (own or is_about(entry, operator)) and days.begins <= entry.header.seq < _after(chain, days)
        lines.append(_line(entry, session=own))
    if expected != last + 1:
        raise EntryError(EntryFault.GAP, seq=expected)
    keys_of = KeyChain.of(headquarters)
    head = {
        "format": FORM, "terminal": chain.terminal, "operator": operator,
        "headquarters": keys_of.current.text, "rolls": [roll.as_json() for roll in keys_of.rolls],
        "days": [days.first, days.last], "first": first, "last": last, "before": len(before),
    }  # fmt: skip
    end: dict[str, Any] = {"end": len(lines), "document": None, "signature": None}
    if signed is not None:
        end |= {"document": wire.b64(signed.document), "signature": wire.b64(signed.signature)}
    keys = [entry for entry in _keys(chain, operator, last) if entry.data.get("operator") == operator]
    return Evidence(
        [head, *(_line(entry, session=False) for entry in before), *lines, end],
        days,
        hers,
        keys[-1].data["signing"] if keys else "",
        signed.head.seq if signed is not None else 0,
        days.ends,
    )


def _after(chain: Chain, days: Days) -> int:
    """The first entry that is not of these days."""
    closing = next(chain.span(days.ends, days.ends), None)
    return days.ends if closing is not None and closing.header.kind == DAY else days.ends + 1


def is_hers(entry: Entry, operator: str) -> bool:
    """Done under her name: her session's key signed it."""
    actor = entry.header.actor
    return actor.type is ActorType.PERSON and actor.id == operator


def is_about(entry: Entry, operator: str) -> bool:
    """Not done by her, and names her: a session that the counter ended, a key, an approval of hers."""
    named = (entry.data.get(member) for member in ("operator", "endorser", "approved_by", "by"))
    return not is_hers(entry, operator) and operator in named


def _begins(chain: Chain, operator: str, days: Days) -> int:
    """The day's first entry, or the log-in of a session that she had then from before."""
    for entry in chain.span(days.begins, days.ends):
        if is_hers(entry, operator):
            if entry.header.kind == LOG_IN:
                break
            session = entry.header.actor.session
            earlier = [
                each.header.seq
                for each in chain.of_kinds((LOG_IN,))
                if each.header.seq < days.begins and each.header.actor.session == session
            ]
            return earlier[-1] if earlier else days.begins
    return days.begins


def _keys(chain: Chain, operator: str, last: int) -> list[Entry]:
    """Up to there: the terminal's grants, her keys, and the keys of whoever stood by, one after the other."""
    found = [entry for entry in _sound(chain.of_kinds((EPOCH, KEY))) if entry.header.seq <= last]
    wanted, grown = {operator}, True
    while grown:
        more = {
            str(entry.data["endorser"])
            for entry in found
            if entry.header.kind == KEY and entry.data["operator"] in wanted and entry.data["endorser"]
        }
        grown = not more <= wanted
        wanted |= more
    return [entry for entry in found if entry.header.kind == EPOCH or entry.data["operator"] in wanted]


def _sound(entries: Sequence[Entry]) -> list[Entry]:
    """Those that say what their kind says: an authentic one is stored whatever it says."""
    found = []
    for entry in entries:
        try:
            kinds.check(entry.header.kind, entry.header.kind_version, entry.data)
        except EntryError:
            continue
        found.append(entry)
    return found


def _line(entry: Entry, *, session: bool) -> dict[str, Any]:
    """Its body and the counter's signature; the session's too where it is her own."""
    given = entry.session_signature if session else None
    return {
        "body": wire.b64(entry.body),
        "terminal_signature": wire.b64(entry.terminal_signature),
        "session_signature": None if given is None else wire.b64(given),
    }
