"""Reads headquarters' export of many journals, from docs/format.md alone; part of tests/peers/checker.py.

Nothing of the counter's own code: the checker's walk over one journal, and the standard library.
"""

from __future__ import annotations

import collections
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.peers.canonical import Object, binary, check_time, members, parse, signed, unbinary
from tests.peers.checker import TERMINAL_TAG, Bad, Journal, need, read_arguments, show
from tests.peers.rolls import Keys

ENTRY = ("body", "terminal_signature", "session_signature", "attachments")
STATEMENT = ("terminal", "branch", "epochs", "entries", "beside", "parked", "held")


def count(bodies: list[Object], first: int) -> Object:
    """What entries from ``first`` on add up to; a page is a copy where it came out before."""
    out: set[tuple[str, int]] = set()
    receipts: set[int] = set()
    found = dict.fromkeys(
        ("accepted", "refused", "senders", "labels", "receipts", "affixed", "copies", "unknown"), 0
    )
    known: set[int] = set()
    for body in bodies:
        kind, data, seen = body["kind"], body["data"], dict(found)
        page = ("receipt" if data.get("slot") == "receipt_printer" or kind == "ReceiptPrinted" else "label",)
        if kind == "ItemAccepted":
            known.add(body["seq"])
            receipts |= {body["seq"]} if data["receipt"] else set()
        plain = {"ItemAccepted": "accepted", "ItemRefused": "refused", "LabelAffixed": "affixed"}
        plain |= {"PrintUnknown": "unknown", "SenderVerified": "senders", "SenderExempted": "senders"}
        if kind in plain:
            found[plain[kind]] += 1
        elif kind in ("LabelPrinted", "ReceiptPrinted", "PrintSeen"):
            item = data["item"]
            fresh = (*page, item) not in out and item in (known if page == ("label",) else receipts)
            out.add((*page, item))
            if fresh:
                found["labels" if page == ("label",) else "receipts"] += 1
            elif kind == "LabelPrinted":
                found["copies"] += 1
        if body["seq"] < first:
            found = seen
    found["number"] = max(
        (b["data"]["number"] for b in bodies if b["seq"] >= first and b["kind"] == "ItemAccepted"), default=0
    )
    return found


