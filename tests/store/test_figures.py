"""Figures that are kept: the debt by the one definition, its days, ages of cases, and how long units took."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.domain.legs import LegState, debt, state_of
from tieout.processes.reports.figures import spread_of
from tieout.processes.standing import standing_of
from tieout.store import Store, cases, figures, lags, legs
from tieout.store.cases import Trouble
from tieout.store.documents import Document
from tieout.store.lags import UnitLag

Open = Callable[..., Document]
TROUBLED = {LegState.OVERDUE, LegState.DIFFERS, LegState.UNEXPECTED}
A_LEG = st.fixed_dictionaries(
    {
        "system": st.sampled_from(["sage", "storefront"]),
        "owner": st.sampled_from(["finance", "operations"]),
        "currency": st.sampled_from(["GBP", "EUR", None]),
        "expected": st.none() | st.tuples(st.none() | st.integers(0, 500), st.integers(-48, 48)),
        "seen": st.none() | st.none() | st.integers(0, 500),
        "quantity": st.none() | st.integers(1, 3),
        "is_waived": st.sampled_from([False, False, True]),
    }
)


def put(store: Store, document: Document, number: int, leg: dict[str, Any], now: datetime) -> None:
    """Declare and see one leg as it was drawn."""
    with store.scope(document.company) as c:
        name = {"system": str(leg["system"]), "kind": "credit note", "ref": str(number)}
        owner, currency = str(leg["owner"]), leg["currency"]
        quantity = Decimal(str(leg["quantity"])) if leg["quantity"] is not None else None
        match leg["expected"]:
            case (minor, hours):
                expected = legs.ExpectedLeg(
                    **name, owner=owner, currency=currency, minor=minor, quantity=quantity,
                    due_by=now + timedelta(hours=hours),
                )  # fmt: skip
                legs.declare(c, document, [expected], at=now - timedelta(days=3))
        if leg["seen"] is not None or leg["expected"] is None:
            seen = legs.SeenLeg(
                **name, owner=owner, currency=currency, minor=leg["seen"], quantity=None, reference=None
            )
            legs.see(c, document, seen, at=now - timedelta(days=1))
        if leg["is_waived"]:
            legs.waive(c, document, **name, by="ann", why="agreed", at=now)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(A_LEG, max_size=12), place=st.integers(0, 2))
def test_the_debt_that_the_database_counts_is_the_debt_of_the_legs(
    store: Store, opened: Open, now: datetime, drawn: list[dict[str, Any]], place: int
) -> None:
    company = f"C{hash(str(drawn)) % 10**9}-{place}"
    document = opened("RMA-1", company=company)
    for number, leg in enumerate(drawn):
        put(store, document, number, leg, now)
    with store.scope(company) as c:
        found = figures.debt_now(c, now)
        every = legs.legs_of(c, document)
    states = [(leg, state_of(standing_of(leg), now)) for leg in every]
    owed = [(leg, debt(standing_of(leg), state)) for leg, state in states if state in TROUBLED]
    assert sum(line.debt_minor for line in found) == sum(minor for _, minor in owed)
    assert sum(line.legs for line in found) == len(owed)
    assert sum(line.overdue for line in found) == sum(state is LegState.OVERDUE for _, state in states)
    by_system = {line.system: 0 for line in found}
    for line in found:
        by_system[line.system] += line.debt_minor
    assert by_system == {s: sum(m for leg, m in owed if leg.system == s) for s in {leg.system for leg, _ in owed}}


def overdue(store: Store, document: Document, minor: int, now: datetime, *, system: str = "sage") -> None:
    """One leg that should have been seen yesterday."""
    leg = legs.ExpectedLeg(
        system=system, kind="credit note", ref=document.key, owner="finance", currency="GBP", minor=minor,
        quantity=None, due_by=now - timedelta(days=1),
    )  # fmt: skip
    with store.scope(document.company) as c:
        legs.declare(c, document, [leg], at=now - timedelta(days=3))


def test_a_day_keeps_its_last_count_and_a_day_without_debt_is_not_a_day_that_nobody_counted(
    store: Store, opened: Open, now: datetime
) -> None:
    with store.scope(None) as c:
        assert figures.last_debt(c) is None
        assert figures.debt_trend(c, since=date(2026, 1, 1)) == []
        figures.keep_debt(c, ["ACME", "BETA"], now=now - timedelta(days=2))
    overdue(store, opened("RMA-1"), 500, now)
    overdue(store, opened("RMA-2", company="BETA"), 70, now, system="storefront")
    for at in (now - timedelta(hours=2), now):
        with store.scope(None) as c:
            figures.keep_debt(c, ["ACME", "BETA"], now=at)
    with store.scope(None) as c:
        days = [
            (day.day, day.debt_minor, day.legs, day.overdue) for day in figures.debt_trend(c, since=date(2026, 1, 1))
        ]
        last = figures.last_debt(c)
    assert days == [(date(2026, 11, 18), 0, 0, 0), (date(2026, 11, 20), 570, 2, 2)]
    assert last is not None
    assert last.taken_at == now
    assert [(line.company, line.system, line.debt_minor) for line in last.lines] == [
        ("ACME", "sage", 500),
        ("BETA", "storefront", 70),
    ]
    with store.scope("BETA") as c:
        assert [day.debt_minor for day in figures.debt_trend(c, since=date(2026, 1, 1))] == [0, 70]


def test_troubled_legs_come_with_the_longest_due_first(store: Store, opened: Open, now: datetime) -> None:
    for number, company in enumerate(("ACME", "BETA", "ACME")):
        document = opened(f"RMA-{number}", company=company)
        overdue(store, document, 100, now - timedelta(days=3 - number), system=("sage", "storefront")[number == 2])
    with store.scope(None) as c:

        def keys(**asked: str) -> list[str]:
            found = figures.troubled_legs(c, ["ACME", "BETA"], now=now, **asked)  # type: ignore[arg-type]  # words
            return [leg.document_key for leg in found]

        assert keys() == ["RMA-0", "RMA-1", "RMA-2"]
        assert keys(system="sage", condition="overdue") == ["RMA-0", "RMA-1"]
        assert keys(owner="nobody") == keys(condition="unexpected") == []
        assert figures.troubled_legs(c, [], now=now) == []


@pytest.mark.parametrize(("days", "age"), [(0, 0), (1, 1), (2, 1), (3, 2), (7, 2), (8, 3), (30, 3), (31, 4), (400, 4)])
def test_a_case_has_the_age_of_its_uk_days(store: Store, opened: Open, now: datetime, days: int, age: int) -> None:
    trouble = Trouble(code="C", owner="finance", fault_class="data", faults=[], stake_minor=250, currency="GBP")
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        cases.open_or_update(c, document, trouble, at=now - timedelta(days=days))
        found = figures.cases_by_age(c, now=now)
        assert [(one.owner, one.counts.index(1), one.count, one.stakes) for one in found] == [
            ("finance", age, 1, {"GBP": 250})
        ]
        cases.close(c, cases.cases_of(c, "ACME", "return", "RMA-1")[0].id, by="ann", how="mended", at=now)
        assert figures.cases_by_age(c, now=now) == []


def unit(number: int, seconds: int, now: datetime, *, company: str = "ACME", key: str = "RMA-1") -> UnitLag:
    return UnitLag(
        company=company, document_kind="return", document_key=key, unit=str(number), metric="receipt_to_credit",
        sku="MUG", began_at=now, ended_at=now + timedelta(seconds=seconds), ended_on=date(2026, 11, 20),
        seconds=seconds, target_hours=24,
    )  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=st.lists(st.integers(0, 400_000), min_size=1, max_size=30))
def test_a_days_spread_is_that_of_the_lag_report(store: Store, opened: Open, now: datetime, taken: list[int]) -> None:
    document = opened("RMA-1")
    with store.scope(None) as c:
        changed = lags.keep_units(c, document, [unit(n, seconds, now) for n, seconds in enumerate(taken)])
        lags.count_days(c, {*changed, date(2026, 11, 20)}, now=now)
        (day,) = lags.days_of(c, company=None, since=date(2026, 11, 1))
        assert lags.days_of(c, company="ACME", since=date(2026, 11, 1)) == [day]
        assert [one.seconds for one in lags.slowest(c, metric=day.metric, day=day.day, limit=3)] == sorted(taken)[::-1][
            :3
        ]
    spread = spread_of([timedelta(seconds=seconds) for seconds in taken])
    assert day.units == spread.times
    assert Decimal(day.median_seconds) / 3600 == pytest.approx(spread.median_hours, abs=Decimal("0.05"))
    assert Decimal(day.p90_seconds) / 3600 == pytest.approx(spread.p90_hours, abs=Decimal("0.05"))
    assert day.beyond_target == sum(seconds > 24 * 3600 for seconds in taken)


def test_units_looked_at_again_take_the_place_of_what_was_kept(store: Store, opened: Open, now: datetime) -> None:
    first, second = opened("RMA-1"), opened("RMA-2", company="BETA")
    with store.scope(None) as c:
        assert lags.keep_units(c, first, [unit(1, 60, now), unit(2, 90, now)]) == {date(2026, 11, 20)}
        assert lags.keep_units(c, first, [unit(2, 90, now), unit(1, 60, now)]) == set()
        assert lags.keep_units(c, second, [unit(1, 700, now, company="BETA", key="RMA-2")])
        lags.count_days(c, [date(2026, 11, 20)], now=now)
        assert [(d.units, d.median_seconds) for d in lags.days_of(c, company=None, since=date(2026, 11, 1))] == [
            (3, 90)
        ]
        assert lags.keep_units(c, first, []) == {date(2026, 11, 20)}
        lags.count_days(c, [date(2026, 11, 20)], now=now)
        assert [d.units for d in lags.days_of(c, company="ACME", since=date(2026, 11, 1))] == []
        assert [d.units for d in lags.days_of(c, company=None, since=date(2026, 11, 1))] == [1]
    with store.scope("BETA") as c:
        assert [d.units for d in lags.days_of(c, company="BETA", since=date(2026, 11, 1))] == [1]
        assert lags.days_of(c, company=None, since=date(2026, 11, 1)) == []
