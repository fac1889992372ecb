"""What stands in the sales ledger under a key: the proof of every ledger document (sections 2.7, 0 item 5)."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from tieout.connectors.sage200.client import Client, either, quoted
from tieout.connectors.sage200.compat import Compat
from tieout.connectors.sage200.translate import CREDIT_NOTE, INVOICE, only
from tieout.connectors.sage200.wire import PostedShape
from tieout.domain.identifiers import is_typed
from tieout.ports.errors import BadAnswer

POSTED = "/sales_posted_transactions"
ANALYSIS = ("nominal_analysis_items", "tax_analysis_items", "bank_items")
OURS = ("reference",)
"""Where a document that we post to the ledger carries its key."""
ORDERS_AT_ONCE = 20
"""Length of an `or` chain; the longest address that the gateway takes is not documented (2.1)."""


class Postings:
    """Looks into the posted transactions, and into the archived ones behind them."""

    def __init__(self, client: Client, compat: Compat) -> None:
        self._client = client
        self._history_path = compat.history_path
        self._has_history: bool | None = None if compat.history_path else False
        self._turn = threading.Lock()

    def under(self, key: str, *, customer_id: str, kind: str, fields: Sequence[str]) -> PostedShape | None:
        """The one document of a kind and customer that carries the key in one of the fields.

        BadAnswer names them when there are several: a duplicate is never taken for one.
        """
        carries = " or ".join(f"{field} eq {quoted(key)}" for field in fields)
        where = f"customer_id eq {int(customer_id)} and trader_transaction_type eq {quoted(kind)} and ({carries})"
        rows = [
            row
            for row in self._wherever(where)
            if any(is_typed(getattr(row, field), key) for field in fields) and row.trader_transaction_type == kind
        ]
        return only(rows, "postings", lambda row: f"{row.reference} (urn {row.urn})")

    def by_urn(self, customer_id: str, urns: Collection[str]) -> dict[str, PostedShape]:
        """The customer's postings by URN, archived ones too; one that is not there is left out.

        BadAnswer when a URN names several: which of them is meant cannot be told.
        """
        found: dict[str, PostedShape] = {}
        wanted = sorted(set(urns))
        for start in range(0, len(wanted), ORDERS_AT_ONCE):
            some = wanted[start : start + ORDERS_AT_ONCE]
            for path in (POSTED, self._history_path):
                missing = [urn for urn in some if urn not in found]
                if missing and (path == POSTED or self._history_is_there()):
                    self._gather(path, int(customer_id), missing, found)
        return found

    def id_of(self, urn: str) -> int | None:
        """The record id of the posting with this URN; None when there is none that is not archived."""
        rows = [row for row in self._client.rows(POSTED, PostedShape, where=f"urn eq {urn}") if row.urn == urn]
        if len(rows) > 1:
            raise BadAnswer(f"Sage 200 holds {len(rows)} postings with urn {urn}")
        return rows[0].id if rows else None

    def _gather(self, path: str, customer_id: int, urns: Sequence[str], found: dict[str, PostedShape]) -> None:
        where = f"customer_id eq {customer_id} and {either('urn', urns)}"
        for row in self._client.rows(path, PostedShape, where=where):
            if row.urn in urns and row.customer_id == customer_id:
                if row.urn in found:
                    raise BadAnswer(f"Sage 200 holds several postings of customer {customer_id} with urn {row.urn}")
                found[row.urn] = row

    def invoices_of(self, customer_id: int, numbers: Iterable[str]) -> list[PostedShape]:
        """The posted invoices of orders: their second reference is the order number (4.4, flow B)."""
        wanted = set(numbers)
        return [
            row for row in self._invoices(customer_id, "second_reference", wanted) if row.second_reference in wanted
        ]

    def invoices_numbered(self, customer_id: int, numbers: Iterable[str]) -> list[PostedShape]:
        """The posted invoices of these invoice numbers."""
        wanted = set(numbers)
        return [row for row in self._invoices(customer_id, "reference", wanted) if row.reference in wanted]

    def credit_notes(self, since: date | None) -> Iterator[PostedShape]:
        """Every credit note dated or entered since; a back-dated one is found by the day it was entered."""
        where = f"trader_transaction_type eq {quoted(CREDIT_NOTE)}"
        if since:
            day = since.isoformat()
            where += f" and (transaction_date ge {day} or posted_date ge {day})"
        return self._client.rows(POSTED, PostedShape, where=where, expand=("customer",))

    def _invoices(self, customer_id: int, field: str, texts: Iterable[str]) -> Iterator[PostedShape]:
        wanted = sorted(texts)
        for start in range(0, len(wanted), ORDERS_AT_ONCE):
            some = either(field, [quoted(text) for text in wanted[start : start + ORDERS_AT_ONCE]])
            where = f"customer_id eq {customer_id} and trader_transaction_type eq {quoted(INVOICE)} and {some}"
            yield from self._client.rows(POSTED, PostedShape, where=where)

    def _wherever(self, where: str) -> list[PostedShape]:
        rows = list(self._client.rows(POSTED, PostedShape, where=where, expand=ANALYSIS))
        if rows or not self._history_is_there():
            return rows
        return list(self._client.rows(self._history_path, PostedShape, where=where, expand=ANALYSIS))

    def _history_is_there(self) -> bool:
        with self._turn:
            if self._has_history is None:
                self._has_history = self._client.has(self._history_path)
            return self._has_history
