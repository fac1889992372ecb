from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from tieout.connectors.sage200 import Sage200, Sage200Settings, open_ledger
from tieout.connectors.sage200.errors import Reading, holder_of, sentence_of
from tieout.connectors.sage200.settings import LOCK_PATTERNS
from tieout.connectors.transport import Reply
from tieout.domain import commands as c
from tieout.domain.documents.books import PeriodAnswer
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money
from tieout.ports.errors import (
    BadAnswer,
    Busy,
    ConnectorError,
    Locked,
    NeedsHand,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unavailable,
)

if TYPE_CHECKING:
    from .conftest import Clock, Keeper, Site

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
READING = Reading(patterns=lambda: LOCK_PATTERNS, busy=timedelta(seconds=15), secrets=("hush-client",))
IN_USE = "Order 0000000123 is in use by JSMITH."
PAYMENT = c.PostRefundPayment(
    key="TPA-0123456789ABCDEF",
    batch="b",
    units=(),
    customer_id="7",
    bank="CARD",
    amount=Money(2400),
    on=date(2026, 11, 20),
    second_reference="RMA-77",
)
WRITE_ON = c.WriteOn(
    key="TWO-0123456789ABCDEF",
    batch="b",
    units=(),
    sku="MUG",
    warehouse="HOME",
    bin="GOODS-IN",
    quantity=Decimal(2),
    on=date(2026, 11, 20),
    nominal=Nominal(account="5200"),
    second_reference="RMA-77",
    narrative="RMA-77",
)


def failure(status: int, body: bytes = b"", *, writing: bool, retry_after: str = "") -> ConnectorError:
    reply = Reply(status=status, headers={"retry-after": retry_after}, body=body)
    return READING.failure(reply, "POST /x", writing=writing, now=NOW, secrets=("access-1",))


def message(text: str, spelling: str = "Message") -> bytes:
    return json.dumps({spelling: text}).encode()


@pytest.mark.parametrize("status", [400, 409, 423, 500])
@pytest.mark.parametrize("spelling", ["Message", "message"])
def test_a_lock_in_any_dress_names_its_holder_and_record(status: int, spelling: str) -> None:
    error = failure(status, message(IN_USE, spelling), writing=True)
    assert isinstance(error, Locked)
    assert (error.holder, error.record) == ("JSMITH", "Order 0000000123")


@pytest.mark.parametrize("status", [409, 423])
def test_a_lock_without_a_word_is_a_lock(status: int) -> None:
    assert isinstance(failure(status, b"", writing=True), Locked)


@pytest.mark.parametrize("pattern", LOCK_PATTERNS)
def test_every_pattern_of_the_reference_means_a_lock_in_any_case(pattern: str) -> None:
    assert isinstance(failure(500, message(f"It was {pattern.upper()}, sorry"), writing=True), Locked)


def test_a_lock_met_while_reading_is_busy() -> None:
    assert isinstance(failure(423, message(IN_USE), writing=False), Busy)


@pytest.mark.parametrize(
    ("sentence", "holder", "record"),
    [
        ("Customer WEB is being used by user A.JONES", "A.JONES", "Customer WEB"),
        ("The record is locked by DOMAIN\\clerk: try later", "DOMAIN\\clerk", "The record"),
        ("Could not obtain a lock", "", ""),
        ("being edited by mary@example.com", "mary@example.com", ""),
    ],
)
def test_the_holder_is_read_from_the_sentence(sentence: str, holder: str, record: str) -> None:
    assert holder_of(sentence) == (holder, record)


