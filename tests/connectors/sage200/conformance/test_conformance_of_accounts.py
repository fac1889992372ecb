"""Customer accounts, delivery addresses and notes, against a served Sage 200."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.ports.errors import BadAnswer, OutcomeUnknown, Refused

if TYPE_CHECKING:
    from .conftest import World

HOME = c.PostalAddress(
    name="A Person",
    lines=("1 High Street", "Headingley"),
    city="Leeds",
    county="West Yorkshire",
    postcode="LS1 1AA",
    country="GB",
    contact="Ann Person",
    telephone="0113 496 0000",
    email="ann@example.com",
)


def account(_: World) -> c.OpenCustomer:
    return c.OpenCustomer(
        key="NEWSHOP",
        reference="NEWSHOP",
        name="New Shop Ltd",
        address=HOME,
        vat_number="GB999999973",
        tax_code="1",
        nominal=Nominal(account="4000"),
    )


def address(world: World) -> c.AddDeliveryAddress:
    return c.AddDeliveryAddress(key="TDA-0000000000000001", customer_id=world.order.customer_id, address=HOME)


def note(world: World) -> c.WriteMemo:
    text = "Order SHOP-1001\nreturned as RMA-77, it's 'fine'"
    return c.WriteMemo(key="TME-0000000000000001", on_what="customer", target=world.order.customer_id, note=text)


def posting_note(world: World) -> c.WriteMemo:
    (posted, *_) = world.sage.feeds.changed_postings(None)
    return dataclasses.replace(note(world), key="TME-0000000000000002", on_what="posting", target=posted.urn)


@dataclasses.dataclass(frozen=True)
class Deed:
    command: Callable[[World], Any]
    find: Callable[[World], Callable[[Any], c.Found | None]]
    do: Callable[[World], Callable[[Any], None]]
    path: str


DEEDS = {
    "account": Deed(
        account, lambda w: w.sage.customers.find_customer, lambda w: w.sage.customers.open_customer, "customers"
    ),
    "address": Deed(
        address,
        lambda w: w.sage.customers.find_delivery_address,
        lambda w: w.sage.customers.add_delivery_address,
        "customer_delivery_addresses",
    ),
    "note": Deed(note, lambda w: w.sage.customers.find_memo, lambda w: w.sage.customers.write_memo, "customer_memos"),
    "posting's note": Deed(
        posting_note,
        lambda w: w.sage.customers.find_memo,
        lambda w: w.sage.customers.write_memo,
        "sales_posted_transaction_memos",
    ),
}


@pytest.fixture(params=DEEDS)
def deed(request: pytest.FixtureRequest) -> Deed:
    found: Deed = DEEDS[request.param]
    return found


def test_what_was_entered_reads_back(world: World, deed: Deed) -> None:
    command = deed.command(world)
    assert deed.find(world)(command) is None
    deed.do(world)(command)
    found = deed.find(world)(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_what_lost_its_answer_is_found(world: World, deed: Deed) -> None:
    command = deed.command(world)
    world.temper(lost_reply=1, lost_reply_as="504", limit=1, path_contains=deed.path)
    with pytest.raises(OutcomeUnknown):
        deed.do(world)(command)
    found = deed.find(world)(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_a_key_that_begins_another_is_not_taken_for_it(world: World, deed: Deed) -> None:
    command = deed.command(world)
    deed.do(world)(command)
    shorter = {"key": command.key[:-1]}
    if isinstance(command, c.OpenCustomer):
        shorter["reference"] = shorter["key"]
    assert deed.find(world)(dataclasses.replace(command, **shorter)) is None


@pytest.mark.parametrize("name", ["address", "note", "posting's note"])
def test_two_of_one_key_are_a_bad_answer(world: World, name: str) -> None:
    deed = DEEDS[name]
    command = deed.command(world)
    deed.do(world)(command)
    deed.do(world)(command)
    with pytest.raises(BadAnswer, match=r"2 .* under one key: \d+, \d+"):
        deed.find(world)(command)


def test_an_account_that_is_there_is_not_opened_again(world: World) -> None:
    command = account(world)
    world.sage.customers.open_customer(command)
    with pytest.raises(Refused, match="NEWSHOP"):
        world.sage.customers.open_customer(command)


def test_every_name_that_is_too_long_is_told_at_once_and_nothing_is_opened(world: World) -> None:
    long = dataclasses.replace(HOME, lines=("x" * 61,), postcode="LS1 1AA EXTRA", email="e" * 228)
    command = dataclasses.replace(account(world), reference="TOOLONGREF", name="n" * 61, address=long)
    with pytest.raises(Refused) as refused:
        world.sage.customers.open_customer(command)
    for part in ("reference has 10", "name has 61", "address 1 has 61", "postcode has 13", "email has 228"):
        assert part in refused.value.reason
    assert world.sage.customers.find_customer(command) is None


def test_a_note_longer_than_sage_keeps_is_refused_before_it_is_sent(world: World) -> None:
    command = dataclasses.replace(note(world), note="x" * 980)
    with pytest.raises(Refused, match="note has 1001 characters of 1000"):
        world.sage.customers.write_memo(command)
    assert world.sage.customers.find_memo(command) is None


def test_a_country_that_sage_does_not_know_is_refused(world: World) -> None:
    command = dataclasses.replace(address(world), address=dataclasses.replace(HOME, country="Ruritania"))
    with pytest.raises(Refused, match="no country Ruritania"):
        world.sage.customers.add_delivery_address(command)


def test_an_account_is_not_opened_where_sage_numbers_accounts_itself(world: World) -> None:
    world.does("PUT", "/settings", {"sales_ledger": {"auto_generate_account_numbers": True}})
    with pytest.raises(Refused, match="numbers customer accounts itself"):
        world.sage.customers.open_customer(account(world))


@pytest.mark.parametrize("target", ["99999", "X12"])
def test_a_note_on_a_posting_that_is_not_there_is_refused(world: World, target: str) -> None:
    command = dataclasses.replace(note(world), on_what="posting", target=target)
    with pytest.raises(Refused):
        world.sage.customers.write_memo(command)
