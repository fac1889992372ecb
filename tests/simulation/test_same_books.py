"""Whatever the order of news, the misbehaviour of systems and the moments of death: the books of the calm run."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from sqlalchemy import event

if TYPE_CHECKING:
    from tests.processes.house import House, Rma
    from tests.simulation.conftest import NewHouse

Story: TypeAlias = "Iterator[Rma]"
SEEDS = [*(range(1, 4)), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 41))]
HOSTILE: dict[str, dict[str, Any]] = {
    "sage200": {
        "lost_reply": 0.1,
        "lost_reply_as": "504",
        "late_commit": 0.05,
        "late_commit_seconds": 0.06,
        "error_before": 0.05,
        "busy": 0.05,
        "busy_seconds": 0,
        "lock": 0.05,
        "lock_seconds": 0.2,
        "expired_token": 0.01,
        "unknown_fields": 0.1,
    },
    "returngo": {"lost_reply": 0.1, "lost_reply_as": "500", "error_before": 0.05, "busy": 0.05, "busy_seconds": 0},
    "shopify": {
        "lost_reply": 0.1,
        "lost_reply_as": "504",
        "late_commit": 0.05,
        "late_commit_seconds": 0.06,
        "error_before": 0.05,
        "unknown_fields": 0.1,
    },
}


class PowerCut(BaseException):
    """The process ends here."""


def in_two_parcels(house: House) -> Story:
    rma = house.authorised("W1002", ("MUG", 5))
    yield rma
    house.receive(rma, *rma.units[:2])
    yield rma
    house.receive(rma, *rma.units[2:])
    yield rma


def partly_damaged(house: House) -> Story:
    rma = house.authorised("W1004", ("MUG", 2), ("BOWL", 2))
    yield rma
    house.receive(rma, damaged=(rma.units[0], rma.units[3]))
    yield rma


def cancelled_and_reopened(house: House) -> Story:
    rma = house.authorised("W1001", ("MUG", 2), ("BOOK", 1))
    yield rma
    house.act(rma, "cancel")
    yield rma
    house.act(rma, "reopen")
    yield rma
    house.receive(rma)
    yield rma


def another_of_the_same_order(house: House) -> Story:
    rma = house.authorised("W1001", ("MUG", 1, "Changed mind"))
    yield rma
    house.receive(rma)
    yield rma


def never_sent(house: House) -> Story:
    rma = house.authorised("W1004", ("BOWL", 1))
    yield rma
    house.act(rma, "cancel")
    yield rma


def all_of_it_at_once(house: House) -> Story:
    rma = house.authorised("W1003", ("LAMP", 2, "Faulty"))
    house.receive(rma, graded=False)
    yield rma


STORIES: tuple[Callable[[House], Story], ...] = (
    in_two_parcels,
    partly_damaged,
    cancelled_and_reopened,
    another_of_the_same_order,
    never_sent,
    all_of_it_at_once,
)


def summed(house: House) -> dict[str, object]:
    """The books, however many credit notes and refunds they took."""
    books = house.control.books()
    refunded: Counter[str] = Counter()
    for order, amount in books.refunds:
        refunded[order] += amount
    return {
        "net": sum(net for _, net, _ in books.credits),
        "tax": sum(tax for _, _, tax in books.credits),
        "refunded": dict(refunded),
        "paid": sum(books.payments),
        "outstanding": books.outstanding,
        "stock": books.stock,
        "available": books.available,
        "statuses": Counter(status for _, status in books.rmas),
    }


def live_calmly(house: House) -> dict[str, object]:
    """Every story told to its end, one after the other, by word of mouth."""
    for story in STORIES:
        for rma in story(house):
            house.drain(rma)
    return summed(house)


def live_wildly(house: House, chance: random.Random) -> list[Rma]:
    """The same stories in pieces and in any order, half of the news untold, everybody in a temper, deaths."""
    for system, temper in HOSTILE.items():
        house.control.temper(system, seed=chance.randrange(10**6), **temper)
    open_stories = [story(house) for story in STORIES]
    rmas: dict[str, Rma] = {}
    while open_stories:
        story = chance.choice(open_stories)
        rma = next(story, None)
        if rma is None:
            open_stories.remove(story)
            continue
        rmas[rma.number] = rma
        if chance.random() < 0.5:
            house.tell(rma)
        if chance.random() < 0.5:
            work_until_death(house, chance.randint(1, 40))
    return list(rmas.values())


def work_until_death(house: House, commits: int) -> None:
    """A round of work in which the power may fail at a commit."""
    left = [commits]

    def committing(_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise PowerCut

    engine = house.application.store._engine
    event.listen(engine, "commit", committing)
    try:
        with suppress(PowerCut):
            house.work()
    finally:
        event.remove(engine, "commit", committing)
        engine.dispose()  # the connections die with the process


def come_to_rest(house: House, rmas: list[Rma]) -> None:
    """The storm is over: the sweeps find what nobody told, and everything is worked through.

    A refresh token whose reply was lost is gone for good: a person signs in once.
    """
    for system in HOSTILE:
        house.control.temper(system)
    house.control.ask("DELETE", "/sage200/locks")
    house.sign_in()
    house.sweep()
    house.tell(*rmas)
    house.drain(seconds=60)
    house.sweep()
    house.drain(seconds=60)


@pytest.mark.parametrize("seed", SEEDS)
def test_any_life_ends_in_the_books_of_the_calm_one(new_house: NewHouse, seed: int) -> None:
    """RET-20, X-06, X-35: safety while faults fly, liveness when they stop."""
    chance = random.Random(seed)
    route = chance.choice(["sop", "ledger"])
    calm = live_calmly(new_house(seed, route=route))
    house = new_house(seed, route=route, late_commit=0.12, lanes=chance.choice([1, 3]), read_seconds=1.0)
    rmas = live_wildly(house, chance)
    house.control.prove()
    come_to_rest(house, rmas)
    assert [case.faults for case in house.open_cases()] == []
    assert summed(house) == calm
    assert {house.document(rma).state for rma in rmas} == {"done"}
    house.control.prove()
