"""Documents and events for the tests of the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tieout.store import Store, documents, inbox
from tieout.store.documents import Document

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def opened(store: Store) -> Callable[..., Document]:
    """Open documents as if something had happened to them."""

    def open_one(key: str, *, company: str = "ACME", at: datetime = NOW, due_at: datetime | None = None) -> Document:
        with store.scope(company) as c:
            return documents.touch(
                c, company=company, kind="return", key=key, lane_key=key, lanes=1, due_at=due_at or at, at=at
            )

    return open_one


@pytest.fixture
def event() -> Callable[..., inbox.NewEvent]:
    """Make events."""

    def make(external_id: str, *, key: str = "RMA-1", at: datetime = NOW, company: str = "ACME") -> inbox.NewEvent:
        return inbox.NewEvent(
            company=company,
            account="portal",
            external_id=external_id,
            kind="rma.changed",
            document_kind="return",
            document_key=key,
            occurred_at=at,
            received_at=at,
            payload=b'{"id": 1}',
            content_type="application/json",
        )

    return make
