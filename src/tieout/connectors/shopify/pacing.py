"""Shopify's cost bucket: every answer says what is in it, so a call can wait before it would be turned away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self

from tieout.connectors.transport import Json

WAIT_SECONDS_MIN = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a call asked of the bucket and what was in it afterwards, in points."""

    requested: float
    available: float
    maximum: float
    restored_per_second: float

    @classmethod
    def read(cls, answer: Mapping[str, Json]) -> Self | None:
        """The cost that an answer's extensions state; None when they do not."""
        cost = _below(_below(answer, "extensions"), "cost")
        throttle = _below(cost, "throttleStatus")
        figures = (
            cost.get("requestedQueryCost"),
            throttle.get("currentlyAvailable"),
            throttle.get("maximumAvailable"),
            throttle.get("restoreRate"),
        )
        points = [float(figure) for figure in figures if isinstance(figure, (int, Decimal))]
        if len(points) < len(figures) or points[3] <= 0:
            return None
        return cls(requested=points[0], available=points[1], maximum=points[2], restored_per_second=points[3])

    def wait_seconds(self) -> float:
        """Seconds until the bucket holds what the call needs."""
        needed = min(self.requested, self.maximum)
        return max(needed - self.available, 0.0) / self.restored_per_second


class Bucket:
    """What we believe the bucket holds. Safe to share between threads."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last: Cost | None = None
        self._at = clock()
        self._requested: dict[str, float] = {}

    def take(self, document: str) -> float:
        """Seconds to wait before this document; 0 takes its points out of the bucket at once.

        A document that was never answered counts nothing: the server decides.
        """
        with self._lock:
            if self._last is None:
                return 0.0
            held = self._refilled(self._last)
            needed = min(self._requested.get(document, 0.0), held.maximum)
            if needed > held.available:
                return (needed - held.available) / held.restored_per_second
            self._keep(held, available=held.available - needed)
            return 0.0

    def learn(self, document: str, cost: Cost) -> None:
        """Believe the server."""
        with self._lock:
            self._requested[document] = cost.requested
            self._keep(cost, available=cost.available)

    def _refilled(self, last: Cost) -> Cost:
        passed = max((self._clock() - self._at).total_seconds(), 0.0)
        return Cost(
            requested=last.requested,
            available=min(last.available + passed * last.restored_per_second, last.maximum),
            maximum=last.maximum,
            restored_per_second=last.restored_per_second,
        )

    def _keep(self, cost: Cost, *, available: float) -> None:
        self._at = self._clock()
        self._last = Cost(
            requested=cost.requested,
            available=available,
            maximum=cost.maximum,
            restored_per_second=cost.restored_per_second,
        )


def _below(value: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}
