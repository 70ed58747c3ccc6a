"""Checking a chain: sequence, hashes, commitments, signatures, session certificates.

One :class:`Verifier` walks a terminal's entries in order, as HQ, ``journal verify`` and a restore do.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core import wire
from core.access.entries import entry_allowed
from core.access.rights import Action, may, may_approve, may_endorse
from core.crypto.keys import PublicKey, parse_public_key
from core.errors import EntryError, EntryFault, Fact
from core.ledger import kinds, requests
from core.ledger.documents import (
    Approval,
    Exemption,
    Grant,
    Release,
    SessionCertificate,
    approval_message,
    exemption_message,
    operator_proof,
    read_grant,
    read_session,
    read_time,
    release_message,
)
from core.ledger.entry import (
    EMPTY_HEAD,
    ActorType,
    Entry,
    Head,
    Header,
    parse_stamp,
    session_message,
    terminal_message,
)
from core.ledger.rolls import KeyChain, roll_from

NEEDS_APPROVAL = "exempt"  # the ground of SenderExempted that a second person approves


def check_commitments(entry: Entry) -> None:
    """Every attachment that is still here opens its commitment; raises EntryError COMMITMENT.

    A missing attachment (None) is not a fault: its bytes may have been erased by the rules.
    """
    commitments = entry.header.commitments
    if len(entry.attachments) not in (0, len(commitments)):
        raise EntryError(EntryFault.COMMITMENT, seq=entry.header.seq, what="count")
    for number, (said, found) in enumerate(zip(commitments, entry.attachments, strict=False)):
        if found is None:
            continue
        if (
            found.commitment() != said.hash
            or found.cls != said.cls
            or len(found.data) != said.size
            or found.month != said.month
            or found.retention != said.retention
        ):
            raise EntryError(EntryFault.COMMITMENT, seq=entry.header.seq, attachment=number)


def _content_fault(entry: Entry) -> EntryError | None:
    """What breaks the form of a known kind."""
    try:
        kinds.check(entry.header.kind, entry.header.kind_version, entry.data)
    except EntryError as error:
        facts: dict[str, Fact] = {"seq": entry.header.seq, **error.facts}
        return EntryError(EntryFault(error.code), retry=False, **facts)
    return None


@dataclass
class Verifier:
    """Walks one terminal's journal.  ``headquarters``: HQ's pinned signing keys, or the one it has.

    ``place`` is which of them is in force after ``head``: it moves on by ``HeadquartersKeyPinned``, or by a
    grant that a later key signed, and never goes back.
    """

    terminal: str
    headquarters: PublicKey | KeyChain
    head: Head = EMPTY_HEAD
    terminal_keys: dict[int, PublicKey] = field(default_factory=dict)  # epoch → key
    starts: dict[int, Head] = field(default_factory=dict)  # epoch → where HQ let it begin
    operators: dict[str, PublicKey] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    session: SessionCertificate | None = None
    place: int = 0
    # How an entry's own signatures are checked: whoever has many may have it done elsewhere.
    signed: Callable[[PublicKey, bytes, bytes], bool] = field(default=PublicKey.verify, compare=False)
    keys: KeyChain = field(init=False)  # with what the journal itself has brought

    def __post_init__(self) -> None:
        self.keys = KeyChain.of(self.headquarters)

    def follow(self, entry: Entry) -> None:
        """Check that ``entry`` comes next and is whole; raises EntryError naming the fault and seq."""
        content = self.admit(entry)
        if content is not None:
            raise content

    def admit(self, entry: Entry) -> EntryError | None:
        """Check that ``entry`` comes next and is authentic, and go on after it.

        Raises EntryError naming the fault and seq.  What an authentic entry should not have said is given
        back instead: it is stored and followed whatever it says, and parked by name.
        """
        header = entry.header
        seq = header.seq
        if header.terminal != self.terminal:
            raise EntryError(EntryFault.WRONG_TERMINAL, seq=seq)
        if seq != self.head.seq + 1:
            raise EntryError(EntryFault.GAP, seq=seq, expected=self.head.seq + 1)
        if header.previous != self.head.hash:
            raise EntryError(EntryFault.PREVIOUS, seq=seq)
        check_commitments(entry)
        kind = kinds.KINDS.get((header.kind, header.kind_version))
        content = None if kind is None else _content_fault(entry)
        if header.kind == "EpochOpened":
            if content is not None:
                raise content  # no key of the terminal: nothing after it could be verified
            self._in_force(self._open_epoch(entry), seq)
        self._check_epoch(header)
        self._check_terminal_signature(entry)
        if header.kind == "OperatorKeyAccepted" and content is None:
            self._accept_operator(entry)
        if header.kind == "OperatorLoggedIn":
            self.session = None
            if content is None:
                self._open_session(entry)
        if content is None or header.kind != "OperatorLoggedIn":
            self._check_session_signature(entry, personal=kind is not None and kind.personal)
        check = self._beside.get((header.kind, header.kind_version))
        if check is not None and content is None:
            try:
                check(entry)
            except EntryError as error:
                content = error
        if content is None and header.kind_version == 1:
            content = self._of_headquarters(entry)
        if content is None and not self._allowed(header):
            content = EntryError(EntryFault.SESSION, seq=seq, what="role")
        if header.kind in ("OperatorLocked", "OperatorLoggedOut", "SessionEnded"):
            self.session = None
        self.head = entry.head
        return content

    def _allowed(self, header: Header) -> bool:
        """Whether a person's act is one of her role's."""
        if header.actor.type is not ActorType.PERSON or self.session is None:
            return True
        return entry_allowed(header.kind, self.session.role)

    def relearn(self, entry: Entry) -> None:
        """Take what ``entry`` teaches without checking its signatures, which somebody did before.

        For whoever needs a verifier that stands in the middle of a chain already verified.
        """
        data, kind = entry.data, entry.header.kind
        if kind == "OperatorLoggedIn":
            self.session = None
        if _content_fault(entry) is not None:
            pass  # as in :meth:`admit`: it taught nothing
        elif kind == "EpochOpened":
            self.place = max(self.place, self._open_epoch(entry))
        elif kind == "HeadquartersKeyPinned":
            with contextlib.suppress(EntryError):  # parked: it changed nothing
                self._pin(entry)
        elif kind == "OperatorKeyAccepted":
            self.operators[data["operator"]] = parse_public_key(data["signing"], signing=True)
            self.roles[data["operator"]] = data["role"]
        elif kind == "OperatorLoggedIn":
            self._open_session(entry)
        if kind in ("OperatorLocked", "OperatorLoggedOut", "SessionEnded"):
            self.session = None
        self.head = entry.head

    def grant_keys(self, entries: Iterable[Entry]) -> None:
        """Learn the terminal keys of the grants found in ``entries`` (seq 1 precedes its own grant).

        And headquarters' keys that they bring, which may have signed such a grant.
        """
        for entry in entries:
            if entry.header.kind == "EpochOpened":
                self._open_epoch(entry)
            elif entry.header.kind == "HeadquartersKeyPinned":
                with contextlib.suppress(EntryError):  # named where the entry itself is looked at
                    self.keys = self.keys.extended(roll_from(entry.data))

    def learn(self, grant: Grant) -> None:
        """Trust the terminal key of a grant whose signature was checked already."""
        if self.terminal_keys.setdefault(grant.epoch, grant.key) != grant.key:
            raise EntryError(EntryFault.KEY, what="two grants for one epoch", epoch=grant.epoch)
        self.starts[grant.epoch] = grant.start

    def _open_epoch(self, entry: Entry) -> int:
        """Learn its grant; which of headquarters' keys signed that."""
        said = entry.data  # of a version that nobody knows, or changed by hand: its members are not sure
        if not {"grant", "grant_signature", "key"} <= set(said):
            raise EntryError(EntryFault.FORM, seq=entry.header.seq, what="grant")
        document, signature = wire.unb64(said["grant"]), wire.unb64(said["grant_signature"])
        grant = read_grant(document, signature, self.keys)
        if (
            grant.terminal != self.terminal
            or grant.epoch != entry.header.epoch
            or grant.key.text != said["key"]
        ):
            raise EntryError(EntryFault.KEY, seq=entry.header.seq, what="grant")
        self.learn(grant)
        return self.keys.place(document, signature)

    def _in_force(self, place: int, seq: int) -> None:
        """A document of headquarters in the journal, by key ``place``: none that another one followed."""
        if place < self.place:
            raise EntryError(EntryFault.SIGNATURE, seq=seq, what="retired key of headquarters")
        self.place = place

    def _of_headquarters(self, entry: Entry) -> EntryError | None:
        """What is wrong with a word of headquarters that the entry carries."""
        steps = {"HeadquartersKeyPinned": self._pin, "TimeAnchored": self._check_time}
        step = steps.get(entry.header.kind)
        try:
            if step is not None:
                step(entry)
        except EntryError as error:
            facts: dict[str, Fact] = {**error.facts, "seq": entry.header.seq}
            return EntryError(EntryFault(error.code), retry=False, **facts)
        return None

    def _pin(self, entry: Entry) -> None:
        """Another key of headquarters comes into force, by a roll that the one in force signed."""
        roll = roll_from(entry.data)
        said = roll.read()
        if said.new.text != entry.data["key"]:
            raise EntryError(EntryFault.KEY, what="pinned")
        keys = self.keys.extended(roll)
        if keys.index(said.old) != self.place:
            raise EntryError(EntryFault.KEY, what="roll from a key not in force", number=said.number)
        self.keys, self.place = keys, self.place + 1

    def _check_time(self, entry: Entry) -> None:
        """Headquarters' signed time, by the key that is in force."""
        data, key = entry.data, self.keys.keys[self.place]
        nonce = wire.unb64(data["nonce"])
        if data["signer"] != key.id:
            raise EntryError(EntryFault.KEY, what="signer of the time")
        document = wire.encode({"type": "time", "at": data["at"], "nonce": data["nonce"]})
        read_time(document, wire.unb64(data["signature"]), key, nonce)

    def _check_epoch(self, header: Header) -> None:
        """Epochs never go down, and begin at the head that HQ granted."""
        if header.epoch < self.head.epoch:
            raise EntryError(EntryFault.FORK, seq=header.seq, what="epoch")
        begins = header.epoch > self.head.epoch or self.head.seq == 0
        if begins and header.epoch in self.starts and self.starts[header.epoch] != self.head:
            raise EntryError(EntryFault.FORK, seq=header.seq, what="epoch start")

    def _check_terminal_signature(self, entry: Entry) -> None:
        header = entry.header
        key = self.terminal_keys.get(header.epoch)
        if key is None or key.id != header.terminal_key:
            raise EntryError(EntryFault.KEY, seq=header.seq, what="terminal key")
        if not self.signed(key, entry.terminal_signature, terminal_message(entry.body)):
            raise EntryError(EntryFault.SIGNATURE, seq=header.seq, what="terminal")

    def _accept_operator(self, entry: Entry) -> None:
        data, seq = entry.data, entry.header.seq
        key = parse_public_key(data["signing"], signing=True)
        message = operator_proof(
            self.terminal, data["operator"], data["role"], data["signing"], data["agreement"]
        )
        if not key.verify(wire.unb64(data["proof"]), message):
            raise EntryError(EntryFault.SIGNATURE, seq=seq, what="operator proof")
        old = self.operators.get(data["operator"])
        if data["endorsed_by"] == "first":
            if self.operators:
                raise EntryError(EntryFault.KEY, seq=seq, what="not the first operator")
        elif data["endorsed_by"] in ("old_key", "supervisor"):
            endorser = old if data["endorsed_by"] == "old_key" else self._endorser(data["endorser"])
            if (
                endorser is None
                or data["endorsement"] is None
                or not endorser.verify(wire.unb64(data["endorsement"]), message)
            ):
                raise EntryError(EntryFault.KEY, seq=seq, what="endorsement")
        else:
            raise EntryError(EntryFault.KEY, seq=seq, what="endorsed_by")
        self.operators[data["operator"]] = key
        self.roles[data["operator"]] = data["role"]

    def _endorser(self, operator: str | None) -> PublicKey | None:
        """Whoever may stand by a new key here, as the table says."""
        if operator is None or not may_endorse(self.roles.get(operator, ""), self.roles.values()):
            return None
        return self.operators.get(operator)

    def _open_session(self, entry: Entry) -> None:
        header = entry.header
        operator = self.operators.get(header.actor.id)
        if operator is None:
            raise EntryError(EntryFault.KEY, seq=header.seq, what="operator")
        certificate = read_session(
            wire.unb64(entry.data["certificate"]), wire.unb64(entry.data["certificate_signature"]), operator
        )
        if (
            certificate.terminal != self.terminal
            or certificate.epoch != header.epoch
            or certificate.head != self.head
            or certificate.operator != header.actor.id
            or certificate.session != header.actor.session
            or certificate.role != self.roles.get(header.actor.id)
        ):
            raise EntryError(EntryFault.SESSION, seq=header.seq, what="certificate")
        self.session = certificate

    def _check_approval(self, entry: Entry) -> None:
        """An exemption is signed by another accepted operator, for this visit, ground and reason."""
        header, data = entry.header, entry.data
        members = (data["approved_by"], data["approved_at"], data["approval"])
        if data["ground"] != NEEDS_APPROVAL:
            if data["reason"] != "none" or any(member is not None for member in members):
                raise EntryError(EntryFault.FORM, seq=header.seq, what="approval")
            return
        if data["reason"] == "none":
            raise EntryError(EntryFault.FORM, seq=header.seq, what="approval")

        def said(operator: str, at: dt.datetime) -> bytes:
            facts = (data["visit"], data["ground"], data["reason"], operator, at)
            return exemption_message(Exemption(self.terminal, header.epoch, *facts))

        def right(role: str) -> bool:
            return may_approve(role, Action.EXEMPT)

        self._second(entry, "approval", members, header.actor.id, right, said)

    def _second(
        self,
        entry: Entry,
        what: str,
        members: tuple[Any, Any, Any],
        first: str,
        right: Callable[[str], bool],
        said: Callable[[str, dt.datetime], bytes],
    ) -> None:
        """That another accepted operator than ``first``, in a role whose right it is, signed ``said``.

        ``members``: who, when, and her signature.
        """
        seq = entry.header.seq
        if any(member is None for member in members):
            raise EntryError(EntryFault.FORM, seq=seq, what=what)
        operator, at, signature = members
        key = self.operators.get(operator)
        # In the role in which her key stands here now.
        if key is None or operator == first or not right(self.roles.get(operator, "")):
            raise EntryError(EntryFault.KEY, seq=seq, what=what)
        if not key.verify(wire.unb64(signature), said(operator, parse_stamp(at))):
            raise EntryError(EntryFault.SIGNATURE, seq=seq, what=what)

    @property
    def _beside(self) -> Mapping[tuple[str, int], Callable[[Entry], None]]:
        """Kinds that bear a second person's signature."""
        return {
            ("SenderExempted", 1): self._check_approval,
            ("LogInsFailed", 1): self._check_release,
            ("ApprovalAsked", 1): self._check_asked,
            ("ApprovalGiven", 1): self._check_given,
        }

    def _check_asked(self, entry: Entry) -> None:
        """Something that a second person approves, asked for by whoever may."""
        role = self.session.role if self.session is not None else ""
        if not requests.askable(entry.data["action"], role):
            raise EntryError(EntryFault.SESSION, seq=entry.header.seq, what="role")

    def _check_given(self, entry: Entry) -> None:
        """Her own key signed it at the counter, or headquarters' for her.

        To which request, whether she may and in time, the fold sees to (:mod:`core.ledger.requests`).
        """
        data, seq, epoch = entry.data, entry.header.seq, entry.header.epoch
        body, at = wire.unb64(data["body"]), parse_stamp(data["at"])
        said = (data["request"], data["asked"], body, data["decision"], data["by"], at, data["where"])
        by_headquarters = data["where"] == requests.Where.HEADQUARTERS
        key = self.keys if by_headquarters else self.operators.get(data["by"])
        if key is None or bool(data["directive"]) != by_headquarters:
            raise EntryError(EntryFault.KEY, seq=seq, what="approval")
        message = approval_message(Approval(self.terminal, epoch, *said))
        if not key.verify(wire.unb64(data["approval"]), message):
            raise EntryError(EntryFault.SIGNATURE, seq=seq, what="approval")

    def _check_release(self, entry: Entry) -> None:
        """A lockout that did not end by its time was ended by another accepted operator whose right it is."""
        header, data = entry.header, entry.data
        members = (data["released_by"], data["released_at"], data["release"])
        if all(member is None for member in members):
            return

        def said(operator: str, at: dt.datetime) -> bytes:
            facts = (data["operator"], data["failures"], operator, at)
            return release_message(Release(self.terminal, header.epoch, *facts))

        def right(role: str) -> bool:
            return may(role, Action.RELEASE)

        self._second(entry, "release", members, data["operator"], right, said)

    def _check_session_signature(self, entry: Entry, *, personal: bool) -> None:
        header = entry.header
        if header.actor.type is ActorType.PERSON:
            session = self.session
            if (
                session is None
                or session.session != header.actor.session
                or (session.operator != header.actor.id or session.key.id != header.session_key)
            ):
                raise EntryError(EntryFault.SESSION, seq=header.seq)
            if header.trusted.at > session.end:
                raise EntryError(EntryFault.SESSION, seq=header.seq, what="ended")
            if entry.session_signature is None or not self.signed(
                session.key, entry.session_signature, session_message(entry.body)
            ):
                raise EntryError(EntryFault.SIGNATURE, seq=header.seq, what="session")
        elif personal:
            raise EntryError(EntryFault.SESSION, seq=header.seq, what="actor")
        elif entry.session_signature is not None or header.session_key:
            raise EntryError(EntryFault.SESSION, seq=header.seq, what="unexpected")
