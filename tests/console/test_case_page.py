"""The page of an exception: what it says, to whom it offers what, and that every form of it works without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.console.browser import Browser
from tests.console.conftest import NOW, add_person
from tests.processes.estate import Control, build_estate
from tests.processes.house import Choices, House, Rma

from tieout.console.app import build
from tieout.console.parts import Console
from tieout.domain.people import Role
from tieout.ports.directory import Company
from tieout.sandbox.serve import ServedEstate
from tieout.store import Store, audit, cases, documents
from tieout.store.cases import Case, Trouble

BASE = "http://127.0.0.1"
FAULT = {"code": "FEE_NOT_COVERED", "at": "RMA 7", "saw": "GBP 1.00", "wanted": "a row", "row": ""}


def stuck(store: Store, key: str = "R-7", *, stake: int = 2_400, company: str = "ACME", **more: str) -> Case:
    """An exception of finance that may be overridden."""
    with store.scope(company) as c:
        document = documents.touch(
            c, company=company, kind="return", key=key, lane_key=key, lanes=1, due_at=NOW, at=NOW
        )
        documents.settle(c, document, state="blocked", due_at=None, at=NOW, troubled_since=None)
        trouble = Trouble(
            code=more.get("code", "FEE_NOT_COVERED"),
            owner=more.get("owner", "finance"),
            fault_class="data",
            faults=[{**FAULT, **more}],
            stake_minor=stake,
            currency="GBP",
            cause="FEE_NOT_COVERED restocking",
            due_at=NOW + timedelta(hours=3),
        )
        return cases.open_or_update(c, document, trouble, at=NOW - timedelta(days=1))


def kept(store: Store, case: Case) -> Case:
    with store.scope(None) as c:
        found = cases.case(c, case.id)
    assert found is not None
    return found


@pytest.fixture
def house(address: str, tmp_path: Path) -> Iterator[House]:
    """A whole small installation against served stand-ins."""
    estate = build_estate()
    with ServedEstate(estate) as served:
        control = Control(served.url, estate)
        control.fill()
        opened = House(control, tmp_path, address, Choices())
        opened.set_rules()
        yield opened
        opened.close()
        control.close()


@pytest.fixture
def at_house(house: House) -> Iterator[Callable[..., Browser]]:
    """Somebody signed in at the house's own console."""
    made: list[Browser] = []

    def arrive(name: str, *roles: Role) -> Browser:
        add_person(house.application.store, name, *roles, at=house.application.clock())
        browser = Browser(house.application.console(), base=BASE)
        made.append(browser)
        browser.sign_in(name)
        return browser

    yield arrive
    for browser in made:
        browser.close()


def fee_charged(house: House) -> tuple[Rma, Case]:
    rma = house.authorised("W1001", ("MUG", 2), restocking_fee="1.00")
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    return rma, case


def test_the_page_says_what_happened_what_settles_it_and_how_long_there_is(
    store: Store, visitor: Callable[..., Browser]
) -> None:
    case = stuck(store)
    stuck(store, "R-8", stake=1_000)
    page = visitor(Role.FINANCE).get(f"/exceptions/{case.id}")
    assert page.title == "The portal takes a fee from this return"
    assert page.text(".status-line") == "Open Medium · £24.00 at stake · for finance · 3 h left"
    assert page.rows("main .scroll tbody tr")[0] == [page.title, "RMA 7", "£1.00", "a row"]
    assert "1 other exception has the same cause (£10.00)." in page.text("section.suggested")
    assert page.text("section[aria-labelledby='runbook'] h2") == "Runbook"
    assert page.texts("main h1") == [page.title]


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (Role.FINANCE, {"retry", "assign", "snooze", "comment", "override", "booked", "resolve"}),
        (Role.OPERATIONS, {"retry", "assign", "snooze", "comment"}),
        (Role.SUPPORT, {"retry", "assign", "snooze", "comment"}),
        (Role.AUDITOR, set()),
    ],
)
def test_each_role_is_offered_only_what_it_may_do(
    store: Store, visitor: Callable[..., Browser], role: Role, offered: set[str]
) -> None:
    case = stuck(store)
    page = visitor(role).get(f"/exceptions/{case.id}")
    forms = {str(form.get("action")).rsplit("/", 1)[-1] for form in page.tree.cssselect("main form")}
    assert forms == offered


