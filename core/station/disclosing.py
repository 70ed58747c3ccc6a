"""A customer's data for an organ or a partner: filed here, signed by a second person, given by headquarters.

Nothing is opened at a counter: it holds no key to what it sealed.  What names the paper and the people is
typed into one sealed part, read by headquarters' opening service alone, and leaves the screen with the entry.
A record is printed whenever one moves on, or is refused.  Sources: 邮政法 36; PIPL 23, 25; R70 to R74.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from core import wire
from core.access.rights import Action, Role
from core.devices import DisclosureRecord
from core.disclosing import (
    BeginDisclosure,
    DisclosingView,
    DisclosureForm,
    DisclosureMark,
    FileDisclosure,
    LeaveDisclosure,
    SendDisclosure,
)
from core.disclosure_rules import Recipient
from core.errors import RuleError, RuleFault
from core.identity.characters import storable
from core.ledger import disclosures as ledger
from core.ledger.clock import business_date, minute
from core.ledger.entry import AttachmentClass, parse_stamp
from core.ledger.erasure import is_restricted
from core.ledger.requests import Mode, may_use
from core.ledger.writer import Part, Proposal
from core.station import consenting, requests
from core.station.days import day_proposals
from core.station.live import Live, new_id

_MOST = 60  # characters of each text
_SEALED = "sealed"
_PRINTED = ("over", "asked", "refused", "released")
Print = Callable[[DisclosureRecord], None]


class Disclosing:
    """Belongs to the station's thread.  ``form`` is what is typed into."""

    def __init__(self, live: Live, printed: Print) -> None:
        self._live = live
        self._print = printed
        self._asked: BeginDisclosure | None = None
        self.form: DisclosureForm | None = None
        self._serial = 0
        self._known: dict[str, str] | None = None  # filed → how it stood when we looked last

    def handle(self, command: object) -> bool:
        """Whether it is about a disclosure, and was done.  Raises RuleError; StoreError as a commit does."""
        self.tick()  # how all stood before it
        match command:
            case BeginDisclosure():
                self.begin(command)
            case FileDisclosure():
                self.file(command)
            case SendDisclosure():
                send(self._live, command.filed)
            case LeaveDisclosure():
                self.leave()
            case _:
                return False
        return True

    def begin(self, asked: BeginDisclosure) -> None:
        """Fields to type into.

        Raises RuleError DISCLOSURE_BASIS where the codes do not go together, DISCLOSURE_OPEN, APPROVAL_WAITS,
        DISCLOSURES_FULL; for a partner ITEM_RESTRICTED, DISCLOSURE_CONSENT, DISCLOSURE_VERSION.
        """
        live, rules = self._live, self._live.rules
        live.need_session()
        self.leave()
        row = live.item(asked.item) if asked.item > 0 else None
        if row is None or row.late is not None:
            raise RuleError(RuleFault.NOT_ALLOWED)
        who = rules.disclosure.recipient(asked.recipient)
        fields = rules.disclosure.fields(asked.recipient, asked.basis, asked.purpose, asked.scope)
        if who is None or not fields:
            raise RuleError(RuleFault.DISCLOSURE_BASIS)
        if asked.mode not in _modes(live, who):
            raise RuleError(RuleFault.APPROVAL_WAITS)
        _consent(live, who, asked.item)
        rows = live.state.value.get(ledger.MEMBER, {})
        same = [
            seq for seq, each in rows.items()
            if (each["item"], each["recipient"]) == (asked.item, asked.recipient)
            and ledger.stands(live.state.value, int(seq)) in ("waits", "asked")
        ]  # fmt: skip
        if same:
            raise RuleError(RuleFault.DISCLOSURE_OPEN)
        if len(rows) >= ledger.MOST:
            raise RuleError(RuleFault.DISCLOSURES_FULL, most=ledger.MOST)
        self._serial += 1
        number = row.short_number
        scope = rules.disclosure.scopes[asked.scope].names
        self._asked = asked
        self.form = DisclosureForm(asked.item, number, who.way.value, who.names, scope, self._serial)

    def file(self, typed: FileDisclosure) -> None:
        """``DisclosureFiled`` with its sealed part, then the request for a second person.

        Raises RuleError NOT_ALLOWED where nothing is being typed, DISCLOSURE_EMPTY, DISCLOSURE_LONG; else as
        :meth:`begin`, for the day may have gone on, and as :func:`core.station.requests.ask`.
        """
        live, asked = self._live, self._asked
        session = live.need_session()
        if asked is None:
            raise RuleError(RuleFault.NOT_ALLOWED)
        rules = live.rules.disclosure
        who = rules.recipient(asked.recipient)
        fields = rules.fields(asked.recipient, asked.basis, asked.purpose, asked.scope)
        if who is None or not fields:
            raise RuleError(RuleFault.DISCLOSURE_BASIS)
        sealed = _texts(typed, who)
        data = {
            "item": asked.item,
            "way": who.way.value,
            "recipient": who.code,
            "basis": asked.basis,
            "purpose": asked.purpose,
            "fields": list(fields),
            "consent": _consent(live, who, asked.item),
            "until": (business_date(live.now().at) + dt.timedelta(days=rules.days)).isoformat(),
        }
        part = Part(AttachmentClass.SEALED, _SEALED, wire.encode({"disclosure": sealed}))
        filed = Proposal(ledger.FILED, data, new_id(), by_person=True, parts=(part,))
        seq = live.commit([*day_proposals(live), filed])[-1].header.seq
        live.probe("disclosure.filed")
        self.leave()
        requests.ask(live, Action.DISCLOSE, seq, who.reason, details=data, mode=asked.mode)
        if asked.mode == Mode.COUNTERSIGN:
            send(live, seq)
        else:
            live.say(
                "msg.disclosure_filed", "good", reference=reference(live, seq), operator=session.operator
            )

    def leave(self) -> None:
        """Nothing is typed any more."""
        self._asked = self.form = None

    def tick(self) -> None:
        """A record for each that moved on since we looked last; none for what stood so at the opening."""
        live = self._live
        if live.journal is None:
            self._known = None
            return
        value = live.state.value
        now = {name: ledger.stands(value, int(name)) for name in value.get(ledger.MEMBER, {})}
        before, self._known = self._known, now
        if before is None:
            return
        for name, state in now.items():
            if state in _PRINTED and before.get(name) not in (None, state):
                self._print(record(live, int(name), state))

    def view(self, found: Iterable[int] | None) -> DisclosingView:
        """For whoever stands here; ``found``: the items of the look-up, None without one."""
        live = self._live
        if found is None or live.session is None:
            return DisclosingView()
        marks = tuple(_marks(live, frozenset(found)))
        return DisclosingView(
            marks, self.form, live.rules.disclosure, live.rules.second[Action.DISCLOSE].hours
        )