class Estate:
    """Headquarters' export, read line by line; one journal is held at a time."""

    def __init__(self, lines: Iterator[bytes], headquarters: str, opening: X25519PrivateKey | None) -> None:
        self.lines = lines
        self.headquarters = headquarters
        self.keys = Keys(headquarters)  # with the rolls that the first line brings
        self.opening = opening
        self.digest = hashlib.sha256()
        self.number = 0

    def line(self) -> Object:
        """The next line's object; it is part of the digest."""
        value, data = self.read()
        self.digest.update(data)
        return value

    def read(self) -> tuple[Object, bytes]:
        """The next line."""
        data = next(self.lines, b"")
        self.number += 1
        need(data.endswith(b"\n"), "the file was cut off")
        return parse(data[:-1], None), data

    def journals(self) -> Iterator[tuple[Journal, Object]]:
        """Each journal with its statement, once both were checked; then the last line."""
        first = members(self.line(), "format", "headquarters", "rolls", "made", "administration", "terminals")
        log = members(first["administration"], "number", "hash")
        need(isinstance(log["number"], int) and len(binary(log["hash"])) == 32, "head of the log")
        need(first["format"] == "counter-export/2", "unknown form of export")
        self.keys = Keys(self.headquarters, first["rolls"])
        need(first["headquarters"] == self.keys.keys[-1], "made for another headquarters")
        names = first["terminals"]
        need(isinstance(names, list) and names == sorted(set(names)), "terminals out of order")
        total = beside = 0
        for name in names:
            journal, statement = self.journal(name)
            total, beside = total + statement["entries"], beside + len(statement["beside"])
            yield journal, statement
        digest = unbinary(self.digest.digest())
        last = members(self.read()[0], "total", "beside", "terminals", "digest")
        need((last["total"], last["beside"], last["terminals"]) == (total, beside, len(names)), "totals")
        need(last["digest"] == digest, "digest of the file")
        need(next(self.lines, None) is None, "lines after the last one")

    def journal(self, name: str) -> tuple[Journal, Object]:
        """One terminal's lines: the statement is true, the chain is sound, nothing stands twice."""
        statement = members(self.line(), *STATEMENT)
        need(statement["terminal"] == name, "another terminal's statement")
        entries = []
        for _ in range(statement["entries"]):
            entries.append(members(self.line(), *ENTRY, "id", "hash", "received"))
        beside = []
        for _ in statement["beside"]:
            beside.append(members(self.line(), *ENTRY, "beside", "hash", "received"))
        end = members(self.line(), "end", "beside", "head", "gone")
        self.stated(statement, [entry["id"] for entry in entries])
        journal = Journal(name, self.keys)
        journal.opening = self.opening
        for entry in [*entries, *beside]:
            check_time(entry["received"])
            self.placed(entry)
            journal.learn(entry)
        self.walk(journal, entries)
        self.set_aside(journal, statement, beside)
        self.taken_in(journal, entries, beside, statement["beside"])
        self.gone(journal, entries, end["gone"])
        need(end["end"] == len(entries) and end["beside"] == len(beside), "number of entries")
        need(end["head"] == journal.head, "head after the last entry")
        return journal, statement

    def walk(self, journal: Journal, entries: list[Object]) -> None:
        """Each entry in turn."""
        for entry in entries:
            try:
                journal.follow({member: entry[member] for member in ENTRY})
            except Bad as bad:
                raise Bad(f"{entry.get('id', entry.get('beside'))}: {bad}") from None

    def taken_in(
        self, journal: Journal, entries: list[Object], beside: list[Object], stated: list[Object]
    ) -> None:
        """Section 12: what was taken in stands here, sound, once, and adds up to what its entry says."""
        branches: dict[str, list[Object]] = {}
        for entry, said in zip(beside, stated, strict=True):
            branches.setdefault(said["branch"], []).append(entry)
        taken: dict[str, Object] = {}
        for body in journal.decisions:
            data = body["data"]
            before = taken.get(data["branch"])
            if before is not None:
                need(data["first"] == before["last"] + 1 and data["base"] == before["tip"], "taken in twice")
            if body["kind"] == "BranchAdopted":
                taken[data["branch"]] = data
                self.add_up(journal, entries, branches.get(data["branch"], []), data)
        for said in stated:
            last = taken.get(said["branch"], {"last": 0})["last"]
            seq = int(said["id"].rpartition("/")[2])
            need(said["taken"] == (seq <= last), f"{said['id']}: taken in, or not")

    def add_up(self, journal: Journal, entries: list[Object], branch: list[Object], data: Object) -> None:
        """One branch from where it leaves the chain: verified as any journal is, and counted."""
        need(branch and branch[0]["hash"] == data["branch"], "a branch that is not here was taken in")
        base = int(branch[0]["beside"].rpartition("/")[2]) - 1
        mine = [e for e in branch if int(e["beside"].rpartition("/")[2]) <= data["last"]]
        again = Journal(journal.terminal, self.keys)
        again.grants, again.granted = journal.grants, journal.granted
        self.walk(again, entries[:base])
        self.walk(again, mine)
        need(
            again.head == {"epoch": data["epoch"], "seq": data["last"], "hash": data["tip"]},
            "tip of a branch",
        )
        bodies = [parse(binary(e["body"])) for e in [*entries[:base], *mine]]
        figures = count(bodies, data["first"])
        for name, number in figures.items():
            need(data[name] == number, f"branch {data['branch'][:8]}: {name} {data[name]}, counted {number}")
        journal.counts["taken in"] += len(mine) - (data["first"] - base - 1)

    def stated(self, statement: Object, found: list[str]) -> None:
        """The statement names exactly what is here and what is missing; each id stands once."""
        name, due, holes = statement["terminal"], [], []
        for epoch in statement["epochs"]:
            members(epoch, "epoch", "from", "to", "hash", "missing")
            lacking = {seq for first, last in epoch["missing"] for seq in range(first, last + 1)}
            span = range(epoch["from"], epoch["to"] + 1)
            need(lacking <= set(span), "missing what was never received")
            due += [f"{name}/{epoch['epoch']}/{seq}" for seq in span if seq not in lacking]
            holes += [f"{name}/{epoch['epoch']}/{first} to {last}" for first, last in epoch["missing"]]
        need(len(set(found)) == len(found), f"{name}: an entry stands twice")
        need(found == due, f"{name}: the statement does not say what is here")
        need(not holes, f"{name}: missing {', '.join(holes)}")
        known = set(found)
        for row in statement["parked"]:
            members(row, "id", "state", "why", "owner", "since")
            need(row["id"] in known and row["state"] in ("parked", "returned"), f"{name}: parked")
            check_time(row["since"])
        known |= {row["id"] for row in statement["beside"] if row["taken"]}
        for row in statement["held"]:
            need(members(row, "id", "by")["id"] in known, f"{name}: waybill held")

    def gone(self, journal: Journal, entries: list[Object], said: list[Object]) -> None:
        """The end names every attachment of the chain that is not here, by class and month, and no other."""
        found: collections.Counter[tuple[str, str]] = collections.Counter()
        for entry in entries:
            promised = parse(binary(entry["body"]))["attachments"]
            parts = entry["attachments"] or [None] * len(promised)
            for promise, part in zip(promised, parts, strict=True):
                if part is None:
                    found[promise["retention"], promise["month"]] += 1
        named: collections.Counter[tuple[str, str]] = collections.Counter()
        for row in said:
            members(row, "retention", "month", "count", "erased")
            need(type(row["count"]) is int and row["count"] > 0, "number of attachments gone")
            if row["erased"] is not None:
                check_time(row["erased"])
            else:
                journal.counts["attachments gone without an erasure"] += row["count"]
            named[row["retention"], row["month"]] += row["count"]
        need(found == named, "attachments are gone that the end does not name")

    def placed(self, entry: Object) -> None:
        """An entry's line says its own id and hash."""
        raw = binary(entry["body"])
        body = parse(raw)
        said = entry.get("id", entry.get("beside"))
        need(said == f"{body.get('terminal')}/{body.get('epoch')}/{body.get('seq')}", "another id")
        need(entry["hash"] == unbinary(hashlib.sha256(raw).digest()), f"{said}: another hash")

    def set_aside(self, journal: Journal, statement: Object, beside: list[Object]) -> None:
        """What stands beside the chain is signed by its epoch's key, and is not in the chain."""
        said = [(entry["beside"], entry["hash"]) for entry in beside]
        named = [members(row, "id", "hash", "branch", "taken") for row in statement["beside"]]
        there = [(row["id"], row["hash"]) for row in named]
        need(said == there, "beside the chain stands what the statement does not name")
        for entry in beside:
            raw = binary(entry["body"])
            body = parse(raw)
            journal.form(body)
            journal.attachments(body["attachments"], entry["attachments"])
            grant = journal.grants.get(body["epoch"])
            need(grant is not None, f"{entry['beside']}: epoch without a grant")
            key = (grant or {})["key"]
            signed(key, binary(entry["terminal_signature"]), TERMINAL_TAG + raw, entry["beside"])
            journal.counts["beside the chain"] += 1
        for epoch in statement["epochs"]:
            if epoch["to"] == journal.seq and epoch["to"] >= epoch["from"]:
                need(epoch["hash"] == journal.head["hash"], "head of the epoch")
        journal.counts["parked"] = len(statement["parked"])
        journal.counts["waybills held elsewhere"] = len(statement["held"])


def check_estate(path: Path, headquarters: str, opening: X25519PrivateKey | None) -> tuple[int, int]:
    """(journals, entries) of a sound file; each journal is shown.  Raises Bad, OSError."""
    journals = entries = 0
    with path.open("rb") as file:
        for journal, _statement in Estate(iter(file), headquarters, opening).journals():
            show(journal)
            journals, entries = journals + 1, entries + journal.seq
    return journals, entries


def main(arguments: list[str]) -> int:
    """As the checker's own."""
    try:
        journals, entries = check_estate(*read_arguments(arguments))
    except OSError as error:
        print(f"cannot be read: {error.strerror}")
        return 1
    except Bad as bad:
        print(f"NOT SOUND  {bad}")
        return 1
    print(f"SOUND  {journals} terminals, {entries} entries, complete by sequence, each once")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
