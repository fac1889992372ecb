"""What the ledger's lists say has changed, against a served Sage 200."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tieout.domain import commands as c
from tieout.domain.money import Money

if TYPE_CHECKING:
    from .conftest import World

NOTES = 7
ON = date(2026, 11, 20)
MOMENT = timedelta(milliseconds=1)


def credit_notes(world: World) -> list[str]:
    keys = [f"TCN-00000000000002{number:02}" for number in range(NOTES)]
    for key in keys:
        world.sage.ledger.raise_credit_note(world.make.credit_note(world.order, key))
    return keys


@pytest.mark.parametrize("page_size", [1, 2, 3, 500])
def test_every_posting_is_given_once_whatever_the_page(world: World, page_size: int) -> None:
    keys = credit_notes(world)
    everything = list(world.sage.feeds.changed_postings(None))
    since = min(head.changed_at for head in everything)
    paged = list(world.open(page_size=page_size).feeds.changed_postings(since))
    assert sorted(head.posting_id for head in paged) == sorted(head.posting_id for head in everything)
    assert {head.reference for head in paged} >= set(keys)
    assert [head.changed_at for head in paged] == sorted(head.changed_at for head in paged)


def test_postings_keep_the_ledgers_sign_and_say_what_they_are(world: World) -> None:
    (key, *_) = credit_notes(world)
    world.sage.ledger.post_refund_payment(world.make.payment(world.order))
    heads = {head.reference: head for head in world.sage.feeds.changed_postings(None)}
    assert (heads[key].kind, heads[key].net, heads[key].tax) == ("credit_note", Money(-2667), Money(-333))
    assert heads[key].outstanding == Money(-3000)
    refund = heads["TRP-0000000000000001"]
    assert (refund.kind, refund.net + refund.tax, refund.customer_id) == (
        "payment",
        Money(3000),
        world.order.customer_id,
    )
    assert {head.kind for head in heads.values()} == {"invoice", "receipt", "credit_note", "payment"}


def test_postings_that_are_allocated_later_are_given_again(world: World) -> None:
    ledger, credit, refund = world.sage.ledger, world.make.credit_note(world.order), world.make.payment(world.order)
    ledger.raise_credit_note(credit)
    ledger.post_refund_payment(refund)
    before = max(head.changed_at for head in world.sage.feeds.changed_postings(None))
    assert list(world.sage.feeds.changed_postings(before + MOMENT)) == []
    allocation = c.AllocateCredit(
        key="TAL-0000000000000001",
        customer_id=world.order.customer_id,
        credit_key=credit.key,
        payment_key=refund.key,
        amount=Money(3000),
        on=ON,
    )
    ledger.allocate_credit(allocation)
    again = {head.reference: head.outstanding for head in world.sage.feeds.changed_postings(before + MOMENT)}
    assert again == {credit.key: Money(0), refund.key: Money(0)}


def test_orders_and_returns_come_in_one_list(world: World) -> None:
    raised = world.make.raise_return(world.order)
    world.sage.returns.raise_return(raised)
    heads = {head.channel_reference: head for head in world.sage.feeds.changed_orders(None)}
    assert not heads["SHOP-1001"].is_return
    assert heads["SHOP-1001"].status == "EnumDocumentStatusComplete"
    assert heads[raised.key].is_return
    assert heads[raised.key].status == "EnumDocumentStatusLive"
    later = list(world.sage.feeds.changed_orders(heads[raised.key].changed_at))
    assert [head.channel_reference for head in later] == [raised.key]


def test_movements_follow_a_row_of_the_log_and_are_signed(world: World) -> None:
    newest = world.sage.feeds.newest_movement()
    world.sage.stock.write_on(world.make.write_on("10"))
    world.sage.stock.move_stock(world.make.move("Q1"))
    moved = [(m.bin, m.quantity, m.reference) for m in world.sage.feeds.movements_after(newest)]
    transfer = world.make.move().key
    assert sorted(moved) == sorted(
        [
            ("GOODS-IN", Decimal(10), world.make.write_on().key),
            ("GOODS-IN", Decimal(-1), transfer),
            ("Q1", Decimal(1), transfer),
        ]
    )
    ids = [m.movement_id for m in world.open(page_size=1).feeds.movements_after(0)]
    assert ids == sorted(set(ids))
    assert ids[-1] == world.sage.feeds.newest_movement()


def test_the_sweep_of_stock_agrees_with_the_movements(world: World) -> None:
    world.sage.stock.write_on(world.make.write_on("10"))
    world.sage.stock.move_stock(world.make.move("Q1"))
    sums: dict[tuple[str, str, str], Decimal] = {}
    for movement in world.sage.feeds.movements_after(0):
        place = (movement.sku, movement.warehouse, movement.bin)
        sums[place] = sums.get(place, Decimal(0)) + movement.quantity
    levels = {(x.sku, x.warehouse, x.bin): x.on_hand for x in world.sage.feeds.stock_levels()}
    assert levels == {place: quantity for place, quantity in sums.items() if quantity}


def test_nothing_is_given_where_nothing_changed(world: World) -> None:
    newest = max(head.changed_at for head in world.sage.feeds.changed_orders(None))
    assert list(world.sage.feeds.changed_orders(newest + timedelta(days=1))) == []


def test_sides_of_a_nominal_are_given_with_who_posted_them_and_the_number_they_share(world: World) -> None:
    """RET-08: a credit note by the API's user, a journal by a person; other nominals and earlier days are left out."""
    (key, *_) = credit_notes(world)
    nominal = world.make.credit_note(world.order, key).lines[0].nominal
    lines = [{"nominal": str(nominal), "debit": "7.50"}, {"nominal": "5200", "credit": "7.50"}]
    body = {"date": str(ON), "reference": "BATCH 7", "narrative": "refunds of the week", "lines": lines, "user": "ANN"}
    world.does("POST", "/desktop/nominal-journal", body)
    found = list(world.sage.feeds.nominal_postings((nominal, nominal), ON))
    assert {side.nominal for side in found} == {nominal}
    assert len({side.posting_id for side in found}) == len(found)
    (journal,) = (side for side in found if side.reference == "BATCH 7")
    assert (journal.amount, journal.user, journal.narrative) == (Money(750), "ANN", "refunds of the week")
    heads = {head.urn: head for head in world.sage.feeds.changed_postings(None)}
    (credit,) = (side for side in found if side.urn in heads and heads[side.urn].reference == key)
    assert credit.user == heads[credit.urn].user != "ANN"
    assert list(world.sage.feeds.nominal_postings((nominal,), ON + timedelta(days=30))) == []
    assert list(world.sage.feeds.nominal_postings((), ON)) == []
