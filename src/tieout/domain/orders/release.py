"""Which lines of an order go out now, to whom, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tieout.domain.commands import RequestLine, SendShipmentRequest
from tieout.domain.documents.open_order import OpenLine, OpenOrder
from tieout.domain.faults import orders as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.money import Money, money
from tieout.domain.orders.delivery import country_code, delivery, lacking
from tieout.domain.orders.facts import OrderFacts
from tieout.domain.orders.keys import request_key, request_reference
from tieout.domain.orders.nodes import Node, node_of
from tieout.domain.orders.standing import ZERO, Standing, physical
from tieout.domain.orders.units import item_at, stock_units_of, to_warehouse

SERVICE_ANALYSIS = 4
INSTRUCTION_LETTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What goes out now."""

    requests: tuple[SendShipmentRequest, ...]
    faults: tuple[Fault, ...]
    """Why single lines cannot go although the order is cleared."""
    waits_for: str
    """Why nothing goes, in a few words; empty where something goes or nothing is left to go."""


NOTHING = Release(requests=(), faults=(), waits_for="")


def release(standing: Standing) -> Release:
    """What may go out now of an order; lines of warehouses that nobody ships from are left alone."""
    facts, order = standing.facts, standing.order
    ready = [(line, node, quantity) for line, node in _ours(facts, order) if (quantity := _ready(standing, line)) > 0]
    if facts.policy("release_orders", "off") != "on" or order.status in ("cancelled", "complete"):
        return NOTHING
    waits_for = _not_cleared(facts, order) if _is_open(facts, order) else ""
    if waits_for or not ready:
        return Release(requests=(), faults=(), waits_for=waits_for or _wants_stock(facts, order, standing))
    faults = list(_unfit(facts, order, [node for _, node, _ in ready]))
    if faults:
        return Release(requests=(), faults=tuple(faults), waits_for="what is wrong with the order to be put right")
    whole = _not_whole(facts, order, ready)
    if whole:
        return Release(requests=(), faults=(), waits_for=whole)
    return _requests(facts, order, ready)


def _ours(facts: OrderFacts, order: OpenOrder) -> Iterator[tuple[OpenLine, Node]]:
    for line in physical(order.lines):
        node = node_of(facts.tables, line.warehouse, country_code(facts.tables, order.deliver_to.country))
        if node is not None:
            yield line, node


def _ready(standing: Standing, line: OpenLine) -> Decimal:
    """Selling units of a line that no request holds and that Sage has for it."""
    there = line.allocated if standing.facts.policy("release_on", "allocated") == "allocated" else line.open
    return min(there, line.open) - standing.claimed(line) - standing.held_back(line)


def _is_open(facts: OrderFacts, order: OpenOrder) -> bool:
    return any(line.open > 0 for line, _ in _ours(facts, order))


def _not_cleared(facts: OrderFacts, order: OpenOrder) -> str:
    """Why the order is not cleared; empty when it is (WMS-50: shown for every order that is not released)."""
    if order.status != "live":
        return f"the order to be live in Sage: it is {order.stands_at}"
    if order.customer_is_on_hold:
        return f"customer {order.customer_reference} to be taken off hold in Sage"
    due = order.net + order.tax
    if facts.policy("release_paid", "no") == "yes" and (order.paid is None or order.paid < due):
        return f"payment of {due}"
    return ""


def _wants_stock(facts: OrderFacts, order: OpenOrder, standing: Standing) -> str:
    """What is missing where nothing is under way and goods are still to go."""
    missing = [
        line.sku
        for line, _ in _ours(facts, order)
        if line.open - standing.claimed(line) - standing.held_back(line) > 0 >= _ready(standing, line)
    ]
    return f"stock to be allocated in Sage: {', '.join(dict.fromkeys(missing))}" if missing else ""


def _unfit(facts: OrderFacts, order: OpenOrder, nodes: list[Node]) -> Iterator[Fault]:
    at = f"order {order.number}"
    missing = lacking(delivery(facts.tables, order.deliver_to))
    if missing:
        written = order.deliver_to.country.strip()
        is_unknown = "country" in missing and written
        saw = f"no {', no '.join(missing)}" + (f" (nobody has said what {written!r} is)" if is_unknown else "")
        row = f"country/{written}" if is_unknown else ""
        yield Fault(code=kinds.DELIVERY_ADDRESS_INCOMPLETE.code, at=at, saw=saw, row=row)
    for account in dict.fromkeys(node.account for node in nodes):
        if account not in facts.accounts:
            yield Fault(code=kinds.WAREHOUSE_UNKNOWN.code, at=at, saw=account, wanted=", ".join(facts.accounts))


