"""``main.py evidence FILE``: a clerk's own evidence of a business day, for whoever asks her later (I9).

She opens it with her own password and needs nobody else for what stands under her name.
"""

from __future__ import annotations

import argparse
import json
from contextlib import closing

from core.access.rights import Action
from core.errors import ConfigError, ConfigFault
from core.ledger.evidence import Evidence, find_days, gather, is_day
from program.journals import open_vault
from storage.evidence import KeptMarks, StoredChain
from storage.files import json_bytes, write_lines
from storage.store import open_reader
from ui.text import Texts


def run(options: argparse.Namespace) -> int:
    """Writes the file; says how much is in it, and whether headquarters' signature covers it already."""
    if options.data is None:
        raise ConfigError(ConfigFault.MISSING_KEY, key="--data")
    if options.day and not is_day(options.day):
        raise ConfigError(ConfigFault.WRONG_VALUE, key="--day", expected="12, 2026-11-22")
    if not options.file.parent.is_dir():
        raise ConfigError(ConfigFault.WRONG_VALUE, key="FILE", expected="DIR/FILE")
    vault = open_vault(options.data, options.operator, Action.EVIDENCE)
    try:
        journal = open_reader(options.data, vault)
        with closing(journal.database):
            headquarters = vault.headquarters_keys().chain
            chain = StoredChain(journal)
            days = find_days(chain, options.day)
            if days is None:
                raise ConfigError(ConfigFault.WRONG_VALUE, key="--day", expected=_here(chain))
            proofs = KeptMarks(journal, headquarters)
            made = gather(chain, proofs, headquarters, options.operator, days)
            write_lines(options.file, map(json_bytes, made.lines), "evidence")
    finally:
        vault.close()
    _say(options, made, headquarters.current.text)
    return 0


def _here(chain: StoredChain) -> str:
    """Which days there are."""
    first, last = find_days(chain, "1"), find_days(chain, "")
    return "—" if first is None or last is None else f"1 ({first.date}) … {last.last} ({last.date})"


def _say(options: argparse.Namespace, made: Evidence, headquarters: str) -> None:
    days = made.days
    if options.json:
        answer = {
            "file": str(options.file),
            "days": [days.first, days.last],
            "date": days.date,
            "entries": made.hers,
            "needed": made.ends,
            "proven": made.proven,
            "key": made.key,
            "headquarters": headquarters,
        }
        print(json.dumps(answer, sort_keys=True))
        return
    texts = Texts(options.lang or "zh")
    print(texts("evidence.done", day=days.last, date=days.date, count=made.hers, file=str(options.file)))
    print(texts("evidence.proven" if made.proven >= made.ends else "evidence.open", seq=made.proven))
    print(texts("evidence.keys", headquarters=headquarters, key=made.key))
