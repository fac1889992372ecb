"""Turns database rows into our frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Row, Table
from sqlalchemy.sql.elements import ColumnElement

Json: TypeAlias = Mapping[str, "Json"] | Sequence["Json"] | str | int | bool | None
"""A plain JSON value as PostgreSQL keeps it; numbers with a point come back as Decimal."""

Value = TypeVar("Value")


def _names(shape: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(shape))


def read(shape: type[Value], row: Row[Any]) -> Value:
    """Make one value from a row whose columns are named like the value's fields."""
    cells = row._mapping  # noqa: SLF001  # the documented way to read by name
    return shape(**{name: cells[name] for name in _names(shape)})


def read_maybe(shape: type[Value], row: Row[Any] | None) -> Value | None:
    """Make one value, or None from no row."""
    return None if row is None else read(shape, row)


def read_all(shape: type[Value], rows: Iterable[Row[Any]]) -> list[Value]:
    """Make a value from each row."""
    names = _names(shape)
    return [shape(**{name: row._mapping[name] for name in names}) for row in rows]  # noqa: SLF001  # as in read


def columns_of(table: Table, shape: type[Any]) -> list[ColumnElement[Any]]:
    """Return the columns that a value is made from, and no others."""
    return [table.c[name] for name in _names(shape)]
