from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.cli.demo.trading import (
    ADJUSTMENT_REASON,
    GOODS,
    SHIPPED_CUT,
    Document,
    Expectation,
    LineClass,
    Play,
    ReturnRequest,
    SaleLine,
    Trading,
    line_class,
    print_figures,
    read_trading,
)

ROOT = Path(__file__).resolve().parents[2]
FULL = ROOT.parent / "shared" / "data" / "online_retail.parquet"
UK = "United Kingdom"


@pytest.fixture(scope="module")
def shipped() -> Play:
    return read_trading(SHIPPED_CUT).play(None, seed=1)


def assert_nothing_goes_back_twice(play: Play) -> None:
    """Every part of a return comes off a sale line that was sold before and still had the units."""
    sold = {line.row_id: (sale, line) for sale in play.sales for line in sale.lines}
    taken: Counter[int] = Counter()
    for rma in play.returns:
        for line in rma.lines:
            assert bool(line.parts) == bool(rma.order_name)
            assert sum(part.quantity for part in line.parts) in {0, line.quantity}
            for part in line.parts:
                sale, sale_line = sold[part.row_id]
                assert part.quantity > 0
                assert (sale.number, sale.customer, sale_line.sku) == (rma.order_name, rma.customer, line.sku)
                assert part.row_id < line.row_id
                assert (sale_line.unit_price == line.unit_price) is (rma.expectation is Expectation.TIED_OUT)
                taken[part.row_id] += part.quantity
    assert all(quantity <= sold[row_id][1].quantity for row_id, quantity in taken.items())


def assert_every_row_is_somewhere_once(trading: Trading, play: Play) -> None:
    placed = Counter(line.row_id for sale in play.sales for line in sale.lines)
    placed.update(line.row_id for rma in play.returns for line in rma.lines)
    placed.update(row_id for aside in play.set_aside for row_id in aside.row_ids)
    assert placed == Counter(line.row_id for document in trading.documents for line in document.lines)


def test_a_limit_keeps_the_first_rmas_and_every_sale(shipped: Play) -> None:
    limited = read_trading(SHIPPED_CUT).play(250, seed=1)
    assert limited.returns == shipped.returns[:250]
    assert limited.sales == shipped.sales


def test_the_seed_moves_damage_and_reasons_and_nothing_else(shipped: Play) -> None:
    def bones(rma: ReturnRequest) -> tuple[object, ...]:
        return rma.number, rma.order_name, rma.expectation, [(x.row_id, x.quantity) for x in rma.lines]

    trading = read_trading(SHIPPED_CUT)
    other = trading.play(None, seed=2)
    assert trading.play(None, seed=1) == shipped
    assert other.returns != shipped.returns
    assert [bones(rma) for rma in other.returns] == [bones(rma) for rma in shipped.returns]


def test_about_fifteen_in_a_hundred_goods_come_back_damaged_and_no_charge_does(shipped: Play) -> None:
    lines = [line for rma in shipped.returns for line in rma.lines]
    goods = [line for line in lines if line.line_class in GOODS]
    assert 0.12 < sum(line.damaged for line in goods) / len(goods) < 0.18
    assert not any(line.damaged for line in lines if line.line_class not in GOODS)
    assert {line.reason for line in lines if line.line_class not in GOODS} == {ADJUSTMENT_REASON}


def test_the_shipped_file_is_small_and_holds_what_its_readme_promises() -> None:
    assert SHIPPED_CUT.stat().st_size < 1_000_000
    readme = SHIPPED_CUT.with_name("README.md").read_text(encoding="utf-8")
    assert "Daqing Chen" in readme
    assert "CC BY 4.0" in readme
    assert f"{SHIPPED_CUT.stat().st_size:,} bytes" in readme
    documents = read_trading(SHIPPED_CUT).documents
    assert sum(len(document.lines) for document in documents) == 66_812
    assert Counter(document.number[0] for document in documents if not document.is_invoice) == {
        "C": 593,
        "A": 6,
    }
    invoice_days = [document.day for document in documents if document.is_invoice]
    assert (min(invoice_days), max(invoice_days)) == (date(2009, 12, 1), date(2010, 1, 22))


def test_the_shipped_file_has_every_kind_of_ending_and_both_rates(shipped: Play) -> None:
    assert {rma.expectation for rma in shipped.returns} == set(Expectation)
    assert {sale.vat_percent for sale in shipped.sales} == {Decimal(15), Decimal("17.5"), Decimal(0)}
    kinds = {line.line_class for sale in shipped.sales for line in sale.lines}
    assert kinds >= {LineClass.PRODUCT, LineClass.TEST_PRODUCT, LineClass.CARRIAGE}
    rate = {sale.number: sale.vat_percent for sale in shipped.sales}
    across = [
        rma
        for rma in shipped.returns
        if rma.expectation is Expectation.TIED_OUT and rma.day.year == 2010 and rate[rma.order_name] == 15
    ]
    assert len(across) == 56


