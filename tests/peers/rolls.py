"""Headquarters' signing keys in their order, from docs/format.md, sections 5 and 10; for the checker.

Nothing of the counter's own code.
"""

from __future__ import annotations

from typing import Any

from tests.peers.canonical import DOCUMENT_TAG, Object, binary, check_time, document, members, parse, signed
from tests.peers.numbers import Bad, need

ROLL = ("roll", "by_old", "by_new")


class Keys:
    """The keys from the first on.  Whoever checks trusts one of them; the rolls lead to the others."""

    def __init__(self, trusted: str, rolls: Any = ()) -> None:
        need(isinstance(rolls, list | tuple), "rolls")
        self.rolls: list[bytes] = []
        self.keys = [self.read(rolls[0])["old"] if rolls else trusted]
        for roll in rolls:
            self.take(members(roll, *ROLL))
        need(trusted in self.keys, "made for another headquarters")

    def read(self, said: Object) -> Object:
        """One roll, signed by both keys."""
        raw = binary(said["roll"])
        value = parse(raw)
        check_time(value.get("at"))
        for name in ("old", "new"):
            names = ("number", "old", "new", "at")
            roll = document(raw, binary(said[f"by_{name}"]), value.get(name), "key-roll", *names)
        need(roll["old"] != roll["new"], "a key rolls to itself")
        return roll

    def take(self, said: Object) -> Object:
        """A roll that is known, or that leads on from the last key."""
        roll = self.read(said)
        if binary(said["roll"]) in self.rolls:
            return roll
        need(roll["old"] in self.keys, "roll of a stranger")
        need(roll["old"] == self.keys[-1] and roll["new"] not in self.keys, "roll forks")
        need(roll["number"] == len(self.keys), "number of a roll")
        self.keys.append(roll["new"])
        self.rolls.append(binary(said["roll"]))
        return roll

    def signer(self, body: bytes, signature: bytes, what: str, *, tag: bytes = DOCUMENT_TAG) -> int:
        """Which key signed it, from 0 on."""
        for place in reversed(range(len(self.keys))):
            try:
                signed(self.keys[place], signature, tag + body, what)
            except Bad:
                continue
            return place
        raise Bad(f"{what}: wrong signature")
