"""Finance: one tax code was closed in Sage and forty returns wait; one row is mapped, and all are released at once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.journeys.trade import CLOSED_CODE, NEW_CODE, OLD_ORDERS

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.journeys.conftest import PageAs, Site


def credit_notes(site: Site) -> Counter[str]:
    """How many credit notes stand in Sage's own ledger for each of the old orders' returns."""
    ledger = site.house.control.get("/sage200/ledgers/sales")
    found = (str(row["second_reference"]) for row in ledger if "Credit" in row["type"])
    return Counter(name for name in found if name.startswith("OLD"))


def test_a_closed_tax_code_is_mapped_by_one_person_approved_by_another_and_forty_returns_are_released_in_bulk(
    page_as: PageAs, site: Site
) -> None:
    assert credit_notes(site) == Counter()

    maria = page_as(Role.FINANCE).go("/exceptions").follow("By cause")
    maria.follow("The invoice's tax code is missing in Sage").sees(f"{OLD_ORDERS} open exceptions")
    maria.follow("The invoice's tax code is missing in Sage", within="tbody").sees("Suggested fix")
    maria.sees(f"tax code {CLOSED_CODE}").sees(f"{OLD_ORDERS - 1} other")
    maria.looks_well("finance_1_case")
    maria.follow("Fill in the row").sees("Tax codes by VAT rate", within="nav.crumbs")
    maria.fill("Tax code", str(NEW_CODE)).fill("Why", f"Sage closed {CLOSED_CODE}; {NEW_CODE} is the same rate.")
    maria.press("See what it would change").sees("What it would do")
    maria.looks_well("finance_2_check")
    maria.press("Propose it").sees("Waiting")
    assert maria.find("button:has-text('Approve')").count() == 0
    proposal = maria.page.url.removeprefix(maria.origin)
    site.house.drain(*site.trade.old[:1])
    assert credit_notes(site) == Counter(), "a proposal that nobody approved was obeyed"

    john = page_as(Role.FINANCE_APPROVER).go("/mappings/proposals").sees("17.5", within="tbody")
    john.find("tbody tr:has-text('17.5') a").first.click()
    john.at(proposal).sees("finance").press("Approve").sees("is approved")
    john.looks_well("finance_3_approved")

    maria.go("/exceptions").follow("By cause").follow("The invoice's tax code is missing in Sage")
    maria.find(".pick-all").check()
    maria.sees(f"{OLD_ORDERS} chosen").fill("Then", "retry").press("Go on")
    maria.sees(f"{OLD_ORDERS} exceptions").looks_well("finance_4_confirm")
    maria.press(f"Try {OLD_ORDERS} exceptions again").sees(f"{OLD_ORDERS} of {OLD_ORDERS} exceptions done")
    maria.looks_well("finance_5_done")
    site.house.drain(seconds=60)

    assert credit_notes(site) == Counter(f"OLD{n} {rma.number}" for n, rma in enumerate(site.trade.old))
    assert {site.house.document(rma).state for rma in site.trade.old} == {"done"}
    site.house.control.prove()
    maria.go("/exceptions").follow("By cause").sees("At stake")
    assert "The invoice's tax code" not in maria.text("#list")