def send(live: Live, filed: int) -> None:
    """``DisclosureAsked``: it stands before headquarters, in the words of the entry that filed it.

    Raises RuleError DISCLOSURE_GONE, APPROVAL_NEEDED; for a partner DISCLOSURE_CONSENT, ITEM_RESTRICTED where
    the customer withdrew meanwhile.
    """
    row = live.state.value.get(ledger.MEMBER, {}).get(str(filed))
    if row is None or row["asked"]:
        raise RuleError(RuleFault.DISCLOSURE_GONE)
    asked = requests.need(live, Action.DISCLOSE, filed)
    who = live.rules.disclosure.recipient(row["recipient"])
    if who is None:
        raise RuleError(RuleFault.DISCLOSURE_BASIS)
    _consent(live, who, row["item"])
    data = {"filed": filed, "asked": asked}
    live.commit([*day_proposals(live), Proposal(ledger.ASKED, data, new_id(), by_person=True)])
    live.probe("disclosure.asked")
    live.say("msg.disclosure_asked", "good", reference=reference(live, filed))


def reference(live: Live, filed: int) -> str:
    """What the printed record says, and what headquarters lists it by."""
    return f"{live.settings.terminal}/{filed}"


def may_see(live: Live, row: Mapping[str, object]) -> bool:
    """Whether whoever stands here is told of one: a supervisor, and who filed it (邮政法 36)."""
    session = live.session
    if session is None:
        return False
    return session.role == Role.SUPERVISOR or row["by"] == session.operator


