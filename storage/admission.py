"""Admission: a one-time code becomes a grant.  Trust in headquarters' signing keys begins here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import wire
from core.crypto.keys import PublicKey, Signer, parse_public_key
from core.errors import EntryError, HqError, HqFault
from core.exchange import PATH_ENROL, PATH_ENROL_CODE
from core.ledger.documents import Grant, read_grant
from core.ledger.rolls import KeyChain, chain_to, rolls_from
from storage.link import HqLink

ENROL_TAG = b"counter/enrol/1\0"


@dataclass(frozen=True, slots=True)
class EnrolAnswer:
    """What headquarters gives a new terminal; ``grant`` was checked under the last of ``keys``."""

    granted: Grant
    grant: bytes = field(repr=False)
    grant_signature: bytes = field(repr=False)
    certificate: str = field(repr=False)
    keys: KeyChain

    @property
    def signing(self) -> PublicKey:
        """HQ's key in force."""
        return self.keys.current

    @property
    def opening(self) -> PublicKey:
        """HQ's opening service."""
        return self.granted.opening


_ENROL_MEMBERS = (
    "branch",
    "terminal",
    "epoch",
    "certificate",
    "grant",
    "grant_signature",
    "signing",
    "opening",
    "rolls",
)


def enrol(link: HqLink, code: str, signer: Signer, csr: str) -> dict[str, Any]:
    """Redeem a one-time code.  With the same code and key HQ answers again, so no answer is lost.

    Trust in HQ's signing key begins here: it comes over TLS under the authority that was handed in.
    Returns what :func:`read_enrol_answer` reads, checked by it already.  Raises HqError
    CODE_INVALID, CONFLICT, BAD_ANSWER …
    """
    request = {
        "code": code,
        "terminal_key": signer.public.text,
        "agreement_key": None,
        "csr": csr,
        "proof": wire.b64(signer.sign(ENROL_TAG + code.encode("utf-8"))),
    }
    answer = link.request("POST", PATH_ENROL, json.dumps(request).encode("utf-8"))
    read_enrol_answer(answer, signer.public)
    return {member: answer[member] for member in _ENROL_MEMBERS}


@dataclass(frozen=True, slots=True)
class CodeTold:
    """What a one-time code is for.  ``follows``: that terminal comes back in a new epoch (``recover``)."""

    branch: str
    terminal: str
    follows: bool
    used: bool


def tell_code(link: HqLink, code: str) -> CodeTold | None:
    """Asks without using it up; None where headquarters is older than the question.

    Raises HqError CODE_INVALID, BUSY, BAD_ANSWER …
    """
    try:
        answer = link.request("POST", PATH_ENROL_CODE, json.dumps({"code": code}).encode("utf-8"))
    except HqError as error:
        if error.code is HqFault.REFUSED and error.facts.get("what") == "path or method":
            return None
        raise
    told = [answer.get(member) for member in ("branch", "terminal", "follows", "used")]
    branch, terminal, follows, used = told
    if not (isinstance(branch, str) and isinstance(terminal, str) and branch and terminal):
        raise HqError(HqFault.BAD_ANSWER, retry=True, what="code")
    return CodeTold(branch, terminal, follows is True, used is True)


def read_enrol_answer(answer: Mapping[str, Any], key: PublicKey) -> EnrolAnswer:
    """The answer for the terminal key ``key``; raises HqError BAD_ANSWER."""
    try:
        signing = parse_public_key(answer["signing"], signing=True)
        keys = chain_to(signing, rolls_from(answer["rolls"]))
        grant, signature = wire.unb64(answer["grant"]), wire.unb64(answer["grant_signature"])
        granted = read_grant(grant, signature, signing)
        whole = (
            granted.key == key
            and granted.terminal == answer["terminal"]
            and granted.branch == answer["branch"]
            and granted.epoch == answer["epoch"]
            and granted.opening.text == answer["opening"]
            and isinstance(answer["certificate"], str)
            and answer["certificate"].isascii()
        )
    except (EntryError, KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise HqError(HqFault.BAD_ANSWER, retry=True, what="enrolment")
    return EnrolAnswer(granted, grant, signature, answer["certificate"], keys)
