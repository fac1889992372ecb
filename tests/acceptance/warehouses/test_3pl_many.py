"""Many at once: fifty things happen to one order, and four workers work on it."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Row, play
from tests.acceptance.warehouses.seen import despatch_notes
from tests.acceptance.warehouses.threepl import gone
from tests.acceptance.warehouses.yard import Setup
from tests.processes.house import COMPANY

from tieout.intake.files import pick_up

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

SETUP = Setup(kind="csv", choices={"pool_size": 12})


def fifty_at_once(yard: Yard) -> None:
    """An order of fifty mugs leaves in fifty parcels. All fifty files are read while four workers work on the order.

    Sage has fifty despatches of one mug each, one for every parcel, and all fifty mugs; none is there twice.
    """
    number = yard.order(("MUG", 50))
    yard.settle()
    for parcel in range(50):
        gone(yard, number, tracking=f"P{parcel:02}", lines=[{"of": "MUG", "quantity": "1"}])
    application = yard.house.application
    stop = threading.Event()

    def works() -> None:
        while not stop.is_set():
            yard.house.work_through_defects()

    workers = [threading.Thread(target=works) for _ in range(4)]
    for worker in workers:
        worker.start()
    pick_up(application.floor, application.companies[COMPANY])
    stop.wait(3)
    stop.set()
    for worker in workers:
        worker.join()
    yard.settle(90)
    notes = despatch_notes(yard, number)
    assert [note.lines for note in notes] == [(("MUG", 1),)] * 50
    assert sorted(note.consignment for note in notes) == [f"P{parcel:02}" for parcel in range(50)]
    assert yard.booked(number) == {"MUG": Decimal(50)}
    assert yard.is_done(number)


ROWS = (
    Row(
        id="3PL-24",
        says="Fifty things that happen to one order at once end in its books one after the other, each once.",
        scenario=fifty_at_once,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_happens_at_once(row: Row, yard: Yard) -> None:
    play(row, yard)
