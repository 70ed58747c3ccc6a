"""An independent checker of a clerk's evidence, written from docs/format.md alone (sections 1 to 6 and 13).

    python evidence.py FILE --headquarters KEYTEXT [--operator-key KEYTEXT]

One file that can be handed to anybody: the standard library and ``cryptography``, nothing of the counter's.
It says what stands in the journal under that person's name, with hashes, and whether a head that headquarters
signed pins it: then nothing of it can be changed, put in or left out afterwards without being seen.
Exit 0 proven, 1 refused (the reason is named), 2 wrong usage, 3 sound, but headquarters' signature does not
reach the end of it yet.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

Object = dict[str, Any]
TERMINAL_TAG, SESSION_TAG = b"counter/entry/terminal/1\x00", b"counter/entry/session/1\x00"
DOCUMENT_TAG = b"counter/document/1\x00"
ENTRY = ("body", "terminal_signature", "session_signature")
BODY = {
    "format": int, "suite": int, "terminal": str, "epoch": int, "seq": int, "prev": str, "kind": str,
    "kind_version": int, "actor": dict, "op": str, "wall": str, "trusted": dict, "rules": str,
    "directives": int, "attachments": list, "keys": dict, "data": dict,
}  # fmt: skip
ENDS = ("OperatorLocked", "OperatorLoggedOut", "SessionEnded", "OperatorLoggedIn")
PROVEN, REFUSED, USAGE, OPEN = 0, 1, 2, 3


class Bad(Exception):  # noqa: N818 - the verdict, not a fault of this program
    """Why the file is refused."""


def need(condition: object, why: str) -> None:
    """Raise Bad unless it holds."""
    if not condition:
        raise Bad(why)


def pairs(found: list[tuple[str, Any]]) -> Object:
    """An object in which no member stands twice."""
    need(len({name for name, _ in found}) == len(found), "a member stands twice")
    return dict(found)


def parse(data: bytes) -> Object:
    """Section 1: the object whose one text these bytes are."""
    try:
        none = lambda _: None  # no fraction, no NaN: what comes out is not what stood there
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=pairs, parse_float=none, parse_constant=none
        )
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        same = text.encode("utf-8") == data
    except (ValueError, RecursionError):
        raise Bad("not JSON in UTF-8") from None
    if not isinstance(value, dict) or not same:
        raise Bad("not canonical")
    return value


def members(value: Any, *names: str) -> Object:
    """An object with exactly these members."""
    if not isinstance(value, dict) or set(value) != set(names):
        raise Bad("wrong members")
    return value


def binary(text: Any) -> bytes:
    """Bytes from base64url without padding, in their one form."""
    need(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text), "not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Bad("not base64url") from None
    need(unbinary(data) == text, "not base64url")
    return data


def unbinary(data: bytes) -> str:
    """The text form of bytes."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def key_id(text: str) -> str:
    """Section 2: the id of a key in text form."""
    return unbinary(hashlib.sha256(text.encode("utf-8")).digest()[:16])


def signed(key: Any, signature: Any, message: bytes, what: str) -> None:
    """Raise Bad unless the key in text form signed the message."""
    kind, _, rest = str(key).partition(".")
    raw, given = binary(rest), binary(signature)
    try:
        if kind == "ed25519" and len(raw) == 32:
            Ed25519PublicKey.from_public_bytes(raw).verify(given, message)
        elif kind == "p256" and len(raw) == 65:
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw).verify(
                given, message, ECDSA(SHA256())
            )
        else:
            raise Bad(f"{what}: not a signing key")
    except (InvalidSignature, ValueError):
        raise Bad(f"{what}: wrong signature") from None


def document(body: Any, signature: Any, key: Any, kind: str, *names: str) -> Object:
    """Section 5: a signed document of one type with exactly these other members."""
    raw = binary(body)
    signed(key, signature, DOCUMENT_TAG + raw, kind)
    value = members(parse(raw), "type", *names)
    need(value["type"] == kind, f"not the document {kind}")
    return value


def signs(key: Any, signature: Any, message: bytes) -> bool:
    """Whether the key in text form signed the message."""
    try:
        signed(key, signature, message, "")
    except Bad:
        return False
    return True


