"""The people of the two warehouses of the play: one that is asked by its API, and a 3PL that is asked by files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from tieout.cli.demo.orders_cast import LiveOrder, Turn
from tieout.domain.orders.keys import order_of

Json = dict[str, Any]

MINTSOFT, MINTSOFT_SITE = "mintsoft", "Main Warehouse"
THREEPL, THREEPL_SITE, PARTNER = "threepl", "LEEDS", "csv"
"""The accounts in the settings, their sites, and the 3PL's own name of us."""
DIVIDED = (Turn.PARTS, Turn.TWO_FILES)
CALLS_PER_MINUTE = 100_000
LACKING = 1
"""Units that the warehouse does not find of an order that it closes short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """One request by a warehouse's own ledger: units by stock code."""

    account: str
    order_number: str
    asked: Mapping[str, int]
    left: Mapping[str, int]


class Floor(Protocol):
    """One warehouse's people and books."""

    account: str

    def stock(self, units: Mapping[str, int]) -> None:
        """Put goods on the shelves."""

    def ship(self, orders: Mapping[str, LiveOrder], *, is_last: bool) -> int:
        """Ship what is open, by the turn of each order; the last time all of it. Returns how much left."""

    def shipped(self) -> list[Shipped]:
        """What was asked for and what left, by the own ledger."""


