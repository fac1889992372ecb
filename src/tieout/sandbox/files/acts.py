"""Reads what a test wants of the 3PL's people: loads, despatches and movements of stock, as plain JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tieout.sandbox.files.bay import Parcels, Pick
from tieout.sandbox.files.depositor import Depositor
from tieout.sandbox.files.formats import Charge
from tieout.sandbox.files.orders import Despatch, Order
from tieout.sandbox.files.stock import TRACKINGS, ActRefusedError, Item, Movement
from tieout.sandbox.journal import JournalEntry

Json = Mapping[str, Any]
STOCK_ACTS = ("adjust", "receive", "return", "write_off", "quarantine", "release", "damage", "transfer")


def load(partner: Depositor, given: Json, entry: JournalEntry) -> None:
    """Set up sites, items and opening stock; opening stock stands in no movement file."""
    stock = partner.house.stock
    for site in given.get("sites") or ():
        stock.sites[str(site)] = str(site)
    for one in given.get("items") or ():
        item = Item(
            sku=str(one["sku"]),
            description=str(one.get("description") or one["sku"]),
            barcode=str(one.get("barcode") or ""),
            base_unit=str(one.get("base_unit") or "EA"),
            units={str(unit): number(factor) for unit, factor in (one.get("units") or {}).items()},
            tracking=str(one.get("tracking") or ""),
            substitute=str(one.get("substitute") or ""),
        )
        if item.tracking not in TRACKINGS or any(factor <= 0 for factor in item.units.values()):
            raise ActRefusedError(f"item {item.sku} has a tracking or a unit that is not possible")
        stock.items[item.sku] = item
    for one in given.get("stock") or ():
        act(partner, "adjust", {"reason": "OPENING", **one}, entry, is_told=False)


def act(partner: Depositor, name: str, given: Json, entry: JournalEntry, *, is_told: bool = True) -> list[Movement]:
    """Move stock: one movement for each serial number, two for a transfer."""
    if name not in STOCK_ACTS:
        raise ActRefusedError(f"there is no act {name}; there are {', '.join(STOCK_ACTS)}")
    item = partner.house.stock.item(str(given["sku"]))
    site = partner.house.stock.site(str(given.get("site") or ""))
    serials = [str(serial) for serial in given.get("serials") or ()]
    lot = str(given.get("batch") or given.get("serial") or "")
    if given.get("expiry"):
        partner.house.stock.expiries[item.sku, lot] = date.fromisoformat(str(given["expiry"]))
    factor = item.factor(str(given.get("unit") or ""))
    if factor is None:
        raise ActRefusedError(f"item {item.sku} has no unit {given['unit']}")
    quantity = number(given["quantity"]) * factor if "quantity" in given else Decimal(len(serials))
    if name != "adjust" and quantity <= 0:
        raise ActRefusedError(f"{quantity} is not above nought")
    base = Movement(
        movement_id="",
        at=moment(given.get("at")) or partner.house.now(),
        site=site,
        sku=item.sku,
        kind="",
        quantity=quantity,
        reason=str(given.get("reason") or ""),
        state=str(given.get("state") or "on_hand"),
        lot=lot,
        ref_type=str(given.get("ref_type") or ""),
        ref=str(given.get("ref") or ""),
        user=str(given.get("user") or "warehouse"),
    )
    each = [replace(base, lot=serial, quantity=quantity / len(serials)) for serial in serials] or [base]
    wanted = [made for one in each for made in _movements(partner, name, one, str(given.get("to_site") or ""))]
    for one in wanted:
        if one.quantity < 0:
            partner.house.stock.check(one)
    return [partner.move(one, entry, is_told=is_told) for one in wanted]


def _movements(partner: Depositor, name: str, base: Movement, to_site: str) -> list[Movement]:
    match name:
        case "adjust":
            return [replace(base, kind="adjust")]
        case "receive":
            return [replace(base, kind="receipt", ref_type=base.ref_type or "po")]
        case "return":
            return [replace(base, kind="return", ref_type=base.ref_type or "rma")]
        case "write_off":
            return [replace(base, kind="writeoff", quantity=-base.quantity)]
        case "quarantine":
            return [replace(base, kind="quarantine", quantity=-base.quantity, other_state="quarantine")]
        case "release":
            return [replace(base, kind="release", state="on_hand", other_state="quarantine")]
        case "damage":
            reason = base.reason or "DAMAGED"
            return [replace(base, kind="adjust", quantity=-base.quantity, other_state="damaged", reason=reason)]
    target = partner.house.stock.site(to_site)
    if not to_site or target == base.site:
        raise ActRefusedError("a transfer needs another site in to_site")
    out = replace(base, kind="transfer", quantity=-base.quantity, ref_type="site", ref=target)
    return [out, replace(base, kind="transfer", site=target, ref_type="site", ref=base.site)]


def despatch(partner: Depositor, order: Order, given: Json, entry: JournalEntry) -> Despatch:
    """Ship what is named, or by a way of the house (`how`) when no lines are; told at the next telling."""
    bay = partner.house.bay
    if given.get("lines"):
        picks, closes = [_pick(order, one) for one in given["lines"]], bool(given.get("complete"))
    else:
        picks, closes = bay.plan(order, str(given.get("how") or "whole"))
        picks = [pick for pick in picks if pick.quantity > 0]
        closes = bool(given.get("complete", closes))
    tracking = tuple(str(one) for one in given.get("tracking") or ())
    parcels = Parcels(
        count=int(given.get("parcels") or len(tracking) or 1),
        carrier=str(given.get("carrier") or "DPD"),
        service=str(given.get("service") or ""),
        tracking=tracking,
    )
    reason = str(given.get("reason") or "NOT FOUND")
    made = bay.despatch(order, picks, entry, is_complete=closes, parcels=parcels, reason=reason)
    partner.despatched(made)
    return made


def _pick(order: Order, one: Json) -> Pick:
    line_no = str(one["line_no"])
    line = order.line(line_no)
    lots = tuple((str(lot), number(quantity)) for lot, quantity in (one.get("lots") or {}).items())
    lots += tuple((str(serial), Decimal(1)) for serial in one.get("serials") or ())
    if "quantity" in one:
        quantity = number(one["quantity"])
    else:
        quantity = sum((part for _, part in lots), Decimal(0)) or (line.left if line else Decimal(0))
    return Pick(line_no=line_no, quantity=quantity, sku=str(one.get("sku") or ""), lots=lots)


def charges(given: Iterable[Json], today: date) -> tuple[Charge, ...]:
    """Return lines of a bill; the net is text such as "1.20"."""
    return tuple(
        Charge(
            charge_id=str(one.get("charge_id") or f"{one['invoice']}-{number_of}"),
            invoice=str(one["invoice"]),
            on=date.fromisoformat(str(one["date"])) if one.get("date") else today,
            code=str(one["code"]),
            description=str(one.get("description") or one["code"]),
            reference=str(one.get("reference") or ""),
            quantity=number(one.get("quantity", 1)),
            net=pence(number(one["net"])),
            currency=str(one.get("currency") or "GBP"),
        )
        for number_of, one in enumerate(given, 1)
    )


def pence(net: Decimal) -> int:
    """Return whole minor units; refused when there is a fraction of one."""
    minor = net * 100
    if minor != int(minor):
        raise ActRefusedError(f"{net} is no whole number of pence")
    return int(minor)


def number(value: object) -> Decimal:
    """Return a number given as text, whole number or decimal."""
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise ActRefusedError(f"{value} is not a number") from error


def moment(value: object) -> datetime | None:
    """Return an aware moment given in ISO form; None for nothing."""
    if not value:
        return None
    found = datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ActRefusedError(f"{value} has no offset")
    return found
