"""Readable lists around sales documents: pick-lists, charges, ways to pay, cancelled lines, rights, profit."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_general import BASE_CURRENCY
from tieout.sandbox.sage200.reading.catalogue_sop import stamps
from tieout.sandbox.sage200.reading.resources import Child, Resource, one
from tieout.sandbox.sage200.reading.sop_fields import STATUS_ID, Columns, declared


def _lookup(kind: str) -> Resource:
    return Resource(
        name=f"lookup_sop_{kind}s",
        source="document d",
        where=f"d.kind = '{kind}' AND d.archived = 0 AND d.is_draft = 0",
        order="d.id",
        single=False,
        fields=declared(
            "d",
            {
                "id:i": "d.id",
                "document_no:s": "d.document_no",
                "customer_id:k": "d.customer_id",
                "customer_document_no:s": "substr(d.customer_document_no, 1, 20)",
                "document_status_id:i": STATUS_ID,
            },
        ),
    )


def _names(name: str, table: str) -> Resource:
    """Return a small list of names, one of which is the default."""
    return Resource(
        name=name,
        source=f"{table} x",
        order="x.id",
        fields=declared(
            "x",
            {
                "id:i": "x.id",
                "name:s": "x.name",
                "is_default:b": "x.is_default",
                "is_to_delete:b": "0",
                **stamps("x"),
            },
        ),
    )


_CHARGES = Resource(
    name="sop_additional_charges",
    source="charge x",
    order="x.id",
    fields=declared(
        "x",
        {
            "id:i": "x.id",
            "code:s": "x.code",
            "name:s": "x.name",
            "charge_value:m": "x.value",
            "notional_cost_value:q": "0",
            "nominal_code_id:k": "x.nominal_id",
            "tax_code_id:k": "x.tax_code_id",
            **stamps("x"),
        },
    ),
    children={"nominal_code": one("nominal_codes", "nominal_code_id"), "tax_code": one("tax_codes", "tax_code_id")},
)
_METHODS = Resource(
    name="sop_payment_methods",
    source="payment_method x",
    order="x.id",
    fields=declared(
        "x",
        {
            "id:i": "x.id",
            "name:s": "x.name",
            "description:s": "x.description",
            "bank_account_id:k": "x.bank_id",
            "currency_id:k": BASE_CURRENCY,
            "card_processing_method:b": "x.card",
            **stamps("x"),
        },
    ),
    children={"bank_account": one("banks", "bank_account_id"), "currency": one("currencies", "currency_id")},
)
_CANCELLED = Resource(
    name="sop_cancelled_lines",
    source="cancelled_line x",
    order="x.id",
    fields=declared(
        "x",
        {
            "id:i": "x.id",
            "sop_order_return_id:k": "x.document_id",
            "item_code:s": "x.code",
            "item_description:s": "x.description",
            "cancelled_quantity:q": "x.quantity",
            "cancelled_date:d": "x.date",
            "user_number:i": "1",
            "user_name:s": "substr(x.user_name, 1, 20)",
            "selling_unit_description:s": "x.unit",
            "stock_unit_cancelled_quantity:q": "x.stock_quantity",
            **stamps("x"),
        },
    ),
)
_MEMOS = Resource(
    name="sop_document_memos",
    source="document_memo x",
    order="x.id",
    hidden=True,
    fields=declared(
        "x",
        {
            "id:i": "x.id",
            "sop_order_return_id:k": "x.document_id",
            "is_active:b": "x.active",
            "note:s": "x.note",
            "is_to_delete:b": "0",
            "created_by:s": "substr(x.user_name, 1, 20)",
            **stamps("x"),
        },
    ),
)
_KIND = "CASE {}.kind WHEN 'order' THEN 'EnumDocumentTypeOrder' ELSE 'EnumDocumentTypeQuote' END"
_LINKS = Resource(
    name="sop_document_links",
    source="document_link x JOIN document s ON s.id = x.source_id JOIN document o ON o.id = x.document_id",
    order="x.id",
    hidden=True,
    fields=declared(
        "x",
        {
            "id:i": "x.id",
            "source_document_id:k": "x.source_id",
            "source_document_no:s": "s.document_no",
            "source_document_type:s": _KIND.format("s"),
            "document_id:k": "x.document_id",
            "document_no:s": "o.document_no",
            "document_type:s": _KIND.format("o"),
            **stamps("x"),
        },
    ),
)

_COST = "CAST(round(l.quantity * l.cost_price / 100000.0) AS INTEGER)"
_OUT = "coalesce((SELECT sum(x.cost) FROM despatch_line x WHERE x.line_id = l.id), 0)"
_BILLED = "coalesce((SELECT sum(x.net) FROM invoice_line x WHERE x.line_id = l.id), 0)"


def _ratio(part: str, whole: str) -> str:
    """Return a percentage with five places; 0 of nothing."""
    return f"CASE WHEN ({whole}) = 0 THEN 0 ELSE CAST(round(({part}) * 10000000.0 / ({whole})) AS INTEGER) END"


def _five(pence: str) -> str:
    """Return pence as a figure of five places."""
    return f"({pence}) * 1000"


_LINE_REVENUE, _LINE_REALISED = "l.net * 1000", f"({_OUT}) * 1000"
_LINE_PROFIT: Columns = {
    "id:i": "l.id",
    "stocked:h": "CASE WHEN l.product_id > 0 THEN l.document_id END",
    "other:h": "CASE WHEN coalesce(l.product_id, 0) = 0 THEN l.document_id END",
    "sop_order_profit_analysis_id:k": "l.document_id",
    "sop_order_return_line_id:k": "l.id",
    "item_code:s": "l.code",
    "item_description:s": "substr(l.description, 1, 1000)",
    "traceable_type:s": "coalesce(p.traceable, 'EnumTraceableTypeNone')",
    "line_type:s": "l.line_type",
    "estimated_cost_rate:q": "l.cost_price",
    "estimated_profit_percent_on_revenue:q": _ratio(f"{_LINE_REVENUE} - {_COST}", _LINE_REVENUE),
    "estimated_profit_percent_on_cost:q": _ratio(f"{_LINE_REVENUE} - {_COST}", _COST),
    "estimated_profit_value:q": f"{_LINE_REVENUE} - {_COST}",
    "issue_rate:q": "CASE WHEN l.quantity > 0 THEN l.net * 100000000 / l.quantity ELSE 0 END",
    "line_quantity:q": "l.quantity",
    "realised_cost_rate:q": f"CASE WHEN l.despatched > 0 THEN ({_OUT}) * 100000000 / l.despatched ELSE 0 END",
    "realised_cost_value:q": _LINE_REALISED,
    "realised_profit_percent_on_revenue:q": _ratio(f"{_five(_BILLED)} - {_LINE_REALISED}", _five(_BILLED)),
    "realised_profit_percent_on_cost:q": _ratio(f"{_five(_BILLED)} - {_LINE_REALISED}", _LINE_REALISED),
    "realised_profit_value:q": f"{_five(_BILLED)} - {_LINE_REALISED}",
    "realised_quantity:q": "l.despatched",
    **stamps("l"),
}
_LINE_PROFITS = Resource(
    name="sop_line_profits",
    source="line l LEFT JOIN product p ON p.id = l.product_id",
    where="l.line_type <> 'EnumLineTypeComment'",
    order="l.number, l.id",
    hidden=True,
    fields=declared("l", _LINE_PROFIT),
)


def _summed(each: str) -> str:
    return f"coalesce((SELECT sum({each}) FROM line l WHERE l.document_id = d.id), 0)"  # noqa: S608  # this file's SQL


_REVENUE, _ESTIMATED = "d.net * 1000", _summed(_COST)
_REALISED, _SOLD = (
    _five(_summed(_OUT)),
    _five("coalesce((SELECT sum(i.net) FROM invoice i WHERE i.document_id = d.id), 0)"),
)
_PROFITS = Resource(
    name="sop_profits",
    source="document d",
    order="d.id",
    hidden=True,
    inline=("stock_item_order_lines", "other_order_lines"),
    fields=declared(
        "d",
        {
            "id:i": "d.id",
            "sop_order_return_id:k": "d.id",
            "estimated_cost_value:q": _ESTIMATED,
            "estimated_profit_percent_on_revenue:q": _ratio(f"{_REVENUE} - {_ESTIMATED}", _REVENUE),
            "estimated_profit_percent_on_cost:q": _ratio(f"{_REVENUE} - {_ESTIMATED}", _ESTIMATED),
            "estimated_profit_value:q": f"{_REVENUE} - {_ESTIMATED}",
            "issue_value:q": _REVENUE,
            "realised_cost_value:q": _REALISED,
            "realised_issue_value:q": _SOLD,
            "realised_profit_percent_on_revenue:q": _ratio(f"{_SOLD} - {_REALISED}", _SOLD),
            "realised_profit_percent_on_cost:q": _ratio(f"{_SOLD} - {_REALISED}", _REALISED),
            "realised_profit_value:q": f"{_SOLD} - {_REALISED}",
            "simple_profit_calculation_only:b": "0",
            **stamps("d"),
        },
    ),
    children={
        "stock_item_order_lines": Child(resource="sop_line_profits", mine="id", theirs="stocked"),
        "other_order_lines": Child(resource="sop_line_profits", mine="id", theirs="other"),
    },
)
_SOURCE = "json_extract(l.kept, '$.discount_source')"
_BREAK = "coalesce(json_extract(l.kept, '$.discount_break'), 0)"
_DISCOUNTS = Resource(
    name="sop_line_discounts",
    source="line l",
    where=f"{_SOURCE} <> ''",
    order="l.id",
    hidden=True,
    fields=declared(
        "l",
        {
            "id:i": "l.id",
            "sop_order_return_line_id:k": "l.id",
            "source_of_price_type:s": (
                f"CASE {_SOURCE} WHEN 'product' THEN 'Stock item' WHEN 'product_group' THEN 'Product group' "
                "ELSE 'Customer' END"
            ),
            "discount_name:s": "json_extract(l.kept, '$.discount_name')",
            "currency_name:s": "(SELECT name FROM currency WHERE base = 1)",
            "pricing_type:s": (
                "CASE WHEN l.discount_percent <> 0 THEN 'Unit discount percentage' ELSE 'Unit discount value' END"
            ),
            "flat_rate_or_quantity_break_type:s": f"CASE WHEN {_BREAK} > 0 THEN 'Quantity break' ELSE 'Flat rate' END",
            "quantity_break_quantity:q": _BREAK,
            "quantity_break_amount:q": "0",
            "discount_or_surcharge_type:s": (
                "CASE WHEN l.discount_percent < 0 OR l.discount_value < 0 THEN 'Surcharge' ELSE 'Discount' END"
            ),
            "value:q": "CASE WHEN l.discount_percent <> 0 THEN l.discount_percent * 1000 ELSE l.discount_value END",
            **stamps("l"),
        },
    ),
)

_NUMBERS = Resource(
    name="sop_line_numbers",
    source=(
        "traceable_allocation x JOIN stock_allocation a ON a.id = x.stock_allocation_id "
        "JOIN traceable_bin n ON n.id = x.traceable_bin_id JOIN traceable_item t ON t.id = n.traceable_item_id "
        "JOIN bin_holding b ON b.id = n.bin_holding_id"
    ),
    where="x.quantity > 0",
    order="x.id",
    hidden=True,
    fields=declared(
        "x",
        {
            "id:h": "x.id",
            "line_id:h": "a.line_id",
            "traceable_item_id:k": "n.traceable_item_id",
            "identification_no:s": "t.number",
            "quantity:q": "x.quantity",
            "is_selected:b": "1",
            "original_quantity:q": "n.quantity",
            "available_quantity:q": "n.quantity - n.allocated + x.quantity",
            "allocation_quantity:q": "x.quantity",
            "despatched_quantity:q": "a.despatched",
            "supplier_reference:s": "t.supplier_reference",
            "receipt_date:d": "t.receipt_date",
            "allocated_to_who_type:s": "'EnumSerialAllocatedToWhoThis'",
            "additional_reference:s": "t.additional_reference",
            "sell_by_date:d": "t.sell_by",
            "use_by_date:d": "t.use_by",
            "traceable_bin_item_id:k": "n.id",
            "bin_item_id:k": "n.bin_holding_id",
            "bin_name:s": "b.name",
            "sop_allocation_line_id:k": "a.id",
            "sop_allocation_line_quantity:q": "a.quantity - a.despatched",
            "traceable_allocation_balance_id:k": "x.id",
            "is_allocated:b": "1",
            "is_selectable:b": "1",
        },
    ),
)

SOP_LISTS = (
    *(_lookup(kind) for kind in ("order", "return", "quote")),
    _CHARGES,
    _METHODS,
    _CANCELLED,
    _MEMOS,
    _LINKS,
    _LINE_PROFITS,
    _PROFITS,
    _DISCOUNTS,
    _NUMBERS,
    _names("sop_incoterms", "incoterm"),
    _names("sop_export_reasons", "export_reason"),
)
