"""Webhook bodies: the REST form of an order, a refund, a return, a stock level.

Amounts are text, except a refund line's subtotal and total_tax, which Shopify sends as JSON numbers. Ids are
integers beyond 2**53.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify.books import Line, Order, Refund, RefundLine, Transaction
from tieout.sandbox.shopify.figures import Currencies, gid, major
from tieout.sandbox.shopify.stock import Level

Json: TypeAlias = "Mapping[str, object]"


def order_body(order: Order) -> dict[str, object]:
    """Return the order as orders/create and orders/updated carry it."""
    money = _MoneySet(order.currencies)
    customer = order.customer
    return {
        "id": order.id,
        "admin_graphql_api_id": gid("Order", order.id),
        "name": order.name,
        "number": order.number,
        "order_number": order.number,
        "created_at": stamp(order.created_at),
        "processed_at": stamp(order.created_at),
        "updated_at": stamp(order.updated_at),
        "cancelled_at": order.cancelled_at and stamp(order.cancelled_at),
        "closed_at": None,
        "currency": order.currency,
        "presentment_currency": order.currencies.presentment,
        "taxes_included": order.taxes_included,
        "financial_status": financial_status(order).lower(),
        "fulfillment_status": "fulfilled" if order.fulfilled else "partial" if order.fulfilments else None,
        "source_name": order.source_name,
        "source_identifier": order.source_identifier or None,
        "app_id": order.app and order.app.id,
        "location_id": order.retail_location and order.retail_location.id,
        "note_attributes": [{"name": name, "value": value} for name, value in order.attributes],
        "shipping_address": _address(order),
        "email": customer.email,
        "note": order.note or None,
        "tags": ", ".join(order.tags),
        "test": False,
        "customer": {
            "id": customer.id,
            "admin_graphql_api_id": gid("Customer", customer.id),
            "email": customer.email,
            "first_name": customer.first_name,
            "last_name": customer.last_name,
        },
        "line_items": [_line(line, order.currencies) for line in order.lines],
        "shipping_lines": _shipping(order),
        "total_price": major(order.total),
        "total_price_set": money(order.total),
        "subtotal_price": major(order.subtotal),
        "total_tax": major(order.line_tax + order.shipping_tax),
        "total_discounts": major(sum(line.discount for line in order.lines)),
        "current_total_price": major(order.current_total),
        "payment_gateway_names": sorted({t.gateway for t in order.transactions if t.kind == "SALE"}),
        "refunds": [refund_body(refund) for refund in order.refunds],
    }


def refund_body(refund: Refund) -> dict[str, object]:
    """Return the refund as refunds/create carries it."""
    order = refund.order
    back = refund.shop_return
    return {
        "id": refund.id,
        "admin_graphql_api_id": gid("Refund", refund.id),
        "order_id": order.id,
        "created_at": stamp(refund.created_at),
        "processed_at": stamp(refund.created_at),
        "note": refund.note or None,
        "user_id": None,
        "restock": any(line.restock_type != "NO_RESTOCK" for line in refund.lines),
        "return": back and {"id": back.id, "admin_graphql_api_id": gid("Return", back.id)},
        "refund_line_items": [_refund_line(line, order.currencies) for line in refund.lines],
        "refund_shipping_lines": _refund_shipping(refund),
        "order_adjustments": _adjustments(refund),
        "transactions": [_transaction(t, order) for t in refund.transactions],
        "duties": [],
        "additional_fees": [],
    }


def _adjustments(refund: Refund) -> list[Json]:
    money = _MoneySet(refund.order.currencies)
    adjustments: list[Json] = []
    if refund.shipping:
        adjustments.append(
            {
                "id": refund.shipping_id,
                "order_id": refund.order.id,
                "refund_id": refund.id,
                "kind": "shipping_refund",
                "reason": "Shipping refund",
                "amount": major(-refund.shipping),
                "amount_set": money(-refund.shipping),
                "tax_amount": major(-refund.shipping_tax),
                "tax_amount_set": money(-refund.shipping_tax),
            }
        )
    if refund.adjustment:
        adjustments.append(
            {
                "id": refund.adjustment_id,
                "order_id": refund.order.id,
                "refund_id": refund.id,
                "kind": "refund_discrepancy",
                "reason": "Refund discrepancy",
                "amount": major(refund.adjustment),
                "amount_set": money(refund.adjustment),
                "tax_amount": "0.00",
                "tax_amount_set": money(0),
            }
        )
    return adjustments


def _refund_shipping(refund: Refund) -> list[Json]:
    money = _MoneySet(refund.order.currencies)
    shipping: list[Json] = []
    if refund.shipping:
        shipping.append(
            {
                "id": refund.shipping_id,
                "shipping_line_id": refund.order.shipping_id,
                "subtotal_amount_set": money(refund.shipping),
                "tax_amount_set": money(refund.shipping_tax),
            }
        )
    return shipping


def level_body(level: Level) -> dict[str, object]:
    """Return the stock level as inventory_levels/update carries it."""
    return {
        "inventory_item_id": level.inventory_item_id,
        "location_id": level.location_id,
        "available": level.available,
        "updated_at": stamp(level.updated_at),
        "admin_graphql_api_id": level_gid(level),
    }


def level_gid(level: Level) -> str:
    """Return a level's global id, which names its item in a query string."""
    return f"{gid('InventoryLevel', level.id)}?inventory_item_id={level.inventory_item_id}"


