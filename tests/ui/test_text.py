"""Every sentence exists once per language, says what to do, and is used (house.md, Errors)."""

from __future__ import annotations

import ast
import json
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.acceptance.catalogue import Action
from core.acceptance.gates import GateDetail, Missing
from core.acceptance.pasted import Fix
from core.acceptance.undo import NAMES
from core.acceptance.visit import VisitNote
from core.access.papers import Paper
from core.access.rights import RIGHTS, who
from core.access.second import ASKED, MODES
from core.assistant import Busy, Stage
from core.assistant import Way as RunWay
from core.commands import (
    Acknowledgement,
    Field,
    ManualCause,
    ManualField,
    Party,
    Payment,
    Proof,
    RefusalReason,
    Security,
    SenderField,
    SenderKind,
)
from core.config import DRIVERS
from core.consents import Answered
from core.devices import DeviceState, Slot
from core.errors import (
    CardFault,
    ConfigFault,
    DeviceFault,
    EntryFault,
    Fact,
    HqFault,
    RuleFault,
    StoreFault,
    TransferFault,
)
from core.identity.card import DocumentKind, Sex
from core.identity.check import CardWarning
from core.identity.numbers import NumberWarning
from core.ledger.block_list import LISTED_FOR
from core.ledger.blocks import Outcome as BlockOutcome
from core.ledger.branches import REASONS as DECLINED
from core.ledger.breaches import Settled
from core.ledger.cases import Cause, Whose
from core.ledger.complaints import Class, How, Ours
from core.ledger.configured import TABLES
from core.ledger.day_slip import UNSAID
from core.ledger.differences import Difference
from core.ledger.disclosures import Way
from core.ledger.handover import FAILED, OK, SKIPPED, WARNED, WRONG
from core.ledger.incidents import To
from core.ledger.item_exceptions import End, Try
from core.ledger.kinds_shifts import BOOKS, COUNTED
from core.ledger.looks import Many
from core.ledger.notices import PARKED, RETURNED
from core.ledger.notify import Outcome as Notified
from core.ledger.notify import Why as RefusedFor
from core.ledger.persons import Outcome
from core.ledger.recount import ABOUT
from core.ledger.recount import NAMES as FIGURES
from core.ledger.stock import FIGURES as STOCK
from core.ledger.stock import FLOWS
from core.numbering import VoidCause
from core.paper_pictures import PictureOf
from core.regions.place import Correction, Doubt
from core.slips import PLACES
from core.station.drafts import DAY_CLOSED, TOO_OLD, UNREADABLE
from core.station.pools import MET, WITHDRAWN
from core.view import GateName, GateState
from devices.conformance import CheckName
from devices.idcard.frames import Command
from devices.idcard.photo import PhotoReason
from devices.printer.page import OFFSET
from hq.reviews import REASONS, Why
from tests.ui import packs
from ui.assistant.fields import KINDS as TYPED
from ui.assistant.handover_paper import CHECK_HEAD, DEVICE_HEAD, WHY
from ui.assistant.handover_paper import KEYS as HANDED_KEYS
from ui.assistant.page import ACTIONS
from ui.assistant.told import FACTS as TOLD_FACTS
from ui.assistant.told import TOLD
from ui.bench.cards import NAMES as CARDS
from ui.bench.drawer import GROUPS
from ui.bench.goods import HOSTILE, SENDER_CODES
from ui.bench.papers import TROUBLES
from ui.bench.trouble import CONDITIONS, LINES
from ui.bench.window import ERRORS
from ui.clerk.block import QUESTIONS as BLOCKS
from ui.clerk.block import STATES as BLOCK_STATES
from ui.clerk.case import QUESTIONS as CASES
from ui.clerk.complaint import FIELDS as COMPLAINED
from ui.clerk.complaint import QUESTIONS as COMPLAINTS
from ui.clerk.complaint import STATES as COMPLAINT_STATES
from ui.clerk.complaint import STEPS
from ui.clerk.confirmations import CONFIRMATIONS
from ui.clerk.consents import QUESTIONS as CONSENTS
from ui.clerk.correct import QUESTIONS as CORRECT
from ui.clerk.disclosure import FIELDS as DISCLOSED
from ui.clerk.disclosure import PARTNER
from ui.clerk.disclosure import QUESTIONS as DISCLOSURES
from ui.clerk.disclosure import STATES as DISCLOSURE_STATES
from ui.clerk.dispatch import QUESTIONS as BAGS
from ui.clerk.form import ROWS
from ui.clerk.help import TOPICS
from ui.clerk.incident import QUESTIONS as INCIDENTS
from ui.clerk.incident import STEPS as INCIDENT_STEPS
from ui.clerk.item_exception import QUESTIONS as EXCEPTIONS
from ui.clerk.item_exception import STATES as EXCEPTION_STATES
from ui.clerk.item_exception import STEPS as EXCEPTION_STEPS
from ui.clerk.lanes import QUESTIONS as LANES
from ui.clerk.late import QUESTIONS as LATE
from ui.clerk.notify import LANGUAGES as SENT_IN
from ui.clerk.notify import QUESTIONS as NOTIFY
from ui.clerk.paper_forms import QUESTIONS as PAPER
from ui.clerk.persons import QUESTIONS as PERSONS
from ui.clerk.persons import RIGHTS as ASKABLE
from ui.clerk.persons import STATES as DUE
from ui.clerk.picturing import QUESTIONS as PICTURES
from ui.clerk.pools import QUESTIONS as POOLS
from ui.clerk.questions import QUESTIONS
from ui.clerk.second import QUESTIONS as SECOND
from ui.clerk.second import STATES
from ui.clerk.shift import QUESTIONS as SHIFTS
from ui.clerk.shift import SIGNED as SHIFT_SIGNED
from ui.clerk.shortcuts import SHORTCUTS
from ui.clerk.stocktake import QUESTIONS as STOCKTAKES
from ui.clerk.who import ASKING
from ui.paper_form import names as names_on_a_form
from ui.report_form import EXCEPTION_ROWS, INCIDENT_ROWS, SIGNED
from ui.report_form import STATES as REPORTED
from ui.supervisor.close import ACTS as CLOSE_ACTS
from ui.supervisor.close import FIGURES as CLOSE_FIGURES
from ui.supervisor.close import STATES as CLOSE_STATES
from ui.supervisor.questions import QUESTIONS as CLOSING
from ui.supervisor.slip_pdf import COLUMNS
from ui.supervisor.slip_pdf import FIGURES as SLIP_FIGURES
from ui.supervisor.slips import QUESTIONS as SLIPS
from ui.technician.bar import AT_WORK
from ui.technician.findings import ACTS as GATE_ACTS
from ui.technician.findings import OUTCOMES as GATE_OUTCOMES
from ui.technician.paper import SETTINGS
from ui.text import FACTS, LANGUAGES, MESSAGES, Texts, load

