"""Small files are whole or as before, whatever cuts in."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from core.errors import StoreError, StoreFault
from storage.files import read_json, wipe_and_remove, write_atomic
from tests.storage import child


class CutError(Exception):
    """The process ends here."""


def test_cut_at_every_step_leaves_old_or_new(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")
    seen = {}
    for step in ("file.written", "file.renamed", "file.durable"):
        write_atomic(path, b"old")

        def probe(name: str, step: str = step) -> None:
            if name == step:
                raise CutError

        with pytest.raises(CutError):
            write_atomic(path, b"new", probe)
        seen[step] = path.read_bytes()
    assert seen == {"file.written": b"old", "file.renamed": b"new", "file.durable": b"new"}


def test_killed_while_writing_it_is_whole(tmp_path: Path) -> None:
    for pause in (0.0, 0.003, 0.011):
        process = child.begin("rewrite", tmp_path)
        assert process.stdout is not None
        assert process.stdin is not None
        with process:
            process.stdout.readline()
            time.sleep(pause)
            process.kill()
        value = json.loads((tmp_path / "file").read_bytes())
        assert value["number"] >= 20
        assert len(value["filler"]) == 50_000


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    before = os.umask(0)
    try:
        write_atomic(path, b"x")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        write_atomic(tmp_path / "none" / "file", b"x")
    assert caught.value.code is StoreFault.MISSING


def test_wiped_bytes_are_gone_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"secret" * 100)
    other = tmp_path / "other name"
    os.link(path, other)
    wipe_and_remove(path)
    assert not path.exists()
    assert other.read_bytes() == bytes(600)
    wipe_and_remove(path)  # a second time is nothing


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", StoreFault.DAMAGED),
        (b"[]", StoreFault.DAMAGED),
        (b'{"format": "1"}', StoreFault.DAMAGED),
        (b'{"format": true}', StoreFault.DAMAGED),
        (b'{"format": 0}', StoreFault.DAMAGED),
        (b'{"format": 2}', StoreFault.TOO_NEW),
        (b"{" * 100_000, StoreFault.DAMAGED),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, data: bytes, fault: StoreFault) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(StoreError) as caught:
        read_json(tmp_path / "file", 1)
    assert caught.value.code is fault
