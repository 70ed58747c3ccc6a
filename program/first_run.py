"""``main.py init``: the first run without the assistant."""

from __future__ import annotations

import argparse
import getpass
import sys
import tomllib
from pathlib import Path

from core.config import load_config
from core.errors import ConfigError, ConfigFault, RuleError, RuleFault
from core.ledger.clock import business_date
from core.rules import load_rules
from program.machine import SystemClock
from storage.enrol import EnrolRequest, enrol
from storage.files import write_atomic


def run(options: argparse.Namespace) -> int:
    """Enrol, activate, found the store; writes ``station`` into a configuration that is not there yet."""
    data, config = options.data, options.config
    if data is None or config is None:
        raise ConfigError(ConfigFault.MISSING_KEY, key="--data" if data is None else "--config")
    if config.exists():
        load_config(config)  # a wrong file is said before a one-time code is used up
    password = read_password("new password: ")
    enrolled = first_run(
        data,
        url=options.headquarters,
        authority=options.ca,
        code=options.enrol_code,
        operator=options.operator,
        activation=options.activation_code,
        password=password,
    )
    if not config.exists():
        write_config(config, enrolled[0], enrolled[1], options.headquarters)
    print(f"{enrolled[0]} {enrolled[1]} {enrolled[2]}")
    return 0


def first_run(
    data: Path, *, url: str, authority: Path, code: str, operator: str, activation: str, password: str
) -> tuple[str, str, str]:
    """(branch, terminal, operator).  Raises RuleError PASSWORD_WEAK before anything is used up."""
    clock = SystemClock()
    rules = load_rules(Path(__file__).parents[1] / "resources" / "rules").at(business_date(clock.wall()))
    rules.password.check(password, operator)
    request = EnrolRequest(url, authority, code, operator, activation, password, rules.version)
    enrolled = enrol(data, request, clock)
    return enrolled.branch, enrolled.terminal, enrolled.operator


def write_config(path: Path, branch: str, terminal: str, url: str) -> None:
    """A configuration without devices; the technician adds them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f'[station]\nbranch = "{branch}"\nterminal = "{terminal}"\n\n[headquarters]\nurl = "{url}"\n'
    tomllib.loads(text)
    write_atomic(path, text.encode("utf-8"), mode=0o644)


def read_password(prompt: str) -> str:
    """One line of standard input; without echo where a person types it.  Raises RuleError FIELD_EMPTY."""
    typed = sys.stdin.isatty()
    password = getpass.getpass(prompt) if typed else sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise RuleError(RuleFault.FIELD_EMPTY, field="password")
    return password
