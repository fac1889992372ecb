"""Gather everything a return is decided on into one immutable record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from tieout.domain import commands as c
from tieout.domain.business_dates import uk_date
from tieout.domain.documents.books import PeriodCheck
from tieout.domain.documents.goods_in import GoodsReceipt
from tieout.domain.documents.rma import Rma, RmaUnit
from tieout.domain.documents.sales_order import SalesOrder
from tieout.domain.money import Money
from tieout.domain.pseudonyms import EMAIL_NAME, email_name
from tieout.domain.returns.adopted import Adoption
from tieout.domain.returns.allocation import matched_order
from tieout.domain.returns.batches import Batch, batches, coming_returns
from tieout.domain.returns.bundles import receipts_apart, rma_apart
from tieout.domain.returns.by_hand import without_booked
from tieout.domain.returns.exchanges import DESPATCHED, despatched_legs
from tieout.domain.returns.expected_legs import GIVEN, refund_expected
from tieout.domain.returns.facts import EffectFact, ReturnFacts, TakenUnits
from tieout.domain.returns.issued import CLEARING, IssuedLeft
from tieout.domain.returns.money_back import foreign_refunds
from tieout.domain.returns.receipts import with_receipts
from tieout.domain.returns.till import exchanged_at_till
from tieout.domain.returns.values import is_given_as_discount
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.processes.adoption import adopted_rma, adoption_of, explained_refunds
from tieout.processes.booked_by_hand import taken_by_hand
from tieout.processes.gather_sale import Records, Sale, gather_exchanges, gather_sale, products_of
from tieout.processes.naming import note_names
from tieout.processes.record import command_from_json, facts_from_json
from tieout.processes.standing import seen_leg
from tieout.store import approvals, attempts, effects, legs
from tieout.store.documents import Document
from tieout.store.store import Connection

CREDITING = ("post_sop_credit_note", "raise_credit_note")


def gather_return(
    company: Company, held: Records, document: Document, now: datetime, tables: MappingTables
) -> ReturnFacts:
    """The facts of one RMA now, but for the units taken, which `with_taken` adds in the deciding transaction.

    Raises connector errors of the reads.
    """
    before = _before(held, company.name, document)
    is_adopted = before.adopted is not None
    told = adopted_rma(company, before.adopted) if before.adopted else company.portal.rma(document.key)
    sale = gather_sale(company, held, document, told, tables, is_begun=bool(before.known))
    came = _came(company, held, document, told, sale, tables, before)
    exchanges = gather_exchanges(company, came.rma, sale.shop_order)
    with held.begin() as connection:
        note_names(connection, document, [("storefront", "exchange", one.exchange.name) for one in exchanges])
        explained = explained_refunds(connection, company.name, sale.shop_order, but=document.key)
    return ReturnFacts(
        company=company.name,
        rma_number=document.key,
        now=now,
        today=uk_date(now),
        credit_route=company.credit_route,
        refund_mode="detect" if is_adopted else company.refund_mode,
        rma=came.rma,
        customer_reference=sale.customer,
        order_candidates=sale.candidates,
        match_method=sale.method,
        shop_order=sale.shop_order,
        products=products_of(company, came.rma, sale.candidates),
        tax_codes=company.books.tax_codes(),
        nominals=company.books.nominal_accounts(),
        bins=company.books.bins(),
        banks=company.books.banks(),
        periods=_periods(company, came.rma, before.known, uk_date(now)) if len(sale.candidates) == 1 else (),
        limits=company.books.text_limits(),
        tables=tables.narrowed("customer", *_customer_names(told, sale)),
        effects=before.known,
        taken=(),
        accepted=before.accepted,
        told=came.told if came.told != came.rma else None,
        receipts=came.receipts,
        exchanges=exchanges,
        unclear_bundles=sale.unclear_bundles,
        explained_refunds=explained,
        is_adopted=is_adopted,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What our own records say of a document."""

    known: tuple[EffectFact, ...]
    accepted: frozenset[str]
    adopted: Adoption | None
    booked: Mapping[str, RmaUnit]
    """Units that stand, or may stand, in other systems, as they were when they were last decided on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """An RMA as the portal tells it and as it came in, with what warehouses say."""

    told: Rma | None
    rma: Rma | None
    receipts: tuple[GoodsReceipt, ...]


def _before(held: Records, company: str, document: Document) -> Before:
    with held.begin() as connection:
        known = tuple(_effect_fact(effect) for effect in effects.effects_of(connection, document) if _may_stand(effect))
        accepted = approvals.approvals_of(connection, document.company, document.kind, document.key)
        adopted = adoption_of(connection, company, document.key)
        booked = _booked(connection, document, {unit for effect in known if effect.batch for unit in effect.units})
    return Before(
        known=known, accepted=frozenset(approval.code for approval in accepted), adopted=adopted, booked=booked
    )


def _booked(connection: Connection, document: Document, wanted: set[str]) -> Mapping[str, RmaUnit]:
    found: dict[str, RmaUnit] = {}
    for attempt in reversed(attempts.attempts_of(connection, document)) if wanted else ():
        facts = facts_from_json(attempt.facts) if attempt.facts is not None else None
        units = facts.rma.units if facts is not None and facts.rma is not None else ()
        found |= {unit.unit_id: unit for unit in units if unit.unit_id in wanted - set(found) and unit.received_at}
        if len(found) == len(wanted):
            break
    return found


def _came(
    company: Company,
    held: Records,
    document: Document,
    told: Rma | None,
    sale: Sale,
    tables: MappingTables,
    before: Before,
) -> Came:
    """What came in. Its names are noted first: a warehouse may have told it under the order's or a label's."""
    with held.begin() as connection:
        note_names(connection, document, _names(document, told, sale))
    receipts = company.goods_in.receipts(document.key) if company.goods_in is not None else ()
    if told is None:
        return Came(told=None, rma=None, receipts=receipts)
    told = rma_apart(exchanged_at_till(told, sale.shop_order), sale.bundles)
    receipts = receipts_apart(receipts, sale.bundles)
    came = without_booked(with_receipts(told, receipts, tables, before.booked), before.accepted)
    return Came(told=told, rma=came, receipts=receipts)


def with_taken(connection: Connection, facts: ReturnFacts) -> ReturnFacts:
    """The facts with every unit of the order that any return has credited, or may have.

    Holds the order until the transaction ends: two returns of one order never take the same unit.
    """
    order = matched_order(facts)
    if order is None:
        return facts
    effects.hold_order(connection, facts.company, order.number)
    by_hand = taken_by_hand(connection, facts.company, order)
    return replace(facts, taken=(*_taken(connection, order, facts.rma_number), *by_hand))


def _periods(company: Company, rma: Rma | None, known: Iterable[EffectFact], today: date) -> tuple[PeriodCheck, ...]:
    """The verdict on every date that something may be posted on."""
    units = rma.units if rma else ()
    received = {uk_date(unit.received_at) for unit in units if unit.received_at is not None}
    planned = {effect.on for effect in known if effect.on is not None}
    is_booked_today = received or any(unit.is_kept for unit in units) or (rma is not None and rma.allowances)
    days = sorted(received | planned | ({today} if is_booked_today else set()))
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
        at=effect.settled_at or effect.sent_at,
    )


def _amount(command: c.AnyCommand) -> int:
    match command:
        case c.Refund() | c.PostRefundPayment() | c.ReleaseOutcome():
            return command.amount.minor
        case c.RaiseInvoice():
            return sum((line.net + line.tax).minor for line in command.lines)
        case _:
            return sum((line.net + line.tax).minor for line in _credit_lines(command))


def _customer_names(told: Rma | None, sale: Sale) -> tuple[str, ...]:
    """What the customer table was asked for; a house may map thousands, and a decision is kept with its rules."""
    email = sale.shop_order.customer_email if sale.shop_order is not None else ""
    return tuple(name for name in (told.customer_reference if told is not None else "", email) if name)


def _names(document: Document, rma: Rma | None, sale: Sale) -> list[tuple[str, str, str]]:
    """(system, kind, value) of every id that people and other systems know the document by."""
    names = [("portal", "rma", document.key)]
    if rma is not None:
        names.append(("storefront", "order name", rma.order_name))
        names += [("portal", "tracking", parcel.tracking) for parcel in rma.parcels]
    if sale.shop_order is not None:
        names.append(("storefront", "order", sale.shop_order.order_id))
        names.append(("storefront", EMAIL_NAME, email_name(sale.shop_order.customer_email)))
    if len(sale.candidates) == 1 and not sale.candidates[0].is_historical:
        names.append(("sage", "order", sale.candidates[0].number))
    return names


def seen_while_gathering(facts: ReturnFacts) -> Iterable[legs.SeenLeg]:
    """What the portal shows as received and issued, refunds that somebody else made, and exchanges that have left."""
    if facts.rma is None or matched_order(facts) is None:
        return
    foreign = foreign_refunds(facts)
    found = batches(facts, coming_returns(facts))
    issued, ours = IssuedLeft(facts=facts), {refund.batch for refund in facts.done("refund")}
    by_others = [batch for batch in found if batch.settlement not in CLEARING and batch.batch_id not in ours]
    in_money = [batch for batch in by_others if refund_expected(facts, batch)]
    for batch in found:
        if batch.has_goods:
            received = sum(1 for unit in batch.units if unit.received_at is not None)
            yield seen_leg("portal", "received", batch.batch_id, "operations", quantity=Decimal(received))
        if batch.settlement in CLEARING:
            yield from _issued_legs(facts, batch, issued)
        elif foreign > 0 and batch in in_money:
            part = foreign if batch is in_money[-1] else min(foreign, refund_expected(facts, batch).minor)
            foreign -= part
            yield seen_leg("storefront", "refund", batch.batch_id, "finance", amount=Money(part, facts.rma.currency))
    for ref, quantity, number in despatched_legs(facts):
        yield seen_leg("sage", DESPATCHED, ref, "operations", quantity=quantity, reference=number)


def _issued_legs(facts: ReturnFacts, batch: Batch, issued: IssuedLeft) -> Iterable[legs.SeenLeg]:
    if any(is_given_as_discount(facts, unit) for unit in batch.units):
        return  # it takes off a later sale: nothing of it is booked or expected now
    share = issued.take(batch, refund_expected(facts, batch))
    if share is not None:
        system, kind = GIVEN[batch.settlement]
        references = ", ".join(share.references)
        yield seen_leg(system, kind, batch.batch_id, "finance", amount=share.amount, reference=references)
