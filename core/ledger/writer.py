"""Composes entries: numbers, chains, commits to attachments, seals, signs and folds.

A writer holds the terminal's key but no state: the same state and proposals give the same chain
positions, so that a failed commit leaves nothing behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.crypto import sealing
from core.crypto.keys import PublicKey, Signer
from core.errors import EntryError, EntryFault
from core.ledger import kinds
from core.ledger.clock import TrustedClock
from core.ledger.entry import (
    SYSTEM,
    Actor,
    ActorType,
    Attachment,
    AttachmentClass,
    Commitment,
    Entry,
    Header,
    TrustedTime,
    attachment,
    build_body,
    session_message,
    terminal_message,
    to_milliseconds,
)
from core.ledger.sealed_info import sealed_info
from core.ledger.state import State, fold


@dataclass(frozen=True, slots=True)
class LiveSession:
    """An operator's session while it lives; the key is dropped at lock."""

    operator: str
    role: str
    session: str
    signer: Signer = field(repr=False)
    end: dt.datetime

    @property
    def actor(self) -> Actor:
        """The person, for entry headers."""
        return Actor(ActorType.PERSON, self.operator, self.session)


@dataclass(frozen=True, slots=True)
class Part:
    """Plain bytes to be attached: sealed to HQ, or kept as annex or case."""

    cls: AttachmentClass
    retention: str
    data: bytes = field(repr=False)
    month: str = ""  # "": of the entry; a correction's is that of its item, so that both end together


@dataclass(frozen=True, slots=True)
class Proposal:
    """One entry to be.  ``data`` may be a function of the state just before this entry."""

    kind: str
    data: Mapping[str, Any] | Callable[[State], Mapping[str, Any]]
    operation: str
    by_person: bool = False
    parts: tuple[Part, ...] = ()
    version: int = 1


class EntryWriter:
    """For one terminal and epoch.  ``opening`` is HQ's opening key: what sealed parts are sealed to."""

    def __init__(
        self, terminal: str, epoch: int, signer: Signer, opening: PublicKey, clock: TrustedClock
    ) -> None:
        self._terminal = terminal
        self._epoch = epoch
        self._signer = signer
        self._key_id = signer.public.id
        self._opening = opening
        self._clock = clock

    def compose(
        self, proposals: Sequence[Proposal], state: State, session: LiveSession | None, rules: str
    ) -> tuple[list[Entry], State]:
        """The entries that follow ``state`` and the state after them; nothing is stored here.

        Raises EntryError KIND_UNKNOWN or FORM for data that its kind does not admit, SESSION where a
        person's act has no session.
        """
        entries: list[Entry] = []
        for proposal in proposals:
            entry = self._entry(proposal, state, session, rules)
            state = fold(state, entry)
            entries.append(entry)
        return entries, state

    def _entry(self, proposal: Proposal, state: State, session: LiveSession | None, rules: str) -> Entry:
        data = proposal.data(state) if callable(proposal.data) else proposal.data
        kind = kinds.check(proposal.kind, proposal.version, data)
        if kind.personal != proposal.by_person or (proposal.by_person and session is None):
            raise EntryError(EntryFault.SESSION, kind=proposal.kind)
        now = self._clock.now()
        self._clock.reached(now)
        seq = state.head.seq + 1
        parts = tuple(self._attach(part, seq, proposal.operation, now.at) for part in proposal.parts)
        acting = session if proposal.by_person else None
        header = Header(
            terminal=self._terminal,
            epoch=self._epoch,
            seq=seq,
            previous=state.head.hash,
            kind=proposal.kind,
            kind_version=proposal.version,
            actor=acting.actor if acting else SYSTEM,
            operation=proposal.operation,
            wall=to_milliseconds(self._clock.wall()),
            trusted=TrustedTime(to_milliseconds(now.at), now.quality),
            rules=rules,
            directives=state.value["directives"]["number"],
            commitments=tuple(
                Commitment(p.cls, p.retention, p.month, len(p.data), p.commitment()) for p in parts
            ),
            terminal_key=self._key_id,
            session_key=acting.signer.public.id if acting else "",
        )
        body = build_body(header, data)
        by_terminal = self._signer.sign(terminal_message(body))
        by_session = acting.signer.sign(session_message(body)) if acting else None
        return Entry.made(header, data, body, (by_terminal, by_session), parts)

    def _attach(self, part: Part, seq: int, operation: str, now: dt.datetime) -> Attachment:
        data = part.data
        if part.cls is AttachmentClass.SEALED:
            info = sealed_info(self._terminal, self._epoch, seq, operation, self._opening.id)
            data = sealing.seal(self._opening, data, info)
        return attachment(part.cls, part.retention, part.month or f"{now:%Y-%m}", data)
