"""What people see and do at the console: their own queues, one line for one cause, a page for every alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.visitors import (
    alarms_look,
    asked_for,
    at_console,
    document_of,
    exception_of,
    people_told,
    told_of,
)
from tests.console.programs import make_token
from tests.console.test_routes import filled, routes
from tests.processes.estate import Line
from tests.processes.house import COMPANY

from tieout.bootstrap.console import console_of
from tieout.domain.faults import ALL
from tieout.domain.people import Role
from tieout.store import documents

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk
    from tests.console.browser import Page
    from tests.processes.house import Rma

POSTAGE: Final = {"carrier": "Royal Mail", "tracking_number": "RM987654321GB"}
LINKS: Final = '[web.record_links]\n"returngo rma" = "https://portal.example/rmas/{id}"\n'
WISH: Final = {"rma": "9999", "order": "R2001", "sku": "MUG", "quantity": "1", "reason": "Too small", "why": "asked"}
CLOSE: Final = "#close-it form"
"""Closing an exception: only whoever settles it is offered that."""
CHANGED_HERE: Final = frozenset(
    {
        *("exceptions", "cases", "bulk-acts", "mappings"),
        *("alerts", "schedules", "webhooks", "tokens", "audit"),
        *("people", "me", "sign-in", "sign-out"),
    }
)
"""What people and programs may change at all: trouble, mappings, what tells them of it, and their own access."""


def one_of_each_owner(desk: Desk) -> dict[str, Rma]:
    """Three returns that stop: at operations' table, at finance's figure, at what customer service must settle."""
    stopped = {
        "operations": desk.authorised(desk.sold(), ("MUG", 1, "Lost its shine")),
        "finance": desk.authorised(desk.sold(), ("MUG", 1), paid_price="11.00", paid_tax="2.20", tax_included=False),
        "customer experience": desk.authorised(desk.sold(Line("MUG", 2, "10.00")), ("MUG", 2)),
    }
    cancelled = stopped["customer experience"]
    desk.arrived(stopped["operations"])
    desk.arrived(stopped["finance"])
    desk.arrived(cancelled, cancelled.units[0])
    desk.settle()
    desk.house.act(cancelled, "cancel")
    desk.settle()
    return stopped


def next_for(page: Page) -> list[tuple[str, str]]:
    """(document, owner) of what the first page has somebody take up next."""
    (table,) = [found for found in page.tree.cssselect("table") if "What is wrong" in found.text_content()]
    cells = [[cell.text_content() for cell in row.cssselect("th, td")] for row in table.cssselect("tbody tr")]
    return [(row[1], row[2]) for row in cells]


def each_role_its_queue(desk: Desk) -> None:
    """Three returns stop: one at a missing reason, one at a figure, one cancelled after goods were booked in.

    Warehouse, finance and customer service each have their own on their first page and no other; finance alone may
    close the one of finance. It is handed to a colleague, and the audit has by whom and to whom.
    """
    stopped = one_of_each_owner(desk)
    place = exception_of(desk, stopped["finance"])
    for owner, role in (("operations", Role.WAREHOUSE), ("customer experience", Role.CUSTOMER_SERVICE)):
        with at_console(desk, role) as visitor:
            assert_has_its_own(visitor.get("/"), owner, stopped)
            assert visitor.get(place).tree.cssselect(CLOSE) == []
            refused = visitor.post(f"{place}/resolve", {"resolve_where": "sage", "resolve_why": "mine now"})
            assert refused.status in {403, 422}
    assert desk.case(stopped["finance"]) == "REFUND_NE_INVOICE"
    with at_console(desk, Role.FINANCE) as visitor:
        assert_has_its_own(visitor.get("/"), "finance", stopped)
        page = visitor.get(place)
        assert len(page.tree.cssselect(CLOSE)) == 1
        names = [one.get("value") for one in page.form(f"form[action='{place}/assign']").cssselect("option")]
        colleague = next(name for name in names if name.startswith("warehouse"))
        handed = visitor.submit(page, f"form[action='{place}/assign']", assign_to=colleague)
        assert "is on the desk of" in handed.text(".flash")
    with at_console(desk, Role.AUDITOR) as auditor:
        entry = next(row for row in auditor.get("/audit").rows() if any(colleague in cell for cell in row))
        assert any(cell.startswith("finance") for cell in entry)
    desk.accepted(stopped["finance"])
    desk.settle()
    assert desk.is_done(stopped["finance"])


def assert_has_its_own(page: Page, owner: str, stopped: dict[str, Rma]) -> None:
    """The first page has somebody take up what is theirs, and nothing of anybody else's."""
    queue = next_for(page)
    assert {whose for _, whose in queue} == {owner}
    assert f"Return {stopped[owner].number}" in {what for what, _ in queue}


