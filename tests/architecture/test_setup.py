"""``./run`` and ``./test``: what they say when something is missing, and that twice is not done twice."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of commands that stands first in PATH."""
    folder = tmp_path / "tools"
    folder.mkdir()
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Scripts and lists of a checkout, in a folder with a space in its name."""
    root = tmp_path / "a checkout"
    for folder in ("packaging", "requirements"):
        shutil.copytree(ROOT / folder, root / folder)
    for script in ("run", "test"):
        shutil.copy2(ROOT / script, root / script)
    return root


def _command(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def _run(
    root: Path, tools: Path, *command: str, script: str = "", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command, or a piece of shell with packaging/setup.sh read in, away from the checkout."""
    parts = list(command) or [
        "bash",
        "-c",
        f'set -euo pipefail; root=$1; . "$root/packaging/setup.sh"; {script}',
        "-",
        str(root),
    ]
    return subprocess.run(
        parts,
        cwd=tools,
        env={
            "PATH": f"{tools}:{os.environ['PATH']}",
            "HOME": str(tools),
            "CI": "true",
            **(environment or {}),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _made_before(root: Path, purpose: str) -> None:
    """A set-up of before: an interpreter and its stamp."""
    binary = root / ".venv" / "bin"
    binary.mkdir(parents=True)
    _command(binary, "python", 'echo "python $*"')
    done = _run(root, root, script=f"fingerprint {purpose}")
    (root / ".venv" / f"{purpose}.stamp").write_text(done.stdout, encoding="utf-8")


@pytest.mark.parametrize("purpose", ["run", "test"])
def test_the_second_time_nothing_is_asked(checkout: Path, tools: Path, purpose: str) -> None:
    """Neither apt nor dpkg nor pip: so no network either."""
    _made_before(checkout, purpose)
    for name in ("apt-get", "dpkg-query", "sudo", "pip", "npm"):
        _command(tools, name, f'echo "{name} was called"; exit 99')
    done = _run(checkout, tools, script=f"prepare {purpose}; echo done")
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.mark.parametrize(
    "changed", ["requirements/test.txt", "packaging/debian-test.txt", "packaging/npm-test.txt"]
)
def test_a_changed_list_is_noticed(checkout: Path, tools: Path, changed: str) -> None:
    _made_before(checkout, "test")
    with (checkout / changed).open("a", encoding="utf-8") as file:
        file.write("something-new\n")
    before = (checkout / ".venv" / "test.stamp").read_text(encoding="utf-8")
    assert _run(checkout, tools, script="fingerprint test").stdout != before


def test_without_rights_the_administrators_command_is_told(checkout: Path, tools: Path) -> None:
    _command(tools, "id", "echo 1000")
    _command(tools, "sudo", "exit 1")
    _command(tools, "dpkg-query", "for last; do :; done; case $last in xvfb) ;; *) printf installed;; esac")
    done = _run(checkout, tools, script="prepare test")
    assert done.returncode == 3
    assert "apt-get update && apt-get install -y --no-install-recommends xvfb\n" in done.stderr
    assert not (checkout / ".venv").exists()


def test_what_is_missing_is_installed_and_told(checkout: Path, tools: Path) -> None:
    _command(tools, "id", "echo 0")
    _command(tools, "apt-get", f'echo "$@" >> "{tools}/asked"')
    _command(
        tools, "dpkg-query", "for last; do :; done; case $last in libegl1|xvfb) ;; *) printf installed;; esac"
    )
    done = _run(checkout, tools, script="system_packages test")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "Installing Debian packages: libegl1 xvfb\n"
    asked = (tools / "asked").read_text(encoding="utf-8").splitlines()
    assert asked[0].endswith("update")
    assert asked[1].endswith("install libegl1 xvfb")


def test_no_network_is_told_in_a_sentence(checkout: Path, tools: Path) -> None:
    _command(tools, "id", "echo 0")
    _command(tools, "apt-get", "exit 100")
    _command(tools, "dpkg-query", "exit 1")
    done = _run(checkout, tools, script="system_packages run")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == "apt-get update failed: is the network there?"


def test_a_package_from_npm_is_taken_once_and_only_the_pinned_one(checkout: Path, tools: Path) -> None:
    """The command stands in for the registry's: it makes a package, or another one of that name."""
    made = (
        'mkdir package; echo "$*" > package/what; tar -czf part.tgz --mtime=@0 --owner=0 --group=0 package; '
        f'echo asked >> "{tools}/asked"'
    )
    _command(tools, "npm", made)
    pins = checkout / "packaging" / "npm-test.txt"
    pins.write_text("# comment\n\npart 1.0.0 sha512-wrong==\n", encoding="utf-8")
    refused = _run(checkout, tools, script="npm_packages")
    assert refused.returncode == 3
    assert refused.stderr.splitlines()[-1] == "part 1.0.0 from npm is not the package that was pinned."
    assert not (checkout / ".venv" / "npm" / "part").exists()

    digest = _run(
        checkout,
        tools,
        script="cd $(mktemp -d); npm pack --silent part@1.0.0; "
        "openssl dgst -sha512 -binary part.tgz | base64 -w0",
    ).stdout
    pins.write_text(f"part 1.0.0 sha512-{digest}\n", encoding="utf-8")
    (tools / "asked").unlink()
    for _ in range(2):
        done = _run(checkout, tools, script="npm_packages")
        assert done.returncode == 0, done.stderr
    assert (checkout / ".venv" / "npm" / "part" / "what").read_text("utf-8") == "pack --silent part@1.0.0\n"
    assert (tools / "asked").read_text("utf-8") == "asked\n"


def test_an_interpreter_that_is_too_old_or_bare_is_passed_over(checkout: Path, tools: Path) -> None:
    for name in ("python3.11", "python3"):
        _command(tools, name, "exit 1")
    found = _run(checkout, tools, script="find_python").stdout.strip()
    assert found.startswith("/")
    assert not found.startswith(str(tools))


def test_without_a_display_run_says_what_to_do(checkout: Path, tools: Path) -> None:
    done = _run(checkout, tools, str(checkout / "run"))
    assert done.returncode == 3
    assert "./run --screenshots DIR" in done.stderr
    assert "xvfb-run" in done.stderr


def test_run_starts_the_demonstration_where_it_was_called(checkout: Path, tools: Path) -> None:
    _made_before(checkout, "run")
    main = checkout / "main.py"
    shown = _run(checkout, tools, str(checkout / "run"), "--data", "here", environment={"DISPLAY": ":7"})
    assert shown.stdout == f"python {main} --demonstration --data here\n"
    pictures = _run(checkout, tools, str(checkout / "run"), "--screenshots", "out")
    assert pictures.stdout == f"python {main} --screenshots out\n"


def test_test_hands_on_its_options(checkout: Path, tools: Path) -> None:
    _made_before(checkout, "test")
    link = tools / "linked-test"
    link.symlink_to(checkout / "test")
    done = _run(checkout, tools, str(link), "-k", "wire and chain")
    assert done.stdout == "python -m pytest -k wire and chain\n"


def test_test_reports_every_step_that_failed(checkout: Path, tools: Path) -> None:
    _made_before(checkout, "test")
    script = 'case "$*" in *mypy*|*"ruff check"*) exit 1;; *"-c import"*) ;; *) echo "ran $*";; esac'
    _command(checkout / ".venv" / "bin", "python", script)
    stamp = _run(checkout, tools, script="fingerprint test").stdout
    (checkout / ".venv" / "test.stamp").write_text(stamp, encoding="utf-8")
    done = _run(checkout, tools, str(checkout / "test"))
    assert done.returncode == 1
    assert "ran -m pytest" in done.stdout
    assert done.stderr.splitlines()[-1] == "Not sound: ruff check mypy"