def financial_status(order: Order) -> str:
    """Return Shopify's word for how far the order is paid and given back."""
    gone = sum(r.refunded for r in order.refunds)
    if order.owed and order.received:
        return "PARTIALLY_PAID"
    if order.received == 0 and order.total > 0:
        return "PENDING"
    if gone == 0:
        return "PAID"
    return "REFUNDED" if gone >= order.received else "PARTIALLY_REFUNDED"


class _MoneySet:
    """Writes an amount in both currencies."""

    def __init__(self, currencies: Currencies) -> None:
        self._currencies = currencies

    def __call__(self, amount: int) -> dict[str, object]:
        both = self._currencies
        return {
            "shop_money": {"amount": major(amount), "currency_code": both.shop},
            "presentment_money": {"amount": major(both.presented(amount)), "currency_code": both.presentment},
        }


def _address(order: Order) -> Json | None:
    where = order.shipping_address
    if where is None:
        return None
    return {
        "name": where.name,
        "address1": where.address1,
        "address2": where.address2 or None,
        "city": where.city,
        "province": where.province or None,
        "zip": where.zip,
        "country_code": where.country_code,
        "phone": where.phone or None,
    }


def _line(line: Line, currencies: Currencies) -> dict[str, object]:
    money = _MoneySet(currencies)
    discounts: list[Json] = []
    if line.discount:
        discounts.append(
            {
                "amount": major(line.discount),
                "amount_set": money(line.discount),
                "discount_application_index": 0,
            }
        )
    return {
        "id": line.id,
        "admin_graphql_api_id": gid("LineItem", line.id),
        "sku": line.sku,
        "title": line.title,
        "name": line.title,
        "variant_id": line.variant and line.variant.id,
        "product_id": line.variant and line.variant.product_id,
        "quantity": line.quantity,
        "current_quantity": line.current_quantity,
        "price": major(line.price),
        "price_set": money(line.price),
        "total_discount": "0.00" if line.order_level_discount else major(line.discount),
        "discount_allocations": discounts,
        "taxable": True,
        "gift_card": line.gift_card,
        "sales_line_item_group_id": line.group and line.group.id,
        "tax_lines": [
            {
                "title": "VAT",
                "rate": float(line.tax_rate),
                "price": major(line.tax),
                "price_set": money(line.tax),
                "channel_liable": False,
            }
        ],
    }


def _shipping(order: Order) -> list[Json]:
    if not order.shipping:
        return []
    money = _MoneySet(order.currencies)
    tax = {
        "title": "VAT",
        "price": major(order.shipping_tax),
        "price_set": money(order.shipping_tax),
    }
    return [
        {
            "id": order.shipping_id,
            "title": "Standard",
            "price": major(order.shipping),
            "price_set": money(order.shipping),
            "discounted_price": major(order.shipping),
            "is_removed": False,
            "tax_lines": [tax] if order.shipping_tax else [],
            "discount_allocations": [],
        }
    ]


def _refund_line(line: RefundLine, currencies: Currencies) -> dict[str, object]:
    money = _MoneySet(currencies)
    return {
        "id": line.id,
        "line_item_id": line.line.id,
        "line_item": _line(line.line, currencies),
        "quantity": line.quantity,
        "location_id": line.location_id,
        "restock_type": line.restock_type.lower(),
        "subtotal": line.subtotal / 100,
        "subtotal_set": money(line.subtotal),
        "total_tax": line.tax / 100,
        "total_tax_set": money(line.tax),
    }


def _transaction(transaction: Transaction, order: Order) -> dict[str, object]:
    moment: datetime = transaction.created_at
    return {
        "id": transaction.id,
        "admin_graphql_api_id": gid("OrderTransaction", transaction.id),
        "order_id": order.id,
        "kind": transaction.kind.lower(),
        "status": transaction.status.lower(),
        "gateway": transaction.gateway,
        "amount": major(transaction.amount),
        "currency": order.currency,
        "parent_id": transaction.parent and transaction.parent.id,
        "created_at": stamp(moment),
        "processed_at": stamp(moment),
        "test": False,
    }
