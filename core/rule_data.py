"""The values of one edition of the rule data; ``core.rules`` reads them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.acceptance.catalogue import Catalogue
from core.access.papers import PaperRules
from core.access.second import SecondRules
from core.block_rules import BlockRules
from core.case_rules import CaseRules
from core.complaint_rules import ComplaintRules
from core.correction_rules import CorrectionRules
from core.disclosure_rules import DisclosureRules
from core.errors import RuleError, RuleFault
from core.incident_rules import IncidentRules
from core.item_exception_rules import ExceptionRules
from core.look_rules import LookLimits
from core.notify_rules import NotifyRules
from core.paper_form_rules import PaperFormRules
from core.paper_picture_rules import PictureRules
from core.regions.book import Regions
from core.right_rules import RightRules
from core.sender_code_rules import SenderCodeRules
from core.stock_rules import StockRules
from core.typed_rules import TypedRules

# What a role logs in with: her card where she has one, else her password; or her card and nothing else.
CARD_OR_PASSWORD, CARD_ONLY = "card_or_password", "card"
LOG_IN = (CARD_OR_PASSWORD, CARD_ONLY)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from.  ``mark``: F read in full, X excerpt, M memory, P the product's own."""

    key: str
    source: str
    mark: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers.  Characters are Unicode code points; ``_g`` grams, ``_minutes`` minutes."""

    name_characters: int
    name_hanzi: int
    address_min: int
    address_max: int
    contents_max: int
    quantity_max: int
    weight_min_g: int
    weight_max_g: int
    scan_max: int
    draft_minutes: int
    draft_identity_minutes: int
    drafts_per_operator: int
    manual_after_failures: int
    reader_down_hours: int
    reader_down_items: int
    household_age: int
    adult_age: int
    minor_age: int
    session_minutes: int
    idle_lock_minutes: int
    inspection_days: int
    export_rows_max: int
    offline_hours: int
    offline_warn_hours: int
    backup_days: int
    enquiry_days: int


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What a typed password must be, and how long a person waits after the n-th failure."""

    characters_min: int
    characters_max: int
    kinds_min: int
    passphrase_characters: int
    lockout_seconds: tuple[int, ...]

    def check(self, password: str, operator: str) -> None:
        """Raises RuleError PASSWORD_WEAK; ``what`` is "length", "kinds" or "operator"."""
        if not self.characters_min <= len(password) <= self.characters_max:
            raise RuleError(
                RuleFault.PASSWORD_WEAK, what="length", least=self.characters_min, most=self.characters_max
            )
        if operator and operator.casefold() in password.casefold():
            raise RuleError(RuleFault.PASSWORD_WEAK, what="operator")
        kinds = {_kind(char) for char in password}
        if len(set(password)) < self.characters_min // 2 or (
            len(password) < self.passphrase_characters and len(kinds) < self.kinds_min
        ):
            raise RuleError(RuleFault.PASSWORD_WEAK, what="kinds", least=self.kinds_min)

    def wait_seconds(self, failures: int) -> int:
        """How long to wait after so many failures in a row."""
        return self.lockout_seconds[min(failures, len(self.lockout_seconds)) - 1] if failures > 0 else 0


def _kind(char: str) -> str:
    if char.isdigit():
        return "digit"
    if char.isalpha():
        return "upper" if char.isupper() else "lower"
    return "other"


