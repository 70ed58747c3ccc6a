"""The two attachments of an accepted item: what is sealed to headquarters, and the annex."""

from __future__ import annotations

from core import wire
from core.acceptance import fees, record
from core.acceptance.labels import Imprint, label
from core.acceptance.visit import Visit
from core.ledger.clock import business_date
from core.ledger.entry import AttachmentClass
from core.ledger.sealed_info import MOST_SEALED
from core.ledger.writer import Part
from core.station import paper_pictures
from core.station.live import Live

_RETENTION, _RETENTION_SEALED = "acceptance", "sealed"


def item_parts(live: Live, visit: Visit, imprint: Imprint) -> tuple[Part, Part]:
    """Of a visit that is complete, as ``imprint`` numbers it.  Raises RuleError NOT_READY, StoreError."""
    now, rules = live.now().at, live.rules
    today = business_date(now)
    identity = record.need_complete(visit, today, rules)
    hint = ""
    if identity is not None:
        hint = record.digest_hint(live.store.hint_key(f"{now:%Y-%m}"), identity.kind, identity.number)
    printed = label(visit, rules, imprint)
    known = record.contacts(visit, rules)
    annex = record.annex(printed, hint, identity, fees.fee(visit, rules), known)
    sealed = {**record.sealed_payload(visit, today, rules), **paper_pictures.sealed(live, visit)}
    return (
        Part(AttachmentClass.SEALED, _RETENTION_SEALED, wire.encode(sealed, limit=MOST_SEALED)),
        Part(AttachmentClass.ANNEX, _RETENTION, wire.encode(annex)),
    )
