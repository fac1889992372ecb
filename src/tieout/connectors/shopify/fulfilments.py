"""Tells Shopify, and so the customer, what left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from tieout.connectors.shopify import compat
from tieout.connectors.shopify import queries as q
from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.paging import Pager
from tieout.connectors.shopify.reader import ShopifyReader
from tieout.connectors.shopify.sending import Taken, fulfilment_input, plan, refuse_nothing, wanted_of
from tieout.connectors.shopify.settings import ShopifySettings
from tieout.connectors.shopify.translate import digits
from tieout.connectors.shopify.wire import PageShape, read_as
from tieout.connectors.shopify.wire_stock import (
    AwaitedLineShape,
    FulfilmentLineShape,
    FulfilmentOrderShape,
    FulfilmentShape,
    MarkShape,
    OrderFulfilmentsShape,
)
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.ports.errors import BadAnswer, OutcomeUnknown, Refused


class ShopifyFulfilments:
    """Implements `Fulfilments`. Shopify takes no idempotency key here: it is looked at before it is told.

    What left is known again by its tracking numbers. Without any, a metafield of the order under the command's key
    keeps which fulfilments stood before; what came after it without a number and with these units is the command's.
    """

    def __init__(self, settings: ShopifySettings, client: ShopifyClient) -> None:
        self._settings = settings
        self._client = client
        self._reader = ShopifyReader(settings, client)
        self._pager = Pager(client)

    def has_order(self, name: str) -> bool:
        """Whether Shopify has an order of exactly this name, with or without its `#`."""
        return self._reader.order_id(name) is not None

    def find_fulfilment(self, command: c.FulfilOrder) -> c.Found | None:
        """The fulfilments of the command together; None while fewer units are marked than left.

        One order may need several, one for each location that Shopify has its units at.
        """
        order = self._order(command)
        if order is None:
            return None
        mine = self._mine(order, command)
        sent = self._units(mine)
        wanted = wanted_of(command)
        is_short = any(sent[sku] < quantity for sku, quantity in wanted.items())
        if not mine or (is_short and sent <= wanted):
            return None
        return c.Found(
            reference=", ".join(one.name or digits(one.id) for one in mine),
            figures=c.fulfilment_figures(command.order_name, sorted(sent.items())),
            link=f"https://{self._settings.shop_domain}/admin/orders/{digits(order.id)}",
        )

    def fulfil_order(self, command: c.FulfilOrder) -> None:
        """Mark what is not marked yet. Twice: nothing is left to mark.

        Refused when fewer units are left to send than left, or what is left is on hold. Where Shopify has the units
        at several locations it is told location by location, and a refusal says which part stands.
        """
        refuse_nothing(command)
        order = self._order(command)
        if order is None:
            raise Refused(f"Shopify has no order {command.order_name}")
        left = wanted_of(command) - self._units(self._mine(order, command))
        if not left:
            return
        groups = plan(command.order_name, left, self._awaited(order.id))
        if not command.tracking and self._before(order.id, command.key) is None:
            self._mark(order, command.key)
        done: list[str] = []
        for group in groups:
            done.append(self._tell(command, group, done))

    def close(self) -> None:
        """Drop the idle connections."""
        self._client.close()

    def _tell(self, command: c.FulfilOrder, group: Sequence[Taken], done: Sequence[str]) -> str:
        """The name of the fulfilment that was made."""
        wanted = fulfilment_input(command, group, notify=self._settings.notifies_customers)
        try:
            result = self._client.tell(q.FULFILMENT_CREATE, {"fulfillment": wanted}, "fulfillmentCreate")
        except Refused as refusal:
            stands = f"{', '.join(done)} stands; of the rest Shopify says: " if done else ""
            raise Refused(f"{stands}{refusal.reason}") from None
        made = result.get("fulfillment")
        if made is None:
            raise OutcomeUnknown(f"Shopify answered the fulfilment of {command.order_name} with neither it nor error")
        return read_as(FulfilmentShape, made, "fulfilment").name

    def _order(self, command: c.FulfilOrder) -> OrderFulfilmentsShape | None:
        """The order of exactly this name, with all that left on it."""
        order_id = self._reader.order_id(command.order_name)
        if order_id is None:
            return None
        asked: Mapping[str, Json] = {"id": order_id, "first": compat.FULFILMENTS_MAX}
        found = self._client.ask(q.ORDER_FULFILMENTS, asked).get("order")
        if found is None:
            return None
        order = read_as(OrderFulfilmentsShape, found, f"order {command.order_name}")
        if len(order.fulfillments) >= compat.FULFILMENTS_MAX:
            raise BadAnswer(
                f"order {order.name} has {len(order.fulfillments)} fulfilments or more: too many to look at"
            )
        return order

    def _mine(self, order: OrderFulfilmentsShape, command: c.FulfilOrder) -> list[FulfilmentShape]:
        """The fulfilments on the order that are the command's."""
        sent = [one for one in order.fulfillments if one.status not in compat.CAME_TO_NOTHING]
        numbers = {number.strip() for number in command.tracking}
        if numbers:
            return [one for one in sent if numbers & one.numbers]
        before = self._before(order.id, command.key)
        if before is None:
            return []
        return self._without_numbers(command, [one for one in sent if digits(one.id) not in before])

    def _without_numbers(self, command: c.FulfilOrder, since: Sequence[FulfilmentShape]) -> list[FulfilmentShape]:
        """Those since that have no number and hold only what the command still wants, oldest first."""
        left, mine = wanted_of(command), list[FulfilmentShape]()
        for one in since:
            units = self._units([one])
            if not one.numbers and units and units <= left:
                left -= units
                mine.append(one)
        return mine

    def _units(self, fulfilments: Sequence[FulfilmentShape]) -> Counter[str]:
        """Units by stock code."""
        units: Counter[str] = Counter()
        path = ("fulfillment", "fulfillmentLineItems")
        for one in fulfilments:
            asked = {"id": one.id}
            for line in self._pager.pages(q.FULFILMENT_LINES, asked, path, PageShape[FulfilmentLineShape]):
                units[line.line_item.sku] += line.quantity
        return units

    def _awaited(self, order_id: str) -> list[FulfilmentOrderShape]:
        """Every fulfilment order of the order, with all its lines."""
        path = ("order", "fulfillmentOrders")
        found = self._pager.pages(q.FULFILMENT_ORDERS, {"id": order_id}, path, PageShape[FulfilmentOrderShape])
        return [self._whole(each) for each in found]

    def _whole(self, shape: FulfilmentOrderShape) -> FulfilmentOrderShape:
        path = ("fulfillmentOrder", "lineItems")
        first, asked = shape.line_items, {"id": shape.id}
        lines = self._pager.rest(first, q.FULFILMENT_ORDER_LINES, asked, path, PageShape[AwaitedLineShape])
        return shape.model_copy(update={"line_items": lines})

    def _before(self, order_id: str, key: str) -> Collection[str] | None:
        """The ids of what had left before the command was begun; None when it was not."""
        asked = {"id": order_id, "namespace": compat.MARK_NAMESPACE, "key": key}
        order = self._client.ask(q.ORDER_MARK, asked).get("order")
        held = order.get("metafield") if isinstance(order, Mapping) else None
        if held is None:
            return None
        try:
            ids = json.loads(read_as(MarkShape, held, "metafield").value)
        except ValueError:
            ids = None
        if not isinstance(ids, list):
            raise BadAnswer(f"Shopify's metafield {compat.MARK_NAMESPACE}.{key} is not as it was written")
        return frozenset(str(each) for each in ids)

    def _mark(self, order: OrderFulfilmentsShape, key: str) -> None:
        """Write down what had left, once: where the metafield stands already it is not written over."""
        mark: Mapping[str, Json] = {
            "ownerId": order.id,
            "namespace": compat.MARK_NAMESPACE,
            "key": key,
            "type": "json",
            "value": json.dumps([digits(one.id) for one in order.fulfillments]),
            "compareDigest": None,
        }
        self._client.tell(q.ORDER_MARK_SET, {"marks": [mark]}, "metafieldsSet")
