"""Traps that public code for the same job fell into: each is set, the naive figure is worked out, and ours is right.

Every figure of ours is read from the remote systems' own books.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.estate import Line
from tests.processes.house import Rma
from tests.processes.worth import (
    BY_EITHER_ROUTE,
    SWAP,
    Since,
    asked,
    assert_done,
    at_portal,
    codes,
    paying,
    sold,
    stock_up,
    treat,
)

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import House

pytestmark = BY_EITHER_ROUTE


@pytest.fixture(scope="module")
def trapped(shared_house: House) -> House:
    stock_up(shared_house)
    return shared_house


def goods(sku: str, price: str) -> Json:
    return {"sku": sku, "title": sku.title(), "quantity": 1, "catalog_price": price, "effective_price": price}


def swapped(house: House, price: str) -> tuple[Rma, Since]:
    """A lamp of 18.93 (no VAT) for a book of this price, received and worked on; the portal pays the difference."""
    name = sold(house, Line("LAMP", 1, "18.93", 2))
    with paying(house, "portal"):
        rma = asked(house, name, {"sku": "LAMP", "resolution": SWAP, "exchange": [goods("BOOK", price)]})
        before = Since(house)
        house.receive(rma)
        for _ in range(3):
            house.drain(rma)
    return rma, before


def order_for(house: House, rma: Rma) -> list[tuple[str, int]]:
    """(stock code, net) of the lines of the order in Sage that sends the exchange."""
    books = house.control.estate.systems[0].books  # type: ignore[attr-defined]  # the stand-in's own books
    (exchange,) = at_portal(house, rma)["exchanges"]
    query = (
        "SELECT line.code, line.net FROM line JOIN document ON document.id = line.document_id "
        "WHERE document.kind = 'order' AND document.customer_document_no = ?"
    )
    return [tuple(row) for row in books.rows(query, exchange["name"])]


def shop_refunds(house: House, order: str) -> list[Json]:
    refunds = house.control.get("/shopify/ledgers/refunds")["refunds"]
    return [refund for refund in refunds if refund["order"] == order]


def test_the_balancing_line_that_counts_the_goods_in_exchange_twice(trapped: House) -> None:
    """https://github.com/microsoft/BCApps/pull/8554

    The refund of 15.28 is already net of the exchange's 3.65. A credit of 18.93 with a balancing line for refund
    and exchange, beside an order of 3.65 or a credit that is net already, moves the account by 3.65 once too often.
    """
    house = trapped
    _, before = swapped(house, "3.65")
    made = before.changes()
    (refund,) = made.refunds
    naive = refund - 365
    assert (refund, sum(made.credits), sum(made.payments)) == (1528, 1528, 1528)
    assert naive == 1163
    assert sum(made.credits) != naive
    assert made.outstanding == 0


def test_the_dearer_replacement_whose_refund_of_nought_hides_what_the_customer_owes(trapped: House) -> None:
    """https://github.com/microsoft/BCApps/pull/10467

    18.93 come back, 25.00 leave: the refund total is floored at nought. An order forced to nought with it would
    hide the 6.07 that the customer owes; at full value the account shows both sides, too.
    """
    house = trapped
    rma, before = swapped(house, "25.00")
    made = before.changes()
    assert (sum(made.credits), made.refunds, made.payments) == (0, (), ())
    naive = sum(made.refunds)
    ((sku, net),) = order_for(house, rma)
    assert (sku, net) == ("BOOK", 607)
    assert net != naive
    treat(house, "exchange", "full")
    rma, before = swapped(house, "25.00")
    made = before.changes()
    assert sum(made.credits) == 1893
    assert made.outstanding == -1893
    assert order_for(house, rma) == [("BOOK", 2500)]
    treat(house, "exchange", "zero")


@pytest.mark.long
def test_the_refund_that_is_pending_and_reports_nothing_yet(trapped: House) -> None:
    """https://github.com/microsoft/BCApps/pull/9112

    While the payment is pending its settled total is nought: credited at that, the return would be worth nothing.
    """
    house = trapped
    house.control.put("/shopify/settings", {"refund_delay_seconds": 600})
    with paying(house, "portal"):
        rma = house.authorised(sold(house), ("MUG", 2))
        before = Since(house)
        house.receive(rma)
        house.drain(rma)
        house.drain(rma)
        house.control.put("/shopify/settings", {"refund_delay_seconds": 0})
        made = before.changes()
        naive = sum(made.payments)
        assert naive == 0, "nothing is settled yet"
        assert made.credits == (2400,)
        assert sum(made.credits) != naive
        assert house.document(rma).state == "waiting"
        house.later(timedelta(seconds=700))
        house.drain(rma)
    assert before.changes().payments == (2400,)
    assert_done(house, rma)


def test_a_credit_in_two_currencies_at_once(trapped: House) -> None:
    """https://github.com/microsoft/BCApps/issues/6138 and https://github.com/microsoft/BCApps/issues/4829

    The customer paid 28.80 in another currency at 1.2; the shop's and Sage's figure is 24.00. Nothing is mixed.
    """
    house = trapped
    name = sold(house)
    rma = asked(house, name, {"sku": "MUG", "quantity": 2}, presentment={"currency": "EUR", "rate": "1.2"})
    before = Since(house)
    house.receive(rma)
    house.drain(rma)
    naive = round(2400 * 1.2)
    made = before.changes()
    assert (made.credits, made.refunds, made.payments, made.outstanding) == ((2400,), (2400,), (2400,), 0)
    assert naive not in made.credits
    assert_done(house, rma)


def test_a_customer_on_account_whose_return_is_refunded_nothing_but_credited_in_full(trapped: House) -> None:
    """https://github.com/microsoft/ALAppExtensions/issues/28740

    Nothing was paid through the shop, so nothing can be refunded there, though goods came back. A credit note made
    from the refund total would be nought. Ours stops before anything is booked, names the way of payment that has
    no bank, and posts no balancing line.
    """
    house = trapped
    name = sold(house)
    house.control.post("/shopify/load", {"orders": [unpaid(f"{name}A")]})
    house.control.post("/sage200/load", {"orders": [sage_unpaid(f"{name}A")]})
    rma = house.authorised(f"{name}A", ("MUG", 2))
    before = Since(house)
    house.receive(rma)
    house.drain(rma)
    made = before.changes()
    naive = 0  # the shop's refund total
    assert naive not in made.credits
    assert codes(house, rma) == ["TENDER_UNMAPPED"]
    assert (made.credits, made.refunds, made.payments, made.outstanding) == ((), (), (), 0)


def unpaid(name: str) -> Json:
    """Sold on account: the shop took no money."""
    line = {"sku": "MUG", "title": "Mug", "quantity": 2, "price": "10.00", "tax": "4.00", "tax_rate": "0.2"}
    return {
        "name": name,
        "created_at": "2011-01-12T10:00:00+00:00",
        "customer": {"id": 12345, "email": "a@example.org", "first_name": "A", "last_name": "Customer"},
        "currency": "GBP",
        "taxes_included": False,
        "payments": [{"gateway": "on account", "amount": "0.00"}],
        "lines": [line],
    }


def sage_unpaid(name: str) -> Json:
    line = {"product": "MUG", "quantity": "2", "unit_price": "10.00", "tax_code": 1, "warehouse": "HOME"}
    return {
        "customer": "12345",
        "customer_document_no": name,
        "document_date": "2011-01-12",
        "lines": [line],
        "despatched": True,
        "invoiced": True,
    }


def test_the_exchange_that_is_released_although_nobody_released_it(trapped: House) -> None:
    """https://github.com/MicrosoftDocs/dynamics365smb-docs/pull/1088

    Documents were released with the switch off. A draft at the portal is not an order: nothing enters Sage, and no
    portal refund happens, until somebody or the house's own switch (`refund_release`) says so.
    """
    house = trapped
    rma = house.authorised(sold(house), ("MUG", 1), resolution=SWAP, exchange=[goods("BOOK", "12.00")])
    before = Since(house)
    house.receive(rma)
    for _ in range(3):
        house.drain(rma)
    assert order_for(house, rma) == []
    assert not any(move["status"] == "Success" for move in at_portal(house, rma)["transactions"])
    assert before.changes().refunds == ()
    house.act(rma, "release-exchange")
    house.drain(rma)
    naive = 0  # orders of a connector that never looks at the switch would stand there twice, or too early
    assert len(order_for(house, rma)) == 1 != naive


def test_more_than_one_return_of_an_order(trapped: House) -> None:
    """https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/article_0217043836.html

    A connector that takes one return per order credits the first. Here three, one of them an exchange, are each
    credited once and together to the penny; a fourth for goods that nobody has left is a case.
    """
    house = trapped
    name = sold(house, Line("MUG", 3, "3.33"))
    before = Since(house)
    first, second = (house.authorised(name, ("MUG", 1)) for _ in range(2))
    swap = asked(house, name, {"sku": "MUG", "resolution": SWAP, "exchange": [goods("BOOK", "3.99")]})
    for rma in (first, second, swap):
        house.receive(rma)
    house.drain(first, second, swap)
    naive = 400  # the first alone
    made = before.changes()
    assert sum(made.credits) == sum(made.refunds) == 799
    assert sum(made.credits) != naive
    assert made.stock == 3
    fourth = house.authorised(name, ("MUG", 1))
    house.receive(fourth)
    house.drain(fourth)
    assert codes(house, fourth) == ["QUANTITY_EXCEEDS_DESPATCH"]
    house.control.prove()


def test_a_parcel_that_the_carrier_brings_back_undelivered(trapped: House) -> None:
    """https://github.com/frappe/ecommerce_integrations/issues/225

    "Unfulfil", then refund by hand: the shop says refunded, Sage still says sold, and no flow takes it on. Here the
    refund stands on a desk with its amount, nothing is credited by itself, and a return raised for the parcel takes
    goods and money on once a person has said that the refund was for it.
    """
    house = trapped
    name = sold(house)
    before = Since(house)
    house.control.post(
        "/shopify/refunds", {"order": name, "lines": [{"sku": "MUG", "quantity": 2}], "note": "undelivered"}
    )
    house.sweep()
    house.drain()
    cases = [case for case in house.open_cases() if case.code == "REFUND_OUTSIDE_WORKFLOW"]
    assert [case.stake_minor for case in cases] == [2400]
    made = before.changes()
    assert (made.credits, made.stock) == ((), 0), "the naive way ends here, and Sage never hears of it"
    rma = house.authorised(name, ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    assert "REFUND_OUTSIDE_WORKFLOW" in codes(house, rma)
    assert before.changes().refunds == (2400,), "the customer is not paid a second time"


@pytest.mark.long
@pytest.mark.parametrize("addon", ["hold", "refuse"])
def test_an_add_on_that_stops_orders_of_no_value(trapped: House, addon: str) -> None:
    """https://www.sicon.co.uk/user-guide/enhancement-pack-help-and-user-guide-sales-ledger-and-sales-order-processing/

    An even exchange is an order of no value. Held or refused it would stand there for ever; it is on somebody's desk
    the same day, and the way out (full value) is the house's own switch.
    """
    house = trapped
    rma = house.authorised(sold(house), ("MUG", 1), resolution=SWAP, exchange=[goods("BOOK", "12.00")])
    house.receive(rma)
    house.drain(rma)
    house.act(rma, "release-exchange")
    house.control.put("/sage200/addon", {"zero_price_lines": addon})
    house.drain(rma)
    house.control.put("/sage200/addon", {"zero_price_lines": "allow"})
    entered = order_for(house, rma)
    naive = "done"  # what stands at the portal and in the shop: the exchange is released, nobody looks at Sage
    assert house.document(rma).state != naive
    assert (codes(house, rma), entered) == (
        (["EXCHANGE_ON_HOLD"], [("BOOK", 0)]) if addon == "hold" else (["ZERO_PRICE_REFUSED"], [])
    )


@pytest.mark.long
def test_webhooks_that_repeat_come_out_of_order_or_not_at_all(trapped: House) -> None:
    """https://github.com/nozzlegear/ShopifySharp/issues/919 and https://github.com/gnikyt/laravel-shopify/issues/591

    Five messages for one return: a handler that books on each would credit five times 24.00; one return of which no
    message comes at all would be credited never.
    """
    house = trapped
    told, untold = house.authorised(sold(house), ("MUG", 2)), house.authorised(sold(house), ("MUG", 2))
    before = Since(house)
    house.receive(told)
    house.receive(untold)
    for _ in range(5):
        house.drain(told)
    naive = 5 * 2400
    assert before.changes().credits == (2400,)
    assert sum(before.changes().credits) != naive
    house.sweep()
    house.drain()
    assert before.changes().credits == (2400, 2400)
    assert before.changes().refunds == (2400, 2400)
    assert_done(house, untold)


def test_two_returns_that_look_alike_and_would_match_one_posting(trapped: House) -> None:
    """https://github.com/beancount/beangulp/issues/179

    Same customer, same day, same amount, same goods. Matched by what they look like, the second would be "processed"
    by the first one's credit note. Matched by key, there are two of everything and nothing stays open.
    """
    house = trapped
    name = sold(house)
    rmas = [house.authorised(name, ("MUG", 1)) for _ in range(2)]
    before = Since(house)
    for rma in rmas:
        house.receive(rma)
    house.drain(*rmas)
    made = before.changes()
    naive = {(amount, "2011-01-20") for amount in made.credits}
    assert len(naive) == 1, "they cannot be told apart by amount and day"
    assert made.credits == made.payments == made.refunds == (1200, 1200)
    assert made.outstanding == 0
    notes = {refund["note"] for refund in shop_refunds(house, name)}
    assert len(notes) == 2
    for rma in rmas:
        assert_done(house, rma)


def test_a_look_that_finds_nothing_is_not_a_deletion(trapped: House) -> None:
    """https://github.com/frappe/ecommerce_integrations/pull/436

    A 404 in the middle (a gateway's, a portal being moved) is taken as "deleted": the return is dropped and never
    looked at again, though its goods are here. Here it is a case, nothing is taken back, and the return is booked
    once it can be read again.
    """
    house = trapped
    rma = house.authorised(sold(house), ("MUG", 2))
    house.drain(rma)
    house.receive(rma)
    before = Since(house)
    books = house.control.estate.systems[1].portal.books  # type: ignore[attr-defined]  # the stand-in's own books
    gone = books.rmas.pop(int(rma.number))
    deeds = house.control.deeds()
    house.drain(rma)
    naive = "done"  # deleted: dropped, and its pending return taken back
    assert house.document(rma).state != naive
    assert (codes(house, rma), house.control.deeds()) == (["UNKNOWN_RECORD"], deeds)
    assert before.changes().credits == ()
    books.rmas[int(rma.number)] = gone
    house.drain(rma)
    assert before.changes().credits == (2400,)
    assert_done(house, rma)
