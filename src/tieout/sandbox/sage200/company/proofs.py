"""What the books say when asked: trial balance, stock by bin, movements, sales ledger, and whether all of it agrees."""

from __future__ import annotations

from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import cost_each, money, plain, portion, units
from tieout.sandbox.sage200.stock.movements import pool_of
from tieout.sandbox.sage200.stock.postings import costs_sales

Json = dict[str, Any]


def pounds(pence: int) -> str:
    """Return pence as a decimal string."""
    return f"{money(pence):f}"


def trial_balance(books: Books) -> Json:
    """Return every nominal account with its balance (debit positive) and the part of it that is deferred."""
    rows = books.rows(
        "SELECT n.*, coalesce(sum(e.value), 0) AS balance, "
        "coalesce(sum(CASE WHEN j.deferred THEN e.value ELSE 0 END), 0) AS deferred FROM nominal n "
        "LEFT JOIN entry e ON e.nominal_id = n.id LEFT JOIN journal j ON j.id = e.journal_id "
        "GROUP BY n.id ORDER BY n.account, n.cost_centre, n.department"
    )
    return {
        "total": pounds(sum(row["balance"] for row in rows)),
        "accounts": [
            {
                "account": row["account"],
                "cost_centre": row["cost_centre"],
                "department": row["department"],
                "name": row["name"],
                "balance": pounds(row["balance"]),
                "deferred": pounds(row["deferred"]),
            }
            for row in rows
        ],
    }


def nominal_entries(books: Books, account: str) -> list[Json]:
    """Return the postings of an account over all its cost centres and departments, oldest first."""
    rows = books.rows(
        "SELECT e.*, n.cost_centre, n.department, j.urn, j.date, j.source, j.reference, j.deferred, p.start "
        "FROM entry e JOIN nominal n ON n.id = e.nominal_id JOIN journal j ON j.id = e.journal_id "
        "JOIN period p ON p.id = j.period_id WHERE n.account = ? ORDER BY e.id",
        account,
    )
    return [
        {
            "urn": row["urn"],
            "date": row["date"],
            "period_start": row["start"],
            "deferred": bool(row["deferred"]),
            "source": row["source"],
            "reference": row["reference"],
            "cost_centre": row["cost_centre"],
            "department": row["department"],
            "narrative": row["narrative"],
            "value": pounds(row["value"]),
        }
        for row in rows
    ]


def despatched_lines(books: Books) -> list[Json]:
    """Return what the despatch notes say left of every order line, in stock units, and what it cost."""
    rows = books.rows(
        "SELECT d.document_no, l.id, l.code, sum(x.quantity) AS gone, sum(x.cost) AS cost, count(*) AS notes "
        "FROM despatch_line x JOIN line l ON l.id = x.line_id JOIN document d ON d.id = l.document_id "
        "GROUP BY l.id ORDER BY d.document_no, l.id"
    )
    return [
        {
            "order": row["document_no"],
            "line": row["id"],
            "product": row["code"],
            "quantity": plain(row["gone"]),
            "cost": pounds(row["cost"]),
            "notes": row["notes"],
        }
        for row in rows
    ]


def stock_by_bin(books: Books) -> list[Json]:
    """Return quantity and value per item, warehouse and bin; average-cost items share their pool by quantity."""
    pools = {
        (row["product_id"], row["pool"]): (row["q"], row["v"])
        for row in books.rows(
            "SELECT product_id, pool, sum(quantity) q, sum(value) v FROM layer GROUP BY product_id, pool"
        )
    }
    left = dict(pools)
    answer = []
    for row in books.rows(
        "SELECT b.*, p.code, p.costing, w.name AS warehouse FROM bin_holding b JOIN product p ON p.id = b.product_id "
        "JOIN warehouse_holding h ON h.id = b.warehouse_holding_id JOIN warehouse w ON w.id = h.warehouse_id "
        "ORDER BY p.code, w.name, b.name"
    ):
        pool = (row["product_id"], pool_of(row, row["id"]))
        quantity, value = left.get(pool, (0, 0))
        share = portion(value, row["quantity"], quantity)
        left[pool] = (quantity - row["quantity"], value - share)
        answer.append(
            {
                "product": row["code"],
                "warehouse": row["warehouse"],
                "bin": row["name"],
                "quantity": plain(row["quantity"]),
                "allocated": plain(row["allocated"]),
                "value": pounds(share),
                "unit_cost": f"{units(cost_each(share, row['quantity'])):f}",
            }
        )
    return answer


