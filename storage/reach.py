"""Whether headquarters answers at an address under an authority, and if not, which part of the way fails.

For a machine that has no key yet: nothing is sent but a question for the time.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import secrets
import socket
import urllib.parse
from contextlib import closing
from dataclasses import dataclass

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from core import wire
from core.crypto.keys import parse_public_key
from core.errors import CounterError, EntryError, HqError, HqFault, StoreError, StoreFault
from core.exchange import HEADER_KEY, PATH_KEYS, PATH_TIME
from core.ledger.documents import read_time
from core.ledger.rolls import chain_to, rolls_from
from core.ports import Clock
from storage import admission, tls
from storage.link import HqLink, Route

QUICK = Route(connect=4.0, read=8.0, write=8.0)
# OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH.
_OTHER_NAME = (62, 64)
_PORT = 443
_HTTPS = "https"


@dataclass(frozen=True, slots=True)
class Reached:
    """``off``: headquarters' signed time less this machine's."""

    fingerprint: str
    off: dt.timedelta


def fingerprint(authority: bytes) -> str:
    """SHA-256 of the first certificate (DER) of a PEM file, upper-case hex, as people compare it.

    Raises StoreError DAMAGED for what is no certificate.
    """
    try:
        first = x509.load_pem_x509_certificates(authority)[0]
    except ValueError:
        raise StoreError(StoreFault.DAMAGED, what="ca") from None
    digest = hashlib.sha256(first.public_bytes(serialization.Encoding.DER)).hexdigest().upper()
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def reach(url: str, authority: bytes, clock: Clock, route: Route = QUICK) -> Reached:
    """Ask for the time, and hold its signature, its certificate and this machine's clock against each other.

    Raises StoreError DAMAGED (``authority``); HqError UNREACHABLE with ``what`` of "url", "name", "route",
    "refused", "silent", "line"; PROXY, PROXY_ASKS; TLS with "authority", "host", "dates", "handshake";
    BAD_ANSWER.
    """
    context = tls.pinned_context(authority)
    if not route.proxy:  # through one only that it leads there, or not, can be seen
        _connect(url, route.connect)
    link = HqLink(url, context, clock.wall, route)
    with closing(link):
        try:
            off = _time(link, clock)
            link = HqLink(url, context, lambda: clock.wall() + off, route)
            with closing(link):  # the server's certificate, by the signed time
                link.request("GET", "/healthz")
        except HqError as error:
            raise _plainer(error) from None
    return Reached(fingerprint(authority), off)


def what_for(
    url: str, authority: bytes, code: str, clock: Clock, route: Route = QUICK
) -> admission.CodeTold | None:
    """See :func:`storage.admission.tell_code`; raises HqError, StoreError."""
    with closing(HqLink(url, tls.pinned_context(authority), clock.wall, route)) as link:
        return admission.tell_code(link, code)


def _connect(url: str, timeout: float) -> None:
    """The way to the port, step by step; the link itself cannot say where it ended."""
    try:
        address = httpx2.URL(url)
        port = address.port or _PORT
    except (httpx2.InvalidURL, ValueError):
        raise HqError(HqFault.UNREACHABLE, what="url") from None
    if address.scheme != _HTTPS or not address.host:
        raise HqError(HqFault.UNREACHABLE, what="url")
    try:
        socket.create_connection((address.host, port), timeout).close()
    except (socket.gaierror, UnicodeError):
        raise HqError(HqFault.UNREACHABLE, retry=True, what="name", host=address.host) from None
    except TimeoutError:
        raise HqError(HqFault.UNREACHABLE, retry=True, what="silent", host=address.host) from None
    except ConnectionRefusedError:
        raise HqError(HqFault.UNREACHABLE, retry=True, what="refused", host=address.host, port=port) from None
    except OSError as error:
        route = error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
        what = "route" if route else "line"
        raise HqError(HqFault.UNREACHABLE, retry=True, what=what, host=address.host) from None


def _time(link: HqLink, clock: Clock) -> dt.timedelta:
    told = link.request("GET", PATH_KEYS, check_dates=False)
    nonce = secrets.token_bytes(16)
    target = f"{PATH_TIME}?{urllib.parse.urlencode({'nonce': wire.b64(nonce)})}"
    try:
        chain = chain_to(parse_public_key(told["signing"], signing=True), rolls_from(told["rolls"]))
        answer = link.request("GET", target, headers={HEADER_KEY: chain.current.id}, check_dates=False)
        document, signature = wire.unb64(answer["document"]), wire.unb64(answer["signature"])
        at = read_time(document, signature, chain, nonce).at
    except (EntryError, KeyError, TypeError, ValueError):
        raise HqError(HqFault.BAD_ANSWER, retry=True, what="time") from None
    return at - clock.wall()


def _plainer(error: HqError) -> CounterError:
    """Whose fault it is, in the words of :func:`reach`."""
    if error.code is HqFault.TLS and error.facts.get("what") == "certificate":
        what = "host" if error.facts.get("verify") in _OTHER_NAME else "authority"
        return HqError(HqFault.TLS, retry=True, what=what)
    if error.code is HqFault.TLS and error.facts.get("what") != "dates":
        return HqError(HqFault.TLS, retry=True, what="handshake")
    if error.code is HqFault.UNREACHABLE:
        return HqError(HqFault.UNREACHABLE, retry=True, what="line")
    if error.code is HqFault.REFUSED:  # something that speaks JSON, and is not headquarters
        return HqError(HqFault.BAD_ANSWER, retry=True, what="time")
    return error