class Mintsoft:
    """The warehouse that is asked by its API."""

    account = MINTSOFT

    def __init__(self, control: httpx.Client) -> None:
        self._control = control

    def stock(self, units: Mapping[str, int]) -> None:
        """Enter the products, with twice of what will be asked for."""
        products = [{"sku": sku, "stock": [{"quantity": 2 * count}]} for sku, count in units.items()]
        _call(self._control, "PUT", "/mintsoft/settings", {"requests_per_minute": CALLS_PER_MINUTE})
        _call(self._control, "POST", "/mintsoft/setup", {"products": products})

    def has(self, order_number: str) -> bool:
        """Whether it has been asked for an order."""
        rows = _call(self._control, "GET", "/mintsoft/orders")["orders"]
        return any(order_of(row["reference"]) == order_number for row in rows)

    def ship(self, orders: Mapping[str, LiveOrder], *, is_last: bool) -> int:
        """Pick, pack and despatch what is open."""
        rows = _call(self._control, "GET", "/mintsoft/orders")["orders"]
        waiting = [row for row in rows if row["despatched_at"] is None and row["status"] in OPEN]
        for row in waiting:
            order = orders.get(order_of(row["reference"]))
            self._ship_one(row, order.turn if order else Turn.PLAIN, is_last=is_last)
        return len(waiting)

    def shipped(self) -> list[Shipped]:
        """By the ledger of what left; what was asked for stands on the orders and their parts."""
        asked: dict[str, Counter[str]] = {}
        for row in _call(self._control, "GET", "/mintsoft/orders")["orders"]:
            units = {item["sku"]: int(item["quantity"]) for item in row["items"]}
            asked.setdefault(row["reference"], Counter()).update(units)
        left: dict[str, Counter[str]] = {reference: Counter() for reference in asked}
        for row in _call(self._control, "GET", "/mintsoft/ledgers/shipped")["totals"]:
            left[row["reference"]].update({row["sku"]: int(row["shipped"])})
        return [
            Shipped(account=self.account, order_number=order_of(name), asked=asked[name], left=left[name])
            for name in asked
            if order_of(name)
        ]

    def _ship_one(self, row: Json, turn: Turn, *, is_last: bool) -> None:
        body: Json = {"parcels": [{"number": f"TRK{row['id']:08d}", "courier": "DPD Next Day"}]}
        if turn is Turn.SHORT and not is_last:
            lacks = {row["items"][0]["sku"]: LACKING}
            self._act(row, "short", {"items": lacks, "reason": "Not found", "then": "close"})
        elif turn in DIVIDED and not is_last:
            body["items"] = {item["sku"]: -(-item["quantity"] // 2) for item in row["items"]}
        else:
            for step in ("pick", "pack"):
                self._act(row, step, {})
        self._act(row, "despatch", body)

    def _act(self, row: Json, action: str, body: Json) -> None:
        _call(self._control, "POST", f"/mintsoft/orders/{row['id']}/{action}", body)


class ThreePl:
    """The 3PL that is asked by files, and tells what left by files."""

    account = THREEPL

    def __init__(self, control: httpx.Client) -> None:
        self._control = control
        self._manners: Json = {}

    def behave(self, manners: Json) -> None:
        """How its files and its file server misbehave from now on."""
        self._manners = manners
        _call(self._control, "PUT", "/files/manners", manners)

    def stock(self, units: Mapping[str, int]) -> None:
        """Enter its site and the items, with twice of what will be asked for."""
        items = [{"sku": sku, "description": sku, "base_unit": "EA", "units": {"EA": 1}} for sku in units]
        there = [{"site": THREEPL_SITE, "sku": sku, "quantity": str(2 * count)} for sku, count in units.items()]
        self._post("load", {"sites": [THREEPL_SITE], "items": items, "stock": there})

    def take_in(self) -> None:
        """Read the order files that lie there, and acknowledge them."""
        _call(self._control, "POST", "/files/work", {"partner": PARTNER, "until": "acknowledge"})

    def ship(self, orders: Mapping[str, LiveOrder], *, is_last: bool) -> int:
        """Ship what is open; each despatch is told in a file of its own."""
        waiting = [row for row in self._orders() if any(_left(line) > 0 for line in row["lines"])]
        for row in waiting:
            order = orders.get(row["order_ref"])
            self._ship_one(row, order.turn if order else Turn.PLAIN, is_last=is_last)
        return len(waiting)

    def resend(self) -> None:
        """Files that are late come now, and right ones in place of those that were spoilt."""
        _call(self._control, "POST", "/files/finish", {})
        self._post("resend", {})

    def shipped(self) -> list[Shipped]:
        """By the ledger of orders."""
        return [
            Shipped(
                account=self.account,
                order_number=row["order_ref"],
                asked={line["sku"]: int(line["ordered"]) for line in row["lines"]},
                left={line["sku"]: int(line["shipped"]) for line in row["lines"]},
            )
            for row in self._orders()
        ]

    def _ship_one(self, row: Json, turn: Turn, *, is_last: bool) -> None:
        body: Json = {name: row[name] for name in ("order_ref", "release_no")} | {"carrier": "DPD", "how": "whole"}
        if turn in DIVIDED and not is_last:
            body |= {"how": "parts", "complete": False}
        if turn is Turn.SPELLING:
            slip = {"sku_case": 1.0, "partner": PARTNER, "kind": "despatch", "limit": 1}
            _call(self._control, "PUT", "/files/manners", slip)
        self._post("despatches", body)
        if turn is Turn.SPELLING:
            _call(self._control, "PUT", "/files/manners", self._manners)

    def _orders(self) -> list[Json]:
        found: list[Json] = _call(self._control, "GET", f"/files/partners/{PARTNER}/ledgers/orders")["orders"]
        return found

    def _post(self, path: str, content: Json) -> Json:
        return _call(self._control, "POST", f"/files/partners/{PARTNER}/{path}", content)


OPEN = frozenset({"NEW", "PRINTED", "PICKED", "PACKED", "PICKINGSTARTED"})
"""Mintsoft's words for orders that can leave."""


def units_at(orders: Iterable[LiveOrder], warehouse: str) -> Counter[str]:
    """What will be asked for there, by stock code."""
    found: Counter[str] = Counter()
    for order in orders:
        found.update({line.sku: line.quantity for line in order.lines if line.warehouse == warehouse})
    return found


def _left(line: Json) -> int:
    return int(line["ordered"]) - int(line["shipped"]) - int(line["closed"])


def _call(control: httpx.Client, method: str, path: str, content: Json | None = None) -> Json:
    answer = control.request(method, path, json=content)
    assert answer.status_code < 300, f"the stage refused {path}: {answer.text[:300]}"
    said: Json = answer.json()
    return said