def record(live: Live, filed: int, state: str) -> DisclosureRecord:
    """What is printed: codes by their names and the masked item, nobody's name and no document's number."""
    entry = next(iter(live.need_journal().entries(filed, filed)))
    data, rules = entry.data, live.rules.disclosure
    row, who = live.item(data["item"]), rules.recipient(data["recipient"])
    basis, purpose = rules.bases.get(data["basis"]), rules.purposes.get(data["purpose"])
    return DisclosureRecord(
        reference=reference(live, filed),
        branch=live.settings.branch,
        operator=entry.header.actor.id,
        at=minute(entry.header.trusted.at),
        way=data["way"],
        recipient=who.names["zh"] if who is not None else data["recipient"],
        basis=basis.names["zh"] if basis is not None else data["basis"],
        purpose=purpose.names["zh"] if purpose is not None else data["purpose"],
        fields=tuple(data["fields"]),
        number=row.number if row is not None else "",
        until=data["until"],
        state=state,
    )


def _marks(live: Live, found: frozenset[int]) -> Iterable[DisclosureMark]:
    value, session = live.state.value, live.need_session()
    for name, row in sorted(value.get(ledger.MEMBER, {}).items(), key=lambda each: int(each[0])):
        state = ledger.stands(value, int(name))
        if row["item"] not in found or not may_see(live, row):
            continue
        mine = row["by"] == session.operator
        if state == "waits" and mine and _ready(live, int(name)):
            state = "ready"
        who = live.rules.disclosure.recipient(row["recipient"])
        names = who.names if who is not None else {"zh": row["recipient"], "en": row["recipient"]}
        place = reference(live, int(name))
        yield DisclosureMark(int(name), row["item"], row["way"], names, state, row["until"], place, mine=mine)


def _ready(live: Live, filed: int) -> bool:
    now = live.now().at
    return any(
        (each["action"], each["subject"]) == (Action.DISCLOSE.value, filed)
        and may_use(each)
        and now <= parse_stamp(each["until"])
        for each in live.state.value["requests"].values()
    )


def _modes(live: Live, who: Recipient) -> tuple[str, ...]:
    """A partner always waits for the second person; an organ may go first where the rules say so."""
    hours = live.rules.second[Action.DISCLOSE].hours
    return tuple(mode for mode in hours if mode == Mode.WAIT or who.way is ledger.Way.LAWFUL)


def _consent(live: Live, who: Recipient, item: int) -> int:
    """The entry of the consent that a partner's rests on, 0 for an organ.

    Raises RuleError DISCLOSURE_CONSENT where the sender gave none, refused or withdrew it, DISCLOSURE_VERSION
    where it is of another text than the one in force, ITEM_RESTRICTED.
    """
    if who.way is ledger.Way.LAWFUL:
        return 0
    if is_restricted(live.state.value, item):
        raise RuleError(RuleFault.ITEM_RESTRICTED)
    entry = consenting.given(live, item, who.consent)
    if entry is None:
        raise RuleError(RuleFault.DISCLOSURE_CONSENT)
    in_force = next((each.version for each in live.rules.consents if each.code == who.consent), "")
    if entry.data["version"] != in_force:
        raise RuleError(RuleFault.DISCLOSURE_VERSION)
    return entry.header.seq


def _texts(typed: FileDisclosure, who: Recipient) -> dict[str, str]:
    """What is sealed.  Raises RuleError DISCLOSURE_EMPTY, DISCLOSURE_LONG."""
    names = ("document", "first_name", "first_card", "second_name", "second_card")
    texts = {name: storable(getattr(typed, name)) for name in names}
    needed = names if who.way is ledger.Way.LAWFUL else names[:3]
    if not all(texts[name] for name in needed):
        fault = RuleFault.DISCLOSURE_OFFICERS if who.way is ledger.Way.LAWFUL else RuleFault.DISCLOSURE_EMPTY
        raise RuleError(fault)
    if any(len(text) > _MOST for text in texts.values()):
        raise RuleError(RuleFault.DISCLOSURE_LONG, most=_MOST)
    return {name: texts[name] for name in needed}
