"""What ShipBob answers when it says no, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from tieout.connectors.shipbob import ShipBobSettings, ShipBobWarehouse
from tieout.connectors.shipbob.answers import refusal_in
from tieout.connectors.shipbob.client import ShipBobClient
from tieout.connectors.shipbob.pacing import Pacer
from tieout.ports.errors import (
    BadAnswer,
    Busy,
    ConnectorError,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unavailable,
)

from .conftest import CANCEL, NOON, REFERENCE, order, send

if TYPE_CHECKING:
    from .conftest import Opening, Teller

STATUSES: list[tuple[int, type[ConnectorError], type[ConnectorError]]] = [
    (400, BadAnswer, Refused),
    (401, Unauthorised, Unauthorised),
    (403, Unauthorised, Unauthorised),
    (404, BadAnswer, Refused),
    (409, BadAnswer, Refused),
    (422, BadAnswer, Refused),
    (429, Busy, Busy),
    (500, Unavailable, OutcomeUnknown),
    (503, Unavailable, OutcomeUnknown),
]


@pytest.mark.parametrize(("status", "reading", "writing"), STATUSES)
def test_every_status_is_named_for_what_to_do_next(
    warehouse: ShipBobWarehouse,
    teller: Teller,
    status: int,
    reading: type[ConnectorError],
    writing: type[ConnectorError],
) -> None:
    said = {"": ["token-nobody-may-see is not right"]}
    teller.says(status, said)
    with pytest.raises(reading) as read:
        warehouse.request(REFERENCE)
    teller.told[:] = []
    teller.says(status, said)
    teller.says(200, [])
    with pytest.raises(writing) as sent:
        warehouse.send_request(send())
    teller.told[:] = []
    teller.says(200, [order()])
    teller.says(status, said)
    with pytest.raises(writing) as cancelled:
        warehouse.cancel_request(CANCEL)
    assert [isinstance(each.value, writing) for each in (sent, cancelled)] == [True, True]
    assert type(read.value) is reading
    assert "nobody-may-see" not in f"{read.value} {sent.value} {cancelled.value}"


READS: list[Callable[[ShipBobWarehouse], object]] = [
    lambda bob: bob.find_request(send()),
    lambda bob: bob.find_cancelled(CANCEL),
    lambda bob: bob.shipments(REFERENCE),
    lambda bob: list(bob.changed(None)),
    lambda bob: list(bob.movements("")),
    lambda bob: bob.stock(),
]


@pytest.mark.parametrize("read", READS, ids=["find", "cancelled", "shipments", "changed", "movements", "stock"])
@pytest.mark.parametrize(
    "body", [b"<html>", b'"text"', {"items": 7, "data": 7}, [{"reference_id": REFERENCE, "id": "x"}], [7]]
)
def test_nonsense_is_a_bad_answer(
    warehouse: ShipBobWarehouse, teller: Teller, body: object, read: Callable[[ShipBobWarehouse], object]
) -> None:
    teller.says(200, body)
    with pytest.raises(BadAnswer):
        read(warehouse)


def test_silence_after_a_write_is_not_a_no(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(0)
    with pytest.raises(OutcomeUnknown):
        warehouse.send_request(send())
    assert len(teller.asked) == 1


def test_silence_after_a_read_can_be_asked_again(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, [], silence_seconds=0.7)
    with pytest.raises(Unavailable):
        warehouse.request(REFERENCE)


def test_an_order_whose_answer_cannot_be_read_was_sent_all_the_same(
    warehouse: ShipBobWarehouse, teller: Teller
) -> None:
    teller.says(201, b"<html>")
    warehouse.send_request(send())


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-retry-after": "17"}, timedelta(seconds=17)),
        ({"retry-after": "9"}, timedelta(seconds=9)),
        ({"x-retry-after": "17", "retry-after": "9"}, timedelta(seconds=17)),
        ({"x-retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}, timedelta(seconds=30)),
        ({}, timedelta(seconds=60)),
    ],
)
def test_too_many_calls_are_put_off_for_as_long_as_asked(
    warehouse: ShipBobWarehouse, teller: Teller, headers: dict[str, str], wait: timedelta
) -> None:
    teller.says(429, b"", headers=headers)
    with pytest.raises(Busy) as busy:
        warehouse.request(REFERENCE)
    assert busy.value.wait == wait


def test_calls_over_the_allowance_wait_on_our_side(opening: Opening, teller: Teller) -> None:
    teller.says(200, [])
    bob = opening(calls_per_minute=2)
    bob.request(REFERENCE)
    bob.request(REFERENCE)
    with pytest.raises(Busy, match="2 calls that ShipBob allows") as busy:
        bob.request(REFERENCE)
    assert timedelta(seconds=50) < busy.value.wait <= timedelta(seconds=60)
    assert len(teller.asked) == 2


def test_a_short_wait_is_waited_for(settings: ShipBobSettings, teller: Teller) -> None:
    teller.says(200, [])
    waited: list[float] = []
    patient = settings.model_copy(update={"calls_per_minute": 1, "pause_seconds_max": 61})

    def pause(seconds: float) -> None:
        waited.append(seconds)
        client._pacer._calls.clear()

    client = ShipBobClient(patient, lambda: NOON, pause)
    client.order(REFERENCE)
    client.order(REFERENCE)
    client.close()
    assert len(waited) == 1
    assert 50 < waited[0] <= 60


@given(st.lists(st.floats(0, 30), max_size=80), st.integers(1, 6))
def test_no_minute_ever_holds_more_calls_than_are_allowed(gaps: list[float], allowed: int) -> None:
    """Whenever calls are asked for: among any that were let through, no more than allowed lie within a minute."""
    now = 0.0
    pacer = Pacer(allowed, lambda: now)
    made: list[float] = []
    for gap in gaps:
        now += gap
        if pacer.take() == 0:
            made.append(now)
    assert all(later - earlier >= 60 for earlier, later in zip(made, made[allowed:], strict=False))
    assert all(later >= earlier for earlier, later in pairwise(made))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"": ["Cannot insert order with existing ReferenceId"]}, "Cannot insert order with existing ReferenceId"),
        ({"ReferenceId": ["taken"], "Products[0].Quantity": ["too few", "not whole"]},
         "ReferenceId: taken; Products[0].Quantity: too few; Products[0].Quantity: not whole"),
        ({"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "facility_id is required"},
         "facility_id is required"),
        ({"type": "x", "title": "Validation failed", "status": 400, "errors": {"cursor": ["not a number"]}},
         "Validation failed; cursor: not a number"),
        ({"message": "Invalid return", "errors": ["No inventory"], "details": None, "stackTrace": "at X.Y()"},
         "Invalid return; No inventory"),
        ({"code": "CONFLICT", "message": "Being picked"}, "Being picked"),
        (["one", {"message": "two"}], "one; two"),
        ("plain words", "plain words"),
        ({"stackTrace": "at X.Y()"}, ""),
        ({"message": "  ", "errors": None}, ""),
        (None, ""),
        (7, ""),
    ],
)  # fmt: skip
def test_every_shape_of_error_is_read_out(body: object, words: str) -> None:
    assert refusal_in(body) == words  # type: ignore[arg-type] # any JSON


def test_a_long_error_is_cut() -> None:
    assert len(refusal_in({"": ["x" * 5000]})) == 300


def test_no_secret_shows_in_the_settings(settings: ShipBobSettings) -> None:
    assert "nobody-may-see" not in repr(settings)
    assert "whsec" not in str(settings)


@pytest.mark.parametrize("secret", ["secret", "whsec_", "whsec_%%%", "whsec_abcd%%%%", "whsec_A"])
def test_a_secret_that_signs_nothing_is_not_taken_and_not_shown(secret: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        ShipBobSettings(account="bob", token=SecretStr("t"), channel_id=1, webhook_secret=SecretStr(secret))
    assert "ShipBob shows it" in str(wrong.value)
    assert secret == "whsec_" or f"'{secret}'" not in str(wrong.value)


def test_times_are_asked_for_in_utc(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, [])
    list(warehouse.changed(datetime(2026, 7, 1, 13, 0, tzinfo=UTC)))
    assert "2026-07-01T12%3A55%3A00Z" in teller.asked[-1].path
