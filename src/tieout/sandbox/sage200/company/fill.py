"""Fills a company with made-up trade of three years: a million posted transactions in a minute or two.

What is made hangs together: orders of two lines, despatched, invoiced, paid by card; every so-manieth comes back and is
credited; ledger invoices with their receipts make up the number; stock has cost layers. Every proof holds afterwards.
Customers are named B0000001.., items BULK-0000001..; their stamps lie on the days of their trade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from tieout.sandbox.sage200.company import fill_others, fill_statements
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.periods import period_of
from tieout.sandbox.sage200.company.refusals import RefusedError

DAYS = 1095
MOST = 5_000_000
ONE_IN = 20
KEYED_BY = "JBROWN"
KNOWN = ("posted", "orders", "returns", "movements", "customers", "products")
# Of twenty orders one is only entered and one only despatched, two are invoiced and sixteen paid as well.
INVOICED, PAID = 18, 16


def fill(books: Books, body: Mapping[str, Any]) -> dict[str, int]:
    """Make so much trade and return how many rows of each kind the company has now."""
    wanted = _wanted(body)
    with books.transaction():
        books.db.execute("PRAGMA cache_size = -65536")
        dropped = _drop_indexes(books)
        try:
            _make(books, wanted)
        finally:
            for name in (*fill_statements.TEMPORARY, "fill_stock"):
                books.db.execute(f"DROP TABLE IF EXISTS temp.{name}")
        for statement in dropped:
            books.db.execute(statement)
    books.db.execute("ANALYZE")
    tables = {"posted": "posted", "movements": "movement", "customers": "customer", "products": "product"}
    counts = {name: int(books.value(f"SELECT count(*) FROM {table}")) for name, table in tables.items()}  # noqa: S608  # our own tables
    for name, kind in (("orders", "order"), ("returns", "return")):
        counts[name] = int(books.value("SELECT count(*) FROM document WHERE kind = ?", kind))
    return counts


def _wanted(body: Mapping[str, Any]) -> dict[str, int]:
    unknown = set(body) - set(KNOWN)
    if unknown:
        raise RefusedError(f"A company is not filled with {', '.join(sorted(unknown))}; name {', '.join(KNOWN)}.")
    wanted = {name: int(body[name]) for name in KNOWN if name in body}
    if any(not 0 <= count <= MOST for count in wanted.values()):
        raise RefusedError(f"A company is filled with 0 to {MOST} of each.")
    orders, posted = wanted.setdefault("orders", 0), wanted.setdefault("posted", 0)
    wanted.setdefault("returns", orders // ONE_IN)
    wanted.setdefault("movements", 0)
    wanted["customers"] = max(1, wanted.get("customers", min(20_000, (orders + posted) // 50)))
    wanted["products"] = max(1, wanted.get("products", min(5_000, orders // 40)))
    return wanted


def _make(books: Books, wanted: Mapping[str, int]) -> None:
    for statement in fill_statements.TABLES.split(";"):
        books.db.execute(statement)
    books.db.executemany("INSERT INTO fill_day VALUES (?, ?, ?)", _days(books))
    known = _known(books) | _numbered(books, wanted)
    for statement in (
        fill_statements.CUSTOMERS,
        fill_statements.PRODUCTS,
        *fill_statements.PRODUCT_PARTS,
        *fill_statements.LISTED,
        *fill_statements.ORDERS,
        *fill_statements.RETURNS,
        *fill_others.OPENING,
        *fill_others.PAIRS,
        *fill_others.MOVES,
    ):
        books.db.execute(statement, known)


def _days(books: Books) -> Iterable[tuple[object, ...]]:
    """Return each day of the three years with its period, which was open when its trade was posted."""
    today = books.today()
    for n in range(DAYS):
        on = today - timedelta(days=DAYS - 1 - n)
        yield n, on.isoformat(), period_of(books, on)


def _known(books: Books) -> dict[str, object]:
    """Return what is the same in every row: accounts, the warehouse, the bank, the rate of tax."""
    warehouse = books.row("SELECT * FROM warehouse WHERE trading = 1 ORDER BY id")
    assert warehouse is not None, "a company has a trading warehouse"
    bank = books.row("SELECT * FROM bank WHERE code = 'CARD'")
    assert bank is not None, "a company takes cards"
    tax = books.need("tax_code", books.control("tax_code"), "Tax code")
    web = books.value("SELECT id FROM nominal WHERE account = '4000' AND cost_centre = 'WEB'")
    return {
        **{
            name: books.control(name)
            for name in ("revenue", "stock", "cost_of_sales", "debtors", "opening", "write_off")
        },
        "revenue_web": web or books.control("revenue"),
        "vat": books.control("vat_output"),
        "warehouse": warehouse["id"],
        "warehouse_name": warehouse["name"],
        "bin": books.value(
            "SELECT name FROM warehouse_bin WHERE warehouse_id = ? ORDER BY priority, name", warehouse["id"]
        ),
        "bank": bank["id"],
        "bank_code": bank["code"],
        "bank_nominal": bank["nominal_id"],
        "tax_code": tax["id"],
        "rate": tax["rate"],
        "country": books.value("SELECT id FROM country WHERE code = ?", books.profile.country),
        "group": books.value("SELECT id FROM product_group WHERE costing = 'FIFO' ORDER BY id"),
        "user": KEYED_BY,
        "days": DAYS,
        "first_day": (books.today() - timedelta(days=DAYS - 1)).isoformat(),
    }


def _numbered(books: Books, wanted: Mapping[str, int]) -> dict[str, int]:
    """Return how many of each are made, and the id or number before the first of each."""
    orders, products = wanted["orders"], wanted["products"]
    every = max(1, orders // wanted["returns"]) if wanted["returns"] else orders + 1
    came = [i for i in range(every, orders + 1, every) if i % ONE_IN < INVOICED]
    credited = sum(1 for i in came if (i // every) % 10 != 9)
    invoiced, paid, despatched = (_of(orders, states) for states in (INVOICED, PAID, ONE_IN - 1))
    pairs = max(0, wanted["posted"] - invoiced - paid - credited + 1) // 2
    moves = max(0, wanted["movements"] - products - 2 * despatched - len(came) + 1) // 2
    counts = {"orders": orders, "products": products, "customers": wanted["customers"]}
    counts |= {"every": every, "pairs": pairs, "moves": moves}
    tables = ("customer", "product", "warehouse_holding", "bin_holding", "document", "line", "despatch", "invoice")
    last = {name: _last(books, name) for name in (*tables, "posted", "movement")}
    journals = {
        **dict.fromkeys(("cost", "sale", "cash", "back", "credit"), orders),
        "opening": products,
        **dict.fromkeys(("pair", "pair_cash"), pairs),
        **dict.fromkeys(("in", "off"), moves),
    }
    names = {"sale": "invoice", "cash": "receipt"}
    first = _last(books, "journal")
    for name, count in journals.items():
        last[f"{name}_journal"] = first
        last[f"{names.get(name, name)}_urn"] = books.number("urn", count)
        first += count
    return counts | last | _second_ranges(last, orders) | _series(books, orders, pairs)


def _second_ranges(last: Mapping[str, int], orders: int) -> dict[str, int]:
    """Return where the ids of returns and of ledger pairs begin: after those of orders in the same tables."""
    return {
        "return": last["document"] + orders,
        "return_line": last["line"] + 2 * orders,
        "receipt": last["despatch"] + orders,
        "credit": last["invoice"] + orders,
        "credit_posted": last["posted"] + 2 * orders,
        "pair_posted": last["posted"] + 3 * orders,
    }


def _series(books: Books, orders: int, pairs: int) -> dict[str, int]:
    """Take the numbers of all documents and return the first of each series."""
    names = ("order_no", "despatch_no", "receipt_no", "invoice_no", "return_no")
    return {
        **{name: books.number(name, orders) for name in names},
        "credit_no": books.number("credit_note_no", orders),
        "session": books.number("allocation_session", orders),
        "pair_session": books.number("allocation_session", pairs),
    }


def _of(orders: int, states: int) -> int:
    """Return how many of the orders 1.. have a state below this one."""
    whole, rest = divmod(orders, ONE_IN)
    return whole * states + sum(1 for i in range(whole * ONE_IN + 1, whole * ONE_IN + rest + 1) if i % ONE_IN < states)


def _last(books: Books, table: str) -> int:
    return int(books.value(f"SELECT coalesce(max(id), 0) FROM {table}"))  # noqa: S608  # our own tables


def _drop_indexes(books: Books) -> list[str]:
    """Drop the indexes of the tables that grow and return how to make them again: it is quicker to sort at the end."""
    found = books.rows(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN "
        "('posted', 'posted_tax', 'ledger_allocation', 'journal', 'entry', 'document', 'line', 'despatch', "
        "'despatch_line', 'invoice', 'invoice_line', 'movement')"
    )
    for row in found:
        books.db.execute(f"DROP INDEX {row['name']}")
    return [row["sql"] for row in found]
