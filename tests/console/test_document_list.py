"""The list of documents: what the filters show, where a number leads, and what the files hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from tests.console.browser import Browser
from tests.console.conftest import NOW
from tests.console.test_documents import add_document

from tieout.console.parts import Console
from tieout.domain.people import Role
from tieout.domain.pseudonyms import EMAIL_NAME, email_name
from tieout.store import Store, audit, cross_references, documents
from tieout.store.cross_references import CrossReference


def name_it(store: Store, key: str, kind: str, value: str) -> None:
    """Another system's name for a return of ACME."""
    with store.scope("ACME") as c:
        cross_references.note(
            c,
            CrossReference(
                company="ACME", document_kind="return", document_key=key, system="storefront", kind=kind, value=value
            ),
        )


def settle(store: Store, key: str) -> None:
    with store.scope("ACME") as c:
        document = documents.document(c, "ACME", "return", key)
        assert document is not None
        assert documents.settle(c, document, state="done", due_at=None, at=NOW, troubled_since=None)


def numbers(browser: Browser, address: str) -> list[str]:
    return [cells[0].removeprefix("Return ") for cells in browser.get(address).rows("#list tbody tr")]


@pytest.mark.parametrize("typed", ["R-77", "r-77", "#W5005", "W5005", "1Z999", " Zelda@Example.com "])
def test_any_number_that_names_one_document_leads_straight_to_it(
    console: Console, visitor: Callable[..., Browser], typed: str
) -> None:
    """X-25: RMA, order, tracking; also the customer's e-mail address, which no system of ours keeps as a name."""
    for key in ("R-77", "R-78", "R-779"):
        add_document(console.store, key)
    for kind, value in (("order name", "#W5005"), ("tracking", "1Z999"), (EMAIL_NAME, email_name("zelda@example.COM"))):
        name_it(console.store, "R-77", kind, value)
    browser = visitor(Role.FINANCE)
    page = browser.submit(browser.get("/documents"), "header form.search", q=typed)
    assert (page.title, page.address.rpartition("/")[2]) == ("Return R-77", "R-77")


def test_a_number_that_names_several_lists_them_and_one_that_names_none_says_so(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    for key in ("R-1", "R-2", "S-1"):
        add_document(console.store, key)
        name_it(console.store, key, "order name", "W5005" if key != "S-1" else "W9")
    browser = visitor(Role.FINANCE)
    assert sorted(numbers(browser, "/documents?q=W5005")) == ["R-1", "R-2"]
    settle(console.store, "R-1")
    assert numbers(browser, "/documents?q=W5005&state=done") == ["R-1"]
    assert numbers(browser, "/documents?q=R-&from=2026-11-21") == []
    assert sorted(numbers(browser, "/documents?q=R-&to=2026-11-20&kind=return")) == ["R-1", "R-2"]
    nothing = browser.get("/documents?q=%3Cb%3Enone%00")
    assert "Nothing is known by <b>none" in nothing.text(".empty")


def test_filters_stand_in_the_address_and_pages_go_on_where_the_last_ended(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    for number in range(60):
        add_document(console.store, f"{number:03}")
    settle(console.store, "007")
    browser = visitor(Role.FINANCE)
    first = browser.get("/documents?sort=opened")
    assert first.text(".count-line strong") == "60 documents"
    second = browser.get("/documents" + first.links("a[rel=next]")[0])
    shown = [cells[0] for page in (first, second) for cells in page.rows("#list tbody tr")]
    assert (len(shown), len(set(shown))) == (60, 60)
    assert numbers(browser, "/documents?state=done") == ["007"]
    assert numbers(browser, "/documents?kind=refund") == []
    assert numbers(browser, "/documents?from=2026-11-21") == []
    assert len(numbers(browser, "/documents?from=2026-11-20&to=2026-11-20&state=nonsense")) == 50
    assert browser.get("/documents?q=&state=done").address.endswith("/documents?state=done")


@pytest.mark.parametrize("query", ["after=nonsense", "before=%00", "after=" + "A" * 5000])
def test_a_page_that_nobody_gave_out_is_refused_in_words(
    console: Console, visitor: Callable[..., Browser], query: str
) -> None:
    add_document(console.store)
    page = visitor(Role.FINANCE).get(f"/documents?{query}")
    assert page.status == 400
    assert "begin at its first page" in page.text("main")


def test_files_hold_what_the_filters_show_and_who_asked_is_on_the_record(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    for key in ("=1+1", "R-2", "R-3"):
        add_document(console.store, key)
    settle(console.store, "R-3")
    add_document(console.store, "R-4", company="BETA")
    browser = visitor(Role.FINANCE, companies=("ACME",))
    lines = browser.get("/documents.csv?state=new&sort=opened").body.splitlines()
    assert [line.split(",")[2] for line in lines[1:]] == ["'=1+1", "R-2"]
    book = openpyxl.load_workbook(BytesIO(browser.get("/documents.xlsx?state=done").answer.content))
    assert [[cell.value for cell in row][2:6] for row in book["Documents"].iter_rows(min_row=2)] == [
        ["R-3", "Return R-3", "Done", 24]
    ]
    assert ("Filter state", "done") in list(book["Parameters"].values)
    with console.store.scope("ACME") as c:
        assert [one.action for one in audit.entries(c, subject="documents")] == ["list.exported"] * 2


def test_customer_service_has_its_own_search_and_not_this_list(visitor: Callable[..., Browser]) -> None:
    browser = visitor(Role.CUSTOMER_SERVICE)
    assert [browser.get(address).status for address in ("/documents", "/documents.csv")] == [403, 403]
    assert "/customer" in [form.get("action") for form in browser.get("/").tree.cssselect("form.search")]


def test_htmx_gets_the_rows_alone(console: Console, visitor: Callable[..., Browser]) -> None:
    add_document(console.store)
    part = visitor(Role.FINANCE).part("/documents?q=4711")
    assert "<html" not in part.body
    assert part.texts("tbody td a") == ["Return 4711"]


def test_an_address_is_kept_by_its_digest_however_it_is_spelt() -> None:
    assert email_name(" Zelda@Example.COM") == email_name("zelda@example.com")
    assert "zelda" not in email_name("zelda@example.com")
    assert email_name("W1001") == email_name("") == ""


def test_the_newest_documents_come_first(console: Console, visitor: Callable[..., Browser]) -> None:
    for number, days in enumerate((3, 1, 2)):
        with console.store.scope("ACME") as c:
            at = NOW - timedelta(days=days)
            documents.touch(c, company="ACME", kind="return", key=str(number), lane_key="x", lanes=1, due_at=at, at=at)
    assert numbers(visitor(Role.FINANCE), "/documents") == ["1", "2", "0"]
