from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.sage200.accounts.bodies_customers import text_of
from tieout.connectors.sage200.compat import Compat
from tieout.connectors.sage200.stock.translate_stock import (
    Stage,
    count_found,
    is_movement,
    numbers_to_move,
    selected,
    signed,
    signed_found,
    stage_of,
    to_enter,
)
from tieout.connectors.sage200.stock.wire_stock import CountRow, StocktakeItem, StocktakeShape, TraceableItem
from tieout.connectors.sage200.wire import MovementView
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.ports.errors import BadAnswer, Refused

COMPAT = Compat()


def counting(*counts: tuple[str, str, int]) -> c.CountStock:
    return c.CountStock(
        key="TCT-1",
        warehouse="HOME",
        counts=tuple(c.CountedBin(sku=sku, bin=place, quantity=Decimal(quantity)) for sku, place, quantity in counts),
        variance_nominal=Nominal(account="5200"),
        narrative="Recount",
    )


def sheet_row(sku: str, place: str, *, recorded: int | None = None, actual: int | None = None) -> CountRow:
    return CountRow(
        id=1,
        item_code=sku,
        bin_name=place,
        recorded_quantity_in_stock=None if recorded is None else Decimal(recorded),
        actual_quantity_entered=actual is not None,
        actual_quantity_in_stock=None if actual is None else Decimal(actual),
    )


@pytest.mark.parametrize(
    ("kind", "quantity", "is_out"),
    [
        ("Out - Write Off", "2", True),
        ("Out - SOP", "-2", True),
        ("BOM Issue", "2", True),
        ("In - SOP", "2", False),
        ("BOM Build", "2", False),
    ],
)
def test_what_leaves_is_negative_whether_or_not_sage_signs_it(kind: str, quantity: str, *, is_out: bool) -> None:
    assert signed(Decimal(quantity), kind, COMPAT.out_words) == (Decimal(-2) if is_out else Decimal(2))


def test_allocations_in_the_movement_log_moved_nothing() -> None:
    assert not is_movement("Allocation - Customer", COMPAT.unmoving_words)
    assert is_movement("Out - SOP", COMPAT.unmoving_words)


def test_movements_of_one_key_and_bin_are_one_figure() -> None:
    row: dict[str, Any] = {"product_code": "MUG", "warehouse_name": "HOME", "bin_name": "A1", "quantity": Decimal(1)}
    rows = [MovementView.model_validate({**row, "id": n, "transaction_type": "Out - Internal"}) for n in (1, 2)]
    found = signed_found(rows, COMPAT.out_words)
    assert found is not None
    assert (found.reference, found.figures) == ("1, 2", {"MUG@HOME/A1": "-2"})
    assert signed_found([], COMPAT.out_words) is None


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("EnumStocktakeStatusSelectingItems", Stage.SELECTING),
        ("Sheets printed", Stage.PRINTED),
        ("Entering counts", Stage.COUNTING),
        ("Requires Approval", Stage.APPROVAL),
        ("EnumStocktakeStatusTypeComplete", Stage.COMPLETE),
    ],
)
def test_a_stocktakes_status_is_known_by_its_last_words(word: str, stage: Stage) -> None:
    assert stage_of(StocktakeShape(stocktake_status=word)) is stage


def test_a_status_that_nobody_knows_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="Paused"):
        stage_of(StocktakeShape(stocktake_name="TCT-1", stocktake_status="Paused"))


def test_rows_are_selected_by_item_or_by_bin_and_every_missing_one_is_named() -> None:
    command = counting(("MUG", "A1", 1), ("BOWL", "B2", 2))
    by_item = [StocktakeItem(item_code=sku) for sku in ("MUG", "VASE", "BOWL")]
    assert [row.item_code for row in selected(command, by_item)] == ["MUG", "BOWL"]
    by_bin = [StocktakeItem(item_code="MUG", bin_name="A1"), StocktakeItem(item_code="MUG", bin_name="B2")]
    with pytest.raises(Refused, match="BOWL in bin B2 in warehouse HOME"):
        selected(command, by_bin)
    bins_alone = [StocktakeItem(bin_name=place) for place in ("A1", "B2", "C3")]
    assert [row.bin_name for row in selected(command, bins_alone)] == ["A1", "B2"]


