"""What leaves from which bins, in which units, of which batches, against a served Sage 200."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tieout.domain import commands as c
from tieout.ports.errors import Refused

if TYPE_CHECKING:
    from .conftest import World

ON = date(2026, 11, 20)


def product(code: str, *stock: dict[str, Any], **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - a JSON record
    plain = {"code": code, "name": code.title(), "costing": "FIFO", "tax_code": 1, "standard_price": "10.00"}
    return {**plain, "stock": list(stock), **changes}


def lying(place: str, quantity: str, warehouse: str = "HOME") -> dict[str, Any]:
    return {"warehouse": warehouse, "bin": place, "quantity": quantity, "unit_cost": "4.00"}


def despatch(world: World, channel: str, *quantities: str, **changes: Any) -> c.Despatch:  # noqa: ANN401 - of a line
    """So much of an order's lines leaves, in their order; further fields are those of every line."""
    (order,) = world.sage.orders.orders(channel)
    lines = tuple(
        c.DespatchLine(
            order_line=line.line_id, sku=line.sku, quantity=Decimal(quantity), despatched_before=line.despatched
        )
        for line, quantity in zip(order.lines, quantities, strict=False)
    )
    lines = tuple(dataclasses.replace(line, **changes) for line in lines)
    return c.Despatch(key="TDS-0000000000000001", order_number=order.number, on=ON, lines=lines)


