"""Refunds that went round the workflow: none is missed, none is blamed on the wrong one, and the share adds up."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.house import COMPANY
from tests.processes.reported import asked

from tieout.domain.documents.shop_order import ShopRefund
from tieout.domain.money import Money
from tieout.domain.returns.adopted import Adoption
from tieout.domain.rules.mapping import MappingRule, MappingTables
from tieout.processes.adoption import adopt_when_agreed, record_adoption
from tieout.processes.reports.asked import RefundsAsked
from tieout.processes.reports.bypass import Bypass, Workflow, bypass_report
from tieout.processes.reports.period import last_days
from tieout.processes.rules import rules_on
from tieout.store import cases

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import House

PERIOD = ("--since", "2011-01-01")


def report(house: House, *words: str) -> Json:
    """The report as a program reads it."""
    return json.loads(asked(house, "bypass", *PERIOD, "--json", *words).stdout)


def refund(house: House, order: str, amount: str, **more: Json) -> None:
    """Somebody gives money back in the shop itself."""
    house.control.post("/shopify/refunds", {"order": order, "amount": amount, "lines": [], "note": "sorry", **more})


def became(made: Json) -> dict[int, str]:
    """What became of each refund outside, by its pence."""
    return {row["minor"]: row["became"] for row in made["rows"]}


def test_every_refund_of_the_shop_is_inside_or_outside_and_the_week_adds_up(house: House) -> None:
    """RGO-44, RGO-65: ours and the portal's are inside; by hand outside; the sum is the shop's own."""
    ours, portals = house.authorised("W1001", ("MUG", 2)), house.authorised("W1004", ("BOWL", 1))
    house.receive(ours)
    house.drain(ours)
    house.act(portals, "refund")
    refund(house, "W1003", "6.00")
    refund(house, "W1002", "4.00", app="HelpDesk")
    made = report(house)
    assert became(made) == {600: "on no desk yet", 400: "on no desk yet"}, "the portal's own list knows the other"
    (week,) = made["weeks"]
    shop = sum(minor for _, minor in house.control.books().refunds)
    assert (week["minor"], week["outside_minor"], week["inside_minor"]) == (shop, 1000, shop - 1000)
    assert week["week"] == "2011-01-17"
    assert week["percent"] == "77.1"
    assert (week["refunds"], week["inside"], week["outside"]) == (4, 2, 2)
    house.sweep()
    assert set(became(report(house)).values()) == {"on a desk"}
    assert report(house)["weeks"][0]["open_minor"] == 1000


def test_what_was_adopted_or_settled_stays_outside_and_is_not_open(house: House) -> None:
    """RGO-44: the bypass happened; what became of it is told."""
    house.rule("policy", "adopt_alone_up_to", value="5")
    house.rule("value_policy", "goodwill", account="4010", tax_code="1", approve_over="never")
    for order, amount in (("W1001", "4.00"), ("W1003", "6.00"), ("W1004", "3.00")):
        refund(house, order, amount)
    house.sweep()
    company, now = house.application.companies[COMPANY], house.application.clock()
    by_amount = {r.amount.minor: r for r in company.storefront.refunds(None)}
    for minor in (400, 600):
        with house.application.store.scope(COMPANY) as c:
            decided = Adoption(
                refund_id=by_amount[minor].refund_id,
                order_id=by_amount[minor].order_id,
                adopted_as="goodwill",
                reason="Too small",
                who="maria",
                at=now,
            )
            record_adoption(c, COMPANY, decided, why="late parcel")
            adopt_when_agreed(c, company, decided.refund_id, tables=rules_on(c, COMPANY, now.date()), at=now)
    with house.application.store.scope(COMPANY) as c:
        (mine,) = (case for case in cases.open_cases(c) if case.document_key == by_amount[300].refund_id)
        cases.close(c, mine.id, by="ben", how="a gift of the house", at=now)
    made = report(house)
    assert became(made) == {400: "adopted", 600: "adoption awaits a second person", 300: "settled by a person"}
    (week,) = made["weeks"]
    assert (week["outside_minor"], week["open_minor"], week["percent"]) == (1300, 600, "0.0")
    text = asked(house, "bypass", *PERIOD).stdout
    assert "by maria: late parcel" in text
    assert "ben: a gift of the house" in text


def test_the_league_names_teams_and_persons_only_when_they_are_asked_for() -> None:
    """RGO-65: no person stands in the report unless somebody asks for people."""
    made_at = datetime(2011, 1, 20, 12, tzinfo=UTC)
    refunds = tuple(
        ShopRefund(
            refund_id=str(number),
            order_id="1",
            order_name="W1001",
            made_at=made_at,
            amount=Money(minor),
            is_settled=True,
            has_failed=False,
            note="sorry",
            app=app,
            staff=staff,
        )
        for number, (minor, app, staff) in enumerate(
            ((400, "", "Ann Admin"), (600, "", "Bob Basic"), (300, "HelpDesk", ""), (50, "", ""))
        )
    )
    team = MappingRule(table="team", key="ann admin", value={"team": "Customer service"}, version=1)

    def league(*, by_person: bool) -> Bypass:
        return bypass_report(
            [RefundsAsked(company=COMPANY, at=made_at, refunds=refunds)],
            Workflow.of((), ()),
            {COMPANY: MappingTables(rules=(team,))},
            last_days(made_at, 31),
            made_at,
            by_person=by_person,
        )

    teams = league(by_person=False)
    assert [(row.by, row.minor) for row in teams.league] == [
        ("no team", 600),
        ("Customer service", 400),
        ("HelpDesk", 300),
        ("a person", 50),
    ]
    assert "Ann" not in repr(teams)
    assert "Bob" not in repr(teams)
    people = league(by_person=True)
    assert [row.by for row in people.league] == ["Bob Basic", "Ann Admin", "HelpDesk", "a person"]


@pytest.mark.long
def test_weeks_are_apart_and_one_below_the_target_of_the_house_is_marked(house: House) -> None:
    """RGO-65: a good week and a bad one."""
    house.rule("policy", "refund_coverage_target", value="90")
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    house.later(timedelta(days=7))
    refund(house, "W1003", "6.00")
    made = report(house)
    assert [(week["week"], week["percent"], week["is_below_target"]) for week in made["weeks"]] == [
        ("2011-01-17", "100.0", False),
        ("2011-01-24", "0.0", True),
    ]
    assert "BELOW TARGET" in asked(house, "bypass", *PERIOD).stdout
    assert report(house, "--until", "2011-01-23")["rows"] == []


@pytest.mark.long
def test_a_rule_that_leaves_an_apps_refunds_alone_is_named(house: House) -> None:
    """RGO-44: the till's refunds are none of the workflow's, because the house says so."""
    house.rule("refund_app", "Till", **{"as": "ignore"})
    refund(house, "W1003", "6.00", app="Till")
    (row,) = report(house)["rows"]
    assert (row["became"], row["what"]) == ("none of ours by a rule", "rule refund_app/Till/1")
