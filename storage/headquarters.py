"""Headquarters as the counter sees it: signed requests out, signed marks and time back.

The wire contract stands in core/exchange.py.  Whatever HQ says that counts carries its signature and
is checked against the pinned key here; TLS alone proves nothing to the journal.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from core import wire
from core.crypto.keys import PublicKey, Signer, parse_public_key
from core.errors import EntryError, EntryFault, HqError, HqFault
from core.exchange import (
    HEADER_KEY,
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    PATH_ACTIVATE,
    PATH_KEYS,
    PATH_TIME,
    entry_from_json,
    entry_to_json,
    path_branch,
    path_certificate,
    path_directives,
    path_entries,
    path_late,
    path_marks,
    path_operator,
    request_message,
)
from core.ledger.branch_day import BranchDay, read_branch_day
from core.ledger.clock import Anchor
from core.ledger.directives import (
    DirectiveHead,
    FeedKeys,
    SignedDirective,
    directive_from_json,
    directive_to_json,
)
from core.ledger.documents import Marks, operator_proof, read_marks, read_time
from core.ledger.entry import Entry, stamp
from core.ledger.rolls import KeyChain, longer, rolls_from
from core.ports import Clock
from storage.link import HqLink
from storage.slots import OperatorKeys

_NONCE_BYTES = 16
_T = TypeVar("_T")


class BestClock:
    """HQ's last signed time of this boot, else the wall clock: for request times and certificate dates."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._anchor: Anchor | None = None

    def now(self) -> dt.datetime:
        """Aware UTC."""
        anchor = self._anchor
        if anchor is None or anchor.boot != self._clock.boot_id():
            return self._clock.wall()
        return anchor.at + dt.timedelta(milliseconds=self.boottime_ms() - anchor.boottime_ms)

    def boottime_ms(self) -> int:
        """Milliseconds since boot."""
        return self._clock.boottime_ns() // 1_000_000

    def anchor_at(self, at: dt.datetime, boottime_ms: int) -> Anchor:
        """``at`` was true when the boot clock showed ``boottime_ms``; kept from now on."""
        self._anchor = Anchor(at, self._clock.boot_id(), boottime_ms)
        return self._anchor


class CertificateKeeper(Protocol):
    """What renews the client certificate (storage/renewal.py)."""

    def due(self) -> bool: ...

    def ended(self) -> bool: ...

    def request(self) -> str: ...

    def grants(self) -> list[tuple[bytes, bytes]]: ...

    def open_link(self) -> HqLink: ...

    def keep(self, certificate: str, authority: str = "") -> HqLink: ...


@dataclass(frozen=True, slots=True)
class TimeTold:
    """HQ's signed time: what ``TimeAnchored`` records."""

    anchor: Anchor
    nonce: bytes
    signature: bytes = field(repr=False)
    signer: str


@dataclass(frozen=True, slots=True)
class MarksTold:
    """HQ's marks, checked, and the signed bytes to keep."""

    marks: Marks
    document: bytes = field(repr=False)
    signature: bytes = field(repr=False)


