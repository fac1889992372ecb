"""Which of several numbers of an item is the stock code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.connectors.files.edi.segments import Segment, UnusableError


def pairs(segment: Segment, firsts: Sequence[int]) -> dict[str, str]:
    """Numbers by qualifier, from the elements where the pairs of X12 begin."""
    found: dict[str, str] = {}
    for first in firsts:
        qualifier, number = segment.value(first), segment.value(first + 1)
        if qualifier and number:
            found.setdefault(qualifier, number)
    return found


def stock_code(numbers: Mapping[str, str], wanted: Sequence[str], otherwise: str = "") -> str:
    """The best of an item's numbers; UnusableError when none has a qualifier that we look for.

    `otherwise` is a UPC, which is of digits: something else there means that the elements have slipped.
    """
    upc = otherwise if otherwise.isascii() and otherwise.isdigit() else ""
    best = next((numbers[qualifier] for qualifier in wanted if qualifier in numbers), upc)
    if not best:
        told = ", ".join(f"{qualifier} {number}"[:40] for qualifier, number in list(numbers.items())[:4]) or "none"
        raise UnusableError(
            f"No number of the item is one that we look for ({', '.join(wanted)}); it has {told}: "
            "add its qualifier to the settings."
        )
    return best
