"""The charts of debt and lag: what their lines are, and the sentence that says what to see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from markupsafe import Markup

from tieout.console.charts import Chart, Line, draw
from tieout.console.wording import day as in_words
from tieout.console.wording import money, plural
from tieout.processes.reports.lag import TARGETS
from tieout.store.figures import DebtDay
from tieout.store.lags import LagDay

WEEK: Final = timedelta(days=7)
HOUR: Final = 3600
LAG_TITLES: Final[Mapping[str, str]] = {
    "refund_to_saleable": "From refund to for sale again",
    "receipt_to_credit": "From receipt to credit note",
}
_ENDS: Final[Mapping[str, str]] = {
    "refund_to_saleable": "came back for sale within",
    "receipt_to_credit": "had their credit note within",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A chart with its sentence and its figures."""

    name: str
    title: str
    sentence: str
    picture: Markup
    rows: Sequence[DebtDay | LagDay]
    """The newest first."""


def debt_charts(days: Sequence[DebtDay]) -> list[Drawn]:
    """One chart for each currency that had debt; for pounds always, once anybody has counted."""
    currencies = sorted({one.currency for one in days if one.debt_minor or one.currency == "GBP"})
    return [_debt([one for one in days if one.currency == currency], currency, days) for currency in currencies]


def lag_charts(days: Iterable[LagDay], targets: Mapping[str, int]) -> list[Drawn]:
    """One chart for each lag; `targets` are hours."""
    found = list(days)
    return [_lag([one for one in found if one.metric == metric], metric, targets[metric]) for metric in TARGETS]


def hours(seconds: int) -> str:
    """`25 min`, `3 h`, `45 h`: whole hours from the second on."""
    return f"{seconds // 60} min" if seconds < 2 * HOUR else f"{(seconds + HOUR // 2) // HOUR:,} h"


def _debt(mine: Sequence[DebtDay], currency: str, every: Sequence[DebtDay]) -> Drawn:
    """Days that were counted and have no line of this currency had none of its debt."""
    of_day = {one.day: one for one in mine}
    rows = [
        of_day.get(day) or DebtDay(day=day, currency=currency, debt_minor=0, legs=0, overdue=0)
        for day in sorted({one.day for one in every})
    ]
    title = f"Reconciliation debt, {currency}"
    sentence = _of_debt(rows, currency)
    chart = Chart(
        title=title,
        sentence=sentence,
        lines=[Line(name="Debt", points=[(one.day, one.debt_minor) for one in rows])],
        write=lambda minor: money(minor, currency).removesuffix(".00"),
        unit=100,
    )
    name = f"debt-{currency.lower()}"
    return Drawn(name=name, title=title, sentence=sentence, picture=draw(chart, name), rows=rows[::-1])


def _of_debt(rows: Sequence[DebtDay], currency: str) -> str:
    last = rows[-1]
    said = f"{money(last.debt_minor, currency)} on {in_words(last.day)}, from {plural(last.legs, 'leg')}"
    before = [one for one in rows if one.day <= last.day - WEEK]
    if not before:
        return f"{said}."
    change = last.debt_minor - before[-1].debt_minor
    if not change:
        return f"{said}; as much as on {in_words(before[-1].day)}."
    word = "more" if change > 0 else "less"
    return f"{said}; {money(abs(change), currency)} {word} than on {in_words(before[-1].day)}."


def _lag(rows: Sequence[LagDay], metric: str, target: int) -> Drawn:
    title = LAG_TITLES[metric]
    sentence = _of_lag(rows, metric, target)
    chart = Chart(
        title=title,
        sentence=sentence,
        lines=[
            Line(name="Slow tenth", points=[(one.day, one.p90_seconds) for one in rows], is_dashed=True),
            Line(name="Half", points=[(one.day, one.median_seconds) for one in rows]),
        ],
        write=lambda seconds: f"{seconds // HOUR:,} h",
        target=target * HOUR,
        target_name=f"Target {target} h",
        steps=(1, 2, 3, 6),
        unit=HOUR,
    )
    name = metric.replace("_", "-")
    return Drawn(name=name, title=title, sentence=sentence, picture=draw(chart, name), rows=rows[::-1])


def _of_lag(rows: Sequence[LagDay], metric: str, target: int) -> str:
    if not rows:
        return "No unit has come to its end in these days."
    last = rows[-1]
    late = f"{plural(last.beyond_target, 'was', 'were')} beyond the {target} h that the house allows"
    late = late if last.beyond_target else f"none was beyond the {target} h that the house allows"
    return (
        f"On {in_words(last.day)} half of {plural(last.units, 'unit')} {_ENDS[metric]} {hours(last.median_seconds)};"
        f" the slow tenth took {hours(last.p90_seconds)} or more; {late}."
    )


def since(now_day: date, days: int) -> date:
    """The first of so many days that end today."""
    return now_day - timedelta(days=days - 1)
