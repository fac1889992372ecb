"""The statements that fill a company with made-up trade, one for each table: SQL makes the rows, not Python.

They read temporary tables: fill_day (a day and its period), fill_product (what an item costs and where it
lies), fill_order (one made-up order of two lines, its state, its ids); see fill_others.py for the rest. Quantities are
whole units, costs and prices whole pence, so every value is exact and the proofs hold to the penny.
"""

# ruff: noqa: S608  # every part of these statements is a constant of this file
from __future__ import annotations

from tieout.sandbox.sage200.ledger.sales_ledger import CREDIT_NOTE, INVOICE, RECEIPT
from tieout.sandbox.sage200.orders.pricing import STANDARD

_NUMBERS = "n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"


LEDGERS = {"sales": "Sales", "cash": "CashBook", "stock": "Stock"}


def counted(count: str) -> str:
    """Return a WITH clause that counts from 1."""
    return "WITH RECURSIVE " + _NUMBERS.format(count=count)


def stamp_of(day: str, i: str) -> str:
    """Return a moment of a working day."""
    clock = f"8 + ({i} * 7) % 10, ({i} * 13) % 60, ({i} * 29) % 60, {i} % 1000"
    return f"{day} || printf('T%02d:%02d:%02d.%03dZ', {clock})"


TABLES = """
CREATE TEMP TABLE fill_day (n INTEGER PRIMARY KEY, day TEXT, period INTEGER);
CREATE TEMP TABLE fill_product (n INTEGER PRIMARY KEY, id INTEGER, bin_id INTEGER, code TEXT, name TEXT, cost INTEGER,
  price INTEGER, left INTEGER NOT NULL DEFAULT 0);
CREATE TEMP TABLE fill_customer (n INTEGER PRIMARY KEY, id INTEGER, reference TEXT, name TEXT);
CREATE TEMP TABLE fill_order (i INTEGER PRIMARY KEY, id INTEGER, number TEXT, customer_id INTEGER, day TEXT, stamp TEXT,
  n INTEGER, despatched INTEGER, invoiced INTEGER, paid INTEGER, p1 INTEGER, p2 INTEGER, q1 INTEGER, net1 INTEGER,
  net2 INTEGER, net INTEGER, tax INTEGER, tax1 INTEGER, cost1 INTEGER, cost2 INTEGER);
CREATE TEMP TABLE fill_pair (i INTEGER PRIMARY KEY, customer_id INTEGER, day TEXT, stamp TEXT, n INTEGER, net INTEGER,
  tax INTEGER);
CREATE TEMP TABLE fill_move (i INTEGER PRIMARY KEY, p INTEGER, day TEXT, stamp TEXT, n INTEGER);
"""
TEMPORARY = ("fill_day", "fill_product", "fill_customer", "fill_order", "fill_pair", "fill_move")

