"""Readable views of sales documents line by line: what was ordered, returned, quoted, despatched and received."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.resources import Resource
from tieout.sandbox.sage200.reading.sop_fields import (
    CREATED_BY,
    CURRENCY,
    DELIVERY,
    DISCOUNTED,
    EXCHANGE,
    SETTLEMENT,
    UNIT_NAME,
    VALUES,
    Columns,
    analysis,
    declared,
    line_analysis,
    prefixed,
    selling,
)

_DATES = {"requested_delivery_date:d": "d.requested_date", "promised_delivery_date:d": "d.promised_date"}
_PRODUCT = {
    "product_id:k": "l.product_id",
    "product_code:s": "p.code",
    "product_name:s": "p.name",
}
_CUSTOMER = {"customer_id:i": "d.customer_id", "customer_reference:s": "c.reference", "customer_name:s": "c.name"}


def _header(kind: str) -> Columns:
    """Return the document's columns of a line view; only orders show values, settlement and delivery."""
    order = kind == "order"
    return {
        "id:i": "d.id",
        "document_no:s": "d.document_no",
        "document_date:d": "d.document_date",
        "document_status:e.status": "d.status",
        "customer_document_no:s": "d.customer_document_no",
        **CURRENCY,
        **EXCHANGE,
        **(VALUES if order else {}),
        **_DATES,
        **(SETTLEMENT if order else {}),
        **({"document_discount_percent:p": "d.discount_percent", "document_created_by:s": CREATED_BY} if order else {}),
        **analysis("d"),
        "date_time_updated:t": "d.updated",
    }


def _line(kind: str) -> Columns:
    moving = {
        "despatch_receipt_quantity:q": selling("l.despatched"),
        "invoice_credit_quantity:q": selling("l.invoiced"),
    }
    return {
        "id:i": "l.id",
        "number:i": "l.number",
        "type:e.line_type": "l.line_type",
        "product_code:s": "l.code",
        "product_description:s": "substr(l.description, 1, 1000)",
        "quantity:q": selling("l.quantity"),
        **({"allocated_quantity:q": selling("l.allocated")} if kind == "order" else {}),
        **(moving if kind in {"order", "return"} else {}),
        "selling_unit_description:s": UNIT_NAME,
        "selling_unit_price:q": "l.unit_price",
        "unit_discount_percent:p": "l.discount_percent",
        "unit_discount_value:q": "l.discount_value",
        "cost_price:q": "l.cost_price",
        "total_value:m": "l.total",
        "line_tax_value:m": "l.tax",
        "discounted_unit_price:q": DISCOUNTED,
        "requested_delivery_date:d": "l.requested_date",
        "promised_delivery_date:d": "l.promised_date",
        **line_analysis(),
        "date_time_updated:t": "l.updated",
    }


def _line_views(kind: str) -> Resource:
    """Return sop_order_line_views and its like: every column carries the document's prefix."""
    p, q = f"sop_{kind}", f"sop_{kind}_line"
    return Resource(
        name=f"{q}_views",
        single=False,
        source=(
            "line l JOIN document d ON d.id = l.document_id JOIN customer c ON c.id = d.customer_id "
            "LEFT JOIN product p ON p.id = l.product_id LEFT JOIN warehouse w ON w.id = l.warehouse_id "
            "LEFT JOIN tax_code t ON t.id = l.tax_code_id"
        ),
        where=f"d.kind = '{kind}' AND d.archived = 0 AND d.is_draft = 0",
        order="d.id DESC, l.id DESC",
        fields=declared(
            "l",
            {
                **prefixed(f"{p}_", _header(kind)),
                **prefixed(f"{q}_", _line(kind)),
                **(DELIVERY if kind == "order" else {}),
                **_CUSTOMER,
                **_PRODUCT,
                "product_description:s": "p.description",
                "warehouse_id:k": "l.warehouse_id",
                "warehouse_name:s": "w.name",
                "tax_code_id:k": "l.tax_code_id",
                "tax_code_code:i": "t.code",
                "tax_code_name:s": "t.name",
                "tax_code_rate:p": "t.rate",
            },
        ),
    )


