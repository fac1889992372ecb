"""What leaves of an order, in the units and places that Sage's confirmation wants (A.3, 7.7). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeVar

from tieout.connectors.sage200.sop.order_changes import NO_CONFIRMATION, STANDARD_LINE, state_fault
from tieout.connectors.sage200.sop.wire_orders import DespatchBin, DespatchItem, OpenLine, OpenOrder
from tieout.connectors.sage200.translate import stamp_of
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.ports.errors import Refused

QUANTITY_STEP = Decimal("0.00001")

Intent = Literal["goods", "services"]
P = TypeVar("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What leaves of one order line, in selling units and in stock units."""

    order: OpenLine
    wanted: c.DespatchLine
    stock_quantity: Decimal

    @property
    def intent(self) -> Intent:
        """Goods leave, services are confirmed (Professional)."""
        return "services" if self.order.confirmation_intent_type == "Confirm" else "goods"

    @property
    def name(self) -> str:
        """What people call the line."""
        return f"line {self.order.line_number or self.order.id} ({self.order.code or self.order.description[:30]})"


def leaving(order: OpenOrder, lines: Sequence[c.DespatchLine]) -> list[Leaving]:
    """What is to leave of the order; Refused names everything that cannot."""
    rows = {str(row.id): row for row in order.lines}
    found: list[Leaving] = []
    faults = [why] if lines and (why := state_fault(order)) else []
    for line in merged(lines):
        row = rows.get(line.order_line)
        if row is None:
            faults.append(f"it has no line {line.order_line}")
            continue
        exact = stock_units(line.quantity, row)
        one = Leaving(order=row, wanted=line, stock_quantity=exact or Decimal(0))
        found.append(one)
        faults += [f"{one.name} {fault}" for fault in despatch_faults(one, is_exact=exact is not None)]
    if faults:
        raise Refused(f"Nothing was sent: of order {order.document_no} {'; '.join(faults)}")
    return found


def merged(lines: Sequence[c.DespatchLine]) -> list[c.DespatchLine]:
    """One entry per order line, bin and number: what left of it in several parcels is confirmed together."""
    found: dict[str, list[c.DespatchLine]] = {}
    for line in lines:
        found.setdefault(line.order_line, []).append(line)
    return [
        replace(
            some[0],
            quantity=sum((line.quantity for line in some), Decimal(0)),
            bins=tuple(_added(pair for line in some for pair in line.bins).items()),
            batches=tuple(
                c.BatchQuantity(number=number, quantity=quantity)
                for number, quantity in _added((b.number, b.quantity) for line in some for b in line.batches).items()
            ),
        )
        for some in found.values()
    ]


