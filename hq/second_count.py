"""The second count: a business day counted in SQL over the stored bodies, beside the fold (I6).

Counter and headquarters fold with the same functions, so they would share a mistake in them.  This counts
the same facts another way, in the database, from docs/format.md alone, and imports nothing of the fold.  Both
must agree at each close; what differs is an alarm that names every figure.  A branch that was taken in
counts in the day of its ``BranchAdopted``, from its own entries beside the chain, whatever that entry says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, TextClause, text

from core import wire
from hq.entries import span_sql

NAMES = ("accepted", "refused", "senders", "labels", "receipts", "affixed", "copies", "unknown", "voided")

# A body with an escaped zero byte is no sound entry of any kind, and PostgreSQL's JSON refuses it.
_POSTGRESQL = r"""
WITH body AS MATERIALIZED (
    SELECT seq, CASE WHEN position('\u0000' IN convert_from(body, 'UTF8')) = 0
                     THEN convert_from(body, 'UTF8')::jsonb END AS j
    FROM {source} AS source
), fact AS MATERIALIZED (
    SELECT seq, j, j ->> 'kind' AS kind, j -> 'data' ->> 'item' AS item, j -> 'data' ->> 'slot' AS slot,
           j -> 'data' ->> 'receipt' = 'true' AS receipt
    FROM body WHERE j ->> 'kind_version' = '1' AND NOT seq = ANY(:passed)
)"""
_SQLITE = """
WITH body AS (
    SELECT seq, CAST(body AS TEXT) AS j
    FROM {source} AS source
), fact AS MATERIALIZED (
    SELECT seq, j, json_extract(j, '$.kind') AS kind, CAST(json_extract(j, '$.data.item') AS TEXT) AS item,
           json_extract(j, '$.data.slot') AS slot, json_extract(j, '$.data.receipt') = 1 AS receipt
    FROM body WHERE json_extract(j, '$.kind_version') = 1
      AND seq NOT IN (SELECT value FROM json_each(:passed))
)"""
_CHAIN = "(SELECT seq, body FROM entries WHERE {span})".replace("{span}", span_sql("low", "last"))
# A branch goes on from where it stands on the chain.
_BRANCH = """(
    SELECT seq, body FROM entries WHERE {span}
    UNION ALL
    SELECT seq, body FROM side_entries
    WHERE terminal = :terminal AND branch = :branch AND seq BETWEEN :low AND :last
)""".replace("{span}", span_sql("low", "base"))
# A page came out for the first time where its printer said so, or a person saw it; each time after is a copy.
_COUNT = """, keyed AS (
    SELECT seq, kind, receipt, CASE WHEN kind = 'ItemAccepted' THEN CAST(seq AS TEXT) ELSE item END AS item,
           CASE WHEN kind = 'ItemAccepted' THEN 'item'
                WHEN kind = 'ReceiptPrinted' OR slot = 'receipt_printer' THEN 'receipt'
                ELSE 'label' END AS what
    FROM fact WHERE kind IN ('ItemAccepted', 'LabelPrinted', 'ReceiptPrinted', 'PrintSeen')
), item AS (
    SELECT MAX(CASE WHEN what = 'item' THEN 1 ELSE 0 END) AS accepted,
           MAX(CASE WHEN what = 'item' AND receipt THEN 1 ELSE 0 END) AS receipt,
           MIN(CASE WHEN what = 'label' THEN seq END) AS label_seq,
           MIN(CASE WHEN what = 'receipt' THEN seq END) AS receipt_seq
    FROM keyed GROUP BY item
), first_page AS (
    SELECT 'label' AS what, label_seq AS seq FROM item WHERE accepted = 1 AND label_seq IS NOT NULL
    UNION ALL
    SELECT 'receipt', receipt_seq FROM item WHERE receipt = 1 AND receipt_seq IS NOT NULL
), day_end AS (
    {day_end}
), today AS (
    SELECT * FROM fact WHERE seq BETWEEN :first AND (SELECT seq FROM day_end)
), first_today AS (
    SELECT * FROM first_page WHERE seq BETWEEN :first AND (SELECT seq FROM day_end)
)
SELECT
    (SELECT COUNT(*) FROM today WHERE kind = 'ItemAccepted') AS accepted,
    (SELECT COUNT(*) FROM today WHERE kind = 'ItemRefused') AS refused,
    (SELECT COUNT(*) FROM today WHERE kind IN ('SenderVerified', 'SenderExempted')) AS senders,
    (SELECT COUNT(*) FROM first_today WHERE what = 'label') AS labels,
    (SELECT COUNT(*) FROM first_today WHERE what = 'receipt') AS receipts,
    (SELECT COUNT(*) FROM today WHERE kind = 'LabelAffixed') AS affixed,
    (SELECT COUNT(*) FROM today WHERE kind = 'LabelPrinted'
        AND seq NOT IN (SELECT seq FROM first_page WHERE what = 'label')) AS copies,
    (SELECT COUNT(*) FROM today WHERE kind = 'PrintUnknown') AS unknown,
    (SELECT COUNT(DISTINCT item) FROM today WHERE kind = 'ItemVoided'
        AND item IN (SELECT CAST(seq AS TEXT) FROM fact WHERE kind = 'ItemAccepted')) AS voided
