"""Directives of headquarters that this counter adopted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An empty table: nothing was adopted before there was one."""
    op.create_table(
        "directive",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.LargeBinary()),
        sa.Column("attachment", sa.LargeBinary()),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_directive"),
    )
    op.create_index("ix_directive_kind", "directive", ["kind", "subject", "number"])
