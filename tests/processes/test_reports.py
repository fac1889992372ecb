"""The reports of the returns flow: every stage is reached and left, figures hold to the penny, nothing is hidden."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from tieout.cli import tieout
from tieout.processes.reports.control import Control, control
from tieout.processes.reports.known import known_returns, known_strays
from tieout.processes.reports.returned_stock import ReturnedStock, returned_stock
from tieout.processes.reports.variance import Variance, VarianceRow, variance
from tieout.processes.reports.worklist import Worklist, worklist
from tieout.store import cases, legs, sweeps

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.house import House

COMPANY = "giftware"


def stock(house: House) -> ReturnedStock:
    now = house.application.clock()
    with house.application.store.scope(COMPANY) as c:
        return returned_stock(known_returns(c, now), now)


def bench(house: House) -> Worklist:
    now = house.application.clock()
    with house.application.store.scope(COMPANY) as c:
        return worklist(known_returns(c, now), now)


def statement(house: House) -> Variance:
    now = house.application.clock()
    with house.application.store.scope(COMPANY) as c:
        return variance(known_returns(c, now), known_strays(c, now), now)


def totals(house: House) -> Control:
    now = house.application.clock()
    with house.application.store.scope(COMPANY) as c:
        return control(known_returns(c, now), sweeps.all_sweeps(c), now)


def staged(house: House) -> dict[str, tuple[int, int]]:
    """(units, pence) by stage, where there are any."""
    return {each.stage.value: (each.units, each.value_minor) for each in stock(house).totals if each.units}


def money(row: VarianceRow) -> tuple[int, int, int]:
    """What the portal, the storefront and Sage say, in pence."""
    return row.portal.minor, row.storefront.minor, row.sage.minor


def asked(house: House, *words: str) -> Result:
    """The command line on this house."""
    head = ["--config", str(house.config), "--home", str(house.home)]
    return CliRunner().invoke(tieout, [*head, "report", *words])


def test_a_unit_goes_from_announced_to_saleable_and_stands_in_one_stage_only(either_house: House) -> None:
    """RET-16, RET-18: announced at the portal's price, saleable at the invoiced one, with the bin."""
    house = either_house
    assert staged(house) == {}
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    assert staged(house) == {"announced": (2, 2400)}
    (row,) = stock(house).rows
    assert (row.shown_by, row.valued_by, row.warehouse) == ("portal", "portal", "")
    house.receive(rma)
    house.drain(rma)
    assert staged(house) == {"saleable": (2, 2400)}
    (row,) = stock(house).rows
    assert (row.warehouse, row.bin, row.shown_by, row.valued_by) == ("HOME", "A1", "storefront", "sage credit note")


def test_a_request_and_a_cancelled_rma_are_no_returned_stock(house: House) -> None:
    """RET-16, RGO-13: only what was authorised and is still to come is anticipated."""
    house.drain(house.raise_rma("W1001", ("MUG", 1)))
    assert staged(house) == {}
    rma = house.authorised("W1004", ("MUG", 1))
    house.drain(rma)
    assert staged(house) == {"announced": (1, 1200)}
    house.act(rma, "cancel")
    house.drain(rma)
    assert staged(house) == {}


def test_damaged_goods_stand_in_quarantine_apart_from_the_saleable(either_house: House) -> None:
    """RET-16: one parcel, two stages, and together the credit note to the penny."""
    house = either_house
    rma = house.authorised("W1002", ("MUG", 5))
    house.drain(rma)
    house.receive(rma, damaged=rma.units[:2])
    house.drain(rma)
    found = staged(house)
    assert {stage: units for stage, (units, _) in found.items()} == {"saleable": 3, "quarantine": 2}
    ((_, net, tax),) = house.control.books().credits
    assert sum(value for _, value in found.values()) == net + tax
    places = {(row.stage.value, row.warehouse, row.bin) for row in stock(house).rows}
    assert places == {("saleable", "HOME", "A1"), ("quarantine", "QUARANTINE", "Q1")}


def test_lines_of_different_prices_are_valued_each_at_its_own(house: House) -> None:
    """RET-16: a damaged mug at 12.00 in quarantine, a zero-rated book at 4.55 for sale."""
    rma = house.authorised("W1001", ("MUG", 1), ("BOOK", 1))
    house.receive(rma, damaged=rma.units[:1])
    house.drain(rma)
    assert staged(house) == {"saleable": (1, 455), "quarantine": (1, 1200)}


