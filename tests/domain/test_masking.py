"""What nobody may read in a message that is shown, and what must stay readable in it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tieout.domain.masking import (
    CARD,
    DEEP,
    EMAIL,
    PERSONAL,
    PHONE,
    POSTCODE,
    SECRET,
    WRITTEN,
    Plain,
    is_card_number,
    masked,
    masked_looks,
    masked_text,
)


@pytest.mark.parametrize(
    ("name", "mask"),
    [
        *((name, PERSONAL) for name in ("email", "customerEmail", "Phone-Number", "first_name", "address1")),
        *((name, PERSONAL) for name in ("zip", "postCode", "city", "latitude", "browser_ip", "birthday")),
        *((name, SECRET) for name in ("access_token", "apiKey", "client_secret", "X-Signature", "Set-Cookie")),
        *((name, CARD) for name in ("card_number", "cardNumber", "cvv", "iban", "sort_code", "expiry_month")),
        *((name, WRITTEN) for name in ("note", "customer_note", "comments", "message")),
    ],
)
def test_a_value_is_masked_for_the_name_it_goes_by(name: str, mask: str) -> None:
    assert masked({"order": {name: "Zelda"}}) == {"order": {name: mask}}
    assert masked({name: ["Zelda", "Zoe"]}) == {name: [mask, mask]}


@pytest.mark.parametrize("name", ["customer", "shipping_address", "billingAddress", "delivery", "recipient"])
def test_whatever_stands_beneath_a_person_or_an_address_is_masked_but_ids(name: str) -> None:
    told: Plain = {name: {"id": 77, "name": "Ann", "more": {"lines": ["1 High Street"], "floor": 3}, "country": "GB"}}
    assert masked(told) == {
        name: {"id": 77, "name": PERSONAL, "more": {"lines": [PERSONAL], "floor": PERSONAL}, "country": "GB"}
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to ann.b+c@example.co.uk.", f"write to {EMAIL}."),
        ("ring 07700 900123 or +44 20 7946 0958", f"ring {PHONE} or {PHONE}"),
        ("sent to SW1A 1AA", f"sent to {POSTCODE}"),
        ("paid with 4111 1111 1111 1111", f"paid with {CARD}"),
        ("token shpat_0123456789abcdef", f"token {SECRET}"),
        ("Authorization: Bearer abcdefgh1234", f"Authorization: {SECRET}"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2ln", SECRET),
        ("account GB29 NWBK 6016 1331 9268 19", f"account {CARD}"),
    ],
)
def test_what_gives_itself_away_by_its_looks_is_masked_wherever_it_stands(text: str, shown: str) -> None:
    assert masked_looks(text) == shown
    assert masked({"title": text}) == {"title": shown}


def test_a_name_that_is_itself_an_address_is_masked() -> None:
    assert masked({"ann@example.com": 1}) == {EMAIL: 1}


def test_what_ties_a_record_to_other_systems_stays() -> None:
    told: Plain = {
        "id": 5551234567890,
        "admin_graphql_api_id": "gid://shopify/Order/4111111111111111",
        "name": "#W1001",
        "order_id": "4111111111111111",
        "tracking": "00340434161094042557",
        "sku": "MUG-SW1",
        "quantity": 2,
        "price": Decimal("10.10"),
        "received_at": "2026-11-20T10:15:00Z",
        "is_final": True,
        "nothing": None,
        "lines": [{"title": "Mug, blue", "reason": "Too small"}],
    }
    assert masked(told) == told


@pytest.mark.parametrize(
    ("number", "is_card"),
    [("4111111111111111", True), ("4111111111111112", False), ("378282246310005", True), ("1234567890123", False)],
)
def test_a_card_number_is_told_by_its_check_digit(number: str, is_card: bool) -> None:  # noqa: FBT001 - of the table
    assert is_card_number(number) is is_card


@pytest.mark.parametrize(
    ("text", "hidden", "shown"),
    [
        ("<order><Email>ann</Email><sku>MUG</sku></order>", "ann", "MUG"),
        ("<a:FirstName>Zelda</a:FirstName><ref>R1</ref>", "Zelda", "R1"),
        ("first_name=Zelda Fitz&sku=MUG", "Zelda Fitz", "sku=MUG"),
        ('{"last_name": "Fitz, Zelda", "sku": "MUG", "trunc', "Zelda", "MUG"),
        ("password: open sesame\nsku: MUG", "sesame", "MUG"),
    ],
)
def test_a_text_that_is_no_json_is_masked_by_its_names_too(text: str, hidden: str, shown: str) -> None:
    assert hidden not in masked_text(text)
    assert shown in masked_text(text)


def test_what_is_nested_without_end_is_cut() -> None:
    told: Plain = {"email": "ann"}
    for _ in range(200):
        told = {"a": told}
    assert DEEP in str(masked(told))


def test_the_number_of_a_sage_order_is_no_telephone_number() -> None:
    said = "Order 0000000123 is in use; request 0000000123-1; call 0113 496 0000 or 00441134960000"
    assert masked_looks(said) == (
        "Order 0000000123 is in use; request 0000000123-1; call [masked: telephone] or [masked: telephone]"
    )
