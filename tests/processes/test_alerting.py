"""Alerts end to end: real cases in, one message out, with proof; and nothing twice, lost or overheard."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from tests.processes.receivers import Web, web
from tests.processes.telling_house import ANN, NOON, OLLIE, SECRET, TellingHouse

from tieout.domain.alerts.routing import hours_of
from tieout.domain.alerts.troubles import Alert
from tieout.domain.people import Actor, Role
from tieout.durable.failures import FailedJob
from tieout.ports.accounts import AccountReport, Finding
from tieout.processes.account_health import AccountLine
from tieout.processes.alerting import Limits
from tieout.processes.alerting.acting import acknowledge, release, snooze, try_channel
from tieout.processes.alerting.looking import look
from tieout.processes.alerting.sending import send_due
from tieout.processes.desk import NotPossible
from tieout.store import Store, alerts, audit, cases, documents, legs, pauses, probes

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
Targets = dict[str, Web]


@pytest.fixture
def targets() -> Iterator[Targets]:
    """A web address each for finance, the one they escalate to, and integration."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(web()) for name in ("finance", "lead", "integration")}


@pytest.fixture
def house(store: Store, targets: Targets) -> TellingHouse:
    return TellingHouse(store, targets)


def standing(store: Store) -> list[Alert]:
    with store.scope(None) as c:
        return alerts.standing(c)


def notices(store: Store, alert_id: int) -> list[alerts.Notice]:
    with store.scope(None) as c:
        return alerts.notices_of(c, alert_id)


def test_a_thousand_failures_of_one_cause_are_one_alert_and_one_message(house: TellingHouse, targets: Targets) -> None:
    numbers = house.open_cases(f"RMA{number}" for number in range(1000))
    house.settle_down()
    (alert,) = standing(house.store)
    assert (alert.times, alert.stake_minor, alert.state) == (1000, 1_250_000, "open")
    (message,) = targets["finance"].messages
    assert message["title"].endswith("(1,000 records)")
    assert "At stake: £12,500.00" in message["message"]
    assert f"https://tieout.example/alerts/{alert.id}" in message["message"]
    assert f"https://tieout.example/exceptions/{numbers[0]}" in message["message"]
    assert targets["lead"].messages == targets["integration"].messages == []


def test_a_storm_that_comes_in_bit_by_bit_is_told_as_it_grows_by_ten(house: TellingHouse, targets: Targets) -> None:
    for minute in range(50):
        house.open_cases(f"RMA{minute}-{number}" for number in range(20))
        house.look(MINUTE)
    assert [alert.times for alert in standing(house.store)] == [1000]
    assert len(targets["finance"].messages) == 2
    assert targets["finance"].titles[1].startswith("Growing: ")


def test_nothing_is_sent_again_after_a_restart(house: TellingHouse, targets: Targets) -> None:
    house.open_cases(["RMA1"])
    house.settle_down()
    for _ in range(3):
        anew = replace(house.alerting)
        look(anew)
        assert send_due(anew) == 0
    assert len(targets["finance"].messages) == 1


def test_what_was_decided_before_a_death_is_sent_after_it_once(house: TellingHouse, targets: Targets) -> None:
    house.open_cases(["RMA1"])
    look(house.alerting)
    house.now += 2 * MINUTE
    look(house.alerting)  # and dies before anything is sent
    house.look()
    house.look(MINUTE)
    assert len(targets["finance"].messages) == 1


def test_only_one_looks_at_a_time(house: TellingHouse) -> None:
    house.open_cases(["RMA1"])
    with house.store.scope(None) as c:
        assert alerts.hold_look(c)
        assert look(house.alerting).standing == 0
    assert look(house.alerting).standing == 1


def test_the_end_is_told_once_to_whoever_was_told_and_a_return_says_so(house: TellingHouse, targets: Targets) -> None:
    numbers = house.open_cases(["RMA1", "RMA2"])
    house.settle_down()
    house.close_cases(numbers)
    for _ in range(5):
        house.look(10 * MINUTE)
    assert targets["finance"].titles[1:] == ["Cleared: " + targets["finance"].titles[0].removesuffix(" (2 records)")]
    assert targets["finance"].messages[1]["is_good"] is True
    assert standing(house.store) == []
    house.open_cases(["RMA3"])
    house.settle_down()
    assert targets["finance"].titles[2].startswith("Came back: ")


def test_trouble_that_heals_before_anybody_is_told_is_told_to_nobody(house: TellingHouse, targets: Targets) -> None:
    numbers = house.open_cases(["RMA1"])
    house.look()
    house.close_cases(numbers)
    for _ in range(4):
        house.look(10 * MINUTE)
    assert standing(house.store) == []
    assert [target.messages for target in targets.values()] == [[], [], []]


