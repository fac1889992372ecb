"""Shopify as the storefront."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from tieout.connectors.shopify import compat
from tieout.connectors.shopify import queries as q
from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.errors import KeyMismatch, PreviousAttemptFailed
from tieout.connectors.shopify.exchanges import added_lines, exchanges_of
from tieout.connectors.shopify.payback import refund_input
from tieout.connectors.shopify.reader import ShopifyReader
from tieout.connectors.shopify.settings import ShopifySettings
from tieout.connectors.shopify.translate import digits, gid, order_from, raised_figures, refunds_of
from tieout.connectors.shopify.wire import GroupShape, LocationShape, read_as
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.domain.documents.shop_order import ShopOrder, ShopRefund
from tieout.ports.errors import BadAnswer, OutcomeUnknown, Refused


class ShopifyStorefront:
    """Orders and refunds, and what is on offer. Safe to share between threads."""

    def __init__(self, settings: ShopifySettings, client: ShopifyClient) -> None:
        self._settings = settings
        self._client = client
        self._reader = ShopifyReader(settings, client)

    def order(self, order_id: str, name: str) -> ShopOrder | None:
        """The order by its id, or by its name when the id is empty; with every line and refund on it.

        Orders older than 60 days are only seen with the scope `read_all_orders`.
        """
        number = digits(order_id) or digits((self._reader.order_id(name) if name else None) or "")
        if not number.isdecimal():
            return None
        shape = self._reader.order(number)
        if shape is None:
            return None
        facts = self._reader.exchange_facts(shape)
        return order_from(shape, exchanges=exchanges_of(shape, facts), added=added_lines(facts))

    def refunds(self, since: datetime | None) -> Iterator[ShopRefund]:
        """Every refund on orders changed since, all pages, whoever made it: also refunds older than that."""
        for order in self._reader.orders_changed(since):
            if order.refunds:
                shape = self._reader.order_money(order.id)
                yield from refunds_of(shape) if shape else ()

    def find_refund(self, command: c.Refund) -> c.Found | None:
        """The refund on the order whose note holds the key; BadAnswer when several gave money back.

        A refund that failed is found with the amount it moved, nothing, unless one made after it
        under the same key (by hand) did move money.
        """
        shape = self._reader.order_money(command.order_id)
        held = [refund for refund in refunds_of(shape) if command.key in refund.note] if shape else []
        found = [refund for refund in held if refund.amount] or held[-1:]
        if len(found) > 1:
            numbers = ", ".join(refund.refund_id for refund in found)
            raise BadAnswer(f"refunds {numbers} on order {found[0].order_name} all carry {command.key}")
        if not found:
            return None
        refund = found[0]
        return c.Found(
            reference=refund.refund_id,
            figures=c.refund_figures(refund.order_id, refund.amount),
            link=f"https://{self._settings.shop_domain}/admin/orders/{refund.order_id}",
        )

    def refund(self, command: c.Refund) -> None:
        """Give the money back, once per key.

        Key: the command's, in the note, and its UUIDv5 as Shopify's idempotency key.
        Twice: Shopify answers with the first refund. When an earlier one changed what the payments
        can give, the second asks for something else and is told so: then the first is looked for.
        An attempt that Shopify says failed is looked for, too, before the next key is tried.
        """
        shape = self._reader.order_money(command.order_id)
        if shape is None:
            raise Refused(f"Shopify has no order {command.order_id}")
        result = self._give_back(command, refund_input(command, shape), generation=1)
        if result is not None and result.get("refund") is None:
            raise OutcomeUnknown(f"Shopify answered the refund under {command.key} with neither refund nor error")

    def find_availability(self, command: c.RaiseAvailability) -> c.Found | None:
        """None, always: Shopify finds an adjustment only by its own id, and no search takes a reference.

        Raising it again under the same key is the look: Shopify then answers with the adjustment
        that stands, and changes nothing.
        """
        del command
        return None

    def raise_availability(self, command: c.RaiseAvailability) -> c.Found:
        """Raise the available quantity, once per key; the adjustment as Shopify recorded it.

        Key: its UUIDv5 as Shopify's idempotency key, and itself in the reference document.
        Twice: Shopify answers with the first adjustment.
        The quantity it was before is not compared: sales change it between our reading and our raising,
        and a replay with another quantity to compare would no longer be the same request.
        """
        items = self._items([line.sku for line in command.lines])
        places = {name: self._location(name).id for name in {line.location for line in command.lines}}
        changes: list[Json] = [
            {
                "inventoryItemId": items[line.sku],
                "locationId": places[line.location],
                "delta": line.quantity,
                "changeFromQuantity": None,
            }
            for line in command.lines
        ]
        variables: Mapping[str, Json] = {
            "input": {
                "name": "available",
                "reason": compat.ADJUST_REASON,
                "referenceDocumentUri": compat.reference_uri(command.key),
                "changes": changes,
            },
            "key": compat.idempotency_key(command.key),
        }
        result = self._client.tell(q.INVENTORY_ADJUST, variables, "inventoryAdjustQuantities")
        raised = result.get("inventoryAdjustmentGroup")
        if raised is None:
            raise OutcomeUnknown(f"Shopify answered the adjustment under {command.key} with neither group nor error")
        group = read_as(GroupShape, raised, "inventory adjustment")
        return c.Found(
            reference=digits(group.id),
            figures=raised_figures(group, {place: name for name, place in places.items()}),
            link=f"https://{self._settings.shop_domain}/admin/products/inventory",
        )

    def close(self) -> None:
        """Drop the idle connections."""
        self._client.close()

    def _give_back(
        self, command: c.Refund, wanted: Mapping[str, Json], *, generation: int
    ) -> Mapping[str, Json] | None:
        """Shopify's answer; None when its key was used up by a refund that stands."""
        variables: Mapping[str, Json] = {
            "input": wanted,
            "key": compat.idempotency_key(command.key, generation),
        }
        try:
            return self._client.tell(q.REFUND_CREATE, variables, "refundCreate")
        except (KeyMismatch, PreviousAttemptFailed) as refusal:
            if self.find_refund(command) is not None:
                return None
            if isinstance(refusal, KeyMismatch) or generation == compat.KEY_GENERATIONS_MAX:
                raise
        return self._give_back(command, wanted, generation=generation + 1)

    def _items(self, skus: Sequence[str]) -> Mapping[str, str]:
        """The inventory item of every stock code; Refused where there is none, or more than one."""
        variants = self._reader.variants(skus)
        items: dict[str, str] = {}
        for sku in skus:
            found = {variant.inventory_item.id for variant in variants if variant.sku == sku}
            if len(found) > 1:
                raise Refused(f"Shopify sells {len(found)} variants under the SKU {sku}: make it one")
            if not found:
                raise Refused(f"Shopify sells nothing under the SKU {sku}")
            items[sku] = found.pop()
        return items

    def _location(self, name: str) -> LocationShape:
        """The location of this name, or of this id."""
        wanted = gid("Location", name)
        found = [place for place in self._reader.locations() if place.name == name or place.id == wanted]
        if len(found) != 1:
            raise Refused(f"Shopify has {len(found) or 'no'} locations called {name}")
        return found[0]
