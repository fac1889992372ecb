"""Two people, or one form twice, at the same moment: one of them is too late, and nothing is done twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.console.api_filling import fill
from tests.console.conftest import NOW, add_person

from tieout.console.parts import Console
from tieout.domain.people import Actor, Role
from tieout.processes.desk import NotPossible, acts, bulk
from tieout.processes.desk.bulk import Order
from tieout.processes.mapping_desk import deciding
from tieout.processes.people import access_rules, giving_access
from tieout.store import audit, cases, comments, mapping_proposals, people

ANN = Actor(name="ann", display_name="Ann", roles=(Role.FINANCE_APPROVER,))
BEN = Actor(name="ben", display_name="Ben", roles=(Role.FINANCE_APPROVER,))


@pytest.fixture
def console(console: Console) -> Console:
    fill(console)
    return console


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """What came of deeds that begin at one moment: what each refused, or nothing."""
    begin = threading.Barrier(len(deeds))

    def did(deed: Callable[[], object]) -> str:
        begin.wait()
        try:
            deed()
        except NotPossible as refused:
            return str(refused)
        return ""

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(did, deeds))


def finance_case(console: Console) -> int:
    with console.store.scope(None) as c:
        return next(one.id for one in cases.open_cases(c) if one.owner == "finance")


def noted(console: Console, *actions: str) -> Sequence[str]:
    with console.store.scope(None) as c:
        return [one.action for one in audit.entries(c, limit=1000) if one.action in actions]


def test_of_two_who_close_one_case_at_once_one_is_too_late(console: Console) -> None:
    number = finance_case(console)

    def close(who: Actor) -> Callable[[], object]:
        return lambda: acts.resolve(console.desk, who, number, where="sage", why=f"by {who.name}", key=who.name)

    said = at_once(close(ANN), close(BEN))
    assert sorted(map(bool, said)) == [False, True]
    assert noted(console, "case.resolve") == ["case.resolve"]


def test_one_comment_that_is_sent_four_times_at_once_is_one_comment(console: Console) -> None:
    number = finance_case(console)
    deeds = [lambda: acts.comment(console.desk, ANN, number, said="once", key="form")] * 4
    assert at_once(*deeds) == [""] * 4
    with console.store.scope(None) as c:
        case = cases.case(c, number)
        assert case is not None
        name = (case.company, case.document_kind, case.document_key)
        assert [one.said for one in comments.comments_of(c, *name)].count("once") == 1


def test_a_proposal_that_is_approved_and_rejected_at_once_is_one_of_both(console: Console) -> None:
    with console.store.scope("ACME") as c:
        (waiting,) = mapping_proposals.proposals(c, state="waiting", limit=5)
    said = at_once(
        lambda: deciding.approve(console.desk, ANN, waiting.id),
        lambda: deciding.reject(console.desk, BEN, waiting.id, why="no"),
    )
    assert sorted(map(bool, said)) == [False, True]
    assert len(noted(console, "mapping.approved", "mapping.rejected")) == 1


def test_one_bulk_act_that_is_sent_three_times_at_once_is_done_once(console: Console) -> None:
    with console.store.scope(None) as c:
        ids = [one.id for one in cases.open_cases(c)]
    add_person(console.store, "ann", Role.FINANCE_APPROVER)
    order = Order(action="assign", to="maria")
    assert at_once(*[lambda: bulk.bulk(console.desk, ANN, order, ids, key="form")] * 3) == [""] * 3
    with console.store.scope(None) as c:
        assert {one.assignee for one in cases.open_cases(c)} == {"maria"}
    assert noted(console, "bulk.begun") == ["bulk.begun"]
    assert len(noted(console, "case.assign")) == len(ids)


def test_two_administrators_who_close_each_other_at_once_leave_one(console: Console) -> None:
    both = []
    for name in ("kay", "lou"):
        add_person(console.store, name, Role.ADMINISTRATOR)
        both.append(Actor(name=name, display_name=name, roles=(Role.ADMINISTRATOR,)))
    kay, lou = both
    said = at_once(
        lambda: giving_access.close_person(console.store, kay, "lou", why="no", now=NOW),
        lambda: giving_access.close_person(console.store, lou, "kay", why="no", now=NOW),
    )
    assert sorted(map(bool, said)) == [False, True]
    with console.store.scope(None) as c:
        assert sum(access_rules.is_lasting_administrator(user, NOW) for user in people.all_users(c)) == 1
