"""An order as releasing it needs it, of answers that the stand-in has no reason to give."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tieout.connectors.sage200.sop.open_translate import ItemFacts, OrderFacts, address_of, open_order, says_where
from tieout.connectors.sage200.sop.wire_open import BookOrder, BuyerShape, PlaceShape
from tieout.domain.documents.address import PostalAddress
from tieout.domain.money import Money
from tieout.ports.errors import BadAnswer

LINE = {
    "id": 7,
    "line_type": "EnumLineTypeStandard",
    "line_number": 1,
    "code": "EGG",
    "description": "Eggs",
    "line_quantity": "2",
    "selling_unit_price": "24.00",
    "selling_unit_multiple": "12",
    "stock_unit_multiple": "1",
    "line_total_value": "48.00",
    "line_tax_value": "9.60",
    "allocated_quantity": "2",
    "despatch_receipt_quantity": "1",
}
ORDER = {
    "id": 5,
    "document_no": "0000000005",
    "document_date": "2026-11-20T00:00:00Z",
    "document_status": "EnumDocumentStatusLive",
    "total_net_value": "48.00",
    "total_tax_value": "9.60",
}


def read(*lines: dict[str, Any], facts: dict[str, Any] | None = None, **head: object) -> Any:  # noqa: ANN401 - shorthand
    order = BookOrder.model_validate({**ORDER, **head, "lines": [{**LINE, **line} for line in lines or ({},)]})
    plain: dict[str, Any] = {
        "currency": "GBP",
        "prices_hold_tax": False,
        "allocated_holds_despatched": False,
        "buyer": BuyerShape(),
        "deliver_to": PostalAddress(),
        "items": {"EGG": ItemFacts(is_stocked=True, is_traceable=False)},
        "warehouses": {},
        "units": {},
    }
    return open_order(order, OrderFacts(**{**plain, **(facts or {})}))


def test_a_line_of_a_type_that_nobody_knows_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="EnumLineTypeKit"):
        read({}, {"id": 8, "line_type": "EnumLineTypeKit"})


def test_lines_that_do_not_make_the_total_are_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="its totals say"):
        read(total_net_value="50.00")


def test_a_service_item_is_no_stock() -> None:
    (line,) = read(facts={"items": {"EGG": ItemFacts(is_stocked=False, is_traceable=False)}}).lines
    assert not line.is_stocked


def test_an_allocation_that_counts_what_left_is_told_without_it() -> None:
    (shown,) = read(facts={"allocated_holds_despatched": True}).lines
    (plain,) = read().lines
    (said,) = read({"available_for_despatch": "0.5"}, facts={"allocated_holds_despatched": True}).lines
    assert [shown.allocated, plain.allocated, said.allocated] == [1, 2, Decimal("0.5")]


def test_prices_that_hold_tax_are_told_without_it() -> None:
    held = {"selling_unit_price": "28.80", "line_total_value": "57.60"}
    order = read(held, facts={"prices_hold_tax": True})
    assert (order.lines[0].net, order.lines[0].unit_price, order.net) == (Money(4800), Decimal("24.00000"), Money(4800))


@pytest.mark.parametrize(
    ("status", "cancelled", "expected"),
    [
        ("EnumDocumentStatusLive", "EnumDocumentProcessStatusNone", "live"),
        ("EnumDocumentStatusOnHold", "", "on_hold"),
        ("EnumDocumentStatusComplete", "", "complete"),
        ("EnumDocumentStatusComplete", "EnumDocumentProcessStatusFull", "cancelled"),
        ("EnumDocumentStatusCancelled", "", "cancelled"),
        ("EnumDocumentStatusDispute", "", "other"),
        ("", "", "other"),
    ],
)
def test_a_status_is_told_in_our_words_and_in_sages(status: str, cancelled: str, expected: str) -> None:
    order = read(document_status=status, cancelled_status=cancelled)
    assert (order.status, order.status_text) == (expected, status)


def test_payment_is_unknown_where_sage_says_nothing_of_it() -> None:
    assert read().paid is None
    assert read(payment_with_order=False).paid == Money(0)
    assert read(payment_with_order=True, payment_value="10.00").paid == Money(1000)


def test_lines_are_told_in_their_order_on_the_document() -> None:
    halves = {"line_total_value": "24.00", "line_tax_value": "4.80", "line_quantity": "1"}
    order = read({"id": 8, "line_number": 2, **halves}, {"id": 7, "line_number": 1, **halves})
    assert [(line.line_id, line.number) for line in order.lines] == [("7", 1), ("8", 2)]


def test_the_one_who_took_the_order_changed_it_last_only_while_nobody_else_did() -> None:
    entered: dict[str, Any] = {"document_created_by": "JBROWN", "date_time_created": "2026-11-20T12:00:00Z"}
    assert read(**entered, date_time_updated="2026-11-20T12:00:00Z").changed_by == "JBROWN"
    assert read(**entered, date_time_updated="2026-11-20T12:00:01Z").changed_by == ""
    assert read().changed_by == ""


def test_an_address_keeps_sages_country_and_takes_the_code_only_where_it_has_none() -> None:
    place = PlaceShape(postal_name=" A Person ", address_1="1 High Street", address_3="Headingley", country="France")
    assert address_of(place, "FR").country == "France"
    assert address_of(place.model_copy(update={"country": ""}), "FR").country == "FR"
    assert (address_of(place).name, address_of(place).lines) == ("A Person", ("1 High Street", "Headingley"))


def test_a_name_alone_is_no_address() -> None:
    assert not says_where(None)
    assert not says_where(PlaceShape(postal_name="A Person", country="France"))
    assert says_where(PlaceShape(postcode="LS1 1AA"))
