"""Ctrl+Z: what the clerk did last is taken back, step by step, never past a commit.

Only her own steps are on the list: a card, a scan and an entry are facts.  A step of which a device has
changed what it left behind is passed over.  Taking back may open a confirmation, and never gives one back:
what was undone by typing is confirmed anew.  The one exception is a visit that was thrown away and that
nothing has touched since: it comes back whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from core import commands as c
from core.acceptance import inputs
from core.acceptance.as_in import GROUPS, party_of
from core.acceptance.known import without
from core.acceptance.senders import without_approval
from core.acceptance.visit import SCALE, Visit, undo_inspection, undo_original
from core.commands import Field, Party
from core.consents import AnswerConsent, GuardianAgrees
from core.rule_data import Rules

DEEDS_MOST = 50
_NAMES: Mapping[type[object], str] = MappingProxyType(
    {
        c.ConfirmOriginal: "original",
        c.ConfirmInspected: "inspected",
        c.SetSecurity: "security",
        c.SetRoute: "route",
        c.SetFee: "fee",
        c.SetPayment: "payment",
        c.ConfirmCondition: "condition",
        c.AcknowledgeNotice: "notice",
        AnswerConsent: "consent",
        GuardianAgrees: "guardian",
        c.NewAcceptance: "discard",
        c.SetSenderKind: "sender_kind",
        c.SetSenderField: "sender_field",
        c.KeepAsPrincipal: "principal",
        c.SetProof: "proof",
        c.SetExemption: "exemption",
        c.ApproveExemption: "approval",
        c.StartManual: "manual",
        c.SetManualField: "manual_field",
        c.FinishManual: "manual",
        c.CancelManual: "manual",
        c.TakeKnown: "known",
        c.TakePaste: "paste",
    }
)
NAMES = (*dict.fromkeys(_NAMES.values()), *(field.value for field in Field))  # ``undone.<name>``
# What one group of steps changes: taken back whole, or not at all.
_WHO = ("sender_kind", "sender_fields", "principal", "proof", "exempt_reason", "approval", "manual",
        "identity", "shown")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deed:
    """One step: the command, and the visit before and after it."""

    command: c.Command
    before: Visit
    after: Visit

    @property
    def name(self) -> str:
        """Which sentence says it: ``undone.<name>``."""
        if isinstance(self.command, c.SetField):
            return self.command.name.value
        return _NAMES[type(self.command)]

    @property
    def typed(self) -> object:
        """What is typed into: typing there again belongs to this step; None for any other step."""
        command = self.command
        if isinstance(command, c.SetField | c.SetSenderField | c.SetManualField):
            return type(command), command.name
        return c.SetFee if isinstance(command, c.SetFee) else None


class Deeds:
    """The clerk's steps since the last commit, oldest first; the oldest are forgotten beyond fifty."""

    def __init__(self) -> None:
        self._deeds: list[Deed] = []

    def forget(self) -> None:
        """An entry, another visit, the lock: nothing before it can be taken back."""
        self._deeds.clear()

    def note(self, command: c.Command, before: Visit, after: Visit) -> None:
        """A step was made.  One that changed nothing is none; typing goes on in the step before it."""
        if type(command) not in _NAMES and not isinstance(command, c.SetField):
            return
        deed = Deed(command, before, after)
        last = self._deeds[-1] if self._deeds else None
        if deed.typed is not None and last is not None and last.typed == deed.typed:
            self._deeds.pop()
            deed = replace(deed, before=last.before)
        if isinstance(command, c.NewAcceptance) and before.empty:
            return  # nothing was thrown away
        if isinstance(command, c.SetField) and deed.before.text(command.name) == after.text(command.name):
            return  # as it stood before: its letters were taken back one by one
        if replace(deed.before, revision=0) != replace(deed.after, revision=0):
            self._deeds = [*self._deeds, deed][-DEEDS_MOST:]

    def take_back(self, visit: Visit, rules: Rules, known: inputs.Known) -> tuple[Visit, str] | None:
        """The visit without the last step, and that step's name; None where there is nothing left."""
        while self._deeds:
            deed = self._deeds.pop()
            after = _take_back(visit, deed, rules, known)
            if after is not None:
                return after, deed.name
        return None


