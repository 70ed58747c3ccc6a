"""The slip of an invented day for the tests, really signed, with something of everything."""

from __future__ import annotations

import dataclasses

from core.crypto.keys import PublicKey, new_agreement, new_signer
from core.ledger.day_slip import DaySlip, Earlier, SlipDifference, SlipLate, SlipLine, SlipNumbers
from core.ledger.documents import Grant, make_grant
from core.ledger.entry import EMPTY_HEAD, Head
from core.receipts.day_slip import sign_slip
from core.slips import SlipPage, SlipWait

TERMINAL = "990100-01-03"


def _head(seq: int) -> Head:
    return Head(1, seq, bytes((seq * 7 + place) % 256 for place in range(32)))


SLIP = DaySlip(
    branch="贵阳市示例支局 990100-01", terminal=TERMINAL, day=17, date="2026-11-21",
    first=_head(3011), last=_head(4222), verdict=_head(4223), state=_head(9).hash,
    signed_by="OP10009", closed_at="2026-11-21 18:04",
    total=SlipLine("", 143, 141, 139, 142, 143, 1),
    lines=(SlipLine("OP10001", 88, 86, 86, 87, 88), SlipLine("OP10003", 55, 55, 53, 55, 55, 1)),
    refused=(("no_valid_document", 2), ("prohibited", 4)),
    differences=(
        SlipDifference(3127, "000127", ("no_label", "no_receipt"), "OP10001", "16:42", "explained",
                       "device_failed", "OP10001", "OP10009"),
        SlipDifference(3119, "000119", ("not_affixed",), "OP10003", "15:08", "explained",
                       "label_on_item", "OP10003", "", "2026-11-24T10:04:00.000Z"),
        SlipDifference(2990, "000071", ("not_found",), "OP10001", "10:12", "disputed", "device_failed",
                       "OP10009"),
        SlipDifference(3050, "000084", ("still_here",), "OP10003", "11:02", "unsaid"),
        SlipDifference(3098, "000098", ("held",), "OP10001", "11:20", "disputed", "left_open", "OP10009"),
    ),
    closes=(15, 16),
    earlier=(Earlier(3900, "LabelPrinted", 2807, 14, "2026-11-18"),),
    numbers=(SlipNumbers(4001, "PoolVoided", "ems-1", 287, 287, "misprinted"),),
    late=(SlipLate(3990, "BranchAdopted", 1, 88, 120, 12),),
    stock={"opening": 12, "accepted": 144, "sent": 120, "voided": 1, "organs": 2, "let_go": 0, "closing": 33},
    stocktake={"found": 32, "missing": 1, "extra": 1, "strange": 3},
)  # fmt: skip
REASONS = {
    "device_failed": {"zh": "设备故障", "en": "A device failed"},
    "label_on_item": {"zh": "面单已贴，漏扫", "en": "On the item, scan forgotten"},
}


def signed_page(slip: DaySlip = SLIP, copy: int = 1) -> tuple[SlipPage, PublicKey]:
    """The page and HQ's public key: a new HQ, a new terminal's key, its grant."""
    headquarters, key = new_signer(), new_signer()
    grant = Grant(slip.terminal, slip.terminal[:9], 1, key.public, EMPTY_HEAD, new_agreement().public)
    code = sign_slip(slip, key, make_grant(grant, headquarters))
    waits = (SlipWait("void", "000104", "11-24 13:56"),)
    page = SlipPage(slip, code, copy, "2026-11-21 18:06", "OP10009", 37, waits, REASONS)
    return page, headquarters.public


PAGE, HQ_KEY = signed_page()
LONG = dataclasses.replace(SLIP, differences=tuple(
    dataclasses.replace(SLIP.differences[0], item=n, number=f"{n:06d}") for n in range(1, 201)
))  # fmt: skip
