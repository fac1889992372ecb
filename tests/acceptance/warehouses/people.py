"""People at a warehouse who do more than ship, and whoever else sends Tieout messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Json, Yard

KEY = {"ms-apikey": "mintsoft-sandbox-key"}
WHERE = {
    "FirstName": "B.",
    "LastName": "Customer",
    "Address1": "2 Low Road",
    "Town": "York",
    "PostCode": "YO1 1AA",
    "Country": "GB",
}


def at_mintsoft(yard: Yard, number: str, action: str, *, release: int = 1, **body: Json) -> Json:
    """Somebody at Mintsoft does something to the newest open part of an order's request."""
    return act_on(yard, f"{number}-{release}", action, **body)


def act_on(yard: Yard, reference: str, action: str, **body: Json) -> Json:
    """The same by the reference that Mintsoft knows."""
    rows = yard.control.get(f"/mintsoft/orders?reference={reference}")["orders"]
    (row,) = [row for row in rows if row["despatched_at"] is None]
    return yard.control.post(f"/mintsoft/orders/{row['id']}/{action}", body)


def order_at_mintsoft(yard: Yard, reference: str) -> Json:
    """What Mintsoft's books hold under a reference; one part."""
    (row,) = yard.control.get(f"/mintsoft/orders?reference={reference}")["orders"]
    return row


def entered_at_mintsoft(yard: Yard, reference: str, **items: int) -> None:
    """Somebody enters an order there, around Sage."""
    body = {
        **WHERE,
        "OrderNumber": reference,
        "ExternalOrderReference": reference,
        "Warehouse": "Main Warehouse",
        "CourierService": "DPD Next Day",
        "OrderItems": [{"SKU": sku, "Quantity": units} for sku, units in items.items()],
    }
    (told,) = httpx.put(f"{yard.control.url}/mintsoft/api/Order", json=body, headers=KEY, timeout=10).json()
    assert told["Success"], told


def over_ships(yard: Yard, number: str, sku: str, more: int) -> None:
    """So many units too many of a stock code leave, with the rest of the request."""
    at_mintsoft(yard, number, "over", item=sku, quantity=more)
    yard.ship(number)


def message(yard: Yard, door: str, body: Json) -> int:
    """What Tieout answers a message at one of its doors."""
    return httpx.post(f"{yard.url}/in/{door}", json=body, timeout=10).status_code
