"""Every sentence for people: one per code and language, from ``resources/translations``.

No Qt here, so that command lines may speak with the same words.  A code that can stand alone in
front of a person has two parts: what is so (``code``), and what to do now (``code.do``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.errors import CounterError, Fact

LANGUAGES = ("zh", "en")
_FOLDER = Path(__file__).resolve().parent.parent / "resources" / "translations"
_ABSENT = "—"
CHINA = dt.timezone(dt.timedelta(hours=8))  # the whole country, without summer time

# What stands in a sentence: the facts that whoever raises the code always gives.
FACTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "device.glyph_missing": frozenset({"character"}),
        "device.label_layout": frozenset({"field"}),
        "device.scale_unit": frozenset({"unit"}),
        "device.folder_on_disk": frozenset({"folder", "kind"}),
        "msg.pictures_removed": frozenset({"count"}),
        **dict.fromkeys(("msg.picture_kept", "answer.picture_taken"), frozenset({"of"})),
        "device.folder_open": frozenset({"folder"}),
        "device.folder_shared": frozenset({"folder", "count"}),
        "device.picture_type": frozenset({"kind"}),
        **dict.fromkeys(("device.picture_stays", "device.picture_left"), frozenset({"count"})),
        "device.card_reader": frozenset({"reader", "found"}),
        "device.several": frozenset({"count"}),
        "rule.contents_prohibited": frozenset({"item", "number"}),
        "rule.field_empty": frozenset({"field"}),
        "rule.waybill_twice": frozenset({"number"}),
        "rule.waybill_parked": frozenset({"number", "when"}),
        "rule.park_full": frozenset({"limit"}),
        "rule.fee_form": frozenset({"most"}),
        "rule.key_new": frozenset({"operator"}),
        "rule.card_required": frozenset({"who"}),
        **{f"card.{what}": frozenset({"operator"}) for what in ("missing", "other", "replaced", "removed")},
        "card.pin_wrong": frozenset({"left"}),
        "card.pin_form": frozenset({"least", "most"}),
        "card.unsupported": frozenset({"algorithm"}),
        "rule.paper_missing": frozenset({"paper"}),
        "rule.paper_ended": frozenset({"paper", "day"}),
        **{f"msg.paper_{what}": frozenset({"paper", "day"}) for what in ("soon", "grace")},
        "rule.role": frozenset({"action", "who"}),
        "rule.approval_needed": frozenset({"action"}),
        "msg.request_asked": frozenset({"action"}),
        "rule.correct_most": frozenset({"most"}),
        **{f"msg.item_corrected{end}": frozenset({"number"}) for end in ("", "_unsigned")},
        **dict.fromkeys(("msg.old_label", "msg.receipt_replaced"), frozenset({"number"})),
        **{f"msg.item_voided{end}": frozenset({"number"}) for end in ("", "_unsigned")},
        "rule.day_incomplete": frozenset({"seq"}),
        "rule.day_figures": frozenset({"figure", "fold", "raw"}),
        "rule.day_item": frozenset({"number"}),
        **{f"msg.difference_{word}": frozenset({"number"}) for word in ("explained", "unsigned", "disputed")},
        **{f"msg.request_{word}": frozenset({"operator"}) for word in ("approved", "declined")},
        "msg.requests_wait": frozenset({"count"}),
        "rule.requests_full": frozenset({"most"}),
        **dict.fromkeys(("msg.slip_sent", "msg.slip_begun"), frozenset({"day"})),
        "msg.slip_written": frozenset({"file"}),
        "msg.slip_failed": frozenset({"fault"}),
        "msg.pack_written": frozenset({"file"}),
        "msg.pack_failed": frozenset({"fault"}),
        "msg.manifest_begun": frozenset({"bag"}),
        "msg.manifest_written": frozenset({"file"}),
        "msg.manifest_failed": frozenset({"fault"}),
        "rule.offline_too_long": frozenset({"hours", "limit"}),
        "msg.operator_removed": frozenset({"operator"}),
        "msg.role_changed": frozenset({"operator"}),
        "msg.directive_parked": frozenset({"number", "fault"}),
        "msg.directives_stand": frozenset({"what"}),
        "msg.notice_changed": frozenset({"version"}),
        **{f"msg.session_{what}": frozenset({"operator", "terminal", "when"})
           for what in ("elsewhere", "double")},
        "rule.case_cap": frozenset({"hour", "day"}),
        "rule.cases_full": frozenset({"most"}),
        "rule.notify_item_cap": frozenset({"most"}),
        "rule.notify_cap": frozenset({"hour", "day"}),
        **{f"msg.notify_{what}": frozenset({"number"}) for what in ("asked", "waits", "unknown")},
        "msg.notify_refused": frozenset({"number", "why"}),
        **{f"rule.{what}": frozenset({"most"}) for what in ("disclosures_full", "disclosure_long")},
        "rule.blocks_full": frozenset({"most"}),
        "msg.block_appealed": frozenset({"day"}),
        "msg.block_sent": frozenset({"reference"}),
        "msg.block_decided": frozenset({"reference", "outcome"}),
        "msg.disclosure_filed": frozenset({"reference", "operator"}),
        **{f"msg.{what}": frozenset({"reference"})
           for what in ("disclosure_asked", "disclosure_decided", "record_no_printer")},
        "msg.case_opened": frozenset({"number", "day"}),
        **{f"msg.case_{what}": frozenset({"number"}) for what in ("asked", "closed")},
        "msg.looks_told": frozenset({"count"}),
        **{f"msg.evidence_{how}": frozenset({"file", "count"}) for how in ("proven", "open")},
        "msg.configuration_changed": frozenset({"part"}),
        "msg.clock_back": frozenset({"minutes"}),
        "msg.clock_back_days": frozenset({"days"}),
        "msg.configuration_changed_more": frozenset({"part", "count"}),
        "msg.returned": frozenset({"number", "review"}),
        **{f"msg.late_{what}": frozenset({"entries", "items"}) for what in ("waits", "adopted", "declined")},
        "msg.person_erasure": frozenset({"erased", "restricted"}),
        "msg.item_told_restricted": frozenset({"entry"}),
        "msg.item_told_erased": frozenset({"entry"}),
        "rule.complaint_owner": frozenset({"operator"}),
        "rule.complaint_long": frozenset({"field", "most"}),
        **dict.fromkeys(("rule.complaint_amount", "rule.complaints_full"), frozenset({"most"})),
        **{f"msg.complaint_{what}": frozenset({"reference", "when"}) for what in ("opened", "unreachable")},
        **{f"msg.complaint_{what}": frozenset({"reference"})
           for what in ("contacted", "handed", "taken", "printed")},
        "msg.complaint_answered": frozenset({"reference", "day"}),
        **{f"msg.complaints_{what}": frozenset({"count"}) for what in ("overdue", "soon", "handed")},
        **{f"rule.{what}_full": frozenset({"most"}) for what in ("exceptions", "warnings", "incidents")},
        "msg.incident_opened": frozenset({"reference", "when"}),
        **{f"msg.incident_{what}": frozenset({"reference"}) for what in ("joined", "noted", "reviewed")},
        "msg.incidents_open": frozenset({"count"}),
        "rule.warned_already": frozenset({"number"}),
        "msg.warned": frozenset({"reference", "day"}),
        **{f"msg.warning_{what}": frozenset({"reference"}) for what in ("printed", "corrected", "withdrawn")},
        "msg.ask_suspended": frozenset({"reason", "days"}),
        **{f"rule.exception_{what}": frozenset({"number"})
           for what in ("stands", "left", "unvoid", "bagged")},
        "rule.item_stopped": frozenset({"number", "reference"}),
        **{f"msg.exception_{what}": frozenset({"reference", "number", "when"})
           for what in ("opened", "stopped")},
        "msg.item_held": frozenset({"reference", "when"}),
        **{f"msg.exception_{what}": frozenset({"reference"})
           for what in ("contacted", "missed", "printed", "goes_on", "handed_back", "mistaken", "released",
                        "handed_over")},
        **{f"msg.exceptions_{what}": frozenset({"count"}) for what in ("overdue", "soon")},
        "msg.report_written": frozenset({"file"}),
        "rule.rights_full": frozenset({"most"}),
        "msg.right_asked": frozenset({"right", "day"}),
        **{f"msg.right_{what}": frozenset({"outcome"}) for what in ("answered", "told")},
        "msg.right_not_printed": frozenset({"fault"}),
        **{f"msg.rights_{state}": frozenset({"count"}) for state in ("soon", "overdue")},
        "msg.offline_grace": frozenset({"hours"}),
        "msg.waybill_held": frozenset({"number", "terminal", "operator", "when"}),
        "store.locked_out": frozenset({"seconds"}),
        "store.backup_failed": frozenset({"fault"}),
        "store.backup_older": frozenset({"here", "backup"}),
        "hq.refused": frozenset({"fault", "seq"}),
        "transfer.too_large": frozenset({"size", "limit"}),
        "transfer.newer": frozenset({"what"}),
        "transfer.branch": frozenset({"found", "branch"}),
        **dict.fromkeys(("transfer.unknown", "transfer.fingerprint"), frozenset({"fingerprint"})),
        "config.missing_file": frozenset({"file"}),
        "config.syntax": frozenset({"expected"}),
        **{f"config.{name}": frozenset({"key", "expected"}) for name in (
            "unknown_key", "missing_key", "wrong_type", "wrong_value")},
        "gate.identity": frozenset({"kind"}),
        "gate.original": frozenset({"at"}),
        "gate.waybill": frozenset({"source"}),
        "gate.contents": frozenset({"at"}),
        "gate.security": frozenset({"at", "security"}),
        "gate.weight": frozenset({"grams", "source"}),
        "gate.notice": frozenset({"how", "version"}),
        "msg.welcome": frozenset({"operator"}),
        **{f"msg.{name}": frozenset({"operator"}) for name in ("activating", "activated", "activated_shut")},
        "msg.tries_failed": frozenset({"count"}),
        "msg.numbers_voided": frozenset({"count"}),
        "msg.accepted": frozenset({"number"}),
        "msg.accepted_unasked": frozenset({"number"}),
        "msg.accepted_waits": frozenset({"number", "fault"}),
        "msg.not_ready": frozenset({"first"}),
        "msg.typeahead_dropped": frozenset({"count"}),
        "msg.look_at_printer": frozenset({"number"}),
        "msg.label_waits": frozenset({"fault"}),
        "msg.backup_failed": frozenset({"fault"}),
        **{f"doctor.backup{end}": frozenset({"hours"}) for end in ("", "_old")},
        "msg.slip_not_printed": frozenset({"fault"}),
        "msg.day_closed": frozenset({"date", "count"}),
        "rule.sender_code_long": frozenset({"size"}),
        "rule.sender_code_expired": frozenset({"minutes"}),
        "rule.sender_code_life": frozenset({"minutes"}),
        "msg.sender_code_read": frozenset({"issuer"}),
        "msg.incident": frozenset({"number"}),
        "msg.paste_too_long": frozenset({"count", "most"}),
        "msg.reader_down": frozenset({"hours", "count"}),
        "msg.key_in_burst": frozenset({"key"}),
        "msg.exemption_approved": frozenset({"operator"}),
        "doctor.disk": frozenset({"free_mb"}),
        "doctor.gate": frozenset({"count"}),
        "doctor.gate_broken": frozenset({"line"}),
        "doctor.disk_low": frozenset({"free_mb"}),
        "doctor.journal": frozenset({"entries"}),
        "doctor.headquarters": frozenset({"received"}),
        "doctor.clock": frozenset({"seconds"}),
        "doctor.clock_off": frozenset({"seconds"}),
        "doctor.certificate": frozenset({"days"}),
        "doctor.certificate_over": frozenset({"days"}),
        "doctor.device": frozenset({"slot"}),
        **{f"msg.device_{what}": frozenset({"slot"})
           for what in ("added", "renamed", "disabled", "enabled", "is_off")},
        "msg.device_other": frozenset({"found", "slot"}),
        "msg.workshop_bug": frozenset({"place"}),
        "msg.bundle_written": frozenset({"file"}),
        "msg.config_shared": frozenset({"file", "fingerprint"}),
        **{f"msg.{what}": frozenset({"slot"}) for what in ("no_printer", "page_set", "page_printed")},
        "msg.label_learnt": frozenset({"found"}),
        "msg.label_other": frozenset({"found", "expected"}),
        "msg.unscanned": frozenset({"count"}),
        "msg.parked": frozenset({"count", "minutes"}),
        "msg.parked_card": frozenset({"count"}),
        "msg.draft_lapsed": frozenset({"count", "cause"}),
        "msg.undone": frozenset({"what"}),
        "msg.form_covered": frozenset({"key"}),
        "rule.paper_most": frozenset({"most", "count"}),
        "rule.paper_elsewhere": frozenset({"terminal"}),
        **dict.fromkeys(("rule.paper_gone", "rule.paper_stands"), frozenset({"number"})),
        "rule.paper_early": frozenset({"at"}),
        "rule.paper_late": frozenset({"number", "hours"}),
        "rule.paper_long": frozenset({"hours"}),
        **{f"rule.bag_{name}": frozenset({"number"}) for name in (
            "void", "held", "aside", "twice", "gone", "before", "label", "centre", "used")},
        "rule.bag_stands": frozenset({"bag"}),
        "rule.bag_inside": frozenset({"bag"}),
        "rule.bag_full": frozenset({"most"}),
        **dict.fromkeys(("rule.shift_count", "rule.stocktake_most"), frozenset({"most"})),
        **dict.fromkeys(("msg.stock_strange", "msg.stock_counted"), frozenset({"count"})),
        "msg.stock_scanned": frozenset({"number", "count"}),
        "msg.stock_twice": frozenset({"number"}),
        "msg.stock_differs": frozenset({"missing", "extra", "strange"}),
        "msg.shift_waits": frozenset({"operator"}),
        "msg.bag_opened": frozenset({"bag"}),
        "msg.bag_packed": frozenset({"number", "count"}),
        "msg.bag_unpacked": frozenset({"number", "count"}),
        "msg.bag_given_up": frozenset({"bag", "count"}),
        "msg.bag_closed": frozenset({"bag", "seal", "count"}),
        "msg.paper_handed": frozenset({"first", "last", "count"}),
        "msg.paper_drawn": frozenset({"file"}),
        "msg.paper_noted": frozenset({"number", "when"}),
        "msg.paper_compared": frozenset({"operator"}),
        **dict.fromkeys(("msg.paper_compare", "msg.paper_voided"), frozenset({"number"})),
        "msg.found_by_card": frozenset({"count"}),
        "msg.found_by_card_more": frozenset({"count"}),
        "msg.other_terminal": frozenset({"terminal"}),
        **{f"msg.{name}": frozenset({"number"}) for name in ("other_label", "affixed", "affixed_already")},
    }
)  # fmt: skip
# Messages of the station, of the screen itself, and of the doctor.
MESSAGES = (
    "msg.picture_kept", "msg.pictures_removed",
    "msg.welcome", "msg.accepted", "msg.accepted_waits", "msg.accepted_unasked", "msg.already_accepted",
    "msg.not_ready",
    "msg.typeahead_dropped", "msg.card_left", "msg.card_other_person", "msg.draft_restored",
    "msg.draft_lapsed", "msg.look_at_printer", "msg.label_waits", "msg.locked", "msg.refused",
    "msg.locked_card", "msg.session_over", "msg.day_closed", "msg.day_opened",
    "msg.session_ended_by_restart", "msg.reprint_sent", "msg.nothing_found", "msg.incident",
    "msg.nothing_by_card", "msg.found_by_card", "msg.found_by_card_more", "msg.other_terminal",
    "msg.waybill_scanned", "msg.code_offered", "msg.paste_first", "msg.paste_too_long",
    "msg.receipt_scanned", "msg.backup_failed", "msg.original_undone", "msg.inspection_undone",
    "msg.sender_code_read", "msg.sender_code_unasked",
    "msg.other_card", "msg.identity_lapsed", "msg.panel_open", "msg.question_open",
    "msg.key_elsewhere", "msg.key_in_burst",
    "msg.reader_down", "msg.refused_report", "msg.refused_slip", "msg.slip_no_printer",
    "msg.slip_not_printed", "msg.no_condition", "msg.condition_shown", "msg.sound_on", "msg.sound_off",
    "msg.known_dissolved", "msg.nothing_known", "msg.known_needs_document",
    "msg.agents_only", "msg.exemption_approved", "msg.unscanned", "msg.other_label", "msg.affixed",
    "msg.affixed_already", "msg.parked", "msg.parked_card", "msg.resumed", "msg.undone",
    "msg.nothing_to_undo", "msg.nothing_parked", "msg.form_covered",
    "msg.operator_removed", "msg.role_changed", "msg.directive_parked", "msg.directives_stand",
    "msg.offline_grace", "msg.ask_block_list", "msg.waybill_held", "msg.returned", "msg.paper_soon",
    "msg.paper_grace", "msg.tries_failed",
    "msg.session_elsewhere", "msg.session_double",
    "msg.configuration_changed", "msg.configuration_changed_more", "msg.clock_back", "msg.clock_back_days",
    "msg.gate_log_edited", "msg.gate_log_cut",
    "msg.notify_first", "msg.notify_asked", "msg.notify_waits", "msg.notify_refused", "msg.notify_unknown",
    "msg.complaint_opened", "msg.complaint_unreachable", "msg.complaint_contacted", "msg.complaint_handed",
    "msg.complaint_taken", "msg.complaint_answered", "msg.complaint_printed", "msg.complaints_overdue",
    "msg.complaints_soon", "msg.complaints_handed",
    "msg.incident_opened", "msg.incident_joined", "msg.incident_noted", "msg.incident_reviewed",
    "msg.incidents_open",
    "msg.warned", "msg.warning_printed", "msg.warning_corrected", "msg.warning_withdrawn",
    "msg.ask_suspended",
    "msg.exception_first", "msg.exception_opened", "msg.exception_stopped", "msg.exception_contacted",
    "msg.exception_missed", "msg.item_held", "msg.exception_printed", "msg.exception_goes_on",
    "msg.exception_handed_back", "msg.exception_mistaken", "msg.exception_released",
    "msg.exception_handed_over", "msg.exceptions_overdue", "msg.exceptions_soon",
    "msg.report_written", "msg.report_not_written",
    "msg.case_first", "msg.case_opened", "msg.case_asked", "msg.case_closed",
    "msg.shift_given", "msg.shift_given_differs", "msg.shift_taken", "msg.shift_taken_differs",
    "msg.shift_changed", "msg.shift_waits", "msg.stock_scanned", "msg.stock_twice", "msg.stock_strange",
    "msg.stock_counted", "msg.stock_differs",
    "msg.bag_opened", "msg.bag_packed", "msg.bag_unpacked", "msg.bag_given_up", "msg.bag_closed",
    "msg.paper_none", "msg.paper_handed", "msg.paper_drawn", "msg.paper_not_drawn", "msg.paper_noted",
    "msg.paper_compare", "msg.paper_compared", "msg.paper_voided",
    "msg.block_first", "msg.block_sent", "msg.block_appealed", "msg.block_decided",
    "msg.disclosure_first", "msg.disclosure_filed", "msg.disclosure_asked", "msg.disclosure_decided",
    "msg.record_no_printer",
    "msg.evidence_begun", "msg.evidence_proven", "msg.evidence_open",
    "msg.looks_told", "msg.late_waits", "msg.late_adopted", "msg.late_declined", "msg.nothing_late",
    "msg.request_asked", "msg.request_approved", "msg.request_declined", "msg.requests_wait",
    "msg.difference_explained", "msg.difference_unsigned", "msg.difference_disputed",
    "msg.no_difference", "msg.day_is_closed", "msg.numbers_unused",
    "msg.slip_sent", "msg.slip_printed", "msg.slip_failed", "msg.slip_unknown", "msg.no_slip",
    "msg.slip_begun", "msg.slip_written", "msg.pack_begun", "msg.pack_written", "msg.pack_failed",
    "msg.manifest_begun", "msg.manifest_written", "msg.manifest_failed",
    "msg.item_voided", "msg.item_voided_unsigned", "msg.no_requests", "msg.no_item_to_void",
    "msg.numbers_voided", "msg.notice_changed", "msg.nothing_to_void",
    "msg.item_corrected", "msg.item_corrected_unsigned", "msg.no_item_to_correct", "msg.old_label",
    "msg.receipt_replaced",
    "msg.no_consents", "msg.guardian_document", "msg.person_first", "msg.person_nothing",
    "msg.person_erasure", "msg.right_asked", "msg.right_answered", "msg.right_told", "msg.right_no_printer",
    "msg.item_told_restricted", "msg.item_told_erased",
    "msg.right_not_printed", "msg.rights_soon", "msg.rights_overdue",
    "msg.consent_given", "msg.consent_refused", "msg.consent_withdrawn", "msg.consent_here_too",
    "msg.activating", "msg.activated", "msg.activated_shut",
    "msg.device_added", "msg.device_renamed", "msg.device_disabled", "msg.device_enabled",
    "msg.device_is_off", "msg.device_other", "msg.workshop_bug", "msg.workshop_busy", "msg.nothing_plugged",
    "msg.address_form", "msg.folder_none", "msg.paper_now", "msg.proxy_set", "msg.proxy_none",
    "msg.config_shared", "msg.config_taken", "msg.config_taken_later", "msg.config_undone",
    "msg.config_undone_later",
    "msg.bundle_written", "msg.no_printer", "msg.page_set", "msg.page_printed",
    "msg.label_measured", "msg.label_other", "msg.label_learnt",
    "doctor.fine", "doctor.disk", "doctor.disk_low", "doctor.not_opened", "doctor.journal",
    "doctor.headquarters", "doctor.reached", "doctor.clock", "doctor.clock_off", "doctor.certificate",
    "doctor.certificate_over", "doctor.device",
    "doctor.backup", "doctor.backup_old", "doctor.backup_none", "doctor.backup_off",
    "doctor.backup_same_disk", "doctor.gate_broken", "doctor.gate_aside",
)  # fmt: skip


class Texts:
    """The sentences of one language."""

    def __init__(self, language: str) -> None:
        """``language`` is one of :data:`LANGUAGES`; anything else is a ValueError."""
        if language not in LANGUAGES:
            raise ValueError(f"no such language: {language!r}")
        self.language = language
        self._sentences = load(language)

    def has(self, code: str) -> bool:
        """Whether there is a sentence of its own for ``code``."""
        return code in self._sentences

    def codes(self) -> Iterator[str]:
        """Every code of the file."""
        return iter(self._sentences)

    def __call__(self, code: str, **facts: Fact) -> str:
        """A caption, or the first half of a sentence; facts that are codes are said in words."""
        return self.what(code, facts)

    def what(self, code: str, facts: Mapping[str, Fact] | None = None) -> str:
        """What is so.  An unknown code is named, never shown as if it were a sentence."""
        pattern = self._sentences.get(code)
        if pattern is None:
            return self._sentences["unknown.code"].format(code=code)
        if "{" not in pattern:  # most captions: a view asks for two hundred of them
            return pattern
        return pattern.format_map(_Facts(self, facts or {}))

    def todo(self, code: str, facts: Mapping[str, Fact] | None = None) -> str:
        """What to do now, or "" where the code has nothing to ask."""
        known = code if code in self._sentences else "unknown.code"
        pattern = self._sentences.get(f"{known}.do", "")
        return pattern.format_map(_Facts(self, facts or {}))

    def sentence(self, code: str, facts: Mapping[str, Fact] | None = None) -> str:
        """What is so and what to do, as one line."""
        what, todo = self.what(code, facts), self.todo(code, facts)
        if not self._sentences.get(code, "").startswith("{"):
            what = what[:1].upper() + what[1:]
        if code.startswith("config.") and facts and facts.get("file") and code != "config.missing_file":
            place = "config.at_line" if facts.get("line") else "config.at_file"
            what = self._sentences[place].format(file=facts["file"], line=facts.get("line"), what=what)
        return self._sentences["join.sentence"].format(what=what, do=todo) if todo else what

    def error(self, error: CounterError) -> str:
        """A known error as one line."""
        return self.sentence(str(error.code), error.facts)

    def join(self, parts: list[str]) -> str:
        """A list within a sentence."""
        return self._sentences["join.list"].join(parts)


class _Facts(dict[str, object]):
    """Facts as they stand in a sentence: codes become words, what is absent becomes a dash."""

    def __init__(self, texts: Texts, facts: Mapping[str, Fact]) -> None:
        super().__init__({key: _shown(texts, key, value) for key, value in facts.items()})
        self._texts = texts

    def __missing__(self, key: str) -> str:
        return _absent(self._texts, key)


def _absent(texts: Texts, key: str) -> str:
    """The word for a fact that is not there; a dash where it has none."""
    own = f"fact.{key}.none"
    return texts.what(own) if texts.has(own) else _ABSENT


def _shown(texts: Texts, key: str, value: Fact) -> str:
    if key == "grams" and isinstance(value, int):
        return kilograms(value)
    if key == "version" and isinstance(value, str):
        return value.removeprefix("notice-")
    if key == "at" and isinstance(value, str):
        return local_time(value)
    if value is None or value == "":
        return _absent(texts, key)
    if isinstance(value, str):
        for code in (value, f"fact.{key}.{value}", f"{key}.{value}"):
            if "." in code and texts.has(code):
                return texts.what(code)
    return str(value)


def kilograms(grams: int) -> str:
    """``1.284 kg``."""
    return f"{grams / 1000:.3f} kg"


def local_time(at: str) -> str:
    """``14:25:41`` in Chinese standard time, from ISO 8601 UTC; anything else as it stands."""
    try:
        return f"{dt.datetime.fromisoformat(at).astimezone(CHINA):%H:%M:%S}"
    except ValueError:
        return at


def load(language: str) -> Mapping[str, str]:
    """The file of a language: code → sentence with ``{facts}``."""
    read = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return MappingProxyType({str(code): str(sentence) for code, sentence in read.items()})
