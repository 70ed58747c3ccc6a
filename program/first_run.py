"""``main.py init``: the first run without the assistant."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from core.config import load_config, parse_config
from core.errors import ConfigError, ConfigFault, RuleError, RuleFault
from core.ledger.clock import business_date
from core.rules import load_rules
from program.machine import SystemClock
from storage.enrol import EnrolRequest, enrol
from storage.files import write_atomic
from storage.link import Route


def run(options: argparse.Namespace) -> int:
    """Enrol, activate, found the store; writes ``station`` into a configuration that is not there yet."""
    data, config = options.data, options.config
    if data is None or config is None:
        raise ConfigError(ConfigFault.MISSING_KEY, key="--data" if data is None else "--config")
    proxy = options.proxy
    if config.exists():  # a wrong file is said before a one-time code is used up
        proxy = load_config(config).headquarters.proxy
    else:
        _text("0", "0", options.headquarters, proxy)
    password = read_password("new password: ")
    enrolled = first_run(
        data,
        url=options.headquarters,
        authority=options.ca,
        code=options.enrol_code,
        operator=options.operator,
        activation=options.activation_code,
        password=password,
        proxy=proxy,
    )
    if not config.exists():
        write_config(config, enrolled[0], enrolled[1], options.headquarters, proxy)
    print(f"{enrolled[0]} {enrolled[1]} {enrolled[2]}")
    return 0


def first_run(
    data: Path,
    *,
    url: str,
    authority: Path,
    code: str,
    operator: str,
    activation: str,
    password: str,
    proxy: str = "",
) -> tuple[str, str, str]:
    """(branch, terminal, operator).  Raises RuleError PASSWORD_WEAK before anything is used up."""
    clock = SystemClock()
    rules = load_rules(Path(__file__).parents[1] / "resources" / "rules").at(business_date(clock.wall()))
    rules.password.check(password, operator)
    request = EnrolRequest(url, authority, code, operator, activation, password, rules.version)
    enrolled = enrol(data, request, clock, route=Route(proxy=proxy))
    return enrolled.branch, enrolled.terminal, enrolled.operator


def write_config(path: Path, branch: str, terminal: str, url: str, proxy: str = "") -> None:
    """A configuration without devices; the technician adds them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, _text(branch, terminal, url, proxy), mode=0o644)


def _text(branch: str, terminal: str, url: str, proxy: str) -> bytes:
    """Raises ConfigError for an address that cannot be."""
    text = f'[station]\nbranch = "{branch}"\nterminal = "{terminal}"\n\n[headquarters]\nurl = "{url}"\n'
    data = (text + (f'proxy = "{proxy}"\n' if proxy else "")).encode("utf-8")
    parse_config(data, "config")
    return data


def read_password(prompt: str) -> str:
    """One line of standard input; without echo where a person types it.  Raises RuleError FIELD_EMPTY."""
    typed = sys.stdin.isatty()
    password = getpass.getpass(prompt) if typed else sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise RuleError(RuleFault.FIELD_EMPTY, field="password")
    return password
