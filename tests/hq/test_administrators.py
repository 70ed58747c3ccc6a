"""Administrators by name on the command line: whose command it is, the second one, the line of each act."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.crypto.keys import SoftwareSigner
from hq import administering
from hq.__main__ import main
from tests.hq.server import run_hq

pytestmark = pytest.mark.usefixtures("quick_passwords")

SYSTEM, SECURITY, AUDIT, LATER = "AD0001", "AD0002", "AD0003", "AD0004"
NAMES = {SYSTEM: "system", SECURITY: "security", AUDIT: "audit"}


@dataclass(frozen=True)
class House:
    """A headquarters with one administrator for each administration, and how it is asked."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def file(self, number: str, password: str = "") -> str:
        """Her password file."""
        path = self.folder / number
        if password or not path.exists():
            path.write_text((password or f"a password of {number}") + "\n", "utf-8")
        return str(path)

    def run(self, *arguments: str, who: str = "", second: str = "") -> tuple[int, str, str]:
        """One command in this process: (exit code, output, errors)."""
        options = ["--data", str(self.folder / "hq")]
        if who:
            options += ["--administrator", who, "--password-file", self.file(who)]
        if second:
            options += ["--second", second, "--second-password-file", self.file(second)]
        code = main([*arguments, *options])
        said = self.capture.readouterr()
        return code, said.out, said.err

    def founders(self) -> list[str]:
        """As options."""
        return [word for n, name in NAMES.items() for word in (f"--{name}-administrator", n, self.file(n))]

    def lines(self) -> list[dict[str, object]]:
        """The log."""
        said = self.run("admin", "log", "--json", who=AUDIT)[1]
        return [json.loads(line) for line in said.splitlines()]


