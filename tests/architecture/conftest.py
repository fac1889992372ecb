"""The project's files as these tests read them: parsed once."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _parsed(*folders: str) -> dict[str, ast.Module]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def product() -> dict[str, ast.Module]:
    """Every module of the product by its path."""
    return _parsed("src/tieout")


@pytest.fixture(scope="session")
def beside_it() -> dict[str, ast.Module]:
    """Every module of the tests and tools by its path."""
    return _parsed("tests", "tools")


@pytest.fixture(scope="session")
def tracked() -> dict[str, str]:
    """Every text file that is shipped, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    raws = {name: (ROOT / name).read_bytes() for name in listed.split("\0") if (ROOT / name).is_file()}
    return {name: raw.decode("utf-8", errors="replace") for name, raw in raws.items() if b"\0" not in raw}