class Headquarters:
    """One terminal's requests, from one thread; every method raises HqError."""

    def __init__(
        self,
        link: HqLink,
        clock: BestClock,
        terminal: str,
        signer: Signer,
        signing: PublicKey | KeyChain,
        renewal: CertificateKeeper | None = None,
    ) -> None:
        """``signing``: HQ's pinned keys; without ``renewal`` the link's certificate is never renewed."""
        self._link = link
        self._renewal = renewal
        self._cut = False
        self._clock = clock
        self._terminal = terminal
        self._signer = signer
        self._keys = KeyChain.of(signing)
        self._ahead = self._keys  # with rolls that headquarters showed and this counter did not adopt yet

    @property
    def keys(self) -> KeyChain:
        """HQ's pinned keys: the last one signs, the others did."""
        return self._keys

    def trust(self, keys: KeyChain) -> None:
        """These are pinned from now on; from any thread."""
        self._keys = keys
        if len(keys.rolls) >= len(self._ahead.rolls):
            self._ahead = keys

    def feed_keys(self) -> FeedKeys:
        """What the feed of directives is checked with, from the last one that was adopted on."""
        return FeedKeys(self._ahead, len(self._keys.rolls))

    def _believed(self, read: Callable[[KeyChain], _T]) -> _T:
        """What ``read`` finds under the key in force; where that did not sign, under those that follow it.

        Those it learns from headquarters, by rolls that begin at the pinned key: this counter was away while
        that was retired.  Raises EntryError.
        """
        try:
            return read(self._ahead.since(len(self._keys.rolls)))
        except EntryError as error:
            if error.code is not EntryFault.SIGNATURE or not self._ask_rolls():
                raise
        return read(self._ahead.since(len(self._keys.rolls)))

    def _ask_rolls(self) -> bool:
        """Whether headquarters shows rolls that lead on from the keys that are known here."""
        known = self._ahead
        try:
            answer = self._link.request("GET", PATH_KEYS, check_dates=False)
            found = KeyChain(known.keys[:1]).grown(rolls_from(answer.get("rolls")))
        except (EntryError, HqError, KeyError, TypeError):
            return False
        if found.rolls[: len(known.rolls)] != known.rolls or len(found.rolls) == len(known.rolls):
            return False
        self._ahead = found
        return True

    def now(self) -> dt.datetime:
        """The best time known here, aware UTC."""
        return self._clock.now()

    def boottime_ms(self) -> int:
        """Milliseconds since boot, for how long ago something was."""
        return self._clock.boottime_ms()

    def time(self) -> TimeTold:
        """HQ's time under the pinned key, bound to a fresh nonce.

        Works with a wrong clock here: the server's certificate dates are not held against us.
        """
        return self._time(self._link)

    def _time(self, link: HqLink) -> TimeTold:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        target = f"{PATH_TIME}?{urllib.parse.urlencode({'nonce': wire.b64(nonce)})}"
        before = self._clock.boottime_ms()
        document, signature = _signed(
            link.request("GET", target, headers={HEADER_KEY: self._keys.current.id}, check_dates=False)
        )
        after = self._clock.boottime_ms()
        try:
            told = self._believed(lambda keys: read_time(document, signature, keys, nonce))
        except (EntryError, KeyError, TypeError):
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="time") from None
        anchor = self._clock.anchor_at(told.at, (before + after) // 2)
        signer = self._ahead.keys[self._ahead.place(document, signature)]
        return TimeTold(anchor, nonce, signature, signer.id)

    def marks(self) -> MarksTold:
        """What HQ holds of this terminal."""
        return self._marks(self._ask("GET", path_marks(self._terminal)))

    def branch(self) -> BranchDay:
        """The counters of this one's branch."""
        document, signature = _signed(self._ask("GET", path_branch(self._terminal)))
        try:
            return self._believed(lambda keys: read_branch_day(document, signature, keys))
        except (EntryError, KeyError, TypeError):
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="branch") from None

    def directives(
        self, held: DirectiveHead, keys: FeedKeys | None = None
    ) -> tuple[list[SignedDirective], bool]:
        """What headquarters says after ``held``, signatures and chain checked; whether there is more.

        ``keys``: of :meth:`feed_keys`, the same for page after page.

        Raises HqError CONFLICT ("directives lost", facts: number; "directives fork"), BAD_ANSWER for what
        headquarters did not sign, or what does not follow.
        """
        query = urllib.parse.urlencode({"after": held.number, "head": wire.b64(held.hash)})
        answer = self._ask("GET", f"{path_directives(self._terminal)}?{query}")
        try:
            found = [directive_from_json(each) for each in answer["directives"]]
            self._check_feed(found, held, keys or self.feed_keys())
            return found, answer["more"] is True and bool(found)
        except (EntryError, KeyError, TypeError):
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="directives") from None

    def _check_feed(self, found: list[SignedDirective], held: DirectiveHead, keys: FeedKeys) -> None:
        """Raises EntryError; only what is sound moves ``keys`` on."""

        def walk(_believed: KeyChain) -> FeedKeys:
            walked, head = FeedKeys(longer(keys.chain, self._ahead), keys.place), held
            for signed in found:
                walked.check(signed, self._terminal, head)
                head = signed.head
            return walked

        walked = self._believed(walk)
        keys.chain, keys.place = walked.chain, walked.place

    def give_back(self, lost: list[SignedDirective]) -> int:
        """Directives that headquarters has lost; the newest that it has now."""
        body = _json({"directives": [directive_to_json(each) for each in lost]})
        answer = self._ask("POST", path_directives(self._terminal), body)
        number = answer.get("number")
        if not isinstance(number, int) or isinstance(number, bool):
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="directives")
        return number

    def send(self, entries: Iterable[Entry]) -> MarksTold:
        """Entries in sequence; sending again changes nothing.

        Raises HqError REFUSED with facts fault (an EntryFault), seq, received.
        """
        return self.send_encoded([encode_entry(entry) for entry in entries])

    def send_encoded(self, entries: list[bytes]) -> MarksTold:
        """As :meth:`send`, for entries that :func:`encode_entry` made."""
        body = b'{"entries":[' + b",".join(entries) + b"]}"
        return self._marks(self._ask("POST", path_entries(self._terminal), body))

    def activate(self, code: str, keys: OperatorKeys) -> ActivateAnswer:
        """Bring an operator's public keys in with her one-time code.

        The proof names no role: only the answer tells it, and ``OperatorKeyAccepted`` carries one
        that does.
        """
        signing, agreement = keys.signer.public.text, keys.agreement.public.text
        proof = keys.signer.sign(operator_proof(self._terminal, keys.operator, "", signing, agreement))
        request = {
            "operator": keys.operator,
            "code": code,
            "signing": signing,
            "agreement": agreement,
            "wrapped": wire.b64(keys.wrapped),
            "proof": wire.b64(proof),
        }
        answer = self._ask("POST", PATH_ACTIVATE, _json(request))
        operator, name, role = (answer.get(key) for key in ("operator", "name", "role"))
        texts = isinstance(operator, str) and isinstance(name, str) and isinstance(role, str)
        if not texts or operator != keys.operator or not name or not role:
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="operator")
        return ActivateAnswer(keys.operator, str(name), str(role))

    def renewal_due(self) -> bool:
        """Whether the certificate should be renewed now."""
        return self._renewal is not None and self._renewal.due()

    def certificate_ended(self) -> bool:
        """Whether nothing goes without a new one."""
        return self._renewal is not None and self._renewal.ended()

    def renew(self) -> None:
        """A fresh certificate by the terminal's key, over a connection that shows none; then it is shown.

        Headquarters' time comes first: a clock that is off would be refused.  Raises HqError AUTH_LOST
        (revoked), BUSY (too often) …; StoreError where it cannot be written.
        """
        if self._renewal is None:
            return
        held = [
            {"document": wire.b64(document), "signature": wire.b64(signature)}
            for document, signature in self._renewal.grants()
        ]
        path = path_certificate(self._terminal)
        body = _json({"csr": self._renewal.request(), "grants": held})
        before, link = self._link, self._renewal.open_link()
        self._use(link)
        try:
            self._time(link)
            answer = link.request("POST", path, body, self._headers("POST", path, body))
        finally:
            self._use(before)
            link.close()
        told = answer.get("certificate")
        if not isinstance(told, str) or not told.isascii():
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="certificate")
        trusted = answer.get("ca", "")
        if not isinstance(trusted, str) or not trusted.isascii():
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="certificate")
        self._use(self._renewal.keep(told, trusted))
        before.close()

    def _use(self, link: HqLink) -> None:
        """This link from now on; one that was cut meanwhile stays cut."""
        self._link = link
        if self._cut:
            link.cancel()

    def journal(self, first: int) -> list[Entry]:
        """A page of this terminal's own entries at headquarters from ``first`` on; empty after the last."""
        return self._entries(f"{path_entries(self._terminal)}?first={first}")

    def late(self, branch: bytes, first: int) -> list[Entry]:
        """A page of a branch beside this terminal's chain, without sealed parts; empty after the last."""
        return self._entries(f"{path_late(self._terminal, wire.b64(branch))}?first={first}")

    def _entries(self, target: str) -> list[Entry]:
        answer = self._ask("GET", target)
        try:
            return [entry_from_json(form) for form in answer["entries"]]
        except (EntryError, KeyError, TypeError):
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="entries") from None

    def operator(self, operator: str) -> KeysTold:
        """An operator's keys as she activated them here; raises HqError CONFLICT where there are none."""
        answer = self._ask("GET", path_operator(self._terminal, operator))
        try:
            name, role, wrapped = str(answer["name"]), str(answer["role"]), wire.unb64(answer["wrapped"])
            signing = parse_public_key(answer["signing"], signing=True)
            agreement = parse_public_key(answer["agreement"], signing=False)
        except (EntryError, KeyError, TypeError):
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="operator") from None
        return KeysTold(operator, name, role, signing, agreement, wrapped)

    def cancel(self) -> None:
        """From another thread: end what waits; no request is made any more."""
        self._cut = True
        self._link.cancel()

    def close(self) -> None:
        """Shut the connection."""
        self._link.close()

    def _ask(self, method: str, path: str, body: bytes = b"") -> dict[str, Any]:
        return self._link.request(method, path, body, self._headers(method, path, body))

    def _headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        time, nonce = stamp(self._clock.now()), wire.b64(secrets.token_bytes(_NONCE_BYTES))
        signature = self._signer.sign(request_message(method, path, time, nonce, body))
        return {
            HEADER_TERMINAL: self._terminal,
            HEADER_TIME: time,
            HEADER_NONCE: nonce,
            HEADER_SIGNATURE: wire.b64(signature),
            HEADER_KEY: self._keys.current.id,
        }

    def kept_marks(self, document: bytes, signature: bytes) -> Marks:
        """Marks that HQ signed for this terminal, whenever; raises HqError BAD_ANSWER."""
        return self._checked(lambda: read_marks(document, signature, self._ahead))

    def _checked(self, read: Callable[[], Marks]) -> Marks:
        try:
            marks = read()
        except (EntryError, KeyError, TypeError):
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="marks") from None
        if marks.terminal != self._terminal:
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="marks")
        return marks

    def _marks(self, answer: Mapping[str, Any]) -> MarksTold:
        document, signature = _signed(answer)
        marks = self._checked(lambda: self._believed(lambda keys: read_marks(document, signature, keys)))
        return MarksTold(marks, document, signature)


@dataclass(frozen=True, slots=True)
class ActivateAnswer:
    """Who was activated."""

    operator: str
    name: str = field(repr=False)
    role: str


@dataclass(frozen=True, slots=True)
class KeysTold:
    """Who may work at this terminal; only her password opens ``wrapped``."""

    operator: str
    name: str = field(repr=False)
    role: str
    signing: PublicKey
    agreement: PublicKey
    wrapped: bytes = field(repr=False)


def encode_entry(entry: Entry) -> bytes:
    """One entry as it travels."""
    return json.dumps(entry_to_json(entry), separators=(",", ":")).encode("ascii")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("utf-8")


def _signed(answer: Mapping[str, Any]) -> tuple[bytes, bytes]:
    try:
        return wire.unb64(answer["document"]), wire.unb64(answer["signature"])
    except (EntryError, KeyError):
        raise HqError(HqFault.BAD_ANSWER, retry=True, what="signed") from None
