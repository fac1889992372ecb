"""Gather everything a return is decided on into one immutable record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from tieout.domain import commands as c
from tieout.domain.business_dates import uk_date
from tieout.domain.documents.books import PeriodCheck, Product
from tieout.domain.documents.rma import Rma
from tieout.domain.documents.sales_order import SalesOrder
from tieout.domain.documents.shop_order import ShopOrder
from tieout.domain.money import Money
from tieout.domain.returns.allocation import matched_order
from tieout.domain.returns.batches import batches, next_return_key, unannounced_units
from tieout.domain.returns.expected_legs import refund_expected
from tieout.domain.returns.facts import EffectFact, ReturnFacts, TakenUnits
from tieout.domain.returns.matching import holding_all
from tieout.domain.returns.settle import foreign_refunds
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.processes.record import command_from_json
from tieout.processes.standing import seen_leg
from tieout.store import approvals, cross_references, effects, legs
from tieout.store.documents import Document
from tieout.store.store import Connection, Held

CREDITING = ("post_sop_credit_note", "raise_credit_note")


def gather_return(
    company: Company, held: Held, document: Document, now: datetime, tables: MappingTables
) -> ReturnFacts:
    """The facts of one RMA now, but for the units taken, which `with_taken` adds in the deciding transaction.

    Raises connector errors of the reads.
    """
    today = uk_date(now)
    with held.begin() as connection:
        known = [_effect_fact(effect) for effect in effects.effects_of(connection, document) if _may_stand(effect)]
        accepted = approvals.approvals_of(connection, document.company, document.kind, document.key)
    rma = company.portal.rma(document.key)
    customer = _customer(company, tables, rma)
    candidates, method = _candidates(company, rma, customer)
    shop_order = _shop_order(company, rma, candidates)
    with held.begin() as connection:
        _remember(connection, document, rma, candidates, shop_order)
    return ReturnFacts(
        company=company.name,
        rma_number=document.key,
        now=now,
        today=today,
        credit_route=company.credit_route,
        refund_mode=company.refund_mode,
        rma=rma,
        customer_reference=customer,
        order_candidates=candidates,
        match_method=method,
        shop_order=shop_order,
        products=_products(company, rma, candidates),
        tax_codes=company.books.tax_codes(),
        nominals=company.books.nominal_accounts(),
        bins=company.books.bins(),
        banks=company.books.banks(),
        periods=_periods(company, rma, known, today) if len(candidates) == 1 else (),
        limits=company.books.text_limits(),
        tables=tables,
        effects=tuple(known),
        taken=(),
        accepted=frozenset(approval.code for approval in accepted),
    )


def with_taken(connection: Connection, facts: ReturnFacts) -> ReturnFacts:
    """The facts with every unit of the order that any return has credited, or may have.

    Holds the order until the transaction ends: two returns of one order never take the same unit.
    """
    order = matched_order(facts)
    if order is None:
        return facts
    effects.hold_order(connection, facts.company, order.number)
    return replace(facts, taken=tuple(_taken(connection, order, facts.rma_number)))


def _customer(company: Company, tables: MappingTables, rma: Rma | None) -> str:
    """The ledger's account of the RMA's customer; only asked for where no order names it."""
    if rma is None or rma.order_name or not rma.customer_reference:
        return ""
    mapped = tables.value("customer", rma.customer_reference, "account") or ""
    account = rma.customer_reference if mapped == "=" else mapped
    return account if account and company.orders.customer_exists(account) else ""


def _candidates(company: Company, rma: Rma | None, customer: str) -> tuple[tuple[SalesOrder, ...], str]:
    """Orders this return may belong to: by the channel's order number, else by the customer's invoice lines."""
    if rma is None:
        return (), ""
    if rma.order_name:
        return company.orders.orders(rma.order_name), "order number"
    if not customer:
        return (), ""
    skus = sorted({unit.sku.strip() for unit in rma.units})
    found = [order for sku in skus[:1] for order in company.orders.orders_holding(customer, sku)]
    return holding_all(rma, found), "invoice line"


def _shop_order(company: Company, rma: Rma | None, candidates: tuple[SalesOrder, ...]) -> ShopOrder | None:
    if rma is None:
        return None
    if rma.order_id or rma.order_name:
        return company.storefront.order(rma.order_id, rma.order_name)
    return company.storefront.order("", candidates[0].channel_reference) if len(candidates) == 1 else None


def _products(company: Company, rma: Rma | None, candidates: tuple[SalesOrder, ...]) -> tuple[Product, ...]:
    """The stock items of the returned lines, by the ledger's own codes."""
    if rma is None or len(candidates) != 1:
        return ()
    returned = {unit.sku.strip().casefold() for unit in rma.units}
    codes = sorted({line.sku for line in candidates[0].lines if line.sku.casefold() in returned})
    return company.books.products(codes)


