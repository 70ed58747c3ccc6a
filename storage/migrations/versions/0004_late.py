"""Items beside the chain, for look-ups once a supervisor took them in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty tables: headquarters is asked for what they hold."""
    texts = ("waybill", "token", "retention", "month", "label")
    op.create_table(
        "late_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("branch", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("epoch", "seq", "number")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("annex", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_late_item"),
    )
    op.create_index("ux_late_item_hash", "late_item", ["hash"], unique=True)
    for name in ("waybill", "token", "number"):
        op.create_index(f"ix_late_item_{name}", "late_item", [name])
    op.create_table(
        "late_branch",
        sa.Column("branch", sa.LargeBinary(), nullable=False),
        sa.Column("tip", sa.LargeBinary(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("branch", name="pk_late_branch"),
    )
