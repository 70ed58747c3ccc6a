"""Corrected items: a look-up says whose annex it shows; corrections are found without a walk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows of before are made again at opening (storage/views.py)."""
    op.add_column("item", sa.Column("shown", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_entry_corrected", "entry", ["seq"], sqlite_where=sa.text("kind = 'ItemCorrected'"))