def a_page_for_every_alarm(desk: Desk) -> None:
    """A mug comes back for a reason that nobody mapped; operations is told, and opens the alarm that is named there.

    Its page says what it means, what to do and which return it is. The help has a page of every kind of trouble.
    """
    with people_told(desk, "operations") as told:
        rma = desk.authorised(desk.sold(), ("MUG", 1, "Smells of paint"))
        desk.arrived(rma)
        desk.settle()
        alarms_look(desk)
        (message,) = [one["message"] for one in told.messages if rma.number in one["message"]]
        address = message.rsplit("See and acknowledge: ", 1)[1].split()[0]
        with at_console(desk, Role.OPERATIONS) as visitor:
            page = visitor.get(address)
            assert page.title == "The return reason has no mapping"
            assert "Add the reason to the reason table" in page.text("section.suggested")
            assert any("Smells of paint" in row for row in page.rows())
            assert exception_of(desk, rma) in page.links("main a")
            listed = set(visitor.get("/help/faults").links("main a"))
            assert [kind.code for kind in ALL if f"/help/faults/{kind.code}" not in listed] == []
            runbook = visitor.get("/help/faults/REASON_UNMAPPED")
            assert "What to do" in runbook.texts("h2") + runbook.texts("h3")


def one_alarm_for_many(desk: Desk) -> None:
    """Five mugs come back for one reason that nobody mapped.

    One message is sent, and one alarm stands at the console, for five returns and 60.00; not five.
    """
    with people_told(desk, "operations") as told:
        rmas = [desk.authorised(desk.sold(), ("MUG", 1, "Smaller than the picture")) for _ in range(5)]
        for rma in rmas:
            desk.arrived(rma)
        desk.settle()
        alarms_look(desk)
        alarms_look(desk)
        assert len([one for one in told.messages if rmas[0].number in one["message"]]) == 1
        with at_console(desk, Role.OPERATIONS) as visitor:
            rows = visitor.get("/alerts?owner=operations").rows("#rows tbody tr")
            (row,) = [row for row in rows if row[4] == "5"]
            assert row[5] == "£60.00"


def failures_by_cause(desk: Desk) -> None:
    """Somebody takes a tax code away in Sage, and a batch of three returns stops, 36.00 in all.

    Exceptions by cause show them as one line; the page of one says how many others have its cause. Sage is put
    right, what would happen is looked at, and all three are tried again together and credited.
    """
    rmas = [desk.authorised(desk.sold(), ("MUG", 1)) for _ in range(3)]
    gone, back = ({"tax_codes": {"1": {"removed": is_gone}}} for is_gone in (True, False))
    with at_console(desk, Role.FINANCE) as visitor:
        with desk.amiss("/sage200/company", gone, back):
            for rma in rmas:
                desk.arrived(rma)
            desk.settle()
            by_cause = visitor.get("/exceptions?by=cause&owner=finance&code=VAT_CODE_MISSING")
            assert [row[3:] for row in by_cause.rows("#list tbody tr")] == [["3", "£36.00"]]
            alike = visitor.follow(by_cause, "#list tbody td a")
            chosen = [box.get("value") for box in alike.tree.cssselect("#list input[name='ids']")]
            suggested = visitor.get(exception_of(desk, rmas[0])).text("section.suggested")
            assert "2 other exceptions" in suggested
            assert "(£24.00)" in suggested
            assert "Nothing would change" in visitor.get(f"{exception_of(desk, rmas[0])}/preview").text("section")
            assert desk.change().is_nothing
        seen = visitor.get(f"{exception_of(desk, rmas[0])}/preview")
        assert any("£12.00" in row for row in seen.rows())
        asked = visitor.post("/exceptions/bulk", {"act": "retry", "ids": chosen})
        done = visitor.submit(asked, "form#go")
        assert done.text("[data-say]") == "3 of 3 exceptions done"
    desk.settle()
    assert desk.change().credits == ((1000, 200),) * 3
    assert all(desk.is_done(rma) for rma in rmas)


def told_by_message(desk: Desk) -> None:
    """Somebody removes tax code 1 in Sage after a mug was sold with it, and the mug comes back.

    A message reaches finance: which return and stock code, what is missing, by when, what to do, and where. The page
    it leads to says the same. Put back in Sage and tried again there, the mug is credited.
    """
    rma = desk.authorised(desk.sold(), ("MUG", 1))
    gone, back = ({"tax_codes": {"1": {"removed": is_gone}}} for is_gone in (True, False))
    with people_told(desk, "finance") as told:
        with desk.amiss("/sage200/company", gone, back):
            desk.arrived(rma)
            desk.settle()
            alarms_look(desk)
            (sent,) = [one["message"] for one in told.messages if rma.number in one["message"]]
            place = exception_of(desk, rma)
            for said in (f"return {rma.number}: MUG:", "wanted a tax code of 20 %", "For: finance", place):
                assert said in sent
            assert "To be settled by: " in sent
            assert "What to do: Restore the tax code in Sage" in sent
            assert desk.change().is_nothing
        with at_console(desk, Role.FINANCE) as visitor:
            page = visitor.get(place)
            assert page.rows("main .scroll tbody tr")[0][1:] == [
                "MUG",
                "a tax code that Sage no longer names",
                "a tax code of 20 %",
            ]
            assert "for finance" in page.text(".status-line")
            assert page.text(".status-line").endswith("left")
            visitor.submit(page, f"form[action='{place}/retry']")
    desk.settle()
    assert desk.change().credits == ((1000, 200),)


