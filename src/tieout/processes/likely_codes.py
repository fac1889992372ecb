"""The stock codes that a wrong code was perhaps meant to be: offered to a person, never taken."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from tieout.domain.orders.resolving import likened

NEAREST = 3
LIKE = 0.7
"""From which likeness a stock code is offered."""


def nearest_codes(code: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known codes most like this one in what is left of them without case and punctuation, likest first."""
    named: dict[str, str] = {}
    for each in sorted(known):
        named.setdefault(likened(each), each)
    return tuple(named[found] for found in get_close_matches(likened(code), named, NEAREST, LIKE))
