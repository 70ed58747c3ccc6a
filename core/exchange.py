"""How entries travel: the JSON form used by ingest, export and backup, and the signed request.

The signature on the request is the terminal's identity (TLS may end at a balancer); entries keep
their own signatures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger.entry import Attachment, AttachmentClass, Entry

HEADER_TERMINAL = "x-counter-terminal"
HEADER_TIME = "x-counter-time"  # core.ledger.entry.stamp form
HEADER_NONCE = "x-counter-nonce"  # base64url of 16 random bytes, used once within the time window
HEADER_SIGNATURE = "x-counter-signature"  # base64url, by the terminal's key of the current epoch
HEADER_KEY = "x-counter-key"  # id of the signing key of headquarters that the asker believes; not signed
REQUEST_WINDOW_SECONDS = 300
MAX_BATCH_BYTES = 8 * 1024 * 1024
MAX_BATCH_ENTRIES = 500
MAX_DIRECTIVES = 100  # in one answer

PATH_TIME = "/v1/time"  # GET ?nonce=…  → {"document", "signature"} (documents.read_time)
PATH_KEYS = "/v1/keys"  # GET → {"signing", "rolls"}: headquarters' keys from the first on (core.ledger.rolls)
PATH_ENROL = "/v1/enrol"  # POST, no client certificate
PATH_ENROL_CODE = "/v1/enrol/code"  # POST {"code"}: what a code is for; it is not used up by it
PATH_ACTIVATE = "/v1/operators/activate"  # POST, signed by the terminal


def path_entries(terminal: str) -> str:
    """POST {"entries": […]} → 200 {"document", "signature"} (marks), else an error body.

    GET ?first=N → {"entries": […]}: its own journal from there on, page by page, for a store that was lost.
    """
    return f"/v1/terminals/{terminal}/entries"


def path_late(terminal: str, branch: str) -> str:
    """GET ?first=N → {"entries": […]}: what stands beside its chain, of one branch, without sealed parts.

    ``branch``: base64url of the hash of the branch's first entry.
    """
    return f"/v1/terminals/{terminal}/late/{branch}"


def path_marks(terminal: str) -> str:
    """GET → {"document", "signature"} (documents.read_marks)."""
    return f"/v1/terminals/{terminal}/marks"


def path_branch(terminal: str) -> str:
    """GET → {"document", "signature"} (branch_day.read_branch_day): the counters of its branch."""
    return f"/v1/terminals/{terminal}/branch"


def path_directives(terminal: str) -> str:
    """GET ?after=N&head=… → {"directives": […], "more": …}; POST {"directives": […]} gives lost ones back.

    ``after`` and ``head`` (base64url, 32 bytes) are the last directive that this counter holds.
    """
    return f"/v1/terminals/{terminal}/directives"


def path_certificate(terminal: str) -> str:
    """POST {"csr"} → {"certificate"}: a fresh client certificate; needs none, the signature is enough."""
    return f"/v1/terminals/{terminal}/certificate"


def path_operator(terminal: str, operator: str) -> str:
    """GET → the operator's name, role and keys as activated at this terminal, the private ones wrapped."""
    return f"/v1/terminals/{terminal}/operators/{operator}"


def request_message(method: str, path: str, time: str, nonce: str, body: bytes) -> bytes:
    """What the terminal signs for one request."""
    digest = wire.b64(hashlib.sha256(body).digest())
    return b"counter/request/1\0" + "\n".join((method, path, time, nonce, digest)).encode("ascii")


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """One entry with its attachments, binary as base64url; None for an attachment that is gone."""
    return {
        "body": wire.b64(entry.body),
        "terminal_signature": wire.b64(entry.terminal_signature),
        "session_signature": None if entry.session_signature is None else wire.b64(entry.session_signature),
        "attachments": [
            None
            if item is None
            else {
                "class": item.cls.value,
                "retention": item.retention,
                "month": item.month,
                "nonce": wire.b64(item.nonce),
                "data": wire.b64(item.data),
            }
            for item in entry.attachments
        ],
    }


def entry_from_json(value: Mapping[str, Any]) -> Entry:
    """The inverse of :func:`entry_to_json`; raises EntryError FORM."""
    try:
        signature = value["session_signature"]
        return Entry(
            wire.unb64(value["body"]),
            wire.unb64(value["terminal_signature"]),
            None if signature is None else wire.unb64(signature),
            tuple(
                None
                if item is None
                else Attachment(
                    AttachmentClass(item["class"]),
                    str(item["retention"]),
                    str(item["month"]),
                    wire.unb64(item["nonce"], 32),
                    wire.unb64(item["data"]),
                )
                for item in value["attachments"]
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise EntryError(EntryFault.FORM, what="entry") from None
