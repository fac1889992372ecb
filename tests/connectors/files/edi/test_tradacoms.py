"""TRADACOMS orders, typed after the one published sample of release 9."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tieout.connectors.files.edi import EdiSettings, read_edi, read_orders
from tieout.connectors.files.edi.orders import ReadLine
from tieout.ports.inbound import MalformedError

ORDER = (
    b"STX=ANA:1+:ANY SHOP PLC+:MAKER PLC+261119:081500+REFS+REFR'\r\n"
    b"MHD=1+ORDHDR:9'\r\nTYP=0430+NEW-ORDERS'\r\nMTR=3'\r\n"
    b"MHD=2+ORDERS:9'\r\nCLO=5000600003240::68322+SHOP ?+ CAF?'?=+72 KING STREET:LONDON EC2'\r\nORD=981::261119'\r\n"
    b"DIN=261128+++RING BEFORE DELIVERY'\r\n"
    b"OLD=1+5000100481452+5000100074326++12+10++++PRODUCT A'\r\n"
    b"OLD=2++5000100068271+BUYERS-7++2.5++++PRODUCT B'\r\nOTR=2+12'\r\nMTR=8'\r\n"
    b"MHD=3+ORDTLR:9'\r\nOFT=1'\r\nMTR=3'\r\nEND=3'\r\n"
)


def test_an_order_is_read_with_its_lines_in_the_units_that_were_ordered() -> None:
    (found,) = read_orders(ORDER, EdiSettings())
    assert (found.action, found.reference, found.customer) == ("new", "981", "5000600003240")
    assert (found.ordered_on, found.required_on) == (date(2026, 11, 19), date(2026, 11, 28))
    assert (found.deliver_to.name, found.deliver_to.lines) == ("SHOP + CAF'=", ("72 KING STREET", "LONDON EC2"))
    assert found.instructions == "RING BEFORE DELIVERY"
    assert found.lines == (
        ReadLine(
            line="", number=1, sku="5000100481452", quantity=Decimal(10), unit="pack of 12", description="PRODUCT A"
        ),
        ReadLine(line="", number=2, sku="BUYERS-7", quantity=Decimal("2.5"), unit="", description="PRODUCT B"),
    )


def test_a_file_of_orders_is_refused_where_a_warehouses_files_are_read() -> None:
    content = read_edi("north", ORDER, EdiSettings())
    assert (content.file_id, content.written_at is not None) == ("ANY SHOP PLC REFS", True)
    assert [row.where for row in content.refused] == ["ORDHDR 1", "ORDERS 2", "ORDTLR 3"]
    assert (
        content.refused[1].why == "This is an order (ORDERS); warehouses send despatches and stock as X12 or EDIFACT."
    )


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (ORDER.replace(b"MTR=8", b"MTR=7"), "It has 8 segments and says 7"),
        (ORDER.replace(b"MTR=8'\r\n", b""), "is not closed"),
        (ORDER.replace(b"ORD=981", b"ORX=981"), "There is no ORD segment"),
        (ORDER.replace(b"+10++++", b"+ten++++"), "is no figure"),
        (ORDER.replace(b"ORD=981::261119", b"ORD=981::261319"), "is no date"),
        (ORDER.replace(b"+BUYERS-7+", b"++"), "names no item"),
    ],
)
def test_an_order_that_is_not_whole_is_not_read(broken: bytes, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        read_orders(broken, EdiSettings())


def test_a_transmission_that_counts_wrongly_or_is_cut_off_says_so() -> None:
    miscounted = read_edi("north", ORDER.replace(b"END=3", b"END=4"), EdiSettings())
    assert miscounted.refused[0].why == "The transmission has 3 messages and says 4."
    cut = read_edi("north", ORDER.partition(b"END=")[0], EdiSettings(checks_counts=False))
    assert "is not closed" in cut.refused[0].why
