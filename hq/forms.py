"""The JSON forms of requests and answers: what the interface reads, and what /openapi.json says of it.

``msgspec`` decodes strictly into these; binary members are unpadded base64url (core.wire.b64).
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict, TypeVar

import msgspec

from core import wire
from core.errors import EntryError, EntryFault
from core.exchange import MAX_BATCH_ENTRIES, MAX_DIRECTIVES

MAX_WRAPPED = 16_384

AttachmentForm = TypedDict(
    "AttachmentForm",
    {
        "class": str,  # core.ledger.entry.AttachmentClass
        "retention": Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_.-]{0,39}$")],
        "month": Annotated[str, msgspec.Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")],
        "nonce": str,
        "data": str,
    },
)


class EntryForm(TypedDict):
    """core.exchange.entry_to_json."""

    body: str
    terminal_signature: str
    session_signature: str | None
    attachments: list[AttachmentForm | None]


_Entries = Annotated[list[EntryForm], msgspec.Meta(extra_json_schema={"maxItems": MAX_BATCH_ENTRIES})]


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """Entries of one terminal, in sequence."""

    entries: _Entries


class EnrolRequest(msgspec.Struct, forbid_unknown_fields=True):
    """``proof``: the terminal key's signature over ``b"counter/enrol/1\\0"`` + the code's bytes."""

    code: Annotated[str, msgspec.Meta(max_length=100)]
    terminal_key: str
    csr: str
    proof: str
    agreement_key: str | None = None


class EnrolCodeRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A one-time code of enrolment; whoever has it could redeem it."""

    code: Annotated[str, msgspec.Meta(max_length=100)]


class EnrolCodeAnswer(msgspec.Struct):
    """What the code is for.  ``follows``: the terminal's journal is here, and it comes back in a new epoch.

    ``used``: only the key that redeemed it is answered again.
    """

    branch: str
    terminal: str
    follows: bool
    used: bool


class RollForm(TypedDict):
    """core.ledger.rolls.SignedRoll: the document, and both keys' signatures; binary as base64url."""

    roll: str
    by_old: str
    by_new: str


class KeysAnswer(msgspec.Struct):
    """HQ's signing key in force, and the rolls from the first one to it, in order."""

    signing: str
    rolls: list[RollForm]


class EnrolAnswer(msgspec.Struct):
    """The terminal's first grant, its client certificate, HQ's public keys; ``rolls`` lead to ``signing``."""

    branch: str
    terminal: str
    epoch: int
    certificate: str
    ca: str
    grant: str
    grant_signature: str
    signing: str
    opening: str
    rolls: list[RollForm]


class ActivateRequest(msgspec.Struct, forbid_unknown_fields=True):
    """``proof``: the new signing key's signature over operator_proof (core.ledger.documents), role ""."""

    operator: Annotated[str, msgspec.Meta(max_length=16)]
    code: Annotated[str, msgspec.Meta(max_length=100)]
    signing: str
    agreement: str
    wrapped: str
    proof: str


class ActivateAnswer(msgspec.Struct):
    """Who was activated."""

    operator: str
    name: str
    role: str


class GrantForm(TypedDict):
    """Headquarters' own grant, as it signed it; binary as base64url."""

    document: str
    signature: str


_Grants = Annotated[list[GrantForm], msgspec.Meta(max_length=8)]


class RenewRequest(msgspec.Struct, forbid_unknown_fields=True):
    """``csr``: PKCS #10, PEM; ``grants``: those it holds, for a headquarters that lost them in a restore."""

    csr: str
    grants: _Grants = msgspec.field(default_factory=list)


class RenewAnswer(msgspec.Struct):
    """A fresh client certificate, and the authorities to trust from now on (PEM, one or several)."""

    certificate: str
    ca: str


class Journal(msgspec.Struct):
    """A page of the terminal's own entries; empty after the last."""

    entries: list[EntryForm]


class OperatorKeysAnswer(msgspec.Struct):
    """An operator's keys as she activated them at this terminal; ``wrapped``: only her password opens it."""

    operator: str
    name: str
    role: str
    signing: str
    agreement: str
    wrapped: str


class Signed(msgspec.Struct):
    """A document of core.ledger.documents and HQ's signature over it."""

    document: str
    signature: str


class DirectiveForm(TypedDict):
    """core.ledger.directives.directive_to_json; null where the attachment is gone or never was."""

    document: str
    signature: str
    nonce: str | None
    attachment: str | None


class Directives(msgspec.Struct):
    """The terminal's directives after the one that it holds; ``more``: ask again after the last of them."""

    directives: list[DirectiveForm]
    more: bool


_Lost = Annotated[list[DirectiveForm], msgspec.Meta(extra_json_schema={"maxItems": MAX_DIRECTIVES})]


class LostDirectives(msgspec.Struct, forbid_unknown_fields=True):
    """Directives that headquarters signed and no longer has, in sequence."""

    directives: _Lost


class Taken(msgspec.Struct):
    """The newest directive of this terminal that headquarters has now."""

    number: int


class Fault(msgspec.Struct):
    """Why a request was not done: a stable code (core.errors.HqFault) and facts about it."""

    code: str
    facts: dict[str, str | int | bool | None]
    retry: bool


class Health(msgspec.Struct):
    """``status`` is "ok", "degraded" or "draining"; ``lag``: entries received and not followed yet."""

    status: str
    database: bool
    follower: bool
    lag: int | None


FORMS = (
    Batch,
    EnrolRequest,
    EnrolAnswer,
    EnrolCodeRequest,
    EnrolCodeAnswer,
    KeysAnswer,
    ActivateRequest,
    ActivateAnswer,
    Signed,
    Directives,
    LostDirectives,
    Taken,
    RenewRequest,
    RenewAnswer,
    Journal,
    OperatorKeysAnswer,
    Fault,
    Health,
)

FormT = TypeVar("FormT")


def read_form(body: bytes, form: type[FormT]) -> FormT:
    """Decode strictly; raises EntryError FORM (the text of the fault names no value)."""
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise EntryError(EntryFault.FORM, what="request") from None


def write_form(value: object) -> bytes:
    """JSON bytes."""
    return msgspec.json.encode(value)


def signed(document: tuple[bytes, bytes]) -> Signed:
    """The answer for (canonical bytes, signature)."""
    return Signed(wire.b64(document[0]), wire.b64(document[1]))


def schemas() -> dict[str, Any]:
    """JSON schemas of all forms by name, for OpenAPI's components."""
    _, components = msgspec.json.schema_components(FORMS, ref_template="#/components/schemas/{name}")
    return components