@pytest.mark.parametrize(
    ("status", "writing", "kind"),
    [
        (400, True, Refused),
        (400, False, BadAnswer),
        (401, True, Unauthorised),
        (403, True, Unauthorised),
        (404, True, Refused),
        (404, False, BadAnswer),
        (408, True, OutcomeUnknown),
        (429, True, Busy),
        (429, False, Busy),
        (500, True, OutcomeUnknown),
        (500, False, Unavailable),
        (502, True, OutcomeUnknown),
        (503, False, Unavailable),
        (504, True, OutcomeUnknown),
        (504, False, Unavailable),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>gateway</html>", b'{"Message":"No"}', b'{"statusCode":1}', b"[]"])
def test_a_status_names_what_to_do_next_whatever_the_body(
    status: int,
    writing: bool,  # noqa: FBT001 - a parameter of the table
    kind: type[ConnectorError],
    body: bytes,
) -> None:
    assert type(failure(status, body, writing=writing)) is kind


def test_busy_waits_as_long_as_it_is_asked_to() -> None:
    later = "Fri, 20 Nov 2026 12:01:00 GMT"
    for asked, wait in (("7", 7), (later, 60), ("soon", 15)):
        error = failure(429, writing=True, retry_after=asked)
        assert isinstance(error, Busy)
        assert error.wait == timedelta(seconds=wait)


def test_a_refusal_carries_sages_own_sentence_and_nothing_else() -> None:
    error = failure(400, message("The customer account is on hold."), writing=True)
    assert isinstance(error, Refused)
    assert error.reason == "The customer account is on hold."


def test_binding_errors_by_field_are_read_too() -> None:
    body = {"Message": "The request is invalid.", "ModelState": {"lines[0].tax": ["is required"]}}
    assert sentence_of(json.dumps(body).encode()) == "The request is invalid. lines[0].tax: is required"


@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_secrets_repeated_by_a_server_are_struck_out(status: int) -> None:
    error = failure(status, message("bad token access-1 for hush-client"), writing=True)
    assert "access-1" not in str(error)
    assert "hush" not in str(error)


def test_a_long_sentence_of_control_characters_becomes_one_bearable_line() -> None:
    text = sentence_of(message("a\r\nb\x00" * 400))
    assert text.isprintable()
    assert len(text) == 400


def test_a_write_that_gets_no_answer_may_have_been_done(site: Site, sage: Sage200) -> None:
    site.says("GET", "/banks", [{"id": 9, "code": "CARD"}])
    site.says("GET", "/customers/7", {"id": 7, "reference": "WEB"})
    site.says("POST", "/sales_payments", {"urn": "1"}, silence_seconds=0.5)
    with pytest.raises(OutcomeUnknown) as raised:
        sage.ledger.post_refund_payment(PAYMENT)
    assert str(raised.value) == "Sage 200 did not answer POST /sales_payments (ReadTimeout)"


def test_a_read_that_gets_no_answer_is_unavailable(site: Site, sage: Sage200) -> None:
    site.says("GET", "/banks", [], silence_seconds=0.5)
    with pytest.raises(Unavailable):
        sage.books.banks()


def test_a_write_to_a_site_that_is_down_was_never_sent(settings: Sage200Settings, keeper: Keeper, clock: Clock) -> None:
    down = settings.model_copy(update={"companion_url": "http://127.0.0.1:9", "connect_seconds": 0.5})
    sage = open_ledger(down, keeper, clock)
    with pytest.raises(Unavailable):
        sage.stock.write_on(WRITE_ON)
    sage.close()


def test_a_read_answered_with_something_else_than_json_is_a_bad_answer(site: Site, sage: Sage200) -> None:
    site.says("GET", "/banks", b"<html>log in</html>")
    with pytest.raises(BadAnswer):
        sage.books.banks()


def test_a_row_without_its_fields_names_the_fields_and_not_their_content(site: Site, sage: Sage200) -> None:
    site.says("GET", "/tax_codes", [{"id": "hush-content", "code": 1}])
    with pytest.raises(BadAnswer, match="TaxCodeShape with wrong id") as raised:
        sage.books.tax_codes()
    assert "hush-content" not in str(raised.value)


def test_a_write_accepted_with_an_unreadable_answer_is_done(site: Site, sage: Sage200) -> None:
    site.says("GET", "/banks", [{"id": 9, "code": "CARD"}])
    site.says("GET", "/customers/7", {"id": 7, "reference": "WEB"})
    site.says("POST", "/sales_payments", b"", status=201)
    sage.ledger.post_refund_payment(PAYMENT)
    sent = json.loads(site.sent("POST", "/sales_payments")[0].body)
    assert sent["reference"] == PAYMENT.key
    assert sent["transaction_date"] == "2026-11-20T00:00:00Z"


def test_figures_are_sent_as_exact_numbers(site: Site, sage: Sage200) -> None:
    site.says("GET", "/banks", [{"id": 9, "code": "CARD"}])
    site.says("GET", "/customers/7", {"id": 7, "reference": "WEB"})
    site.says("POST", "/sales_payments", {})
    sage.ledger.post_refund_payment(PAYMENT)
    assert b'"cheque_value":24.00' in site.sent("POST", "/sales_payments")[0].body


def test_a_bank_that_sage_does_not_have_is_refused_before_anything_is_sent(site: Site, sage: Sage200) -> None:
    site.says("GET", "/banks", [{"id": 9, "code": "CASH"}])
    site.says("GET", "/customers/7", {"id": 7, "reference": "WEB"})
    with pytest.raises(Refused, match="no bank account CARD"):
        sage.ledger.post_refund_payment(PAYMENT)
    assert not site.sent("POST", "/sales_payments")


@pytest.mark.parametrize(
    ("status", "kind_word", "kind"),
    [
        (400, "refused", Refused),
        (401, "unauthorised", Unauthorised),
        (404, "not_found", Refused),
        (409, "key_conflict", OutcomeUnknown),
        (423, "locked", Locked),
        (503, "unavailable", Busy),
        (500, "", OutcomeUnknown),
        (504, "", OutcomeUnknown),
    ],
)
def test_the_companions_problems_are_named_for_what_to_do_next(
    site: Site, sage: Sage200, status: int, kind_word: str, kind: type[ConnectorError]
) -> None:
    problem = {"type": f"about:blank#{kind_word}", "title": "t", "status": status, "detail": "hush-companion!"}
    holder = {"holder": "MARY", "record": "Order 1"} if kind_word == "locked" else {}
    body = {**problem, **holder} if kind_word else "gateway"
    site.says("POST", "/companion/v1/stock/write-ons", body, status=status, headers={"Retry-After": "5"})
    with pytest.raises(kind) as raised:
        sage.stock.write_on(WRITE_ON)
    assert "hush" not in str(raised.value)
    if isinstance(raised.value, Locked):
        assert raised.value.holder == "MARY"


def test_the_companion_is_asked_with_its_own_key_and_the_company(site: Site, sage: Sage200) -> None:
    site.says("POST", "/companion/v1/stock/write-ons", {"key": WRITE_ON.key})
    sage.stock.write_on(WRITE_ON)
    (asked,) = site.sent("POST", "/companion/v1/stock/write-ons")
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert headers["authorization"] == "Bearer hush-companion"
    assert headers["x-company"] == "3"
    assert json.loads(asked.body) == {
        "key": WRITE_ON.key,
        "second_reference": "RMA-77",
        "product_code": "MUG",
        "warehouse": "HOME",
        "bin": "GOODS-IN",
        "quantity": "2",
        "date": "2026-11-20",
        "nominal": {"account": "5200", "cost_centre": "", "department": ""},
        "narrative": "RMA-77",
    }


def test_a_company_without_a_companion_gives_the_clerk_a_task(
    settings: Sage200Settings, keeper: Keeper, clock: Clock
) -> None:
    by_hand = settings.model_copy(update={"channel": "manual"})
    sage = open_ledger(by_hand, keeper, clock)
    with pytest.raises(NeedsHand) as raised:
        sage.stock.write_on(WRITE_ON)
    for part in ("Add Stock", "MUG", "GOODS-IN", "20/11/2026", WRITE_ON.key):
        assert part in raised.value.task
    sage.close()


def test_a_companion_channel_without_an_address_is_no_setting() -> None:
    with pytest.raises(ValidationError, match="companion_url"):
        Sage200Settings.model_validate(
            {
                "client_id": "c",
                "client_secret": "hush",
                "site_id": "s",
                "company_id": 1,
                "channel": "companion",
            }
        )


def test_every_setting_says_what_it_is_for() -> None:
    for name, setting in Sage200Settings.model_fields.items():
        assert setting.description, name


def test_every_row_is_read_page_by_page_behind_the_last_key(site: Site, sage: Sage200) -> None:
    rows = [{"id": n * 10, "code": f"B{n}"} for n in range(1, 8)]
    for page in (rows[:3], rows[3:6], rows[6:]):
        site.says("GET", "/banks", page)
    assert sage.books.banks() == tuple(f"B{n}" for n in range(1, 8))
    asked = [call.query for call in site.sent("GET", "/banks")]
    assert [query.get("$filter") for query in asked] == [None, "id gt 30", "id gt 60"]
    assert {query["$orderby"] for query in asked} == {"id"}
    assert {query["$top"] for query in asked} == {"3"}


def test_a_site_that_ignores_the_filter_is_found_out_and_not_read_for_ever(site: Site, sage: Sage200) -> None:
    site.says("GET", "/banks", [{"id": n, "code": f"B{n}"} for n in (1, 2, 3)])
    with pytest.raises(BadAnswer, match="out of the order of id"):
        sage.books.banks()


def test_a_list_wrapped_in_value_is_read_and_fields_nobody_knows_are_left(site: Site, sage: Sage200) -> None:
    site.says("GET", "/tax_codes", {"value": [{"id": 5, "code": 1, "name": "Std", "tax_rate": 20, "new": {}}]})
    (tax,) = sage.books.tax_codes()
    assert (tax.code, tax.rate) == ("1", Decimal(20))


def test_books_are_believed_for_seconds_and_a_period_never(site: Site, sage: Sage200, clock: Clock) -> None:
    site.says("GET", "/banks", [{"id": 9, "code": "CARD"}])
    site.says("GET", "/customers/7", {"id": 7, "reference": "WEB"})
    site.says("GET", "/ledger_types", [{"value": "LedgerTypeSales"}])
    site.says("POST", "/transaction_date_validation", {"classification": "Normal", "message": ""})
    for _ in range(3):
        sage.books.banks()
        sage.books.period(date(2026, 11, 20), "sales")
    assert len(site.sent("GET", "/banks")) == 1
    assert len(site.sent("POST", "/transaction_date_validation")) == 3
    clock.move(6)
    sage.books.banks()
    assert len(site.sent("GET", "/banks")) == 2
    asked = json.loads(site.sent("POST", "/transaction_date_validation")[0].body)
    assert asked == {"date": "2026-11-20T00:00:00Z", "ledger_type": "LedgerTypeSales"}


def test_a_date_that_is_only_acceptable_is_not_posted_on_where_the_company_says_so(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock
) -> None:
    site.says("GET", "/ledger_types", [])
    site.says("POST", "/transaction_date_validation", {"classification": "Acceptable", "message": "Old."})
    strict = open_ledger(settings.model_copy(update={"accept_acceptable_dates": False}), keeper, clock)
    lenient = open_ledger(settings, keeper, clock)
    assert lenient.books.period(date(2026, 11, 20), "stock").answer is PeriodAnswer.ACCEPTABLE
    verdict = strict.books.period(date(2026, 11, 20), "stock")
    assert verdict.answer is PeriodAnswer.UNACCEPTABLE
    assert verdict.message == "Old. (this company posts on normal dates only)"
    assert b'"ledger_type":"StockControl"' in site.sent("POST", "/transaction_date_validation")[0].body
    strict.close()
    lenient.close()


def test_only_the_exact_order_number_counts_and_drafts_do_not(site: Site, sage: Sage200) -> None:
    row = {"id": 1, "document_no": "1", "document_date": "2026-11-01T00:00:00Z", "customer_id": 7, "lines": []}
    site.says(
        "GET",
        "/sop_orders",
        [{**row, "customer_document_no": "shop-1"}, {**row, "customer_document_no": "SHOP-1", "is_draft": True}],
    )
    assert sage.orders.orders("SHOP-1") == ()


def test_a_movement_of_another_reference_is_not_ours(site: Site, sage: Sage200) -> None:
    row = {"id": 1, "product_code": "MUG", "quantity": 2, "warehouse_name": "HOME", "bin_name": "A1"}
    site.says("GET", "/product_transaction_views", [{**row, "reference": WRITE_ON.key[:-1]}])
    assert sage.stock.find_write_on(WRITE_ON) is None


def test_a_movement_whose_reference_a_person_typed_in_small_letters_is_ours(site: Site, sage: Sage200) -> None:
    row = {"id": 1, "product_code": "MUG", "quantity": 2, "warehouse_name": "HOME", "bin_name": "A1"}
    site.says("GET", "/product_transaction_views", [{**row, "reference": WRITE_ON.key.lower()}])
    assert sage.stock.find_write_on(WRITE_ON) is not None


def test_a_quote_in_an_order_number_stays_in_its_literal(site: Site, sage: Sage200) -> None:
    site.says("GET", "/sop_orders", [])
    sage.orders.orders("O'Neill' or 1 eq 1")
    (asked,) = site.sent("GET", "/sop_orders")
    assert asked.query["$filter"] == "customer_document_no eq 'O''Neill'' or 1 eq 1'"


def test_a_site_without_returns_says_so_in_the_probe(site: Site, sage: Sage200) -> None:
    site.says("GET", "/sites", [{"site_id": "0b3c", "company_id": 9}])
    findings = {finding.subject: finding for finding in sage.probe.findings()}
    assert not findings["company"].is_well
    assert "ledger credit route" in findings["sales returns"].says
    assert not findings["companion"].is_well
