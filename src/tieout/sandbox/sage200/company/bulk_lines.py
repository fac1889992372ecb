"""Lines of a loaded order that are no goods: a discount on the whole order as a free text line, and charges."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, stored
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.nominal import find_nominal
from tieout.sandbox.sage200.orders.pricing import CHARGE, FREE_TEXT

Line = dict[str, Any]


def lines_beside_goods(
    books: Books, order: Mapping[str, Any], customer: sqlite3.Row, taxes: Mapping[object, sqlite3.Row]
) -> Iterator[Line]:
    """Yield the order's "discount_line", whose net is taken off whatever its sign, and its "charge_lines"."""
    if "discount_line" in order:
        told = order["discount_line"]
        net = -abs(stored(Decimal(str(told["net"])), 2))
        revenue = customer["nominal_id"] or books.control("revenue")
        yield _line(FREE_TEXT, told, net, _tax(told, customer, taxes), _nominal(books, told, revenue))
    for told in order.get("charge_lines", ()):
        net = stored(Decimal(str(told["net"])), 2)
        carriage = books.control("carriage")
        yield _line(CHARGE, told, net, _tax(told, customer, taxes), _nominal(books, told, carriage))


def summed(lines: Iterable[Mapping[str, Any]], column: str) -> int:
    """Return the total of a column of lines."""
    return sum(line[column] for line in lines)


def refuse_negative(lines: Iterable[Mapping[str, Any]]) -> None:
    """Raise RefusedError where the lines of a document come to less than nothing."""
    listed = list(lines)
    net = summed(listed, "total")
    if min(net, net + summed(listed, "tax")) < 0:
        raise RefusedError("A document cannot have a negative total.")


def _line(kind: str, told: Mapping[str, Any], net: int, tax_code: sqlite3.Row, nominal: int) -> Line:
    return {
        "type": kind,
        "product": None,
        "code": str(told.get("code", "")),
        "description": str(told.get("description") or ("Charge" if kind == CHARGE else "Discount")),
        "nominal": nominal,
        "confirmation": "NoConfirmation",
        "warehouse": None,
        "quantity": UNIT,
        "unit_price": net * (UNIT // 100),
        "percent": 0,
        "tax_code": tax_code,
        "total": net,
        "tax": 0,
    }


def _tax(told: Mapping[str, Any], customer: sqlite3.Row, taxes: Mapping[object, sqlite3.Row]) -> sqlite3.Row:
    given = told.get("tax_code")
    by_id = {row["id"]: row for row in taxes.values()}
    found = by_id.get(customer["tax_code_id"]) if given is None else taxes.get(int(given))
    if found is None:
        raise RefusedError(f"Tax code {given} does not exist.")
    return found


def _nominal(books: Books, told: Mapping[str, Any], default: int) -> int:
    """Return the nominal given as "4000/WEB/ONL", else the default."""
    if "nominal" not in told:
        return default
    account, centre, department = [*str(told["nominal"]).split("/"), "", ""][:3]
    return int(find_nominal(books, account, centre, department)["id"])