ROOT = Path(__file__).resolve().parent.parent.parent
FAULTS = (
    *DeviceFault, *RuleFault, *StoreFault, *CardFault, *EntryFault, *HqFault, *ConfigFault, *TransferFault
)  # fmt: skip
CASE_WORDS = ("open", "asked", "approved", "name", "phone", "address")
_QUESTIONS = (
    *QUESTIONS,
    *LANES,
    *LATE,
    *COMPLAINTS,
    *EXCEPTIONS,
    *INCIDENTS,
    *POOLS,
    *CASES,
    *CONSENTS,
    *SECOND,
    *PERSONS,
    *CORRECT,
    *NOTIFY,
    *CLOSING,
    *SLIPS,
    *DISCLOSURES,
    *BLOCKS,
    *PAPER,
    *BAGS,
    *SHIFTS,
    *STOCKTAKES,
    *PICTURES,
)
_ASKED = tuple(f"question.{question.name}" for question in _QUESTIONS)
LOGS_IN = next(row for row in RIGHTS if row.action == "log_in").alone
ALONE = (*FAULTS, *MESSAGES, *TOLD, "unknown.code", *_ASKED)


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def _sources(*rooms: str) -> Iterator[tuple[str, ast.AST]]:
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _literals() -> set[str]:
    """Every string that stands as such in the screens: captions are asked for by their full code."""
    found: set[str] = set()
    for _, tree in (*_sources("ui"), *_sources("program")):
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return found


