"""Makes the golden files:  python -m tests.golden.make

Run it after a form was changed on purpose, look at the difference, and say so in a news fragment.
HPKE draws fresh keys at every seal, so the sealed bytes are made once and kept in ``sealed.json``.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core import exchange, wire
from core.acceptance import record
from core.acceptance.fees import Fee
from core.crypto import sealing
from core.crypto.keys import PublicKey, Signer
from core.ledger import cases, documents, requests
from core.ledger.configured import fingerprints
from core.ledger.directives import Directive, SignedDirective, directive_to_json, make_directive
from core.ledger.entry import (
    EMPTY_HEAD,
    SYSTEM,
    ZERO_HASH,
    Actor,
    ActorType,
    Attachment,
    AttachmentClass,
    Commitment,
    Entry,
    Header,
    TrustedTime,
    build_body,
    session_message,
    stamp,
    terminal_message,
)
from core.ledger.founding import operator_accepted
from core.ledger.rolls import make_roll
from core.ledger.sealed_info import sealed_info
from core.ledger.staff import staff_body
from core.ledger.state import FOLD_VERSION, State, fold
from core.ports import StaffRow
from tests.golden.branches import branches
from tests.golden.complaints import answer, complaint
from tests.golden.exceptions import exceptions
from tests.golden.handed import HANDED
from tests.golden.item import BRANCH, CLERK, CONTACTS, LABEL, PLAIN, SECOND_LABEL, TERMINAL
from tests.golden.paper import paper
from tests.golden.people import CardSigner, agreement, seed, signer
from tests.golden.rights import rights
from tests.golden.shifts import shifts
from tests.golden.stock import over, stock
from tests.peers.exports import export

HERE = Path(__file__).parent
OTHER = "990200-01-01"
START = dt.datetime(2026, 11, 21, 1, 0, tzinfo=dt.UTC)
SUPERVISOR = "OP10001"
HQ, KEY, OPENING = signer("headquarters"), signer("terminal"), agreement("opening")
FIRST, SECOND = signer("supervisor"), CardSigner("clerk")
NEXT = signer("headquarters' next")
ROLL = make_roll(1, HQ, NEXT, START)
NOBODY_RELEASED = {"released_by": None, "released_at": None, "release": None}


def _directives() -> list[SignedDirective]:
    """A clerk comes, something that this version does not know, the clerk goes; the chain of them."""
    row = StaffRow(CLERK, "clerk", "示例丙", SECOND.public, agreement("clerk").public, b"wrapped")
    come, beside = staff_body(row)
    said: tuple[tuple[str, str, dict[str, Any], bytes | None], ...] = (
        ("operator", CLERK, come, beside),
        ("operator", CLERK, staff_body(StaffRow(CLERK, ""))[0], None),
        ("weather", "today", {"rain": True}, None),
        ("key_roll", "1", ROLL.as_json(), None),
        ("weather", "tomorrow", {"rain": False}, None),
    )
    made: list[SignedDirective] = []
    for number, (kind, subject, body, attachment) in enumerate(said, 1):
        before = made[-1].hash if made else ZERO_HASH
        at = START + dt.timedelta(minutes=number)
        directive = Directive(TERMINAL, number, before, kind, subject, at, 10 + number, body)
        nonce = None if attachment is None else seed(f"directive {number}")
        made.append(make_directive(directive, HQ if number < 5 else NEXT, attachment, nonce=nonce))
    return made


DIRECTIVES = _directives()
ADOPTED = 3  # of them at first; then headquarters' key rolls


@dataclass(frozen=True)
class Session:
    """Somebody's open session."""

    operator: str
    name: str
    signer: Signer


