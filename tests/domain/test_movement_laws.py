"""Laws of booking a warehouse's movements: Sage changes by what the warehouse changed, by one command or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.domain.commands.stock import IssueStock, MoveStock, WriteOff, WriteOn
from tieout.domain.documents.books import Bin, NominalAccount, PeriodAnswer, PeriodCheck, Product
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.documents.warehouse_stock import MovementKind, WarehouseMovement
from tieout.domain.money import Money
from tieout.domain.plans import Blocked, Plan
from tieout.domain.rules.mapping import MappingRule, MappingTables
from tieout.domain.warehouse_stock.facts import Booked, MovementFacts, StockCommand, ToldMovement
from tieout.domain.warehouse_stock.plan import plan_movement
from tieout.domain.warehouse_stock.reasons import limit_of, treatment_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE_WAY: tuple[MovementKind, ...] = ("adjustment", "receipt", "write_off")
PLACE = {"warehouse": "HOME", "bin": "A1", "quarantine_warehouse": "QUARANTINE", "quarantine_bin": "Q1"}


def rule(table: str, key: str, **value: str) -> MappingRule:
    return MappingRule(table=table, key=key, value=value, version=1)


def movement(kind: MovementKind, quantity: Decimal, **more: str) -> WarehouseMovement:
    return WarehouseMovement(
        movement_id="7",
        account="wms",
        site="LEEDS",
        occurred_at=NOON,
        occurred_text="",
        kind=kind,
        reason="DAMAGE",
        sku="MUG",
        quantity=quantity,
        **more,
    )


def facts(told: WarehouseMovement, treatment: str, *rules: MappingRule, **limits: str) -> MovementFacts:
    row = {"treatment": treatment, "account": "5200", "category": "Damaged", "approve_over": "never", **limits}
    return MovementFacts(
        company="giftware",
        now=NOON,
        today=NOON.date(),
        told=(ToldMovement(movement=told, at=NOON),),
        booked=None,
        product=Product(sku="MUG", name="Mug", is_stock=True, is_active=True, unit_cost=Decimal("1.50")),
        near=(),
        order_number="",
        returns=(),
        losses=(),
        bins=tuple(
            Bin(warehouse=warehouse, name=name, is_for_sale=warehouse == "HOME")
            for warehouse, name in (("HOME", "A1"), ("HOME", "B1"), ("QUARANTINE", "Q1"))
        ),
        nominals=(NominalAccount(nominal=Nominal(account="5200"), name="Losses", is_postable=True),),
        period=PeriodCheck(on=NOON.date(), ledger="stock", answer=PeriodAnswer.NORMAL, message=""),
        second_reference_letters=20,
        narrative_letters=60,
        tables=MappingTables(
            rules=(
                rule("stock_reason", told.kind, **row),
                rule("warehouse_site", "wms|LEEDS", **PLACE),
                rule("warehouse_site", "wms|YORK", warehouse="HOME", bin="B1"),
                *rules,
            )
        ),
        accepted=frozenset(),
    )


def changes(command: StockCommand) -> dict[str, Decimal]:
    return {place.partition("@")[2]: Decimal(units) for place, units in command.figures().items()}


def the_command(given_facts: MovementFacts) -> StockCommand:
    plan = plan_movement(given_facts)
    assert isinstance(plan, Plan), plan
    (command,) = plan.commands
    assert isinstance(command, WriteOn | WriteOff | IssueStock | MoveStock)
    return command


QUANTITY = st.decimals(min_value=-500, max_value=500, places=0).filter(bool)


@given(st.sampled_from(ONE_WAY), QUANTITY, st.sampled_from(["write_on", "write_off", "issue"]), st.integers(1, 24))
def test_sage_changes_by_what_the_warehouse_changed_in_stock_units(
    kind: MovementKind, quantity: Decimal, treatment: str, factor: int
) -> None:
    item = rule("warehouse_item", "wms|MUG", factor=str(factor))
    command = the_command(facts(movement(kind, quantity), treatment, item))
    assert changes(command) == {"HOME/A1": quantity * factor}


@given(st.sampled_from(("adjustment", "quarantine", "release", "transfer")), QUANTITY)
def test_what_moves_inside_leaves_the_sum_as_it_was(kind: MovementKind, quantity: Decimal) -> None:
    told = movement(kind, quantity if kind == "adjustment" else abs(quantity))
    if kind == "transfer":
        told = replace(told, to_site="YORK")
    found = changes(the_command(facts(told, "move")))
    assert sum(found.values()) == 0
    assert found["HOME/A1"] == (
        abs(quantity) if kind == "release" else -abs(quantity) if kind != "adjustment" else quantity
    )


@given(st.sampled_from(ONE_WAY), QUANTITY, st.sampled_from(["write_on", "write_off", "issue", "move"]))
def test_what_was_booked_stays_whatever_rows_say_later(kind: MovementKind, quantity: Decimal, later: str) -> None:
    first = facts(movement(kind, quantity), "write_off")
    booked = Booked(command=the_command(first), state="done", at=NOON)
    changed = replace(facts(movement(kind, quantity), later), booked=booked, bins=(), nominals=())
    assert the_command(changed) == booked.command


@given(QUANTITY, st.decimals(min_value=0, max_value=900, places=2))
def test_a_person_is_asked_above_the_limit_at_cost_and_not_at_it(quantity: Decimal, limit: Decimal) -> None:
    plan = plan_movement(facts(movement("adjustment", quantity), "write_off", approve_over=str(limit)))
    is_asked = isinstance(plan, Blocked)
    assert is_asked == (abs(quantity) * Decimal("1.50") > limit)


@pytest.mark.parametrize(
    ("text", "limit"), [("never", None), ("", Money(0)), ("12.50", Money(1250)), ("much", Money(0))]
)
def test_a_limit_that_cannot_be_read_asks_about_everything(text: str, limit: Money | None) -> None:
    assert limit_of(text) == limit


def test_what_has_no_known_cost_is_asked_about_unless_nobody_ever_is() -> None:
    told = movement("adjustment", Decimal(-1))
    dear = replace(
        facts(told, "write_off", approve_over="1000"),
        product=Product(sku="MUG", name="Mug", is_stock=True, is_active=True, unit_cost=None),
    )
    assert isinstance(plan_movement(dear), Blocked)
    never = replace(facts(told, "write_off"), product=dear.product)
    assert isinstance(plan_movement(never), Plan)


def test_a_transfer_between_two_sites_that_are_one_bin_in_sage_books_nothing() -> None:
    told = replace(movement("transfer", Decimal(3)), to_site="LEEDS")
    plan = plan_movement(facts(told, "move"))
    assert isinstance(plan, Plan)
    assert plan.commands == ()


def test_the_row_of_the_account_goes_before_that_of_the_kind_and_an_exact_one_before_a_beginning() -> None:
    rules = (
        rule("stock_reason", "*", treatment="ignore"),
        rule("stock_reason", "adjustment", treatment="issue"),
        rule("stock_reason", "adjustment|DAMAGE", treatment="write_off"),
        rule("stock_reason", "wms|adjustment|DAMAGE", treatment="ask"),
    )
    told = movement("adjustment", Decimal(1))
    for count, wanted in ((4, "ask"), (3, "write_off"), (2, "issue"), (1, "ignore")):
        found = treatment_of(MappingTables(rules=rules[:count]), told)
        assert found is not None
        assert found.becomes == wanted


def test_a_site_without_a_bin_of_what_is_not_for_sale_stops_a_quarantine() -> None:
    bare = rule("warehouse_site", "wms|LEEDS", warehouse="HOME", bin="A1")
    plan = plan_movement(facts(movement("quarantine", Decimal(2)), "move", bare))
    assert isinstance(plan, Blocked)
    assert [fault.code for fault in plan.faults] == ["UNKNOWN_LOCATION"]
