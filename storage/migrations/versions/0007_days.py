"""Business days and epochs are found without a walk: the slip of a day of long ago, its grant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index over entries that are here."""
    where = sa.text("kind IN ('DayOpened', 'DayClosed', 'EpochOpened')")
    op.create_index("ix_entry_mark", "entry", ["seq"], sqlite_where=where)