def test_goods_await_inspection_until_somebody_looked(open_house: OpenHouse) -> None:
    """RET-18, RGO-11: the stage, the bench's task with both outcomes, and both gone afterwards."""
    house = open_house()
    house.rule("policy", "credit_on", value="inspection")
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma, graded=False)
    house.drain(rma)
    assert staged(house) == {"awaiting inspection": (1, 1200)}
    ((task,),) = (each.tasks for each in bench(house).rmas)
    assert task.todo == "inspect; good: HOME/A1; damaged: QUARANTINE/Q1"
    assert (task.warehouse, task.grade) == ("", "ungraded")
    house.receive(rma)
    house.drain(rma)
    assert staged(house) == {"saleable": (1, 1200)}
    assert bench(house).rmas == ()


def test_received_goods_that_a_case_holds_are_on_the_worklist_with_the_case(house: House) -> None:
    """RGO-11, RET-18: nothing is booked; the warehouse sees where it will go and who holds it up."""
    house.rule("tender", "shopify_payments", bank="NOWHERE")
    rma = house.authorised("W1004", ("MUG", 1), ("BOWL", 1, "Faulty"))
    house.receive(rma, damaged=rma.units[1:])
    house.drain(rma)
    assert staged(house) == {"received, not booked": (2, 2159)}
    (tasks,) = bench(house).rmas
    assert "TENDER_UNMAPPED" in tasks.held_by
    assert [(task.sku, task.todo) for task in tasks.tasks] == [
        ("MUG", "put into HOME/A1"),
        ("BOWL", "put into QUARANTINE/Q1"),
    ]
    house.rule("tender", "shopify_payments", bank="SHOPPAY")
    house.drain(rma)
    assert bench(house).rmas == ()
    assert set(staged(house)) == {"saleable", "quarantine"}


def test_stock_that_is_back_and_not_offered_is_neither_saleable_nor_quarantine(house: House) -> None:
    """RET-18, RGO-14: Sage has it, the shop offers fewer: the half-done return shows as such."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    document = house.document(rma)
    with house.application.store.scope(COMPANY) as c:
        (leg,) = (each for each in legs.legs_of(c, document) if each.kind == "availability")
        fewer = legs.SeenLeg(
            system=leg.system,
            kind=leg.kind,
            ref=leg.ref,
            owner=leg.owner,
            currency=None,
            minor=None,
            quantity=Decimal(1),
            reference=None,
        )
        legs.see(c, document, fewer, at=house.application.clock())
    assert staged(house) == {"booked, under way": (2, 2400)}


def test_the_report_says_when_each_figure_was_read_and_how_old_the_goods_are(house: House) -> None:
    """RGO-12, RET-18: the as-at stamp is now, the read is not."""
    rma = house.authorised("W1001", ("MUG", 1))
    house.drain(rma)
    house.later(timedelta(days=9))
    made = stock(house)
    (row,) = made.rows
    assert row.oldest_days == 9
    assert made.as_at - row.shown_at >= timedelta(days=9)
    assert row.shown_at == row.valued_at


def test_a_return_that_was_never_read_is_named_and_not_counted_as_nothing(house: House) -> None:
    """RGO-12, RGO-09: told of and not read: in no figure, in the list, and the control is not silent."""
    rma = house.authorised("W1001", ("MUG", 1))
    house.tell(rma)
    made = stock(house)
    assert [each.document for each in made.unread] == [f"return {rma.number}"]
    (difference,) = totals(house).differences
    assert difference.source_read_at is None


def test_a_whole_return_ties_out_in_all_three_systems(either_house: House) -> None:
    """RGO-10, RET-17: refunded, credited, final; nothing to explain."""
    house = either_house
    rma = house.authorised("W1002", ("MUG", 5))
    house.receive(rma)
    house.drain(rma)
    made = statement(house)
    (row,) = made.rows
    assert money(row) == (0, 1956, 1956)
    assert (row.is_final, row.difference_minor, row.reasons) == (True, 0, ())
    assert row.sage.read_at is not None
    assert made.is_explained


def test_no_refund_is_final_before_the_credit_note_was_read_back(open_house: OpenHouse) -> None:
    """RET-17: the portal and the storefront say paid; Sage says nothing yet."""
    house = open_house(mode="detect")
    rma = house.authorised("W1001", ("MUG", 2))
    house.act(rma, "refund")
    house.drain(rma)
    (row,) = statement(house).rows
    assert money(row) == (2400, 2400, 0)
    assert (row.is_final, row.difference_minor, row.unexplained_minor) == (False, 2400, 0)
    assert [reason.what for reason in row.reasons] == ["refunded ahead of 2 units to be received or inspected"]
    house.receive(rma)
    house.drain(rma)
    (row,) = statement(house).rows
    assert (money(row), row.is_final, row.difference_minor) == ((2400, 2400, 2400), True, 0)


def test_a_refund_that_is_due_explains_a_credit_note_only_until_it_is_overdue(open_house: OpenHouse) -> None:
    """RGO-10: detect mode; credited, and nobody refunds; after the day of grace it is unexplained."""
    house = open_house(mode="detect")
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    (row,) = statement(house).rows
    assert (money(row), row.unexplained_minor) == ((0, 0, 2400), 0)
    house.later(timedelta(days=2))
    made = statement(house)
    assert made.rows[0].unexplained_minor == 2400
    assert not made.is_explained
    assert made.totals[0].unexplained_minor == 2400


def test_a_case_explains_no_more_than_its_stake(house: House) -> None:
    """RGO-10: a refund before the credit note is explained by its case, and by its case only."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.act(rma, "refund")
    house.receive(rma)
    house.drain(rma)
    (row,) = statement(house).rows
    assert (money(row), row.difference_minor, row.unexplained_minor) == ((2400, 2400, 0), 2400, 0)
    (reason,) = row.reasons
    assert "REFUND_BEFORE_CREDIT" in reason.what
    case = house.case(rma)
    assert case is not None
    with house.application.store.scope(COMPANY) as c:
        less = cases.Trouble(
            code=case.code,
            owner=case.owner,
            fault_class=case.fault_class,
            faults=case.faults,
            stake_minor=1000,
            currency="GBP",
        )
        cases.open_or_update(c, house.document(rma), less, at=house.application.clock())
    assert [row.unexplained_minor for row in statement(house).rows] == [1400]
    with house.application.store.scope(COMPANY) as c:
        cases.close(c, case.id, by="Tieout", how="no longer there", at=house.application.clock())
    assert [row.unexplained_minor for row in statement(house).rows] == [2400]


