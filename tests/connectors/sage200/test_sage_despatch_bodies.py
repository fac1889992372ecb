from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tieout.connectors.sage200.sop.despatch_bodies import (
    Leaving,
    bins_chosen,
    despatch_body,
    leaving,
    plain_item,
    stock_units,
    tracking_body,
    unavailable,
)
from tieout.connectors.sage200.sop.despatch_numbers import numbers_leaving, numbers_to_allocate
from tieout.connectors.sage200.sop.order_translate import quantities_of, selling_per_unit, under_key
from tieout.connectors.sage200.sop.wire_orders import (
    DespatchBin,
    DespatchItem,
    DespatchLineView,
    OpenLine,
    OpenOrder,
    TraceableItem,
)
from tieout.domain import commands as c
from tieout.ports.errors import Refused

ON = date(2026, 11, 20)
KEY = "TDS-0000000000000001"


def row(**changes: Any) -> OpenLine:  # noqa: ANN401 - any field of the wire
    plain = {"id": 7, "line_type": "EnumLineTypeStandard", "code": "MUG", "line_quantity": Decimal(4)}
    return OpenLine.model_validate({**plain, "product_id": 41, "line_number": 1, **changes})


def order(*rows: OpenLine, **changes: Any) -> OpenOrder:  # noqa: ANN401 - as above
    head = {"id": 5, "document_no": "0000000123", "document_date": "2026-11-20T00:00:00Z"}
    lines = [one.model_dump() for one in rows]
    return OpenOrder.model_validate({**head, "document_status": "EnumDocumentStatusLive", "lines": lines, **changes})


def gone(quantity: str = "2", **changes: Any) -> c.DespatchLine:  # noqa: ANN401 - any field of the command
    line = c.DespatchLine(order_line="7", sku="MUG", quantity=Decimal(quantity), despatched_before=Decimal(0))
    return dataclasses.replace(line, **changes)


def one(quantity: str = "2", **changes: Any) -> Leaving:  # noqa: ANN401 - as above
    return Leaving(order=row(), wanted=gone(quantity, **changes), stock_quantity=Decimal(quantity))


def despatch(**changes: Any) -> c.Despatch:  # noqa: ANN401 - as above
    command = c.Despatch(key=KEY, order_number="0000000123", on=ON, lines=(gone(),))
    return dataclasses.replace(command, **changes)


@pytest.mark.parametrize(
    ("quantity", "selling", "stock", "units"),
    [("2", "12", "1", "24"), ("6", "1", "12", "0.5"), ("2", "1", "1", "2"), ("1", "1", "3", None)],
)
def test_selling_units_become_stock_units_exactly_or_not_at_all(
    quantity: str, selling: str, stock: str, units: str | None
) -> None:
    line = row(selling_unit_multiple=Decimal(selling), stock_unit_multiple=Decimal(stock))
    assert stock_units(Decimal(quantity), line) == (None if units is None else Decimal(units))


def test_a_quantity_between_the_steps_of_the_stock_unit_is_not_exact() -> None:
    line = row(selling_unit_multiple=1, stock_unit_multiple=2, stock_unit_precision=1)
    assert stock_units(Decimal(3), line) is None
    assert stock_units(Decimal(4), line) == 2


@given(
    quantity=st.decimals("0.00001", "9999", places=5),
    selling=st.decimals("0.0000001", "999", places=7),
    stock=st.decimals("0.0000001", "999", places=7),
)
def test_an_exact_conversion_leads_back_to_the_quantity(quantity: Decimal, selling: Decimal, stock: Decimal) -> None:
    units = stock_units(quantity, row(selling_unit_multiple=selling, stock_unit_multiple=stock))
    assume(units is not None)
    assert units is not None
    assert units * stock == quantity * selling


def test_everything_that_cannot_leave_is_named_at_once() -> None:
    found = order(row(), row(id=8, line_number=2, code="BOWL", selling_unit_multiple=1, stock_unit_multiple=3))
    lines = (
        gone("5", sku="CUP"),
        gone("1", order_line="8", sku="BOWL"),
        gone("1", order_line="9"),
    )
    with pytest.raises(Refused) as raised:
        leaving(found, lines)
    for said in ("4 left to despatch, not 5", "is not CUP", "no exact quantity", "no line 9"):
        assert said in raised.value.reason


@pytest.mark.parametrize("status", ["EnumDocumentStatusOnHold", "EnumDocumentStatusCancelled"])
def test_nothing_leaves_of_an_order_that_is_not_live(status: str) -> None:
    with pytest.raises(Refused, match="0000000123"):
        leaving(order(row(), document_status=status), (gone(),))
    assert leaving(order(row(), document_status=status), ()) == []