"""
_DAY_END = "SELECT COALESCE(MIN(seq) - 1, :last) AS seq FROM fact WHERE kind = 'DayOpened' AND seq > :first"
_BRANCH_END = "SELECT CAST(:last AS BIGINT) AS seq"  # however many days it ran through
_TAKEN = """
SELECT seq, {members} FROM fact WHERE kind = 'BranchAdopted' AND seq >= :first
    AND seq < COALESCE((SELECT MIN(seq) FROM fact WHERE kind = 'DayOpened' AND seq > :first), :last + 1)
ORDER BY seq
"""
_MEMBERS = ("branch", "first", "last")
# The earliest item of which a page came out that day, or that was voided: it may be of an earlier day.
_LOW = """
SELECT MIN(CAST(item AS BIGINT)) FROM fact
WHERE kind IN ('LabelPrinted', 'ReceiptPrinted', 'PrintSeen', 'ItemVoided')
"""


def count_day(
    connection: Connection, terminal: str, first: int, last: int, passed: Collection[int] = ()
) -> Mapping[str, int]:
    """What happened at ``terminal`` from entry ``first`` to ``last``, by :data:`NAMES`.

    ``passed``: entries that are parked because they say nothing possible; they count nowhere.
    """
    values: dict[str, object] = {"terminal": terminal, "first": first, "last": last, "low": first}
    values["passed"] = sorted(passed) if _is_postgresql(connection) else str(sorted(passed))
    found = _count(connection, values, _CHAIN, _DAY_END)
    for taken in _taken(connection, {**values, "low": first}):
        for name, count in _count_branch(connection, terminal, taken).items():
            found[name] += count
    return found


def _count(connection: Connection, values: dict[str, object], source: str, day_end: str) -> dict[str, int]:
    earliest = connection.execute(_statement(connection, _LOW, source), values).scalar_one()
    first = int(str(values["first"]))
    if earliest is not None:
        values["low"] = max(1, min(first, int(earliest)))
    counted = _COUNT.replace("{day_end}", day_end)
    row = connection.execute(_statement(connection, counted, source), values).mappings().one()
    return {name: int(row[name]) for name in NAMES}


def _taken(connection: Connection, values: dict[str, object]) -> list[tuple[bytes, int, int]]:
    """(branch, first, last) of what was taken in that day."""
    path = "j -> 'data' ->> '{}'" if _is_postgresql(connection) else "json_extract(j, '$.data.{}')"
    members = ", ".join(f"{path.format(name)} AS x_{name}" for name in _MEMBERS)
    statement = _statement(connection, _TAKEN.replace("{members}", members), _CHAIN)
    return [
        (wire.unb64(row.x_branch), int(row.x_first), int(row.x_last))
        for row in connection.execute(statement, values)
    ]


def _count_branch(connection: Connection, terminal: str, taken: tuple[bytes, int, int]) -> Mapping[str, int]:
    branch, first, last = taken
    begins = text("SELECT MIN(seq) FROM side_entries WHERE terminal = :terminal AND branch = :branch")
    found = connection.execute(begins, {"terminal": terminal, "branch": branch}).scalar_one()
    if found is None:
        return dict.fromkeys(NAMES, 0)  # it is not here, and counts nothing
    values: dict[str, object] = {"terminal": terminal, "branch": branch, "base": int(found) - 1}
    values |= {"first": first, "last": last, "low": first}
    values["passed"] = [] if _is_postgresql(connection) else "[]"
    return _count(connection, values, _BRANCH, _BRANCH_END)


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _statement(connection: Connection, end: str, source: str) -> TextClause:
    # The colons of PostgreSQL's casts would be taken for parameters.
    begin = _POSTGRESQL.replace("::", r"\:\:") if _is_postgresql(connection) else _SQLITE
    return text(begin.replace("{source}", source) + end)