def test_differences_of_opposite_sign_never_cancel_out(house: House) -> None:
    """RGO-10: a refund without a credit and a credit without a refund of the same amount are two differences."""
    house.control.post("/shopify/refunds", {"order": "W1003", "amount": "6.00", "lines": [], "note": "sorry"})
    house.control.post("/sage200/desktop/ledger-credit-note", keyed_by_hand(house))
    house.sweep()
    made = statement(house)
    assert sorted(money(row) for row in made.rows) == [(0, 0, 600), (0, 600, 0)]
    (total,) = made.totals
    assert (total.storefront_minor, total.sage_minor) == (600, 600)
    assert (total.difference_minor, total.explained_minor, total.unexplained_minor) == (1200, 1200, 0)
    for case in house.open_cases():
        with house.application.store.scope(COMPANY) as c:
            cases.close(c, case.id, by="maria", how="goodwill, agreed", at=house.application.clock())
    assert {reason.what[-30:] for row in statement(house).rows for reason in row.reasons} == {
        "closed by maria: goodwill, agreed"[-30:]
    }


def test_a_refund_by_hand_beside_a_return_stands_in_the_statement_until_a_person_explains_it(house: House) -> None:
    """RGO-10, RET-17: money left the shop on the return's order; the acceptance of an older one explains nothing."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.control.post("/shopify/refunds", {"order": "W1001", "amount": "4.55", "lines": [], "note": "sorry"})
    house.receive(rma)
    house.drain(rma)
    (row,) = (row for row in statement(house).rows if row.document.startswith("refund "))
    assert (money(row), row.unexplained_minor) == ((0, 455, 0), 0)
    assert "REFUND_OUTSIDE_WORKFLOW" in row.reasons[0].what
    house.accept(rma, "REFUND_OUTSIDE_WORKFLOW")
    house.drain(rma)
    (row,) = (row for row in statement(house).rows if row.document.startswith("refund "))
    assert row.reasons[0].what == f"accepted by finance on return {rma.number}: agreed"
    house.later(timedelta(hours=1))
    house.control.post("/shopify/refunds", {"order": "W1001", "amount": "1.00", "lines": [], "note": "sorry again"})
    house.drain(rma)
    assert [row.unexplained_minor for row in statement(house).rows if row.storefront.minor == 100] == [100]
    assert not statement(house).is_explained


def test_control_totals_agree_once_everything_is_booked(either_house: House) -> None:
    """RGO-09: count, units and pounds at the source against the books; the waiting one gives its reason."""
    house = either_house
    rma, other = house.authorised("W1001", ("MUG", 2)), house.authorised("W1004", ("BOWL", 1))
    house.receive(rma)
    house.drain(rma, other)
    made = totals(house)
    (total,) = made.totals
    assert (total.source_returns, total.source_units, total.source_minor) == (2, 3, 3359)
    assert (total.booked_returns, total.booked_units, total.booked_minor) == (1, 2, 2400)
    (difference,) = made.differences
    assert difference.reasons == ("waiting: 1 units to be received or inspected",)
    assert made.is_complete
    house.receive(other)
    house.drain(other)
    made = totals(house)
    assert made.differences == ()
    assert (made.totals[0].booked_returns, made.totals[0].booked_minor) == (2, 3359)


def test_a_difference_without_a_reason_keeps_the_control_open(house: House) -> None:
    """RGO-09: blocked, and its case gone without a word."""
    house.rule("tender", "shopify_payments", bank="NOWHERE")
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert totals(house).differences[0].reasons == (f"case {case.id} TENDER_UNMAPPED",)
    assert totals(house).is_complete
    with house.application.store.scope(COMPANY) as c:
        cases.close(c, case.id, by="Tieout", how="lost", at=house.application.clock())
    made = totals(house)
    assert (made.differences[0].reasons, made.differences[0].has_reason) == ((), False)
    assert not made.is_complete


def test_control_lists_what_every_sweep_counted(house: House) -> None:
    """RGO-09: the last run of each listing with its time."""
    rma = house.authorised("W1001", ("MUG", 1))
    house.control.post("/shopify/refunds", {"order": "W1003", "amount": "5.00", "lines": [], "note": "sorry"})
    house.sweep()
    house.drain()
    found = {row.name: (row.listed, row.found, row.found_are) for row in totals(house).sweeps}
    assert found == {"portal": (1, 1, "woken"), "refunds": (1, 1, "strays"), "credit notes": (0, 0, "strays")}
    assert house.document(rma).state == "waiting"


def test_the_reports_ask_no_remote_system(house: House) -> None:
    """RET-12: what is shown is what was read, and looking at it moves nothing."""
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    before = {system: house.control.requests(system) for system in ("sage200", "returngo", "shopify")}
    for made in (stock, bench, statement, totals):
        made(house)
    assert {system: house.control.requests(system) for system in before} == before


@pytest.mark.parametrize("name", ["returned-stock", "worklist", "variance", "control"])
def test_every_report_prints_as_text_and_as_one_json_document(house: House, name: str) -> None:
    """RGO-12: either form carries the systems and the times."""
    rma, other = house.authorised("W1001", ("MUG", 2)), house.authorised("W1003", ("LAMP", 1))
    house.rule("tender", "shopify_payments", bank="NOWHERE")
    house.receive(rma)
    house.drain(rma, other)
    house.sweep()
    shown = asked(house, name)
    assert shown.exit_code == 0, shown.output
    assert "2011-01-20" in shown.output
    made: dict[str, Any] = json.loads(asked(house, name, "--company", COMPANY, "--json").output)
    assert made["as_at"].startswith("2011-01-20T")


def test_the_variance_report_exits_1_while_anything_is_unexplained(open_house: OpenHouse) -> None:
    """RGO-10: it cannot be signed."""
    house = open_house(mode="detect")
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    assert asked(house, "variance").exit_code == 0
    house.later(timedelta(days=2))
    shown = asked(house, "variance")
    assert shown.exit_code == 1
    assert "GBP 24.00: UNEXPLAINED" in shown.output
    assert json.loads(asked(house, "variance", "--json").output)["is_explained"] is False


def test_a_company_that_is_not_in_the_settings_is_refused(house: House) -> None:
    """RGO-12: no empty report for a misspelt name."""
    shown = asked(house, "control", "--company", "gift")
    assert "There is no company 'gift'" in str(shown.exception)


def keyed_by_hand(house: House) -> dict[str, object]:
    """A credit note of 6.00 as somebody keys it in the desktop."""
    sage = house.control.estate.systems[0]
    tax_code = sage.books.value("SELECT id FROM tax_code WHERE code = 1")  # type: ignore[attr-defined]  # the stand-in's own books
    return {
        "customer_id": 1,
        "reference": "BY HAND",
        "transaction_date": "2011-01-20T00:00:00Z",
        "document_goods_value": 5,
        "document_tax_value": 1,
        "tax_analysis_items": [{"id": tax_code, "goods_amount": 5, "tax_amount": 1}],
    }
