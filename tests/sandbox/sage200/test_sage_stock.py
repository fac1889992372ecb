"""Stock: first in first out, average cost, transfers, holdings, and values that prove themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def holding(sage: Sage, product: str, bin_: str) -> Json:
    key = sage.id_of("products", f"code eq '{product}'")
    view = sage.one("product_warehouse_bin_views", f"product_id eq {key} and bin_holding_name eq '{bin_}'")
    return sage.get(f"bin_holdings/{view['bin_holding_id']}")


def move(sage: Sage, product: str, source: str, target: str, **more: Json) -> Json:
    body = {
        "product_id": sage.id_of("products", f"code eq '{product}'"),
        "bin_holding_from_id": holding(sage, product, source)["id"],
        "bin_holding_to_id": holding(sage, product, target)["id"],
        "quantity": 1,
        "date": "2026-11-20T00:00:00Z",
        "reference": "T1",
    }
    return body | more


def value(sage: Sage, product: str, bin_: str) -> str:
    found = sage.control("GET", "ledgers/stock")
    return str(next(row["value"] for row in found if (row["product"], row["bin"]) == (product, bin_)))


def sold(sage: Sage, product: str, quantity: int) -> str:
    """Sell through a whole order and return the cost of sales so far."""
    line = {"product": product, "quantity": str(quantity)}
    sage.control("POST", "load", {"orders": [{"customer": "SHOP", "lines": [line], "despatched": True}]})
    accounts = sage.control("GET", "ledgers/nominal")["accounts"]
    return str(next(row["balance"] for row in accounts if row["account"] == "5000" and not row["cost_centre"]))


def test_first_in_is_first_out(sage: Sage) -> None:
    assert sold(sage, "MUG", 12) == "50.00"
    assert value(sage, "MUG", "A1") == "40.00"
    sage.proofs()


def test_average_cost_is_taken_over_all_bins(sage: Sage) -> None:
    assert sold(sage, "CANDLE", 2) == "2.50"
    sage.proofs()


def test_a_transfer_moves_quantity_and_value_and_shows_as_a_pair(sage: Sage) -> None:
    sage.post("stock_transfers", move(sage, "MUG", "A1", "Q1", quantity=12))
    assert value(sage, "MUG", "Q1") == "50.00"
    pair = sage.get("product_transaction_views", filter="reference eq 'T1'", orderby="id")
    assert [(row["transaction_type"], row["bin_name"]) for row in pair] == [
        ("Out - Transfer", "A1"),
        ("In - Transfer", "Q1"),
    ]
    assert [row["cost_value"] for row in pair] == [50, 50]
    sage.proofs()


def test_only_free_stock_of_linked_bins_moves(sage: Sage) -> None:
    sage.order(quantity=15, to_allocate_quantity=15)
    assert "insufficient free stock" in sage.refused("stock_transfers", move(sage, "MUG", "A1", "B2", quantity=6))
    assert "not one of" in sage.refused("stock_transfers", move(sage, "MUG", "A1", "B2", bin_holding_to_id=99999))
    assert "different" in sage.refused("stock_transfers", move(sage, "MUG", "A1", "A1"))
    sage.control("PUT", "company", {"products": {"MUG": {"inactive": True}}})
    assert "inactive" in sage.refused("stock_transfers", move(sage, "MUG", "A1", "B2"))


def test_items_are_linked_to_warehouses_and_bins_before_they_can_move_there(bare_sage: Sage) -> None:
    bare_sage.control("POST", "load", {"products": [{"code": "NEW", "locations": ["HOME"]}]})
    product = bare_sage.id_of("products", "code eq 'NEW'")
    warehouse = bare_sage.id_of("warehouses", "name eq 'QUARANTINE'")
    body = {"product_id": product, "warehouse_id": warehouse}
    link = bare_sage.post("warehouse_holdings", body)
    assert "already held" in bare_sage.refused("warehouse_holdings", body)
    shelf = {"warehouse_holding_id": link["id"], "product_id": product, "name": "Q1"}
    assert bare_sage.post("bin_holdings", shelf)["allocation_priority"] == 9
    assert "already held" in bare_sage.refused("bin_holdings", shelf)
    names = [row["name"] for row in bare_sage.get(f"warehouse_holdings/{link['id']}/bin_holdings")]
    assert names == ["Unspecified", "Q1"]


def test_a_warehouse_holding_adds_up_its_bins(sage: Sage) -> None:
    mug = sage.id_of("products", "code eq 'MUG'")
    sage.post("stock_transfers", move(sage, "MUG", "A1", "B2", quantity=5))
    row = sage.one("warehouse_holdings", f"product_id eq {mug} and warehouse_name eq 'HOME'", expand="bin_holdings")
    assert row["quantity_in_stock"] == 20
    assert sum(bin_["quantity_in_stock"] for bin_ in row["bin_holdings"]) == 20
    assert sage.get(f"products/{mug}")["free_stock_quantity"] == 20


def test_bins_can_be_renamed_and_removed_only_when_empty(sage: Sage) -> None:
    change = {"bins": [{"warehouse": "HOME", "name": "A1", "remove": True}]}
    assert "still holds stock" in sage.control("PUT", "company", change, expect=400)["error"]
    sage.control("PUT", "company", {"bins": [{"warehouse": "HOME", "name": "A1", "rename": "A9"}]})
    assert holding(sage, "MUG", "A9")["quantity_in_stock"] == 20
    sage.control("PUT", "company", {"bins": [{"warehouse": "HOME", "name": "GOODS-IN", "remove": True}]})
    assert sage.get("product_warehouse_bin_views", filter="bin_holding_name eq 'GOODS-IN'") == []


def test_eighty_lines_loaded_at_once_stand_in_all_the_books(sage: Sage) -> None:
    orders = [
        {
            "customer": "SHOP",
            "customer_document_no": f"S{number}",
            "document_date": f"2026-0{number % 9 + 1}-15",
            "lines": [
                {"product": "MUG", "quantity": "2", "unit_price": "9.99", "discount_percent": "10"},
                {"product": "CANDLE", "quantity": "3", "tax_code": "5"},
            ],
            "despatched": True,
            "invoiced": True,
            "paid": "PAYPAL" if number % 2 else True,
        }
        for number in range(40)
    ]
    counts = sage.control("POST", "load", {"orders": orders})
    assert (counts["orders"], counts["lines"]) == (40, 80)
    row = sage.one("sop_orders", "customer_document_no eq 'S7'", expand="lines")
    assert row["document_status"] == "EnumDocumentStatusComplete"
    assert row["lines"][0]["posted_invoice_credit_quantity"] == 2
    invoice = sage.one("sales_posted_transactions", f"second_reference eq '{row['document_no']}'")
    assert invoice["document_gross_value"] == row["total_gross_value"]
    assert invoice["document_outstanding_value"] == 0
    sage.proofs()


def test_a_set_up_that_names_something_unknown_leaves_nothing_behind(sage: Sage) -> None:
    body = {"customers": [{"reference": "NEW"}], "orders": [{"customer": "NOBODY", "lines": []}]}
    assert "does not exist" in sage.control("POST", "load", body, expect=400)["error"]
    assert sage.get("customers", filter="reference eq 'NEW'") == []
