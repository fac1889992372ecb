"""Stock movements by their reference: the proof of every receipt, write-on and move (section 2.7)."""

from __future__ import annotations

from tieout.connectors.sage200.client import Client, quoted
from tieout.connectors.sage200.wire import MovementView
from tieout.domain.identifiers import is_typed


class Movements:
    """Looks into the movement log."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def under(self, key: str) -> list[MovementView]:
        """Every movement whose reference is the key."""
        where = f"reference eq {quoted(key)}"
        rows = self._client.rows("/product_transaction_views", MovementView, where=where)
        return [row for row in rows if is_typed(row.reference, key)]
