"""An independent checker of journal exports, written from docs/format.md alone.

    python tests/peers/checker.py EXPORT --headquarters KEYTEXT [--opening PEMFILE]

With headquarters' opening key it also opens what is sealed and says what became of each reference.
It reads a counter's own export and headquarters' of many counters, with its statements of what is there.
Standard library and ``cryptography`` only; nothing of the counter's own code.  It prints what it
counted and its verdict; exit 0 sound, 1 not sound (the first bad entry is named), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

if not __package__:  # run as a file
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.peers.blocks import Blocks
from tests.peers.canonical import (
    DOCUMENT_TAG,
    Object,
    binary,
    canonical,
    check_time,
    document,
    key_id,
    members,
    parse,
    signed,
    unbinary,
)
from tests.peers.complaints import Complaints
from tests.peers.disclosures import Disclosures
from tests.peers.erasures import Erasures
from tests.peers.gates import Gates
from tests.peers.handover import HandOvers
from tests.peers.incidents import Incidents
from tests.peers.item_exceptions import ItemExceptions
from tests.peers.numbers import Bad as Bad  # noqa: PLC0414 - others take it from here
from tests.peers.numbers import Numbers
from tests.peers.numbers import need as need  # noqa: PLC0414
from tests.peers.paper import Paper
from tests.peers.persons import Persons
from tests.peers.requests import Requests, said
from tests.peers.roles import DECISIONS, PERSONAL, SESSION_ENDS, check_approver, check_role, released
from tests.peers.rolls import ROLL, Keys
from tests.peers.shifts import Shifts
from tests.peers.slips import Slips
from tests.peers.stock import HERE, INSIDE, Stock
from tests.peers.typed import Typed

TERMINAL_TAG = b"counter/entry/terminal/1\x00"
SESSION_TAG = b"counter/entry/session/1\x00"
ATTACHMENT_TAG = b"counter/attachment/1\x00"
DIRECTIVE_TAG = b"counter/directive/1\x00"
DIRECTIVE_ATTACHMENT_TAG = b"counter/directive-attachment/1\x00"
DIRECTIVE_MEMBERS = (
    "type", "format", "terminal", "number", "previous", "kind", "subject", "at", "publication", "body",
    "attachment",
)  # fmt: skip
ZERO = bytes(32)

BODY_MEMBERS = {
    "format": int, "suite": int, "terminal": str, "epoch": int, "seq": int, "prev": str, "kind": str,
    "kind_version": int, "actor": dict, "op": str, "wall": str, "trusted": dict, "rules": str,
    "directives": int, "attachments": list, "keys": dict, "data": dict,
}  # fmt: skip
# Whose contact → the annex's member for its reference, and those that show what it refers to.
CONTACTS = {
    "sender": ("sender_as_in", "sender_phone", "sender_address"),
    "recipient": ("recipient_as_in", "recipient_name", "recipient_phone", "recipient_address"),
}


# -- section 11: what headquarters says to one terminal ---------------------------------------------


def check_directives(stored: list[Object], headquarters: str, terminal: str) -> tuple[int, str]:
    """The feed from its first directive on; (number, hash) of the last one."""
    number, head, place, keys = 0, unbinary(ZERO), 0, Keys(headquarters)
    for one in stored:
        members(one, "document", "signature", "nonce", "attachment")
        raw = binary(one["document"])
        said = members(parse(raw, None), *DIRECTIVE_MEMBERS)
        rolled = keys.take(members(said["body"], *ROLL)) if said["kind"] == "key_roll" else None
        signer = keys.signer(raw, binary(one["signature"]), "directive", tag=DIRECTIVE_TAG)
        need(signer >= place, "directive of a retired key")
        place = keys.keys.index(rolled["new"]) if rolled else signer
        need(said["type"] == "directive" and said["format"] == 1, "not a directive")
        need(said["terminal"] == terminal, "another terminal's directive")
        need(said["number"] == number + 1 and said["previous"] == head, "directives are not in sequence")
        if one["attachment"] is not None:
            promise, data = members(said["attachment"], "size", "hash"), binary(one["attachment"])
            found = hashlib.sha256(DIRECTIVE_ATTACHMENT_TAG + binary(one["nonce"], 32) + data).digest()
            need(promise == {"size": len(data), "hash": unbinary(found)}, "attachment of a directive")
        number, head = said["number"], unbinary(hashlib.sha256(raw).digest())
    return number, head


# -- the walk over one terminal's entries ---------------------------------------------------------


class Journal:
    """What was learnt of one terminal while its entries passed by."""

    def __init__(self, terminal: str, keys: Keys) -> None:
        self.terminal = terminal
        self.keys = keys
        self.place = 0  # which of headquarters' keys is in force
        self.granted: dict[int, int] = {}  # which key signed the grant of an epoch
        self.seq = 0
        self.epoch = 0
        self.directives = 0
        self.head = {"epoch": 1, "seq": 0, "hash": unbinary(ZERO)}
        self.grants: dict[int, Object] = {}
        self.operators: dict[str, Object] = {}
        self.session: Object | None = None
        self.opening: X25519PrivateKey | None = None
        self.numbers = Numbers()
        self.requests = Requests()
        self.persons = Persons()
        self.disclosures = Disclosures()
        self.complaints = Complaints()
        self.exceptions = ItemExceptions()
        self.incidents = Incidents()
        self.typed = Typed()
        self.slips = Slips()
        self.handovers = HandOvers()
        self.gates = Gates()
        self.erasures = Erasures()
        self.stock = Stock()
        self.paper = Paper()
        self.shifts = Shifts()
        self.blocks = Blocks()
        self.annexes: dict[int, Object] = {}
        self.sealed: dict[int, Object] = {}
        self.decisions: list[Object] = []
        self.codes: set[str] = set()  # of registered senders
        self.kinds: collections.Counter[str] = collections.Counter()
        self.counts: collections.Counter[str] = collections.Counter()

    def learn(self, entry: Object) -> None:
        """First pass: the grant of an EpochOpened, and what is said of headquarters' keys (section 5)."""
        body = parse(binary(entry["body"]))
        if body.get("kind") == "HeadquartersKeyPinned" and body.get("kind_version") == 1:
            self.keys.take(members(body.get("data"), "key", *ROLL))
        if body.get("kind") != "EpochOpened":
            return
        data = members(body.get("data"), "grant", "grant_signature", "key")
        names = ("terminal", "branch", "epoch", "key", "start", "opening")
        raw, signature = binary(data["grant"]), binary(data["grant_signature"])
        signer = self.keys.signer(raw, signature, "epoch-grant")
        grant = document(raw, signature, self.keys.keys[signer], "epoch-grant", *names)
        self.granted[grant["epoch"]] = signer
        need(grant["terminal"] == self.terminal, "grant for another terminal")
        same = grant["epoch"] == body.get("epoch") and grant["key"] == data["key"]
        need(same, "grant for another epoch or key")
        need(self.grants.setdefault(grant["epoch"], grant) == grant, "two grants for one epoch")

    def follow(self, entry: Object) -> None:
        """Second pass: everything about one entry."""
        raw = binary(entry["body"])
        body = parse(raw)
        self.form(body)
        need(body["terminal"] == self.terminal, "another terminal")
        need(body["seq"] == self.seq + 1, f"sequence: {body['seq']} after {self.seq}")
        need(body["prev"] == self.head["hash"], "does not follow the entry before")
        self.attachments(body["attachments"], entry["attachments"])
        self.terminal_signature(body, raw, binary(entry["terminal_signature"]))
        need(body["directives"] == self.directives, "directives adopted are not those of the header")
        if body["kind"] == "DirectivesAdopted":
            need(body["data"]["number"] > self.directives, "directives adopted go back")
            self.directives = body["data"]["number"]
        self.of_headquarters(body)
        if body["kind"] == "OperatorKeyAccepted":
            self.accept(body["data"])
        if body["kind"] == "OperatorLoggedIn":
            self.log_in(body)
        self.session_signature(body, raw, entry["session_signature"])
        if body["kind"] == "SenderVerified" and body["data"].get("method") == "code":
            need(body["data"]["read"] not in self.codes, "a registered sender's code is used twice")
            self.codes.add(body["data"]["read"])
        if body["kind"] == "SenderExempted" and body["kind_version"] == 1:
            self.exemption(body)
        if body["kind"] == "LogInsFailed" and (value := released(body["data"])):
            self.approved(value["released_by"], body["epoch"], value, body["data"]["release"])
        if body["kind"] == "ItemAccepted" and body["kind_version"] == 1:
            self.item(body, entry["attachments"])
        if body["kind_version"] == 1:
            self.counts.update(self.numbers.follow(body["kind"], body["data"]))
            digest = unbinary(hashlib.sha256(raw).digest())
            self.counts.update(self.requests.follow(body, digest, self.operators, self.stock.differing))
            self.counts.update(self.typed.follow(body))
            self.counts.update(self.slips.follow(body))
            self.counts.update(self.handovers.follow(body))
            self.counts.update(self.gates.follow(body))
            self.counts.update(self.erasures.follow(body))
            self.counts.update(self.shifts.follow(body, self.standing()))
            gone = self.stock.gone(body["data"].get("item", 0))
            self.counts.update(self.exceptions.follow(body, self.operators, gone))
            held = self.exceptions
            self.counts.update(self.stock.follow(body, held.stopped, held.taken))
            self.counts.update(self.paper.follow(body))
            self.counts.update(self.complaints.follow(body, self.operators))
            self.counts.update(self.incidents.follow(body, self.operators))
            unsigned = self.requests.unsigned(body["data"].get("asked", 0))
            self.counts.update(self.disclosures.follow(body, unsigned=unsigned))
            self.counts.update(self.blocks.follow(body, self.operators, unsigned=unsigned))
            if body["kind"] == "ApprovalGiven":
                self.given(body)
        if body["kind"] == "ItemRestricted":
            self.disclosures.restricted(body["data"]["item"])
        self.counts.update(self.persons.follow(body, (self.session or {}).get("role")))
        if body["actor"]["type"] == "person":  # section 5
            check_role(body["kind"], (self.session or {}).get("role"))
        if body["kind"] in DECISIONS:  # section 12; of what, tests/peers/estate.py checks
            self.decisions.append(body)
        if body["kind"] in SESSION_ENDS:
            self.session = None
        self.seq, self.epoch = body["seq"], body["epoch"]
        self.head = {"epoch": self.epoch, "seq": self.seq, "hash": unbinary(hashlib.sha256(raw).digest())}
        self.kinds[body["kind"]] += 1

    def of_headquarters(self, body: Object) -> None:
        """Section 5: what headquarters signed, by the key in force; none that another one followed."""
        data = body["data"]
        if body["kind"] == "EpochOpened":
            need(self.granted[body["epoch"]] >= self.place, "grant of a retired key")
            self.place = self.granted[body["epoch"]]
        if body["kind"] == "HeadquartersKeyPinned" and body["kind_version"] == 1:
            roll = self.keys.take(members(data, "key", *ROLL))
            need(roll["new"] == data["key"], "pins another key than the roll's")
            need(roll["old"] == self.keys.keys[self.place], "roll from a key that is not in force")
            self.place += 1
            self.counts["keys of headquarters"] += 1
        if body["kind"] == "TimeAnchored" and body["kind_version"] == 1:
            members(data, "at", "nonce", "signature", "signer", "boot", "boottime_ms")
            key = self.keys.keys[self.place]
            need(data["signer"] == key_id(key), "time of a retired key")
            said = canonical({"type": "time", "at": data["at"], "nonce": data["nonce"]}).encode("utf-8")
            document(said, binary(data["signature"]), key, "time", "at", "nonce")
            self.counts["times"] += 1

    def form(self, body: Object) -> None:
        """Section 3: the members of a body."""
        need(set(body) == set(BODY_MEMBERS), "wrong members of the body")
        for name, kind in BODY_MEMBERS.items():
            need(type(body[name]) is kind, f"wrong type of {name}")
            need(kind is not str or len(body[name]) <= 200, f"{name} too long")
        need(body["format"] == 1 and body["suite"] == 1, "unknown format or suite")
        need(body["epoch"] >= 1 and body["seq"] >= 1 and body["kind_version"] >= 1, "number too small")
        need(body["directives"] >= 0, "number too small")
        actor = body["actor"]
        need({"type"} <= set(actor) <= {"type", "id", "session"}, "actor")
        need(all(isinstance(text, str) and text for text in actor.values()), "actor")
        need(actor["type"] in ("person", "system", "hq", "technician"), "actor")
        binary(body["prev"], 32)
        check_time(body["wall"])
        trusted = members(body["trusted"], "at", "quality")
        check_time(trusted["at"])
        need(trusted["quality"] in ("confirmed", "unconfirmed"), "quality of time")
        keys = members(body["keys"], "terminal", "session")
        need(all(isinstance(text, str) for text in keys.values()), "keys")

    def attachments(self, said: list[Any], found: Any) -> None:
        """Section 6: what is still there opens its commitment."""
        for item in said:
            members(item, "class", "retention", "month", "size", "commit")
            need(item["class"] in ("sealed", "annex", "case"), "class of an attachment")
            need(
                isinstance(item["retention"], str) and isinstance(item["month"], str),
                "class of an attachment",
            )
            need(type(item["size"]) is int and item["size"] >= 0, "size of an attachment")
            binary(item["commit"], 32)
        need(isinstance(found, list) and len(found) in (0, len(said)), "number of attachments")
        self.counts["attachments gone"] += len(said) - len(found)
        for promise, item in zip(said, found, strict=False):
            if item is None:
                self.counts["attachments gone"] += 1
                continue
            members(item, "class", "retention", "month", "nonce", "data")
            nonce, data = binary(item["nonce"], 32), binary(item["data"])
            same = all(item[name] == promise[name] for name in ("class", "retention", "month"))
            need(same and len(data) == promise["size"], "attachment is not the one promised")
            commitment = hashlib.sha256(ATTACHMENT_TAG + nonce + data).digest()
            need(unbinary(commitment) == promise["commit"], "commitment of an attachment")
            self.counts[f"attachments {item['class']}"] += 1

    def terminal_signature(self, body: Object, raw: bytes, signature: bytes) -> None:
        """Section 5: the granted key of the epoch signs, and the epoch begins where HQ said."""
        grant = self.grants.get(body["epoch"])
        if grant is None:
            raise Bad("epoch without a grant")
        if body["epoch"] != self.epoch:
            need(body["epoch"] > self.epoch, "epoch goes down")
            need(grant["start"] == self.head, "epoch begins elsewhere than HQ granted")
        need(body["keys"]["terminal"] == key_id(grant["key"]), "key of the terminal")
        signed(grant["key"], signature, TERMINAL_TAG + raw, "terminal")
        self.counts["terminal signatures"] += 1

    def standing(self) -> dict[str, int]:
        """What waits at the counter before the next entry (section 5, shifts)."""
        where = self.stock.standing()
        return {
            "items": where[HERE] + where[INSIDE],
            "forms": self.paper.out,
            "requests": self.requests.open,
            "complaints": self.complaints.open,
            "exceptions": self.exceptions.open,
        }

    def accept(self, data: Object) -> None:
        """Section 5: an operator's key, its own proof and who stands for it."""
        names = ("operator", "role", "signing", "agreement")
        members(data, *names, "proof", "endorsed_by", "endorser", "endorsement")
        need(all(isinstance(data[name], str) for name in names), "wrong type in an operator's key")
        value = {"type": "operator-key", "terminal": self.terminal, **{name: data[name] for name in names}}
        message = DOCUMENT_TAG + canonical(value).encode("utf-8")
        signed(data["signing"], binary(data["proof"]), message, "operator proof")
        by, key = data["endorsed_by"], None
        if by == "old_key" and data["operator"] in self.operators:
            key = self.operators[data["operator"]]["signing"]
        elif by == "supervisor" and str(data["endorser"]) in self.operators:
            endorser = self.operators[str(data["endorser"])]
            here = {row["role"] for row in self.operators.values()}
            if endorser["role"] == "supervisor" or "supervisor" not in here:
                key = endorser["signing"]
        if by == "first":
            need(not self.operators, "not the first operator")
        else:
            need(key is not None, "nobody stands for this operator's key")
            signed(key, binary(data["endorsement"]), message, "endorsement")
        self.operators[data["operator"]] = data
        self.counts["operator keys"] += 1

    def exemption(self, body: Object) -> None:
        """Section 5: who else approved that nobody was identified."""
        data = body["data"]
        names = ("reason", "approved_by", "approved_at", "approval")
        members(data, "visit", "ground", *names, "notice", "acknowledged")
        if data["ground"] != "exempt":
            need([data[name] for name in names] == ["none", None, None, None], "approval of nothing")
            return
        by, why = data["approved_by"], {name: data[name] for name in ("visit", "ground", "reason")}
        need(data["reason"] != "none" and isinstance(by, str), "exempted without an approval")
        need(by != body["actor"].get("id"), "approved by the same person")
        value = {"type": "exemption", "operator": by, "at": data["approved_at"], **why}
        self.approved(by, body["epoch"], value, data["approval"])
        self.counts["approvals"] += 1

    def given(self, body: Object) -> None:
        """Section 5: a decision, signed by the approver's own key or for her by headquarters'."""
        data = body["data"]
        value = {**said(data), "terminal": self.terminal, "epoch": body["epoch"]}
        if data["where"] == "headquarters":
            self.keys.signer(canonical(value).encode(), binary(data["approval"]), "approval")
        else:
            self.approved(data["by"], body["epoch"], value, data["approval"])

    def approved(self, by: str, epoch: int, value: Object, signature: Any) -> None:
        """Section 5: what a second person signed beside the session."""
        check_approver(self.operators.get(by))
        check_time(value["at"])
        message = DOCUMENT_TAG + canonical({**value, "terminal": self.terminal, "epoch": epoch}).encode()
        signed(self.operators[by]["signing"], binary(signature), message, "approval")

    def item(self, body: Object, parts: list[Any]) -> None:
        """Section 6: contacts by reference, as the annex says them and, with the opening key, as sealed."""
        for part in filter(None, parts):
            data = binary(part["data"])
            if part["class"] == "annex" and CONTACTS["sender"][0] in (annex := loosely(data)):
                self.annexes[body["seq"]] = annex
                for group in CONTACTS:
                    self.annex_reference(body["seq"], group, annex)
            if part["class"] == "sealed" and self.opening is not None:
                self.sealed[body["seq"]] = self.open(body, data)
        if body["seq"] in self.sealed:
            for group in CONTACTS:
                self.sealed_reference(body["seq"], group)

    def annex_reference(self, seq: int, group: str, annex: Object) -> None:
        """A reference names an earlier acceptance that names none itself, and shows the same of it."""
        said, *shown = CONTACTS[group]
        if annex[said] is None:
            return
        target = members(annex[said], "terminal", "epoch", "seq")
        if target["terminal"] != self.terminal:
            self.counts["references elsewhere"] += 1
            return
        need(type(target["seq"]) is int and 0 < target["seq"] < seq, "reference to no earlier entry")
        self.counts["references"] += 1
        theirs = self.annexes.get(target["seq"])
        if theirs is not None:  # else its annex is gone
            need(theirs[said] is None, "reference to a reference")
            need(all(annex[name] == theirs[name] for name in shown), "shows what its target did not")

    def open(self, body: Object, data: bytes) -> Object:
        """Section 7: one sealed part with headquarters' opening key."""
        key = self.opening
        assert key is not None
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        name = key_id(f"x25519.{unbinary(public)}")
        need(data[:2] == b"\x01\x01" and unbinary(data[2:18]) == name, "sealed to another key")
        context = {"type": "sealed", "key": name, "op": body["op"]}
        context |= {member: body[member] for member in ("terminal", "epoch", "seq")}
        suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
        try:
            padded = suite.decrypt(data[18:], key, info=canonical(context).encode("utf-8"))
        except (InvalidTag, ValueError):
            raise Bad("sealed part does not open") from None
        need(len(padded) % 256 == 0 and padded.rstrip(b"\0")[-1:] == b"\x80", "padding")
        self.counts["sealed parts opened"] += 1
        return loosely(padded.rstrip(b"\0")[:-1])

    def sealed_reference(self, seq: int, group: str) -> None:
        """What became of a reference: resolved where both say the same document, else parked."""
        mine = contact_of(self.sealed[seq], group)
        if "as_in" not in mine:
            return
        need(
            mine["as_in"] == self.annexes.get(seq, {}).get(CONTACTS[group][0]), "annex and sealed part differ"
        )
        theirs = self.sealed.get(mine["as_in"].get("seq"), {})
        documents = [document_of(each) for each in (self.sealed[seq], theirs)]
        same = all(documents[0]) and documents[0] == documents[1]
        sound = same and "as_in" not in contact_of(theirs, group)
        self.counts["references resolved" if sound else "references parked"] += 1

    def log_in(self, body: Object) -> None:
        """Section 5: a session certificate."""
        operator = self.operators.get(body["actor"].get("id", ""))
        if operator is None:
            raise Bad("session of an operator who was never accepted")
        data = members(body["data"], "certificate", "certificate_signature")
        names = ("terminal", "epoch", "head", "operator", "role", "session", "key", "end")
        certificate = document(
            binary(data["certificate"]),
            binary(data["certificate_signature"]),
            operator["signing"],
            "session",
            *names,
        )
        check_time(certificate["end"])
        expected = {
            "terminal": self.terminal,
            "epoch": body["epoch"],
            "head": self.head,
            "operator": body["actor"].get("id"),
            "role": operator["role"],
            "session": body["actor"].get("session"),
        }
        for name, value in expected.items():
            need(certificate[name] == value, f"session certificate: another {name}")
        self.session = certificate
        self.counts["sessions"] += 1

    def session_signature(self, body: Object, raw: bytes, signature: Any) -> None:
        """Section 3 and 5: a person's act is signed by the key of her session, and by nobody else."""
        if body["actor"]["type"] != "person":
            need(body["kind"] not in PERSONAL or body["kind_version"] != 1, "a person's act without a person")
            need(signature is None and body["keys"]["session"] == "", "session signature of nobody")
            return
        session = self.session
        if session is None:
            raise Bad("no session is open")
        need(body["actor"].get("session") == session["session"], "another session")
        need(body["actor"].get("id") == session["operator"], "another operator's session")
        need(body["keys"]["session"] == key_id(session["key"]), "key of the session")
        need(body["trusted"]["at"] <= session["end"], "session has ended")
        signed(session["key"], binary(signature), SESSION_TAG + raw, "session")
        self.counts["session signatures"] += 1