def agreed(world: World, command: c.Despatch) -> None:
    found = world.sage.despatches.find_despatch(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


SHELVES = {"name": "LEEDS", "use_for_sales_trading": True, "bins": [{"name": "A1"}, {"name": "A2"}]}


def load_order(world: World, channel: str, *lines: dict[str, Any], **records: Any) -> None:  # noqa: ANN401 - JSON records
    order = {"customer": "WEB", "customer_document_no": channel, "document_date": "2026-11-18", "lines": lines}
    world.does("POST", "/load", records)
    world.does("POST", "/load", {"orders": [order]})


def allocate(world: World, command: c.Despatch, quantity: str) -> None:
    """Allocate so much of the first line, whatever leaves of it."""
    line = c.LineAmendment(order_line=command.lines[0].order_line, quantity=Decimal(quantity))
    world.sage.order_entry.allocate_order(
        c.AllocateOrder(key="TOL-0000000000000001", order_number=command.order_number, lines=(line,))
    )


def levels(world: World) -> dict[str, Decimal]:
    """What lies in the bins of LEEDS."""
    rows = world.does("GET", "/ledgers/stock")
    rows = rows["items"] if isinstance(rows, dict) else rows
    return {row["bin"]: Decimal(row["quantity"]) for row in rows if row["warehouse"] == "LEEDS"}


@pytest.fixture
def books(world: World) -> World:
    """Five books of an order that lie in two bins."""
    stock = (lying("A1", "2", "LEEDS"), lying("A2", "3", "LEEDS"))
    line = {"product": "BOOK", "quantity": "5", "tax_code": 1, "warehouse": "LEEDS"}
    load_order(world, "SHOP-5001", line, warehouses=[SHELVES], products=[product("BOOK", *stock)])
    return world


def test_goods_leave_the_bins_that_they_left_from(books: World) -> None:
    command = despatch(books, "SHOP-5001", "3", bins=(("A1", Decimal(1)), ("A2", Decimal(2))))
    allocate(books, command, "5")
    books.sage.despatches.despatch(command)
    agreed(books, command)
    assert levels(books) == {"A1": 1, "A2": 1}


def test_goods_that_lie_in_several_bins_leave_them_as_sage_lists_them(books: World) -> None:
    command = despatch(books, "SHOP-5001", "4")
    books.sage.despatches.despatch(command)
    agreed(books, command)
    assert sum(levels(books).values()) == 1


def test_a_bin_that_holds_too_little_is_refused(books: World) -> None:
    command = despatch(books, "SHOP-5001", "3", bins=(("A1", Decimal(3)),))
    with pytest.raises(Refused, match="3 from bin A1"):
        books.sage.despatches.despatch(command)
    assert books.sage.despatches.find_despatch(command) is None


@pytest.fixture
def wrapped(world: World) -> World:
    """An order of goods and of a service that Sage wants confirmed."""
    world.does("PUT", "/settings", {"sop": {"default_free_text_confirm_intent_type": "Confirm"}})
    world.does("POST", "/load", {"products": [product("VASE", lying("GOODS-IN", "5"))]})
    goods = c.EntryLine(sku="VASE", quantity=Decimal(1), tax_code="1", warehouse="HOME")
    wrap = c.EntryLine(kind="free_text", description="Gift wrap", unit_price=Decimal("1.50"), tax_code="1")
    world.sage.order_entry.enter_order(
        c.EnterOrder(
            key="TOE-0000000000000001",
            customer_id=world.order.customer_id,
            channel_reference="SHOP-5002",
            on=ON,
            lines=(goods, wrap),
        )
    )
    return world


def test_goods_and_services_are_confirmed_apart_and_read_back_together(wrapped: World) -> None:
    command = despatch(wrapped, "SHOP-5002", "1", "1")
    wrapped.sage.despatches.despatch(command)
    agreed(wrapped, command)


def test_services_that_were_not_confirmed_with_their_goods_are_confirmed_later(wrapped: World) -> None:
    command = despatch(wrapped, "SHOP-5002", "1", "1")
    wrapped.sage.despatches.despatch(dataclasses.replace(command, lines=command.lines[:1]))
    assert wrapped.sage.despatches.find_despatch(command) is None
    wrapped.sage.despatches.despatch(command)
    agreed(wrapped, command)


def numbered(world: World, kind: str, *numbers: tuple[str, str]) -> None:
    """An order of three of an item whose stock came in under these numbers."""
    line = {"product": "SHIRT", "quantity": "3", "tax_code": 1}
    world.does("POST", "/load", {"products": [product("SHIRT", traceable=kind)]})
    quantity = str(sum(Decimal(quantity) for _, quantity in numbers))
    rows = [{"number": number, "quantity": quantity} for number, quantity in numbers]
    came = {"product": "SHIRT", "bin": "GOODS-IN", "quantity": quantity, "unit_cost": "4.00", "numbers": rows}
    world.does("POST", "/desktop/goods-in", {**came, "date": "2026-11-18", "reference": "GRN-1"})
    load_order(world, "SHOP-5003", line)


def test_the_batches_that_left_are_those_confirmed(world: World) -> None:
    numbered(world, "batch", ("B7", "2"), ("B8", "2"))
    chosen = (c.BatchQuantity(number="B7", quantity=Decimal(1)), c.BatchQuantity(number="B8", quantity=Decimal(2)))
    command = despatch(world, "SHOP-5003", "3", batches=chosen)
    world.sage.despatches.despatch(command)
    agreed(world, command)


def test_the_serial_numbers_that_left_are_those_confirmed(world: World) -> None:
    numbered(world, "serial", ("S1", "1"), ("S2", "1"), ("S3", "1"))
    chosen = (c.BatchQuantity(number="S1", quantity=Decimal(1)), c.BatchQuantity(number="S3", quantity=Decimal(1)))
    command = despatch(world, "SHOP-5003", "2", batches=chosen)
    world.sage.despatches.despatch(command)
    agreed(world, command)


def test_numbers_that_sage_allocated_give_way_to_those_that_left(world: World) -> None:
    numbered(world, "serial", ("S1", "1"), ("S2", "1"), ("S3", "1"))
    command = despatch(world, "SHOP-5003", "1", batches=(c.BatchQuantity(number="S3", quantity=Decimal(1)),))
    allocate(world, command, "2")
    world.sage.despatches.despatch(command)
    agreed(world, command)


def test_a_batch_that_is_not_there_is_refused(world: World) -> None:
    numbered(world, "batch", ("B7", "2"), ("B8", "2"))
    command = despatch(world, "SHOP-5003", "3", batches=(c.BatchQuantity(number="B9", quantity=Decimal(3)),))
    with pytest.raises(Refused, match="3 of B9"):
        world.sage.despatches.despatch(command)
    assert world.sage.despatches.find_despatch(command) is None


def test_boxes_of_twelve_leave_as_stock_units_and_read_back_as_boxes(world: World) -> None:
    made = product("EGG", lying("GOODS-IN", "48"), units=[{"unit": "Box", "multiple": "12"}])
    world.does("POST", "/load", {"products": [made]})
    in_boxes(world, "EGG", "2")
    command = despatch(world, "SHOP-5004", "2")
    world.sage.despatches.despatch(command)
    agreed(world, command)
    (order,) = world.sage.orders.orders("SHOP-5004")
    assert order.lines[0].despatched == 2


def in_boxes(world: World, code: str, quantity: str) -> None:
    """An order in the product's second selling unit, entered through the API by somebody else."""
    given = world.does("POST", "/tokens", {})
    headers = {
        "Authorization": f"Bearer {given['access_token']}",
        "X-Site": given["site_id"],
        "X-Company": str(given["company_id"]),
    }
    root = str(world.by_hand.base_url).removesuffix("/_sandbox/sage200/")
    with httpx.Client(base_url=f"{root}/sage200", headers=headers, timeout=30) as api:
        (item,) = api.get("/products", params={"$filter": f"code eq '{code}'", "$expand": "units"}).json()
        (box,) = (unit for unit in item["units"] if unit["multiple_of_base_unit"] == 12)
        line = {
            "line_type": "EnumLineTypeStandard",
            "product_id": item["id"],
            "line_quantity": int(quantity),
            "selling_unit_id": box["unit_id"],
            "tax_code_id": item["tax_code_id"],
        }
        order = {
            "customer_id": int(world.order.customer_id),
            "document_date": "2026-11-18T00:00:00Z",
            "customer_document_no": "SHOP-5004",
            "lines": [line],
        }
        answer = api.post("/sop_orders", json=order)
        assert answer.is_success, answer.text
