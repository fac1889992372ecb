"""Fixtures: a small, fast house on a database of its own, in whatever setting a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.processes.estate import Control, build_estate
from tests.processes.house import Choices, House

from tieout.sandbox.serve import ServedEstate

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
