"""Sales orders of Sage 200, with what was invoiced on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tieout.connectors.sage200.accounts.postings import Postings
from tieout.connectors.sage200.client import Client, either, quoted
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.sop.wire_orders import InvoiceCreditView
from tieout.connectors.sage200.translate import posted_invoice, sales_order
from tieout.connectors.sage200.wire import (
    CustomerShape,
    OrderLineView,
    OrderShape,
    PostedShape,
    TaxCodeShape,
)
from tieout.domain.documents.sales_order import SalesOrder

ORDERS = "/sop_orders"
INVOICES = "/sop_order_return_invoice_credit_views"
ORDERS_AT_ONCE = 20


class SageOrders:
    """Implements `SalesOrders`. Archived orders are gone from the API's lists (6.1) and not found."""

    def __init__(self, client: Client, registers: Registers, postings: Postings, settings: Sage200Settings) -> None:
        self._client = client
        self._registers = registers
        self._postings = postings
        self._expand = settings.compat.order_expands

    def orders(self, channel_reference: str) -> tuple[SalesOrder, ...]:
        """Every order whose customer document number is exactly this."""
        where = f"customer_document_no eq {quoted(channel_reference)}"
        rows = self._client.every(ORDERS, OrderShape, where=where, expand=self._expand)
        return self._whole([row for row in rows if row.customer_document_no == channel_reference])

    def orders_holding(self, customer_reference: str, sku: str) -> tuple[SalesOrder, ...]:
        """Every invoiced order of the customer with this stock code on a line."""
        where = (
            f"customer_reference eq {quoted(customer_reference)} and product_code eq {quoted(sku)} "
            "and sop_order_line_invoice_credit_quantity gt 0"
        )
        lines = self._client.rows("/sop_order_line_views", OrderLineView, where=where, key="sop_order_line_id")
        return self._whole(list(self._by_id(sorted({line.sop_order_id for line in lines}))))

    def customer_id(self, customer_reference: str) -> str:
        """The ledger's id of the customer account of this reference; empty when it has none."""
        where = f"reference eq {quoted(customer_reference)}"
        rows = self._client.every("/customers", CustomerShape, where=where)
        return next((str(row.id) for row in rows if row.reference == customer_reference), "")

    def _by_id(self, ids: Sequence[int]) -> Iterator[OrderShape]:
        for start in range(0, len(ids), ORDERS_AT_ONCE):
            where = either("id", [str(record) for record in ids[start : start + ORDERS_AT_ONCE]])
            yield from self._client.rows(ORDERS, OrderShape, where=where, expand=self._expand)

    def _whole(self, rows: Sequence[OrderShape]) -> tuple[SalesOrder, ...]:
        orders = [row for row in rows if not row.is_draft]
        invoices = self._invoices(orders)
        return tuple(self._order(row, invoices[row.id]) for row in orders)

    def _invoices(self, orders: Sequence[OrderShape]) -> dict[int, list[PostedShape]]:
        """Posted invoices by order id: found by the order's number, or where they carry another text by their own."""
        found: dict[int, list[PostedShape]] = {order.id: [] for order in orders}
        for customer_id in sorted({order.customer_id for order in orders}):
            theirs = {order.document_no: order for order in orders if order.customer_id == customer_id}
            for row in self._postings.invoices_of(customer_id, theirs):
                found[theirs[row.second_reference].id].append(row)
        for order in orders:
            known = {row.reference for row in found[order.id]}
            numbers = self._numbers_invoiced(order) - known if _lacks_invoices(order, found[order.id]) else set()
            found[order.id] += self._postings.invoices_numbered(order.customer_id, numbers)
        return found

    def _numbers_invoiced(self, order: OrderShape) -> set[str]:
        """The numbers of an order's invoices, posted or not."""
        where = f"sop_order_return_id eq {order.id}"
        rows = self._client.rows(INVOICES, InvoiceCreditView, where=where, key="sop_invoice_credit_id")
        return {row.sop_invoice_credit_document_no for row in rows if row.sop_order_return_id == order.id} - {""}

    def _order(self, order: OrderShape, posted: Sequence[PostedShape]) -> SalesOrder:
        currency = self._registers.currency(order.currency_id)
        return sales_order(
            order,
            currency=currency,
            tax_codes=self._tax_codes(order),
            warehouses=self._warehouses(order),
            invoices=[posted_invoice(row, currency) for row in posted],
            prices_hold_tax=bool(self._registers.sop().are_prices_tax_inclusive),
        )

    def _tax_codes(self, order: OrderShape) -> dict[int, TaxCodeShape]:
        ids = {line.tax_code_id for line in order.lines if line.tax_code_id}
        found = {record: self._registers.tax_code_of(record) for record in ids}
        return {record: tax for record, tax in found.items() if tax}

    def _warehouses(self, order: OrderShape) -> dict[int, str]:
        ids = {line.warehouse_id for line in order.lines if line.warehouse_id}
        found = {record: self._registers.warehouse_of(record) for record in ids}
        return {record: warehouse.name for record, warehouse in found.items() if warehouse}


def _lacks_invoices(order: OrderShape, posted: Sequence[PostedShape]) -> bool:
    """Whether more of the order reached the ledger than the invoices found explain."""
    if not any(line.invoice_credit_quantity or line.posted_invoice_credit_quantity for line in order.lines):
        return False
    net = sum((row.document_goods_value for row in posted), Decimal(0))
    return order.total_net_value is None or net != order.total_net_value
