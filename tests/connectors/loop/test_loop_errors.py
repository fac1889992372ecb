"""What Loop answers, and what the portal makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tieout.connectors.loop import LoopPortal, LoopSettings, open_portal
from tieout.connectors.loop.pacing import Pacer
from tieout.domain import commands as c
from tieout.domain.money import Money, money
from tieout.ports.errors import (
    BadAnswer,
    Busy,
    ConnectorError,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unavailable,
)

if TYPE_CHECKING:
    from .conftest import Teller

Clock = Callable[[], datetime]
PRICE = money("24.00")
QUEUED = "true"
DONE = c.MarkDone(key="TDN-0123456789ABCDEF", rma="1673")


def release(amount: Money = PRICE, units: tuple[str, ...] = ("1",)) -> c.ReleaseOutcome:
    return c.ReleaseOutcome(key="TRO-0123456789ABCDEF", units=units, rma="1673", amount=amount)


def detail(**others: object) -> dict[str, Any]:
    line = {"line_item_id": 1, "price": "20.00", "tax": "4.00", "refund": "24.00", "outcome": "default"}
    head = {"id": "1673", "state": "open", "created_at": "2026-11-20T10:00:00Z", "outcome": "refund", "currency": "GBP"}
    return head | {"refund": "24.00", "line_items": [line]} | others


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (400, BadAnswer, Refused),
        (401, Unauthorised, Unauthorised),
        (403, Unauthorised, Unauthorised),
        (422, BadAnswer, Refused),
        (429, Busy, Busy),
        (500, Unavailable, OutcomeUnknown),
        (503, Unavailable, OutcomeUnknown),
    ],
)
def test_every_status_is_named_for_what_to_do_next(
    portal: LoopPortal, teller: Teller, status: int, reading: type[ConnectorError], writing: type[ConnectorError]
) -> None:
    teller.says(status, {"errors": "key-nobody-may-see"})
    with pytest.raises(reading) as read:
        portal.rma("1673")
    teller.told[:] = []
    teller.says(200, detail())
    teller.says(status, {"errors": {"message": "key-nobody-may-see"}})
    with pytest.raises(writing) as written:
        portal.release(release())
    assert (type(read.value), type(written.value)) == (reading, writing)
    assert "nobody-may-see" not in f"{read.value} {written.value}"


def test_silence_after_a_write_is_not_a_no(portal: LoopPortal, teller: Teller) -> None:
    teller.says(200, detail())
    teller.says(0)
    with pytest.raises(OutcomeUnknown):
        portal.release(release())


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "No return found with this ID."}},
        {"errors": {"message": "The resource requested was not found", "code": "NOT_FOUND"}},
        [],
    ],
)
def test_a_return_that_is_not_there_is_none_also_under_http_200(
    portal: LoopPortal, teller: Teller, body: object
) -> None:
    teller.says(200, body)
    assert portal.rma("1673") is None
    assert portal.find_done(DONE) is None
    with pytest.raises(Refused):
        portal.mark_done(DONE)


def test_another_error_under_http_200_is_a_bad_answer(portal: LoopPortal, teller: Teller) -> None:
    teller.says(200, {"error": {"message": "Something went wrong."}})
    with pytest.raises(BadAnswer, match="Something went wrong"):
        portal.rma("1673")


def test_what_is_no_return_id_is_not_asked_for(portal: LoopPortal, teller: Teller) -> None:
    assert portal.rma("RMA 1&order_id=2") is None
    assert teller.asked == []


@pytest.mark.parametrize(
    "body",
    [
        {"message": "Return is cancelled and therefore cannot be processed."},
        {"errors": {"message": "Return is cancelled and therefore cannot be processed.", "code": "UNPROCESSABLE"}},
        {"errors": [{"message": "Return is cancelled and therefore cannot be processed."}]},
        {"error": {"message": "Return is cancelled and therefore cannot be processed."}},
    ],
)
def test_a_refusal_under_http_200_is_refused_in_loops_own_words(
    portal: LoopPortal, teller: Teller, body: object
) -> None:
    teller.says(200, detail())
    teller.says(200, body)
    with pytest.raises(Refused) as caught:
        portal.release(release())
    assert caught.value.reason == "Return is cancelled and therefore cannot be processed."


@pytest.mark.parametrize("answer", [True, "true", b""])
def test_a_queued_processing_is_no_release_yet(portal: LoopPortal, teller: Teller, answer: object) -> None:
    teller.says(200, detail())
    teller.says(200, answer)
    teller.says(200, detail())
    portal.release(release())
    asked = teller.asked[-1]
    assert (asked.method, asked.path) == ("POST", "/warehouse/return/1673/process")
    assert json.loads(asked.body) == {"Tieout": "TRO-0123456789ABCDEF"}
    assert asked.headers["x-authorization"] == "key-nobody-may-see"
    assert portal.find_released(release()) is None


def test_a_processed_return_is_released_and_not_processed_again(portal: LoopPortal, teller: Teller) -> None:
    teller.says(200, detail(state="closed", was_processed=True))
    found = portal.find_released(release())
    assert found is not None
    assert found.figures == release().figures()
    portal.release(release())
    assert {asked.method for asked in teller.asked} == {"GET"}


def test_loop_is_not_told_to_give_another_amount_than_was_credited(portal: LoopPortal, teller: Teller) -> None:
    teller.says(200, detail())
    with pytest.raises(Refused, match=r"GBP 24\.00.*GBP 20\.00 was credited"):
        portal.release(release(money("20.00")))
    assert {asked.method for asked in teller.asked} == {"GET"}


def test_loop_is_not_told_to_process_units_that_are_not_credited(portal: LoopPortal, teller: Teller) -> None:
    teller.says(200, detail())
    with pytest.raises(Refused, match=r"whole.*\(1\)"):
        portal.release(release(units=("2",)))
    portal_unit_taken_apart = release(units=("1/BOOT-LEFT", "1/BOOT-RIGHT"))
    teller.told[:] = []
    teller.says(200, detail())
    teller.says(200, QUEUED)
    portal.release(portal_unit_taken_apart)
    assert teller.asked[-1].path.endswith("/process")


def test_a_refund_made_before_processing_is_not_counted_twice(portal: LoopPortal, teller: Teller) -> None:
    paid = [{"amount": "24.00", "currency": "GBP", "provider_refund_id": 7}]
    teller.says(200, detail(refunds=paid))
    teller.says(200, QUEUED)
    portal.release(release(Money(0)))
    assert teller.asked[-1].path.endswith("/process")


@pytest.mark.parametrize("credited", ["24.00", "30.00"])
def test_store_credit_may_be_credited_now_or_when_it_is_spent(
    portal: LoopPortal, teller: Teller, credited: str
) -> None:
    teller.says(200, detail(refund="24.00", gift_card="6.00"))
    teller.says(200, QUEUED)
    portal.release(release(money(credited)))
    assert teller.asked[-1].path.endswith("/process")


def test_closing_does_not_bury_what_is_due(portal: LoopPortal, teller: Teller) -> None:
    teller.says(200, detail())
    with pytest.raises(Refused, match=r"GBP 24\.00"):
        portal.mark_done(DONE)
    assert {asked.method for asked in teller.asked} == {"GET"}


@pytest.mark.parametrize("stated", [{"refund": "0.00"}, {"was_processed": True}])
def test_a_return_that_gives_nothing_more_is_closed(
    portal: LoopPortal, teller: Teller, stated: dict[str, object]
) -> None:
    teller.says(200, detail(**stated))
    teller.says(200, QUEUED)
    portal.mark_done(DONE)
    assert teller.asked[-1].path == "/warehouse/return/1673/close"


def test_where_the_storefront_refunds_a_return_is_closed_unprocessed(
    settings: LoopSettings, teller: Teller, noon: Clock
) -> None:
    teller.says(200, detail())
    teller.says(200, QUEUED)
    portal = open_portal(settings.model_copy(update={"closes_unprocessed": True}), noon)
    portal.mark_done(DONE)
    portal.close()
    assert teller.asked[-1].path == "/warehouse/return/1673/close"


def test_the_list_is_read_in_windows_of_less_than_120_days_and_every_state(portal: LoopPortal, teller: Teller) -> None:
    teller.says(200, {"returns": [], "nextPageUrl": None})
    assert list(portal.rmas(datetime(2026, 1, 1, tzinfo=UTC))) == []
    asked = [parse_qs(urlsplit(call.path).query) for call in teller.asked]
    spans = [(datetime.fromisoformat(q["from"][0]), datetime.fromisoformat(q["to"][0])) for q in asked]
    assert all(timedelta(0) < end - begin <= timedelta(days=120) for begin, end in spans)
    assert (spans[0][0], spans[-1][1]) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC))
    ends = sorted(set(spans))
    assert all(before[1] == after[0] for before, after in pairwise(ends))
    assert {q.get("state", [""])[0] for q in asked} == {"", "cancelled", "review"}
    assert {q["filter"][0] for q in asked} == {"created_at"}


def test_pages_are_followed_at_our_own_address_and_one_return_is_told_once(
    portal: LoopPortal, teller: Teller, noon: Clock
) -> None:
    rows = [{"id": number, "state": "open", "created_at": "2026-11-20T10:00:00Z"} for number in (1, 2)]
    elsewhere = "https://elsewhere.invalid/api/v1/warehouse/return/list?pageSize=1&cursor=abc"
    teller.says(200, {"returns": [], "nextPageUrl": None})
    teller.says(200, {"returns": [], "nextPageUrl": None})
    teller.says(200, {"returns": rows[:1], "nextPageUrl": elsewhere})
    teller.says(200, {"returns": rows, "nextPageUrl": None})
    heads = list(portal.rmas(noon() - timedelta(days=1)))
    assert [(head.number, head.status_text) for head in heads] == [("1", "open"), ("2", "open")]
    assert parse_qs(urlsplit(teller.asked[-1].path).query)["cursor"] == ["abc"]


@pytest.mark.parametrize("next_url", ["https://a.invalid/?cursor=abc", "https://a.invalid/?page=2"])
def test_a_list_that_would_never_end_is_a_bad_answer(
    portal: LoopPortal, teller: Teller, noon: Clock, next_url: str
) -> None:
    teller.says(200, {"returns": [], "nextPageUrl": next_url})
    with pytest.raises(BadAnswer, match="next page"):
        list(portal.rmas(noon() - timedelta(days=1)))


def test_payments_are_those_of_the_orders_return(portal: LoopPortal, teller: Teller) -> None:
    paid = [{"amount": "24.00", "currency": "GBP", "provider_refund_id": 7}]
    teller.says(200, [detail(provider_order_id=55, refunds=paid), detail(provider_order_id=56, refunds=paid)])
    (payment,) = portal.payments("55")
    assert (payment.rma_number, payment.refund.refund_id, payment.refund.amount) == ("1673", "7", money("24.00"))


def test_calls_are_put_off_before_loop_turns_them_away(settings: LoopSettings, teller: Teller, noon: Clock) -> None:
    teller.says(200, detail())
    portal = open_portal(settings.model_copy(update={"calls_per_minute": 2}), noon)
    portal.rma("1673")
    portal.rma("1673")
    with pytest.raises(Busy) as caught:
        portal.rma("1673")
    portal.close()
    assert timedelta(seconds=50) < caught.value.wait <= timedelta(seconds=60)
    assert len(teller.asked) == 2


def test_a_call_is_let_through_once_the_minute_has_passed() -> None:
    now = [0.0]
    pacer = Pacer(2, lambda: now[0])
    assert [pacer.take(), pacer.take()] == [0.0, 0.0]
    now[0] = 15.0
    assert pacer.take() == 45.0
    now[0] = 60.0
    assert pacer.take() == 0.0


def test_a_429_asks_for_as_long_as_it_says(portal: LoopPortal, teller: Teller) -> None:
    teller.says(429, {}, headers={"retry-after": "7"})
    with pytest.raises(Busy) as caught:
        portal.rma("1673")
    assert caught.value.wait == timedelta(seconds=7)


def test_secrets_do_not_show_in_settings(settings: LoopSettings) -> None:
    assert "nobody-may-see" not in f"{settings!r} {settings}"
