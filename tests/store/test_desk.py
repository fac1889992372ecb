"""What people decide: cases, approvals, mapping rules, cross-references."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tieout.store import Store, approvals, cases, cross_references, mapping_rules
from tieout.store.cases import Trouble
from tieout.store.cross_references import CrossReference
from tieout.store.documents import Document

Open = Callable[..., Document]
TROUBLE = Trouble(
    code="return.reason_not_mapped",
    owner="operations",
    fault_class="data",
    faults=[{"saw": "changed mind"}],
    stake_minor=4999,
    currency="GBP",
)


def test_a_document_has_one_open_case_however_often_trouble_comes_up(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        first = cases.open_or_update(c, document, TROUBLE, at=now)
        again = cases.open_or_update(c, document, TROUBLE, at=now)
        assert (again.id, again.seen_again) == (first.id, 1)
        assigned = cases.assign(c, first.id, to="ann")
        assert assigned is not None
        assert assigned.assignee == "ann"
        assert [each.id for each in cases.open_cases(c, owner="operations")] == [first.id]
        closed = cases.close(c, first.id, by="ann", how="mapped the reason", at=now)
        assert closed is not None
        assert cases.close(c, first.id, by="ben", how="twice", at=now) is None
        assert cases.open_cases(c) == []
        anew = cases.open_or_update(c, document, TROUBLE, at=now)
        assert anew.id != first.id
        assert [each.state for each in cases.cases_of(c, "ACME", "return", "RMA-1")] == ["closed", "open"]
        assert cases.open_case_of(c, "ACME", "return", "RMA-1") == anew == cases.case(c, anew.id)


def test_an_approval_keeps_who_and_why(store: Store, now: datetime) -> None:
    with store.scope("ACME") as c:
        written = approvals.approve(
            c, company="ACME", kind="return", key="RMA-1", code=approvals.BOOKED_BY_HAND,
            who="ann", why="Sage was down", reference="SCN-9", at=now,
        )  # fmt: skip
        assert approvals.approvals_of(c, "ACME", "return", "RMA-1") == [written]


def propose(store: Store, value: str, start: date) -> int:
    with store.scope("ACME") as c:
        rule = mapping_rules.propose(
            c, company="ACME", table_name="reason_to_nominal", key="faulty", value={"nominal": value},
            in_force_from=start, owner="finance", proposed_by="ann",
        )  # fmt: skip
        return rule.id


def test_the_rule_in_force_is_the_one_of_that_day(store: Store, now: datetime) -> None:
    old, new = propose(store, "4000", date(2026, 1, 1)), propose(store, "4100", date(2026, 6, 1))
    with store.scope("ACME") as c:
        assert mapping_rules.rules_in_force(c, date(2026, 7, 1)) == []
        mapping_rules.approve(c, old, by="ben", at=now)
        mapping_rules.approve(c, new, by="ben", at=now)
        days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 5, 31), date(2026, 6, 1)]
        in_force = [[each.id for each in mapping_rules.rules_in_force(c, on)] for on in days]
        assert in_force == [[], [old], [old], [new]]
        assert [each.version for each in mapping_rules.all_rules(c)] == [1, 2]
        mapping_rules.end(c, new, on=date(2026, 8, 1), at=now)
        assert mapping_rules.rules_in_force(c, date(2026, 8, 1)) == []


def test_a_rule_cannot_be_put_in_force_in_a_past_that_was_acted_upon(store: Store, now: datetime) -> None:
    first, earlier = propose(store, "4000", date(2026, 6, 1)), propose(store, "4100", date(2026, 1, 1))
    with store.scope("ACME") as c:
        mapping_rules.approve(c, first, by="ben", at=now)
    with store.scope("ACME") as c, pytest.raises(ValueError, match="in force from 2026-06-01"):
        mapping_rules.approve(c, earlier, by="ben", at=now)
    with store.scope("ACME") as c, pytest.raises(ValueError, match="not waiting"):
        mapping_rules.approve(c, first, by="ben", at=now)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE mapping_rules SET value = '1'",
        "UPDATE mapping_rules SET in_force_from = '2020-01-01'",
        "UPDATE mapping_rules SET approved_by = 'mallory'",
        "DELETE FROM mapping_rules",
    ],
)
def test_the_database_refuses_to_change_a_rule(store: Store, now: datetime, tampering: str) -> None:
    rule = propose(store, "4000", date(2026, 1, 1))
    with store.scope("ACME") as c:
        mapping_rules.approve(c, rule, by="ben", at=now)
    with pytest.raises(DBAPIError, match="never changed"), store.scope("ACME") as c:
        c.execute(text(tampering))


def test_a_document_is_found_by_what_any_system_calls_it(store: Store) -> None:
    reference = CrossReference(
        company="ACME", document_kind="return", document_key="RMA-1", system="shop", kind="order", value="#1001"
    )
    with store.scope("ACME") as c:
        cross_references.note(c, reference)
        cross_references.note(c, reference)
        assert cross_references.find(c, "#1001") == [reference]
        assert cross_references.find(c, "#1001", system="sage") == []
        assert cross_references.find(c, "#1001", kind="order") == [reference]
        assert cross_references.references_of(c, "ACME", "return", "RMA-1") == [reference]
