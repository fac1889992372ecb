"""Gather everything a movement of a warehouse's stock is decided on into one immutable record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

from tieout.domain.business_dates import uk_date
from tieout.domain.commands.stock import IssueStock, MoveStock, WriteOff, WriteOn
from tieout.domain.documents.warehouse_stock import WarehouseMovement
from tieout.domain.faults.kinds import Owner
from tieout.domain.orders.keys import order_of
from tieout.domain.orders.units import stock_code_of
from tieout.domain.rules.mapping import MappingTables
from tieout.domain.warehouse_stock.facts import Booked, Loss, MovementFacts, StockCommand, ToldMovement
from tieout.domain.warehouse_stock.plan import booked_quantity
from tieout.domain.warehouse_stock.reasons import treatment_of
from tieout.ports.directory import Company
from tieout.processes import told
from tieout.processes.gather_sale import Records
from tieout.processes.kinds import MOVEMENT, ORDER, RETURN
from tieout.processes.likely_codes import nearest_codes
from tieout.processes.naming import note_names
from tieout.processes.record import command_from_json
from tieout.processes.standing import seen_leg
from tieout.store import approvals, cross_references, documents, effects, inbox, legs
from tieout.store.documents import Document
from tieout.store.store import Connection

OF_ORDER: Final = "movement of order"
"""The name under which movements of the same order and stock code find each other."""
RULES: Final = frozenset({"policy", "stock_reason", "warehouse_site"})


def gather_movement(
    company: Company, held: Records, document: Document, now: datetime, tables: MappingTables
) -> MovementFacts:
    """The facts of one movement now; raises connector errors of the reads. What others book asks Sage nothing."""
    with held.begin() as c:
        known = tuple(told_of(c, document))
        booked = _booked(effects.effects_of(c, document))
        accepted = approvals.approvals_of(c, document.company, document.kind, document.key)
    assert known, f"{document.key} was never told"
    movement = known[-1].movement
    with held.begin() as c:
        order = _order_of(c, document.company, movement)
        returns = tuple(_returns_of(c, document.company, movement))
        sku = stock_code_of(tables, movement.account, movement.sku)
        note_names(c, document, _names(movement, order, sku))
    treatment = treatment_of(tables, movement)
    facts = MovementFacts(
        company=company.name,
        now=now,
        today=uk_date(now),
        told=known,
        booked=booked,
        product=None,
        near=(),
        order_number=order,
        returns=returns,
        losses=(),
        bins=(),
        nominals=(),
        period=None,
        second_reference_letters=20,
        narrative_letters=60,
        tables=_narrowed(tables, movement, sku),
        accepted=frozenset(approval.code for approval in accepted),
    )
    is_ignored = treatment is not None and treatment.becomes == "ignore"
    return facts if is_ignored and booked is None else _with_books(company, facts, sku)


def _with_books(company: Company, facts: MovementFacts, sku: str) -> MovementFacts:
    """What Sage says: the stock item, its bins and nominals, the day."""
    movement, books = facts.movement, company.books
    product = next(iter(books.products((sku,))), None) if sku else None
    treatment = treatment_of(facts.tables, movement)
    wanted = treatment.nominal if treatment is not None else None
    limits = books.text_limits()
    return replace(
        facts,
        product=product,
        near=() if product is not None else nearest(company, facts.tables, movement.sku),
        bins=books.bins(),
        nominals=tuple(each for each in books.nominal_accounts() if each.nominal == wanted),
        period=books.period(uk_date(movement.occurred_at), "stock"),
        second_reference_letters=limits.second_reference,
        narrative_letters=limits.narrative,
    )


def complete_movement(c: Connection, facts: MovementFacts) -> MovementFacts:
    """What else is written off of the same goods and order, read while nobody else can decide on that order."""
    if not facts.order_number:
        return facts
    effects.hold_order(c, facts.company, facts.order_number)
    return replace(facts, losses=tuple(_losses(c, facts)))


def seen_of_movement(facts: MovementFacts) -> Iterable[legs.SeenLeg]:
    """What the warehouse shows of the movement."""
    units = booked_quantity(facts)
    if units is not None:
        owner, number = Owner.OPERATIONS.value, facts.movement.movement_id
        yield seen_leg("warehouse", "movement", facts.key, owner, quantity=units, reference=number)


def told_of(c: Connection, document: Document) -> Iterator[ToldMovement]:
    """Every way in which a movement was told, oldest first."""
    for event in inbox.events_of(c, document.company, MOVEMENT, document.key):
        movement = told.unpacked(MOVEMENT, event.payload)
        if movement is not None:
            yield ToldMovement(movement=movement, at=event.received_at)


def nearest(company: Company, tables: MappingTables, code: str) -> tuple[str, ...]:
    """The stock codes that are most like one that leads nowhere: of what lies in Sage's bins, and of our own rows."""
    known = {level.sku for level in company.feeds.stock_levels()}
    known |= {rule.key.rpartition("|")[2] for rule in tables.rules if rule.table == "warehouse_item"}
    return nearest_codes(code, known)


