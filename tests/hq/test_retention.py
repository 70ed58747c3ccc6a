"""What is kept no longer is gone: from the tables, from the files, and from what a restore brings back."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete, func, insert, select, text

from core import wire
from core.errors import ConfigError, RuleError, StoreError, StoreFault
from core.ledger.clock import Anchor
from core.ledger.entry import Entry
from core.ledger.state import State, fold
from hq import partitions
from hq.backup import backup
from hq.bulk import insert_rows
from hq.database import Database
from hq.erasures import FILE, read_log
from hq.export import export
from hq.restore import restore
from hq.retention import Filed, Retention, Standing
from hq.retention_rules import DIRECTORY, RetentionRules, load_retention, read_retention
from hq.schema import ATTACHMENTS, CLAIMS, REFERENCES, SIDE_ENTRIES, TERMINALS
from hq.shelves import OLDEST, Shelves, file_under
from tests.core.books import Book
from tests.guards import ExpectedLogs
from tests.hq.headquarters import Counter, Headquarters
from tests.hq.postgres import PostgresCluster
from tests.hq.test_commands import hq
from tests.hq.test_opening import referring, states
from tests.hq.test_references import ELSEWHERE, payload, service
from tests.peers.estate import check_estate

pytestmark = pytest.mark.requirement("R61", "R68")

BEGAN = dt.datetime(2025, 9, 15, 6, 0, tzinfo=dt.UTC)
MONTH = "2025-09"
RULES = RetentionRules("short-1", dt.date(2025, 1, 1), {"acceptance": 30, "sealed": 92, "other": 92})


def begun(headquarters: Headquarters, terminal: str = "990100-01-03") -> Counter:
    """A counter that headquarters' clock and its own put into September 2025."""
    headquarters.now.at = BEGAN
    counter = headquarters.counter(terminal)
    at(counter.book, BEGAN)
    return counter