def loosely(data: bytes) -> Object:
    """An attachment's object; one of no members for what is none: its content is nobody's verdict here."""
    try:
        return parse(data, None)
    except Bad:
        return {}


def contact_of(sealed: Object, group: str) -> Object:
    """The texts of a contact, or its reference."""
    sender = sealed.get("sender")
    found = sealed.get("recipient") if group == "recipient" else (sender or {}).get("contact")
    return found if isinstance(found, dict) else {}


def document_of(sealed: Object) -> tuple[Any, Any]:
    """Kind and number of the sender's document."""
    sender = sealed.get("sender") or {}
    return sender.get("document"), sender.get("number")


# -- section 10: the export ------------------------------------------------------------------------


def check(lines: list[bytes], headquarters: str, opening: X25519PrivateKey | None = None) -> Journal:
    """Check an export line by line; Bad names the line and, where it can, the entry."""
    need(len(lines) >= 2 and all(line.endswith(b"\n") for line in lines), "the file was cut off")
    first = members(
        parse(lines[0][:-1], None), "format", "terminal", "headquarters", "rolls", "first", "last", "entries"
    )
    need(first["format"] == "counter-export/1", "unknown form of export")
    keys = Keys(headquarters, first["rolls"])
    need(first["headquarters"] == keys.keys[-1], "made for another headquarters")
    need(first["first"] == 1, "does not begin at the first entry: it cannot be verified as a whole")
    journal = Journal(first["terminal"], keys)
    journal.opening = opening
    entries = []
    for number, line in enumerate(lines[1:-1], 1):
        try:
            names = ("body", "terminal_signature", "session_signature", "attachments")
            entries.append(members(parse(line[:-1], None), *names))
            journal.learn(entries[-1])
        except Bad as bad:
            raise Bad(f"entry {number}: {bad}") from None
    for number, entry in enumerate(entries, 1):
        try:
            journal.follow(entry)
        except Bad as bad:
            raise Bad(f"entry {number}: {bad}") from None
    end = members(parse(lines[-1][:-1], None), "end", "head")
    need(end["end"] == first["entries"] == first["last"] == journal.seq, "number of entries")
    need(end["head"] == journal.head, "head after the last entry")
    return journal


