"""How far an order has come for its customer, from what was last gathered of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pydantic import ValidationError

from tieout.domain.business_dates import uk_date
from tieout.domain.for_customers.orders import OrderProgress, SentParcel
from tieout.domain.for_customers.progress import LookedInto
from tieout.domain.orders.delivery import country_code
from tieout.domain.orders.facts import OrderFacts
from tieout.domain.orders.nodes import node_of
from tieout.domain.orders.standing import Standing, left_of, physical, standing_of
from tieout.processes.record import Json, order_facts_from_json
from tieout.store.documents import Document


def order_facts(kept: Json) -> OrderFacts | None:
    """The facts as they were gathered; None where an earlier release kept them otherwise."""
    try:
        return order_facts_from_json(kept)
    except ValidationError:
        return None


def order_progress(document: Document, facts: OrderFacts | None, trouble: LookedInto | None) -> OrderProgress:
    """How far an order has come; what only Sage knows of it is no business of the customer's."""
    is_done = document.state == "done"
    if facts is None or facts.order is None:
        return OrderProgress(trouble=trouble, is_done=is_done)
    standing = standing_of(facts, facts.order)
    waiting = [sent for sent in facts.requests if sent.state != "refused" and not sent.is_closed]
    return OrderProgress(
        is_read=True,
        ordered_on=facts.order.ordered_on,
        items=_items(facts, standing),
        parcels=tuple(_parcels(standing)),
        is_at_warehouse=bool(waiting),
        is_cancelled=facts.order.status == "cancelled",
        is_done=is_done,
        trouble=trouble,
    )


def _items(facts: OrderFacts, standing: Standing) -> int:
    """Units ordered of what warehouses send; lines that nobody sends for us are left out."""
    order = standing.order
    country = country_code(facts.tables, order.deliver_to.country)
    lines = [line for line in physical(order.lines) if node_of(facts.tables, line.warehouse, country) is not None]
    return int(sum((line.quantity for line in lines), Decimal(0)))


def _parcels(standing: Standing) -> Iterator[SentParcel]:
    """Everything that left by its carrier, the first first."""
    left = [one for one in standing.resolved if one.shipment.stage == "despatched"]
    for one in sorted(left, key=lambda each: each.shipment.reached_at):
        units, parcels = left_of(one), one.shipment.parcels
        yield SentParcel(
            left_on=uk_date(one.shipment.reached_at),
            items=int(units) if units is not None and not one.faults else None,
            carrier=next((parcel.carrier for parcel in parcels if parcel.carrier), ""),
            tracking=tuple(dict.fromkeys(parcel.tracking for parcel in parcels if parcel.tracking)),
        )
