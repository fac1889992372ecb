"""The results of a run of rows, written down when asked for."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from tests.acceptance.rows import Row, write_results

_results = pytest.StashKey[dict[str, str]]()
OPTION = "--rows-results"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where to keep how each row ended."""
    parser.addoption(OPTION, default=None, help="file to which the result of each row is added")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note how the scenario of a row ended."""
    report = yield
    row = item.callspec.params.get("row") if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None
    if isinstance(row, Row) and (call.when == "call" or report.failed):
        item.config.stash.setdefault(_results, {})[row.id] = "passed" if report.passed else "failed"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Add this run's results to the file named."""
    path = session.config.getoption(OPTION, default=None)
    results: dict[str, str] = session.config.stash.get(_results, {})
    if path:
        write_results(Path(path), results)
