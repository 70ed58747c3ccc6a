"""The forms did not change: what core makes today is what lies in the golden files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from core import wire
from core.acceptance.record import label_from_annex
from core.crypto import sealing
from core.crypto.keys import parse_public_key
from core.exchange import entry_from_json, request_message
from core.ledger import documents, kinds
from core.ledger.chain import Verifier
from core.ledger.directives import NO_DIRECTIVE, FeedKeys, directive_from_json
from core.ledger.rolls import KeyChain
from core.ledger.sealed_info import sealed_info
from core.ledger.staff import read_staff
from core.ledger.state import State, fold
from tests.golden import make
from tests.golden.item import LABEL, TERMINAL
from tests.golden.people import seed
from tests.peers.checker import check, check_directives
from tests.peers.roles import PERSONAL

pytestmark = pytest.mark.requirement("T18")

HERE = Path(__file__).parent
FORMAT = HERE.parents[1] / "docs" / "format.md"
ENTRIES = sorted(
    (path.name for path in (HERE / "entries").iterdir()), key=lambda name: int(name.partition("-")[0])
)
AGAIN = "if this change is meant: python -m tests.golden.make"


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return make.content()


def test_nothing_is_missing_and_nothing_left_over(made: dict[str, str]) -> None:
    lying = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*.json*")} - {"sealed.json"}
    assert lying == set(made), AGAIN


@pytest.mark.parametrize("name", ENTRIES)
def test_entry_is_byte_equal(made: dict[str, str], name: str) -> None:
    was, now = load(f"entries/{name}"), json.loads(made[f"entries/{name}"])
    assert now["body"].encode() == was["body"].encode(), AGAIN
    assert now == was, AGAIN


@pytest.mark.parametrize(
    "name", ["documents.json", "directives.json", "keys.json", "request.json", "state.json", "export.jsonl"]
)
def test_file_is_byte_equal(made: dict[str, str], name: str) -> None:
    assert made[name] == (HERE / name).read_text(encoding="utf-8"), AGAIN


def test_every_kind_has_a_golden_entry() -> None:
    found = {(body["kind"], body["kind_version"]) for body in _bodies()}
    assert found == set(kinds.KINDS)


def _bodies() -> list[dict[str, Any]]:
    return [json.loads(load(f"entries/{name}")["body"]) for name in ENTRIES]


def test_hashes_are_of_the_stored_bytes() -> None:
    for name in ENTRIES:
        entry = load(f"entries/{name}")
        assert wire.b64(hashlib.sha256(entry["body"].encode()).digest()) == entry["hash"]


def test_the_stored_entries_are_read_and_accepted() -> None:
    entries = []
    for name in ENTRIES:
        value = load(f"entries/{name}")
        entries.append(entry_from_json({**value, "body": wire.b64(value["body"].encode())}))
    verifier = Verifier(TERMINAL, make.HQ.public)
    verifier.grant_keys(entries)
    state = State()
    for entry in entries:
        verifier.follow(entry)
        state = fold(state, entry)
    assert wire.b64(state.hash()) == load("state.json")["hash"], AGAIN
    assert (
        wire.b64(hashlib.sha256(load("state.json")["bytes"].encode()).digest()) == load("state.json")["hash"]
    )


def test_the_checker_accepts_the_export() -> None:
    lines = (HERE / "export.jsonl").read_bytes().splitlines(keepends=True)
    assert check(lines, make.HQ.public.text).seq == len(ENTRIES)


READERS: Mapping[str, Callable[[bytes, bytes, Any], object]] = {
    "epoch-grant": documents.read_grant,
    "session": documents.read_session,
    "session-p256": documents.read_session,
    "marks": documents.read_marks,
    "time": lambda body, signature, key: documents.read_time(body, signature, key, seed("time")),
    "key-roll": lambda body, signature, key: documents.read(body, signature, key, "key-roll"),
    "key-roll-new": lambda body, signature, key: documents.read(body, signature, key, "key-roll"),
}


@pytest.mark.parametrize("name", sorted(READERS))
def test_stored_document_is_read(name: str) -> None:
    value = load("documents.json")[name]
    key = parse_public_key(value["key"], signing=True)
    assert READERS[name](value["bytes"].encode(), wire.unb64(value["signature"]), key)


def test_stored_directives_are_read_and_checked() -> None:
    head, keys = NO_DIRECTIVE, FeedKeys(KeyChain((make.HQ.public,)))
    stored = load("directives.json")
    for value in stored:
        signed = directive_from_json(value)
        said = keys.check(signed, TERMINAL, head)
        head = signed.head
        assert said.kind in ("operator", "weather", "key_roll")
    assert keys.chain.keys == (make.HQ.public, make.NEXT.public)
    assert read_staff(directive_from_json(stored[0])).name == "示例丙"
    assert check_directives(stored, make.HQ.public.text, TERMINAL) == (head.number, wire.b64(head.hash))


def test_documented_directive_is_the_one_in_force() -> None:
    section = FORMAT.read_text("utf-8").split("## 11")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)`(?:, `(\w+)`)? \|", section, re.MULTILINE)
    body = json.loads(wire.unb64(load("directives.json")[0]["document"]))
    assert {name for row in rows for name in row if name} == set(body)


def test_stored_request_is_accepted() -> None:
    value = load("request.json")
    message = request_message(
        value["method"], value["path"], value["time"], value["nonce"], value["body"].encode()
    )
    assert wire.b64(message) == value["message"]
    assert parse_public_key(value["key"]).verify(wire.unb64(value["signature"]), message)


def test_sealed_bytes_open() -> None:
    value = load("sealed.json")
    for operation, sealed in value["operations"].items():
        info = sealed_info(TERMINAL, 1, int(operation[3:]), operation, make.OPENING.public.id)
        assert sealing.unseal(make.OPENING, wire.unb64(sealed), info) == value["plain"][operation].encode()


def test_stored_annex_prints_the_label() -> None:
    value = load("entries/09-ItemAccepted.json")
    annex = wire.decode(wire.unb64(value["attachments"][1]["data"]))
    assert label_from_annex(annex, 0) == LABEL


# -- docs/format.md says what the program does ------------------------------------------------------

SAMPLES: Mapping[str, object] = {
    "count": 0,
    "code": "a.b_1",
    "codes": ["a.b_1", "c"],
    "id": "A-1:b",
    "day": "2026-11-21",
    "month": "2026-11",
    "time": "2026-11-21T01:00:00.120Z",
    "flag": False,
    "key": make.KEY.public.text,
    "staff": "OP10001",
    "tag": "B-0001",
    "hash": wire.b64(bytes(32)),
    "signature": wire.b64(bytes(64)),
    "document": wire.b64(bytes(300)),
}


def _documented() -> dict[tuple[str, int], tuple[bool, dict[str, str]]]:
    """Kind and version → whether a person's act, member → form; from the table in docs/format.md."""
    found = {}
    text = FORMAT.read_text(encoding="utf-8")
    for row in re.finditer(r"^\| (\w+) \| (\d+) \| (P?) *\| (.+) \|$", text, re.MULTILINE):
        pairs = re.findall(r"(\w+) \*(\w+\??)\*", row[4])
        found[row[1], int(row[2])] = (bool(row[3]), dict(pairs))
    return found


