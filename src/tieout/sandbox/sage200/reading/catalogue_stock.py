"""Readable resources of stock and prices: products, warehouses, holdings, movements, price bands."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_general import BASE_CURRENCY, STAMPS, stamps
from tieout.sandbox.sage200.reading.resources import Resource, fields, many, one

MOVEMENT_TYPES = (
    "Allocation - Customer",
    "In - Unknown Source",
    "In - SOP",
    "In - Transfer",
    "Out - Write Off",
    "Out - Internal",
    "Out - FOC",
    "Out - SOP",
    "Out - Transfer",
)
_TYPE_ID = "CASE m.type " + " ".join(f"WHEN '{t}' THEN {i}" for i, t in enumerate(MOVEMENT_TYPES)) + " END"
_BY_WAREHOUSE = "(SELECT coalesce(sum({0}), 0) FROM bin_holding WHERE warehouse_holding_id = h.id)"
_IN_STOCK = _BY_WAREHOUSE.format("quantity")
_ALLOCATED = _BY_WAREHOUSE.format("allocated")
_FREE = _BY_WAREHOUSE.format("quantity - allocated")
_QUANTITIES = (
    "quantity_reserved:q unconfirmed_qty_in_stock:q confirmed_qty_in_stock:q quantity_allocated_sop:q "
    "quantity_allocated_stock:q quantity_allocated_bom:q quantity_in_stock:q quantity_in_stock_less_reserved:q "
    "quantity_allocated:q free_stock_available:q free_stock_available_less_reserved:q"
)


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
        name="products",
        source="product p",
        order="p.id",
        fields=fields(
            "p",
            "id:i code:s name:s description:s barcode:s allow_sales_order:b free_stock_quantity:q "
            "product_group_id:k tax_code_id:k product_status_type:e.product_status fulfilment_method_type:s "
            "fulfilment_sequence_type:s traceable_type:s+ standard_cost:q average_buying_price:q "
            "stock_nominal_code_id:k revenue_nominal_code_id:k issue_nominal_code_id:k+ base_unit_id:k "
            f"stock_unit_id:k {STAMPS}",
            allow_sales_order="1",
            free_stock_quantity=(
                "(SELECT coalesce(sum(quantity - allocated), 0) FROM bin_holding WHERE product_id = p.id)"
            ),
            product_group_id="p.group_id",
            product_status_type="p.status",
            fulfilment_method_type="'EnumFulfilmentFromStock'",
            fulfilment_sequence_type="'EnumBinPriority'",
            traceable_type="'EnumTraceableTypeNone'",
            average_buying_price=(
                "(SELECT CASE WHEN sum(quantity) > 0 THEN sum(value) * 100000000 / sum(quantity) ELSE 0 END "
                "FROM layer WHERE product_id = p.id)"
            ),
            stock_nominal_code_id="p.stock_id",
            revenue_nominal_code_id="p.revenue_id",
            issue_nominal_code_id="p.issue_id",
            base_unit_id="1",
            stock_unit_id="1",
            **stamps("p"),
        ),
        children={
            "product_group": one("product_groups", "product_group_id"),
            "tax_code": one("tax_codes", "tax_code_id"),
            "stock_nominal_code": one("nominal_codes", "stock_nominal_code_id"),
            "revenue_nominal_code": one("nominal_codes", "revenue_nominal_code_id"),
            "issue_nominal_code": one("nominal_codes", "issue_nominal_code_id"),
            "stock_unit": one("units", "stock_unit_id"),
            "base_unit": one("units", "base_unit_id"),
            "warehouse_holdings": many("warehouse_holdings", "product_id"),
        },
    ),
    Resource(
        name="product_groups",
        source="product_group g",
        order="g.id",
        fields=fields(
            "g",
            f"id:i code:s description:s product_type:s costing_method:s {STAMPS}",
            product_type="g.type",
            costing_method="CASE g.costing WHEN 'AVERAGE' THEN 'EnumCostingMethodTypeAverage' "
            "ELSE 'EnumCostingMethodTypeFIFO' END",
            **stamps("g"),
        ),
    ),
    Resource(
        name="units",
        source="unit u",
        order="u.id",
        fields=fields(
            "u",
            "id:i name:s multiple_of_base_unit:i each_value:b",
            multiple_of_base_unit="1",
            each_value="1",
        ),
    ),
    Resource(
        name="warehouses",
        source="warehouse w",
        order="w.id",
        fields=fields(
            "w",
            f"id:i name:s description:s warehouse_type:s use_for_sales_trading:b+ {STAMPS}",
            warehouse_type="'EnumWarehouseTypeNormal'",
            use_for_sales_trading="w.trading",
            **stamps("w"),
        ),
    ),
    Resource(
        name="warehouse_holdings",
        source="warehouse_holding h JOIN warehouse w ON w.id = h.warehouse_id",
        order="h.id",
        fields=fields(
            "h",
            f"id:i warehouse_id:k product_id:k reorder_level:q minimum_level:q maximum_level:q {_QUANTITIES} "
            f"quantity_on_order:q warehouse_name:s {STAMPS}",
            quantity_on_order="0",
            warehouse_name="w.name",
            **_quantities(_IN_STOCK, _ALLOCATED, _FREE),
            **stamps("h"),
        ),
        children={
            "product": one("products", "product_id"),
            "warehouse": one("warehouses", "warehouse_id"),
            "bin_holdings": many("bin_holdings", "warehouse_holding_id"),
        },
    ),
    Resource(
        name="bin_holdings",
        source="bin_holding b",
        order="b.id",
        fields=fields(
            "b",
            f"id:i warehouse_holding_id:k product_id:k name:s allocation_priority:i {_QUANTITIES} {STAMPS}",
            allocation_priority="b.priority",
            **_quantities("b.quantity", "b.allocated", "(b.quantity - b.allocated)"),
            **stamps("b"),
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
        source=("movement m JOIN product p ON p.id = m.product_id JOIN product_group g ON g.id = p.group_id"),
        order="m.id DESC",
        fields=fields(
            "m",
            "id:i product_id:i product_group_id:i product_code:s product_group_code:s transaction_group_id:i "
            "transaction_type_id:i transaction_type:s transaction_date:d source_area_reference:s "
            "source_area_name:s reference:s second_reference:s warehouse_name:s bin_name:s quantity:q "
            "unit_cost_price:q unit_issue_price:q cost_value:m issue_value:q memo:s user_name:s "
            "date_time_updated:t",
            product_group_id="g.id",
            product_code="p.code",
            product_group_code="g.code",
            transaction_group_id="CASE WHEN m.quantity < 0 THEN 1 ELSE 2 END",
            transaction_type_id=_TYPE_ID,
            transaction_type="m.type",
            transaction_date="m.date",
            source_area_reference="m.source_reference",
            source_area_name="m.source_name",
            quantity="abs(m.quantity)",
            unit_cost_price="m.unit_cost",
            unit_issue_price="m.unit_issue",
            cost_value="abs(m.value)",
            issue_value="(abs(m.quantity) * m.unit_issue / 100000)",
            date_time_updated="m.updated",
        ),
    ),
    Resource(
        name="price_bands",
        source="price_band b",
        order="b.id",
        fields=fields(
            "b",
            "id:i name:s description:s is_standard_band:b currency_id:k price_band_type_id:i is_active:b "
            f"is_time_based:b {STAMPS}",
            is_standard_band="b.standard",
            currency_id=BASE_CURRENCY,
            price_band_type_id="0",
            is_active="1",
            is_time_based="0",
            **stamps("b"),
        ),
    ),
    Resource(
        name="product_price_views",
        source=(
            "price x JOIN product p ON p.id = x.product_id JOIN price_band b ON b.id = x.band_id "
            "JOIN currency c ON c.base = 1"
        ),
        order="x.id",
        single=False,
        fields=fields(
            "x",
            "product_price_id:i product_id:i product_code:s product_name:s product_stock_unit_name:s "
            "price_band_id:i price_band_name:s product_price_use_standard:b product_price_price:m currency_id:i "
            "currency_name:s currency_symbol:s date_time_updated:t",
            product_price_id="x.id",
            product_code="p.code",
            product_name="p.name",
            product_stock_unit_name="'Each'",
            price_band_id="b.id",
            price_band_name="b.name",
            product_price_use_standard="0",
            product_price_price="CAST(round(x.price / 1000.0) AS INTEGER)",
            currency_id="c.id",
            currency_name="c.name",
            currency_symbol="c.symbol",
            date_time_updated="x.updated",
        ),
    ),
)