def of_any(keys: list[str], body: Any, signature: Any, kind: str, *names: str) -> Object:
    """A document that one of headquarters' keys signed, the newest first."""
    for key in reversed(keys[1:]):
        try:
            return document(body, signature, key, kind, *names)
        except Bad:
            continue
    return document(body, signature, keys[0], kind, *names)


def rolled(rolls: Any, trusted: str) -> list[str]:
    """Section 5: headquarters' keys in their order; each roll is signed by both of its keys."""
    need(isinstance(rolls, list), "rolls")
    keys: list[str] = []
    for number, said in enumerate(rolls, 1):
        said = members(said, "roll", "by_old", "by_new")
        value = parse(binary(said["roll"]))
        names = ("number", "old", "new", "at")
        for name in ("old", "new"):
            document(said["roll"], said[f"by_{name}"], value.get(name), "key-roll", *names)
        keys = keys or [str(value["old"])]
        need(value["number"] == number, "number of a roll")
        need(value["old"] == keys[-1] and value["new"] not in keys, "a roll that leads on from no key")
        keys.append(str(value["new"]))
    keys = keys or [trusted]
    need(trusted in keys, "made for another headquarters")
    return keys


def made(**values: Any) -> bytes:
    """The canonical bytes of a document that is never sent."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


class Evidence:
    """One file, read line by line."""

    def __init__(self, lines: list[bytes], headquarters: str) -> None:
        need(lines and all(line.endswith(b"\n") for line in lines), "the file was cut off")
        said = [parse(line[:-1]) for line in lines]
        top = members(
            said[0], "format", "terminal", "operator", "headquarters", "rolls", "days", "first", "last",
            "before",
        )  # fmt: skip
        need(top["format"] == "counter-evidence/1", "unknown form of evidence")
        self.headquarters = rolled(top["rolls"], headquarters)
        need(top["headquarters"] == self.headquarters[-1], "made for another headquarters")
        self.terminal, self.operator = str(top["terminal"]), str(top["operator"])
        self.first, self.last, days = top["first"], top["last"], top["days"]
        need(isinstance(days, list) and len(days) == 2, "days")
        numbers = [self.first, self.last, top["before"], *days]
        need(all(type(number) is int and number >= 0 for number in numbers), "numbers of the first line")
        need(len(said) >= top["before"] + 2, "the file was cut off")
        self.days = (days[0], days[1])
        before = said[1 : 1 + top["before"]]
        span, end = said[1 + top["before"] : -1], members(said[-1], "end", "document", "signature")
        need(end["end"] == len(span) == self.last - self.first + 1, "number of entries")
        self.before = [self.entry(line) for line in before]
        self.span = [self.entry(line) for line in span]
        self.end = end
        self.grants: dict[int, Object] = {}
        self.keys: dict[str, Object] = {}
        self.key = ""  # hers, as it was accepted last
        self.session: Object | None = None
        self.hers: list[tuple[Object, str, str]] = []
        self.opened: dict[int, tuple[int, str]] = {}  # ordinal of a day → (its first entry, date)
        self.trusted: set[str] = self.stand_by()

    # -- lines -----------------------------------------------------------------------------------------

    def entry(self, line: Object) -> Object:
        """One entry: its body's members, the bytes and the signatures."""
        line = members(line, *ENTRY)
        raw = binary(line["body"])
        body = parse(raw)
        need(set(body) == set(BODY), "wrong members of a body")
        need(all(type(body[name]) is kind for name, kind in BODY.items()), "wrong type in a body")
        where = f"entry {body['seq']}: "
        need(body["format"] == 1 and body["suite"] == 1, where + "unknown format or suite")
        need(body["terminal"] == self.terminal, where + "another terminal")
        members(body["trusted"], "at", "quality")
        members(body["keys"], "terminal", "session")
        need("type" in body["actor"], where + "actor")
        digest = unbinary(hashlib.sha256(raw).digest())
        return {**line, "body": body, "raw": raw, "hash": digest, "where": where}

    def stand_by(self) -> set[str]:
        """Her, and whoever stood by her key, and by theirs."""
        accepted = [
            entry["body"]["data"]
            for entry in [*self.before, *self.span]
            if entry["body"]["kind"] == "OperatorKeyAccepted"
        ]
        found = {self.operator}
        while True:
            more = {str(data["endorser"]) for data in accepted
                    if data.get("operator") in found and data.get("endorser")}  # fmt: skip
            if more <= found:
                return found
            found |= more

    # -- checks ----------------------------------------------------------------------------------------

    def check(self) -> None:
        """Everything; raises Bad with the entry and the reason."""
        for entry in [*self.before, *self.span]:
            if entry["body"]["kind"] == "EpochOpened":
                self.grant(entry)
        at = 0
        for entry in self.before:
            need(at < entry["body"]["seq"] < self.first, entry["where"] + "out of order")
            at = entry["body"]["seq"]
            self.by_terminal(entry)
            self.follow(entry)
        self.session = None
        previous: Object | None = None
        for entry in self.span:
            body, where = entry["body"], entry["where"]
            seq = self.first if previous is None else previous["body"]["seq"] + 1
            need(body["seq"] == seq, f"{where}out of sequence, {seq} is due")
            if previous is not None:
                need(body["prev"] == previous["hash"], where + "does not follow the entry before")
                need(body["epoch"] >= previous["body"]["epoch"], where + "goes back to an earlier epoch")
            elif seq == 1:
                need(binary(body["prev"]) == bytes(32), where + "does not follow the entry before")
            self.by_terminal(entry)
            self.day(body, where)
            self.follow(entry)
            previous = entry
        need(self.days[0] in self.opened and self.days[1] in self.opened, "a day begins outside the file")

    def grant(self, entry: Object) -> None:
        """Headquarters' grant: the terminal's key of an epoch."""
        body, data = entry["body"], members(entry["body"]["data"], "grant", "grant_signature", "key")
        names = ("terminal", "branch", "epoch", "key", "start", "opening")
        try:
            grant = of_any(self.headquarters, data["grant"], data["grant_signature"], "epoch-grant", *names)
        except Bad as bad:
            raise Bad(entry["where"] + str(bad)) from None
        same = (grant["terminal"], grant["epoch"], grant["key"])
        need(same == (self.terminal, body["epoch"], data["key"]), entry["where"] + "another grant")
        need(self.grants.setdefault(body["epoch"], grant) == grant, entry["where"] + "two grants")

    def by_terminal(self, entry: Object) -> None:
        """The terminal's key of the entry's epoch signed it."""
        body, where = entry["body"], entry["where"]
        grant = self.grants.get(body["epoch"])
        if grant is None:
            raise Bad(where + "no grant of headquarters for its epoch")
        need(body["keys"]["terminal"] == key_id(grant["key"]), where + "another key of the terminal")
        signed(grant["key"], entry["terminal_signature"], TERMINAL_TAG + entry["raw"], where + "terminal")

    def day(self, body: Object, where: str) -> None:
        """Business days follow each other."""
        if body["kind"] == "DayOpened":
            data = members(body["data"], "day", "date")
            last = max(self.opened, default=data["day"] - 1)
            need(data["day"] == last + 1, where + "days are not in order")
            self.opened[data["day"]] = (body["seq"], str(data["date"]))

    def follow(self, entry: Object) -> None:
        """Keys and sessions; what is under her name must be hers."""
        body, kind = entry["body"], entry["body"]["kind"]
        if kind == "OperatorKeyAccepted" and body["data"].get("operator") in self.trusted:
            self.accept(entry)
        if kind == "OperatorLoggedIn":
            self.session = self.log_in(entry) if body["actor"].get("id") == self.operator else None
        if body["actor"].get("id") == self.operator:
            self.own(entry)
            self.note(entry, "by her")
        elif self.operator in [
            body["data"].get(name) for name in ("operator", "endorser", "approved_by", "by")
        ]:
            if kind == "SenderExempted":
                self.approval(entry)
            if kind == "ApprovalGiven":
                self.given(entry)
            self.note(entry, "names her")
        if kind in ENDS and kind != "OperatorLoggedIn":
            self.session = None

    def note(self, entry: Object, how: str) -> None:
        """For the list; only what lies in the days that were asked for."""
        day = max(self.opened, default=0)
        if self.days[0] <= day <= self.days[1]:
            self.hers.append((entry["body"], entry["hash"], how))

    def accept(self, entry: Object) -> None:
        """Section 5, operators: the key proves itself, and somebody stands by it."""
        data, where = entry["body"]["data"], entry["where"]
        names = ("operator", "role", "signing", "agreement")
        data = members(data, *names, "proof", "endorsed_by", "endorser", "endorsement")
        said = {name: data[name] for name in names}
        message = DOCUMENT_TAG + made(type="operator-key", terminal=self.terminal, **said)
        signed(data["signing"], data["proof"], message, where + "proof of the key")
        by, old = data["endorsed_by"], self.keys.get(data["operator"])
        if by != "first":
            need(by in ("old_key", "supervisor"), where + "nobody stands by this key")
            other = old if by == "old_key" else self.keys.get(str(data["endorser"]))
            if other is None:
                raise Bad(where + "whoever stands by this key is not in the file")
            signed(other["signing"], data["endorsement"], message, where + "endorsement")
        else:
            need(old is None, where + "not her first key")
        self.keys[data["operator"]] = {**data, "seq": entry["body"]["seq"]}
        if data["operator"] == self.operator:
            self.key = str(data["signing"])

    def log_in(self, entry: Object) -> Object:
        """Her own key certifies the session's."""
        body, where = entry["body"], entry["where"]
        known = self.keys.get(self.operator)
        if known is None:
            raise Bad(where + "her key was never accepted")
        data = members(body["data"], "certificate", "certificate_signature")
        names = ("terminal", "epoch", "head", "operator", "role", "session", "key", "end")
        try:
            found = document(
                data["certificate"], data["certificate_signature"], known["signing"], "session", *names
            )
        except Bad as bad:
            raise Bad(where + str(bad)) from None
        head = members(found["head"], "epoch", "seq", "hash")
        need(
            (head["seq"], head["hash"]) == (body["seq"] - 1, body["prev"]),
            where + "certified for another head",
        )
        same = (found["terminal"], found["epoch"], found["operator"], found["session"], found["role"])
        mine = (self.terminal, body["epoch"], self.operator, body["actor"].get("session"), known["role"])
        need(same == mine, where + "another session's certificate")
        return found

    def own(self, entry: Object) -> None:
        """Under her name: in her open session, with that session's signature."""
        body, where, session = entry["body"], entry["where"], self.session
        need(body["actor"]["type"] == "person", where + "under her name, and no person's act")
        if session is None:
            raise Bad(where + "under her name, and no session of hers is open")
        need(body["actor"].get("session") == session["session"], where + "of another session")
        need(body["keys"]["session"] == key_id(session["key"]), where + "another session's key")
        need(body["trusted"]["at"] <= session["end"], where + "after her session's end")
        if entry["session_signature"] is None:
            raise Bad(where + "under her name, without her session's signature")
        signed(session["key"], entry["session_signature"], SESSION_TAG + entry["raw"], where + "session")

    def approval(self, entry: Object) -> None:
        """An exemption that she is said to have approved."""
        body, where = entry["body"], entry["where"]
        data, key = body["data"], self.keys.get(self.operator)
        if data.get("approved_by") != self.operator:
            return
        if key is None:
            raise Bad(where + "her key was never accepted")
        said = {name: data.get(name) for name in ("visit", "ground", "reason")}
        message = made(type="exemption", terminal=self.terminal, epoch=body["epoch"], **said,
                       operator=self.operator, at=data.get("approved_at"))  # fmt: skip
        signed(key["signing"], data.get("approval"), DOCUMENT_TAG + message, where + "her approval")

    def given(self, entry: Object) -> None:
        """A request that she is said to have decided, at the counter or from headquarters."""
        body, where = entry["body"], entry["where"]
        data, key = body["data"], self.keys.get(self.operator)
        names = ("request", "asked", "body", "decision", "by", "at", "where")
        said = {name: data.get(name) for name in names}
        message = DOCUMENT_TAG + made(type="approval", terminal=self.terminal, epoch=body["epoch"], **said)
        own = [key["signing"]] if key is not None else []
        keys = self.headquarters if data.get("where") == "headquarters" else own
        if not any(signs(each, data.get("approval"), message) for each in keys):
            raise Bad(where + "her decision: wrong signature")

    # -- what headquarters signed ------------------------------------------------------------------------

    def proven(self) -> tuple[int, str]:
        """(the last entry under headquarters' signature, when it was given); (0, "") for none."""
        if self.end["document"] is None:
            return 0, ""
        said = parse(binary(self.end["document"]))
        kind = said.get("type")
        names = ("terminal", "received", "safe", "at") if kind == "marks" else ("terminal", "head", "at")
        need(kind in ("marks", "held"), "the proof is neither marks nor held")
        given = self.end["document"], self.end["signature"]
        proof = of_any(self.headquarters, *given, str(kind), *names)
        need(proof["terminal"] == self.terminal, "headquarters' head is another terminal's")
        head = members(proof["received" if kind == "marks" else "head"], "epoch", "seq", "hash")
        if head["seq"] < self.first:
            return 0, ""
        need(head["seq"] <= self.last, "headquarters' head is not in the file")
        pinned = self.span[head["seq"] - self.first]
        same = (head["epoch"], head["hash"]) == (pinned["body"]["epoch"], pinned["hash"])
        need(same, f"{pinned['where']}headquarters signed another hash of it")
        return int(head["seq"]), str(proof["at"])

    def needed(self) -> tuple[int, bool]:
        """(the entry up to which headquarters' signature must reach, whether the days have ended there)."""
        after = self.opened.get(self.days[1] + 1)
        return (self.last, False) if after is None else (after[0], True)


