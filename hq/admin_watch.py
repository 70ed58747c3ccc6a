"""Headquarters' own check when a node starts: beside its work, once, said in its log and in /metrics."""

from __future__ import annotations

import logging
import threading

from core.errors import CounterError, Fact
from hq.admin_check import check
from hq.alarms import raise_alarm
from hq.clock import utc_now
from hq.database import Database
from hq.home import Home
from hq.metrics import Metrics
from hq.schema import ESTATE

_LOG = logging.getLogger(__name__)
CHANGED = "admin.changed"  # of the whole estate: something stands here that no line made


class OwnCheck:
    """Looks through the administration log and the tables in a thread of its own; nobody waits for it."""

    def __init__(self, home: Home, database: Database, metrics: Metrics) -> None:
        self._home = home
        self._database = database
        self._metrics = metrics

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self.look, name="hq-own-check", daemon=True).start()

    def look(self) -> None:
        """Once; what cannot be looked at now is said, and the next start looks again."""
        try:
            done = check(self._home, self._database)
        except CounterError as error:
            _LOG.warning("own check not made: %s", error.code)
            return
        self._metrics.set("counter_hq_admin_separate", float(done.separate))
        self._metrics.set("counter_hq_admin_findings", float(len(done.findings)))
        for found in done.findings:
            _LOG.warning("own check: %s: %s", found.where, found.what)
        if done.findings:
            self._alarm(f"{len(done.findings)}: {done.findings[0].where}: {done.findings[0].what}")
        if not done.separate:
            _LOG.info("one person holds everything: administrations are not separate")

    def _alarm(self, what: str) -> None:
        facts: dict[str, Fact] = {"what": what}
        with self._database.write() as connection:
            raise_alarm(connection, ESTATE, CHANGED, utc_now(), facts=facts)
