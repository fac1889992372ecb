"""The console's figures of a real house are those of the reports."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.processes.test_reports_of_lag import report

from tieout.processes.figures_kept import keep_figures, keep_lags
from tieout.store import figures, lags
from tieout.store.desk_lists import CaseFilter, case_totals

if TYPE_CHECKING:
    from tests.processes.house import House

COMPANY = "giftware"
SINCE = date(2000, 1, 1)


def test_lags_and_debt_are_kept_as_the_reports_say(house: House) -> None:
    store, clock = house.application.store, house.application.clock
    mugs, bowls = house.authorised("W1002", ("MUG", 3)), house.authorised("W1004", ("BOWL", 2))
    house.receive(mugs)
    house.receive(bowls)
    house.drain(mugs, bowls)
    keep_figures(store, [COMPANY], now=clock())
    with store.scope(None) as c:
        days = lags.days_of(c, company=None, since=SINCE)
        debt = figures.last_debt(c)
    rows = {row["metric"]: row["spread"] for row in report(house)["rows"] if row["name"] == "all"}
    assert rows
    assert {day.metric: day.units for day in days} == {metric: spread["times"] for metric, spread in rows.items()}
    for day in days:
        hours = Decimal(day.median_seconds) / 3600
        assert abs(hours - Decimal(rows[day.metric]["median_hours"])) <= Decimal("0.05")
    assert debt is not None
    assert (debt.lines, debt.taken_at <= clock()) == ((), True)


def test_only_returns_that_were_worked_on_since_are_looked_at_again(house: House) -> None:
    mugs = house.authorised("W1002", ("MUG", 1))
    house.receive(mugs)
    house.drain(mugs)
    assert keep_lags(house.application.store, [COMPANY], since=None, now=house.application.clock()) == 1
    house.later(timedelta(hours=1))
    since = house.application.clock()
    assert keep_lags(house.application.store, [COMPANY], since=since, now=house.application.clock()) == 0
    bowls = house.authorised("W1004", ("BOWL", 1))
    house.receive(bowls)
    house.drain(bowls)
    assert keep_lags(house.application.store, [COMPANY], since=since, now=house.application.clock()) == 1
    with house.application.store.scope(None) as c:
        assert sum(day.units for day in lags.days_of(c, company=COMPANY, since=SINCE)) >= 2


def test_what_is_overdue_is_debt_by_the_system_that_does_not_show_it(house: House) -> None:
    house.rule("tender", "shopify_payments", bank="NOWHERE")
    mugs = house.authorised("W1002", ("MUG", 2))
    house.receive(mugs)
    house.drain(mugs)
    house.later(timedelta(days=9))
    keep_figures(house.application.store, [COMPANY], now=house.application.clock())
    with house.application.store.scope(None) as c:
        debt = figures.last_debt(c)
        legs = figures.troubled_legs(c, [COMPANY], now=house.application.clock())
        assert case_totals(c, CaseFilter(), now=house.application.clock()).count == len(house.open_cases())
    assert debt is not None
    assert sum(line.legs for line in debt.lines) == len(legs)