CUSTOMERS = (
    counted(":customers") + " INSERT INTO customer (id, reference, name, short_name, country_id, tax_code_id, "
    "nominal_id, band_id, credit_limit, created, updated) SELECT :customer + i, printf('%c%07d', 'B', :customer + "
    "i), "
    "printf('Bulk customer %07d', :customer + i), printf('%c%07d', 'B', :customer + i), :country, :tax_code, "
    ":revenue, "
    f"1, 1000000, {stamp_of(':first_day', 'i')}, {stamp_of(':first_day', 'i')} FROM n"
)
PRODUCTS = (
    counted(":products") + " INSERT INTO product (id, code, name, description, group_id, costing, tax_code_id, "
    "revenue_id, stock_id, issue_id, standard_cost, created, updated) SELECT :product + i, "
    "printf('BULK-%07d', :product + i), printf('Bulk item %07d', :product + i), '', :group, 'FIFO', :tax_code, "
    "CASE i % 3 WHEN 0 THEN :revenue ELSE :revenue_web END, :stock, :cost_of_sales, (200 + (i * 17) % 1800) * 1000, "
    f"{stamp_of(':first_day', 'i')}, {stamp_of(':first_day', 'i')} FROM n"
)
PRODUCT_PARTS = (
    (
        "INSERT INTO price (product_id, band_id, price, updated) SELECT id, 1, (standard_cost / 1000 * 5 / 2) * "
        "1000, updated "
        "FROM product WHERE id > :product"
    ),
    (
        "INSERT INTO warehouse_holding (id, warehouse_id, product_id, created, updated) SELECT "
        ":warehouse_holding + id - :product, :warehouse, id, created, updated FROM product WHERE id > :product"
    ),
    (
        "INSERT INTO bin_holding (id, warehouse_holding_id, product_id, name, priority, created, updated) SELECT "
        ":bin_holding + id - :product, :warehouse_holding + id - :product, id, :bin, 1, created, updated FROM "
        "product "
        "WHERE id > :product"
    ),
)
LISTED = (
    "INSERT INTO fill_customer SELECT id - :customer - 1, id, reference, name FROM customer WHERE id > :customer",
    (
        "INSERT INTO fill_product (n, id, bin_id, code, name, cost, price) SELECT id - :product - 1, id, "
        ":bin_holding + id - :product, code, name, standard_cost / 1000, standard_cost / 1000 * 5 / 2 FROM product "
        "WHERE id > :product"
    ),
    counted(":orders")
    + ", o AS (SELECT i, (i - 1) * :days / :orders AS n, (i * 31) % :products AS a, (i * 31 + 17) % :products AS b, "
    "1 + i % 3 AS q1, i % 20 AS state FROM n) INSERT INTO fill_order SELECT i, :document + i, "
    f"printf('%010d', :order_no + i - 1), c.id, d.day, {stamp_of('d.day', 'i')}, o.n, state <> 19, state < 18, "
    "state < 16, a, b, q1, x.price * q1, y.price, x.price * q1 + y.price, "
    "((x.price * q1 + y.price) * :rate + 5000) / 10000, (x.price * q1 * :rate + 5000) / 10000, x.cost * q1, y.cost "
    "FROM o JOIN fill_day d ON d.n = o.n JOIN fill_product x ON x.n = o.a JOIN fill_product y ON y.n = o.b "
    "JOIN fill_customer c ON c.n = (o.i * 7919) % :customers WHERE :orders > 0 ORDER BY i",
)

_LINE = (
    "INSERT INTO line (id, document_id, number, line_type, product_id, warehouse_id, code, description, quantity, "
    "despatched, invoiced, unit_price, cost_price, tax_code_id, nominal_id, total, net, tax, created, updated) "
)


def _line(position: int, quantity: str) -> str:
    """Return the statement of the first or second line of every order."""
    net, tax = f"o.net{position}", "o.tax1" if position == 1 else "o.tax - o.tax1"
    return (
        f"{_LINE}SELECT :line + 2 * o.i - {2 - position}, o.id, {position}, '{STANDARD}', p.id, :warehouse, p.code, "
        f"p.name, {quantity} * 100000, o.despatched * {quantity} * 100000, o.invoiced * {quantity} * 100000, "
        f"p.price * 1000, p.cost * 1000, :tax_code, i.revenue_id, {net}, {net}, {tax}, o.stamp, o.stamp "
        f"FROM fill_order o JOIN fill_product p ON p.n = o.p{position} JOIN product i ON i.id = p.id ORDER BY o.i"
    )


def _out(position: int, quantity: str) -> tuple[str, str]:
    """Return the statements of the despatch line and the movement of the first or second line."""
    line = f":line + 2 * o.i - {2 - position}"
    return (
        (
            "INSERT INTO despatch_line (despatch_id, line_id, bin_holding_id, quantity, invoiced, cost, updated) "
            "SELECT "
            f":despatch + o.i, {line}, p.bin_id, {quantity} * 100000, o.invoiced * {quantity} * 100000, "
            f"o.cost{position}, "
            f"o.stamp FROM fill_order o JOIN fill_product p ON p.n = o.p{position} WHERE o.despatched ORDER BY o.i"
        ),
        (
            "INSERT INTO movement (product_id, bin_holding_id, warehouse_name, bin_name, type, date, quantity, "
            "unit_cost, "
            "value, unit_issue, source_reference, source_name, reference, second_reference, line_id, user_name, "
            "updated) "
            f"SELECT p.id, p.bin_id, :warehouse_name, :bin, 'Out - SOP', o.day, -{quantity} * 100000, p.cost * 1000, "
            f"-o.cost{position}, p.price * 1000, c.reference, substr(c.name, 1, 20), o.number, "
            f"printf('%010d', :despatch_no + o.i - 1), {line}, :user, o.stamp FROM fill_order o "
            f"JOIN fill_product p ON p.n = o.p{position} JOIN customer c ON c.id = o.customer_id WHERE o.despatched "
            "ORDER BY o.i"
        ),
    )


