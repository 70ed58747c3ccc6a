"""``cuts``: the line breaks at each byte of an exchange, one after the other (T3).

A counter's own link sends one accepted item through a line that breaks after n bytes to headquarters, for
each n from none to all of them (TLS handshake, request, attachments), then after each byte from headquarters.
After each break headquarters is asked over another line what it holds, and the item is sent again.  Each item
is new, so that each byte is the one at which an item might be lost or doubled.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from bench.figures import Figure, at_least
from core import wire
from core.errors import HqError
from core.exchange import path_entries, path_marks
from core.ledger.entry import Entry, Head
from hq.clock import utc_now
from hq.database import Database
from hq.home import open_home
from hq.schema import ATTACHMENTS, ENTRIES
from storage.link import HqLink, Route
from tests.faults.proxy import Proxy, Weather
from tests.hq.entries import batch
from tests.hq.server import HqServer, TlsCounter

# Two terminals at a time, and more requests than a counter makes.
_LIMITS = {"rate": 100_000.0, "burst": 100_000.0}
_QUICK = Route(connect=10.0, read=20.0, write=20.0)


@dataclass
class Tally:
    """What became of each place, over one terminal."""

    places: int = 0
    stored: int = 0  # headquarters had it although the answer was cut off
    answered: int = 0  # the whole answer came
    lost: int = 0
    doubled: int = 0
    odd: list[str] = field(default_factory=list)  # what a counter would not try again by itself


class Cutting:
    """One terminal that sends through a line of its own."""

    def __init__(self, server: HqServer, terminal: str) -> None:
        self.tally = Tally()
        self.counter: TlsCounter = server.counter(terminal)
        self._signing = open_home(server.directory).signing
        self._context = self.counter.context()
        port = int(server.url.rpartition(":")[2])
        self.proxy = Proxy(("127.0.0.1", port))
        self._sure = HqLink(server.url, self._context, utc_now, _QUICK)
        self._sender = 0

    def __enter__(self) -> Cutting:
        self.proxy.__enter__()
        self._send(self._sure, self.counter.book.entries)
        self._sender = self.counter.book.sender()
        self._send(self._sure, self.counter.book.entries[-1:])
        return self

    def __exit__(self, *_ended: object) -> None:
        self._sure.close()
        self.proxy.__exit__(None, None, None)

    def lengths(self) -> tuple[int, int]:
        """Bytes of one exchange on a connection of its own: to headquarters, from it; most of three."""
        found = []
        for _ in range(3):
            before = len(self.proxy._wires)
            self._through(Weather(), [self._item()])
            wire_ = self.proxy._wires[before]
            found.append((len(wire_.up), wire_.down))
        return max(up for up, _ in found), max(down for _, down in found)

    def cut(self, places: Sequence[Weather]) -> None:
        """Each place once."""
        for weather in places:
            entry = self._item()
            before = entry.header.seq - 1
            came = self._through(weather, [entry])
            here = self._held()
            self.tally.places += 1
            self.tally.answered += came
            self.tally.stored += not came and here.seq == entry.header.seq
            whole = here.seq == before or here.hash == entry.hash
            again = self._send(self._sure, [entry])
            self.tally.lost += not whole or again.seq != entry.header.seq or (came and here.seq == before)

    def count(self, database: Database) -> None:
        """Rows of the database against what was sent."""
        entries = self.counter.book.entries
        name = self.counter.book.terminal
        with database.read() as connection:
            rows = select(func.count()).select_from(ENTRIES).where(ENTRIES.c.terminal == name)
            parts = select(func.count()).select_from(ATTACHMENTS).where(ATTACHMENTS.c.terminal == name)
            have = connection.execute(rows).scalar_one(), connection.execute(parts).scalar_one()
        due = len(entries), sum(len(entry.attachments) for entry in entries)
        self.tally.doubled += sum(max(0, got - sent) for got, sent in zip(have, due, strict=True))
        self.tally.lost += sum(max(0, sent - got) for got, sent in zip(have, due, strict=True))

    def _item(self) -> Entry:
        book = self.counter.book
        book.item(self._sender)
        return book.entries[-1]

    def _through(self, weather: Weather, entries: Sequence[Entry]) -> bool:
        """Send on a connection of its own; whether the whole answer came."""
        self.proxy.weather = weather
        link = HqLink(self.proxy.url, self._context, utc_now, _QUICK)
        try:
            self._send(link, entries)
        except HqError as error:
            if not error.retry:
                self.tally.odd.append(f"{weather.cut_up}/{weather.cut_down}: {error}")
            return False
        finally:
            link.close()
            self.proxy.cut()
        return True

    def _send(self, link: HqLink, entries: Sequence[Entry]) -> Head:
        path, body = path_entries(self.counter.book.terminal), batch(entries)
        return self._head(link.request("POST", path, body, self.counter.signed("POST", path, body)))

    def _held(self) -> Head:
        path = path_marks(self.counter.book.terminal)
        return self._head(self._sure.request("GET", path, b"", self.counter.signed("GET", path)))

    def _head(self, answer: dict[str, object]) -> Head:
        told = json.loads(wire.unb64(answer["document"]))["received"]
        return Head(told["epoch"], told["seq"], wire.unb64(told["hash"]))


def run() -> Iterator[Figure]:
    """Every byte, both ways at once; what was lost, doubled, or not tried again: nothing."""
    with tempfile.TemporaryDirectory(prefix="cuts-") as directory:
        server = HqServer(Path(directory) / "hq", limits=_LIMITS)
        with server, Cutting(server, "990100-01-01") as up, Cutting(server, "990100-01-02") as down:
            (sent, _), (_, heard) = up.lengths(), down.lengths()
            upward = [Weather(cut_up=at) for at in range(sent + 1)]
            downward = [Weather(cut_down=at) for at in range(heard + 1)]
            work = [
                threading.Thread(target=up.cut, args=(upward,)),
                threading.Thread(target=down.cut, args=(downward,)),
            ]
            for thread in work:
                thread.start()
            for thread in work:
                thread.join()
            database = Database(server.database)
            try:
                for each in (up, down):
                    each.count(database)
            finally:
                database.close()
            alarms = sum(len(row["alarms"]) + len(row["late"]) for row in server.listed())
    tallies = (up.tally, down.tally)
    places = sum(each.places for each in tallies)
    note = f"{sent} bytes to headquarters, {heard} from it; the answer was cut off and the item stored at "
    note += (
        f"{sum(each.stored for each in tallies)}, all of it came at {sum(each.answered for each in tallies)}"
    )
    yield at_least("cuts", places, "places", sent + heard + 2, note)
    odd = [line for each in tallies for line in each.odd]
    yield Figure("cuts_odd", len(odd), "places", "0", not odd, note="; ".join(odd[:5]))
    for name in ("lost", "doubled"):
        value = sum(getattr(each, name) for each in tallies)
        yield Figure(f"cuts_{name}", value, "items", "0", value == 0)
    yield Figure("cuts_alarms", alarms, "alarms", "0", alarms == 0)
