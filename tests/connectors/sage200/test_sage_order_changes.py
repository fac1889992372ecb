from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.sage200.sop.order_changes import (
    allocated,
    allocations,
    amended,
    amendments,
    blame,
    open_quantity,
    removals,
    shortfall,
)
from tieout.connectors.sage200.sop.wire_orders import OpenOrder
from tieout.domain import commands as c
from tieout.ports.errors import Refused


def line(record: int, quantity: str = "3", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of the wire
    plain = {"id": record, "line_type": "EnumLineTypeStandard", "code": f"SKU{record}", "line_number": record}
    return {**plain, "line_quantity": Decimal(quantity), "line_unit_precision": Decimal("0.5"), **changes}


def order(*lines: dict[str, Any], **changes: Any) -> OpenOrder:  # noqa: ANN401 - as above
    head = {"id": 5, "document_no": "0000000123", "document_date": "2026-11-20T00:00:00Z"}
    return OpenOrder.model_validate({**head, "document_status": "EnumDocumentStatusLive", "lines": lines, **changes})


def wanted(*pairs: tuple[int, str]) -> list[c.LineAmendment]:
    return [c.LineAmendment(order_line=str(record), quantity=Decimal(quantity)) for record, quantity in pairs]


def sent(found: OpenOrder, *pairs: tuple[int, str]) -> list[dict[str, Any]]:
    return [dict(change.fields) for change in amendments(found, wanted(*pairs))]


def test_only_lines_that_differ_are_sent() -> None:
    assert sent(order(line(1), line(2)), (1, "3"), (2, "1.5")) == [
        {"id": 2, "line_quantity": Decimal("1.5"), "create_cancelled_line": True}
    ]


def test_nothing_removes_a_line_and_leaves_what_is_despatched() -> None:
    found = order(line(1), line(2, despatch_receipt_quantity=Decimal(2)))
    assert sent(found, (1, "0"), (2, "0")) == [
        {"id": 1, "is_to_delete": True, "create_cancelled_line": True},
        {"id": 2, "line_quantity": Decimal(2), "create_cancelled_line": True},
    ]


def test_a_line_that_is_gone_is_what_nothing_wants() -> None:
    assert sent(order(line(1)), (2, "0")) == []
    assert amended(order(line(1)), wanted((2, "0")))


def test_everything_that_cannot_be_amended_is_named_at_once() -> None:
    charge = line(3, "0", line_type="EnumLineTypeCharge")
    found = order(line(1), line(2, despatch_receipt_quantity=Decimal(2)), charge)
    with pytest.raises(Refused) as raised:
        amendments(found, wanted((1, "1.25"), (2, "1"), (3, "1"), (9, "1"), (1, "2")))
    for said in ("steps of 0.5", "2 despatched already", "no quantity to set", "line 9 is not on it", "named twice"):
        assert said in raised.value.reason


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("EnumDocumentStatusOnHold", "on hold"),
        ("EnumDocumentStatusCancelled", "is cancelled"),
        ("EnumDocumentStatusComplete", "is complete"),
    ],
)
def test_an_order_that_is_not_live_is_not_changed(status: str, said: str) -> None:
    found = order(line(1), document_status=status)
    with pytest.raises(Refused, match=said):
        amendments(found, wanted((1, "2")))
    assert amendments(found, wanted((1, "3"))) == []


def test_allocation_adds_what_is_missing() -> None:
    found = order(line(1, available_for_despatch=Decimal(1), allocated_quantity=Decimal(1)))
    (change,) = allocations(found, wanted((1, "3")), "to_allocate_quantity", holds_despatched=False)
    assert dict(change.fields) == {"id": 1, "to_allocate_quantity": Decimal(2)}


def test_allocation_is_set_where_the_site_wants_it_or_where_it_falls() -> None:
    ready: dict[str, Any] = {"available_for_despatch": Decimal(1), "allocated_quantity": Decimal(2)}
    found = order(line(1, despatch_receipt_quantity=Decimal(1), **ready))
    (set_,) = allocations(found, wanted((1, "2")), "allocated_quantity", holds_despatched=True)
    (less,) = allocations(found, wanted((1, "0")), "to_allocate_quantity", holds_despatched=True)
    assert dict(set_.fields) == {"id": 1, "allocated_quantity": Decimal(3)}
    assert dict(less.fields) == {"id": 1, "allocated_quantity": Decimal(1)}


