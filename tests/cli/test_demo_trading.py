from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tieout.cli.demo.trading import (
    AsideReason,
    Expectation,
    LineClass,
    Play,
    TradingFileError,
    line_class,
    read_trading,
    vat_percent,
)

UK = "United Kingdom"

# number, stock code, quantity, day, net price, customer (country is the UK; the row's place is its RowId)
Row = tuple[str, str, int, str, float, int | None]
WriteRows = Callable[..., Path]


@pytest.fixture
def write_rows(tmp_path: Path) -> WriteRows:
    def write(*rows: Row, country: str = UK) -> Path:
        path = tmp_path / "trading.parquet"
        with duckdb.connect() as database:
            database.execute(
                "CREATE TABLE t (RowId INTEGER, InvoiceNo VARCHAR, StockCode VARCHAR, Description VARCHAR,"
                " Quantity INTEGER, InvoiceDate TIMESTAMP, UnitPrice DOUBLE, CustomerID INTEGER,"
                " Country VARCHAR)"
            )
            for place, (number, code, quantity, day, price, customer) in enumerate(rows, start=1):
                database.execute(
                    "INSERT INTO t VALUES (?,?,?,?,?,?,?,?,?)",
                    [place, number, code, f" {code} title ", quantity, day, price, customer, country],
                )
            database.table("t").write_parquet(str(path))
        return path

    return write


def summary(play: Play) -> list[tuple[str, str, Expectation]]:
    return [(rma.number, rma.order_name, rma.expectation) for rma in play.returns]


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        ("2008-12-01", "15"),
        ("2009-12-31", "15"),
        ("2010-01-01", "17.5"),
        ("2011-01-03", "17.5"),
        ("2011-01-04", "20"),
    ],
)
def test_a_home_sale_bears_the_standard_rate_of_its_day(write_rows: WriteRows, day: str, rate: str) -> None:
    play = read_trading(write_rows(("500001", "22423", 2, f"{day} 23:59:00", 2.95, 1))).play(None, seed=1)
    assert play.sales[0].vat_percent == Decimal(rate)
    assert play.sales[0].day == date.fromisoformat(day)


def test_a_sale_abroad_is_zero_rated(write_rows: WriteRows) -> None:
    path = write_rows(("500001", "22423", 2, "2010-01-01", 2.95, 1), country="France")
    assert read_trading(path).play(None, seed=1).sales[0].vat_percent == 0


def test_a_day_without_a_known_rate_is_refused() -> None:
    with pytest.raises(TradingFileError, match="Use trading from 1991-04-01 on"):
        vat_percent(date(1991, 3, 31), UK)


def test_rows_of_equal_content_stay_separate_lines(write_rows: WriteRows) -> None:
    row: Row = ("500001", "22423", 2, "2010-01-05", 2.95, 1)
    play = read_trading(write_rows(row, row, row)).play(None, seed=1)
    assert [(line.row_id, line.quantity) for line in play.sales[0].lines] == [(1, 2), (2, 2), (3, 2)]


def test_a_price_is_the_decimal_that_was_typed(write_rows: WriteRows) -> None:
    rows: list[Row] = [("500001", "22423", 1, "2010-01-05", price, 1) for price in (0.1, 2.95, 0.001, 38970.0)]
    lines = read_trading(write_rows(*rows)).play(None, seed=1).sales[0].lines
    assert [line.unit_price for line in lines] == [Decimal(x) for x in ("0.1", "2.95", "0.001", "38970")]


def test_a_stock_code_is_read_without_blanks_and_case(write_rows: WriteRows) -> None:
    path = write_rows(("500001", "47503j ", 3, "2010-01-05", 2.95, 1), ("C500002", "47503J", -1, "2010-01-06", 2.95, 1))
    play = read_trading(path).play(None, seed=1)
    assert play.sales[0].lines[0].sku == "47503J"
    assert play.sales[0].lines[0].title == "47503j  title"
    assert summary(play) == [("C500002", "500001", Expectation.TIED_OUT)]


