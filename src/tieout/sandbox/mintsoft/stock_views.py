"""How products and stock look from outside; the buckets are each a figure of their own, and none is another's name."""

from __future__ import annotations

from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.naive import written
from tieout.sandbox.mintsoft.rows import Flow, Levels, Lot, Move, Product, Status
from tieout.sandbox.mintsoft.stock import Stock
from tieout.sandbox.mintsoft.wire import Json


def product_view(product: Product) -> Json:
    """Return one product."""
    return {
        "SKU": product.sku,
        "Name": product.name,
        "Description": None,
        "EAN": product.ean or None,
        "UPC": product.upc or None,
        "LowStockAlertLevel": product.low_stock_level,
        "Weight": product.weight,
        "BackOrder": False,
        "Bundle": bool(product.parts),
        "DisCont": product.discontinued,
        "Price": None,
        "CostPrice": None,
        "UnitsPerParcel": 0.0,
        "HasBatchNumber": product.has_batch,
        "HasSerialNumber": product.has_serial,
        "HasExpiryDate": False,
        "ClientId": product.client_id,
        "ID": product.id,
        "LastUpdated": written(product.updated_at),
        "LastUpdatedByUser": "SYSTEM",
    }


def on_hand(books: Books, levels: Levels) -> int:
    """Return what this house calls OnHand, by its setting."""
    return levels.free if books.house.on_hand == "free" else levels.stock_level


def level_view(books: Books, stock: Stock, product: Product, warehouse_ids: list[int], *, breakdown: bool) -> Json:
    """Return the stock level of a product in these warehouses; several are summed and shown as warehouse 0."""
    rows = [stock.levels(product.id, number) for number in warehouse_ids]
    if product.parts:
        level = total = sum(_bundles(books, stock, product, number) for number in warehouse_ids)
    else:
        level, total = sum(on_hand(books, row) for row in rows), sum(row.stock_level for row in rows)
    touched = [books.inventory[product.id, n].updated_at for n in warehouse_ids if (product.id, n) in books.inventory]
    return {
        "ProductId": product.id,
        "WarehouseId": warehouse_ids[0] if len(warehouse_ids) == 1 else 0,
        "ClientId": product.client_id,
        "SKU": product.sku,
        "Level": level,
        "TotalStockLevel": total,
        "PreOrderable": False,
        "Bundle": bool(product.parts),
        "LowStockLevel": product.low_stock_level,
        "LastUpdated": written(max([product.updated_at, *touched])),
        "Breakdown": _breakdown(books, product, warehouse_ids) if breakdown else None,
    }


def inventory_view(books: Books, stock: Stock, product: Product, warehouse_id: int, *, breakdown: bool) -> Json:
    """Return every bucket of a product in a warehouse."""
    row, levels = books.inventory[product.id, warehouse_id], stock.levels(product.id, warehouse_id)
    lacking = sum(
        order.lacking(item)
        for order in books.open_orders()
        if order.warehouse_id == warehouse_id
        for item in order.items
        if item.product_id == product.id
    )
    replen = sum(
        order.lacking(item)
        for order in books.open_orders()
        if order.warehouse_id == warehouse_id and order.status == Status.AWAITINGREPLEN
        for item in order.items
        if item.product_id == product.id
    )
    on_order, in_transit = _coming(books, product, warehouse_id)
    return {
        "ProductId": product.id,
        "StockLevel": levels.stock_level,
        "Allocated": levels.allocated,
        "OnHand": on_hand(books, levels),
        "OffHand": levels.off_hand,
        "AwaitingReplen": replen,
        "OnOrder": on_order,
        "RequiredByBackOrder": lacking,
        "InQuarantine": levels.quarantined,
        "InTransit": in_transit,
        "InTransition": row.in_transition,
        "Scrapped": row.scrapped,
        "SKU": product.sku,
        "WarehouseId": warehouse_id,
        "LocationId": None,
        "Breakdown": _breakdown(books, product, [warehouse_id]) if breakdown else None,
        "ID": row.id,
        "LastUpdated": written(row.updated_at),
        "LastUpdatedByUser": "SYSTEM",
    }


