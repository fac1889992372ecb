"""Readable resources of sales order processing: orders, returns, their lines and the read-only views."""

from __future__ import annotations

from tieout.sandbox.sage200.company.tables import ANALYSIS_CODES
from tieout.sandbox.sage200.reading.catalogue_general import BASE_CURRENCY, STAMPS, stamps
from tieout.sandbox.sage200.reading.resources import Resource, fields, many, one

HEADER_ANALYSIS = " ".join(f"{name}:s" for name in ANALYSIS_CODES)
_LINE_ANALYSIS = {name: f"json_extract(l.analysis, '$.{name}')" for name in ANALYSIS_CODES}
_DELIVERY = {
    "sop_delivery_addr_postal_name": "postal_name",
    "sop_delivery_addr_address_1": "address_1",
    "sop_delivery_addr_address_2": "address_2",
    "sop_delivery_addr_address_3": "address_3",
    "sop_delivery_addr_address_4": "address_4",
    "sop_delivery_addr_city": "city",
    "sop_delivery_addr_county": "county",
    "sop_delivery_addr_post_code": "postcode",
    "sop_delivery_addr_country": "country",
}
DELIVERY_FIELDS = " ".join(f"{name}:s" for name in _DELIVERY)
DELIVERY_SQL = {name: f"json_extract(d.address, '$.{key}')" for name, key in _DELIVERY.items()}
_POSTED = "(SELECT coalesce(sum(quantity), 0) FROM invoice_line WHERE line_id = l.id)"
_DISCOUNTED = "CASE WHEN l.quantity > 0 THEN l.total * 100000000 / l.quantity ELSE 0 END"


def _how_far(done: str) -> str:
    return f"CASE WHEN {done} <= 0 THEN 0 WHEN {done} >= l.quantity THEN 2 ELSE 1 END"


_IN_STOCK_UNITS = {
    "stock_unit_line_quantity": "l.quantity",
    "stock_unit_to_allocate_quantity": "l.quantity - l.allocated - l.despatched",
    "stock_unit_allocated_quantity": "l.allocated",
    "stock_unit_available_for_despatch": "l.allocated",
    "stock_unit_despatch_receipt_quantity": "l.despatched",
    "stock_unit_invoice_credit_quantity": "l.invoiced",
    "stock_unit_posted_invoice_credit_quantity": _POSTED,
}
_LINE_TEXT = (
    "line_type:e.line_type product_id:k warehouse_id:k code:s description:s "
    "line_quantity:q to_allocate_quantity:q line_number:i tax_code_id:k nominal_reference:s "
    "nominal_cost_centre:s nominal_department:s allocated_quantity:q available_for_despatch:q "
    "despatch_receipt_quantity:q invoice_credit_quantity:q posted_invoice_credit_quantity:q "
    f"{' '.join(f'{name}:q' for name in _IN_STOCK_UNITS)} "
    "allocation_status:e.line_status despatch_receipt_status:e.line_status "
    "invoice_credit_status:e.line_status selling_unit_id:k selling_unit_description:s "
    "selling_unit_price:q line_unit_precision:q stock_unit_precision:q selling_unit_multiple:r "
    "stock_unit_multiple:r unit_discount_percent:p unit_discount_value:q discounted_unit_price:m "
    "cost_price:q confirmation_intent_type:s line_tax_value:m line_total_value:m "
    "requested_delivery_date:d promised_delivery_date:d is_complete:b is_line_deletable:b "
    f"{' '.join(f'{name}:s' for name in ANALYSIS_CODES)} {STAMPS}"
)
_LINE_SQL = {
    "line_quantity": "l.quantity",
    "to_allocate_quantity": "l.quantity - l.allocated - l.despatched",
    "line_number": "l.number",
    "nominal_reference": "n.account",
    "nominal_cost_centre": "n.cost_centre",
    "nominal_department": "n.department",
    "allocated_quantity": "l.allocated",
    "available_for_despatch": "l.allocated",
    "despatch_receipt_quantity": "l.despatched",
    "invoice_credit_quantity": "l.invoiced",
    "posted_invoice_credit_quantity": _POSTED,
    "allocation_status": _how_far("(l.allocated + l.despatched)"),
    "despatch_receipt_status": _how_far("l.despatched"),
    "invoice_credit_status": _how_far("l.invoiced"),
    "selling_unit_id": "CASE WHEN l.product_id > 0 THEN 1 END",
    "selling_unit_description": "'Each'",
    "selling_unit_price": "l.unit_price",
    "line_unit_precision": "1",
    "stock_unit_precision": "1",
    "selling_unit_multiple": "1000000",
    "stock_unit_multiple": "1000000",
    "unit_discount_percent": "l.discount_percent",
    "unit_discount_value": "l.discount_value",
    "discounted_unit_price": f"CAST(round(({_DISCOUNTED}) / 1000.0) AS INTEGER)",
    "confirmation_intent_type": "l.confirmation",
    "line_tax_value": "l.tax",
    "line_total_value": "l.total",
    "requested_delivery_date": "l.requested_date",
    "promised_delivery_date": "l.promised_date",
    "is_complete": "(l.invoiced >= l.quantity)",
    "is_line_deletable": "(l.despatched = 0 AND l.invoiced = 0)",
    **_IN_STOCK_UNITS,
    **_LINE_ANALYSIS,
    **stamps("l"),
}
_VIEW_HEADER = {
    "id:i": "d.id",
    "document_no:s": "d.document_no",
    "document_date:d": "d.document_date",
    "document_status:e.status": "d.status",
    "customer_document_no:s": "d.customer_document_no",
    "currency_id:i": BASE_CURRENCY,
    "currency_name:s": "(SELECT name FROM currency WHERE base = 1)",
    "currency_symbol:s": "(SELECT symbol FROM currency WHERE base = 1)",
    "exchange_rate:r": "1000000",
    "requested_delivery_date:d": "d.requested_date",
    "promised_delivery_date:d": "d.promised_date",
    **{f"{name}:s": f"d.{name}" for name in ANALYSIS_CODES},
    "date_time_updated:t": "d.updated",
}
_VIEW_LINE = {
    "id:i": "l.id",
    "number:i": "l.number",
    "type:e.line_type": "l.line_type",
    "product_code:s": "l.code",
    "product_description:s": "substr(l.description, 1, 1000)",
    "quantity:q": "l.quantity",
    "despatch_receipt_quantity:q": "l.despatched",
    "invoice_credit_quantity:q": "l.invoiced",
    "selling_unit_description:s": "'Each'",
    "selling_unit_price:q": "l.unit_price",
    "unit_discount_percent:p": "l.discount_percent",
    "unit_discount_value:q": "l.discount_value",
    "cost_price:q": "l.cost_price",
    "total_value:m": "l.total",
    "line_tax_value:m": "l.tax",
    "discounted_unit_price:q": _DISCOUNTED,
    "requested_delivery_date:d": "l.requested_date",
    "promised_delivery_date:d": "l.promised_date",
    **{f"{word}:s": sql for word, sql in _LINE_ANALYSIS.items()},
    "date_time_updated:t": "l.updated",
}