TRACKING = {
    "courier_name:s": "coalesce(k.name, '')",
    "consignment_no:s": "coalesce(v.consignment_no, '')",
    "incoterm:s": "coalesce(ti.name, '')",
    "export_reason:s": "coalesce(te.name, '')",
    "pieces:i": "coalesce(v.pieces, 0)",
    "weight:w": "coalesce(v.weight, 0)",
    "notes:s": "coalesce(v.notes, '')",
}
TRACKED = (
    "LEFT JOIN courier k ON k.id = v.courier_id LEFT JOIN incoterm ti ON ti.id = v.incoterm_id "
    "LEFT JOIN export_reason te ON te.id = v.export_reason_id"
)
_LINE_TYPE_ID = (
    "CASE l.line_type WHEN 'EnumLineTypeStandard' THEN 0 WHEN 'EnumLineTypeFreeText' THEN 1 "
    "WHEN 'EnumLineTypeCharge' THEN 2 ELSE 3 END"
)


def _noted(n: str, d: str, quantity: str) -> Columns:
    """Return the columns of a note's line: n is the note's prefix, d the document's."""
    return {
        f"{n}_line_id:i": "x.id",
        f"{n}_line_quantity:q": "x.quantity",
        f"{n}_line_is_invoiced:b": "(x.invoiced >= x.quantity)",
        f"{n}_id:i": "v.id",
        f"{n}_document_no:s": "v.despatch_no",
        f"{n}_date:d": "v.date",
        f"{n}_user_name:s": "v.user_name",
        f"{d}_line_id:i": "l.id",
        f"{d}_line_type_id:i": _LINE_TYPE_ID,
        f"{d}_line_item_code:s": "l.code",
        f"{d}_line_item_description:s": "substr(l.description, 1, 60)",
        f"{d}_line_print_sequence_number:i": "l.number",
        f"{d}_line_quantity:q": "l.quantity",
        f"{d}_line_{quantity}:q": "l.despatched",
        f"{d}_id:i": "d.id",
        f"{d}_document_no:s": "d.document_no",
        f"{d}_document_date:d": "d.document_date",
        f"{d}_document_status_type:e.status": "d.status",
        f"{d}_customer_document_no:s": "d.customer_document_no",
    }


def _note_line_views(kind: str) -> Resource:
    """Return despatch line views of orders, or receipt line views of returns (names of the latter assumed)."""
    note, doc = ("despatch", "order") if kind == "order" else ("receipt", "return")
    tracking = {**prefixed("sop_despatch_", TRACKING), "sys_courier_tracking_url:s": "''"} if kind == "order" else {}
    columns = {
        **_noted(f"sop_{note}", f"sop_{doc}", f"{note}_quantity"),
        **_CUSTOMER,
        **_PRODUCT,
        "warehouse_holding_id:k": "h.id",
        "warehouse_id:k": "l.warehouse_id",
        "warehouse_name:s": "w.name",
        **tracking,
        "date_time_updated:t": "x.updated",
    }
    return Resource(
        name=f"sop_{doc}_{note}_line_views",
        single=False,
        source=(
            "despatch_line x JOIN despatch v ON v.id = x.despatch_id JOIN line l ON l.id = x.line_id "
            "JOIN document d ON d.id = l.document_id JOIN customer c ON c.id = d.customer_id "
            "LEFT JOIN product p ON p.id = l.product_id LEFT JOIN warehouse w ON w.id = l.warehouse_id "
            "LEFT JOIN warehouse_holding h ON h.product_id = l.product_id AND h.warehouse_id = l.warehouse_id "
            f"{TRACKED}"
        ),
        where=f"d.kind = '{kind}' AND d.archived = 0",
        order="v.id DESC, x.id DESC",
        fields=declared("x", columns),
    )


SOP_LINES = (
    *(_line_views(kind) for kind in ("order", "return", "quote", "proforma")),
    *(_note_line_views(kind) for kind in ("order", "return")),
)
