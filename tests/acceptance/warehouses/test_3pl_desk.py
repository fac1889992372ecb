"""What people see and do at the console about orders at a 3PL: why one is stuck, whose it is, and how it goes on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.visitors import alarms_look, asked_for, at_console
from tests.acceptance.warehouses.threepl import despatches, gone, operator
from tests.acceptance.warehouses.yard import Setup
from tests.console.programs import make_token
from tests.processes.house import COMPANY
from tests.processes.receivers import web

from tieout.bootstrap.console import console_of
from tieout.domain.people import Role
from tieout.processes.figures_kept import keep_figures
from tieout.processes.trail.gathering import trail_of
from tieout.store import audit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.warehouses.yard import Yard

SETUP = Setup(kind="csv")
SITE = "threepl|LEEDS"
HERE = {"warehouse": "HOME", "bin": "A1"}
WHY = "The warehouse names a place that Sage does not know"


@contextmanager
def stuck(yard: Yard, orders: int = 1) -> Iterator[list[str]]:
    """Orders of two mugs each that have left while the site's row names a warehouse that Sage has not."""
    numbers = [yard.order(("MUG", 2)) for _ in range(orders)]
    yard.settle()
    with yard.ruled("warehouse_site", SITE, HERE, warehouse="GONE", bin="A1"):
        for number in numbers:
            gone(yard, number)
        yard.settle()
        try:
            yield numbers
        finally:
            yard.house.rule("warehouse_site", SITE, **HERE)
            for number in numbers:
                if yard.case(number) is not None:
                    yard.tried_again(number)
            yard.settle()


def place_of(number: str) -> str:
    """Where the page of an order is."""
    return f"/documents/{COMPANY}/order/{number}"


def why_it_is_stuck(yard: Yard) -> None:
    """One order waits for stock, another left from a site that is mapped wrongly; somebody types its tracking number.

    Its page says in a sentence what is wrong, with whom it is and by when, and shows the site and the row; the page of
    the other one what it waits for. A program is told the same. With the row put right Sage has the despatch.
    """
    bare = yard.order(("MUG", 1), allocate=0)
    with stuck(yard) as (number,):
        with at_console(yard, Role.OPERATIONS) as visitor:
            page = asked_for(visitor, f"TRK{number[-6:]}")
            assert page.title == f"Order {number}"
            said = page.text("main")
            assert f"Stopped {WHY}. It is with operations, to be settled by 24 Jan 2011" in said
            assert "Waiting for stock to be allocated in Sage: MUG." in visitor.get(place_of(bare)).text("main")
            evidence = visitor.get(f"/exceptions/{yard.the_case(number).id}")
            (row,) = [row for row in evidence.rows() if row[0] == WHY]
            assert row[2:] == ["GONE", "HOME"]
            assert f"The row {SITE} of the table Sites of warehouses in Sage mends it." in evidence.text("main")
            program = bearer(yard)
            told = visitor.client.get(f"/api/v1{place_of(number)}", headers=program).json()
            case = visitor.client.get(f"/api/v1/cases/{told['case']}", headers=program).json()
        assert (told["state"], case["title"], case["owner"]) == ("blocked", WHY, "operations")
    assert yard.is_done(number)


