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
REFUND_TRANSACTIONS = _document("refund_transactions")
ORDERS_BY_NAME = _document("orders_by_name")
ORDERS_CHANGED = _document("orders_changed")
VARIANTS_BY_SKU = _document("variants_by_sku")
LOCATIONS = _document("locations")
REFUND_CREATE = _document("refund_create", is_write=True)
INVENTORY_ADJUST = _document("inventory_adjust", is_write=True)
