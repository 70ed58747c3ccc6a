"""A headquarters restored from an older backup, and a feed that is not the one that was adopted."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, update

from hq.schema import DIRECTIVES, FEEDS, OPERATORS, PUBLICATIONS
from tests.guards import ExpectedLogs
from tests.walk.branch import Branch

HERE, SUPERVISOR = "990100-01-03", "OP20001"


def test_lost_directives_come_back_before_new_ones(tmp_path: Path, expected_logs: ExpectedLogs) -> None:
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, SUPERVISOR, branch.operator(SUPERVISOR, "supervisor"))
        branch.enrol("990100-01-04", "OP10001", branch.operator("OP10001", "clerk"))
        with branch.open(HERE) as desk:
            assert desk.log_in(SUPERVISOR) is None
            desk.adopted(2)
        branch.hq.kill()
        with branch.database() as database, database.write() as connection:
            # As in a backup made between the two publications.
            here = FEEDS.c.terminal == HERE
            first = connection.execute(
                DIRECTIVES.select().where(DIRECTIVES.c.terminal == HERE, DIRECTIVES.c.number == 1)
            ).one()
            connection.execute(delete(DIRECTIVES).where(DIRECTIVES.c.number > 1))
            connection.execute(delete(PUBLICATIONS).where(PUBLICATIONS.c.number > 1))
            connection.execute(update(FEEDS).where(here).values(number=1, hash=first.hash, considered=1))
            connection.execute(update(FEEDS).where(FEEDS.c.terminal == "*").values(number=1))
            connection.execute(delete(OPERATORS).where(OPERATORS.c.operator == "OP10001"))
        branch.hq.start(listen=branch.hq.url.removeprefix("https://"))
        branch.operator(SUPERVISOR, "supervisor", name="示例改")  # it publishes under the number it lost
        with branch.open(HERE) as desk:
            assert desk.log_in(SUPERVISOR) is None
            desk.adopted(3)
            with branch.database() as database, database.read() as connection:
                rows = list(connection.execute(DIRECTIVES.select().where(DIRECTIVES.c.terminal == HERE)))
            assert [(row.number, row.subject) for row in sorted(rows, key=lambda row: row.number)] == [
                (1, SUPERVISOR), (2, "OP10001"), (3, SUPERVISOR),
            ]  # fmt: skip
            _another_feed(branch, expected_logs)
            view = desk.until(
                "the fault", lambda v: v.message is not None and v.message.code == "msg.directives_stand"
            )
            assert view.message is not None
            assert view.message.facts["what"] == "directives fork"
            assert desk.number == 3


def _another_feed(branch: Branch, expected_logs: ExpectedLogs) -> None:
    """Headquarters holds another directive under an adopted number: the old one stands, and it is said."""
    expected_logs.expect("storage.feed", "stands still: directives fork")
    with branch.database() as database, database.write() as connection:
        mine = (DIRECTIVES.c.terminal == HERE, DIRECTIVES.c.number == 3)
        connection.execute(update(DIRECTIVES).where(*mine).values(hash=bytes(32)))
        connection.execute(update(FEEDS).where(FEEDS.c.terminal == HERE).values(hash=bytes(32)))
