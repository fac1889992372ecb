"""Book one batch of received goods: stock, availability, credit note, refund, payment, allocation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tieout.domain import commands as c
from tieout.domain.documents.rma import RmaUnit
from tieout.domain.documents.sales_order import Nominal, OrderLine, SalesOrder
from tieout.domain.identifiers import compose_key, find_key
from tieout.domain.money import Money, total
from tieout.domain.returns.allocation import allocate, as_ranges, invoiced_share, matched_order, spread, take_ordinals
from tieout.domain.returns.batch_checks import posting_date
from tieout.domain.returns.batches import Batch
from tieout.domain.returns.disposition import Place, by_nominal, place_for
from tieout.domain.returns.facts import ReturnFacts


@dataclass(slots=True, kw_only=True)
class Booking:
    """One run of planning over several batches: remembers the ordinals that its own credit notes take."""

    facts: ReturnFacts
    foreign: int
    """Pence that others refunded and that no batch so far was paid with; batches are paid in their order."""
    reserved: dict[str, set[int]] = field(default_factory=dict)
    refunded_units: dict[str, int] = field(default_factory=dict)
    """Units by storefront line that this run's refunds take."""
    waits_for_refund: bool = False
    part_refunded: tuple[int, int] | None = None
    """Pence that others refunded of a batch, and its whole credit note: no refund of ours would be right."""


def booking_of(facts: ReturnFacts) -> Booking:
    """A run of planning that begins behind the batches that earlier attempts completed."""
    ours = {effect.batch for effect in facts.done("refund")}
    paid = {effect.batch for effect in facts.done("allocate_credit")} - ours
    used = sum(effect.amount for effect in facts.effects if effect.batch in paid and "credit_note" in effect.kind)
    return Booking(facts=facts, foreign=foreign_refunds(facts) - used)


def book_batch(booking: Booking, batch: Batch) -> Iterator[c.AnyCommand]:
    """The commands of one batch in order: stock, availability, credit note; then the money."""
    facts = booking.facts
    order = matched_order(facts)
    assert order is not None
    on = posting_date(facts, batch)
    stock = _receive(facts, batch, order, on) if facts.credit_route == "sop" else _write_on(facts, batch, on)
    yield from stock
    yield from _availability(facts, batch)
    credit = _credit_note(booking, batch, order, on)
    yield credit
    amount = total([line.net + line.tax for line in credit.lines], order.currency)
    if not amount:
        return  # free goods: stock and a credit note of nothing, and no money to move
    is_ours = any(refund.batch == batch.batch_id for refund in facts.done("refund"))
    if not is_ours and 0 < booking.foreign >= amount.minor:
        booking.foreign -= amount.minor
    elif facts.refund_mode == "gate":
        if booking.foreign > 0 and not is_ours:
            booking.part_refunded = (booking.foreign, amount.minor)
        yield _refund(booking, batch, amount)
    else:
        booking.waits_for_refund = True
        return
    yield from _payment(facts, batch, order, credit.key, amount, on)


def foreign_refunds(facts: ReturnFacts) -> int:
    """Pence that went back for this RMA through somebody else's hands, settled."""
    if facts.rma is None or facts.shop_order is None:
        return 0
    by_rma = {refund.refund_id for refund in facts.rma.refunds if refund.is_settled}
    return sum(
        refund.amount.minor
        for refund in facts.shop_order.refunds
        if refund.refund_id in by_rma and not refund.has_failed and find_key(refund.note) is None
    )


def _receive(facts: ReturnFacts, batch: Batch, order: SalesOrder, on: date) -> Iterator[c.AnyCommand]:
    """Confirm receipt, into the disposition's own bin where it is in the returns warehouse.

    What goes to another warehouse is received into the goods-in bin and moved from there.
    """
    warehouse = facts.tables.policy("returns_warehouse") or ""
    goods_in = facts.tables.policy("goods_in_bin") or ""
    yield c.ReceiveReturn(
        key=_key(facts, "RC", batch),
        batch=batch.batch_id,
        units=_ids(batch.units),
        return_key=batch.return_key,
        order_number=order.number,
        received_on=on,
        warehouse=warehouse,
        lines=tuple(
            c.BinLine(order_line=line.line_id, sku=line.sku, quantity=Decimal(count), bin=first_bin, nominal=nominal)
            for line, units in _by_line(facts, batch)
            for first_bin, together in _by_first_bin(facts, units, warehouse, goods_in).items()
            for nominal, count in by_nominal(facts, line, together).items()
        ),
    )
    for key, sku, place, units in _by_place(facts, batch, "move_stock", "MV"):
        if place.warehouse == warehouse:
            continue
        yield c.MoveStock(
            key=key,
            batch=batch.batch_id,
            units=_ids(units),
            sku=sku,
            quantity=Decimal(len(units)),
            from_warehouse=warehouse,
            from_bin=goods_in,
            to_warehouse=place.warehouse,
            to_bin=place.bin,
            on=on,
            second_reference=facts.rma_number,
        )


