"""What a return is worth: the invoiced price, its VAT and its pennies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.acceptance.returns.rows import Row, play
from tests.processes.estate import Line

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk


def price_of_the_invoice(desk: Desk) -> None:
    """Two mugs are sold at 10.00; the price book then says 0.01 and zero VAT; one comes back.

    Sage's credit note is 10.00 and 2.00 VAT, and the customer gets 12.00.
    """
    order = desk.sold(Line("MUG", 2, "10.00"))
    desk.control.put("/sage200/prices", {"MUG": "0.01"})
    desk.control.put("/sage200/company", {"products": {"MUG": {"tax_code": 2}}})
    rma = desk.authorised(order, ("MUG", 1))
    desk.settle()
    desk.arrived(rma)
    desk.settle()
    change = desk.change()
    assert change.credits == ((1000, 200),)
    assert change.refunds == ((order, 1200),)
    assert change.payments == (1200,)
    assert change.outstanding == 0
    assert desk.is_done(rma)


ROWS = (
    Row(
        id="RET-06",
        says="A return is credited at the price and VAT of its invoice, never at today's price book.",
        scenario=price_of_the_invoice,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_a_return_is_worth(row: Row, desk: Desk) -> None:
    play(row, desk)
