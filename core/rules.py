"""Dated rule data: every limit, form and text that a law, a standard or the house may change.

``resources/rules/<date>.json`` holds one edition with the source of each number; the edition in
force on a day is the last one that is effective by then.  Entries name the edition they were made
under, so that an old item keeps its rules (T19).
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core import rule_data as r
from core import wire
from core.acceptance.catalogue import Catalogue, load_catalogues
from core.access.papers import Paper, PaperRules
from core.access.rights import Action, right
from core.access.second import ASKED, SecondRules, read_second
from core.block_rules import read_block
from core.case_rules import read_cases
from core.commands import Payment, Route
from core.complaint_rules import read_complaints
from core.correction_rules import read_corrections
from core.disclosure_rules import read_disclosure
from core.errors import ConfigFault, RuleError, RuleFault
from core.identity.card import DocumentKind
from core.identity.numbers import FAMILIES
from core.incident_rules import read_incidents
from core.item_exception_rules import read_item_exceptions
from core.look_rules import read_look_limits
from core.notify_rules import read_notify
from core.paper_form_rules import read_paper_forms
from core.paper_picture_rules import read_pictures
from core.regions.book import Regions, load_regions
from core.right_rules import read_rights
from core.rule_consents import read_consents, read_relations
from core.rule_data import (
    DocumentRule,
    Limits,
    Notice,
    NoticeText,
    PasswordPolicy,
    PhoneForm,
    Rules,
    WaybillForm,
)
from core.sender_code_rules import read_sender_codes
from core.stock_rules import read_stock
from core.strict import Node, read_json
from core.typed_rules import read_typed

__all__ = [
    "DatedNotice", "DocumentRule", "Limits", "Notice", "NoticeText", "PasswordPolicy", "PhoneForm",
    "RuleBook", "Rules", "WaybillForm", "load_rules", "parse_rules",
]  # fmt: skip

LANGUAGES = ("zh", "en")
RETENTION_CLASSES = ("acceptance", "sealed", "log")
ASKS = ("name", "birth", "sex", "valid_to", "mrz")
MARKS = ("F", "X", "M", "P")
MOST_REASONS = 9  # each is chosen by its digit
_TOP = (
    "version", "effective_from", "marks", "limits", "password", "retention", "phones", "waybills",
    "s10_countries", "documents", "catalogue", "regions", "security", "agreements", "cases", "exemptions",
    "corrections", "look_ups", "notify", "second", "log_in", "papers", "tariff", "letters", "provinces",
    "notice", "consents", "guardians", "sender_codes", "rights", "disclosure", "typed_documents",
    "block_list", "paper_forms", "stock", "complaints", "item_exceptions", "paper_pictures", "incidents",
)  # fmt: skip
_CODE = "[a-z][a-z0-9_]{0,39}"
_VERSION = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class DatedNotice:
    """A notice that was published by itself, and from when it counts."""

    effective_from: dt.date
    notice: Notice


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All editions that this program has, in the order in which they take effect."""

    editions: tuple[Rules, ...]
    catalogues: Mapping[str, Catalogue] = field(default_factory=dict, repr=False)
    regions: Mapping[str, Regions] = field(default_factory=dict, repr=False)
    notices: tuple[DatedNotice, ...] = ()  # published by themselves, in the order of their dates
    _told: dict[tuple[str, str], Rules] = field(default_factory=dict, repr=False, compare=False)

    def at(self, day: dt.date) -> Rules:
        """The edition in force on ``day``, with the notice in force; raises RuleError RULES_MISSING.

        The later of both counts: an edition brings a notice of its own, a notice may come after it.
        """
        in_force = [rules for rules in self.editions if rules.effective_from <= day]
        if not in_force:
            raise RuleError(RuleFault.RULES_MISSING, day=day.isoformat())
        rules = in_force[-1]
        later = [each for each in self.notices if rules.effective_from <= each.effective_from <= day]
        if not later:
            return rules
        notice = later[-1].notice
        key = (rules.version, notice.id)
        if key not in self._told:  # one object for one answer: checks are kept by it
            self._told[key] = replace(rules, notice=notice)
        return self._told[key]

    def notice(self, name: str) -> Notice:
        """The notice of that id, in force or not; raises RuleError RULES_MISSING."""
        own = [rules.notice for rules in self.editions]
        for notice in (*(each.notice for each in self.notices), *own):
            if notice.id == name:
                return notice
        raise RuleError(RuleFault.RULES_MISSING, notice=name[:40])

    def edition(self, version: str) -> Rules:
        """The edition of that version, in force or not; raises RuleError RULES_MISSING."""
        for rules in self.editions:
            if rules.version == version:
                return rules
        raise RuleError(RuleFault.RULES_MISSING, version=version[:40])

    def parse(self, edition: Mapping[str, Any], name: str) -> Rules:
        """One more edition, as headquarters says it; raises ConfigError (facts: file = ``name``, key …)."""
        return parse_rules(wire.encode(edition, limit=_MAX_BYTES), name, self.catalogues, self.regions)

    def parse_notice(self, notice: Mapping[str, Any], name: str) -> DatedNotice:
        """A notice by itself, as headquarters says it.

        Raises ConfigError (facts: file = ``name``, key …), also for another text under an id that is used.
        """
        data = wire.encode(notice, limit=_MAX_BYTES)
        found = _Reader({}, {}).dated_notice(read_json(data, name, _MAX_BYTES))
        with contextlib.suppress(RuleError):
            if self.notice(found.notice.id) != found.notice:
                raise Node(name, None, ("id",)).wrong("an id that no other text has")
        return found

    def with_notices(self, more: Sequence[DatedNotice]) -> RuleBook:
        """These as well; of two that take effect on one day the later given counts."""
        kept = [*self.notices, *more]
        return replace(self, notices=tuple(sorted(kept, key=lambda each: each.effective_from)), _told={})

    def with_editions(self, more: Sequence[Rules]) -> RuleBook:
        """These as well.  Of two with one version, or that take effect on one day, the later given counts."""
        kept = [*self.editions]
        for rules in more:
            kept = [each for each in kept if each.version != rules.version] + [rules]
        return replace(self, editions=tuple(sorted(kept, key=lambda rules: rules.effective_from)), _told={})


