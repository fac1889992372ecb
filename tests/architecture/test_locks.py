"""What is installed is pinned with hashes, the same in every lock, and names no index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LOCKS = ("build", "run", "dev")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)")


def pins(root: Path, name: str) -> dict[str, str]:
    """Version by distribution."""
    lines = (root / "requirements" / f"{name}.lock").read_text().splitlines()
    return {found[1]: found[2] for line in lines if (found := PINNED.match(line))}


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_with_hashes_and_names_no_index(root: Path, name: str) -> None:
    text = (root / "requirements" / f"{name}.lock").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    assert [entry for entry in entries if not PINNED.match(entry) or "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_both_locks_agree_on_every_version(root: Path) -> None:
    run, dev = pins(root, "run"), pins(root, "dev")
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


@pytest.mark.parametrize(("name", "heading"), [("run", "dependencies"), ("dev", "dev"), ("build", "requires")])
def test_every_direct_dependency_is_in_its_lock(root: Path, name: str, heading: str) -> None:
    project = (root / "pyproject.toml").read_text()
    block = re.search(rf"^{heading} = \[(.*?)\]$", project, re.MULTILINE | re.DOTALL)
    assert block is not None
    wanted = {found.lower() for found in re.findall(r'"([A-Za-z0-9._-]+)', block[1])}
    assert wanted
    assert wanted - set(pins(root, name)) == set()
