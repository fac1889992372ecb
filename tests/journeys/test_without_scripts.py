"""The console in a browser that runs no scripts: everything is links and forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.journeys.conftest import PageAs, Site


def test_an_exception_is_found_looked_into_and_put_on_a_desk_without_scripts(page_as: PageAs, site: Site) -> None:
    rma = site.trade.without_reason[0]
    visitor = page_as(Role.OPERATIONS, scripts=False).go("/")
    visitor.follow("Exceptions", within="nav.side").at("/exceptions")
    visitor.fill("Any number", rma.number).press("Show").sees("1 open exception")
    visitor.find(f"tbody tr:has-text('return {rma.number}') a").first.click()
    visitor.sees("Suggested fix")

    address = visitor.page.url.removeprefix(visitor.origin)
    visitor.follow("What would happen").at(f"{address}/preview")
    visitor.page.go_back()
    visitor.fill("On the desk of", "operations").press("Assign")
    visitor.sees("Operations", within=".flash")
    visitor.fill("Write a comment", "Looked at it without scripts.").press("Comment", exact=True)
    visitor.sees("Looked at it without scripts.")
    assert visitor.page.evaluate("typeof htmx") == "undefined"