def _write_on(facts: ReturnFacts, batch: Batch, on: date) -> Iterator[c.AnyCommand]:
    """Ledger route: no SOP return brings the stock back, so it is added where the disposition says."""
    account = facts.tables.policy("stock_write_on_nominal") or ""
    for key, sku, place, units in _by_place(facts, batch, "write_on", "WO"):
        yield c.WriteOn(
            key=key,
            batch=batch.batch_id,
            units=_ids(units),
            sku=sku,
            warehouse=place.warehouse,
            bin=place.bin,
            quantity=Decimal(len(units)),
            on=on,
            nominal=Nominal(account=account),
            second_reference=facts.rma_number,
            narrative=f"Return {facts.rma_number}",
        )


def _availability(facts: ReturnFacts, batch: Batch) -> Iterator[c.AnyCommand]:
    """What lies in a bin for sale may be offered again; it follows the stock that was read back."""
    lines = []
    offered: list[RmaUnit] = []
    for _, sku, place, units in _by_place(facts, batch, "raise_availability", "AV"):
        found = facts.bin(place.warehouse, place.bin)
        location = facts.tables.value("storefront_location", place.warehouse, "location")
        if found is not None and found.is_for_sale and location is not None:
            lines.append(c.OfferLine(sku=sku, quantity=len(units), location=location))
            offered.extend(units)
    if lines:
        key = _key(facts, "AV", batch)
        yield c.RaiseAvailability(key=key, batch=batch.batch_id, units=_ids(offered), lines=tuple(lines))


def _credit_note(
    booking: Booking, batch: Batch, order: SalesOrder, on: date
) -> c.RaiseCreditNote | c.PostSopCreditNote:
    """The credit note at the price, discount and VAT of the invoiced lines."""
    facts = booking.facts
    narrative = f"RMA {facts.rma_number} order {order.number}"
    if facts.credit_route == "sop":
        key = _key(facts, "CN", batch)
        return c.PostSopCreditNote(
            key=key,
            batch=batch.batch_id,
            units=_ids(batch.units),
            return_key=batch.return_key,
            customer_id=order.customer_id,
            order_number=order.number,
            on=on,
            narrative=narrative,
            lines=_credit_lines(booking, batch, key),
        )
    key = _key(facts, "LC", batch)
    return c.RaiseCreditNote(
        key=key,
        batch=batch.batch_id,
        units=_ids(batch.units),
        customer_id=order.customer_id,
        order_number=order.number,
        on=on,
        second_reference=facts.rma_number,
        narrative=narrative,
        lines=_credit_lines(booking, batch, key),
    )


def _credit_lines(booking: Booking, batch: Batch, key: str) -> tuple[c.CreditLine, ...]:
    """One line per invoiced line and returns nominal, each with the share of its own units."""
    facts = booking.facts
    lines = []
    for line, units in _by_line(facts, batch):
        reserved = booking.reserved.setdefault(line.line_id, set())
        ordinals = list(spread(take_ordinals(facts, line, len(units), key, reserved)))
        reserved.update(ordinals)
        for nominal, count in by_nominal(facts, line, units).items():
            mine, ordinals = as_ranges(ordinals[:count]), ordinals[count:]
            net, tax = invoiced_share(line, mine)
            lines.append(
                c.CreditLine(
                    order_line=line.line_id,
                    sku=line.sku,
                    quantity=Decimal(count),
                    net=net,
                    tax=tax,
                    tax_code=line.tax_code,
                    nominal=nominal,
                    ordinals=mine,
                )
            )
    return tuple(lines)


def _refund(booking: Booking, batch: Batch, amount: Money) -> c.Refund:
    """Release the money: exactly what the credit note says."""
    facts = booking.facts
    assert facts.shop_order is not None
    key = _key(facts, "RF", batch)
    return c.Refund(
        key=key,
        batch=batch.batch_id,
        units=_ids(batch.units),
        order_id=facts.shop_order.order_id,
        amount=amount,
        lines=() if key in {done.key for done in facts.done("refund")} else _refund_lines(booking, batch),
        note=f"{key} RMA {facts.rma_number}",
    )


