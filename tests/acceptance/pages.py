"""The generated pages of rows: what each is called, its parts, and the rows of every module that plays them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.rows import Row

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One page of the requirements."""

    title: str
    rows: int
    """How many it has, numbered from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One generated page and the folder of scenarios that it shows."""

    name: str
    """Of the folder under tests/acceptance."""
    document: str
    """Of the page under docs."""
    about: str
    seen_at: str
    """The books that a scenario is read at, for the page's head."""
    parts: Mapping[str, Part]
    """By the letters that its rows begin with."""

    @property
    def path(self) -> Path:
        """Where the page is written."""
        return ROOT / "docs" / self.document

    @property
    def folder(self) -> Path:
        """Where its scenarios stand."""
        return Path(__file__).parent / self.name

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every row of the page, in the order of the requirements."""
        return tuple(f"{letters}-{n:02}" for letters, part in self.parts.items() for n in range(1, part.rows + 1))

    def rows(self) -> list[tuple[str, Row]]:
        """(module's name, row) in the order of the requirements."""
        letters = "|".join(each.casefold() for each in self.parts)
        modules = re.compile(rf"(test|left)_({letters})(_|$)")
        names = sorted(path.stem for path in self.folder.glob("*.py") if modules.match(path.stem))
        played = [(name, row) for name in names for row in _rows_of(f"tests.acceptance.{self.name}.{name}")]
        order = {name: place for place, name in enumerate(self.wanted)}
        return sorted(played, key=lambda each: order.get(each[1].id, len(order)))


def _rows_of(module: str) -> Iterable[Row]:
    found: Iterable[Row] = importlib.import_module(module).ROWS
    return found


RETURNS = Page(
    name="returns",
    document="returns-rows.md",
    about="returns",
    seen_at="Sage's ledgers and stock, the shop's refunds and stock, the portal's RMAs",
    parts={
        "RET": Part(title="Returns software for Sage 200", rows=57),
        "RGO": Part(title="ReturnGO and Sage 200", rows=65),
    },
)
WAREHOUSES = Page(
    name="warehouses",
    document="warehouse-rows.md",
    about="warehouses and 3PLs",
    seen_at="Sage's orders, ledgers and stock, what the warehouses' books say left, the shop's fulfilments and stock",
    parts={
        "WMS": Part(title="Warehouse for Sage 200", rows=57),
        "3PL": Part(title="3PL for Sage 200", rows=48),
    },
)
PAGES = (RETURNS, WAREHOUSES)
