"""``journal verify``: every page, entry, signature, attachment, state and look-up, against each other.

The first bad entry is named; nothing is repaired.  Whoever holds the data key can write any row, but
not the terminal's, an operator's or headquarters' signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core import wire
from core.crypto.keys import PublicKey
from core.errors import CounterError, EntryError, EntryFault, StoreFault
from core.ledger import cases
from core.ledger.chain import Verifier
from core.ledger.directives import NO_DIRECTIVE, FeedKeys, SignedDirective
from core.ledger.documents import marks_received, read_marks
from core.ledger.entry import AttachmentClass, Commitment, Entry, Head
from core.ledger.erasure import month_name, split
from core.ledger.rolls import KeyChain
from core.ledger.state import FOLD_VERSION, State, fold, from_bytes
from storage import late_items, views
from storage.attachments import Row, from_rows
from storage.pages import PagesBeside
from storage.quick import read_quickly
from storage.reading import JournalReader
from storage.signatures import SignaturesBeside

_CHUNK = 500
_ENTRIES = (
    "SELECT seq, epoch, hash, kind, operation, body, terminal_signature, session_signature FROM entry "
    "WHERE seq > ? ORDER BY seq LIMIT ?"
)
_ATTACHMENTS = (
    "SELECT seq, n, class, retention, month, nonce, data FROM attachment "
    "WHERE seq BETWEEN ? AND ? ORDER BY seq, n"
)
_EPOCH_OPENED = b'"kind":"EpochOpened"'


class _Kept(NamedTuple):
    """A row of the entries as it lies there: any column may hold anything."""

    seq: Any
    epoch: Any
    hash: Any
    kind: Any
    operation: Any
    body: Any
    terminal_signature: Any
    session_signature: Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not sound: a code of core.errors, the entry's seq (0: none), and which part."""

    code: str
    seq: int
    what: str