def _families() -> set[str]:
    """Codes that are put together at run time, from the enums that they are put together from."""
    names: dict[str, object] = {
        "way": GateName, "gate_state": GateState, "slot": Slot, "device_state": DeviceState, "field": Field,
        "refusal": RefusalReason, "sex": Sex, "fact.kind": DocumentKind, "fact.security": Security,
        "fact.how": Acknowledgement, "sender_kind": SenderKind, "proof": Proof, "manual_cause": ManualCause,
        "payment": Payment, "cause": Cause, "party": Whose,
    }  # fmt: skip
    found = {f"{family}.{member.value}" for family, kind in names.items() for member in kind}  # type: ignore[attr-defined]
    found |= {str(code) for code in (*GateDetail, *Many, *Missing, *CardWarning, *NumberWarning)}
    found |= {f"field.{name.value}" for name in (*ManualField, *SenderField)} | {"field.fee"}
    found |= {f"who.{kind.value}" for kind in ASKING} | {f"case.{what}" for what in CASE_WORDS}
    found |= {f"answer.{cause.value}" for cause in (ManualCause.READER_FAILED, ManualCause.READER_DOWN)}
    found |= {f"confirm.{name}" for name in CONFIRMATIONS}
    found |= {f"{family}.notify_{language}" for family in ("line", "answer") for language in SENT_IN}
    found |= {f"note.notify_{state}" for state in ("asked", *Notified)}
    found |= {f"notify.why.{why}" for why in RefusedFor if why is not RefusedFor.NONE}
    found |= {f"fact.source.{source}" for source in ("typed", "scan", "card", "scale", "kept", "pool")}
    found |= {
        f"source.{source}"
        for source in ("scan", "card", "scale", "kept", "known", "pasted", "tariff", "pool")
    }  # "typed" needs no word
    found |= {f"scale.{note}" for note in ("empty", "stable", "moving", "taken", "last", "typed")}
    found |= {f"{code}_{party.value}" for code in ("answer.known", "known.as_in") for party in Party}
    found |= _of_paste()
    found |= {f"nation.{number:02d}" for number in (*range(1, 57), 97, 98)}
    found |= {f"label_state.{state}" for state in ("due", "started", "printed", "unknown", "voided")}
    found |= {f"receipt_state.{state}" for state in ("due", "started", "printed", "unknown")}
    found |= {
        f"photo.{state}" for state in ("none", "undecodable", "shown", "typed", "code", "gone", *PhotoReason)
    }
    found |= {f"brief.label.{state}" for state in ("due", "started", "unknown", "voided")}
    found |= {f"brief.receipt.{state}" for state in ("due", "started", "printed", "unknown")}
    found |= {f"action.{action.value}" for action in Action}
    found |= _of_access() | _of_bench() | names_on_a_form()
    found |= {f"undone.{name}" for name in NAMES}
    found |= {f"fact.cause.{cause}" for cause in (TOO_OLD, UNREADABLE, DAY_CLOSED)}
    found |= {f"{kind}.parked{bare}" for kind in ("answer", "line") for bare in ("", "_bare")}
    found |= {f"security_rule.{ground}" for ground in ("air", "rail", "region", "open")}
    found |= {f"security_note.{chosen.value}" for chosen in Security}
    found |= {f"finding.{kind}{half}" for kind in ("restricted", "refuse", "report") for half in ("", ".do")}
    found |= {f"detail.{part}" for part in ("nationality", "pass_number", "renewed", "issued", "old_number")}
    found |= {f"label.security_{state}" for state in ("here", "centre")}
    found |= {
        f"document.{row}" for row in ("name", "number", "name_en", "details", "address", "newest_address")
    }
    found |= {f"caption.{row}" for row in ROWS}
    found |= {f"age.{unit}" for unit in ("seconds", "minutes", "hours")}
    found |= {f"key.{shortcut.name}" for shortcut in SHORTCUTS}
    found |= {f"login.{name}" for name in ("operator", "password")}
    found |= {"look_up.by_card", "note.late"} | {f"line.late_{cause}" for cause in ("late", "fork")}
    found |= {f"answer.late_{reason}" for reason in DECLINED}
    found |= {f"picture_of.{of.value}" for of in PictureOf}
    found |= {f"field.shift_{name}" for name in COUNTED} | {f"line.shift_{name}" for name in BOOKS}
    found |= {f"line.shift_{name}_off" for name in COUNTED} | {f"line.shift_open_{name}" for name in COUNTED}
    found |= {f"answer.shift_{act}{more}" for act in SHIFT_SIGNED for more in ("", "_differs")}
    found |= {f"answer.void_{cause.value}" for cause in VoidCause}
    found |= {f"review.{why}" for why in (*REASONS, *Why)} | {f"note.{state}" for state in (PARKED, RETURNED)}
    found |= {"confirm.refuse", "confirmed.yes", "confirmed.no"}
    found |= {f"fact.{fact}.none" for fact in ("fault", "key", "expected", "found")}
    found |= _of_technician() | _of_assistant()
    for topic in TOPICS:
        found |= {f"help.{topic}", f"help.{topic}.title"}
    return found


