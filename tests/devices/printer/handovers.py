"""The slip of an invented hand-over for the tests, really signed."""

from __future__ import annotations

from core.crypto.keys import PublicKey, new_agreement, new_signer
from core.handover import HandOverPage
from core.ledger.documents import Grant, make_grant
from core.ledger.entry import EMPTY_HEAD, Head
from core.receipts.handover import sign_record
from tests.golden.handed import HANDED


def signed_hand_over() -> tuple[HandOverPage, PublicKey]:
    """The page and HQ's public key: a new HQ, a new terminal's key, its grant."""
    headquarters, key = new_signer(), new_signer()
    grant = Grant(HANDED.terminal, HANDED.branch, 1, key.public, EMPTY_HEAD, new_agreement().public)
    operator, at, entry = "OP10009", "2026-11-23 10:20", Head(1, 9, bytes(range(7, 39)))
    code = sign_record(HANDED, (operator, at, entry), key, make_grant(grant, headquarters))
    return HandOverPage(HANDED, operator, at, entry, code), headquarters.public
