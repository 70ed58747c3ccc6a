"""A backlog of 20,000 entries drained to headquarters on PostgreSQL on the same machine, fsync on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

from bench.around import clerk, demonstration, waybill
from bench.figures import Figure, at_least
from core import wire
from core.ledger.entry import AttachmentClass
from core.ledger.writer import Part, Proposal
from core.station.live import new_id
from core.view import CounterView
from tests.hq.postgres import PostgresCluster

_ENTRIES, _BATCH = 20_000, 100
_AT = "2026-11-21T06:00:00.000Z"
ANNEX = {
    "form": 1, "hint": "00ff", "token": "", "sender_name": "证**本", "sender_phone": "138******00",
    "recipient_name": "示*乙", "recipient_phone": "139******21",
    "recipient_address": "上海市浦东新区世纪大道***", "contents": "衣物", "quantity": 1, "weight_g": 1284,
    "weight_source": "typed", "real_name": True, "inspected": True, "security": "here",
    "branch": "990100-01", "operator": "OP10001", "number": "000001", "accepted_at": "2026-11-21 14:00",
}  # fmt: skip


def run() -> Iterator[Figure]:
    """Entries per second from the pump's first request to HQ's mark on the last one."""
    with PostgresCluster() as cluster, cluster.database() as url, demonstration(url) as around:
        around.stop_headquarters()
        with clerk(around) as person:
            live = person.station._live  # as if weeks of work lay there
            at_headquarters = live.state.head.seq
            while live.state.head.seq < at_headquarters + _ENTRIES:
                proposals = _items(live.state.head.seq, live.state.head.seq)
                person.station._enqueue(partial(live.commit, proposals)).result(60)
            unsent = person.counter.until("backlog", lambda view: view.sync.unsent >= _ENTRIES).sync.unsent
            around.start_headquarters()
            started = time.perf_counter()
            begun = [0.0]

            def moving(view: CounterView) -> bool:
                if not begun[0] and view.sync.unsent < unsent:
                    begun[0] = time.perf_counter()
                return view.sync.unsent == 0

            person.counter.until("drained", moving)
            done = time.perf_counter()
    # The back-off before HQ was found again is not the drain's: from the first batch that arrived.
    spent = done - (begun[0] or started)
    yield at_least("sync", (_ENTRIES - 500) / spent, "entries/s", 1500, f"{unsent} entries, {spent:.1f} s")


def _items(first: int, head: int) -> list[Proposal]:
    """Accepted items, each with started and printed label: three entries, two attachments."""
    made: list[Proposal] = []
    sealed = Part(AttachmentClass.SEALED, "sealed", b"x" * 450)
    while len(made) < _BATCH:
        seq = head + len(made) + 1
        annex = wire.encode({**ANNEX, "waybill": waybill(first + len(made)), "token": new_id()})
        data = {"visit": new_id(), "sender": 1, "number": seq, "inspected": _AT, "security": "here",
                "condition": "none", "route": "land", "centre": "none", "by_hand": "none", "security_at": _AT,
                "weight_source": "typed", "name_check": "exact", "receipt": False,
                "pool": "none", "ordinal": 0}  # fmt: skip
        parts = (sealed, Part(AttachmentClass.ANNEX, "acceptance", annex))
        job = new_id()
        made += [
            Proposal("ItemAccepted", data, new_id(), True, parts),
            Proposal(
                "PrintStarted",
                {"item": seq, "job": job, "slot": "label_printer", "copy": 0, "template": "own"},
                new_id(),
            ),
            Proposal("LabelPrinted", {"item": seq, "job": job}, new_id()),
        ]
    return made[: _BATCH // 3 * 3]