def test_a_notice_waits_for_the_morning_and_is_taken_back_if_the_trouble_goes(store: Store, targets: Targets) -> None:
    house = TellingHouse(store, targets)
    office = replace(house.alerting.defaults.data, hours=hours_of("08:00-18:00 Mon-Fri"))
    house = TellingHouse(store, targets, defaults=replace(house.alerting.defaults, data=office))
    house.now = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # a Friday evening
    kept, gone = house.open_cases(["RMA1"]), house.open_cases(["RMA2"], cause="another", code="NOMINAL_MISSING")
    house.settle_down()
    house.close_cases(gone)
    for _ in range(10):
        house.look(HOUR)
    assert targets["finance"].messages == []
    house.now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    house.look()
    assert kept
    assert len(targets["finance"].messages) == 1
    with store.scope(None) as c:
        (over,) = alerts.listed(c, state="cleared")
        assert [notice.state for notice in alerts.notices_of(c, over.id)] == ["withdrawn"]


def test_a_message_that_is_not_taken_is_tried_again_and_then_the_next_rung_is_told(
    house: TellingHouse, targets: Targets
) -> None:
    house.open_cases(["RMA1"])
    targets["finance"].status = 503
    house.settle_down()
    for _ in range(4):
        house.look(2 * MINUTE)
    (alert,) = standing(house.store)
    first, second = notices(house.store, alert.id)
    assert (first.state, first.tries) == ("given_up", 3)
    lines = first.proof.splitlines()
    assert [line.split(",")[0] for line in lines] == ["Try 1", "Try 2", "Try 3"]
    assert all("not sent, 127.0.0.1 answered 503" in line for line in lines)
    assert (second.channel, second.why, second.state) == ("lead", "undelivered", "sent")
    assert "Try 1, 18 Nov 2026" in second.proof
    assert targets["lead"].titles[0].startswith("Could not be told to those before you: ")


def test_an_address_that_is_gone_is_not_tried_again(house: TellingHouse, targets: Targets) -> None:
    house.open_cases(["RMA1"])
    targets["finance"].status = 404
    house.settle_down()
    house.look(MINUTE)
    (alert,) = standing(house.store)
    assert [notice.tries for notice in notices(house.store, alert.id)] == [1, 1]
    assert len(targets["lead"].messages) == 1


def test_nobody_took_it_so_the_next_rung_is_told_and_taking_it_stops_that(
    house: TellingHouse, targets: Targets
) -> None:
    house.open_cases(["RMA1"])
    house.open_cases(["RMA9"], cause="another", code="NOMINAL_MISSING")
    house.settle_down()
    first, second = standing(house.store)
    acknowledge(house.store, ANN, first.id, now=house.now)
    house.look(HOUR)
    house.look(HOUR)
    assert targets["lead"].titles == [f"Nobody has taken this: {second.title}"]
    with house.store.scope("ACME") as c:
        entry = audit.entries(c)[0]
        assert (entry.who, entry.action) == ("ann", "alert.acknowledged")
        assert (entry.before, entry.after) != (None, None)
        assert audit.verify_chain(c, "ACME") is None


def test_an_alert_that_sleeps_wakes_by_itself_or_when_it_grows(house: TellingHouse, targets: Targets) -> None:
    house.open_cases(["RMA1"])
    house.settle_down()
    (alert,) = standing(house.store)
    snooze(house.store, ANN, alert.id, until=house.now + 5 * HOUR, why="the supplier answers today", now=house.now)
    house.look(4 * HOUR)
    assert targets["lead"].messages == []
    house.open_cases(f"RMA2-{number}" for number in range(9))
    house.look(MINUTE)
    assert targets["finance"].titles[-1].startswith("Growing: ")
    house.look(2 * HOUR)
    assert targets["lead"].titles[0].startswith("Nobody has taken this: ")


def test_what_cannot_be_done_to_an_alert_is_said_in_a_sentence(house: TellingHouse) -> None:
    house.open_cases(["RMA1"])
    house.settle_down()
    (alert,) = standing(house.store)
    now, auditor = house.now, Actor(name="aud", display_name="Aud", roles=(Role.AUDITOR,))
    beta = Actor(name="bea", display_name="Bea", roles=(Role.FINANCE,), companies=("BETA",))
    acknowledge(house.store, ANN, alert.id, now=now)
    with pytest.raises(NotPossible, match="ann has taken this alert already"):
        acknowledge(house.store, OLLIE, alert.id, now=now)
    with pytest.raises(NotPossible, match="Your role reads alerts"):
        release(house.store, auditor, alert.id, now=now)
    with pytest.raises(NotPossible, match="a company that you do not see"):
        release(house.store, beta, alert.id, now=now)
    with pytest.raises(NotPossible, match="at most a month ahead"):
        snooze(house.store, ANN, alert.id, until=now - MINUTE, why="past", now=now)
    with pytest.raises(NotPossible, match="Say why"):
        snooze(house.store, ANN, alert.id, until=now + HOUR, why="", now=now)
    assert release(house.store, ANN, alert.id, now=now).state == "open"
    with pytest.raises(NotPossible, match="open and awake already"):
        release(house.store, ANN, alert.id, now=now)


