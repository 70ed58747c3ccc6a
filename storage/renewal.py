"""The client certificate is renewed by the terminal's key, in time, or when it has ended already.

The TLS key stays; only ``client.pem`` is written anew, whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.errors import HqError, HqFault
from storage import tls
from storage.headquarters import BestClock
from storage.link import HqLink, Route

_SHARE = 3  # renewed when less than a third of its life is left


class Renewal:
    """One terminal's certificate: whether it should be renewed, and the links without it and with it."""

    def __init__(
        self,
        directory: Path,
        subkey: bytes,
        url: str,
        best: BestClock,
        route: Route | None = None,
        grants: Callable[[], list[tuple[bytes, bytes]]] = list,
    ) -> None:
        """``grants``: headquarters' own, (document, signature), for one that lost them in a restore."""
        self._grants = grants
        self._directory = directory
        self._subkey = subkey
        self._url = url
        self._best = best
        self._route = route
        self._life = tls.certificate_life(directory)

    def due(self) -> bool:
        """Whether little of it is left, by the best time known here."""
        begin, end = self._life
        return self._best.now() > end - (end - begin) / _SHARE

    def ended(self) -> bool:
        """Whether it is over: then nothing goes without a new one."""
        return self._best.now() >= self._life[1]

    def request(self) -> str:
        """PKCS #10 (PEM) for the key that is here; raises StoreError DAMAGED, MISSING."""
        return tls.renewal_request(self._directory, self._subkey)

    def grants(self) -> list[tuple[bytes, bytes]]:
        """What headquarters granted this terminal, the newest last."""
        return self._grants()

    def open_link(self) -> HqLink:
        """Without a certificate: the way to a new one."""
        return HqLink(self._url, tls.public_context(self._directory), self._best.now, self._route)

    def keep(self, certificate: str, authority: str = "") -> HqLink:
        """Write it, and a link that shows it; raises HqError BAD_ANSWER for another key's, StoreError."""
        try:
            if authority:
                # First: the certificate may be the new authority's already.
                tls.replace_authority(self._directory, authority)
            tls.replace_certificate(self._directory, self._subkey, certificate)
        except ValueError:
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="certificate") from None
        self._life = tls.certificate_life(self._directory)
        return link(self._directory, self._subkey, self._url, self._best, self._route)


def link(directory: Path, subkey: bytes, url: str, best: BestClock, route: Route | None = None) -> HqLink:
    """To headquarters with this terminal's certificate; raises StoreError, HqError."""
    return HqLink(url, tls.client_context(directory, subkey), best.now, route)