def show(evidence: Evidence, proven: int, at: str) -> int:
    """For people; gives the exit code."""
    first, last = evidence.days
    date = evidence.opened[first][1]
    needed, ended = evidence.needed()
    print(f"terminal {evidence.terminal}, operator {evidence.operator}, business day {first}"
          f"{'' if last == first else f' to {last}'} ({date})")  # fmt: skip
    accepted = evidence.keys.get(evidence.operator)
    if accepted is not None:
        print(f"her key  {evidence.key}  (entry {accepted['seq']}, {accepted['endorsed_by']}"
              f" {accepted['endorser'] or ''})".replace(" )", ")"))  # fmt: skip
    for body, digest, how in evidence.hers:
        print(f"  {body['seq']:>8}  {body['trusted']['at']}  {body['kind']:<20} {how:<9}  {digest}")
    print(
        f"{len(evidence.hers)} entries by her or naming her; each other entry of the day is in the file too"
    )
    if not ended:
        print("the business day was still open when the file was made")
    if proven < needed:
        said = f"up to entry {proven}" if proven else "nothing of it"
        print(f"SOUND, NOT YET PROVEN 属实，总部尚未全部签收: headquarters' signature covers {said}")
        return OPEN
    print(f"PROVEN 属实: headquarters signed the head after entry {proven} at {at}:"
          " nothing was changed, put in or left out")  # fmt: skip
    return PROVEN


def check(lines: list[bytes], headquarters: str, operator_key: str = "") -> tuple[Evidence, int, str]:
    """The checked file, the last proven entry and when headquarters signed; raises Bad."""
    evidence = Evidence(lines, headquarters)
    evidence.check()
    if operator_key:
        need(evidence.key == operator_key, "the journal has another key for her")
    proven, at = evidence.proven()
    return evidence, proven, at


def main(arguments: list[str]) -> int:
    """The program."""
    parser = argparse.ArgumentParser(description="Checks a clerk's evidence.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--headquarters", required=True, metavar="KEYTEXT", help="its public signing key")
    parser.add_argument("--operator-key", default="", metavar="KEYTEXT", help="hers, where she knows it")
    options = parser.parse_args(arguments)
    try:
        lines = options.file.read_bytes().splitlines(keepends=True)
        evidence, proven, at = check(lines, options.headquarters, options.operator_key)
    except OSError as error:
        print(f"cannot be read: {error.strerror}")
        return REFUSED
    except (Bad, TypeError, KeyError, AttributeError) as bad:
        print(f"REFUSED 不属实: {bad if isinstance(bad, Bad) else 'not in the form of evidence'}")
        return REFUSED
    return show(evidence, proven, at)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
