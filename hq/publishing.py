"""``hq directive publish FILE``: what a file says, held against its form before any counter hears of it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core import wire
from core.crypto.keys import PublicKey, parse_public_key
from core.errors import ConfigError, ConfigFault, EntryError, HqError, HqFault, RuleError
from core.label_template import OWN, check_template, parse_template
from core.ledger.block_list import SUBJECT, block_attachment
from core.ledger.directives import MAX_BYTES, DirectiveKind
from core.ledger.sender_codes import CONTENT_KEY_BYTES, MOST_ISSUERS, issuers_attachment, issuers_body
from core.ledger.sender_codes import SUBJECT as SUBJECT_CODES
from core.rules import RuleBook, Rules, load_rules
from core.strict import Node, read_json
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import EVERYBODY, Publication, publish, to_branch
from hq.schema import ESTATE, PUBLICATIONS
from hq.terminals import check_name

_VERSION = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
_OTHER_EDITION = "another edition bears this version"
RESOURCES = Path(__file__).parents[1] / "resources"


def publish_file(
    database: Database, path: Path, branch: str | None = None, *, now: Now = utc_now
) -> tuple[int, Publication]:
    """Publish an edition of the rule data, or one of its parts that come by themselves.

    (The publication's number, what it says.)

    A file that ends in ``.toml`` is TOML, any other JSON.  Raises ConfigError (file, key, expected) where it
    is not a sound edition, HqError CONFLICT where another one bears its version.
    """
    if path.suffix == ".toml" and (text := _label_text(path)):
        label = _label(text, path.name, EVERYBODY if branch is None else to_branch(check_name(branch)))
        _refuse_published(database, label, "another template bears this version")
        with database.write() as connection:
            return publish(connection, label, now), label
    value = _read(path)
    scope = EVERYBODY if branch is None else to_branch(check_name(branch))
    if "block_list" in value and "version" not in value:  # an edition has a part of that name
        listed = _block_list(value, path.name, scope)
        with database.write() as connection:
            return publish(connection, listed, now), listed
    if "sender_codes" in value and "version" not in value:
        issuing = _sender_codes(value, path.name, scope)
        with database.write() as connection:
            return publish(connection, issuing, now), issuing
    if "notice" in value and len(value) == 1:
        noticed = _notice(database, value["notice"], path.name, scope)
        with database.write() as connection:
            return publish(connection, noticed, now), noticed
    rules = load_rules(RESOURCES / "rules").parse(value, path.name)
    said = Publication(DirectiveKind.RULES, rules.version, {"edition": value}, scope)
    _refuse_other(load_rules(RESOURCES / "rules"), rules)
    _refuse_published(database, said, _OTHER_EDITION)
    with database.write() as connection:
        return publish(connection, said, now), said


def _label_text(path: Path) -> str:
    """The text of a label template, "" where the file is something else."""
    try:
        text = path.read_text("utf-8")
        return text if "template" in tomllib.loads(text) else ""
    except (OSError, ValueError):
        return ""  # said by whoever reads it next


def _label(text: str, file: str, scope: str) -> Publication:
    """A template as ``resources/labels`` has them, with ``version``; ``dated`` is the day it counts from."""
    template = parse_template(text, file)
    check_template(template, file)
    if re.fullmatch("[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", template.version) is None or template.version == OWN:
        raise ConfigError(
            ConfigFault.WRONG_VALUE, file=file, key="template.version", expected="letters, digits, . _ : -"
        )
    return Publication(DirectiveKind.LABEL, template.version, {"template": text}, scope)


def _notice(database: Database, notice: Any, file: str, scope: str) -> Publication:
    """``{"notice": {"id", "effective_from", "zh", "en", "source", "mark"}}``: of an edition, with its day."""
    if not isinstance(notice, dict):
        raise ConfigError(ConfigFault.WRONG_TYPE, file=file, key="notice", expected="an object")
    found = load_rules(RESOURCES / "rules").parse_notice(notice, file).notice
    said = Publication(DirectiveKind.NOTICE, found.id, {"notice": notice}, scope)
    _refuse_published(database, said, "another notice bears this id")
    return said


def _block_list(value: dict[str, Any], file: str, scope: str) -> Publication:
    """``{"block_list": version, "numbers": [document numbers]}``; the numbers are not kept in any form."""
    top = Node(file, value)
    part = top.members(("block_list", "numbers"))
    version = part["block_list"].matching(_VERSION, "version: letters, digits, . _ : -")
    numbers = [one.matching("[0-9A-Za-z]{4,30}", "a document number") for one in part["numbers"].items(0)]
    body = {"version": version, "count": len(numbers)}
    return Publication(DirectiveKind.BLOCK_LIST, SUBJECT, body, scope, block_attachment(numbers))


def _sender_codes(value: dict[str, Any], file: str, scope: str) -> Publication:
    """``{"sender_codes": version, "issuers": [{"issuer", "key", "content_key"}]}``: who registers senders.

    ``key`` is the issuer's public signing key in its text form, ``content_key`` 32 bytes as base64url.
    """
    part = Node(file, value).members(("sender_codes", "issuers"))
    version = part["sender_codes"].matching(_VERSION, "version: letters, digits, . _ : -")
    issuers: list[tuple[str, PublicKey]] = []
    contents: dict[str, bytes] = {}
    for one in part["issuers"].items(0):
        row = one.members(("issuer", "key", "content_key"))
        code = row["issuer"].matching("[a-z][a-z0-9_]{0,23}", "a code: small letters, digits, _")
        try:
            key = parse_public_key(row["key"].value, signing=True)
        except EntryError:
            raise row["key"].wrong("a public key that signs, in its text form") from None
        try:
            content = wire.unb64(row["content_key"].value, CONTENT_KEY_BYTES)
        except EntryError:
            raise row["content_key"].wrong("32 bytes, base64url") from None
        if code in contents or len(contents) >= MOST_ISSUERS:
            raise one.wrong(f"at most {MOST_ISSUERS} issuers, each once")
        issuers.append((code, key))
        contents[code] = content
    body = issuers_body(version, issuers)
    return Publication(DirectiveKind.SENDER_CODES, SUBJECT_CODES, body, scope, issuers_attachment(contents))


def _read(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except OSError:
        raise ConfigError(ConfigFault.MISSING_FILE, file=path.name) from None
    try:
        value = tomllib.loads(data.decode("utf-8")) if path.suffix == ".toml" else json.loads(data)
        wire.encode(value, limit=MAX_BYTES)  # floats and the like never get as far as a counter
    except (ValueError, RecursionError, EntryError, AttributeError):
        if path.suffix != ".toml":
            read_json(data, path.name, MAX_BYTES)  # says the line
        raise ConfigError(
            ConfigFault.SYNTAX, file=path.name, expected="TOML or JSON without floats"
        ) from None
    if not isinstance(value, dict):
        raise ConfigError(ConfigFault.SYNTAX, file=path.name, expected="an object")
    return value


def _refuse_other(own: RuleBook, rules: Rules) -> None:
    """A version names one edition for ever: old items name it (T19)."""
    try:
        differs = own.edition(rules.version) != rules
    except RuleError:
        differs = False
    if differs:
        raise HqError(HqFault.CONFLICT, what=_OTHER_EDITION, subject=rules.version)


def _refuse_published(database: Database, said: Publication, what: str) -> None:
    """Raises HqError CONFLICT where something else was published under this name, to whomever."""
    same = (
        PUBLICATIONS.c.terminal == ESTATE,
        PUBLICATIONS.c.kind == said.kind,
        PUBLICATIONS.c.subject == said.subject,
        PUBLICATIONS.c.body != wire.encode(said.body, limit=MAX_BYTES),
    )
    with database.read() as connection:
        other = connection.execute(select(PUBLICATIONS.c.number).where(*same).limit(1)).scalar_one_or_none()
    if other is not None:
        raise HqError(HqFault.CONFLICT, what=what, subject=said.subject)