def load_rules(directory: Path, catalogues: Path | None = None) -> RuleBook:
    """Every ``*.json`` in ``directory``, with the catalogues beside it (``../catalogue``) or elsewhere.

    The regions stand beside the catalogues.

    Raises RuleError RULES_MISSING where there is none, ConfigError (file, line, key, expected) where
    one is not a correct edition, or where two take effect on the same day or bear the same version.
    """
    files = sorted(directory.glob("*.json"))
    if not files:
        raise RuleError(RuleFault.RULES_MISSING, directory=str(directory))
    catalogues = catalogues or directory.parent / "catalogue"
    known, regions = load_catalogues(catalogues), load_regions(catalogues.parent / "regions")
    editions = [(path.name, parse_rules(path.read_bytes(), path.name, known, regions)) for path in files]
    _refuse_twins(editions)
    book = RuleBook((), known, regions)
    return book.with_editions([rules for _, rules in editions])


def parse_rules(
    data: bytes, file: str, catalogues: Mapping[str, Catalogue], regions: Mapping[str, Regions]
) -> Rules:
    """One edition, with those of ``catalogues`` and ``regions`` that it names.

    Raises ConfigError SYNTAX, UNKNOWN_KEY, MISSING_KEY, WRONG_TYPE or WRONG_VALUE.
    """
    return _Reader(catalogues, regions).rules(read_json(data, file, _MAX_BYTES))


def _refuse_twins(editions: Sequence[tuple[str, Rules]]) -> None:
    """Raises ConfigError WRONG_VALUE where two editions share a day or a version."""
    for key in ("version", "effective_from"):
        seen: set[object] = set()
        for file, rules in editions:
            value = getattr(rules, key)
            if value in seen:
                raise Node(file, None, (key,)).wrong("a value that no other file has")
            seen.add(value)


