"""Causes that a person puts right: case, desk, nothing half posted; then the cause goes, and all is done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from tieout.domain.faults import BY_CODE, Owner

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.estate import Json
    from tests.processes.house import House, Rma

GOOD = {"warehouse": "HOME", "bin": "A1"}
REASON = {"code": "sound", "account": "4010", "grade": "good"}
Deed: TypeAlias = "Callable[[House], Any]"
FIN, OPS, INT = Owner.FINANCE, Owner.OPERATIONS, Owner.INTEGRATION
LONGEST_REASON = 60
"""Sage keeps sixty characters of an analysis code (section 5)."""
TOO_LONG = "x" * (LONGEST_REASON + 1)


def put(path: str, body: object) -> Deed:
    """A change that somebody makes in a system."""
    return lambda house: house.control.put(path, body)


def rule(table: str, key: str, **value: str) -> Deed:
    """A change of the house's tables."""
    return lambda house: house.rule(table, key, None, **value)


def period(status: str, **more: str) -> Deed:
    return put("/sage200/periods", {"period_start": "2011-01-01", "status": status, **more})


def company(**change: object) -> Deed:
    return put("/sage200/company", change)


def shorten(house: House) -> None:
    """Somebody types the reason anew at the portal, and its row in the table."""
    rule("reason", TOO_LONG[:-1], **REASON)(house)
    portal = house.control.estate.systems[1]
    for rma in portal.portal.books.rmas.values():  # type: ignore[attr-defined]  # the stand-in's own books
        for item in rma.items:
            item.reason = item.reason[:LONGEST_REASON]


def nothing(_: House) -> None:
    """Not a thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What goes wrong after the goods were received, what is said of it, and how it is put right."""

    code: str
    owner: Owner
    wrong: Deed
    right: Deed
    name: str = ""
    order: str = "W1001"
    item: tuple[Any, ...] = ("MUG", 2)
    damaged: bool = False


CAUSES = (
    Cause(code="PERIOD_CLOSED", owner=FIN, wrong=period("Closed"), right=period("Open")),
    Cause(
        code="PERIOD_CLOSED",
        owner=FIN,
        wrong=period("Closed", sub_ledger="Stock"),
        right=period("Open"),
        name="for stock only",
    ),
    Cause(
        code="BIN_UNMAPPED",
        owner=OPS,
        wrong=rule("disposition", "any|good", warehouse="HOME", bin="Z9"),
        right=rule("disposition", "any|good", **GOOD),
    ),
    Cause(
        code="BIN_UNMAPPED",
        owner=OPS,
        wrong=rule("policy", "goods_in_bin", value="Z9"),
        right=rule("policy", "goods_in_bin", value="GOODS-IN"),
        name="goods in",
    ),
    Cause(
        code="RESTOCK_NOT_ATP",
        owner=OPS,
        wrong=rule("disposition", "any|good", warehouse="HOME", bin="GOODS-IN"),
        right=rule("disposition", "any|good", **GOOD),
    ),
    Cause(
        code="RESTOCK_NOT_ATP",
        owner=OPS,
        wrong=company(warehouses={"HOME": {"use_for_sales_trading": False}}),
        right=company(warehouses={"HOME": {"use_for_sales_trading": True}}),
        name="the warehouse stops trading",
    ),
    Cause(
        code="DISPOSITION_UNSAFE",
        owner=OPS,
        wrong=rule("disposition", "any|damaged", **GOOD),
        right=rule("disposition", "any|damaged", warehouse="QUARANTINE", bin="Q1"),
        damaged=True,
    ),
    Cause(
        code="DISPOSITION_UNMAPPED",
        owner=OPS,
        wrong=rule("disposition", "any|good", warehouse="HOME"),
        right=rule("disposition", "any|good", **GOOD),
        name="half a row",
    ),
    Cause(
        code="REASON_UNMAPPED",
        owner=OPS,
        wrong=nothing,
        right=rule("reason", "Bored with it", **REASON),
        item=("MUG", 2, "Bored with it"),
    ),
    Cause(
        code="TEXT_TOO_LONG",
        owner=INT,
        wrong=rule("reason", TOO_LONG, **REASON),
        right=shorten,
        item=("MUG", 2, TOO_LONG),
    ),
    Cause(
        code="VAT_CODE_MISSING",
        owner=FIN,
        wrong=company(tax_codes={"1": {"removed": True}}),
        right=company(tax_codes={"1": {"removed": False}}),
    ),
    Cause(
        code="NOMINAL_MISSING",
        owner=FIN,
        wrong=rule("reason", "Too small", **{**REASON, "account": "4999"}),
        right=lambda house: house.control.post("/sage200/load", {"nominals": [{"account": "4999", "name": "Odd"}]}),
    ),
    Cause(
        code="NOMINAL_CLOSED",
        owner=FIN,
        wrong=company(nominals={"4010": {"hidden": True}}),
        right=company(nominals={"4010": {"hidden": False}}),
    ),
    Cause(
        code="TENDER_UNMAPPED",
        owner=FIN,
        wrong=rule("tender", "shopify_payments", bank="NOPE"),
        right=rule("tender", "shopify_payments", bank="SHOPPAY"),
    ),
    Cause(
        code="SKU_UNMAPPED",
        owner=OPS,
        wrong=company(products={"MUG": {"inactive": True}}),
        right=company(products={"MUG": {"inactive": False}}),
    ),
    Cause(
        code="POLICY_MISSING",
        owner=INT,
        wrong=rule("policy", "returns_warehouse", value=""),
        right=rule("policy", "returns_warehouse", value="HOME"),
    ),
)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: f"{cause.code} {cause.name}".strip())
def test_a_cause_is_a_case_with_nothing_posted_and_once_put_right_the_return_is_done_once(
    house: House, cause: Cause
) -> None:
    """RET-10, RET-14, RET-22, RET-53, X-08: checked before anything is sent, completed by trying again."""
    cause.wrong(house)
    before = house.control.books()
    rma = house.authorised(cause.order, cause.item)
    house.receive(rma, damaged=rma.units if cause.damaged else ())
    house.drain(rma)
    assert_on_desk(house, rma, cause.code, cause.owner)
    assert house.control.deeds() == {}, "something was posted"
    assert house.control.books().stock == before.stock
    house.drain(rma)
    assert house.control.deeds() == {}, "trying again without putting it right posted something"
    cause.right(house)
    house.drain(rma)
    assert_done_once(house, rma, credits_made=(("2011-01-20", 2000, 400),), moves=3 if cause.damaged else 1)


