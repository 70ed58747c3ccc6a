"""HQ's own reading of the journals: every signature checked, every entry folded, every close compared.

The follower runs behind ingest and says how far it is.  An entry that is not authentic stops it for that
terminal, before that entry: what it has not verified can never become *safe*.  An authentic one that cannot
count as it is, is parked by name (hq/reviews.py), and the rest goes on.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, func, select, update

from core import wire
from core.acceptance.pools import Series
from core.errors import EntryError, EntryFault, Fact
from core.ledger import kinds
from core.ledger.chain import Verifier
from core.ledger.documents import read_grant
from core.ledger.entry import Entry, stamp
from core.ledger.state import FOLD_VERSION, State, fold, from_bytes
from hq import referring
from hq.adoption import keep_adopted, speaks_of_directives
from hq.alarms import insert_if_new, raise_alarm
from hq.approvals import SAME_PERSON, UNSIGNED, approves, by_herself, unsigned
from hq.branches import OTHER as OTHER_BRANCH
from hq.branches import check_decision, decides, keep_decision
from hq.claims import Annex, Claims, read_annex, read_annexes, waybill_of
from hq.clock import Now, utc_now
from hq.database import Database
from hq.days import (
    SECOND_COUNT,
    count_again,
    counts_of,
    day_began,
    day_closed,
    day_start,
    differences,
    keep_days,
)
from hq.entries import read_entries, read_received
from hq.looks import keep_looks, speaks_of_looks
from hq.notify import keep_notify, speaks_of_notify
from hq.pool_count import POOL_COUNT, pool_differences
from hq.pools import is_number_of, names_pool, series_of
from hq.referring import references_of
from hq.restricted import keep_restricted, speaks_of_persons
from hq.reviews import Parked, Why, judge_anew, park
from hq.rolls import Headquarters, chain_of
from hq.schema import DAY_ENDS, FOLLOWER, GRANTS, HEADS
from hq.sender_codes import keep_codes, speaks_of_codes
from hq.sessions import keep_sessions, speaks_of_sessions
from hq.sessions import settle as settle_sessions
from hq.snapshot import verifier_from_bytes, verifier_to_bytes
from hq.telling import told_of

_LOG = logging.getLogger(__name__)
STEP = 200
# Built once: building one takes as long as the database does.
_HERE = select(FOLLOWER).where(FOLLOWER.c.terminal == bindparam("of"))
_GRANTED = select(GRANTS.c.document, GRANTS.c.signature).where(GRANTS.c.terminal == bindparam("of"))
_MOVED = (
    update(FOLLOWER)
    .where(FOLLOWER.c.terminal == bindparam("of"), FOLLOWER.c.seq == bindparam("from"))
    .where(FOLLOWER.c.stopped == 0)
    .values({column.name: bindparam(f"new_{column.name}") for column in FOLLOWER.c if not column.primary_key})
)

_REQUESTS = ("ApprovalAsked", "ApprovalGiven")
Fold = Callable[[State, Entry], State]


@dataclass
class Progress:
    """One terminal on its way: what is known after ``state.head``, and what was found on the way."""

    verifier: Verifier
    state: State
    known: int | None  # the seq of the stored row this began from; None where there was none
    day_ends: dict[int, bytes] = field(default_factory=dict)
    alarms: list[tuple[str, int, int, dict[str, Fact]]] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    claims: list[dict[str, object]] = field(default_factory=list)
    references: list[dict[str, object]] = field(default_factory=list)
    days: list[dict[str, object]] = field(default_factory=list)  # rows as far as they are known
    directives: list[Entry] = field(default_factory=list)  # what they say of headquarters' feed
    sessions: list[Entry] = field(default_factory=list)  # log-ins and what ended them
    decisions: list[Entry] = field(default_factory=list)  # what they say of branches
    looks: list[Entry] = field(default_factory=list)  # who looked for what
    codes: list[Entry] = field(default_factory=list)  # of registered senders
    persons: list[Entry] = field(default_factory=list)  # whose items their persons had restricted or erased
    notify: list[Entry] = field(default_factory=list)  # texts asked for, and how they ended
    pools: Mapping[str, Series] = field(default_factory=dict)  # the terminal's, where an entry names one
    stopped: bool = False

    def alarm(self, fault: str, entry: Entry, facts: dict[str, Fact]) -> None:
        """Note what is wrong with ``entry``."""
        self.alarms.append((fault, entry.header.epoch, entry.header.seq, facts))

    def park(self, entry: Entry, why: Why, facts: dict[str, Fact], *, passed: bool = False) -> None:
        """Note that ``entry`` is authentic, and cannot count as it is; ``passed``: it counts nowhere."""
        self.parked.append(Parked(entry, why, facts, passed))


class Follower:
    """Takes one step at a time; several may run, on several machines: a step counts once.

    ``fold`` is a parameter so that a test can plant a difference.
    """

    def __init__(
        self,
        database: Database,
        headquarters: Headquarters,
        *,
        claims: Claims | None = None,
        now: Now = utc_now,
        fold_with: Fold = fold,
    ) -> None:
        """``claims`` None: one that folds and compares only, beside one that does all."""
        self._claims = claims
        self._database = database
        self._headquarters = headquarters
        self._now = now
        self._fold = fold_with

    def behind(self) -> list[str]:
        """Terminals with entries that were not followed yet and nothing that stopped it."""
        same = (FOLLOWER.c.terminal == HEADS.c.terminal) & (HEADS.c.seq <= FOLLOWER.c.seq)
        done = select(FOLLOWER.c.terminal).where(same).exists()
        halted = select(FOLLOWER.c.terminal).where(
            FOLLOWER.c.terminal == HEADS.c.terminal, FOLLOWER.c.stopped == 1
        )
        wanted = select(HEADS.c.terminal).where(HEADS.c.seq > 0, ~done, ~halted.exists()).distinct()
        with self._database.read() as connection:
            return list(connection.execute(wanted.order_by(HEADS.c.terminal)).scalars())

    def lag(self) -> int:
        """Entries received and not followed yet, over all terminals."""
        # One chain runs through all epochs of a terminal: its highest seq is how many there are.
        top = (
            select(HEADS.c.terminal, func.max(HEADS.c.seq).label("seq")).group_by(HEADS.c.terminal).subquery()
        )
        missing = func.coalesce(func.sum(top.c.seq - func.coalesce(FOLLOWER.c.seq, 0)), 0)
        wanted = select(missing).select_from(top.outerjoin(FOLLOWER, FOLLOWER.c.terminal == top.c.terminal))
        with self._database.read() as connection:
            return int(connection.execute(wanted).scalar_one())

    def retry_stopped(self) -> None:
        """Let stopped terminals be tried again: a newer program may know what they say."""
        with self._database.write() as connection:
            connection.execute(update(FOLLOWER).values(stopped=0))

    def catch_up(self, terminal: str) -> int:
        """Steps until nothing is left to do; how many entries were followed."""
        total = 0
        while count := self.step(terminal):
            total += count
        return total

    def step(self, terminal: str, limit: int = STEP) -> int:
        """Follow at most ``limit`` entries; how many.  No lock is held while signatures are checked."""
        with self._database.read() as connection:
            progress = self._load(connection, terminal)
            if progress.stopped:
                return 0
            first = progress.state.head.seq + 1
            stored = list(read_received(connection, terminal, first, limit=limit))
            annexes = read_annexes(connection, stored) if self._claims is not None else {}
            if any(names_pool(entry) for entry, _received in stored):
                progress.pools = series_of(connection, terminal)
        entries = [entry for entry, _received in stored]
        followed = 0
        for entry in entries:
            if not self._follow(progress, entry):
                return self._halt(terminal, progress, entries[:followed], annexes)
            self._claim(progress, entry, annexes.get(entry.header.seq))
            followed += 1
        if not followed or not self._save(terminal, progress):
            return 0
        if (progress.claims or progress.decisions) and self._claims is not None:
            self._claims.settle(terminal)
        if progress.sessions and self._claims is not None:
            settle_sessions(self._database, self._now, terminal)
        return followed

    def settle_all(self) -> None:
        """Compare the claims that a node left behind when it died."""
        if self._claims is not None:
            self._claims.settle_all()
            settle_sessions(self._database, self._now)

    def _claim(self, progress: Progress, entry: Entry, annex: Annex | None) -> None:
        """The waybill that an acceptance claims; an annex that names none is parked by name."""
        if self._claims is None or annex is None or (entry.header.kind_version != 1):
            return
        if any(parked.entry is entry for parked in progress.parked):
            return
        said = read_annex(annex.data)
        progress.references += references_of(entry, said, annex.month)
        if waybill := waybill_of(said):
            if not is_number_of(progress.pools, entry, waybill):
                progress.park(entry, Why.ANNEX, {"what": "pool number"})
            progress.claims.append(self._claims.of(entry, waybill, annex.month))
        else:
            progress.park(entry, Why.ANNEX, {})

    def _halt(
        self, terminal: str, progress: Progress, sound: Sequence[Entry], annexes: Mapping[int, Annex]
    ) -> int:
        """Stop after ``sound``.  They are followed once more: a verifier that refused is not whole."""
        with self._database.read() as connection:
            clean = self._load(connection, terminal)
        if clean.known != progress.known or clean.stopped:
            return 0
        clean.pools = progress.pools
        for entry in sound:
            self._follow(clean, entry)
            self._claim(clean, entry, annexes.get(entry.header.seq))
        clean.alarms, clean.stopped = progress.alarms, True
        return len(sound) if self._save(terminal, clean) else 0

    def _load(self, connection: Connection, terminal: str) -> Progress:
        row = connection.execute(_HERE, {"of": terminal}).one_or_none()
        state = None if row is None else from_bytes(row.state)
        keys = chain_of(self._headquarters)
        verifier = None if row is None else verifier_from_bytes(row.verifier, terminal, keys)
        if row is None or state is None or verifier is None:
            verifier, state = Verifier(terminal, keys), State()
        for grant in connection.execute(_GRANTED, {"of": terminal}):
            verifier.learn(read_grant(grant.document, grant.signature, keys))
        known = None if row is None else int(row.seq)
        return Progress(verifier, state, known, stopped=row is not None and bool(row.stopped))

    def _follow(self, progress: Progress, entry: Entry) -> bool:
        """One entry verified and folded; False where it is not sound (the alarm says why)."""
        before = progress.state
        try:
            content = progress.verifier.admit(entry)
        except EntryError as error:
            progress.alarm(EntryFault(error.code), entry, dict(error.facts))
            return False
        after = self._folded(progress, entry, content)
        if content is not None or after is None:
            progress.state = after or _passed_over(before, entry)
            return True
        kind = (entry.header.kind, entry.header.kind_version)
        if kind == ("DayOpened", 1):
            if before.head.seq:
                progress.day_ends[before.head.seq] = before.hash()
            progress.days.append(day_began(entry))
        if speaks_of_directives(entry):
            progress.directives.append(entry)
        if kind == ("DayClosed", 1):
            self._compare_close(progress, entry, before)
        if speaks_of_sessions(entry):
            progress.sessions.append(entry)
        if (told := told_of(before.value, entry)) is not None:
            progress.alarm(told[0], entry, told[1])
        if speaks_of_looks(entry):
            progress.looks.append(entry)
        if speaks_of_codes(entry):
            progress.codes.append(entry)
        if speaks_of_persons(entry):
            progress.persons.append(entry)
        if speaks_of_notify(entry):
            progress.notify.append(entry)
        if decides(entry):
            self._compare_branch(progress, entry)
        if approves(entry):
            self._check_people(progress, entry)
        for request in unsigned(entry, before):
            progress.alarm(UNSIGNED, entry, {"request": request})
        progress.state = after
        return True

    def _check_people(self, progress: Progress, entry: Entry) -> None:
        """A second person who is the first under another number: an alarm, and the entry is set aside."""
        with self._database.read() as connection:
            if not by_herself(connection, entry, progress.state):
                return
        facts: dict[str, Fact] = {"what": "same person"}
        progress.alarm(SAME_PERSON, entry, facts)
        progress.park(entry, Why.CONTENT, facts)

    def _compare_branch(self, progress: Progress, entry: Entry) -> None:
        """What a counter's entry says of a branch against what stands here: an alarm, not a halt."""
        with self._database.read() as connection:
            differing = check_decision(connection, entry, chain_of(self._headquarters))
        if differing:
            progress.alarm(OTHER_BRANCH, entry, {"what": differing})
            progress.park(entry, Why.CONTENT, {"what": differing})
        progress.decisions.append(entry)

    def _folded(self, progress: Progress, entry: Entry, content: EntryError | None) -> State | None:
        """The state after ``entry``; None where it is parked and changes nothing but the head."""
        header = entry.header
        known = (header.kind, header.kind_version) in kinds.KINDS
        if content is not None:
            why = Why.FORM if content.code is EntryFault.FORM else Why.CONTENT
            progress.alarm(EntryFault(content.code), entry, dict(content.facts))
            # What nobody may ask, or nobody signed, opens nothing: an act that rests on it is parked too.
            passed = why is Why.FORM or header.kind in _REQUESTS
            progress.park(entry, why, dict(content.facts), passed=passed)
            if passed:
                return None
        elif not known:
            progress.park(entry, Why.KIND, {"kind": header.kind[:40], "version": header.kind_version})
        try:
            return self._fold(progress.state, entry)
        except (EntryError, KeyError, TypeError, ValueError, AttributeError) as error:
            # Of sound form, but nothing that its kind can mean here, such as a page of no item.
            facts: dict[str, Fact] = {"what": f"not foldable: {type(error).__name__}"}
            progress.alarm(EntryFault.STATE, entry, facts)
            progress.park(entry, Why.CONTENT, facts, passed=True)
            return None

    def _compare_close(self, progress: Progress, entry: Entry, before: State) -> None:
        """The counter's close against our fold, and that against the second count.

        A difference is an alarm, not a halt: everything is stored, and both figures can be seen.
        """
        last, day = int(entry.data["last"]), int(entry.data["day"])
        facts: dict[str, Fact] = {"day": day, "last": last}
        if entry.data["fold"] != FOLD_VERSION:
            progress.alarm(EntryFault.STATE, entry, {**facts, "what": "fold version"})
            return
        ours, folded = self._at_close(progress, entry.header.terminal, day, last, before)
        agrees = wire.unb64(entry.data["state"]) == ours
        if not agrees:
            progress.alarm(EntryFault.STATE, entry, {**facts, "what": "state hash"})
        if folded is None:
            return
        passed = {parked.entry.header.seq for parked in progress.parked if parked.passed}
        with self._database.read() as connection:
            began = day_start(connection, entry.header.terminal, day, progress.days)
            if began is None:
                return
            counted = count_again(connection, entry.header.terminal, began, last, passed)
            pools = pool_differences(connection, entry.header.terminal, before, passed)
        progress.days.append(day_closed(day, last, folded, counted, agrees=agrees))
        differing = differences(folded, counted)
        for alarm, what in ((SECOND_COUNT, differing), (POOL_COUNT, pools)):
            if what:
                progress.alarm(alarm, entry, {**facts, "what": what})

    def _at_close(
        self, progress: Progress, terminal: str, day: int, last: int, before: State
    ) -> tuple[bytes, Mapping[str, int] | None]:
        """(state hash, counts of ``day``) after entry ``last``; nothing where it has not come yet."""
        if last == before.head.seq:
            return before.hash(), counts_of(before, day)
        if last > before.head.seq:
            return b"", None
        row = before.value["days"].get(str(day))
        if row is not None and row["last"] == last:  # the end of a day that waited for its verdict
            kept = progress.day_ends.get(last) or self._kept_hash(terminal, last)
            if kept is not None:
                return kept, row["counts"]
        state = State()
        with self._database.read() as connection:
            for entry in read_entries(connection, terminal, 1, last):
                state = self._fold(state, entry)
        return state.hash(), counts_of(state, day)

    def _kept_hash(self, terminal: str, last: int) -> bytes | None:
        kept = select(DAY_ENDS.c.state_hash).where(DAY_ENDS.c.terminal == terminal, DAY_ENDS.c.seq == last)
        with self._database.read() as connection:
            found: bytes | None = connection.execute(kept).scalar_one_or_none()
        return found

    def _save(self, terminal: str, progress: Progress) -> bool:
        """Keep the progress unless another follower went ahead of this one; whether it was kept."""
        head, state = progress.state.head, progress.state.to_bytes()
        row = {
            "epoch": head.epoch,
            "seq": head.seq,
            "hash": head.hash,
            "state": state,
            "state_hash": hashlib.sha256(state).digest(),  # State.hash
            "verifier": verifier_to_bytes(progress.verifier),
            "stopped": int(progress.stopped),
            "updated_at": stamp(self._now()),
        }
        with self._database.write() as connection:
            if progress.known is None:
                kept = insert_if_new(connection, FOLLOWER, {"terminal": terminal, **row})
            else:
                asked = {"of": terminal, "from": progress.known}
                asked |= {f"new_{name}": value for name, value in row.items()}
                kept = connection.execute(_MOVED, asked).rowcount == 1
            if not kept:
                return False
            if progress.known is None:
                judge_anew(connection, terminal)
            park(connection, progress.parked, self._now())
            referring.note(connection, progress.references)
            if self._claims is not None:
                self._claims.note(connection, progress.claims)
            keep_adopted(connection, terminal, progress.directives, self._now)
            keep_sessions(connection, terminal, progress.sessions)
            keep_decision(connection, progress.decisions, self._claims)
            keep_looks(connection, terminal, progress.looks, self._now)
            keep_codes(connection, terminal, progress.codes, self._now)
            keep_restricted(connection, terminal, progress.persons)
            keep_notify(connection, terminal, progress.notify)
            keep_days(connection, terminal, progress.days)
            for seq, state_hash in progress.day_ends.items():
                end = {"terminal": terminal, "seq": seq, "state_hash": state_hash}
                insert_if_new(connection, DAY_ENDS, end)
            for fault, epoch, seq, facts in progress.alarms:
                _LOG.warning("%s: %s at %d", terminal, fault, seq)
                raise_alarm(connection, terminal, fault, self._now(), epoch=epoch, seq=seq, facts=facts)
        return True


def _passed_over(before: State, entry: Entry) -> State:
    """The state after an entry that changes nothing but the head, as one of an unknown kind does."""
    header = entry.header
    return State(entry.head, {**before.value, "terminal": header.terminal, "epoch": header.epoch})
