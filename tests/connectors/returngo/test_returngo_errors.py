from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tieout.connectors.returngo import ReturnGoPortal, ReturnGoSettings, open_portal
from tieout.domain import commands as c
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
    from .conftest import Purse, Teller

Clock = Callable[[], datetime]
DONE = c.MarkDone(key="TDN-0123456789ABCDEF", batch="", units=(), rma="1234")


@pytest.fixture
def portal(settings: ReturnGoSettings, purse: Purse, noon: Clock) -> ReturnGoPortal:
    return open_portal(settings, purse, noon)


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (400, BadAnswer, Refused),
        (401, Unauthorised, Unauthorised),
        (403, Unauthorised, Unauthorised),
        (409, BadAnswer, Refused),
        (429, Busy, Busy),
        (500, Unavailable, OutcomeUnknown),
        (502, Unavailable, OutcomeUnknown),
        (504, Unavailable, OutcomeUnknown),
    ],
)
def test_every_status_is_named_for_what_to_do_next(
    portal: ReturnGoPortal,
    teller: Teller,
    status: int,
    reading: type[ConnectorError],
    writing: type[ConnectorError],
) -> None:
    teller.says(status, {"message": "no"})
    with pytest.raises(reading) as read:
        portal.rma("1234")
    with pytest.raises(writing) as written:
        portal.mark_done(DONE)
    assert type(read.value) is reading
    assert type(written.value) is writing


def test_an_rma_that_is_not_there_is_none_but_it_cannot_be_finished(portal: ReturnGoPortal, teller: Teller) -> None:
    teller.says(404, {"message": "RMA not found"})
    assert portal.rma("1234") is None
    assert portal.find_done(DONE) is None
    with pytest.raises(Refused, match="RMA not found"):
        portal.mark_done(DONE)


def test_silence_after_a_write_is_an_unknown_outcome_and_after_a_read_only_unavailable(
    portal: ReturnGoPortal, teller: Teller
) -> None:
    teller.says(200, {}, silence_seconds=0.8)
    with pytest.raises(Unavailable):
        portal.rma("1234")
    with pytest.raises(OutcomeUnknown):
        portal.mark_done(DONE)


def test_a_connection_lost_after_a_write_is_an_unknown_outcome(portal: ReturnGoPortal, teller: Teller) -> None:
    teller.says(200, {}, hang_up=True)
    with pytest.raises(OutcomeUnknown):
        portal.mark_done(DONE)


def test_a_refused_connection_did_nothing(settings: ReturnGoSettings, purse: Purse, noon: Clock) -> None:
    nobody = settings.model_copy(update={"base_url": "http://127.0.0.1:9"})
    with pytest.raises(Unavailable):
        open_portal(nobody, purse, noon).mark_done(DONE)


@pytest.mark.parametrize(("headers", "seconds"), [({"Retry-After": "17"}, 17), ({}, 60)])
def test_busy_says_how_long(portal: ReturnGoPortal, teller: Teller, headers: dict[str, str], seconds: int) -> None:
    teller.says(429, {}, headers=headers)
    with pytest.raises(Busy) as caught:
        portal.rma("1234")
    assert caught.value.wait == timedelta(seconds=seconds)


def test_a_used_up_allowance_is_busy_until_the_next_day_and_asks_nothing(
    portal: ReturnGoPortal, teller: Teller, purse: Purse
) -> None:
    purse.left = 0
    with pytest.raises(Busy) as caught:
        portal.rma("1234")
    assert caught.value.wait == timedelta(hours=12)
    assert (teller.asked, purse.spent) == ([], ["portal"])


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"[]", b'{"rmaSummary": NaN}'])
def test_an_answer_that_is_no_rma_is_bad(portal: ReturnGoPortal, teller: Teller, body: bytes) -> None:
    teller.says(200, body)
    with pytest.raises(BadAnswer):
        portal.rma("1234")


def test_both_headers_go_with_every_call_and_the_list_is_cut_by_creation(
    portal: ReturnGoPortal, teller: Teller, purse: Purse
) -> None:
    teller.says(200, {"rmas": [{"rmaId": "2", "status": "Pending"}], "next_cursor": "next/one"})
    teller.says(200, {"rmas": [{"rmaId": "1", "status": "Done"}], "next_cursor": None})
    since = datetime(2026, 11, 1, tzinfo=UTC)
    assert [head.number for head in portal.rmas(since)] == ["2", "1"]
    assert [asked.headers["x-shop-name"] for asked in teller.asked] == ["tieout-demo.myshopify.com"] * 2
    assert {asked.headers["x-api-key"] for asked in teller.asked} == {"key-nobody-may-see"}
    assert "pagesize=500" in teller.asked[0].path
    assert "rma_created_at=gte%3A2026-11-01T00%3A00%3A00" in teller.asked[0].path
    assert "cursor=next%2Fone" in teller.asked[1].path
    assert purse.spent == ["portal", "portal"]


def test_a_list_that_goes_in_circles_ends_in_a_bad_answer(portal: ReturnGoPortal, teller: Teller) -> None:
    teller.says(200, {"rmas": [], "next_cursor": "again"})
    with pytest.raises(BadAnswer, match="never end"):
        list(portal.rmas(None))


def test_finishing_sends_the_documented_word(portal: ReturnGoPortal, teller: Teller) -> None:
    teller.says(200, {})
    portal.mark_done(DONE)
    assert (teller.asked[0].method, teller.asked[0].path) == ("PUT", "/rma/1234/status")
    assert json.loads(teller.asked[0].body) == {"status": "Done"}


def test_no_secret_shows_in_errors_or_settings(
    portal: ReturnGoPortal, settings: ReturnGoSettings, teller: Teller
) -> None:
    texts = [repr(settings), str(settings), settings.model_dump_json()]
    for status in (400, 401, 429, 500):
        teller.told.clear()
        teller.says(status, {"message": "the key key-nobody-may-see is odd"})
        with pytest.raises(ConnectorError) as caught:
            portal.mark_done(DONE)
        texts.append(repr(caught.value))
    assert not [text for text in texts if "nobody-may-see" in text]