def _take_back(visit: Visit, deed: Deed, rules: Rules, known: inputs.Known) -> Visit | None:
    """None where what the step left behind no longer stands so."""
    before, after = deed.before, deed.after
    match deed.command:
        case c.SetField(name=name):
            party = party_of(name)
            if party is not None and before.as_in(party) is not None:
                return _contact_back(visit, party, before, after)
            if visit.text(name) != after.text(name) or visit.item.accepted != after.item.accepted:
                return None
            return inputs.put_back(visit, name, before.text(name), rules, known).visit
        case c.TakeKnown(party=party):
            return _contact_back(visit, party, before, after)
        case c.TakePaste():
            return _paste_back(visit, before, after, rules, known)
        case c.ConfirmOriginal():
            return undo_original(visit) if visit.original_seen == after.original_seen else None
        case c.ConfirmInspected():
            return undo_inspection(visit) if visit.item.inspected == after.item.inspected else None
        case c.AcknowledgeNotice():
            return _back(visit, before, after, ("acknowledged", "notice"))
        case AnswerConsent() | GuardianAgrees():
            return _back(visit, before, after, ("said",))
        case c.SetPayment():
            return _back(visit, before, after, ("payment",))
        case c.NewAcceptance():
            return _whole(visit, before, after)
        case c.SetSecurity() | c.SetRoute() | c.SetFee() | c.ConfirmCondition():
            return _item_back(visit, deed)
    return _who_back(visit, before, after)


def _back(visit: Visit, before: Visit, after: Visit, names: tuple[str, ...]) -> Visit | None:
    if any(getattr(visit, name) != getattr(after, name) for name in names):
        return None
    return replace(visit, **{name: getattr(before, name) for name in names})


def _contact_back(visit: Visit, party: Party, before: Visit, after: Visit) -> Visit | None:
    """A contact that stands by reference, or stood: all its fields together (``known.whole``)."""
    names = GROUPS[party]
    stands = visit.as_in(party) == after.as_in(party) and visit.item.accepted == after.item.accepted
    if not stands or any(visit.text(name) != after.text(name) for name in names):
        return None
    texts = {name: before.text(name) for name in names}
    if party is Party.SENDER:
        return replace(visit, fields={**visit.fields, **texts}, sender_as_in=before.sender_as_in)
    item = replace(
        visit.item, fields={**visit.item.fields, **texts}, recipient_as_in=before.item.recipient_as_in
    )
    return replace(visit, item=item)


def _paste_back(visit: Visit, before: Visit, after: Visit, rules: Rules, known: inputs.Known) -> Visit | None:
    """What a pasted text filled in: all of it, or nothing where a field was changed since."""
    party = Party.SENDER if before.paste is not None and before.paste.sender else Party.RECIPIENT
    back = _contact_back(visit, party, before, after)
    changed = [name for name in Field if before.text(name) != after.text(name) and name not in GROUPS[party]]
    if back is None or any(visit.text(name) != after.text(name) for name in changed):
        return None
    for name in changed:
        back = inputs.put_back(back, name, before.text(name), rules, known).visit
    return replace(back, revision=visit.revision + 1)


def _item_back(visit: Visit, deed: Deed) -> Visit | None:
    names = {
        c.SetSecurity: ("security", "security_at", "centre"),
        c.SetRoute: ("route",),
        c.SetFee: ("fee",),
        c.ConfirmCondition: ("conditions",),
    }[type(deed.command)]
    old, left = deed.before.item, deed.after.item
    if any(getattr(visit.item, name) != getattr(left, name) for name in names):
        return None
    return replace(visit, item=replace(visit.item, **{name: getattr(old, name) for name in names}))


def _who_back(visit: Visit, before: Visit, after: Visit) -> Visit | None:
    """Who sends.  An approval is never given back; another identity has to be compared."""
    back = _back(visit, before, after, _WHO)
    if back is None:
        return None
    if back.identity is not visit.identity:
        back = undo_original(without(back))
    name = Field.SENDER_NAME
    if before.text(name) != after.text(name) == visit.text(name):
        back = replace(back, fields={**back.fields, name: before.text(name)})
    approval = before.approval if before.approval is after.approval else None
    return replace(back, approval=approval, revision=visit.revision + 1)


def _whole(visit: Visit, before: Visit, after: Visit) -> Visit | None:
    """What F2 threw away, unless a device or the clerk has begun something since."""
    if _untouched(visit) != _untouched(after):
        return None
    back = without_approval(before) if before.approval is not None else before
    return replace(back, on_reader=visit.on_reader, revision=visit.revision + 1)


def _untouched(visit: Visit) -> Visit:
    """Without what says nothing about a customer: a card that still lies there, a load on the scale."""
    fields = {name: text for name, text in visit.item.fields.items() if text.source != SCALE}
    return replace(visit, revision=0, on_reader=False, item=replace(visit.item, fields=fields))