def settled_at_the_desk(yard: Yard) -> None:
    """Three orders are stuck at one row. Operations list them by cause, write a comment, take one, let one sleep.

    The row is proposed from the exception's own page and approved there by a colleague: all three go on, also the one
    that slept. Nobody looked into a log of Sage, and the audit has who did what.
    """
    with stuck(yard, 3) as numbers:
        ids = [yard.the_case(number).id for number in numbers]
        with at_console(yard, Role.OPERATIONS) as visitor:
            by_cause = visitor.get("/exceptions?by=cause&owner=operations")
            assert [row[2:] for row in by_cause.rows("#list tbody tr")] == [["operations", "3", "£72.00"]]
            page = visitor.get(f"/exceptions/{ids[0]}")
            visitor.submit(page, f"form[action='/exceptions/{ids[0]}/comment']", said="The site moved.")
            taken: dict[str, Any] = {"assign_to": operator(yard)}
            visitor.submit(visitor.get(f"/exceptions/{ids[1]}"), f"form[action='/exceptions/{ids[1]}/assign']", **taken)
            asleep: dict[str, Any] = {"snooze_until": "2011-01-24", "snooze_why": "asked the 3PL"}
            visitor.submit(
                visitor.get(f"/exceptions/{ids[2]}"), f"form[action='/exceptions/{ids[2]}/snooze']", **asleep
            )
            listed = visitor.get("/exceptions?owner=operations").rows("#list tbody tr")
            assert {row[2] for row in listed} == {f"order {number}" for number in numbers[:2]}
            (fill,) = [link for link in page.links("main a") if "warehouse=HOME" in link]
            form = "form[method='post'][action$='/propose']"
            look = visitor.submit(visitor.get(fill), form, button="See what", why="the site moved")
            visitor.submit(look, form, button="Propose it")
            (proposal,) = yard.read("mapping", "proposals", "--waiting")
            yard.typed("mapping", "approve", str(proposal["id"]), "--as", operator(yard))
        yard.settle()
        assert all(yard.is_done(number) for number in numbers)
        assert [len(despatches(yard, number)) for number in numbers] == [1, 1, 1]
        with yard.house.application.store.scope(COMPANY) as connection:
            acts = {entry.action for entry in audit.entries(connection) if entry.subject.startswith("case ")}
        assert {"case.comment", "case.assign", "case.snooze"} <= acts


def totals_are_their_lists(yard: Yard) -> None:
    """Three orders are stuck. The first page counts three for operations, and 72.00; a click leads to these three.

    Grouped by cause it is one line of three that leads to the same three; each has its document and its own amount.
    """
    with stuck(yard, 3) as numbers:
        keep_figures(yard.house.application.store, [COMPANY], now=yard.now())
        with at_console(yard, Role.OPERATIONS) as visitor:
            page = visitor.get("/")
            (line,) = [row for row in page.rows("main table tbody tr") if row[0] == "Operations"]
            (address,) = [
                link for link in page.links("main table a") if link.startswith("/exceptions?owner=operations")
            ]
            rows = visitor.get(address).rows("#list tbody tr")
            assert (line[-2], line[-1]) == (str(len(rows)), "£72.00")
            assert {row[2] for row in rows} == {f"order {number}" for number in numbers}
            assert [row[4] for row in rows] == ["£24.00"] * 3
            grouped = visitor.get("/exceptions?by=cause&owner=operations")
            assert [row[3:] for row in grouped.rows("#list tbody tr")] == [["3", "£72.00"]]
            alike = visitor.follow(grouped, "#list tbody td a")
            assert {row[2] for row in alike.rows("#list tbody tr")} == {row[2] for row in rows}


def each_to_its_own(yard: Yard) -> None:
    """By its routes the house tells operations of codes without a row, and finance of goods that Sage does not have.

    An order with a code that nobody has mapped stops, and an order on hold in Sage leaves: operations hear of the one,
    finance of the other, each with the order and what to do, and nobody of both.
    """
    with web() as operations, web() as finance:
        channels = "".join(
            f'[alerts.channel.{name}]\nkind = "webhook"\naddress = "{one.url}/told"\nserves = ["{name}"]\n'
            for name, one in (("operations", operations), ("finance", finance))
        )
        route = '[alerts.route.SHIPPED_NOT_DESPATCHED_IN_SAGE]\nsteps = [["finance"]]\n'
        with yard.set_up(f'[alerts]\nwait_minutes = 0\ndata_hours = ""\n{channels}{route}'):
            with yard.ruled("policy", "warehouse_codes", {"value": "ours"}, value="mapped"):
                unmapped = yard.order(("LAMP", 1))
                yard.settle()
            held = yard.order(("MUG", 1))
            yard.settle()
            yard.control.post("/sage200/desktop/hold", {"order": held, "on_hold": True})
            gone(yard, held)
            yard.hours_pass(1.1)
            assert (yard.faults(unmapped), yard.faults(held)) == (
                ["WAREHOUSE_ITEM_UNMAPPED"],
                ["SHIPPED_NOT_DESPATCHED_IN_SAGE"],
            )
            alarms_look(yard)
        told = {name: [one["message"] for one in each.messages] for name, each in (("o", operations), ("f", finance))}
    assert [unmapped in text for text in told["o"]] == [True]
    assert [held in text for text in told["f"]] == [True]
    assert "Mappings, Stock codes and units of warehouses" in told["o"][0]
    yard.control.post("/sage200/desktop/hold", {"order": held, "on_hold": False})
    yard.settle()


