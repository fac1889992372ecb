"""What people and add-ons do that trips a return up: archives, reversals, restored backups, lines of no value."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

SOLD = {
    "customer": "SHOP",
    "customer_document_no": "OLD",
    "lines": [{"product": "MUG", "quantity": "3", "unit_price": "10.00"}],
    "despatched": True,
    "invoiced": True,
}


def sold(sage: Sage, **more: Json) -> Json:
    sage.control("POST", "load", {"orders": [SOLD | more]})
    return sage.one("sop_orders", "customer_document_no eq 'OLD'", expand="lines")


def free_line(sage: Sage) -> Json:
    return {
        "line_type": "EnumLineTypeStandard",
        "product_id": sage.id_of("products", "code eq 'MUG'"),
        "line_quantity": 1,
        "selling_unit_price": 0,
        "selling_unit_price_overridden": True,
        "tax_code_id": sage.id_of("tax_codes", "code eq 1"),
    }


def entered(sage: Sage, *lines: Json) -> Json:
    return {"customer_id": sage.id_of("customers", "reference eq 'SHOP'"), "lines": list(lines)}


def credited(sage: Sage, reference: str, **more: Json) -> Json:
    typed = {"customer": "SHOP", "reference": reference, "net": "20.00", "tax": "4.00"}
    return sage.control("POST", "desktop/post-credit-note", typed | more)


def test_one_completed_order_is_archived_and_its_invoice_stays(sage: Sage) -> None:
    order = sold(sage)
    open_one = sage.order()
    refusal = sage.control("POST", "desktop/archive", {"order": open_one["document_no"]}, expect=400)
    assert "Only completed or cancelled" in refusal["error"]
    assert sage.control("POST", "desktop/archive", {"order": order["document_no"]}) == {"archived": 1}
    assert sage.call("GET", f"sop_orders/{order['id']}").status_code == 404
    of_it = f"sop_order_document_no eq '{order['document_no']}'"
    assert sage.get("sop_order_line_views", filter=of_it) == []
    assert sage.get("sop_order_return_views", filter="customer_document_no eq 'OLD'") == []
    assert sage.one("sales_posted_transactions", f"second_reference eq '{order['document_no']}'")
    assert sage.get("sop_orders")[0]["id"] == open_one["id"]


def test_an_add_on_refuses_lines_of_no_value_on_orders_and_returns(sage: Sage) -> None:
    sage.control("PUT", "addon", {"zero_price_lines": "refuse"})
    for path in ("sop_orders", "sop_returns"):
        assert "Zero value lines" in sage.refused(path, entered(sage, free_line(sage)))
    order = sage.order()
    assert "Zero value" in sage.refused(f"sop_orders/{order['id']}", {"lines": [free_line(sage)]}, "PUT")
    assert len(sage.get(f"sop_orders/{order['id']}")["lines"]) == 1
    sage.control("PUT", "addon", {"zero_price_lines": "allow"})
    sage.post("sop_orders", entered(sage, free_line(sage)))
    told = sage.control("PUT", "addon", {"zero_price_lines": "maybe"}, expect=400)["error"]
    assert "allow, hold, refuse" in told


def test_an_add_on_puts_orders_with_a_line_of_no_value_on_hold(sage: Sage) -> None:
    sage.control("PUT", "addon", {"zero_price_lines": "hold"})
    held = sage.post("sop_orders", entered(sage, free_line(sage)))
    assert held["document_status"] == "EnumDocumentStatusOnHold"
    assert sage.order()["document_status"] == "EnumDocumentStatusLive"
    comment = {"line_type": "EnumLineTypeComment", "description": "Gift"}
    priced = free_line(sage) | {"selling_unit_price": 1}
    live = sage.post("sop_orders", entered(sage, priced, comment))
    assert live["document_status"] == "EnumDocumentStatusLive"


def test_a_person_credits_an_account_with_a_reference_and_narrative_of_their_own(sage: Sage) -> None:
    urn = credited(sage, "sorry mug", narrative="Goodwill, APATEL", user="APATEL", nominal="4000")["urn"]
    row = sage.one("sales_posted_transactions", f"urn eq {urn}", expand="nominal_analysis_items")
    assert (row["reference"], row["document_gross_value"]) == ("sorry mug", -24)
    assert row["nominal_analysis_items"][0]["narrative"] == "Goodwill, APATEL"
    assert sage.one("sales_transaction_views", f"urn eq {urn}")["user_name"] == "APATEL"
    sage.proofs()


def test_a_credit_note_that_was_allocated_is_reversed_once(sage: Sage) -> None:
    order = sold(sage)
    invoice = sage.one("sales_posted_transactions", f"second_reference eq '{order['document_no']}'")
    credit = sage.one("sales_posted_transactions", f"urn eq {credited(sage, 'CN-1')['urn']}")
    sides = [(invoice["id"], 24), (credit["id"], -24)]
    lines = [{"posted_tran_id": key, "value_to_allocate": value} for key, value in sides]
    sage.post("sales_allocations", {"customer_id": credit["customer_id"], "allocation_lines": lines})
    sage.control("POST", "desktop/reverse-credit-note", {"reference": "CN-1", "user": "APATEL"})
    rows = {row["id"]: row for row in sage.get("sales_posted_transactions")}
    assert sum(row["document_outstanding_value"] for row in rows.values()) == invoice["document_gross_value"]
    assert rows[invoice["id"]]["document_outstanding_value"] == invoice["document_gross_value"]
    assert rows[credit["id"]]["document_outstanding_value"] == 0
    again = sage.control("POST", "desktop/reverse-credit-note", {"reference": "CN-1"}, expect=400)
    assert "reversed already" in again["error"]
    sage.proofs()


def test_after_a_restore_a_sop_credit_note_is_gone_and_due_again(sage: Sage) -> None:
    order = sage.order()
    line = {"product": "MUG", "quantity": "1", "unit_price": "10.00"}
    sage.control("POST", "desktop/raise-return", {"customer": "SHOP", "customer_document_no": "R1", "lines": [line]})
    sage.control("POST", "desktop/receive-return", {"return": "R1"})
    before = sage.control("GET", "ledgers/nominal")
    first = sage.control("POST", "desktop/post-credit-note", {"return": "R1", "reference": "TSC-1"})
    journal = [{"nominal": "1210", "credit": "5.00"}, {"nominal": "1200", "debit": "5.00"}]
    sage.control("POST", "desktop/nominal-journal", {"reference": "J1", "lines": journal})
    gone = sage.control("POST", "desktop/restore-without", {"references": ["TSC-1", "J1"]})
    assert gone["urns"][0] == first["urn"]
    assert sage.get("sales_posted_transactions") == []
    assert sage.control("GET", "ledgers/nominal") == before
    sage.proofs()
    sage.control("POST", "desktop/post-credit-note", {"return": "R1", "reference": "TSC-1"})
    sage.proofs()
    stocked = sage.control("POST", "desktop/restore-without", {"references": [_receipt(sage)]}, expect=400)
    assert "stock movement" in stocked["error"]
    assert sage.get(f"sop_orders/{order['id']}")["lines"]


def _receipt(sage: Sage) -> str:
    moves = sage.control("GET", "ledgers/stock/movements")
    return str(next(row["reference"] for row in moves if row["type"] == "In - SOP"))


def test_a_whole_company_goes_back_to_its_backup_and_numbers_again(sage: Sage) -> None:
    assert "no backup" in sage.control("POST", "desktop/restore", {}, expect=400)["error"]
    sage.control("POST", "desktop/back-up", {})
    urn = credited(sage, "CN-1")["urn"]
    stock = {"product": "MUG", "bin": "A1", "quantity": "2", "reference": "WO-1"}
    sage.control("POST", "desktop/add-stock", stock)
    assert sage.control("POST", "desktop/restore", {}) == {"postings_lost": 1}
    assert sage.get("sales_posted_transactions") == []
    assert sage.control("GET", "ledgers/stock/movements?reference=WO-1") == []
    assert credited(sage, "CN-2")["urn"] == urn
    sage.proofs()


def test_an_order_is_loaded_with_a_discount_and_postage_as_lines_of_their_own(sage: Sage) -> None:
    off = {"description": "SUMMER10", "net": "3.00", "tax_code": 1, "nominal": "4000"}
    post = {"description": "Postage", "net": "4.00", "tax_code": 1}
    order = sold(sage, discount_line=off, charge_lines=[post], paid=True)
    kinds = [line["line_type"].removeprefix("EnumLineType") for line in order["lines"]]
    assert kinds == ["Standard", "FreeText", "Charge"]
    assert [line["line_total_value"] for line in order["lines"]] == [30, -3, 4]
    names = ("subtotal_goods_value", "subtotal_charge_net_value", "total_net_value", "total_tax_value")
    assert [order[name] for name in names] == [27, 4, 31, Decimal("6.20")]
    assert order["document_status"] == "EnumDocumentStatusComplete"
    rows = sage.get("sales_posted_transactions", orderby="id")
    assert [row["document_gross_value"] for row in rows] == [Decimal("37.20"), Decimal("-37.20")]
    sage.proofs()
    too_much = SOLD | {"discount_line": {"description": "ALL", "net": "31.00"}}
    assert "negative total" in sage.control("POST", "load", {"orders": [too_much]}, expect=400)["error"]