def movements(books: Books, product: str = "", reference: str = "") -> list[Json]:
    """Return stock movements, oldest first; quantity and value are signed."""
    rows = books.rows(
        "SELECT m.*, p.code FROM movement m JOIN product p ON p.id = m.product_id "
        "WHERE (? = '' OR p.code = ?) AND (? = '' OR m.reference = ?) ORDER BY m.id",
        product,
        product,
        reference,
        reference,
    )
    return [
        {
            "id": row["id"],
            "product": row["code"],
            "type": row["type"],
            "date": row["date"],
            "warehouse": row["warehouse_name"],
            "bin": row["bin_name"],
            "quantity": plain(row["quantity"]),
            "value": pounds(row["value"]),
            "unit_cost": f"{units(row['unit_cost']):f}",
            "reference": row["reference"],
            "second_reference": row["second_reference"],
        }
        for row in rows
    ]


def sales_ledger(books: Books, reference: str = "") -> list[Json]:
    """Return posted sales transactions, oldest first, on request those with a (second) reference."""
    rows = books.rows(
        "SELECT p.*, c.reference AS customer FROM posted p JOIN customer c ON c.id = p.customer_id "
        "WHERE ? = '' OR p.reference = ? OR p.second_reference = ? ORDER BY p.id",
        reference,
        reference,
        reference,
    )
    return [
        {
            "id": row["id"],
            "type": row["type"].removeprefix("TradingAccountEntryType"),
            "customer": row["customer"],
            "reference": row["reference"],
            "second_reference": row["second_reference"],
            "net": pounds(row["goods"]),
            "tax": pounds(row["tax"]),
            "gross": pounds(row["gross"]),
            "outstanding": pounds(row["gross"] - row["allocated"]),
            "urn": row["urn"],
            "date": row["date"],
            "origin": row["origin"],
        }
        for row in rows
    ]


def proofs(books: Books) -> Json:
    """Return whether the ledgers agree with each other, and what was posted more than once."""
    debtors = books.value("SELECT coalesce(sum(gross), 0) FROM posted")
    found = {
        "nominal_balanced": books.value("SELECT coalesce(sum(value), 0) FROM entry") == 0
        and not books.rows("SELECT journal_id FROM entry GROUP BY journal_id HAVING sum(value) <> 0"),
        "stock_equals_movements": _stock_equals_movements(books),
        "stock_equals_nominal": _stock_equals_nominal(books),
        "debtors_equals_control": debtors == _balance(books, books.control("debtors")),
        "allocations_agree": _allocations_agree(books) and _ledger_allocations_agree(books),
        "numbers_agree": _numbers_agree(books),
        "duplicates": _duplicates(books),
    }
    if not costs_sales(books):
        del found["stock_equals_nominal"]
        found["not_claimed"] = "stock_equals_nominal: by the stock settings movements do not all post to the nominal"
    return found


def _balance(books: Books, nominal_id: int) -> int:
    return int(books.value("SELECT coalesce(sum(value), 0) FROM entry WHERE nominal_id = ?", nominal_id))


def _stock_equals_movements(books: Books) -> bool:
    """Compare quantity by bin, and value by cost pool, with the sums of movements; and bins with their layers."""
    wrong = (
        (
            "SELECT b.id FROM bin_holding b LEFT JOIN movement m ON m.bin_holding_id = b.id "
            "GROUP BY b.id HAVING b.quantity <> coalesce(sum(m.quantity), 0)"
        ),
        (
            "SELECT p.id FROM product p WHERE (SELECT coalesce(sum(value), 0) FROM layer WHERE product_id = p.id) <> "
            "(SELECT coalesce(sum(value), 0) FROM movement WHERE product_id = p.id) + "
            "(SELECT coalesce(sum(value), 0) FROM revaluation WHERE product_id = p.id)"
        ),
        (
            "SELECT p.id FROM product p "
            "WHERE (SELECT coalesce(sum(quantity), 0) FROM layer WHERE product_id = p.id) "
            "<> (SELECT coalesce(sum(quantity), 0) FROM bin_holding WHERE product_id = p.id)"
        ),
    )
    return not any(books.row(query) for query in wrong)


