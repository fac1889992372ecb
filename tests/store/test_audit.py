"""The audit cannot be changed quietly."""

from __future__ import annotations

import threading
from datetime import datetime

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tieout.store import Store, audit


def write(store: Store, company: str | None, number: int, now: datetime) -> None:
    with store.scope(company) as c:
        audit.append(
            c, company=company, who="ann", action="rule.approved", subject=f"rule {number}",
            before=None, after={"é": "\x00", "n": [number]}, at=now,
        )  # fmt: skip


def verdict(store: Store, company: str | None) -> str | None:
    with store.scope(company) as c:
        return audit.verify_chain(c, company)


def test_a_chain_that_nobody_touched_is_whole(store: Store, now: datetime) -> None:
    assert verdict(store, "ACME") is None
    for number in range(3):
        write(store, "ACME", number, now)
        write(store, None, number, now)
    assert verdict(store, "ACME") is None
    assert verdict(store, None) is None
    with store.scope("ACME") as c:
        assert [each.seq for each in audit.entries(c)] == [3, 2, 1]
        assert [each.seq for each in audit.entries(c, before_seq=3, limit=1)] == [2]
        assert [each.seq for each in audit.entries(c, subject="rule 0")] == [1]


def test_writers_at_once_make_one_chain_without_gaps(store: Store, now: datetime) -> None:
    def write_ten() -> None:
        for number in range(10):
            write(store, "ACME", number, now)

    threads = [threading.Thread(target=write_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.scope("ACME") as c:
        assert [each.seq for each in audit.entries(c)] == list(range(40, 0, -1))
    assert verdict(store, "ACME") is None


@pytest.mark.parametrize("tampering", ["UPDATE audit SET who = 'ben'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_database_refuses_changes(store: Store, now: datetime, tampering: str) -> None:
    write(store, "ACME", 1, now)
    with pytest.raises(DBAPIError, match="never changed or deleted"), store.scope("ACME") as c:
        c.execute(text(tampering))


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        ("UPDATE audit SET who = 'ben' WHERE seq = 2", "Row 2 of the audit was changed"),
        ("UPDATE audit SET after = '{}' WHERE seq = 3", "Row 3 of the audit was changed"),
        ("UPDATE audit SET previous_hash = '' WHERE seq = 2", "Row 2 of the audit was changed"),
        ("UPDATE audit SET at = at - interval '1 day' WHERE seq = 1", "Row 1 of the audit was changed"),
        ("DELETE FROM audit WHERE seq = 1", "Row 1 of the audit is missing"),
        ("DELETE FROM audit WHERE seq = 2", "Row 2 of the audit is missing"),
        ("DELETE FROM audit WHERE seq = 3", "The audit ends at row 2, but more was written"),
    ],
)
def test_what_somebody_with_every_right_changed_is_found(
    store: Store, address: str, now: datetime, tampering: str, sentence: str
) -> None:
    for number in range(3):
        write(store, "ACME", number, now)
    with psycopg.connect(address.replace("//tieout@", "//postgres@")) as superuser:
        superuser.execute("ALTER TABLE audit DISABLE TRIGGER USER")
        superuser.execute("ALTER TABLE audit_default DISABLE TRIGGER USER")
        superuser.execute(tampering)
    found = verdict(store, "ACME")
    assert found is not None
    assert found.startswith(sentence)
