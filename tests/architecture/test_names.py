"""Names are the trade's words; a word that says nothing is not a name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

BANNED = {"manager", "handler", "helper", "util", "service", "data", "info", "sync"}

NOT_OURS = {
    ("src/tieout/console/api/calls.py", "get_route_handler"): "the web framework's method, which a route overrides",
    ("src/tieout/store/place.py", "data"): "PostgreSQL's word for where a cluster lies",
}
"""Names that belong to somebody else's vocabulary, each with its reason."""


def words(name: str) -> Iterator[str]:
    """The words of a name, in lower case and singular."""
    for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name):
        lower = word.lower()
        yield lower.removesuffix("s") if lower.removesuffix("s") in BANNED else lower


def names_in(file: str, tree: ast.Module) -> Iterator[str]:
    """The names of a file's module, folder, classes and functions."""
    path = PurePosixPath(file)
    yield path.parent.name if path.stem == "__init__" else path.stem
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def test_no_module_class_or_function_has_a_name_that_says_nothing(product: dict[str, ast.Module]) -> None:
    found = [
        (path, name)
        for path, tree in product.items()
        for name in names_in(path, tree)
        if BANNED & set(words(name)) and (path, name) not in NOT_OURS
    ]
    assert found == []


def test_every_exception_is_still_needed(product: dict[str, ast.Module]) -> None:
    named = {(path, name) for path, tree in product.items() for name in names_in(path, tree)}
    assert set(NOT_OURS) - named == set()


@pytest.mark.parametrize(
    ("name", "banned"),
    [
        ("OrderManager", {"manager"}),
        ("parse_data", {"data"}),
        ("HTTPHandler", {"handler"}),
        ("utils", {"util"}),
        ("syncOrders", {"sync"}),
        ("metadata", set()),
        ("async_read", set()),
        ("informed", set()),
    ],
)
def test_a_banned_word_is_found_however_it_is_written(name: str, banned: set[str]) -> None:
    assert BANNED & set(words(name)) == banned
