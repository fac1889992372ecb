"""Legs: statements that a document should be visible in one system, and whether it is.

A leg is seen only by reading the system; our own success never makes one agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tieout.domain.money import Money


class LegState(StrEnum):
    """Where a leg stands."""

    EXPECTED = "expected"
    AGREED = "agreed"
    DIFFERS = "differs"
    OVERDUE = "overdue"
    UNEXPECTED = "unexpected"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What a plan says must become visible: kind and reference name it, amount or quantity state it."""

    system: str
    """`portal`, `sage`, `storefront`."""
    kind: str
    """In the trade's words: `credit note`, `stock`, `refund`, `availability`."""
    ref: str
    """Names this leg among the document's legs of a kind: the key of the command that brings it about."""
    amount: Money | None
    quantity: Decimal | None
    due_by: datetime
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Both sides of a leg as they are known now."""

    expected_amount: int | None
    expected_quantity: Decimal | None
    is_expected: bool
    seen_amount: int | None
    seen_quantity: Decimal | None
    seen_at: datetime | None
    due_by: datetime | None
    is_waived: bool


def state_of(standing: Standing, now: datetime) -> LegState:
    """The one state that both figures and the time make; figures agree only to the penny and the unit.

    A figure that nobody expected does not matter.
    """
    if standing.is_waived:
        return LegState.WAIVED
    if not standing.is_expected:
        return LegState.UNEXPECTED
    if standing.seen_at is None:
        is_late = standing.due_by is not None and now > standing.due_by
        return LegState.OVERDUE if is_late else LegState.EXPECTED
    amount_agrees = standing.expected_amount in (None, standing.seen_amount)
    quantity_agrees = standing.expected_quantity in (None, standing.seen_quantity)
    return LegState.AGREED if amount_agrees and quantity_agrees else LegState.DIFFERS


def debt(standing: Standing, state: LegState) -> int:
    """Pence of reconciliation debt that a leg carries: all of it when overdue or unexpected, else the difference."""
    match state:
        case LegState.OVERDUE:
            return abs(standing.expected_amount or 0)
        case LegState.UNEXPECTED:
            return abs(standing.seen_amount or 0)
        case LegState.DIFFERS:
            return abs((standing.expected_amount or 0) - (standing.seen_amount or 0))
        case LegState.EXPECTED | LegState.AGREED | LegState.WAIVED:
            return 0


def is_tied_out(states: Iterable[LegState]) -> bool:
    """Whether a document with these legs is tied out: it has legs, and each agrees or was waived."""
    found = list(states)
    return bool(found) and all(state in (LegState.AGREED, LegState.WAIVED) for state in found)
