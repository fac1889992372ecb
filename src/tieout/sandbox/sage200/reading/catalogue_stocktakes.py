"""Readable resources of stocktakes: the stocktake, its items, its count sheet, its templates."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_items import AVERAGE_BUYING_PRICE, COSTING
from tieout.sandbox.sage200.reading.enumerations_stock import number_sql
from tieout.sandbox.sage200.reading.resources import Child, Resource, fields, many, one
from tieout.sandbox.sage200.reading.stock_fields import TEMPLATE_KEPT, kept

_ITEM_BINS = "bin_holding b WHERE b.warehouse_holding_id = h.id AND (i.bin_name = '' OR b.name = i.bin_name)"
_ITEM_QUANTITY = f"(SELECT coalesce(sum(b.quantity), 0) FROM {_ITEM_BINS})"  # noqa: S608  # our own text
DISCREPANCY = (
    "CASE WHEN NOT c.entered OR c.actual = c.recorded THEN 'No Discrepancy' WHEN c.resolved THEN "
    "'Discrepancy Resolved' ELSE 'Discrepancy Found' END"
)

STOCKTAKES = (
    Resource(
        name="stocktakes",
        source="stocktake s JOIN warehouse w ON w.id = s.warehouse_id",
        order="s.id",
        fields=fields(
            "s",
            "id:i stocktake_name:s warehouse_id:k warehouse_name:s stocktake_date:d stocktake_type:s "
            "stocktake_status:s exclude_inactive_stock:b show_expected_quantities:b stock_variance_nominal_code_id:k "
            "nominal_narrative:s can_modify_stocktake_type:b advance_status:b pre_fill_actual_with_expected:b",
            stocktake_name="s.name",
            warehouse_name="w.name",
            stocktake_date="s.date",
            stocktake_type="s.type",
            stocktake_status="s.status",
            exclude_inactive_stock="s.exclude_inactive",
            show_expected_quantities="s.show_expected",
            stock_variance_nominal_code_id="s.nominal_id",
            nominal_narrative="s.narrative",
            can_modify_stocktake_type=(
                "(s.status = 'Selecting items' AND NOT EXISTS (SELECT 1 FROM stocktake o WHERE o.id <> s.id "
                "AND o.warehouse_id = s.warehouse_id AND o.status <> 'Complete'))"
            ),
            advance_status="0",
            pre_fill_actual_with_expected="s.prefill",
        ),
        children={
            "stock_variance_nominal_code": one("nominal_codes", "stock_variance_nominal_code_id"),
            "stocktake_items": many("stocktake_items", "stocktake_id"),
            "failed_stocktake_items": many("stocktake_failed_items", "stocktake_id"),
            "stocktake_count_sheet_items": Child(
                resource="stocktake_count_sheet_items", mine="id", theirs="stocktake_id", deep=True
            ),
        },
        inline=("stocktake_items", "stocktake_count_sheet_items"),
    ),
    Resource(
        name="stocktake_items",
        source=(
            "stocktake_item i JOIN stocktake s ON s.id = i.stocktake_id JOIN warehouse_holding h "
            "ON h.id = i.warehouse_holding_id JOIN product p ON p.id = h.product_id "
            "JOIN product_group g ON g.id = p.group_id JOIN unit u ON u.id = p.stock_unit_id"
        ),
        order="p.code, i.id",
        where="s.status = 'Selecting items'",
        hidden=True,
        fields=fields(
            "i",
            "stocktake_item_id:i stocktake_id:h warehouse_holding_id:k bin_name:s item_code:s item_name:s "
            "stock_unit_name:s traceable_type:s product_group_id:k product_group_code:s allows_negative_stock:b "
            "quantity_in_stock:m value_of_stock:m average_buying_price:m stocktake_cycle_period:i last_stocktake:d "
            "date_of_last_sale:d is_selected:b",
            stocktake_item_id="i.id",
            item_code="p.code",
            item_name="p.name",
            stock_unit_name="u.name",
            traceable_type="p.traceable",
            product_group_id="g.id",
            product_group_code="g.code",
            allows_negative_stock="0",
            quantity_in_stock=f"({_ITEM_QUANTITY} / 1000)",
            value_of_stock=f"({_ITEM_QUANTITY} * {AVERAGE_BUYING_PRICE} / 100000000)",
            average_buying_price=f"({AVERAGE_BUYING_PRICE} / 1000)",
            stocktake_cycle_period="coalesce(json_extract(p.more, '$.stocktake_cycle_period'), 0)",
            last_stocktake=f"(SELECT max(b.last_stocktake) FROM {_ITEM_BINS})",  # noqa: S608  # our own text
            date_of_last_sale="(SELECT max(date) FROM movement WHERE product_id = p.id AND type = 'Out - SOP')",
            is_selected="1",
        ),
    ),
    Resource(
        name="stocktake_failed_items",
        source="stocktake s",
        order="s.id",
        where="0",
        hidden=True,
        fields=fields("s", "stocktake_id:h item_code:s bin_name:s", stocktake_id="s.id", item_code="''", bin_name="''"),
    ),
    Resource(
        name="stocktake_count_sheet_items",
        source=(
            "stocktake_count c JOIN stocktake s ON s.id = c.stocktake_id JOIN bin_holding b ON b.id = c.bin_holding_id "
            "JOIN product p ON p.id = b.product_id JOIN product_group g ON g.id = p.group_id "
            "JOIN unit u ON u.id = p.stock_unit_id"
        ),
        order="p.code, b.name, c.id",
        listed=False,
        fields=fields(
            "c",
            "id:i stocktake_id:k bin_item_id:k bin_name:s item_code:s item_name:s stock_unit_name:s "
            "include_nos_on_count_sheets:b traceable_type:s costing_method_type:s standard_cost:q "
            "average_buying_price:q recorded_quantity_in_stock:q has_negative_quantity_in_stock:b "
            "quantity_on_pop_order:q quantity_allocated:q actual_quantity_entered:b actual_quantity_in_stock:q "
            "discrepancy_status:s discrepancy_narrative:s allows_negative_stock:b",
            bin_item_id="b.id",
            bin_name="b.name",
            item_code="p.code",
            item_name="p.name",
            stock_unit_name="u.name",
            include_nos_on_count_sheets="coalesce(json_extract(p.more, '$.include_nos_on_count_sheets'), 0)",
            traceable_type="p.traceable",
            costing_method_type=f"substr({COSTING.format('g')}, 22)",
            standard_cost="p.standard_cost",
            average_buying_price=AVERAGE_BUYING_PRICE,
            recorded_quantity_in_stock="CASE WHEN s.show_expected THEN c.recorded END",
            has_negative_quantity_in_stock="0",
            quantity_on_pop_order="0",
            quantity_allocated="b.allocated",
            actual_quantity_entered="c.entered",
            actual_quantity_in_stock="c.actual",
            discrepancy_status=DISCREPANCY,
            discrepancy_narrative="c.narrative",
            allows_negative_stock="0",
        ),
        children={"stocktake_trace_count_sheet_items": many("stocktake_numbers", "stocktake_count_sheet_item_id")},
        inline=("stocktake_trace_count_sheet_items",),
    ),
    Resource(
        name="stocktake_numbers",
        source="stocktake_count_number n JOIN traceable_item t ON t.id = n.traceable_item_id",
        order="n.id",
        hidden=True,
        fields=fields(
            "n",
            "id:i stocktake_count_sheet_item_id:k identification_no:s",
            stocktake_count_sheet_item_id="n.count_id",
            identification_no="t.number",
        ),
    ),
    Resource(
        name="stocktake_views",
        source="stocktake s JOIN warehouse w ON w.id = s.warehouse_id",
        order="s.name, s.id",
        single=False,
        fields=fields(
            "s",
            "id:i stocktake_name:s warehouse_id:k warehouse_name:s stocktake_date:d stocktake_type_id:i "
            "stocktake_status_id:i date_time_updated:t",
            stocktake_name="s.name",
            warehouse_name="w.name",
            stocktake_date="s.date",
            stocktake_type_id=number_sql("stocktake_types", "s.type"),
            stocktake_status_id=number_sql("stocktake_status_types", "s.status"),
            date_time_updated="s.updated",
        ),
    ),
    Resource(
        name="stocktake_criteria_templates",
        source="stocktake_template t",
        order="t.id",
        fields=(*fields("t", "id:i name:s"), *kept("t", TEMPLATE_KEPT)),
        children={"product_groups": many("stocktake_template_groups", "template_id")},
        inline=("product_groups",),
    ),
    Resource(
        name="stocktake_template_groups",
        source="stocktake_template_group x JOIN product_group g ON g.id = x.group_id",
        order="g.id",
        hidden=True,
        fields=fields(
            "g",
            "id:i template_id:h code:s description:s product_type_id:i",
            template_id="x.template_id",
            product_type_id=number_sql("product_types", "g.type"),
        ),
    ),
)
