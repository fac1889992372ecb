"""The judge of the whole file's returns, tried on a few rows whose ending is worked out by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import duckdb
import pytest
from tests.long.judge import Ending, Judgement, judge

Row: TypeAlias = "tuple[str, str, int, str, float, float | None]"
SALES: tuple[Row, ...] = (
    ("540001", "MUG", 3, "2011-02-01", 3.33, 1),  # net 9.99, VAT 2.00
    ("540001", "CUP", 1, "2011-02-01", 0.99, 1),  # VAT of 10.98 is 2.20, so 0.20 is left for the cup
    ("540002", "BOWL", 4, "2010-12-01", 2.00, 2),  # at 17.5 per cent
    ("540003", "VASE", 1, "2011-02-01", 5.00, 3),
    ("540004", "VASE", 1, "2011-02-02", 5.00, 3),
    ("540005", "TRAY", 2, "2011-02-03", 4.00, 3),
)
RETURNS: tuple[tuple[str, Row, str, int, int], ...] = (
    ("540001", ("C540010", "mug ", -1, "2011-02-03", 3.33, 1), "tied out", 333, 67),
    ("540001", ("C540011", "MUG", -2, "2011-02-03", 3.33, 1), "tied out", 666, 133),
    ("540001", ("C540012", "MUG", -1, "2011-02-03", 3.33, 1), "QUANTITY_EXCEEDS_DESPATCH", 0, 0),
    ("540001", ("C540013", "CUP", -1, "2011-02-03", 0.50, 1), "REFUND_NE_INVOICE", 0, 0),
    ("540001", ("C540014", "CUP", -1, "2011-02-03", 0.98, 1), "tied out", 99, 20),
    ("", ("C540015", "BOWL", -1, "2010-12-24", 2.00, 2), "tied out", 200, 35),
    ("", ("C540016", "BOWL", -1, "2011-02-03", 2.00, 2), "REFUND_NE_INVOICE", 0, 0),
    ("", ("C540017", "VASE", -1, "2011-02-03", 5.00, 3), "ORDER_AMBIGUOUS", 0, 0),
    ("", ("C540018", "TRAY", -1, "2011-02-03", 4.00, 3), "ORDER_NOT_FOUND", 0, 0),
    ("", ("C540019", "TRAY", -1, "2011-02-04", 4.00, 3), "tied out", 400, 80),
    ("", ("C540020", "TRAY", -1, "2011-02-04", 4.00, 9), "CUSTOMER_UNMAPPED", 0, 0),
    ("", ("C540021", "TRAY", -1, "2011-02-04", 4.00, None), "CUSTOMER_UNMAPPED", 0, 0),
    ("", ("C540022", "POST", -1, "2011-02-04", 4.00, 3), "CARRIAGE_REFUND", 0, 0),
    ("", ("C540023", "M", -1, "2011-02-04", 4.00, 3), "MANUAL_ADJUSTMENT", 0, 0),
)
"""The order that the RMA names, its row, and how it must end: with net and VAT in pence."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("judge") / "trading.parquet"
    rows = [
        (place, number, sku, quantity, datetime.fromisoformat(day), price, customer, "United Kingdom")
        for place, (number, sku, quantity, day, price, customer) in enumerate(
            (*SALES, *(row for _, row, *_ in RETURNS)), start=1
        )
    ]
    with duckdb.connect() as database:
        database.execute(
            "CREATE TABLE t (RowId INTEGER, InvoiceNo VARCHAR, StockCode VARCHAR, Quantity INTEGER,"
            " InvoiceDate TIMESTAMP, UnitPrice DOUBLE, CustomerID INTEGER, Country VARCHAR)"
        )
        database.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        database.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return path


def ruled(file: Path, *orders: str) -> Judgement:
    return judge(file, [(order, [len(SALES) + place]) for place, order in enumerate(orders, start=1)])


def test_every_ending_is_the_one_worked_out_by_hand(file: Path) -> None:
    judgement = ruled(file, *(order for order, *_ in RETURNS))
    assert judgement.endings == tuple(
        Ending(code=code, customer="" if row[5] is None else str(row[5]), on=row[3], net=net, tax=tax)
        for _, row, code, net, tax in RETURNS
    )
    assert (judgement.unbelievable, judgement.unclaimed) == (0, 0)


def test_an_order_of_another_customer_is_not_believed(file: Path) -> None:
    orders = [order for order, *_ in RETURNS]
    assert ruled(file, "540002", *orders[1:]).unbelievable == 1


def test_a_row_that_nobody_returns_is_missed(file: Path) -> None:
    assert ruled(file, *(order for order, *_ in RETURNS[:-1])).unclaimed == 1
