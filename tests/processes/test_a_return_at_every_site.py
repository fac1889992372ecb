"""One return, whole, at every kind of Sage 200: edition, channel, credit route, currency, release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.processes.estate import Control, Market, build_estate
from tests.processes.house import COMPANY, LONG_AGO, Choices, House

from tieout.domain.identifiers import find_key
from tieout.processes.polls import poll_ledger
from tieout.sandbox.serve import ServedEstate
from tieout.store import effects

if TYPE_CHECKING:
    from tests.processes.house import Rma

    from tieout.store.cases import Case

STANDARD_API = "/uk/sage200/accounts/v1"
PROFESSIONAL_API = "/uk/sage200extra/accounts/v1"
STERLING = Market(api=PROFESSIONAL_API)
IRELAND = Market(
    company_id=4,
    api=PROFESSIONAL_API,
    currency="EUR",
    rates={1: Decimal(23), 2: Decimal(0), 9: Decimal(9)},
)
OUTLET = Market(company_id=5, api=STANDARD_API)
SITES = {
    "UK Professional, companion, sop": (STERLING, Choices(route="sop", channel="companion")),
    "UK Professional, companion, ledger": (STERLING, Choices(route="ledger", channel="companion")),
    "UK Professional, by hand, sop": (STERLING, Choices(route="sop", channel="manual")),
    "UK Professional, by hand, ledger": (STERLING, Choices(route="ledger", channel="manual")),
    "UK Standard, by hand, sop": (OUTLET, Choices(route="sop", channel="manual")),
    "UK Standard, by hand, ledger": (OUTLET, Choices(route="ledger", channel="manual")),
    "Ireland, companion, sop": (IRELAND, Choices(route="sop", channel="companion")),
    "Ireland, companion, ledger": (IRELAND, Choices(route="ledger", channel="companion")),
}


@pytest.fixture(params=list(SITES.values()), ids=list(SITES))
def at_site(request: pytest.FixtureRequest, address: str, tmp_path: Path) -> Iterator[House]:
    """A house at one site, polled once when nothing had happened yet."""
    market, choices = request.param
    estate = build_estate()
    with ServedEstate(estate) as served:
        control = Control(served.url, estate, market)
        control.fill()
        house = House(control, tmp_path, address, choices)
        house.set_rules()
        poll(house)
        yield house
        house.close()
        control.close()


def poll(house: House) -> int:
    return poll_ledger(house.application.floor, house.application.companies[COMPANY], timedelta(days=60))


def key_of(case: Case) -> str:
    """The reference that a case asks a person to type."""
    key = find_key(str(case.faults))
    assert key is not None, case.faults
    return key


def return_key(house: House, rma: Rma) -> str:
    document = house.document(rma)
    with house.application.store.scope(COMPANY) as c:
        return next(effect.key for effect in effects.effects_of(c, document) if effect.command == "raise_return")


def do_by_hand(house: House, rma: Rma, case: Case) -> None:
    """What a person does in Sage's screens when the desk asks for it."""
    task, key = str(case.faults), key_of(case)
    if "Goods Despatched and Received" in task:
        asked = {"return": return_key(house, rma), "bin": "A1", "reference": key}
        house.control.post("/sage200/desktop/receive-return", asked)
    elif "Print Credit Notes" in task:
        asked = {"return": return_key(house, rma), "reference": key}
        house.control.post("/sage200/desktop/post-credit-note", asked)
    else:
        assert "Add Stock" in task, task
        second = task.partition("and ")[2].partition(" as the second reference")[0]
        house.control.post(
            "/sage200/desktop/add-stock",
            {
                "product": "MUG",
                "warehouse": "HOME",
                "bin": "A1",
                "quantity": "2",
                "reference": key,
                "second_reference": second,
                "nominal": "5200",
            },
        )


def test_a_return_ties_out_whatever_sage_it_meets(at_site: House) -> None:
    house, currency = at_site, at_site.control.market.currency
    rate = house.control.market.rates[1]
    on_the_shelf = house.control.books().in_bin("MUG", "A1")
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    by_hand = 0
    while (case := house.case(rma)) is not None:
        assert (case.code, house.choices.channel) == ("HAND_POSTING_NEEDED", "manual"), case.faults
        assert house.control.books().refunds == (), "no money goes back before the credit note is read back"
        do_by_hand(house, rma, case)
        by_hand += 1
        assert poll(house) == 1, "the reference in Sage wakes the return by itself"
        house.drain()
    expected = {"sop": 2, "ledger": 1}[house.choices.route] if house.choices.channel == "manual" else 0
    assert by_hand == expected
    assert house.document(rma).state == "done"
    books, vat = house.control.books(), int(20 * rate)
    assert books.credits == (("2011-01-20", 2000, vat),)
    assert books.refunds == (("W1001", 2000 + vat),)
    assert (books.payments, books.outstanding) == ((2000 + vat,), 0)
    assert books.in_bin("MUG", "A1") == on_the_shelf + 2
    assert house.leg_states(rma).keys() == {"agreed"}
    with house.application.store.scope(COMPANY) as c:
        kept = effects.effects_of(c, house.document(rma))
    assert {effect.state for effect in kept} == {"done"}
    assert f"'{currency}'" in str([effect.content for effect in kept])
    house.control.prove()


@pytest.fixture
def old_release(address: str, tmp_path: Path) -> Iterator[House]:
    """A site of release 2024 R1, which cannot raise sales returns."""
    estate = build_estate()
    with ServedEstate(estate) as served:
        control = Control(served.url, estate, STERLING)
        control.fill()
        control.put("/sage200/release", {"release": "2024 R1"})
        house = House(control, tmp_path, address, Choices(route="sop"))
        house.set_rules()
        yield house
        house.close()
        control.close()


def test_a_site_without_sales_returns_puts_the_return_on_a_desk_and_posts_nothing(old_release: House) -> None:
    house = old_release
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert case.code == "POSTING_REFUSED"
    assert "2025 R1" in str(case.faults), "the case says what is missing"
    assert house.control.books().refunds == ()
    house.control.prove()


def test_the_same_site_credits_by_the_ledger_route(old_release: House) -> None:
    house = old_release
    house.choose(route="ledger")
    house.rule("policy", "credit_on", LONG_AGO, value="receipt")
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    assert house.document(rma).state == "done"
    assert house.control.books().credits == (("2011-01-20", 1000, 200),)
    house.control.prove()