@dataclass
class Golden:
    """The golden journal while it is written; one minute between entries."""

    sealed: Mapping[str, str]
    entries: list[Entry] = field(default_factory=list)
    state: State = field(default_factory=State)
    session: Session | None = None

    def now(self) -> dt.datetime:
        """Time of the next entry."""
        return START + dt.timedelta(minutes=len(self.entries), milliseconds=120)

    def nonce(self, what: str) -> bytes:
        """32 bytes that nobody else has."""
        return seed(f"nonce {len(self.entries) + 1} {what}")

    def add(
        self,
        kind: str,
        data: Mapping[str, Any],
        *,
        person: bool = False,
        version: int = 1,
        parts: tuple[Attachment, ...] = (),
    ) -> Entry:
        """One more entry, signed by whom it needs."""
        session = self.session if person else None
        header = Header(
            terminal=TERMINAL,
            epoch=1,
            seq=len(self.entries) + 1,
            previous=self.state.head.hash,
            kind=kind,
            kind_version=version,
            actor=Actor(ActorType.PERSON, session.operator, session.name) if session else SYSTEM,
            operation=self.operation(),
            wall=self.now() + dt.timedelta(seconds=2),
            trusted=TrustedTime(self.now(), "confirmed" if len(self.entries) > 4 else "unconfirmed"),
            rules="2026-11-01",
            directives=self.state.value["directives"]["number"],
            commitments=tuple(
                Commitment(p.cls, p.retention, p.month, len(p.data), p.commitment()) for p in parts
            ),
            terminal_key=KEY.public.id,
            session_key=session.signer.public.id if session else "",
        )
        body = build_body(header, data)
        signature = session.signer.sign(session_message(body)) if session else None
        entry = Entry(body, KEY.sign(terminal_message(body)), signature, parts)
        self.entries.append(entry)
        self.state = fold(self.state, entry)
        return entry

    def operation(self) -> str:
        """Operation id of the next entry."""
        return f"op-{len(self.entries) + 1:04d}"

    def part(self, cls: AttachmentClass, item: int = 0) -> Attachment:
        """An attachment of the next entry; sealed ones from the file that was made once."""
        label = (LABEL, SECOND_LABEL)[item]
        data = wire.encode(record.annex(label, "0a1b", None, Fee(), CONTACTS[item]))
        if cls is AttachmentClass.SEALED:
            data = wire.unb64(self.sealed[self.operation()])
        retention = "sealed" if cls is AttachmentClass.SEALED else "acceptance"
        return Attachment(cls, retention, "2026-11", self.nonce(cls.value), data)

    def log_in(self, operator: str, role: str, key: Signer) -> None:
        """A session certified by the operator's key."""
        name = f"s-{len(self.entries) + 1}"
        self.session = Session(operator, name, signer(f"session {name}"))
        body, signature = documents.make_session(self.certificate(operator, role, name), key)
        data = {"certificate": wire.b64(body), "certificate_signature": wire.b64(signature)}
        self.add("OperatorLoggedIn", data, person=True)

    def certificate(self, operator: str, role: str, name: str) -> documents.SessionCertificate:
        """For a log-in that comes next."""
        public, end = signer(f"session {name}").public, self.now() + dt.timedelta(hours=12)
        return documents.SessionCertificate(TERMINAL, 1, self.state.head, operator, role, name, public, end)


GRANT = documents.Grant(TERMINAL, BRANCH, 1, KEY.public, EMPTY_HEAD, OPENING.public)