def test_bins_and_batches_make_the_quantity() -> None:
    short = gone("2", bins=(("A1", Decimal(1)),), batches=(c.BatchQuantity(number="B7", quantity=Decimal(3)),))
    with pytest.raises(Refused) as raised:
        leaving(order(row()), (short,))
    assert "bins that do not make 2" in raised.value.reason
    assert "serial numbers that do not make 2" in raised.value.reason


def test_parcels_of_one_line_leave_together() -> None:
    (found,) = leaving(
        order(row()),
        (gone("1", bins=(("A1", Decimal(1)),)), gone("3", bins=(("A2", Decimal(3)),))),
    )
    assert plain_item(found) == {"id": 7, "quantity": 4}
    assert found.wanted.bins == (("A1", Decimal(1)), ("A2", Decimal(3)))


def test_a_bin_and_a_batch_in_two_parcels_are_named_once() -> None:
    one_parcel = gone("2", bins=(("A1", Decimal(2)),), batches=batches(("B7", "2")))
    other = gone("2", bins=(("A1", Decimal(1)), ("A2", Decimal(1))), batches=batches(("B7", "1"), ("B8", "1")))
    (line,) = leaving(order(row()), [one_parcel, other])
    assert line.wanted.bins == (("A1", Decimal(3)), ("A2", Decimal(1)))
    assert line.wanted.batches == batches(("B7", "3"), ("B8", "1"))


def test_the_key_stands_in_the_notes_before_the_note() -> None:
    command = despatch(courier="Royal Mail", consignment="JD2", parcels=2, weight=Decimal("1.25"), note="At the door")
    assert tracking_body(command, 5, 4) == {
        "sop_order_return_id": 5,
        "pieces": 2,
        "courier_id": 4,
        "consignment_no": "JD2",
        "weight": Decimal("1.25"),
        "notes": f"{KEY} At the door",
    }
    assert tracking_body(despatch(), 5, 0) == {"sop_order_return_id": 5, "pieces": 1, "notes": KEY}


def test_goods_leave_by_sages_default_and_services_are_confirmed() -> None:
    goods = despatch_body(despatch(), 5, "", [{"id": 7, "quantity": Decimal(2)}], None)
    assert goods == {
        "sop_order_return_id": 5,
        "despatch_receipt_date": "2026-11-20T00:00:00Z",
        "items": [{"id": 7, "quantity": Decimal(2)}],
    }
    assert despatch_body(despatch(), 5, "Confirm", [], {"pieces": 1})["confirmation_intent_type"] == "Confirm"


BINS = (
    DespatchBin(id=1, bin_name="A1", available_quantity=Decimal(1)),
    DespatchBin(id=2, bin_name="A2", available_quantity=Decimal(3)),
)


def test_bins_are_those_that_the_goods_left_from_or_sages_in_their_order() -> None:
    assert bins_chosen(one("3"), BINS) == [{"id": 1, "quantity": 1}, {"id": 2, "quantity": 2}]
    named = one("2", bins=(("A2", Decimal(2)),))
    assert bins_chosen(named, BINS) == [{"id": 2, "quantity": 2}]


def test_a_bin_that_is_not_allocated_or_holds_too_little_is_refused() -> None:
    with pytest.raises(Refused, match=r"2 from bin A1 \(allocated there: 1\)"):
        bins_chosen(one("2", bins=(("A1", Decimal(2)),)), BINS)
    with pytest.raises(Refused, match="lies in no bin allocated"):
        bins_chosen(one("9"), BINS)


def traceable(record: int, number: str, place: str, held: str, **changes: Any) -> TraceableItem:  # noqa: ANN401 - as above
    plain = {"traceable_item_id": record, "traceable_bin_item_id": record * 10, "traceable_allocation_balance_id": 3}
    held_there = {"identification_no": number, "bin_name": place, "available_quantity": Decimal(held)}
    return TraceableItem.model_validate({**plain, **held_there, **changes})


def test_batches_are_taken_from_wherever_they_lie() -> None:
    rows = (traceable(1, "B7", "A1", "1"), traceable(2, "B8", "A1", "5"), traceable(3, "B7", "A2", "5"))
    wanted = one("4", batches=(c.BatchQuantity(number="B7", quantity=Decimal(4)),))
    chosen = numbers_leaving(wanted, rows)
    assert [(item["traceable_item_id"], item["quantity"], item["is_selected"]) for item in chosen] == [
        (1, 1, True),
        (3, 3, True),
    ]
    assert chosen[0]["traceable_bin_item_id"] == 10


def test_batches_are_taken_from_the_bins_named() -> None:
    rows = (traceable(1, "B7", "A1", "5"), traceable(3, "B7", "A2", "5"))
    batch = c.BatchQuantity(number="B7", quantity=Decimal(2))
    chosen = numbers_leaving(one("2", batches=(batch,), bins=(("A2", Decimal(2)),)), rows)
    assert [item["traceable_item_id"] for item in chosen] == [3]