def at(book: Book, moment: dt.datetime) -> None:
    """Its trusted time, confirmed."""
    book.machine.moment = moment
    book.clock.anchor(Anchor(moment, book.machine.boot, book.machine.boot_ns // 1_000_000))
    book.log_in()


def accept(book: Book) -> bytes:
    """An item; the bytes that stand in its annex and nowhere else."""
    mark = secrets.token_hex(16)
    book.item(book.sender(), secrets.token_bytes(300), wire.encode({"form": 1, "waybill": mark}))
    return mark.encode("ascii")


def safe(headquarters: Headquarters, folder: Path) -> None:
    """Followed, copied, read back."""
    headquarters.follow()
    backup(headquarters.database, folder / "copies", now=headquarters.now)


def later(headquarters: Headquarters, counter: Counter, days: int) -> None:
    """Headquarters' clock goes on, and a counter is heard by it."""
    headquarters.now.advance(days * 86400)
    counter.marks()


def retention(headquarters: Headquarters, rules: RetentionRules = RULES) -> Retention:
    """On this headquarters, with short times."""
    return Retention(headquarters.database, headquarters.home.directory, rules, now=headquarters.now)


def standing(rows: list[Filed]) -> dict[tuple[str, str], Standing]:
    """By class and month."""
    return {(row.retention, row.month): row.standing for row in rows}


def count(headquarters: Headquarters, *classes: str) -> int:
    """Attachments of these classes."""
    wanted = select(func.count()).select_from(ATTACHMENTS).where(ATTACHMENTS.c.retention.in_(classes))
    with headquarters.database.read() as connection:
        return int(connection.execute(wanted).scalar_one())


@contextmanager
def no_recycling(headquarters: Headquarters) -> Iterator[None]:
    """PostgreSQL keeps no old log file for another use: what it once wrote is gone after a checkpoint."""
    if not headquarters.database.is_postgresql:
        yield
        return
    url = headquarters.url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute("ALTER SYSTEM SET wal_recycle = off")
            connection.execute("SELECT pg_reload_conf()")
            yield
            for _ in range(2):
                connection.execute("SELECT pg_switch_wal()")
                connection.execute("CHECKPOINT")
        finally:
            connection.execute("ALTER SYSTEM RESET wal_recycle")
            connection.execute("SELECT pg_reload_conf()")


def flush(headquarters: Headquarters) -> None:
    """PostgreSQL's tables reach the disk: in its log a page's end may stand between two of their bytes."""
    if headquarters.database.is_postgresql:
        url = headquarters.url.replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")


def holding(headquarters: Headquarters, mark: bytes) -> list[str]:
    """Files of the database in which these bytes stand."""
    if headquarters.database.is_postgresql:
        with headquarters.database.read() as connection:
            folder = Path(str(connection.execute(text("SHOW data_directory")).scalar_one()))
        files = [path for path in folder.rglob("*") if path.is_file()]
    else:
        name = Path(headquarters.database.url.database or "")
        files = list(name.parent.glob(f"{name.name}*"))
    return [path.name for path in files if mark in path.read_bytes()]


def test_a_class_and_month_ends_when_its_time_is_over(headquarters: Headquarters, tmp_path: Path) -> None:
    """No byte of it stays on the disk; chain, checker and later months are as they were."""
    counter = begun(headquarters)
    mark = accept(counter.book)
    counter.sent(counter.book.entries)
    safe(headquarters, tmp_path)
    with no_recycling(headquarters):
        later(headquarters, counter, 45)  # the 30th of October: a day too early
        at(counter.book, headquarters.now())
        kept = accept(counter.book)
        counter.sent(counter.book.entries[-3:])
        headquarters.follow()
        assert set(standing(retention(headquarters).listed()).values()) == {Standing.KEPT}
        assert retention(headquarters).run() == []
        flush(headquarters)
        assert holding(headquarters, mark), "else nothing is shown below"
        later(headquarters, counter, 1)
        (done,) = retention(headquarters).run()
        assert (done.retention, done.month, done.rows) == ("acceptance", MONTH, 1)
    assert holding(headquarters, mark) == []
    assert holding(headquarters, kept) != []
    assert retention(headquarters).run() == []
    with headquarters.database.read() as connection:
        assert set(connection.execute(select(CLAIMS.c.month)).scalars()) == {"2025-10"}
    file = tmp_path / "all.jsonl"
    export(headquarters.database, headquarters.home.signing, file, now=headquarters.now)
    check_estate(file, headquarters.home.signing.text, None)
    last = next(json.loads(line) for line in file.read_bytes().splitlines() if b'"end"' in line)
    began = read_log(headquarters.home.directory)["acceptance", MONTH].began
    assert last["gone"] == [{"retention": "acceptance", "month": MONTH, "count": 1, "erased": began}]


def test_nothing_above_safe_goes(headquarters: Headquarters, tmp_path: Path) -> None:
    """The terminal that holds a month back is named, until its entries are backed up."""
    first, second = begun(headquarters), begun(headquarters, "990100-01-04")
    for counter in (first, second):
        accept(counter.book)
    first.sent(first.book.entries)
    safe(headquarters, tmp_path)
    second.sent(second.book.entries)
    later(headquarters, first, 60)
    (held,) = retention(headquarters).run()
    assert (held.standing, held.why) == (Standing.HELD, "not safe yet: 990100-01-04")
    assert count(headquarters, "acceptance") == 2
    safe(headquarters, tmp_path)
    assert [filed.rows for filed in retention(headquarters).run()] == [2]
    assert count(headquarters, "acceptance") == 0


def test_what_a_reference_waits_for_is_kept_until_it_is_copied(
    headquarters: Headquarters, tmp_path: Path
) -> None:
    counter, other = begun(headquarters), begun(headquarters, ELSEWHERE)
    target = other.book.item(other.book.sender(), payload())
    other.sent(other.book.entries)
    later(headquarters, counter, 30)
    at(counter.book, headquarters.now())
    referring(counter.book, target, ELSEWHERE)
    counter.sent(counter.book.entries)
    safe(headquarters, tmp_path)
    later(headquarters, counter, 90)
    done = {(filed.retention, filed.month): filed for filed in retention(headquarters).run()}
    held = done["sealed", MONTH]
    assert (held.standing, held.why) == (Standing.HELD, f"references not copied yet: {ELSEWHERE}/1/{target}")
    opening = service(headquarters)
    assert opening.resolve() == 1
    assert states(headquarters) == [("contact", "resolved", "")]
    assert standing(retention(headquarters).run())["sealed", MONTH] is Standing.ERASED
    shown = opening.show(counter.book.terminal, counter.book.state.head.seq)[0]
    assert shown["sender"]["contact"]["state"] == "resolved"
    with headquarters.database.read() as connection:
        assert connection.execute(select(REFERENCES.c.copy)).scalar_one() is not None
    later(headquarters, counter, 40)  # the referring acceptance's own time is over, and so the copy's
    retention(headquarters).run()
    with headquarters.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(REFERENCES)).scalar_one() == 0


def test_a_restored_old_backup_brings_nothing_back(headquarters: Headquarters, tmp_path: Path) -> None:
    """The backup is older than the erasure: the log beside the keys says what stays erased."""
    counter = begun(headquarters)
    mark = accept(counter.book)
    counter.sent(counter.book.entries)
    safe(headquarters, tmp_path)
    later(headquarters, counter, 60)
    assert len(retention(headquarters).run()) == 1
    copied = sorted((tmp_path / "copies").iterdir())
    annex = wire.b64(wire.encode({"form": 1, "waybill": mark.decode("ascii")}))
    assert annex in (copied[0] / "attachments.jsonl").read_text("ascii"), "else nothing is shown below"
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    try:
        done = restore(headquarters.home, fresh, copied[0])
        assert done.entries == len(counter.book.entries)
        again = Retention(fresh, headquarters.home.directory, RULES, now=headquarters.now)
        assert standing(again.listed()) == {
            ("acceptance", MONTH): Standing.ERASED,
            ("sealed", MONTH): Standing.KEPT,
        }
        assert mark not in (tmp_path / "fresh.sqlite").read_bytes()
        file = tmp_path / "all.jsonl"
        export(fresh, headquarters.home.signing, file, now=headquarters.now)
        check_estate(file, headquarters.home.signing.text, None)
    finally:
        fresh.close()


def test_what_comes_late_is_taken_and_ends_at_the_next_run(
    headquarters: Headquarters, tmp_path: Path
) -> None:
    """Its month was erased, its partition is gone: nothing fails, and nothing above *safe* goes."""
    prompt, late = begun(headquarters), begun(headquarters, "990100-01-04")
    accept(prompt.book)
    accept(late.book)
    late.sent(late.book.entries[:1])
    prompt.sent(prompt.book.entries)
    safe(headquarters, tmp_path)
    later(headquarters, prompt, 60)
    assert len(retention(headquarters).run()) == 1
    late.sent(late.book.entries)
    assert count(headquarters, "acceptance") == 1
    assert [filed.standing for filed in retention(headquarters).run()] == [Standing.HELD]
    safe(headquarters, tmp_path)
    assert [filed.rows for filed in retention(headquarters).run()] == [1]
    (listed,) = [row for row in retention(headquarters).listed() if row.retention == "acceptance"]
    assert (listed.standing, listed.rows) == (Standing.ERASED, 2)


@pytest.mark.parametrize("said", ["2020-02-10", "2031-05-01"])
def test_a_counters_wrong_clock_erases_nothing(headquarters: Headquarters, said: str) -> None:
    """Dated years off on unconfirmed time: it counts from the month in which it came."""
    headquarters.now.at = BEGAN
    counter = headquarters.counter()
    counter.book.machine.reboot(dt.datetime.fromisoformat(f"{said}T06:00:00+00:00"))
    book = Book(headquarters=counter.book.headquarters, opening=counter.book.opening, key=counter.book.key)
    book.machine.moment = counter.book.machine.moment
    counter.book = book.found().log_in()
    accept(counter.book)
    counter.sent(counter.book.entries)
    months = {row.month for row in retention(headquarters).listed()}
    assert months == {MONTH}
    stored = counter.book.entries[-1]
    assert stored.header.commitments[0].month == said[:7]
    file_months = {
        file_under(stored.header, one, "2025-09-15T06:00:00.000Z")[1] for one in stored.header.commitments
    }
    assert file_months == {MONTH}


def test_headquarters_own_clock_must_be_confirmed(headquarters: Headquarters, tmp_path: Path) -> None:
    counter = begun(headquarters)
    accept(counter.book)
    counter.sent(counter.book.entries)
    safe(headquarters, tmp_path)
    headquarters.now.advance(10 * 365 * 86400)
    with pytest.raises(StoreError) as caught:
        retention(headquarters).run()
    assert (caught.value.code, caught.value.facts["what"]) == (StoreFault.UNSAFE, "clock")
    assert count(headquarters, "acceptance", "sealed") == 3
    with headquarters.database.write() as connection:
        connection.execute(delete(TERMINALS))
    with pytest.raises(StoreError):
        retention(headquarters).run()


def test_what_stands_beside_a_chain_goes_as_well(
    headquarters: Headquarters, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.ingest", r"entry\.fork")
    counter = begun(headquarters)
    kept, seq = list(counter.book.entries), len(counter.book.entries)
    accept(counter.book)
    counter.sent(counter.book.entries)
    other = begun_again(counter, kept)
    mark = accept(other)
    counter.send(other.entries[seq:])
    safe(headquarters, tmp_path)

    def beside() -> bytes:
        with headquarters.database.read() as connection:
            return b"".join(connection.execute(select(SIDE_ENTRIES.c.entry)).scalars())

    shown = wire.b64(wire.encode({"form": 1, "waybill": mark.decode("ascii")})).encode("ascii")
    assert shown in beside()
    with no_recycling(headquarters):
        later(headquarters, counter, 60)
        retention(headquarters).run()
    assert shown not in beside()
    assert holding(headquarters, shown) == []
    file = tmp_path / "all.jsonl"
    export(headquarters.database, headquarters.home.signing, file, now=headquarters.now)
    check_estate(file, headquarters.home.signing.text, None)


def begun_again(counter: Counter, kept: list[Entry]) -> Book:
    """The same store once more as it was after ``kept``: a second history."""
    book, state = counter.book, State()
    for entry in kept:
        state = fold(state, entry)
    book.entries, book.state = kept, state
    return book


def test_a_cut_off_erasure_is_finished_by_the_next(headquarters: Headquarters, tmp_path: Path) -> None:
    """Detached and not dropped, or written down and not begun."""
    counter = begun(headquarters)
    accept(counter.book)
    counter.sent(counter.book.entries)
    safe(headquarters, tmp_path)
    later(headquarters, counter, 60)
    if headquarters.database.is_postgresql:
        part = next(partitions.of_class("acceptance", MONTH))
        with headquarters.database.alone() as connection:
            partitions.detach(connection, part)
        assert count(headquarters, "acceptance") == 0
    (headquarters.home.directory / FILE).write_bytes(b'{"at": "2025')  # and the line was torn
    assert [filed.rows for filed in retention(headquarters).run()] == [1]
    assert list(read_log(headquarters.home.directory)) == [("acceptance", MONTH)]


def test_counters_go_on_while_a_long_reader_holds_an_erasure_up(
    headquarters: Headquarters, tmp_path: Path
) -> None:
    counter = begun(headquarters)
    accept(counter.book)
    counter.sent(counter.book.entries)
    safe(headquarters, tmp_path)
    later(headquarters, counter, 60)
    at(counter.book, headquarters.now())
    counter.sent(counter.book.entries[-1:])
    done: list[Filed] = []
    running = threading.Thread(target=lambda: done.extend(retention(headquarters).run()))
    with headquarters.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(ATTACHMENTS)).scalar_one() == 3
        running.start()
        for _ in range(5):
            accept(counter.book)
            counter.sent(counter.book.entries[-2:])
    running.join(60)
    assert [filed.rows for filed in done] == [1]
    assert count(headquarters, "acceptance") == 5


def test_a_month_that_is_made_again_meanwhile_is_kept(headquarters: Headquarters, tmp_path: Path) -> None:
    """What comes late between the look and the end stands in the same table, above its *safe* mark."""
    if not headquarters.database.is_postgresql:
        return
    counter = begun(headquarters)
    accept(counter.book)
    counter.sent(counter.book.entries)
    safe(headquarters, tmp_path)
    later(headquarters, counter, 60)
    done: list[Filed] = []
    running = threading.Thread(target=lambda: done.extend(retention(headquarters).run()))
    part = next(partitions.of_class("acceptance", MONTH))
    row = {"terminal": counter.book.terminal, "epoch": 1, "seq": 99, "n": 0, "retention": "acceptance"}
    row |= {"month": MONTH, "class": "annex", "nonce": bytes(32), "data": b"late"}
    with headquarters.database.write() as connection:
        partitions.lock(connection)
        running.start()
        give_up = time.monotonic() + 20
        while partitions.is_attached(connection, part) and time.monotonic() < give_up:
            time.sleep(0.01)
        partitions.make_month(connection, MONTH)
        insert_rows(connection, ATTACHMENTS, [row])
    running.join(60)
    assert [filed.why for filed in done] == [f"not safe yet: {counter.book.terminal}"]
    assert count(headquarters, "acceptance") == 2
    with headquarters.database.read() as connection:
        assert all(partitions.is_attached(connection, part) for part in partitions.of_month(MONTH))


def test_a_row_without_a_partition_is_refused(headquarters: Headquarters, counter: Counter) -> None:
    """There is no default partition in which rows gather that nobody looks for."""
    if not headquarters.database.is_postgresql:
        return
    row = {"terminal": "990100-01-03", "epoch": 1, "seq": 9, "n": 0, "retention": "sealed", "class": "sealed"}
    row |= {"month": "2031-01", "nonce": bytes(32), "data": b"x"}
    for write in (
        lambda connection: insert_rows(connection, ATTACHMENTS, [row]),
        lambda connection: connection.execute(insert(ATTACHMENTS), [row]),
    ):
        with pytest.raises(StoreError) as caught, headquarters.database.write() as connection:
            write(connection)
        assert caught.value.facts["what"] == "CheckViolation"


def test_months_are_made_ahead_and_by_two_nodes_at_once(headquarters: Headquarters) -> None:
    database = headquarters.database
    made = [threading.Thread(target=lambda: Shelves(database).ahead(headquarters.now())) for _ in range(4)]
    for thread in made:
        thread.start()
    for thread in made:
        thread.join(60)
    if not database.is_postgresql:
        return
    with database.read() as connection:
        months = sorted({part.month for part in partitions.here(connection)})
        assert all(partitions.is_attached(connection, part) for part in partitions.here(connection))
    now = f"{headquarters.now():%Y-%m}"
    assert months == [now, partitions.following(now), partitions.following(partitions.following(now))]


def test_partitions_keys_contain_the_terminal(cluster: PostgresCluster, headquarters: Headquarters) -> None:
    """Read off the database, as the other tables' are."""
    if not headquarters.database.is_postgresql:
        return
    wanted = text(
        "SELECT c.relname, array_agg(a.attname::text) AS columns FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid "
        "AND a.attnum = ANY(i.indkey) WHERE c.relispartition AND i.indisunique "
        "GROUP BY c.relname, i.indexrelid"
    )
    with headquarters.database.read() as connection:
        rows = connection.execute(wanted).all()
    assert len(rows) == len(partitions.CLASSES) + 2
    assert all("terminal" in row.columns for row in rows)


def test_commands(headquarters: Headquarters, counter: Counter, capsys: pytest.CaptureFixture[str]) -> None:
    accept(counter.book)
    counter.sent(counter.book.entries)
    common = ["--data", str(headquarters.home.directory), "--database", headquarters.url]
    code, out, _ = hq(capsys, "retention", "list", *common)
    assert code == 0
    assert [line.split()[1] for line in out.splitlines()] == ["acceptance", "sealed"]
    assert hq(capsys, "retention", "run", *common)[:2] == (0, "")


def test_rule_data() -> None:
    rules = load_retention(dt.date(2026, 11, 22))
    assert rules.due("acceptance", "2026-11") == dt.date(2027, 12, 2)
    assert rules.due("sealed", "2026-12") == dt.date(2027, 1, 1) + dt.timedelta(days=rules.days["sealed"])
    with pytest.raises(RuleError):
        load_retention(dt.date(2026, 10, 31))
    data = json.loads((DIRECTORY / "2026-11-01.json").read_bytes())
    data["retention"]["sealed"]["days"] = data["retention"]["acceptance"]["days"] + 61
    with pytest.raises(ConfigError) as caught:
        read_retention(json.dumps(data).encode(), "x.json")
    assert caught.value.facts["key"] == "retention"
    assert rules.days["acceptance"] <= OLDEST * 28, "what comes within its time is filed under its own month"
