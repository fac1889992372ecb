"""What the house knows to be true, for tests and the demonstration: what left, what lies there, what moved."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.rows import GONE, Order
from tieout.sandbox.mintsoft.stock import Stock

Json = dict[str, object]


def order_row(books: Books, order: Order) -> Json:
    """Return an order, or a part of one, in plain words."""
    return {
        "id": order.id,
        "root": order.root,
        "number": order.number,
        "reference": order.reference,
        "warehouse": books.warehouses[order.warehouse_id].code,
        "status": order.status.name,
        "part": order.part,
        "parts": order.parts,
        "comments": order.comments,
        "tracking": [parcel.number for parcel in order.consignments],
        "despatched_at": order.despatched_at.isoformat() if order.despatched_at else None,
        "items": [
            {
                "id": item.id,
                "sku": books.products[item.product_id].sku,
                "quantity": item.quantity,
                "allocated": order.allocated(item),
                "picked": item.picked,
                "shipped": item.shipped,
                "names": {name: value for _, name, value in item.names},
            }
            for item in order.items
        ],
    }


def shipped(books: Books) -> Json:
    """Return units that left by order line, and summed by reference and SKU."""
    lines: list[Json] = []
    totals: Counter[tuple[str, str]] = Counter()
    for order in books.orders.values():
        if order.status not in GONE:
            continue
        for item in order.items:
            sku = books.products[item.product_id].sku
            totals[order.reference or order.number, sku] += item.shipped
            mine = [t for t in order.taken if t.item_id == item.id and t.despatched]
            lines.append(
                {
                    "order_id": order.id,
                    "number": order.number,
                    "reference": order.reference,
                    "item_id": item.id,
                    "sku": sku,
                    "shipped": item.shipped,
                    "names": {name: value for _, name, value in item.names},
                    "lots": [
                        {"batch": t.place.lot.batch, "serial": t.place.lot.serial, "quantity": t.quantity} for t in mine
                    ],
                }
            )
    summed = [{"reference": ref, "sku": sku, "shipped": units} for (ref, sku), units in sorted(totals.items())]
    return {"lines": lines, "totals": summed}


def levels(books: Books, stock: Stock) -> list[Json]:
    """Return the buckets of every product in every warehouse that it was ever in."""
    rows: list[Json] = []
    for (product_id, warehouse_id), row in sorted(books.inventory.items()):
        now = stock.levels(product_id, warehouse_id)
        rows.append(
            {
                "sku": books.products[product_id].sku,
                "warehouse": books.warehouses[warehouse_id].code,
                "physical": now.stock_level + now.quarantined,
                **asdict(now),
                "free": now.free,
                "in_transition": row.in_transition,
                "scrapped": row.scrapped,
            }
        )
    return rows


def flows(books: Books, sku: str = "") -> list[Json]:
    """Return the stock ledger of a product, or of all."""
    return [
        {
            "id": flow.id,
            "sku": books.products[flow.product_id].sku,
            "warehouse": books.warehouses[flow.warehouse_id].code,
            "kind": flow.kind,
            "quantity": flow.quantity,
            "effect": flow.effect,
            "held": flow.held,
            "reason": flow.reason,
            "order_id": flow.order_id,
            "return_id": flow.return_id,
            "at": flow.at.isoformat(),
        }
        for product_id, lines in books.flows.items()
        for flow in lines
        if sku in {"", books.products[product_id].sku}
    ]


def movements(books: Books) -> list[Json]:
    """Return every movement between places."""
    return [
        {
            "id": move.id,
            "sku": books.products[move.product_id].sku,
            "from": move.source.name if move.source else None,
            "to": move.target.name if move.target else None,
            "quantity": move.quantity,
            "order_id": move.order_id,
            "comment": move.comment,
            "at": move.at.isoformat(),
        }
        for move in books.moves
    ]
