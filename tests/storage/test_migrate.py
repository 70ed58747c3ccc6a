"""The schema's life: made by migrations, moved with a copy at hand, never read when it is newer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.errors import StoreError, StoreFault
from core.ports import DraftRow, ItemRow
from storage.database import DATABASE_NAME, connect
from storage.journal import SqlJournal
from storage.migrate import MIGRATIONS, create_database, open_database
from storage.schema import HEAD_REVISION, METADATA
from storage.vault import SUBKEY_DATABASE, new_data_key
from storage.verify import verify
from tests.storage.counters import Counter

pytestmark = pytest.mark.requirement("T18")

_THIRD = '''
"""A third schema: what a later version might do, with a table rebuilt by copying."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0008", "0007", None, None


def upgrade():
    with op.batch_alter_table("item") as table:
        table.add_column(sa.Column("weight_g", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("entry", recreate="always") as table:
        table.create_check_constraint("ck_entry_epoch", "epoch > 0")
    {last}
'''


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """Migrations with a third one in them."""
    place = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, place)
    (place / "versions" / "0008_eighth.py").write_text(_THIRD.replace("{last}", ""))
    return place


def close_with_items(counter: Counter, journal: SqlJournal) -> None:
    for _ in range(3):
        journal.commit(counter.accept(), counter.book.state)
    journal.save_draft(DraftRow("OP10001", "d1", b"x", "2026-11-21T06:00:00.000Z"))
    journal.database.close()


def test_migrations_make_what_the_schema_says(tmp_path: Path) -> None:
    key = new_data_key()
    create_database(tmp_path, key, "990100-01-03")
    database = open_database(tmp_path, key)
    try:
        with database.reading() as reader:
            context = MigrationContext.configure(reader, opts={"compare_type": True})
            assert compare_metadata(context, METADATA) == []
            checks = reader.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'state'").scalar()
        assert "id = 1" in str(checks)
    finally:
        database.close()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD_REVISION]


def test_a_database_is_never_made_over_another(tmp_path: Path) -> None:
    key = new_data_key()
    create_database(tmp_path, key, "990100-01-03")
    before = (tmp_path / DATABASE_NAME).read_bytes()
    with pytest.raises(StoreError) as caught:
        create_database(tmp_path, key, "990100-01-03")
    assert caught.value.code is StoreFault.EXISTS
    assert (tmp_path / DATABASE_NAME).read_bytes() == before


def test_a_missing_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_database(tmp_path, new_data_key())
    assert caught.value.code is StoreFault.MISSING
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("revision", ["0008", "9999", "ae1027a6acf", "newer"])
def test_a_newer_file_is_refused_and_untouched(counter: Counter, journal: SqlJournal, revision: str) -> None:
    close_with_items(counter, journal)
    path, key = counter.directory / DATABASE_NAME, counter.subkey(SUBKEY_DATABASE)
    raw = connect(path, key)
    raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    raw.close()
    before, when = path.read_bytes(), path.stat().st_mtime_ns
    with pytest.raises(StoreError) as caught:
        open_database(counter.directory, key)
    assert caught.value.code is StoreFault.TOO_NEW
    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == when
    assert not list(counter.directory.glob("*.before-*"))


def test_a_newer_file_with_an_unfinished_wal_is_untouched(counter: Counter, journal: SqlJournal) -> None:
    """A crash of the newer program left its last commits in the WAL: no checkpoint of ours moves them."""
    path = counter.directory / DATABASE_NAME
    journal.commit(counter.accept(), counter.book.state)
    with journal.database.writer().begin():
        journal.database.writer().exec_driver_sql("UPDATE alembic_version SET version_num = '0008'")
    crashed = counter.directory.with_name("crashed")
    shutil.copytree(counter.directory, crashed)
    journal.database.close()
    kept = {name: (crashed / name).read_bytes() for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal")}
    assert len(kept[f"{DATABASE_NAME}-wal"]) > 0
    with pytest.raises(StoreError) as caught:
        open_database(crashed, counter.subkey(SUBKEY_DATABASE))
    assert caught.value.code is StoreFault.TOO_NEW
    assert {name: (crashed / name).read_bytes() for name in kept} == kept
    assert path.exists()


def test_a_migration_copies_first_and_keeps_everything(
    counter: Counter, journal: SqlJournal, later: Path
) -> None:
    close_with_items(counter, journal)
    key = counter.subkey(SUBKEY_DATABASE)
    database = open_database(counter.directory, key, location=later, head="0008", low_disk_bytes=0)
    try:
        moved = SqlJournal(database, counter.key_file())
        assert moved.head() == counter.book.state.head
        assert verify(moved, counter.book.headquarters.public, counter.book.terminal).sound
        with database.reading() as reader:
            assert reader.exec_driver_sql("SELECT sum(weight_g) FROM item").scalar_one() == 0
            assert reader.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        assert database.writer().exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        database.writer().rollback()
        moved.commit(counter.accept(), counter.book.state)
    finally:
        database.close()
    copy = counter.directory / f"{DATABASE_NAME}.before-0008"
    assert copy.stat().st_mode & 0o777 == 0o600
    old = connect(copy, key, mode="ro")
    assert old.execute("SELECT version_num FROM alembic_version").fetchone() == ("0007",)
    assert old.execute("SELECT count(*), max(seq) FROM entry").fetchone() == (10, 10)
    assert old.execute("SELECT count(*) FROM draft").fetchone() == (1,)
    old.close()
    with pytest.raises(StoreError) as caught:  # the program of before refuses it now
        open_database(counter.directory, key)
    assert caught.value.code is StoreFault.TOO_NEW
    # The copy holds look-ups and drafts: it goes when the new store has been opened once more.
    open_database(counter.directory, key, location=later, head="0008").close()
    assert not copy.exists()


def test_a_store_of_the_first_schema_gets_its_look_ups_again(
    counter: Counter, journal: SqlJournal, tmp_path: Path
) -> None:
    """0002 empties the item table: the rows are made from entries and annexes at the opening."""
    wanted = _with_items(counter, journal)
    key = counter.subkey(SUBKEY_DATABASE)
    raw = connect(counter.directory / DATABASE_NAME, key)
    raw.execute("PRAGMA foreign_keys = OFF")
    for statement in (
        "DROP TABLE directive",
        "DROP TABLE day_mark",
        "DROP TABLE late_item",
        "DROP TABLE late_branch",
        "DROP TABLE item",
        "DROP INDEX ix_entry_corrected",
        "DROP INDEX ix_entry_mark",
        "ALTER TABLE meta DROP COLUMN views",
        *_first_item_table(tmp_path),
    ):
        raw.execute(statement)
    raw.execute("INSERT INTO item SELECT seq, 1, '', '', 'due', 0, 'none', 0, 0 FROM entry LIMIT 1")
    raw.execute("UPDATE alembic_version SET version_num = '0001'")
    raw.close()
    database = open_database(counter.directory, key, low_disk_bytes=0)
    try:
        moved = SqlJournal(database, counter.key_file())
        assert moved.items() == wanted
        assert moved.item_by_number(1) == moved.items()[-1]
        assert [draft.data for draft in moved.drafts("OP10001")] == [b"x"]
        assert verify(moved, counter.book.headquarters.public, counter.book.terminal).sound
    finally:
        database.close()


def _with_items(counter: Counter, journal: SqlJournal) -> list[ItemRow]:
    close_with_items(counter, journal)
    database = open_database(counter.directory, counter.subkey(SUBKEY_DATABASE), low_disk_bytes=0)
    try:
        return SqlJournal(database, counter.key_file()).items()
    finally:
        database.close()


def _first_item_table(directory: Path) -> list[str]:
    """The statements with which the first migration made the item table and its indexes."""
    engine = sa.create_engine(f"sqlite:///{directory / 'first.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        query = "SELECT sql FROM sqlite_master WHERE tbl_name = 'item' AND sql IS NOT NULL ORDER BY type DESC"
        made = [str(sql) for sql in connection.exec_driver_sql(query).scalars()]
    engine.dispose()
    return made


def test_a_failed_migration_leaves_the_file_as_it_was(
    counter: Counter, journal: SqlJournal, later: Path
) -> None:
    close_with_items(counter, journal)
    script = later / "versions" / "0008_eighth.py"
    script.write_text(_THIRD.replace("{last}", 'op.execute("UPDATE entry SET epoch = 0")'))
    key = counter.subkey(SUBKEY_DATABASE)
    for _ in range(2):
        with pytest.raises(sa.exc.IntegrityError):
            open_database(counter.directory, key, location=later, head="0008")
    database = open_database(counter.directory, key, low_disk_bytes=0)
    try:
        same = SqlJournal(database, counter.key_file())
        assert verify(same, counter.book.headquarters.public, counter.book.terminal).sound
        same.commit(counter.accept(), counter.book.state)
        with database.reading() as reader:
            columns = reader.exec_driver_sql("SELECT name FROM pragma_table_info('item')").scalars().all()
        assert "weight_g" not in columns
    finally:
        database.close()


def test_no_migration_begins_without_a_good_copy(counter: Counter, journal: SqlJournal, later: Path) -> None:
    """A page that went bad unseen: the copy does not read back, so the file is not migrated."""
    close_with_items(counter, journal)
    path, key = counter.directory / DATABASE_NAME, counter.subkey(SUBKEY_DATABASE)
    data = bytearray(path.read_bytes())
    data[(len(data) // 4096 - 2) * 4096 + 50] ^= 0x80
    path.write_bytes(data)
    with pytest.raises(StoreError) as caught:
        open_database(counter.directory, key, location=later, head="0008")
    assert caught.value.code is StoreFault.DAMAGED
    assert path.read_bytes() == bytes(data)
    assert not list(counter.directory.glob("*before*"))
