"""Reads what a client of the API asks for, and finds the rows that it names by id, code or name."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.naive import read
from tieout.sandbox.mintsoft.order_views import ITEM_KEPT, KEPT
from tieout.sandbox.mintsoft.orders import NewItem, NewOrder
from tieout.sandbox.mintsoft.refdata import COUNTRIES, country_named, currency_named
from tieout.sandbox.mintsoft.rows import Client, Courier, Location, Product, RefusedError, Warehouse
from tieout.sandbox.mintsoft.wire import Fields, bad, jsonable

DATE_NAMES = frozenset({"DeliveryDate", "RequiredDespatchDate", "RequiredDeliveryDate"})


def new_order(books: Books, given: Fields) -> NewOrder:
    """Return the order that is asked for; RefusedError when something needed is missing or not known."""
    client = client_of(books, given)
    warehouse = warehouse_of(books, given)
    rows = given.rows("OrderItems")
    if not rows:
        raise RefusedError("No OrderItems supplied")
    return NewOrder(
        client=client,
        number=given.text("OrderNumber"),
        reference=given.text("ExternalOrderReference"),
        courier=courier_of(books, given),
        country_id=_country_of(given),
        comments=given.text("Comments"),
        parcels=max(given.number("NumberOfParcels"), 1),
        names=_names(given, "OrderNameValues"),
        more=_kept(given, KEPT) | {"CurrencyId": _currency_of(given), "ChannelId": given.number("ChannelId") or 9},
        items=[_item(books, client, warehouse.id, row) for row in rows],
    )


def changes_of(books: Books, given: Fields) -> Mapping[str, object]:
    """Return what an update of an order may change; all else is ignored."""
    changes: dict[str, object] = {name: value for name, value in _kept(given, KEPT).items() if name in given}
    for name in ("OrderNumber", "ExternalOrderReference", "Comments"):
        if given.text(name):
            changes[name] = given.text(name)
    if given.text("CourierService") or given.text("CourierServiceId"):
        changes["CourierServiceId"] = courier_of(books, given).id
    return changes


def client_of(books: Books, given: Fields) -> Client:
    """Return the client by id; the only one when none is named."""
    number = given.number("ClientId")
    if not number and len(books.clients) == 1:
        return next(iter(books.clients.values()))
    if number not in books.clients:
        raise RefusedError("ClientId is required" if not number else f"Client {number} not found")
    return books.clients[number]


def warehouse_of(books: Books, given: Fields) -> Warehouse:
    """Return the warehouse by id, code or name."""
    number, name = given.number("WarehouseId"), given.text("Warehouse").casefold()
    for warehouse in books.warehouses.values():
        if warehouse.id == number or (name and name in {warehouse.code.casefold(), warehouse.name.casefold()}):
            return warehouse
    raise RefusedError("Warehouse is required" if not number and not name else "Warehouse not found")


def courier_of(books: Books, given: Fields) -> Courier:
    """Return the courier's service by id or name; AUTO lets the rules choose, which take the first one."""
    number, name = given.number("CourierServiceId"), given.text("CourierService").casefold()
    for courier in books.couriers.values():
        if courier.id == number or name in {courier.name.casefold(), "auto"}:
            return courier
    raise RefusedError("CourierService is required" if not number and not name else "CourierService not found")


def product_of(books: Books, client: Client, given: Fields) -> Product:
    """Return the client's product by id, else by its exact SKU."""
    number, sku = given.number("ProductId"), given.text("SKU")
    found = books.products.get(number) if number else books.product_named(client.id, sku)
    if found is None or found.client_id != client.id:
        raise RefusedError(f"Product {number or sku} not found")
    return found


def location_of(books: Books, warehouse: Warehouse, number: int) -> Location:
    """Return a location of a warehouse; without a number the one for things without a place."""
    found = books.locations.get(number) if number else books.door(warehouse.id)
    if found is None or found.warehouse_id != warehouse.id:
        raise RefusedError("Location not found")
    return found


def _item(books: Books, client: Client, warehouse_id: int, row: Fields) -> NewItem:
    product = product_of(books, client, row)
    quantity = row.whole("Quantity")
    if quantity is None or quantity <= 0:
        raise RefusedError(f"Quantity of {product.sku} must be greater than 0")
    site = row.number("WarehouseId") or warehouse_id
    if site not in books.warehouses:
        raise RefusedError("Warehouse not found")
    return NewItem(
        product=product,
        quantity=quantity,
        warehouse_id=site,
        names=_names(row, "OrderItemNameValues"),
        more=_kept(row, ITEM_KEPT),
        want_batch=row.text("RequestedBatchNo"),
        want_serial=row.text("RequestedSerialNo"),
    )


def _names(given: Fields, name: str) -> list[tuple[str, str]]:
    return [(row.text("Name"), row.text("Value")) for row in given.rows(name)]


def _kept(given: Fields, names: tuple[str, ...]) -> dict[str, object]:
    """Return values as they will be shown; dates are read and written again in the house's own way."""
    kept = {name: jsonable(given.get(name)) for name in names}
    for name in DATE_NAMES & kept.keys():
        if kept[name]:
            try:
                kept[name] = read(str(kept[name])).isoformat()
            except ValueError as error:
                raise bad(f"The value '{kept[name]}' is not valid for {name}.") from error
    return kept


def _country_of(given: Fields) -> int:
    number, name = given.number("CountryId"), given.text("Country")
    found = number if number in COUNTRIES else country_named(name)
    if not found:
        raise RefusedError("Country is required" if not number and not name else "Country not found")
    return found


def _currency_of(given: Fields) -> int:
    return given.number("CurrencyId") or currency_named(given.text("Currency")) or 1
