"""``main.py journal verify|export``: check the whole store, or write it for an outsider to check."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from core.access.rights import Action, need
from core.errors import ConfigError, ConfigFault
from core.rules import load_rules
from program.first_run import read_password
from program.machine import SystemClock
from program.terminal import RESOURCES, lockout
from storage.export import export
from storage.reading import JournalReader
from storage.signatures import beside
from storage.store import RESTORED_NAME, open_reader
from storage.vault import FileVault
from storage.verify import Report, verify

SOUND, UNSOUND = 0, 1


def run(options: argparse.Namespace) -> int:
    """Exit 1 where anything is not sound; the first bad entry is named."""
    if options.data is None:
        raise ConfigError(ConfigFault.MISSING_KEY, key="--data")
    vault = open_vault(options.data, options.operator, Action.JOURNAL)
    journal = open_reader(options.data, vault)
    try:
        if options.action == "export":
            count = export(journal, options.file, vault.headquarters_keys().chain)
            answer: dict[str, object] = {"entries": count, "file": str(options.file)}
            print(json.dumps(answer) if options.json else f"{count} entries: {options.file}")
            return SOUND
        restored = (options.data / RESTORED_NAME).exists()
        report = check(journal, vault, restored=restored)
    finally:
        journal.database.close()
        vault.close()
    head = report.head
    answer = {
        "sound": report.sound,
        "entries": report.entries,
        "head": None if head is None else head.as_json(),
        "attachments": report.attachments,
        "erased": report.gone,
        "items": report.items,
        "findings": [{"code": f.code, "seq": f.seq, "what": f.what} for f in report.findings],
    }
    if options.json:
        print(json.dumps(answer))
    elif report.sound:
        print(f"sound: {report.entries} entries, {report.attachments} attachments, {report.items} items")
    else:
        for finding in report.findings:
            print(f"entry {finding.seq}: {finding.code} ({finding.what})")
    return SOUND if report.sound else UNSOUND


def check(journal: JournalReader, vault: FileVault, *, restored: bool) -> Report:
    """Everything in the store, by as many cores as help."""
    head = journal.last_head()
    with beside(0 if head is None else head.seq) as processes:
        signing, terminal = vault.headquarters_keys().chain, vault.grant().terminal
        return verify(journal, signing, terminal, restored=restored, beside=processes)


def open_vault(data: Path, operator: str, action: Action) -> FileVault:
    """Unlocked with the password on standard input; raises StoreError, RuleError ROLE as a log-in does."""
    vault = FileVault(data, SystemClock(), lockout(load_rules(RESOURCES / "rules")))
    need(vault.unlock(operator, read_password("password: ")).role, action)
    return vault
