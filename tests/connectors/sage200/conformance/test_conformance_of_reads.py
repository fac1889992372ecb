"""What the connector reads against the served sandbox, which was written from the same documents by other hands."""

from __future__ import annotations

import dataclasses
import threading
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tieout.domain.documents.books import PeriodAnswer
from tieout.domain.documents.sales_order import SalesOrder
from tieout.domain.money import Money
from tieout.ports.errors import Refused

if TYPE_CHECKING:
    from .conftest import World

SOLD = date(2026, 11, 2)
ON = date(2026, 11, 20)


def test_tokens_that_end_early_are_renewed_without_anybody_noticing(world: World) -> None:
    world.sage.books.banks()
    world.does("DELETE", "/tokens")
    assert "CARD" in world.sage.books.banks()


def test_fields_that_nobody_knows_disturb_nothing(world: World) -> None:
    world.temper(unknown_fields=1)
    doing = world.prepare("post_sop_credit_note")
    doing.do(doing.command)
    assert doing.find(doing.command) is not None
    assert len(world.sage.books.products(["MUG"])) == 1


def test_an_order_shows_what_was_invoiced_to_the_penny(world: World) -> None:
    order = world.order
    mug, bowl = order.lines
    assert (mug.net, mug.tax, mug.tax_rate, mug.unit_price) == (
        Money(5000),
        Money(1000),
        Decimal(20),
        Decimal("16.66667"),
    )
    assert (bowl.net, bowl.tax, bowl.tax_code, bowl.warehouse) == (Money(1000), Money(0), "2", "HOME")
    assert (order.customer_reference, order.currency, order.ordered_on) == ("WEB", "GBP", SOLD)
    (invoice,) = order.invoices
    assert (invoice.net, invoice.tax, invoice.outstanding) == (Money(6000), Money(1000), Money(0))


def test_a_change_of_the_price_book_or_of_a_rate_does_not_touch_what_was_invoiced(world: World) -> None:
    before = world.order
    world.does("PUT", "/prices", {"MUG": "29.99"})
    world.does("PUT", "/company", {"tax_codes": {"1": {"rate": "25.00"}}})
    assert world.order == before


def test_every_order_that_holds_an_item_is_found_over_many_pages(world: World) -> None:
    lines = [{"product": "MUG", "quantity": "1", "unit_price": "12.00", "tax_code": 1}]
    more = [
        {
            "customer": "WEB",
            "customer_document_no": f"SHOP-{n}",
            "document_date": SOLD.isoformat(),
            "lines": lines,
            "despatched": True,
            "invoiced": True,
        }
        for n in range(2000, 2045)
    ]
    world.does("POST", "/load", {"orders": more})
    sage = world.open(page_size=4)
    found = sage.orders.orders_holding("WEB", "MUG")
    assert len({order.number for order in found}) == len(found) == 46
    assert all(len(order.invoices) == 1 for order in found)
    assert sage.orders.orders_holding("WEB", "NOTHING") == ()
    assert sage.orders.orders("SHOP-20") == ()


def test_every_credit_note_is_swept_whoever_made_it_and_over_many_pages(world: World) -> None:
    order = world.order
    commands = [world.make.credit_note(order, f"TCN-000000000000{n:04}") for n in range(1, 8)]
    for command in commands:
        world.sage.ledger.raise_credit_note(command)
    swept = list(world.open(page_size=2).ledger.credit_notes(ON))
    assert [row.reference for row in swept] == [command.key for command in commands]
    assert {(row.net, row.tax, row.outstanding) for row in swept} == {(Money(2667), Money(333), Money(3000))}
    assert list(world.sage.ledger.credit_notes(date(2027, 12, 1))) == []


def test_a_credit_note_that_somebody_dates_back_is_swept_on_the_day_it_was_entered(world: World) -> None:
    command = dataclasses.replace(world.make.credit_note(world.order), on=SOLD)
    world.sage.ledger.raise_credit_note(command)
    entered = world.clock.today()
    (found,) = world.sage.ledger.credit_notes(entered)
    assert (found.reference, found.posted_on) == (command.key, SOLD)


def test_another_customers_posting_under_the_key_is_not_ours(world: World) -> None:
    command = world.make.credit_note(world.order)
    world.does("POST", "/load", {"customers": [{"reference": "SHOP2", "name": "Other", "country": "GB"}]})
    other = dataclasses.replace(command, customer_id=str(int(command.customer_id) + 1))
    world.sage.ledger.raise_credit_note(other)
    assert world.sage.ledger.find_credit_note(other) is not None
    assert world.sage.ledger.find_credit_note(command) is None


def test_the_books_tell_what_may_be_posted_to(world: World) -> None:
    world.does("PUT", "/company", {"nominals": {"4000": {"hidden": True}}, "products": {"BOWL": {"inactive": True}}})
    postable = {str(account.nominal): account.is_postable for account in world.sage.books.nominal_accounts()}
    assert (postable["4000"], postable["5200"]) == (False, True)
    (bowl,) = world.sage.books.products(["BOWL", "NEVER-SOLD"])
    assert (bowl.is_active, bowl.is_stock) == (False, True)
    assert {tax.code: tax.rate for tax in world.sage.books.tax_codes()}["1"] == Decimal(20)
    assert ("QUARANTINE", "Q1", False) in {(b.warehouse, b.name, b.is_for_sale) for b in world.sage.books.bins()}
    held = world.open(bins_held_back=("HOME/GOODS-IN",), bins_known=("HOME/Z9",))
    assert {b.name: b.is_for_sale for b in held.books.bins() if b.warehouse == "HOME"} == {
        "A1": True,
        "B2": True,
        "GOODS-IN": False,
        "Z9": True,
    }
    assert world.sage.orders.customer_id("WEB")
    assert not world.sage.orders.customer_id("NOBODY")


def test_a_tax_code_that_is_gone_is_refused_before_anything_is_sent(world: World) -> None:
    command = world.make.credit_note(world.order)
    world.does("PUT", "/company", {"tax_codes": {"2": {"removed": True}}})
    with pytest.raises(Refused, match="no tax code 2"):
        world.sage.ledger.raise_credit_note(command)


def test_a_closed_period_is_told_ledger_by_ledger(world: World) -> None:
    assert world.sage.books.period(ON, "sales").answer is PeriodAnswer.NORMAL
    world.does("PUT", "/periods", {"period_start": "2026-11-01", "sub_ledger": "Sales", "status": "Closed"})
    closed = world.sage.books.period(ON, "sales")
    assert closed.answer is PeriodAnswer.UNACCEPTABLE
    assert closed.message
    assert world.sage.books.period(ON, "stock").answer is PeriodAnswer.NORMAL


def test_many_threads_share_one_connector_and_one_token(world: World) -> None:
    found: list[SalesOrder] = []
    threads = [threading.Thread(target=lambda: found.append(world.order)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [world.order] * 8


def test_the_site_says_what_it_can_do(world: World) -> None:
    findings = {finding.subject: finding for finding in world.sage.probe.findings()}
    assert all(finding.is_well for finding in findings.values()), findings
    world.does("PUT", "/permissions", {"override_prices_discounts": False})
    assert not {f.subject: f.is_well for f in world.sage.probe.findings()}["price override"]
