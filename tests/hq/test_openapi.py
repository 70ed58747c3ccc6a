"""The document says what is served: written down, complete, and true of a running headquarters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.exchange import HEADER_KEY
from hq.app import create_app
from hq.openapi import FILE, written
from hq.web import _STATUS
from tests.hq.openapi_run import run


def test_the_file_is_what_is_served() -> None:
    """After a change: ``python -m hq.openapi_file``."""
    assert FILE.read_text("utf-8") == written(create_app(None).openapi())


def test_every_route_says_its_statuses() -> None:
    document = create_app(None).openapi()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            answers = operation["responses"]
            headers = {row["name"] for row in operation.get("parameters", []) if row["in"] == "header"}
            assert {"200", "500"} <= set(answers), path
            if headers - {HEADER_KEY}:  # whoever asks is named by a signature
                assert {str(int(status)) for status in _STATUS.values()} <= set(answers), path
            for status in ("429", "503"):
                if status in answers and path != "/healthz":
                    assert answers[status]["headers"]["Retry-After"]["required"] is True


@pytest.mark.timeout(300)
def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    """Each parameter and body right, at its limits, and wrong; signed by a real terminal's key."""
    done = run(tmp_path, 1, "coverage", 280)  # ``python -m bench openapi`` goes on from there
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    counted = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert counted is not None, done.stdout[-2000:]
    assert int(counted[1]) > 150
