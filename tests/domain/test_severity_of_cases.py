"""How grave a case is: by its pounds and by its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tieout.domain.desk.severity import Severity, severity_of

NOW = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
LATE, SOON, FAR = timedelta(minutes=-1), timedelta(hours=4), timedelta(days=2)


@pytest.mark.parametrize(
    ("stake", "left", "severity"),
    [
        (50_000, LATE, Severity.URGENT),
        (49_999, LATE, Severity.HIGH),
        (None, LATE, Severity.HIGH),
        (50_000, FAR, Severity.HIGH),
        (50_000, None, Severity.HIGH),
        (5_000, FAR, Severity.MEDIUM),
        (None, SOON, Severity.MEDIUM),
        (4_999, FAR, Severity.LOW),
        (None, None, Severity.LOW),
    ],
)
def test_late_and_dear_is_urgent_and_neither_is_low(
    stake: int | None, left: timedelta | None, severity: Severity
) -> None:
    assert severity_of(stake, None if left is None else NOW + left, NOW) is severity