def _of_paste() -> set[str]:
    """Recognising one text that holds a contact."""
    parts = ("name", "phone", "region", "street")
    found = {f"paste.{part}" for part in (*parts, "left")}
    found |= {f"paste.do.{name}" for name in ("take", "switch", "number", "close")}
    found |= {f"paste.fix.{fix.value}" for fix in (*Fix, *Correction)}
    found |= {f"paste.doubt.region.{doubt.value}" for doubt in Doubt if doubt} | {
        "paste.doubt.region.guessed"
    }
    found |= {"paste.doubt.name.guessed", "paste.doubt.phone.several", "paste.doubt.phone.form"}
    found |= {f"place.{doubt.value}" for doubt in Doubt if doubt} | {
        "place.found",
        "place.completed",
        "place.guessed",
    }
    return found


def _of_bench() -> set[str]:
    """What stands on the demonstration's bench."""
    found = {f"bench.group.{group}" for group in GROUPS} | {f"bench.hostile.{name}" for name in HOSTILE}
    found |= {f"bench.sender_code.{name}" for name in SENDER_CODES}
    found |= {f"bench.condition.{name}" for _, names in CONDITIONS.values() for name in names}
    found |= {f"bench.card.{name}" for name in CARDS} | {
        f"bench.paper.{name}" for name in ("good", *TROUBLES)
    }
    found |= {f"bench.line.{line}" for line in LINES} | {f"bench.page.{slot}" for slot in CONDITIONS}
    found |= {f"bench.error.{error}" for error in ERRORS}
    return found


def _of_technician() -> set[str]:
    """What the technician's page puts together: drivers, checks, traffic, heads, buttons."""
    names = {name for drivers in DRIVERS.values() for name in drivers}
    found = {f"driver.{slot.value}.{name}" for slot, drivers in DRIVERS.items() for name in drivers}
    found |= {f"driver_word.{name}" for name in names - {"serial", "wedge", "pcsc", "software"}}
    found |= {f"check.{check.value}" for check in CheckName}
    found |= {f"traffic.{command.name}" for command in Command}
    found |= {f"traffic.{name}" for name in ("status", "page", "scan", "noise", "garbage")}
    found |= {f"console.head_{name}" for name in ("slot", "device", "link", "state")}
    found |= {f"console.work_{work.value}" for work in AT_WORK}
    found |= {f"console.{what}" for what in ("examine", "bundle", "share", "fetch")}
    found |= {f"paper.{name}" for name in SETTINGS} | {f"paper.{name}_value" for name in SETTINGS[3:]}
    return (
        found
        | {
            f"technician.{name}"
            for name in ("add", "test", "move", "rename", "disable", "enable", "paper", "learn", "undo")
        }
        | {"driver_word."}
    )


