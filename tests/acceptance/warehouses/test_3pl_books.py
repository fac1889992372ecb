"""What finance needs of a 3PL: its charges in the right nominals, cost of sales, and a cut-off that adds up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.visitors import at_console
from tests.acceptance.warehouses.threepl import at_3pl, gone
from tests.acceptance.warehouses.yard import Setup
from tests.processes.house import COMPANY

from tieout.domain.people import Role
from tieout.processes.kinds import CHARGES
from tieout.store import cases

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

SETUP = Setup(
    kind="csv",
    rules=(
        ("warehouse_charge", "threepl|PICK", {"account": "7601"}),
        ("warehouse_charge", "threepl|CARRIAGE", {"account": "7610"}),
        ("warehouse_charge", "STORAGE", {"account": "7601", "needs_shipment": "no"}),
        ("policy", "charges_nominal", {"value": "2201"}),
    ),
)
JANUARY = ("--from", "2011-01-01", "--to", "2011-01-31")


def charges_by_nominal(yard: Yard) -> None:
    """Two orders leave; the 3PL bills picking, carriage and storage, and picking of an order that nobody knows.

    Sage has one journal: 32.40 of picking and storage, 4.75 of carriage, and 37.15 accrued. The stray charge is in no
    book; it stands on finance's desk with its amount, and is booked when finance accepts it with a reason.
    """
    numbers = [left(yard), left(yard)]
    before = nominals(yard)
    rows = [charge("PICK", f"{number}-1", "1.20") for number in numbers]
    rows += [charge("CARRIAGE", f"TRK{numbers[0][-6:]}", "4.75"), charge("STORAGE", "", "30.00")]
    at_3pl(yard, "charges", charges=[*rows, charge("PICK", "0000099999-1", "1.30")])
    yard.settle()
    yard.hours_pass(5)
    assert moved(yard, before) == {"7601": Decimal("32.40"), "7610": Decimal("4.75"), "2201": Decimal("-37.15")}
    with yard.house.application.store.scope(COMPANY) as connection:
        case = cases.open_case_of(connection, COMPANY, CHARGES, "threepl|INV-7")
    assert case is not None
    assert (case.owner, case.stake_minor) == ("finance", 130)
    with at_console(yard, Role.FINANCE) as visitor:
        page = visitor.get(f"/exceptions/{case.id}")
        assert "£1.30" in page.text("main")
        assert "0000099999-1" in page.text("main")
    yard.typed("case", "accept", str(case.id), "--why", "a sample that we asked for")
    yard.settle()
    assert moved(yard, before)["2201"] == Decimal("-38.45")


def cut_off(yard: Yard) -> None:
    """Two mugs leave and are in Sage; three leave, and January is closed before Sage is told.

    The report has both sides with value: 50.00 left, 20.00 in Sage, 30.00 not, with the order and what keeps it. Once
    finance lets it be posted on the day, in February, January still shows it as missing and February as of January.
    """
    booked = left(yard, 2)
    yard.control.put("/sage200/periods", {"period_start": "2011-01-01", "status": "Closed"})
    late = left(yard, 3)
    rows = rows_of(yard, *JANUARY)
    assert of(rows, booked, late) == {"left": 5000, "posted": 2000, "lacking": 3000}
    (row,) = [row for row in rows if row["order"] == late]
    assert row["why"] == "DESPATCH_PERIOD_CLOSED"
    yard.days_pass(15)
    with yard.ruled("policy", "despatch_date", {"value": "stop"}, value="today"):
        yard.tried_again(late)
        yard.settle()
    assert yard.booked(late) == {"MUG": Decimal(3)}
    february = rows_of(yard, "--from", "2011-02-01", "--to", "2011-02-28")
    ours = [row for row in february if row["order"] == late]
    assert [row["cut_off_class"] for row in ours] == ["in Sage in the period, left outside of it"]
    yard.control.put("/sage200/periods", {"period_start": "2011-01-01", "status": "Open"})


def cost_of_sales(yard: Yard) -> None:
    """Two mugs and a lamp of 1.50 each leave. Sage takes 4.50 off its stock and has them as cost of sales, once."""
    before = nominals(yard)
    number = yard.order(("MUG", 2), ("LAMP", 1))
    yard.settle()
    gone(yard, number)
    yard.settle()
    assert moved(yard, before) == {"1100": Decimal("-4.50"), "5000": Decimal("4.50")}
    costs = [row for row in yard.control.get("/sage200/ledgers/despatches") if row["order"] == number]
    assert {row["product"]: (row["quantity"], row["cost"]) for row in costs} == {
        "MUG": ("2", "3.00"),
        "LAMP": ("1", "1.50"),
    }


def left(yard: Yard, units: int = 1) -> str:
    """An order of mugs that has left; returns its number."""
    number = yard.order(("MUG", units))
    yard.settle()
    gone(yard, number)
    yard.settle()
    return number


def charge(code: str, of: str, net: str) -> dict[str, str]:
    """A line of the 3PL's bill."""
    return {"invoice": "INV-7", "charge_id": f"{code}-{of}", "code": code, "reference": of, "net": net}


def nominals(yard: Yard) -> dict[str, Decimal]:
    """The balance of every nominal in Sage with what waits for its period, debits positive."""
    found: dict[str, Decimal] = {}
    for row in yard.control.get("/sage200/ledgers/nominal")["accounts"]:
        found[row["account"]] = (
            found.get(row["account"], Decimal(0)) + Decimal(row["balance"]) + Decimal(row["deferred"])
        )
    return found


def moved(yard: Yard, before: dict[str, Decimal]) -> dict[str, Decimal]:
    """What the nominals of charges, stock and cost have moved by."""
    now = nominals(yard)
    return {name: now[name] - before[name] for name in now if now[name] != before[name]}


def rows_of(yard: Yard, *period: str) -> list[Any]:
    """The rows of the cut-off report while something is not even."""
    rows: list[Any] = yard.read("report", "cut-off", *period, ends=1)["rows"]
    return rows


def of(rows: list[Any], *numbers: str) -> dict[str, int]:
    """Pence of orders by what becomes of them: left, posted, left and not posted."""
    mine = [row for row in rows if row["order"] in numbers]
    lacking = [row for row in mine if row["cut_off_class"] == "left in the period, not in Sage in it"]
    return {
        "left": sum(row["left_minor"] for row in mine),
        "posted": sum(row["posted_minor"] for row in mine),
        "lacking": sum(row["left_minor"] for row in lacking),
    }


ROWS = (
    Row(
        id="3PL-15",
        says="What a 3PL charges is matched to what it despatched and accrued by nominal; the rest is listed.",
        scenario=charges_by_nominal,
    ),
    Row(
        id="3PL-19",
        says="A despatch takes stock and books cost of sales once, at Sage's own cost.",
        scenario=cost_of_sales,
        missing="a report of despatches whose cost differs from what was expected by more than a tolerance",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="3PL-03",
        says="What left in a period stands against what Sage has in it, from both sides and with value.",
        scenario=cut_off,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_finance_needs(row: Row, yard: Yard) -> None:
    play(row, yard)
