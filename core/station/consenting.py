"""Separate consents and the guardian's at the counter: into the visit, into entries, and out of them again.

An answer stands in the entry ``ConsentAnswered``, whose operation id says visit, consent and how often it was
answered: so the same answer twice has one effect (I1), and what stands is found without a table of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace

from core.acceptance import consenting
from core.acceptance.again import shown_of, would_show_person
from core.acceptance.record import digest_hint
from core.acceptance.said import ConsentAnswer
from core.acceptance.visit import Visit
from core.consents import AnswerConsent, Answered, GuardianAgrees, ItemConsents
from core.errors import RuleError, RuleFault
from core.identity.characters import storable
from core.ledger.clock import CHINA
from core.ledger.entry import Entry
from core.ledger.state import State
from core.ledger.writer import Proposal
from core.ports import ItemRow
from core.rule_data import Consent
from core.station.days import day_proposals
from core.station.live import Live, new_id

_ROWS = 100  # so many of a person's newest items are looked through
_MOST = 99  # answers to one consent of one visit

_MESSAGES = {
    Answered.GIVEN: "msg.consent_given",
    Answered.REFUSED: "msg.consent_refused",
    Answered.WITHDRAWN: "msg.consent_withdrawn",
}

VisitCommand = AnswerConsent | GuardianAgrees


def handle(live: Live, visit: Visit, command: VisitCommand) -> Visit:
    """The visit after it.  Once its sender has an entry, an answer gets one at once.

    Raises RuleError as ``core.acceptance.consenting``, StoreError.
    """
    if isinstance(command, GuardianAgrees):
        return consenting.agree(visit, command, live.rules)
    recorded = visit.sender_entry > 0
    after = consenting.answer(visit, command, live.rules, recorded=recorded)
    code = command.consent
    if not recorded or after.said.consents[code] == visit.said.consents.get(code):
        return after
    made = _proposal(live, visit.id, code, after.said.consents[code], lambda _: visit.sender_entry)
    live.commit([*day_proposals(live), made])
    return after


def as_recorded(live: Live, visit: Visit) -> Visit:
    """The visit with her answers as the journal has them by now, once an entry says whose they are.

    What she took back, or gave, at a look-up counts for the visit that still stands, or waits, from then on
    (PIPL 15): nothing later in it rests on a consent that is no more, and none is asked for in vain.
    """
    if not visit.sender_entry:
        return visit
    said = dict(visit.said.consents)
    for consent in _every(live):
        found = _stands(live, visit.id, visit.sender_entry, consent.code)
        if found is not None:
            said[consent.code] = found[0]
    if said == visit.said.consents:
        return visit
    return replace(visit, said=replace(visit.said, consents=said), revision=visit.revision + 1)


def taken_back(visit: Visit, row: ItemRow, code: str) -> Visit:
    """The visit without her yes to ``code`` where who took it back, the sender of item ``row``, stands here.

    Before her entry nothing is recorded of the visit, so nothing is to be withdrawn: she is asked again where
    it matters, and unasked it is none (PIPL 14, 15).  Whom an annex shows alike is asked once too often.
    """
    return _without(visit, {code}) if shown_of(row.annex) in _shown_as(visit) else visit


def taken_back_since(live: Live, visit: Visit, since: dt.datetime) -> Visit:
    """A draft without what its person took back, at a look-up, after it was put aside at ``since``."""
    said, journal, identity = visit.said.consents.items(), live.need_journal(), visit.identity
    codes = {code for code, each in said if each.answer is Answered.GIVEN}
    if visit.sender_entry or not codes or identity is None:
        return visit
    number, back = storable(identity.number), set[str]()
    hints = {m: digest_hint(key, identity.kind, number) for m, key in live.store.hint_keys().items()}
    for row in journal.items_by_hint(hints, _shown_as(visit), _ROWS):
        back |= {code for code in codes - back if _withdrawn_since(live, row, code, since)}
    return _without(visit, back)


def _withdrawn_since(live: Live, row: ItemRow, code: str, since: dt.datetime) -> bool:
    try:
        visit_id, sender = _whose(live, row.seq)
    except RuleError:  # of a machine that was replaced: its entries are asked about where they are
        return False
    last = [each for each in _answers(live, visit_id, code) if each.data["sender"] == sender][-1:]
    return any(e.data["answer"] == Answered.WITHDRAWN and e.header.trusted.at >= since for e in last)


def _shown_as(visit: Visit) -> tuple[str, ...]:
    """How an annex shows whoever stands here; nothing before her document was seen."""
    one = visit.identity
    return () if one is None else would_show_person(one.kind, storable(one.number), one.names)


def _without(visit: Visit, codes: set[str]) -> Visit:
    said = visit.said.consents
    gone = {code for code in codes if code in said and said[code].answer is Answered.GIVEN}
    if visit.sender_entry or not gone:
        return visit
    left = {code: each for code, each in said.items() if code not in gone}
    return replace(visit, said=replace(visit.said, consents=left), revision=visit.revision + 1)


def proposals(live: Live, visit: Visit) -> list[Proposal]:
    """What follows the sender's own entry, in the transaction of F9."""

    def sender(state: State) -> int:
        return int(state.value["senders"][visit.id])

    def guardian(state: State) -> dict[str, object]:
        return consenting.guardian_data(visit, sender(state)) or {}

    made = []
    if consenting.guardian_data(visit, 0) is not None:
        made.append(Proposal("GuardianConsented", guardian, new_id(), by_person=True))
    answers = consenting.current(visit, live.rules)
    return made + [_proposal(live, visit.id, code, said, sender) for code, said in answers.items()]


