"""The companion: every command once under its key, the look by key, and its problem details."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def return_of(sage: Sage, quantity: int = 3) -> tuple[int, int]:
    """Enter a return for mugs; return its id and its line's id."""
    line = {
        "line_type": "EnumLineTypeStandard",
        "product_id": sage.id_of("products", "code eq 'MUG'"),
        "line_quantity": quantity,
    }
    body = {"customer_id": sage.id_of("customers", "reference eq 'SHOP'"), "lines": [line]}
    made = sage.post("sop_returns", body)
    return made["id"], made["lines"][0]["id"]


def receipt(line: int, key: str, quantity: str = "1", bin_: str = "GOODS-IN") -> Json:
    lines = [{"return_line_id": line, "quantity": quantity, "bin": bin_}]
    return {"key": key, "receipt_date": "2026-11-20", "lines": lines}


def credit(line: int, key: str, quantity: str = "1", net: str = "10.00", tax: str = "2.00") -> Json:
    lines = [{"return_line_id": line, "quantity": quantity, "net_value": net, "tax_value": tax}]
    return {"key": key, "credit_date": "2026-11-20", "narrative": "RMA-77", "lines": lines}


def stock_command(**more: Json) -> Json:
    body = {
        "key": "S1",
        "second_reference": "COUNT",
        "product_code": "MUG",
        "warehouse": "HOME",
        "bin": "A1",
        "quantity": "2",
        "date": "2026-11-20",
        "nominal": {"account": "5100", "cost_centre": "", "department": ""},
        "narrative": "broken",
    }
    return body | more


def test_it_says_what_it_can_do(sage: Sage) -> None:
    about = sage.companion("GET", "about")
    assert about["contract"] == 1
    assert "receive_return" in about["commands"]


def test_the_same_key_and_content_do_it_once_and_give_the_first_answer(sage: Sage) -> None:
    key, line = return_of(sage)
    first = sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1"))
    again = sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1"))
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again == first | {"replayed": True}
    assert len(sage.get("product_transaction_views", filter="reference eq 'R1'")) == 1
    sage.proofs()


def test_the_same_key_with_other_content_is_a_conflict(sage: Sage) -> None:
    key, line = return_of(sage)
    sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1"))
    said = sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1", "2"), expect=409)
    assert said["type"] == "about:blank#key_conflict"
    said = sage.companion("POST", f"returns/{key}/credit-notes", credit(line, "R1"), expect=409)
    assert said["status"] == 409


def test_what_was_done_can_be_looked_up_by_key(sage: Sage) -> None:
    key, line = return_of(sage)
    assert sage.companion("GET", "commands/R1", expect=404)["type"] == "about:blank#not_found"
    done = sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1"))
    seen = sage.companion("GET", "commands/R1")
    assert seen["command"] == "receive_return"
    assert seen["content"] == receipt(line, "R1")
    assert seen["result"]["receipt_no"] == done["receipt_no"]


def test_receipts_may_be_partial_but_never_more_than_the_line(sage: Sage) -> None:
    key, line = return_of(sage, 3)
    sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1", "2"))
    said = sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R2", "2"), expect=400)
    assert said["type"] == "about:blank#refused"
    assert "only 1 is outstanding" in said["detail"]
    sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R2", "1", "B2"))
    row = sage.one("sop_return_line_views", f"sop_return_id eq {key}")
    assert row["sop_return_line_despatch_receipt_quantity"] == 3
    sage.proofs()


def test_only_received_and_not_yet_credited_goods_are_credited(sage: Sage) -> None:
    key, line = return_of(sage, 3)
    said = sage.companion("POST", f"returns/{key}/credit-notes", credit(line, "C1"), expect=400)
    assert "Only 0" in said["detail"]
    sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1", "2"))
    done = sage.companion("POST", f"returns/{key}/credit-notes", credit(line, "C1", "2", "19.99", "3.99"))
    assert (done["net"], done["tax"], done["gross"]) == ("19.99", "3.99", "23.98")
    sage.companion("POST", f"returns/{key}/credit-notes", credit(line, "C2"), expect=400)
    assert sage.get(f"sop_returns/{key}")["document_status"] == "EnumDocumentStatusLive"
    sage.proofs()


