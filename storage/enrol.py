"""First run: a one-time code becomes a terminal, an activation code its first operator.

A crash, a dead line or a wrong activation code loses nothing: DIR/enrolment.json keeps what was made,
every secret in it wrapped by the password.  The same call with the same password goes on from there.
DIR/vault.json is written last: where it stands, enrolment is complete.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core import wire
from core.crypto import sealing
from core.crypto.keys import load_signer, new_signer, parse_public_key
from core.errors import EntryError, StoreError, StoreFault
from core.ledger.clock import TrustedClock
from core.ledger.founding import found, operator_accepted
from core.ledger.writer import EntryWriter
from core.ports import Clock, HeadquartersKeys, Probe, no_probe
from storage import admission, tls
from storage import headquarters as hq
from storage.database import DATABASE_NAME
from storage.faults import os_errors
from storage.files import json_bytes, read_json, read_json_if_there, read_small, wipe_and_remove, write_atomic
from storage.journal import SqlJournal
from storage.keyfile import KEYFILE_NAME, KeyFile
from storage.link import HqLink, Route
from storage.migrate import create_database, open_database
from storage.slots import (
    KEY_BYTES,
    Argon2Cost,
    OperatorKeys,
    VaultSecret,
    cost_of,
    new_operator_keys,
    open_operator_keys,
    tuned_cost,
    unwrap,
    wrap,
)
from storage.vault import (
    SUBKEY_DATABASE,
    SUBKEY_KEYFILE,
    SUBKEY_TLS,
    VAULT_NAME,
    FileVault,
    NewVault,
    new_data_key,
)

ENROLMENT_NAME = "enrolment.json"
_FORMAT = 1
_BOUND = b"counter/enrolment/1"


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """What a technician types.  The password was held against the rules by the caller."""

    url: str
    ca_file: Path
    code: str = field(repr=False)
    operator: str
    activation_code: str = field(repr=False)
    password: str = field(repr=False)
    rules: str  # version of the rule data in force
    cost: Argon2Cost | None = None  # None: tuned to this machine


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who this is now."""

    terminal: str
    branch: str
    operator: str
    name: str = field(repr=False)
    role: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """The contents of DIR/enrolment.json, open."""

    secret: VaultSecret
    operator: OperatorKeys
    cost: Argon2Cost
    tls: tls.TlsRequest
    answer: Mapping[str, Any] | None  # HQ's answer to the code, as it came


def enrol(
    directory: Path,
    request: EnrolRequest,
    clock: Clock,
    *,
    route: Route | None = None,
    probe: Probe = no_probe,
) -> Enrolled:
    """Make DIR a terminal's store, or go on where an earlier call was cut off.

    Raises StoreError EXISTS (already enrolled), WRONG_KEY (begun with another password), CONFLICT
    (begun for another operator); HqError CODE_INVALID (ask for a new code and call again),
    UNREACHABLE, TLS, CLOCK (set this machine's clock) …
    """
    if (directory / VAULT_NAME).exists():
        raise StoreError(StoreFault.EXISTS, what=VAULT_NAME)
    authority = read_small(request.ca_file)
    with os_errors("directory"):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
    draft = _load(directory, request) or _begin(directory, request)
    probe("enrol.begun")
    best = hq.BestClock(clock)
    answer = draft.answer
    if answer is None:
        context = tls.pinned_context(authority)
        with closing(HqLink(request.url, context, best.now, route)) as link:
            answer = admission.enrol(link, request.code, draft.secret.terminal, draft.tls.csr)
        probe("enrol.answered")
        draft = replace(draft, answer=answer)
        _save(directory, draft, request.password)
        probe("enrol.kept")
    told = admission.read_enrol_answer(answer, draft.secret.terminal.public)
    tls.save(directory, draft.tls.key, told.certificate, authority.decode("ascii", "replace"))
    context = tls.client_context(directory, sealing.derive(draft.secret.data_key, SUBKEY_TLS))
    with closing(HqLink(request.url, context, best.now, route)) as link:
        client = hq.Headquarters(link, best, told.granted.terminal, draft.secret.terminal, told.keys)
        activated = client.activate(request.activation_code, draft.operator)
    probe("enrol.activated")
    _write_store(directory, _Founding(draft, told, activated, request.rules), clock, probe)
    wipe_and_remove(directory / ENROLMENT_NAME)
    grant = told.granted
    return Enrolled(grant.terminal, grant.branch, activated.operator, activated.name, activated.role)


def begun(directory: Path) -> tuple[str, bool] | None:
    """Who began here and was cut off, and whether headquarters' answer to the code is kept; None: nobody.

    Raises StoreError DAMAGED, TOO_NEW.
    """
    value = read_json_if_there(directory / ENROLMENT_NAME, _FORMAT)
    if value is None:
        return None
    row = value.get("operator")
    if not isinstance(row, dict):
        raise StoreError(StoreFault.DAMAGED, what=ENROLMENT_NAME)
    return str(row.get("operator", "")), value.get("answer") is not None


