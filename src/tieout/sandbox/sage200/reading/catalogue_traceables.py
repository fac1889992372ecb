"""Readable resources of batch and serial numbers: where they lie, who has them, how they came and went."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.resources import Resource, fields

_PLACE = (
    "JOIN bin_holding b ON b.id = n.bin_holding_id JOIN warehouse_holding h ON h.id = b.warehouse_holding_id "
    "JOIN warehouse w ON w.id = h.warehouse_id"
)
_IN = "('In - Unknown Source', 'In - SOP', 'In - POP', 'In (No Price) - POP', 'BOM Build')"
_OUT = (
    "('Out - Write Off', 'Out - Internal', 'Out - FOC', 'Out - SOP', 'Out - POP', 'Out (No Price) - POP', 'BOM Issue')"
)


def _below(name: str, source: str, order: str, declared: tuple[str, dict[str, str]], where: str = "") -> Resource:
    """Return a list that is read only below a parent; the declaration starts with its first field's alias."""
    words, expressions = declared
    alias, _, names = words.partition(" ")
    return Resource(
        name=name,
        source=source,
        order=order,
        where=where,
        hidden=True,
        single=False,
        fields=fields(alias, names, **expressions),
    )


def _history(name: str, types: str) -> Resource:
    """Return the movements of one number of some types; transfers are none of them."""
    return _below(
        name,
        "traceable_movement x JOIN movement m ON m.id = x.movement_id",
        "x.id",
        (
            (
                "m id:i traceable_item_id:h trader_reference:s trader_name:s sales_purchase_order_no:s "
                "despatch_receipt_grn_no:s received_issued_date:d received_issued_by:s transaction_history_type:s "
                "received_issued_quantity:q"
            ),
            {
                "traceable_item_id": "x.traceable_item_id",
                "trader_reference": "m.source_reference",
                "trader_name": "m.source_name",
                "sales_purchase_order_no": "m.reference",
                "despatch_receipt_grn_no": "m.second_reference",
                "received_issued_date": "m.date",
                "received_issued_by": "m.user_name",
                "transaction_history_type": "m.type",
                "received_issued_quantity": "abs(x.quantity)",
            },
        ),
        f"m.type IN {types}",
    )


def _parent(name: str, source: str) -> Resource:
    return Resource(name=name, source=f"{source} t", order="t.id", hidden=True, fields=fields("t", "id:i"))


TRACEABLES = (
    _parent("traceable_items", "traceable_item"),
    _parent("traceable_bin_items", "traceable_bin"),
    _parent("product_transactions", "movement"),
    _history("traceable_item_receipts", _IN),
    _history("traceable_item_issues", _OUT),
    _below(
        "traceable_item_locations",
        f"traceable_bin n {_PLACE}",
        "n.id",
        (
            (
                "n traceable_bin_item_id:i traceable_item_id:h warehouse_name:s bin_item_id:i bin_name:s "
                "free_stock_available:q bin_quantity_in_stock:q"
            ),
            {
                "traceable_bin_item_id": "n.id",
                "warehouse_name": "w.name",
                "bin_item_id": "b.id",
                "bin_name": "b.name",
                "free_stock_available": "(n.quantity - n.allocated)",
                "bin_quantity_in_stock": "n.quantity",
            },
        ),
        "n.quantity > 0",
    ),
    _below(
        "traceable_item_allocations",
        f"traceable_allocation a JOIN traceable_bin n ON n.id = a.traceable_bin_id {_PLACE} "
        "JOIN stock_allocation s ON s.id = a.stock_allocation_id JOIN line l ON l.id = s.line_id "
        "JOIN document d ON d.id = l.document_id JOIN customer c ON c.id = d.customer_id",
        "a.id",
        (
            (
                "a traceable_bin_item_id:i traceable_item_id:h warehouse_name:s bin_name:s "
                "traceable_allocation_bal_id:i "
                "allocation_balance_id:i allocated_to:s allocation_date:d order_no:s allocated_quantity:q"
            ),
            {
                "traceable_bin_item_id": "n.id",
                "traceable_item_id": "n.traceable_item_id",
                "warehouse_name": "w.name",
                "bin_name": "b.name",
                "traceable_allocation_bal_id": "a.id",
                "allocation_balance_id": "s.id",
                "allocated_to": "c.reference",
                "allocation_date": "s.date",
                "order_no": "d.document_no",
                "allocated_quantity": "a.quantity",
            },
        ),
        "a.quantity > 0",
    ),
    _below(
        "traceable_item_balances",
        f"traceable_bin n JOIN traceable_item t ON t.id = n.traceable_item_id {_PLACE}",
        "n.id",
        (
            (
                "t traceable_item_id:i warehouse_holding_id:h identification_no:s supplier_reference:s receipt_date:d "
                "additional_reference:s sell_by_date:d use_by_date:d traceable_bin_item_id:i bin_item_id:i bin_name:s "
                "quantity:q allocated_quantity:q is_allocated:b"
            ),
            {
                "traceable_item_id": "t.id",
                "warehouse_holding_id": "h.id",
                "identification_no": "t.number",
                "sell_by_date": "t.sell_by",
                "use_by_date": "t.use_by",
                "traceable_bin_item_id": "n.id",
                "bin_item_id": "b.id",
                "bin_name": "b.name",
                "quantity": "n.quantity",
                "allocated_quantity": "n.allocated",
                "is_allocated": "(n.allocated > 0)",
            },
        ),
        "n.quantity > 0",
    ),
    _below(
        "traceable_item_transactions",
        "traceable_movement x JOIN movement m ON m.id = x.movement_id "
        "JOIN traceable_item t ON t.id = x.traceable_item_id",
        "x.id",
        (
            (
                "t movement_id:h identification_no:s additional_reference:s sell_by_date:d use_by_date:d bin_name:s "
                "quantity:q"
            ),
            {
                "movement_id": "m.id",
                "identification_no": "t.number",
                "sell_by_date": "t.sell_by",
                "use_by_date": "t.use_by",
                "bin_name": "m.bin_name",
                "quantity": "abs(x.quantity)",
            },
        ),
    ),
)
