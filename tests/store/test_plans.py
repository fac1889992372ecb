"""What pages and pollers ask often is answered from an index, however many documents there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection

from tieout.store import Store, cases, cross_references, documents, legs

QUESTIONS: dict[str, tuple[Callable[[Connection, datetime], object], str]] = {
    "next due": (lambda c, now: documents.next_due(c, "ACME", 3, now), "documents_due_idx documents_lane_due_idx"),
    "due lanes": (documents.due_lanes, "documents_due_idx"),
    "found by reference": (lambda c, _: cross_references.find(c, "V-777"), "cross_references_value_idx"),
    "listed by state": (lambda c, _: documents.documents_in(c, "blocked", limit=20), "documents_state_idx"),
    "open cases": (lambda c, _: cases.open_cases(c, owner="finance"), "cases_owner_idx"),
    "overdue legs": (
        lambda c, now: legs.legs_where(c, "overdue", now=now, limit=50),
        "legs_default_company_due_by_idx",
    ),
}

MANY = """
INSERT INTO documents (company, kind, key, opened_month, lane_key, lane, state, due_at, touched_at, opened_at)
SELECT 'ACME', 'return', 'RMA-' || n, '2026-11-01', n::text, n % 8,
    CASE WHEN n % 100 = 0 THEN 'blocked' ELSE 'done' END,
    CASE WHEN n % 50 = 0 THEN timestamptz '2026-11-20' + n * interval '1 minute' END, now(), now()
FROM generate_series(1, 30000) n;
INSERT INTO cross_references
SELECT 'ACME', 'return', 'RMA-' || n, 'shop', 'order', 'V-' || n FROM generate_series(1, 30000) n;
INSERT INTO cases (company, document_kind, document_key, code, owner, fault_class, faults, opened_at, state)
SELECT 'ACME', 'return', 'RMA-' || n, 'c', CASE WHEN n % 10 = 0 THEN 'finance' ELSE 'retail' END, 'data', '[]', now(),
    CASE WHEN n % 50 = 0 THEN 'open' ELSE 'closed' END FROM generate_series(1, 20000) n;
INSERT INTO legs (company, document_kind, document_key, opened_month, system, kind, expected_minor, due_by, declared_at,
    seen_minor, seen_at)
SELECT 'ACME', 'return', 'RMA-' || n, '2026-11-01', 'sage', 'credit_note', 1, timestamptz '2026-11-20', now(), 1,
    CASE WHEN n % 500 <> 0 THEN now() END FROM generate_series(1, 20000) n;
ANALYZE documents, cross_references, cases, legs;
"""


@pytest.fixture
def full(store: Store) -> Store:
    with store.scope("ACME") as c:
        c.exec_driver_sql(MANY.replace("%", "%%"))
    return store


def plan_of(c: Connection, ask: Callable[[], object]) -> str:
    """Return the plan of the one query that `ask` sends."""
    sent: list[tuple[str, object]] = []

    def listen(_c: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        sent.append((statement, parameters))

    event.listen(c, "before_cursor_execute", listen)
    ask()
    event.remove(c, "before_cursor_execute", listen)
    (statement, parameters), = sent  # fmt: skip
    rows = c.exec_driver_sql(f"EXPLAIN {statement}", parameters)  # type: ignore[arg-type]  # as it was sent
    return "\n".join(row[0] for row in rows)


def test_frequent_questions_use_their_index(full: Store, now: datetime) -> None:
    for name, (ask, index) in QUESTIONS.items():
        for company in ("ACME", None):
            if company is None and name in ("listed by state", "open cases", "overdue legs"):
                continue  # these are asked by people, of one company
            with full.scope(company) as c:
                plan = plan_of(c, lambda ask=ask: ask(c, now + timedelta(hours=1)))  # type: ignore[misc]  # bound at once
            assert any(f"using {one} " in plan or f"on {one} " in plan for one in index.split()), f"{name}:\n{plan}"
            assert "Seq Scan" not in plan, f"{name}:\n{plan}"
