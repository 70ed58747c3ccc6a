"""Look-ups by receipt number and by the hint of a document.

The rows are made again from entries and annexes at the next opening: nothing here could read an annex.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Another item table, empty; ``meta.views`` 0 says that it has to be filled."""
    op.drop_table("item")
    op.create_table(
        "item",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("waybill", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("receipt_copies", sa.Integer(), nullable=False),
        sa.Column("affixed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_item"),
        sa.ForeignKeyConstraint(["seq"], ["entry.seq"], name="fk_item_seq"),
    )
    op.create_index("ix_item_number", "item", ["number"])
    op.create_index("ix_item_waybill", "item", ["waybill"])
    op.create_index("ix_item_token", "item", ["token"])
    op.create_index("ix_item_hint", "item", ["hint", "month", "who"])
    op.add_column("meta", sa.Column("views", sa.Integer(), nullable=False, server_default="0"))
