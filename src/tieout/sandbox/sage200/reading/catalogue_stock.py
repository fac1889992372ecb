"""Readable resources of stock in its places: warehouses, holdings, bins and movements.

The movement feed is paged by id or by stamp without reading more than the page: its joins start from the movement.
"""

from __future__ import annotations

from tieout.sandbox.sage200.company.tables import ANALYSIS_CODES
from tieout.sandbox.sage200.reading.catalogue_general import STAMPS, stamps
from tieout.sandbox.sage200.reading.enumerations_stock import MOVEMENT_TYPES
from tieout.sandbox.sage200.reading.resources import Resource, fields, many, one
from tieout.sandbox.sage200.reading.stock_fields import SPARES, WAREHOUSE_KEPT, kept, stamped

_TYPE_ID = "CASE m.type " + " ".join(f"WHEN '{t}' THEN {i}" for i, t in enumerate(MOVEMENT_TYPES)) + " END"
_AREA_ID = (
    "CASE WHEN m.type LIKE '% - POP' THEN 0 WHEN m.type LIKE '% - SOP' THEN 1 WHEN m.type = 'Out - Write Off' THEN 3 "
    "ELSE 2 END"
)
_BY_WAREHOUSE = "(SELECT coalesce(sum({0}), 0) FROM bin_holding WHERE warehouse_holding_id = h.id)"
_IN_STOCK = _BY_WAREHOUSE.format("quantity")
_ALLOCATED = _BY_WAREHOUSE.format("allocated")
_FREE = _BY_WAREHOUSE.format("quantity - allocated")
_QUANTITIES = (
    "quantity_reserved:q unconfirmed_qty_in_stock:q confirmed_qty_in_stock:q quantity_allocated_sop:q "
    "quantity_allocated_stock:q quantity_allocated_bom:q quantity_in_stock:q quantity_in_stock_less_reserved:q "
    "quantity_allocated:q free_stock_available:q free_stock_available_less_reserved:q"
)
_ANALYSIS_NAMES = " ".join(f"{name}:s" for name in ANALYSIS_CODES)
_VISIBLE = "w.type = 'Normal'"


def _quantities(in_stock: str, allocated: str, free: str) -> dict[str, str]:
    """Return the expressions of the quantity fields that warehouse and bin holdings share."""
    return {
        "quantity_reserved": "0",
        "unconfirmed_qty_in_stock": "0",
        "confirmed_qty_in_stock": in_stock,
        "quantity_allocated_sop": allocated,
        "quantity_allocated_stock": "0",
        "quantity_allocated_bom": "0",
        "quantity_in_stock": in_stock,
        "quantity_in_stock_less_reserved": in_stock,
        "quantity_allocated": allocated,
        "free_stock_available": free,
        "free_stock_available_less_reserved": free,
    }


