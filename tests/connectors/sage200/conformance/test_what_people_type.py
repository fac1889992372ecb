"""The manual channel meets people: keys in small letters, other figures than asked, the same thing done twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.connectors.sage200.conformance.desktop_hands import HANDS, UNSIGNED
from tests.connectors.sage200.conformance.site_commands import NEXT
from tests.connectors.sage200.conformance.sites import NOON, SITES, At, connected

from tieout.domain import commands as c
from tieout.domain.identifiers import find_key
from tieout.ports.errors import BadAnswer, NeedsHand
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate

SIGNED = [kind for kind in HANDS if kind not in UNSIGNED and kind != "raise_return"]
"""What a person does in the manual channel and signs with the key."""
STOCK = ("write_on", "write_off", "issue_stock")


@pytest.fixture(scope="module")
def at() -> Iterator[At]:
    clock = SandboxClock.set_to(NOON)
    estate = Estate([Sage200Sandbox(clock)], clock)
    with ServedEstate(estate) as served, connected(served.url, clock, SITES["by-hand"]) as opened:
        yield opened


def asked(at: At, kind: str) -> tuple[c.AnyCommand, str]:
    """A command that is next, and the task that it becomes."""
    command = NEXT[kind](at)
    with pytest.raises(NeedsHand) as raised:
        at.bound(command).act()
    return command, raised.value.task


@pytest.mark.parametrize("kind", SIGNED)
def test_a_key_in_small_letters_is_found(at: At, kind: str) -> None:
    command, task = asked(at, kind)
    key = find_key(task)
    assert key == command.key
    HANDS[kind](at, command, task, key.lower())
    found = at.bound(command).look()
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    at.prove()


@pytest.mark.parametrize("kind", STOCK)
def test_another_quantity_than_asked_is_found_with_what_it_was(at: At, kind: str) -> None:
    command, task = asked(at, kind)
    HANDS[kind](at, command, task.replace("quantity 2", "quantity 3"), command.key)
    found = at.bound(command).look()
    assert found is not None
    sign = "" if kind == "write_on" else "-"
    assert c.differences(command.figures(), found.figures) == (("MUG@HOME/A1", f"{sign}2", f"{sign}3"),)


@pytest.mark.parametrize("kind", STOCK)
def test_stock_that_a_person_moved_twice_shows_twice_the_quantity(at: At, kind: str) -> None:
    command, task = asked(at, kind)
    for _ in range(2):
        HANDS[kind](at, command, task, command.key)
    found = at.bound(command).look()
    assert found is not None
    sign = "" if kind == "write_on" else "-"
    assert found.figures == {"MUG@HOME/A1": f"{sign}4"}


def test_a_journal_that_a_person_posted_twice_is_a_bad_answer(at: At) -> None:
    command, task = asked(at, "post_journal")
    for _ in range(2):
        HANDS["post_journal"](at, command, task, command.key)
    with pytest.raises(BadAnswer, match="several journals under one key"):
        at.bound(command).look()


def test_one_key_on_the_invoices_of_two_orders_is_a_bad_answer(at: At) -> None:
    command, task = asked(at, "post_sop_invoice")
    other, its_task = asked(at, "post_sop_invoice")
    HANDS["post_sop_invoice"](at, command, task, command.key)
    HANDS["post_sop_invoice"](at, other, its_task, command.key)
    with pytest.raises(BadAnswer, match="2 postings under one key"):
        at.bound(command).look()
    assert at.bound(other).look() is None