def test_a_batch_that_is_not_there_or_cannot_be_selected_is_refused() -> None:
    rows = (traceable(1, "S1", "A1", "1", is_selectable=False),)
    with pytest.raises(Refused, match="1 of S1"):
        numbers_leaving(one("1", batches=(c.BatchQuantity(number="S1", quantity=Decimal(1)),)), rows)


def taken(rows: list[dict[str, Any]]) -> dict[int, tuple[int, bool]]:
    return {row["traceable_item_id"]: (int(row["quantity"]), row["is_selected"]) for row in rows}


def batches(*pairs: tuple[str, str]) -> tuple[c.BatchQuantity, ...]:
    return tuple(c.BatchQuantity(number=number, quantity=Decimal(quantity)) for number, quantity in pairs)


def test_only_numbers_that_are_allocated_leave_where_numbers_are_allocated() -> None:
    rows = (traceable(1, "B7", "A1", "5", allocation_quantity=Decimal(1)), traceable(2, "B8", "A1", "5"))
    assert taken(numbers_leaving(one("1", batches=batches(("B7", "1"))), rows)) == {1: (1, True)}
    with pytest.raises(Refused, match="1 of B8"):
        numbers_leaving(one("1", batches=batches(("B8", "1"))), rows)


def test_numbers_that_left_are_allocated_in_the_place_of_others() -> None:
    rows = (
        traceable(1, "S1", "A1", "1", allocation_quantity=Decimal(1)),
        traceable(2, "S2", "A1", "1", allocation_quantity=Decimal(1)),
        traceable(3, "S3", "A1", "1"),
    )
    ready = Leaving(
        order=row(available_for_despatch=Decimal(2)),
        wanted=gone("1", batches=batches(("S3", "1"))),
        stock_quantity=Decimal(1),
    )
    assert taken(numbers_to_allocate(ready, rows)) == {1: (1, True), 2: (0, False), 3: (1, True)}


def test_numbers_stay_as_they_are_where_they_are_right_or_not_allocated_at_all() -> None:
    rows = (traceable(1, "S1", "A1", "1", allocation_quantity=Decimal(1)), traceable(2, "S2", "A1", "1"))
    bare = (traceable(1, "S1", "A1", "1"), traceable(2, "S2", "A1", "1"))
    wanted = gone("1", batches=batches(("S1", "1")))
    ready = Leaving(order=row(available_for_despatch=Decimal(1)), wanted=wanted, stock_quantity=Decimal(1))
    assert numbers_to_allocate(ready, rows) == []
    assert numbers_to_allocate(ready, bare) == []
    assert taken(numbers_to_allocate(one("1", batches=batches(("S1", "1"))), bare)) == {1: (1, True)}


def test_what_sage_does_not_offer_is_named_with_what_is_ready() -> None:
    assert unavailable([one("2")], [DespatchItem(id=7, available_quantity=Decimal(1))]) == [
        "line 1 (MUG) has 1 of 2 ready"
    ]
    assert unavailable([one("2")], []) == ["line 1 (MUG) has 0 of 2 ready"]
    assert unavailable([one("2")], [DespatchItem(id=7, available_quantity=Decimal(2))]) == []


def test_only_notes_that_hold_the_key_as_a_word_belong_to_the_despatch() -> None:
    def view(record: int, notes: str, quantity: str) -> DespatchLineView:
        return DespatchLineView(
            sop_despatch_line_id=record,
            sop_order_line_id=7,
            sop_despatch_line_quantity=Decimal(quantity),
            sop_despatch_notes=notes,
        )

    rows = [view(1, f"{KEY} At the door", "12"), view(2, f"{KEY}2", "48"), view(3, KEY, "24")]
    mine = under_key(rows, KEY)
    assert quantities_of(mine, {}) == {"7": 36}
    boxes = {"selling_unit_multiple": 12, "stock_unit_multiple": 1}
    in_stock_units = row(despatch_receipt_quantity=7, **boxes)
    assert quantities_of(mine, selling_per_unit([in_stock_units], rows)) == {"7": 3}
    in_selling_units = row(despatch_receipt_quantity=84, **boxes)
    assert selling_per_unit([in_selling_units], rows) == {}


@given(boxes=st.integers(1, 999), each=st.sampled_from([Decimal(3), Decimal(7), Decimal(12), Decimal("0.3")]))
def test_stock_units_read_back_lead_to_whole_boxes(boxes: int, each: Decimal) -> None:
    rows = [
        DespatchLineView(
            sop_despatch_line_id=1, sop_order_line_id=7, sop_despatch_line_quantity=boxes * each, sop_despatch_notes=KEY
        )
    ]
    line = row(despatch_receipt_quantity=boxes, selling_unit_multiple=each, stock_unit_multiple=1)
    assert quantities_of(rows, selling_per_unit([line], rows)) == {"7": boxes}
