"""Goods on their way in (WROs): announced by the merchant, counted and stowed, and sometimes split by the staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shipbob.books import Box, BoxItem, Centre, GoodsIn, Item
from tieout.sandbox.shipbob.inbound_views import goods_in_view
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.refusing import TooLateError, of_receiving
from tieout.sandbox.shipbob.stock import AVAILABLE, Side

PACKAGE_TYPES = ("Package", "Pallet", "FloorLoadedContainer")
PACKING_TYPES = ("EverythingInOneBox", "OneSkuPerBox", "MultipleSkuPerBox")
DONE = ("Completed", "Cancelled")


class Dock:
    """Where goods come in."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._books = network.books

    def announce(self, given: Mapping[str, Any], version: str, entry: JournalEntry) -> GoodsIn:
        """Take the announcement of a delivery, or raise RefusedError."""
        wrong = self._wrong(given)
        if wrong:
            raise of_receiving(wrong, version)
        boxes = [
            Box(
                id=self._books.new_id(),
                tracking=str(box.get("tracking_number") or ""),
                items=[
                    BoxItem(
                        item=self._books.items[one["inventory_id"]],
                        lot=str(one.get("lot_number") or ""),
                        expires=str(one.get("lot_date") or ""),
                        expected=one["quantity"],
                    )
                    for one in box["box_items"]
                ],
            )
            for box in given["boxes"]
        ]
        made = self._make(
            self._books.centres[given["fulfillment_center"]["id"]],
            str(given.get("purchase_order_number") or ""),
            (str(given["package_type"]), str(given["box_packaging_type"])),
            str(given["expected_arrival_date"]),
            boxes,
        )
        entry.effect("receiving.created", id=made.id, purchase_order=made.purchase_order)
        return made

    def arrive(self, wro: GoodsIn) -> None:
        """Let its boxes arrive at the dock."""
        _open(wro)
        for box in wro.boxes:
            box.status, box.arrived_at = "Arrived", self._network.now()
            self._network.announcer.announce("wro.box.arrived", goods_in_view(wro))
        self._reach(wro, "Arrived")

    def count(self, wro: GoodsIn, counted: Sequence[tuple[BoxItem, int]] | None) -> None:
        """Count what came, all as announced when nothing is said; nothing is in stock by this."""
        _open(wro)
        for line, units in counted or [(line, line.expected) for line in lines_of(wro)]:
            line.received = units
        self._reach(wro, "Processing")

    def stow(
        self, wro: GoodsIn, stowed: Sequence[tuple[BoxItem, int]] | None, entry: JournalEntry, *, done: bool
    ) -> None:
        """Put counted goods on the shelf, all of them when nothing is said; `done` completes the order."""
        _open(wro)
        asked = [(line, line.received - line.stowed) for line in lines_of(wro)] if stowed is None else stowed
        if any(units < 0 or line.stowed + units > line.received for line, units in asked):
            raise TooLateError("More cannot be stowed than was received")
        category = self._network.settings.receipt_category
        references = (("WroId", str(wro.id)), ("PurchaseOrderNumber", wro.purchase_order))
        for line, units in asked:
            if not units:
                continue
            line.stowed += units
            if line.expires:
                self._network.stock.expires[(line.item.id, line.lot)] = line.expires
            side = Side(centre=wro.centre, lot=line.lot, status=AVAILABLE, quantity=units)
            self._network.change_stock(category, line.item, (side,), references)
            entry.effect("stock.stowed", sku=line.item.sku, quantity=units, wro=wro.id)
        if done:
            for box in wro.boxes:
                box.status = "Completed"
            wro.completed_at = self._network.now()
        self._reach(wro, "Completed" if done else "Processing")

    def split(self, wro: GoodsIn, parts: int, entry: JournalEntry) -> list[GoodsIn]:
        """Share out its boxes, or the units of its only box, over new orders; nothing leads back to the old one."""
        _open(wro)
        if not 2 <= parts <= 20 or any(line.received for line in lines_of(wro)):
            raise TooLateError("It is split into 2 to 20 parts, before it is counted")
        shares: list[list[BoxItem]] = [[] for _ in range(parts)]
        for line in lines_of(wro):
            each, over = divmod(line.expected, parts)
            for number, share in enumerate(shares):
                units = each + (number < over)
                if units:
                    share.append(BoxItem(item=line.item, lot=line.lot, expires=line.expires, expected=units))
        made = [
            self._make(
                wro.centre,
                "",
                (wro.package_type, wro.packing),
                wro.expected_at,
                [Box(id=self._books.new_id(), tracking="", items=share)],
            )
            for share in shares
            if share
        ]
        for box in wro.boxes:
            box.status = "Cancelled"
        self._reach(wro, "Cancelled")
        entry.effect("receiving.split", id=wro.id, parts=len(made))
        return made

    def cancel(self, wro: GoodsIn, entry: JournalEntry) -> None:
        """Cancel what nobody has begun."""
        if wro.status != "Awaiting":
            raise TooLateError(f"Receiving order {wro.id} cannot be cancelled in status {wro.status}")
        self._reach(wro, "Cancelled")
        entry.effect("receiving.cancelled", id=wro.id)

    def awaited(self, item: Item, centre: Centre) -> int:
        """Return the units announced to a site that are not stowed yet."""
        return sum(
            max(line.expected - line.stowed, 0)
            for wro in self._books.goods_in.values()
            if wro.centre.id == centre.id and wro.status not in DONE
            for line in lines_of(wro)
            if line.item.id == item.id
        )

    def _make(
        self, centre: Centre, purchase_order: str, kinds: tuple[str, str], expected_at: str, boxes: list[Box]
    ) -> GoodsIn:
        at = self._network.now()
        wro = GoodsIn(
            id=self._books.new_id(),
            centre=centre,
            purchase_order=purchase_order,
            package_type=kinds[0],
            packing=kinds[1],
            expected_at=expected_at,
            created_at=at,
            updated_at=at,
            boxes=boxes,
        )
        wro.history.append((self._books.new_id(), wro.status, at))
        self._books.goods_in[wro.id] = wro
        self._network.announcer.announce("wro.created", goods_in_view(wro))
        return wro

    def _reach(self, wro: GoodsIn, status: str) -> None:
        at = self._network.now()
        wro.updated_at = at
        if wro.status != status:
            wro.status = status
            wro.history.append((self._books.new_id(), status, at))
        topic = "wro.completed" if status == "Completed" else "wro.updated"
        self._network.announcer.announce(topic, goods_in_view(wro))

    def _wrong(self, given: Mapping[str, Any]) -> dict[str, list[str]]:
        wrong: dict[str, list[str]] = {}
        centre = given.get("fulfillment_center")
        if not isinstance(centre, dict) or centre.get("id") not in self._books.centres:
            wrong["FulfillmentCenter"] = ["The fulfillment center does not exist."]
        for name, known in (("package_type", PACKAGE_TYPES), ("box_packaging_type", PACKING_TYPES)):
            if given.get(name) not in known:
                wrong[name] = [f"The value must be one of {', '.join(known)}."]
        if not isinstance(given.get("expected_arrival_date"), str):
            wrong["ExpectedArrivalDate"] = ["The ExpectedArrivalDate field is required."]
        boxes = given.get("boxes")
        if not isinstance(boxes, list) or not boxes:
            wrong["Boxes"] = ["The Boxes field is required."]
            return wrong
        for number, box in enumerate(boxes):
            items = box.get("box_items") if isinstance(box, dict) else None
            if not isinstance(items, list) or not items or not all(self._is_line(one) for one in items):
                wrong[f"Boxes[{number}].BoxItems"] = ["Every item needs a known inventory_id and a quantity."]
        return wrong

    def _is_line(self, one: object) -> bool:
        if not isinstance(one, dict):
            return False
        units = one.get("quantity")
        return one.get("inventory_id") in self._books.items and type(units) is int and units > 0


def lines_of(wro: GoodsIn) -> list[BoxItem]:
    """Return everything in its boxes."""
    return [line for box in wro.boxes for line in box.items]


def _open(wro: GoodsIn) -> None:
    if wro.status in DONE:
        raise TooLateError(f"Receiving order {wro.id} is {wro.status}")