class _Reader:
    """Reads one edition and collects the sources on the way."""

    def __init__(self, catalogues: Mapping[str, Catalogue], regions: Mapping[str, Regions]) -> None:
        self._catalogues = catalogues
        self._regions = regions
        self.sources: list[r.Source] = []

    def rules(self, top: Node) -> Rules:
        """The whole file."""
        part = top.members(_TOP)
        for meaning in part["marks"].members(MARKS).values():
            meaning.text()
        second = self._second(part["second"])
        grounds = [each.code for each in second[Action.HOLD].reasons]
        organs = [each.code for each in second[Action.DISCLOSE].reasons]
        return Rules(
            version=part["version"].matching(_VERSION, "version: letters, digits, . _ : -"),
            effective_from=part["effective_from"].date(),
            limits=self._limits(part["limits"]),
            password=self._password(part["password"]),
            retention=self._retention(part["retention"]),
            phones=tuple(self._phone(node) for node in part["phones"].items()),
            waybills=tuple(self._waybill(node) for node in part["waybills"].items()),
            s10_countries=self._countries(part["s10_countries"]),
            provinces=self._provinces(part["provinces"]),
            notice=self._notice(part["notice"]),
            consents=read_consents(part["consents"], self._sourced, LANGUAGES),
            guardians=self._guardians(part["guardians"]),
            catalogue=self._catalogue(part["catalogue"]),
            regions=self._region_data(part["regions"]),
            security=self._security(part["security"]),
            agreements=self._agreements(part["agreements"]),
            exemptions=self._exemptions(part["exemptions"]),
            cases=read_cases(part["cases"], self._sourced),
            complaints=read_complaints(part["complaints"], self._sourced, LANGUAGES),
            incidents=read_incidents(part["incidents"], self._sourced, LANGUAGES),
            exceptions=read_item_exceptions(part["item_exceptions"], self._sourced, LANGUAGES, grounds),
            corrections=read_corrections(part["corrections"], self._sourced),
            look_ups=read_look_limits(part["look_ups"], self._sourced),
            rights=read_rights(part["rights"], self._sourced, LANGUAGES),
            notify=read_notify(part["notify"], self._sourced, LANGUAGES),
            disclosure=read_disclosure(part["disclosure"], self._sourced, organs),
            second=second,
            typed=read_typed(part["typed_documents"], self._sourced, second[Action.TYPED]),
            paper_forms=read_paper_forms(part["paper_forms"], self._sourced),
            pictures=read_pictures(part["paper_pictures"], self._sourced),
            stock=read_stock(part["stock"], self._sourced, LANGUAGES),
            block=read_block(part["block_list"], self._sourced, LANGUAGES, second[Action.PROPOSE_BLOCK]),
            log_in=self._log_in(part["log_in"]),
            papers=self._papers(part["papers"]),
            sender_codes=read_sender_codes(part["sender_codes"], self._sourced),
            tariff=self._tariff(part["tariff"]),
            letter_contents=self._sourced(part["letters"], "contents")["contents"].text(40),
            documents=self._documents(part["documents"]),
            sources=tuple(self.sources),
        )

    def dated_notice(self, top: Node) -> DatedNotice:
        """A notice with the day from which it counts."""
        part = top.members(("effective_from", "id", *LANGUAGES, "source", "mark"))
        return DatedNotice(part["effective_from"].date(), self._notice_of(part))

    def _sourced(self, node: Node, *keys: str) -> dict[str, Node]:
        part = node.members((*keys, "source", "mark"))
        self.sources.append(r.Source(".".join(node.path), part["source"].text(), part["mark"].one_of(MARKS)))
        return part

    def _limits(self, node: Node) -> Limits:
        names = [field.name for field in dataclasses.fields(Limits)]
        part = node.members(names)
        limits = Limits(**{name: self._sourced(part[name], "value")["value"].integer(1) for name in names})
        for least, most in (("address_min", "address_max"), ("weight_min_g", "weight_max_g")):
            if getattr(limits, least) > getattr(limits, most):
                raise part[least].wrong(f"not above {most}")
        return limits

    def _password(self, node: Node) -> PasswordPolicy:
        names = [field.name for field in dataclasses.fields(PasswordPolicy)]
        part = {name: self._sourced(inner, "value")["value"] for name, inner in node.members(names).items()}
        waits = [item.integer(0, 86_400) for item in part.pop("lockout_seconds").items()]
        if waits != sorted(waits):
            raise node.wrong("lockout_seconds that never fall")
        numbers = {name: inner.integer(1, 1000) for name, inner in part.items()}
        return PasswordPolicy(**numbers, lockout_seconds=tuple(waits))

    def _retention(self, node: Node) -> Mapping[str, int]:
        part = node.members(RETENTION_CLASSES)
        return {name: self._sourced(inner, "days")["days"].integer(1, 36_600) for name, inner in part.items()}

    def _phone(self, node: Node) -> PhoneForm:
        part = self._sourced(node, "name", "pattern")
        return PhoneForm(part["name"].matching(_CODE, "code"), part["pattern"].pattern())

    def _waybill(self, node: Node) -> WaybillForm:
        part = self._sourced(node, "name", "pattern", "check", "paper")
        name, check = part["name"].matching(_CODE, "code"), part["check"].one_of(("s10", "none"))
        preprinted = part["paper"].one_of(("counter", "preprinted")) == "preprinted"
        return WaybillForm(name, part["pattern"].pattern(), check, preprinted)

    def _documents(self, node: Node) -> Mapping[str, r.DocumentRule]:
        found = {rule.kind: rule for rule in map(self._document, node.items())}
        kinds = {kind.value for kind in DocumentKind}
        if set(found) != kinds or len(node.items()) != len(kinds):
            raise node.wrong("every kind of document, once")
        return found

    def _document(self, node: Node) -> r.DocumentRule:
        numbers = ("name_characters", "name_hanzi")
        part = self._sourced(
            node, "kind", "chip", "number", "check", "asks", "long_term", "used_by", *numbers
        )
        asks = part["asks"].text().split(" ")
        if not set(asks) <= set(ASKS):
            raise part["asks"].wrong(", ".join(ASKS))
        return r.DocumentRule(
            kind=part["kind"].one_of([kind.value for kind in DocumentKind]),
            chip=part["chip"].flag(),
            number=part["number"].pattern(),
            check=part["check"].one_of((*FAMILIES, "none")),
            asks=tuple(asks),
            long_term=part["long_term"].flag(),
            used_by=part["used_by"].one_of(("anyone", "foreigner", "child")),
            name_characters=part["name_characters"].integer(1, 400),
            name_hanzi=part["name_hanzi"].integer(1, 400),
        )

    def _catalogue(self, node: Node) -> Catalogue:
        version = self._sourced(node, "version")["version"].one_of(list(self._catalogues))
        return self._catalogues[version]

    def _region_data(self, node: Node) -> Regions:
        return self._regions[self._sourced(node, "version")["version"].one_of(list(self._regions))]

    def _security(self, node: Node) -> r.SecurityRules:
        part = self._sourced(node, "routes", "key_regions", "centres")
        routes = part["routes"].members([route.value for route in Route])
        always = frozenset(
            name for name, inner in routes.items() if inner.one_of(("always", "by_region")) == "always"
        )
        centres: dict[str, str] = {}
        for one in part["centres"].items():
            inner = one.members(("id", "name"))
            centres[inner["id"].matching(_CODE, "code")] = inner["name"].text(40)
        return r.SecurityRules(always, tuple(one.text(20) for one in part["key_regions"].items()), centres)

    def _agreements(self, node: Node) -> tuple[r.Agreement, ...]:
        part = self._sourced(node, "form", "list")
        form, made = part["form"].pattern(), []
        for one in part["list"].items(0):
            inner = one.members(("number", "first", "last"))
            number = inner["number"].text(40)
            if not form.fullmatch(number):
                raise inner["number"].wrong("a number of the stated form")
            made.append(r.Agreement(number, inner["first"].date(), inner["last"].date()))
        if len({one.number for one in made}) != len(made):
            raise part["list"].wrong("every number once")
        return tuple(made)

    def _exemptions(self, node: Node) -> r.Exemptions:
        part = self._sourced(node, "reasons", "roles")
        reasons = tuple(map(self._exemption, part["reasons"].items(0)))
        codes = {each.code for each in reasons}
        if len(codes) != len(reasons) or len(reasons) > MOST_REASONS or "none" in codes:
            raise part["reasons"].wrong(f"at most {MOST_REASONS} reasons, every code once, none of them none")
        allowed = [role.value for role in right(Action.EXEMPT).approves]
        roles = tuple(one.one_of(allowed) for one in part["roles"].items())
        return r.Exemptions(reasons, roles)

    def _second(self, node: Node) -> Mapping[str, SecondRules]:
        """By action, every one that is asked for by a request."""
        parts = node.members(ASKED).items()
        return {name: read_second(self._sourced(each, "reasons", "hours")) for name, each in parts}

    def _exemption(self, node: Node) -> r.ExemptionReason:
        part = self._sourced(node, "code", *LANGUAGES)
        names = {language: part[language].text(40) for language in LANGUAGES}
        return r.ExemptionReason(part["code"].matching(_CODE, "code"), names)

    def _log_in(self, node: Node) -> Mapping[str, str]:
        roles = sorted(role.value for role in right(Action.LOG_IN).alone)
        return {
            name: self._sourced(inner, "value")["value"].one_of(r.LOG_IN)
            for name, inner in node.members(roles).items()
        }

    def _papers(self, node: Node) -> PaperRules:
        part = node.members((*(paper.value for paper in Paper), "warn_days", "grace_days"))
        values = {name: self._sourced(inner, "value")["value"] for name, inner in part.items()}
        days = {name: value.integer(0, 36_600) for name, value in values.items()}
        return PaperRules({name.value: days[name] for name in Paper}, days["warn_days"], days["grace_days"])

    def _tariff(self, node: Node) -> r.Tariff:
        kinds = [kind.value for kind in Payment]
        part = self._sourced(node, "prices", "payments", "usual", "usual_agreement", "most_cents", "required")
        prices: dict[str, r.Price] = {}
        for one in part["prices"].items(0):
            inner = one.members(("route", "first_g", "first_cents", "step_g", "step_cents"))
            route = inner["route"].one_of([each.value for each in Route if each.value not in prices])
            prices[route] = r.Price(
                inner["first_g"].integer(1),
                inner["first_cents"].integer(),
                inner["step_g"].integer(1),
                inner["step_cents"].integer(),
            )
        payments = tuple(one.one_of(kinds) for one in part["payments"].items())
        usual, usual_agreement = (
            part[key].one_of([*payments, "none"]).replace("none", "") for key in ("usual", "usual_agreement")
        )
        return r.Tariff(
            prices,
            payments,
            usual,
            usual_agreement,
            most_cents=part["most_cents"].integer(1),
            required=part["required"].flag(),
        )

    def _countries(self, node: Node) -> frozenset[str]:
        codes = self._sourced(node, "codes")["codes"]
        words = codes.matching("[A-Z]{2}(?: [A-Z]{2})*", "two-letter codes with a space between")
        return frozenset(words.split())

    def _provinces(self, node: Node) -> Mapping[str, str]:
        codes = self._sourced(node, "codes")["codes"]
        for code, name in codes.table().items():
            if not re.fullmatch("[1-9][0-9]", code):
                raise name.error(ConfigFault.UNKNOWN_KEY, "two digits")
        return {code: name.text(20) for code, name in codes.table().items()}

    def _notice(self, node: Node) -> Notice:
        return self._notice_of(self._sourced(node, "id", *LANGUAGES))

    def _notice_of(self, part: Mapping[str, Node]) -> Notice:
        texts = {language: self._notice_text(part[language]) for language in LANGUAGES}
        if len({len(text.paragraphs) for text in texts.values()}) != 1:
            raise part["zh"].wrong("the same paragraphs in every language")
        return Notice(part["id"].matching(_VERSION, "id: letters, digits, . _ : -"), texts)

    def _guardians(self, node: Node) -> r.Guardians:
        part = self._sourced(node, "id", "relations", *LANGUAGES)
        return r.Guardians(self._notice_of(part), read_relations(part["relations"], LANGUAGES))

    def _notice_text(self, node: Node) -> NoticeText:
        part = node.members(("title", "paragraphs"))
        paragraphs = [inner.members(("heading", "text")) for inner in part["paragraphs"].items()]
        return NoticeText(
            part["title"].text(100),
            tuple(r.Paragraph(one["heading"].text(100), one["text"].text()) for one in paragraphs),
        )
