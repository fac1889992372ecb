"""A function fits on a screen and a file has one subject; what is too long already may only become less."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path

FILE_LINES_MAX = 400
BODY_LINES_MAX = 60
BODY_LINES_LONG = 40
RATCHET = Path(__file__).with_name("ratchet.json")


def bodies(modules: Mapping[str, ast.Module]) -> dict[str, int]:
    """The lines of every function's body, its docstring not counted."""
    lengths: dict[str, int] = {}
    for path, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                has_docstring = ast.get_docstring(node) is not None and len(node.body) > 1
                first = node.body[1] if has_docstring else node.body[0]
                assert node.end_lineno is not None
                lengths[f"{path}:{node.lineno} {node.name}"] = node.end_lineno - first.lineno + 1
    return lengths


def test_no_file_is_longer_than_400_lines(
    root: Path, product: dict[str, ast.Module], beside_it: dict[str, ast.Module]
) -> None:
    lengths = {path: len((root / path).read_text(encoding="utf-8").splitlines()) for path in (*product, *beside_it)}
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_no_function_body_is_longer_than_60_lines(
    product: dict[str, ast.Module], beside_it: dict[str, ast.Module]
) -> None:
    lengths = bodies({**product, **beside_it})
    assert {name: lines for name, lines in lengths.items() if lines > BODY_LINES_MAX} == {}


def test_the_number_of_long_functions_only_falls(product: dict[str, ast.Module]) -> None:
    long = {name: lines for name, lines in bodies(product).items() if lines > BODY_LINES_LONG}
    allowed = json.loads(RATCHET.read_text())["function_bodies_over_40_lines"]
    assert len(long) <= allowed, long
    assert len(long) == allowed, f"better than recorded: set function_bodies_over_40_lines to {len(long)}"


def test_a_body_is_counted_without_its_docstring() -> None:
    tree = ast.parse('def act() -> None:\n    """Say."""\n    one = 1\n    two = one\n    return two\n')
    assert bodies({"a.py": tree}) == {"a.py:1 act": 3}
