"""Sales returns: entering, copying, amending, cancelling; nothing moves until receipt and credit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def sold(sage: Sage) -> Json:
    """Load a finished order for two mugs at 9.00 and return it."""
    line = {"product": "MUG", "quantity": "2", "unit_price": "9.00"}
    order = {"customer": "SHOP", "customer_document_no": "SHOP-7", "lines": [line]}
    sage.control("POST", "load", {"orders": [order | {"despatched": True, "invoiced": True, "paid": True}]})
    return sage.one("sop_orders", "customer_document_no eq 'SHOP-7'", expand="lines")


def copied(sage: Sage, order: Json) -> Json:
    flags = {"source_id": order["id"], "customer_id": order["customer_id"], "prices_and_discounts": True}
    return sage.post("sop_returns_duplicate", flags)


def test_a_return_has_no_effect_on_stock_or_ledger_when_it_is_entered(sage: Sage) -> None:
    before = sage.control("GET", "ledgers/stock"), sage.control("GET", "ledgers/nominal")
    mug = sage.id_of("products", "code eq 'MUG'")
    quarantine = sage.id_of("warehouses", "name eq 'QUARANTINE'")
    line = {"line_type": "EnumLineTypeStandard", "product_id": mug, "warehouse_id": quarantine, "line_quantity": 1}
    body = {"customer_id": sage.id_of("customers", "reference eq 'SHOP'"), "lines": [line]}
    made = sage.post("sop_returns", body | {"customer_document_no": "RMA-1", "analysis_code_1": "DAMAGED"})
    assert (made["document_no"], made["analysis_code_1"]) == ("0000000001", "DAMAGED")
    assert (sage.control("GET", "ledgers/stock"), sage.control("GET", "ledgers/nominal")) == before
    row = sage.one("sop_return_line_views", "sop_return_customer_document_no eq 'RMA-1'")
    assert row["warehouse_name"] == "QUARANTINE"
    assert sage.one("sop_order_return_views", "customer_document_no eq 'RMA-1'")["document_type_id"] == 1


def test_a_copy_of_an_order_is_a_draft_at_the_prices_paid(sage: Sage) -> None:
    order = sold(sage)
    draft = copied(sage, order)
    assert (draft["is_draft"], draft["source_document_no"]) == (True, order["document_no"])
    assert (draft["lines"][0]["selling_unit_price"], draft["total_net_value"]) == (9, 18)
    line = {"id": draft["lines"][0]["id"], "line_quantity": 1}
    done = sage.put(f"sop_returns/{draft['id']}", {"is_editing": False, "lines": [line]})
    assert (done["document_no"], done["total_gross_value"]) == ("0000000001", Decimal("10.80"))


def test_a_price_change_does_not_reach_documents_that_are_entered(sage: Sage) -> None:
    draft = copied(sage, sold(sage))
    sage.control("PUT", "prices", {"MUG": "99.00"})
    assert sage.get(f"sop_returns/{draft['id']}")["total_net_value"] == 18


def test_goods_come_back_at_the_cost_of_the_line(sage: Sage) -> None:
    draft = copied(sage, sold(sage))
    made = sage.put(f"sop_returns/{draft['id']}", {"is_editing": False})
    sage.control("POST", "desktop/receive-return", {"return": made["id"], "bin": "B2", "reference": "RMA-1"})
    moved = sage.control("GET", "ledgers/stock/movements?reference=RMA-1")
    assert [(row["type"], row["quantity"], row["value"]) for row in moved] == [("In - SOP", "2", "8.00")]
    sage.proofs()


def test_a_return_of_charges_alone_is_credited_without_a_receipt(sage: Sage) -> None:
    charge = {"line_type": "EnumLineTypeCharge", "code": "CARRIAGE"}
    body = {"customer_id": sage.id_of("customers", "reference eq 'SHOP'"), "lines": [charge]}
    made = sage.post("sop_returns", body)
    done = sage.control("POST", "desktop/post-credit-note", {"return": made["id"], "reference": "RMA-2"})
    assert done["gross"] == "5.94"
    assert sage.get(f"sop_returns/{made['id']}")["document_status"] == "EnumDocumentStatusComplete"


def test_a_return_can_be_cancelled_and_then_takes_no_receipt(sage: Sage) -> None:
    made = sage.put(f"sop_returns/{copied(sage, sold(sage))['id']}", {"is_editing": False})
    body = {"sop_return_id": made["id"], "document_status": "EnumDocumentStatusCancelled"}
    assert sage.post("sop_returns_status", body)["document_status"] == "EnumDocumentStatusCancelled"
    said = sage.control("POST", "desktop/receive-return", {"return": made["id"]}, expect=400)
    assert "not live" in said["error"]


def test_the_desktop_can_amend_a_return_under_the_name_of_its_user(sage: Sage) -> None:
    made = sage.put(f"sop_returns/{copied(sage, sold(sage))['id']}", {"is_editing": False})
    body = {"return": made["document_no"], "lines": [{"id": made["lines"][0]["id"], "line_quantity": 1}]}
    sage.control("POST", "desktop/edit", body)
    assert sage.get(f"sop_returns/{made['id']}")["total_net_value"] == 9
    sage.control("POST", "desktop/receive-return", {"return": made["id"], "user": "APATEL"})
    row = sage.one("product_transaction_views", "transaction_type eq 'In - SOP'")
    assert row["user_name"] == "APATEL"


def test_loaded_history_is_not_posted_under_the_name_of_the_api_user(sage: Sage) -> None:
    sold(sage)
    assert {row["user_name"] for row in sage.get("sales_posted_transactions")} == {"JBROWN"}
    assert sage.get("current_user")["logon_name"] == "TIEOUT"


def test_a_credit_note_posted_late_is_posted_all_the_same(sage: Sage) -> None:
    sage.control("PUT", "temper", {"late_commit": 1.0, "late_commit_seconds": 0.05, "limit": 1})
    body = {"customer_id": sage.id_of("customers", "reference eq 'SHOP'"), "document_goods_value": 1, "reference": "K"}
    assert sage.call("POST", "sales_credit_notes", body).status_code == 504
    for _ in range(100):
        if sage.get("sales_posted_transactions", filter="reference eq 'K'"):
            return
    raise AssertionError("the late credit note never came")
