"""Lists of cases: every row once, totals that are the sum of the pages, tallies that equal a recount."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tieout.store import Store, cases, documents
from tieout.store.cases import Case, Trouble
from tieout.store.desk_lists import (
    SORTS,
    BadCursor,
    CaseFilter,
    Totals,
    case_counts,
    case_totals,
    cases_page,
    causes,
    matching_case_ids,
)
from tieout.store.document_lists import DocumentFilter, documents_page
from tieout.store.documents import Document
from tieout.store.store import Connection

Open = Callable[..., Document]
OWNERS = ("finance", "operations", "retail")
AWAKE_OR_NOT = CaseFilter(sleep="any")


def trouble(number: int, now: datetime) -> Trouble:
    """Trouble of all sorts: ties in every order, cases without a due time and without a stake."""
    return Trouble(
        code=f"CODE_{number % 4}",
        owner=OWNERS[number % 3],
        fault_class="technical" if number % 3 == 2 else "data",
        faults=[],
        stake_minor=None if number % 5 == 0 else number % 7 * 100,
        currency="EUR" if number % 6 == 0 else "GBP",
        cause=f"cause {number % 4} {number % 2}",
        due_at=None if number % 11 == 0 else now + timedelta(hours=number % 9 * 24 - 48),
    )


@pytest.fixture
def filled(store: Store, opened: Open, now: datetime) -> list[Case]:
    """Forty open cases, some asleep, some on a desk."""
    made = []
    for number in range(40):
        document = opened(f"RMA-{number}", company="BETA" if number % 8 == 0 else "ACME", at=now)
        with store.scope(document.company) as c:
            case = cases.open_or_update(c, document, trouble(number, now), at=now - timedelta(days=number % 10))
            if number % 4 == 1:
                case = cases.assign(c, case.id, to=("ann", "ben")[number % 8 == 1]) or case
            if number % 10 == 3:
                case = cases.snooze(c, case.id, until=now + timedelta(days=1), why="supplier") or case
            made.append(case)
    return made


def pages(store: Store, wanted: CaseFilter, now: datetime, sort: str, size: int) -> Iterator[list[Case]]:
    """Every page forward."""
    after = ""
    while True:
        with store.scope(None) as c:
            page = cases_page(c, wanted, now=now, sort=sort, after=after, size=size)  # type: ignore[arg-type]  # one of SORTS
        yield list(page.rows)
        after = page.next
        if not after:
            return


@pytest.mark.parametrize("sort", SORTS)
def test_pages_forward_and_back_give_every_case_once_in_order(
    store: Store, filled: list[Case], now: datetime, sort: str
) -> None:
    forward = [row for page in pages(store, AWAKE_OR_NOT, now, sort, 7) for row in page]
    assert sorted(row.id for row in forward) == sorted(case.id for case in filled)
    far = datetime.max.replace(tzinfo=now.tzinfo)
    places = {
        "due": lambda row: (row.due_at or far, row.id),
        "stake": lambda row: (row.stake_minor or 0, row.id),
        "opened": lambda row: (row.opened_at, row.id),
    }
    assert forward == sorted(forward, key=places[sort.strip("-")], reverse=sort.startswith("-"))
    with store.scope(None) as c:
        page = cases_page(c, AWAKE_OR_NOT, now=now, sort=sort, size=40)  # type: ignore[arg-type]  # one of SORTS
        last = cases_page(c, AWAKE_OR_NOT, now=now, sort=sort, size=3)  # type: ignore[arg-type]  # one of SORTS
        while last.next:
            last = cases_page(c, AWAKE_OR_NOT, now=now, sort=sort, after=last.next, size=3)  # type: ignore[arg-type]
        backward = list(last.rows)
        while last.previous:
            last = cases_page(c, AWAKE_OR_NOT, now=now, sort=sort, before=last.previous, size=3)  # type: ignore[arg-type]
            backward = [*last.rows, *backward]
    assert backward == list(page.rows) == forward
    assert page.next == page.previous == ""


def test_cases_that_close_and_open_between_pages_make_no_other_case_show_twice_or_never(
    store: Store, filled: list[Case], opened: Open, now: datetime
) -> None:
    seen: list[int] = []
    gone = [case.id for case in filled if case.id % 5 == 0]
    for number, page in enumerate(pages(store, AWAKE_OR_NOT, now, "due", 5)):
        seen += [row.id for row in page]
        with store.scope(None) as c:
            if number < len(gone):
                cases.close(c, gone[number], by="ann", how="mended", at=now)
        document = opened(f"NEW-{number}")
        with store.scope("ACME") as c:
            cases.open_or_update(c, document, trouble(number, now), at=now)
    stayed = {case.id for case in filled} - set(gone)
    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


FILTERS = [
    CaseFilter(),
    CaseFilter(sleep="asleep"),
    CaseFilter(owner="finance"),
    CaseFilter(owner="nobody has this"),
    CaseFilter(code="CODE_1", sleep="any"),
    CaseFilter(fault_class="technical", owner="retail"),
    CaseFilter(kind="return", assignee="nobody"),
    CaseFilter(assignee="me", me="ann"),
    CaseFilter(cause="cause 1 1"),
    CaseFilter(cause="cause 1 1", owner="operations"),
    CaseFilter(cause="cause 1 1", assignee="ben"),
    CaseFilter(due="overdue"),
    CaseFilter(due="today", sleep="any"),
    CaseFilter(due="soon"),
    CaseFilter(older_than_days=5),
    CaseFilter(stake_min=300),
    CaseFilter(stake_min=100, stake_max=400, owner="finance"),
    CaseFilter(text="rma-3"),
    CaseFilter(text="5"),
    CaseFilter(state="closed"),
]


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
@pytest.mark.parametrize("scope", [None, "ACME", "BETA"])
def test_totals_counts_causes_and_numbers_are_the_sum_of_the_pages(
    store: Store, filled: list[Case], now: datetime, wanted: CaseFilter, scope: str | None
) -> None:
    with store.scope(None) as c:
        cases.close(c, filled[0].id, by="ann", how="mended", at=now)
    with store.scope(scope) as c:
        rows = cases_page(c, wanted, now=now, size=100).rows
        totals, counts = case_totals(c, wanted, now=now), case_counts(c, wanted, now=now)
        assert totals == summed(rows)
        assert sorted(matching_case_ids(c, wanted, now=now)) == sorted(row.id for row in rows)
        of_all = cases_page(c, replace(wanted, owner=""), now=now, size=100).rows
        assert counts == {owner: summed([r for r in of_all if r.owner == owner]) for owner in {r.owner for r in of_all}}
        found = {(one.cause, one.code, one.owner, one.fault_class): one.totals for one in causes(c, wanted, now=now)}
    named = {(row.cause, row.code, row.owner, row.fault_class) for row in rows}
    assert found == {
        name: summed([row for row in rows if (row.cause, row.code, row.owner, row.fault_class) == name])
        for name in named
    }


def summed(rows: Iterable[Case]) -> Totals:
    """Count by hand."""
    stakes: dict[str, int] = {}
    number = 0
    for row in rows:
        number += 1
        stakes[row.currency or "GBP"] = stakes.get(row.currency or "GBP", 0) + (row.stake_minor or 0)
    return Totals(count=number, stakes=dict(sorted(stakes.items())))


def test_filters_find_what_they_say(store: Store, filled: list[Case], now: datetime) -> None:
    def ids(wanted: CaseFilter) -> set[int]:
        with store.scope(None) as c:
            return set(matching_case_ids(c, wanted, now=now))

    def those(is_it: Callable[[Case], bool]) -> set[int]:
        return {case.id for case in filled if case.snoozed_until is None and is_it(case)}

    assert ids(CaseFilter(due="overdue")) == those(lambda case: case.due_at is not None and case.due_at <= now)
    soon = now + timedelta(days=3)
    assert ids(CaseFilter(due="soon")) == those(lambda case: case.due_at is not None and now < case.due_at <= soon)
    assert ids(CaseFilter(assignee="me", me="ben")) == those(lambda case: case.assignee == "ben")
    assert ids(CaseFilter(assignee="nobody")) == those(lambda case: case.assignee is None)
    assert ids(CaseFilter(older_than_days=9)) == those(lambda case: case.opened_at <= now - timedelta(days=9))
    assert ids(CaseFilter(sleep="asleep")) == {case.id for case in filled if case.snoozed_until is not None}
    assert ids(CaseFilter(text="RMA-7")) == those(lambda case: case.document_key == "RMA-7")
    assert ids(CaseFilter(text=str(filled[2].id))) >= {filled[2].id}
    woken = now + timedelta(days=2)
    with store.scope(None) as c:
        assert case_totals(c, CaseFilter(), now=woken).count == len(filled)


@pytest.mark.parametrize("cursor", ["x", "WyJkdWUiXQ", "WzFd", "e30", "WyJkdWUiLCJ4IiwieSJd", "\0", "é"])
def test_a_text_that_is_no_cursor_is_refused(store: Store, now: datetime, cursor: str) -> None:
    with store.scope(None) as c:
        with pytest.raises(BadCursor):
            cases_page(c, CaseFilter(), now=now, after=cursor)
        with pytest.raises(BadCursor):
            documents_page(c, DocumentFilter(), before=cursor)


def test_a_cursor_of_another_order_is_refused(store: Store, filled: list[Case], now: datetime) -> None:
    assert filled
    with store.scope(None) as c:
        cursor = cases_page(c, CaseFilter(), now=now, sort="stake", size=1).next
        with pytest.raises(BadCursor):
            cases_page(c, CaseFilter(), now=now, sort="due", after=cursor)


CASE_GROUP = "company, document_kind, code, owner, fault_class, assignee, snoozed_until, currency"
CAUSE_GROUP = "company, cause, code, owner, fault_class, snoozed_until, currency"
AGE_GROUP = "company, owner, opened_on, currency"
SUMS = "sum(cases) n, sum(stake_minor) stake"
OPEN_CASES = "SELECT *, (opened_at AT TIME ZONE 'Europe/London')::date AS opened_on FROM cases WHERE state = 'open'"
CASE_TALLIES = {"case_tallies": CASE_GROUP, "cause_tallies": CAUSE_GROUP, "age_tallies": AGE_GROUP}
DOCUMENTS = (
    "SELECT company, kind, state, sum(documents) n, 0 stake FROM document_tallies GROUP BY 1, 2, 3"
    " EXCEPT SELECT company, kind, state, count(*), 0 FROM documents GROUP BY 1, 2, 3"
)


def recounts() -> Iterator[str]:
    """Queries for groups whose tally is not what a count gives."""
    for table, group in CASE_TALLIES.items():
        yield (
            f"SELECT {group}, {SUMS} FROM {table} GROUP BY {group}"  # noqa: S608  # our own names
            f" EXCEPT SELECT {group}, count(*), sum(coalesce(stake_minor, 0)) FROM ({OPEN_CASES}) o GROUP BY {group}"
        )
    yield DOCUMENTS


COUNTED = """
SELECT (SELECT count(*) FROM cases WHERE state = 'open'), (SELECT coalesce(sum(cases), 0) FROM case_tallies),
    (SELECT coalesce(sum(cases), 0) FROM age_tallies), (SELECT coalesce(sum(cases), 0) FROM cause_tallies),
    (SELECT count(*) FROM documents), (SELECT coalesce(sum(documents), 0) FROM document_tallies)
