"""Trading figures of an item, period by period: what was sold and bought, by the movements of its history."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import PERCENT, cost_each, divided, money, percent, units
from tieout.sandbox.sage200.company.refusals import NotFoundError, RefusedError

Json = dict[str, Any]
PERIODS_SHOWN = 12
_FILTER = re.compile(r"(\w+) eq (?:'([^']*)'|(\d+))")
_MEANT = {"warehouse_name": "m.warehouse_name", "source_area_reference": "m.source_reference"}


def sales_figures(books: Books, product_id: int, params: Mapping[str, str]) -> Json:
    """Return what of an item was sold, this period first; returned goods count against it."""
    periods = []
    for row, sums in _by_period(books, product_id, params, "SOP"):
        sold, value, cost = -sums["quantity"], -sums["issued"], -sums["cost"]
        profit = value - cost
        periods.append(
            _head(row)
            | {
                "quantity_sold": units(sold),
                "value_sold": money(value),
                "average_selling_price": units(cost_each(value, sold)),
                "cost_of_sale_value": money(cost),
                "profit_value": money(profit),
                "profit_percent": percent(divided(profit * 100 * PERCENT, value) if value > 0 else 0),
            }
        )
    return _figures(periods, "sold")


def purchase_figures(books: Books, product_id: int, params: Mapping[str, str]) -> Json:
    """Return what of an item was bought, this period first."""
    periods = []
    for row, sums in _by_period(books, product_id, params, "POP"):
        periods.append(
            _head(row)
            | {
                "quantity_bought": units(sums["quantity"]),
                "value_bought": money(sums["cost"]),
                "average_buying_price": units(cost_each(sums["cost"], sums["quantity"])),
            }
        )
    return _figures(periods, "bought")


def _figures(periods: list[Json], verb: str) -> Json:
    nothing = Decimal(0)
    this, last = ([*periods, {}, {}])[:2]
    return {
        f"{what}_{verb}_{when}_period": found.get(f"{what}_{verb}", nothing)
        for when, found in (("this", this), ("last", last))
        for what in ("quantity", "value")
    } | {"periods": periods}


def _head(row: sqlite3.Row) -> Json:
    return {
        "start_date": f"{row['start']}T00:00:00Z",
        "end_date": f"{row['finish']}T00:00:00Z",
        "period": f"{date.fromisoformat(row['start']):%B}",
        "year": row["start"][:4],
    }


def _by_period(
    books: Books, product_id: int, params: Mapping[str, str], source: str
) -> list[tuple[sqlite3.Row, sqlite3.Row]]:
    """Return the latest accounting periods up to today, each with the sums of its movements of one source."""
    if books.row("SELECT id FROM product WHERE id = ?", product_id) is None:
        raise NotFoundError(f"The product record {product_id} does not exist.")
    asked = {name: text or number for name, text, number in _FILTER.findall(params.get("$filter", ""))}
    count = asked.pop("no_of_periods", str(PERIODS_SHOWN))
    asked = {name: text for name, text in asked.items() if not name.startswith("analysis_code_")}
    if not count.isdecimal() or asked.keys() - _MEANT.keys():
        raise RefusedError("The filter takes no_of_periods, warehouse_name, source_area_reference and analysis codes.")
    extra = "".join(f" AND {_MEANT[name]} = ?" for name in asked)
    found = []
    for period in books.rows(
        "SELECT * FROM period WHERE start <= ? ORDER BY start DESC LIMIT ?", books.today().isoformat(), int(count[:3])
    ):
        sums = books.row(
            "SELECT coalesce(sum(m.quantity), 0) AS quantity, coalesce(sum(m.value), 0) AS cost, "  # noqa: S608  # our own conditions
            "CAST(round(coalesce(sum(m.quantity * m.unit_issue / 100000.0), 0) / 1000) AS INTEGER) AS issued "
            f"FROM movement m WHERE m.product_id = ? AND m.type IN (?, ?) AND m.date BETWEEN ? AND ?{extra}",
            product_id,
            f"In - {source}",
            f"Out - {source}",
            period["start"],
            period["finish"],
            *asked.values(),
        )
        assert sums is not None, "an aggregate has a row"
        found.append((period, sums))
    return found


FIGURES: dict[str, Callable[[Books, int, Mapping[str, str]], Json]] = {
    "product_sales_figures": sales_figures,
    "product_purchase_figures": purchase_figures,
}
"""Enquiries on one record, by name."""
