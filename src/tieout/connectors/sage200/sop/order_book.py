"""Sales orders of Sage 200 as they stand before and while their goods leave (flow E, step 1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from tieout.connectors.sage200.accounts.wire_customers import CountryShape
from tieout.connectors.sage200.client import Client, quoted
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.sop.open_orders import ORDERS
from tieout.connectors.sage200.sop.open_translate import (
    ItemFacts,
    OrderFacts,
    address_of,
    open_order,
    promised_line,
    says_where,
)
from tieout.connectors.sage200.sop.wire_open import BookOrder, BuyerShape
from tieout.connectors.sage200.sop.wire_orders import OpenOrder as OpenShape
from tieout.connectors.sage200.translate import STANDARD_LINE
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.open_order import OpenOrder, PromisedLine
from tieout.ports.errors import BadAnswer

UNTRACED = ("", "EnumTraceableTypeNone")


class SageOrderBook:
    """Implements `OrderBook`. An archived order is gone from Sage's lists (6.1); a draft is no order yet."""

    def __init__(self, client: Client, registers: Registers, settings: Sage200Settings) -> None:
        self._client = client
        self._registers = registers
        self._compat = settings.compat

    def open_order(self, number: str) -> OpenOrder | None:
        """The order of this number, as it stands; BadAnswer when there are several, or its lines do not make it."""
        where = f"document_no eq {quoted(number)}"
        rows = self._client.rows(ORDERS, BookOrder, where=where, expand=self._compat.order_expands)
        is_draft = number.startswith(self._compat.draft_numbers)
        found = [row for row in rows if row.document_no == number and not row.is_draft and not is_draft]
        if len(found) > 1:
            raise BadAnswer(
                f"Sage 200 holds {len(found)} orders numbered {number}: {', '.join(str(row.id) for row in found)}"
            )
        return open_order(found[0], self._facts(found[0])) if found else None

    def promised(self) -> Iterator[PromisedLine]:
        """Every line of goods of every order that is live or on hold, order by order; no drafts."""
        warehouses: dict[int, str] = {}
        rows = self._client.rows(ORDERS, OpenShape, where=self._compat.open_orders_filter, expand=("lines",))
        for order in rows:
            if order.is_draft or order.document_no.startswith(self._compat.draft_numbers):
                continue
            for line in order.lines:
                if line.line_type == STANDARD_LINE and line.code:
                    if line.warehouse_id not in warehouses:
                        warehouse = self._registers.warehouse_of(line.warehouse_id)
                        warehouses[line.warehouse_id] = warehouse.name if warehouse else ""
                    holds_despatched = self._compat.allocated_holds_despatched
                    name = warehouses[line.warehouse_id]
                    yield promised_line(order, line, name, holds_despatched=holds_despatched)

    def _facts(self, order: BookOrder) -> OrderFacts:
        buyer = self._buyer(order)
        return OrderFacts(
            currency=self._registers.currency(order.currency_id),
            prices_hold_tax=bool(self._registers.sop().are_prices_tax_inclusive),
            allocated_holds_despatched=self._compat.allocated_holds_despatched,
            buyer=buyer,
            deliver_to=self._deliver_to(order, buyer),
            items=self._items(order),
            warehouses=self._warehouses(order),
            units={line.selling_unit_id: self._registers.unit_name(line.selling_unit_id) for line in order.lines},
        )

    def _buyer(self, order: BookOrder) -> BuyerShape:
        """The customer as it came with the order; read by itself where its hold did not come along."""
        if order.customer and order.customer.on_hold is not None:
            return order.customer
        return self._customer(order) or order.customer or BuyerShape()

    def _customer(self, order: BookOrder) -> BuyerShape | None:
        return self._client.one(f"/customers/{order.customer_id}?{urlencode({'$expand': 'contacts'})}", BuyerShape)

    def _deliver_to(self, order: BookOrder, buyer: BuyerShape) -> PostalAddress:
        """The order's own delivery address; else the address of a cash customer; else the customer's main address."""
        own, cash = order.delivery_address, order.cash_account_invoice_address
        if own and says_where(own) and not order.use_invoice_address:
            place = address_of(own, self._country(own.country, own.country_code_id))
            return place if place.name else replace(place, name=buyer.name)
        if cash and says_where(cash):
            return address_of(cash)
        customer = self._customer(order) or buyer
        main = customer.main_address
        if main is None:
            return PostalAddress(name=customer.name)
        place = address_of(main, self._country(main.country, main.address_country_code_id or customer.country_code_id))
        reach = next((contact for contact in customer.contacts if contact.is_default), None)
        return replace(
            place,
            name=place.name or customer.name,
            telephone=place.telephone or (reach.default_telephone if reach else ""),
            email=place.email or (reach.default_email if reach else ""),
        )

    def _country(self, text: str, record: int) -> str:
        """The code of a country record, asked for only where the address does not name its country."""
        if text.strip() or not record:
            return ""
        found = self._client.one(f"/country_codes/{record}", CountryShape)
        return found.code if found else ""

    def _items(self, order: BookOrder) -> dict[str, ItemFacts]:
        codes = {line.code for line in order.lines if line.line_type == STANDARD_LINE and line.code}
        return {
            item.code: ItemFacts(
                is_stocked=self._registers.is_stocked(item), is_traceable=item.traceable_type not in UNTRACED
            )
            for item in (self._registers.products(codes) if codes else ())
        }

    def _warehouses(self, order: BookOrder) -> dict[int, str]:
        ids = {line.warehouse_id for line in order.lines if line.warehouse_id}
        found = {record: self._registers.warehouse_of(record) for record in ids}
        return {record: warehouse.name for record, warehouse in found.items() if warehouse}
