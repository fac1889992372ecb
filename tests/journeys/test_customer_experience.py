"""Customer experience: a customer asks, and somebody answers with one search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.trade import POSTAGE

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.journeys.conftest import PageAs, Site


def test_a_parcel_is_found_by_the_number_on_its_label_and_told_in_words_for_the_customer(
    page_as: PageAs, site: Site
) -> None:
    rma = site.trade.on_its_way
    assert rma is not None
    visitor = page_as(Role.CUSTOMER_SERVICE).go("/")
    visitor.fill("Find a parcel or return", POSTAGE["tracking_number"], within="header").page.keyboard.press("Enter")
    visitor.at(f"/customer/giftware/return/{rma.number}")
    visitor.sees("What to tell the customer").sees("Royal Mail").sees(POSTAGE["tracking_number"]).sees("W1004")
    visitor.looks_well("customer_experience_parcel")


def test_a_refund_that_was_paid_is_told_with_its_amount(page_as: PageAs, site: Site) -> None:
    visitor = page_as(Role.CUSTOMER_SERVICE).go("/customer")
    visitor.fill("RMA, order", site.trade.done[0].number).press("Find")
    visitor.at(f"/customer/giftware/return/{site.trade.done[0].number}")
    visitor.sees("£24.00")
    for word in ("ledger", "nominal", "credit note", "VAT", "leg"):
        assert f" {word} " not in visitor.text().lower()


def test_an_exception_of_theirs_is_settled_by_them_and_finance_has_no_button_for_it(
    page_as: PageAs, site: Site
) -> None:
    rma = site.trade.cancelled
    assert rma is not None
    case = site.house.case(rma)
    assert case is not None
    assert page_as(Role.FINANCE).go(f"/exceptions/{case.id}").find("#close-it").count() == 0
    visitor = page_as(Role.CUSTOMER_SERVICE).go(f"/exceptions/{case.id}")
    visitor.follow("Close", within=".page-head")
    visitor.fill("How it was settled", "The customer keeps the second one and was told so.")
    visitor.press("Close the exception").sees(f"Exception {case.id} is closed.", within=".flash")
    visitor.sees("The customer keeps the second one and was told so.").sees("Customer service", within=".facts")
    assert site.house.case(rma) is None
