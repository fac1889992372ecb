"""The page of rows says what the table says: every row once, with its status, and no scenario that has not passed."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from tests.acceptance.returns.rows import WANTED, Later, Row, left, write_results
from tests.acceptance.returns.table import all_rows

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "returns-rows.md"
LINE = re.compile(r"^\| (R[A-Z]+-\d+) \| (.+?) \| (met in part|met|left)\b.* \| (.*?) ?\|$", re.MULTILINE)


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The tool that writes the page."""
    spec = importlib.util.spec_from_file_location("returns_rows", ROOT / "tools" / "returns_rows.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_has_every_row_of_the_returns_pages_once() -> None:
    found = Counter(row.id for _, row in all_rows())
    assert [name for name in WANTED if name not in found] == []
    assert {name: count for name, count in found.items() if count != 1} == {}
    assert set(found) <= set(WANTED)


def test_the_page_names_every_row_with_the_status_of_the_table() -> None:
    page = {name: (says, status) for name, says, status, _ in LINE.findall(PAGE.read_text(encoding="utf-8"))}
    assert page == {row.id: (row.says, row.status) for _, row in all_rows()}, "run tools/returns_rows.py"


def test_the_page_shows_a_passed_run_for_every_row_that_is_met() -> None:
    results = {name: (status, result) for name, _, status, result in LINE.findall(PAGE.read_text(encoding="utf-8"))}
    unproved = [name for name, (status, result) in results.items() if status != "left" and "[passed]" not in result]
    assert unproved == []


def test_a_row_that_failed_or_was_not_run_is_never_shown_as_passed(tool: ModuleType, tmp_path: Path) -> None:
    rows = [("test_ret_x", Row(id=f"RET-0{n}", says="Something.", scenario=lambda _: None)) for n in (1, 2, 3)]
    results = tmp_path / "rows.json"
    write_results(results, {"RET-01": "passed", "RET-02": "passed"})
    write_results(results, {"RET-02": "failed"})
    page = tool.page(rows, json.loads(results.read_text(encoding="utf-8")))
    shown = {name: result.split("]")[0] for name, _, _, result in LINE.findall(page)}
    assert shown == {"RET-01": "[passed", "RET-02": "[failed", "RET-03": "[not run"}
    assert "| 3 | 3 | 0 | 0 | 1 of 3 |" in page


def test_a_row_without_a_scenario_is_left_to_somebody_and_one_with_gaps_says_to_whom() -> None:
    assert left("RET-01", "Something.", Later.CLOSE).status == "left"
    whole = Row(id="RET-01", says="Something.", scenario=lambda _: None)
    part = Row(id="RET-01", says="Something.", scenario=lambda _: None, missing="a part", left_to=(Later.CLOSE,))
    assert (whole.status, part.status) == ("met", "met in part")
    with pytest.raises(AssertionError, match="say what is left"):
        Row(id="RET-01", says="Something.", scenario=lambda _: None, missing="a part")
    with pytest.raises(AssertionError, match="say what is left"):
        left("RET-01", "Something.")