def _of_assistant() -> set[str]:
    """What the first run's page puts together."""
    found = {f"assistant.{word}_{stage.value}" for stage in Stage for word in ("step", "title")}
    found |= {f"assistant.lead_{stage.value}" for stage in Stage if stage is not Stage.CODE}
    found |= {f"assistant.lead_code_{way.value}" for way in RunWay}
    found |= {f"assistant.way_{way.value}" for way in RunWay}
    found |= {f"assistant.language_{language}" for language in LANGUAGES}
    found |= {f"assistant.field_{name}" for name in TYPED}
    found |= {f"assistant.busy_{busy.value}" for busy in Busy if busy is not Busy.NOTHING}
    found |= {f"assistant.{state}" for state in ("tested", "tested_bad", "untested")}
    found |= {f"gate_act.{act}" for act in GATE_ACTS} | {f"gate_outcome.{each}" for each in GATE_OUTCOMES}
    found |= {f"handover.why.{why}" for why in WHY} | {f"handover.key.{key}" for key in HANDED_KEYS}
    found |= {f"handover.outcome.{outcome}" for outcome in (OK, FAILED, SKIPPED)}
    found |= {f"handover.state.{state}" for state in (OK, WARNED, WRONG, "not_opened")}
    found |= {f"handover.head.{name}" for name in (*DEVICE_HEAD, *CHECK_HEAD)}
    return found | {f"assistant.act_{act}" for act in ACTIONS}


def _of_access() -> set[str]:
    """What the table of rights, the gate of the log-in and the separate consents speak of."""
    found = {f"fact.paper.{paper.value}" for paper in Paper} | {f"fact.field.{OFFSET}"}
    found |= {f"fact.consent.{answer}" for answer in (*Answered, "none")} | {
        "note.restricted",
        "note.corrected",
    }
    found |= {f"answer.consent_{how.value}" for how in Acknowledgement}
    found |= {f"configuration.{table}" for table in TABLES}
    found |= {f"fact.who.{role.value}" for role in LOGS_IN}  # whose card is wanted
    found |= {"fact.about.none", "fact.wrong.none"}  # a request may be about no item
    found |= {f"{where}.right_{state}" for where in ("note", "line", "answer") for state in DUE}
    found |= {f"person_right.{right}" for right in ASKABLE}
    found |= {f"person_outcome.{outcome.value}" for outcome in Outcome}
    found |= {f"answer.right_{outcome.value}" for outcome in Outcome}
    found |= {f"answer.request_{state}" for state in STATES} | {f"line.request_{state}" for state in STATES}
    found |= {f"answer.{act}_{mode}" for act in ("void", "correct") for mode in MODES}
    found |= {f"line.correct_{paper}" for paper in ("both", "label", "receipt")}
    found |= {f"figure.{name}" for name in FIGURES} | _of_close()
    found |= {f"second.{action}" for action in (*ASKED, "reader_down", "here", "parked")}
    found |= {f"answer.disclosure_{way.value}" for way in Way}
    found |= {f"block_outcome.{outcome.value}" for outcome in BlockOutcome}
    found |= {f"line.block_{state}" for state in BLOCK_STATES}
    found |= {f"line.disclosure_{state}" for state in DISCLOSURE_STATES}
    found |= {f"complaint.{name}" for name in COMPLAINED} | {f"complaint_class.{cls.value}" for cls in Class}
    found |= {f"complaint_ours.{ours.value}" for ours in Ours} | {f"complaint_how.{how.value}" for how in How}
    found |= {"party.other"}
    found |= {f"answer.warning_{each.value}" for each in Settled}
    found |= {f"listed_for.{code}" for code in (*LISTED_FOR, "other")}
    found |= {f"line.incident_{step}" for step in INCIDENT_STEPS} | {f"incident_to.{to.value}" for to in To}
    found |= {f"line.incident_tell_{state}" for state in ("open", "overdue")}
    found |= {f"report.incident.{name}" for name in INCIDENT_ROWS}
    found |= {f"line.exception_{step}_{state}" for step in EXCEPTION_STEPS for state in EXCEPTION_STATES}
    found |= {f"exception_try.{each.value}" for each in Try} | {f"exception_end.{each.value}" for each in End}
    found |= {f"report.exception.{name}" for name in EXCEPTION_ROWS} | {f"report.{name}" for name in SIGNED}
    found |= {f"report.exception.title_{state}" for state in REPORTED} | {
        f"msg.exception_{each.value}" for each in End
    }
    found |= {f"line.complaint_{step}_{state}" for step in STEPS for state in COMPLAINT_STATES}
    found |= {f"line.complaint_reach_{reach}" for reach in ("none", "kept", "asked", "approved")}
    found |= {f"disclosure.{name}" for name in DISCLOSED} | {f"disclosure.partner_{name}" for name in PARTNER}
    return found | {f"right.{row.action.value}" for row in RIGHTS} | {who(row.action) for row in RIGHTS}