@dataclass
class Report:
    """What was checked and what was found.  ``gone``: attachments whose bytes or keys are erased."""

    entries: int = 0
    head: Head | None = None
    attachments: int = 0
    gone: int = 0
    items: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Nothing was found."""
        return not self.findings

    @property
    def first(self) -> Finding | None:
        """The first bad thing, in the order of checking."""
        return self.findings[0] if self.findings else None


def verify(
    journal: JournalReader,
    headquarters: PublicKey | KeyChain,
    terminal: str,
    *,
    restored: bool = False,
    beside: SignaturesBeside | None = None,
) -> Report:
    """Check the whole store.  ``terminal`` and ``headquarters`` come from the vault, not from the file.

    ``restored``: it came from a backup, and the entries that said what went since are not in it.
    ``beside``: who checks signatures beside this walk.  With them it can only be seen that all is sound:
    whatever is found is looked for again without, and what is reported is what was found then.
    """
    if beside is not None:
        beside.begin()
        report = _verify(journal, headquarters, terminal, restored, beside)
        if report.sound:
            return report
    return _verify(journal, headquarters, terminal, restored, None)


def _verify(
    journal: JournalReader,
    headquarters: PublicKey | KeyChain,
    terminal: str,
    restored: bool,
    beside: SignaturesBeside | None,
) -> Report:
    if beside is None:
        report = Report()
        if pages := journal.database.damaged_pages():
            report.findings.append(_bad_page(pages))
        else:
            _check_all(journal, headquarters, terminal, restored, report, None)
        return report
    report, looking = Report(), PagesBeside(journal.database)
    try:
        _check_all(journal, headquarters, terminal, restored, report, beside)
    finally:
        if pages := looking.found():
            report.findings.append(_bad_page(pages))
    return report


def _bad_page(pages: Sequence[str]) -> Finding:
    return Finding(str(StoreFault.DAMAGED), 0, pages[0][:80])


def _check_all(
    journal: JournalReader,
    headquarters: PublicKey | KeyChain,
    terminal: str,
    restored: bool,
    report: Report,
    beside: SignaturesBeside | None,
) -> None:
    """Everything but the pages: into ``report``, which names the first thing found."""
    verifier = Verifier(terminal, headquarters)
    if beside is not None:
        verifier.signed = beside.later
    walk = _Walk(journal, verifier, report)
    keys = KeyChain.of(headquarters)
    try:
        if journal.terminal != terminal:
            raise EntryError(EntryFault.WRONG_TERMINAL, what="meta")
        walk.run()
        if not restored:
            walk.check_gone()
        _check_state(journal, walk.state)
        _check_marks(journal, keys, terminal)
        _check_directives(journal, keys, terminal, walk)
        _check_operators(journal, walk.state)
        _check_items(journal, walk.rows)
        with journal.database.reading() as connection:
            late_items.check(connection, terminal, journal.keys.find)
        if beside is not None:
            beside.need_good()
    except CounterError as error:
        # Of a gap, what is missing is named, not what stands behind it.
        seq = error.facts.get("expected", error.facts.get("seq"))
        what = str(error.facts.get("what") or error.facts.get("kind") or "")
        if not what and "attachment" in error.facts:
            what = f"attachment {error.facts['attachment']}"
        report.findings.append(Finding(str(error.code), seq if isinstance(seq, int) else 0, what))
    report.items = len(walk.rows)


class _Walk:
    """Follows the chain once, folding state and look-ups beside it."""

    def __init__(self, journal: JournalReader, verifier: Verifier, report: Report) -> None:
        self._journal = journal
        self._verifier = verifier
        self._report = report
        self.state = State()
        self.rows: dict[int, views.ItemRecord] = {}
        self.parked: dict[int, str] = {}  # directive → why it changed nothing here
        self._day = 0
        self._day_ends: dict[int, bytes] = {}  # last seq of a day → state hash there
        # What is not here of this epoch; of earlier ones headquarters gave back what it still had.
        # Held against the folded state at the end, as the whole of it is.
        self._erased: Collection[str] = ()
        self._gone_sealed = 0
        self._gone_months: dict[str, int] = {}  # class and month → the first entry

    def run(self) -> None:
        """Raises EntryError or StoreError for the first bad entry, its seq in facts."""
        self._erased = _erased_items(self._journal)
        after = 0
        while True:
            rows, beside = self._chunk(after)
            if after == 0:
                self._learn_grant(rows)
            for row in rows:
                try:
                    self._follow(row, beside.get(row.seq, []))
                except EntryError as error:
                    raise _named(error, row.seq) from None
            if len(rows) < _CHUNK:
                return
            after = rows[-1].seq

    def _chunk(self, after: int) -> tuple[Sequence[_Kept], dict[int, list[Row]]]:
        with self._journal.database.reading() as connection:
            # Plain tuples: a column is asked for a score of times in each of hundreds of thousands of rows.
            found = connection.exec_driver_sql(_ENTRIES, (after, _CHUNK)).fetchall()
            rows = [_Kept._make(row) for row in found]
            last = rows[-1].seq if rows else after
            attached = connection.exec_driver_sql(_ATTACHMENTS, (after + 1, last)).fetchall()
        beside: dict[int, list[Row]] = {}
        for attachment in attached:
            beside.setdefault(attachment[0], []).append(tuple(attachment))
        return rows, beside

    def _learn_grant(self, rows: Sequence[_Kept]) -> None:
        """The first entries are signed by a key that only a following ``EpochOpened`` brings."""
        for row in rows:
            if row.kind == "EpochOpened" or (isinstance(row.body, bytes) and _EPOCH_OPENED in row.body):
                try:
                    _check_hash(row)
                    self._verifier.grant_keys([Entry(row.body, b"")])
                except EntryError as error:
                    raise _named(error, row.seq) from None
                return

    def _follow(self, row: _Kept, beside: list[Row]) -> None:
        _check_hash(row)
        parts = from_rows(beside, self._journal.terminal, row.epoch, self._journal.keys.find, cases=True)
        fields, signatures = read_quickly(row.body), (row.terminal_signature, row.session_signature)
        if fields is None:
            entry = Entry(row.body, *signatures, parts)
        else:
            entry = Entry.decoded(fields, row.body, signatures, parts, row.hash)
        _check_columns(row, entry, beside)
        header = entry.header
        self._verifier.follow(entry)
        if header.kind == "EpochOpened":
            self._gone_sealed = 0
            self._gone_months.clear()
        if header.kind == "DayOpened":
            self._day_ends[header.seq - 1] = self.state.hash()
        elif header.kind == "DayClosed":
            self._check_verdict(entry)
        elif header.kind == "DirectiveParked":
            self.parked[entry.data["number"]] = entry.data["cause"]
        self.state = fold(self.state, entry)
        self._day = views.day_after(entry, self._day)
        views.apply(self.rows, views.change_of(entry, self._day))
        report = self._report
        report.entries, report.head = report.entries + 1, entry.head
        report.attachments += len(beside)
        for said, part in zip(header.commitments, entry.attachments, strict=True):
            if part is None:
                report.gone += 1
                self._gone(header.seq, said)

    def _gone(self, seq: int, said: Commitment) -> None:
        if str(seq) in self._erased:
            return
        if said.cls is AttachmentClass.SEALED:
            self._gone_sealed = seq
        else:
            self._gone_months.setdefault(month_name(said.retention, said.month), seq)

    def check_gone(self) -> None:
        """That what is not here was erased by the rules; raises EntryError GONE."""
        erased = self.state.value["erased"]
        if self._gone_sealed > erased["sealed"]:
            raise EntryError(EntryFault.GONE, seq=self._gone_sealed, what="sealed")
        kept = self.state.value.get(cases.MEMBER, {})
        for name, seq in self._gone_months.items():
            if cases.is_case(name) and split(name)[0] not in kept:
                continue  # a case is over by an entry of its own
            if name not in erased["months"]:
                raise EntryError(EntryFault.GONE, seq=seq, what=name)

    def _check_verdict(self, entry: Entry) -> None:
        data, before = entry.data, self.state.head.seq
        if data["fold"] != FOLD_VERSION:
            return  # judged by whoever still has that fold
        wanted = self.state.hash() if data["last"] == before else self._day_ends.get(data["last"])
        if wanted is None or wanted != wire.unb64(data["state"], 32):
            raise EntryError(EntryFault.STATE, seq=entry.header.seq, what="day")


def _named(error: EntryError, seq: int) -> EntryError:
    """The same error with the entry it is about."""
    if "seq" in error.facts:
        return error
    what = str(error.facts.get("what") or error.facts.get("kind") or "")
    return EntryError(EntryFault(error.code), seq=seq, what=what)


def _check_hash(row: _Kept) -> None:
    """That the column is the body's hash: from here on it is used for it."""
    if not isinstance(row.body, bytes) or hashlib.sha256(row.body).digest() != row.hash:
        raise EntryError(EntryFault.PREVIOUS, seq=row.seq, what="hash")


