"""Headquarters' tables.  Every primary, unique and foreign key contains ``terminal``.

That is what lets the same schema be distributed by terminal on Citus, and why what belongs to the
whole estate (operators) has the terminal :data:`ESTATE`.  Times are text in ``core.ledger.entry.stamp``
form: the same bytes on SQLite and PostgreSQL, and in a backup.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from hq import columns
from hq.columns import key as _key
from hq.columns import terminal as _terminal
from hq.columns import time as _time
from hq.schema_beside import ADMIN_LOG, BRANCHES, DOUBLES, NOTIFY, PARTNERS, PERSON_ITEMS

VERSION = 1
ESTATE = "*"  # the terminal of what belongs to every terminal

METADATA = columns.METADATA


# One row: which version wrote this store, and whose it is (HQ's signing key).  It has no key at all.
STORE = Table(
    "store",
    METADATA,
    Column("version", Integer, nullable=False),
    Column("signing", String(128), nullable=False),
    _time("created_at"),
)

TERMINALS = Table(
    "terminals",
    METADATA,
    _terminal(),
    Column("branch", String(64), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("key", String(128), nullable=False),  # the terminal's signing key of that epoch
    Column("agreement_key", String(128)),
    _time("enrolled_at"),
    _time("contact_at", nullable=True),
)

ENROL_CODES = Table(
    "enrol_codes",
    METADATA,
    _terminal(),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("branch", String(64), nullable=False),
    _time("expires_at"),
    _time("used_at", nullable=True),
    Column("used_key", String(128)),
    Column("follows", Integer, nullable=False),  # 1: the next epoch of a journal that is here already
    Index("enrol_codes_digest", "digest"),
)

CERTIFICATES = Table(
    "certificates",
    METADATA,
    _terminal(),
    Column("serial", String(40), primary_key=True),  # hexadecimal
    Column("epoch", Integer, nullable=False),  # whose key its holder signs with
    Column("fingerprint", LargeBinary(32), nullable=False),  # SHA-256 of the DER bytes
    _time("issued_at"),
    _time("expires_at"),
    _time("revoked_at", nullable=True),
)

GRANTS = Table(
    "grants",
    METADATA,
    _terminal(),
    _key("epoch", Integer),
    Column("document", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("key", String(128), nullable=False),  # the terminal's signing key of that epoch
    _time("revoked_at", nullable=True),
)

OPERATORS = Table(
    "operators",
    METADATA,
    _terminal(),
    Column("operator", String(16), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("role", String(40), nullable=False),
    Column("branches", String(2000), nullable=False),  # their names with a space between, or "*"
    Column("code_digest", LargeBinary(32)),
    _time("code_expires_at", nullable=True),
    _time("code_used_at", nullable=True),
    _time("added_at"),
    _time("removed_at", nullable=True),
    Column("person", String(16)),  # an earlier staff number of the same person
    Column("papers", String(200), nullable=False),  # JSON: since when, by core.access.papers.Paper
)

# Where an operator activated: her public keys and her wrapped private ones, opaque here.
ACTIVATIONS = Table(
    "activations",
    METADATA,
    _terminal(),
    Column("operator", String(16), primary_key=True),
    Column("signing", String(128), primary_key=True),
    Column("agreement", String(128), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("proof", LargeBinary, nullable=False),
    Column("code_digest", LargeBinary(32), nullable=False),
    _time("activated_at"),
)

# The authority on what is here.  A writer of one terminal locks its row first.
HEADS = Table(
    "heads",
    METADATA,
    _terminal(),
    _key("epoch", Integer),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("safe_seq", BigInteger, nullable=False),
    Column("safe_hash", LargeBinary(32), nullable=False),
    Column("start_seq", BigInteger, nullable=False),  # the entry that the epoch's first one follows
    Column("start_hash", LargeBinary(32), nullable=False),
)

ENTRIES = Table(
    "entries",
    METADATA,
    _terminal(),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    Column("hash", LargeBinary(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("terminal_signature", LargeBinary, nullable=False),
    Column("session_signature", LargeBinary),
    _time("received_at"),
)

# Partitioned on PostgreSQL by retention class and month, so that both end with their partition.  They are
# headquarters' own (hq/shelves.py): what the entry says of them stands in its commitments.
ATTACHMENTS = Table(
    "attachments",
    METADATA,
    _terminal(),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    _key("n", Integer),
    Column("retention", String(40), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("class", String(8), nullable=False),
    Column("nonce", LargeBinary(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (retention, month)",
)

# A second history under numbers that are taken, and what came late of an epoch that another one had
# followed: authentic, kept, not folded.
SIDE_ENTRIES = Table(
    "side_entries",
    METADATA,
    _terminal(),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    Column("hash", LargeBinary(32), primary_key=True),
    Column("previous", LargeBinary(32), nullable=False),
    Column("branch", LargeBinary(32), nullable=False),  # the hash of the first entry of its branch
    Column("body", LargeBinary, nullable=False),
    Column("entry", LargeBinary, nullable=False),  # core.exchange.entry_to_json, as UTF-8 JSON
    _time("received_at"),
)

ALARMS = Table(
    "alarms",
    METADATA,
    _terminal(),
    Column("fault", String(40), primary_key=True),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    Column("what", String(200), nullable=False),
    Column("count", BigInteger, nullable=False),
    _time("first_at"),
    _time("last_at"),
)

# Nonces of signed requests, until the window that admits them is over.
NONCES = Table(
    "request_nonces",
    METADATA,
    _terminal(),
    Column("nonce", LargeBinary(16), primary_key=True),
    _time("at"),
    Index("request_nonces_at", "at"),
)

# The follower's own view: dropped, it is made again from the entries.
FOLLOWER = Table(
    "follower",
    METADATA,
    _terminal(),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("state_hash", LargeBinary(32), nullable=False),
    Column("verifier", LargeBinary, nullable=False),
    Column("stopped", Integer, nullable=False),  # 1: an entry after ``seq`` is not sound, see alarms
    _time("updated_at"),
)

# The folded state's hash at the end of each business day, for verdicts that come later.
DAY_ENDS = Table(
    "day_ends",
    METADATA,
    _terminal(),
    _key("seq", BigInteger),
    Column("state_hash", LargeBinary(32), nullable=False),
)

# What was published, to whom.  It is numbered for each terminal when that terminal asks, so that a halt
# reaches whoever has not asked yet.  ``scope``: "*", "branch:B" or "terminal:T".
PUBLICATIONS = Table(
    "publications",
    METADATA,
    _terminal(),
    _key("number", BigInteger),
    Column("scope", String(80), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("body", LargeBinary, nullable=False),  # canonical bytes of the directive's body
    Column("attachment", LargeBinary),
    _time("published_at"),
    _time("halted_at", nullable=True),
    Index("publications_scope", "terminal", "scope", "number"),
)

# The feed of one terminal, as it was signed.  ``digest``: of kind, subject, body and attachment.
DIRECTIVES = Table(
    "directives",
    METADATA,
    _terminal(),
    _key("number", BigInteger),
    Column("publication", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("nonce", LargeBinary(32)),
    Column("attachment", LargeBinary),
    Index("directives_subject", "terminal", "kind", "subject", "number"),
)

# The authority on a feed: whoever numbers locks its row first.  ``considered``: the last publication that
# was looked at for this terminal, whether or not it was for it.
FEEDS = Table(
    "feeds",
    METADATA,
    _terminal(),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("considered", BigInteger, nullable=False),
    Column("heard", String(24), nullable=False),  # the store's created_at when it last asked: see hq/pools.py
)

# Every pool of numbers that was ever given out, to whom, and where it lies: none may overlap another.
POOLS = Table(
    "pools",
    METADATA,
    _terminal(),
    Column("pool", String(64), primary_key=True),
    Column("line", String(60), nullable=False),  # numbers of one kind, and the range in it
    Column("low", BigInteger, nullable=False),
    Column("high", BigInteger, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("warn", Integer, nullable=False),
    Column("series", LargeBinary, nullable=False),  # the attachment of its directive
    Column("publication", BigInteger, nullable=False),
    _time("issued_at"),
    _time("withdrawn_at", nullable=True),
    Index("pools_line", "line", "low"),
)

# What the terminal's own entries say that it adopted: a view of the follower's.
ADOPTED = Table(
    "adopted",
    METADATA,
    _terminal(),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
)

# Each business day: where it began, and both counts at its close.  The follower's own view.
DAYS = Table(
    "days",
    METADATA,
    _terminal(),
    _key("day", BigInteger),
    Column("date", String(10), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger),  # the last entry that its verdict speaks of, NULL: no verdict yet
    Column("folded", String(400)),  # JSON: what the fold counted
    Column("counted", String(400)),  # JSON: what the second count found
    Column("hash_agrees", Integer),  # 1: the counter's state hash is ours
)

# Which waybill each acceptance claims: a keyed digest, never the waybill.  The same waybill at another
# terminal is found by the index, which is no key.  The follower's own view; goes with its annex's month, and
# is partitioned by it on PostgreSQL.
CLAIMS = Table(
    "claims",
    METADATA,
    _terminal(),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("month", String(7), primary_key=True),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    Column("number", BigInteger, nullable=False),
    Column("operator", String(64), nullable=False),
    _time("at"),
    Column("confirmed", Integer, nullable=False),  # 1: the trusted time was
    Column("settled", Integer, nullable=False),  # 0: not yet compared with the other terminals' claims
    Index("claims_digest", "digest"),
    Index("claims_unsettled", "terminal", "settled"),
    postgresql_partition_by="RANGE (month)",
)

# An acceptance whose waybill another acceptance holds: to whom it went, and that its counter was told.
CONTESTS = Table(
    "contests",
    METADATA,
    _terminal(),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    Column("winner_terminal", String(64), nullable=False),
    Column("winner_epoch", Integer, nullable=False),
    Column("winner_seq", BigInteger, nullable=False),
    Column("winner_number", BigInteger, nullable=False),
    Column("winner_operator", String(64), nullable=False),
    _time("winner_at"),
    Column("winner_confirmed", Integer, nullable=False),
    _time("found_at"),
    Column("told", BigInteger, nullable=False),  # number of the publication that said so, 0: none yet
    Index("contests_told", "told"),
)

# Each contact that an acceptance says by reference (its annex says so).  ``copy``: the contact's texts,
# sealed to the opening key, kept before the target's sealed part can be erased (``target_*``: NULL where the
# annex names none of the form).  Goes with its own entry's sealed month, and is partitioned by it.
REFERENCES = Table(
    "contact_references",
    METADATA,
    _terminal(),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    Column("party", String(16), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("target_terminal", String(64)),
    Column("target_epoch", BigInteger),
    Column("target_seq", BigInteger),
    Column("state", String(16), nullable=False),
    Column("why", String(40), nullable=False),
    Column("copy", LargeBinary),
    _time("tried_at"),
    Index("contact_references_state", "state", "tried_at"),
    postgresql_partition_by="RANGE (month)",
)

# Which retention class and month was erased, and when: written before the first byte goes.  The same stands
# in a file beside the keys (hq/erasures.py), because a restored backup may be older than an erasure.
ERASURES = Table(
    "erasures",
    METADATA,
    _terminal(),
    Column("retention", String(40), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("rules", String(64), nullable=False),  # edition of the rule data by which it was due
    _time("began_at"),
    _time("ended_at", nullable=True),  # NULL: it was cut off, and the next run goes on
    Column("rows", BigInteger, nullable=False),
)

# Authentic entries that cannot count as they are: who has to act, since when, why.
REVIEWS = Table(
    "reviews",
    METADATA,
    _terminal(),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    Column("state", String(16), nullable=False),
    Column("why", String(40), nullable=False),
    Column("what", String(200), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("kind", String(200), nullable=False),
    _time("parked_at"),
    _time("changed_at"),
    Column("passed", Integer, nullable=False),  # 1: it changes nothing but the head, and counts nowhere
    Column("told", BigInteger, nullable=False),  # number of the publication that said so, 0: none yet
    Index("reviews_told", "told"),
)

# What the terminal set aside, and why: a view as well.
DIRECTIVE_FAULTS = Table(
    "directive_faults",
    METADATA,
    _terminal(),
    _key("number", BigInteger),
    Column("cause", String(40), nullable=False),
)

# What a restore could not make again from the rest, in the order in which it is copied.
BACKED_UP = (
    STORE,
    TERMINALS,
    ENROL_CODES,
    CERTIFICATES,
    GRANTS,
    OPERATORS,
    ACTIVATIONS,
    HEADS,
    ENTRIES,
    ATTACHMENTS,
    SIDE_ENTRIES,
    BRANCHES,
    ERASURES,
    ALARMS,
    PUBLICATIONS,
    DIRECTIVES,
    FEEDS,
    POOLS,
    CONTESTS,
    DOUBLES,
    REVIEWS,
    REFERENCES,
    ADMIN_LOG,
    NOTIFY,
    PARTNERS,
    PERSON_ITEMS,
)
