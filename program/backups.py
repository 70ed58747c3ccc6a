"""``main.py backup DIR`` and ``restore DIR``: the journal kept elsewhere, and brought back."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from dataclasses import asdict

from core.access.rights import Action
from core.config import load_config
from core.errors import ConfigError, ConfigFault
from core.ledger.clock import business_date
from core.rules import load_rules
from program.first_run import read_password
from program.journals import open_vault
from program.machine import SystemClock
from program.terminal import RESOURCES, lockout
from storage.backup import back_up
from storage.link import Route
from storage.restore import RestoreRequest, restore
from storage.store import open_reader
from ui.text import Texts


def run(options: argparse.Namespace) -> int:
    """Either of the two; says what was kept or brought back, and what is to be done next."""
    if options.data is None:
        raise ConfigError(ConfigFault.MISSING_KEY, key="--data")
    return _back_up(options) if options.command == "backup" else _restore(options)


def _back_up(options: argparse.Namespace) -> int:
    now = SystemClock().wall()
    days = load_rules(RESOURCES / "rules").at(business_date(now)).limits.backup_days
    vault = open_vault(options.data, options.operator, Action.BACKUP)
    try:
        journal = open_reader(options.data, vault)
        with closing(journal.database):
            done = back_up(options.data, vault, journal, options.folder, now, keep_days=days)
    finally:
        vault.close()
    backup = done.backup
    if options.json:
        answer = {
            "backup": str(backup.path),
            "entries": backup.head.seq,
            "head": backup.head.as_json(),
            "removed": done.removed,
            "same_disk": done.same_disk,
        }
        print(json.dumps(answer, sort_keys=True))
        return 0
    texts = Texts(options.lang or "zh")
    print(texts("backup.done", count=backup.head.seq, folder=str(backup.path)))
    if done.removed:
        print(texts("backup.removed", count=done.removed, days=days))
    if done.same_disk:
        print(texts("backup.same_disk"))
    return 0


def _restore(options: argparse.Namespace) -> int:
    if options.config is None:
        raise ConfigError(ConfigFault.MISSING_KEY, key="--config")
    headquarters = load_config(options.config).headquarters
    request = RestoreRequest(
        options.folder,
        options.operator,
        read_password("password: "),
        headquarters.url,
        lockout(load_rules(RESOURCES / "rules")),
        Route(proxy=headquarters.proxy),
    )
    done = restore(options.data, request, SystemClock())
    if options.json:
        print(json.dumps(asdict(done), sort_keys=True))
        return 0
    texts = Texts(options.lang or "zh")
    if done.put_back:
        print(texts("restore.put_back", count=done.entries, terminal=done.terminal))
        if done.before:
            print(texts("restore.before", folder=done.before))
    else:
        print(texts("restore.handed_in", count=done.handed_in, epoch=done.epoch))
    return 0
