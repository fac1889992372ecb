"""What the tests of EDI have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tieout.connectors.files.edi import EdiSettings


@pytest.fixture
def settings() -> EdiSettings:
    return EdiSettings(our_id="MERCHANT", partner_id="WAREHOUSE3PL")


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def samples() -> Path:
    folder = Path(__file__).parents[5] / "shared" / "data" / "samples"
    if not (folder / "x12_types").is_dir():
        pytest.skip("not run: needs published samples of EDI, which are shared data and absent here")
    return folder