@pytest.mark.parametrize(
    ("sku", "kind"),
    [
        ("22423", LineClass.PRODUCT),
        ("PADS", LineClass.PRODUCT),
        ("DCGS0058", LineClass.PRODUCT),
        ("DOT", LineClass.CARRIAGE),
        ("C2", LineClass.CARRIAGE),
        ("D", LineClass.MANUAL),
        ("ADJUST2", LineClass.MANUAL),
        ("CRUK", LineClass.LEDGER),
        ("GIFT_0001_80", LineClass.VOUCHER),
        ("TEST002", LineClass.TEST_PRODUCT),
    ],
)
def test_a_stock_code_has_its_class(sku: str, kind: LineClass) -> None:
    assert line_class(sku) is kind


def test_every_kind_of_ending_is_foretold(write_rows: WriteRows) -> None:
    path = write_rows(
        ("500001", "10001", 5, "2010-01-04", 1.25, 1),
        ("500001", "POST", 1, "2010-01-04", 18.0, 1),
        ("500002", "10002", 5, "2010-01-04", 2.0, 1),
        ("500003", "10002", 5, "2010-01-05", 2.0, 1),
        ("500004", "10003", 5, "2010-01-05", 3.0, 1),
        ("500005", "10003", 5, "2010-01-06", 3.5, 1),
        ("C500006", "10001", -2, "2010-01-07", 1.25, 1),
        ("C500007", "10002", -2, "2010-01-07", 2.0, 1),
        ("C500008", "10003", -2, "2010-01-07", 2.75, 1),
        ("C500009", "10004", -2, "2010-01-07", 1.25, 1),
        ("C500010", "10001", -2, "2010-01-07", 1.25, 2),
        ("C500011", "10001", -2, "2010-01-07", 1.25, None),
        ("C500012", "POST", -1, "2010-01-07", 18.0, 1),
        ("C500013", "M", -1, "2010-01-07", 40.0, 1),
        ("C500014", "AMAZONFEE", -1, "2010-01-07", 900.0, None),
        ("C500015", "TEST001", -1, "2010-01-07", 4.5, 1),
        ("C500016", "gift_0001_80", -1, "2010-01-07", 69.56, None),
        ("A500017", "B", 1, "2010-01-07", -53594.36, None),
        ("500018", "10004", 9, "2010-01-08", 1.25, 1),
    )
    play = read_trading(path).play(None, seed=1)
    assert summary(play) == [
        ("C500006", "500001", Expectation.TIED_OUT),
        ("C500007", "", Expectation.ORDER_AMBIGUOUS),
        ("C500008", "500005", Expectation.PRICE_DIFFERS),
        ("C500009", "", Expectation.ORDER_NOT_FOUND),
        ("C500010", "", Expectation.ORDER_NOT_FOUND),
        ("C500011", "", Expectation.CUSTOMER_UNKNOWN),
        ("C500012", "", Expectation.CARRIAGE),
        ("C500013", "", Expectation.MANUAL),
        ("C500014", "", Expectation.LEDGER),
        ("C500015", "", Expectation.TEST_PRODUCT),
        ("C500016", "", Expectation.VOUCHER),
        ("A500017", "", Expectation.LEDGER),
    ]
    assert {rma.expectation for rma in play.returns} == set(Expectation)
    assert play.returns[2].lines[0].unit_price == Decimal("2.75")
    assert play.returns[-1].claimed == Decimal("53594.36")
    assert [line.line_class for line in play.sales[0].lines] == [LineClass.PRODUCT, LineClass.CARRIAGE]


def test_a_document_over_two_invoices_becomes_one_rma_for_each(write_rows: WriteRows) -> None:
    path = write_rows(
        ("500001", "10001", 5, "2010-01-04", 1.25, 1),
        ("500002", "10002", 5, "2010-01-04", 2.0, 1),
        ("C500003", "10002", -1, "2010-01-07", 2.0, 1),
        ("C500003", "10001", -1, "2010-01-07", 1.25, 1),
        ("C500003", "POST", -1, "2010-01-07", 18.0, 1),
        ("C500003", "10002", -3, "2010-01-07", 2.0, 1),
    )
    play = read_trading(path).play(None, seed=1)
    assert summary(play) == [
        ("C500003", "500002", Expectation.TIED_OUT),
        ("C500003-2", "500001", Expectation.TIED_OUT),
        ("C500003-3", "", Expectation.CARRIAGE),
    ]
    assert [line.row_id for line in play.returns[0].lines] == [3, 6]
    assert {rma.document for rma in play.returns} == {"C500003"}


