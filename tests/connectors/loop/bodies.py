"""Bodies as Loop sends them, and how they are read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tieout.connectors.loop.translate import rma_from
from tieout.connectors.loop.wire import ReturnShape, read_as
from tieout.domain.documents.rma import Rma

Edge = dict[str, Any]
READ_AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def line(number: int = 1, **others: object) -> Edge:
    return {
        "line_item_id": number,
        "provider_line_item_id": "23984238720",
        "sku": "BOOT",
        "title": "Boot",
        "price": "20.00",
        "discount": "0.00",
        "tax": "4.00",
        "refund": "24.00",
        "return_reason": "Item was too big",
        "outcome": "default",
        **others,
    }


def raised(*lines: Edge, **others: object) -> Edge:
    return {
        "id": 37603915,
        "state": "open",
        "created_at": "2026-11-20 14:08:31",
        "outcome": "refund",
        "order_name": "#1001",
        "provider_order_id": 5444175757553,
        "customer": "ada@example.com",
        "currency": "GBP",
        "line_items": list(lines or (line(),)),
        **others,
    }


def shape(body: Edge) -> ReturnShape:
    return read_as(ReturnShape, body, "detail of a return")


def rma(body: Edge) -> Rma:
    return rma_from(shape(body), read_at=READ_AT, shop_currency="GBP")


def exchange(sku: str = "SHOE", **others: object) -> Edge:
    return {"exchange_id": "9", "sku": sku, "price": "25.00", "discount": "0.00", "tax": "5.00", **others}
