"""Shapes of figures."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from tieout.console.api.values import Moment, MoneyShape
from tieout.store.figures import Debt, DebtDay, DebtLine
from tieout.store.lags import LagDay


class DebtLineShape(BaseModel):
    """The debt of one company, flow, system and owner in one currency."""

    company: str
    document_kind: str
    system: str
    owner: str
    debt: MoneyShape
    legs: int
    overdue: int
    oldest_at: Moment | None

    @classmethod
    def of(cls, line: DebtLine) -> DebtLineShape:
        """A line."""
        return cls(
            company=line.company,
            document_kind=line.document_kind,
            system=line.system,
            owner=line.owner,
            debt=MoneyShape(minor=line.debt_minor, currency=line.currency),
            legs=line.legs,
            overdue=line.overdue,
            oldest_at=line.oldest_at,
        )


class DebtShape(BaseModel):
    """The debt as it was counted last."""

    counted_at: Moment | None = Field(description="null while nobody has counted it: then there is no figure")
    items: list[DebtLineShape]

    @classmethod
    def of(cls, debt: Debt | None) -> DebtShape:
        """The debt, or that nobody has counted it."""
        if debt is None:
            return cls(counted_at=None, items=[])
        return cls(counted_at=debt.taken_at, items=[DebtLineShape.of(line) for line in debt.lines])


class DebtDayShape(BaseModel):
    """The debt at the end of one day in one currency."""

    day: date
    debt: MoneyShape
    legs: int
    overdue: int

    @classmethod
    def of(cls, one: DebtDay) -> DebtDayShape:
        """A day."""
        debt = MoneyShape(minor=one.debt_minor, currency=one.currency)
        return cls(day=one.day, debt=debt, legs=one.legs, overdue=one.overdue)


class LagDayShape(BaseModel):
    """One metric over the units that reached their end on one UK day."""

    metric: str
    day: date
    units: int
    median_seconds: int
    p90_seconds: int = Field(description="Nine in ten took no longer")
    beyond_target: int = Field(description="Units that took longer than was agreed")

    @classmethod
    def of(cls, one: LagDay) -> LagDayShape:
        """A day."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})
