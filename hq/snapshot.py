"""Where the follower stands with one terminal, as bytes: the verifier and what is needed to go on."""

from __future__ import annotations

from typing import Any

from core import wire
from core.crypto.keys import PublicKey, parse_public_key
from core.ledger.chain import Verifier
from core.ledger.documents import SessionCertificate, head_from
from core.ledger.entry import parse_stamp, stamp
from core.ledger.rolls import KeyChain

FORM = 2


def verifier_to_bytes(verifier: Verifier) -> bytes:
    """Canonical bytes of what a verifier has learnt.  Terminal keys come from HQ's grants, not from here."""
    session = verifier.session
    return wire.encode(
        {
            "form": FORM,
            "head": verifier.head.as_json(),
            "operators": {operator: key.text for operator, key in verifier.operators.items()},
            "roles": dict(verifier.roles),
            "place": verifier.place,
            "session": None if session is None else _session_json(session),
        }
    )


def verifier_from_bytes(data: bytes, terminal: str, headquarters: PublicKey | KeyChain) -> Verifier | None:
    """The inverse; None where another version wrote it, or one that knew of another key (begin again)."""
    value = wire.decode(data)
    if value.get("form") != FORM or value["place"] >= len(KeyChain.of(headquarters).keys):
        return None
    operators = {name: parse_public_key(text, signing=True) for name, text in value["operators"].items()}
    return Verifier(
        terminal,
        headquarters,
        head=head_from(value["head"]),
        operators=operators,
        roles=dict(value["roles"]),
        place=value["place"],
        session=None if value["session"] is None else _session_from(value["session"]),
    )


def _session_json(session: SessionCertificate) -> dict[str, Any]:
    return {
        "terminal": session.terminal,
        "epoch": session.epoch,
        "head": session.head.as_json(),
        "operator": session.operator,
        "role": session.role,
        "session": session.session,
        "key": session.key.text,
        "end": stamp(session.end),
    }


def _session_from(value: dict[str, Any]) -> SessionCertificate:
    return SessionCertificate(
        value["terminal"],
        value["epoch"],
        head_from(value["head"]),
        value["operator"],
        value["role"],
        value["session"],
        parse_public_key(value["key"], signing=True),
        parse_stamp(value["end"]),
    )
