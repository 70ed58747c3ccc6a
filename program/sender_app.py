"""The app on a sender's phone, for the demonstration: codes of a person who registered beforehand (R12).

Its issuer is invented and known to the demonstration's headquarters only; its keys are made anew with each
demonstration and lie beside its other parts.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable
from pathlib import Path

from core import wire
from core.crypto.keys import load_signer, new_signer
from core.identity.sender_code import Span, make_code

ISSUER, STRANGER = "shili_app", "other_app"
# Of the simulators' people: an invented person with a card of her own, too.
PERSON = {
    "document": "resident",
    "number": "990101199507200311",
    "name": "示例丙",
    "birth": "1995-07-20",
    "sex": "1",
    "valid_from": "2022-03-10",
    "valid_to": "2042-03-10",
    "phone": "13900139000",
    "address": "示例省示例市样本区学院路37号",
}
KINDS = ("good", "again", "expired", "forged", "stranger", "torn")
_LIFE = dt.timedelta(minutes=10)


class SenderApp:
    """Makes codes.  ``clock`` gives aware UTC."""

    def __init__(self, directory: Path, clock: Callable[[], dt.datetime]) -> None:
        kept = json.loads((directory / "keys.json").read_text("ascii"))
        self._signer = load_signer(wire.unb64(kept["signing"], 32))
        self._content = wire.unb64(kept["content"], 32)
        self._clock = clock
        self._last = ""

    def code(self, kind: str) -> str:
        """One of ``KINDS``; "again" is the one before, "torn" half of one.  Raises ValueError."""
        if kind not in KINDS:
            raise ValueError(kind)
        if kind == "again" and self._last:
            return self._last
        since = self._clock() - (3 * _LIFE if kind == "expired" else dt.timedelta())
        span = Span(secrets.token_urlsafe(16), since, since + _LIFE)
        signer = new_signer() if kind == "forged" else self._signer
        made = make_code(STRANGER if kind == "stranger" else ISSUER, signer, self._content, span, PERSON)
        if kind == "torn":
            return made[: len(made) // 2]
        if kind in ("good", "again"):
            self._last = made
        return made


def make_issuer(directory: Path) -> Path:
    """Keys of the invented issuer, and the file that tells headquarters of it (returned)."""
    directory.mkdir(parents=True, exist_ok=True)
    signer, content = new_signer(), secrets.token_bytes(32)
    kept = {"signing": wire.b64(signer.private_bytes()), "content": wire.b64(content)}
    (directory / "keys.json").write_text(json.dumps(kept), "ascii")
    row = {"issuer": ISSUER, "key": signer.public.text, "content_key": wire.b64(content)}
    told = directory / "issuers.json"
    told.write_text(json.dumps({"sender_codes": "shili-1", "issuers": [row]}), "ascii")
    return told
