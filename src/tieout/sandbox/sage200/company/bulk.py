"""Bulk set-up: reference data and finished orders, written table by table so that 80,000 lines take seconds.

A loaded order passes through the same books as one that was keyed: stock leaves at cost, the invoice is posted
to ledger, VAT and nominal, the receipt is allocated to it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.bulk_lines import lines_beside_goods, refuse_negative, summed
from tieout.sandbox.sage200.company.bulk_stock import StockRoom
from tieout.sandbox.sage200.company.figures import running_percent, stored
from tieout.sandbox.sage200.company.periods import landing
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.sales_ledger import INVOICE, RECEIPT
from tieout.sandbox.sage200.ledger.terms import due_date
from tieout.sandbox.sage200.orders.pricing import CHARGE, STANDARD, line_total
from tieout.sandbox.sage200.stock.postings import costs_sales

Order = Mapping[str, Any]
COLUMNS: dict[str, str] = {
    "document": "id kind document_no customer_id document_date status customer_document_no subtotal_goods charge_net "
    "charge_tax net tax gross allocated_status despatch_status invoice_status user_name created updated",
    "line": "id document_id number line_type product_id warehouse_id code description quantity despatched invoiced "
    "unit_price discount_percent cost_price tax_code_id nominal_id total net tax confirmation created updated",
    "despatch": "id despatch_no document_id date user_name created updated",
    "despatch_line": "despatch_id line_id bin_holding_id quantity invoiced cost updated",
    "invoice": "id kind document_no document_id date net tax urn updated",
    "invoice_line": "invoice_id line_id quantity net tax",
    "posted": "id customer_id type reference second_reference date due goods tax gross allocated settled urn bank_id "
    "origin user_name posted created updated",
    "posted_tax": "posted_id tax_code_id goods tax",
    "ledger_allocation": "session posted_id value date user_name created updated",
    "journal": "id urn date source reference period_id deferred user_name posted sub_ledger",
    "entry": "journal_id nominal_id value role narrative",
}


def price(value: object) -> int:
    """Return a unit price or quantity of the set-up as stored: number or decimal string."""
    return stored(Decimal(str(value)), 5)


class Loader:
    """Collects the rows of many orders and writes them at once; one transaction, all or nothing."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in COLUMNS}
        self._next: dict[str, int] = {}
        self._series: dict[str, int] = {}
        self._now = books.stamp()
        self._customers = {row["reference"].upper(): row for row in books.rows("SELECT * FROM customer")}
        self._products = {row["code"].upper(): row for row in books.rows("SELECT * FROM product")}
        self._taxes = {row["code"]: row for row in books.rows("SELECT * FROM tax_code")}
        self._tax_ids = {row["id"]: row for row in self._taxes.values()}
        self._banks = {row["code"].upper(): row for row in books.rows("SELECT * FROM bank")}
        self._warehouses = {row["name"].upper(): row for row in books.rows("SELECT * FROM warehouse")}
        self._trading = next((w for w in self._warehouses.values() if w["trading"]), None)
        self._prices = {
            row["product_id"]: row["price"]
            for row in books.rows("SELECT product_id, price FROM price WHERE band_id = 1")
        }
        self._landings: dict[tuple[str, str], tuple[int, bool]] = {}
        self._stock = StockRoom(books)
        self._costs_sales = costs_sales(books)
        self._debtors, self._vat = books.control("debtors"), books.control("vat_output")

    def load(self, orders: Iterable[Order]) -> int:
        """Enter all orders and return how many lines they have; RefusedError names what does not exist."""
        listed = list(orders)
        self._bring_opening_stock(listed)
        self._next = {
            table: int(self._books.value(f"SELECT coalesce(max(id), 0) FROM {table}")) + 1  # noqa: S608  # our own
            for table in COLUMNS
        }
        for order in listed:
            self._order(order)
        self._write()
        return len(self._rows["line"])

    def _bring_opening_stock(self, orders: list[Order]) -> None:
        wanted: dict[tuple[int, int], int] = defaultdict(int)
        first: dict[tuple[int, int], date] = {}
        for order in orders:
            if not order.get("despatched"):
                continue
            on = self._date(order)
            for line in order["lines"]:
                key = (self._product(line)["id"], self._warehouse(line)["id"])
                wanted[key] += price(line["quantity"])
                first[key] = min(first.get(key, on), on)
        products = {row["id"]: row for row in self._products.values()}
        for (product_id, warehouse_id), quantity in wanted.items():
            product = products[product_id]
            cost = product["standard_cost"] or self._prices.get(product_id, 0) // 2
            self._stock.ensure(product, warehouse_id, quantity, cost, first[product_id, warehouse_id])

    def _id(self, table: str) -> int:
        found = self._next[table]
        self._next[table] = found + 1
        return found

    def _number(self, series: str) -> int:
        if series not in self._series:
            taken = self._books.value("SELECT upcoming FROM counter WHERE name = ?", series)
            self._series[series] = int(taken or 1)
        self._series[series] += 1
        return self._series[series] - 1

    def _find(self, found: sqlite3.Row | None, what: str, name: object) -> sqlite3.Row:
        if found is None:
            raise RefusedError(f"{what} {name} does not exist.")
        return found

    def _product(self, line: Order) -> sqlite3.Row:
        return self._find(self._products.get(str(line["product"]).upper()), "Product", line["product"])

    def _warehouse(self, line: Order) -> sqlite3.Row:
        name = line.get("warehouse")
        found = self._warehouses.get(str(name).upper()) if name else self._trading
        return self._find(found, "Warehouse", name)

    def _date(self, order: Order) -> date:
        given = order.get("document_date")
        return date.fromisoformat(str(given)[:10]) if given else self._books.today()

    def _order(self, order: Order) -> None:
        customer = self._find(self._customers.get(str(order["customer"]).upper()), "Customer", order["customer"])
        on = self._date(order)
        document_id = self._id("document")
        number = f"{self._number('order_no'):010d}"
        despatched = bool(order.get("despatched"))
        invoiced = despatched and bool(order.get("invoiced"))
        lines = self._lines(order, customer)
        net, tax, charges = summed(lines, "total"), summed(lines, "tax"), [x for x in lines if x["type"] == CHARGE]
        user, now = self._books.user, self._now
        done = 2 if despatched else 0
        self._rows["document"].append(
            (
                document_id,
                "order",
                number,
                customer["id"],
                on.isoformat(),
                "Complete" if invoiced else "Live",
                str(order.get("customer_document_no", ""))[:30],
                net - summed(charges, "total"),
                summed(charges, "total"),
                summed(charges, "tax"),
                net,
                tax,
                net + tax,
                done,
                done,
                2 if invoiced else 0,
                user,
                now,
                now,
            )
        )
        for position, line in enumerate(lines, start=1):
            self._line_row(document_id, position, line, despatched=despatched, invoiced=invoiced)
        if despatched:
            self._despatch(document_id, number, customer, lines, on, invoiced=invoiced)
        if invoiced:
            self._invoice(document_id, number, customer, lines, on, order.get("paid"))

    def _lines(self, order: Order, customer: sqlite3.Row) -> list[dict[str, Any]]:
        lines = [self._line(line) for line in order["lines"]]
        lines += [{"id": self._id("line"), **x} for x in lines_beside_goods(self._books, order, customer, self._taxes)]
        self._tax(lines)
        refuse_negative(lines)
        return lines

    def _line(self, line: Order) -> dict[str, Any]:
        product = self._product(line)
        given = line.get("tax_code")
        tax = self._tax_ids[product["tax_code_id"]] if given is None else self._taxes.get(int(given))
        quantity = price(line["quantity"])
        asked = line.get("unit_price")
        unit_price = self._prices.get(product["id"], 0) if asked is None else price(asked)
        percent = stored(Decimal(str(line.get("discount_percent", 0))), 2)
        return {
            "id": self._id("line"),
            "type": STANDARD,
            "product": product,
            "code": product["code"],
            "description": product["name"],
            "nominal": product["revenue_id"],
            "confirmation": "ConfirmOnDespatch",
            "warehouse": self._warehouse(line),
            "quantity": quantity,
            "unit_price": unit_price,
            "percent": percent,
            "tax_code": self._find(tax, "Tax code", given),
            "total": line_total(quantity, unit_price, percent, 0),
            "tax": 0,
        }

    def _tax(self, lines: list[dict[str, Any]]) -> None:
        for code in {line["tax_code"]["id"] for line in lines}:
            members = [line for line in lines if line["tax_code"]["id"] == code]
            shares = running_percent([line["total"] for line in members], members[0]["tax_code"]["rate"])
            for line, share in zip(members, shares, strict=True):
                line["tax"] = share

    def _line_row(
        self, document_id: int, position: int, line: dict[str, Any], *, despatched: bool, invoiced: bool
    ) -> None:
        product, quantity = line["product"], line["quantity"]
        line["cost"] = self._stock.unit_cost(product) if product else 0
        self._rows["line"].append(
            (
                line["id"],
                document_id,
                position,
                line["type"],
                product["id"] if product else None,
                line["warehouse"]["id"] if product else None,
                line["code"],
                line["description"],
                quantity,
                quantity if despatched and product else 0,
                quantity if invoiced else 0,
                line["unit_price"],
                line["percent"],
                line["cost"],
                line["tax_code"]["id"],
                line["nominal"],
                line["total"],
                line["total"],
                line["tax"],
                line["confirmation"],
                self._now,
                self._now,
            )
        )

    def _despatch(  # one despatch note
        self,
        document_id: int,
        number: str,
        customer: sqlite3.Row,
        lines: list[dict[str, Any]],
        on: date,
        *,
        invoiced: bool,
    ) -> None:
        despatch_id = self._id("despatch")
        note = f"{self._number('despatch_no'):010d}"
        user, now = self._books.user, self._now
        self._rows["despatch"].append((despatch_id, note, document_id, on.isoformat(), user, now, now))
        costs: dict[tuple[int, int], int] = defaultdict(int)
        for line in (line for line in lines if line["product"]):
            product = line["product"]
            for bin_id, quantity, value in self._stock.take(product, line["warehouse"]["id"], line["quantity"]):
                self._stock.move(product, bin_id, -quantity, -value, on, (number, note, line, customer))
                self._rows["despatch_line"].append(
                    (despatch_id, line["id"], bin_id, quantity, quantity if invoiced else 0, value, now)
                )
                costs[product["issue_id"], product["stock_id"]] += value
        entries = []
        for (issue_id, stock_id), value in costs.items():
            entries += [(issue_id, value, "cost"), (stock_id, -value, "stock")]
        if self._costs_sales:
            self._journal(self._number("urn"), on, "SOP", "Stock", number, entries)

    def _invoice(  # one invoice
        self,
        document_id: int,
        number: str,
        customer: sqlite3.Row,
        lines: list[dict[str, Any]],
        on: date,
        paid: object,
    ) -> None:
        invoice_id, posted_id = self._id("invoice"), self._id("posted")
        invoice_no, urn = f"{self._number('invoice_no'):010d}", self._number("urn")
        net, tax = summed(lines, "total"), summed(lines, "tax")
        self._rows["invoice"].append(
            (invoice_id, "invoice", invoice_no, document_id, on.isoformat(), net, tax, urn, self._now)
        )
        revenue: dict[int, int] = defaultdict(int)
        taxes: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for line in lines:
            self._rows["invoice_line"].append((invoice_id, line["id"], line["quantity"], line["total"], line["tax"]))
            revenue[line["nominal"]] += line["total"]
            taxes[line["tax_code"]["id"]][0] += line["total"]
            taxes[line["tax_code"]["id"]][1] += line["tax"]
        gross = net + tax
        self._posted(posted_id, customer, INVOICE, (invoice_no, number), on, (net, tax, urn), paid=bool(paid))
        self._rows["posted_tax"] += [(posted_id, code, goods, vat) for code, (goods, vat) in taxes.items()]
        entries = [(nominal, -value, "analysis") for nominal, value in revenue.items()]
        entries += [(self._debtors, gross, "control"), (self._vat, -tax, "tax")]
        self._journal(urn, on, "SOP", "Sales", invoice_no, entries)
        if paid:
            self._receipt(posted_id, customer, on, gross, invoice_no, str(paid) if paid is not True else "CARD")

    def _receipt(  # one receipt
        self, invoice_id: int, customer: sqlite3.Row, on: date, gross: int, invoice_no: str, bank_code: str
    ) -> None:
        bank = self._find(self._banks.get(bank_code.upper()), "Bank", bank_code)
        receipt_id, urn = self._id("posted"), self._number("urn")
        names = (f"RC-{invoice_no}", bank["code"])
        self._posted(receipt_id, customer, RECEIPT, names, on, (-gross, 0, urn), paid=True, bank_id=bank["id"])
        session = self._number("allocation_session")
        for posted_id, value in ((invoice_id, gross), (receipt_id, -gross)):
            self._rows["ledger_allocation"].append(
                (session, posted_id, value, on.isoformat(), self._books.user, self._now, self._now)
            )
        entries = [(bank["nominal_id"], gross, "bank"), (self._debtors, -gross, "control")]
        self._journal(urn, on, "SALES", "CashBook", names[0], entries)

    def _posted(  # noqa: PLR0913  # one ledger row
        self,
        posted_id: int,
        customer: sqlite3.Row,
        kind: str,
        names: tuple[str, str],
        on: date,
        figures: tuple[int, int, int],
        *,
        paid: bool,
        bank_id: int | None = None,
    ) -> None:
        goods, tax, urn = figures
        gross, day = goods + tax, on.isoformat()
        due = day if bank_id else due_date(customer, on).isoformat()
        self._rows["posted"].append(
            (
                posted_id,
                customer["id"],
                kind,
                *names,
                day,
                due,
                goods,
                tax,
                gross,
                gross if paid else 0,
                day if paid else None,
                urn,
                bank_id,
                "SALES" if bank_id else "SOP",
                self._books.user,
                self._now,
                self._now,
                self._now,
            )
        )

    def _journal(  # one journal
        self,
        urn: int,
        on: date,
        source: str,
        sub_ledger: str,
        reference: str,
        entries: list[tuple[int, int, str]],
    ) -> None:
        assert sum(value for _, value, _ in entries) == 0, f"journal {reference} is out of balance"
        key = (on.isoformat(), sub_ledger)
        if key not in self._landings:
            self._landings[key] = landing(self._books, on, sub_ledger)
        period_id, deferred = self._landings[key]
        journal_id = self._id("journal")
        self._rows["journal"].append(
            (
                journal_id,
                urn,
                key[0],
                source,
                reference,
                period_id,
                int(deferred),
                self._books.user,
                self._now,
                sub_ledger,
            )
        )
        self._rows["entry"] += [(journal_id, nominal, value, role, "") for nominal, value, role in entries if value]

    def _write(self) -> None:
        for table, rows in self._rows.items():
            names = COLUMNS[table].split()
            marks = ", ".join("?" * len(names))
            sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  # our own names
            self._books.db.executemany(sql, rows)
        for series, upcoming in self._series.items():
            self._books.run("INSERT OR REPLACE INTO counter VALUES (?, ?)", series, upcoming)
        self._stock.write()
