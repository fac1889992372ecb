"""Gather the sale behind a return: the order in Sage and in the shop, in the lines that can come back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from tieout.domain.documents.books import Product
from tieout.domain.documents.rma import ExchangeOrder, Outcome, Rma
from tieout.domain.documents.sales_order import SalesOrder
from tieout.domain.documents.shop_order import ShopExchange, ShopExchangeLine, ShopOrder
from tieout.domain.returns.bundles import Bundle, bundles_in, malformed_bundles
from tieout.domain.returns.facts import ExchangeFact
from tieout.domain.returns.matching import holding_all
from tieout.domain.returns.sold import HISTORICAL, as_sold, historical_order
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.processes.kinds import RETURN
from tieout.processes.record import facts_from_json
from tieout.processes.rules import rules_on
from tieout.store import attempts, cross_references, documents
from tieout.store.documents import Document
from tieout.store.store import Connection


class Records(Protocol):
    """Our own records: a held document's, or those of a reader who holds nothing."""

    def begin(self) -> AbstractContextManager[Connection]:
        """One transaction that sees the company's rows."""


class Numbered(Protocol):
    """A return by its number, whether we have its document or not."""

    @property
    def company(self) -> str:
        """The company's name."""

    @property
    def key(self) -> str:
        """The RMA's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What a return belongs to, as far as it can be found."""

    customer: str
    candidates: tuple[SalesOrder, ...]
    """In the lines that can come back: discounts shared, bundles taken apart."""
    method: str
    shop_order: ShopOrder | None
    bundles: Mapping[str, Bundle]
    """As they were made up on the day of the sale."""
    unclear_bundles: tuple[str, ...]


def gather_sale(
    company: Company, held: Records, document: Numbered, rma: Rma | None, tables: MappingTables, *, is_begun: bool
) -> Sale:
    """The sale of an RMA; `is_begun` when something stands, or may stand, in other systems for it.

    Raises connector errors of the reads.
    """
    customer = _customer(company, tables, rma)
    candidates, method = _candidates(company, rma, customer)
    shop_order = _shop_order(company, rma, candidates)
    if not candidates and rma is not None and rma.order_name:
        remembered = _remembered(held, document, shop_order)
        if remembered is not None and is_begun:
            candidates = (remembered,)  # what was begun on the order Sage had is ended on it
        elif shop_order is not None:
            customer, candidates = _historical(company, tables, rma, shop_order, remembered)
            method = HISTORICAL if candidates else method
    day = _day_of_sale(candidates, shop_order)
    with held.begin() as connection:
        then = rules_on(connection, company.name, day) if day is not None else tables
    bundles = bundles_in(then)
    return Sale(
        customer=customer,
        candidates=tuple(as_sold(order, bundles) for order in candidates),
        method=method,
        shop_order=shop_order,
        bundles=bundles,
        unclear_bundles=tuple(malformed_bundles(then)),
    )


def gather_exchanges(company: Company, rma: Rma | None, shop_order: ShopOrder | None) -> tuple[ExchangeFact, ...]:
    """The exchanges of an RMA as the storefront shows them, each with the order in Sage that sends it."""
    if rma is None or not any(unit.outcome is Outcome.EXCHANGE for unit in rma.units):
        return ()
    on_the_order = {exchange.name: exchange for exchange in (shop_order.exchanges if shop_order else ())}
    named = [order for order in rma.exchange_orders if order.order_name or order.order_id]
    if not named:
        return tuple(_fact(company, exchange, shop_order) for exchange in on_the_order.values())
    return tuple(
        _fact(company, on_the_order[order.order_name], shop_order)
        if order.order_name in on_the_order
        else _by_order(company, order, shop_order)
        for order in named
    )


def products_of(company: Company, rma: Rma | None, candidates: tuple[SalesOrder, ...]) -> tuple[Product, ...]:
    """The stock items of the returned lines, by the ledger's own codes."""
    if rma is None or len(candidates) != 1:
        return ()
    returned = {unit.sku.strip().casefold() for unit in rma.units}
    codes = sorted({line.sku for line in candidates[0].lines if line.is_goods and line.sku.casefold() in returned})
    return company.books.products(codes)


def _by_order(company: Company, named: ExchangeOrder, shop_order: ShopOrder | None) -> ExchangeFact:
    """An exchange that has an order of its own in the storefront; its goods are known once it is released."""
    found = company.storefront.order(named.order_id, named.order_name) if named.is_released else None
    lines = found.lines if found is not None else ()
    exchange = ShopExchange(
        name=(found.name if found is not None else "") or named.order_name,
        shape="order",
        lines=tuple(ShopExchangeLine(sku=line.sku, quantity=line.quantity, gross=line.gross) for line in lines),
        is_released=found is not None,
    )
    return _fact(company, exchange, found if found is not None and found.delivery is not None else shop_order)