def _of_close() -> set[str]:
    """What the page of the day close says of figures, items and what may be done."""
    found = {f"close.figure.{name}" for name in CLOSE_FIGURES}
    found |= {f"close.state.{state}" for state in CLOSE_STATES}
    found |= {f"difference.{kind}" for kind in (*Difference, "unsigned")}
    found |= {f"close.clue.{kind}" for kind in Difference}
    found |= {f"close.do.{act}{half}" for act in CLOSE_ACTS for half in ("", ".do")}
    found |= {f"close.head.{name}" for name in ("item", "what", "who", "clue", "state")}
    found |= {f"close.{name}" for name in ("by_hour", "by_clerk", "refused")}
    found |= (
        {f"stock.{name}" for name in STOCK}
        | {"close.stock", "slip.stock", "close.counted_differs"}
        | {"figure.stock_closing"}
    )
    found |= {f"figure.stock_{name}" for name in FLOWS}
    found |= {f"slip.figure.{name}" for name in SLIP_FIGURES} | {f"slip.head.{name}" for name in COLUMNS}
    found |= {f"slip.outcome.{said}" for said in ("explained", "disputed", UNSAID)}
    found |= {f"slip.hash.{name}" for name in ("first", "last", "verdict", "state")}
    found |= {f"slip.kind.{kind}" for kind in (*ABOUT, "BranchAdopted", "BranchDeclined")}
    found |= {f"answer.slip_{place}" for place in PLACES} | {"difference.unused", "close.clue.unused"}
    found |= {f"slip.cause.{cause}" for cause in (*VoidCause, MET, WITHDRAWN)}
    found |= packs.codes()
    return found | {f"answer.explain_{mode}" for mode in MODES}


OPTIONAL = {f"{fault}.short" for fault in DeviceFault}
OPTIONAL |= {f"badge.{fault.value.removeprefix('rule.')}" for fault in RuleFault}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_says_what_is_so_and_what_to_do(language: str) -> None:
    """Faults, messages and questions can stand alone before a person: both halves, not empty."""
    sentences = load(language)
    for code in ALONE:
        assert sentences[code].strip(), code
        assert sentences[f"{code}.do"].strip(), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_is_missing_and_none_is_unused(language: str) -> None:
    """The file is exactly what the program can ask for."""
    needed = {str(code) for code in ALONE} | {f"{code}.do" for code in ALONE} | _families()
    have = set(load(language))
    captions = have & _literals()
    assert needed - have == set()
    assert have - needed - captions - OPTIONAL == set()


def test_both_languages_have_the_same_codes_and_facts() -> None:
    """A sentence tells the same in both."""
    chinese, english = (load(language) for language in LANGUAGES)
    assert list(chinese) == list(english)
    for code, sentence in chinese.items():
        assert _fields(sentence) == _fields(english[code]), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_use_only_facts_that_come(language: str) -> None:
    """A fault or message names its facts in FACTS; with them nothing is left unfilled."""
    texts = Texts(language)
    for code, sentence in load(language).items():
        base = code.removesuffix(".do")
        if base in {str(each) for each in ALONE} and not base.startswith(("question.", "unknown.")):
            assert _fields(sentence) <= {**FACTS, **TOLD_FACTS}.get(base, frozenset()), code
    for code in (*FAULTS, *MESSAGES, *GateDetail):
        shown = texts.sentence(code, dict.fromkeys(FACTS.get(str(code), ()), "7"))
        assert not set("{}—") & set(shown), shown


