"""``python -m hq`` as an administrator sees it: answers, sentences, exit codes, files."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from core import wire
from hq.__main__ import main
from hq.database import Database
from hq.home import open_home
from hq.schema import VERSION
from tests.hq.entries import write_items
from tests.hq.headquarters import Counter, Headquarters
from tests.hq.server import ROOT, run_hq


def hq(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """One command in this process: (exit code, output, errors)."""
    try:
        code = main(arguments)
    except SystemExit as end:  # argparse
        code = int(str(end.code))
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return code, said.out, said.err


@pytest.fixture
def common(tmp_path: Path, database_url: str) -> list[str]:
    """Where it is."""
    return ["--data", str(tmp_path / "made"), "--database", database_url]


@pytest.fixture
def sent(headquarters: Headquarters, counter: Counter, tmp_path: Path) -> tuple[Counter, list[str]]:
    """A counter with some items at headquarters, and the options that find it."""
    write_items(counter.book, 2)
    counter.sent(counter.book.entries)
    headquarters.follow()
    return counter, ["--data", str(tmp_path / "hq"), "--database", headquarters.url]


def test_init_in_a_process_of_its_own(tmp_path: Path) -> None:
    """With the default database; the answer says how the keys are guarded."""
    directory = tmp_path / "deep" / "hq"
    done = run_hq("init", "--data", str(directory), "--host", "hq.example", "--host", "192.0.2.1", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["ca"] == str(directory / "ca.pem")
    assert told["keys"] == "permissions"
    assert told["signing"] == open_home(directory).signing.text
    for path in directory.rglob("*"):
        if path.name != "ca.pem":
            assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path
    shown = subprocess.run(
        ["openssl", "x509", "-in", str(directory / "server.pem"), "-noout", "-ext", "subjectAltName"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout
    for name in ("DNS:localhost", "IP Address:127.0.0.1", "DNS:hq.example", "IP Address:192.0.2.1"):
        assert name in shown
    files = ["-CAfile", str(directory / "ca.pem"), str(directory / "server.pem")]
    subprocess.run(["openssl", "verify", "-x509_strict", *files], capture_output=True, check=True, timeout=30)


def test_from_init_to_codes(capsys: pytest.CaptureFixture[str], common: list[str]) -> None:
    code, out, _ = hq(capsys, "init", *common)
    assert code == 0
    assert "file permissions" in out
    code, out, _ = hq(capsys, "enrol-code", "--branch", "990100-01", "--terminal", "990100-01-03", *common)
    assert code == 0
    assert [len(group) for group in out.strip().split("-")] == [5] * 5
    code, out, _ = hq(
        capsys, "operator", "add", "OP10001", "--name", "示例甲", "--role", "clerk", "--json", *common
    )
    assert json.loads(out).keys() == {"operator", "role", "code"}
    code, out, _ = hq(capsys, "operator", "list", *common)
    assert "示例甲" in out
    papers = ("operator", "papers", "OP10001", "--training")
    assert hq(capsys, *papers, "2026-11-02", *common)[0] == 0
    assert hq(capsys, "operator", "papers", "OP10001", "--confidentiality", "2026-03-04", *common)[0] == 0
    assert hq(capsys, *papers, "2999-01-01", *common)[0] != 0  # has not come yet
    listed = json.loads(hq(capsys, "operator", "list", "--json", *common)[1])
    assert [row["papers"] for row in listed] == [{"confidentiality": "2026-03-04", "training": "2026-11-02"}]
    assert hq(capsys, "operator", "remove", "OP10001", *common)[0] == 0
    assert hq(capsys, "operator", "remove", "OP10001", *common)[0] == 2
    assert json.loads(hq(capsys, "terminal", "list", "--json", *common)[1]) == []


def test_init_twice_is_refused(capsys: pytest.CaptureFixture[str], common: list[str]) -> None:
    assert hq(capsys, "init", *common)[0] == 0
    before = open_home(Path(common[1])).signing
    code, out, err = hq(capsys, "init", *common)
    assert (code, out) == (2, "")
    assert "here already" in err
    assert open_home(Path(common[1])).signing == before


def test_init_over_another_headquarters_database(
    capsys: pytest.CaptureFixture[str], common: list[str], tmp_path: Path
) -> None:
    """Two sets of keys over one set of tables would be two headquarters in one."""
    assert hq(capsys, "init", *common)[0] == 0
    other = ["--data", str(tmp_path / "second"), *common[2:]]
    assert hq(capsys, "init", *other)[0] == 2
    assert hq(capsys, "terminal", "list", *other)[0] == 3


def test_another_headquarters_database_is_refused(
    capsys: pytest.CaptureFixture[str], common: list[str], tmp_path: Path
) -> None:
    assert hq(capsys, "init", *common)[0] == 0
    assert hq(capsys, "init", "--data", str(tmp_path / "second"))[0] == 0
    code, _, err = hq(capsys, "terminal", "list", "--data", str(tmp_path / "second"), *common[2:])
    assert code == 2
    assert "another headquarters' database" in err


def test_newer_database_is_refused(capsys: pytest.CaptureFixture[str], common: list[str]) -> None:
    assert hq(capsys, "init", *common)[0] == 0
    database = Database(common[3])
    with database.write() as connection:
        connection.execute(text(f"UPDATE store SET version = {VERSION + 1}"))
    database.close()
    code, _, err = hq(capsys, "terminal", "list", *common)
    assert code == 3
    assert "newer version" in err


def test_a_database_of_an_older_version_is_told_with_what_to_do(
    capsys: pytest.CaptureFixture[str], common: list[str]
) -> None:
    """Of yesterday's, a column is missing: said at once, and not by the first statement that wants it."""
    assert hq(capsys, "init", *common)[0] == 0
    database = Database(common[3])
    with database.write() as connection:
        connection.execute(text("ALTER TABLE alarms RENAME COLUMN what TO said"))
    database.close()
    code, _, err = hq(capsys, "terminal", "list", *common)
    assert code == 3
    assert "older version" in err
    assert "nothing was changed" in err