def test_several_causes_at_once_are_one_message_for_each_channel(house: TellingHouse, targets: Targets) -> None:
    for number in range(30):
        house.open_cases([f"RMA{number}"], cause=f"cause {number}")
    house.settle_down()
    assert targets["finance"].titles == ["30 alerts"]
    assert len(standing(house.store)) == 30


def test_everything_that_can_be_wrong_is_gathered_on_its_own_ladder(store: Store, targets: Targets) -> None:
    failed = FailedJob(
        process="sweep.refunds/1",
        company="",
        lane=0,
        failed_at=NOON,
        times=3,
        error=f"ValueError: {SECRET} jo@shop.example",
    )
    house = TellingHouse(
        store,
        targets,
        accounts=(AccountLine(name="sage", system="sage200", companies=("ACME",)),),
        limits=Limits(debt_minor=10_000, still_after=MINUTE),
        still_for=lambda: 10 * MINUTE,
        failed_jobs=lambda: [failed],
    )
    with store.scope("ACME") as c:
        document = documents.touch(
            c, company="ACME", kind="return", key="RMA1", lane_key="RMA1", lanes=1, due_at=NOON, at=NOON
        )
        due = NOON - HOUR
        leg = legs.ExpectedLeg(
            system="sage", kind="credit_note", owner="finance", currency="GBP", minor=12_000, quantity=None, due_by=due
        )
        legs.declare(c, document, [leg], at=due)
    with store.scope(None) as c:
        pauses.pause(c, "sage", until=NOON + HOUR, reason="does not answer")
        finding = Finding(subject="stock", is_well=False, says="no right to read it")
        probes.keep(c, "sage", AccountReport(findings=(finding,)), at=NOON)
    house.settle_down()
    found = {alert.code: alert for alert in standing(store)}
    assert set(found) == {
        "LEGS_LATE", "DEBT_HIGH", "ACCOUNT_RESTING", "ACCOUNT_UNWELL", "WORKER_STILL", "DEFECT",
    }  # fmt: skip
    assert {code for code, alert in found.items() if alert.ladder == "data"} == {"LEGS_LATE", "DEBT_HIGH"}
    assert (found["WORKER_STILL"].company, found["ACCOUNT_RESTING"].company) == ("*", "ACME")
    assert found["DEBT_HIGH"].stake_minor == 12_000
    assert targets["finance"].titles == ["2 alerts"]
    assert targets["integration"].titles == ["4 alerts"]
    assert "failed 3 times in a row (ValueError)" in str(targets["integration"].messages)
    assert SECRET not in str(targets["integration"].messages)
    assert "https://tieout.example/documents/ACME/return/RMA1" in str(targets["finance"].messages)


def test_cases_that_sleep_do_not_make_an_alert(house: TellingHouse) -> None:
    (number,) = house.open_cases(["RMA1"])
    with house.store.scope("ACME") as c:
        cases.snooze(c, number, until=house.now + HOUR, why="waits for the customer")
    house.look()
    assert standing(house.store) == []
    house.look(HOUR)
    assert len(standing(house.store)) == 1


def test_somebody_of_one_company_reads_only_its_alerts(house: TellingHouse) -> None:
    house.open_cases(["RMA1"])
    house.open_cases(["RMA1"], company="BETA")
    house.settle_down()
    with house.store.scope("BETA") as c:
        assert [alert.company for alert in alerts.listed(c)] == ["BETA"]


def test_a_channel_is_tried_by_hand_with_proof_and_audit(house: TellingHouse, targets: Targets) -> None:
    notice = try_channel(house.alerting, OLLIE, "lead")
    assert (notice.state, notice.why) == ("sent", "test")
    assert targets["lead"].titles == ["Test of the alerts"]
    targets["lead"].status = 500
    again = try_channel(house.alerting, OLLIE, "lead")
    assert again.state == "waiting"
    assert "127.0.0.1 answered 500" in again.proof
    with pytest.raises(NotPossible, match="No channel is named pager"):
        try_channel(house.alerting, OLLIE, "pager")
    with house.store.scope(None) as c:
        assert {entry.action for entry in audit.entries(c)} == {"alert.tested"}


def test_no_secret_and_nobody_of_the_customers_is_in_the_database_or_the_logs(
    house: TellingHouse, targets: Targets, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fault = {"code": "REASON_UNMAPPED", "at": "jo@shop.example", "saw": "call 07700 900123", "wanted": "a reason"}
    house.open_cases(["RMA1"], faults=[fault])
    targets["lead"].status = 500
    house.settle_down()
    for _ in range(3):
        house.look(HOUR)
    try_channel(house.alerting, OLLIE, "lead")
    with psycopg.connect(address) as connection:
        connection.execute("SELECT set_config('tieout.company', '*', false)")
        rows = connection.execute("SELECT said, proof FROM alert_notices").fetchall()
        kept = connection.execute("SELECT string_agg(a::text, ' ') FROM audit a").fetchone()
    assert len(rows) >= 3
    everything = f"{rows} {kept} {caplog.text} {targets['finance'].messages}"
    assert SECRET not in everything
    assert "jo@shop.example" not in everything
    assert "07700" not in everything
