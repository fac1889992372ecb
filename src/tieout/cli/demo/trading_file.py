"""The rows of a trading file: columns, stock codes, documents."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, unique
from functools import cache
from pathlib import Path

import duckdb

COLUMNS = (
    "RowId",
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
MAY_BE_EMPTY = frozenset({"Description", "CustomerID"})
_EMPTY = "FROM read_parquet(?) WHERE {} IS NULL LIMIT 1"
_READ = """
SELECT RowId, trim(InvoiceNo), upper(trim(StockCode)), trim(Description), Quantity, InvoiceDate::DATE,
       UnitPrice, CustomerID::INTEGER::VARCHAR, trim(Country)
FROM read_parquet(?) ORDER BY RowId
"""


class TradingFileError(ValueError):
    """The file cannot be played; the message says what to give instead."""


@unique
class LineClass(Enum):
    """What a stock code stands for."""

    PRODUCT = "product"
    TEST_PRODUCT = "test product"
    VOUCHER = "voucher"
    CARRIAGE = "carriage"
    MANUAL = "manual"
    LEDGER = "ledger"


GOODS = frozenset({LineClass.PRODUCT, LineClass.TEST_PRODUCT})


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """One row of the file; in a `Sale` the quantity is positive. The unit price is net of VAT, in pounds."""

    row_id: int
    sku: str
    title: str
    quantity: int
    unit_price: Decimal
    line_class: LineClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """All rows of one number, quantities signed as in the file."""

    number: str
    day: date
    customer: str | None
    country: str
    lines: tuple[SaleLine, ...]

    @property
    def is_invoice(self) -> bool:
        """Tell an invoice (digits only) from a C or A document."""
        return self.number.isdigit()


def read_documents(path: Path) -> tuple[Document, ...]:
    """Read the documents in the file's order; raise `TradingFileError` when it is no trading file."""
    heads: dict[str, tuple[date, str | None, str]] = {}
    lines: defaultdict[str, list[SaleLine]] = defaultdict(list)
    for row_id, number, sku, title, quantity, day, price, customer, country in _rows(path):
        _check_row(path, row_id, number, quantity)
        heads.setdefault(number, (day, customer, country))
        lines[number].append(
            SaleLine(
                row_id=row_id,
                sku=sys.intern(sku),
                title=sys.intern(title or sku),
                quantity=quantity,
                unit_price=_price(price),
                line_class=line_class(sku),
            )
        )
    return tuple(
        Document(number=number, day=day, customer=customer, country=country, lines=tuple(lines[number]))
        for number, (day, customer, country) in heads.items()
    )


@cache
def line_class(sku: str) -> LineClass:
    """Say what a stripped, upper-cased stock code stands for; an unknown code is a product."""
    if sku in {"POST", "DOT", "C2"}:
        return LineClass.CARRIAGE
    if sku in {"M", "D", "S"} or sku.startswith("ADJUST"):
        return LineClass.MANUAL
    if sku in {"BANK CHARGES", "AMAZONFEE", "CRUK", "B"}:
        return LineClass.LEDGER
    if sku.startswith("TEST"):
        return LineClass.TEST_PRODUCT
    if sku.startswith("GIFT_"):
        return LineClass.VOUCHER
    return LineClass.PRODUCT


_Row = tuple[int, str, str, str | None, int, date, float | Decimal, str | None, str]


def _rows(path: Path) -> Iterator[_Row]:
    with duckdb.connect() as database:
        try:
            found = {row[0] for row in database.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()}
            missing = [column for column in COLUMNS if column not in found]
            if missing:
                raise TradingFileError(f"{path} lacks the columns {', '.join(missing)}. It needs {', '.join(COLUMNS)}.")
            for column in COLUMNS:
                if column not in MAY_BE_EMPTY and database.execute(_EMPTY.format(column), [str(path)]).fetchone():
                    raise TradingFileError(f"{path} has rows without {column}. Remove them or fill them in.")
            cursor = database.execute(_READ, [str(path)])
            while batch := cursor.fetchmany(10_000):
                yield from batch
        except duckdb.Error as error:
            raise TradingFileError(
                f"{path} cannot be read. Give a parquet file with the columns {', '.join(COLUMNS)}."
            ) from error


def _check_row(path: Path, row_id: int, number: str, quantity: int) -> None:
    if not (number.isdigit() or (number[:1] in {"A", "C"} and number[1:].isdigit())):
        raise TradingFileError(
            f"{path}, RowId {row_id}: {number!r} is no document number. "
            "Use digits for an invoice, C and digits for a return, A and digits for a bad debt."
        )
    if quantity == 0:
        raise TradingFileError(f"{path}, RowId {row_id}: the quantity is 0. Remove the row or correct it.")


@cache
def _price(value: float | Decimal) -> Decimal:
    return Decimal(str(value))
