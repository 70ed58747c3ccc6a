"""Tables of the encrypted database.  What the chained bytes say already has no column of its own,
unless something is searched or erased by it.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

# The newest migration in storage/migrations/versions; a test keeps the two equal.
HEAD_REVISION = "0007"

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Whose store this is, one row: a file of another terminal is never taken for ours.  ``views`` is the
# version of the look-ups that stand in it (storage/views.py); another one is made again at opening.
META = Table(
    "meta",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1", name="one"), primary_key=True),
    Column("terminal", Text, nullable=False),
    Column("views", Integer, nullable=False, server_default="0"),
)

# The chain.  ``seq`` is the order, whatever the epoch.
ENTRY = Table(
    "entry",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("terminal_signature", LargeBinary, nullable=False),
    Column("session_signature", LargeBinary),
)
# I1: one operation has at most one entry of each kind.
Index(
    "ux_entry_operation",
    ENTRY.c.operation,
    ENTRY.c.kind,
    unique=True,
    sqlite_where=text("operation <> ''"),
)

# What was corrected of an item goes with it when its person asks for that.
Index("ix_entry_corrected", ENTRY.c.seq, sqlite_where=text("kind = 'ItemCorrected'"))
# Where business days and epochs begin and end, for whoever wants one of long ago.
Index(
    "ix_entry_mark",
    ENTRY.c.seq,
    sqlite_where=text("kind IN ('DayOpened', 'DayClosed', 'EpochOpened')"),
)

# ``data`` holds ciphertext: sealed to HQ, or under the key of class and month (then the nonce of
# the commitment is inside).  NULL: erased by the rules, or never here.
ATTACHMENT = Table(
    "attachment",
    METADATA,
    Column("seq", Integer, ForeignKey(ENTRY.c.seq), nullable=False),
    Column("n", Integer, nullable=False),
    Column("class", Text, nullable=False),
    Column("retention", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("nonce", LargeBinary),
    Column("data", LargeBinary),
    PrimaryKeyConstraint("seq", "n"),
)

# The folded state after the last entry, one row.
STATE = Table(
    "state",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1", name="one"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# A look-up: never hashed, dropped and rebuilt at will, loses a row with its annex.
ITEM = Table(
    "item",
    METADATA,
    Column("seq", Integer, ForeignKey(ENTRY.c.seq), primary_key=True),
    Column("day", Integer, nullable=False),
    Column("number", Integer, nullable=False, index=True),
    Column("waybill", Text, nullable=False, index=True),
    Column("token", Text, nullable=False, index=True),
    Column("month", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("receipt_copies", Integer, nullable=False),
    Column("affixed", Boolean, nullable=False),
    Column("shown", Integer, nullable=False, server_default="0"),  # the entry whose annex is shown
)

# A document placed again: its hint under each month's key, and what the annex shows of it.
Index("ix_item_hint", ITEM.c.hint, ITEM.c.month, ITEM.c.who)

# Staff names: shown on the screen, never in the chain and never outside the encrypted file.
OPERATOR = Table(
    "operator",
    METADATA,
    Column("operator", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
)

# HQ's last signed marks (received and safe), as signed bytes, one row.
MARK = Table(
    "mark",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1", name="one"), primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

# For each business day the first marks whose *received* reaches its first entry: they put every earlier day
# under headquarters' signature, for a clerk's evidence years later without all that came since.  They are in
# no backup: where they are lost a later head serves.
DAY_MARK = Table(
    "day_mark",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

# What headquarters said, as it was signed, up to the number of the last ``DirectivesAdopted``.
# ``fault``: why this counter could not use it, "" where it could.
DIRECTIVE = Table(
    "directive",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("nonce", LargeBinary),
    Column("attachment", LargeBinary),
    Column("fault", Text, nullable=False),
)
Index("ix_directive_kind", DIRECTIVE.c.kind, DIRECTIVE.c.subject, DIRECTIVE.c.number)

# Items that stand beside the chain, of a machine that was replaced, as headquarters has them: what a look-up
# shows of them once a supervisor took their branch in.  ``annex`` holds ciphertext under the month's key.
# ``branch`` is the hash of the branch's first entry, ``hash`` the item's.
LATE_ITEM = Table(
    "late_item",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("branch", LargeBinary, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("waybill", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("retention", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("annex", LargeBinary, nullable=False),
)
Index("ux_late_item_hash", LATE_ITEM.c.hash, unique=True)
Index("ix_late_item_waybill", LATE_ITEM.c.waybill)
Index("ix_late_item_token", LATE_ITEM.c.token)
Index("ix_late_item_number", LATE_ITEM.c.number)

# Which branches were fetched whole, up to which entry.
LATE_BRANCH = Table(
    "late_branch",
    METADATA,
    Column("branch", LargeBinary, primary_key=True),
    Column("tip", LargeBinary, nullable=False),
    Column("last", Integer, nullable=False),
)

# What is typed and not yet committed.
DRAFT = Table(
    "draft",
    METADATA,
    Column("operator", Text, nullable=False),
    Column("draft", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("updated", Text, nullable=False),
    PrimaryKeyConstraint("operator", "draft"),
)