def test_postgresql_that_may_lose_commits_is_refused(
    capsys: pytest.CaptureFixture[str], headquarters: Headquarters, tmp_path: Path
) -> None:
    if not headquarters.database.is_postgresql:
        # SQLite's own setting is made, and asked for, with every connection.
        with headquarters.database.read() as connection:
            assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
            assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        return
    with headquarters.database.write() as connection:
        name = headquarters.database.url.database
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    headquarters.database.engine.dispose()
    common = ["--data", str(tmp_path / "hq"), "--database", headquarters.url]
    code, _, err = hq(capsys, "terminal", "list", *common)
    assert code == 3
    assert "synchronous_commit" in err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["nonsense"], 2),
        (["serve", "--listen", "8443"], 2),
        (["journal", "show", "--terminal", "x"], 2),
        (["epoch", "grant", "--terminal", "x"], 2),
        (["review"], 2),
        (["restore", "x"], 2),
        (["db"], 2),
        (["terminal", "list", "--data", "/nonexistent/hq"], 3),
        (["terminal", "list", "--data", "/nonexistent/hq", "--database", "mysql://a/b"], 3),
        (["init", "--data", "{tmp}/a", "--database", "mysql://a/b"], 2),
        (["init", "--data", "{tmp}/a", "--database", "nonsense"], 2),
        (["init", "--data", "{tmp}/a", "--database", "postgresql+psycopg://nobody@127.0.0.1:1/x"], 3),
        (["init", "--data", "{tmp}/a", "--passphrase-file", "{tmp}/none"], 3),
        (["init", "--data", "/proc/nowhere"], 3),
    ],
)
def test_exit_codes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], code: int
) -> None:
    found, out, err = hq(capsys, *(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert (found, out) == (code, "")
    assert err.strip()
    assert not (tmp_path / "a" / "hq.json").exists()


def test_sealed_keys_need_their_passphrase(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    secret, wrong = tmp_path / "secret", tmp_path / "wrong"
    secret.write_text("correct horse battery staple\n")
    wrong.write_text("correct horse battery stable\n")
    common = ["--data", str(tmp_path / "hq")]
    code, out, _ = hq(capsys, "init", *common, "--demonstration", "--passphrase-file", str(secret))
    assert code == 0
    assert "passphrase" in out
    for name in ("signing.key", "index.key", "ca.key", "server.key"):
        assert b"ENCRYPTED" in (tmp_path / "hq" / "keys" / name).read_bytes()
    assert b"ENCRYPTED" in (tmp_path / "hq.opening" / "opening.key").read_bytes()
    # What needs no key asks for none:
    assert hq(capsys, "terminal", "list", *common)[0] == 0
    serve = ["serve", "--listen", "127.0.0.1:0", *common]
    assert hq(capsys, *serve)[0] == 2
    assert hq(capsys, *serve, "--passphrase-file", str(wrong))[0] == 2
    wrong.write_text("short\n")
    assert hq(capsys, *serve, "--passphrase-file", str(wrong))[0] == 3


def test_keys_others_may_read_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    common = ["--data", str(tmp_path / "hq")]
    hq(capsys, "init", *common)
    (tmp_path / "hq" / "keys" / "signing.key").chmod(0o644)
    code, _, err = hq(capsys, "serve", "--listen", "127.0.0.1:0", *common)
    assert code == 3
    assert "not safe" in err


@pytest.mark.parametrize("lost", ["ca.pem", "keys/ca.key", "keys/keyring.json", "hq.sqlite"])
def test_what_is_lost_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path, lost: str) -> None:
    common = ["--data", str(tmp_path / "hq")]
    hq(capsys, "init", *common)
    (tmp_path / "hq" / lost).unlink()
    code, out, err = hq(capsys, "serve", "--listen", "127.0.0.1:0", *common)
    assert (code, out) == (3, "")
    assert Path(lost).name in err or "database" in err


def test_terminal_list(capsys: pytest.CaptureFixture[str], sent: tuple[Counter, list[str]]) -> None:
    counter, common = sent
    (row,) = json.loads(hq(capsys, "terminal", "list", "--json", *common)[1])
    head = counter.book.state.head
    assert row["terminal"] == counter.book.terminal
    assert row["received"] == {"seq": head.seq, "hash": wire.b64(head.hash)}
    assert row["safe"]["seq"] == 0
    assert (row["folded"], row["state"]) == (head.seq, wire.b64(counter.book.state.hash()))
    assert row["contact"]
    shown = hq(capsys, "terminal", "list", *common)[1]
    assert f"received {head.seq}" in shown


def test_journal_list_and_show(capsys: pytest.CaptureFixture[str], sent: tuple[Counter, list[str]]) -> None:
    counter, common = sent
    book = counter.book
    name = ["--terminal", book.terminal]
    lines = hq(capsys, "journal", "list", *name, "--from", "5", *common)[1].splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(5, book.state.head.seq + 1))
    shown = json.loads(hq(capsys, "journal", "show", *name, "--seq", "5", *common)[1])
    assert shown["kind"] == "SenderVerified"
    assert shown["here"] == [True]
    assert "opened" not in shown
    assert "示例甲" not in "".join(lines)  # neither the sealed part nor the annex
    assert hq(capsys, "journal", "show", *name, "--seq", "999", *common)[0] == 1
    assert hq(capsys, "journal", "list", "--terminal", "nobody", *common)[0] == 2


def test_export_satisfies_the_independent_checker(
    capsys: pytest.CaptureFixture[str], sent: tuple[Counter, list[str]], tmp_path: Path
) -> None:
    counter, common = sent
    file = tmp_path / "export.jsonl"
    arguments = ["journal", "export", "--terminal", counter.book.terminal, str(file), *common]
    assert hq(capsys, *arguments)[0] == 0
    assert not file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    key = open_home(tmp_path / "hq").signing.text
    checker = [sys.executable, str(ROOT / "tests" / "peers" / "checker.py"), str(file)]
    done = subprocess.run(
        [*checker, "--headquarters", key], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{counter.book.state.head.seq} entries" in done.stdout


def test_backup_command(
    capsys: pytest.CaptureFixture[str], sent: tuple[Counter, list[str]], tmp_path: Path
) -> None:
    counter, common = sent
    code, out, _ = hq(capsys, "backup", str(tmp_path / "copies"), "--json", *common)
    assert code == 0
    told = json.loads(out)
    assert (told["entries"], told["advanced"]) == (counter.book.state.head.seq, 1)
    assert Path(told["directory"]).parent == tmp_path / "copies"
    assert counter.marks().safe == counter.book.state.head
    assert hq(capsys, "backup", "/proc/nowhere", *common)[0] == 3


def test_reader_that_goes_away(sent: tuple[Counter, list[str]]) -> None:
    """``hq journal list | head -1``: no traceback."""
    counter, common = sent
    out, into = os.pipe()
    os.close(out)
    command = [sys.executable, "-m", "hq", "journal", "list", "--terminal", counter.book.terminal, *common]
    with os.fdopen(into, "wb") as closed:
        done = subprocess.run(
            command, cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert done.stderr == ""
    assert done.returncode == 3


def test_one_authority_follows_another(
    headquarters: Headquarters, counter: Counter, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only once its counters have heard of it, unless somebody says so."""
    place = ["--data", str(headquarters.home.directory), "--database", headquarters.url]
    assert hq(capsys, "authority", "switch", *place)[0] == 2
    before = headquarters.home.authority()
    assert hq(capsys, "authority", "begin", *place)[0] == 0
    assert headquarters.home.authority().startswith(before)
    code, _, err = hq(capsys, "authority", "begin", *place)
    assert (code, "made already" in err) == (2, True)
    assert hq(capsys, "authority", "switch", "--anyway", *place)[0] == 0
    assert headquarters.home.authority().endswith(before)
    assert hq(capsys, "authority", "switch", *place)[0] == 2
