"""A real day of the giftware merchant: every goods line of its invoices as an order that is still to go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

FULL = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail.parquet"
"""The whole trading file, which lies beside the project and is not part of it."""
_LINES = """
    SELECT InvoiceNo, trim(StockCode), sum(Quantity), CAST(min(UnitPrice) AS DECIMAL(12, 3))
    FROM read_parquet(?)
    WHERE CAST(InvoiceDate AS DATE) = CAST(? AS DATE) AND regexp_matches(InvoiceNo, '^[0-9]+$') AND Quantity > 0
      AND regexp_matches(trim(StockCode), '^[0-9]{5}')
    GROUP BY InvoiceNo, trim(StockCode), RowId
    ORDER BY InvoiceNo, RowId
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """One line of a document: a stock code in capitals, as Sage keeps them."""

    sku: str
    quantity: int
    price: Decimal


def orders_of(day: str, path: Path = FULL) -> dict[str, Sequence[DayLine]]:
    """The day's documents by their invoice number, in the order of the file."""
    found: dict[str, list[DayLine]] = defaultdict(list)
    for number, sku, quantity, price in duckdb.execute(_LINES, [str(path), day]).fetchall():
        found[number].append(DayLine(sku=sku.upper(), quantity=int(quantity), price=Decimal(price)))
    return dict(found)
