"""Ledger documents: signs, analysis, refusals, lengths and decimals, allocation."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def shop(sage: Sage) -> int:
    return sage.id_of("customers", "reference eq 'SHOP'")


def document(sage: Sage, **more: Json) -> Json:
    body = {
        "customer_id": shop(sage),
        "transaction_date": "2026-11-20T00:00:00Z",
        "reference": "K1",
        "document_goods_value": 10,
        "document_tax_value": 2,
    }
    return body | more


def posted(sage: Sage, path: str, body: Json) -> Json:
    return sage.one("sales_posted_transactions", f"urn eq {sage.post(path, body)['urn']}")


def money(sage: Sage, value: float, **more: Json) -> Json:
    bank = sage.id_of("banks", "code eq 'CARD'")
    return {"customer_id": shop(sage), "bank_id": bank, "cheque_value": value, "reference": "M1"} | more


def balance(sage: Sage, account: str) -> Json:
    found = sage.control("GET", "ledgers/nominal")["accounts"]
    return sum((Decimal(row["balance"]) for row in found if row["account"] == account), Decimal(0))


def test_invoices_and_payments_are_positive_credits_and_receipts_negative(sage: Sage) -> None:
    assert posted(sage, "sales_invoices", document(sage))["document_gross_value"] == 12
    assert posted(sage, "sales_credit_notes", document(sage))["document_gross_value"] == -12
    assert posted(sage, "sales_receipts", money(sage, 12))["document_gross_value"] == -12
    assert posted(sage, "sales_payments", money(sage, 12))["document_gross_value"] == 12
    assert balance(sage, "1300") == 0
    sage.proofs()


def test_an_invoice_debits_debtors_and_credits_revenue_and_vat(sage: Sage) -> None:
    sage.post("sales_invoices", document(sage))
    assert (balance(sage, "1300"), balance(sage, "4000"), balance(sage, "2200")) == (12, -10, -2)
    sage.post("sales_receipts", money(sage, 12))
    assert (balance(sage, "1300"), balance(sage, "1210")) == (0, 12)


def test_urns_run_through_the_whole_company(sage: Sage) -> None:
    first = int(sage.post("sales_invoices", document(sage))["urn"])
    assert sage.post("sales_receipts", money(sage, 1))["urn"] == str(first + 1)
    assert sage.get("system_settings")[0]["next_urn"] == str(first + 2)


def test_the_same_reference_can_be_posted_twice_and_shows_as_a_duplicate(sage: Sage) -> None:
    for _ in range(2):
        sage.post("sales_credit_notes", document(sage))
    found = sage.control("GET", "ledgers/proofs")["duplicates"]
    assert [(row["reference"], row["times"]) for row in found] == [("K1", 2)]


def wrong_documents(sage: Sage) -> dict[str, Json]:
    tax = sage.id_of("tax_codes", "code eq 1")
    row = {"goods_amount": 10, "tax_amount": 2}
    return {
        "maximum length": {"reference": "X" * 21},
        "decimal places": {"document_goods_value": 1.234},
        "SageNullFieldException": {"tax_analysis_items": [{"id": None, **row}]},
        "id is required": {"tax_analysis_items": [row]},
        "date and time": {"transaction_date": "2026-11-20"},
        "customer 999": {"customer_id": 999},
        "tax code 999": {"tax_analysis_items": [{"id": 999, **row}]},
        "tax analysis goods": {"tax_analysis_items": [{"id": tax, "goods_amount": 9, "tax_amount": 2}]},
        "tax analysis tax": {"tax_analysis_items": [{"id": tax, "goods_amount": 10, "tax_amount": 1}]},
        "nominal analysis": {"nominal_analysis_items": [{"code": "4000", "value": 9}]},
        "4999 does not exist": {"nominal_analysis_items": [{"code": "4999", "value": 10}]},
        "negative": {"document_goods_value": -10},
    }


def test_a_document_that_does_not_hold_together_is_refused_and_nothing_is_posted(sage: Sage) -> None:
    for sentence, change in wrong_documents(sage).items():
        assert sentence in sage.refused("sales_credit_notes", document(sage, **change))
    assert sage.get("sales_posted_transactions") == []


def test_only_the_first_problem_is_reported(sage: Sage) -> None:
    said = sage.refused("sales_credit_notes", document(sage, reference="X" * 21, second_reference="Y" * 21))
    assert "field reference" in said
    assert "second_reference" not in said


@pytest.mark.parametrize("path", ["sales_invoices", "sales_credit_notes"])
def test_an_account_on_hold_refuses_ledger_documents(sage: Sage, path: str) -> None:
    held = sage.id_of("customers", "reference eq 'HELD'")
    assert "on hold" in sage.refused(path, document(sage, customer_id=held))
    sage.control("PUT", "company", {"customers": {"SHOP": {"on_hold": True}}})
    assert "on hold" in sage.refused("sales_payments", money(sage, 1))


def test_hidden_nominals_and_removed_tax_codes_are_refused(sage: Sage) -> None:
    tax = sage.id_of("tax_codes", "code eq 9")
    items = [{"id": tax, "goods_amount": 10, "tax_amount": 2}]
    sage.control("PUT", "company", {"nominals": {"4010": {"hidden": True}}, "tax_codes": {"9": {"removed": True}}})
    assert "hidden" in sage.refused("sales_credit_notes", document(sage, nominal_analysis_items=[{"code": "4010"}]))
    assert "does not exist" in sage.refused("sales_credit_notes", document(sage, tax_analysis_items=items))
    assert sage.get("tax_codes", filter="code eq 9") == []


def test_allocation_must_net_to_nothing_within_what_is_outstanding_on_one_account(sage: Sage) -> None:
    invoice = posted(sage, "sales_invoices", document(sage))["id"]
    credit = posted(sage, "sales_credit_notes", document(sage))["id"]
    sage.control("POST", "load", {"customers": [{"reference": "OTHER"}]})
    other = sage.id_of("customers", "reference eq 'OTHER'")
    stranger = posted(sage, "sales_credit_notes", document(sage, customer_id=other))["id"]

    def allocation(*lines: tuple[int, float]) -> Json:
        rows = [{"posted_tran_id": key, "value_to_allocate": value} for key, value in lines]
        return {"customer_id": shop(sage), "allocation_lines": rows}

    assert "net to zero" in sage.refused("sales_allocations", allocation((invoice, 5), (credit, -4)))
    assert "outstanding" in sage.refused("sales_allocations", allocation((invoice, 13), (credit, -13)))
    assert "outstanding" in sage.refused("sales_allocations", allocation((invoice, -5), (credit, 5)))
    assert "not one of" in sage.refused("sales_allocations", allocation((invoice, 5), (stranger, -5)))
    sage.post("sales_allocations", allocation((invoice, 5), (credit, -5)))
    assert "outstanding" in sage.refused("sales_allocations", allocation((invoice, 8), (credit, -8)))
    row = sage.get(f"sales_posted_transactions/{invoice}")
    assert (row["document_allocated_value"], row["document_outstanding_value"]) == (5, 7)


def test_a_note_can_be_put_on_a_posted_transaction(sage: Sage) -> None:
    key = posted(sage, "sales_invoices", document(sage))["id"]
    sage.post("sales_posted_transaction_memos", {"posted_customer_transaction_id": key, "note": "RMA-77"})
    assert sage.get(f"sales_posted_transactions/{key}/sales_posted_transaction_memos")[0]["note"] == "RMA-77"


def test_a_customer_can_be_opened_once_and_put_on_hold(sage: Sage) -> None:
    made = sage.post("customers", {"reference": "TILL1", "name": "Till 1"})
    assert "already exists" in sage.refused("customers", {"reference": "TILL1", "name": "Again"})
    assert "maximum length" in sage.refused("customers", {"reference": "TOOLONGREF", "name": "Till 2"})
    assert sage.put(f"customers/{made['id']}", {"on_hold": True})["on_hold"] is True