def _periods(company: Company, rma: Rma | None, known: Iterable[EffectFact], today: date) -> tuple[PeriodCheck, ...]:
    """The verdict on every date that something may be posted on."""
    received = {uk_date(unit.received_at) for unit in (rma.units if rma else ()) if unit.received_at is not None}
    planned = {effect.on for effect in known if effect.on is not None and effect.state == "intended"}
    days = sorted(received | planned | ({today} if received else set()))
    return tuple(company.books.period(day, ledger) for day in days for ledger in ("sales", "stock"))


def _taken(connection: Connection, order: SalesOrder, rma_number: str) -> list[TakenUnits]:
    """Which units of the order's lines any return has credited, may have, or has set out to credit.

    What this return itself set out to do and never sent is planned anew.
    """
    rows = effects.effects_on_order(connection, order.number, commands=CREDITING)
    return [
        TakenUnits(key=row.key, order_line=line.order_line, ordinals=line.ordinals)
        for row in rows
        if row.document_key != rma_number or _may_stand(row)
        for line in _credit_lines(command_from_json(row.content))
    ]


def _credit_lines(command: c.AnyCommand) -> tuple[c.CreditLine, ...]:
    return command.lines if isinstance(command, c.PostSopCreditNote | c.RaiseCreditNote) else ()


def _may_stand(effect: effects.Effect) -> bool:
    """Whether the remote system has it, or may have: done, or sent and not answered for."""
    return effect.state == "done" or (effect.state == "intended" and effect.sent_at is not None)


def _effect_fact(effect: effects.Effect) -> EffectFact:
    command = command_from_json(effect.content)
    return EffectFact(
        key=effect.key,
        kind=effect.command,
        state="done" if effect.state == "done" else "intended",
        batch=command.batch,
        units=command.units,
        return_key=getattr(command, "return_key", ""),
        on=getattr(command, "on", None) or getattr(command, "received_on", None),
        amount=_amount(command),
    )


def _amount(command: c.AnyCommand) -> int:
    if isinstance(command, c.Refund):
        return command.amount.minor
    return sum((line.net + line.tax).minor for line in _credit_lines(command))


def _remember(
    connection: Connection,
    document: Document,
    rma: Rma | None,
    candidates: tuple[SalesOrder, ...],
    shop_order: ShopOrder | None,
) -> None:
    """Note every id that people and other systems know the document by."""
    names = [("portal", "rma", document.key)]
    if rma is not None and rma.order_name:
        names.append(("storefront", "order name", rma.order_name))
    if shop_order is not None:
        names.append(("storefront", "order", shop_order.order_id))
    if len(candidates) == 1:
        names.append(("sage", "order", candidates[0].number))
    for system, kind, value in names:
        cross_references.note(
            connection,
            cross_references.CrossReference(
                company=document.company,
                document_kind=document.kind,
                document_key=document.key,
                system=system,
                kind=kind,
                value=value,
            ),
        )


def seen_while_gathering(facts: ReturnFacts) -> Iterable[legs.SeenLeg]:
    """What the portal shows as received, and refunds that somebody else made."""
    if facts.rma is None or matched_order(facts) is None:
        return
    units = unannounced_units(facts)
    coming = (next_return_key(facts, units), units) if units and facts.credit_route == "sop" else None
    found = batches(facts, coming)
    foreign = foreign_refunds(facts)
    for batch in found:
        received = sum(1 for unit in batch.units if unit.received_at is not None)
        yield seen_leg("portal", "received", batch.batch_id, "operations", quantity=Decimal(received))
        if foreign > 0:
            part = foreign if batch is found[-1] else min(foreign, refund_expected(facts, batch).minor)
            foreign -= part
            yield seen_leg("storefront", "refund", batch.batch_id, "finance", amount=Money(part, facts.rma.currency))