def _fact(company: Company, exchange: ShopExchange, delivered_as: ShopOrder | None) -> ExchangeFact:
    entered = company.orders.orders(exchange.name) if exchange.is_released else ()
    return ExchangeFact(
        exchange=exchange,
        delivery=delivered_as.delivery if delivered_as is not None else None,
        order=next((order for order in entered if not order.is_cancelled), None),
    )


def _customer(company: Company, tables: MappingTables, rma: Rma | None) -> str:
    """The ledger's account of the RMA's customer; only asked for where no order names it."""
    if rma is None or rma.order_name or not rma.customer_reference:
        return ""
    account = _account(tables, rma.customer_reference)
    return account if account and company.orders.customer_id(account) else ""


def _account(tables: MappingTables, reference: str) -> str:
    mapped = tables.value("customer", reference, "account") or ""
    return reference if mapped == "=" else mapped


def _candidates(company: Company, rma: Rma | None, customer: str) -> tuple[tuple[SalesOrder, ...], str]:
    """Orders this return may belong to: by the channel's order number, else by the customer's invoice lines."""
    if rma is None:
        return (), ""
    if rma.order_name:
        return company.orders.orders(rma.order_name), "order number"
    if not customer:
        return (), ""
    skus = sorted({unit.sku.strip() for unit in rma.units})
    found = [order for sku in skus[:1] for order in company.orders.orders_holding(customer, sku)]
    return holding_all(rma, found), "invoice line"


def _remembered(held: Records, document: Numbered, shop_order: ShopOrder | None) -> SalesOrder | None:
    """The order as Sage had it when this return, or another of the same sale, was matched to it; newest first.

    So every return of one sale counts its units on the same lines, whether Sage still has them or not.
    """
    with held.begin() as c:
        same = cross_references.find(c, shop_order.order_id, system="storefront", kind="order") if shop_order else []
        others = [one.document_key for one in same if (one.company, one.document_kind) == (document.company, RETURN)]
        for key in dict.fromkeys((document.key, *others)):
            known = documents.document(c, document.company, RETURN, key)
            order = _last_matched(c, known) if known is not None else None
            if order is not None:
                return order
    return None


def _last_matched(c: Connection, document: Document) -> SalesOrder | None:
    for attempt in reversed(attempts.attempts_of(c, document)):
        found = facts_from_json(attempt.facts).order_candidates if attempt.facts is not None else ()
        if len(found) == 1 and not found[0].is_historical:
            return found[0]
    return None


def _historical(
    company: Company, tables: MappingTables, rma: Rma, shop_order: ShopOrder, remembered: SalesOrder | None
) -> tuple[str, tuple[SalesOrder, ...]]:
    """A sale that Sage no longer holds, on the customer's account: by mapping, else the one for old orders.

    Where we know it from when Sage had it, it is told as Sage told it, on the account that Sage had it on.
    """
    if remembered is not None:
        is_allowed = tables.find("value_policy", "historical") is not None
        return remembered.customer_reference, (replace(remembered, is_historical=True),) if is_allowed else ()
    default = tables.value("value_policy", "historical", "customer") or ""
    account = _account(tables, rma.customer_reference or shop_order.customer_email) or default
    ids = ((name, company.orders.customer_id(name)) for name in dict.fromkeys((account, default)) if name)
    customer, customer_id = next((pair for pair in ids if pair[1]), ("", ""))
    if not customer_id:
        return "", ()
    found = historical_order(shop_order, customer_id=customer_id, customer_reference=customer, tables=tables)
    return customer, (found,) if found is not None else ()


def _shop_order(company: Company, rma: Rma | None, candidates: tuple[SalesOrder, ...]) -> ShopOrder | None:
    if rma is None:
        return None
    if rma.order_id or rma.order_name:
        return company.storefront.order(rma.order_id, rma.order_name)
    return company.storefront.order("", candidates[0].channel_reference) if len(candidates) == 1 else None


def _day_of_sale(candidates: tuple[SalesOrder, ...], shop_order: ShopOrder | None) -> date | None:
    if len(candidates) == 1 and not candidates[0].is_historical:
        return candidates[0].ordered_on
    return shop_order.ordered_at.date() if shop_order is not None and shop_order.ordered_at is not None else None
