"""What headquarters decided about a request, as its directive says it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger import forms
from core.ledger.directives import SignedDirective
from core.ledger.documents import Approval
from core.ledger.entry import parse_stamp
from core.ledger.requests import Where

_FORM = {
    "epoch": forms.COUNT, "request": forms.ID, "asked": forms.COUNT, "body": forms.HASH,
    "decision": forms.CODE, "by": forms.STAFF, "at": forms.TIME, "approval": forms.SIGNATURE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decided:
    """The document and headquarters' signature over it, which its reader still has to check."""

    approval: Approval
    signature: bytes = field(repr=False)
    directive: int = 0

    @property
    def at(self) -> dt.datetime:
        """When it was decided."""
        return self.approval.at


def read_decided(signed: SignedDirective) -> Decided:
    """Raises EntryError FORM."""
    said = signed.directive
    body = said.body
    if not forms.fits(body, _FORM):
        raise EntryError(EntryFault.FORM, what="approval")
    approval = Approval(
        said.terminal, body["epoch"], body["request"], body["asked"], wire.unb64(body["body"]),
        body["decision"], body["by"], parse_stamp(body["at"]), Where.HEADQUARTERS.value,
    )  # fmt: skip
    return Decided(approval, wire.unb64(body["approval"]), said.number)
