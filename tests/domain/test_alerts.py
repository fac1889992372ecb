"""Laws of alerts: one for each cause, told once, again only when it is worse, up its ladder and never down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tieout.domain.alerts.conditions import CONDITIONS, do_of, means_of
from tieout.domain.alerts.judging import Judged, Rules, gone, judge, raised, seen
from tieout.domain.alerts.routing import Defaults, Hours, Route, Row, Step, hours_of, route_of, served_by
from tieout.domain.alerts.troubles import Alert, CaseGroup, Record, Trouble, troubles_of_cases
from tieout.domain.alerts.wording import Words, digest_of, words_for
from tieout.domain.business_dates import UK
from tieout.domain.faults import ALL

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = Rules(grow_factor=10, clear_after=timedelta(minutes=15), period_days=0)
TROUBLE = Trouble(
    company="ACME",
    cause="case:REASON_UNMAPPED too big",
    kind="case",
    code="REASON_UNMAPPED",
    title="A reason is unknown",
    owner="finance",
    ladder="data",
    times=3,
    stake_minor=12_000,
    currency="GBP",
    since=NOON,
)
LADDER = Route(
    steps=tuple(Step(recipient=name, channels=(name,)) for name in ("finance", "lead", "board")), escalate_after=HOUR
)


def run(alert: Alert, *, at: datetime, times: int = 3, route: Route = LADDER, rules: Rules = RULES) -> Judged:
    """One look at an alert whose trouble stands."""
    current = seen(alert, replace(TROUBLE, times=times), at)
    return judge(current, route, rules, at, patience=timedelta(minutes=2))


def told(at: datetime = NOON) -> Alert:
    """An alert that its first step has been told of."""
    judged = run(raised(TROUBLE, at - 2 * timedelta(minutes=1)), at=at)
    assert judged.why == "raised"
    return judged.alert


def test_nobody_is_told_before_trouble_has_stood_for_a_while() -> None:
    fresh = raised(TROUBLE, NOON)
    assert run(fresh, at=NOON + timedelta(seconds=119)).why is None
    assert run(fresh, at=NOON + timedelta(seconds=120)).why == "raised"


@given(some.lists(some.integers(min_value=1, max_value=2000), min_size=1, max_size=60))
def test_a_storm_tells_as_often_as_it_grows_by_ten_and_no_more(sizes: list[int]) -> None:
    alert, heard = told(), 1
    for minute, times in enumerate(sizes):
        alert = replace(alert, step_at=NOON + timedelta(minutes=minute))  # nobody is late in this one
        judged = run(alert, at=NOON + timedelta(minutes=minute), times=times)
        alert, heard = judged.alert, heard + (judged.why is not None)
    assert heard <= 1 + 3, "3 records to 2,000 are three times ten"


@given(
    some.lists(
        some.tuples(
            some.integers(min_value=0, max_value=300),
            some.integers(min_value=1, max_value=5000),
            some.sampled_from(["", "take", "sleep", "give back"]),
        ),
        max_size=40,
    )
)
def test_an_alert_climbs_its_ladder_and_never_comes_down(story: list[tuple[int, int, str]]) -> None:
    alert, now = told(), NOON
    for minutes, times, act in story:
        now += timedelta(minutes=minutes)
        match act:
            case "take":
                alert = replace(alert, state="acknowledged", acknowledged_by="ann", acknowledged_at=now)
            case "sleep":
                alert = replace(alert, snoozed_until=now + HOUR, snoozed_by="ann")
            case "give back":
                alert = replace(alert, state="open", acknowledged_by=None, snoozed_until=None)
        before = alert
        judged = run(alert, at=now, times=times)
        alert = judged.alert
        assert before.step <= alert.step <= before.step + 1
        assert alert.step < len(LADDER.steps)
        is_held = before.state == "acknowledged" or (before.snoozed_until is not None and now < before.snoozed_until)
        if is_held and judged.why is not None:
            assert judged.why == "grew"
        if judged.why == "escalated":
            assert alert.step == before.step + 1


def test_each_step_is_told_once_and_the_top_is_not_told_again() -> None:
    alert, whys = told(), []
    for hour in range(1, 12):
        judged = run(alert, at=NOON + hour * HOUR)
        alert = judged.alert
        whys.append(judged.why)
    assert whys == ["escalated", "escalated", *[None] * 9]


def test_what_somebody_took_does_not_climb_until_it_grows() -> None:
    taken = replace(told(), state="acknowledged", acknowledged_by="ann", acknowledged_at=NOON)
    assert run(taken, at=NOON + 100 * HOUR).why is None
    grown = run(taken, at=NOON + HOUR, times=30)
    assert (grown.why, grown.alert.state, grown.alert.acknowledged_by) == ("grew", "open", None)


def test_when_no_channel_of_a_step_took_it_the_next_step_is_told_at_once() -> None:
    at = NOON + timedelta(minutes=5)
    judged = judge(told(), LADDER, RULES, at, patience=timedelta(0), is_undelivered=True)
    assert (judged.why, judged.alert.step) == ("undelivered", 1)
    top = replace(told(), step=2)
    assert judge(top, LADDER, RULES, at, patience=timedelta(0), is_undelivered=True).why is None


def test_the_night_does_not_count_against_whoever_is_told_in_the_morning() -> None:
    office = replace(LADDER, hours=hours_of("08:00-18:00 Mon-Fri"))
    friday_evening = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
    alert = told(friday_evening)
    monday = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert run(alert, at=monday + timedelta(minutes=59), route=office).why is None
    assert run(alert, at=monday + HOUR, route=office).why == "escalated"


def test_what_is_away_for_a_moment_stays_one_alert_and_what_came_back_says_so() -> None:
    alert = told()
    away = gone(alert, RULES, NOON)
    assert (away.why, away.alert.state) == (None, "open")
    back = run(away.alert, at=NOON + timedelta(minutes=5))
    assert (back.why, back.alert.gone_since) == (None, None)
    over = gone(gone(back.alert, RULES, NOON + HOUR).alert, RULES, NOON + HOUR + timedelta(minutes=15))
    assert (over.why, over.alert.state) == ("cleared", "cleared")
    again = raised(TROUBLE, NOON + 2 * HOUR, came_back=1)
    assert words_for(again, "raised", public_url="").title.startswith("Came back: ")


def test_the_end_of_trouble_that_nobody_heard_of_is_told_to_nobody() -> None:
    fresh = raised(TROUBLE, NOON)
    over = gone(gone(fresh, RULES, NOON).alert, RULES, NOON + HOUR)
    assert (over.why, over.alert.state) == (None, "cleared")


def test_at_the_end_of_the_period_financial_trouble_climbs_once_a_day() -> None:
    rules = replace(RULES, period_days=2)
    alert = told(datetime(2026, 11, 27, 9, 0, tzinfo=UTC))
    route = replace(LADDER, escalate_after=timedelta(days=90))
    whys = []
    for hours in range(0, 96, 6):
        judged = run(alert, at=datetime(2026, 11, 27, 9, 0, tzinfo=UTC) + hours * HOUR, route=route, rules=rules)
        alert = judged.alert
        whys.append(judged.why)
    assert whys.count("period") == 2


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),  # clocks go forward
        (datetime(2026, 3, 29, 6, 59, tzinfo=UTC), datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
        (datetime(2026, 3, 29, 17, 0, tzinfo=UTC), datetime(2026, 3, 30, 7, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), datetime(2026, 10, 25, 8, 0, tzinfo=UTC)),  # clocks go back
        (datetime(2026, 10, 25, 7, 30, tzinfo=UTC), datetime(2026, 10, 25, 8, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 17, 59, tzinfo=UTC), datetime(2026, 10, 25, 17, 59, tzinfo=UTC)),
    ],
)
def test_quiet_hours_keep_the_uk_clock_on_both_days_of_its_change(now: datetime, opens: datetime) -> None:
    assert hours_of("08:00-18:00").opening(now) == opens


@given(
    now=some.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31), timezones=some.just(UTC)),  # noqa: DTZ001 - made aware by hypothesis
    hours=some.sampled_from(["08:00-18:00", "08:00-18:00 Mon-Fri", "00:30-02:30", "22:00-24:00 Sat", "Sun", ""]),
)
def test_an_opening_is_never_past_and_lies_in_the_hours(now: datetime, hours: str) -> None:
    found: Hours = hours_of(hours)
    opening = found.opening(now)
    local = opening.astimezone(UK)
    assert opening >= now
    assert local.weekday() in found.days
    assert found.opening(opening) == opening
    is_hour_skipped = local.date().isoformat() in {"2026-03-29", "2027-03-28"} and hours.startswith("00:30")
    assert local.time() >= found.opens or is_hour_skipped


SERVED = served_by({"mail": ("finance",), "chat": ("operations", "finance"), "pager": ("integration", "escalation")})
DEFAULTS = Defaults(
    served=SERVED,
    technical=Row(steps=(("integration",),)),
    data=Row(steps=(("owner",), ("escalation",)), hours=hours_of("08:00-18:00")),
    escalate_after=HOUR,
)
ALERT = raised(TROUBLE, NOON)


def channels(route: Route) -> list[tuple[str, ...]]:
    return [step.channels for step in route.steps]


def test_technical_and_data_ladders_are_apart() -> None:
    assert channels(route_of(ALERT, {}, DEFAULTS)) == [("mail", "chat"), ("pager",)]
    technical = replace(ALERT, ladder="technical", owner="integration")
    assert channels(route_of(technical, {}, DEFAULTS)) == [("pager",)]
    assert route_of(technical, {}, DEFAULTS).hours == Hours()


def test_the_most_particular_route_serves_by_type_then_owner_then_ladder() -> None:
    rows = {"*": Row(steps=(("pager",),)), "finance": Row(steps=(("mail",),)), "data": Row(steps=(("chat",),))}
    assert channels(route_of(ALERT, rows, DEFAULTS)) == [("mail",)]
    by_type = rows | {"REASON_UNMAPPED": Row(steps=(("chat",), ("mail", "pager")))}
    assert channels(route_of(ALERT, by_type, DEFAULTS)) == [("chat",), ("mail", "pager")]
    assert channels(route_of(replace(ALERT, owner="retail"), rows, DEFAULTS)) == [("chat",)]


def test_small_money_is_listed_and_told_to_nobody() -> None:
    rows = {"finance": Row(steps=(("mail",),), least_minor=12_001)}
    small = route_of(ALERT, rows, DEFAULTS)
    assert small.is_quiet
    assert run(ALERT, at=NOON + HOUR, route=small).why is None
    assert not route_of(replace(ALERT, stake_minor=12_001), rows, DEFAULTS).is_quiet


def test_who_has_no_channel_is_told_by_the_one_for_everybody_and_else_nobody_is() -> None:
    retail = replace(ALERT, owner="retail")
    assert channels(route_of(retail, {}, DEFAULTS)) == [("pager",)]
    everybody = replace(DEFAULTS, served=served_by({"all": ("*",)}))
    assert channels(route_of(retail, {}, everybody)) == [("all",), ("all",)]
    nobody = route_of(retail, {}, replace(DEFAULTS, served={}))
    assert run(retail, at=NOON + HOUR, route=nobody).why is None


def group(count: int, *, code: str = "REASON_UNMAPPED", currency: str = "GBP", stake: int = 100) -> CaseGroup:
    return CaseGroup(
        company="ACME",
        cause="too big",
        code=code,
        owner="finance",
        fault_class="data",
        currency=currency,
        count=count,
        stake_minor=stake,
        opened_at=NOON,
        due_at=None,
        records=(),
    )


@given(some.lists(some.integers(min_value=1, max_value=1000), min_size=1, max_size=8))
def test_all_cases_of_one_cause_are_one_trouble_and_none_is_lost(counts: list[int]) -> None:
    codes = ("REASON_UNMAPPED", "NOMINAL_MISSING")
    (found,) = troubles_of_cases(group(count, code=codes[n % 2]) for n, count in enumerate(counts))
    assert found.times == sum(counts)


def test_pounds_and_euros_are_never_added() -> None:
    (found,) = troubles_of_cases([group(1, stake=500), group(1, currency="EUR", stake=700)])
    assert (found.stake_minor, found.currency) == (700, "EUR")


def test_a_notice_names_the_record_the_value_and_what_to_do_and_links_to_it() -> None:
    record = Record(label="return RMA1", link="/exceptions/7", at="reason", saw="Too\nbig", wanted="a mapped reason")
    alert = replace(ALERT, id=4, records=(record,), times=1000)
    words = words_for(alert, "raised", public_url="https://tieout.example/")
    assert words.title == "A reason is unknown (1,000 records)"
    assert "- return RMA1: reason: Too big, wanted a mapped reason https://tieout.example/exceptions/7" in words.text
    assert "- and 999 more" in words.text
    assert "https://tieout.example/alerts/4" in words.text
    assert f"What to do: {do_of('REASON_UNMAPPED')}" in words.text


PERSONAL = ("jo@shop.example", "07700 900123", "SW1A 1AA", "4111 1111 1111 1111", "shpat_0123456789abcdef")


@pytest.mark.parametrize("text", PERSONAL)
def test_no_notice_holds_what_is_personal_or_secret(text: str) -> None:
    for code in ("REASON_UNMAPPED", "CUSTOMER_UNMAPPED"):
        record = Record(label=f"return {text}", link="/exceptions/7", at=text, saw=f"by {text}", wanted=text)
        words = words_for(replace(ALERT, code=code, records=(record,)), "raised", public_url="")
        assert text not in words.title + words.text


def test_a_customer_is_never_named_even_when_the_name_has_no_shape() -> None:
    record = Record(label="return RMA1", link="/exceptions/7", at="Josephine Bloggs", saw="none", wanted="an account")
    alert = replace(ALERT, code="CUSTOMER_UNMAPPED", records=(record,))
    assert "Bloggs" not in words_for(alert, "raised", public_url="").text


def test_many_alerts_for_one_channel_are_one_message_of_bearable_length() -> None:
    said = [Words(title=f"Trouble {number}", text="x" * 100) for number in range(500)]
    one = digest_of(said, public_url="https://t")
    assert one.title == "500 alerts"
    assert "And 480 more: https://t/alerts" in one.text
    assert len(one.text) < 5_000


@pytest.mark.parametrize("code", [*(kind.code for kind in ALL), *(one.code for one in CONDITIONS)])
def test_every_type_of_alert_says_what_it_means_and_what_to_do(code: str) -> None:
    assert means_of(code)
    assert do_of(code)


@pytest.mark.parametrize("text", ["8-18", "08:00", "18:00-08:00", "Mon-Xyz", "08:00-18:00 Mon Fri!", "25:00-26:00"])
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        hours_of(text)
