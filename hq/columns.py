"""What every table of headquarters begins with; hq/schema.py says why."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, String

METADATA = MetaData()


def terminal() -> Column[str]:
    """Of every key."""
    return Column("terminal", String(64), primary_key=True)


def key(name: str, kind: type[BigInteger] | type[Integer]) -> Column[int]:
    """A number in a key."""
    return Column(name, kind, primary_key=True, autoincrement=False)


def time(name: str, *, nullable: bool = False) -> Column[str]:
    """core.ledger.entry.stamp form."""
    return Column(name, String(24), nullable=nullable)