"""
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["open", "close", "assign", "snooze", "settle", "touch", "fold", "undo"]),
        st.integers(0, 5),
        st.integers(0, 60),
    ),
    max_size=25,
)
numbers = itertools.count()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_tallies_equal_a_recount_after_any_acts(
    store: Store, opened: Open, now: datetime, acts: list[tuple[str, int, int]]
) -> None:
    company = f"C{next(numbers)}"
    for act, which, number in acts:
        document = opened(f"RMA-{which}", company=company)
        with store.scope(company) as c:
            if act == "undo":
                inner = c.begin_nested()
                _do(c, "open", document, number, now)
                inner.rollback()
            else:
                _do(c, act, document, number, now)
    with store.scope(company) as c:
        for recount in recounts():
            wrong = f"SELECT * FROM ({recount}) w WHERE n <> 0 OR stake <> 0"  # noqa: S608  # our own names
            assert c.execute(text(wrong)).all() == []
        open_cases, by_case, by_age, by_cause, known, by_kind = c.execute(text(COUNTED)).one()
        assert open_cases == by_case == by_age == by_cause
        assert known == by_kind


def _do(c: Connection, act: str, document: Document, number: int, now: datetime) -> None:
    standing = cases.open_case_of(c, document.company, document.kind, document.key)
    match act:
        case "open":
            cases.open_or_update(c, document, trouble(number, now), at=now - timedelta(days=number))
        case "settle":
            ends: tuple[documents.State, ...] = ("waiting", "blocked", "done")
            documents.settle(c, document, state=ends[number % 3], due_at=None, at=now, troubled_since=None)
        case "fold":
            c.execute(text("SELECT tieout_fold_tallies(:now)"), {"now": now})
        case "close" if standing:
            cases.close(c, standing.id, by="ann", how="mended", at=now)
        case "assign" if standing:
            cases.assign(c, standing.id, to=(None, "ann", "ben")[number % 3])
        case "snooze" if standing:
            cases.snooze(c, standing.id, until=now + timedelta(days=1 + number % 2) if number % 3 else None, why="w")
        case _:
            pass


def test_folding_makes_one_row_of_a_group_and_wakes_who_has_slept(
    store: Store, filled: list[Case], now: datetime
) -> None:
    later = now + timedelta(days=3)
    with store.scope(None) as c:
        asked = (CaseFilter(), CaseFilter(owner="retail"))
        before = [case_totals(c, wanted, now=later) for wanted in asked]
        c.execute(text("SELECT tieout_fold_tallies(:now)"), {"now": later})
        assert before == [case_totals(c, wanted, now=later) for wanted in asked]
        assert before[0].count == len(filled)
        many = text("SELECT count(*), count(DISTINCT (company, kind, state)), sum(documents) FROM document_tallies")
        rows, groups, total = c.execute(many).one()
        assert rows == groups
        assert total == len(filled)
        assert c.execute(text("SELECT count(*) FROM case_tallies WHERE snoozed_until IS NOT NULL")).scalar_one() == 0