def test_the_one_invoice_that_covers_the_whole_document_is_preferred(write_rows: WriteRows) -> None:
    path = write_rows(
        ("500001", "10001", 5, "2010-01-04", 1.25, 1),
        ("500001", "10002", 5, "2010-01-04", 2.0, 1),
        ("500002", "10001", 5, "2010-01-05", 1.25, 1),
        ("C500003", "10001", -2, "2010-01-07", 1.25, 1),
        ("C500003", "10002", -2, "2010-01-07", 2.0, 1),
    )
    play = read_trading(path).play(None, seed=1)
    assert summary(play) == [("C500003", "500001", Expectation.TIED_OUT)]


def test_several_returns_on_one_order_add_up_to_what_was_sold(write_rows: WriteRows) -> None:
    path = write_rows(
        ("500001", "10001", 3, "2010-01-04", 1.25, 1),
        ("500001", "10001", 3, "2010-01-04", 1.25, 1),
        ("C500002", "10001", -2, "2010-01-07", 1.25, 1),
        ("C500003", "10001", -4, "2010-01-08", 1.25, 1),
        ("C500004", "10001", -1, "2010-01-09", 1.25, 1),
    )
    play = read_trading(path).play(None, seed=1)
    assert summary(play) == [
        ("C500002", "500001", Expectation.TIED_OUT),
        ("C500003", "500001", Expectation.TIED_OUT),
        ("C500004", "", Expectation.ORDER_NOT_FOUND),
    ]
    parts = [(part.row_id, part.quantity) for part in play.returns[1].lines[0].parts]
    assert parts == [(1, 1), (2, 3)]


def test_a_charge_on_a_credit_document_claims_a_negative_price(write_rows: WriteRows) -> None:
    rma = read_trading(write_rows(("C496350", "M", 1, "2010-02-01", 373.57, None))).play(None, 1).returns[0]
    assert (rma.units, rma.claimed) == (1, Decimal("-373.57"))


def test_rows_that_are_no_sale_are_listed_with_the_reason(write_rows: WriteRows) -> None:
    path = write_rows(
        ("500001", "10001", -30, "2010-01-04", 0.0, None),
        ("500002", "M", 1, "2010-01-04", 25.0, 1),
        ("500003", "10001", 5, "2010-01-04", 1.25, None),
        ("500003", "10002", 1, "2010-01-04", 0.0, None),
    )
    play = read_trading(path).play(None, seed=1)
    assert [(aside.number, aside.reason) for aside in play.set_aside] == [
        ("500001", AsideReason.NO_PRICE),
        ("500002", AsideReason.NO_PRICED_GOODS),
    ]
    assert [(sale.number, len(sale.lines)) for sale in play.sales] == [("500003", 2)]


def test_a_file_that_cannot_be_played_is_refused_with_what_to_do(tmp_path: Path, write_rows: WriteRows) -> None:
    with pytest.raises(TradingFileError, match=r"cannot be read\. Give a parquet file"):
        read_trading(tmp_path / "absent.parquet")
    with duckdb.connect() as database:
        database.execute("CREATE TABLE t AS SELECT 1 AS RowId, '500001' AS InvoiceNo")
        database.table("t").write_parquet(str(tmp_path / "narrow.parquet"))
    with pytest.raises(TradingFileError, match="lacks the columns StockCode, Description"):
        read_trading(tmp_path / "narrow.parquet")
    with pytest.raises(TradingFileError, match=r"RowId 1: 'X1' is no document number\. Use digits"):
        read_trading(write_rows(("X1", "10001", 1, "2010-01-04", 1.25, 1)))
    with pytest.raises(TradingFileError, match="RowId 1: the quantity is 0"):
        read_trading(write_rows(("500001", "10001", 0, "2010-01-04", 1.25, 1)))


def test_a_row_without_a_needed_value_is_refused(tmp_path: Path, write_rows: WriteRows) -> None:
    whole = write_rows(("500001", "10001", 1, "2010-01-04", 1.25, 1))
    holed = tmp_path / "holed.parquet"
    with duckdb.connect() as database:
        query = "SELECT * REPLACE (NULL::DOUBLE AS UnitPrice) FROM read_parquet($whole)"
        database.execute(f"CREATE TABLE t AS {query}", {"whole": str(whole)})
        database.table("t").write_parquet(str(holed))
    with pytest.raises(TradingFileError, match="has rows without UnitPrice"):
        read_trading(holed)
