"""Orders that are about to be changed: read whole, locked where the company wants it, changed line by line."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlencode

from tieout.connectors.sage200.client import Client, quoted
from tieout.connectors.sage200.compat import Compat
from tieout.connectors.sage200.limits import refuse_over_long
from tieout.connectors.sage200.sop.order_changes import LineChange, allocations, blame, shortfall, with_numbers
from tieout.connectors.sage200.sop.wire_orders import OpenOrder
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.ports.errors import BadAnswer, ConnectorError, OutcomeUnknown, Refused

ORDERS = "/sop_orders"


class OpenOrders:
    """Reads and changes orders. An archived order is gone from Sage's lists (6.1) and is not found."""

    def __init__(self, client: Client, compat: Compat) -> None:
        self._client = client
        self._compat = compat

    def where(self, where: str) -> list[OpenOrder]:
        """Orders by a filter, drafts too."""
        return list(self._client.rows(ORDERS, OpenOrder, where=where, expand=self._compat.order_expands))

    def numbered(self, number: str) -> OpenOrder | None:
        """The order of this number; BadAnswer when there are several."""
        found = [row for row in self.where(f"document_no eq {quoted(number)}") if row.document_no == number]
        if len(found) > 1:
            raise BadAnswer(
                f"Sage 200 holds {len(found)} orders numbered {number}: {', '.join(str(o.id) for o in found)}"
            )
        return found[0] if found else None

    def there(self, number: str) -> OpenOrder:
        """The order of this number; Refused when Sage has none of it, or has it no more."""
        found = self.numbered(number)
        if found is None:
            raise Refused(f"Sage 200 has no order {number}: it was deleted, or archived when it was complete")
        return found

    def is_draft(self, order: OpenOrder) -> bool:
        """Whether a cut-off entry left the order behind."""
        return order.is_draft or order.document_no.startswith(self._compat.draft_numbers)

    def change(self, order: OpenOrder, changes: Sequence[LineChange]) -> None:
        """Send the lines that differ, in one request; Refused says which stand, which was refused, which not tried."""
        if not changes:
            return
        body: dict[str, Json] = {"id": order.id, "lines": [dict(change.fields) for change in changes]}
        refuse_over_long("sop_order_change", body)
        lock = self._locked(order) if self._compat.lock_orders_to_edit else {}
        try:
            self._client.write("PUT", f"{ORDERS}/{order.id}", {**body, **lock})
        except ConnectorError as error:
            if lock and not isinstance(error, OutcomeUnknown):
                self._unlock(order, lock)
            if not isinstance(error, Refused):
                raise
            raise Refused(blame(error.reason, changes, self.numbered(order.document_no))) from None

    def allocate(
        self,
        order: OpenOrder,
        wanted: Sequence[c.LineAmendment],
        numbers: Mapping[str, Sequence[Mapping[str, Json]]] = MappingProxyType({}),
    ) -> None:
        """Allocate what is missing; Refused also when Sage accepts it and allocates less, for want of stock.

        `numbers` are the batches and serial numbers to allocate, by order line.
        """
        compat = self._compat
        changes = allocations(order, wanted, compat.allocate_by, holds_despatched=compat.allocated_holds_despatched)
        changes = with_numbers(order, changes, numbers)
        if not changes:
            return
        self.change(order, changes)
        short = shortfall(changes, self.numbered(order.document_no))
        if short:
            raise Refused(
                f"Sage 200 took the allocation and did not meet it (too little free stock?): {'; '.join(short)}"
            )

    def _locked(self, order: OpenOrder) -> dict[str, Json]:
        path = f"{ORDERS}/{order.id}?{urlencode({'$expand': 'is_to_lock'})}"
        held = self._client.taken(path, OpenOrder)
        if held is None or not held.lock_id:
            raise BadAnswer(f"Sage 200 gave no edit lock on order {order.document_no}")
        return {"lock_id": held.lock_id, "is_editing": False}

    def _unlock(self, order: OpenOrder, lock: dict[str, Json]) -> None:
        """Give the lock back, nothing being changed; one that cannot be given back people clear in Sage (2.6)."""
        with contextlib.suppress(ConnectorError):
            self._client.write("PUT", f"{ORDERS}/{order.id}", {"id": order.id, **lock})
