"""What stock movements post to the nominal ledger, by the stock settings and the edition.

Movements post when stock management is integrated with the nominal (6.4: in Standard they never do); goods sold post
their cost when cost of sales is generated besides. Only when both are on does the stock nominal equal the stock.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import value_of
from tieout.sandbox.sage200.ledger.nominal import Entry, post_journal
from tieout.sandbox.sage200.stock.movements import Moved


def integrated(books: Books) -> bool:
    """Say whether stock movements post to the nominal ledger."""
    switched_on = bool(books.setting("stock", "integrate_stock_management_with_nominal"))
    return books.edition == "Professional" and switched_on


def costs_sales(books: Books) -> bool:
    """Say whether goods sold post their cost to the nominal ledger."""
    return integrated(books) and bool(books.setting("stock", "generate_cos_for_sop"))


def post_in(  # the facts of a posting
    books: Books, product: sqlite3.Row, moved: Moved, nominal_id: int, *, on: date, reference: str, narrative: str = ""
) -> None:
    """Post stock that came in: stock and variance against a nominal account, at what it cost."""
    entries = [_stock_entry(product, moved.value, narrative), *_variance(books, moved.variance, narrative)]
    _post(books, entries, nominal_id, on, reference, narrative)


def post_out(  # the facts of a posting
    books: Books, product: sqlite3.Row, moved: Moved, nominal_id: int, *, on: date, reference: str, narrative: str = ""
) -> None:
    """Post stock that went out, against a nominal account."""
    _post(books, [_stock_entry(product, -moved.value, narrative)], nominal_id, on, reference, narrative)


def _post(books: Books, entries: list[Entry], nominal_id: int, on: date, reference: str, narrative: str) -> None:
    against = -sum(entry.value for entry in entries)
    if not integrated(books):
        return
    post_journal(
        books,
        [*entries, Entry(nominal_id=nominal_id, value=against, role="analysis", narrative=narrative)],
        urn=books.number("urn"),
        on=on,
        sub_ledger="Stock",
        source="STOCK",
        reference=reference,
    )


def _stock_entry(product: sqlite3.Row, value: int, narrative: str) -> Entry:
    return Entry(nominal_id=product["stock_id"], value=value, role="stock", narrative=narrative)


def _variance(books: Books, value: int, narrative: str) -> list[Entry]:
    if not value:
        return []
    return [Entry(nominal_id=books.control("variance"), value=value, role="variance", narrative=narrative)]


def post_sold(books: Books, reference: str, sold: Iterable[tuple[sqlite3.Row, Moved]], on: date, sign: int) -> None:
    """Post the cost of goods sold (sign 1: cost of sales against stock) or come back (sign -1), item by item."""
    if not costs_sales(books):
        return
    entries: list[Entry] = []
    variance: dict[str, int] = defaultdict(int)
    for product, moved in sold:
        code = product["code"]
        cost = sign * (moved.value + moved.variance)
        entries.append(Entry(nominal_id=product["issue_id"], value=cost, role="cost", narrative=code))
        entries.append(_stock_entry(product, -sign * moved.value, code))
        variance[code] -= sign * moved.variance
    for code, value in variance.items():
        entries += _variance(books, value, code)
    if any(entry.value for entry in entries):
        urn = books.number("urn")
        post_journal(books, entries, urn=urn, on=on, sub_ledger="Stock", source="SOP", reference=reference)


def revalue(books: Books, product: sqlite3.Row, standard_cost: int, on: date) -> None:
    """Change an item's standard cost: what is in stock is revalued against the variance account (assumed)."""
    books.update("product", product["id"], standard_cost=standard_cost, updated=books.stamp())
    if product["costing"] != "STANDARD":
        return
    row = books.row("SELECT * FROM layer WHERE product_id = ?", product["id"])
    if row is None:
        return
    value = value_of(row["quantity"], standard_cost) - row["value"]
    books.run("UPDATE layer SET value = value + ? WHERE id = ?", value, row["id"])
    books.insert(
        "revaluation",
        product_id=product["id"],
        date=on.isoformat(),
        value=value,
        user_name=books.user,
        **books.stamps(),
    )
    moved = Moved(movement_id=0, value=value)
    post_in(books, product, moved, books.control("variance"), on=on, reference="STANDARD COST")
