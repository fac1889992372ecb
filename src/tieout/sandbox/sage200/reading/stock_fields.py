"""Properties of stock records that are rarely used and kept together as JSON in the record's column `more`.

A text such as "manufacturer:s40 weight:w record_nos_on_goods_received:b+" serves reading and writing: kinds as in
`resources.py`, the length behind s, + for what only Professional has.
"""

from __future__ import annotations

import re

from tieout.sandbox.sage200.company.tables import ANALYSIS_CODES
from tieout.sandbox.sage200.reading.catalogue_general import STAMPS, stamps
from tieout.sandbox.sage200.reading.resources import Field, fields

_EMPTY = {"s": "''", "d": "NULL", "t": "NULL"}
SPARES = " ".join(
    (
        *(f"spare_text_{n}:s100" for n in range(1, 11)),
        *(f"spare_number_{n}:q" for n in range(1, 11)),
        *(f"spare_date_{n}:d" for n in range(1, 6)),
        *(f"spare_bool_{n}:b" for n in range(1, 6)),
    )
)
ANALYSIS = " ".join(f"{name}:s60{'+' if i > 5 else ''}" for i, name in enumerate(ANALYSIS_CODES, start=1))
PRODUCT_KEPT = (
    "use_description_on_documents:b fulfilment_method_type:s50 fulfilment_sequence_type:s50 inactivation_date:d "
    "manufacturer:s40 part_number:s60 label_printing_option_type:s60+ sale_from_single_batch:b+ "
    "allow_duplicate_numbers:b+ uses_alternative_ref:b+ uses_sell_by_date:b+ uses_use_by_date:b+ shelf_life:i+ "
    "shelf_life_type:s50+ record_nos_on_goods_received:b+ include_nos_on_count_sheets:b+ "
    "auto_generate_option_type:s50+ auto_generate_separator_id:i+ auto_generate_prefix:s20+ "
    "auto_generate_next_number:i+ auto_generate_padding:i+ stocktake_cycle_period:i "
    "default_picking_list_comment:s160 default_despatch_note_comment:s160 commodity_code:s10 country_of_origin_id:i "
    "weight:w suppress_mass_on_declaration:b is_weee_item:b use_supplementary_units:b "
    "supplementary_unit_conversion_ratio:v use_reverse_charge_vat_rules:b landed_costs_type:s20 "
    f"landed_costs_percentage:p landed_costs_per_item:m bom_item_type:s30 {ANALYSIS} {SPARES}"
)
GROUP_KEPT = (
    "stocktake_cycle_period:i label_printing_option_type:s60+ can_over_allocate_negative_stock:b "
    "use_description_on_documents:b use_reverse_charge_vat_rules:b do_items_use_markup:b use_landed_costs:b "
    "landed_costs_type:s20 landed_costs_percentage:p landed_costs_per_item:m sale_from_single_batch:b+ "
    "allow_duplicate_numbers:b+ uses_alternative_ref:b+ uses_sell_by_date:b+ uses_use_by_date:b+"
)
WAREHOUSE_KEPT = (
    "postal_name:s60 address_1:s60 address_2:s60 address_3:s60 address_4:s60 city:s60 county:s60 postcode:s10 "
    "country:s60 contact:s50 telephone_number:s30 fax_number:s30 email:s255 website:s200 country_code_id:i "
    f"{SPARES}"
)
SUPPLIER_KEPT = (
    "supplier_stock_code:s60 lead_time:i lead_time_unit:s20 usual_order_quantity:q minimum_order_quantity:q "
    "list_price:q list_price_expiry_date:d default_pricing_source_type:s20 landed_costs_type:s20 "
    "landed_costs_percentage:p landed_costs_per_item:m last_buying_price:q country_of_origin_id:i"
)
TEMPLATE_KEPT = (
    "last_sold_date:d due_date:d stocktake_traceable_type:s50 stock_value_type:s50 stock_value_number_of_items:i "
    "quantity_from:q quantity_to:q"
)
DEFAULTS = {
    "fulfilment_method_type": "'EnumFulfilmentFromStock'",
    "fulfilment_sequence_type": "'EnumBinPriority'",
    "label_printing_option_type": "'EnumNotRequired'",
    "auto_generate_option_type": "'EnumDoNotGenerate'",
    "landed_costs_type": "'EnumNotApplicable'",
    "bom_item_type": "'EnumBOMItemTypeComponent'",
    "shelf_life_type": "'EnumTimeUnitDay'",
    "lead_time_unit": "'EnumTimeUnitDay'",
    "default_pricing_source_type": "'LastBuyingPrice'",
    "stock_value_number_of_items": "100",
}
_LENGTH = re.compile(r":s\d+")


def written(spec: str) -> str:
    """Return a text of kept properties as `bodies.checked` takes it."""
    return spec.replace("+", "")


def kept(alias: str, spec: str) -> tuple[Field, ...]:
    """Return the fields that a text of kept properties declares."""
    expressions = {}
    for word in spec.replace("+", "").split():
        name, _, kind = word.partition(":")
        nothing = DEFAULTS.get(name, _EMPTY.get(kind[0], "0"))
        expressions[name] = f"coalesce(json_extract({alias}.more, '$.{name}'), {nothing})"
    return fields(alias, _LENGTH.sub(":s", spec), **expressions)


def stamped(alias: str) -> tuple[Field, ...]:
    """Return the two stamps of a record as fields."""
    return fields(alias, STAMPS, **stamps(alias))