def _added(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Quantities of one name added up, in the order in which the names come first."""
    sums: dict[str, Decimal] = {}
    for name, quantity in pairs:
        sums[name] = sums.get(name, Decimal(0)) + quantity
    return sums


def despatch_faults(one: Leaving, *, is_exact: bool) -> list[str]:
    """Why so much of a line cannot leave, in words."""
    row, line = one.order, one.wanted
    checks = (
        (line.quantity <= 0, "has nothing to despatch"),
        (line.quantity > row.open, f"has {c.plain(row.open)} left to despatch, not {c.plain(line.quantity)}"),
        (bool(line.sku and row.code) and line.sku != row.code and row.line_type == STANDARD_LINE, f"is not {line.sku}"),
        (row.confirmation_intent_type == NO_CONFIRMATION and not row.product_id, "needs no confirmation in Sage"),
        (not is_exact, f"makes no exact quantity in stock units out of {c.plain(line.quantity)}"),
        (
            is_exact and bool(line.bins) and sum(q for _, q in line.bins) != one.stock_quantity,
            f"has bins that do not make {c.plain(one.stock_quantity)} in stock units",
        ),
        (
            is_exact and bool(line.batches) and sum(b.quantity for b in line.batches) != one.stock_quantity,
            f"has batches or serial numbers that do not make {c.plain(one.stock_quantity)} in stock units",
        ),
    )
    return [fault for is_wrong, fault in checks if is_wrong]


def stock_units(quantity: Decimal, line: OpenLine) -> Decimal | None:
    """A quantity of selling units in stock units (6.4), or None when no figure of Sage's five decimals is exact."""
    units = quantity * line.selling_unit_multiple / line.stock_unit_multiple
    rounded = units.quantize(QUANTITY_STEP)
    is_exact = rounded * line.stock_unit_multiple == quantity * line.selling_unit_multiple
    is_whole_step = line.stock_unit_precision <= 0 or not rounded % line.stock_unit_precision
    return rounded.normalize() + 0 if is_exact and is_whole_step else None


def tracking_body(command: c.Despatch, order_id: int, courier_id: int) -> dict[str, Json]:
    """`tracking_items[]` (A.3): the key stands in the notes, before the note."""
    body: dict[str, Json] = {"sop_order_return_id": order_id, "pieces": command.parcels}
    if courier_id:
        body["courier_id"] = courier_id
    if command.consignment:
        body["consignment_no"] = command.consignment
    if command.weight is not None:
        body["weight"] = command.weight
    return {**body, "notes": f"{command.key} {command.note}".strip()}


def despatch_body(
    command: c.Despatch,
    order_id: int,
    intent: str,
    items: Sequence[Mapping[str, Json]],
    tracking: Mapping[str, Json] | None,
) -> dict[str, Json]:
    """`POST /sop_confirm_despatch` (7.7)."""
    return {
        "sop_order_return_id": order_id,
        "despatch_receipt_date": stamp_of(command.on),
        **({"confirmation_intent_type": intent} if intent else {}),
        "items": [dict(item) for item in items],
        **({"tracking_items": [dict(tracking)]} if tracking else {}),
    }


def plain_item(one: Leaving) -> dict[str, Json]:
    """An item whose bins and batches are Sage's choice; the quantity is in stock units."""
    return {"id": one.order.id, "quantity": one.stock_quantity}


def bins_chosen(one: Leaving, bins: Sequence[DespatchBin]) -> list[dict[str, Json]]:
    """`bin_items[]`: the bins named by the command, or Sage's in their order; Refused when they do not hold enough."""
    wanted = one.wanted.bins or filled([(row.bin_name, row.available_quantity) for row in bins], one.stock_quantity)
    by_name = {row.bin_name: row for row in bins}
    short = [
        f"{c.plain(quantity)} from bin {name} (allocated there: {c.plain(_there(by_name.get(name)))})"
        for name, quantity in wanted
        if quantity > _there(by_name.get(name))
    ]
    missing = one.stock_quantity - sum((quantity for _, quantity in wanted), Decimal(0))
    if missing:
        short.append(f"{c.plain(missing)} that lies in no bin allocated to it")
    if short:
        raise Refused(
            f"Nothing was despatched: {one.name} cannot give {'; '.join(short)}. Amend the allocation in Sage"
        )
    return [{"id": by_name[name].id, "quantity": quantity} for name, quantity in wanted]


def unavailable(lines: Sequence[Leaving], items: Sequence[DespatchItem]) -> list[str]:
    """What Sage does not offer for despatch of what is to leave, line by line."""
    offered = {item.id: item.available_quantity for item in items}
    return [
        f"{one.name} has {c.plain(offered.get(one.order.id, Decimal(0)))} of {c.plain(one.stock_quantity)} ready"
        for one in lines
        if offered.get(one.order.id, Decimal(0)) < one.stock_quantity
    ]


def filled(places: Sequence[tuple[P, Decimal]], quantity: Decimal) -> list[tuple[P, Decimal]]:
    """The quantity taken from the places in their order, as far as they hold it."""
    taken: list[tuple[P, Decimal]] = []
    left = quantity
    for place, held in places:
        share = min(held, left)
        if share > 0:
            taken.append((place, share))
            left -= share
    return taken


def _there(row: DespatchBin | None) -> Decimal:
    return row.available_quantity if row else Decimal(0)
