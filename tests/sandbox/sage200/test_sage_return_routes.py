"""A complete return in both credit routes, from order to refund, with every ledger agreeing at the end."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def despatched_and_invoiced(sage: Sage) -> Json:
    order = sage.order(quantity=2, to_allocate_quantity=2)
    line = order["lines"][0]
    sage.post(
        "sop_confirm_despatch", {"sop_order_return_id": order["id"], "items": [{"id": line["id"], "quantity": 2}]}
    )
    sage.companion("POST", f"orders/{order['id']}/invoices", {"key": "INV-1", "invoice_date": "2026-11-20"})
    return sage.get(f"sop_orders/{order['id']}")


def enter_return(sage: Sage, order: Json, quantity: int = 1) -> Json:
    line = order["lines"][0]
    return sage.post(
        "sop_returns",
        {
            "customer_id": order["customer_id"],
            "document_date": "2026-11-20T00:00:00Z",
            "customer_document_no": "RMA-77",
            "lines": [
                {
                    "line_type": "EnumLineTypeStandard",
                    "product_id": line["product_id"],
                    "warehouse_id": line["warehouse_id"],
                    "line_quantity": quantity,
                    "selling_unit_price": 10,
                    "tax_code_id": line["tax_code_id"],
                }
            ],
        },
    )


def test_the_sop_route_receives_credits_and_refunds(sage: Sage) -> None:
    order = despatched_and_invoiced(sage)
    assert order["document_status"] == "EnumDocumentStatusComplete"
    entered = enter_return(sage, order)
    assert sage.get("product_transaction_views", filter="transaction_type eq 'In - SOP'") == []
    line_id = entered["lines"][0]["id"]
    received = sage.companion(
        "POST",
        f"returns/{entered['id']}/receipts",
        {
            "key": "RC-77",
            "receipt_date": "2026-11-20",
            "lines": [{"return_line_id": line_id, "quantity": "1", "bin": "GOODS-IN"}],
        },
    )
    assert received["movements"][0]["bin"] == "GOODS-IN"
    credited = sage.companion(
        "POST",
        f"returns/{entered['id']}/credit-notes",
        {
            "key": "CN-77",
            "credit_date": "2026-11-20",
            "narrative": "RMA-77",
            "lines": [{"return_line_id": line_id, "quantity": "1", "net_value": "10.00", "tax_value": "2.00"}],
        },
    )
    assert credited["gross"] == "12.00"
    row = sage.one("sales_posted_transactions", "second_reference eq 'CN-77'", expand="nominal_analysis_items")
    assert row["document_gross_value"] == Decimal("-12.00")
    assert row["reference"] == credited["credit_note_no"]
    assert [item["value"] for item in row["nominal_analysis_items"]] == [Decimal("10.00")]
    seen = sage.one(
        "sop_order_return_invoice_credit_views",
        f"sop_order_return_id eq {entered['id']} and sop_order_return_document_type_id eq 1",
    )
    assert seen["sop_invoice_credit_document_no"] == credited["credit_note_no"]
    assert sage.get(f"sop_returns/{entered['id']}")["document_status"] == "EnumDocumentStatusComplete"
    view = sage.one("sop_return_receipt_line_views", f"sop_return_id eq {entered['id']}")
    assert view["sop_receipt_line_quantity"] == 1
    bank = sage.id_of("banks", "code eq 'CARD'")
    refund = sage.post(
        "sales_payments",
        {"customer_id": order["customer_id"], "bank_id": bank, "cheque_value": 12, "reference": "RF-77"},
    )
    paid = sage.one("sales_posted_transactions", f"urn eq {refund['urn']}")
    sage.post(
        "sales_allocations",
        {
            "customer_id": order["customer_id"],
            "allocation_lines": [
                {"posted_tran_id": paid["id"], "value_to_allocate": 12},
                {"posted_tran_id": row["id"], "value_to_allocate": -12},
            ],
        },
    )
    assert sage.get(f"sales_posted_transactions/{row['id']}")["document_outstanding_value"] == 0
    sage.proofs()


def test_the_ledger_route_credits_and_allocates_without_moving_stock(sage: Sage) -> None:
    order = despatched_and_invoiced(sage)
    before = sage.control("GET", "ledgers/stock")
    body = {
        "customer_id": order["customer_id"],
        "transaction_date": "2026-11-20T00:00:00Z",
        "reference": "RMA-77",
        "second_reference": order["document_no"],
        "document_goods_value": 10,
        "document_tax_value": 2,
        "tax_analysis_items": [{"id": order["lines"][0]["tax_code_id"], "goods_amount": 10, "tax_amount": 2}],
        "nominal_analysis_items": [{"code": "4010", "cost_centre": "WEB", "narrative": "RMA-77", "value": 10}],
    }
    urn = sage.post("sales_credit_notes", body)["urn"]
    row = sage.one("sales_posted_transactions", f"urn eq {urn}", expand="nominal_analysis_items,tax_analysis_items")
    assert row["document_goods_value"] == Decimal("-10.00")
    assert row["nominal_analysis_items"][0]["code"] == "4010"
    assert row["tax_analysis_items"][0]["tax_amount"] == Decimal("-2.00")
    invoice = sage.one(
        "sales_posted_transactions",
        f"customer_id eq {order['customer_id']} and trader_transaction_type eq 'TradingAccountEntryTypeInvoice' "
        f"and second_reference eq '{order['document_no']}'",
    )
    lines = [
        {"posted_tran_id": invoice["id"], "value_to_allocate": 12},
        {"posted_tran_id": row["id"], "value_to_allocate": -12},
    ]
    sage.post("sales_allocations", {"customer_id": order["customer_id"], "allocation_lines": lines})
    assert sage.get(f"sales_posted_transactions/{invoice['id']}")["document_outstanding_value"] == 12
    assert sage.control("GET", "ledgers/stock") == before
    sage.proofs()


def test_a_person_in_the_desktop_can_do_what_the_companion_would(sage: Sage) -> None:
    entered = enter_return(sage, despatched_and_invoiced(sage))
    sage.control("POST", "desktop/receive-return", {"return": entered["document_no"], "bin": "GOODS-IN"})
    done = sage.control("POST", "desktop/post-credit-note", {"return": entered["id"], "reference": "RMA-77"})
    assert done["gross"] == "12.00"
    row = sage.one("sales_posted_transactions", "second_reference eq 'RMA-77'")
    assert row["user_name"] == "JBROWN"
    sage.proofs()