def _booked(found: Iterable[effects.Effect]) -> Booked | None:
    """What is done, or was sent and not answered for."""
    for effect in found:
        is_open = effect.state == "intended" and effect.sent_at is not None
        command = command_from_json(effect.content) if effect.state == "done" or is_open else None
        if isinstance(command, WriteOn | WriteOff | IssueStock | MoveStock):
            state: Literal["intended", "done"] = "done" if effect.state == "done" else "intended"
            return Booked(command=command, state=state, at=effect.intended_at)
    return None


def _losses(c: Connection, facts: MovementFacts) -> Iterator[Loss]:
    sku = stock_code_of(facts.tables, facts.movement.account, facts.movement.sku)
    names = cross_references.find(c, f"{facts.order_number}|{sku}", kind=OF_ORDER)
    named = {(ORDER, facts.order_number), *((name.document_kind, name.document_key) for name in names)}
    for kind, key in sorted(named):
        document = documents.document(c, facts.company, kind, key)
        for effect in effects.effects_of(c, document) if document is not None else ():
            if effect.key == facts.key or effect.state not in ("intended", "done"):
                continue
            command = _lost(effect)
            if command is not None and command.sku == sku:
                yield Loss(key=effect.key, quantity=command.quantity, by=f"{kind} {key}")


def _lost(effect: effects.Effect) -> StockCommand | None:
    if effect.command not in ("write_off", "issue_stock"):
        return None
    command = command_from_json(effect.content)
    return command if isinstance(command, WriteOff | IssueStock) else None


def _order_of(c: Connection, company: str, movement: WarehouseMovement) -> str:
    """The order that a movement's reference leads to: by our own reference, or by the warehouse's number of it."""
    reference = movement.reference.strip()
    if not reference:
        return ""
    for number in (order_of(reference), reference):
        if number and documents.document(c, company, ORDER, number) is not None:
            return number
    names = cross_references.find(c, reference, system="warehouse")
    return next((n.document_key for n in names if (n.company, n.document_kind) == (company, ORDER)), "")


def _returns_of(c: Connection, company: str, movement: WarehouseMovement) -> Iterator[str]:
    reference = movement.reference.strip()
    if not reference:
        return
    if documents.document(c, company, RETURN, reference) is not None:
        yield reference
    for name in cross_references.find(c, reference):
        # An order's name says nothing: the returns of an order carry it, too.
        is_return = (name.company, name.document_kind) == (company, RETURN) and "order" not in name.kind
        if is_return and name.document_key != reference:
            yield name.document_key


def _names(movement: WarehouseMovement, order: str, sku: str) -> Iterator[tuple[str, str, str]]:
    yield "warehouse", "movement", movement.movement_id
    yield "warehouse", "stock code", movement.sku
    if order:
        yield "warehouse", OF_ORDER, f"{order}|{sku}"


def _narrowed(tables: MappingTables, movement: WarehouseMovement, sku: str) -> MappingTables:
    """Only the rules that a movement is decided on, and of codes only its own: there may be thousands."""
    codes = {sku.casefold(), movement.sku.casefold()}
    kept = [
        rule
        for rule in tables.rules
        if rule.table in RULES
        or (
            rule.table in ("warehouse_item", "warehouse_alias")
            and (rule.key.rpartition("|")[2].casefold() in codes or rule.value.get("code", "").casefold() in codes)
        )
    ]
    return MappingTables(rules=tuple(kept))