def _refund_lines(booking: Booking, batch: Batch) -> tuple[c.RefundLine, ...]:
    """The storefront's lines for the units: the portal's own line where it names one, else by stock code."""
    facts, taken = booking.facts, booking.refunded_units
    assert facts.shop_order is not None
    left = {line.line_id: line.refundable - taken.get(line.line_id, 0) for line in facts.shop_order.lines}
    counted: dict[str, int] = {}
    for unit in batch.units:
        lines = [line for line in facts.shop_order.lines if line.line_id == unit.shop_line]
        lines += [line for line in facts.shop_order.lines if line.sku.casefold() == unit.sku.strip().casefold()]
        line = next((line for line in lines if left[line.line_id] > 0), None)
        if line is not None:
            left[line.line_id] -= 1
            counted[line.line_id] = counted.get(line.line_id, 0) + 1
            taken[line.line_id] = taken.get(line.line_id, 0) + 1
    return tuple(c.RefundLine(shop_line=line_id, quantity=count) for line_id, count in counted.items())


def _payment(
    facts: ReturnFacts, batch: Batch, order: SalesOrder, credit_key: str, amount: Money, on: date
) -> Iterator[c.AnyCommand]:
    """The money that went back, from its bank, tied to the credit note."""
    assert facts.shop_order is not None
    payment_key = _key(facts, "PY", batch)
    yield c.PostRefundPayment(
        key=payment_key,
        batch=batch.batch_id,
        units=_ids(batch.units),
        customer_id=order.customer_id,
        bank=facts.tables.value("tender", facts.shop_order.gateway, "bank") or "",
        amount=amount,
        on=on,
        second_reference=facts.rma_number,
    )
    yield c.AllocateCredit(
        key=_key(facts, "AL", batch),
        batch=batch.batch_id,
        units=_ids(batch.units),
        customer_id=order.customer_id,
        credit_key=credit_key,
        payment_key=payment_key,
        amount=amount,
        on=on,
    )


def _by_line(facts: ReturnFacts, batch: Batch) -> list[tuple[OrderLine, list[RmaUnit]]]:
    order = matched_order(facts)
    assert order is not None
    line_of = allocate(facts, order).line_of
    groups = [(line, [u for u in batch.units if line_of[u.unit_id].line_id == line.line_id]) for line in order.lines]
    return [(line, units) for line, units in groups if units]


def _by_place(facts: ReturnFacts, batch: Batch, kind: str, step: str) -> list[tuple[str, str, Place, list[RmaUnit]]]:
    """Units by stock item and place, each group with its key; those that a command of the kind has moved are left out.

    Units of a command that may have been done stay together under its key, so that it is looked for first.
    """
    mine = [effect for effect in facts.effects if effect.kind == kind and effect.batch == batch.batch_id]
    moved = {unit for effect in mine if effect.state == "done" for unit in effect.units}
    in_doubt = {unit: effect.key for effect in mine if effect.state == "intended" for unit in effect.units}
    groups: dict[tuple[str, str, Place | None], list[RmaUnit]] = {}
    for line, units in _by_line(facts, batch):
        for unit in (unit for unit in units if unit.unit_id not in moved):
            doubted = in_doubt.get(unit.unit_id, "")
            groups.setdefault((doubted, line.sku, None if doubted else place_for(facts, unit)), []).append(unit)
    found = []
    for (doubted, sku, _), units in groups.items():
        place = place_for(facts, units[0])
        assert place is not None
        found.append((doubted or _key(facts, step, batch, sku, *_ids(units)), sku, place, units))
    return found


def _by_first_bin(
    facts: ReturnFacts, units: Sequence[RmaUnit], warehouse: str, goods_in: str
) -> dict[str, list[RmaUnit]]:
    """The bin of the returns warehouse that each unit is received into."""
    groups: dict[str, list[RmaUnit]] = {}
    for unit in units:
        place = place_for(facts, unit)
        assert place is not None
        groups.setdefault(place.bin if place.warehouse == warehouse else goods_in, []).append(unit)
    return groups


def _ids(units: Sequence[RmaUnit]) -> tuple[str, ...]:
    return tuple(unit.unit_id for unit in units)


def _key(facts: ReturnFacts, step: str, batch: Batch, *parts: str) -> str:
    return compose_key(step, facts.company, facts.rma_number, batch.batch_id, *parts)
