"""The column kinds that the tables share, and the one collection of all tables."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Text,
    TextClause,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

NAMING: Final = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}
METADATA: Final = MetaData(naming_convention=NAMING)


def text(name: str, comment: str, *, key: bool = False, null: bool = False, default: str | None = None) -> Column[str]:
    """Return a text column."""
    return Column(name, Text, primary_key=key, nullable=null, comment=comment, server_default=default)


def in_place_of_nothing(column: str, value: str) -> TextClause:
    """Return a column as lists are ordered by, with a value where it is null.

    Not `coalesce`: where companies are kept apart, PostgreSQL looks nothing up by it. Laid out as PostgreSQL prints it,
    for the comparison of tables and migrations.
    """
    return sql(f"\nCASE\n    WHEN {column} IS NULL THEN {value}\n    ELSE {column}\nEND")


STAKE_ORDER: Final = in_place_of_nothing("stake_minor", "0::bigint")
"""What lists by money at stake are ordered by: no figure counts as nought there."""


def folded(name: str, source: str) -> Column[str]:
    """Return a column that repeats another in lower case, ordered by its bytes, for searches by how it begins.

    A column and no index over `lower(...)`: where companies are kept apart, PostgreSQL looks up by a function
    only if it cannot leak, which `lower` does not promise.
    """
    return Column(
        name,
        Text(collation="C"),
        Computed(f"lower({source})", persisted=True),
        nullable=False,
        comment=f"The {source} in lower case, to be found by",
    )


def number(
    name: str, comment: str, *, key: bool = False, null: bool = False, default: str | None = None
) -> Column[int]:
    """Return a whole-number column (32 bits)."""
    return Column(
        name, Integer, primary_key=key, nullable=null, comment=comment, server_default=default, autoincrement=False
    )


def minor(name: str, comment: str) -> Column[int]:
    """Return a nullable amount in whole minor units."""
    return Column(name, BigInteger, nullable=True, comment=comment)


def quantity(name: str, comment: str) -> Column[Decimal]:
    """Return a nullable exact quantity."""
    return Column(name, Numeric, nullable=True, comment=comment)


def moment(name: str, comment: str, *, key: bool = False, null: bool = False) -> Column[datetime]:
    """Return a point in time, kept in UTC."""
    return Column(name, DateTime(timezone=True), primary_key=key, nullable=null, comment=comment)


def day(name: str, comment: str, *, key: bool = False, null: bool = False) -> Column[date]:
    """Return a calendar date."""
    return Column(name, Date, primary_key=key, nullable=null, comment=comment)


def json(name: str, comment: str, *, null: bool = False) -> Column[object]:
    """Return a JSON value; a missing value is SQL NULL."""
    return Column(name, JSONB(none_as_null=True), nullable=null, comment=comment)


def raw(name: str, comment: str) -> Column[bytes]:
    """Return raw bytes; PostgreSQL compresses those over about 2 kB."""
    return Column(name, LargeBinary, nullable=False, comment=comment)


def document_columns(*, key: bool) -> tuple[Column[str], Column[str], Column[str]]:
    """Return the three columns that name a document."""
    return (
        text("company", "The Sage company that the document belongs to", key=key),
        text("document_kind", "Kind of document, for instance return", key=key),
        text("document_key", "The document's key within its kind", key=key),
    )


def opened_month(*, key: bool) -> Column[date]:
    """Return the partition column: it never changes, so keys stay unique over all partitions."""
    return day("opened_month", "First day of the month in which the document was opened; the partition", key=key)
