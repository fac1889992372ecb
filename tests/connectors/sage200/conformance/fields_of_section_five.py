"""Section 5 as a table: what each field of Sage holds, and which field of which command of ours fills it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """A field of the table, what it holds, the field of a command that fills it, and where both can be seen.

    `read` is the list in which it is looked for, the filter in terms of the command, and the place in its first row;
    `raw` the path and the place in the body of a request that goes past the connector.
    """

    longest: int
    act: str
    into: str
    read: tuple[str, str, str]
    raw: tuple[str, str]
    beside: int = 0
    """Characters that the connector puts into the same field."""


ORDER_READ, RETURN_READ = "customer_document_no eq '{channel_reference}'", "customer_document_no eq '{key}'"
BY_KEY, BY_REFERENCE = "reference eq '{key}'", "reference eq '{reference}'"


def of_order(longest: int, into: str, shown: str) -> Row:
    return Row(
        longest=longest,
        act="enter_order",
        into=into,
        read=("/sop_orders", ORDER_READ, shown),
        raw=("/sop_orders", shown),
    )


def of_customer(longest: int, into: str, shown: str) -> Row:
    return Row(
        longest=longest,
        act="open_customer",
        into=into,
        read=("/customers", BY_REFERENCE, shown),
        raw=("/customers", shown),
    )


def of_delivery(longest: int, into: str, shown: str) -> Row:
    path = "/customer_delivery_addresses"
    where = "contains(description,'{key}')"
    return Row(longest=longest, act="add_delivery_address", into=into, read=(path, where, shown), raw=(path, shown))


def of_posting(act: str, path: str) -> dict[str, Row]:
    posted = "/sales_posted_transactions"
    return {
        f"{path} {field}": Row(longest=20, act=act, into=into, read=(posted, BY_KEY, field), raw=(f"/{path}", field))
        for field, into in (("reference", "key"), ("second_reference", "second_reference"))
    }


def of_bank(act: str, path: str) -> Row:
    read = ("/bank_posted_transactions", BY_KEY, "reference")
    return Row(longest=20, act=act, into="key", read=read, raw=(f"/{path}", "reference"))


TEXTS: dict[str, Row] = {
    "customer reference": of_customer(8, "reference", "reference"),
    "customer name": of_customer(60, "name", "name"),
    "customer short name": of_customer(8, "short_name", "short_name"),
    "VAT number": of_customer(30, "vat_number", "vat_number"),
    "customer phone number": of_customer(200, "address.telephone", "contacts.0.telephones.0.subscriber_number"),
    "customer contact last name": of_customer(60, "address.contact", "contacts.0.last_name"),
    "customer contact email": of_customer(227, "address.email", "contacts.0.emails.0.email"),
    **{
        f"customer address line {n}": of_customer(60, f"address.lines.{n - 1}", f"main_address.address_{n}")
        for n in range(1, 5)
    },
    "customer city": of_customer(60, "address.city", "main_address.city"),
    "customer county": of_customer(60, "address.county", "main_address.county"),
    "customer postcode": of_customer(10, "address.postcode", "main_address.postcode"),
    "delivery address postal name": of_delivery(60, "address.name", "postal_name"),
    **{f"delivery address line {n}": of_delivery(60, f"address.lines.{n - 1}", f"address_{n}") for n in range(1, 5)},
    "delivery address city": of_delivery(60, "address.city", "city"),
    "delivery address county": of_delivery(60, "address.county", "county"),
    "delivery address postcode": of_delivery(10, "address.postcode", "postcode"),
    "delivery address contact": of_delivery(235, "address.contact", "contact"),
    "delivery address phone": of_delivery(60, "address.telephone", "telephone"),
    "delivery address email": of_delivery(255, "address.email", "email"),
    "order postal name": of_order(60, "delivery.name", "delivery_address.postal_name"),
    **{
        f"order address line {n}": of_order(60, f"delivery.lines.{n - 1}", f"delivery_address.address_{n}")
        for n in range(1, 5)
    },
    "order city": of_order(60, "delivery.city", "delivery_address.city"),
    "order county": of_order(60, "delivery.county", "delivery_address.county"),
    "order country": of_order(60, "delivery.country", "delivery_address.country"),
    "order postcode": of_order(10, "delivery.postcode", "delivery_address.postcode"),
    "order contact": of_order(235, "delivery.contact", "delivery_address.contact"),
    "order phone": of_order(30, "delivery.telephone", "delivery_address.telephone_number"),
    "order email": of_order(255, "delivery.email", "delivery_address.email_address"),
    "order customer_document_no": of_order(30, "channel_reference", "customer_document_no"),
    "order analysis code": of_order(60, "analysis.0.1", "analysis_code_1"),
    "order key": of_order(60, "key", "analysis_code_3"),
    "order payment_reference": of_order(20, "payment.reference", "payment_reference"),
    "order line description, comment": of_order(6000, "lines.1.description", "lines.1.description"),
    "order line description, free text": of_order(6000, "lines.2.description", "lines.2.description"),
    "order line description, stock item": of_order(6000, "lines.0.description", "lines.0.description"),
    "return customer_document_no": Row(
        longest=30,
        act="raise_return",
        into="key",
        read=("/sop_returns", RETURN_READ, "customer_document_no"),
        raw=("/sop_returns", "customer_document_no"),
    ),
    "return analysis code, RMA": Row(
        longest=60,
        act="raise_return",
        into="rma",
        read=("/sop_returns", RETURN_READ, "analysis_code_1"),
        raw=("/sop_returns", "analysis_code_1"),
    ),
    "return analysis code, reason": Row(
        longest=60,
        act="raise_return",
        into="reason",
        read=("/sop_returns", RETURN_READ, "analysis_code_2"),
        raw=("/sop_returns", "analysis_code_2"),
    ),
    **of_posting("raise_invoice", "sales_invoices"),
    **of_posting("raise_credit_note", "sales_credit_notes"),
    **of_posting("post_receipt", "sales_receipts"),
    **of_posting("post_refund_payment", "sales_payments"),
    "nominal narrative, invoice": Row(
        longest=6000,
        act="raise_invoice",
        into="lines.0.narrative",
        read=("/sales_posted_transactions", BY_KEY, "nominal_analysis_items.0.narrative"),
        raw=("/sales_invoices", "nominal_analysis_items.0.narrative"),
    ),
    "nominal narrative, credit note": Row(
        longest=6000,
        act="raise_credit_note",
        into="narrative",
        read=("/sales_posted_transactions", BY_KEY, "nominal_analysis_items.0.narrative"),
        raw=("/sales_credit_notes", "nominal_analysis_items.0.narrative"),
    ),
    "bank receipt reference": of_bank("bank_receipt", "bank_receipt"),
    "bank payment reference": of_bank("bank_payment", "bank_payment"),
    "bank transfer reference": of_bank("transfer_cash", "bank_transfer"),
    "bank transfer second reference": Row(
        longest=20,
        act="transfer_cash",
        into="second_reference",
        read=("/bank_posted_transactions", BY_KEY, "second_reference"),
        raw=("/bank_transfer", "second_reference"),
    ),
    "stock transfer reference": Row(
        longest=20,
        act="move_stock",
        into="key",
        read=("/product_transaction_views", BY_KEY, "reference"),
        raw=("/stock_transfers", "reference"),
    ),
    "stock transfer second reference": Row(
        longest=20,
        act="move_stock",
        into="second_reference",
        read=("/product_transaction_views", BY_KEY, "second_reference"),
        raw=("/stock_transfers", "second_reference"),
    ),
    "bin name": Row(
        longest=20,
        act="move_stock",
        into="to_bin",
        read=("/bin_holdings", "name eq '{to_bin}'", "name"),
        raw=("/bin_holdings", "name"),
    ),
    "stocktake name": Row(
        longest=60,
        act="count_stock",
        into="key",
        read=("/stocktakes", "stocktake_name eq '{key}'", "stocktake_name"),
        raw=("/stocktakes", "stocktake_name"),
    ),
    "memo note": Row(
        longest=1000,
        act="write_memo",
        into="note",
        read=("/customer_memos", "contains(note,'{key}')", "note"),
        raw=("/customer_memos", "note"),
        beside=21,
    ),
    "consignment no": Row(
        longest=60,
        act="despatch",
        into="consignment",
        read=(
            "/sop_order_despatch_line_views",
            "sop_order_document_no eq '{order_number}'",
            "sop_despatch_consignment_no",
        ),
        raw=("/sop_confirm_despatch", "tracking_items.0.consignment_no"),
    ),
    "despatch notes": Row(
        longest=256,
        act="despatch",
        into="note",
        read=("/sop_order_despatch_line_views", "sop_order_document_no eq '{order_number}'", "sop_despatch_notes"),
        raw=("/sop_confirm_despatch", "tracking_items.0.notes"),
        beside=21,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """As `Row`, for a number of so many decimal places; `whole` stands before the point."""

    places: int
    act: str
    into: str
    read: tuple[str, str, str]
    whole: str = "1"


MOVEMENTS = ("/product_transaction_views", BY_KEY)
DECIMALS: dict[str, Figure] = {
    "order line quantity": Figure(
        places=5, act="enter_order", into="lines.0.quantity", read=("/sop_orders", ORDER_READ, "lines.0.line_quantity")
    ),
    "order line allocation": Figure(
        places=5,
        act="enter_order",
        into="lines.0.allocate",
        read=("/sop_orders", ORDER_READ, "lines.0.allocated_quantity"),
    ),
    "order line unit price": Figure(
        places=5,
        act="enter_order",
        into="lines.0.unit_price",
        read=("/sop_orders", ORDER_READ, "lines.0.selling_unit_price"),
    ),
    "order line discount percent": Figure(
        places=2,
        act="enter_order",
        into="lines.0.discount_percent",
        read=("/sop_orders", ORDER_READ, "lines.0.unit_discount_percent"),
        whole="12",
    ),
    "return line quantity": Figure(
        places=5,
        act="raise_return",
        into="lines.0.quantity",
        read=("/sop_returns", RETURN_READ, "lines.0.line_quantity"),
    ),
    "return line unit price": Figure(
        places=5,
        act="raise_return",
        into="lines.0.unit_price",
        read=("/sop_returns", RETURN_READ, "lines.0.selling_unit_price"),
    ),
    "despatch weight": Figure(
        places=4,
        act="despatch",
        into="weight",
        read=("/sop_despatch_receipts", "notes eq '{key} x'", "weight"),
    ),
    "stock transfer quantity": Figure(places=5, act="move_stock", into="quantity", read=(*MOVEMENTS, "quantity")),
    "write-on quantity": Figure(places=5, act="write_on", into="quantity", read=(*MOVEMENTS, "quantity")),
    "write-off quantity": Figure(places=5, act="write_off", into="quantity", read=(*MOVEMENTS, "quantity")),
    "issue quantity": Figure(places=5, act="issue_stock", into="quantity", read=(*MOVEMENTS, "quantity")),
    "count": Figure(
        places=5,
        act="count_stock",
        into="counts.0.quantity",
        read=("/bin_holdings", "quantity_in_stock gt 999 and quantity_in_stock lt 1000", "quantity_in_stock"),
        whole="999",
    ),
}
"""Money is kept in whole pence on our side, so that no command can state a third decimal place of it."""

RAW_DECIMALS: dict[tuple[str, str], int] = {
    ("/sales_invoices", "document_goods_value"): 2,
    ("/sales_invoices", "document_tax_value"): 2,
    ("/sales_invoices", "tax_analysis_items.0.goods_amount"): 2,
    ("/sales_invoices", "tax_analysis_items.0.tax_amount"): 2,
    ("/sales_invoices", "nominal_analysis_items.0.value"): 2,
    ("/sales_invoices", "discount_percent"): 2,
    ("/sales_invoices", "exchange_rate"): 6,
    ("/sales_credit_notes", "document_goods_value"): 2,
    ("/sales_receipts", "cheque_value"): 2,
    ("/sales_payments", "cheque_value"): 2,
    ("/sales_allocations", "allocation_lines.0.value_to_allocate"): 2,
    ("/bank_receipt", "nominal_analysis_items.0.gross_value"): 2,
    ("/bank_payment", "nominal_analysis_items.0.tax_value"): 2,
    ("/bank_transfer", "payment_value"): 2,
    ("/sop_orders", "document_discount_percent"): 2,
    ("/sop_orders", "settlement_discount_percent"): 2,
    ("/sop_orders", "exchange_rate"): 6,
    ("/sop_orders", "payment_value"): 2,
    ("/sop_orders", "spare_number_1"): 5,
    ("/sop_orders", "lines.0.line_quantity"): 5,
    ("/sop_orders", "lines.0.to_allocate_quantity"): 5,
    ("/sop_orders", "lines.0.allocated_quantity"): 5,
    ("/sop_orders", "lines.0.selling_unit_price"): 5,
    ("/sop_orders", "lines.0.unit_discount_percent"): 2,
    ("/sop_orders", "lines.0.unit_discount_value"): 5,
    ("/sop_orders", "lines.0.discounted_unit_price"): 2,
    ("/sop_orders", "lines.0.cost_price"): 5,
    ("/sop_returns", "lines.0.line_quantity"): 5,
    ("/sop_returns", "lines.0.selling_unit_price"): 5,
    ("/sop_confirm_despatch", "items.0.quantity"): 5,
    ("/sop_confirm_despatch", "tracking_items.0.weight"): 4,
    ("/stock_transfers", "quantity"): 5,
    ("/customers", "credit_limit"): 2,
    ("/customers", "early_settlement_discount_percent"): 2,
    ("/products", "weight"): 4,
    ("/products", "landed_costs_per_item"): 2,
    ("/products", "supplementary_unit_conversion_ratio"): 9,
    ("/warehouse_holdings", "reorder_level"): 5,
}

UNFILLED: dict[tuple[str, str], int] = {
    ("/customers", "contacts.0.first_name"): 60,
    ("/customers", "contacts.0.middle_name"): 60,
    ("/customers", "contacts.0.telephones.0.country_code"): 5,
    ("/customers", "contacts.0.telephones.0.area_code"): 20,
    ("/customers", "telephone_subscriber_number"): 200,
    ("/customers", "spare_text_1"): 100,
    ("/customers", "analysis_code_20"): 60,
    ("/customers", "order_priority"): 1,
    ("/customer_delivery_addresses", "description"): 255,
    ("/customer_delivery_addresses", "fax"): 30,
    ("/sop_orders", "document_no"): 20,
    ("/sop_orders", "document_created_by"): 30,
    ("/sop_orders", "order_priority"): 1,
    ("/sop_orders", "spare_text_10"): 100,
    ("/sop_orders", "delivery_address.fax_number"): 30,
    ("/sop_orders", "cash_account_invoice_address.postal_name"): 60,
    ("/sop_orders", "lines.0.code"): 30,
    ("/sop_orders", "lines.0.selling_unit_description"): 20,
    ("/sop_orders", "lines.0.picking_list_comment"): 160,
    ("/sop_orders", "lines.0.despatch_note_comment"): 160,
    ("/sop_orders", "lines.0.nominal_reference"): 8,
    ("/sop_orders", "lines.0.nominal_cost_centre"): 3,
    ("/sop_orders", "lines.0.nominal_department"): 3,
    ("/sop_orders", "lines.0.analysis_code_20"): 60,
    ("/sales_invoices", "nominal_analysis_items.0.code"): 8,
    ("/sales_invoices", "nominal_analysis_items.0.cost_centre"): 3,
    ("/sales_invoices", "nominal_analysis_items.0.department"): 3,
    ("/sales_invoices", "nominal_analysis_items.0.transaction_analysis_code"): 20,
    ("/bank_payment", "nominal_analysis_items.0.code"): 8,
    ("/bank_payment", "nominal_analysis_items.0.narrative"): 6000,
    ("/bank_payment", "narrative"): 6000,
    ("/bank_transfer", "narrative"): 6000,
    ("/sales_posted_transaction_memos", "note"): 1000,
    ("/products", "code"): 30,
    ("/products", "name"): 60,
    ("/products", "description"): 1000,
    ("/products", "barcode"): 60,
    ("/products", "part_number"): 60,
    ("/products", "manufacturer"): 40,
    ("/products", "commodity_code"): 10,
    ("/warehouses", "name"): 20,
    ("/warehouses", "description"): 50,
    ("/stocktakes", "stocktake_name"): 60,
    ("/couriers", "name"): 60,
    ("/banks", "code"): 8,
    ("/banks", "description"): 60,
    ("/nominal_codes", "reference"): 8,
    ("/nominal_codes", "name"): 60,
    ("/cost_centres", "code"): 3,
    ("/departments", "code"): 3,
    ("/flow_states", "flow_id"): 128,
    ("/flow_states", "value"): 8000,
    ("PUT /company_details/1", "name"): 60,
    ("PUT /company_details/1", "tax_registration_number"): 30,
}
"""Fields that no command of ours fills, or fills only with names that Sage must know: tried past the connector."""

UNSERVED: dict[str, str] = {
    "product group code / description": "product groups cannot be written by the API (4.1)",
    "unit name": "units cannot be written by the API (3.5)",
    "price band name / description": "price bands are read only (4.1)",
    "additional charge code / name, value, notional cost": "additional charges are read only (3.4)",
    "payment method name / description": "payment methods are read only (3.4)",
    "currency symbol / name": "currencies are read only (3.2)",
    "tax code name": "tax codes cannot be written (0, item 2)",
    "SOP external_reference": "read only",
    "site_id / site name": "read only",
    "user name on records": "read only",
    "unit multiples of order lines": "read only; of products they come with units",
    "price of price enquiries and product_price_views": "read only",
}
"""Rows of the table that nothing can fill, each with its reason."""
