"""Readable resources of stock items: products, their groups and units, and what hangs on a product."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.resources import Resource, fields, many, one
from tieout.sandbox.sage200.reading.stock_fields import (
    GROUP_KEPT,
    PRODUCT_KEPT,
    SUPPLIER_KEPT,
    kept,
    stamped,
)

COSTING = (
    "CASE {0}.costing WHEN 'AVERAGE' THEN 'EnumCostingMethodTypeAverage' WHEN 'STANDARD' THEN "
    "'EnumCostingMethodTypeStandard' WHEN 'ACTUAL' THEN 'EnumCostingMethodTypeActual' "
    "ELSE 'EnumCostingMethodTypeFIFO' END"
)
FREE_STOCK = "(SELECT coalesce(sum(quantity - allocated), 0) FROM bin_holding WHERE product_id = p.id)"
AVERAGE_BUYING_PRICE = (
    "(SELECT CASE WHEN sum(quantity) > 0 THEN sum(value) * 100000000 / sum(quantity) ELSE 0 END "
    "FROM layer WHERE product_id = p.id)"
)
_IN_STOCK = "(SELECT coalesce(sum(quantity), 0) FROM bin_holding WHERE product_id = p.id)"
_ALLOCATED = "(SELECT coalesce(sum(allocated), 0) FROM bin_holding WHERE product_id = p.id)"
_ON_DOCUMENTS = (
    "EXISTS (SELECT 1 FROM line l JOIN document d ON d.id = l.document_id "
    "WHERE l.product_id = p.id AND d.archived = 0 {})"
)
_LIVE = "AND d.status IN ('Live', 'OnHold')"


def _control(name: str) -> str:
    """Return SQL for the id of a control nominal."""
    return f"(SELECT CAST(value AS INTEGER) FROM setting WHERE area = 'control' AND name = '{name}')"  # noqa: S608  # our own names


_PRODUCTS = Resource(
    name="products",
    source="product p",
    order="p.id",
    fields=(
        *fields(
            "p",
            "id:i code:s name:s description:s barcode:s allow_sales_order:b free_stock_quantity:q product_group_id:k "
            "tax_code_id:k product_status_type:e.product_status traceable_type:s+ standard_cost:q "
            "average_buying_price:q stock_nominal_code_id:k revenue_nominal_code_id:k accrual_nominal_code_id:k+ "
            "issue_nominal_code_id:k+ base_unit_id:k stock_unit_id:k has_alternative_products:b "
            "has_cross_sell_products:b has_preferred_supplier:b",
            barcode="coalesce(p.barcode, '')",
            allow_sales_order="p.allow_sales",
            free_stock_quantity=FREE_STOCK,
            product_group_id="p.group_id",
            product_status_type="p.status",
            traceable_type="p.traceable",
            average_buying_price=AVERAGE_BUYING_PRICE,
            stock_nominal_code_id="p.stock_id",
            revenue_nominal_code_id="p.revenue_id",
            accrual_nominal_code_id="p.accrual_id",
            issue_nominal_code_id="p.issue_id",
            has_alternative_products="EXISTS (SELECT 1 FROM alternative_product WHERE product_id = p.id)",
            has_cross_sell_products="EXISTS (SELECT 1 FROM cross_sell_product WHERE product_id = p.id)",
            has_preferred_supplier="EXISTS (SELECT 1 FROM product_supplier WHERE product_id = p.id AND preferred)",
        ),
        *kept("p", PRODUCT_KEPT),
        *stamped("p"),
    ),
    children={
        "product_group": one("product_groups", "product_group_id"),
        "tax_code": one("tax_codes", "tax_code_id"),
        "stock_nominal_code": one("nominal_codes", "stock_nominal_code_id"),
        "revenue_nominal_code": one("nominal_codes", "revenue_nominal_code_id"),
        "accrual_nominal_code": one("nominal_codes", "accrual_nominal_code_id"),
        "issue_nominal_code": one("nominal_codes", "issue_nominal_code_id"),
        "stock_unit": one("units", "stock_unit_id"),
        "base_unit": one("units", "base_unit_id"),
        "country_of_origin": one("country_codes", "country_of_origin_id"),
        "auto_generate_separator": one("auto_generate_separators", "auto_generate_separator_id"),
        "status": one("product_status", "id"),
        "bom_settings": one("bom_settings", "id"),
        "holding": one("product_holding", "id", "product_id"),
        "warehouse_holdings": many("warehouse_holdings", "product_id"),
        "alternative_products": many("alternative_products", "product_id"),
        "cross_sell_products": many("cross_sell_products", "product_id"),
        "memos": many("product_memos", "product_id"),
        "suppliers": many("product_suppliers", "product_id"),
        "units": many("product_units", "product_id"),
        "search_category_values": many("product_search_category_values", "product_id"),
    },
)
_STATUS = Resource(
    name="product_status",
    source="product p",
    order="p.id",
    hidden=True,
    fields=(
        *fields(
            "p",
            "id:i has_negative_stock_quantities:b has_movement_balances:b has_active_pop_orders:b "
            "has_sop_or_pop_documents:b has_active_sop_or_pop_documents:b has_traceable_items:b "
            "has_unassigned_traceable_items:b has_traceable_sop_allocations:b is_in_use_by_bom:b",
            has_negative_stock_quantities="0",
            has_movement_balances=f"({_IN_STOCK} > 0)",
            has_active_pop_orders="0",
            has_sop_or_pop_documents=_ON_DOCUMENTS.format(""),
            has_active_sop_or_pop_documents=_ON_DOCUMENTS.format(_LIVE),
            has_traceable_items="EXISTS (SELECT 1 FROM traceable_item WHERE product_id = p.id)",
            has_unassigned_traceable_items=(
                f"(p.traceable <> 'EnumTraceableTypeNone' AND {_IN_STOCK} > (SELECT coalesce(sum(n.quantity), 0) "  # noqa: S608  # our own text
                "FROM traceable_item t JOIN traceable_bin n ON n.traceable_item_id = t.id WHERE t.product_id = p.id))"
            ),
            has_traceable_sop_allocations=(
                "EXISTS (SELECT 1 FROM traceable_item t JOIN traceable_bin n ON n.traceable_item_id = t.id "
                "WHERE t.product_id = p.id AND n.allocated > 0)"
            ),
            is_in_use_by_bom="0",
        ),
        *stamped("p"),
    ),
)
_HOLDING = Resource(
    name="product_holding",
    source="product p",
    order="p.id",
    hidden=True,
    fields=fields(
        "p",
        "product_id:h average_buying_price:q quantity_on_order_for_direct_delivery:q quantity_in_stock:q "
        "quantity_allocated:q quantity_on_order:q quantity_sold_this_period:q quantity_bought_this_period:q "
        "quantity_sold_last_period:q quantity_bought_last_period:q",
        product_id="p.id",
        average_buying_price=AVERAGE_BUYING_PRICE,
        quantity_on_order_for_direct_delivery="0",
        quantity_in_stock=_IN_STOCK,
        quantity_allocated=_ALLOCATED,
        quantity_on_order="0",
        **{
            f"quantity_{verb}_{when}_period": "0"
            for verb, when in (("bought", "this"), ("bought", "last"), ("sold", "this"), ("sold", "last"))
        },
    ),
)
_GROUPS = Resource(
    name="product_groups",
    source="product_group g",
    order="g.id",
    fields=(
        *fields(
            "g",
            "id:i code:s description:s product_type:s costing_method:s keep_movement_history:b+ "
            "can_levels_go_negative:b+ do_items_use_units:b+ this_is_the_sop_product_group:b "
            "selling_quantities_use_multiple_units:b+ selling_prices_use_multiple_units:b+ "
            "buying_quantities_use_multiple_units:b+ buying_prices_use_multiple_units:b+ traceable_type:s+ "
            "stock_nominal_code_id:k revenue_nominal_code_id:k accrual_nominal_code_id:k+ issue_nominal_code_id:k+ "
            "base_unit_id:k stock_unit_id:k",
            product_type="g.type",
            costing_method=COSTING.format("g"),
            keep_movement_history="1",
            can_levels_go_negative="0",
            do_items_use_units="1",
            this_is_the_sop_product_group="0",
            selling_quantities_use_multiple_units="1",
            selling_prices_use_multiple_units="1",
            buying_quantities_use_multiple_units="0",
            buying_prices_use_multiple_units="0",
            traceable_type="g.traceable",
            stock_nominal_code_id=_control("stock"),
            revenue_nominal_code_id=_control("revenue"),
            accrual_nominal_code_id=_control("accrual"),
            issue_nominal_code_id=_control("cost_of_sales"),
            base_unit_id="1",
            stock_unit_id="1",
        ),
        *kept("g", GROUP_KEPT),
        *stamped("g"),
    ),
    children={
        "stock_nominal_code": one("nominal_codes", "stock_nominal_code_id"),
        "revenue_nominal_code": one("nominal_codes", "revenue_nominal_code_id"),
        "accrual_nominal_code": one("nominal_codes", "accrual_nominal_code_id"),
        "issue_nominal_code": one("nominal_codes", "issue_nominal_code_id"),
        "base_unit": one("units", "base_unit_id"),
        "stock_unit": one("units", "stock_unit_id"),
        "units": many("product_group_units", "product_group_id"),
        "search_categories": many("product_group_search_categories", "product_group_id"),
        "bom_settings": one("product_group_bom_settings", "id"),
    },
)
_UNITS = (
    Resource(
        name="units",
        source="unit u",
        order="u.id",
        fields=(
            *fields(
                "u",
                "id:i name:s multiple_of_base_unit:v each_value:b",
                multiple_of_base_unit="u.multiple",
                each_value="(u.id = 1)",
            ),
            *stamped("u"),
        ),
    ),
    Resource(
        name="product_units",
        source="product_unit x",
        order="x.id",
        hidden=True,
        fields=(
            *fields(
                "x",
                "id:i product_id:k unit_id:k unit_type:s multiple_of_base_unit:v unit_precision:q use_own_price:b "
                "has_sop_or_pop_documents:b",
                unit_type="x.type",
                multiple_of_base_unit="x.multiple",
                unit_precision="x.precision",
                use_own_price="x.own_price",
                has_sop_or_pop_documents="EXISTS (SELECT 1 FROM line WHERE product_id = x.product_id)",
            ),
            *stamped("x"),
        ),
        children={"unit": one("units", "unit_id")},
    ),
    Resource(
        name="product_group_units",
        source="product_group g JOIN unit u",
        order="g.id, u.id",
        hidden=True,
        fields=(
            *fields(
                "g",
                "id:i product_group_id:k unit_id:k unit_type:s multiple_of_base_unit:v unit_precision:q "
                "use_own_price:b",
                id="g.id * 1000 + u.id",
                product_group_id="g.id",
                unit_id="u.id",
                unit_type="CASE u.id WHEN 1 THEN 'Stock' ELSE 'Additional' END",
                multiple_of_base_unit="u.multiple",
                unit_precision="1",
                use_own_price="0",
            ),
            *stamped("g"),
        ),
    ),
    Resource(
        name="lookup_stock_item_units",
        source="product_unit x JOIN unit u ON u.id = x.unit_id",
        order="x.id",
        single=False,
        fields=fields("x", "id:i name:s stock_item_id:k unit_id:k", name="u.name", stock_item_id="x.product_id"),
    ),
)


def _related(name: str, other: str, table: str, *, preferred: bool) -> Resource:
    """Return alternative or cross-sell items: an item and the other that may be offered."""
    more = " is_preferred:b" if preferred else ""
    expressions = {other: "x.other_id"} | ({"is_preferred": "x.preferred"} if preferred else {})
    return Resource(
        name=name,
        source=f"{table} x",
        order="x.id",
        fields=(*fields("x", f"id:i product_id:k {other}:k{more}", **expressions), *stamped("x")),
        children={"product": one("products", "product_id"), other.removesuffix("_id"): one("products", other)},
    )


_ATTACHED = (
    _related("alternative_products", "alternative_product_id", "alternative_product", preferred=True),
    _related("cross_sell_products", "cross_sell_product_id", "cross_sell_product", preferred=False),
    Resource(
        name="product_memos",
        source="product_memo m",
        order="m.id",
        fields=(
            *fields(
                "m", "id:i product_id:k is_active:b note:s created_by:s", is_active="m.active", created_by="m.user_name"
            ),
            *stamped("m"),
        ),
    ),
    Resource(
        name="product_suppliers",
        source="product_supplier s",
        order="s.id",
        fields=(
            *fields(
                "s",
                "id:i product_id:k supplier_id:k order_quantity_year_to_date:q order_value_year_to_date:m "
                "last_order_quantity:q quantity_on_order:q is_preferred:b date_list_price_changed:d last_order_date:d",
                date_list_price_changed="NULL",
                last_order_date="NULL",
                order_quantity_year_to_date="0",
                order_value_year_to_date="0",
                last_order_quantity="0",
                quantity_on_order="0",
                is_preferred="s.preferred",
            ),
            *kept("s", SUPPLIER_KEPT),
            *stamped("s"),
        ),
        children={
            "product": one("products", "product_id"),
            "supplier": one("stock_suppliers", "supplier_id"),
            "country_of_origin": one("country_codes", "country_of_origin_id"),
        },
    ),
    Resource(
        name="auto_generate_separators",
        source="separator s",
        order="s.id",
        fields=(*fields("s", "id:i name:s separator_character:s", separator_character="s.sign"), *stamped("s")),
    ),
    Resource(
        name="bom_cost_headings",
        source="bom_cost_heading h",
        order="h.id",
        fields=(
            *fields(
                "h",
                "id:i bom_cost_heading_type:s name:s markup:p overhead_recovery_percent:p reserved:b "
                "date_time_created:t",
                bom_cost_heading_type="h.type",
                markup="0",
                overhead_recovery_percent="0",
                reserved="1",
                date_time_created="h.created",
            ),
        ),
    ),
)
_SETTINGS = (
    Resource(
        name="bom_settings",
        source="product p",
        order="p.id",
        hidden=True,
        fields=fields(
            "p",
            "id:i order_min_quantity:q built_bought_default_make:b scrap_percent:p bulk_issue:b cost_heading_id:k "
            "date_time_created:t",
            order_min_quantity="0",
            built_bought_default_make="0",
            scrap_percent="0",
            bulk_issue="0",
            cost_heading_id="0",
            date_time_created="p.created",
        ),
    ),
    Resource(
        name="product_group_bom_settings",
        source="product_group g",
        order="g.id",
        hidden=True,
        fields=fields(
            "g", "id:i cost_heading_id:k date_time_created:t", cost_heading_id="0", date_time_created="g.created"
        ),
    ),
    Resource(
        name="stock_suppliers",
        source="supplier s",
        order="s.id",
        hidden=True,
        fields=(*fields("s", "id:i reference:s name:s"), *stamped("s")),
    ),
)
ITEMS = (*_SETTINGS, _PRODUCTS, _STATUS, _HOLDING, _GROUPS, *_UNITS, *_ATTACHED)