@pytest.mark.parametrize("code", ["PERIOD_CLOSED", "BIN_UNMAPPED", "VAT_CODE_MISSING", "NOMINAL_CLOSED"])
def test_the_ledger_route_stops_for_the_same_causes(open_house: OpenHouse, code: str) -> None:
    """RET-22, X-08: and completes."""
    house = open_house(route="ledger")
    cause = next(cause for cause in CAUSES if cause.code == code)
    cause.wrong(house)
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    assert_on_desk(house, rma, cause.code, cause.owner)
    assert house.control.deeds() == {}
    cause.right(house)
    house.drain(rma)
    assert_done_once(house, rma, credits_made=(("2011-01-20", 2000, 400),))


@pytest.mark.parametrize("name", ["PERIOD_CLOSED", "BIN_UNMAPPED", "RESTOCK_NOT_ATP", "TENDER_UNMAPPED"])
def test_a_cause_met_after_the_pending_return_was_raised_leaves_only_that(house: House, name: str) -> None:
    """RET-13, RGO-14: half way is only what has no effect in any ledger."""
    cause = next(cause for cause in CAUSES if cause.code == name)
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    cause.wrong(house)
    house.receive(rma)
    house.drain(rma)
    assert_on_desk(house, rma, cause.code, cause.owner)
    assert house.control.deeds() == {"sop_return.created": 1}
    assert house.leg_states(rma)["expected"] >= 1, "the goods are here, and no leg says that a credit note is due"
    cause.right(house)
    house.drain(rma)
    assert_done_once(house, rma, credits_made=(("2011-01-20", 2000, 400),))


def test_a_closed_period_may_be_accepted_and_the_return_posts_today(either_house: House) -> None:
    """RET-22: received in December, December closed; a person accepts to post on today's date."""
    house = either_house
    house.rule("policy", "portal_app", value="ReturnGO")
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.control.put("/sage200/periods", {"period_start": "2011-01-01", "status": "Closed"})
    house.control.put("/sage200/periods", {"period_start": "2011-02-01", "status": "Open"})
    house.drain(rma)
    assert_on_desk(house, rma, "PERIOD_CLOSED", FIN)
    house.later(date(2011, 2, 3) - date(2011, 1, 20))
    house.accept(rma, "PERIOD_CLOSED")
    house.drain(rma)
    assert_done_once(house, rma, credits_made=(("2011-02-03", 2000, 400),))


