from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Desk

BOWL_SWAP = {"sku": "BOWL", "resolution": "InstantVariantExchange"}


def paid(desk: Desk, *items: dict[str, Any], fee: str = "0.00") -> list[tuple[str, str, str]]:
    """Raise an RMA of these items, let it arrive, and return its transactions."""
    desk.control("PUT", "settings", {"auto_refund": "received"})
    made = desk.control("POST", "rmas", {"order_name": "#1001", "items": list(items), "cancellation_fee": fee})
    desk.act(made["rmas"][0]["rma_id"], "approve", "receive")
    return moves_of(desk)


def moves_of(desk: Desk) -> list[tuple[str, str, str]]:
    (rma,) = desk.control("GET", "ledgers/rmas")["rmas"]
    return [(move["type"], move["status"], move["amount"]) for move in rma["transactions"]]


@pytest.mark.parametrize(
    ("terms", "resolution", "amount"),
    [
        ("9.00", "RefundToPaymentMethod", "9.00"),
        ("+2.50", "RefundToPaymentMethod", "14.50"),
        ("-2.50", "RefundToPaymentMethod", "9.50"),
        ("-99.00", "RefundToPaymentMethod", "0.00"),
        ("-12.5%", "RefundToPaymentMethod", "10.50"),
        ("60.00", "RefundToPaymentMethod", "44.00"),
        ("+10%", "RefundToStoreCredit", "13.20"),
        ("+80%", "RefundToStoreCredit", "18.00"),
        ("60.00", "RefundToGiftCard", "18.00"),
    ],
)
def test_a_resolution_grants_its_terms_up_to_the_cap_of_its_kind(
    desk: Desk, terms: str, resolution: str, amount: str
) -> None:
    moves = paid(desk, {"sku": "BOWL", "resolution": resolution, "resolution_value": terms})
    assert moves == [(resolution, "Success", amount)]


@pytest.mark.parametrize("terms", ["10%", "abc", "1.005"])
def test_terms_that_make_no_sense_are_refused(desk: Desk, terms: str) -> None:
    body = {"order_name": "#1001", "items": [{"sku": "BOWL", "resolution_value": terms}]}
    assert desk.client.post("/_sandbox/returngo/rmas", json=body).status_code == 400


def test_fees_come_off_and_the_cancellation_fee_once_however_many_payments_there_are(desk: Desk) -> None:
    credit = {"sku": "MUG", "quantity": 2, "resolution": "RefundToStoreCredit", "restocking_fee": "0.67"}
    moves = paid(desk, credit, {"sku": "BOWL", "shipment_fee": "2.00"}, fee="12.00")
    assert [amount for _, _, amount in moves] == ["0.00", "8.00", "10.00"]
    assert desk.detail("1001")["cancellationFee"] == 12
    assert desk.refunds()[0]["amount"] == "10.00"


def test_mixed_resolutions_are_paid_each_in_their_own_way_with_one_gift_card(desk: Desk) -> None:
    moves = paid(
        desk,
        {"sku": "MUG", "quantity": 2, "resolution": "RefundToGiftCard"},
        {"sku": "MUG", "resolution": "RefundToStoreCredit"},
        {"sku": "BOWL"},
    )
    assert sorted(moves) == [
        ("RefundToGiftCard", "Success", "21.34"),
        ("RefundToPaymentMethod", "Success", "12.00"),
        ("RefundToStoreCredit", "Success", "10.66"),
    ]
    kinds = {m["externalReferenceType"] for m in desk.ask("GET", "transactions", pagesize="9")["transactions"]}
    assert kinds == {"GiftCardId", "PlatformRefundId", "StoreCreditCode"}


def test_a_gift_card_waits_for_the_last_of_its_units(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "received"})
    rma = desk.raise_rma({"sku": "MUG", "quantity": 2, "resolution": "RefundToGiftCard"})
    desk.act(rma, "approve")
    first, second = (item["returnedItemId"] for item in desk.detail(rma)["items"])
    desk.act(rma, "receive", returned_item_ids=[first])
    assert moves_of(desk) == []
    desk.act(rma, "receive", returned_item_ids=[second])
    assert moves_of(desk) == [("RefundToGiftCard", "Success", "21.34")]


def test_kept_units_are_in_no_parcel_and_are_paid_when_the_rma_is_done(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "validated"})
    rma = desk.raise_rma({"sku": "MUG", "return_method": "No shipment required", "policy": "Keep it"})
    desk.act(rma, "approve")
    found = desk.detail(rma)
    item = found["items"][0]
    assert (item["returnMethod"]["type"], item["policyRuleName"]) == ("No shipment required", "Keep it")
    assert (found["shipments"], "shipmentId" in item, desk.refunds()) == ([], False, [])
    assert desk.client.post(f"/_sandbox/returngo/rmas/{rma}/receive").status_code == 409
    desk.ask("PUT", f"rma/{rma}/status", {"status": "Done"})
    assert [refund["amount"] for refund in desk.refunds()] == ["10.67"]