def nobody_originates_a_return(desk: Desk) -> None:
    """Somebody with every role, and a program with every right, send a return to whatever lets anybody change anything.

    What can be changed is trouble, mappings, alarms and access, and nothing else; no return is there afterwards, here
    or at the portal, and no ledger has moved. The page of a return that the portal told of leads back to the portal.
    """
    with desk.set_up(LINKS):
        rma = desk.authorised(desk.sold(), ("MUG", 1))
        desk.settle()
        parts = desk.house.application
        console = console_of(parts.settings, parts.desk, parts.telling, parts.alerting, parts.engine)
        changing = [(method, path) for method, path, _ in routes(console) if method not in {"GET", "HEAD"}]
        assert {path.removeprefix("/api/v1").split("/")[1] for _, path in changing} == CHANGED_HERE
        before = returns_everywhere(desk)
        bearer = {"Authorization": f"Bearer {make_token(console)}"}
        with at_console(desk, *Role) as visitor:
            page = visitor.get(document_of(rma))
            assert f"https://portal.example/rmas/{rma.number}" in page.links("section[aria-labelledby='names'] a")
            for method, path in changing:
                if path.startswith(("/sign-", "/me")):
                    continue
                sent: dict[str, Any] = (
                    {"json": WISH, "headers": bearer} if "/api/" in path else {"data": WISH, "headers": visitor.site}
                )
                answer = visitor.client.request(method, filled(path), follow_redirects=False, **sent)
                assert answer.status_code not in {201, 401, 403}, (method, path)
        desk.settle()
        assert returns_everywhere(desk) == before
        assert desk.change().is_nothing


def returns_everywhere(desk: Desk) -> object:
    """How many returns Tieout and the portal know, and what was done in every system."""
    with desk.house.application.store.scope(COMPANY) as c:
        known = documents.counted(c)
    return known, desk.control.books().rmas, desk.control.deeds()


def one_search_of_support(desk: Desk) -> None:
    """A parcel is on its way; customer service types the number on its label, and later the order's.

    Each leads straight to it: first that it has not come, with which carrier it is; then on which day it came and what
    money went back. The ledgers' figures are not theirs to see.
    """
    order = desk.sold()
    rma = desk.authorised(order, ("MUG", 1))
    desk.house.act(rma, "ship", returned_item_ids=list(rma.units), **POSTAGE)
    desk.settle()
    with at_console(desk, Role.CUSTOMER_SERVICE) as visitor:
        page = asked_for(visitor, POSTAGE["tracking_number"])
        assert page.address.endswith(told_of(rma))
        booked = f"Your parcel is booked with Royal Mail (tracking number {POSTAGE['tracking_number']})"
        assert any(said.startswith(booked) for said in page.texts(".read-out"))
        desk.arrived(rma)
        desk.settle()
        page = asked_for(visitor, order)
        assert page.address.endswith(told_of(rma))
        said = " ".join(page.texts(".read-out"))
        assert "We received your parcel on 20 January" in said
        assert "The refund of £12.00 was sent to the card or account that you paid with" in said
        assert "ledger" not in page.text("main")
        assert [visitor.get(address).status for address in ("/debt", document_of(rma))] == [403, 403]
    assert desk.change().refunds == ((order, 1200),)


ROWS = (
    Row(
        id="RET-36",
        says="Who must act is told the record, the field and the value when a price, tax code or the like is missing.",
        scenario=told_by_message,
        missing="which tax code it was, where Sage itself does not name it any more",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="RET-37",
        says="Customer experience, warehouse and finance each have their queue and rights.",
        scenario=each_role_its_queue,
    ),
    Row(
        id="RET-38",
        says="A page for every alarm says what it means and what to do.",
        scenario=a_page_for_every_alarm,
        missing="the likely causes in the order of what happened in this house before",
        left_to=(Later.GO_LIVE,),
    ),
    Row(
        id="RET-43",
        says="A kind of exception that grows above its usual rate is one alarm, not many.",
        scenario=one_alarm_for_many,
        missing="measuring against the usual rate: an alarm counts what stands, not how fast it comes",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="RET-44",
        says="Failures of a batch are grouped by their cause and what changed before it.",
        scenario=failures_by_cause,
        missing="what had changed before the first failure, and whether a system or an entry was at fault",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="RET-47",
        says="No screen of Tieout lets anybody originate a customer's return.",
        scenario=nobody_originates_a_return,
    ),
    Row(
        id="RET-55",
        says="Support sees where a unit is and whether it can be promised, in one search.",
        scenario=one_search_of_support,
        missing="searching by stock code, and whether the unit can be promised to somebody else",
        left_to=(Later.NOBODY,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_people_do_at_the_console(row: Row, desk: Desk) -> None:
    play(row, desk)