def test_items_with_numbers_are_not_counted_blindly() -> None:
    rows = [StocktakeItem(item_code="MUG", traceable_type="EnumTraceableTypeBatch")]
    with pytest.raises(Refused, match="MUG carry batch or serial numbers"):
        selected(counting(("MUG", "A1", 1)), rows)


def test_what_nobody_counted_stays_as_recorded_and_what_is_entered_is_left() -> None:
    sheet = [
        sheet_row("MUG", "A1", recorded=5),
        sheet_row("MUG", "B2", recorded=7),
        sheet_row("MUG", "C3", recorded=1, actual=1),
        sheet_row("MUG", "D4", recorded=2, actual=4),
        sheet_row("MUG", "E5", recorded=2, actual=3),
    ]
    command = counting(("MUG", "A1", 9), ("MUG", "D4", 4), ("MUG", "E5", 6))
    entered = [(row.bin_name, quantity) for row, quantity in to_enter(command, sheet)]
    assert entered == [("A1", Decimal(9)), ("B2", Decimal(7)), ("E5", Decimal(6))]


def test_a_sheet_that_cannot_be_filled_in_names_every_row() -> None:
    with pytest.raises(Refused, match="BOWL in A1, MUG in B2"):
        to_enter(counting(("MUG", "A1", 1), ("BOWL", "A1", 1)), [sheet_row("MUG", "A1"), sheet_row("MUG", "B2")])


def test_a_completed_count_also_shows_what_else_it_changed() -> None:
    take = StocktakeShape(
        id=4,
        stocktake_name="TCT-1",
        warehouse_name="HOME",
        stocktake_status="Complete",
        stocktake_count_sheet_items=(
            sheet_row("MUG", "A1", recorded=5, actual=9),
            sheet_row("MUG", "B2", recorded=7, actual=7),
            sheet_row("MUG", "C3", recorded=7, actual=6),
        ),
    )
    command = counting(("MUG", "A1", 9))
    found = count_found(command, take)
    assert found.figures == {"MUG@HOME/A1": "9", "MUG@HOME/C3": "6"}
    assert c.differences(command.figures(), found.figures) == (("MUG@HOME/C3", "-", "6"),)


numbers = st.sampled_from(["B1", "B2", "B3"])
there = st.lists(
    st.builds(
        TraceableItem,
        traceable_item_id=st.integers(1, 9),
        identification_no=numbers,
        is_selectable=st.booleans(),
        available_quantity=st.integers(0, 5).map(Decimal),
    ),
    max_size=6,
)
wanted = st.lists(
    st.builds(c.BatchQuantity, number=numbers, quantity=st.integers(1, 6).map(Decimal)),
    max_size=3,
)


@given(wanted, there)
def test_numbers_move_in_full_or_not_at_all_and_never_beyond_what_is_free(
    wanted: list[c.BatchQuantity], there: list[TraceableItem]
) -> None:
    free: Counter[str] = Counter()
    for row in there:
        free[row.identification_no] += int(row.available_quantity) if row.is_selectable else 0
    together = sum((batch.quantity for batch in wanted), Decimal(0))
    asked: Counter[str] = Counter()
    for batch in wanted:
        asked[batch.number] += int(batch.quantity)
    if any(asked[number] > free[number] for number in asked):
        with pytest.raises(Refused, match="is not free in the bin"):
            numbers_to_move(wanted, together, there)
        return
    taken = numbers_to_move(wanted, together, there)
    moved: Counter[str] = Counter()
    for row, part in taken:
        assert row.is_selectable
        assert 0 < part <= row.available_quantity
        moved[row.identification_no] += int(part)
    assert moved == asked
    with pytest.raises(Refused, match="to move"):
        numbers_to_move(wanted, together + 1, there)


@given(st.text(st.characters(exclude_characters="\r")), st.sampled_from(["TME-1", "TME-11"]))
def test_a_note_comes_back_without_its_key_whatever_sage_does_to_line_ends(note: str, key: str) -> None:
    written = f"{note} {key}"
    assert text_of(written, key) == note
    assert text_of(written.replace("\n", "\r\n") + " ", key) == note
    assert text_of(written, "TME-111") is None