def test_kept_units_do_not_hold_up_the_units_that_travel(desk: Desk) -> None:
    rma = desk.raise_rma({"sku": "MUG", "return_method": "No shipment required"}, {"sku": "BOWL"})
    desk.act(rma, "approve", "receive")
    assert desk.detail(rma)["rmaSummary"]["status"] == "Received"
    assert [item["kept"] for item in desk.control("GET", "ledgers/rmas")["rmas"][0]["items"]] == [True, False]


@pytest.mark.parametrize(
    ("price", "free", "fee", "moves", "total", "tax"),
    [
        ("15.00", "0.00", "0.00", [("InvoicePayment", "Success", "3.00")], "3.00", "0.50"),
        ("15.00", "5.00", "0.00", [], "0.00", "0.00"),
        ("15.00", "5.00", "1.00", [("InvoicePayment", "Success", "1.00")], "1.00", "0.17"),
        ("10.00", "0.00", "0.00", [("RefundToPaymentMethod", "Success", "2.00")], "0.00", "0.00"),
        ("12.00", "0.00", "0.00", [], "0.00", "0.00"),
    ],
)
def test_the_difference_of_an_exchange_is_settled_on_release(
    desk: Desk, price: str, free: str, fee: str, moves: list[tuple[str, str, str]], total: str, tax: str
) -> None:
    chosen = {"sku": "MUG", "effective_price": price, "free_exchange_price_range": {"max": free}}
    rma = desk.raise_rma({**BOWL_SWAP, "exchange": [chosen], "return_fee": fee})
    desk.act(rma, "approve", "receive")
    assert moves_of(desk) == []
    desk.act(rma, "release-exchange")
    assert moves_of(desk) == moves
    (order,) = desk.detail(rma)["exchangeOrders"]
    made = desk.shop("GET", f"orders/{order['orderName'].lstrip('#')}")
    assert (made["total_price"], made["total_tax"], made["line_items"][0]["sku"]) == (total, tax, "MUG")
    assert made["customer"]["email"] == "ann@example.com"


def test_exchange_items_are_shown_by_unit_and_for_the_whole_rma(desk: Desk) -> None:
    whole = {"sku": "BOWL", "quantity": 2, "catalog_price": "13.00"}
    made = desk.control(
        "POST",
        "rmas",
        {
            "order_name": "#1001",
            "exchange": [whole],
            "items": [{**BOWL_SWAP, "sku": "MUG", "exchange": []}, {**BOWL_SWAP, "exchange": [{"sku": "MUG"}]}],
        },
    )
    rma = str(made["rmas"][0]["rma_id"])
    found = desk.detail(rma)
    assert [len(item["exchangeItems"]) for item in found["items"]] == [0, 1]
    assert [(one["sku"], one["quantity"]) for one in found["exchangeItems"]] == [("BOWL", 2), ("MUG", 1)]
    assert found["exchangeItems"][0]["effectivePrice"]["amount"] == 13
    assert found["exchangeItems"][0]["itemPriceMethod"] == "CatalogPrice"
    assert found["exchangeItems"][1]["catalogPrice"]["amount"] == Decimal("12.00")
    desk.act(rma, "approve", "release-exchange")
    assert moves_of(desk) == [("InvoicePayment", "Success", "15.33")]


def test_an_rma_on_an_exchange_order_names_the_original_order(desk: Desk) -> None:
    rma = desk.raise_rma(BOWL_SWAP)
    desk.act(rma, "approve", "release-exchange")
    again = desk.raise_rma({"sku": "BOWL"}, order_name=desk.detail(rma)["exchangeOrders"][0]["orderName"])
    assert "Original order #1001" in desk.detail(again)["comments"][0]["htmlText"]


def test_money_is_shown_as_the_customer_paid_it_and_in_the_shops_currency(desk: Desk) -> None:
    line = {"sku": "BOWL", "quantity": 1, "price": "10.00", "tax": "1.67", "tax_rate": "0.2"}
    shown = {"currency": "EUR", "rate": "1.2"}
    desk.shop("POST", "load", {"orders": [{"name": "#1002", "lines": [line], "presentment": shown}]})
    rma = desk.raise_rma({"sku": "BOWL"}, order_name="#1002")
    desk.act(rma, "approve", "receive", "refund")
    both = {"amount": 12, "currency": "EUR", "shopAmount": 10, "shopCurrency": "GBP"}
    assert desk.detail(rma)["items"][0]["paidPrice"] == both
    assert desk.detail(rma)["transactions"][0]["amount"] == both
