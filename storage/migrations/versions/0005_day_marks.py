"""Headquarters' signed head of each business day, for a clerk's evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An empty table: of days before it only the last signed head is known."""
    op.create_table(
        "day_mark",
        sa.Column("seq", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("document", "signature")),
        sa.PrimaryKeyConstraint("seq", name="pk_day_mark"),
    )
