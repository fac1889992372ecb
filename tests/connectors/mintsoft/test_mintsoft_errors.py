"""Failures named for what to do next; the key that ends after a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr, ValidationError
from tests.connectors.mintsoft.served import CANCELLING, REFERENCE, Books, Clock, Keeper, Opening, Teller, item, order

from tieout.connectors.mintsoft import MintsoftSettings, MintsoftWarehouse
from tieout.ports.errors import BadAnswer, Busy, ConnectorError, Refused, Unauthorised, Unavailable

SIGNED = {"api_key": "", "username": "tieout", "password": "password-nobody-may-see"}
SEARCH = "/api/Order/Search"
CANCEL = "/api/Order/2207/Cancel"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, BadAnswer), (401, Unauthorised), (403, Unauthorised), (429, Busy), (500, Unavailable), (503, Unavailable)],
)
def test_a_read_that_fails_is_named_for_what_to_do(
    warehouse: MintsoftWarehouse, teller: Teller, status: int, kind: type[ConnectorError]
) -> None:
    teller.says("GET", SEARCH, {"Message": "no key-nobody-may-see today"}, status=status)
    with pytest.raises(kind) as caught:
        warehouse.request(REFERENCE)
    assert "nobody-may-see" not in str(caught.value)


@pytest.mark.parametrize(("status", "kind"), [(400, Refused), (404, Refused), (403, Unauthorised), (429, Busy)])
def test_a_change_that_was_certainly_not_made_is_never_unknown(
    warehouse: MintsoftWarehouse, books: Books, teller: Teller, status: int, kind: type[ConnectorError]
) -> None:
    books.find(order())
    teller.says("GET", CANCEL, {"Message": "not you"}, status=status)
    with pytest.raises(kind):
        warehouse.cancel_request(CANCELLING)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"Message": "The request is invalid.", "ModelState": {"o.SKU": ["SKU is required"]}}, "SKU is required"),
        ("plain words", "plain words"),
        ([{"Message": "in a list"}], "in a list"),
        (b"<html>", "Mintsoft answered 400"),
        ({"message": "small letters"}, "small letters"),
    ],
)
def test_a_refusal_keeps_mintsofts_words_wherever_they_stand(
    warehouse: MintsoftWarehouse, books: Books, teller: Teller, body: object, words: str
) -> None:
    books.find(order())
    teller.says("GET", CANCEL, body, status=400)
    with pytest.raises(Refused, match=words):
        warehouse.cancel_request(CANCELLING)


def test_busy_says_how_long_and_a_minute_where_mintsoft_does_not(warehouse: MintsoftWarehouse, teller: Teller) -> None:
    teller.says("GET", SEARCH, {}, status=429, headers={"Retry-After": "7"})
    teller.says("GET", SEARCH, {}, status=429)
    waits = []
    for _ in range(2):
        with pytest.raises(Busy) as caught:
            warehouse.request(REFERENCE)
        waits.append(caught.value.wait)
    assert waits == [timedelta(seconds=7), timedelta(seconds=60)]


def test_success_false_in_answer_to_a_read_is_no_order(warehouse: MintsoftWarehouse, teller: Teller) -> None:
    teller.says("GET", SEARCH, {"ID": 0, "Success": False, "Message": "search is down"})
    with pytest.raises(BadAnswer, match="search is down"):
        warehouse.request(REFERENCE)


def test_a_shape_that_does_not_fit_names_the_place_and_quotes_nothing(
    warehouse: MintsoftWarehouse, books: Books
) -> None:
    books.find(order())
    books.teller.says("GET", "/api/Order/2207/Items", [item(1, "BOOT", 2, OnBackOrder="secret words")])
    with pytest.raises(BadAnswer, match="onbackorder") as caught:
        warehouse.request(REFERENCE)
    assert "secret words" not in str(caught.value)


def test_a_read_that_meets_a_passing_failure_is_tried_again(opening: Opening, books: Books, teller: Teller) -> None:
    teller.says("GET", SEARCH, {}, status=503)
    books.find(order())
    books.hold(order(), item(1, "BOOT", 2))
    assert opening(reads_tried=2).request(REFERENCE) is not None


def test_silence_to_a_read_is_unavailable(warehouse: MintsoftWarehouse, teller: Teller) -> None:
    teller.says("GET", SEARCH, [], hang_up=True)
    with pytest.raises(Unavailable):
        warehouse.request(REFERENCE)


def test_user_and_password_give_a_key_that_is_kept_and_used_for_a_day(
    opening: Opening, teller: Teller, keeper: Keeper, clock: Clock
) -> None:
    teller.says("POST", "/api/Auth", "key-one")
    teller.says("POST", "/api/Auth", "key-two")
    teller.says("GET", SEARCH, [])
    opening(**SIGNED).request(REFERENCE)
    opening(**SIGNED).request(REFERENCE)
    assert teller.calls("/api/Auth", "POST")[0].json() == {"Username": "tieout", "Password": "password-nobody-may-see"}
    assert ({asked.headers["ms-apikey"] for asked in teller.calls(SEARCH)}, keeper.renewals) == ({"key-one"}, 1)
    clock.move(hours=23)
    opening(**SIGNED).request(REFERENCE)
    assert (teller.asked[-1].headers["ms-apikey"], keeper.renewals) == ("key-two", 2)


def test_a_key_that_ended_early_is_renewed_once_and_the_call_made_again(
    opening: Opening, teller: Teller, keeper: Keeper
) -> None:
    teller.says("POST", "/api/Auth", "key-one")
    teller.says("POST", "/api/Auth", "key-two")
    teller.says("GET", SEARCH, {}, status=401)
    teller.says("GET", SEARCH, [])
    assert opening(**SIGNED).request(REFERENCE) is None
    assert [asked.headers["ms-apikey"] for asked in teller.calls(SEARCH)][:2] == ["key-one", "key-two"]
    assert keeper.renewals == 2


def test_a_change_is_made_again_after_401_because_nothing_was_done(
    opening: Opening, books: Books, teller: Teller
) -> None:
    teller.says("POST", "/api/Auth", "key-one")
    books.find(order())
    teller.says("GET", CANCEL, {}, status=401)
    teller.says("GET", CANCEL, {"Success": True})
    opening(**SIGNED).cancel_request(CANCELLING)
    assert len(teller.calls(CANCEL)) == 2


def test_a_new_key_that_is_refused_too_is_unauthorised_and_not_tried_for_ever(opening: Opening, teller: Teller) -> None:
    teller.says("POST", "/api/Auth", "key-one")
    teller.says("GET", SEARCH, {}, status=401)
    with pytest.raises(Unauthorised, match="check the user's rights"):
        opening(**SIGNED).request(REFERENCE)
    assert len(teller.calls(SEARCH)) == 2


def test_a_key_that_never_ends_is_not_renewed(warehouse: MintsoftWarehouse, teller: Teller, keeper: Keeper) -> None:
    teller.says("GET", SEARCH, {}, status=401)
    with pytest.raises(Unauthorised, match="a new one that never ends"):
        warehouse.request(REFERENCE)
    assert (len(teller.calls(SEARCH)), keeper.renewals, teller.calls("/api/Auth", "POST")) == (1, 0, [])


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, "", Unauthorised),
        (400, {"Message": "bad"}, Unauthorised),
        (429, "", Busy),
        (503, "", Unavailable),
        (200, {"key": "x"}, BadAnswer),
        (200, "", BadAnswer),
    ],
)
def test_a_sign_in_that_fails_is_named_and_nothing_is_kept(
    opening: Opening, teller: Teller, keeper: Keeper, status: int, body: object, kind: type[ConnectorError]
) -> None:
    teller.says("POST", "/api/Auth", body, status=status)
    with pytest.raises(kind) as caught:
        opening(**SIGNED).request(REFERENCE)
    assert keeper.kept == {}
    assert "nobody-may-see" not in str(caught.value)


def test_a_changed_password_signs_in_anew(opening: Opening, teller: Teller, keeper: Keeper) -> None:
    teller.says("POST", "/api/Auth", "key-one")
    teller.says("GET", SEARCH, [])
    opening(**SIGNED).request(REFERENCE)
    opening(**{**SIGNED, "password": "another"}).request(REFERENCE)
    assert keeper.renewals == 2


def test_a_kept_key_that_cannot_be_read_is_replaced(opening: Opening, teller: Teller, keeper: Keeper) -> None:
    keeper.kept["depot", "mintsoft"] = "what another release kept"
    teller.says("POST", "/api/Auth", "key-one")
    teller.says("GET", SEARCH, [])
    opening(**SIGNED).request(REFERENCE)
    assert teller.asked[-1].headers["ms-apikey"] == "key-one"


def test_settings_name_one_way_in_and_show_no_secret() -> None:
    with pytest.raises(ValidationError, match="give api_key, or username and password"):
        MintsoftSettings(account="depot", username="tieout")
    with pytest.raises(ValidationError, match="webhook_url needs inbound_secret"):
        MintsoftSettings(account="depot", api_key=SecretStr("k"), webhook_url="https://tieout.example/in")
    settings = MintsoftSettings(account="depot", api_key=SecretStr("key-nobody-may-see"))
    assert "nobody" not in f"{settings!r}{settings}"
