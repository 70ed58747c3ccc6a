"""Invented disclosures for the pictures: an organ by law, a partner by consent."""

from __future__ import annotations

from dataclasses import replace

from core.disclosing import DisclosingView, DisclosureForm, DisclosureMark
from core.disclosure_rules import Basis, DisclosureRules, Named, Recipient, Scope
from core.ledger.disclosures import Way
from core.view import CounterView
from ui.specimen_visits import item

_POLICE = {"zh": "公安机关", "en": "Public security organ"}
_PARTNER = {"zh": "示例末端代收点", "en": "Example Pick-up Point"}
_IDENTITY = {"zh": "寄件人姓名、证件和邮件", "en": "Sender's name and document, the item"}
_CONTACT = {"zh": "寄件人姓名、电话", "en": "Sender's name and phone"}
_BASES = {
    "postal_law_36": Basis(
        "postal_law_36",
        {"zh": "《邮政法》第三十六条", "en": "Postal Law, article 36"},
        ("case",),
        ("identity",),
    ),
    "criminal_procedure_54": Basis(
        "criminal_procedure_54",
        {"zh": "《刑事诉讼法》第五十四条", "en": "Criminal Procedure Law, article 54"},
        ("case",),
        ("identity",),
    ),
}
_RULES = DisclosureRules(
    (
        Recipient("public_security", _POLICE, Way.LAWFUL, "public_security", tuple(_BASES)),
        Recipient("pickup_point", _PARTNER, Way.SHARING, "person_agreed", (), "share_delivery"),
    ),
    _BASES,
    {"case": Named("case", {"zh": "追查刑事犯罪", "en": "A criminal case"})},
    {"identity": Scope("identity", _IDENTITY, ("sender_name", "sender_document", "item"))},
    30,
)
_ASKED = DisclosureMark(131, 128, "lawful", _POLICE, "asked", "2026-12-21", "520100-01-03/131")
_READY = replace(_ASKED, filed=140, item=126, state="ready", reference="520100-01-03/140", mine=True)
DISCLOSING = DisclosingView((_ASKED, _READY), None, _RULES, {"wait": 24})


def disclosure_views(base: CounterView) -> dict[str, CounterView]:
    """In the list as a supervisor sees it; being typed for an organ, and for a partner."""
    found = replace(
        base,
        role="supervisor",
        operator="OP10009",
        found=tuple(item(seq) for seq in range(128, 120, -1)),
        disclosing=DISCLOSING,
    )
    organ = DisclosureForm(128, "000128", "lawful", _POLICE, _IDENTITY, 1)
    partner = DisclosureForm(128, "000128", "sharing", _PARTNER, _CONTACT, 2)
    return {
        "disclosure-list": found,
        "disclosure-typing": replace(found, disclosing=replace(DISCLOSING, form=organ)),
        "disclosure-partner": replace(found, disclosing=replace(DISCLOSING, form=partner)),
    }
