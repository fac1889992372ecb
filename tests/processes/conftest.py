"""Fixtures: a small, fast house on a database of its own, in whatever setting a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.processes.estate import Control, build_estate
from tests.processes.house import Choices, House

from tieout.sandbox.serve import ServedEstate

if TYPE_CHECKING:
    from tests.conftest import Server

OpenHouse = Callable[..., House]


@pytest.fixture
def control() -> Iterator[Control]:
    """Three served systems, filled."""
    estate = build_estate()
    with ServedEstate(estate) as served:
        control = Control(served.url, estate)
        control.fill()
        yield control
        control.close()


@pytest.fixture
def open_house(control: Control, address: str, tmp_path: Path) -> Iterator[OpenHouse]:
    """Open the house with choices: `route`, `mode`, `channel`, `lanes` and waits."""
    with ExitStack() as stack:

        def opened(**choices: Any) -> House:  # noqa: ANN401  # any choice
            house = House(control, tmp_path, address, Choices(**choices))
            stack.callback(house.close)
            house.set_rules()
            return house

        yield opened


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    """The house as most are: SOP route, refunds behind the gate."""
    return open_house()


@pytest.fixture(params=["sop", "ledger"])
def either_house(open_house: OpenHouse, request: pytest.FixtureRequest) -> House:
    """The house by either credit route."""
    return open_house(route=request.param)


@pytest.fixture(scope="module", params=["sop", "ledger"])
def shared_house(
    server: Server, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[House]:
    """One house for many tests, each of which sells and takes back goods of its own."""
    name = f"shared_{request.param}"
    address, estate = server.make_database(name, template="tieout_template"), build_estate()
    choices = Choices(route=request.param, late_commit=0.12, read_seconds=0.5)
    try:
        with ServedEstate(estate) as served:
            control = Control(served.url, estate)
            control.fill()
            house = House(control, tmp_path_factory.mktemp("house"), address, choices)
            house.set_rules()
            yield house
            house.close()
            control.close()
    finally:
        server.drop_database(name)


@pytest.fixture
def external_house(control: Control, external_address: str, tmp_path: Path) -> Iterator[House]:
    """A house on the operating system's PostgreSQL."""
    house = House(control, tmp_path, external_address, Choices())
    house.set_rules()
    yield house
    house.close()
