"""The truth at the 3PL's side, as plain JSON values: what came, what left, what stands there, which files crossed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tieout.sandbox.files.depositor import Depositor
from tieout.sandbox.files.formats import plain
from tieout.sandbox.files.stock import STATES

Rows = list[dict[str, Any]]


def ledger(partner: Depositor, name: str) -> Rows | None:
    """Return a ledger by name; None when there is none."""
    found = LEDGERS.get(name)
    return found(partner) if found else None


def _orders(partner: Depositor) -> Rows:
    return [
        {
            "order_ref": order.wanted.order_ref,
            "release_no": order.wanted.release_no,
            "site": order.site,
            "status": order.status,
            "lines": [
                {
                    "line_no": line.line_no,
                    "sku": line.sku,
                    "ordered": plain(line.ordered),
                    "shipped": plain(line.shipped),
                    "closed": plain(line.closed),
                }
                for line in order.lines
            ],
            "despatches": [made.despatch_ref for made in order.despatches],
        }
        for order in partner.house.orders.values()
    ]


def _shipped(partner: Depositor) -> Rows:
    return [
        {"order_ref": order_ref, "release_no": release_no, "line_no": line_no, "quantity": plain(quantity)}
        for (order_ref, release_no, line_no), quantity in partner.house.bay.shipped.items()
    ]


def _stock(partner: Depositor) -> Rows:
    stock = partner.house.stock
    return [
        {"site": site, "sku": sku, **{state: plain(stock.on_hand(site, sku, state)) for state in STATES}}
        for site in stock.sites
        for sku in stock.items
    ]


def _movements(partner: Depositor) -> Rows:
    return [
        {
            "movement_id": made.movement_id,
            "at": made.at.isoformat(),
            "site": made.site,
            "sku": made.sku,
            "kind": made.kind,
            "quantity": plain(made.quantity),
            "state": made.state,
            "other_state": made.other_state,
            "reason": made.reason,
            "lot": made.lot,
            "ref": made.ref,
        }
        for made in partner.house.stock.movements
    ]


def _charges(partner: Depositor) -> Rows:
    return [
        {
            "charge_id": one.charge_id,
            "invoice": one.invoice,
            "date": one.on.isoformat(),
            "code": one.code,
            "reference": one.reference,
            "quantity": plain(one.quantity),
            "net_minor": one.net,
            "currency": one.currency,
        }
        for one in partner.charges
    ]


LEDGERS: dict[str, Callable[[Depositor], Rows]] = {
    "orders": _orders,
    "shipped": _shipped,
    "stock": _stock,
    "movements": _movements,
    "charges": _charges,
    "written": lambda partner: [one.to_json() for one in partner.dropper.written],
    "seen": lambda partner: [one.to_json() for one in partner.seen],
}
