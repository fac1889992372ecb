"""The whole table of rows, collected from every module that plays them or says to what they are left."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.acceptance.returns.rows import Row, numbered

FOLDER = Path(__file__).parent


def all_rows() -> list[tuple[str, Row]]:
    """(module's name, row) in the order of the requirements."""
    names = sorted(path.stem for path in FOLDER.glob("*_r*.py") if path.stem.startswith(("test_", "left_")))
    played: list[tuple[str, Row]] = []
    for name in names:
        module = importlib.import_module(f"tests.acceptance.returns.{name}")
        played += [(name, row) for row in module.ROWS]
    order = {row.id: place for place, row in enumerate(numbered(row for _, row in played))}
    return sorted(played, key=lambda each: order[each[1].id])