def _check_columns(row: _Kept, entry: Entry, beside: list[Row]) -> None:
    """What has a column beside the chained bytes says the same as they do."""
    header, seq = entry.header, row.seq
    kept = (seq, row.epoch, row.kind, row.operation)
    said = (header.seq, header.epoch, header.kind, header.operation)
    if kept != said:
        names = ("seq", "epoch", "kind", "operation")
        wrong = next(name for name, a, b in zip(names, kept, said, strict=True) if a != b)
        raise EntryError(EntryFault.FORM, seq=seq, what=wrong)
    if not isinstance(row.terminal_signature, bytes):
        raise EntryError(EntryFault.SIGNATURE, seq=seq, what="terminal")
    if row.session_signature is not None and not isinstance(row.session_signature, bytes):
        raise EntryError(EntryFault.SIGNATURE, seq=seq, what="session")
    if len(beside) != len(header.commitments):
        raise EntryError(EntryFault.COMMITMENT, seq=seq, what="count")
    for number, (commitment, part) in enumerate(zip(header.commitments, beside, strict=True)):
        named = (number, commitment.cls.value, commitment.retention, commitment.month)
        if part[1:5] != named or (part[6] is None and part[5] is not None):
            raise EntryError(EntryFault.COMMITMENT, seq=seq, attachment=number)


def _erased_items(journal: JournalReader) -> Collection[str]:
    """Persons' items that the stored state says are erased; nothing where there is no state to read."""
    with journal.database.reading() as connection:
        body = connection.exec_driver_sql("SELECT body FROM state").scalar()
    try:
        stored = None if body is None else from_bytes(body)
        return set() if stored is None else set(stored.value["erased"]["items"])
    except (EntryError, KeyError, TypeError):
        return set()  # named where the state itself is checked


