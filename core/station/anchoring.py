"""HQ's signed time becomes an entry, then the clock's anchor; rarely, not at every answer."""

from __future__ import annotations

from core import wire
from core.ledger.clock import Anchor
from core.ledger.entry import stamp
from core.ledger.writer import Proposal
from core.station.live import Live, new_id
from core.station.rolling import in_force, known_keys

_TOLERANCE_MS = 2000


def take(live: Live, anchor: Anchor, nonce: bytes, signature: bytes, signer: str) -> None:
    """``TimeAnchored`` where trusted time is unconfirmed or off by more than two seconds.

    Only from the key of headquarters that the journal goes on under: another one is pinned by an entry first.
    """
    if live.journal is None:
        return
    drift = live.clock.drift_ms(anchor)
    if drift is not None and abs(drift) <= _TOLERANCE_MS:
        return
    keys = known_keys(live)
    if signer != keys.keys[in_force(live, keys)].id:
        return
    data = {
        "at": stamp(anchor.at),
        "nonce": wire.b64(nonce),
        "signature": wire.b64(signature),
        "signer": signer,
        "boot": anchor.boot,
        "boottime_ms": anchor.boottime_ms,
    }
    live.commit([Proposal("TimeAnchored", data, new_id())])
    live.clock.anchor(anchor)