def journal(  # what every journal states
    first: str, urn: str, source: str, ledger: str, reference: str, condition: str, table: str = "fill_order o"
) -> str:
    """Return the statement of one journal for each row of a kind."""
    return (
        "INSERT INTO journal (id, urn, date, source, reference, period_id, deferred, user_name, posted, sub_ledger) "
        f"SELECT {first} + o.i, {urn} + o.i - 1, o.day, '{source}', {reference}, d.period, 0, :user, "
        f"o.stamp, '{LEDGERS[ledger]}' FROM {table} JOIN fill_day d ON d.n = o.n WHERE {condition} ORDER BY o.i"
    )


def entry(  # what every entry states
    first: str, nominal: str, value: str, role: str, condition: str, source: str = "fill_order o"
) -> str:
    """Return the statement of one entry in each of those journals."""
    return (
        "INSERT INTO entry (journal_id, nominal_id, value, role, narrative) SELECT "
        f"{first} + o.i, {nominal}, {value}, '{role}', '' FROM {source} WHERE {condition} AND {value} <> 0 ORDER "
        "BY o.i"
    )


POSTED = (
    "INSERT INTO posted (id, customer_id, type, reference, second_reference, date, due, goods, tax, gross, "
    "allocated, "
    "settled, urn, bank_id, origin, user_name, posted, created, updated) SELECT "
)
_INVOICE_NO = "printf('%010d', :invoice_no + o.i - 1)"
_RECEIPT_NO = "'RC-' || printf('%010d', :invoice_no + o.i - 1)"
_REVENUE = "CASE (p.id - :product) % 3 WHEN 0 THEN :revenue ELSE :revenue_web END"
_FIRST_ITEM = "fill_order o JOIN fill_product p ON p.n = o.p1"
_SECOND_ITEM = "fill_order o JOIN fill_product p ON p.n = o.p2"
ORDERS = (
    (
        "INSERT INTO document (id, kind, document_no, customer_id, document_date, status, customer_document_no, "
        "subtotal_goods, net, tax, gross, allocated_status, despatch_status, invoice_status, user_name, created, "
        "updated) "
        "SELECT id, 'order', number, customer_id, day, CASE WHEN invoiced THEN 'Complete' ELSE 'Live' END, 'SHOP-' "
        "|| number, "
        "net, net, tax, net + tax, 2 * despatched, 2 * despatched, 2 * invoiced, :user, stamp, stamp FROM "
        "fill_order ORDER BY i"
    ),
    _line(1, "o.q1"),
    _line(2, "1"),
    (
        "INSERT INTO despatch (id, despatch_no, document_id, date, user_name, created, updated) SELECT :despatch + "
        "i, "
        "printf('%010d', :despatch_no + i - 1), id, day, :user, stamp, stamp FROM fill_order WHERE despatched "
        "ORDER BY i"
    ),
    *_out(1, "o.q1"),
    *_out(2, "1"),
    journal(":cost_journal", ":cost_urn", "SOP", "stock", "o.number", "o.despatched"),
    entry(":cost_journal", ":cost_of_sales", "o.cost1 + o.cost2", "cost", "o.despatched"),
    entry(":cost_journal", ":stock", "-o.cost1 - o.cost2", "stock", "o.despatched"),
    (
        "INSERT INTO invoice (id, kind, document_no, document_id, date, net, tax, urn, updated) SELECT :invoice + "
        "o.i, "
        f"'invoice', {_INVOICE_NO}, o.id, o.day, o.net, o.tax, :invoice_urn + o.i - 1, o.stamp FROM fill_order o "
        "WHERE o.invoiced ORDER BY o.i"
    ),
    (
        "INSERT INTO invoice_line (invoice_id, line_id, quantity, net, tax) SELECT :invoice + o.i, :line + 2 * o.i "
        "- 1, "
        "o.q1 * 100000, o.net1, o.tax1 FROM fill_order o WHERE o.invoiced ORDER BY o.i"
    ),
    (
        "INSERT INTO invoice_line (invoice_id, line_id, quantity, net, tax) SELECT :invoice + o.i, :line + 2 * o.i, "
        "100000, o.net2, o.tax - o.tax1 FROM fill_order o WHERE o.invoiced ORDER BY o.i"
    ),
    (
        f"{POSTED}:posted + 2 * o.i - 1, o.customer_id, '{INVOICE}', {_INVOICE_NO}, o.number, o.day, "
        "date(o.day, '+30 days'), o.net, o.tax, o.net + o.tax, o.paid * (o.net + o.tax), CASE WHEN o.paid THEN "
        "o.day END, "
        ":invoice_urn + o.i - 1, NULL, 'SOP', :user, o.stamp, o.stamp, o.stamp FROM fill_order o WHERE o.invoiced "
        "ORDER BY o.i"
    ),
    (
        "INSERT INTO posted_tax (posted_id, tax_code_id, goods, tax) SELECT :posted + 2 * o.i - 1, :tax_code, "
        "o.net, o.tax "
        "FROM fill_order o WHERE o.invoiced ORDER BY o.i"
    ),
    journal(":sale_journal", ":invoice_urn", "SOP", "sales", _INVOICE_NO, "o.invoiced"),
    entry(":sale_journal", ":debtors", "o.net + o.tax", "control", "o.invoiced"),
    entry(":sale_journal", ":vat", "-o.tax", "tax", "o.invoiced"),
    entry(":sale_journal", _REVENUE, "-o.net1", "analysis", "o.invoiced", _FIRST_ITEM),
    entry(":sale_journal", _REVENUE, "-o.net2", "analysis", "o.invoiced", _SECOND_ITEM),
    (
        f"{POSTED}:posted + 2 * o.i, o.customer_id, '{RECEIPT}', {_RECEIPT_NO}, :bank_code, o.day, o.day, "
        "-o.net - o.tax, 0, -o.net - o.tax, -o.net - o.tax, o.day, :receipt_urn + o.i - 1, :bank, 'SALES', :user, "
        "o.stamp, "
        "o.stamp, o.stamp FROM fill_order o WHERE o.paid ORDER BY o.i"
    ),
    (
        "INSERT INTO ledger_allocation (session, posted_id, value, date, user_name, created, updated) SELECT "
        ":session + o.i - 1, :posted + 2 * o.i - 1, o.net + o.tax, o.day, :user, o.stamp, o.stamp FROM fill_order o "
        "WHERE o.paid ORDER BY o.i"
    ),
    (
        "INSERT INTO ledger_allocation (session, posted_id, value, date, user_name, created, updated) SELECT "
        ":session + o.i - 1, :posted + 2 * o.i, -o.net - o.tax, o.day, :user, o.stamp, o.stamp FROM fill_order o "
        "WHERE o.paid ORDER BY o.i"
    ),
    journal(":cash_journal", ":receipt_urn", "SALES", "cash", _RECEIPT_NO, "o.paid"),
    entry(":cash_journal", ":bank_nominal", "o.net + o.tax", "bank", "o.paid"),
    entry(":cash_journal", ":debtors", "-o.net - o.tax", "control", "o.paid"),
)