def test_in_the_shipped_file_nothing_goes_back_twice_and_no_row_is_lost(shipped: Play) -> None:
    assert_nothing_goes_back_twice(shipped)
    assert_every_row_is_somewhere_once(read_trading(SHIPPED_CUT), shipped)
    numbers = Counter(rma.number for rma in shipped.returns)
    assert max(numbers.values()) == 1


# Few customers, goods and prices, and more returns than sales: so that returns meet a sale, and meet again.
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["C", "C", "5"]),
        st.integers(0, 2),  # further lines of the same document
        st.sampled_from(["10001", "10001", "10002", "POST", "TEST001"]),
        st.integers(1, 4),
        st.sampled_from(["1.25", "1.25", "2", "0"]),
        st.sampled_from(["1", "1", "1", "2", None]),
    ),
    min_size=6,
    max_size=30,
)


@given(drawn=ROWS)
def test_whatever_is_traded_nothing_goes_back_twice_and_no_row_is_lost(
    drawn: list[tuple[str, int, str, int, str, str | None]],
) -> None:
    documents: list[Document] = []
    row_id = 0
    for place, (prefix, extra, sku, quantity, price, customer) in enumerate(drawn):
        lines = []
        for _ in range(extra + 1):
            row_id += 1
            lines.append(
                SaleLine(
                    row_id=row_id,
                    sku=sku,
                    title=sku,
                    quantity=-quantity if prefix == "C" else quantity,
                    unit_price=Decimal(price),
                    line_class=line_class(sku),
                )
            )
        documents.append(
            Document(
                number=f"{prefix.replace('5', '')}{500_000 + place}",
                day=date(2010, 1, 1) + timedelta(days=place),
                customer=customer,
                country=UK,
                lines=tuple(lines),
            )
        )
    trading = Trading(documents=tuple(documents))
    play = trading.play(None, seed=1)
    assert_nothing_goes_back_twice(play)
    assert_every_row_is_somewhere_once(trading, play)


def test_the_figures_count_every_rma(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures(SHIPPED_CUT)
    printed = capsys.readouterr().out
    assert "sales: 2349 invoices, 64898 lines, net 1286818.61" in printed
    assert "RMAs: 703 from 599 documents" in printed
    assert "tied out: 260 RMAs, 528 lines, 4639 units, net 9072.15" in printed


needs_full_file = pytest.mark.skipif(not FULL.exists(), reason="not run: the full trading file is absent")


@needs_full_file
def test_the_shipped_file_is_the_cut_of_the_full_one(tmp_path: Path) -> None:
    out = tmp_path / "cut.parquet"
    tool = ROOT / "tools" / "cut_demo.py"
    subprocess.run([sys.executable, str(tool), str(FULL), "--out", str(out)], check=True, capture_output=True)
    with duckdb.connect() as database:
        query = "FROM read_parquet(?) ORDER BY RowId"
        made: list[tuple[object, ...]] = database.execute(query, [str(out)]).fetchall()
        kept: list[tuple[object, ...]] = database.execute(query, [str(SHIPPED_CUT)]).fetchall()
        assert made == kept
        first, last = datetime(2009, 12, 1), datetime(2010, 1, 23)  # noqa: DTZ001 - the file stores no zone
        in_weeks = "SELECT count(*) FROM read_parquet(?) WHERE InvoiceDate >= ? AND InvoiceDate < ?"
        full_count = database.execute(in_weeks, [str(FULL), first, last]).fetchone()
        assert full_count == database.execute(in_weeks, [str(SHIPPED_CUT), first, last]).fetchone()


@needs_full_file
def test_the_full_file_can_be_played_whole() -> None:
    trading = read_trading(FULL)
    assert Counter(document.number[0] for document in trading.documents if not document.is_invoice) == {
        "C": 7_080,
        "A": 6,
    }
    play = trading.play(None, seed=1)
    assert_every_row_is_somewhere_once(trading, play)
    assert_nothing_goes_back_twice(play)
    jars = next(rma for rma in play.returns if rma.number == "C541433")
    assert (jars.order_name, jars.units, jars.expectation) == ("541431", 74_215, Expectation.TIED_OUT)
    bad_debts = sum((rma.claimed for rma in play.returns if rma.number.startswith("A")), Decimal(0))
    assert bad_debts == Decimal("147614.08")
