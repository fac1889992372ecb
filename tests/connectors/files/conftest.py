"""The partner's server for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.connectors.files.partner import Clock, Ledger, Partner, Told


@pytest.fixture
def partner(tmp_path: Path) -> Iterator[Partner]:
    one = Partner(tmp_path / "partner")
    yield one
    one.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def told() -> Told:
    return Told()
