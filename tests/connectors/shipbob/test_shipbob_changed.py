"""The list of changed orders, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tieout.connectors.shipbob import ShipBobCompat, ShipBobWarehouse
from tieout.ports.errors import BadAnswer

from .conftest import NOON, REFERENCE, order

if TYPE_CHECKING:
    from .conftest import Opening, Teller


def query(teller: Teller, at: int = -1) -> dict[str, list[str]]:
    return parse_qs(urlsplit(teller.asked[at].path).query)


def test_changed_orders_are_read_to_the_end_with_an_overlap(opening: Opening, teller: Teller) -> None:
    teller.says(200, [order(), order(id=502, reference_id="0000000124-1")])
    teller.says(200, [order(id=503), order(id=504, reference_id=None, order_number="S7")])
    teller.says(200, [])
    changed = list(opening(page_size=2).changed(NOON - timedelta(hours=1)))
    assert changed == [REFERENCE, "0000000124-1", "S7"]
    assert [query(teller, at)["Page"] for at in range(3)] == [["1"], ["2"], ["3"]]
    assert query(teller)["LastUpdateStartDate"] == ["2026-11-20T10:55:00Z"]


def test_the_first_reading_asks_for_everything(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, [])
    assert list(warehouse.changed(None)) == []
    assert "LastUpdateStartDate" not in query(teller)


@pytest.mark.parametrize(("word", "asked"), [("Oldest", ["Oldest"]), ("", None)])
def test_orders_are_listed_oldest_first_where_the_word_is_known(
    opening: Opening, teller: Teller, word: str, asked: list[str] | None
) -> None:
    teller.says(200, [])
    list(opening(compat=ShipBobCompat(sort_order=word)).changed(None))
    assert query(teller).get("SortOrder") == asked


def test_a_page_that_names_no_next_one_is_the_last_where_pages_name_them(
    warehouse: ShipBobWarehouse, teller: Teller
) -> None:
    teller.says(200, [order()], headers={"Next-Page": "/2026-07/order?Page=2"})
    teller.says(200, [order(id=502, reference_id="0000000124-1")])
    assert list(warehouse.changed(NOON)) == [REFERENCE, "0000000124-1"]
    assert len(teller.asked) == 2


def test_a_list_that_does_not_turn_its_pages_is_no_answer(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, [order()])
    with pytest.raises(BadAnswer, match="same page"):
        list(warehouse.changed(NOON))