def _check_state(journal: JournalReader, folded: State) -> None:
    with journal.database.reading() as connection:
        stored = connection.exec_driver_sql("SELECT body FROM state").scalars().all()
    if list(stored) != ([folded.to_bytes()] if folded.head.seq else []):
        raise EntryError(EntryFault.STATE, seq=folded.head.seq, what="state")


def _check_marks(journal: JournalReader, headquarters: KeyChain, terminal: str) -> None:
    for kept in journal.all_marks():
        try:
            marks = read_marks(kept[0], kept[1], headquarters)
        except (EntryError, KeyError, TypeError, AttributeError):
            raise EntryError(EntryFault.SIGNATURE, what="mark") from None
        if marks.terminal != terminal:
            raise EntryError(EntryFault.WRONG_TERMINAL, what="mark")
        for mark in (marks.received, marks.safe):
            ours = journal.head_at(mark.seq) if mark.seq else None
            if mark.seq and (ours is None or ours.hash != mark.hash):
                raise EntryError(EntryFault.FORK, seq=mark.seq, what="mark")
    with journal.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT seq, document FROM day_mark").fetchall()
    for row in rows:
        if row.seq != marks_received(row.document):
            raise EntryError(EntryFault.VIEW, seq=row.seq, what="mark")


def _check_directives(journal: JournalReader, headquarters: KeyChain, terminal: str, walk: _Walk) -> None:
    """Headquarters' words as they were adopted: signed, chained, up to the head that the journal names."""
    head, keys = NO_DIRECTIVE, FeedKeys(headquarters)
    with journal.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM directive ORDER BY number").fetchall()
    for row in rows:
        try:
            kept = SignedDirective(row.document, row.signature, row.nonce, row.attachment)
            said = keys.check(kept, terminal, head)
        except (EntryError, TypeError) as error:
            code = EntryFault(error.code) if isinstance(error, EntryError) else EntryFault.FORM
            raise EntryError(code, what=f"directive {head.number + 1}") from None
        beside = (row.number, row.kind, row.subject, row.nonce is None)
        differs = beside != (said.number, said.kind, said.subject, row.attachment is None)
        # A program that was renewed before a recovery may use what an older one had to park.
        if differs or row.fault not in ("", walk.parked.get(said.number)):
            raise EntryError(EntryFault.VIEW, what=f"directive {said.number}")
        head = kept.head
    adopted = walk.state.value["directives"]
    # Fewer than were adopted is no fault: after a recovery they come again, and are held against this head.
    beyond = head.number > adopted["number"]
    if beyond or (rows and head.number == adopted["number"] and wire.b64(head.hash) != adopted["head"]):
        raise EntryError(EntryFault.VIEW, what=f"directive {head.number}")


def _check_operators(journal: JournalReader, folded: State) -> None:
    """Roles are chained; names are not (no entry may hold one) and rest on the file's own MACs.

    Whom a directive has let in stands here before her key is accepted at her first log-in.
    """
    with journal.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT operator, role FROM operator ORDER BY operator").fetchall()
        let_in = set(connection.exec_driver_sql("SELECT subject FROM directive").scalars())
    for row in rows:
        accepted = folded.value["operators"].get(row.operator)
        if accepted is None and row.operator in let_in:
            continue
        if accepted is None or accepted["role"] != row.role:
            raise EntryError(EntryFault.VIEW, what="operator")


def _check_items(journal: JournalReader, rows: dict[int, views.ItemRecord]) -> None:
    query = (
        "SELECT seq, day, number, waybill, token, month, hint, who, label, copies, receipt, receipt_copies, "
        "affixed, shown FROM item ORDER BY seq"
    )
    with journal.database.reading() as connection:
        version = connection.exec_driver_sql("SELECT views FROM meta").scalar_one()
        stored = [views.ItemRecord(*row) for row in connection.exec_driver_sql(query)]
    if version != views.VERSION:
        raise EntryError(EntryFault.VIEW, what="version")
    wanted = [rows[seq] for seq in sorted(rows)]
    for found, right in zip(stored, wanted, strict=False):
        if found != right:
            raise EntryError(EntryFault.VIEW, seq=min(found.seq, right.seq), what="item")
    if len(stored) != len(wanted):
        longer = stored if len(stored) > len(wanted) else wanted
        raise EntryError(EntryFault.VIEW, seq=longer[min(len(stored), len(wanted))].seq, what="item")
