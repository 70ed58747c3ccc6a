"""The parts of one running headquarters, put together."""

from __future__ import annotations

from dataclasses import dataclass

from core.ports import Probe, no_probe
from hq.claims import Claims
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import Feed
from hq.follower import Follower
from hq.history import History
from hq.home import Home
from hq.identity import Identity
from hq.ingest import Ingest
from hq.keys import Keyring
from hq.load import BATCH_THREADS, REQUEST_THREADS, REQUESTS, WATCH_THREADS, Buckets, Gate, Hands
from hq.metrics import Metrics
from hq.notices import Notices
from hq.operators import Activation
from hq.person_erasing import PersonErasing
from hq.regrant import Regrants
from hq.rolls import SigningKeys
from hq.shelves import Shelves
from hq.terminals import Authority, Enrolment
from hq.tries import Tries
from hq.web import Limits
from hq.worker import Worker


@dataclass(frozen=True)
class Service:
    """What the interface (hq/app.py) calls."""

    database: Database
    signing: SigningKeys
    identity: Identity
    ingest: Ingest
    enrolment: Enrolment
    regrants: Regrants
    activation: Activation
    feed: Feed
    shelves: Shelves
    worker: Worker
    claims: Claims
    notices: Notices
    metrics: Metrics
    history: History
    enrol_tries: Tries
    renewals: Tries
    activate_tries: Tries
    limits: Limits
    gate: Gate  # of batches
    door: Gate  # of all other signed requests
    buckets: Buckets
    batches: Hands
    requests: Hands
    watch: Hands  # /healthz and /metrics: who balances the nodes waits behind nobody
    now: Now

    def close(self) -> None:
        """End all threads; the database is the caller's."""
        self.worker.stop()
        for hands in (self.batches, self.requests, self.watch):
            hands.close()


def build_service(
    home: Home,
    keyring: Keyring,
    database: Database,
    *,
    limits: Limits | None = None,
    now: Now = utc_now,
    probe: Probe = no_probe,
    follow: bool = True,
) -> Service:
    """Nothing runs yet: ``worker.start`` begins the following (with ``follow`` False only the care)."""
    signing, limited = SigningKeys(keyring, home.signing), limits or Limits()
    rolls = home.rolls()
    authority = Authority(signing, keyring.authority(), home.authority(), home.opening)
    identity, metrics = Identity(database, now), Metrics()
    claims = Claims(database, keyring.index(), now=now)
    follower = Follower(database, rolls, claims=claims, now=now)
    notices = Notices(database, now, headquarters=rolls)
    shelves = Shelves(database)
    erasing = PersonErasing(database, home.directory, now=now)
    worker = Worker(
        follower, identity, metrics, notices, mine=lambda _terminal: follow, shelves=shelves, erasing=erasing
    )

    def stored(count: int) -> None:
        metrics.add("counter_hq_entries_total", count)
        if follow:
            worker.wake()

    return Service(
        database=database,
        signing=signing,
        identity=identity,
        ingest=Ingest(database, signing, now=now, probe=probe, stored=stored, shelves=shelves),
        enrolment=Enrolment(database, authority, now),
        regrants=Regrants(database, identity, rolls, now),
        activation=Activation(database, now),
        feed=Feed(database, signing, now),
        shelves=shelves,
        worker=worker,
        claims=claims,
        notices=notices,
        metrics=metrics,
        history=History(database),
        enrol_tries=Tries(),
        renewals=Tries(limit=5, window=3600.0),
        activate_tries=Tries(),
        limits=limited,
        gate=Gate(limited.at_once),
        door=Gate(REQUESTS),
        buckets=Buckets(limited.rate, limited.burst),
        batches=Hands("hq-batch", BATCH_THREADS),
        requests=Hands("hq-request", REQUEST_THREADS),
        watch=Hands("hq-watch", WATCH_THREADS),
        now=now,
    )