@dataclass(frozen=True, slots=True)
class PhoneForm:
    """How one kind of phone number is written, in canonical form."""

    name: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class WaybillForm:
    """How one kind of waybill number is written; ``check`` is "s10" or "none".

    ``preprinted``: its numbers come on printed waybills, so that the counter prints only what those lack.
    """

    name: str
    pattern: re.Pattern[str]
    check: str
    preprinted: bool = False


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """One kind of identity document: how its number is written, and what is typed where no chip tells.

    ``check`` names the family of its check digit ("resident", "hmt", "foreigner_2017", "foreigner_2023",
    "none").  ``asks`` are the fields of the manual lane besides the number: "name", "birth", "sex",
    "valid_to", "mrz".  ``used_by`` is "anyone", "foreigner" or "child".
    """

    kind: str
    chip: bool
    number: re.Pattern[str]
    check: str
    asks: tuple[str, ...]
    long_term: bool
    used_by: str
    name_characters: int
    name_hanzi: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """A customer with a security agreement (快递暂行条例 22, 31), by number; both days count."""

    number: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class ExemptionReason:
    """Why somebody who is neither a letter's nor an agreement's sender is not identified."""

    code: str
    names: Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class Exemptions:
    """The reasons, chosen by number, and the roles in which a second person may approve one."""

    reasons: tuple[ExemptionReason, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SecurityRules:
    """Where the security check may not be left out (R27).

    ``always`` are the routes, ``key_regions`` the beginnings of recipients' addresses; ``centres`` are
    the named places that check later, id → name, the usual one first.
    """

    always: frozenset[str]
    key_regions: tuple[str, ...]
    centres: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Price:
    """First weight, then steps that have begun; grams and cents (分)."""

    first_g: int
    first_cents: int
    step_g: int
    step_cents: int

    def cents(self, grams: int) -> int:
        """The price of so much."""
        steps = -(-max(0, grams - self.first_g) // self.step_g)
        return self.first_cents + steps * self.step_cents


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices by route, and how one may pay.

    ``required``: no item without fee and payment kind.  ``usual`` and ``usual_agreement`` are the payment
    kinds that stand until another is chosen, "" where the clerk has to say.
    """

    prices: Mapping[str, Price]
    payments: tuple[str, ...]
    usual: str
    usual_agreement: str
    most_cents: int
    required: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One heading and its text."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The notice in one language."""

    title: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What the customer is told before the item is taken (PIPL 17, 快递暂行条例 21); ``id`` is recorded."""

    id: str
    texts: Mapping[str, NoticeText]  # by language, "zh" and "en"


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person may agree to by itself beyond the acceptance; ``version`` is recorded with the answer."""

    code: str
    version: str
    texts: Mapping[str, Paragraph]  # by language: what it is for, and what exactly is asked


@dataclass(frozen=True, slots=True)
class Guardians:
    """What a child's guardian is told (PIPL 31), and which relations there are: code → language → name."""

    notice: Notice
    relations: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Rules:
    """One edition.  ``retention`` is days by retention class; ``provinces`` two-digit codes."""

    version: str
    effective_from: dt.date
    limits: Limits
    password: PasswordPolicy
    retention: Mapping[str, int]
    phones: tuple[PhoneForm, ...]
    waybills: tuple[WaybillForm, ...]
    s10_countries: frozenset[str]
    provinces: Mapping[str, str]
    notice: Notice
    consents: tuple[Consent, ...]
    guardians: Guardians
    documents: Mapping[str, DocumentRule]  # by kind, every one that there is
    catalogue: Catalogue
    regions: Regions
    security: SecurityRules
    agreements: tuple[Agreement, ...]
    exemptions: Exemptions
    cases: CaseRules
    complaints: ComplaintRules
    exceptions: ExceptionRules
    incidents: IncidentRules
    corrections: CorrectionRules
    disclosure: DisclosureRules
    look_ups: LookLimits
    rights: RightRules
    notify: NotifyRules
    second: Mapping[str, SecondRules]  # by action, every one that is asked for by a request
    block: BlockRules  # for how long a customer may be proposed for the block list
    typed: TypedRules  # which documents typed by hand need one
    paper_forms: PaperFormRules
    pictures: PictureRules
    stock: StockRules
    papers: PaperRules
    sender_codes: SenderCodeRules
    tariff: Tariff
    letter_contents: str  # what a label says of a letter
    sources: tuple[Source, ...] = field(repr=False, default=())
    log_in: Mapping[str, str] = field(default_factory=dict)  # by role that opens a counter: one of LOG_IN