def test_somebody_of_customer_service_sees_no_ledger_figures(store: Store, visitor: Callable[..., Browser]) -> None:
    page = visitor(Role.CUSTOMER_SERVICE).get(f"/exceptions/{stuck(store).id}")
    assert "Figures side by side" not in page.texts("h2")
    assert page.links("section[aria-labelledby='facts'] a") == ["/customer/ACME/return/R-7"]


def test_an_exception_of_another_company_is_not_there(store: Store, visitor: Callable[..., Browser]) -> None:
    case = stuck(store, company="BETA")
    browser = visitor(Role.FINANCE, companies=("ACME",))
    assert browser.get(f"/exceptions/{case.id}").status == 404
    assert browser.post(f"/exceptions/{case.id}/resolve", {"resolve_where": "sage"}).status == 404
    assert kept(store, case).state == "open"


def test_a_mapping_row_that_mends_it_is_one_link_away(store: Store, visitor: Callable[..., Browser]) -> None:
    case = stuck(store, code="REASON_UNMAPPED", owner="operations", row="reason/Bored with it")
    page = visitor(Role.OPERATIONS).get(f"/exceptions/{case.id}")
    expected = f"/mappings/reason/propose?key=Bored+with+it&company=ACME&case={case.id}"
    assert page.links("section.suggested a.primary") == [expected]
    assert page.text("section.suggested a.primary") == "Fill in the row"


def test_assign_snooze_and_comment_are_forms_that_need_no_script(store: Store, visitor: Callable[..., Browser]) -> None:
    case, browser = stuck(store), visitor(Role.FINANCE)
    add_person(store, "bea", Role.FINANCE_APPROVER)
    place = f"/exceptions/{case.id}"
    page = browser.submit(browser.get(place), f"form[action='{place}/assign']", assign_to="bea")
    assert page.text(".flash") == f"Exception {case.id} is on the desk of Bea."
    page = browser.submit(page, f"form[action='{place}/comment']", said="@bea please look <b>")
    assert page.texts(".said p")[1] == "@bea please look <b>"
    page = browser.submit(page, f"form[action='{place}/snooze']", snooze_until="2026-11-24", snooze_why="the carrier")
    assert "Asleep until 24 Nov 2026, 09:00" in page.text(".status-line")
    page = browser.submit(page, f"form[action='{place}/snooze']")
    assert page.text(".flash") == f"Exception {case.id} is awake."


def test_what_is_not_possible_is_told_beside_the_form_with_what_was_typed(
    store: Store, visitor: Callable[..., Browser]
) -> None:
    case, browser = stuck(store), visitor(Role.FINANCE)
    place = f"/exceptions/{case.id}"
    page = browser.submit(browser.get(place), f"form[action='{place}/comment']", said="@zoe look")
    assert page.status == 422
    assert page.text("title").startswith("Error:")
    assert page.text(".problems li").startswith("Nobody called @zoe")
    assert page.form(f"form[action='{place}/comment']").fields["said"].strip() == "@zoe look"


def test_what_changed_meanwhile_is_shown_before_anything_is_decided(
    store: Store, visitor: Callable[..., Browser]
) -> None:
    case, browser = stuck(store), visitor(Role.FINANCE)
    place = f"/exceptions/{case.id}"
    old = browser.get(place)
    with store.scope("ACME") as c:
        cases.assign(c, case.id, to="bea")
    close = f"form[action='{place}/resolve']"
    page = browser.submit(old, close, resolve_where="sage", resolve_why="credited")
    assert (page.status, kept(store, case).state) == (422, "open")
    assert "changed by somebody else" in page.text(".problems")
    page = browser.submit(page, close, resolve_where="sage", resolve_why="credited")
    assert page.text(".flash") == f"Exception {case.id} is closed."
    assert (kept(store, case).settled_where, kept(store, case).closed_by) == ("sage", "finance")
    assert page.tree.cssselect("main form[action$='resolve']") == []


