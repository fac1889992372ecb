"""Shipments told to Sage: allocated and despatched in Sage's units, or every reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from tieout.domain.business_dates import uk_date
from tieout.domain.commands import AmendOrder, AnyCommand, Despatch, DespatchLine, LineAmendment, WriteOff
from tieout.domain.documents.books import PeriodAnswer
from tieout.domain.documents.open_order import OpenLine
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.faults import orders as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.orders.carriers import courier_of
from tieout.domain.orders.delivery import country_code
from tieout.domain.orders.facts import OrderFacts
from tieout.domain.orders.keys import despatch_key, excess_key, raise_key
from tieout.domain.orders.nodes import Node, Place, node_of, place_of, site_row
from tieout.domain.orders.resolving import LeftUnits, Resolved
from tieout.domain.orders.standing import ZERO, Standing, by_hand, physical, requested
from tieout.domain.orders.units import exact

STATUS_HOURS = 4
OVER_PERCENT = Decimal(10)
CONSIGNMENT_LETTERS = 60
"""Sage 200 keeps so many of a consignment number (section 5)."""


@dataclass(slots=True, kw_only=True)
class Leaving:
    """What Sage is told now, and what keeps the rest."""

    commands: list[AnyCommand] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    """Why a shipment cannot be told; the others go on."""
    waits_for: str = ""
    taken: dict[str, Decimal] = field(default_factory=dict)
    """What this plan despatches of each line, in selling units."""
    holds_back: bool = False
    """Whether shipments stay behind one whose despatch may stand in Sage already: what is open is not known."""

    def open_of(self, line: OpenLine) -> Decimal:
        """What is left to despatch of a line once this plan is carried out."""
        return line.open - self.taken.get(line.line_id, ZERO)


def despatches(standing: Standing) -> Leaving:
    """Tell Sage of every shipment that has gone and that it does not know yet, oldest first.

    What was sent and has no answer is planned as it was: whether it arrived is seen by looking, not worked out.
    """
    facts, leaving = standing.facts, Leaving()
    waiting = sorted(standing.waiting(), key=lambda each: (each.shipment.reached_at, each.shipment.shipment_id))
    sent = {key: posted for one in waiting if (posted := facts.posted_under(key := _key(facts, one))) is not None}
    leaving.commands += [posted.command for posted in sent.values()]
    for one in waiting:
        if _key(facts, one) in sent:
            continue
        if sent:
            leaving.holds_back = True
            leaving.waits_for = "a despatch that may stand in Sage to be read back"
        elif standing.order.status != "live" and one in by_hand(standing):
            leaving.faults += _over_faults(standing, one, leaving)
        elif standing.order.status != "live":
            _wait_for_status(standing, one, leaving)
        else:
            faults = [*one.faults, *_misplaced(standing, one), *_numbers(one), *_day_faults(facts, one)]
            faults += _over_faults(standing, one, leaving)
            leaving.faults += faults
            if not faults:
                _tell(standing, one, leaving)
    leaving.commands += _written_off(standing, leaving)
    return leaving


def _key(facts: OrderFacts, one: Resolved) -> str:
    return despatch_key(facts.company, one.shipment)


def _wait_for_status(standing: Standing, one: Resolved, leaving: Leaving) -> None:
    order, facts = standing.order, standing.facts
    leaving.waits_for = f"the order to be live in Sage: it is {order.stands_at}"
    if facts.now > live_by(facts, one.shipment.reached_at):
        who = f", last changed by {order.changed_by}" if order.changed_by else ""
        at = f"order {order.number}, shipment {one.shipment.shipment_id}"
        leaving.faults.append(
            Fault(code=kinds.WAITING_FOR_STATUS.code, at=at, saw=f"{order.stands_at}{who}", wanted="live")
        )


def live_by(facts: OrderFacts, reached_at: datetime) -> datetime:
    """Until when a despatch waits for its order in Sage before anybody is asked."""
    return reached_at + timedelta(hours=facts.tables.number("status_grace_hours", STATUS_HOURS))


def _misplaced(standing: Standing, one: Resolved) -> Iterator[Fault]:
    """A shipment leaves from the warehouse of Sage that its lines take their stock from (3PL-23)."""
    facts, order = standing.facts, standing.order
    site = one.shipment.site or one.sent.command.site
    node = Node(account=one.shipment.account, site=site)
    at = f"shipment {one.shipment.shipment_id} of {one.shipment.reference}"
    place = place_of(facts.tables, node.account, node.site)
    for units in one.left:
        wanted = units.line.warehouse
        if place is None:
            # Who ships for a warehouse stands where that warehouse does, unless a row says otherwise.
            if node_of(facts.tables, wanted, country_code(facts.tables, order.deliver_to.country)) != node:
                row = site_row(node.account, node.site)
                yield Fault(code=kinds.UNKNOWN_LOCATION.code, at=at, saw=site or node.account, wanted=wanted, row=row)
        elif place.warehouse not in {known.warehouse for known in facts.bins}:
            row = site_row(node.account, node.site)
            yield Fault(code=kinds.UNKNOWN_LOCATION.code, at=at, saw=place.warehouse, wanted=wanted, row=row)
        elif place.warehouse != wanted:
            yield Fault(code=kinds.LOCATION_DIFFERS.code, at=at, saw=f"{place.warehouse} ({site})", wanted=wanted)


def _numbers(one: Resolved) -> Iterator[Fault]:
    """An item that Sage keeps by number leaves with its numbers: as many as units, none twice."""
    for units in one.left:
        if not units.line.is_traceable:
            continue
        told = sum((batch.quantity for batch in units.batches), ZERO)
        serials = [batch.number for batch in units.batches if batch.quantity == 1]
        if told != exact(units.stock_quantity, 5) or len(serials) != len(set(serials)):
            at = f"shipment {one.shipment.shipment_id}, {units.line.sku}"
            saw = ", ".join(f"{batch.number} ({batch.quantity})" for batch in units.batches) or "none"
            wanted = f"numbers for {units.stock_quantity} units"
            yield Fault(code=kinds.SERIAL_MISSING.code, at=at, saw=saw, wanted=wanted)


def _day_faults(facts: OrderFacts, one: Resolved) -> Iterator[Fault]:
    if _day(facts, one) is None:
        at = f"shipment {one.shipment.shipment_id}"
        saw = f"{uk_date(one.shipment.reached_at):%d %b %Y}"
        yield Fault(code=kinds.DESPATCH_PERIOD_CLOSED.code, at=at, saw=saw, wanted="an open stock period")


def _day(facts: OrderFacts, one: Resolved) -> date | None:
    """The day that Sage is told: the shipment's own, or today's where the house wants that; None when neither."""
    own = uk_date(one.shipment.reached_at)
    check = facts.period(own)
    if check is None or check.answer is PeriodAnswer.NORMAL:
        return own
    if check.answer is PeriodAnswer.ACCEPTABLE and facts.policy("acceptable_dates", "no") == "yes":
        return own
    return facts.today if facts.policy("despatch_date", "stop") == "today" else None


def _over_faults(standing: Standing, one: Resolved, leaving: Leaving) -> Iterator[Fault]:
    facts = standing.facts
    rule = facts.policy("over_despatch", "stop")
    for units in one.left:
        excess = units.quantity - leaving.open_of(units.line)
        if excess <= 0:
            continue
        at = f"shipment {one.shipment.shipment_id}, {units.line.sku}"
        by_others = units.line.despatched - facts.posted_of(units.line.line_id)
        if by_others >= excess:
            saw = f"{units.line.despatched} despatched in Sage"
            wanted = f"{units.line.quantity} ordered, {units.quantity} of them in this shipment"
            yield Fault(code=kinds.DESPATCHED_BY_HAND.code, at=at, saw=saw, wanted=wanted)
            continue
        is_over = is_much(facts, units.line, max(excess, _over_in_all(standing, units.line)))
        # A despatch of nothing cannot be booked: there must be units that were ordered in it.
        is_all = all(leaving.open_of(each.line) <= 0 for each in one.left)
        lacks = rule == "write_off" and (is_all or _excess_nominal(facts, one) is None)
        if rule not in ("raise", "write_off") or is_over or lacks:
            saw = f"{units.quantity} shipped"
            yield Fault(code=kinds.OVER_DESPATCHED.code, at=at, saw=saw, wanted=f"{leaving.open_of(units.line)} open")


def is_much(facts: OrderFacts, line: OpenLine, excess: Decimal) -> bool:
    """Whether so much over, in selling units, stops in any case (rule `over_despatch_percent`)."""
    limit = Decimal(facts.tables.policy("over_despatch_percent") or OVER_PERCENT)
    return excess * 100 > line.quantity * limit


def _over_in_all(standing: Standing, line: OpenLine) -> Decimal:
    """What left of a line over what was asked for, or ordered, in all its shipments: many a little makes a mickle."""
    asked = [standing.shipped(sent, line.line_id) - requested(sent, line) for sent in standing.facts.requests]
    left = sum((one.of(line.line_id) for one in standing.gone()), ZERO)
    return max(left - line.quantity, sum((max(over, ZERO) for over in asked), ZERO))


def _tell(standing: Standing, one: Resolved, leaving: Leaving) -> None:
    facts, order, shipment = standing.facts, standing.order, one.shipment
    over = {units.line.line_id: units.quantity - leaving.open_of(units.line) for units in one.left}
    over = {line: excess for line, excess in over.items() if excess > 0}
    if over and facts.policy("over_despatch", "stop") == "raise":
        leaving.commands.append(_raised(standing, one, over))
        over = {}
    lines = []
    for units in one.left:
        line = _line(units, leaving, over.get(units.line.line_id, ZERO))
        if line.quantity > 0:
            lines.append(line)
            leaving.taken[line.order_line] = leaving.taken.get(line.order_line, ZERO) + line.quantity
    on = _day(facts, one)
    assert on is not None, "a shipment without a day is a fault"
    tracking = tuple(dict.fromkeys(parcel.tracking for parcel in shipment.parcels if parcel.tracking))
    weights = [parcel.weight for parcel in shipment.parcels if parcel.weight is not None]
    leaving.commands.append(
        Despatch(
            key=despatch_key(facts.company, shipment),
            order_number=order.number,
            on=on,
            lines=(*lines, *_rest(standing, leaving)),
            courier=courier_of(facts.tables, shipment).courier,
            consignment=_consignment(tracking),
            parcels=max(len(shipment.parcels), 1),
            weight=sum(weights, ZERO) if weights else None,
            note=f"{shipment.account} {shipment.shipment_id}",
        )
    )


def _line(units: LeftUnits, leaving: Leaving, excess: Decimal) -> DespatchLine:
    before = units.line.despatched + leaving.taken.get(units.line.line_id, ZERO)
    return DespatchLine(
        order_line=units.line.line_id,
        sku=units.line.sku,
        quantity=units.quantity - excess,
        despatched_before=before,
        batches=units.batches if units.line.is_traceable else (),
    )


def _rest(standing: Standing, leaving: Leaving) -> Iterator[DespatchLine]:
    """Lines that no warehouse picks go with the goods that complete the order, so that it can be invoiced in full."""
    if leaving.faults or any(leaving.open_of(line) > 0 for line in physical(standing.order.lines)):
        return
    for line in standing.order.lines:
        is_bodiless = line.line_class == "free_text" or (line.line_class == "standard" and not line.is_stocked)
        if is_bodiless and leaving.open_of(line) > 0:
            quantity = leaving.open_of(line)
            leaving.taken[line.line_id] = leaving.taken.get(line.line_id, ZERO) + quantity
            yield DespatchLine(
                order_line=line.line_id, sku=line.sku, quantity=quantity, despatched_before=line.despatched
            )


def _raised(standing: Standing, one: Resolved, over: dict[str, Decimal]) -> AmendOrder:
    lines = tuple(
        LineAmendment(order_line=units.line.line_id, quantity=units.line.quantity + over[units.line.line_id])
        for units in one.left
        if units.line.line_id in over
    )
    return AmendOrder(
        key=raise_key(standing.facts.company, one.shipment), order_number=standing.order.number, lines=lines
    )


def _excess_nominal(facts: OrderFacts, one: Resolved) -> Nominal | None:
    """What is over is written off against this; None where the house has not said, or the site has no bin."""
    text, place = facts.tables.policy("over_despatch_nominal"), _place(facts, one)
    if not text or place is None or not place.bin:
        return None
    account, cost_centre, department = [*text.split("/"), "", ""][:3]
    return Nominal(account=account, cost_centre=cost_centre, department=department)


def _written_off(standing: Standing, leaving: Leaving) -> Iterator[WriteOff]:
    """What left over and above what Sage was told, of shipments told earlier too: one write-off may be owed still."""
    facts = standing.facts
    told = {command.key: command for command in leaving.commands if isinstance(command, Despatch)}
    told |= {posted.command.key: posted.command for posted in facts.posted if posted.state == "done"}
    for one in standing.gone():
        command = told.get(despatch_key(facts.company, one.shipment))
        nominal, place = _excess_nominal(facts, one), _place(facts, one)
        if command is None or nominal is None or place is None or facts.policy("over_despatch", "stop") != "write_off":
            continue
        booked = {line.order_line: line.quantity for line in command.lines}
        for units in one.left:
            excess = units.quantity - booked.get(units.line.line_id, ZERO)
            key = excess_key(facts.company, one.shipment, units.line.sku)
            if excess > 0 and key not in facts.written_off and not is_much(facts, units.line, excess):
                yield WriteOff(
                    key=key,
                    sku=units.line.sku,
                    warehouse=place.warehouse,
                    bin=place.bin,
                    quantity=excess * units.line.stock_units,
                    on=command.on,
                    nominal=nominal,
                    category=facts.tables.policy("over_despatch_category") or "",
                    second_reference=standing.order.number,
                    narrative=f"shipped over by {one.shipment.account}, {one.shipment.shipment_id}",
                )


def _place(facts: OrderFacts, one: Resolved) -> Place | None:
    return place_of(facts.tables, one.shipment.account, one.shipment.site or one.sent.command.site)


def _consignment(tracking: tuple[str, ...]) -> str:
    """Every tracking number as far as Sage's field reaches, then how many more there are."""
    text = ", ".join(tracking)
    if len(text) <= CONSIGNMENT_LETTERS:
        return text
    first = tracking[0][:CONSIGNMENT_LETTERS]
    more = f" and {len(tracking) - 1} more"
    return first + more if len(first) + len(more) <= CONSIGNMENT_LETTERS else first
