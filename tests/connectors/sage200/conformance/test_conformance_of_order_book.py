"""Orders as releasing and despatching need them, against a served Sage 200."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tieout.connectors.sage200.compat import Compat
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.open_order import OpenLine, OpenOrder
from tieout.domain.money import Money
from tieout.ports.errors import Unavailable

if TYPE_CHECKING:
    from .conftest import World

ON = date(2026, 11, 20)
API = "/uk/sage200extra/accounts/v1"
SENT_TO = PostalAddress(
    name="A Person",
    lines=("1 High Street", "Headingley"),
    city="Leeds",
    county="West Yorkshire",
    postcode="LS1 1AA",
    country="United Kingdom",
    contact="A. Person",
    telephone="0113 4960000",
    email="a.person@example.com",
)
STANDARD: dict[str, Any] = {"tax_code": "1", "warehouse": "HOME"}
LINES = (
    c.EntryLine(sku="EGG", quantity=Decimal(2), unit_price=Decimal("24.00"), **STANDARD),
    c.EntryLine(sku="VASE", quantity=Decimal(5), unit_price=Decimal("19.99"), **STANDARD),
    c.EntryLine(sku="SHIRT", quantity=Decimal(1), unit_price=Decimal("10.00"), **STANDARD),
    c.EntryLine(kind="charge", sku="CARRIAGE", unit_price=Decimal("4.95"), tax_code="1"),
    c.EntryLine(kind="free_text", description="Gift wrap", unit_price=Decimal("1.50"), tax_code="1"),
    c.EntryLine(kind="comment", description="Leave it in the porch"),
)


def product(code: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - a JSON record
    lying = [{"warehouse": "HOME", "bin": "GOODS-IN", "quantity": "48", "unit_cost": "4.00"}]
    plain = {"code": code, "name": code.title(), "costing": "FIFO", "tax_code": 1, "standard_price": "10.00"}
    return {**plain, "stock": lying, **changes}


@pytest.fixture
def world(world: World) -> World:
    shirt = product("SHIRT", traceable="serial", stock=[])
    eggs = product("EGG", units=[{"unit": "Box", "multiple": "12"}])
    world.does("POST", "/load", {"products": [eggs, product("VASE"), shirt]})
    return world


def entered(world: World, **changes: Any) -> str:  # noqa: ANN401 - any field of the command
    """The number of an order that stands."""
    command = c.EnterOrder(
        key="TOE-0000000000000001",
        customer_id=world.order.customer_id,
        channel_reference="SHOP-2001",
        on=ON,
        lines=LINES,
        delivery=SENT_TO,
        requested=date(2026, 11, 24),
        analysis=((1, "SHOP"),),
    )
    world.sage.order_entry.enter_order(dataclasses.replace(command, **changes))
    (order,) = world.sage.orders.orders("SHOP-2001")
    return order.number


def there(world: World, number: str) -> OpenOrder:
    found = world.sage.order_book.open_order(number)
    assert found is not None
    return found


def by_sku(order: OpenOrder) -> dict[str, OpenLine]:
    return {line.sku or line.line_class: line for line in order.lines}


def test_every_class_of_line_is_told_apart(world: World) -> None:
    order = there(world, entered(world))
    assert [(line.number, line.line_class, line.sku) for line in order.lines] == [
        (1, "standard", "EGG"),
        (2, "standard", "VASE"),
        (3, "standard", "SHIRT"),
        (4, "charge", ""),
        (5, "free_text", ""),
        (6, "comment", ""),
    ]
    assert [line.is_stocked for line in order.lines] == [True, True, True, False, False, False]
    assert [line.sku for line in order.lines if line.is_traceable] == ["SHIRT"]
    assert {line.warehouse for line in order.lines[:3]} == {"HOME"}
    assert order.lines[5].description == "Leave it in the porch"
    assert [line.needs_despatch for line in order.lines] == [True, True, True, False, False, False]
    assert [line.open for line in order.lines[3:]] == [0, 0, 0]


def test_the_lines_make_the_total_of_the_order(world: World) -> None:
    order = there(world, entered(world))
    nets = {name: line.net for name, line in by_sku(order).items()}
    assert nets == {
        "EGG": Money(4800),
        "VASE": Money(9995),
        "SHIRT": Money(1000),
        "charge": Money(495),
        "free_text": Money(150),
        "comment": Money(0),
    }
    assert (order.net, order.tax) == (Money(16440), Money(3288))
    prices = {name: line.unit_price for name, line in by_sku(order).items()}
    assert (prices["VASE"], prices["charge"]) == (Decimal("19.99"), Decimal("4.95"))


def test_the_head_tells_who_bought_it_what_came_with_it_and_what_is_noted(world: World) -> None:
    order = there(world, entered(world))
    assert (order.channel_reference, order.customer_reference, order.customer_id) == (
        "SHOP-2001",
        "WEB",
        world.order.customer_id,
    )
    assert (order.currency, order.ordered_on, order.requested_on) == ("GBP", ON, date(2026, 11, 24))
    assert (order.status, order.status_text) == ("live", "EnumDocumentStatusLive")
    assert (1, "SHOP") in order.analysis
    assert order.paid == Money(0)
    assert not order.customer_is_on_hold
    assert order.changed_at is not None
    assert order.changed_at.tzinfo is not None


def test_money_that_came_with_the_order_is_told(world: World) -> None:
    payment = c.OrderPayment(method="CARD", amount=Money(1000), reference="PAY-1")
    assert there(world, entered(world, payment=payment)).paid == Money(1000)


def test_goods_go_to_the_orders_own_address(world: World) -> None:
    assert there(world, entered(world)).deliver_to == SENT_TO


def test_without_an_address_of_its_own_it_goes_to_the_customers(world: World) -> None:
    office = PostalAddress(
        name="Corner Shop Ltd",
        lines=("2 Low Road",),
        city="York",
        postcode="YO1 1AA",
        country="GB",
        contact="B. Buyer",
        telephone="01904 960000",
        email="buyer@example.com",
    )
    account = c.OpenCustomer(
        key="TCU-0000000000000001", reference="CORNER", name="Corner Shop Ltd", tax_code="1", address=office
    )
    world.sage.customers.open_customer(account)
    order = there(world, entered(world, customer_id=world.sage.orders.customer_id("CORNER"), delivery=None))
    assert order.deliver_to.lines == ("2 Low Road",)
    assert (order.deliver_to.name, order.deliver_to.city, order.deliver_to.postcode) == (
        "Corner Shop Ltd",
        "York",
        "YO1 1AA",
    )
    assert order.deliver_to.country
    assert (order.deliver_to.telephone, order.deliver_to.email) == ("01904 960000", "buyer@example.com")


def in_boxes(world: World) -> str:
    """The number of an order of two boxes of twelve, entered through the API by somebody else."""
    (item,) = world.asks("GET", f"{API}/products", **{"$filter": "code eq 'EGG'", "$expand": "units"}).json()
    (box,) = (unit for unit in item["units"] if unit["multiple_of_base_unit"] == 12)
    line: dict[str, Json] = {"line_type": "EnumLineTypeStandard", "product_id": item["id"], "line_quantity": 2}
    unit: dict[str, Json] = {"selling_unit_id": box["unit_id"], "tax_code_id": item["tax_code_id"]}
    head: dict[str, Json] = {"customer_id": int(world.order.customer_id), "document_date": "2026-11-18T00:00:00Z"}
    answer = world.asks("POST", f"{API}/sop_orders", {**head, "lines": [{**line, **unit}]})
    assert answer.is_success, answer.text
    return str(answer.json()["document_no"])


def test_a_box_of_twelve_is_twelve_stock_units(world: World) -> None:
    number = in_boxes(world)
    egg = by_sku(there(world, number))["EGG"]
    assert (egg.quantity, egg.stock_units, egg.unit) == (Decimal(2), Decimal(12), "Box")
    left = c.DespatchLine(order_line=egg.line_id, sku="EGG", quantity=Decimal(1), despatched_before=Decimal(0))
    world.sage.despatches.despatch(c.Despatch(key="TDS-0000000000000001", order_number=number, on=ON, lines=(left,)))
    egg = by_sku(there(world, number))["EGG"]
    assert (egg.despatched, egg.open) == (Decimal(1), Decimal(1))
    levels = {level.sku: level.on_hand for level in world.sage.feeds.stock_levels()}
    assert levels["EGG"] == 36


def test_what_is_allocated_and_what_left_are_told_apart(world: World) -> None:
    number = entered(world)
    vase = by_sku(there(world, number))["VASE"]
    amount = (c.LineAmendment(order_line=vase.line_id, quantity=Decimal(3)),)
    world.sage.order_entry.allocate_order(
        c.AllocateOrder(key="TOL-0000000000000001", order_number=number, lines=amount)
    )
    assert allocated_and_gone(world, number) == ["3", "0", "5"]
    left = c.DespatchLine(order_line=vase.line_id, sku="VASE", quantity=Decimal(2), despatched_before=Decimal(0))
    world.sage.despatches.despatch(c.Despatch(key="TDS-0000000000000001", order_number=number, on=ON, lines=(left,)))
    assert allocated_and_gone(world, number) == ["1", "2", "3"]
    world.does("POST", "/desktop/post-invoice", {"order": number, "reference": "X", "invoice_date": ON.isoformat()})
    assert by_sku(there(world, number))["VASE"].invoiced == 2


def allocated_and_gone(world: World, number: str) -> list[str]:
    vase = by_sku(there(world, number))["VASE"]
    return [c.plain(quantity) for quantity in (vase.allocated, vase.despatched, vase.open)]


def test_an_order_and_a_customer_on_hold_say_so(world: World) -> None:
    number = entered(world)
    order_id = int(there(world, number).order_id)
    body: Json = {"id": order_id, "status": "EnumDocumentStatusOnHold"}
    assert world.asks("POST", f"{API}/sop_orders_status", body).is_success
    order = there(world, number)
    assert (order.status, order.customer_is_on_hold) == ("on_hold", False)
    world.does("PUT", "/company", {"customers": {"WEB": {"on_hold": True}}})
    assert there(world, number).customer_is_on_hold


def test_an_order_that_was_cancelled_is_still_there_to_be_read(world: World) -> None:
    number = entered(world)
    world.does("POST", "/desktop/cancel", {"order": number})
    order = there(world, number)
    assert order.status == "cancelled"
    assert sum(line.allocated for line in order.lines) == 0


def test_a_complete_order_is_complete_until_it_is_archived(world: World) -> None:
    number = world.order.number
    assert there(world, number).status == "complete"
    world.does("POST", "/desktop/archive", {"order": number})
    assert world.sage.order_book.open_order(number) is None


def test_no_order_and_no_draft_is_found_by_its_number(world: World) -> None:
    assert world.sage.order_book.open_order("9999999999") is None
    line = {"line_type": "EnumLineTypeComment", "description": "cut off"}
    body = {"customer_id": int(world.order.customer_id), "document_date": "2026-11-20T00:00:00Z", "lines": [line]}
    draft = world.does("POST", "/desktop/crash-order", body)
    assert world.sage.order_book.open_order(draft["document_no"]) is None


def test_what_the_lists_hold_without_being_asked_is_not_needed(world: World) -> None:
    """Where a site expands lines only, the customer is read by itself."""
    number = entered(world)
    lean = world.open(compat=Compat(order_expands=("lines",)))
    assert lean.order_book.open_order(number) == there(world, number)


def test_a_sage_that_is_down_is_no_order_that_is_gone(world: World) -> None:
    number = entered(world)
    world.temper(error_before=1, path_contains="sop_orders")
    with pytest.raises(Unavailable):
        world.sage.order_book.open_order(number)


def test_a_bin_tells_what_sage_thinks_is_free_in_it(world: World) -> None:
    number = entered(world)
    vase = by_sku(there(world, number))["VASE"]
    world.sage.order_entry.allocate_order(
        c.AllocateOrder(
            key="TOL-0000000000000001",
            order_number=number,
            lines=(c.LineAmendment(order_line=vase.line_id, quantity=Decimal(3)),),
        )
    )
    levels = {level.sku: level for level in world.sage.feeds.stock_levels()}
    vases = levels["VASE"]
    assert [vases.on_hand, vases.allocated, vases.free] == [Decimal(48), Decimal(3), Decimal(45)]


def test_an_items_cost_is_the_one_of_its_costing_method(world: World) -> None:
    stock = [{"warehouse": "HOME", "bin": "GOODS-IN", "quantity": "10", "unit_cost": "3.00"}]
    made = [
        product("AVG", costing="AVERAGE", stock=stock),
        product("STD", costing="STANDARD", standard_cost="2.50", stock=stock),
        product("ACT", costing="ACTUAL", traceable="batch", stock=[]),
    ]
    world.does("POST", "/load", {"products": made})
    found = {item.sku: item for item in world.sage.books.products(["AVG", "STD", "ACT", "VASE"])}
    assert {sku: item.unit_cost for sku, item in found.items()} == {
        "AVG": Decimal(3),
        "STD": Decimal("2.50"),
        "ACT": None,
        "VASE": Decimal(4),
    }
    assert {item.costing.upper() for item in found.values()} == {"AVERAGE", "STANDARD", "ACTUAL", "FIFO"}


def test_what_orders_still_have_to_give_is_told_in_stock_units(world: World) -> None:
    number = entered(world)
    found = {line.sku: line for line in world.sage.order_book.promised() if line.number == number}
    assert set(found) == {"EGG", "VASE", "SHIRT"}
    assert (found["EGG"].open, found["EGG"].allocated, found["EGG"].warehouse) == (Decimal(2), Decimal(0), "HOME")
    assert {line.channel_reference for line in found.values()} == {"SHOP-2001"}
    vase = by_sku(there(world, number))["VASE"].line_id
    amount = (c.LineAmendment(order_line=vase, quantity=Decimal(3)),)
    world.sage.order_entry.allocate_order(
        c.AllocateOrder(key="TOL-0000000000000001", order_number=number, lines=amount)
    )
    left = c.DespatchLine(order_line=vase, sku="VASE", quantity=Decimal(2), despatched_before=Decimal(0))
    world.sage.despatches.despatch(c.Despatch(key="TDS-0000000000000001", order_number=number, on=ON, lines=(left,)))
    found = {line.sku: line for line in world.sage.order_book.promised() if line.number == number}
    assert (found["VASE"].open, found["VASE"].allocated) == (Decimal(3), Decimal(1))


def test_an_order_that_is_cancelled_or_complete_promises_nothing(world: World) -> None:
    number = entered(world)
    world.does("POST", "/desktop/cancel", {"order": number})
    assert {line.number for line in world.sage.order_book.promised()}.isdisjoint({number, world.order.number})


def test_a_box_of_twelve_that_is_promised_is_twelve_stock_units(world: World) -> None:
    number = in_boxes(world)
    (egg,) = [line for line in world.sage.order_book.promised() if (line.number, line.sku) == (number, "EGG")]
    assert egg.open == 24