def test_many_are_confirmed_with_their_pounds_and_done_one_by_one(
    store: Store, visitor: Callable[..., Browser]
) -> None:
    first, second = stuck(store, "R-1"), stuck(store, "R-2", stake=1_000)
    add_person(store, "bea", Role.FINANCE_APPROVER)
    browser = visitor(Role.FINANCE)
    asked = {"act": "assign", "ids": [str(first.id), str(second.id), "999999", "x"]}
    page = browser.post("/exceptions/bulk", asked)
    assert page.text("main strong") == "2 exceptions of ACME, £34.00 at stake"
    assert page.texts("main li")[-1] == "1 exception: It is in no company that you see."
    page = browser.submit(page, "form#go", to="bea")
    assert page.text("[data-say]") == "2 of 2 exceptions done"
    assert [kept(store, case).assignee for case in (first, second)] == ["bea", "bea"]
    with store.scope(None) as c:
        assert [entry.after for entry in audit.entries(c, subject=f"case {first.id} return R-1")] == [
            {"assignee": "bea"}
        ]
    assert browser.get("/exceptions/bulk").rows()[0][0] == "Put 2 exceptions on a desk"
    other = visitor(Role.OPERATIONS)
    assert other.get(page.address.removeprefix("http://testserver")).status == 404


def test_all_that_the_filters_show_are_acted_on_and_a_count_that_moved_is_told(
    store: Store, visitor: Callable[..., Browser]
) -> None:
    mine = [stuck(store, f"R-{number}") for number in range(3)]
    stuck(store, "R-9", owner="operations", code="BIN_UNMAPPED")
    browser = visitor(Role.FINANCE)
    asked = {"act": "snooze", "all": "1", "query": "state=open&owner=finance", "count": "2"}
    page = browser.post("/exceptions/bulk", asked)
    assert page.text(".flash") == "The list showed 2 exceptions; it is 3 now, because others work on them, too."
    page = browser.submit(page, "form#go", until="2026-11-24", why="")
    assert (page.status, page.text(".problems li")) == (422, "Say why: it is kept with the record.")
    page = browser.submit(page, "form#go", until="2026-11-24", why="month end")
    assert page.text("[data-say]") == "3 of 3 exceptions done"
    assert {kept(store, case).snoozed_why for case in mine} == {"month end"}


def test_overriding_many_asks_for_their_number_and_names_what_cannot_be(
    store: Store, visitor: Callable[..., Browser]
) -> None:
    case, other = stuck(store, "R-1"), stuck(store, "R-2", code="VAT_CODE_MISSING")
    browser = visitor(Role.FINANCE)
    page = browser.post("/exceptions/bulk", {"act": "accept", "ids": [str(case.id), str(other.id)]})
    assert "that cannot be overridden" in page.text("main")
    page = browser.submit(page, "form#go", why="agreed", typed="2")
    assert page.text(".problems li") == "Type 1 to say that all of them may go on."


def test_nothing_chosen_is_told_in_a_sentence(visitor: Callable[..., Browser]) -> None:
    page = visitor(Role.FINANCE).post("/exceptions/bulk", {"act": "retry"})
    assert (page.status, page.title) == (409, "That was not done")
    assert "No exception is chosen" in page.text("main")


def test_a_second_person_is_asked_and_sees_why(house: House, at_house: Callable[..., Browser]) -> None:
    house.rule("policy", "override_alone_up_to", value="10")
    _, case = fee_charged(house)
    place = f"/exceptions/{case.id}"
    ann, bea = at_house("ann", Role.FINANCE), at_house("bea", Role.FINANCE_APPROVER)
    page = ann.get(place)
    assert "so a second person must agree first" in page.text(f"form[action='{place}/override']")
    page = ann.submit(page, f"form[action='{place}/override']", override_why="agreed on the telephone")
    assert "Waits for a second person" in page.text(".status-line")
    assert page.tree.cssselect(f"form[action='{place}/second']") == []
    page = bea.get(place)
    assert "“agreed on the telephone”" in page.text("section[aria-labelledby='waits']")
    page = bea.submit(page, f"form[action='{place}/second']", button="Agree", second_why="read the mail")
    assert page.text(".flash") == f"Exception {case.id} is overridden."
    house.drain()
    assert house.control.books().credits == (("2011-01-20", 2000, 400),)
    assert bea.get(place).text(".status-line").startswith("Closed")