STOCK = (
    Resource(
        name="warehouses",
        source="warehouse w",
        order="w.id",
        fields=(
            *fields(
                "w",
                "id:i name:s description:s warehouse_type:s use_for_sales_trading:b+",
                warehouse_type="w.type",
                use_for_sales_trading="w.trading",
            ),
            *kept("w", WAREHOUSE_KEPT),
            *stamped("w"),
        ),
        children={
            "country_code": one("country_codes", "country_code_id"),
            "bom_settings": one("warehouse_bom_settings", "id"),
        },
    ),
    Resource(
        name="warehouse_bom_settings",
        source="warehouse w",
        order="w.id",
        hidden=True,
        fields=fields(
            "w",
            "id:i is_component_source:b+ date_time_created:t",
            is_component_source="1",
            date_time_created="w.created",
        ),
    ),
    Resource(
        name="product_warehouses",
        source="warehouse_holding h JOIN warehouse w ON w.id = h.warehouse_id",
        order="w.id",
        hidden=True,
        fields=(
            *fields(
                "w",
                "id:i product_id:h name:s description:s warehouse_type:s use_for_sales_trading:b+",
                product_id="h.product_id",
                warehouse_type="w.type",
                use_for_sales_trading="w.trading",
            ),
            *kept("w", WAREHOUSE_KEPT),
            *stamped("w"),
        ),
        children={
            "country_code": one("country_codes", "country_code_id"),
            "bom_settings": one("warehouse_bom_settings", "id"),
        },
    ),
    Resource(
        name="warehouse_holdings",
        source="warehouse_holding h JOIN warehouse w ON w.id = h.warehouse_id",
        order="h.id",
        fields=fields(
            "h",
            "id:i warehouse_id:k product_id:k is_default_manufacturing_warehouse:b reorder_level:q minimum_level:q "
            f"maximum_level:q {_QUANTITIES} quantity_on_order:q warehouse_name:s {STAMPS}",
            is_default_manufacturing_warehouse="0",
            quantity_on_order="0",
            warehouse_name="w.name",
            **_quantities(_IN_STOCK, _ALLOCATED, _FREE),
            **stamps("h"),
        ),
        children={
            "product": one("products", "product_id"),
            "warehouse": one("warehouses", "warehouse_id"),
            "bin_holdings": many("bin_holdings", "warehouse_holding_id"),
            "status": one("warehouse_holding_status", "id"),
        },
    ),
    Resource(
        name="warehouse_holding_status",
        source="warehouse_holding h",
        order="h.id",
        hidden=True,
        fields=fields(
            "h",
            "id:h delete_exception_type:s",
            delete_exception_type=f"CASE WHEN {_IN_STOCK} > 0 OR {_ALLOCATED} > 0 THEN 'HasStock' ELSE '' END",
        ),
    ),
    Resource(
        name="bin_holdings",
        source="bin_holding b",
        order="b.id",
        fields=(
            *fields(
                "b",
                f"id:i warehouse_holding_id:k product_id:k name:s allocation_priority:i {_QUANTITIES} last_stocktake:d",
                allocation_priority="b.priority",
                **_quantities("b.quantity", "b.allocated", "(b.quantity - b.allocated)"),
            ),
            *kept("b", SPARES),
            *stamped("b"),
        ),
        children={
            "product": one("products", "product_id"),
            "warehouse_holding": one("warehouse_holdings", "warehouse_holding_id"),
        },
    ),
    Resource(
        name="product_warehouse_bin_views",
        source=(
            "bin_holding b JOIN warehouse_holding h ON h.id = b.warehouse_holding_id "
            "JOIN warehouse w ON w.id = h.warehouse_id"
        ),
        order="w.name, b.name, b.id",
        where=_VISIBLE,
        single=False,
        fields=fields(
            "b",
            "product_id:i warehouse_id:i warehouse_name:s bin_holding_id:i bin_holding_name:s",
            warehouse_id="w.id",
            warehouse_name="w.name",
            bin_holding_id="b.id",
            bin_holding_name="b.name",
        ),
    ),
    Resource(
        name="product_warehouse_views",
        source="warehouse_holding h JOIN warehouse w ON w.id = h.warehouse_id",
        order="w.name, h.id",
        where=_VISIBLE,
        single=False,
        fields=fields(
            "h",
            "product_id:i warehouse_holding_id:i warehouse_id:i warehouse_name:s use_for_sales_trading:b "
            "free_stock_quantity:q",
            warehouse_holding_id="h.id",
            warehouse_name="w.name",
            use_for_sales_trading="w.trading",
            free_stock_quantity=_FREE,
        ),
    ),
    Resource(
        name="product_transaction_views",
        source=(
            "movement m CROSS JOIN product p ON p.id = m.product_id CROSS JOIN product_group g ON g.id = p.group_id"
        ),
        order="m.id DESC",
        single=False,
        fields=fields(
            "m",
            "id:i product_id:i product_group_id:i product_code:s product_group_code:s transaction_group_id:i "
            "transaction_type_id:i transaction_type:s transaction_date:d source_area_type_id:i "
            "source_area_reference:s source_area_name:s reference:s second_reference:s warehouse_name:s bin_name:s "
            "quantity:q unit_cost_price:q unit_issue_price:q unit_discount_value:q total_order_discount:m "
            f"cost_value:m issue_value:q memo:s user_name:s {_ANALYSIS_NAMES} date_time_updated:t",
            product_group_id="g.id",
            product_code="p.code",
            product_group_code="g.code",
            transaction_group_id="CASE WHEN m.quantity < 0 THEN 1 ELSE 2 END",
            transaction_type_id=_TYPE_ID,
            transaction_type="m.type",
            transaction_date="m.date",
            source_area_type_id=_AREA_ID,
            source_area_reference="m.source_reference",
            source_area_name="m.source_name",
            quantity="abs(m.quantity)",
            unit_cost_price="m.unit_cost",
            unit_issue_price="m.unit_issue",
            unit_discount_value="0",
            total_order_discount="0",
            cost_value="abs(m.value)",
            issue_value="(abs(m.quantity) * m.unit_issue / 100000)",
            date_time_updated="m.updated",
            **dict.fromkeys(ANALYSIS_CODES, "''"),
        ),
    ),
    Resource(
        name="internal_areas",
        source="internal_area a",
        order="a.id",
        fields=(
            *fields("a", "id:i name:s is_default:b nominal_code_id:k+", nominal_code_id="a.nominal_id"),
            *stamped("a"),
        ),
        children={"nominal_code": one("nominal_codes", "nominal_code_id")},
    ),
)
