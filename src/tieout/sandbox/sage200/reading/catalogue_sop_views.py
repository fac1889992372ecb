"""Readable views over sales documents as a whole: what was invoiced or credited, allocations, despatch notes."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_sop import stamps
from tieout.sandbox.sage200.reading.catalogue_sop_lines import TRACKED, TRACKING
from tieout.sandbox.sage200.reading.resources import Resource, one
from tieout.sandbox.sage200.reading.sop_fields import (
    CREATED_BY,
    CURRENCY,
    DELIVERY,
    EXCHANGE,
    SETTLEMENT,
    STATUS_ID,
    TOTALS,
    TYPE_ID,
    analysis,
    declared,
    kept,
    prefixed,
)

_R = "sop_order_return_"
_I = "sop_invoice_credit_"
_CREDIT_TYPE = "CASE i.kind WHEN 'invoice' THEN 0 ELSE 1 END"
_CREDIT_TYPE_NAME = (
    "CASE i.kind WHEN 'invoice' THEN 'EnumInvoiceCreditTypeInvoice' ELSE 'EnumInvoiceCreditTypeCredit' END"
)
_CUSTOMER = {
    "customer_id:i": "d.customer_id",
    "customer_reference:s": "c.reference",
    "customer_name:s": "c.name",
    "customer_short_name:s": "c.short_name",
}
_PAYMENT = {
    "payment_invoiced:b": "(d.payment_urn IS NOT NULL)",
    "payment_method_name:s": "coalesce(pm.name, '')",
    **kept("d", "payment_reference:s payment_value:m payment_with_order:b"),
    "payment_nominal_reference:s": "coalesce(n.account, '')",
    "payment_nominal_cost_centre:s": "coalesce(n.cost_centre, '')",
    "payment_nominal_department:s": "coalesce(n.department, '')",
    "payment_nominal_code_id:k": "n.id",
}
_HAS = "EXISTS (SELECT 1 FROM line l WHERE l.document_id = d.id AND {})"
_READY = {
    "ready_for_allocation:b": f"(d.status = 'Live' AND d.kind = 'order' AND d.allocated_status < 2 AND {_HAS})".format(
        "l.product_id > 0 AND l.quantity > l.allocated + l.despatched"
    ),
    "ready_for_despatch_receipt:b": f"(d.status = 'Live' AND d.despatch_status < 2 AND {_HAS})".format(
        "(l.allocated > 0 OR (d.kind = 'return' AND l.product_id > 0 AND l.quantity > l.despatched))"
    ),
    "ready_for_invoice_print:b": f"(d.status = 'Live' AND d.kind IN ('order', 'return') AND {_HAS})".format(
        "(l.despatched > l.invoiced OR (l.confirmation = 'NoConfirmation' AND l.quantity > l.invoiced))"
    ),
}

_DOCUMENTS = Resource(
    name="sop_order_return_views",
    source=(
        "document d JOIN customer c ON c.id = d.customer_id "
        "LEFT JOIN payment_method pm ON pm.id = json_extract(d.kept, '$.payment_method_id') "
        "LEFT JOIN bank b ON b.id = pm.bank_id LEFT JOIN nominal n ON n.id = b.nominal_id"
    ),
    where="d.archived = 0 AND d.is_draft = 0",
    order="d.document_no, d.id",
    single=False,
    fields=declared(
        "d",
        {
            "id:i": "d.id",
            "document_no:s": "d.document_no",
            "document_date:d": "d.document_date",
            "document_type_id:i": TYPE_ID,
            "document_status_id:i": STATUS_ID,
            "document_print_status_id:i": "0",
            "customer_document_no:s": "d.customer_document_no",
            "currency_id:i": CURRENCY["currency_id:i"],
            **EXCHANGE,
            "are_prices_tax_inclusive:b": "d.tax_inclusive",
            **TOTALS,
            "total_gross_value_inc_sett:m": "d.gross",
            **SETTLEMENT,
            "document_discount_percent:p": "d.discount_percent",
            "document_created_by:s": CREATED_BY,
            "requested_delivery_date:d": "d.requested_date",
            "promised_delivery_date:d": "d.promised_date",
            **kept("d", "quotation_expiry_date:d"),
            "intrastat_status_id:i": "0",
            **_READY,
            "allocated_status_id:i": "d.allocated_status",
            "despatch_receipt_status_id:i": "d.despatch_status",
            "invoice_credit_status_id:i": "d.invoice_status",
            "cancelled_status_id:i": "d.cancelled_status",
            "source_document_no:s": "d.source_document_no",
            "use_invoice_address:b": "d.use_invoice_address",
            **_PAYMENT,
            **analysis("d"),
            "date_time_updated:t": "d.updated",
            **_CUSTOMER,
            **DELIVERY,
        },
    ),
)

_BILLED = Resource(
    name="sop_order_return_invoice_credit_views",
    source="document d JOIN customer c ON c.id = d.customer_id LEFT JOIN invoice i ON i.document_id = d.id",
    where="d.archived = 0 AND d.is_draft = 0 AND d.kind IN ('order', 'return')",
    order="d.id, i.id",
    single=False,
    fields=declared(
        "d",
        {
            **prefixed(
                _R,
                {
                    "id:i": "d.id",
                    "document_type_id:i": TYPE_ID,
                    "document_no:s": "d.document_no",
                    "document_date:d": "d.document_date",
                    "document_status_id:i": STATUS_ID,
                    "customer_document_no:s": "d.customer_document_no",
                    "total_net_value:m": "d.net",
                    "total_tax_value:m": "d.tax",
                    "total_gross_value:m": "d.gross",
                },
            ),
            **_CUSTOMER,
            **prefixed(
                _I,
                {
                    "id:k": "i.id",
                    "document_no:s": "i.document_no",
                    "type_id:s": f"CASE WHEN i.id IS NOT NULL THEN {_CREDIT_TYPE_NAME} END",
                    "document_date:d": "i.date",
                    "document_status_id:s": "CASE WHEN i.id IS NOT NULL THEN 'EnumDocumentStatusComplete' END",
                    "total_net_value:m": "i.net",
                    "total_tax_value:m": "i.tax",
                    "total_gross_value:m": "i.net + i.tax",
                },
            ),
        },
    ),
)

_BILLED_LINES = Resource(
    name="sop_order_return_line_invoice_credit_views",
    source=(
        "invoice_line x JOIN invoice i ON i.id = x.invoice_id JOIN document d ON d.id = i.document_id "
        "JOIN line l ON l.id = x.line_id"
    ),
    where="d.archived = 0",
    order="x.id",
    single=False,
    fields=declared(
        "x",
        {
            f"{_I}id:i": "i.id",
            f"{_R}line_id:i": "x.line_id",
            f"{_I}document_no:s": "i.document_no",
            f"{_I}type_id:i": _CREDIT_TYPE,
            f"{_I}document_date:d": "i.date",
            f"{_I}document_status_id:i": "2",
            f"{_I}line_invoice_credit_quantity:q": "x.quantity",
        },
    ),
)

_ALLOCATED = Resource(
    name="sop_allocation_line_views",
    source=(
        "stock_allocation a JOIN bin_holding b ON b.id = a.bin_holding_id "
        "JOIN warehouse_holding h ON h.id = b.warehouse_holding_id JOIN warehouse w ON w.id = h.warehouse_id"
    ),
    order="a.id",
    single=False,
    fields=declared(
        "a",
        {
            "sop_allocation_line_id:i": "a.id",
            "sop_order_return_line_id:i": "a.line_id",
            "sop_allocation_line_allocated_date:d": "a.date",
            "sop_allocation_line_allocated_quantity:q": "a.quantity",
            "sop_allocation_line_despatched_quantity:q": "a.despatched",
            "sop_allocation_line_current_allocated_quantity:q": "a.quantity - a.despatched",
            "sop_allocation_line_user_name:s": "a.user_name",
            "allocation_balance_id:i": "a.id",
            "warehouse_id:i": "w.id",
            "warehouse_name:s": "w.name",
            "bin_holding_id:i": "a.bin_holding_id",
            "bin_holding_name:s": "b.name",
        },
    ),
)

_DESPATCHES = Resource(
    name="sop_despatch_receipts",
    source=f"despatch v JOIN document d ON d.id = v.document_id {TRACKED}",
    where="d.kind = 'order'",
    order="v.id",
    fields=declared(
        "v",
        {
            "id:i": "v.id",
            "despatch_no:s": "v.despatch_no",
            "despatched_by:s": "v.user_name",
            "despatch_date:d": "v.date",
            "courier_id:k": "v.courier_id",
            "sop_incoterm_id:k": "v.incoterm_id",
            "sop_export_reason_id:k": "v.export_reason_id",
            "courier_name:s": TRACKING["courier_name:s"],
            "sop_incoterm_name:s": TRACKING["incoterm:s"],
            "sop_export_reason_name:s": TRACKING["export_reason:s"],
            **{word: sql for word, sql in TRACKING.items() if word[:4] in {"cons", "weig", "piec", "note"}},
            **stamps("v"),
        },
    ),
    children={
        "courier": one("couriers", "courier_id"),
        "sop_incoterm": one("sop_incoterms", "sop_incoterm_id"),
        "sop_export_reason": one("sop_export_reasons", "sop_export_reason_id"),
    },
)

_DESPATCH_VIEWS = Resource(
    name="sop_order_despatch_views",
    source=f"despatch v JOIN document d ON d.id = v.document_id JOIN customer c ON c.id = d.customer_id {TRACKED}",
    where="d.kind = 'order' AND d.archived = 0",
    order="v.date DESC, v.id DESC",
    single=False,
    fields=declared(
        "v",
        {
            "sop_despatch_id:i": "v.id",
            "sop_despatch_document_no:s": "v.despatch_no",
            "sop_despatch_date:d": "v.date",
            "sop_despatch_courier_id:k": "v.courier_id",
            **prefixed("sop_despatch_", TRACKING),
            "sop_despatch_user_name:s": "v.user_name",
            "sop_order_id:i": "d.id",
            "sop_order_document_no:s": "d.document_no",
            "sop_order_document_date:d": "d.document_date",
            "sop_order_document_status_id:i": STATUS_ID,
            "sop_order_customer_document_no:s": "d.customer_document_no",
            "customer_id:i": "d.customer_id",
            "customer_reference:s": "c.reference",
            "customer_name:s": "c.name",
        },
    ),
)

_QUOTES = Resource(
    name="sop_quote_views",
    source="document d JOIN customer c ON c.id = d.customer_id",
    where="d.kind = 'quote' AND d.archived = 0 AND d.is_draft = 0",
    order="d.document_no, d.id",
    single=False,
    fields=declared(
        "d",
        {
            "id:i": "d.id",
            "document_no:s": "d.document_no",
            "document_date:d": "d.document_date",
            "document_status_id:i": STATUS_ID,
            "customer_document_no:s": "d.customer_document_no",
            "total_gross_value:m": "d.gross",
            "order_no:s": (
                "coalesce((SELECT o.document_no FROM document_link x JOIN document o ON o.id = x.document_id "
                "WHERE x.source_id = d.id AND o.kind = 'order' ORDER BY x.id DESC LIMIT 1), '')"
            ),
            "proforma_no:s": "''",
            "customer_id:i": "d.customer_id",
            "customer_reference:s": "c.reference",
            "customer_name:s": "c.name",
        },
    ),
)

SOP_VIEWS = (_DOCUMENTS, _BILLED, _BILLED_LINES, _ALLOCATED, _DESPATCHES, _DESPATCH_VIEWS, _QUOTES)
