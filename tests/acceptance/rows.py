"""Rows of the requirements: what each says, the scenario that tries it, and what is left to later work."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, TypeAlias

Scenario: TypeAlias = Callable[[Any], None]
"""What people do and what is seen; it is given the stage that its own page sets up."""


class Stage(Protocol):
    """Where a scenario is played."""

    def open_books(self) -> None:
        """From here on changes are counted."""

    def prove(self) -> None:
        """Assert that every ledger agrees with the others and that nothing was done twice."""


class Later(Enum):
    """Work that is still to come, by its title."""

    WAREHOUSES = "Warehouses and 3PLs"
    TILLS = "Tills"
    CLOSE = "Tie-out, reconciliation, month-end close"
    GO_LIVE = "Go-live kit, training and security"
    NOBODY = "not built"
    """No work that is to come covers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: met when a scenario tries all of it, met in part when something is `missing`, else left.

    `says` is one short sentence that a bookkeeper reads; a scenario's own docstring tells what is done and seen.
    """

    id: str
    says: str
    scenario: Scenario | None = None
    missing: str = ""
    left_to: tuple[Later, ...] = ()

    def __post_init__(self) -> None:
        """A row without a scenario, or with something missing, says to what it is left."""
        is_whole = self.scenario is not None and not self.missing
        assert is_whole != bool(self.left_to), f"{self.id}: say what is left, or that nothing is"

    def __str__(self) -> str:
        return self.id

    @property
    def status(self) -> str:
        """`met`, `met in part` or `left`."""
        if self.scenario is None:
            return "left"
        return "met in part" if self.missing else "met"

    @property
    def tells(self) -> str:
        """What the scenario does and sees, in its own words."""
        return " ".join((self.scenario.__doc__ or "").split()) if self.scenario else ""


def left(name: str, says: str, *to: Later) -> Row:
    """A row that no scenario of its page tries."""
    return Row(id=name, says=says, left_to=to)


def play(row: Row, stage: Stage) -> None:
    """Play the row's scenario on books that are open for it alone, and prove every ledger afterwards."""
    assert row.scenario is not None, f"{row.id} is left to {', '.join(each.value for each in row.left_to)}"
    stage.open_books()
    row.scenario(stage)
    stage.prove()


def write_results(path: Path, results: Mapping[str, str]) -> None:
    """Keep how each row's scenario ended, beside what earlier runs of other modules wrote."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps(dict(sorted((known | dict(results)).items())), indent=1) + "\n", encoding="utf-8")
