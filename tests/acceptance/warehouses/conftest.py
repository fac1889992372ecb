"""One yard for all the rows of a module."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.warehouses.yard import Setup, Yard, open_yard

if TYPE_CHECKING:
    from tests.conftest import Server

_numbers = itertools.count(1)
FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The rows take minutes, and what they go through is held by tests/shipping: `make rows` plays them."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="module")
def yard(server: Server, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Yard]:
    """The yard of a module, set up as its `SETUP` says; each row's scenario brings orders of its own."""
    name = f"yard_{next(_numbers)}"
    address = server.make_database(name, template="tieout_template")
    try:
        with open_yard(getattr(request.module, "SETUP", Setup()), address, tmp_path_factory.mktemp("yard")) as opened:
            yield opened
    finally:
        server.drop_database(name)
