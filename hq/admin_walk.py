"""The administration log read from its first line on: what does not hold, and what its lines say was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from core import wire
from core.errors import EntryError
from core.ledger.entry import ZERO_HASH
from core.ledger.rolls import KeyChain
from hq.admin_effects import CODE, ENROL, HALTED, OPERATOR, PARTNER, PUBLICATION, RELEASE, REVOKED
from hq.admin_log import Kept, LogHead, Phase, read_kept
from hq.administrations import FOUNDING, duty
from hq.administrators import ADMINISTRATOR, ROSTER_COMMANDS, Roster, begin_roster, need_signed

LOST = "lost"  # an effect of a restore: key the last line that was here, digest its hash
# By which commands an effect is left: nobody speaks for a row that her own administration does not make.
_LEFT_BY: Mapping[str, tuple[str, ...]] = {
    "log": ("init",),
    ADMINISTRATOR: ROSTER_COMMANDS,
    OPERATOR: ("operator add", "operator code", "operator remove", "operator papers"),
    CODE: ("operator add", "operator code"),
    ENROL: ("enrol-code", "epoch grant"),
    REVOKED: ("terminal revoke",),
    HALTED: ("directive halt",),
    PUBLICATION: (
        "directive publish",
        "pool issue",
        "pool withdraw",
        "approve",
        "persons answer",
        "block decide",
        "block publish",
        "disclosure decide",
        "disclosure release",
        "persons restrict",
        "persons erase",
        "admin tell",
    ),
    PARTNER: ("partner add", "partner end"),
    RELEASE: ("disclosure release",),
    LOST: ("restore",),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was left: where, and what."""

    where: str
    what: str


@dataclass
class Walk:
    """Follows line after line.  Nothing stops it: each line is judged by itself."""

    headquarters: KeyChain
    roster: Roster | None = None
    reached: LogHead = LogHead(0, ZERO_HASH)
    findings: list[Finding] = field(default_factory=list)
    unended: dict[int, tuple[str, str]] = field(default_factory=dict)
    hashes: dict[int, bytes] = field(default_factory=dict)
    left: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)  # effect → digest, line
    roles: dict[str, set[str]] = field(default_factory=dict)  # operator → every role that a line gave her
    lost: list[tuple[int, int]] = field(default_factory=list)  # lines from, to: of before a restore

    def follow(self, row: Mapping[Any, Any]) -> None:
        """One row as it stands."""
        number = int(row["number"])
        if number != self.reached.number + 1:
            self._found(number, f"lines {self.reached.number + 1} to {number - 1} before it are not here")
        before, self.reached = self.reached, LogHead(number, sha256(row["document"]).digest())
        self.hashes[number] = self.reached.hash
        try:
            kept = read_kept(row)
            if kept.previous != before.hash and number == before.number + 1:
                self._found(number, "does not follow the line before it")
            if self.roster is None:
                self.roster = begin_roster(kept, self.headquarters)
            else:
                need_signed(self.roster, kept, self.headquarters)
        except EntryError as error:
            self._found(number, f"{error.code} {error.facts.get('what', '')}".rstrip())
            return
        self._act(kept, self.roster)

    def _act(self, kept: Kept, roster: Roster) -> None:
        line = kept.line
        act = (line.who, line.command)
        if line.phase is Phase.BEGUN:
            self.unended[kept.number] = act
        elif line.phase is not Phase.REFUSED and line.command not in FOUNDING:
            try:
                acts = duty(line.command).act
            except KeyError:
                self._found(kept.number, "a command that the table does not know")
                return
            if acts and self.unended.pop(line.begun, None) != act:
                self._found(kept.number, "ends what was not begun")
        if line.phase is Phase.DONE and line.command in ROSTER_COMMANDS:
            try:
                roster.apply(kept)
            except EntryError as error:
                self._found(kept.number, str(error.facts.get("what", error.code)))
        if line.command == "operator add" and line.phase is Phase.BEGUN:
            self.roles.setdefault(line.shown.get("id", ""), set()).add(line.shown.get("role", ""))
        for effect in line.effects:
            if line.command not in _LEFT_BY.get(effect.what, ()):
                self._found(kept.number, f"{line.command} leaves no {effect.what[:16]}")
                continue
            self.left[effect.what, effect.key] = effect.digest, kept.number
            if effect.what == LOST and effect.key.isdecimal():
                self.lost.append((line.begun, int(effect.key)))

    def _found(self, number: int, what: str) -> None:
        self.findings.append(Finding(f"administration log, line {number}", what))

    def hold(self, said: LogHead, where: str, *, newest: bool = False) -> None:
        """A head that stands elsewhere: the log must have it, or a restore must say that it was lost.

        ``newest``: it began anew with the restore, so nothing but the very head that was lost is let pass.
        """
        if self.hashes.get(said.number) == said.hash:
            return
        if newest:
            if self.left.get((LOST, str(said.number)), ("", 0))[0] == wire.b64(said.hash):
                return
        elif any(first <= said.number <= last for first, last in self.lost):
            return
        if said.number > self.reached.number:
            what = f"{where} has line {said.number}, and the log ends at {self.reached.number}"
        else:
            what = f"{where} has another line {said.number}"
        self.findings.append(Finding("administration log", what))


def as_head(body: Mapping[str, Any]) -> LogHead:
    """The inverse of :meth:`LogHead.as_json`; raises EntryError, KeyError, TypeError, ValueError."""
    return LogHead(int(body["number"]), wire.unb64(body["hash"], 32))