def test_an_order_that_sage_has_not_yet_is_found_when_it_is_there(either_house: House) -> None:
    """RET-21, RET-48: the RMA came before the order."""
    house = either_house
    rma = house.raise_rma("W2000", ("MUG", 1), paid_price="10.00", paid_tax="2.00", tax_included=False)
    house.approve(rma)
    house.drain(rma)
    assert_on_desk(house, rma, "ORDER_NOT_FOUND", FIN)
    house.control.add_order("W2000", "2011-01-19")
    house.receive(rma)
    house.drain(rma)
    assert_done_once(house, rma, credits_made=(("2011-01-20", 1000, 200),))


def test_an_order_that_is_not_invoiced_waits_for_its_invoice(house: House) -> None:
    """RET-06: there is nothing to credit yet."""
    house.control.add_order("W2001", "2011-01-19", invoiced=False)
    rma = house.authorised("W2001", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    assert_on_desk(house, rma, "ORDER_NOT_INVOICED", FIN)
    assert house.control.deeds() == {}
    house.control.post("/sage200/desktop/post-invoice", {"order": "W2001", "invoice_date": "2011-01-20"})
    house.drain(rma)
    assert_done_once(house, rma, credits_made=(("2011-01-20", 1000, 200),), unpaid=1200)


def test_two_orders_of_one_name_are_never_guessed(house: House) -> None:
    """RET-21."""
    house.control.add_sage_order("W1003", "2011-01-14")
    rma = house.authorised("W1003", ("LAMP", 1))
    house.drain(rma)
    assert_on_desk(house, rma, "ORDER_AMBIGUOUS", FIN)
    assert house.control.deeds() == {}


def test_a_fee_of_the_portal_is_accepted_by_a_person_and_ignored(either_house: House) -> None:
    """RET-52: nobody agreed a nominal for it."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2), restocking_fee="1.00")
    house.receive(rma)
    house.drain(rma)
    assert_on_desk(house, rma, "FEE_NOT_COVERED", FIN)
    house.accept(rma, "FEE_NOT_COVERED")
    house.drain(rma)
    assert_done_once(house, rma, credits_made=(("2011-01-20", 2000, 400),))


def test_a_price_that_the_portal_invented_is_a_case_and_accepted_credits_the_invoice(either_house: House) -> None:
    """RET-06, RET-52: never the portal's price."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2), paid_price="11.00", paid_tax="2.20", tax_included=False)
    house.receive(rma)
    house.drain(rma)
    assert_on_desk(house, rma, "REFUND_NE_INVOICE", FIN)
    house.accept(rma, "REFUND_NE_INVOICE")
    house.drain(rma)
    assert_done_once(house, rma, credits_made=(("2011-01-20", 2000, 400),))


def test_an_rma_that_the_portal_does_not_know_is_a_case(house: House) -> None:
    """RET-02: told of, and not there."""
    rma = house.authorised("W1001", ("MUG", 2))
    ghost = type(rma)("987654", ())
    house.drain(ghost)
    assert_on_desk(house, ghost, "UNKNOWN_RECORD", Owner.CUSTOMER_EXPERIENCE)
    assert house.control.deeds() == {}


def test_a_text_of_exactly_the_field_s_length_passes(either_house: House) -> None:
    """X-43."""
    house = either_house
    rule("reason", "x" * LONGEST_REASON, **REASON)(house)
    rma = house.authorised("W1001", ("MUG", 2, "x" * LONGEST_REASON))
    house.receive(rma)
    house.drain(rma)
    assert_done_once(house, rma, credits_made=(("2011-01-20", 2000, 400),))


def assert_on_desk(house: House, rma: Rma, code: str, owner: Owner) -> None:
    """The document is with the right person, who is told what to do."""
    case = house.case(rma)
    assert case is not None, f"no case; the document is {house.document(rma).state}"
    assert (case.code, case.owner) == (code, owner.value), case.faults
    assert BY_CODE[code].owner is owner
    faults: Json = case.faults
    assert all(fault["saw"] for fault in faults)
    assert house.document(rma).state == "blocked"


def assert_done_once(
    house: House, rma: Rma, *, credits_made: tuple[tuple[str, int, int], ...], moves: int = 1, unpaid: int = 0
) -> None:
    """Everything is read back, one of each, and the case is closed."""
    case = house.case(rma)
    assert case is None, case.faults
    assert house.document(rma).state == "done"
    books, deeds = house.control.books(), house.control.deeds()
    assert books.credits == credits_made
    assert [amount for _, amount in books.refunds] == [net + tax for _, net, tax in credits_made]
    assert (sum(books.payments), books.outstanding) == (sum(net + tax for _, net, tax in credits_made), unpaid)
    assert deeds.pop("stock.moved") == moves
    assert {name: count for name, count in deeds.items() if count != 1} == {}
    assert set(house.leg_states(rma)) <= {"agreed", "waived"}
    house.control.prove()
