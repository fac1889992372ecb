"""Today, debt and lag: each role sees what it may, figures lead to what makes them, nothing counted is no nought."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.console.browser import Browser
from tests.console.conftest import NOW

from tieout.console.parts import Console
from tieout.domain.people import PERMISSIONS, Permission, Role
from tieout.processes.figures_kept import keep_figures
from tieout.store import cases, comments, documents, lags, legs, mapping_proposals
from tieout.store.cases import Trouble
from tieout.store.documents import Document
from tieout.store.lags import UnitLag

Visitor = Callable[..., Browser]


def opened(console: Console, key: str, *, company: str = "ACME") -> Document:
    with console.store.scope(company) as c:
        return documents.touch(
            c, company=company, kind="return", key=key, lane_key=key, lanes=1, due_at=NOW, at=NOW - timedelta(days=5)
        )


@pytest.fixture
def busy(console: Console) -> Console:
    """Two cases, a debt of £12.34 in Sage, a day of lags, and everything counted."""
    for number, (owner, hours) in enumerate((("finance", -3), ("operations", 2))):
        document = opened(console, f"RMA-{number}", company=("ACME", "BETA")[number])
        trouble = Trouble(
            code="PERIOD_CLOSED", owner=owner, fault_class="policy", faults=[], stake_minor=5000 + number,
            currency="GBP", cause="x", due_at=NOW + timedelta(hours=hours),
        )  # fmt: skip
        leg = legs.ExpectedLeg(
            system="sage", kind="credit note", ref="1", owner="finance", currency="GBP",
            minor=(1234, 0)[number], quantity=None, due_by=NOW - timedelta(days=1),
        )  # fmt: skip
        with console.store.scope(document.company) as c:
            cases.open_or_update(c, document, trouble, at=NOW - timedelta(days=number * 4))
            legs.declare(c, document, [leg], at=NOW - timedelta(days=4))
    keep_figures(console.store, console.companies, now=NOW)
    unit = UnitLag(
        company="ACME", document_kind="return", document_key="RMA-0", unit="1", metric="receipt_to_credit", sku="MUG",
        began_at=NOW - timedelta(hours=40), ended_at=NOW, ended_on=NOW.date(), seconds=40 * 3600, target_hours=24,
    )  # fmt: skip
    with console.store.scope(None) as c:
        lags.keep_units(c, opened(console, "RMA-0"), [unit])
        lags.count_days(c, [NOW.date()], now=NOW)
    return console


@pytest.mark.parametrize("role", Role)
@pytest.mark.usefixtures("busy")
def test_every_role_has_a_first_page_with_what_it_may_see_and_nothing_else(visitor: Visitor, role: Role) -> None:
    page = visitor(role).get("/")
    assert page.status == 200
    assert page.title == "Today"
    heads = page.texts("main h2")
    allowed = PERMISSIONS[role]
    assert ("Figures" in heads) == (Permission.MONEY_SEE in allowed)
    assert ("Accounts" in heads) == (Permission.ACCOUNTS_SEE in allowed)
    assert ("Open exceptions by owner and age" in heads) == (Permission.DESK_SEE in allowed)
    assert ("Find a parcel, return or refund" in heads) == (
        Permission.CUSTOMER_SEE in allowed and Permission.DOCUMENTS_SEE not in allowed
    )
    assert ("£12.34" in page.body) == (Permission.MONEY_SEE in allowed)
    assert len(heads) > 0


@pytest.mark.usefixtures("busy")
def test_figures_lead_to_what_makes_them(visitor: Visitor) -> None:
    browser = visitor(Role.FINANCE, name="fay")
    page = browser.get("/")
    assert "£12.34" in page.texts(".figure .value")
    links = page.links(".figure .value a, .needs a")
    assert {"/debt", "/debt?system=sage&condition=overdue", "/exceptions?sleep=any"} <= set(links)
    for address in links:
        assert browser.get(address).status == 200, address
    legs_shown = browser.get("/debt?system=sage&condition=overdue").rows("main table tbody tr")
    assert any(row[0] == "Return RMA-0" for row in legs_shown)
    needs = page.texts(".needs li")
    assert "1 of finance over time £50.00 at stake" in needs
    assert "0 of finance due later today" in needs


def test_what_needs_me_counts_my_desk_my_mentions_and_what_i_may_approve(busy: Console, visitor: Visitor) -> None:
    browser = visitor(Role.FINANCE_APPROVER, name="ann")
    with busy.store.scope("ACME") as c:
        (case,) = cases.cases_of(c, "ACME", "return", "RMA-0")
        cases.assign(c, case.id, to="ann")
        for who, said in (("ben", "@ann please look"), ("ann", "@ann note to self")):
            comments.say(
                c, company="ACME", kind="return", key="RMA-0", case_id=case.id, who=who, said=said, mentions=["ann"],
                at=NOW,
            )  # fmt: skip
        for owner, by in (("finance", "ben"), ("finance", "ann"), ("operations", "ben")):
            mapping_proposals.add(
                c, company="ACME", table_name="tender", owner=owner, kind="edit", changes=[], why="new", case_id=None,
                proposed_by=by, at=NOW,
            )  # fmt: skip
    page = browser.get("/")
    assert "1 on my desk £50.00 at stake" in page.texts(".needs li")
    assert "1 mapping change to approve" in page.texts(".needs li")
    named = [text for text in page.texts("main .card li") if "please look" in text]
    assert len(named) == 1
    assert "note to self" not in page.text("main")
    assert "Yes" in page.rows()[0]


@pytest.mark.usefixtures("busy")
def test_charts_have_words_and_their_figures_as_a_table_and_no_styles_of_their_own(visitor: Visitor) -> None:
    page = visitor(Role.AUDITOR).get("/")
    pictures = page.tree.cssselect("svg.chart")
    assert len(pictures) == 2
    for picture in pictures:
        names = picture.get("aria-labelledby").split()
        assert [len(page.tree.cssselect(f"#{name}")) for name in names] == [1, 1]
    assert "style=" not in page.body
    assert ["20 Nov 2026", "£12.34", "2", "2"] in page.rows("details tbody tr")
    assert ["20 Nov 2026", "1", "40 h", "40 h", "1"] in page.rows("details tbody tr")
    assert "No unit has come to its end in these days." in page.text("main")


def test_what_nobody_has_counted_is_not_nought(console: Console, visitor: Visitor) -> None:
    browser = visitor(Role.FINANCE)
    for address in ("/", "/debt"):
        page = browser.get(address)
        assert "Nobody has counted the debt yet" in page.text("main")
        assert "£0.00" not in page.text("main")
    assert browser.get("/lag").status == 200
    keep_figures(console.store, console.companies, now=NOW)
    assert "£0.00" in browser.get("/").texts(".figure .value")
    assert "No debt here" in browser.get("/debt").text("main")


@pytest.mark.usefixtures("busy")
def test_somebody_of_one_company_sees_its_figures_alone(visitor: Visitor) -> None:
    page = visitor(Role.FINANCE, name="bea", companies=("BETA",)).get("/")
    assert "£12.34" not in page.body
    assert "£0.00" in page.texts(".figure .value")
    assert [row[0] for row in page.rows("main table tbody tr") if row[0] in ("Finance", "Operations")] == ["Operations"]


@pytest.mark.usefixtures("busy")
def test_the_slowest_units_of_a_day_are_named(visitor: Visitor) -> None:
    browser = visitor(Role.FINANCE)
    page = browser.get("/lag?metric=receipt_to_credit&day=2026-11-20")
    (row,) = [row for row in page.rows() if "MUG" in row]
    assert row[0] == "Return RMA-0"
    assert row[5] == "40 h Beyond target"
    assert "No unit came to its end on that day" in browser.get("/lag?metric=nonsense&day=31").text("main")
    assert browser.get("/lag?day=0001-01-01").status == 200


@pytest.mark.usefixtures("busy")
def test_filters_of_the_debt_that_are_nonsense_find_nothing(visitor: Visitor) -> None:
    page = visitor(Role.FINANCE).get("/debt?system=%00%27&owner=x&kind=&condition=no")
    assert page.status == 200
    assert "No leg is in debt" in page.text("main")