def flow_view(books: Books, flow: Flow, *, details: bool) -> Json:
    """Return one line of the stock ledger with the levels after it."""
    at = written(flow.at)
    quantity = flow.quantity
    if flow.kind == "TRANSFER" or books.house.flow_quantity == "signed":
        quantity = flow.effect or flow.held or -flow.quantity
    return {
        "ProductId": flow.product_id,
        "WarehouseId": flow.warehouse_id,
        "StockLevel": flow.after.stock_level,
        "Allocated": flow.after.allocated,
        "OnHand": on_hand(books, flow.after),
        "OffHand": flow.after.off_hand,
        "Quantity": quantity,
        "Flow": flow.kind,
        "Reason": flow.reason,
        "OrderId": flow.order_id or None,
        "SKU": books.products[flow.product_id].sku,
        "WarehouseName": books.warehouses[flow.warehouse_id].name,
        **_single_lot(flow),
        "StockFlowDetails": [
            {
                "LocationId": location.id,
                "Location": location.name,
                "Quantity": units,
                **_lot(lot),
                "ID": flow.id * 100 + index,
                "LastUpdated": at,
                "LastUpdatedByUser": flow.user,
            }
            for index, (location, lot, units) in enumerate(flow.details)
        ]
        if details
        else None,
        "ID": flow.id,
        "LastUpdated": at,
        "LastUpdatedByUser": flow.user,
    }


def move_view(books: Books, move: Move) -> Json:
    """Return one movement between places; the world outside has no id."""
    ends: Json = {}
    for name, location in (("Source", move.source), ("Destination", move.target)):
        warehouse = books.warehouses[location.warehouse_id] if location else None
        ends |= {
            f"{name}WarehouseId": warehouse.id if warehouse else None,
            f"{name}WarehouseName": warehouse.name if warehouse else None,
            f"{name}LocationId": location.id if location else None,
            f"{name}LocationName": location.name if location else None,
        }
    product = books.products[move.product_id]
    return {
        "StockMovementId": move.id,
        "LastUpdatedByUser": move.user,
        "LastUpdated": written(move.at),
        "ProductId": product.id,
        "ProductName": product.name,
        "ProductSKU": product.sku,
        **ends,
        "Quantity": move.quantity,
        "OrderId": move.order_id or None,
        "OrderItemId": move.item_id or None,
        **_lot(move.lot),
        "Comment": move.comment,
    }


def _bundles(books: Books, stock: Stock, product: Product, warehouse_id: int) -> int:
    """Return how many of a bundle its components make."""
    return min(on_hand(books, stock.levels(part, warehouse_id)) // units for part, units in product.parts.items())


def _breakdown(books: Books, product: Product, warehouse_ids: list[int]) -> list[Json]:
    """Return the lots; quarantine stands here though it is in no total."""
    return [
        {
            "Quantity": place.quantity,
            **_lot(place.lot),
            "Type": "Quarantine" if place.location.kind == "QUARANTINE" else "Stock",
        }
        for place in books.places[product.id]
        if place.quantity and place.location.warehouse_id in warehouse_ids
    ]


def _coming(books: Books, product: Product, warehouse_id: int) -> tuple[int, int]:
    """Return what is on order, and what of it is on its way."""
    on_order = in_transit = 0
    for notice in books.notices.values():
        if notice.warehouse_id != warehouse_id or notice.status in {6, 7}:
            continue
        for item in notice.items:
            if item.product_id == product.id:
                on_order += max(item.expected - item.booked, 0)
                in_transit += max(item.expected - item.received, 0) if notice.shipped else 0
    return on_order, in_transit


def _single_lot(flow: Flow) -> Json:
    lots = {lot for _, lot, _ in flow.details}
    return _lot(lots.pop() if len(lots) == 1 else Lot())


def _lot(lot: Lot) -> Json:
    return {"BestBefore": lot.best_before or None, "BatchNo": lot.batch or None, "SerialNo": lot.serial or None}
