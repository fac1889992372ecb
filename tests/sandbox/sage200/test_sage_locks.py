"""Records held by named users, in every dress; and the temper that strikes at random, by its seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def hold(sage: Sage, record: str, reference: object = "", dress: str = "400", seconds: float = 60) -> None:
    body = {"record": record, "reference": reference, "holder": "JSMITH", "dress": dress, "seconds": seconds}
    sage.control("POST", "locks", body)


def amend(sage: Sage, order: Json) -> Json:
    return sage.call("PUT", f"sop_orders/{order['id']}", {"customer_document_no": "NEW"})


@pytest.mark.parametrize("dress", ["400", "409", "423", "500"])
def test_a_locked_order_is_refused_in_the_dress_asked_for(sage: Sage, dress: str) -> None:
    order = sage.order()
    hold(sage, "order", order["document_no"], dress)
    answer = amend(sage, order)
    assert answer.status_code == int(dress)
    assert answer.json() == {"Message": f"Order {order['document_no']} is in use by JSMITH."}
    sage.control("DELETE", "locks")
    assert amend(sage, order).status_code == 200


def test_a_lock_that_hangs_ends_in_a_gateway_timeout(sage: Sage) -> None:
    order = sage.order()
    sage.control("PUT", "temper", {"silence_seconds": 0.05})
    hold(sage, "order", order["document_no"], "hang")
    assert amend(sage, order).status_code == 504


def test_a_lock_runs_out_by_the_clock(sage: Sage) -> None:
    order = sage.order()
    hold(sage, "order", order["document_no"], seconds=30)
    assert amend(sage, order).status_code == 400
    sage.shift(31)
    assert amend(sage, order).status_code == 200


def test_locks_on_customer_item_and_company_stop_what_touches_them(sage: Sage) -> None:
    order = sage.order(quantity=1, to_allocate_quantity=1)
    credit = {"customer_id": order["customer_id"], "document_goods_value": 1}
    despatch = {"sop_order_return_id": order["id"], "items": [{"id": order["lines"][0]["id"], "quantity": 1}]}
    hold(sage, "customer", "SHOP")
    assert "Customer account SHOP is in use by JSMITH" in sage.refused("sales_credit_notes", credit)
    sage.control("DELETE", "locks")
    hold(sage, "product", "MUG")
    assert "Stock item MUG is in use" in sage.refused("sop_confirm_despatch", despatch)
    sage.control("DELETE", "locks")
    hold(sage, "company")
    assert "The company is in use" in sage.refused("flow_states", {"flow_id": "a", "value": "b"})
    assert sage.get("customers")


def test_an_order_opened_for_editing_needs_its_lock_id(sage: Sage) -> None:
    order = sage.order()
    lock = sage.get(f"sop_orders/{order['id']}", expand="lines,is_to_lock")["lock_id"]
    assert amend(sage, order).status_code == 400
    assert sage.put(f"sop_orders/{order['id']}", {"lock_id": lock, "is_editing": False})
    assert amend(sage, order).status_code == 200


def test_an_order_that_somebody_else_edits_cannot_be_opened_for_editing(sage: Sage) -> None:
    order = sage.order()
    hold(sage, "order", order["document_no"], "423")
    assert sage.call("GET", f"sop_orders/{order['id']}", expand="is_to_lock").status_code == 423
    assert sage.call("GET", f"sop_orders/{order['id']}").status_code == 200


def test_the_temper_locks_a_record_that_the_write_touches_and_refuses_that_write(sage: Sage) -> None:
    order = sage.order()
    before = sage.system.injected().get("lock", 0)
    sage.control("PUT", "temper", {"lock": 1.0, "lock_seconds": 60})
    assert amend(sage, order).status_code in {400, 409, 423, 500}
    assert sage.system.injected()["lock"] == before + 1
    held = sage.control("GET", "locks")
    assert [(row["record"], row["id"]) for row in held] == [("order", order["id"])]
    assert sage.get(f"sop_orders/{order['id']}")["customer_document_no"] == "SHOP-1001"