@pytest.fixture
def house(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> House:
    made = House(tmp_path, capsys)
    code, out, _ = made.run("init", *made.founders(), "--json")
    assert (code, json.loads(out)["separate"]) == (0, True)
    return made


ADD = ("operator", "add", "OP10001", "--name", "示例甲", "--role", "clerk")


def test_each_command_is_asked_of_its_administration(house: House) -> None:
    assert house.run(*ADD)[0] == 2  # nobody by name
    code, _, err = house.run(*ADD, who=SYSTEM)
    assert code == 2
    assert "security administration" in err
    assert house.run("operator", "list", "--json", who=AUDIT)[1].strip() == "[]"  # nothing was done
    assert house.run(*ADD, who=SECURITY)[0] == 0
    assert house.run("journal", "export", str(house.folder / "e"), who=SECURITY)[0] == 2
    assert not (house.folder / "e").exists()
    assert house.run("journal", "export", str(house.folder / "e"), who=AUDIT)[0] == 0
    lines = house.lines()
    said = [(line["who"], line["command"], line["phase"], line["outcome"]) for line in lines]
    assert said == [
        ("", "init", "done", ""),
        ("", "operator add", "refused", "unknown"),
        (SYSTEM, "operator add", "refused", "administration"),
        (AUDIT, "operator list", "done", ""),
        (SECURITY, "operator add", "begun", ""),
        (SECURITY, "operator add", "done", ""),
        (SECURITY, "journal export", "refused", "administration"),
        (AUDIT, "journal export", "begun", ""),
        (AUDIT, "journal export", "done", ""),
    ]
    assert lines[4]["shown"] == {"id": "OP10001", "role": "clerk"}
    assert "示例甲" not in json.dumps(lines, ensure_ascii=False)
    assert house.run("admin", "verify", who=SYSTEM)[:2] == (
        0,
        "SOUND      10 lines, 1 operators, 0 publications, 0 directives of 0 terminals\n",
    )


def test_what_fails_is_a_line_too(house: House) -> None:
    assert house.run("operator", "remove", "OP10009", who=SECURITY)[0] == 2
    assert [(line["phase"], line["outcome"]) for line in house.lines()[-2:]] == [
        ("begun", ""),
        ("failed", "hq.conflict"),
    ]


def test_power_takes_a_second_administrator(house: House) -> None:
    add = ("admin", "add", LATER, "--administration", "security", "--new-password-file", house.file(LATER))
    assert house.run(*add, who=SECURITY)[0] == 2
    assert house.run(*add, who=SECURITY, second=SECURITY)[0] == 2
    assert house.run(*add, who=SECURITY, second=SYSTEM)[0] == 2
    assert house.run(*add, who=SECURITY, second=AUDIT)[0] == 0  # while there is no other of security
    assert house.run("admin", "remove", AUDIT, who=SECURITY, second=LATER)[0] == 2  # the last of audit
    again = ("admin", "add", SYSTEM, "--administration", "security", "--new-password-file", house.file(LATER))
    assert house.run(*again, who=SECURITY, second=LATER)[0] == 2  # she would hold two
    remove = ("admin", "remove", SECURITY)
    assert house.run(*remove, who=LATER, second=AUDIT)[0] == 2  # there is another of security now
    assert house.run(*remove, who=LATER, second=SECURITY)[0] == 0
    assert house.run("admin", "list", who=SECURITY)[0] == 2
    assert house.run("admin", "list", who=LATER)[1].split()[0::5][:3] == [SYSTEM, AUDIT, LATER]
    assert house.run("admin", "verify", who=LATER)[0] == 0


def test_a_password_changes_with_its_key(house: House) -> None:
    new = house.folder / "new"
    new.write_text("another password of hers\n")
    old = (house.folder / "hq" / "admin" / AUDIT / "signing.key").read_bytes()
    assert house.run("admin", "password", "--new-password-file", str(new), who=AUDIT)[0] == 0
    assert (house.folder / "hq" / "admin" / AUDIT / "signing.key").read_bytes() != old
    assert house.run("admin", "list", who=AUDIT)[0] == 2  # by the old one
    house.file(AUDIT, "another password of hers")
    assert house.run("admin", "verify", who=AUDIT)[0] == 0
    # Whoever kept the old file and knows the old password has a key that nobody believes.
    for name in ("signing.key", "keyring.json"):
        (house.folder / "hq" / "admin" / SYSTEM / name).write_bytes(
            (house.folder / "hq" / "admin" / AUDIT / name).read_bytes()
        )
    house.file(SYSTEM, "another password of hers")
    assert house.run("admin", "list", who=SYSTEM)[0] == 2


def test_wrong_passwords_are_counted_in_the_log(house: House) -> None:
    house.file(SECURITY, "not her password")
    codes = [house.run("admin", "list", who=SECURITY) for _ in range(6)]
    assert all(code == 2 for code, _, _ in codes)
    assert "too many tries" in codes[5][2]
    assert "too many tries" not in codes[4][2]
    house.file(SECURITY, f"a password of {SECURITY}")
    assert "too many tries" in house.run("admin", "list", who=SECURITY)[2]  # right, and too early
    assert house.run("admin", "list", who=SYSTEM)[0] == 0  # nobody else waits


class Killed(BaseException):
    """The process ends there."""


def test_a_try_is_counted_before_it_is_made(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever ends the process before the wrong password is in the log has no try more for it."""

    def killed(*_: object) -> SoftwareSigner:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(administering, "open_key", killed)
        for _ in range(administering.TRIES):
            with pytest.raises(Killed):
                house.run("admin", "list", who=SECURITY)
    assert "too many tries" in house.run("admin", "list", who=SECURITY)[2]
    assert house.run("admin", "list", who=SYSTEM)[0] == 0


def test_tries_without_an_outcome_end_with_their_time(house: House) -> None:
    """What a power cut left of a line counts too; a right password leaves nothing behind."""
    path = house.folder / "hq" / "admin" / f"{SECURITY}.tries"
    lines = [f"2026-11-01T00:00:0{n}.000Z 00" for n in range(5)]
    path.write_text("\n".join([*lines, "9999-12-31T00:"]))
    assert house.run("admin", "list", who=SECURITY)[0] == 0
    assert path.read_text() == "9999-12-31T00:\n"


def test_one_person_says_so_and_becomes_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = House(tmp_path, capsys)
    code, out, _ = house.run("init")
    assert (code, "not separate" in out) == (0, True)
    assert house.run(*ADD)[0] == 0
    assert "not separate" in house.run("admin", "verify")[1]
    founders = house.founders()
    assert house.run("admin", "found", *founders[:6])[0] == 2  # nobody for audit
    assert house.run("admin", "found", *founders)[0] == 0
    assert house.run(*ADD)[0] == 2
    assert house.run("admin", "found", *founders)[0] == 2
    code, out, _ = house.run("admin", "verify", who=AUDIT)
    assert (code, "not separate" in out) == (0, False)


def test_the_password_comes_by_standard_input(house: House) -> None:
    """As services without a file, and people who type, give it."""
    options = ["--data", str(house.folder / "hq"), "--administrator", SYSTEM]
    asked = run_hq("admin", "list", *options, typed=f"a password of {SYSTEM}\n")
    assert (asked.returncode, asked.stderr) == (0, "")
