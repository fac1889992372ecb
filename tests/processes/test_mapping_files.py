"""Mapping tables as spreadsheets: out and in again changes nothing, and a broken file changes nothing either."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from tests.processes.mapping_people import ANN, BEA, COMPANY, OTTO, TODAY, Days, bare_desk, put, reason

from tieout.domain.rules.row_checks import problems_of, tidied
from tieout.domain.rules.tables import TABLES
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.mapping_desk.changes import Wanted
from tieout.processes.mapping_desk.deciding import approve
from tieout.processes.mapping_desk.files_in import BrokenFile, import_file, read_file
from tieout.processes.mapping_desk.files_out import as_csv, as_excel
from tieout.processes.mapping_desk.proposing import propose
from tieout.processes.mapping_desk.rows import Version, rows_on
from tieout.processes.mapping_desk.sheets_in import BYTES_MAX, ROWS_MAX
from tieout.processes.rules import rules_on
from tieout.store import Store, mapping_proposals

HEAD = "Reason,Code,Nominal account,Cost centre,Department,Grade where nobody inspects"


@pytest.fixture
def clock() -> Days:
    return Days()


@pytest.fixture
def desk(store: Store, clock: Days) -> Desk:
    return bare_desk(store, clock)


def excel(*rows: tuple[Any, ...]) -> bytes:
    """A file as Excel saves it."""
    book, file = Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(file)
    return file.getvalue()


def taken_in(desk: Desk, content: bytes, name: str = "reasons.csv", table: str = "reason") -> list[str]:
    """What a file would change, as words."""
    with desk.store.scope(COMPANY) as c:
        read = read_file(c, COMPANY, table, name, content, today=TODAY)
    return [f"{one.key}: {'ends' if one.value is None else dict(one.value)}" for one in read.wanted]


def files(table: str, rows: list[Version]) -> dict[str, bytes]:
    known = TABLES[table]
    made = as_excel(known, rows, company=COMPANY, day=TODAY, who="ann", at=Days().now)
    return {"rows.csv": b"".join(as_csv(known, rows)), "rows.xlsx": made}


ROWS = {
    "reason": [("Too small", {"code": "fit", "account": "4010", "grade": "good"}), ("+1 = wrong", {"code": "-x"})],
    "customer": [("*", {"account": "="}), ("@ann", {"account": "A0001"})],
    "tax_rate": [("20", {"code": "1"}), ("17.5", {"code": "7"})],
    "posting_window": [("monday", {"at": "10:00, 16:00", "minutes": "20"}), ("2026-12-25", {"closed": "yes"})],
    "value_policy": [("goodwill", {"account": "4010", "tax_code": "1", "approve_over": "25.00"})],
    "policy": [("credit_on", {"value": "receipt"}), ("returns_warehouse", {"value": "HOME"})],
    "bundle": [("SET", {"components": "MUG*2=60.00; BOOK*1=40.00"})],
}


@pytest.mark.parametrize("table", ROWS)
def test_a_table_exported_and_imported_again_changes_nothing(desk: Desk, table: str) -> None:
    owners = {"finance": BEA, "operations": OTTO}
    for key, value in ROWS[table]:
        put_by(desk, table, key, value, owners)
    with desk.store.scope(COMPANY) as c:
        rows = rows_on(c, table, TODAY)
    assert len(rows) == len(ROWS[table])
    for name, content in files(table, rows).items():
        assert taken_in(desk, content, name, table) == []
        with pytest.raises(NotPossible, match="nothing would change"):
            import_file(desk, ANN, COMPANY, table, name, content, why="again")


def put_by(desk: Desk, table: str, key: str, value: dict[str, str], owners: dict[str, Any]) -> None:
    made = propose(desk, ANN, COMPANY, table, [Wanted(key=key, value=value, since=TODAY)], why="agreed")
    approve(desk, owners[made.owner], made.id)


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="'"), max_size=30
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(words, words, words), min_size=1, max_size=6))
def test_any_row_that_may_stand_survives_the_way_through_a_spreadsheet(
    store: Store, texts: list[tuple[str, str, str]]
) -> None:
    table = TABLES["reason"]
    rows = []
    for key, code, account in texts:
        tidy_key, value = tidied(table, key, {"code": code, "account": account})
        if not problems_of(table, tidy_key, value):
            rows.append(_version(tidy_key, value))
    unique = list({row.key.casefold(): row for row in rows}.values())
    if not unique:
        return
    for name, content in files("reason", unique).items():
        with store.scope("EMPTY") as c:
            read = read_file(c, "EMPTY", "reason", name, content, today=TODAY)
        assert [(one.key, one.value) for one in read.wanted] == [(row.key, row.value) for row in unique], name


def _version(key: str, value: dict[str, str]) -> Version:
    return Version(
        company="EMPTY",
        key=key,
        value=value,
        version=1,
        since=TODAY,
        until=None,
        standing="in force",
        proposed_by="ann",
        approved_by="bea",
    )


def test_an_import_is_one_proposal_and_one_approval(desk: Desk) -> None:
    put(desk, reason(), reason("Faulty", code="faulty"))
    content = f"{HEAD}\nToo small,size,4010,,,\nFaulty,faulty,,,,\nChanged mind,mind,4010,,,good\n".encode()
    (made,) = import_file(desk, ANN, COMPANY, "reason", "reasons.csv", content, why="new season")
    assert (made.kind, len(made.changes)) == ("import", 2)
    approve(desk, BEA, made.id)
    with desk.store.scope(COMPANY) as c:
        rules = rules_on(c, COMPANY, TODAY, table="reason").rules
    assert {rule.key: rule.value["code"] for rule in rules} == {
        "Too small": "size",
        "Faulty": "faulty",
        "Changed mind": "mind",
    }


def test_rows_of_two_owners_become_a_proposal_each(desk: Desk) -> None:
    content = b"Rule,Value\ncredit_on,receipt\nreturns_warehouse,HOME\n"
    made = import_file(desk, ANN, COMPANY, "policy", "policies.csv", content, why="set up")
    assert sorted(proposal.owner for proposal in made) == ["finance", "operations"]


def test_numbers_dates_and_shares_of_excel_are_read_as_people_see_them(desk: Desk) -> None:
    content = excel(
        ("Reason", "Code", "Nominal account", "In force from"), ("Too small", "fit", 4010, date(2026, 12, 1))
    )
    with desk.store.scope(COMPANY) as c:
        (one,) = read_file(c, COMPANY, "reason", "reasons.xlsx", content, today=TODAY).wanted
    assert (one.value, one.since) == ({"code": "fit", "account": "4010"}, date(2026, 12, 1))
    assert taken_in(desk, excel(("VAT rate", "Tax code"), (20, 1), (17.5, 7)), "t.xlsx", "tax_rate") == [
        "20: {'code': '1'}",
        "17.5: {'code': '7'}",
    ]


def test_a_row_ends_by_the_file_where_its_day_is_written(desk: Desk) -> None:
    put(desk, reason())
    assert taken_in(desk, b"Reason,Code,Ends on\nToo small,fit,2026-12-01\n") == ["Too small: ends"]
    with pytest.raises(BrokenFile, match="row 2, column Ends on: a row is either changed or ended"):
        taken_in(desk, b"Reason,Code,Ends on\nToo small,size,2026-12-01\n")


def zipped(content: bytes) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", content)
    return file.getvalue()


BROKEN: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    "nothing": ("r.csv", b"", "is empty"),
    "only a head": ("r.csv", b"Reason,Code\n", "a head and no rows"),
    "blank lines": ("r.csv", b"\n\n,,\n", "has no rows"),
    "too large": ("r.csv", b"x" * (BYTES_MAX + 1), "more than 5 MB"),
    "too many rows": ("r.csv", b"Reason,Code\n" + b"a,b\n" * (ROWS_MAX + 1), "more than 5,000 rows"),
    "another coding": (
        "r.csv",
        "Reason,Code\nToo small,fit\nCafé,x\n".encode("cp1252"),
        "Row 3 of the file is not UTF-8",
    ),
    "an old Excel": ("r.xls", b"\xd0\xcf\x11\xe0rest", "an old Excel"),
    "no Excel at all": ("r.xlsx", b"Reason,Code\n", "cannot be read"),
    "half a file": ("r.xlsx", lambda: excel(("Reason",), ("x",))[:400], "cannot be read"),
    "another zip": ("r.xlsx", lambda: zipped(b"hello"), "cannot be read"),
    "a bomb": ("r.xlsx", lambda: zipped(b"0" * 70_000_000), "too large when it is unpacked"),
    "bytes": ("r.csv", b"Reason,Code\nx\0y,fit\n", "neither CSV nor Excel"),
    "a quotation mark": ("r.csv", b'Reason,Code\n"Too small,fit\n', "quotation mark"),
    "an unknown column": ("r.csv", b"Reason,Code,Colour\na,b,c\n", "row 1, column Colour: .* no such column"),
    "a column twice": ("r.csv", b"Reason,Code,code\na,b,c\n", "row 1, column code: this column stands there twice"),
    "no key": ("r.csv", b"Code\nfit\n", "row 1, column Reason: this column is missing"),
    "a key missing": ("r.csv", b"Reason,Code\n,fit\n", "row 2, column Reason"),
    "a field missing": ("r.csv", b"Reason,Code\nToo small,\n", "row 2, column Code: Code is missing"),
    "a wrong word": ("r.csv", f"{HEAD}\n\nToo small,fit,,,,poor\n".encode(), "row 3, column Grade where nobody"),
    "a row twice": ("r.csv", b"Reason,Code\nToo small,fit\nTOO SMALL,fit\n", "row 3, column Reason: .* row 2, too"),
    "a wrong day": (
        "r.csv",
        b"Reason,Code,In force from\nx,fit,soon\n",
        "row 2, column In force from: 'soon' is no date",
    ),
    "a cell too much": ("r.csv", b"Reason,Code\nx,fit,more\n", "row 2, column after the last: 'more' has no head"),
    "a formula": ("r.xlsx", lambda: excel(("Reason", "Code"), ("x", "=A1")), "row 2, column 2: there is a formula"),
    "an error": ("r.xlsx", lambda: excel(("Reason", "Code"), ("x", "#N/A")), "row 2, column 2: Excel shows an error"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_of_a_broken_file_nothing_is_imported_and_the_place_is_named(desk: Desk, case: str) -> None:
    name, content, sentence = BROKEN[case]
    given_bytes = content if isinstance(content, bytes) else content()
    with pytest.raises(NotPossible, match=sentence):
        import_file(desk, ANN, COMPANY, "reason", name, given_bytes, why="new season")
    with desk.store.scope(COMPANY) as c:
        assert mapping_proposals.proposals(c) == []


def test_one_wrong_row_among_many_stops_all_of_them_and_each_fault_is_told(desk: Desk) -> None:
    lines = [f"Reason {n},code,,,," for n in range(20)]
    lines[4], lines[9] = "Reason 4,,,,,", "Reason 9,code,,,,splendid"
    with pytest.raises(BrokenFile) as refused:
        import_file(desk, ANN, COMPANY, "reason", "r.csv", "\n".join([HEAD, *lines]).encode(), why="new season")
    assert [fault.split(":")[0] for fault in refused.value.faults] == [
        "Sheet file, row 6, column Code",
        "Sheet file, row 11, column Grade where nobody inspects",
    ]
    assert "And 1 more" in str(refused.value)
    with desk.store.scope(COMPANY) as c:
        assert mapping_proposals.proposals(c) == []
