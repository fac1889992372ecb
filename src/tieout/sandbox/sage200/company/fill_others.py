"""The statements that fill what no order makes: opening stock, ledger invoices with receipts, movements in and out."""

# ruff: noqa: S608  # every part of these statements is a constant of this file
from __future__ import annotations

from tieout.sandbox.sage200.company.fill_statements import POSTED, counted, entry, journal, stamp_of
from tieout.sandbox.sage200.ledger.sales_ledger import INVOICE, RECEIPT

# `left` is what stays: ten of each item, and what came back. The rest was brought in to be despatched.
_MOVED = (
    "INSERT INTO movement (product_id, bin_holding_id, warehouse_name, bin_name, type, date, quantity, unit_cost, "
    "value, "
    "reference, second_reference, memo, user_name, updated) SELECT p.id, p.bin_id, :warehouse_name, :bin, "
)
_STOCKED = (
    "(SELECT p.n + 1 AS i, p.id, p.bin_id, p.cost, 10 + coalesce(sum(t.q), 0) AS q, d.day, d.n, "
    f"{stamp_of('d.day', 'p.n')} AS stamp FROM fill_product p JOIN fill_day d ON d.n = 0 LEFT JOIN "
    "(SELECT p1 AS p, q1 AS q FROM fill_order WHERE despatched UNION ALL SELECT p2, 1 FROM fill_order WHERE "
    "despatched) t "
    "ON t.p = p.n GROUP BY p.n) o"
)
OPENING = (
    (
        "UPDATE fill_product SET left = 10 + coalesce((SELECT sum(q1) FROM fill_order o WHERE o.p1 = fill_product.n "
        "AND o.i % :every = 0 AND o.invoiced), 0)"
    ),
    f"CREATE TEMP TABLE fill_stock AS SELECT * FROM {_STOCKED}",
    (
        f"{_MOVED}'In - Unknown Source', p.day, p.q * 100000, p.cost * 1000, p.q * p.cost, '', '', 'Opening "
        "stock', :user, "
        "p.stamp FROM fill_stock p"
    ),
    journal(":opening_journal", ":opening_urn", "STOCK", "stock", "'OPENING'", "1", "fill_stock o"),
    entry(":opening_journal", ":stock", "o.q * o.cost", "stock", "1", "fill_stock o"),
    entry(":opening_journal", ":opening", "-o.q * o.cost", "analysis", "1", "fill_stock o"),
    (
        "INSERT INTO layer (product_id, pool, quantity, value) SELECT id, bin_id, left * 100000, left * cost "
        "FROM fill_product"
    ),
    (
        "UPDATE bin_holding SET quantity = (SELECT left * 100000 FROM fill_product p WHERE p.bin_id = "
        "bin_holding.id) "
        "WHERE id > :bin_holding"
    ),
    "DROP TABLE fill_stock",
)

_SALE_NO = "printf('L%09d', :pair_posted + o.i)"
_CASH_NO = "printf('LR%08d', :pair_posted + o.i)"
_PAIR = "fill_pair o"
PAIRS = (
    counted(":pairs") + ", o AS (SELECT i, (i - 1) * :days / :pairs AS n, 1000 + (i * 37) % 9000 AS net FROM n) "
    f"INSERT INTO fill_pair SELECT i, c.id, d.day, {stamp_of('d.day', 'i')}, o.n, o.net, (o.net * :rate + 5000) / "
    "10000 "
    "FROM o JOIN fill_day d ON d.n = o.n JOIN fill_customer c ON c.n = (o.i * 7907) % :customers WHERE :pairs > 0 "
    "ORDER BY i",
    (
        f"{POSTED}:pair_posted + 2 * o.i - 1, o.customer_id, '{INVOICE}', {_SALE_NO}, '', o.day, date(o.day, '+30 "
        "days'), "
        "o.net, o.tax, o.net + o.tax, o.net + o.tax, o.day, :pair_urn + o.i - 1, NULL, 'SALES', :user, o.stamp, "
        "o.stamp, "
        f"o.stamp FROM {_PAIR} ORDER BY o.i"
    ),
    (
        "INSERT INTO posted_tax (posted_id, tax_code_id, goods, tax) SELECT :pair_posted + 2 * o.i - 1, :tax_code, "
        "o.net, "
        f"o.tax FROM {_PAIR} ORDER BY o.i"
    ),
    journal(":pair_journal", ":pair_urn", "SALES", "sales", _SALE_NO, "1", _PAIR),
    entry(":pair_journal", ":debtors", "o.net + o.tax", "control", "1", _PAIR),
    entry(":pair_journal", ":vat", "-o.tax", "tax", "1", _PAIR),
    entry(":pair_journal", ":revenue", "-o.net", "analysis", "1", _PAIR),
    (
        f"{POSTED}:pair_posted + 2 * o.i, o.customer_id, '{RECEIPT}', {_CASH_NO}, :bank_code, o.day, o.day, -o.net "
        "- o.tax, "
        "0, -o.net - o.tax, -o.net - o.tax, o.day, :pair_cash_urn + o.i - 1, :bank, 'SALES', :user, o.stamp, "
        "o.stamp, "
        f"o.stamp FROM {_PAIR} ORDER BY o.i"
    ),
    journal(":pair_cash_journal", ":pair_cash_urn", "SALES", "cash", _CASH_NO, "1", _PAIR),
    entry(":pair_cash_journal", ":bank_nominal", "o.net + o.tax", "bank", "1", _PAIR),
    entry(":pair_cash_journal", ":debtors", "-o.net - o.tax", "control", "1", _PAIR),
    *(
        "INSERT INTO ledger_allocation (session, posted_id, value, date, user_name, created, updated) SELECT "
        f":pair_session + o.i - 1, :pair_posted + 2 * o.i{back}, {sign}(o.net + o.tax), o.day, :user, o.stamp, "
        "o.stamp "
        f"FROM {_PAIR} ORDER BY o.i"
        for back, sign in ((" - 1", ""), ("", "-"))
    ),
)

_MOVE = "fill_move o JOIN fill_product p ON p.n = o.p"
_MOVE_NO = "printf('M%09d', :movement + o.i)"


def _move(kind: str, sign: str) -> str:
    return (
        f"{_MOVED}'{kind}', o.day, {sign}100000, p.cost * 1000, {sign}p.cost, {_MOVE_NO}, '', '', :user, o.stamp "
        f"FROM {_MOVE} ORDER BY o.i"
    )


MOVES = (
    counted(":moves") + ", o AS (SELECT i, (i - 1) * :days / :moves AS n FROM n) INSERT INTO fill_move SELECT i, "
    f"(i * 41) % :products, d.day, {stamp_of('d.day', 'i')}, o.n FROM o JOIN fill_day d ON d.n = o.n WHERE :moves "
    "> 0 "
    "ORDER BY i",
    _move("In - Unknown Source", ""),
    _move("Out - Write Off", "-"),
    journal(":in_journal", ":in_urn", "STOCK", "stock", _MOVE_NO, "1", "fill_move o"),
    entry(":in_journal", ":stock", "p.cost", "stock", "1", _MOVE),
    entry(":in_journal", ":opening", "-p.cost", "analysis", "1", _MOVE),
    journal(":off_journal", ":off_urn", "STOCK", "stock", _MOVE_NO, "1", "fill_move o"),
    entry(":off_journal", ":stock", "-p.cost", "stock", "1", _MOVE),
    entry(":off_journal", ":write_off", "p.cost", "analysis", "1", _MOVE),
)
