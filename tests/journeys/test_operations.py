"""Operations: a bin that Sage does not know is mapped to one that it has, and the goods are booked there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.conftest import SECOND_OF_OPERATIONS

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.journeys.conftest import PageAs, Site


def test_a_bin_is_mapped_from_the_exception_that_lacks_it_and_the_return_is_booked_into_it(
    page_as: PageAs, site: Site
) -> None:
    rma = site.trade.without_bin
    assert rma is not None
    before = site.house.control.books()

    omar = page_as(Role.OPERATIONS).go("/exceptions")
    omar.follow("The bin does not exist in Sage", within="tbody").sees("Suggested fix").sees("Z9")
    omar.follow("Fill in the row")
    omar.fill("Bin", "A1").fill("Why", "Z9 was taken down; its goods lie in A1.").press("See what it would change")
    omar.sees("Z9", within="main table").sees("A1", within="main table").press("Propose it").sees("Waiting")
    omar.looks_well("operations_1_proposed")
    proposal = omar.page.url.removeprefix(omar.origin)

    olive = page_as(Role.OPERATIONS, name=SECOND_OF_OPERATIONS).go(proposal)
    olive.press("Approve").sees("is approved")
    site.house.drain()

    omar.go("/documents").fill("Search by any number", rma.number, within="header").page.keyboard.press("Enter")
    omar.at(f"/documents/giftware/return/{rma.number}").sees("Every system shows what was expected.")
    omar.looks_well("operations_2_done")
    moved = site.house.control.books().in_bin("MUG", "A1") - before.in_bin("MUG", "A1")
    assert moved == 1
    assert site.house.case(rma) is None
    site.house.control.prove()
