"""Views and pick-lists of stock items, and the search by category."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_items import AVERAGE_BUYING_PRICE, COSTING, FREE_STOCK
from tieout.sandbox.sage200.reading.enumerations_stock import number_sql
from tieout.sandbox.sage200.reading.resources import Resource, fields, one
from tieout.sandbox.sage200.reading.stock_fields import ANALYSIS, DEFAULTS, kept, stamped

_IN_STOCK = "(SELECT coalesce(sum(quantity), 0) FROM bin_holding WHERE product_id = p.id)"
_ALLOCATED = "(SELECT coalesce(sum(allocated), 0) FROM bin_holding WHERE product_id = p.id)"
_PRICE = "coalesce((SELECT price FROM price WHERE product_id = p.id AND band_id = 1), 0)"
_VIEW_KEPT = (
    "manufacturer:s40 part_number:s60 label_printing_option_type:s60 sale_from_single_batch:b "
    "allow_duplicate_numbers:b uses_sell_by_date:b uses_use_by_date:b record_nos_on_goods_received:b "
    "auto_generate_option_type:s50 auto_generate_prefix:s20 auto_generate_next_number:i commodity_code:s10 weight:w "
    "uses_alternative_ref:b fulfilment_method_type:s50 fulfilment_sequence_type:s50 shelf_life:i "
    f"shelf_life_type:s20 default_despatch_note_comment:s160 default_picking_list_comment:s160 {ANALYSIS}"
)


def _more(name: str, nothing: str = "0") -> str:
    return f"coalesce(json_extract(p.more, '$.{name}'), {DEFAULTS.get(name, nothing)})"


def _number(enumeration: str, name: str) -> str:
    return number_sql(enumeration, _more(name))


_STATUS = "CASE p.status WHEN 'EnumStockItemStatusTypeInactive' THEN 1 ELSE 0 END"
_PRODUCT_VIEW = Resource(
    name="product_views",
    source="product p JOIN product_group g ON g.id = p.group_id JOIN unit su ON su.id = p.stock_unit_id "
    "JOIN unit bu ON bu.id = p.base_unit_id",
    order="p.id",
    single=False,
    fields=(
        *fields(
            "p",
            "id:i code:s name:s status_type_id:i status_type:s bom_item_type_id:i product_group_product_type_id:i "
            "product_group_product_type:s product_group_code:s product_group_description:s "
            "product_group_do_items_use_markup:b product_group_costing_method_type_id:i "
            "product_group_costing_method_type:s traceable_type_id:i traceable_type:s inactive_date:d "
            "stock_multiple_of_base_unit:v stock_unit_name:s base_unit_name:s label_printing_option_type_id:i "
            "allow_sales_order:b average_buying_price:q description:s use_description_on_docs:b "
            "auto_generate_option_type_id:i stock_take_cycle_period:i suppress_net_mass:b selling_price:q "
            "standard_cost:q sop_item_price:q fulfilment_method_type_id:i fulfilment_sequence_type_id:i "
            "shelf_life_type_id:i this_is_the_standard_band:b landed_costs_value:q price:q free_stock_quantity:q "
            "quantity_reserved:q confirmed_quantity_in_stock:q unconfirmed_quantity_in_stock:q actual_quantity:q "
            "quantity_allocated_stock:q quantity_allocated_sop:q quantity_allocated_bom:q quantity_on_pop_order:q "
            "date_of_last_sale:d date_of_last_stock_count:d reorder_level:q std_cost_variance_last_reset:d "
            "last_archived_up_to:d last_trace_archived_up_to:d",
            std_cost_variance_last_reset="NULL",
            last_archived_up_to="NULL",
            last_trace_archived_up_to="NULL",
            status_type_id=_STATUS,
            status_type="p.status",
            bom_item_type_id="0",
            product_group_product_type_id=number_sql("product_types", "g.type"),
            product_group_product_type="g.type",
            product_group_code="g.code",
            product_group_description="g.description",
            product_group_do_items_use_markup="0",
            product_group_costing_method_type_id=number_sql("costing_method_types", COSTING.format("g")),
            product_group_costing_method_type=COSTING.format("g"),
            traceable_type_id=number_sql("traceable_types", "p.traceable"),
            traceable_type="p.traceable",
            inactive_date="json_extract(p.more, '$.inactivation_date')",
            stock_multiple_of_base_unit="p.stock_multiple",
            stock_unit_name="su.name",
            base_unit_name="bu.name",
            label_printing_option_type_id=_number("label_printing_option_types", "label_printing_option_type"),
            allow_sales_order="p.allow_sales",
            average_buying_price=AVERAGE_BUYING_PRICE,
            use_description_on_docs=_more("use_description_on_documents"),
            auto_generate_option_type_id=_number("auto_generate_option_types", "auto_generate_option_type"),
            stock_take_cycle_period=_more("stocktake_cycle_period"),
            suppress_net_mass=_more("suppress_mass_on_declaration"),
            selling_price=_PRICE,
            sop_item_price=_PRICE,
            fulfilment_method_type_id=_number("fulfilment_method_types", "fulfilment_method_type"),
            fulfilment_sequence_type_id=_number("fulfilment_sequence_types", "fulfilment_sequence_type"),
            shelf_life_type_id="0",
            this_is_the_standard_band="1",
            landed_costs_value="0",
            price=_PRICE,
            free_stock_quantity=FREE_STOCK,
            quantity_reserved="0",
            confirmed_quantity_in_stock=_IN_STOCK,
            unconfirmed_quantity_in_stock="0",
            actual_quantity=_IN_STOCK,
            quantity_allocated_stock="0",
            quantity_allocated_sop=_ALLOCATED,
            quantity_allocated_bom="0",
            quantity_on_pop_order="0",
            date_of_last_sale="(SELECT max(date) FROM movement WHERE product_id = p.id AND type = 'Out - SOP')",
            date_of_last_stock_count="(SELECT max(last_stocktake) FROM bin_holding WHERE product_id = p.id)",
            reorder_level="(SELECT coalesce(sum(reorder_level), 0) FROM warehouse_holding WHERE product_id = p.id)",
        ),
        *kept("p", _VIEW_KEPT),
    ),
)
_LOOKUPS = (
    Resource(
        name="lookup_products",
        source="product p JOIN product_group g ON g.id = p.group_id",
        order="p.id",
        single=False,
        fields=fields(
            "p",
            "id:i code:s name:s free_stock_quantity:q record_nos_on_goods_received:b product_status_id:i "
            "bom_item_type_id:i traceable_type_id:i this_is_the_sop_product_group:b product_type_id:i "
            "allow_sales_order:b",
            free_stock_quantity=FREE_STOCK,
            record_nos_on_goods_received=_more("record_nos_on_goods_received"),
            product_status_id=_STATUS,
            bom_item_type_id="0",
            traceable_type_id=number_sql("traceable_types", "p.traceable"),
            this_is_the_sop_product_group="0",
            product_type_id=number_sql("product_types", "g.type"),
            allow_sales_order="p.allow_sales",
        ),
    ),
    Resource(
        name="lookup_product_groups",
        source="product_group g",
        order="g.id",
        single=False,
        fields=fields(
            "g",
            "id:i code:s description:s product_type_id:i",
            product_type_id=number_sql("product_types", "g.type"),
        ),
    ),
)


def _view(name: str, other: str, table: str, *, preferred: bool) -> Resource:
    """Return the view of alternative or cross-sell items with codes and names of both."""
    more = " is_preferred:b" if preferred else ""
    return Resource(
        name=name,
        source=f"{table} x JOIN product p ON p.id = x.product_id JOIN product o ON o.id = x.other_id",
        order="x.id",
        single=False,
        fields=fields(
            "x",
            f"id:i product_id:k product_code:s product_name:s product_group_id:k {other}_id:k {other}_code:s "
            f"{other}_name:s {other}_group_id:k {other}_status_type_id:i {other}_traceable_type_id:i{more}",
            product_code="p.code",
            product_name="p.name",
            product_group_id="p.group_id",
            **{
                f"{other}_id": "o.id",
                f"{other}_code": "o.code",
                f"{other}_name": "o.name",
                f"{other}_group_id": "o.group_id",
                f"{other}_status_type_id": _STATUS.replace("p.", "o."),
                f"{other}_traceable_type_id": number_sql("traceable_types", "o.traceable"),
            },
            **({"is_preferred": "x.preferred"} if preferred else {}),
        ),
    )


_SEARCH = (
    Resource(
        name="search_categories",
        source="search_category c",
        order="c.id",
        fields=(*fields("c", "id:i name:s"), *stamped("c")),
    ),
    Resource(
        name="search_values",
        source="search_value v",
        order="v.id",
        fields=(
            *fields("v", "id:i name:s search_category_id:k is_none_value:b", is_none_value="v.is_none"),
            *stamped("v"),
        ),
    ),
    Resource(
        name="product_search_category_values",
        source="product_search_value x JOIN search_category c ON c.id = x.search_category_id "
        "JOIN search_value v ON v.id = x.search_value_id",
        order="x.id",
        hidden=True,
        fields=(
            *fields(
                "x",
                "id:i product_id:k search_category_id:k search_category_name:s search_value_id:k search_value_name:s",
                search_category_name="c.name",
                search_value_name="v.name",
            ),
            *stamped("x"),
        ),
        children={"search_value": one("search_values", "search_value_id")},
    ),
    Resource(
        name="product_group_search_categories",
        source="group_search_category x",
        order="x.id",
        hidden=True,
        fields=(
            *fields("x", "id:i product_group_id:k search_category_id:k", product_group_id="x.group_id"),
            *stamped("x"),
        ),
    ),
    Resource(
        name="product_group_search_category_values",
        source="group_search_category x JOIN search_category c ON c.id = x.search_category_id "
        "JOIN search_value v ON v.search_category_id = c.id",
        order="x.id, v.id",
        single=False,
        fields=fields(
            "x",
            "prod_group_search_val_id:i product_group_id:k search_category_id:k search_category_name:s "
            "search_value_id:k search_value_name:s",
            prod_group_search_val_id="x.id * 1000 + v.id",
            product_group_id="x.group_id",
            search_category_name="c.name",
            search_value_id="v.id",
            search_value_name="v.name",
        ),
    ),
)
STOCK_VIEWS = (
    _PRODUCT_VIEW,
    *_LOOKUPS,
    _view("alternative_product_views", "alternative_product", "alternative_product", preferred=True),
    _view("cross_sell_product_views", "cross_sell_product", "cross_sell_product", preferred=False),
    *_SEARCH,
)