def journal(sealed: Mapping[str, str]) -> Golden:
    """A day with every kind of entry in it."""
    golden = Golden(sealed)
    golden.add("DayOpened", {"day": 1, "date": "2026-11-21"})
    grant, signature = documents.make_grant(GRANT, HQ)
    golden.add(
        "EpochOpened",
        {"grant": wire.b64(grant), "grant_signature": wire.b64(signature), "key": KEY.public.text},
    )
    first = operator_accepted(TERMINAL, SUPERVISOR, "supervisor", FIRST, agreement("supervisor").public, "op")
    assert not callable(first.data)
    golden.add("OperatorKeyAccepted", first.data)
    second = operator_accepted(
        TERMINAL,
        CLERK,
        "clerk",
        SECOND,
        CardSigner("clerk agreement").public,
        "op",
        endorsed_by="supervisor",
        endorser=SUPERVISOR,
        endorser_key=FIRST,
    )
    assert not callable(second.data)
    golden.add("OperatorKeyAccepted", second.data)
    golden.add("TimeAnchored", _anchored(golden, HQ, "time"))
    number, head = ADOPTED, wire.b64(DIRECTIVES[ADOPTED - 1].hash)
    golden.add("DirectivesAdopted", {"number": number, "head": head})
    golden.log_in(CLERK, "clerk", SECOND)
    _acceptance(golden)
    golden.add("OperatorLocked", {"cause": "key"}, person=True)
    golden.log_in(CLERK, "clerk", SECOND)
    complains = complaint(golden, SUPERVISOR)
    golden.add("OperatorLoggedOut", {"cause": "key"}, person=True)
    golden.add("DraftLapsed", {"operator": CLERK, "cause": "time"})
    golden.add("SealedErased", {"through": 5, "count": 0})
    golden.add("MonthErased", {"retention": "acceptance", "month": "2025-10", "count": 0})
    golden.log_in(SUPERVISOR, "supervisor", FIRST)
    answer(golden, complains)
    item = {"item": 11, "request": "p-1", "retention": "acceptance", "month": "2026-11"}
    golden.add("ItemRestricted", {**item, "ground": "enquiry"}, person=True)
    golden.add("PersonErased", {**item, "item": 12, "ground": "asked"}, person=True)
    rights(golden, number)
    golden.add("PoolOpened", {"pool": "ems-1", "count": 500, "directive": number})
    golden.add("PoolSkipped", {"pool": "ems-1", "first": 1, "last": 1, "cause": "met"})
    damaged = {"pool": "ems-1", "first": 8, "last": 9, "cause": "damaged"}
    golden.add("PoolVoided", damaged, person=True)
    looked = {"by": "waybill", "hits": 1, "item": 10, "terminal": TERMINAL}
    golden.add("LookedUp", looked, person=True)
    golden.add("LookedUp", {**looked, "by": "number", "hits": 0, "item": 0, "terminal": OTHER}, person=True)
    branches(golden)
    data = {
        "day": 1,
        "last": golden.state.head.seq,
        "fold": FOLD_VERSION,
        "state": wire.b64(golden.state.hash()),
    }
    closed = golden.add("DayClosed", data, person=True).header.seq
    slip = {"closed": closed, "job": "slip-1"}
    golden.add("DaySlipAsked", {**slip, "form": "paper", "copy": 0}, person=True)
    golden.add("DaySlipEnded", {**slip, "outcome": "done", "cause": "none"})
    golden.add("CounterHandedOver", HANDED.data(), person=True)
    golden.add("SessionEnded", {"operator": SUPERVISOR, "session": "s-29", "cause": "restart"})
    golden.add("DirectiveParked", {"number": number, "cause": "entry.kind_unknown"})
    seen = fingerprints({"station": {"branch": BRANCH, "terminal": TERMINAL}})
    golden.add("ConfigurationSeen", seen)
    golden.add("ActsRefused", {"operator": CLERK, "action": "reader_down", "cause": "rule.role", "count": 2})
    _failed_log_ins(golden)
    _roll(golden)
    return golden


def _failed_log_ins(golden: Golden) -> None:
    """Tries that failed, and a lockout that a supervisor ended; the stock is followed no longer."""
    over(golden)
    golden.add("GateSeen", {"lines": 3, "last": 3, "head": wire.b64(bytes(range(32))), "found": "whole"})
    golden.add("LogInsFailed", {"operator": CLERK, "failures": 3, **NOBODY_RELEASED})
    at = golden.now()
    said = documents.Release(TERMINAL, 1, CLERK, 6, SUPERVISOR, at)
    signature = FIRST.sign(documents.release_message(said))
    released = {"released_by": SUPERVISOR, "released_at": stamp(at), "release": wire.b64(signature)}
    golden.add("LogInsFailed", {"operator": CLERK, "failures": 6, **released})


def _roll(golden: Golden) -> None:
    """Headquarters' next key comes into force, and signs the time."""
    adopted = {"number": len(DIRECTIVES), "head": wire.b64(DIRECTIVES[-1].hash)}
    golden.add("DirectivesAdopted", adopted)
    golden.add("HeadquartersKeyPinned", {"key": NEXT.public.text, **ROLL.as_json()})
    golden.add("TimeAnchored", _anchored(golden, NEXT, "time again"))


