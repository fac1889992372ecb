"""Files for people: CSV and Excel."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from tieout.domain.money import Money
from tieout.processes.tables_out import Cell, Sheet, guarded, unguarded, write_csv, write_excel

SUMMER = datetime(2026, 7, 1, 8, 5, tzinfo=UTC)
ROW: tuple[Cell, ...] = ("Too small", 3, Decimal("1.5"), Money(-240005), date(2026, 11, 30), SUMMER, None)
HEADS = ("Reason", "Times", "Rate", "Pounds", "Day", "When", "Note")


def test_a_csv_file_is_utf_8_with_its_mark_and_uk_times() -> None:
    written = b"".join(write_csv(HEADS, [ROW]))
    assert written.startswith(b"\xef\xbb\xbf")
    lines = written.decode("utf-8-sig").split("\r\n")
    assert lines == [
        "Reason,Times,Rate,Pounds,Day,When,Note",
        "Too small,3,1.5,-2400.05,2026-11-30,2026-07-01 09:05,",
        "",
    ]


@pytest.mark.parametrize("text", ["=1+1", "+44", "-3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_a_spreadsheet_would_calculate_is_led_by_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text
    assert f"'{text}".encode() in b"".join(write_csv(("=Head",), [(text,)]))


def test_a_number_below_zero_is_not_guarded() -> None:
    assert b"".join(write_csv(("Times",), [(-3,)])).endswith(b"Times\r\n-3\r\n")


@pytest.mark.parametrize("text", ["plain", "'tis", "O'Neill", ""])
def test_a_harmless_text_is_left_as_it_is(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


def test_a_long_csv_file_comes_in_pieces() -> None:
    pieces = list(write_csv(("Number",), ((number,) for number in range(1200))))
    assert len(pieces) == 4
    assert b"".join(pieces).count(b"\r\n") == 1201


def test_an_excel_file_has_a_frozen_head_filters_real_dates_and_no_formula() -> None:
    written = write_excel(
        [Sheet(name="Reasons", heads=HEADS, rows=[ROW, ("=1+1", *ROW[1:])])], {"Asked by": "ann", "At": SUMMER}
    )
    book = openpyxl.load_workbook(BytesIO(written))
    page = book["Reasons"]
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:G3"
    assert [cell.value for cell in page[2]] == [
        "Too small",
        3,
        1.5,
        -2400.05,
        datetime(2026, 11, 30),  # noqa: DTZ001 - a cell of Excel has no zone
        datetime(2026, 7, 1, 9, 5),  # noqa: DTZ001 - as above
        None,
    ]
    assert page["D2"].number_format == "#,##0.00"
    assert (page["A3"].data_type, page["A3"].value) == ("s", "=1+1")


def test_the_last_sheet_says_how_the_file_came_about() -> None:
    written = write_excel([Sheet(name="Reasons", heads=("Reason",), rows=[("a",), ("b",)])], {"Asked by": "ann"})
    page = openpyxl.load_workbook(BytesIO(written))["Parameters"]
    assert list(page.values) == [("What", "Value"), ("Asked by", "ann"), ("Rows of Reasons", 2)]


def test_more_rows_than_a_sheet_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="narrow the filter"):
        write_excel([Sheet(name="Long", heads=("N",), rows=[(1,), (2,), (3,)])], {}, most=2)
