"""Gather everything an order is decided on into one immutable record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tieout.domain.business_dates import uk_date
from tieout.domain.commands import (
    AmendOrder,
    AnyCommand,
    CancelShipmentRequest,
    Despatch,
    FulfilOrder,
    SendShipmentRequest,
    WriteOff,
)
from tieout.domain.documents.books import PeriodCheck, Product
from tieout.domain.documents.open_order import OpenOrder
from tieout.domain.faults.kinds import Owner
from tieout.domain.orders.facts import OrderFacts, Posted, Sent, State, Told
from tieout.domain.orders.keys import despatch_key
from tieout.domain.orders.standing import left_of, standing_of
from tieout.domain.orders.units import stock_code_of
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.processes.gather_sale import Records
from tieout.processes.naming import note_names
from tieout.processes.record import command_from_json
from tieout.processes.standing import seen_leg
from tieout.store import approvals, effects, legs
from tieout.store.documents import Document
from tieout.store.store import Connection

CODES = ("warehouse_item", "warehouse_alias")


def gather_order(
    company: Company, held: Records, document: Document, now: datetime, tables: MappingTables
) -> OrderFacts:
    """The facts of one order now; raises connector errors of the reads."""
    assert company.order_book is not None, f"{company.name} has no ledger whose orders can be read"
    with held.begin() as c:
        known = tuple(_may_stand(effects.effects_of(c, document)))
        accepted = approvals.approvals_of(c, document.company, document.kind, document.key)
    order = company.order_book.open_order(document.key)
    requests = tuple(_requests(company, known))
    with held.begin() as c:
        note_names(c, document, _names(order, requests))
    told = tuple(Told(command=x, state=state) for x, state, _ in known if isinstance(x, FulfilOrder))
    posted = tuple(Posted(command=x, state=state, at=at) for x, state, at in known if isinstance(x, Despatch))
    return OrderFacts(
        company=company.name,
        order_number=document.key,
        now=now,
        today=uk_date(now),
        order=order,
        requests=requests,
        posted=posted,
        told=told,
        amended=tuple(x.key for x, state, _ in known if isinstance(x, AmendOrder) and state == "done"),
        written_off=tuple(x.key for x, state, _ in known if isinstance(x, WriteOff) and state == "done"),
        products=_products(company, order, requests, tables),
        bins=company.books.bins() if any(sent.shipments for sent in requests) else (),
        periods=tuple(_periods(company, requests, posted)),
        accounts=tuple(sorted(company.warehouses)),
        tables=_narrowed(tables, order, requests),
        accepted=frozenset(approval.code for approval in accepted),
        has_storefront=bool(told) or _is_of_storefront(company, order, requests, tables),
    )


def _is_of_storefront(
    company: Company, order: OpenOrder | None, requests: Sequence[Sent], tables: MappingTables
) -> bool:
    """Whether the house tells the storefront and that has the order; asked only once something has left."""
    wants_telling = (tables.policy("tell_storefront") or "no").casefold() == "yes"
    has_left = any(sent.shipments for sent in requests)
    if not wants_telling or not has_left or company.fulfilments is None or order is None:
        return False
    return bool(order.channel_reference) and company.fulfilments.has_order(order.channel_reference)


def complete_order(_c: Connection, facts: OrderFacts) -> OrderFacts:
    """Nothing of other documents bears on an order."""
    return facts


def seen_of_order(facts: OrderFacts) -> Iterable[legs.SeenLeg]:
    """What the warehouses show: that they have a request, and what has left."""
    owner = Owner.OPERATIONS.value
    for sent in facts.requests:
        if sent.state == "done" and (sent.stands is not None or sent.shipments):
            numbers = ", ".join(sent.stands.warehouse_ids) if sent.stands is not None else ""
            yield seen_leg("warehouse", "acknowledgement", sent.command.key, owner, reference=numbers or None)
    if facts.order is None:
        return
    for one in standing_of(facts, facts.order).gone():
        key = despatch_key(facts.company, one.shipment)
        left, number = left_of(one), one.shipment.shipment_id
        if left is not None:
            yield seen_leg("warehouse", "shipment", key, owner, quantity=left, reference=number)


Known = tuple[AnyCommand, State, datetime | None]


def _may_stand(found: Sequence[effects.Effect]) -> Iterator[Known]:
    """What was done, was sent and not answered for, or was refused when a warehouse was asked to stop."""
    for effect in found:
        at = effect.settled_at or effect.sent_at
        if effect.state == "done":
            yield command_from_json(effect.content), "done", at
        elif effect.state == "intended" and effect.sent_at is not None:
            yield command_from_json(effect.content), "intended", at
        elif effect.state == "refused" and effect.command == "cancel_shipment_request":
            yield command_from_json(effect.content), "refused", at


def _requests(company: Company, known: tuple[Known, ...]) -> Iterator[Sent]:
    """Every request with what its warehouse says; one of a warehouse that the settings no longer name says nothing."""
    stopping = {x.reference: (state, at) for x, state, at in known if isinstance(x, CancelShipmentRequest)}
    sent = [(x, state, at) for x, state, at in known if isinstance(x, SendShipmentRequest)]
    for command, state, at in sorted(sent, key=lambda each: int(each[0].reference.rpartition("-")[2])):
        warehouse = company.warehouses.get(command.account) if state == "done" else None
        yield Sent(
            command=command,
            state=state,
            at=at,
            stands=warehouse.request(command.reference) if warehouse else None,
            shipments=warehouse.shipments(command.reference) if warehouse else (),
            cancelling=stopping.get(command.reference, (None, None))[0],
            cancelling_since=stopping.get(command.reference, (None, None))[1],
        )


def _names(order: OpenOrder | None, requests: Sequence[Sent]) -> Iterator[tuple[str, str, str]]:
    if order is not None:
        yield "sage", "order", order.number
        yield "customer", "order name", order.channel_reference  # the storefront's only where it came from there
    for sent in requests:
        yield "warehouse", "shipment request", sent.command.reference
        for number in sent.stands.warehouse_ids if sent.stands is not None else ():
            yield "warehouse", "order", number
        for shipment in sent.shipments:
            yield "warehouse", "shipment", shipment.shipment_id
            for parcel in shipment.parcels:
                yield "warehouse", "tracking", parcel.tracking


def _products(
    company: Company, order: OpenOrder | None, requests: Sequence[Sent], tables: MappingTables
) -> tuple[Product, ...]:
    """The stock items behind codes that were shipped and are no code of the order."""
    if order is None:
        return ()
    known = {line.sku for line in order.lines}
    shipped = {
        stock_code_of(tables, shipment.account, line.sku)
        for sent in requests
        for shipment in sent.shipments
        for line in shipment.lines
    }
    asked = {line.sku for sent in requests for line in sent.command.lines}
    strangers = sorted(shipped - known - asked - {""})
    return company.books.products(strangers) if strangers else ()


def _periods(company: Company, requests: Sequence[Sent], posted: Sequence[Posted]) -> Iterator[PeriodCheck]:
    """The stock ledger's verdict on every day of a shipment that Sage is not told of."""
    told = {one.command.key for one in posted if one.state == "done"}
    days = {
        uk_date(shipment.reached_at)
        for sent in requests
        for shipment in sent.shipments
        if despatch_key(company.name, shipment) not in told
    }
    for day in sorted(days):
        yield company.books.period(day, "stock")


def _narrowed(tables: MappingTables, order: OpenOrder | None, requests: Sequence[Sent]) -> MappingTables:
    """Without the codes of stock items that the order has nothing to do with: there may be thousands."""
    skus = {line.sku for line in order.lines} if order is not None else set()
    skus |= {line.stock_sku for sent in requests for line in sent.command.lines}
    shipped = {line.sku for sent in requests for shipment in sent.shipments for line in shipment.lines}
    kept = []
    for rule in tables.rules:
        code = rule.key.rpartition("|")[2]
        if rule.table not in CODES or code in skus or code in shipped or rule.value.get("code", "") in shipped:
            kept.append(rule)
    return MappingTables(rules=tuple(kept))