def test_every_kind_is_documented() -> None:
    documented = _documented()
    assert {key: (kind.personal, sorted(kind.form)) for key, kind in kinds.KINDS.items()} == {
        key: (personal, sorted(form)) for key, (personal, form) in documented.items()
    }


@pytest.mark.parametrize(("kind", "version"), sorted(kinds.KINDS))
def test_documented_forms_are_the_ones_in_force(kind: str, version: int) -> None:
    _, documented = _documented()[kind, version]
    for member, form in kinds.KINDS[kind, version].form.items():
        said = documented[member]
        assert form(SAMPLES[said.rstrip("?")]), (member, said)
        assert form(None) == said.endswith("?"), member
        assert not form("示例 甲"), member
        assert not form(13_800_138_000.5), member


def test_documented_documents_are_the_ones_in_force() -> None:
    text = FORMAT.read_text(encoding="utf-8")
    for name, value in load("documents.json").items():
        kind = name.removesuffix("-p256").removesuffix("-new")
        row = re.search(rf"^\| `{kind}` \| [^|]+ \| (.+) \|$", text, re.MULTILINE)
        assert row is not None
        plain = re.sub(r"\([^)]*\)", "", row[1])
        assert set(re.findall(r"`(\w+)`", plain)) | {"type"} == set(json.loads(value["bytes"]))


def test_the_checker_knows_whose_acts_are_a_persons() -> None:
    """It was written from the table; a kind that is added must reach it too."""
    assert {
        name for (name, version), (personal, _) in _documented().items() if personal and version == 1
    } == PERSONAL


def test_documented_contents_of_attachments() -> None:
    text = FORMAT.read_text(encoding="utf-8")
    row = re.search(r"^2\. `annex`.*$", text, re.MULTILINE)
    assert row is not None
    annex = wire.decode(wire.unb64(load("entries/09-ItemAccepted.json")["attachments"][1]["data"]))
    assert set(re.findall(r"`(\w+)`", row[0])) - {"annex"} == set(annex)
    row = re.search(r"^1\. `sealed`.*$", text, re.MULTILINE)
    assert row is not None
    names = set(re.findall(r'"(\w+)"', row[0]))
    plain = load("sealed.json")["plain"].values()
    assert names == {name for text in plain for name in _members(json.loads(text))}


def _members(value: object) -> set[str]:
    """The names of every member, at any depth."""
    if isinstance(value, list):
        return {name for inner in value for name in _members(inner)}
    if not isinstance(value, dict):
        return set()
    return {*value, *(name for inner in value.values() for name in _members(inner))}
