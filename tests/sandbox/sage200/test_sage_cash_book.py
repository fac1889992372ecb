"""Receipts, payments and transfers of the cash book: what they post, where they are seen, what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

NEXT_MONTH = "2026-12-10T00:00:00Z"


def bank(sage: Sage, code: str = "CURRENT") -> int:
    return sage.id_of("banks", f"code eq '{code}'")


def fees(sage: Sage, **more: Json) -> Json:
    """A payment of 1.20 for card fees, as one analysis item that says everything."""
    item = {
        "code": "7601",
        "narrative": "Card fees",
        "gross_value": 1.20,
        "goods_value": 1.00,
        "tax_code_id": sage.id_of("tax_codes", "code eq 1"),
        "tax_value": 0.20,
        "transaction_date": "2026-11-19T00:00:00Z",
        "reference": "FEES-20261119",
    }
    return {"bank_id": bank(sage), "nominal_analysis_items": [item | more]}


def balances(sage: Sage) -> dict[str, str]:
    found = sage.control("GET", "ledgers/nominal")["accounts"]
    return {row["account"]: row["balance"] for row in found if row["balance"] != "0.00"}


def test_a_payment_goes_to_bank_nominal_and_vat_and_is_listed(sage: Sage) -> None:
    before = balances(sage)
    urn = sage.post("bank_payment", fees(sage))["urn"]
    row = sage.one("bank_posted_transactions", f"urn eq {urn}", expand="tax_analysis_items,nominal_analysis_items")
    assert (row["reference"], row["bank_transaction_type"]) == ("FEES-20261119", "BankAccountEntryType.Payment")
    assert (row["cheque_value"], row["transaction_date"]) == (Decimal("-1.20"), "2026-11-19T00:00:00Z")
    assert [(i["code"], i["value"], i["narrative"]) for i in row["nominal_analysis_items"]] == [
        ("7601", Decimal("1.00"), "Card fees")
    ]
    assert [(i["code"], i["entry_type"], i["tax_amount"]) for i in row["tax_analysis_items"]] == [
        (1, "TaxAccountEntryInput", Decimal("0.20"))
    ]
    after = balances(sage)
    changed = {account: value for account, value in after.items() if before.get(account) != value}
    assert changed == {"1200": "-1.20", "2201": "0.20", "7601": "1.00"}
    sage.proofs()


def test_a_receipt_puts_its_vat_to_sales_and_its_charges_to_the_bank(sage: Sage) -> None:
    charge = {"code": "7601", "value": 0.30}
    urn = sage.post("bank_receipt", fees(sage, code="4200") | {"bank_charges": [charge]})["urn"]
    rows = sage.get("bank_posted_transactions", filter=f"urn eq {urn}")
    assert [row["cheque_value"] for row in rows] == [Decimal("1.20"), Decimal("-0.30")]
    assert sage.one("banks", "code eq 'CURRENT'")["balance"] == Decimal("0.90")
    assert balances(sage) | {"1200": "0.90", "2200": "-0.20", "4200": "-1.00", "7601": "0.30"} == balances(sage)
    sage.proofs()


def test_a_transfer_is_a_payment_and_a_receipt_under_one_number(sage: Sage) -> None:
    body = {"bank_from_id": bank(sage), "bank_to_id": bank(sage, "CARD"), "payment_value": 10, "reference": "MOVE"}
    sage.post("bank_transfer", body | {"commission_value": 0.5, "commission_code": "7601"})
    rows = sage.get("bank_posted_transactions", filter="reference eq 'MOVE'")
    assert [row["cheque_value"] for row in rows] == [Decimal(-10), Decimal(10), Decimal("-0.5")]
    assert len({row["urn"] for row in rows}) == 1
    assert sage.one("bank_views", "code eq 'CARD'")["balance"] == 10
    sage.proofs()


def test_what_the_sales_ledger_receives_is_in_the_cash_book_too(sage: Sage) -> None:
    customer = sage.id_of("customers", "reference eq 'SHOP'")
    body = {"customer_id": customer, "bank_id": bank(sage), "cheque_value": 24, "reference": "TILL3"}
    urn = sage.post("sales_receipts", body)["urn"]
    row = sage.one("bank_posted_transactions", "reference eq 'TILL3'", expand="trade_items")
    assert (row["urn"], row["cheque_value"], row["source"]) == (int(urn), 24, "SALES")
    assert [(i["account_number"], i["gross_value"]) for i in row["trade_items"]] == [("SHOP", -24)]
    path = f"banks/{bank(sage)}/bank_posted_transactions"
    assert [found["id"] for found in sage.get(path)] == [row["id"]]


def test_a_posting_into_a_future_period_waits_with_its_nominal_part(sage: Sage) -> None:
    urn = sage.post("bank_payment", fees(sage) | {"transaction_date": NEXT_MONTH})["urn"]
    assert sage.get("nominal_transaction_enquiry_views", filter=f"urn eq {urn}") == []
    period = {"period_start": "2026-12-01", "sub_ledger": "CashBook", "status": "Closed"}
    sage.control("PUT", "periods", period)
    assert "closed" in sage.refused("bank_payment", fees(sage) | {"transaction_date": NEXT_MONTH})
    sage.proofs()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gross_value": 1.30}, "does not equal its goods value plus its tax value"),
        ({"code": "9999"}, "does not exist"),
        ({"code": "1300"}, "control account"),
        ({"tax_code_id": 5}, "The tax code 5 does not exist"),
        ({"goods_value": -1, "gross_value": -0.8}, "greater than zero"),
        ({"narrative": None}, "cannot be null"),
    ],
)
def test_an_analysis_that_does_not_hold_is_refused(sage: Sage, change: Json, said: str) -> None:
    assert said in sage.refused("bank_payment", fees(sage, **change))
    assert sage.get("bank_posted_transactions") == []


def test_totals_of_the_cheque_must_be_those_of_the_analysis(sage: Sage) -> None:
    assert "cheque_value" in sage.refused("bank_receipt", fees(sage) | {"cheque_value": 1.21})
    assert "cheque_tax_value" in sage.refused("bank_receipt", fees(sage) | {"cheque_tax_value": 0})
    sage.post("bank_receipt", fees(sage) | {"cheque_value": 1.2, "cheque_goods_value": 1, "cheque_tax_value": 0.2})
    assert "hidden" in _with_hidden_bank(sage)


def _with_hidden_bank(sage: Sage) -> str:
    sage.put(f"banks/{bank(sage)}", {"account_status_type": "AccountStatusHidden"})
    return sage.refused("bank_receipt", fees(sage))


def test_a_bank_is_opened_with_a_nominal_account_and_closed_while_unused(sage: Sage) -> None:
    body = {"code": "AMEX", "description": "Amex", "sort_code": "01-02-03", "bank_account_nominal_reference": "1210"}
    key = sage.post("banks", body | {"memos": [{"note": "New"}]})["id"]
    assert [memo["note"] for memo in sage.get(f"banks/{key}")["memos"]] == ["New"]
    memo = sage.get(f"banks/{key}")["memos"][0]["id"]
    sage.put(f"banks/{key}", {"memos": [{"id": memo, "is_to_delete": True}], "bank_name": "Amex"})
    assert sage.get(f"banks/{key}")["memos"] == []
    assert "already exists" in sage.refused("banks", body)
    assert sage.call("DELETE", f"banks/{key}").status_code == 200
    sage.post("bank_payment", fees(sage))
    assert "transactions" in sage.refused(f"banks/{bank(sage)}", {}, "DELETE")


AMOUNT = st.integers(1, 10**6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["bank_receipt", "bank_payment"]), AMOUNT, AMOUNT), min_size=1, max_size=4))
def test_whatever_is_received_and_paid_bank_and_list_agree(bare_sage: Sage, posted: list[tuple[str, int, int]]) -> None:
    sage = bare_sage
    start = sage.one("banks", "code eq 'CARD'")["balance"]
    listed = sum(row["cheque_value"] for row in sage.get("bank_posted_transactions", top="5000"))
    for path, goods, tax in posted:
        item = {"code": "4200", "goods_value": goods / 100, "tax_value": tax / 100}
        item["tax_code_id"] = sage.id_of("tax_codes", "code eq 1")
        sage.post(path, {"bank_id": bank(sage, "CARD"), "nominal_analysis_items": [item]})
    signed = sum((1 if path == "bank_receipt" else -1) * (goods + tax) for path, goods, tax in posted)
    moved = Decimal(signed).scaleb(-2)
    assert sage.one("banks", "code eq 'CARD'")["balance"] == start + moved
    assert sum(row["cheque_value"] for row in sage.get("bank_posted_transactions", top="5000")) == listed + moved
    sage.proofs()