def _documents(kind: str) -> Resource:
    """Return the resource of orders or returns; returns have the same shape without payment (assumed)."""
    lines = f"sop_{kind}_lines"
    return Resource(
        name=f"sop_{kind}s",
        source="document d",
        where=f"d.kind = '{kind}' AND d.archived = 0",
        order="d.id",
        fields=fields(
            "d",
            "id:i customer_id:k is_draft:b document_no:s document_date:d document_status:e.status "
            "despatch_receipt_status:e.process invoice_credit_status:e.process cancelled_status:e.process "
            "currency_id:k exchange_rate:r subtotal_goods_value:m subtotal_charge_net_value:m "
            "subtotal_charge_tax_value:m subtotal_discount_value:m total_net_value:m total_tax_value:m "
            "total_gross_value:m customer_document_no:s use_invoice_address:b document_discount_percent:p "
            f"document_created_by:s requested_delivery_date:d promised_delivery_date:d order_priority:s "
            f"{'source_document_no:s ' if kind == 'return' else ''}{HEADER_ANALYSIS} delivery_address:o {STAMPS}",
            document_status="d.status",
            despatch_receipt_status="d.despatch_status",
            invoice_credit_status="d.invoice_status",
            currency_id=BASE_CURRENCY,
            exchange_rate="1000000",
            subtotal_goods_value="d.subtotal_goods",
            subtotal_charge_net_value="d.charge_net",
            subtotal_charge_tax_value="d.charge_tax",
            subtotal_discount_value="d.discount",
            total_net_value="d.net",
            total_tax_value="d.tax",
            total_gross_value="d.gross",
            document_discount_percent="d.discount_percent",
            document_created_by="d.user_name",
            requested_delivery_date="d.requested_date",
            promised_delivery_date="d.promised_date",
            order_priority="d.priority",
            delivery_address="d.address",
            **stamps("d"),
        ),
        children={
            "lines": many(lines, f"sop_{kind}_id"),
            "customer": one("customers", "customer_id"),
            "currency": one("currencies", "currency_id"),
        },
        inline=("lines",),
    )


def _lines(kind: str) -> Resource:
    """Return the resource of order or return lines."""
    return Resource(
        name=f"sop_{kind}_lines",
        hidden=kind == "return",
        source="line l JOIN document d ON d.id = l.document_id LEFT JOIN nominal n ON n.id = l.nominal_id",
        where=f"d.kind = '{kind}'",
        order="l.number, l.id",
        fields=fields(
            "l",
            f"id:i sop_{kind}_id:k {_LINE_TEXT}",
            **{f"sop_{kind}_id": "l.document_id"},
            **_LINE_SQL,
        ),
        children={
            "product": one("products", "product_id"),
            "warehouse": one("warehouses", "warehouse_id"),
            "tax_code": one("tax_codes", "tax_code_id"),
            f"sop_{kind}": one(f"sop_{kind}s", f"sop_{kind}_id"),
        },
    )


