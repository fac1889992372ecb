"""Quotes, drafts, copies, notes, cancelled lines, and what a client that dies leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def customer(sage: Sage) -> int:
    return sage.id_of("customers", "reference eq 'SHOP'")


def mugs(sage: Sage, quantity: int = 1, **more: Json) -> Json:
    product = sage.id_of("products", "code eq 'MUG'")
    return {"line_type": "EnumLineTypeStandard", "product_id": product, "line_quantity": quantity} | more


def test_a_quote_holds_prices_and_no_stock(sage: Sage) -> None:
    body = {"customer_id": customer(sage), "lines": [mugs(sage, 2)], "quotation_expiry_date": "2026-12-20T00:00:00Z"}
    quote = sage.post("sop_quotes", body)
    assert (quote["document_no"], quote["total_gross_value"]) == ("0000000001", 24)
    assert quote["quotation_expiry_date"] == "2026-12-20T00:00:00Z"
    assert quote["lines"][0]["sop_quote_id"] == quote["id"]
    view = sage.one("sop_quote_line_views", "sop_quote_document_no eq '0000000001'")
    assert view["sop_quote_line_quantity"] == 2
    assert sage.get("sop_orders") == sage.get("sop_allocation_line_views") == []
    asked = [mugs(sage, 1, to_allocate_quantity=1)]
    assert sage.post("sop_quotes", body | {"lines": asked})["lines"][0]["allocated_quantity"] == 0
    change = {"lines": [{"id": quote["lines"][0]["id"], "to_allocate_quantity": 1}]}
    assert "allocated" in sage.refused(f"sop_quotes/{quote['id']}", change, "PUT")


def test_a_quote_is_lost_or_deleted_or_becomes_an_order(sage: Sage) -> None:
    quote = sage.post("sop_quotes", {"customer_id": customer(sage), "lines": [mugs(sage, 3, selling_unit_price=8)]})
    lost = sage.put(f"sop_quotes/{quote['id']}", {"document_status": "EnumDocumentStatusLost"})
    assert lost["document_status"] == "EnumDocumentStatusLost"
    flags = {"source_id": quote["id"], "customer_id": quote["customer_id"], "prices_and_discounts": True}
    draft = sage.post("sop_orders_duplicate", flags)
    order = sage.put(f"sop_orders/{draft['id']}", {"is_editing": False})
    assert order["total_net_value"] == 24
    assert sage.one("sop_quote_views", f"id eq {quote['id']}")["order_no"] == order["document_no"]
    links = sage.get(f"sop_quotes/{quote['id']}", expand="document_links")["document_links"]
    assert [link["document_no"] for link in links] == [order["document_no"]]
    parsed = sage.call("DELETE", f"sop_quotes/{quote['id']}")
    assert parsed.status_code == 200
    assert sage.get("sop_quotes") == []


def test_an_account_on_hold_may_be_quoted(sage: Sage) -> None:
    body = {"customer_id": sage.id_of("customers", "reference eq 'HELD'"), "lines": [mugs(sage)]}
    assert sage.post("sop_quotes", body)["id"]
    assert "on hold" in sage.refused("sop_orders", body)


@pytest.mark.parametrize("kind", ["orders", "quotes", "returns"])
def test_a_new_document_is_a_draft_until_it_is_confirmed(sage: Sage, kind: str) -> None:
    draft = sage.post(f"sop_{kind}", {"customer_id": customer(sage), "is_editing": True})
    assert (draft["document_no"], draft["is_draft"], draft["lines"]) == ("TBA", True, [])
    assert sage.get(f"sop_{kind}") == sage.get(f"lookup_sop_{kind}") == []
    assert [row["id"] for row in sage.get(f"sop_{kind}", filter="is_draft eq true")] == [draft["id"]]
    kept = sage.put(f"sop_{kind}_new/{draft['id']}", {"is_editing": True, "lines": [mugs(sage, 2)]})
    assert (kept["document_no"], len(kept["lines"])) == ("TBA", 1)
    done = sage.put(f"sop_{kind}_new/{draft['id']}", {"is_editing": False})
    assert (done["document_no"], done["document_status"]) == ("0000000001", "EnumDocumentStatusLive")
    assert len(sage.get(f"sop_{kind}")) == 1


@pytest.mark.parametrize("kind", ["orders", "quotes", "returns"])
def test_defaults_are_shown_and_nothing_is_stored(sage: Sage, kind: str) -> None:
    sage.control("PUT", "price-book", {"customers": {"SHOP": {"document_discount": "5"}}})
    blank = sage.post(f"sop_{kind}_new", {"customer_id": customer(sage)})
    assert (blank["id"], blank["document_no"], blank["lines"]) == (0, "TBA", [])
    assert blank["document_discount_percent"] == (0 if kind == "returns" else 5)
    assert sage.get(f"sop_{kind}", filter="is_draft eq true") == []
    assert "does not exist" in sage.refused(f"sop_{kind}_new", {"customer_id": 999})


def test_a_draft_can_be_dropped_and_gives_its_stock_back(sage: Sage) -> None:
    draft = sage.post("sop_orders", {"customer_id": customer(sage), "is_editing": True})
    sage.put(f"sop_orders/{draft['id']}", {"is_editing": True, "lines": [mugs(sage, 2, to_allocate_quantity=2)]})
    assert sage.one("warehouse_holdings", "quantity_allocated_sop gt 0")["quantity_allocated_sop"] == 2
    sage.call("DELETE", f"sop_orders/{draft['id']}")
    assert sage.get("warehouse_holdings", filter="quantity_allocated_sop gt 0") == []


def test_a_copy_takes_prices_only_when_asked(sage: Sage) -> None:
    charge = {"line_type": "EnumLineTypeCharge", "code": "CARRIAGE"}
    text = {"line_type": "EnumLineTypeFreeText", "description": "Wrap", "line_quantity": 2, "selling_unit_price": 1.5}
    note = {"line_type": "EnumLineTypeComment", "description": "With care"}
    lines = [mugs(sage, 2, selling_unit_price=7, unit_discount_percent=10), charge, text, note]
    order = sage.post("sop_orders", {"customer_id": customer(sage), "lines": lines})
    flags = {"source_id": order["id"], "customer_id": order["customer_id"]}
    same = sage.post("sop_orders_duplicate", flags | {"prices_and_discounts": True})
    assert same["is_draft"]
    assert same["total_gross_value"] == order["total_gross_value"]
    assert [row["line_type"] for row in same["lines"]] == [row["line_type"] for row in order["lines"]]
    plain = sage.post("sop_orders_duplicate", flags)
    assert plain["lines"][0]["selling_unit_price"] == 10
    assert sage.refused("sop_orders_duplicate", flags | {"source_id": 999}, status=404)


def test_notes_are_kept_with_a_document(sage: Sage) -> None:
    body = {"customer_id": customer(sage), "lines": [mugs(sage)], "memos": [{"note": "Ring first"}, {"note": "Gone"}]}
    order = sage.post("sop_orders", body)
    first, second = sage.get(f"sop_orders/{order['id']}", expand="memos")["memos"]
    assert (first["note"], first["is_active"], first["created_by"]) == ("Ring first", True, "TIEOUT")
    changes = [{"id": first["id"], "is_active": False}, {"id": second["id"], "is_to_delete": True}, {"note": "New"}]
    sage.put(f"sop_orders/{order['id']}", {"memos": changes})
    memos = sage.get("sop_orders", expand="memos")[0]["memos"]
    assert [(memo["note"], memo["is_active"]) for memo in memos] == [("Ring first", False), ("New", True)]
    assert sage.refused(f"sop_orders/{order['id']}", {"memos": [{"note": "x" * 1001}]}, "PUT")
    assert "memo" in sage.refused(f"sop_orders/{order['id']}", {"memos": [{"id": 999}]}, "PUT")


def test_what_is_cancelled_is_recorded_where_the_company_wants_it(sage: Sage) -> None:
    order = sage.post("sop_orders", {"customer_id": customer(sage), "lines": [mugs(sage, 5), mugs(sage, 2)]})
    first, second = (line["id"] for line in order["lines"])
    fewer = [{"id": first, "line_quantity": 4, "create_cancelled_line": True}]
    sage.put(f"sop_orders/{order['id']}", {"lines": fewer})
    assert sage.get("sop_cancelled_lines") == []
    sage.control("PUT", "settings", {"sop": {"record_cancelled_order_lines": True}})
    sage.put(f"sop_orders/{order['id']}", {"lines": [{"id": first, "line_quantity": 1, "create_cancelled_line": True}]})
    sage.put(
        f"sop_orders/{order['id']}", {"lines": [{"id": second, "is_to_delete": True, "create_cancelled_line": True}]}
    )
    cancelled = [row["cancelled_quantity"] for row in sage.get("sop_cancelled_lines")]
    assert cancelled == [3, 2]
    sage.post("sop_orders_status", {"id": order["id"], "document_status": "EnumDocumentStatusCancelled"})
    assert [row["cancelled_quantity"] for row in sage.get("sop_cancelled_lines")] == [3, 2, 1]


def test_lines_are_numbered_as_a_put_names_them_when_asked(sage: Sage) -> None:
    order = sage.post("sop_orders", {"customer_id": customer(sage), "lines": [mugs(sage, n) for n in (1, 2, 3)]})
    ids = [line["id"] for line in order["lines"]]
    lines = [{"id": key} for key in reversed(ids)]
    turned = sage.put(f"sop_orders/{order['id']}", {"lines": lines, "is_to_sequence_lines": True})
    assert [line["id"] for line in turned["lines"]] == list(reversed(ids))


def test_manual_numbers_must_be_given_and_be_new(sage: Sage) -> None:
    sage.control("PUT", "settings", {"sop": {"auto_generate_order_return_numbers": False}})
    body = {"customer_id": customer(sage), "lines": [mugs(sage)]}
    assert "document_no is required" in sage.refused("sop_orders", body)
    assert sage.post("sop_orders", body | {"document_no": "W-1"})["document_no"] == "W-1"
    assert "already been used" in sage.refused("sop_orders", body | {"document_no": "W-1"})
    draft = sage.post("sop_orders", {"customer_id": body["customer_id"], "is_editing": True})
    assert "document_no is required" in sage.refused(f"sop_orders/{draft['id']}", {"is_editing": False}, "PUT")
    assert sage.put(f"sop_orders/{draft['id']}", {"document_no": "W-2"})["document_no"] == "W-2"


def test_automatic_numbers_pass_over_the_one_that_is_sent(sage: Sage) -> None:
    body = {"customer_id": customer(sage), "lines": [mugs(sage)], "document_no": "W-1"}
    assert sage.post("sop_orders", body)["document_no"] == "0000000001"


def test_a_crashed_session_leaves_a_hidden_order_that_holds_stock(sage: Sage) -> None:
    body = {"customer_id": customer(sage), "lines": [mugs(sage, 2, to_allocate_quantity=2)]}
    left = sage.control("POST", "desktop/crash-order", body | {"customer_document_no": "SHOP-7"})
    assert left["document_no"].startswith("##")
    assert sage.get("sop_orders", filter="customer_document_no eq 'SHOP-7'") == []
    assert sage.get("sop_order_line_views") == sage.get("sop_order_return_views") == []
    found = sage.one("sop_orders", "customer_document_no eq 'SHOP-7' and is_draft eq true")
    assert found["document_no"] == left["document_no"]
    assert sage.get(f"sop_orders/{left['id']}")["lines"][0]["allocated_quantity"] == 2
    sage.call("DELETE", f"sop_orders/{left['id']}")
    assert sage.get("sop_allocation_line_views") == []


def test_a_lost_answer_may_leave_only_a_draft(sage: Sage) -> None:
    sage.control("PUT", "drafts-left", {"rate": 0.5, "seed": 4})
    body = {"customer_id": customer(sage), "lines": [mugs(sage, 1, to_allocate_quantity=1)]}
    answers = [sage.call("POST", "sop_orders", body).status_code for _ in range(8)]
    assert set(answers) == {200, 504}
    assert len(sage.get("sop_orders")) == answers.count(200)
    assert len(sage.get("sop_orders", filter="is_draft eq true")) == answers.count(504)
    assert sage.one("warehouse_holdings", "quantity_allocated_sop gt 0")["quantity_allocated_sop"] == 8


def test_an_open_quote_is_locked_until_its_lock_id_comes_back(sage: Sage) -> None:
    quote = sage.post("sop_quotes", {"customer_id": customer(sage), "lines": [mugs(sage)]})
    lock = sage.get(f"sop_quotes/{quote['id']}", expand="is_to_lock")["lock_id"]
    assert "in use" in sage.refused(f"sop_quotes/{quote['id']}", {"order_priority": "B"}, "PUT")
    assert sage.put(f"sop_quotes/{quote['id']}", {"lock_id": lock, "order_priority": "B"})["order_priority"] == "B"


def test_spare_fields_and_settlement_terms_come_back_as_sent(sage: Sage) -> None:
    spare = {"spare_text_1": "a", "spare_number_3": 1.25, "spare_bool_5": True, "spare_date_2": "2026-11-20T00:00:00Z"}
    terms = {"settlement_discount_days": 7, "settlement_discount_percent": 2.5, "is_triangulated": True}
    order = sage.post("sop_orders", {"customer_id": customer(sage), "lines": [mugs(sage) | spare], **spare, **terms})
    assert (spare | terms).items() <= order.items()
    assert spare.items() <= order["lines"][0].items()
    amended = sage.put(f"sop_orders/{order['id']}", {"spare_text_1": "b"})
    assert (amended["spare_text_1"], amended["spare_bool_5"]) == ("b", True)


def test_lines_take_the_headers_date_when_it_says_so(sage: Sage) -> None:
    header = {"requested_delivery_date": "2026-12-01T00:00:00Z", "use_header_requested_date": True}
    own = {"requested_delivery_date": "2026-11-25T00:00:00Z", "promised_delivery_date": "2026-11-26T00:00:00Z"}
    order = sage.post("sop_orders", {"customer_id": customer(sage), "lines": [mugs(sage) | own], **header})
    line = order["lines"][0]
    assert line["requested_delivery_date"] == "2026-12-01T00:00:00Z"
    assert line["promised_delivery_date"] == "2026-11-26T00:00:00Z"
    sage.control("PUT", "release", {"release": "2024 R1"})
    assert "use_header_requested_date" not in sage.get(f"sop_orders/{order['id']}")


def test_trade_terms_are_kept_and_used_by_despatches(sage: Sage) -> None:
    made = sage.post("sop_incoterms", {"name": "CIP", "is_default": True})
    defaults = [row["name"] for row in sage.get("sop_incoterms") if row["is_default"]]
    assert defaults == ["CIP"]
    reason = sage.get("sop_export_reasons")[0]["id"]
    order = sage.order(quantity=1, to_allocate_quantity=1)
    tracking = {"sop_incoterm_id": made["id"], "consignment_no": "JD1", "weight": 1.25, "pieces": 2}
    items = [{"id": order["lines"][0]["id"], "quantity": 1}]
    body = {"sop_order_return_id": order["id"], "items": items, "tracking_items": [tracking]}
    sage.post("sop_confirm_despatch", body)
    receipt = sage.one("sop_despatch_receipts", "consignment_no eq 'JD1'", expand="sop_incoterm")
    assert (receipt["sop_incoterm_name"], receipt["sop_incoterm"]["name"]) == ("CIP", "CIP")
    corrected = sage.put(
        f"sop_despatch_receipts/{receipt['id']}", {"consignment_no": "JD2", "sop_export_reason_id": reason}
    )
    assert (corrected["consignment_no"], corrected["pieces"]) == ("JD2", 2)
    view = sage.one("sop_order_despatch_views", "sop_despatch_consignment_no eq 'JD2'")
    assert (view["sop_despatch_incoterm"], view["sop_despatch_weight"]) == ("CIP", 1.25)
    assert "does not exist" in sage.refused(f"sop_despatch_receipts/{receipt['id']}", {"courier_id": 999}, "PUT")
    assert "used" in sage.refused(f"sop_incoterms/{made['id']}", None, "DELETE")
    gone = [{"id": row["id"], "is_to_delete": True} for row in sage.get("sop_incoterms") if row["name"] != "CIP"]
    assert [row["name"] for row in sage.put("sop_incoterms", [*gone, {"name": "FOB"}])] == ["FOB"]
    assert [row["name"] for row in sage.get("sop_incoterms")] == ["CIP", "FOB"]