def test_the_preview_shows_the_steps_and_writes_nothing(house: House, at_house: Callable[..., Browser]) -> None:
    house.control.put("/sage200/company", {"tax_codes": {"1": {"removed": True}}})
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    browser = at_house("ann", Role.FINANCE)
    place = f"/exceptions/{case.id}/preview"
    assert "Nothing would change" in browser.get(place).text("section")
    house.control.put("/sage200/company", {"tax_codes": {"1": {"removed": False}}})
    whole, part = browser.get(place), browser.part(place)
    assert "<html" not in part.body
    assert part.texts("tbody th")[0].startswith("1. Raise the sales return")
    credit = next(row for row in whole.rows() if "credit note" in row[0])
    assert credit[1:3] == ["Sage 200", "£24.00"]
    assert house.control.deeds() == {}
    page = browser.submit(whole, f"form[action='/exceptions/{case.id}/retry']")
    assert page.text(".flash") == f"Return {rma.number} will be tried again."
    house.drain()
    assert house.control.books().credits == (("2011-01-20", 2000, 400),)


def test_a_booking_by_hand_is_read_back_by_the_form(house: House, at_house: Callable[..., Browser]) -> None:
    rma, case = fee_charged(house)
    browser, place = at_house("ann", Role.FINANCE), f"/exceptions/{case.id}"
    form = f"form[action='{place}/booked']"
    page = browser.get(place)
    assert len(page.tree.cssselect("input[name='units'][checked]")) == 2
    page = browser.submit(page, form, reference="HAND-1", booked_why="while Sage was shut to us")
    assert page.text(".problems li").startswith("Sage shows no posting of the reference HAND-1")
    keyed = {"customer": "12345", "reference": "HAND-1", "net": "20", "tax": "4"}
    house.control.post("/sage200/desktop/post-credit-note", keyed)
    page = browser.submit(page, form, reference="HAND-1", booked_why="while Sage was shut to us")
    assert page.text(".flash").startswith("Read back in Sage: HAND-1, £24.00.")
    house.drain()
    assert house.document(rma).state == "done"


def test_a_stray_refund_is_adopted_from_its_page(house: House, at_house: Callable[..., Browser]) -> None:
    house.rule("policy", "adopt_alone_up_to", value="50")
    house.rule("value_policy", "goodwill", account="4010", tax_code="1", approve_over="100")
    house.control.post("/shopify/refunds", {"order": "W1001", "amount": "6.00"})
    house.sweep()
    house.drain()
    (case,) = house.open_cases()
    browser, place = at_house("ann", Role.FINANCE), f"/exceptions/{case.id}"
    form = f"form[action='{place}/adopt']"
    page = browser.get(place)
    page = browser.submit(page, form, adopt_as="goods", adopt_reason="Too small", adopt_why="late delivery")
    assert "names no goods in the storefront" in page.text(".problems")
    page = browser.submit(page, form, adopt_as="goodwill")
    assert "goes on as return" in page.text(".flash")
    house.drain()
    assert house.open_cases() == []
    assert [net + tax for _, net, tax in house.control.books().credits] == [600]


def test_a_retry_that_nobody_can_start_is_told(console: Console, store: Store) -> None:
    case = stuck(store)
    nobody: dict[str, Company] = {}
    bare = Browser(build(replace(console, desk=replace(console.desk, companies=nobody))), base="http://testserver")
    add_person(store, "ann", Role.FINANCE)
    bare.sign_in("ann")
    page = bare.submit(bare.get(f"/exceptions/{case.id}"), f"form[action='/exceptions/{case.id}/retry']")
    bare.close()
    assert (page.status, "settings name no company ACME" in page.text(".problems")) == (422, True)


def test_a_closed_exception_offers_only_to_comment(store: Store, visitor: Callable[..., Browser]) -> None:
    case = stuck(store)
    with store.scope("ACME") as c:
        cases.close(c, case.id, by="ann", how="mapped", at=NOW, where="mapping")
    page = visitor(Role.FINANCE).get(f"/exceptions/{case.id}")
    assert [form.get("action") for form in page.tree.cssselect("main form")] == [f"/exceptions/{case.id}/comment"]
    assert page.text(".status-line").startswith("Closed")
