"""Month keys: durable before use, gone for good, in nobody else's hands."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.crypto.sealing import derive
from core.errors import StoreError, StoreFault
from storage.keyfile import KEYFILE_NAME, KeyFile
from storage.vault import new_data_key

TERMINAL = "990100-01-03"


@pytest.fixture
def subkey() -> bytes:
    return derive(new_data_key(), "keyfile")


def test_a_key_is_on_the_disk_before_it_is_used(tmp_path: Path, subkey: bytes) -> None:
    steps: list[str] = []
    keys = KeyFile(tmp_path, subkey, TERMINAL, steps.append)
    assert keys.find("acceptance", "2026-11") is None
    key = keys.key("acceptance", "2026-11")
    assert steps[-1] == "file.durable"
    assert len(key) == 32
    assert keys.key("acceptance", "2026-11") == key
    assert keys.key("acceptance", "2026-12") != key
    assert keys.key("complaint", "2026-11") != key
    again = KeyFile(tmp_path, subkey, TERMINAL)
    assert again.find("acceptance", "2026-11") == key
    assert again.names() == [("acceptance", "2026-11"), ("acceptance", "2026-12"), ("complaint", "2026-11")]


def test_a_key_that_could_not_be_kept_is_not_given(tmp_path: Path, subkey: bytes) -> None:
    def probe(step: str) -> None:
        if step == "file.written":
            raise StoreError(StoreFault.DISK_FULL)

    keys = KeyFile(tmp_path, subkey, TERMINAL, probe)
    with pytest.raises(StoreError):
        keys.key("acceptance", "2026-11")
    assert keys.find("acceptance", "2026-11") is None


def test_a_destroyed_key_is_gone_with_its_bytes(tmp_path: Path, subkey: bytes) -> None:
    keys = KeyFile(tmp_path, subkey, TERMINAL)
    old, kept = keys.key("acceptance", "2026-10"), keys.key("acceptance", "2026-11")
    before = tmp_path / "the old file by another name"
    os.link(tmp_path / KEYFILE_NAME, before)
    assert keys.destroy("acceptance", "2026-10")
    assert not keys.destroy("acceptance", "2026-10")
    assert set(before.read_bytes()) == {0}
    again = KeyFile(tmp_path, subkey, TERMINAL)
    assert again.find("acceptance", "2026-10") is None
    assert again.find("acceptance", "2026-11") == kept
    assert again.key("acceptance", "2026-10") != old


def test_the_file_is_of_this_vault_and_this_terminal(tmp_path: Path, subkey: bytes) -> None:
    KeyFile(tmp_path, subkey, TERMINAL).key("acceptance", "2026-11")
    for key, terminal in ((derive(subkey, "x"), TERMINAL), (subkey, "990100-01-04")):
        with pytest.raises(StoreError) as caught:
            KeyFile(tmp_path, key, terminal)
        assert caught.value.code is StoreFault.DAMAGED


def test_keys_cannot_change_places(tmp_path: Path, subkey: bytes) -> None:
    keys = KeyFile(tmp_path, subkey, TERMINAL)
    keys.key("acceptance", "2026-10")
    keys.key("acceptance", "2026-11")
    value = json.loads((tmp_path / KEYFILE_NAME).read_bytes())
    held = value["keys"]
    held["acceptance/2026-10"], held["acceptance/2026-11"] = (
        held["acceptance/2026-11"],
        held["acceptance/2026-10"],
    )
    (tmp_path / KEYFILE_NAME).write_text(json.dumps(value))
    with pytest.raises(StoreError) as caught:
        KeyFile(tmp_path, subkey, TERMINAL)
    assert caught.value.code is StoreFault.DAMAGED


@pytest.mark.parametrize("name", [("Acceptance", "2026-11"), ("acceptance", "2026-1"), ("a/b", "2026-11")])
def test_odd_names_are_refused(tmp_path: Path, subkey: bytes, name: tuple[str, str]) -> None:
    with pytest.raises(StoreError):
        KeyFile(tmp_path, subkey, TERMINAL).key(*name)
