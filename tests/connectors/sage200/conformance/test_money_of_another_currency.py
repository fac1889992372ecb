"""Books in euro: an amount in pounds is never taken for one in euro, and a wrong setting is found by the probe."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from tests.connectors.sage200.conformance.site_commands import NEXT
from tests.connectors.sage200.conformance.sites import NOON, SITES, At, connected
from tests.connectors.sage200.conftest import Keeper

from tieout.connectors.sage200 import open_ledger
from tieout.domain.money import Money
from tieout.ports.errors import Refused
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate

STATING_MONEY = (
    "enter_order",
    "post_sop_invoice",
    "post_sop_credit_note",
    "raise_credit_note",
    "post_refund_payment",
    "raise_invoice",
    "post_receipt",
    "allocate_credit",
    "allocate_postings",
    "post_bank_entry",
    "transfer_cash",
    "post_journal",
)


def holds_money(value: object) -> bool:
    """Whether an amount of money stands anywhere in a command."""
    if isinstance(value, Money):
        return True
    if isinstance(value, tuple):
        return any(holds_money(part) for part in value)
    if dataclasses.is_dataclass(value):
        return any(holds_money(getattr(value, field.name)) for field in dataclasses.fields(value))
    return False


def in_pounds(value: Any) -> Any:  # noqa: ANN401 - any part of a command
    """The same command with every amount in pounds."""
    if isinstance(value, Money):
        return Money(value.minor, "GBP")
    if isinstance(value, tuple):
        return tuple(in_pounds(part) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: in_pounds(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **changed)
    return value


@pytest.fixture(scope="module")
def clock() -> SandboxClock:
    return SandboxClock.set_to(NOON)


@pytest.fixture(scope="module")
def at(clock: SandboxClock) -> Iterator[At]:
    """The Irish company."""
    estate = Estate([Sage200Sandbox(clock)], clock)
    with ServedEstate(estate) as served, connected(served.url, clock, SITES["ireland"]) as opened:
        yield opened


def test_every_command_that_states_money_is_tried(at: At) -> None:
    assert {kind for kind, made in NEXT.items() if holds_money(made(at))} == set(STATING_MONEY)


@pytest.mark.parametrize("kind", STATING_MONEY)
def test_an_amount_in_pounds_is_refused_and_changes_nothing(at: At, kind: str) -> None:
    command = in_pounds(NEXT[kind](at))
    since = at.mark()
    with pytest.raises(Refused, match=r"EUR.*GBP|GBP.*EUR"):
        at.bound(command).act()
    assert at.effects(since) == {}
    at.prove()


def test_books_in_another_currency_than_the_settings_say_are_found_by_the_probe(at: At, clock: SandboxClock) -> None:
    said = {row.subject: row for row in at.sage.probe.findings()}
    assert (said["currency"].is_well, said["currency"].says) == (True, "the books are kept in EUR")
    token = SecretStr(at.does("POST", "/tokens", {})["refresh_token"])
    wrong = at.settings.model_copy(update={"base_currency": "GBP", "refresh_token": token})
    opened = open_ledger(wrong, Keeper(), clock.now)
    said = {row.subject: row for row in opened.probe.findings()}
    opened.close()
    assert not said["currency"].is_well
    assert 'base_currency = "EUR"' in said["currency"].says
