"""``main.py activate``: somebody who is new makes her keys at a counter that another operator opens.

Nothing is written here and the counter may go on meanwhile: headquarters takes her public keys and the
wrapped ones, and tells all terminals of her branches, this one too, by directive.  At her first log-in at
each counter a supervisor stands by.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from core.config import load_config
from core.errors import ConfigError, ConfigFault
from core.ledger.clock import business_date
from core.ports import Clock
from core.rules import load_rules
from program.first_run import read_password
from program.machine import SystemClock
from program.terminal import RESOURCES, lockout
from storage.headquarters import ActivateAnswer, Headquarters
from storage.pump import Listeners
from storage.slots import Argon2Cost, new_operator_keys, tuned_cost
from storage.store import Replication, connect
from storage.vault import FileVault


def run(options: argparse.Namespace) -> int:
    """Two lines of standard input: the password of whoever opens the vault, and the new one."""
    if options.data is None or options.config is None:
        raise ConfigError(ConfigFault.MISSING_KEY, key="--data" if options.data is None else "--config")
    opener, new = read_password("password: "), read_password("new password: ")
    url = load_config(options.config).headquarters.url
    done = activate(
        options.data, url, (options.opened_by, opener), (options.operator, new), options.activation_code
    )
    print(f"{done.operator} {done.role}")
    return 0


def activate(
    data: Path,
    url: str,
    opener: tuple[str, str],
    newcomer: tuple[str, str],
    code: str,
    *,
    clock: Clock | None = None,
    cost: Argon2Cost | None = None,
) -> ActivateAnswer:
    """``opener`` and ``newcomer`` are (staff number, password).

    Raises RuleError PASSWORD_WEAK before anything is used up; StoreError WRONG_KEY, LOCKED_OUT; HqError
    CODE_INVALID (a lost answer uses the code up too: ask for another), UNREACHABLE, TLS …
    """
    clock = clock or SystemClock()
    book = load_rules(RESOURCES / "rules")
    book.at(business_date(clock.wall())).password.check(newcomer[1], newcomer[0])
    vault = FileVault(data, clock, lockout(book))
    vault.unlock(*opener)
    try:
        replication = Replication(url, Listeners(lambda _view, _received: None, lambda _told: None))
        link, best = connect(data, vault, clock, replication)
        with closing(link):
            terminal, signing = vault.grant().terminal, vault.headquarters_keys().signing
            client = Headquarters(link, best, terminal, vault.terminal_signer(), signing)
            client.time()  # signed requests are dated: a wrong clock here is put right first
            return client.activate(code, new_operator_keys(*newcomer, cost or tuned_cost()))
    finally:
        vault.close()