@pytest.mark.parametrize("change", [{"key": "lower"}, {"key": "K" * 21}, {"lines": []}, {"receipt_date": "20/11/2026"}])
def test_a_malformed_command_is_refused(sage: Sage, change: Json) -> None:
    key, line = return_of(sage)
    sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1") | change, expect=400)
    assert sage.get("product_transaction_views", filter="transaction_type eq 'In - SOP'") == []


def test_a_bin_that_the_warehouse_does_not_have_is_refused(sage: Sage) -> None:
    key, line = return_of(sage)
    said = sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1", "1", "NOWHERE"), expect=400)
    assert "There is no bin NOWHERE" in said["detail"]


def test_a_locked_return_is_told_with_holder_and_record(sage: Sage) -> None:
    key, line = return_of(sage)
    sage.control("POST", "locks", {"record": "return", "id": key, "holder": "APATEL", "dress": "500"})
    said = sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1"), expect=423)
    assert (said["type"], said["holder"]) == ("about:blank#locked", "APATEL")


def test_the_key_and_the_company_are_checked(sage: Sage) -> None:
    for headers in ({"Authorization": "Bearer guess", "X-Company": "3"}, {"X-Company": "3"}):
        assert sage.http.get("/sage200/companion/v1/about", headers=headers).status_code == 401


def test_stock_is_written_on_off_and_issued_at_cost(sage: Sage) -> None:
    sage.companion("POST", "stock/write-offs", stock_command(category="Broken"))
    sage.companion("POST", "stock/write-ons", stock_command(key="S2", unit_cost="4.50"))
    sage.companion("POST", "stock/issues", stock_command(key="S3", quantity="1"))
    moved = sage.control("GET", "ledgers/stock/movements?product=MUG")[-3:]
    assert [(row["type"], row["value"]) for row in moved] == [
        ("Out - Write Off", "-8.00"),
        ("In - Unknown Source", "9.00"),
        ("Out - Internal", "-4.00"),
    ]
    wrong = stock_command(key="S5", unit_cost="-1")
    assert "negative" in sage.companion("POST", "stock/write-ons", wrong, expect=400)["detail"]
    too_many = stock_command(key="S4", quantity="99")
    assert "insufficient" in sage.companion("POST", "stock/write-offs", too_many, expect=400)["detail"]
    sage.proofs()


def test_a_journal_must_balance(sage: Sage) -> None:
    debit = {"account": "7601", "cost_centre": "", "department": "", "debit": "1.00", "credit": "0.00"}
    other = {"account": "1210", "cost_centre": "", "department": "", "debit": "0.00", "credit": "1.00"}
    body = {"key": "J1", "date": "2026-11-20", "narrative": "fees", "lines": [debit, other]}
    assert sage.companion("POST", "nominal/journals", body)["urn"]
    wrong = body | {"key": "J2", "lines": [debit]}
    assert "does not balance" in sage.companion("POST", "nominal/journals", wrong, expect=400)["detail"]
    sage.proofs()


def test_effects_are_journaled_even_when_the_answer_is_lost(sage: Sage) -> None:
    key, line = return_of(sage)
    since = len(sage.system.journal.entries())
    sage.control("PUT", "temper", {"lost_reply": 1.0, "lost_reply_as": "504", "limit": 1})
    sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1"), expect=504)
    entry = sage.control("GET", f"journal?since={since}&effects_only=1")["entries"][0]
    assert (entry["status"], entry["acted_status"]) == (504, 200)
    assert [effect["name"] for effect in entry["effects"]] == ["stock.moved", "sop_return.received"]
    sage.control("PUT", "temper", {})
    assert sage.companion("POST", f"returns/{key}/receipts", receipt(line, "R1"))["replayed"] is True
