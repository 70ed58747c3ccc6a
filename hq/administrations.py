"""Who may do what at headquarters, as one table: each command belongs to an administration, or to several.

System administration keeps the machines, security administration decides who is let in and by which rules,
audit administration looks.  No administrator holds two.  ``hq/administering.py`` asks this table before each
command, ``hq admin verify`` asks it again for each line of the administration log; docs/access.md shows it.
Sources: GB/T 22239-2019, 8.1.4.2 c and d (separate administrators, least privilege), 8.1.4.3 (audit).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Administration(StrEnum):
    """What an administrator of headquarters is; codes go into the administration log."""

    SYSTEM = "system"  # 系统管理
    SECURITY = "security"  # 安全管理
    AUDIT = "audit"  # 审计管理


@dataclass(frozen=True, slots=True)
class Duty:
    """One row.

    ``act``: it changes something or gives data away, so that a line is written before it begins; what only
    looks is one line afterwards.  ``second``: another administrator stands by it.  ``shown``: the options
    that the log's line repeats; codes and numbers only, never what a person is called.
    """

    command: str
    who: frozenset[Administration]
    act: bool
    second: bool = False
    shown: tuple[str, ...] = ()


_SYSTEM = frozenset({Administration.SYSTEM})
_SECURITY = frozenset({Administration.SECURITY})
_AUDIT = frozenset({Administration.AUDIT})
_EACH = frozenset(Administration)
_SEEN = _SECURITY | _AUDIT


def _act(command: str, who: frozenset[Administration], *shown: str) -> Duty:
    return Duty(command, who, act=True, shown=shown)


def _power(command: str, *shown: str) -> Duty:
    """Gives or ends power over others: security administration, with a second person."""
    return Duty(command, _SECURITY, act=True, second=True, shown=shown)


def _look(command: str, who: frozenset[Administration], *shown: str) -> Duty:
    return Duty(command, who, act=False, shown=shown)


DUTIES: tuple[Duty, ...] = (
    _act("serve", _SYSTEM),
    _act("follow", _SYSTEM),
    _act("open serve", _SYSTEM),
    _act("diagnostics open", _SYSTEM),
    _act("backup", _SYSTEM),
    _act("restore", _SYSTEM),
    _act("db distribute", _SYSTEM),
    _act("retention run", _SYSTEM),
    _look("retention list", _SYSTEM | _AUDIT),
    _look("retention persons", _SYSTEM | _AUDIT),
    _act("pool issue", _SYSTEM, "terminal", "pool", "count"),
    _act("pool withdraw", _SYSTEM, "pool"),
    _look("pool list", _SYSTEM | _AUDIT, "terminal"),
    _look("pool show", _SYSTEM | _AUDIT, "pool"),
    _look("terminal list", _EACH),
    _look("directive list", _EACH),
    _act("enrol-code", _SECURITY, "branch", "terminal"),
    _act("epoch grant", _SECURITY, "terminal"),
    _act("terminal revoke", _SECURITY, "terminal"),
    _act("operator add", _SECURITY, "id", "role", "branch", "same_as"),
    _act("operator code", _SECURITY, "id", "lost"),
    _act("operator remove", _SECURITY, "id"),
    _act("operator papers", _SECURITY, "id", "confidentiality", "training"),
    _look("operator list", _SEEN),
    _act("directive publish", _SECURITY, "branch"),
    _act("directive halt", _SECURITY, "number"),
    _act("review return", _SECURITY, "terminal", "seq", "reason"),
    _act("approve", _SECURITY, "terminal", "request", "by", "decline"),
    _look("persons list", _SEEN, "terminal"),
    _look("persons show", _SEEN, "terminal", "request"),
    _act("persons answer", _SECURITY, "terminal", "request", "outcome", "ground"),
    _power("persons copy", "terminal", "request"),
    _look("disclosure list", _SEEN, "terminal"),
    _look("disclosure show", _SEEN, "reference"),
    _act("disclosure show --open", _SECURITY, "reference"),
    _act("disclosure decide", _SECURITY, "reference", "outcome", "reason"),
    _power("disclosure release", "reference"),
    _act("partner add", _SECURITY, "partner", "agreement", "agreement_until", "review", "review_until"),
    _act("partner end", _SECURITY, "partner"),
    _look("partner list", _SEEN),
    _power("persons restrict", "terminal", "items", "request"),
    _power("persons erase", "terminal", "items", "request"),
    _look("block list", _SEEN, "terminal"),
    _act("block decide", _SECURITY, "terminal", "seq", "outcome", "days"),
    _act("block publish", _SECURITY),
    _act("journal show --open", _SECURITY, "terminal", "seq"),
    _act("authority begin", _SECURITY),
    _act("authority switch", _SECURITY),
    _act("keys roll", _SECURITY),
    _power("keys retire"),
    _look("keys list", _SEEN),
    _power("admin add", "id", "administration"),
    _power("admin remove", "id"),
    _act("admin password", _EACH),
    _look("admin list", _EACH),
    _look("admin log", _AUDIT),
    _look("admin verify", _EACH),
    _act("admin tell", _AUDIT),
    _look("alarms", _SEEN, "terminal"),
    _look("review list", _SEEN, "terminal"),
    _look("request list", _SEEN, "terminal"),
    _look("late list", _SEEN, "terminal"),
    _look("late show", _SEEN, "terminal", "branch"),
    _look("claim list", _SEEN, "terminal"),
    _look("day list", _SEEN, "terminal"),
    _look("journal list", _AUDIT, "terminal"),
    _look("journal show", _AUDIT, "terminal", "seq"),
    _act("journal export", _AUDIT, "terminal"),
    _act("evidence", _AUDIT, "terminal", "operator", "day"),
)
FOUNDING = ("init", "admin found")  # by whoever holds the directory, before there are administrators
_BY_COMMAND = {duty.command: duty for duty in DUTIES}


def duty(command: str) -> Duty:
    """The row of ``command``; KeyError for one that the table does not know."""
    return _BY_COMMAND[command]


def needs_second(command: str) -> bool:
    """Whether nobody does it without another one; False for what the table does not know."""
    row = _BY_COMMAND.get(command)
    return row is not None and row.second


def may(administration: str, command: str) -> bool:
    """Whether that administration does it; False for one that is not known."""
    row = _BY_COMMAND.get(command)
    return row is not None and administration in row.who


def may_second(administration: str, holders: Iterable[str]) -> bool:
    """Whether ``administration`` stands by what security administration asks for.

    ``holders``: the administrations of all others but who asks.  Another one of security does; where she is
    the only one, one of audit does, who gains nothing by it.
    """
    if Administration.SECURITY in holders:
        return administration == Administration.SECURITY
    return administration == Administration.AUDIT


def command_of(options: argparse.Namespace) -> str:
    """The command as the table names it: opening what is sealed is another one than looking."""
    name = f"{options.command} {options.action}" if hasattr(options, "action") else str(options.command)
    return f"{name} --open" if getattr(options, "open", False) else name


def shown_of(row: Duty, options: argparse.Namespace) -> dict[str, str]:
    """What the log's line says of the options, in ASCII and at most 64 characters each."""
    found = {}
    for name in row.shown:
        value = getattr(options, name, None)
        if isinstance(value, list):
            value = " ".join(map(str, value))
        if value not in (None, ""):
            found[name] = str(value).encode("ascii", "replace").decode("ascii")[:64]
    return found