def forget(directory: Path) -> None:
    """What was begun here and not finished: its keys are gone, and with them the codes that it used."""
    if not (directory / VAULT_NAME).exists():
        wipe_and_remove(directory / ENROLMENT_NAME)


# -- DIR/enrolment.json ----------------------------------------------------------------------------


def _begin(directory: Path, request: EnrolRequest) -> _Draft:
    """Make every key, and have them on the disk before headquarters hears of one."""
    cost = request.cost or tuned_cost()
    secret = VaultSecret(new_data_key(), new_signer())
    draft = _Draft(
        secret,
        new_operator_keys(request.operator, request.password, cost),
        cost,
        tls.new_request(sealing.derive(secret.data_key, SUBKEY_TLS)),
        None,
    )
    _save(directory, draft, request.password)
    return draft


def _save(directory: Path, draft: _Draft, password: str) -> None:
    keys = draft.operator
    plain = draft.secret.data_key + draft.secret.terminal.private_bytes()
    value = {
        "format": _FORMAT,
        "secret": wire.b64(wrap(plain, password, draft.cost, _BOUND)),
        "operator": {
            "operator": keys.operator,
            "signing": keys.signer.public.text,
            "agreement": keys.agreement.public.text,
            "wrapped": wire.b64(keys.wrapped),
        },
        "tls": {"key": draft.tls.key, "csr": draft.tls.csr},
        "answer": draft.answer,
    }
    write_atomic(directory / ENROLMENT_NAME, json_bytes(value))


def _load(directory: Path, request: EnrolRequest) -> _Draft | None:
    try:
        value = read_json(directory / ENROLMENT_NAME, _FORMAT)
    except StoreError as error:
        if error.code is StoreFault.MISSING:
            return None
        raise
    try:
        row, wrapped = value["operator"], wire.unb64(value["secret"])
        signing = parse_public_key(row["signing"], signing=True)
        agreement = parse_public_key(row["agreement"], signing=False)
        operator, own = str(row["operator"]), wire.unb64(row["wrapped"])
        request_files = tls.TlsRequest(str(value["tls"]["key"]), str(value["tls"]["csr"]))
        answer = value["answer"]
    except (EntryError, KeyError, TypeError):
        raise StoreError(StoreFault.DAMAGED, what=ENROLMENT_NAME) from None
    if operator != request.operator:
        raise StoreError(StoreFault.CONFLICT, what=ENROLMENT_NAME, operator=operator)
    plain = unwrap(wrapped, request.password, _BOUND)
    if len(plain) != 2 * KEY_BYTES:
        raise StoreError(StoreFault.DAMAGED, what=ENROLMENT_NAME)
    secret = VaultSecret(plain[:KEY_BYTES], load_signer(plain[KEY_BYTES:]))
    keys = open_operator_keys(operator, request.password, signing, agreement, own)
    return _Draft(secret, keys, cost_of(wrapped), request_files, answer)


# -- the store -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Founding:
    """Everything that a store is made from."""

    draft: _Draft
    told: admission.EnrolAnswer
    activated: hq.ActivateAnswer
    rules: str


def _write_store(directory: Path, founding: _Founding, clock: Clock, probe: Probe) -> None:
    """Database with the first entries, then the vault.  Nothing of it was sent: a part is made anew."""
    draft, told, activated = founding.draft, founding.told, founding.activated
    grant, secret = told.granted, draft.secret
    for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm", KEYFILE_NAME):
        wipe_and_remove(directory / name)
    key = sealing.derive(secret.data_key, SUBKEY_DATABASE)
    create_database(directory, key, grant.terminal)
    probe("enrol.database")
    database = open_database(directory, key)
    try:
        keys = KeyFile(directory, sealing.derive(secret.data_key, SUBKEY_KEYFILE), grant.terminal)
        journal = SqlJournal(database, keys)
        journal.put_operator(activated.operator, activated.name, activated.role)
        trusted = TrustedClock(clock)
        writer = EntryWriter(grant.terminal, grant.epoch, secret.terminal, told.opening, trusted)
        operator = operator_accepted(
            grant.terminal,
            activated.operator,
            activated.role,
            draft.operator.signer,
            draft.operator.agreement.public,
            _new_id(),
        )
        entries, state = found(
            writer,
            trusted,
            grant=told.grant,
            grant_signature=told.grant_signature,
            terminal_key=secret.terminal.public,
            operator=operator,
            rules=founding.rules,
            operation=_new_id(),
        )
        journal.commit(entries, state)
    finally:
        database.close()
    probe("enrol.founded")
    pinned = HeadquartersKeys(told.signing, told.opening, told.keys)
    new = NewVault(
        told.grant, told.grant_signature, pinned, secret, draft.operator, activated.role, draft.cost
    )
    FileVault.create(directory, new, probe)
    probe("enrol.vault")


def _new_id() -> str:
    return wire.b64(secrets.token_bytes(16))