def _anchored(golden: Golden, key: Signer, nonce: str) -> dict[str, Any]:
    time = documents.SignedTime(golden.now(), seed(nonce))
    _, signature = documents.make_time(time, key)
    return {
        "at": stamp(time.at),
        "nonce": wire.b64(time.nonce),
        "signature": wire.b64(signature),
        "signer": key.public.id,
        "boot": "00000000-0000-4000-8000-000000000001",
        "boottime_ms": 123_456,
    }


def _acceptance(golden: Golden) -> None:
    """A sender, an item with every outcome of printing, and a refusal."""
    sealed, annex = AttachmentClass.SEALED, AttachmentClass.ANNEX
    seen = stamp(golden.now())
    sender = golden.add(
        "SenderVerified",
        {
            "visit": "v-1",
            "document": "resident",
            "sender_kind": "person",
            "method": "chip",
            "cause": "none",
            "principal": "none",
            "proof": "none",
            "read": "r-1",
            "original_seen": seen,
            "name_matched": True,
            "expiry": "valid",
            "notice": "n-2026-1",
            "acknowledged": "spoken",
        },
        person=True,
    )
    accepted = {
        "visit": "v-1",
        "sender": sender.header.seq,
        "number": 1,
        "inspected": seen,
        "condition": "none",
        "route": "land",
        "centre": "none",
        "by_hand": "none",
        "security": "here",
        "security_at": seen,
        "weight_source": "typed",
        "name_check": "equal",
        "receipt": True,
        "pool": "none",
        "ordinal": 0,
    }
    parts = golden.part(sealed), golden.part(annex)
    item = golden.add("ItemAccepted", accepted, person=True, parts=parts)
    for copy, (outcome, cause) in enumerate(
        (("PrintNotDone", "device.paper_out"), ("PrintUnknown", "device.gone"), ("LabelPrinted", ""))
    ):
        job = {"item": item.header.seq, "job": f"j-{copy + 1}"}
        if copy:
            golden.add("ReprintAsked", {"item": item.header.seq}, person=True)
        slot = {"slot": "label_printer"}
        golden.add("PrintStarted", {**job, **slot, "copy": copy, "template": "own"})
        golden.add(outcome, {**job, **slot, "cause": cause} if cause else job)
        if outcome == "PrintUnknown":
            golden.add("PrintSeen", {**job, **slot}, person=True)
    golden.add("LabelAffixed", {"item": item.header.seq, "by": "token"}, person=True)
    receipt = {"item": item.header.seq, "job": "j-9"}
    golden.add("PrintStarted", {**receipt, "slot": "receipt_printer", "copy": 0, "template": "own"})
    golden.add("ReceiptPrinted", receipt)
    parts = golden.part(sealed, 1), golden.part(annex, 1)
    second = golden.add("ItemAccepted", {**accepted, "number": 2}, person=True, parts=parts)
    _exemptions(golden)
    refused = {"reason": "prohibited", "told": True, "item_class": "class_04", "action": "refuse"}
    golden.add("ItemRefused", {"visit": "v-1", **refused}, person=True)
    _corrected(golden, item.header.seq)
    _voided(golden, item.header.seq)
    _cases(golden, item.header.seq)
    _reader_down(golden)
    _differences(golden, second)
    _disclosure(golden, item.header.seq)
    _typed(golden, sender, second)
    _block(golden, second)


def _ask(golden: Golden, name: str, mode: str, seconds: int, **about: Any) -> Entry:
    """A request for a second person."""
    until = stamp(golden.now() + dt.timedelta(seconds=seconds))
    data = {"request": name, **about, "digest": wire.b64(requests.digest_of(seed(name), {})), "mode": mode}
    return golden.add("ApprovalAsked", {**data, "until": until}, person=True)


def _approve(golden: Golden, asked: Entry, name: str, at: dt.datetime) -> None:
    """The supervisor signs for it."""
    seq = asked.header.seq
    said = documents.Approval(TERMINAL, 1, name, seq, asked.hash, "approved", SUPERVISOR, at, "counter")
    data = {"request": name, "asked": seq, "body": wire.b64(asked.hash), "decision": "approved"}
    data |= {"by": SUPERVISOR, "at": stamp(at), "where": "counter", "directive": 0}
    golden.add("ApprovalGiven", {**data, "approval": wire.b64(FIRST.sign(documents.approval_message(said)))})


