"""Readable resources of sales order processing: orders, returns and quotes, and their lines."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_general import BASE_CURRENCY
from tieout.sandbox.sage200.reading.resources import Child, Resource, many, one
from tieout.sandbox.sage200.reading.sop_fields import (
    CREATED_BY,
    DISCOUNTED,
    EXCHANGE,
    POSTED,
    SETTLEMENT,
    SPARES,
    TOTALS,
    UNIT_NAME,
    Columns,
    analysis,
    declared,
    how_far,
    kept,
    line_analysis,
    selling,
)

KINDS = ("order", "return", "quote")
_STAMPS = {"date_time_created:t": "{}.created", "date_time_updated:t": "{}.updated"}
_PROCESS = {
    "document_status:e.status": "d.status",
    "despatch_receipt_status:e.process": "d.despatch_status",
    "invoice_credit_status:e.process": "d.invoice_status",
    "cancelled_status:e.process": "d.cancelled_status",
}
_AVAILABLE = (
    "max(c.document_discount, coalesce((SELECT b.percent FROM order_value_break b WHERE "
    "b.discount_id = c.order_discount_id AND b.value <= d.subtotal_goods ORDER BY b.value DESC LIMIT 1), 0))"
)
_DATES = {
    "document_created_by:s": CREATED_BY,
    "requested_delivery_date:d": "d.requested_date",
    "promised_delivery_date:d": "d.promised_date",
    **kept("d", "use_header_requested_date:b use_header_promised_date:b"),
    **kept("d", "quotation_expiry_date:d"),
    "order_priority:s": "coalesce(d.priority, '')",
    "external_reference:s": "''",
}
_PAID = "(d.payment_urn IS NOT NULL)"
_PAYMENT = {
    **kept(
        "d",
        "payment_with_order:b payment_type:s invoice_payment_with_order_immediately:b payment_value:m "
        "payment_reference:s payment_method_id:k",
        payment_type="'EnumSOPOrderPaymentTypeFull'",
    ),
    "payment_declared:m": f"CASE WHEN {_PAID} THEN coalesce(json_extract(d.kept, '$.payment_value'), 0) ELSE 0 END",
    "payment_undeclared:m": f"CASE WHEN {_PAID} THEN 0 ELSE coalesce(json_extract(d.kept, '$.payment_value'), 0) END",
    "declared_payment_remaining:m": "coalesce((SELECT allocated - gross FROM posted WHERE urn = d.payment_urn), 0)",
}
_PAYMENT_STATUS = (
    "json_object('is_partially_invoiced', json(CASE d.invoice_status WHEN 1 THEN 'true' ELSE 'false' END), "
    + ", ".join(
        f"'{name}', json(CASE WHEN {_PAID} THEN 'false' ELSE 'true' END)"
        for name in ("is_amendable", "is_reference_amendable", "is_payment_method_amendable")
    )
    + ")"
)
_POSTAL = "postal_name address_1 address_2 address_3 address_4 city county country postcode"
_REACHED = "contact telephone_number fax_number email_address tax_number"
_DELIVERED_TO = (
    "json_patch(json_object('id', d.id, "
    + "".join(f"'{name}', '', " for name in f"{_POSTAL} {_REACHED}".split())
    + "'tax_code_id', 0, 'country_code_id', 0, 'date_time_created', d.created, 'date_time_updated', d.updated), "
    "d.address)"
)
_NEVER = dict.fromkeys(("is_editing:b", "is_to_sequence_lines:b"), "0")


def stamps(alias: str) -> Columns:
    """Return the two stamps of a record as columns."""
    return {word: sql.format(alias) for word, sql in _STAMPS.items()}


def _header(kind: str) -> Columns:
    """Return the properties of an order, return or quote, in the order of the definition."""
    order = kind == "order"
    return {
        "id:i": "d.id",
        "customer_id:k": "d.customer_id",
        "is_draft:b": "d.is_draft",
        **_NEVER,
        **({"override_on_hold:b": "0"} if order else {}),
        "recalculate_prices:b": "0",
        "apply_available_document_discount_percent:b": "0",
        "customer_delivery_address_id:k": "0",
        **({"suppress_warnings:b": "0"} if order else {}),
        "document_no:s": "d.document_no",
        **kept("d", "customer_type:s", customer_type="'EnumCustomerTypeCredit'"),
        "document_date:d": "d.document_date",
        **_PROCESS,
        "currency_id:k": BASE_CURRENCY,
        **EXCHANGE,
        **TOTALS,
        "customer_document_no:s": "d.customer_document_no",
        **({"is_credit_limit_exceeded:b": "d.credit_exceeded"} if order else {}),
        "use_invoice_address:b": "d.use_invoice_address",
        **kept("d", "is_triangulated:b"),
        **SETTLEMENT,
        "document_discount_percent:p": "d.discount_percent",
        "available_document_discount_percent:p": _AVAILABLE,
        **_DATES,
        **(_PAYMENT if order else {}),
        **({"source_document_no:s": "d.source_document_no"} if kind == "return" else {}),
        **analysis("d"),
        **kept("d", SPARES),
        **({} if kind == "return" else kept("d", "cash_account_invoice_address:o")),
        "delivery_address:o": _DELIVERED_TO,
        **({"payment_status:o": _PAYMENT_STATUS} if order else {}),
        **stamps("d"),
    }


def _documents(kind: str) -> Resource:
    """Return the resource of orders, returns or quotes; returns have the shape of orders without payment (assumed)."""
    children: dict[str, Child] = {
        "lines": many(f"sop_{kind}_lines", f"sop_{kind}_id"),
        "memos": many("sop_document_memos", "sop_order_return_id"),
        "customer": one("customers", "customer_id"),
        "currency": one("currencies", "currency_id"),
        "profitability": Child(resource="sop_profits", mine="id", theirs="sop_order_return_id", many=False, deep=True),
    }
    if kind == "order":
        children["payment_method"] = one("sop_payment_methods", "payment_method_id")
    if kind == "quote":
        children["document_links"] = many("sop_document_links", "source_document_id")
    return Resource(
        name=f"sop_{kind}s",
        source="document d JOIN customer c ON c.id = d.customer_id",
        where=f"d.kind = '{kind}' AND d.archived = 0",
        veil="d.is_draft = 0",
        order="d.id",
        fields=declared("d", _header(kind)),
        children=children,
        inline=("lines",),
        upon={"available_document_discount_percent": "available_document_discount"},
    )


_IN_STOCK_UNITS = {
    "stock_unit_line_quantity:q": "l.quantity",
    "stock_unit_to_allocate_quantity:q": "l.quantity - l.allocated - l.despatched",
    "stock_unit_allocated_quantity:q": "l.allocated",
    "stock_unit_available_quantity:q": (
        "coalesce((SELECT sum(b.quantity - b.allocated) FROM warehouse_holding h JOIN bin_holding b "
        "ON b.warehouse_holding_id = h.id WHERE h.product_id = l.product_id AND h.warehouse_id = l.warehouse_id), 0)"
    ),
    "stock_unit_available_for_despatch:q": "l.allocated",
    "stock_unit_despatch_receipt_quantity:q": "l.despatched",
    "stock_unit_invoice_credit_quantity:q": "l.invoiced",
    "stock_unit_posted_invoice_credit_quantity:q": POSTED,
}
_QUANTITIES = {
    "allocated_quantity:q": selling("l.allocated"),
    "available_for_despatch:q": selling("l.allocated"),
    "despatch_receipt_quantity:q": selling("l.despatched"),
    "invoice_credit_quantity:q": selling("l.invoiced"),
    "posted_invoice_credit_quantity:q": selling(POSTED),
}
_STATUSES = {
    "allocation_status:e.line_status": how_far("(l.allocated + l.despatched)"),
    "despatch_receipt_status:e.line_status": how_far("l.despatched"),
    "invoice_credit_status:e.line_status": how_far("l.invoiced"),
}
_BASE_UNIT = "10000000"
_PRICE = {
    "selling_unit_id:k": "coalesce(json_extract(l.kept, '$.selling_unit_id'), CASE WHEN l.product_id > 0 THEN 1 END)",
    "selling_unit_description:s": UNIT_NAME,
    "selling_unit_price:q": "l.unit_price",
    **kept("l", "selling_unit_price_overridden:b pricing_unit_id:k pricing_unit_description:s"),
    **kept("l", "line_unit_precision:q stock_unit_precision:q", line_unit_precision="1", stock_unit_precision="1"),
    **kept("l", "selling_unit_multiple:u stock_unit_multiple:u", selling_unit_multiple=_BASE_UNIT,
           stock_unit_multiple=_BASE_UNIT),
    "unit_discount_percent:p": "l.discount_percent",
    **kept("l", "discount_percent_specified:b"),
    "unit_discount_value:q": "l.discount_value",
    **kept("l", "unit_discount_overridden:b"),
    "discounted_unit_price:m": f"CAST(round(({DISCOUNTED}) / 1000.0) AS INTEGER)",
    "cost_price:q": "l.cost_price",
    **kept("l", "retain_manual_prices:b fulfilment_method:s", fulfilment_method="'EnumFulfilmentFromStock'"),
    "confirmation_intent_type:s": "l.confirmation",
}  # fmt: skip


def _line(kind: str) -> Columns:
    """Return the properties of a line, in the order of the definition."""
    order = kind != "quote"
    return {
        "id:i": "l.id",
        f"sop_{kind}_id:k": "l.document_id",
        "line_type:e.line_type": "l.line_type",
        "product_id:k": "l.product_id",
        "warehouse_id:k": "l.warehouse_id",
        "create_cancelled_line:b": "0",
        **(kept("l", "is_to_split_line:b") if order else {}),
        "code:s": "l.code",
        **kept("l", "use_description:b"),
        "description:s": "l.description",
        "line_quantity:q": selling("l.quantity"),
        **({"to_allocate_quantity:q": selling("l.quantity - l.allocated - l.despatched")} if order else {}),
        "line_number:i": "l.number",
        "tax_code_id:k": "l.tax_code_id",
        "nominal_reference:s": "n.account",
        "nominal_cost_centre:s": "n.cost_centre",
        "nominal_department:s": "n.department",
        **_QUANTITIES,
        **_IN_STOCK_UNITS,
        **_STATUSES,
        **_PRICE,
        **(kept("l", "mark_as_preferred:b") if order else {}),
        "line_tax_value:m": "l.tax",
        "line_total_value:m": "l.total",
        "requested_delivery_date:d": "l.requested_date",
        "promised_delivery_date:d": "l.promised_date",
        **kept("l", "picking_list_comment:s despatch_note_comment:s show_on_customer_docs:b"),
        **kept("l", "show_on_picking_list_type:s", show_on_picking_list_type="'Show'"),
        **({"has_pop_order:b": "0", "back_to_back_status:s": "'EnumBackToBackStatusPONotReq'"} if order else {}),
        "is_complete:b": "(l.invoiced >= l.quantity)",
        "is_line_deletable:b": "(l.despatched = 0 AND l.invoiced = 0)",
        **line_analysis(),
        **kept("l", SPARES),
        "nominal_code_id:h": "l.nominal_id",
        "additional_charge_id:h": "json_extract(l.kept, '$.charge_id')",
        "is_to_delete:b": "0",
        **stamps("l"),
    }


def _lines(kind: str) -> Resource:
    """Return the resource of order, return or quote lines; only order lines name batch and serial numbers."""
    numbers = {"traceable_adjustment_items": many("sop_line_numbers", "line_id")} if kind == "order" else {}
    return Resource(
        name=f"sop_{kind}_lines",
        hidden=kind != "order",
        listed=False,
        source="line l JOIN document d ON d.id = l.document_id LEFT JOIN nominal n ON n.id = l.nominal_id",
        where=f"d.kind = '{kind}'",
        order="l.number, l.id",
        fields=declared("l", _line(kind)),
        children={
            "product": one("products", "product_id"),
            "warehouse": one("warehouses", "warehouse_id"),
            "tax_code": one("tax_codes", "tax_code_id"),
            "nominal_code": one("nominal_codes", "nominal_code_id"),
            "additional_charge": one("sop_additional_charges", "additional_charge_id"),
            "selling_unit": one("units", "selling_unit_id"),
            "pricing_unit": one("units", "pricing_unit_id"),
            "discount": one("sop_line_discounts", "id", "sop_order_return_line_id"),
            "profitability": one("sop_line_profits", "id", "sop_order_return_line_id"),
            f"sop_{kind}": one(f"sop_{kind}s", f"sop_{kind}_id"),
            **numbers,
        },
    )


SOP = (*(_documents(kind) for kind in KINDS), *(_lines(kind) for kind in KINDS))
