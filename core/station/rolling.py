"""Headquarters signs with another key: pinned by the counter's own entry, ``HeadquartersKeyPinned``.

The journal says which key is in force; the vault keeps them all, and is brought to what the journal says.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from core.crypto.keys import PublicKey
from core.errors import EntryError, EntryFault
from core.ledger.directives import DirectiveKind, SignedDirective
from core.ledger.rolls import KeyChain, roll_from
from core.ledger.writer import Proposal
from core.station.live import Live, new_id


def known_keys(live: Live) -> KeyChain:
    """Headquarters' signing keys: those in the vault, and what the journal has adopted beyond them."""
    keys = live.vault.headquarters_keys().chain
    for row in live.need_journal().directives(DirectiveKind.KEY):
        with contextlib.suppress(EntryError):  # another version of the program could use it
            keys = keys.extended(roll_from(row.signed.directive.body))
    return keys


def in_force(live: Live, keys: KeyChain) -> int:
    """Which of ``keys`` the journal goes on under: the last that an entry pinned, or the grant's."""
    pinned = live.state.value.get("headquarters_key")
    granted = live.vault.headquarters_keys().granted
    key = None if pinned is None else PublicKey(str(pinned))
    return max(granted, keys.index(key)) if key in keys.keys and key is not None else granted


class Rolling:
    """The rolls among some directives, in their order."""

    def __init__(self, live: Live) -> None:
        self._keys = known_keys(live)
        self._place = in_force(live, self._keys)

    def fault(self, signed: SignedDirective) -> str:
        """Why a roll cannot be used, "" where it can; the next one goes on from it."""
        try:
            roll = roll_from(signed.directive.body)
            self._keys = self._keys.extended(roll)
            if self._keys.index(roll.read().old) > self._place:
                raise EntryError(EntryFault.KEY, what="roll from a key not in force")
            self._place = max(self._place, self._keys.index(roll.read().new))
        except EntryError as error:
            return str(error.code)
        return ""


def proposals(live: Live, directives: Sequence[SignedDirective]) -> list[Proposal]:
    """An entry for each roll among sound ``directives`` that brings a key which is not in force yet."""
    said = (each.directive for each in directives)
    rolls = [roll_from(each.body) for each in said if each.kind == DirectiveKind.KEY]
    if not rolls:
        return []
    keys = known_keys(live).grown(rolls)
    place, made = in_force(live, keys), []
    for roll in rolls:
        new = roll.read().new
        if keys.index(new) > place:
            place = keys.index(new)
            made.append(Proposal("HeadquartersKeyPinned", {"key": new.text, **roll.as_json()}, new_id()))
    return made