def _corrected(golden: Golden, item: int) -> None:
    """Her own slip, alone."""
    data = {"item": item, "ordinal": 1, "field": "weight", "reason": "typed_wrongly", "asked": 0}
    pages, parts = {"label": True, "receipt": True}, (golden.part(AttachmentClass.ANNEX),)
    golden.add("ItemCorrected", {**data, **pages}, person=True, parts=parts)


def _voided(golden: Golden, item: int) -> None:
    """An item voided before a second person signed for it; a request that nobody decided in time."""
    about = {"action": "void", "subject": item, "reason": "customer_withdrew"}
    asked = _ask(golden, "request-1", "countersign", 86_400, **about)
    seq, at = asked.header.seq, golden.now()
    golden.add("ItemVoided", {"item": item, "reason": "customer_withdrew", "asked": seq}, person=True)
    _approve(golden, asked, "request-1", at)
    lapsing = _ask(golden, "request-2", "wait", 30, **about)
    golden.add("ApprovalLapsed", {"request": "request-2", "asked": lapsing.header.seq})


def _reader_down(golden: Golden) -> None:
    """Documents are typed for some hours."""
    asked = _ask(golden, "request-9", "wait", 3600, action="reader_down", subject=0, reason="reader_broken")
    _approve(golden, asked, "request-9", golden.now())
    hours: dict[str, Any] = {"hours": 4, "until": stamp(golden.now() + dt.timedelta(hours=4))}
    golden.add("ReaderDownApproved", {**hours, "items": 40, "asked": asked.header.seq}, person=True)


def _differences(golden: Golden, second: Entry) -> None:
    """Nothing came out of two items: of one it is explained by two, the other's clerk disputes it alone."""
    other = golden.add("ItemAccepted", {**second.data, "number": 3}, person=True).header.seq
    about = {"action": "difference", "subject": second.header.seq, "reason": "device_failed"}
    asked = _ask(golden, "request-8", "wait", 3600, **about)
    _approve(golden, asked, "request-8", golden.now())
    data = {"day": 1, "item": about["subject"], "what": "no_label.no_receipt", "reason": "device_failed"}
    golden.add("DifferenceExplained", {**data, "asked": asked.header.seq}, person=True)
    golden.add("DifferenceDisputed", {**data, "item": other}, person=True)


def _disclosure(golden: Golden, item: int) -> None:
    """An organ asks for data of an item by law; headquarters refuses it."""
    data = {"item": item, "way": "lawful", "recipient": "public_security", "basis": "postal_law_36"}
    data |= {"purpose": "criminal_case", "fields": ["sender_name", "item"], "consent": 0}
    filed = golden.add("DisclosureFiled", {**data, "until": "2026-12-21"}, person=True).header.seq
    about = {"action": "disclose", "subject": filed, "reason": "public_security"}
    asked = _ask(golden, "request-10", "wait", 3600, **about)
    _approve(golden, asked, "request-10", golden.now())
    golden.add("DisclosureAsked", {"filed": filed, "asked": asked.header.seq}, person=True)
    golden.add("DisclosureDecided", {"filed": filed, "outcome": "refused", "directive": ADOPTED})


def _typed(golden: Golden, sender: Entry, item: Entry) -> None:
    """A passport goes on and awaits its signature; after it what was registered on paper."""
    about = {"visit": "v-4", "read": "r-4", "document": "passport", "cause": "no_chip"}
    typed = golden.add("IdentityTyped", about, person=True).header.seq
    verified = golden.add(
        "SenderVerified", {**sender.data, **about, "method": "manual"}, person=True
    ).header.seq
    asked = _ask(golden, "request-11", "countersign", 86_400, action="typed", subject=typed, reason="no_chip")
    taken = {"typed": typed, "sender": verified, "cause": "no_chip", "asked": asked.header.seq}
    golden.add("TypedTaken", taken, person=True)
    rests = {"visit": "v-4", "sender": verified, "number": 4, "by_hand": "no_chip"}
    golden.add("ItemAccepted", {**item.data, **rests}, person=True)
    _approve(golden, asked, "request-11", golden.now())
    paper(golden, sender, item, (_ask, _approve), (SUPERVISOR, FIRST), (CLERK, SECOND))


