"""Houses to be tormented: one estate and one database for each life."""

from __future__ import annotations

import itertools
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

NewHouse = Callable[..., House]
_lives = itertools.count(1)


@pytest.fixture
def new_house(server: Server, tmp_path: Path) -> Iterator[NewHouse]:
    """Open one more house with a world of its own."""
    with ExitStack() as stack:

        def opened(seed: int = 1, **choices: Any) -> House:  # noqa: ANN401  # any choice
            life = next(_lives)
            name, home = f"life_{life}", tmp_path / str(life)
            home.mkdir()
            address = server.make_database(name, template="tieout_template")
            stack.callback(server.drop_database, name)
            estate = build_estate(seed)
            served = stack.enter_context(ServedEstate(estate))
            control = Control(served.url, estate)
            control.fill()
            stack.callback(control.close)
            house = House(control, home, address, Choices(**choices))
            stack.callback(house.close)
            house.set_rules()
            return house

        yield opened
