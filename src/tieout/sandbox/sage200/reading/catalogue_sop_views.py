"""Readable views over orders and returns together: what was invoiced or credited, allocations, despatch notes."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_general import BASE_CURRENCY, STAMPS, stamps
from tieout.sandbox.sage200.reading.catalogue_sop import DELIVERY_FIELDS, DELIVERY_SQL, HEADER_ANALYSIS
from tieout.sandbox.sage200.reading.resources import Resource, fields

_TYPE_ID = "CASE d.kind WHEN 'order' THEN 0 ELSE 1 END"
_STATUS_ID = (
    "CASE d.status WHEN 'Live' THEN 0 WHEN 'OnHold' THEN 1 WHEN 'Complete' THEN 2 WHEN 'Dispute' THEN 3 "
    "WHEN 'Cancelled' THEN 4 ELSE 5 END"
)
_R = "sop_order_return"
_I = "sop_invoice_credit"
_CREDIT_TYPE = "CASE i.kind WHEN 'invoice' THEN 0 ELSE 1 END"
_CREDIT_TYPE_NAME = (
    "CASE i.kind WHEN 'invoice' THEN 'EnumInvoiceCreditTypeInvoice' ELSE 'EnumInvoiceCreditTypeCredit' END"
)

SOP_VIEWS = (
    Resource(
        name="sop_order_return_views",
        source="document d JOIN customer c ON c.id = d.customer_id",
        where="d.archived = 0",
        order="d.document_no, d.id",
        single=False,
        fields=fields(
            "d",
            "id:i document_no:s document_date:d document_type_id:i document_status_id:i customer_document_no:s "
            "currency_id:i exchange_rate:r are_prices_tax_inclusive:b subtotal_goods_value:m "
            "subtotal_charge_net_value:m subtotal_charge_tax_value:m subtotal_discount_value:m total_net_value:m "
            "total_tax_value:m total_gross_value:m document_discount_percent:p document_created_by:s "
            "requested_delivery_date:d promised_delivery_date:d allocated_status_id:i "
            "despatch_receipt_status_id:i invoice_credit_status_id:i cancelled_status_id:i source_document_no:s "
            f"use_invoice_address:b {HEADER_ANALYSIS} date_time_updated:t customer_id:i customer_reference:s "
            f"customer_name:s customer_short_name:s {DELIVERY_FIELDS}",
            document_type_id=_TYPE_ID,
            document_status_id=_STATUS_ID,
            currency_id=BASE_CURRENCY,
            exchange_rate="1000000",
            are_prices_tax_inclusive="0",
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
            allocated_status_id="d.allocated_status",
            despatch_receipt_status_id="d.despatch_status",
            invoice_credit_status_id="d.invoice_status",
            cancelled_status_id="d.cancelled_status",
            date_time_updated="d.updated",
            customer_reference="c.reference",
            customer_name="c.name",
            customer_short_name="c.short_name",
            **DELIVERY_SQL,
        ),
    ),
    Resource(
        name="sop_order_return_invoice_credit_views",
        source=("document d JOIN customer c ON c.id = d.customer_id LEFT JOIN invoice i ON i.document_id = d.id"),
        where="d.archived = 0",
        order="d.id, i.id",
        single=False,
        fields=fields(
            "d",
            f"{_R}_id:i {_R}_document_type_id:i {_R}_document_no:s {_R}_document_date:d {_R}_document_status_id:i "
            f"{_R}_customer_document_no:s {_R}_total_net_value:m {_R}_total_tax_value:m {_R}_total_gross_value:m "
            "customer_id:i customer_reference:s customer_name:s customer_short_name:s "
            f"{_I}_id:k {_I}_document_no:s {_I}_type_id:s {_I}_document_date:d {_I}_document_status_id:s "
            f"{_I}_total_net_value:m {_I}_total_tax_value:m {_I}_total_gross_value:m",
            sop_order_return_id="d.id",
            sop_order_return_document_type_id=_TYPE_ID,
            sop_order_return_document_no="d.document_no",
            sop_order_return_document_date="d.document_date",
            sop_order_return_document_status_id=_STATUS_ID,
            sop_order_return_customer_document_no="d.customer_document_no",
            sop_order_return_total_net_value="d.net",
            sop_order_return_total_tax_value="d.tax",
            sop_order_return_total_gross_value="d.gross",
            customer_reference="c.reference",
            customer_name="c.name",
            customer_short_name="c.short_name",
            sop_invoice_credit_id="i.id",
            sop_invoice_credit_document_no="i.document_no",
            sop_invoice_credit_type_id=f"CASE WHEN i.id IS NOT NULL THEN {_CREDIT_TYPE_NAME} END",
            sop_invoice_credit_document_date="i.date",
            sop_invoice_credit_document_status_id="CASE WHEN i.id IS NOT NULL THEN 'EnumDocumentStatusComplete' END",
            sop_invoice_credit_total_net_value="i.net",
            sop_invoice_credit_total_tax_value="i.tax",
            sop_invoice_credit_total_gross_value="i.net + i.tax",
        ),
    ),
    Resource(
        name="sop_order_return_line_invoice_credit_views",
        source="invoice_line x JOIN invoice i ON i.id = x.invoice_id JOIN document d ON d.id = i.document_id",
        where="d.archived = 0",
        order="x.id",
        single=False,
        fields=fields(
            "x",
            f"{_I}_id:i {_R}_line_id:i {_I}_document_no:s {_I}_type_id:i {_I}_document_date:d "
            f"{_I}_document_status_id:i {_I}_line_invoice_credit_quantity:q",
            sop_invoice_credit_id="i.id",
            sop_order_return_line_id="x.line_id",
            sop_invoice_credit_document_no="i.document_no",
            sop_invoice_credit_type_id=_CREDIT_TYPE,
            sop_invoice_credit_document_date="i.date",
            sop_invoice_credit_document_status_id="2",
            sop_invoice_credit_line_invoice_credit_quantity="x.quantity",
        ),
    ),
    Resource(
        name="sop_allocation_line_views",
        source=(
            "stock_allocation a JOIN bin_holding b ON b.id = a.bin_holding_id "
            "JOIN warehouse_holding h ON h.id = b.warehouse_holding_id JOIN warehouse w ON w.id = h.warehouse_id"
        ),
        order="a.id",
        single=False,
        fields=fields(
            "a",
            "sop_allocation_line_id:i sop_order_return_line_id:i sop_allocation_line_allocated_date:d "
            "sop_allocation_line_allocated_quantity:q sop_allocation_line_despatched_quantity:q "
            "sop_allocation_line_current_allocated_quantity:q sop_allocation_line_user_name:s "
            "allocation_balance_id:i warehouse_id:i warehouse_name:s bin_holding_id:i bin_holding_name:s",
            sop_allocation_line_id="a.id",
            sop_order_return_line_id="a.line_id",
            sop_allocation_line_allocated_date="a.date",
            sop_allocation_line_allocated_quantity="a.quantity",
            sop_allocation_line_despatched_quantity="a.despatched",
            sop_allocation_line_current_allocated_quantity="a.quantity - a.despatched",
            sop_allocation_line_user_name="a.user_name",
            allocation_balance_id="a.id",
            warehouse_id="w.id",
            warehouse_name="w.name",
            bin_holding_name="b.name",
        ),
    ),
    Resource(
        name="sop_despatch_receipts",
        source="despatch v JOIN document d ON d.id = v.document_id LEFT JOIN courier c ON c.id = v.courier_id",
        where="d.kind = 'order'",
        order="v.id",
        fields=fields(
            "v",
            "id:i despatch_no:s despatched_by:s despatch_date:d courier_id:k courier_name:s consignment_no:s "
            f"weight:w pieces:i notes:s {STAMPS}",
            despatched_by="v.user_name",
            despatch_date="v.date",
            courier_name="c.name",
            **stamps("v"),
        ),
    ),
)