def _not_whole(facts: OrderFacts, order: OpenOrder, ready: list[tuple[OpenLine, Node, Decimal]]) -> str:
    if facts.policy("release_whole", "no") != "yes" or facts.requests:
        return ""
    going = {line.line_id: quantity for line, _, quantity in ready}
    missing = [line.sku for line in physical(order.lines) if going.get(line.line_id, ZERO) < line.open]
    if missing:
        return f"all of the order to be there: {', '.join(dict.fromkeys(missing))} is missing"
    return "one place that has all of it" if len({node for _, node, _ in ready}) > 1 else ""


def _requests(facts: OrderFacts, order: OpenOrder, ready: list[tuple[OpenLine, Node, Decimal]]) -> Release:
    """One request for each place; a line that does not come out even in the warehouse's unit stays, with its fault."""
    number = sum(1 for sent in facts.requests if sent.state != "refused")
    requests: list[SendShipmentRequest] = []
    faults: list[Fault] = []
    for node in sorted({node for _, node, _ in ready}):
        found = [_line(facts, order, node, line, quantity) for line, its, quantity in ready if its == node]
        lines = [line for line in found if isinstance(line, RequestLine)]
        faults += [fault for fault in found if isinstance(fault, Fault)]
        if lines:
            number += 1
            requests.append(_request(facts, order, node, tuple(lines), number))
    return Release(requests=tuple(requests), faults=tuple(faults), waits_for="")


def _line(facts: OrderFacts, order: OpenOrder, node: Node, line: OpenLine, quantity: Decimal) -> RequestLine | Fault:
    at = f"order {order.number}, line {line.number}, {line.sku}"
    row = f"warehouse_item/{node.account}|{line.sku}"
    item = item_at(facts.tables, node.account, line.sku)
    if item is None:
        return Fault(code=kinds.WAREHOUSE_ITEM_UNMAPPED.code, at=at, saw=node.account, row=row)
    stock = stock_units_of(quantity, line.stock_units)
    theirs = to_warehouse(item, stock)
    if theirs is None:
        saw = f"{quantity} {line.unit or 'units'}, {stock} stock units"
        wanted = f"whole units of {item.unit or 'one'} at {item.factor} stock units each"
        return Fault(code=kinds.UOM_NON_INTEGER.code, at=at, saw=saw, wanted=wanted, row=row)
    return RequestLine(
        line=line.line_id,
        number=line.number,
        sku=item.code,
        quantity=theirs,
        unit=item.unit,
        stock_sku=line.sku,
        stock_quantity=Decimal(stock.numerator) / Decimal(stock.denominator),
        description=line.description,
        unit_value=_unit_value(order, line, quantity, theirs),
    )


def _unit_value(order: OpenOrder, line: OpenLine, quantity: Decimal, theirs: Decimal) -> Money:
    return money(line.unit_price * quantity / theirs, order.currency)


def _request(
    facts: OrderFacts, order: OpenOrder, node: Node, lines: tuple[RequestLine, ...], number: int
) -> SendShipmentRequest:
    slot = facts.tables.number("service_analysis", SERVICE_ANALYSIS)
    wanted = next((text for index, text in order.analysis if index == slot), "")
    service = facts.tables.value("shipping_service", f"{node.account}|{wanted}", "service") or ""
    return SendShipmentRequest(
        key=request_key(facts.company, order.number, number),
        account=node.account,
        site=node.site,
        reference=request_reference(order.number, number),
        order_number=order.number,
        channel_reference=order.channel_reference,
        customer=order.customer_reference,
        ordered_on=order.ordered_on,
        required_on=order.requested_on,
        lines=lines,
        deliver_to=delivery(facts.tables, order.deliver_to),
        service=service,
        instructions=_instructions(facts, order),
        currency=order.currency,
    )


def _instructions(facts: OrderFacts, order: OpenOrder) -> str:
    """The text of lines that the house wants the warehouse to read: comments, unless a row says otherwise (WMS-56)."""
    said = [
        line.description.strip()
        for line in order.lines
        if treatment(facts, line) == "instructions" and line.description.strip()
    ]
    return "; ".join(said)[:INSTRUCTION_LETTERS]


def line_class(line: OpenLine) -> str:
    """How the house classes a line: `stock`, `non_stock`, `free_text`, `charge` or `comment`."""
    if line.line_class == "standard":
        return "stock" if line.is_stocked else "non_stock"
    return line.line_class


def treatment(facts: OrderFacts, line: OpenLine) -> str:
    """What becomes of a line at release: `send`, `instructions` or `leave out`."""
    named = line_class(line)
    if named == "stock":
        return "send"
    usual = "instructions" if named == "comment" else "leave out"
    return facts.tables.value("order_line_class", named, "treatment") or usual