def _proposal(
    live: Live, visit_id: str, code: str, said: ConsentAnswer, sender: Callable[[State], int]
) -> Proposal:
    journal = live.need_journal()
    names = (_operation(visit_id, code, count) for count in range(1, _MOST + 1))
    free = next((name for name in names if journal.by_operation(name) is None), None)
    if free is None:
        raise RuleError(RuleFault.NOT_ALLOWED)

    def data(state: State) -> dict[str, object]:
        return consenting.consent_data(visit_id, sender(state), code, said)

    return Proposal("ConsentAnswered", data, free, by_person=True)


def _operation(visit_id: str, code: str, count: int) -> str:
    return f"consent:{visit_id}:{code}:{count}"


# -- of an item that was accepted --------------------------------------------------------------------


def of_item(live: Live, item: int, *, may_give: bool) -> ItemConsents:
    """What the sender of the item accepted by entry ``item`` said, and what she may be asked.

    Raises RuleError LATE_ITEM beside the chain, NOT_ALLOWED where there is no such item.
    """
    visit_id, sender = _whose(live, item)
    in_force = {each.code: each for each in live.rules.consents}
    views = []
    for consent in _every(live):
        found = _stands(live, visit_id, sender, consent.code)
        if found is None and consent.code not in in_force:
            continue
        said, day = found or (None, "")
        views.append(consenting.consent_view(in_force.get(consent.code, consent), said, day))
    return ItemConsents(item, tuple(views), may_give)


def answer_of_item(live: Live, command: AnswerConsent, *, may_give: bool) -> None:
    """Withdrawn, or given after all: an entry at once.

    Raises RuleError CONSENT_PERSON for a consent that is to be given where the person's document was not
    placed; else as ``core.acceptance.consenting.need_consent``, and as :func:`of_item`.
    """
    visit_id, sender = _whose(live, command.item)
    found = _stands(live, visit_id, sender, command.consent)
    before = found[0] if found is not None else None
    if command.answer is Answered.GIVEN and not may_give:
        raise RuleError(RuleFault.CONSENT_PERSON)
    wanted = consenting.answered(before.answer if before is not None else "", command.answer)
    if wanted is Answered.WITHDRAWN and before is not None:
        said = replace(before, answer=wanted, how=command.how)  # also where the text is no longer in force
    else:
        version = consenting.need_consent(live.rules, command).version
        said = ConsentAnswer(version, wanted, command.how)
    if said != before:
        made = _proposal(live, visit_id, command.consent, said, lambda _: sender)
        live.commit([*day_proposals(live), made])
    live.say(_MESSAGES[wanted], "good")


def given(live: Live, item: int, code: str) -> Entry | None:
    """The entry by which the item's sender agreed to ``code``; None where she did not, or took it back.

    Raises as :func:`of_item`.
    """
    visit_id, sender = _whose(live, item)
    last = [entry for entry in _answers(live, visit_id, code) if entry.data["sender"] == sender][-1:]
    return next((entry for entry in last if entry.data["answer"] == Answered.GIVEN), None)


def _whose(live: Live, item: int) -> tuple[str, int]:
    """(visit, seq of the sender's entry) of an item."""
    if item < 0:
        raise RuleError(RuleFault.LATE_ITEM)
    entry = _entry(live, item)
    if entry is None or entry.header.kind != "ItemAccepted":
        raise RuleError(RuleFault.NOT_ALLOWED)
    return str(entry.data["visit"]), int(entry.data["sender"])


def _stands(live: Live, visit_id: str, sender: int, code: str) -> tuple[ConsentAnswer, str] | None:
    """The last answer of that sender, and its day."""
    found = None
    for entry in _answers(live, visit_id, code):
        data = entry.data
        if data["sender"] == sender:
            said = ConsentAnswer(data["version"], Answered(data["answer"]), data["how"])
            found = said, f"{entry.header.trusted.at.astimezone(CHINA):%Y-%m-%d}"
    return found


def _answers(live: Live, visit_id: str, code: str) -> Iterator[Entry]:
    """Every answer to one consent of one visit, the oldest first."""
    for count in range(1, _MOST + 1):
        head = live.need_journal().by_operation(_operation(visit_id, code, count))
        entry = _entry(live, head.seq) if head is not None else None
        if entry is None:
            return
        yield entry


def _entry(live: Live, seq: int) -> Entry | None:
    return next(iter(live.need_journal().entries(seq, seq)), None)


def _every(live: Live) -> list[Consent]:
    """Of all editions, the last text of each code: what was given under an old one can be taken back."""
    last: dict[str, Consent] = {}
    for rules in live.rulebook.editions:
        last |= {each.code: each for each in rules.consents}
    return list(last.values())
