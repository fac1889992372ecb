"""Pages printed: what an auditor takes away holds every row and none of the screen's furniture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.paper import Paper

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.journeys.conftest import PageAs, Site
    from tests.journeys.visitor import Visitor


def printed(visitor: Visitor) -> Paper:
    """What comes out of the printer, on A4."""
    return Paper(visitor.page.pdf(format="A4"))


def test_a_list_prints_all_its_rows_with_the_heads_on_every_page_and_says_who_printed_it(
    page_as: PageAs, site: Site
) -> None:
    visitor = page_as(Role.AUDITOR).go("/documents?kind=return")
    paper = printed(visitor)
    rows = visitor.find("tbody tr").count()
    assert rows > len(site.trade.old)
    assert 2 <= len(paper.pages) <= 4
    for rma in site.trade.old:
        assert paper.holds(f"Return {rma.number}")
    for page in paper.pages[:2]:
        assert "Lastchange" in page
    assert paper.holds("Printed by Auditor on 22 Jan 2011")
    assert paper.holds("/documents?kind=return")
    for furniture in ("Help and glossary", "Sign out", "Skip to the content", "Go on"):
        assert not paper.holds(furniture)


def test_a_document_prints_on_a_page_with_its_figures(page_as: PageAs, site: Site) -> None:
    visitor = page_as(Role.AUDITOR).go(f"/documents/giftware/return/{site.trade.done[0].number}")
    paper = printed(visitor)
    assert len(paper.pages) <= 3
    for text in (f"Return {site.trade.done[0].number}", "Tie-out", "Credit note", "£24.00", "Timeline"):
        assert paper.holds(text), text
    assert not paper.holds("Sign out")
