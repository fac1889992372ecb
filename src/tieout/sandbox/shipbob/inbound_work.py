"""What a test may let staff do to goods in and returns: the words of the control surface turned into work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shipbob.books import BoxItem, GoodsBack, GoodsIn, ReturnItem
from tieout.sandbox.shipbob.inbound_views import goods_in_view, return_view
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.receiving import Dock, lines_of
from tieout.sandbox.shipbob.returning import ReturnsBench
from tieout.sandbox.shipbob.setting_up import whole_number

WRO_ACTIONS = ("arrive", "receive", "stow", "split", "cancel")
RETURN_ACTIONS = ("arrive", "process", "complete", "cancel")


class InboundWork:
    """Works at the dock and at the bench."""

    def __init__(self, network: Network, dock: Dock, bench: ReturnsBench) -> None:
        self._network = network
        self._dock = dock
        self._bench = bench

    def on_wro(self, wro: GoodsIn, action: str, given: Mapping[str, Any], entry: JournalEntry) -> dict[str, object]:
        """Do one action; ValueError when it makes no sense, TooLateError when it cannot be done any more."""
        made: list[GoodsIn] = []
        match action:
            case "arrive":
                self._dock.arrive(wro)
            case "receive":
                self._dock.count(wro, _counted(wro, given))
            case "stow":
                self._dock.stow(wro, _counted(wro, given), entry, done=bool(given.get("done", True)))
            case "split":
                made = self._dock.split(wro, whole_number(given.get("parts", 2), "parts"), entry)
            case "cancel":
                self._dock.cancel(wro, entry)
            case _:
                raise ValueError(f"there is no action {action}; there are {', '.join(WRO_ACTIONS)}")
        return {**goods_in_view(wro), "made": [one.id for one in made]}

    def on_return(
        self, back: GoodsBack, action: str, given: Mapping[str, Any], entry: JournalEntry
    ) -> dict[str, object]:
        """Do one action; ValueError when it makes no sense, TooLateError when it cannot be done any more."""
        match action:
            case "arrive":
                self._bench.arrive(back)
            case "process":
                self._bench.process(back, _processed(back, given), entry)
            case "complete":
                self._bench.complete(back)
            case "cancel":
                self._bench.cancel(back, entry)
            case _:
                raise ValueError(f"there is no action {action}; there are {', '.join(RETURN_ACTIONS)}")
        return return_view(back)

    def unannounced(self, given: Mapping[str, Any], entry: JournalEntry) -> dict[str, object]:
        """Let goods come back that nobody announced."""
        channel = next(iter(self._network.books.channels.values()))
        kind = str(given.get("return_type") or "ReturnToSender")
        return return_view(self._bench.announce(given, channel, entry, kind=kind))


def _counted(wro: GoodsIn, given: Mapping[str, Any]) -> list[tuple[BoxItem, int]] | None:
    if given.get("lines") is None:
        return None
    by_sku = {line.item.sku: line for line in lines_of(wro)}
    return [(by_sku[str(one["sku"])], whole_number(one["quantity"], "quantity")) for one in given["lines"]]


def _processed(back: GoodsBack, given: Mapping[str, Any]) -> list[tuple[ReturnItem, str, int, str]] | None:
    if given.get("lines") is None:
        return None
    by_sku = {one.item.sku: one for one in back.items}
    return [
        (
            by_sku[str(one["sku"])],
            str(one.get("action") or "Restock"),
            whole_number(one["quantity"], "quantity"),
            str(one.get("reason") or ""),
        )
        for one in given["lines"]
    ]
