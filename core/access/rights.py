"""Rights as one table: what each role may do at a counter, and who approves what another asks for.

Everything that decides by role asks here: the station before each command, the vault before it makes a
slot, whoever follows a chain before an entry counts, and the screen before it offers a key.  docs/access.md
shows the table.  Sources: GB/T 22239-2019, 8.1.4.2 (least privilege, separate administrators); R64, R66, R67.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.errors import RuleError, RuleFault


class Role(StrEnum):
    """What an operator is; codes go into directives and the journal."""

    CLERK = "clerk"  # 营业员
    SUPERVISOR = "supervisor"  # 主管
    TECHNICIAN = "technician"  # 技术员: devices, never a person's data
    AUDITOR = "auditor"  # 审计员: what headquarters holds, never a person's data


class Action(StrEnum):
    """What may be done at a counter; the value is also the code of its sentence (``right.…``)."""

    LOG_IN = "log_in"  # her key opens the counter: she has a slot in the vault
    ACTIVATE = "activate"  # with her own password, while a new operator makes her keys here
    ENDORSE = "endorse"  # stand by a key that is new at this counter
    ENDORSE_EARLY = "endorse_early"  # the same where no supervisor was ever accepted here
    RELEASE = "release"  # end a lockout before its time
    ACCEPT = "accept"  # everything between a customer's document and F9
    REFUSE = "refuse"
    PRINT = "print"  # again, and look at the printer
    LOOK_UP = "look_up"  # masked
    NOTIFY = "notify"  # headquarters sends an approved text; nobody here sees the number
    PERSONS = "persons"  # what a person with her document asks for about her own data
    COMPLAIN = "complain"  # take a complaint, contact, hand on and answer; whose it is the fold asks
    EXCEPTION = "exception"  # something is wrong with an accepted item: said, contacted, closed
    INCIDENT = "incident"  # of personal data: begun by anybody; whose word ends it the fold asks
    WARN = "warn"  # a customer, with a day to put it right; taken back by a supervisor
    ANSWER_RIGHT = "answer_right"  # what is not answered at once, and every refusal
    GIVE_UP_NUMBERS = "give_up_numbers"
    CLOSE_DAY = "close_day"
    DISPATCH = "dispatch"  # what leaves, in bags
    SHIFT = "shift"  # the counter goes from one person to another
    JOURNAL = "journal"  # check it, or write it to a file for an outsider
    EVIDENCE = "evidence"  # every entry under her own name
    BACKUP = "backup"  # make one, or bring one back
    LATE_ENTRIES = "late_entries"  # take in or decline what stands beside the chain
    PAPER_HAND_OUT = "paper_hand_out"  # numbered forms, for hours without this counter
    READER_DOWN = "reader_down"  # documents typed by hand for some hours
    TYPED = "typed"  # one document typed by hand counts, by rule data
    PAPER_ENTRY = "paper_entry"  # what was registered on such a form is entered late
    PAPER_VOID = "paper_void"  # a form that never counts
    EXEMPT = "exempt"  # nobody is identified, for a written reason
    VOID = "void"
    CORRECT = "correct"
    UNMASK = "unmask"  # a person's data, for a purpose and for seconds
    DISCLOSE = "disclose"
    PROPOSE_BLOCK = "propose_block"
    HOLD = "hold"  # an accepted item does not go on, on one of two grounds
    DIFFERENCE = "difference"  # what does not agree at the end of a day is explained


@dataclass(frozen=True, slots=True)
class Right:
    """One row: who does it alone, who may ask for it, and who approves what somebody else asks for."""

    action: Action
    alone: frozenset[Role] = frozenset()
    asks: frozenset[Role] = frozenset()
    approves: frozenset[Role] = frozenset()
    built: bool = True  # False: nothing at the counter does this yet


_NOBODY: frozenset[Role] = frozenset()
_SUPERVISOR = frozenset({Role.SUPERVISOR})
_BOTH = frozenset({Role.CLERK, Role.SUPERVISOR})


def _second(action: Action, *, built: bool = False) -> Right:
    """Asked for by whoever works at the counter, approved by a supervisor who is somebody else."""
    return Right(action, _NOBODY, _BOTH, _SUPERVISOR, built)


RIGHTS: tuple[Right, ...] = (
    Right(Action.LOG_IN, _BOTH),
    Right(Action.ACTIVATE, _BOTH),
    Right(Action.ENDORSE, _SUPERVISOR),
    Right(Action.ENDORSE_EARLY, _BOTH),
    Right(Action.RELEASE, _SUPERVISOR),
    Right(Action.ACCEPT, _BOTH),
    Right(Action.REFUSE, _BOTH),
    Right(Action.PRINT, _BOTH),
    Right(Action.LOOK_UP, _BOTH),
    Right(Action.NOTIFY, _BOTH),
    Right(Action.PERSONS, _BOTH),
    Right(Action.COMPLAIN, _BOTH),
    Right(Action.EXCEPTION, _BOTH),
    Right(Action.WARN, _BOTH),
    Right(Action.INCIDENT, _BOTH),
    Right(Action.ANSWER_RIGHT, _SUPERVISOR),
    Right(Action.GIVE_UP_NUMBERS, _BOTH),
    Right(Action.CLOSE_DAY, _BOTH),
    Right(Action.DISPATCH, _BOTH),
    Right(Action.SHIFT, _BOTH),
    Right(Action.JOURNAL, _BOTH),
    Right(Action.EVIDENCE, _BOTH),
    Right(Action.BACKUP, _BOTH),
    Right(Action.LATE_ENTRIES, _SUPERVISOR),
    Right(Action.PAPER_HAND_OUT, _SUPERVISOR),
    _second(Action.READER_DOWN, built=True),
    _second(Action.TYPED, built=True),
    _second(Action.PAPER_ENTRY, built=True),
    _second(Action.PAPER_VOID, built=True),
    _second(Action.EXEMPT, built=True),
    _second(Action.VOID, built=True),
    _second(Action.CORRECT, built=True),
    _second(Action.UNMASK, built=True),
    _second(Action.DISCLOSE, built=True),
    _second(Action.PROPOSE_BLOCK, built=True),
    _second(Action.HOLD, built=True),
    _second(Action.DIFFERENCE, built=True),
)
_BY_ACTION = {right.action: right for right in RIGHTS}


def right(action: Action) -> Right:
    """The row of ``action``."""
    return _BY_ACTION[action]


def may(role: str, action: Action) -> bool:
    """Whether ``role`` does it alone; False for a role that is not known."""
    return role in _BY_ACTION[action].alone


def may_ask(role: str, action: Action) -> bool:
    """Whether ``role`` does it alone or with a second person's approval."""
    row = _BY_ACTION[action]
    return role in row.alone or role in row.asks


def may_approve(role: str, action: Action) -> bool:
    """Whether ``role`` approves what somebody else asks for.  That it is somebody else the caller sees to."""
    return role in _BY_ACTION[action].approves


def may_endorse(role: str, accepted: Iterable[str]) -> bool:
    """Whether ``role`` stands by a new key at a counter that has accepted keys in the roles ``accepted``."""
    early = not any(may(each, Action.ENDORSE) for each in accepted)
    return may(role, Action.ENDORSE) or (early and may(role, Action.ENDORSE_EARLY))


def need(role: str, action: Action) -> None:
    """Raises RuleError ROLE with the action and who does it, where ``role`` may not even ask for it."""
    if not may_ask(role, action):
        raise RuleError(RuleFault.ROLE, action=f"right.{action}", who=who(action))


def who(action: Action) -> str:
    """The code of those who do it alone, or ask for it where nobody does: "clerk_supervisor"."""
    row = _BY_ACTION[action]
    roles = row.alone or row.asks
    return "fact.who." + "_".join(role.value for role in Role if role in roles)
