"""The domain and the ports are plain values and rules: no clock, no chance, no input, no output."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

STANDARD = {
    "__future__",
    "collections",
    "collections.abc",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "re",
    "types",
    "typing",
    "zoneinfo",
}
"""All of the standard library that the domain may import."""

IMPURE_CALLS = {"__import__", "breakpoint", "eval", "exec", "input", "open", "print"}
IMPURE_METHODS = {"environ", "getenv", "now", "random", "today", "utcnow"}
CLOCK_IS_AN_ARGUMENT_IN = ("domain", "ports", "processes", "reconciliation", "store")


def impurities(tree: ast.Module) -> Iterator[str]:
    """What a file does that a pure one does not, with its line."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in IMPURE_CALLS:
                yield f"{node.lineno}: {name}()"
            case ast.Attribute(attr=name) if name in IMPURE_METHODS:
                yield f"{node.lineno}: .{name}()"
            case _:
                pass


def clock_readings(tree: ast.Module) -> Iterator[str]:
    """Where a file asks what time it is instead of being told."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date"), attr="now" | "today" | "utcnow")):
                yield f"{node.lineno}: the time is read here"
            case _:
                pass


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module named in an import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def in_rooms(product: dict[str, ast.Module], *rooms: str) -> dict[str, ast.Module]:
    """The modules of some rooms."""
    return {path: tree for path, tree in product.items() if path.startswith(tuple(f"src/tieout/{r}/" for r in rooms))}


def test_domain_and_ports_import_only_listed_modules_of_the_standard_library(product: dict[str, ast.Module]) -> None:
    files = in_rooms(product, "domain", "ports")
    assert len(files) > 20, "the domain was not found"
    strange = {
        (path, module)
        for path, tree in files.items()
        for module in imported(tree)
        if module not in STANDARD and not module.startswith("tieout.")
    }
    assert strange == set()


def test_domain_and_ports_read_no_clock_and_touch_nothing_outside(product: dict[str, ast.Module]) -> None:
    files = in_rooms(product, "domain", "ports")
    assert [f"{path}:{what}" for path, tree in files.items() for what in impurities(tree)] == []


def test_the_clock_is_an_argument_wherever_business_is_decided(product: dict[str, ast.Module]) -> None:
    files = in_rooms(product, *CLOCK_IS_AN_ARGUMENT_IN)
    assert [f"{path}:{what}" for path, tree in files.items() for what in clock_readings(tree)] == []


@pytest.mark.parametrize(
    "line",
    ["datetime.now(UTC)", "date.today()", "random.random()", "open('x')", "print(1)", "os.getenv('A')", "self.today()"],
)
def test_every_way_out_is_recognised(line: str) -> None:
    assert list(impurities(ast.parse(line)))


@pytest.mark.parametrize("line", ["datetime.now(UTC)", "date.today()", "datetime.utcnow()"])
def test_every_reading_of_the_clock_is_recognised(line: str) -> None:
    assert list(clock_readings(ast.parse(line)))
    assert not list(clock_readings(ast.parse("facts.today")))
