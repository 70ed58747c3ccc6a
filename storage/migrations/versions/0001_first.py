"""The first schema: chain, attachments, state, look-ups, operators, marks, drafts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything."""
    _chain()
    _rest()


def _chain() -> None:
    op.create_table(
        "entry",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("terminal_signature", sa.LargeBinary(), nullable=False),
        sa.Column("session_signature", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("seq", name="pk_entry"),
    )
    op.create_index(
        "ux_entry_operation",
        "entry",
        ["operation", "kind"],
        unique=True,
        sqlite_where=sa.text("operation <> ''"),
    )
    op.create_table(
        "attachment",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("retention", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary()),
        sa.Column("data", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("seq", "n", name="pk_attachment"),
        sa.ForeignKeyConstraint(["seq"], ["entry.seq"], name="fk_attachment_seq"),
    )


def _rest() -> None:
    op.create_table("meta", *_one_row("meta"), sa.Column("terminal", sa.Text(), nullable=False))
    op.create_table("state", *_one_row("state"), sa.Column("body", sa.LargeBinary(), nullable=False))
    op.create_table(
        "mark",
        *_one_row("mark"),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "item",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("waybill", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("receipt_copies", sa.Integer(), nullable=False),
        sa.Column("affixed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_item"),
        sa.ForeignKeyConstraint(["seq"], ["entry.seq"], name="fk_item_seq"),
    )
    op.create_index("ix_item_waybill", "item", ["waybill"])
    op.create_index("ix_item_token", "item", ["token"])
    op.create_table(
        "operator",
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("operator", name="pk_operator"),
    )
    op.create_table(
        "draft",
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("updated", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("operator", "draft", name="pk_draft"),
    )


def _one_row(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint, sa.CheckConstraint]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.CheckConstraint("id = 1", name=f"ck_{table}_one"),
    )
