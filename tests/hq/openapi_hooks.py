"""Loaded by schemathesis in a process of its own (tests/hq/test_openapi.py): it asks as a real counter does.

What schemathesis made is kept wherever it is meant to be wrong.  Where path and headers are meant to be
right, the terminal is ours and the request is signed by its key, so that what is behind the door is reached.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from typing import Any

import schemathesis
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from schemathesis import Case, GenerationMode, HookContext
from schemathesis.core.parameters import ParameterLocation

from core import wire
from core.crypto.keys import SoftwareSigner
from core.exchange import HEADER_NONCE, HEADER_SIGNATURE, HEADER_TERMINAL, HEADER_TIME, request_message
from core.ledger.entry import stamp

ENVIRONMENT = "COUNTER_OPENAPI_TEST"  # JSON: terminal, key (PEM), batch
_ABOUT = json.loads(os.environ[ENVIRONMENT])
_KEY = SoftwareSigner(load_pem_private_key(_ABOUT["key"].encode("ascii"), None))  # type: ignore[arg-type]


def signed(request: Any) -> Any:
    """The terminal's signature over the request as it goes out: four headers, the last thing before it."""
    body = request.body or b""
    raw = body.encode("utf-8") if isinstance(body, str) else body
    time, nonce = stamp(dt.datetime.now(dt.UTC)), wire.b64(secrets.token_bytes(16))
    message = request_message(request.method, request.path_url, time, nonce, raw)
    said = {HEADER_TERMINAL: _ABOUT["terminal"], HEADER_TIME: time, HEADER_NONCE: nonce}
    request.headers.update({**said, HEADER_SIGNATURE: wire.b64(_KEY.sign(message))})
    return request


def right(case: Case[Any], location: ParameterLocation) -> bool:
    """Whether this part is meant to be right."""
    part = case.meta.components.get(location) if case.meta is not None else None
    return part is None or part.mode is GenerationMode.POSITIVE


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Ours where it is meant to be right."""
    headers = {name.lower() for name in case.headers or {}}
    whole = {HEADER_TERMINAL, HEADER_TIME, HEADER_NONCE, HEADER_SIGNATURE} <= headers
    if not whole or not right(case, ParameterLocation.HEADER):
        return
    if "terminal" in (case.path_parameters or {}) and right(case, ParameterLocation.PATH):
        case.path_parameters["terminal"] = _ABOUT["terminal"]
    entries = case.operation.path.endswith("/entries") and case.method == "POST"
    if entries and right(case, ParameterLocation.BODY):
        case.body = _ABOUT["batch"]
    kwargs["auth"] = signed