def test_what_cannot_be_allocated_is_named_at_once() -> None:
    text = line(2, line_type="EnumLineTypeFreeText", description="Gift wrap")
    with pytest.raises(Refused) as raised:
        allocations(order(line(1), text), wanted((1, "4"), (2, "1")), "to_allocate_quantity", holds_despatched=False)
    assert "3 left to despatch" in raised.value.reason
    assert "(Gift wrap) is no stock item" in raised.value.reason


def test_a_half_applied_change_says_what_stands_what_was_refused_and_what_was_not_tried() -> None:
    before = order(line(1), line(2), line(3), line(4))
    changes = amendments(before, wanted((1, "2"), (2, "2"), (3, "2"), (4, "2")))
    after = order(line(1, "2"), line(2, "2"), line(3), line(4))
    assert blame("No stock.", changes, after) == (
        "line 3 (SKU3) was refused: No stock.; line 1 (SKU1) and line 2 (SKU2) stand; line 4 (SKU4) was not tried"
    )


@given(quantities=st.lists(st.integers(2, 9), min_size=1, max_size=6), applied=st.integers(0, 6))
def test_whatever_was_applied_each_line_is_spoken_of_once(quantities: list[int], applied: int) -> None:
    before = order(*(line(n, str(quantity)) for n, quantity in enumerate(quantities, 1)))
    changes = amendments(before, wanted(*((n, "1") for n in range(1, len(quantities) + 1))))
    now = ["1" if n < applied else str(quantity) for n, quantity in enumerate(quantities)]
    said = blame("No.", changes, order(*(line(n, quantity) for n, quantity in enumerate(now, 1))))
    if applied >= len(quantities):
        assert "all lines" in said
    else:
        assert all(said.count(f"(SKU{n})") == 1 for n in range(1, len(quantities) + 1))


def test_an_order_that_vanished_stands_in_no_line() -> None:
    changes = amendments(order(line(1)), wanted((1, "2")))
    assert blame("Gone.", changes, None) == "line 1 (SKU1) was refused: Gone."


def test_an_accepted_allocation_that_fell_short_is_named() -> None:
    changes = allocations(order(line(1)), wanted((1, "3")), "to_allocate_quantity", holds_despatched=False)
    assert shortfall(changes, order(line(1, allocated_quantity=Decimal(1)))) == ("line 1 (SKU1) has 1 allocated",)
    assert shortfall(changes, order(line(1, allocated_quantity=Decimal(3)))) == ()


def test_nothing_is_open_on_a_cancelled_order() -> None:
    found = order(line(1), line(2, despatch_receipt_quantity=Decimal(3)))
    assert open_quantity(found) == 3
    assert open_quantity(order(line(1), document_status="EnumDocumentStatusCancelled")) == 0
    assert open_quantity(order(line(1), cancelled_status="EnumDocumentProcessStatusFull")) == 0


def test_a_line_that_needs_no_confirmation_is_open_only_until_the_first_goods_leave() -> None:
    wrap = line(2, "1", line_type="EnumLineTypeFreeText", confirmation_intent_type="NoConfirmation")
    assert open_quantity(order(line(1), wrap)) == 4
    touched = order(line(1, despatch_receipt_quantity=Decimal(1)), wrap)
    assert open_quantity(touched) == 2
    assert [change.line.id for change in removals(touched)] == [1]


def test_what_is_wanted_stands_only_when_every_line_has_it() -> None:
    found = order(line(1, "2", available_for_despatch=Decimal(1)), line(2))
    assert amended(found, wanted((1, "2"), (2, "3")))
    assert not amended(found, wanted((1, "2"), (2, "2")))
    assert allocated(found, wanted((1, "1")))
    assert not allocated(found, wanted((1, "1"), (9, "0")))
