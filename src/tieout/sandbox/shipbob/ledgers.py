"""What a test compares with: units that really left, by order and line, and what really lies on the shelves."""

from __future__ import annotations

from collections import Counter

from tieout.sandbox.shipbob.books import Books, Order, OrderLine
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.views import Json


def shipped_ledger(books: Books) -> list[Json]:
    """Return every order with what was asked for, and what has left for each line under which stock code."""
    return [
        {
            "reference_id": order.reference_id,
            "order_id": order.id,
            "status": order.status,
            "lines": [_line(order, line) for line in order.lines],
        }
        for order in books.orders.values()
    ]


def stock_ledger(network: Network) -> list[Json]:
    """Return every pocket with its units, and what the event log adds up to for it."""
    logged: Counter[tuple[int, int, str, str]] = Counter()
    for event in network.stock.events:
        for side in event.sides:
            logged[(event.item.id, side.centre.id, side.lot, side.status)] += side.quantity
    books, held = network.books, dict(network.stock.pockets())
    return [
        {
            "sku": books.items[item].sku,
            "centre": books.centres[centre].name,
            "lot": lot,
            "status": status,
            "units": held.get((item, centre, lot, status), 0),
            "logged": logged[(item, centre, lot, status)],
            "committed": network.stock.committed(books.items[item], books.centres[centre]),
        }
        for item, centre, lot, status in sorted(set(held) | set(logged))
    ]


def _line(order: Order, line: OrderLine) -> Json:
    gone: Counter[str] = Counter()
    serials: list[str] = []
    lots: Counter[str] = Counter()
    for shipment in order.shipments:
        if shipment.stage != "left":
            continue
        for part in shipment.parts:
            if part.line is not line:
                continue
            gone[part.item.sku] += part.picked
            for pick in part.picks:
                serials += pick.serials
                lots[pick.lot] += pick.quantity
    return {
        "line": line.number,
        "external_line_id": line.external_line_id,
        "sku": line.product.sku,
        "quantity": line.quantity,
        "unit": line.unit,
        "ordered_each": line.each,
        "shipped": {sku: units for sku, units in gone.items() if units},
        "lots": {lot: units for lot, units in lots.items() if lot},
        "serials": serials,
    }