def _block(golden: Golden, item: Entry) -> None:
    """A sender is listed, appeals, and is lifted; then bags, and exceptions."""
    basis, long = "prohibited_again", {"item": item.header.seq, "days": 90}
    proposed = golden.add("BlockProposed", {**long, "basis": basis}, person=True).header.seq
    about = {"action": "propose_block", "subject": proposed, "reason": basis}
    asked = _ask(golden, "request-12", "wait", 3600, **about)
    _approve(golden, asked, "request-12", golden.now())
    sent = {"proposed": proposed, "basis": basis, "asked": asked.header.seq}
    golden.add("BlockSent", sent, person=True)
    said: dict[str, Any] = {"proposed": proposed, "directive": ADOPTED}
    golden.add("BlockDecided", {**said, "outcome": "listed", "until": "2027-02-19"})
    golden.add("BlockAppealed", {"proposed": proposed, "due": "2026-12-06"}, person=True)
    golden.add("BlockDecided", {**said, "outcome": "lifted", "until": None})
    stock(golden, item)
    shifts(golden)
    exceptions(golden, _ask, _approve)


def _cases(golden: Golden, item: int) -> None:
    """A customer's data while something has to be done: taken again, seen once, gone; and one that lapsed."""
    for number, (cause, party) in enumerate((("complaint", "recipient"), ("shelf", "sender"))):
        name = cases.case_name(seed(f"case {number}"))
        texts = {"name": "示例乙", "phone": "13900139021", "address": ""}
        part = Attachment(AttachmentClass.CASE, name, "2026-11", golden.nonce("case"), wire.encode(texts))
        data = {"case": name, "item": item, "cause": cause, "party": party, "until": "2026-12-21"}
        opened = golden.add("CaseOpened", data, person=True, parts=(part,)).header.seq
        if number:
            golden.add("CaseLapsed", {"case": name, "opened": opened})
            continue
        about = {"action": "unmask", "subject": opened, "reason": "complaint"}
        asked = _ask(golden, "request-3", "wait", 3600, **about)
        _approve(golden, asked, "request-3", golden.now())
        seen = {"case": name, "opened": opened, "asked": asked.header.seq}
        golden.add("CaseShown", {**seen, "purpose": "complaint", "seconds": 30}, person=True)
        golden.add("CaseClosed", {"case": name, "opened": opened}, person=True)
    text = {"item": item, "text": "arrived", "version": "2026-11-01", "to": "recipient", "language": "zh"}
    asked_for = golden.add("NotifyAsked", {"notify": "n-1", **text}, person=True).header.seq
    said = {"notify": "n-1", "asked": asked_for, "outcome": "refused", "why": "blocked", "directive": 1}
    golden.add("NotifyAnswered", said)


def _exemptions(golden: Golden) -> None:
    """Nobody is identified: by law, and with a second person's approval."""
    noticed = {"notice": "n-2026-1", "acknowledged": "spoken"}
    nobody = {"reason": "none", "approved_by": None, "approved_at": None, "approval": None}
    golden.add("SenderExempted", {"visit": "v-2", "ground": "letter", **nobody, **noticed}, person=True)
    at = golden.now()
    exemption = documents.Exemption(TERMINAL, 1, "v-3", "exempt", "own_service_post", SUPERVISOR, at)
    approval = wire.b64(FIRST.sign(documents.exemption_message(exemption)))
    approved = {"approved_by": SUPERVISOR, "approved_at": stamp(at), "approval": approval}
    exempted = {"visit": "v-3", "ground": "exempt", "reason": exemption.reason, **approved, **noticed}
    sender = golden.add("SenderExempted", exempted, person=True).header.seq
    agreed = {"visit": "v-3", "sender": sender, "how": "signature"}
    golden.add("GuardianConsented", {**agreed, "relation": "parent", "notice": "g-2026-1"}, person=True)
    consent = {"consent": "satisfaction_call", "version": "c-2026-1", "answer": "given"}
    golden.add("ConsentAnswered", {**agreed, **consent}, person=True)


