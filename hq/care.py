"""``hq`` commands for the care of what is here: backups, retention, the certificate authority."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from core.errors import StoreError, StoreFault
from core.ledger.clock import business_date
from hq import authority
from hq.backup import backup
from hq.clock import utc_now
from hq.diagnostics import DIAGNOSTICS
from hq.evidence import write_evidence
from hq.opened import Opened, to_json
from hq.person_erasing import PersonErasing
from hq.restricted import list_restricted
from hq.retention import Filed, Retention, Standing
from hq.retention_rules import load_retention


def _authority_begin(opened: Opened) -> None:
    authority.begin(opened.home, opened.home.keyring(opened.passphrase()), utc_now())
    text = "made; restart the nodes: counters hear of it as they renew their certificates"
    opened.answer({"ca": str(opened.home.authority_file)}, text)


def _authority_switch(opened: Opened) -> None:
    keyring, asked = opened.home.keyring(opened.passphrase()), opened.options
    authority.switch(opened.home, keyring, opened.database, utc_now(), anyway=asked.anyway)
    opened.answer({"switched": True}, "the next authority signs; restart the nodes")


def _retention(opened: Opened) -> Retention:
    rules = load_retention(business_date(utc_now()))
    return Retention(opened.database, opened.home.directory, rules)


def _retention_list(opened: Opened) -> None:
    _say_filed(opened, _retention(opened).listed())


def _retention_run(opened: Opened) -> None:
    done = _retention(opened).run()
    PersonErasing(opened.database, opened.home.directory).settle()
    _say_filed(opened, done)
    if any(filed.standing is Standing.HELD for filed in done):
        raise StoreError(StoreFault.DAMAGED, what="some of what is due is held back; it is named above")


def _retention_persons(opened: Opened) -> None:
    """The erasure log of persons' requests, over all counters: seqs, nobody's data."""
    rows = list_restricted(opened.database)
    if opened.options.json:
        opened.say(to_json(rows))
        return
    for row in rows:
        by = f"said in {row['said']} by {row['operator']}" if row["said"] else "not adopted there"
        here = f"here {row['here']}" + (f" {row['gone_at']}, {row['rows']} parts" if row["gone_at"] else "")
        place = f"{row['terminal']} {row['seq']}"
        opened.say(f"{place}  {row['kind']}  {row['ground']}  {by} {row['at']}  {here}")


def _say_filed(opened: Opened, rows: list[Filed]) -> None:
    if opened.options.json:
        opened.say(to_json([{**asdict(row), "due": row.due.isoformat()} for row in rows]))
        return
    for row in rows:
        count = f"  {row.rows} attachments" if row.standing is Standing.ERASED else ""
        opened.say(
            f"{row.month}  {row.retention:<11} due {row.due}  {row.standing.value:<7}"
            f"{count}  {row.why}".rstrip()
        )


def _backup(opened: Opened) -> None:
    done = backup(opened.database, opened.options.directory)
    value = {"directory": str(done.directory), "entries": done.entries, "advanced": done.advanced}
    text = f"{done.directory}: {done.entries} entries, read back; safe moved for {done.advanced} terminals"
    opened.answer(value, text)


def _evidence(opened: Opened) -> None:
    asked, signer = opened.options, opened.home.keyring(opened.passphrase()).signing()
    about = (asked.file, asked.terminal, asked.operator, asked.day)
    made = write_evidence(opened.database, signer, *about, keys=opened.home.rolls().now())
    value = {"file": str(asked.file), "days": [made.days.first, made.days.last], "date": made.days.date,
             "entries": made.hers, "proven": made.proven, "key": made.key}  # fmt: skip
    opened.answer(value, f"{asked.file}: {made.hers} entries on {made.days.date}, proven to {made.proven}")


CARE: Mapping[str, Callable[[Opened], None]] = {
    "authority begin": _authority_begin,
    "authority switch": _authority_switch,
    "retention list": _retention_list,
    "retention run": _retention_run,
    "retention persons": _retention_persons,
    "backup": _backup,
    "evidence": _evidence,
    **DIAGNOSTICS,
}
