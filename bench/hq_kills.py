"""``hq-kills``: two nodes on one PostgreSQL under load, each of the three killed in turn.

SIGKILL for a node, no checkpoint for the database.  At the end headquarters' heads, its follower, its export,
the independent checker and every counter's own journal say the same, to the last entry and hash.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench import hq_around as around
from bench.figures import Figure, at_least
from bench.hq import BATCH, NODES, size
from bench.hq_load import Outcome, Plan
from bench.hq_stores import Stores, fill
from core import wire
from core.errors import StoreError
from hq.database import Database
from hq.export import export
from hq.home import open_home
from hq.schema import FOLLOWER, HEADS
from tests.hq.postgres import PostgresCluster
from tests.hq.server import ROOT, HqServer, run_hq

KILLS = 12
_LOOK_SECONDS = 0.1
_LIMIT_SECONDS = 3600.0


@dataclass
class Campaign:
    """What was killed, and what came of it."""

    killed: list[str] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)
    entries: int = 0
    disagreements: list[str] = field(default_factory=list)


def run() -> Iterator[Figure]:
    """Kills, entries that everybody agrees on, disagreements."""
    stores = size()
    with tempfile.TemporaryDirectory(prefix="hq-kills-") as directory:
        done = campaign(stores, KILLS, BATCH, Path(directory))
    total = stores.counters * stores.entries
    spent = done.outcome.ended - done.outcome.began
    note = f"{', '.join(done.killed)}; {spent:.0f} s; {dict(done.outcome.answers)}; {around.load_average()}"
    yield at_least("hq kills", len(done.killed), "kills", KILLS, note)
    yield Figure("hq kills entries", done.entries, "entries", str(total), done.entries == total)
    wrong = [*done.disagreements, *done.outcome.shown, *done.outcome.unfinished]
    yield Figure("hq kills wrong", len(wrong), "disagreements", "0", not wrong, note="; ".join(wrong[:5]))


def campaign(stores: Stores, kills: int, batch: int, directory: Path) -> Campaign:
    """Load from all counters; a kill at each equal share of it; then everybody is asked."""
    done = Campaign()
    with PostgresCluster() as cluster, cluster.database() as url:
        fill(stores, url)
        nodes = [HqServer(stores.home, url) for _ in range(NODES)]
        try:
            with ThreadPoolExecutor(NODES) as pool:
                list(pool.map(HqServer.start, nodes))
            places = [node.url for node in nodes]
            home, files = str(stores.home), str(stores.directory)
            plan = Plan(places, home, files, stores.names(), batch, stores.entries, patient=True)
            begun = around.ready_load(plan)
            around.go(begun)
            turns = [_database_killer(cluster), *(_node_killer(node) for node in nodes)]
            _kill_in_turn(done, turns, kills, stores, url, begun)
            done.outcome = around.finish_load(begun)
            followed = run_hq("follow", "--once", *nodes[0].common, timeout=_LIMIT_SECONDS)
            assert followed.returncode == 0, followed.stderr
            _ask_everybody(done, stores, url, directory)
        finally:
            for node in nodes:
                node.kill()
    return done


def _database_killer(cluster: PostgresCluster) -> Callable[[], str]:
    def kill() -> str:
        cluster.kill()
        cluster.start()
        return "database"

    return kill


def _node_killer(node: HqServer) -> Callable[[], str]:
    def kill() -> str:
        listened = node.url.removeprefix("https://")
        node.kill()
        node.start(listened)
        return "node"

    return kill


def _kill_in_turn(
    done: Campaign,
    turns: list[Callable[[], str]],
    kills: int,
    stores: Stores,
    url: str,
    begun: list[subprocess.Popen[str]],
) -> None:
    total = stores.counters * stores.entries
    limit = time.monotonic() + _LIMIT_SECONDS
    while len(done.killed) < kills and any(process.poll() is None for process in begun):
        assert time.monotonic() < limit, "the load does not come to its end"
        time.sleep(_LOOK_SECONDS)
        if _received(url) * (kills + 1) >= total * (len(done.killed) + 1):
            done.killed.append(turns[len(done.killed) % len(turns)]())


def _received(url: str) -> int:
    """Entries so far; 0 while the database does not answer."""
    try:
        return sum(int(row["seq"]) for row in _rows(url, HEADS).values())
    except StoreError:
        return 0


def _rows(url: str, table: Any) -> dict[str, Any]:
    database = Database(url)
    try:
        with database.read() as connection:
            found = connection.execute(select(table)).mappings()
            return {row["terminal"]: dict(row) for row in found}
    finally:
        database.close()


def _ask_everybody(done: Campaign, stores: Stores, url: str, directory: Path) -> None:
    """Heads, follower, export and checker, against each counter's own journal."""
    heads, followed = _rows(url, HEADS), _rows(url, FOLLOWER)
    for name in stores.names():
        own = json.loads((stores.directory / f"{name}.json").read_text("ascii"))["head"]
        for who, rows in (("head", heads), ("follower", followed)):
            row = rows.get(name)
            if row is None or (row["seq"], wire.b64(row["hash"])) != (stores.entries, own):
                done.disagreements.append(f"{who} of {name}")
        if followed.get(name, {}).get("stopped"):
            done.disagreements.append(f"follower stopped at {name}")
    home, file = open_home(stores.home), directory / "export.jsonl"
    database = Database(url)
    try:
        done.entries = export(database, home.signing, file).entries
    finally:
        database.close()
    _compare_export(done, stores, file)
    command = [sys.executable, "tests/peers/checker.py", str(file), "--headquarters", home.signing.text]
    places = {**os.environ, "PYTHONPATH": str(ROOT)}
    checked = subprocess.run(command, cwd=ROOT, env=places, capture_output=True, text=True, check=False)
    if checked.returncode != 0:
        done.disagreements.append(f"checker: {checked.stdout[-200:]} {checked.stderr[-200:]}")


def _compare_export(done: Campaign, stores: Stores, file: Path) -> None:
    """Every exported entry is the counter's own, byte for byte, and none is missing."""
    found: dict[str, list[Any]] = {}
    with file.open("rb") as stream:
        for line in stream:
            value = json.loads(line)
            if "id" in value:
                terminal = value["id"].partition("/")[0]
                found.setdefault(terminal, []).append((value["body"], value["attachments"]))
    for name in stores.names():
        lines = (stores.directory / f"{name}.jsonl").read_bytes().splitlines()
        own = [(value["body"], value["attachments"]) for value in map(json.loads, lines)]
        if found.get(name) != own:
            done.disagreements.append(f"export of {name}")