def _calls(tree: ast.AST) -> Iterator[tuple[str, set[str], ast.Call]]:
    """(code, names of the facts) of every call with a literal code: captions, own lines, questions."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args or any(kw.arg is None for kw in node.keywords):
            continue
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value:
            yield first.value, {kw.arg for kw in node.keywords if kw.arg}, node


def test_captions_get_their_facts_where_they_are_asked_for() -> None:
    """Every call ``texts("code", fact=…)`` gives what the sentence wants."""
    sentences = load("zh")
    seen = 0
    for path, tree in _sources("ui"):
        for code, given, node in _calls(tree):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if code in sentences and called in ("texts", "_texts", "say"):
                seen += 1
                assert _fields(sentences[code]) <= given, f"{path}: {code}"
    assert seen > 40


_RAISERS = {
    "DeviceError", "RuleError", "StoreError", "HqError", "ConfigError", "EntryError", "TransferError"
}  # fmt: skip


def test_whoever_raises_a_fault_gives_its_facts() -> None:
    """In every room: ``raise HqError(HqFault.REFUSED, fault=…, seq=…)`` has what the sentence shows."""
    enums = {
        kind.__name__: kind
        for kind in (DeviceFault, RuleFault, StoreFault, EntryFault, HqFault, ConfigFault, TransferFault)
    }
    wrong, known = [], load("zh")
    for path, tree in _sources("core", "devices", "storage", "hq", "program"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            first = node.args[0]
            if node.func.id not in _RAISERS or not isinstance(first, ast.Attribute):
                continue
            kind = enums.get(first.value.id if isinstance(first.value, ast.Name) else "")
            given = {kw.arg for kw in node.keywords}
            if kind is None or None in given:
                continue
            wanted = FACTS.get(kind[first.attr].value, frozenset())
            lacking = {fact for fact in wanted - given if f"fact.{fact}.none" not in known}
            if lacking:
                wrong.append(f"{path}:{node.lineno} {first.attr} lacks {sorted(lacking)}")
    assert wrong == []


def test_every_message_of_the_station_has_a_sentence() -> None:
    """Whatever ``core`` says by code is known here, with the facts it gives."""
    wrong = []
    for path, tree in _sources("core"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                code = node.value
                if code.startswith("msg.") and code not in MESSAGES:
                    wrong.append(f"{path}:{node.lineno} {code}")
        for code, given, node in _calls(tree):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if called == "say" and code in FACTS and not FACTS[code] <= given:
                wrong.append(f"{path}:{node.lineno} {code} lacks {sorted(FACTS[code] - given)}")
    assert wrong == []
    assert {str(note) for note in VisitNote} <= set(MESSAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_that_are_codes_are_said_in_words(language: str) -> None:
    """No code reaches a person: neither a fault within a sentence, nor a time of the wire, nor grams."""
    texts = Texts(language)
    waits = texts.sentence("msg.label_waits", {"fault": "device.paper_out"})
    assert texts("device.paper_out") in waits
    assert texts("fact.fault.none") in texts.sentence("msg.label_waits", {"fault": ""})
    first = texts.sentence("msg.not_ready", {"first": "missing.waybill"})
    assert texts("missing.waybill") in first
    assert texts.what("gate.original", {"at": "2026-11-21T06:25:41.000Z"}) == "14:25:41"
    assert "1.284 kg" in texts.what("gate.weight", {"grams": 1284, "source": "typed"})
    assert "typed" not in Texts("zh").what("gate.weight", {"grams": 1284, "source": "typed"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_code_is_named_and_not_hidden(language: str) -> None:
    """A newer station behind an older screen: the person can tell the technician."""
    assert "rule.of_tomorrow" in Texts(language).sentence("rule.of_tomorrow", {"x": 1})


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_stands_twice(language: str) -> None:
    """JSON would take the last one and say nothing."""
    path = ROOT / "resources" / "translations" / f"{language}.json"
    pairs: list[list[tuple[str, str]]] = []
    json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=pairs.append)
    codes = [code for code, _ in pairs[0]]
    assert sorted({code for code in codes if codes.count(code) > 1}) == []


def test_no_other_language() -> None:
    """A wrong configuration is found at once."""
    with pytest.raises(ValueError, match="klingon"):
        Texts("klingon")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_of_the_configuration_names_file_and_line(language: str) -> None:
    """As far as they are known; from the command line there is neither."""
    texts = Texts(language)
    facts: dict[str, Fact] = {
        "file": "counter.toml",
        "line": 12,
        "key": "station.brunch",
        "expected": "branch",
    }
    full = texts.sentence("config.unknown_key", facts)
    assert all(part in full for part in ("counter.toml", "12", "station.brunch", "branch"))
    short = texts.sentence("config.missing_key", {"key": "--data"})
    assert "--data" in short
    assert "—" not in short


def test_facts_never_format_again() -> None:
    """Braces in a fact stay braces."""
    assert "{seq}" in Texts("en").sentence("config.syntax", {"file": "{seq}", "line": 3})