def both_systems_in_one_line(yard: Yard) -> None:
    """Two mugs leave and Sage does not have them. The order's page tells the story of both systems in one line.

    What we sent and read back, what the 3PL's files said and from which, and where it stopped; beside each other stand
    what left by the 3PL, two, and what Sage shows, none.
    """
    with stuck(yard) as (number,):
        yard.hours_pass(1.1)
        with yard.house.application.store.scope(COMPANY) as connection:
            trail = trail_of(connection, yard.document(number), yard.now())
        (row,) = [row for row in trail.grid.rows if row.stage == "Gone out"]
        sides = {
            system: [(mark.leg.kind, mark.leg.seen_quantity) for mark in row.cells[system]] for system in row.cells
        }
        assert sides == {"sage": [("despatch", None)], "warehouse": [("shipment", 2)]}
        with at_console(yard, Role.SUPPORT) as visitor:
            said = visitor.get(place_of(number)).text("main")
        steps = (
            "threepl Send shipment request: done and read back",
            "Message received: answer",
            "Message received: shipment",
            f"Stopped: {WHY}",
        )
        places = [said.find(step) for step in steps]
        assert places == sorted(places)
        assert -1 not in places


def shipped_and_open(yard: Yard) -> None:
    """Two mugs leave, and the 3PL's site is mapped wrongly. Finance read the list of what left and is not in Sage.

    The order stands there with 20.00, what keeps it, and what to do; put right, it is despatched and off the list.
    """
    with stuck(yard) as (number,):
        yard.hours_pass(1.1)
        made = yard.read("report", "cut-off", ends=1)
        (row,) = [row for row in made["rows"] if row["order"] == number]
        assert (row["cut_off_class"], row["left_minor"]) == ("left in the period, not in Sage in it", 2000)
        assert row["why"] == "UNKNOWN_LOCATION, SHIPPED_NOT_DESPATCHED_IN_SAGE"
        case = yard.read("case", "show", str(yard.the_case(number).id))
        assert "Sites of warehouses in Sage" in case["kind"]["do"]
    assert yard.is_done(number)
    after = yard.read("report", "cut-off", ends=0)
    assert [row["cut_off_class"] for row in after["rows"] if row["order"] == number] == [
        "left and posted in the period"
    ]


def bearer(yard: Yard) -> dict[str, str]:
    """A program's key to the JSON API."""
    parts = yard.house.application
    console = console_of(parts.settings, parts.desk, parts.telling, parts.alerting, parts.engine)
    return {"Authorization": f"Bearer {make_token(console)}"}


ROWS = (
    Row(
        id="3PL-25",
        says="Why an order is stuck stands on its page in one sentence, with the evidence; programs are told the same.",
        scenario=why_it_is_stuck,
    ),
    Row(
        id="3PL-26",
        says="Exceptions are listed, commented, taken, put to sleep and mended at one desk, and it is known by whom.",
        scenario=settled_at_the_desk,
    ),
    Row(
        id="3PL-28",
        says="Every total leads to the records that it counts.",
        scenario=totals_are_their_lists,
    ),
    Row(
        id="3PL-29",
        says="Operations hear of a code without a row, finance of goods that Sage has not despatched.",
        scenario=each_to_its_own,
        missing="routes by the warehouse, and these two as they are set without anybody's doing",
        left_to=(Later.GO_LIVE,),
    ),
    Row(
        id="3PL-37",
        says="What both systems said and did about one order stands in one line of time, and where they part.",
        scenario=both_systems_in_one_line,
    ),
    Row(
        id="3PL-46",
        says="What left and is still open in Sage is listed with value, reason and what to do, until it is done.",
        scenario=shipped_and_open,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_people_do_about_orders(row: Row, yard: Yard) -> None:
    play(row, yard)
