"""One desk for all the rows of a module, and the results of a run written down when asked for."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.returns.desk import Desk, Setup, open_desk
from tests.acceptance.returns.rows import Row, write_results

if TYPE_CHECKING:
    from tests.conftest import Server

_numbers = itertools.count(1)
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
    if path:
        write_results(Path(path), session.config.stash.get(_results, {}))


@pytest.fixture(scope="module")
def desk(server: Server, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The desk of a module, set up as its `SETUP` says; each row's scenario brings orders of its own."""
    name = f"desk_{next(_numbers)}"
    address = server.make_database(name, template="tieout_template")
    try:
        with open_desk(getattr(request.module, "SETUP", Setup()), address, tmp_path_factory.mktemp("desk")) as opened:
            yield opened
    finally:
        server.drop_database(name)
