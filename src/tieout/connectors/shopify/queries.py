"""The GraphQL documents that we send, by name; their text stands in `documents/`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One GraphQL document."""

    name: str
    text: str
    is_write: bool


def _document(name: str, *, is_write: bool = False) -> Document:
    text = (files(__package__) / "documents" / f"{name}.graphql").read_text("utf-8")
    return Document(name=name, text=text, is_write=is_write)


ORDER = _document("order")
ORDER_MONEY = _document("order_money")
ORDER_LINES = _document("order_lines")
ORDER_AGREEMENTS = _document("order_agreements")
ORDER_RETURNS = _document("order_returns")
ORDER_SALES = _document("order_sales")
REFUND_LINES = _document("refund_lines")
REFUND_TRANSACTIONS = _document("refund_transactions")
RETURN = _document("return")
RETURN_DISPOSALS = _document("return_disposals")
RETURN_EXCHANGES = _document("return_exchanges")
RETURN_LINES = _document("return_lines")
RETURNS_CHANGED = _document("returns_changed")
REVERSE_LINES = _document("reverse_lines")
ORDERS_BY_NAME = _document("orders_by_name")
ORDERS_CHANGED = _document("orders_changed")
VARIANTS_BY_ID = _document("variants_by_id")
VARIANTS_BY_SKU = _document("variants_by_sku")
LOCATIONS = _document("locations")
PAYOUTS = _document("payouts")
BALANCE_TRANSACTIONS = _document("balance_transactions")
REFUND_CREATE = _document("refund_create", is_write=True)
RETURN_PROCESS = _document("return_process", is_write=True)
RETURN_CLOSE = _document("return_close", is_write=True)
INVENTORY_ADJUST = _document("inventory_adjust", is_write=True)
ORDER_FULFILMENTS = _document("order_fulfilments")
FULFILMENT_LINES = _document("fulfilment_lines")
FULFILMENT_ORDERS = _document("fulfilment_orders")
FULFILMENT_ORDER_LINES = _document("fulfilment_order_lines")
FULFILMENT_CREATE = _document("fulfilment_create", is_write=True)
ORDER_MARK = _document("order_mark")
ORDER_MARK_SET = _document("order_mark_set", is_write=True)
ORDERS_UNSENT = _document("orders_unsent")
LEVELS_BY_SKU = _document("levels_by_sku")
ITEM_LEVELS = _document("item_levels")
INVENTORY_SET = _document("inventory_set", is_write=True)
