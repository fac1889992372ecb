"""What Shopify offers for sale, by stock code and location."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

from tieout.connectors.shopify import compat
from tieout.connectors.shopify import queries as q
from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.errors import EntriesRefused, EntryFault
from tieout.connectors.shopify.paging import Pager
from tieout.connectors.shopify.reader import SKUS_AT_ONCE, ShopifyReader, term
from tieout.connectors.shopify.settings import ShopifySettings
from tieout.connectors.shopify.translate import digits
from tieout.connectors.shopify.wire import PageShape
from tieout.connectors.shopify.wire_stock import (
    AwaitedLineShape,
    LevelShape,
    StockedVariantShape,
    UnsentOrderShape,
    UnsentPartShape,
)
from tieout.connectors.transport import Json
from tieout.ports.errors import OutcomeUnknown, Refused
from tieout.ports.selling import LevelChange, ShopLevel, ShopSale


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A level change with the records that it means."""

    change: LevelChange
    item: str
    place: str

    def entry(self) -> Mapping[str, Json]:
        """Its entry in `inventorySetQuantities`."""
        return {
            "inventoryItemId": self.item,
            "locationId": self.place,
            "quantity": int(self.change.after),
            "changeFromQuantity": int(self.change.before),
        }


class ShopifyStock:
    """Implements `ShopStock`. Safe to share between threads."""

    def __init__(self, settings: ShopifySettings, client: ShopifyClient) -> None:
        self._client = client
        self._reader = ShopifyReader(settings, client)
        self._pager = Pager(client)

    def levels(self, skus: Sequence[str]) -> tuple[ShopLevel, ...]:
        """What may be sold now at every location that stocks it.

        Left out: stock codes that Shopify does not know, those that several variants share (none of them is meant
        for certain), and items that it does not count, which it sells without end.
        """
        variants = list(self._variants([sku for sku in dict.fromkeys(skus) if sku]))
        sold_as = Counter(variant.sku for variant in variants)
        return tuple(
            ShopLevel(sku=variant.sku, location=level.location.name, available=Decimal(level.available))
            for variant in variants
            if sold_as[variant.sku] == 1 and variant.inventory_item.tracked
            for level in variant.inventory_item.inventory_levels.nodes
            if level.available is not None
        )

    def unsent(self) -> Iterator[ShopSale]:
        """Everything sold that is still to leave, by the location that Shopify will send it from.

        Orders older than 60 days are only seen with the scope `read_all_orders`.
        """
        asked: Mapping[str, Json] = {"first": compat.UNSENT_AT_ONCE, "query": compat.UNSENT}
        for order in self._pager.pages(q.ORDERS_UNSENT, asked, ("orders",), PageShape[UnsentOrderShape]):
            path = ("order", "fulfillmentOrders")
            first = order.fulfillment_orders
            kind = PageShape[UnsentPartShape]
            parts = self._pager.rest(first, q.FULFILMENT_ORDERS, {"id": order.id}, path, kind)
            for part in parts.nodes:
                if part.status not in compat.OVER:
                    yield from self._unsent(order.name, part)

    def _unsent(self, order_name: str, part: UnsentPartShape) -> Iterator[ShopSale]:
        path = ("fulfillmentOrder", "lineItems")
        kind = PageShape[AwaitedLineShape]
        lines = self._pager.rest(part.line_items, q.FULFILMENT_ORDER_LINES, {"id": part.id}, path, kind)
        for line in lines.nodes:
            if line.remaining_quantity > 0 and line.line_item.sku:
                yield ShopSale(
                    order_name=order_name,
                    sku=line.line_item.sku,
                    location=part.place,
                    quantity=Decimal(line.remaining_quantity),
                )

    def set_levels(self, changes: Sequence[LevelChange]) -> tuple[LevelChange, ...]:
        """Set them, each only while Shopify has what it is to change from; returns those that it had not.

        A location is meant by its name or by its id. Refused before anything is set where a change cannot be meant
        as it stands; afterwards only for what Shopify itself refuses, when all the others are set. After
        OutcomeUnknown read the levels again: a change that was made is not made twice, for its `before` is gone.
        """
        settings = self._meant(changes)
        stale: list[LevelChange] = []
        refused: list[str] = []
        for start in range(0, len(settings), compat.LEVELS_AT_ONCE):
            for setting, fault in self._set(settings[start : start + compat.LEVELS_AT_ONCE]):
                if fault.code in compat.STALE:
                    stale.append(setting.change)
                else:
                    refused.append(f"{setting.change.sku} at {setting.change.location}: {fault.reason}")
        if refused:
            raise Refused(f"Shopify did not set {'; '.join(refused)}; the others are set as far as nothing was sold")
        return tuple(stale)

    def close(self) -> None:
        """Drop the idle connections."""
        self._client.close()

    def _set(self, settings: Sequence[Setting]) -> Iterator[tuple[Setting, EntryFault]]:
        """Those that Shopify would not set. It sets all of a call or none, so the rest is sent again without them."""
        refusal = self._send(settings)
        if refusal is None:
            return
        faults = {place: fault for place, fault in refusal.faults.items() if place < len(settings)}
        stale = refusal.codes & compat.STALE
        if not faults and not stale:
            raise refusal
        if not faults and len(settings) == 1:
            faults = {0: EntryFault(min(stale), refusal.reason)}
        yield from ((settings[place], fault) for place, fault in sorted(faults.items()))
        half = len(settings) // 2
        rest = [setting for place, setting in enumerate(settings) if place not in faults]
        for some in (rest,) if faults else (settings[:half], settings[half:]):
            if some:
                yield from self._set(some)

    def _send(self, settings: Sequence[Setting]) -> EntriesRefused | None:
        """One call, and why nothing of it was done; None when it was.

        Its idempotency key is its own: the same change may rightly be made again another day.
        """
        key = str(uuid4())
        body: Mapping[str, Json] = {
            "name": "available",
            "reason": compat.SET_REASON,
            "referenceDocumentUri": compat.published_uri(key),
            "quantities": [setting.entry() for setting in settings],
        }
        try:
            result = self._client.tell(q.INVENTORY_SET, {"input": body, "key": key}, "inventorySetQuantities")
        except EntriesRefused as refusal:
            return refusal
        is_change = any(setting.change.before != setting.change.after for setting in settings)
        if is_change and not result.get("inventoryAdjustmentGroup"):
            raise OutcomeUnknown("Shopify answered the setting of levels with neither a group nor an error")
        return None

    def _meant(self, changes: Sequence[LevelChange]) -> list[Setting]:
        """The changes with their records; Refused names every one that cannot be meant."""
        variants = self._reader.variants(list(dict.fromkeys(change.sku for change in changes)))
        items: dict[str, set[str]] = {}
        for variant in variants:
            items.setdefault(variant.sku, set()).add(variant.inventory_item.id)
        places: dict[str, set[str]] = {}
        for place in self._reader.locations() if changes else ():
            for name in {place.name, place.id, digits(place.id)}:
                places.setdefault(name, set()).add(place.id)
        faults = [fault for change in changes for fault in _faults(change, items, places)]
        twice = [pair for pair, times in Counter((each.sku, each.location) for each in changes).items() if times > 1]
        faults += [f"{sku} at {location} is named twice" for sku, location in twice]
        if faults:
            raise Refused(f"Nothing was set: {'; '.join(faults)}")
        return [
            Setting(change=change, item=min(items[change.sku]), place=min(places[change.location]))
            for change in changes
        ]

    def _variants(self, skus: Sequence[str]) -> Iterator[StockedVariantShape]:
        kind = PageShape[StockedVariantShape]
        for start in range(0, len(skus), SKUS_AT_ONCE):
            some = skus[start : start + SKUS_AT_ONCE]
            asked = {"query": " OR ".join(f"sku:{term(sku)}" for sku in some)}
            for variant in self._pager.pages(q.LEVELS_BY_SKU, asked, ("productVariants",), kind):
                if variant.sku in some:
                    yield self._whole(variant)

    def _whole(self, variant: StockedVariantShape) -> StockedVariantShape:
        item, path = variant.inventory_item, ("inventoryItem", "inventoryLevels")
        first, asked = item.inventory_levels, {"id": item.id}
        levels = self._pager.rest(first, q.ITEM_LEVELS, asked, path, PageShape[LevelShape])
        return variant.model_copy(update={"inventory_item": item.model_copy(update={"inventory_levels": levels})})


def _faults(change: LevelChange, items: Mapping[str, set[str]], places: Mapping[str, set[str]]) -> Iterator[str]:
    """Why a change cannot be meant as it stands, in words."""
    named = f"{change.sku} at {change.location}"
    if change.before % 1 or change.after % 1:
        yield f"{named} is not a whole quantity"
    if change.after < 0:
        yield f"{named} would be less than nothing"
    if len(items.get(change.sku, ())) != 1:
        yield f"Shopify sells {len(items.get(change.sku, ())) or 'no'} variants under the SKU {change.sku}"
    if len(places.get(change.location, ())) != 1:
        yield f"Shopify has {len(places.get(change.location, ())) or 'no'} locations called {change.location}"
