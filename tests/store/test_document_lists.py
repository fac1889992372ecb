"""Lists of documents and the search: every row once, counts as listed, found by any name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tieout.store import Store, cross_references, documents
from tieout.store.cross_references import CrossReference
from tieout.store.document_lists import (
    SORTS,
    DocumentFilter,
    document_counts,
    documents_page,
    find_documents,
)
from tieout.store.documents import Document

Open = Callable[..., Document]


@pytest.fixture
def many(store: Store, opened: Open, now: datetime) -> list[Document]:
    """Documents of every state, with ties."""
    made = []
    for number in range(45):
        document = opened(
            f"RMA-{number:02}", company=("ACME", "BETA")[number % 4 == 0], at=now - timedelta(days=number // 3)
        )
        states: tuple[documents.State, ...] = ("new", "waiting", "blocked", "done")
        with store.scope(document.company) as c:
            if number % 4:
                documents.settle(c, document, state=states[number % 4], due_at=None, at=now, troubled_since=None)
            stake = None if number % 6 == 0 else number % 5 * 10
            documents.describe(c, document, title=f"Return {number}", stake_minor=stake, currency="GBP")
        made.append(document)
    return made


@pytest.mark.parametrize("sort", SORTS)
def test_pages_of_documents_give_every_one_once_in_order(store: Store, many: list[Document], sort: str) -> None:
    seen: list[Document] = []
    with store.scope(None) as c:
        page = documents_page(c, DocumentFilter(), sort=sort, size=4)  # type: ignore[arg-type]  # one of the sorts
        seen += page.rows
        while page.next:
            page = documents_page(c, DocumentFilter(), sort=sort, after=page.next, size=4)  # type: ignore[arg-type]
            seen += page.rows
        back = list(page.rows)
        while page.previous:
            page = documents_page(c, DocumentFilter(), sort=sort, before=page.previous, size=4)  # type: ignore[arg-type]
            back = [*page.rows, *back]
    assert back == seen
    assert sorted(row.key for row in seen) == [one.key for one in many]
    assert seen == sorted(
        seen,
        key=lambda one: (one.opened_at if "opened" in sort else one.stake_minor or 0, one.company, one.key),
        reverse=sort.startswith("-"),
    )


@pytest.mark.parametrize("scope", [None, "ACME", "BETA"])
def test_documents_are_counted_by_kind_and_state_as_they_are_listed(
    store: Store, many: list[Document], now: datetime, scope: str | None
) -> None:
    assert many
    since = (now - timedelta(days=5)).date()
    with store.scope(scope) as c:
        for wanted in (
            DocumentFilter(),
            DocumentFilter(state="done"),
            DocumentFilter(kind="return", state="waiting"),
            DocumentFilter(kind="refund"),
            DocumentFilter(opened_from=since),
            DocumentFilter(opened_to=since, state="blocked"),
            DocumentFilter(stake_min=20, stake_max=30),
            DocumentFilter(text="rma-1"),
        ):
            rows = documents_page(c, wanted, size=100).rows
            counts = document_counts(c, wanted)
            assert counts.total == len(rows), wanted
            states = {row.state for row in rows}
            assert {state: counts.by_state[state] for state in states} == {
                state: sum(row.state == state for row in rows) for state in states
            }


def test_a_document_is_found_by_any_name_capitals_or_not(store: Store, opened: Open) -> None:
    first, second = opened("RMA-Ab12"), opened("RMA-Ab123")
    names = [
        ("storefront", "order name", "#1001"),
        ("portal", "tracking", "JD 0002 Z"),
        ("sage", "number of credit note", "SCN77"),
    ]
    with store.scope("ACME") as c:
        for system, kind, value in names:
            name = CrossReference(
                company="ACME", document_kind="return", document_key=first.key, system=system, kind=kind, value=value
            )
            cross_references.note(c, name)

        def keys(asked: str) -> list[tuple[str, bool]]:
            return [(one.document.key, one.is_exact) for one in find_documents(c, asked)]

        assert keys("rma-ab12") == [(first.key, True), (second.key, False)]
        assert keys(" RMA-AB ") == [(first.key, False), (second.key, False)]
        for asked in ("#1001", "1001", "jd 0002 z", "JD  0002 Z", "scn77"):
            assert keys(asked) == [(first.key, True)], asked
        assert keys("scn7") == [(first.key, False)]
        assert keys("") == keys("%") == keys("ab12") == keys("\0") == []
        assert find_documents(c, "scn77")[0].value == "SCN77"
    with store.scope("BETA") as c:
        assert find_documents(c, "rma-ab12") == []


def test_a_number_that_sage_gave_says_nothing_of_orders(store: Store, opened: Open) -> None:
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        name = CrossReference(
            company="ACME", document_kind="return", document_key=document.key, system="sage",
            kind="number of credit note", value="1001",
        )  # fmt: skip
        cross_references.note(c, name)
        assert cross_references.find(c, "1001") == []
        assert cross_references.find(c, "1001", kind="number of credit note") == [name]
