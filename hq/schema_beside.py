"""Tables of what stands beside: branches of a chain, sessions of one operator and her look-ups, what persons
asked for, texts to customers, and the log of headquarters' own acts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from hq.columns import METADATA
from hq.columns import key as _key
from hq.columns import terminal as _terminal
from hq.columns import time as _time

# One row for each run of entries beside a chain.  ``adopted``, ``declined``: up to which entry its counter's
# own entries say so (a supervisor decided); ``told_tip``: up to where its counter was told of it.
BRANCHES = Table(
    "branches",
    METADATA,
    _terminal(),
    Column("branch", LargeBinary(32), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("cause", String(8), nullable=False),  # "late" or "fork"
    Column("first", BigInteger, nullable=False),
    Column("base", LargeBinary(32), nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("tip", LargeBinary(32), nullable=False),
    Column("adopted", BigInteger, nullable=False),
    Column("adopted_tip", LargeBinary(32), nullable=False),
    Column("declined", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False),  # number of the publication that said so, 0: none yet
    Column("told_tip", LargeBinary(32), nullable=False),
    Column("facts", String(1000), nullable=False),  # JSON: what was told, or why it cannot be
    _time("changed_at"),
    Index("branches_changed", "changed_at"),
)

# Each operator's sessions, as the counters' entries say: the follower's own view.  ``until``: the end of the
# session's certificate; ``settled`` 0: not yet compared with her sessions at other terminals, which the index
# finds (it is no key).
SESSIONS = Table(
    "sessions",
    METADATA,
    _terminal(),
    Column("session", String(64), primary_key=True),
    Column("operator", String(64), nullable=False),
    _time("at"),
    _time("until"),
    _time("ended_at", nullable=True),
    Column("settled", Integer, nullable=False),
    Index("sessions_operator", "operator", "until"),
    Index("sessions_unsettled", "settled", "terminal"),
)

# An operator's session that ran while another one of hers did, elsewhere; ``earlier`` 1: it began first.
DOUBLES = Table(
    "doubles",
    METADATA,
    _terminal(),
    Column("session", String(64), primary_key=True),
    Column("other_terminal", String(64), primary_key=True),
    Column("other_session", String(64), primary_key=True),
    Column("operator", String(64), nullable=False),
    _time("at"),  # the other one's log-in
    Column("earlier", Integer, nullable=False),
    _time("found_at"),
    Column("told", BigInteger, nullable=False),  # number of the publication that said so, 0: none yet
    Index("doubles_told", "told"),
)

# Each look-up of the last days, as the counters' entries say: the follower's own view.  An operator's are
# counted over all terminals by the index, which is no key.  ``told``: alarms that this one raised.
LOOKS = Table(
    "looks",
    METADATA,
    _terminal(),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    Column("operator", String(64), nullable=False),
    Column("day", String(10), nullable=False),  # China's time
    Column("hour", String(13), nullable=False),
    Column("vain", Integer, nullable=False),  # 1: it found nothing
    Column("told", String(80), nullable=False),
    Index("looks_operator", "operator", "day"),
)

# Codes of registered senders that counters took in the last days: each counts once over all of them.
SENDER_CODES = Table(
    "sender_codes",
    METADATA,
    Column("code", String(64), primary_key=True),
    _terminal(),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    Column("day", String(10), nullable=False),  # China's time
    Index("sender_codes_day", "terminal", "day"),
)

# Headquarters' own acts (hq/admin_log.py).  ``who``, ``command``, ``phase`` and ``at`` repeat the signed
# document for look-ups; ``hq admin verify`` compares them.
ADMIN_LOG = Table(
    "admin_log",
    METADATA,
    _terminal(),
    _key("number", BigInteger),
    Column("who", String(16), nullable=False),
    Column("command", String(40), nullable=False),
    Column("phase", String(8), nullable=False),
    _time("at"),
    Column("document", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("second_signature", LargeBinary),
    Index("admin_log_who", "terminal", "who", "phase"),
    Index("admin_log_command", "terminal", "command", "phase"),
)

# Items whose persons asked for deletion, as the counters' entries say: the follower's own view.  ``said`` is
# the entry that says so, ``seq`` the item's.
RESTRICTED = Table(
    "restricted",
    METADATA,
    _terminal(),
    _key("epoch", Integer),
    _key("said", BigInteger),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("request", String(64), nullable=False),
    Column("ground", String(40), nullable=False),
    Column("operator", String(64), nullable=False),
    _time("at"),
    Index("restricted_item", "terminal", "seq"),
)

# Partners to whom something may be released (hq/partners.py), of the whole estate: numbers and last days
# (ISO) of the agreement and of the security review.
PARTNERS = Table(
    "partners",
    METADATA,
    _terminal(),
    Column("partner", String(40), primary_key=True),
    Column("agreement", String(64), nullable=False),
    Column("agreement_until", String(10), nullable=False),
    Column("review", String(64), nullable=False),
    Column("review_until", String(10), nullable=False),
    _time("added_at"),
    _time("ended_at", nullable=True),
)

# Persons' items that headquarters itself restricted or erases (hq/person_items.py): ``does`` which of both,
# ``told`` the publication that says so to the counter, 0 where the counter said it first; ``ended_at`` NULL
# until the bytes of an erased one are gone, ``rows`` how many attachments they were.
PERSON_ITEMS = Table(
    "person_items",
    METADATA,
    _terminal(),
    _key("seq", BigInteger),
    Column("epoch", Integer, nullable=False),
    Column("request", String(64), nullable=False),
    Column("does", String(8), nullable=False),
    Column("ground", String(40), nullable=False),
    Column("rules", String(64), nullable=False),  # edition of headquarters' rule data that it was judged by
    Column("told", BigInteger, nullable=False),
    _time("at"),
    _time("ended_at", nullable=True),
    Column("rows", BigInteger, nullable=False),
)

# Texts that counters asked to be sent (hq/notify.py).  ``code`` and ``version`` of the text, ``rules`` the
# edition it stands in; ``handed`` 1: a try may have gone out; ``due_at``: the next one; ``told``: number of
# the publication that said how it ended, 0: none yet.  No number, no word.
NOTIFY = Table(
    "notify",
    METADATA,
    _terminal(),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    Column("notify", String(64), nullable=False),
    Column("item", BigInteger, nullable=False),
    Column("code", String(40), nullable=False),
    Column("version", String(64), nullable=False),
    Column("rules", String(64), nullable=False),
    Column("party", String(40), nullable=False),
    Column("language", String(40), nullable=False),
    Column("operator", String(64), nullable=False),
    _time("asked_at"),
    Column("day", String(10), nullable=False),  # China's
    Column("outcome", String(40), nullable=False),  # "": open
    Column("why", String(40), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("handed", Integer, nullable=False),
    _time("due_at"),
    Column("told", BigInteger, nullable=False),
    Index("notify_due", "outcome", "due_at"),
    Index("notify_told", "told"),
    Index("notify_operator", "operator", "day"),
)
