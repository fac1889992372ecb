"""Laws of stock: for every costing method, whatever is done in whatever order, quantity and value prove themselves."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.sage200 import Sage200Sandbox, writes
from tieout.sandbox.sage200.company import proofs, set_up
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.desktop import deeds, stock_deeds

Draw = tuple[int, int, int]
BINS = ("A1", "B2", "GOODS-IN")
KINDS: dict[str, dict[str, Any]] = {
    "first in first out": {"costing": "FIFO"},
    "average": {"costing": "AVERAGE"},
    "standard": {"costing": "STANDARD"},
    "actual by batch": {"costing": "ACTUAL", "traceable": "batch"},
    "first in first out with serial numbers": {"costing": "FIFO", "traceable": "serial"},
    "average with unassigned batches": {"costing": "AVERAGE", "traceable": "batch", "record_numbers": False},
}


def company(kind: dict[str, Any]) -> Books:
    books = Sage200Sandbox(SandboxClock()).books
    item = {"code": "ITEM", "standard_price": "9.99", "standard_cost": "1.23456", **kind}
    with books.transaction():
        set_up.load(books, {"customers": [{"reference": "ONE"}], "products": [item]})
    return books


def told(books: Books, draw: Draw) -> dict[str, Any]:
    """Return a body of a desktop deed; its numbers are new for every coming in."""
    quantity = draw[1] % 4 + 1
    body: dict[str, Any] = {"product": "ITEM", "bin": BINS[draw[0] % 3], "quantity": str(quantity)}
    product = books.need("product", 1, "Product")
    if 'record_nos_on_goods_received": true' in product["more"]:
        known = books.value("SELECT count(*) FROM traceable_item")
        serial = product["traceable"].endswith("Serial")
        body["numbers"] = (
            [{"number": f"N{known + i}"} for i in range(quantity)]
            if serial
            else [{"number": f"B{draw[2] % 3}", "quantity": str(quantity)}]
        )
    return body


def by_hand(books: Books, deed: Callable[[Books, dict[str, Any]], object], body: dict[str, Any]) -> None:
    with books.transaction():
        deed(books, body)


def goods_in(books: Books, draw: Draw) -> None:
    body = told(books, draw) | {"unit_cost": f"{draw[2]}.{draw[0]:02d}", "reference": "PO"}
    by_hand(books, stock_deeds.goods_in, body)


def add_stock(books: Books, draw: Draw) -> None:
    by_hand(books, stock_deeds.add_stock, told(books, draw))


def goods_out(books: Books, draw: Draw) -> None:
    deed = (stock_deeds.write_off, stock_deeds.issue_internally, stock_deeds.give_away)[draw[2] % 3]
    body = told(books, draw)
    body.pop("numbers", None)
    by_hand(books, deed, body)


def move(books: Books, draw: Draw) -> None:
    body = told(books, draw) | {"to_bin": BINS[draw[2] % 3]}
    body.pop("numbers", None)
    by_hand(books, stock_deeds.move_stock, body)


def count(books: Books, draw: Draw) -> None:
    by_hand(books, stock_deeds.count, {"product": "ITEM", "bin": BINS[draw[0] % 3], "quantity": str(draw[1] % 6)})


def sell(books: Books, draw: Draw) -> None:
    line = {"line_type": "EnumLineTypeStandard", "product_id": 1, "line_quantity": draw[1] % 4 + 1}
    writes.perform(books, "POST", "sop_orders", 0, {"customer_id": 1, "lines": [line]})


def despatch(books: Books, draw: Draw) -> None:
    line = books.row(
        "SELECT l.* FROM line l JOIN document d ON d.id = l.document_id WHERE d.kind = 'order' AND d.status = 'Live' "
        "AND l.despatched < l.quantity ORDER BY l.id"
    )
    if line is None:
        raise RefusedError("nothing to despatch")
    if not line["allocated"]:
        ask = {"lines": [{"id": line["id"], "to_allocate_quantity": 1}]}
        writes.perform(books, "PUT", "sop_orders", line["document_id"], ask)
    part = Decimal(1) if draw[1] % 2 else Decimal("0.5")
    if books.value("SELECT traceable FROM product") != "EnumTraceableTypeNone":
        part = Decimal(1)
    body = {"sop_order_return_id": line["document_id"], "items": [{"id": line["id"], "quantity": part}]}
    writes.perform(books, "POST", "sop_confirm_despatch", 0, body)


def invoice(books: Books, draw: Draw) -> None:
    del draw
    found = books.row(
        "SELECT * FROM document WHERE kind = 'order' AND despatch_status > invoice_status AND status = 'Live'"
    )
    if found is not None:
        by_hand(books, deeds.post_invoice, {"order": found["id"]})


def take_back(books: Books, draw: Draw) -> None:
    line = {"line_type": "EnumLineTypeStandard", "product_id": 1, "line_quantity": draw[1] % 4 + 1}
    body = {"customer_id": 1, "lines": [line | {"cost_price": Decimal(draw[2]) / 7 // Decimal("0.00001") / 100_000}]}
    writes.perform(books, "POST", "sop_returns", 0, body)
    back = books.need("document", books.value("SELECT max(id) FROM document"), "Return")
    line_id = books.value("SELECT id FROM line WHERE document_id = ?", back["id"])
    numbers = told(books, draw).get("numbers", [])
    lines = [{"return_line_id": line_id, "quantity": f"{draw[1] % 4 + 1}", "numbers": numbers}]
    by_hand(books, deeds.receive_return, {"return": back["id"], "bin": BINS[draw[0] % 3], "lines": lines})


def assign_numbers(books: Books, draw: Draw) -> None:
    found = writes.perform(books, "POST", "traceable_items_assign_traceable_items", 0, {"product_id": 1})
    assert isinstance(found, dict)
    items = [
        {"traceable_item_id": place["traceable_item_id"], "identification_no": f"B{draw[2] % 3}", "quantity": 1}
        for place in found["traceable_adjustment_items"]
    ]
    body = {"product_id": 1, "traceable_adjustment_items": items}
    writes.perform(books, "POST", "traceable_items_assign", 0, body)


def new_standard_cost(books: Books, draw: Draw) -> None:
    writes.perform(books, "PUT", "products", 1, {"standard_cost": Decimal(draw[2]) / 8})


def switch(books: Books, draw: Draw) -> None:
    with books.transaction():
        books.set_setting("sop", "update_stock_on_despatch", bool(draw[0] % 2))


DEEDS = (
    goods_in,
    goods_in,
    add_stock,
    goods_out,
    move,
    count,
    sell,
    despatch,
    despatch,
    invoice,
    take_back,
    assign_numbers,
    new_standard_cost,
    switch,
)
STEPS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.tuples(*(st.integers(0, 40) for _ in range(3)))), min_size=5, max_size=30
)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_stock_is_the_sum_of_its_movements_and_its_value_is_the_nominal(
    kind: dict[str, Any], steps: list[tuple[Callable[[Books, Draw], None], Draw]]
) -> None:
    books = company(kind)
    for deed, draw in steps:
        try:
            deed(books, draw)
        except RefusedError:
            continue
    found = proofs.proofs(books)
    del found["duplicates"]
    assert all(found.values()), found
    assert "stock_equals_nominal" in found
    assert proofs.trial_balance(books)["total"] == "0.00"
    assert books.row("SELECT id FROM bin_holding WHERE quantity < 0 OR allocated < 0") is None
    assert books.row("SELECT id FROM layer WHERE quantity < 0 OR value < 0") is None


@pytest.mark.parametrize("off", ["integrate_stock_management_with_nominal", "generate_cos_for_sop"])
def test_stock_is_not_claimed_to_be_the_nominal_where_movements_post_nothing(off: str) -> None:
    books = company({"stock": [{"warehouse": "HOME", "bin": "A1", "quantity": "5", "unit_cost": "2"}]})
    books.set_setting("stock", off, value=False)
    sell(books, (0, 0, 0))
    before = books.value("SELECT count(*) FROM entry")
    despatch(books, (0, 1, 0))
    assert books.value("SELECT count(*) FROM entry") == before
    found = proofs.proofs(books)
    assert "stock_equals_nominal" not in found
    assert found["not_claimed"].startswith("stock_equals_nominal")
    assert found["stock_equals_movements"]
