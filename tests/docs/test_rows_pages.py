"""A page of rows says what its table says: every row once, with its status, and no scenario that has not passed."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from tests.acceptance.pages import PAGES, RETURNS, ROOT, Page
from tests.acceptance.rows import Later, Row, left, write_results

LINE = re.compile(r"^\| (\w+-\d+) \| (.+?) \| (met in part|met|left)\b.* \| (.*?) ?\|$", re.MULTILINE)


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The tool that writes the pages."""
    spec = importlib.util.spec_from_file_location("rows_pages", ROOT / "tools" / "rows_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=PAGES, ids=lambda page: str(page.name))
def page(request: pytest.FixtureRequest) -> Page:
    """Each page in turn."""
    assert isinstance(request.param, Page)
    return request.param


def test_the_table_has_every_row_of_its_pages_once(page: Page) -> None:
    found = Counter(row.id for _, row in page.rows())
    assert [name for name in page.wanted if name not in found] == []
    assert {name: count for name, count in found.items() if count != 1} == {}
    assert set(found) <= set(page.wanted)


def test_the_page_names_every_row_with_the_status_of_the_table(page: Page) -> None:
    shown = {name: (says, status) for name, says, status, _ in LINE.findall(page.path.read_text(encoding="utf-8"))}
    assert shown == {row.id: (row.says, row.status) for _, row in page.rows()}, "run tools/rows_pages.py"


def test_the_page_shows_a_passed_run_for_every_row_that_is_met(page: Page) -> None:
    shown = {name: (status, result) for name, _, status, result in LINE.findall(page.path.read_text(encoding="utf-8"))}
    unproved = [name for name, (status, result) in shown.items() if status != "left" and "[passed]" not in result]
    assert unproved == []


def test_a_row_that_failed_or_was_not_run_is_never_shown_as_passed(tool: ModuleType, tmp_path: Path) -> None:
    rows = [("test_ret_x", Row(id=f"RET-0{n}", says="Something.", scenario=lambda _: None)) for n in (1, 2, 3)]
    results = tmp_path / "rows.json"
    write_results(results, {"RET-01": "passed", "RET-02": "passed"})
    write_results(results, {"RET-02": "failed"})
    text = tool.text_of(RETURNS, rows, json.loads(results.read_text(encoding="utf-8")))
    shown = {name: result.split("]")[0] for name, _, _, result in LINE.findall(text)}
    assert shown == {"RET-01": "[passed", "RET-02": "[failed", "RET-03": "[not run"}
    assert "| 3 | 3 | 0 | 0 | 1 of 3 |" in text


def test_a_row_without_a_scenario_is_left_to_somebody_and_one_with_gaps_says_to_whom() -> None:
    assert left("RET-01", "Something.", Later.CLOSE).status == "left"
    whole = Row(id="RET-01", says="Something.", scenario=lambda _: None)
    part = Row(id="RET-01", says="Something.", scenario=lambda _: None, missing="a part", left_to=(Later.CLOSE,))
    assert (whole.status, part.status) == ("met", "met in part")
    with pytest.raises(AssertionError, match="say what is left"):
        Row(id="RET-01", says="Something.", scenario=lambda _: None, missing="a part")
    with pytest.raises(AssertionError, match="say what is left"):
        left("RET-01", "Something.")
