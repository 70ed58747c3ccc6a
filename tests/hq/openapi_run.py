"""Holds a running headquarters against its own /openapi.json with schemathesis: a test and a bench use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.hq.entries import batch, write_items
from tests.hq.server import ROOT, HqServer

# What only the holder of a key can make right (a certificate request, a proof, a signature) is refused as
# malformed though it has the form that the document says: 400 is an answer to it.
_CONFIGURATION = """
[[operations]]
include-method = "POST"
[operations.checks]
positive_data_acceptance.expected-statuses = ["2xx", "400", "403", "409", "429"]
"""
LIMITS = {"rate": 100_000.0, "burst": 100_000.0}  # what is behind the door is looked at, not the door


def run(directory: Path, examples: int, phases: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """Serve, enrol a counter, and ask; exit 0 where nothing was found."""
    with HqServer(directory / "hq", limits=LIMITS) as server:
        counter = server.counter()
        write_items(counter.book, 2)
        certificate, configuration = directory / "client.pem", directory / "schemathesis.toml"
        certificate.write_bytes(counter.key.pem() + counter.certificate)
        configuration.write_text(_CONFIGURATION, "ascii")
        key = counter.book.key.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        about = {"terminal": counter.book.terminal, "key": key.decode("ascii")}
        about["batch"] = json.loads(batch(counter.book.entries))
        places = {
            **os.environ,
            "COUNTER_OPENAPI_TEST": json.dumps(about),
            "SCHEMATHESIS_HOOKS": "tests.hq.openapi_hooks",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration), "run"]
        command += [
            f"{server.url}/openapi.json",
            "--url",
            server.url,
            "--phases",
            phases,
            "-n",
            str(examples),
        ]
        command += ["--tls-verify", str(server.directory / "ca.pem"), "--request-cert", str(certificate)]
        command += ["--seed", "20261122", "--generation-database", "none", "--no-color", "--warnings", "off"]
        return subprocess.run(
            command, cwd=directory, env=places, capture_output=True, text=True, timeout=seconds, check=False
        )
