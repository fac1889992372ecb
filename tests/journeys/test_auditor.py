"""An auditor takes away lists and the audit, and what is in the files is what was on the screen."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.journeys.conftest import PageAs, Site
    from tests.journeys.visitor import Visitor


def downloaded(visitor: Visitor, text: str) -> Path:
    """The file that a link leads to."""
    with visitor.page.expect_download() as coming:
        visitor.find("main").get_by_role("link", name=text).first.click()
    return Path(coming.value.path())


def test_the_list_of_exceptions_is_taken_away_whole_and_filtered_as_on_the_screen(page_as: PageAs, site: Site) -> None:
    visitor = page_as(Role.AUDITOR).go("/exceptions?owner=finance")
    count = visitor.find("tbody tr").count()
    visitor.find("summary:has-text('Export')").click()
    text = downloaded(visitor, "CSV").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    numbers = {cell for row in rows for cell in row}
    assert len(rows) == count + 1
    assert {rma.number for rma in site.trade.old} <= numbers
    workbook = openpyxl.load_workbook(io.BytesIO(downloaded(visitor, "Excel").read_bytes()), read_only=True)
    try:
        sheet = workbook.worksheets[0]
        cells = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    finally:
        workbook.close()
    assert len([row for row in cells if row]) >= count + 1


def test_the_audit_is_taken_away_with_who_did_what_and_the_seals_that_prove_it_whole(page_as: PageAs) -> None:
    visitor = page_as(Role.AUDITOR).go("/audit").looks_well("auditor_audit")
    shown = visitor.find("#rows tbody tr").count()
    rows = list(csv.DictReader(io.StringIO(downloaded(visitor, "CSV").read_text(encoding="utf-8-sig"))))
    assert len(rows) > shown
    assert (rows[0]["Who"], rows[0]["Did"]) == ("auditor", "audit.exported")
    chain = [row for row in rows if row["Chain"] == rows[0]["Chain"]]
    assert [int(row["Row"]) for row in chain] == list(range(len(chain), 0, -1))
    assert [row["Previous hash"] for row in chain[:-1]] == [row["Hash"] for row in chain[1:]]
    visitor.press("Check the chain").sees("whole")
