"""Around the headquarters benches: nodes, loading processes, what they take of the machine, the bare rows."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Table

from bench.hq_load import Outcome, Plan
from bench.hq_stores import Stores
from core.exchange import entry_from_json
from core.ledger.entry import Entry
from hq.ingest import attachment_rows, entry_row
from hq.schema import ATTACHMENTS, ENTRIES
from tests.hq.server import HqServer, run_hq

LOADERS = 2
_CAME = "2026-11-21T06:00:00.000Z"
_TICK = os.sysconf("SC_CLK_TCK")


def node(stores: Stores, url: str, *, follow: bool) -> HqServer:
    """A headquarters node on the stores' home; not started yet."""
    return HqServer(stores.home, url, options=() if follow else ("--no-follow",), measured=True)


def load(plan: Plan, processes: int = LOADERS) -> Outcome:
    """The plan shared among processes that begin at one moment; what they saw, together."""
    begun = ready_load(plan, processes)
    go(begun)
    return finish_load(begun)


def ready_load(plan: Plan, processes: int = LOADERS) -> list[subprocess.Popen[str]]:
    """Processes that wait for :func:`go`, their lines open where they are warm; then :func:`finish_load`."""
    made = []
    for at in range(processes):
        part = replace(plan, terminals=plan.terminals[at::processes], rate=plan.rate / processes)
        command = [sys.executable, "-m", "bench.hq_load", json.dumps(vars(part))]
        made.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    for process in made:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", "a loading process did not begin"
    return made


def go(processes: Sequence[subprocess.Popen[str]]) -> None:
    """All at one moment."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def finish_load(processes: Sequence[subprocess.Popen[str]]) -> Outcome:
    """Added up."""
    whole = Outcome(began=float("inf"))
    for process in processes:
        said, _ = process.communicate()
        value: dict[str, Any] = json.loads(said)
        whole.entries += value["entries"]
        whole.latencies += value["latencies"]
        whole.answers.update(value["answers"])
        whole.shown += value["shown"]
        whole.unfinished += value["unfinished"]
        whole.late = max(whole.late, value["late"])
        whole.began = min(whole.began, value["began"])
        whole.ended = max(whole.ended, value["ended"])
    return whole


@dataclass(frozen=True)
class Used:
    """Processor seconds and the highest resident memory in MB of one process."""

    seconds: float
    peak_mb: float


def used(pid: int) -> Used:
    """So far."""
    parts = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(") ")[2].split()
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return Used((int(parts[11]) + int(parts[12])) / _TICK, int(peak.split()[1]) / 1024)


def family_seconds(pid: int) -> float:
    """Processor time of a process and of its children, gone ones included where it waited for them."""
    total = 0
    for place in Path("/proc").iterdir():
        try:
            parts = (place / "stat").read_text("ascii", "replace").rpartition(") ")[2].split()
        except OSError:  # no process, or gone meanwhile
            continue
        if place.name == str(pid):
            total += sum(map(int, parts[11:15]))
        elif parts[1] == str(pid):
            total += int(parts[11]) + int(parts[12])
    return total / _TICK


def follow(common: Sequence[str], processes: int) -> Used:
    """``hq follow --once`` to its end; what its processes took, their start included.

    It has nothing to say: parked entries and alarms would be another measure.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run_hq("follow", "--processes", str(processes), "--once", *common, timeout=3600)
    assert (done.returncode, done.stderr[-500:]) == (0, "")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Used(seconds, after.ru_maxrss / 1024)


def load_average() -> str:
    """Of the last minute, for the note: these machines are shared."""
    return f"load {os.getloadavg()[0]:.0f}"


def bare_inserts(url: str, stores: Stores, terminals: Sequence[str], first: int, last: int) -> float:
    """The same rows by batched INSERT and nothing else, in as many processes; entries a second.

    Tables as headquarters' are, keys included; one transaction of 50 entries with their attachments,
    rows prepared before the clock runs.
    """
    conninfo = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for table in (ENTRIES, ATTACHMENTS):
            bare, like = sql.Identifier(f"bare_{table.name}"), sql.Identifier(table.name)
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(bare))
            connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(bare, like))
        tasks = [
            (conninfo, str(stores.directory), list(terminals[at::LOADERS]), first, last)
            for at in range(LOADERS)
        ]
        with ProcessPoolExecutor(LOADERS) as pool:
            spans = list(pool.map(_insert, tasks))
        for table in (ENTRIES, ATTACHMENTS):
            connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(f"bare_{table.name}")))
    spent = max(span[2] for span in spans) - min(span[1] for span in spans)
    return sum(span[0] for span in spans) / spent


def _insert(task: tuple[str, str, list[str], int, int]) -> tuple[int, float, float]:
    conninfo, directory, terminals, first, last = task
    batches = [
        batch for name in terminals for batch in _batches(Path(directory) / f"{name}.jsonl", first, last)
    ]
    entries, parts = (
        _statement(ENTRIES),
        _statement(ATTACHMENTS),
    )
    count, begun = 0, time.time()
    with psycopg.connect(conninfo) as connection, connection.cursor() as cursor:
        for rows, attached in batches:
            with connection.transaction():
                cursor.executemany(entries, rows)
                cursor.executemany(parts, attached)
            count += len(rows)
    return count, begun, time.time()


def _statement(table: Table) -> sql.Composed:
    marks = sql.SQL(", ").join([sql.Placeholder()] * len(table.c))
    return sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(f"bare_{table.name}"), marks)


def _batches(file: Path, first: int, last: int) -> Iterator[tuple[list[Any], list[Any]]]:
    entries = [_entry(line) for line in file.read_bytes().splitlines()[first:last]]
    for at in range(0, len(entries), 50):
        some = entries[at : at + 50]
        rows = [entry_row(entry, _CAME) for entry in some]
        parts = [row for entry in some for row in attachment_rows(entry, _CAME)]
        yield (
            [[row.get(column.name) for column in ENTRIES.c] for row in rows],
            [[row.get(column.name) for column in ATTACHMENTS.c] for row in parts],
        )


def _entry(line: bytes) -> Entry:
    return entry_from_json(json.loads(line))
