"""What /openapi.json says: for each route its body, who may ask, and every status that it really gives.

The document is written to docs/openapi.json (``python -m hq.openapi_file``); a test compares the two, and
another holds a running headquarters against it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response

from core.exchange import HEADER_KEY, HEADER_NONCE, HEADER_SIGNATURE, HEADER_TERMINAL, HEADER_TIME
from hq.forms import schemas
from hq.terminals import NAME

FILE = Path(__file__).parents[1] / "docs" / "openapi.json"
_CERTIFICATE = "The client certificate that enrolment gave; it admits, the signature identifies."
_B64 = "[A-Za-z0-9_-]"
_HEADERS: Mapping[str, tuple[str, str]] = {
    HEADER_TERMINAL: (f"^{NAME.pattern}$", "The terminal's name."),
    HEADER_TIME: (
        r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$",
        "Now, as 2026-11-21T06:26:03.120Z; within 300 seconds of headquarters' clock.",
    ),
    HEADER_NONCE: (f"^{_B64}{{21}}[AQgw]$", "16 random bytes, unpadded base64url, used once."),
    HEADER_SIGNATURE: (
        f"^{_B64}{{40,110}}$",
        "The terminal key's signature over core.exchange.request_message, base64url.",
    ),
}
_KEY = {
    "name": HEADER_KEY,
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "Id of the signing key of headquarters that the asker believes: the answer is signed "
    "with it as long as it is kept; else, or where it is none, with the key in force (GET /v1/keys).",
}
_WHY: Mapping[int, str] = {
    400: "Malformed: the path, a parameter, the body, or its packing.",
    403: "Not admitted: no client certificate, one of another terminal, revoked; a wrong signature; "
    "a clock more than 300 seconds off (facts: now, seconds).",
    409: "Authentic and not possible: a batch that does not follow what is here (facts: fault, seq, "
    "received), a request that came before (what: nonce), what another epoch or terminal holds.",
    413: "More bytes or entries than are taken (facts: limit). The connection ends.",
    429: "Too many requests of this terminal, or wrong tries of this caller (facts: what, seconds).",
    500: "A fault of headquarters' own. Come again.",
    503: "Not now: full, slow, on its way out, or without its database (facts: what). Come again.",
}
_WAIT = {"description": "Seconds after which to come again.", "schema": {"type": "integer", "minimum": 1}}
_SIGNED = (400, 403, 409, 413, 429, 500, 503)


@dataclass(frozen=True, slots=True)
class About:
    """One route: the forms of answer and body by name ("" for none), and whom it is for."""

    answer: str
    body: str = ""
    signed: bool = False  # its four headers carry the terminal's signature
    believes: bool = False  # it may name the signing key of headquarters that it believes
    admitted: bool = False  # over a connection that shows a client certificate
    refusals: tuple[int, ...] = (400, 500)

    def options(self) -> dict[str, Any]:
        """For FastAPI's ``add_api_route``."""
        extra: dict[str, Any] = {}
        if self.body:
            extra["requestBody"] = {"required": True, "content": _content(self.body)}
        if self.admitted:
            extra["security"] = [{"certificate": []}]
        if self.signed:
            extra["parameters"] = [_header(name, *said) for name, said in _HEADERS.items()]
        if self.believes:
            extra.setdefault("parameters", []).append(_KEY)
        return {
            "response_model": None,
            "response_class": Response,
            "responses": self._answers(),
            "openapi_extra": extra,
        }

    def _answers(self) -> dict[int | str, Any]:
        text = {"text/plain": {"schema": {"type": "string"}}}
        good = {"description": "Done.", "content": _content(self.answer) if self.answer else text}
        answers: dict[int | str, Any] = {200: good}
        for status in self.refusals:
            answers[status] = {"description": _WHY[status], "content": _content("Fault")}
            if status in (429, 503):
                answers[status]["headers"] = {"Retry-After": {**_WAIT, "required": True}}
        if self.answer == "Health":
            answers[503] = {"description": "Degraded, or on its way out.", "content": _content("Health")}
        return answers


ENTRIES = About("Signed", "Batch", signed=True, believes=True, admitted=True, refusals=_SIGNED)
MARKS = About("Signed", signed=True, believes=True, admitted=True, refusals=_SIGNED)
# A certificate that has ended is no certificate: the signature alone admits here.
CERTIFICATE = About("RenewAnswer", "RenewRequest", signed=True, refusals=_SIGNED)
JOURNAL = About("Journal", signed=True, admitted=True, refusals=_SIGNED)
OPERATOR = About("OperatorKeysAnswer", signed=True, admitted=True, refusals=_SIGNED)
DIRECTIVES = About("Directives", signed=True, believes=True, admitted=True, refusals=_SIGNED)
LOST_DIRECTIVES = About("Taken", "LostDirectives", signed=True, admitted=True, refusals=_SIGNED)
ACTIVATE = About("ActivateAnswer", "ActivateRequest", signed=True, admitted=True, refusals=_SIGNED)
ENROL = About("EnrolAnswer", "EnrolRequest", refusals=_SIGNED)
ENROL_CODE = About("EnrolCodeAnswer", "EnrolCodeRequest", refusals=_SIGNED)
TIME = About("Signed", believes=True)
KEYS = About("KeysAnswer")
HEALTH = About("Health", refusals=(500,))
METRICS = About("", refusals=(403, 500))


def complete(app: FastAPI) -> None:
    """Give the application's document its schemas and security, and only what is served."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        document["components"] = {
            "schemas": schemas(),
            "securitySchemes": {"certificate": {"type": "mutualTLS", "description": _CERTIFICATE}},
        }
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)  # FastAPI's own; hq/app.py answers 400
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def written(document: Mapping[str, Any]) -> str:
    """As it lies in docs/openapi.json."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _header(name: str, pattern: str, about: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "header", "required": True, "schema": schema, "description": about}


def _content(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
