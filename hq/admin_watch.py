"""Headquarters' own check when a node starts: beside its work, once, said in its log and in /metrics."""

from __future__ import annotations

import logging
import threading

from core.errors import CounterError
from hq.admin_check import check
from hq.database import Database
from hq.home import Home
from hq.metrics import Metrics

_LOG = logging.getLogger(__name__)


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
        if not done.separate:
            _LOG.info("one person holds everything: administrations are not separate")
