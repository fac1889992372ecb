"""Book one batch: its goods into stock and on offer, its credit note, and then its money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tieout.domain import commands as c
from tieout.domain.documents.rma import Allowance, RmaUnit
from tieout.domain.documents.sales_order import Nominal, OrderLine, SalesOrder
from tieout.domain.identifiers import compose_key
from tieout.domain.money import Money, total
from tieout.domain.returns.allocation import allocate, as_ranges, invoiced_share, matched_order, spread, take_ordinals
from tieout.domain.returns.batch_checks import posting_date
from tieout.domain.returns.batches import ALLOWANCE_STEPS, Batch, route_of
from tieout.domain.returns.disposition import Place, by_nominal, place_for, returns_nominal
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.money_back import Purse, purse_of, settle_money, unit_ids
from tieout.domain.returns.on_offer import on_offer_already
from tieout.domain.returns.settlement import credited_for, share_credited
from tieout.domain.returns.values import policy_for, tax_inside


@dataclass(slots=True, kw_only=True)
class Booking:
    """One run of planning over several batches: remembers the ordinals that its own credit notes take."""

    facts: ReturnFacts
    order: SalesOrder
    purse: Purse
    credited: Mapping[str, Money]
    """Units of which less than the invoiced price is credited, with what is."""
    reserved: dict[str, set[int]] = field(default_factory=dict)


def booking_of(facts: ReturnFacts, order: SalesOrder) -> Booking:
    """A run of planning that begins behind the batches that earlier attempts completed."""
    return Booking(facts=facts, order=order, purse=purse_of(facts, order), credited=credited_for(facts, order))


def stock_commands(booking: Booking, batch: Batch) -> Iterator[c.AnyCommand]:
    """What makes the goods of a batch stock again, and offers them; nothing where no goods come."""
    facts = booking.facts
    if not batch.has_goods:
        return
    on = posting_date(facts, batch)
    is_by_order = route_of(facts) == "sop"
    yield from _receive(facts, batch, booking.order, on) if is_by_order else _write_on(facts, batch, on)
    yield from _availability(facts, batch)


def money_commands(booking: Booking, batch: Batch) -> Iterator[c.AnyCommand]:
    """The credit note of a batch, then its money."""
    facts, order = booking.facts, booking.order
    on = posting_date(facts, batch)
    credit = _credit_note(booking, batch, order, on)
    yield credit
    stands = next((e.amount for e in facts.effects if e.key == credit.key and e.state == "done"), None)
    amount = total([line.net + line.tax for line in credit.lines], order.currency)
    amount = amount if stands is None else Money(stands, order.currency)
    yield from settle_money(booking.purse, batch, order, credit.key, amount, on)


def _receive(facts: ReturnFacts, batch: Batch, order: SalesOrder, on: date) -> Iterator[c.AnyCommand]:
    """Confirm receipt, into the disposition's own bin where it is in the returns warehouse.

    What goes to another warehouse is received into the goods-in bin and moved from there.
    """
    warehouse = facts.tables.policy("returns_warehouse") or ""
    goods_in = facts.tables.policy("goods_in_bin") or ""
    yield c.ReceiveReturn(
        key=_key(facts, "RC", batch),
        batch=batch.batch_id,
        units=unit_ids(batch.units),
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
            units=unit_ids(units),
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
            units=unit_ids(units),
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
    """What lies in a bin for sale may be offered again; it follows the stock that was read back.

    What the storefront offers already is left out, unless an attempt may have raised it before that was seen.
    """
    lines = []
    offered: list[RmaUnit] = []
    is_in_doubt = any(e.kind == "raise_availability" and e.batch == batch.batch_id for e in facts.effects)
    already = frozenset[str]() if is_in_doubt else on_offer_already(facts)
    for _, sku, place, together in _by_place(facts, batch, "raise_availability", "AV"):
        units = [unit for unit in together if unit.unit_id not in already]
        found = facts.bin(place.warehouse, place.bin)
        location = facts.tables.value("storefront_location", place.warehouse, "location")
        if units and found is not None and found.is_for_sale and location is not None:
            lines.append(c.OfferLine(sku=sku, quantity=len(units), location=location))
            offered.extend(units)
    if lines:
        key = _key(facts, "AV", batch)
        yield c.RaiseAvailability(key=key, batch=batch.batch_id, units=unit_ids(offered), lines=tuple(lines))


def _credit_note(
    booking: Booking, batch: Batch, order: SalesOrder, on: date
) -> c.RaiseCreditNote | c.PostSopCreditNote:
    """The credit note at the price, discount and VAT of the invoiced lines, or of value given without goods."""
    facts = booking.facts
    narrative = f"RMA {facts.rma_number} order {order.channel_reference or order.number}"
    if route_of(facts) == "sop" and batch.has_goods:
        key = _key(facts, "CN", batch)
        return c.PostSopCreditNote(
            key=key,
            batch=batch.batch_id,
            units=unit_ids(batch.units),
            return_key=batch.return_key,
            customer_id=order.customer_id,
            order_number=order.number,
            on=on,
            narrative=f"RMA {facts.rma_number} order {order.number}",
            lines=_credit_lines(booking, batch, key),
        )
    step = "LC" if batch.allowance is None else ALLOWANCE_STEPS[batch.allowance.kind]
    key = _key(facts, step, batch)
    return c.RaiseCreditNote(
        key=key,
        batch=batch.batch_id,
        units=unit_ids(batch.units),
        customer_id=order.customer_id,
        order_number=order.number,
        on=on,
        second_reference=second_reference(facts, order),
        narrative=narrative,
        lines=_credit_lines(booking, batch, key) if batch.allowance is None else (_value_line(facts, batch.allowance),),
    )


def second_reference(facts: ReturnFacts, order: SalesOrder) -> str:
    """The RMA; on a credit note that stands alone also the storefront's order number, where Sage's field holds both."""
    both = f"{order.channel_reference} {facts.rma_number}"
    fits = order.is_historical and len(both) <= facts.limits.second_reference
    return both if fits else facts.rma_number


def _value_line(facts: ReturnFacts, allowance: Allowance) -> c.CreditLine:
    """Value given without goods, on the nominal and tax code that its policy names."""
    policy = policy_for(facts.tables, allowance.kind)
    assert policy is not None, f"{allowance.kind} was not checked"
    rate = next(code.rate for code in facts.tax_codes if code.code == policy.tax_code)
    tax = tax_inside(allowance.amount, rate)
    return c.CreditLine(net=allowance.amount - tax, tax=tax, tax_code=policy.tax_code, nominal=policy.nominal)


def _credit_lines(booking: Booking, batch: Batch, key: str) -> tuple[c.CreditLine, ...]:
    """One line per invoiced line and returns nominal, each with the share of its own units."""
    facts = booking.facts
    lines = []
    for line, units in _by_line(facts, batch):
        reserved = booking.reserved.setdefault(line.line_id, set())
        ordinals = list(spread(take_ordinals(facts, line, len(units), key, reserved)))
        reserved.update(ordinals)
        slots = list(zip(units, ordinals, strict=True))
        for nominal in by_nominal(facts, line, units):
            mine = [(u, ordinal) for u, ordinal in slots if returns_nominal(facts, u, line) == nominal]
            net, tax = _credited(booking, line, mine)
            lines.append(
                c.CreditLine(
                    order_line=line.line_id,
                    sku=line.sku,
                    quantity=Decimal(len(mine)),
                    net=net,
                    tax=tax,
                    tax_code=line.tax_code,
                    nominal=nominal,
                    ordinals=as_ranges([ordinal for _, ordinal in mine]),
                )
            )
    return tuple(lines)


def _credited(booking: Booking, line: OrderLine, slots: Sequence[tuple[RmaUnit, int]]) -> tuple[Money, Money]:
    """Net and VAT credited for these units of a line: their share of the invoice, or what is given of it."""
    shares = [
        share_credited(*invoiced_share(line, ((ordinal, ordinal + 1),)), booking.credited.get(unit.unit_id))
        for unit, ordinal in slots
    ]
    currency = line.net.currency
    return total([net for net, _ in shares], currency), total([tax for _, tax in shares], currency)


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
        found.append((doubted or _key(facts, step, batch, sku, *unit_ids(units)), sku, place, units))
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


def _key(facts: ReturnFacts, step: str, batch: Batch, *parts: str) -> str:
    return compose_key(step, facts.company, facts.rma_number, batch.batch_id, *parts)