# Every so-manieth invoiced order comes back: its first line, received and credited; the ninth of ten is only received.
_BACK = "fill_order o JOIN fill_product p ON p.n = o.p1"
_CAME = "o.i % :every = 0 AND o.invoiced"
_CREDITED = f"{_CAME} AND (o.i / :every) % 10 <> 9"
_DONE = "((o.i / :every) % 10 <> 9)"
_RETURN_NO = "printf('%010d', :return_no + o.i - 1)"
_CREDIT_NO = "printf('%010d', :credit_no + o.i - 1)"
RETURNS = (
    (
        "INSERT INTO document (id, kind, document_no, customer_id, document_date, status, customer_document_no, "
        "source_document_no, source_id, subtotal_goods, net, tax, gross, despatch_status, invoice_status, user_name, "
        f"created, updated) SELECT :return + o.i, 'return', {_RETURN_NO}, o.customer_id, o.day, "
        f"CASE WHEN {_DONE} THEN 'Complete' ELSE 'Live' END, 'RMA-' || o.number, o.number, o.id, o.net1, o.net1, "
        "o.tax1, "
        f"o.net1 + o.tax1, 2, 2 * {_DONE}, :user, o.stamp, o.stamp FROM fill_order o WHERE {_CAME} ORDER BY o.i"
    ),
    (
        f"{_LINE}SELECT :return_line + o.i, :return + o.i, 1, '{STANDARD}', p.id, :warehouse, p.code, p.name, "
        f"o.q1 * 100000, o.q1 * 100000, {_DONE} * o.q1 * 100000, p.price * 1000, p.cost * 1000, :tax_code, "
        "i.revenue_id, "
        f"o.net1, o.net1, o.tax1, o.stamp, o.stamp FROM {_BACK} JOIN product i ON i.id = p.id WHERE {_CAME} ORDER "
        "BY o.i"
    ),
    (
        "INSERT INTO despatch (id, despatch_no, document_id, date, user_name, reference, created, updated) SELECT "
        ":receipt + o.i, printf('%010d', :receipt_no + o.i - 1), :return + o.i, o.day, :user, "
        f"{_RETURN_NO}, "
        f"o.stamp, o.stamp FROM fill_order o WHERE {_CAME} ORDER BY o.i"
    ),
    (
        "INSERT INTO despatch_line (despatch_id, line_id, bin_holding_id, quantity, invoiced, cost, updated) SELECT "
        f":receipt + o.i, :return_line + o.i, p.bin_id, o.q1 * 100000, {_DONE} * o.q1 * 100000, o.cost1, o.stamp "
        f"FROM {_BACK} WHERE {_CAME} ORDER BY o.i"
    ),
    (
        "INSERT INTO movement (product_id, bin_holding_id, warehouse_name, bin_name, type, date, quantity, "
        "unit_cost, value, "
        "source_reference, source_name, reference, second_reference, line_id, user_name, updated) SELECT p.id, "
        "p.bin_id, "
        ":warehouse_name, :bin, 'In - SOP', o.day, o.q1 * 100000, p.cost * 1000, o.cost1, c.reference, "
        f"substr(c.name, 1, 20), {_RETURN_NO}, {_RETURN_NO}, :return_line + o.i, :user, o.stamp FROM {_BACK} "
        f"JOIN customer c ON c.id = o.customer_id WHERE {_CAME} ORDER BY o.i"
    ),
    journal(":back_journal", ":back_urn", "SOP", "stock", _RETURN_NO, _CAME),
    entry(":back_journal", ":stock", "o.cost1", "stock", _CAME),
    entry(":back_journal", ":cost_of_sales", "-o.cost1", "cost", _CAME),
    (
        "INSERT INTO invoice (id, kind, document_no, document_id, date, net, tax, urn, updated) SELECT :credit + "
        "o.i, "
        f"'credit', {_CREDIT_NO}, :return + o.i, o.day, o.net1, o.tax1, :credit_urn + o.i - 1, o.stamp FROM "
        "fill_order o "
        f"WHERE {_CREDITED} ORDER BY o.i"
    ),
    (
        "INSERT INTO invoice_line (invoice_id, line_id, quantity, net, tax) SELECT :credit + o.i, :return_line + "
        "o.i, "
        f"o.q1 * 100000, o.net1, o.tax1 FROM fill_order o WHERE {_CREDITED} ORDER BY o.i"
    ),
    (
        f"{POSTED}:credit_posted + o.i, o.customer_id, '{CREDIT_NOTE}', {_CREDIT_NO}, {_RETURN_NO}, o.day, o.day, "
        "-o.net1, "
        "-o.tax1, -o.net1 - o.tax1, 0, NULL, :credit_urn + o.i - 1, NULL, 'SOP', :user, o.stamp, o.stamp, o.stamp "
        f"FROM fill_order o WHERE {_CREDITED} ORDER BY o.i"
    ),
    (
        "INSERT INTO posted_tax (posted_id, tax_code_id, goods, tax) SELECT :credit_posted + o.i, :tax_code, "
        "-o.net1, "
        f"-o.tax1 FROM fill_order o WHERE {_CREDITED} ORDER BY o.i"
    ),
    journal(":credit_journal", ":credit_urn", "SOP", "sales", _CREDIT_NO, _CREDITED),
    entry(":credit_journal", ":debtors", "-o.net1 - o.tax1", "control", _CREDITED),
    entry(":credit_journal", ":vat", "o.tax1", "tax", _CREDITED),
    entry(":credit_journal", _REVENUE, "o.net1", "analysis", _CREDITED, _FIRST_ITEM),
)
