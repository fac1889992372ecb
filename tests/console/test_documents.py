"""The pages of documents: what each role sees, that nothing private is in them, and keys of any kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.console.browser import Browser
from tests.console.conftest import NOW

from tieout.console.addresses import document_address, raw_address, request_address
from tieout.console.parts import Console
from tieout.domain.people import PERMISSIONS, Permission, Role
from tieout.store import Store, audit, cases, cross_references, documents, effects, inbox, legs
from tieout.store.cross_references import CrossReference
from tieout.store.documents import Document

PAYLOAD = b"""{"rma_id": "4711", "order": {"name": "W1001", "total": 24.00},
  "customer": {"first_name": "Zelda", "last_name": "Fitzgerald", "email": "zelda@example.com"},
  "shipping_address": {"address1": "17 Elm Grove", "city": "Worthing", "zip": "BN11 5LH"},
  "phone": "07700 900123", "note": "Zelda says: ring 07700 900123 or zelda@example.com",
  "card": {"number": "4111 1111 1111 1111", "cvv": "cvv737x"}, "access_token": "shpat_00112233445566778899",
  "lines": [{"sku": "MUG", "title": "left at BN11 5LH, card 4111111111111111", "quantity": 2}]}"""
PRIVATE = (
    "Zelda",
    "Fitzgerald",
    "example.com",
    "Elm Grove",
    "Worthing",
    "BN11",
    "900123",
    "4111 1111",
    "41111111",
    "cvv737x",
    "shpat",
    "0011223344",
)


def add_document(store: Store, key: str = "4711", *, company: str = "ACME", kind: str = "return") -> Document:
    """A return that was heard of."""
    event = inbox.NewEvent(
        company=company,
        account="returngo",
        external_id=f"{company} {kind} {key}",
        kind="RMA_APPROVED",
        document_kind=kind,
        document_key=key,
        occurred_at=NOW - timedelta(hours=3),
        received_at=NOW - timedelta(hours=1),
        payload=PAYLOAD,
        content_type="application/json",
    )
    with store.scope(company) as c:
        assert inbox.store_event(c, event, due_at=NOW)
        made = documents.document(c, company, kind, key)
        assert made is not None
        documents.describe(c, made, title=f"Return {key}", stake_minor=2400, currency="GBP")
        return documents.document(c, company, kind, key) or made


def add_legs(store: Store, document: Document) -> None:
    """A credit note that agrees, a refund that differs, stock that is late."""
    with store.scope(document.company) as c:
        for system, kind, minor, quantity, due in (
            ("sage", "credit note", 2400, None, NOW + timedelta(hours=3)),
            ("storefront", "refund", 2400, None, NOW + timedelta(hours=3)),
            ("sage", "stock in", None, Decimal(2), NOW - timedelta(hours=3)),
        ):
            expected = legs.ExpectedLeg(
                system=system, kind=kind, owner="finance", currency="GBP", minor=minor, quantity=quantity, due_by=due
            )
            legs.declare(c, document, [expected], at=NOW - timedelta(days=1))
        for system, kind, minor in (("sage", "credit note", 2400), ("storefront", "refund", 2000)):
            seen = legs.SeenLeg(
                system=system,
                kind=kind,
                owner="finance",
                currency="GBP",
                minor=minor,
                quantity=None,
                reference="SCN 10023",
            )
            legs.see(c, document, seen, at=NOW)


def event_id_of(store: Store, document: Document) -> int:
    with store.scope(document.company) as c:
        return inbox.heads_of(c, document.company, document.kind, document.key, limit=1)[0].id


def page_of(document: Document) -> str:
    return document_address(document.company, document.kind, document.key)


def test_a_document_shows_both_figures_of_every_leg_and_what_they_differ_by(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    document = add_document(console.store)
    add_legs(console.store, document)
    page = visitor(Role.FINANCE).get(page_of(document))
    assert page.title == "Return 4711"
    assert page.texts("table.grid thead th") == ["What happens", "Web shop", "Sage 200"]
    rows = {cells[0]: cells[1:] for cells in page.rows("table.grid tbody tr")}
    assert rows["Credited"][1].startswith(
        "Credit note Agreed Expected £24.00 · seen £24.00 Last seen 20 Nov 2026, 09:05"
    )
    assert "Refund Differs Expected £24.00 · seen £20.00 £4.00 less than expected" in rows["Given to the customer"][0]
    assert "Stock in Overdue Expected 2 Due since 20 Nov 2026, 06:05" in rows["Goods back"][1]
    assert "£4.00" in page.text("section[aria-labelledby='facts']")
    assert "Happened there 20 Nov 2026, 06:05." in page.texts(".timeline .entry-text")


def test_only_trouble_is_shown_when_only_trouble_is_asked_for(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    document = add_document(console.store)
    add_legs(console.store, document)
    browser = visitor(Role.FINANCE)
    everything, trouble = browser.get(page_of(document)), browser.get(page_of(document) + "?only=trouble")
    assert trouble.texts(".timeline .entry-title") == ["Refund seen, and it differs"]
    assert len(everything.texts(".timeline .entry-title")) > 1


def test_an_open_exception_stands_on_the_page_with_who_has_it(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    document = add_document(console.store)
    trouble = cases.Trouble(
        code="PERIOD_CLOSED",
        owner="finance",
        fault_class="data",
        faults=[],
        stake_minor=2400,
        currency="GBP",
        due_at=NOW + timedelta(hours=5),
    )
    with console.store.scope("ACME") as c:
        case = cases.open_or_update(c, document, trouble, at=NOW)
    page = visitor(Role.FINANCE).get(page_of(document))
    assert "The accounting period is closed" in page.text("section[aria-labelledby='exception']")
    assert f"/exceptions/{case.id}" in page.links("section[aria-labelledby='exception'] a")
    assert "It is with finance, to be settled by 20 Nov 2026, 14:05." in page.text(".status-line")


def test_references_lead_to_the_system_where_the_house_has_said_where_it_is(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    document = add_document(console.store)
    names = (("storefront", "order", "55/1"), ("storefront", "order name", "W1001"), ("storefront", "email", "d1g3st"))
    with console.store.scope("ACME") as c:
        for system, kind, value in names:
            name = CrossReference(
                company="ACME", document_kind="return", document_key="4711", system=system, kind=kind, value=value
            )
            cross_references.note(c, name)
    console.record_links["storefront order"] = "https://shop.example/orders/{id}"  # type: ignore[index]  # a dict here
    page = visitor(Role.FINANCE).get(page_of(document))
    known = page.text("section[aria-labelledby='names']")
    assert "W1001" in known
    assert "d1g3st" not in known
    assert page.links("section[aria-labelledby='names'] a") == ["https://shop.example/orders/55%2F1"]


@pytest.mark.parametrize("role", Role)
def test_messages_are_for_those_who_may_see_them_and_tell_nobody_who_the_customer_is(
    console: Console, visitor: Callable[..., Browser], role: Role
) -> None:
    """RGO-23: masked for everybody, whatever their role, and every look is in the audit."""
    document = add_document(console.store)
    browser = visitor(role, name="somebody")
    event_id = event_id_of(console.store, document)
    page = browser.get(raw_address("ACME", "return", "4711", event_id))
    whole = browser.get(page_of(document))
    with console.store.scope("ACME") as c:
        looks = [entry for entry in audit.entries(c, subject="return 4711") if entry.who == "somebody"]
    for private in PRIVATE:
        assert private not in page.body
        assert private not in whole.body
    if Permission.DOCUMENTS_RAW not in PERMISSIONS[role]:
        assert (page.status, looks) == (403, [])
        assert all("/raw/" not in link for link in whole.links())
        return
    assert page.status == 200
    assert "W1001" in page.text("pre")
    assert "24.00" in page.text("pre")
    assert [look.action for look in looks] == ["document.looked_at_raw"]


def test_a_request_is_shown_with_its_answer_and_without_the_address_it_goes_to(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    document = add_document(console.store)
    intent = effects.Intent(
        key="TEN-1",
        attempt=1,
        command="enter_order",
        system="sage",
        content={"kind": "enter_order", "key": "TEN-1", "delivery": {"name": "Zelda", "lines": ["17 Elm Grove"]}},
        content_hash="x",
    )
    with console.store.scope("ACME") as c:
        effects.intend(c, document, intent, at=NOW)
        answer = {"email": "zelda@example.com", "link": "https://sage.example/orders/9"}
        effects.mark_done(c, document, "TEN-1", reference="SO-9", answer=answer, at=NOW)
    browser = visitor(Role.AUDITOR)
    address = request_address("ACME", "return", "4711", "TEN-1")
    assert address in browser.get(page_of(document)).links()
    assert "https://sage.example/orders/9" in browser.get(page_of(document)).links()
    page = browser.get(address)
    assert "TEN-1" in page.text("pre")
    assert [private for private in PRIVATE if private in page.body] == []
    assert browser.get(request_address("ACME", "return", "4711", "TEN-2")).status == 404


def test_a_document_of_another_company_is_not_there(console: Console, visitor: Callable[..., Browser]) -> None:
    document = add_document(console.store, company="BETA")
    event_id = event_id_of(console.store, document)
    browser = visitor(Role.AUDITOR, companies=("ACME",))
    others = (page_of(document), raw_address("BETA", "return", "4711", event_id))
    assert [browser.get(address).status for address in others] == [404, 404]
    assert browser.get(raw_address("ACME", "return", "4711", event_id)).status == 404
    with console.store.scope(None) as c:
        assert audit.entries(c, subject="return 4711") == []


@pytest.mark.parametrize(
    "key", ["a/b", "a//b", "dock R 12", "50%", "a?b#c", "Ærø №5", "<b>&amp;", "'; drop table", "a+b", "x" * 400]
)
def test_a_key_of_any_letters_has_its_page_and_its_messages(
    console: Console, visitor: Callable[..., Browser], key: str
) -> None:
    document = add_document(console.store, key)
    browser = visitor(Role.AUDITOR)
    page = browser.get(page_of(document))
    assert page.title == f"Return {key}"
    (link,) = [link for link in page.links() if "/raw/" in link]
    assert browser.get(link).status == 200
    assert "<b>" not in page.text("title") or key.startswith("<b>")


@pytest.mark.parametrize(
    "nowhere",
    [
        "/documents/ACME/return/none",
        "/documents/ACME/return/",
        "/documents/ACME/return/a%00b",
        "/documents/AC%00ME/return/4711",
        "/documents/*/return/4711",
        "/documents/NONE/return/4711",
        "/documents/ACME/return/4711/raw/1",
        "/documents/ACME/return/4711/request/%00",
    ],
)
def test_what_is_not_there_is_not_found(visitor: Callable[..., Browser], nowhere: str) -> None:
    assert visitor(Role.AUDITOR).get(nowhere).status == 404


def test_a_number_that_no_message_can_have_is_no_defect(visitor: Callable[..., Browser]) -> None:
    assert visitor(Role.AUDITOR).get("/documents/ACME/return/1/raw/99999999999999999999").status == 422