def signed_documents(golden: Golden) -> dict[str, tuple[bytes, bytes, PublicKey]]:
    """Every signed document: bytes, signature, key."""
    head = golden.state.head
    marks = documents.Marks(TERMINAL, head, replace(head, seq=3, hash=golden.entries[2].hash), START)
    certificate = replace(golden.certificate(CLERK, "clerk", "s-99"), head=head)
    time = documents.SignedTime(START, seed("time"))
    return {
        "epoch-grant": (*documents.make_grant(GRANT, HQ), HQ.public),
        "session": (*documents.make_session(certificate, FIRST), FIRST.public),
        "session-p256": (*documents.make_session(certificate, SECOND), SECOND.public),
        "marks": (*documents.make_marks(marks, HQ), HQ.public),
        "time": (*documents.make_time(time, HQ), HQ.public),
        "key-roll": (ROLL.document, ROLL.by_old, HQ.public),
        "key-roll-new": (ROLL.document, ROLL.by_new, NEXT.public),
    }


def request() -> dict[str, str]:
    """A signed request."""
    path, time, nonce = exchange.path_entries(TERMINAL), stamp(START), wire.b64(seed("request")[:16])
    body = b'{"entries":[]}'
    message = exchange.request_message("POST", path, time, nonce, body)
    return {
        "method": "POST",
        "path": path,
        "time": time,
        "nonce": nonce,
        "body": body.decode("ascii"),
        "message": wire.b64(message),
        "key": KEY.public.text,
        "signature": wire.b64(KEY.sign(message)),
    }


def entry_file(entry: Entry) -> dict[str, Any]:
    """An entry so that a person can read it: the body as text."""
    value = exchange.entry_to_json(entry)
    return {**value, "body": entry.body.decode("utf-8"), "hash": wire.b64(entry.hash)}


def content() -> dict[str, str]:
    """Path below tests/golden → text of the file."""
    sealed = json.loads((HERE / "sealed.json").read_text(encoding="utf-8"))
    golden = journal(sealed["operations"])
    found = {
        f"entries/{entry.header.seq:02d}-{entry.header.kind}.json": _text(entry_file(entry))
        for entry in golden.entries
    }
    found["documents.json"] = _text(
        {
            name: {"bytes": body.decode("utf-8"), "signature": wire.b64(signature), "key": key.text}
            for name, (body, signature, key) in signed_documents(golden).items()
        }
    )
    found["keys.json"] = _text({key.text: key.id for key in (HQ.public, OPENING.public, SECOND.public)})
    found["request.json"] = _text(request())
    found["state.json"] = _text(
        {"bytes": golden.state.to_bytes().decode("utf-8"), "hash": wire.b64(golden.state.hash())}
    )
    found["directives.json"] = _text([directive_to_json(each) for each in DIRECTIVES])
    lines = export(golden.entries, TERMINAL, HQ.public.text, [ROLL])
    found["export.jsonl"] = b"".join(lines).decode("utf-8")
    return found


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def seal_once() -> None:
    """The sealed bytes, if they are not there yet."""
    path = HERE / "sealed.json"
    if path.exists():
        return
    sealed: dict[str, dict[str, str]] = {"plain": {}, "operations": {}}
    for operation, value in PLAIN.items():
        plain = wire.encode(value)
        info = sealed_info(TERMINAL, 1, int(operation[3:]), operation, OPENING.public.id)
        sealed["plain"][operation] = plain.decode("utf-8")
        sealed["operations"][operation] = wire.b64(sealing.seal(OPENING.public, plain, info))
    path.write_text(_text(sealed), encoding="utf-8")


def main() -> None:
    """Write every file; remove entries that are no longer made."""
    seal_once()
    (HERE / "entries").mkdir(exist_ok=True)
    made = content()
    for path in (HERE / "entries").iterdir():
        if f"entries/{path.name}" not in made:
            path.unlink()
    for name, text in made.items():
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
