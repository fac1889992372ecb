"""One worker per document, and a worker that lost its hold can commit nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import psycopg
import pytest

from tieout.store import HoldLost, Store, documents, effects
from tieout.store.documents import Document
from tieout.store.effects import Intent

Open = Callable[..., Document]
INTENT = Intent(key="K1", attempt=1, command="RaiseCreditNote", system="sage", content={"net": 2000}, content_hash="h1")


def test_a_held_document_is_not_given_to_a_second_worker(store: Store, opened: Open) -> None:
    opened("RMA-1")
    with store.holding("ACME", "return", "RMA-1") as first:
        assert first is not None
        with store.holding("ACME", "return", "RMA-1") as second:
            assert second is None
        with store.holding("ACME", "return", "RMA-2") as other:
            assert other is not None
        with store.holding("BETA", "return", "RMA-1") as other:
            assert other is not None
    with store.holding("ACME", "return", "RMA-1") as again:
        assert again is not None


def fail_while_holding(store: Store) -> None:
    with store.holding("ACME", "return", "RMA-1") as held:
        assert held is not None
        with held.begin():
            raise ValueError("wrong")


def test_a_hold_ends_when_its_block_raises(store: Store) -> None:
    with pytest.raises(ValueError, match="wrong"):
        fail_while_holding(store)
    with store.holding("ACME", "return", "RMA-1") as again:
        assert again is not None


def test_a_worker_that_was_cut_off_cannot_commit_an_intent(
    store: Store, address: str, opened: Open, now: datetime
) -> None:
    document = opened("RMA-1")
    with store.holding("ACME", "return", "RMA-1") as held:
        assert held is not None
        with held.begin() as c:
            pid = store.raw(c).info.backend_pid
        with psycopg.connect(address) as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        with store.holding("ACME", "return", "RMA-1") as successor:
            assert successor is not None
            for _ in range(2):
                with pytest.raises(HoldLost), held.begin() as c:
                    effects.intend(c, document, INTENT, at=now)
    with store.scope("ACME") as c:
        assert effects.effects_of(c, document) == []


def test_a_held_transaction_sees_only_its_company(store: Store, opened: Open) -> None:
    opened("RMA-9", company="BETA")
    with store.holding("ACME", "return", "RMA-1") as held:
        assert held is not None
        with held.begin() as c:
            assert documents.documents_in(c) == []
