"""``hq db distribute``: the tables spread over a Citus cluster by terminal.

Every key contains the terminal, so the schema is the same as on one PostgreSQL; a batch is one terminal's
and so one shard's.  The one-row table that says whose store this is goes to every node.
"""

from __future__ import annotations

from sqlalchemy import text

from core.errors import StoreError, StoreFault
from hq.columns import METADATA
from hq.database import Database
from hq.opened import Opened
from hq.schema import STORE


def distribute(database: Database) -> list[str]:
    """The tables that were distributed now; asked again, those that are left.

    Raises StoreError MISSING where the database is not PostgreSQL or has no Citus extension.
    """
    if not database.is_postgresql:
        raise StoreError(StoreFault.MISSING, what="citus")
    with database.read() as connection:
        wanted = text("SELECT count(*) FROM pg_extension WHERE extname = 'citus'")
        if connection.execute(wanted).scalar_one() == 0:
            raise StoreError(StoreFault.MISSING, what="citus")
        listed = connection.execute(text("SELECT table_name::text AS name FROM citus_tables"))
        done = {str(row.name) for row in listed}
    made = []
    for table in METADATA.sorted_tables:
        if table.name in done:
            continue
        # The name is one of our own schema's; Citus takes it as a value.
        statement = "SELECT create_distributed_table(:name, 'terminal')"
        if table is STORE:
            statement = "SELECT create_reference_table(:name)"
        with database.write() as connection:
            connection.execute(text(statement), {"name": table.name})
        made.append(table.name)
    return made


def db_distribute(opened: Opened) -> None:
    """The command."""
    made = distribute(opened.database)
    opened.answer({"distributed": made}, f"{len(made)} tables distributed by terminal")