def _stock_equals_nominal(books: Books) -> bool:
    stock = books.value("SELECT coalesce(sum(value), 0) FROM layer")
    nominal = books.value("SELECT coalesce(sum(value), 0) FROM entry WHERE role = 'stock'")
    return bool(stock == nominal)


def _allocations_agree(books: Books) -> bool:
    """Compare allocated stock by bin with the open allocations of lines, and lines with theirs."""
    by_bin = (
        "SELECT b.id FROM bin_holding b LEFT JOIN stock_allocation a ON a.bin_holding_id = b.id "
        "GROUP BY b.id HAVING b.allocated <> coalesce(sum(a.quantity - a.issued), 0)"
    )
    by_line = (
        "SELECT l.id FROM line l LEFT JOIN stock_allocation a ON a.line_id = l.id "
        "GROUP BY l.id HAVING l.allocated <> coalesce(sum(a.quantity - a.despatched), 0)"
    )
    return books.row(by_bin) is None and books.row(by_line) is None


def _numbers_agree(books: Books) -> bool:
    """Compare batch and serial numbers with the stock of their bins and with what is allocated of them."""
    wrong = (
        (
            "SELECT b.id FROM traceable_bin n JOIN bin_holding b ON b.id = n.bin_holding_id "
            "GROUP BY b.id HAVING sum(n.quantity) > b.quantity"
        ),
        (
            "SELECT n.id FROM traceable_bin n LEFT JOIN traceable_allocation a ON a.traceable_bin_id = n.id "
            "GROUP BY n.id HAVING n.allocated <> coalesce(sum(a.quantity), 0)"
        ),
        (
            "SELECT a.id FROM stock_allocation a JOIN bin_holding b ON b.id = a.bin_holding_id "
            "JOIN product p ON p.id = b.product_id AND p.traceable <> 'EnumTraceableTypeNone' "
            "WHERE a.quantity - a.issued <> (SELECT coalesce(sum(quantity), 0) FROM traceable_allocation "
            "WHERE stock_allocation_id = a.id)"
        ),
    )
    return not any(books.row(query) for query in wrong)


def _ledger_allocations_agree(books: Books) -> bool:
    """Compare what each transaction says is allocated with its allocations, and let every session net to nothing."""
    by_row = (
        "SELECT p.id FROM posted p LEFT JOIN ledger_allocation a ON a.posted_id = p.id "
        "GROUP BY p.id HAVING p.allocated <> coalesce(sum(a.value), 0)"
    )
    by_session = "SELECT session FROM ledger_allocation GROUP BY session HAVING sum(value) <> 0"
    return books.row(by_row) is None and books.row(by_session) is None


def _duplicates(books: Books) -> list[Json]:
    """Return references that were posted more than once.

    Ledger invoices and credit notes by reference and type; receipts and payments by both references, since one
    till posts several tenders under one; SOP credit notes by second reference, which is the key or the return
    number (two part credits of one return without a key show here); movements by reference, type, item and bin.
    """
    queries = {
        "ledger": "SELECT type, reference, '' AS detail, count(*) AS times FROM posted WHERE origin = 'SALES' "
        "AND bank_id IS NULL AND reference <> '' GROUP BY type, reference HAVING count(*) > 1",
        "cash": "SELECT type, reference, second_reference AS detail, count(*) AS times FROM posted "
        "WHERE bank_id IS NOT NULL AND reference <> '' GROUP BY type, reference, second_reference "
        "HAVING count(*) > 1",
        "sop_credit": "SELECT type, second_reference AS reference, '' AS detail, count(*) AS times FROM posted "
        "WHERE origin = 'SOP' AND gross < 0 AND second_reference <> '' GROUP BY type, second_reference "
        "HAVING count(*) > 1",
        "movement": "SELECT m.type, m.reference, p.code || ' ' || m.bin_name AS detail, count(*) AS times "
        "FROM movement m JOIN product p ON p.id = m.product_id WHERE m.reference <> '' AND m.type <> 'Out - SOP' "
        "GROUP BY m.type, m.reference, m.product_id, m.bin_holding_id, m.line_id HAVING count(*) > 1",
    }
    return [
        {"of": name, **{column: row[column] for column in ("type", "reference", "detail", "times")}}
        for name, query in queries.items()
        for row in books.rows(query)
    ]
