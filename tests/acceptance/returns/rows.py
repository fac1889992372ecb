"""Rows of the requirements: what each says, the scenario that tries it, and what is left to later work."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk


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
    scenario: Callable[[Desk], None] | None = None
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
    """A row that no scenario of the returns tries."""
    return Row(id=name, says=says, left_to=to)


def play(row: Row, desk: Desk) -> None:
    """Play the row's scenario on books that are open for it alone, and prove every ledger afterwards."""
    assert row.scenario is not None, f"{row.id} is left to {', '.join(each.value for each in row.left_to)}"
    desk.open_books()
    row.scenario(desk)
    desk.control.prove()


def numbered(rows: Iterable[Row]) -> list[Row]:
    """The rows in the order of the requirements."""
    return sorted(rows, key=lambda row: (row.id[:3] != "RET", int(row.id.split("-")[1])))


def write_results(path: Path, results: dict[str, str]) -> None:
    """Keep how each row's scenario ended, beside what earlier runs of other modules wrote."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps(dict(sorted((known | results).items())), indent=1) + "\n", encoding="utf-8")


WANTED: Sequence[str] = (*(f"RET-{n:02}" for n in range(1, 58)), *(f"RGO-{n:02}" for n in range(1, 66)))
"""Every row of the two returns pages."""