def _line_views(kind: str) -> Resource:
    """Return sop_order_line_views or sop_return_line_views: every column carries the document's prefix."""
    p, q = f"sop_{kind}", f"sop_{kind}_line"
    line = dict(_VIEW_LINE)
    if kind == "order":
        line["allocated_quantity:q"] = "l.allocated"
    named = {f"{p}_{word}": sql for word, sql in _VIEW_HEADER.items()}
    named |= {f"{q}_{word}": sql for word, sql in line.items()}
    expressions = {word.partition(":")[0]: sql for word, sql in named.items()}
    delivery = DELIVERY_FIELDS if kind == "order" else ""
    return Resource(
        name=f"{q}_views",
        single=False,
        source=(
            "line l JOIN document d ON d.id = l.document_id JOIN customer c ON c.id = d.customer_id "
            "LEFT JOIN product p ON p.id = l.product_id LEFT JOIN warehouse w ON w.id = l.warehouse_id "
            "LEFT JOIN tax_code t ON t.id = l.tax_code_id"
        ),
        where=f"d.kind = '{kind}' AND d.archived = 0",
        order="d.id DESC, l.id DESC",
        fields=fields(
            "l",
            f"{' '.join(named)} {delivery} customer_id:i customer_reference:s customer_name:s product_id:k "
            "product_code:s product_name:s product_description:s warehouse_id:k warehouse_name:s tax_code_id:k "
            "tax_code_code:i tax_code_name:s tax_code_rate:p",
            **expressions,
            **(DELIVERY_SQL if kind == "order" else {}),
            customer_id="d.customer_id",
            customer_reference="c.reference",
            customer_name="c.name",
            product_code="p.code",
            product_name="p.name",
            product_description="p.description",
            warehouse_name="w.name",
            tax_code_code="t.code",
            tax_code_name="t.name",
            tax_code_rate="t.rate",
        ),
    )


def _note_line_views(kind: str) -> Resource:
    """Return despatch line views of orders, or receipt line views of returns (names of the latter assumed)."""
    note, doc = ("despatch", "order") if kind == "order" else ("receipt", "return")
    n, d = f"sop_{note}", f"sop_{doc}"
    names = {
        f"{n}_line_id:i": "x.id",
        f"{n}_line_quantity:q": "x.quantity",
        f"{n}_line_is_invoiced:b": "(x.invoiced >= x.quantity)",
        f"{n}_id:i": "v.id",
        f"{n}_document_no:s": "v.despatch_no",
        f"{n}_date:d": "v.date",
        f"{n}_user_name:s": "v.user_name",
        f"{d}_line_id:i": "l.id",
        f"{d}_line_type_id:i": "CASE l.line_type WHEN 'EnumLineTypeStandard' THEN 0 ELSE 1 END",
        f"{d}_line_item_code:s": "l.code",
        f"{d}_line_item_description:s": "substr(l.description, 1, 60)",
        f"{d}_line_print_sequence_number:i": "l.number",
        f"{d}_line_quantity:q": "l.quantity",
        f"{d}_line_{note}_quantity:q": "l.despatched",
        f"{d}_id:i": "d.id",
        f"{d}_document_no:s": "d.document_no",
        f"{d}_document_date:d": "d.document_date",
        f"{d}_document_status_type:e.status": "d.status",
        f"{d}_customer_document_no:s": "d.customer_document_no",
        "customer_id:i": "d.customer_id",
        "customer_reference:s": "c.reference",
        "customer_name:s": "c.name",
        "product_id:k": "l.product_id",
        "product_code:s": "p.code",
        "product_name:s": "p.name",
        "warehouse_holding_id:k": "h.id",
        "warehouse_id:k": "l.warehouse_id",
        "warehouse_name:s": "w.name",
        "date_time_updated:t": "x.updated",
    }
    if kind == "order":
        names |= {
            f"{n}_consignment_no:s": "v.consignment_no",
            f"{n}_pieces:i": "v.pieces",
            f"{n}_notes:s": "v.notes",
        }
    return Resource(
        name=f"sop_{doc}_{note}_line_views",
        single=False,
        source=(
            "despatch_line x JOIN despatch v ON v.id = x.despatch_id JOIN line l ON l.id = x.line_id "
            "JOIN document d ON d.id = l.document_id JOIN customer c ON c.id = d.customer_id "
            "LEFT JOIN product p ON p.id = l.product_id LEFT JOIN warehouse w ON w.id = l.warehouse_id "
            "LEFT JOIN warehouse_holding h ON h.product_id = l.product_id AND h.warehouse_id = l.warehouse_id"
        ),
        where=f"d.kind = '{kind}' AND d.archived = 0",
        order="v.id DESC, x.id DESC",
        fields=fields("x", " ".join(names), **{word.partition(":")[0]: sql for word, sql in names.items()}),
    )


SOP = (
    *(_documents(kind) for kind in ("order", "return")),
    *(_lines(kind) for kind in ("order", "return")),
    *(_line_views(kind) for kind in ("order", "return")),
    *(_note_line_views(kind) for kind in ("order", "return")),
)