def show(journal: Journal) -> None:
    """What was counted, and that it is sound."""
    for name, count in [*sorted(journal.kinds.items()), *sorted(journal.counts.items())]:
        print(f"{count:8}  {name}")
    print(f"SOUND  terminal {journal.terminal}, {journal.seq} entries, head {journal.head['hash']}")


def read_arguments(arguments: list[str]) -> tuple[Path, str, X25519PrivateKey | None]:
    """The export, HQ's signing key, and its opening key where it is given; raises OSError."""
    parser = argparse.ArgumentParser(description="Checks an export of a counter's journal.")
    parser.add_argument("export", type=Path)
    parser.add_argument(
        "--headquarters", required=True, metavar="KEYTEXT", help="HQ's signing key, or any before it"
    )
    parser.add_argument("--opening", type=Path, metavar="PEMFILE", help="HQ's opening key, private")
    options = parser.parse_args(arguments)
    key = None if options.opening is None else load_pem_private_key(options.opening.read_bytes(), None)
    if key is not None and not isinstance(key, X25519PrivateKey):
        parser.error("not an X25519 key")
    return options.export, options.headquarters, key


def main(arguments: list[str]) -> int:
    """The command line."""
    try:
        path, headquarters, opening = read_arguments(arguments)
        with path.open("rb") as file:
            many = b'"format":"counter-export/2"' in file.readline()
            file.seek(0)
            if not many:
                show(check(file.readlines(), headquarters, opening))
                return 0
    except OSError as error:
        print(f"cannot be read: {error.strerror}")
        return 1
    except Bad as bad:
        print(f"NOT SOUND  {bad}")
        return 1
    # Headquarters' export of many journals: its reader stands in a file of its own, which imports this one.
    command = [sys.executable, "-m", "tests.peers.estate", *arguments]
    places = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    return subprocess.run(command, env=places, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
