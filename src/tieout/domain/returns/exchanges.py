"""Exchanges: which goods leave for the ones that come back, the order in Sage that sends them, and when they are late.

A portal makes an exchange in the storefront in one of three shapes (`ShopExchange.shape`): an order of its own, often
of no value; lines of a return on the same order; lines that a till put on it. Each becomes one sales order in Sage
under the exchange's own name. An exchange is never told by its value alone: zero-value orders have other reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from tieout.domain import commands as c
from tieout.domain.documents.sales_order import SalesOrder
from tieout.domain.faults import returns_value as kinds
from tieout.domain.faults.kinds import Fault, Owner
from tieout.domain.faults.returns import CANCELLED_AFTER_RECEIPT
from tieout.domain.identifiers import compose_key
from tieout.domain.legs import Leg
from tieout.domain.money import Money, total
from tieout.domain.returns.allocation import allocate
from tieout.domain.returns.facts import ExchangeFact, ReturnFacts
from tieout.domain.returns.settlement import exchange_value, exchanged_units
from tieout.domain.returns.values import is_credited_in_full, tax_inside

DESPATCH_HOURS = 48
"""How long goods in exchange may take to leave, unless the house has set `exchange_despatch_hours`."""
DESPATCHED = "exchange despatched"
"""Kind of the leg that says that the goods have left."""


def exchange_orders(facts: ReturnFacts, order: SalesOrder) -> Iterator[c.EnterOrder]:
    """The sales order of every exchange that may leave; one that stands in Sage already is not entered again."""
    ours = {effect.key for effect in facts.effects if effect.kind == "enter_order" and effect.state != "refused"}
    for fact in facts.exchanges:
        key = exchange_key(facts, fact)
        is_anothers = fact.order is not None and key not in ours
        if fact.exchange.is_released and fact.exchange.lines and not is_anothers:
            yield _enter(facts, order, fact, key)


def exchanges_agree(facts: ReturnFacts) -> Iterator[Fault]:
    """The storefront sends what the customer was promised, and knows where to."""
    wanted = Counter[str]()
    for unit in exchanged_units(facts):
        for item in unit.exchange:
            wanted[item.sku.strip().casefold()] += item.quantity
    sent = Counter[str]()
    for fact in facts.exchanges:
        for line in fact.exchange.lines:
            sent[line.sku.strip().casefold()] += line.quantity
    released = [fact for fact in facts.exchanges if fact.exchange.is_released]
    if wanted and released and len(released) == len(facts.exchanges) and sent != wanted:
        yield Fault(
            code=kinds.EXCHANGE_MISMATCH.code,
            at=", ".join(fact.exchange.name for fact in facts.exchanges),
            saw=_listed(sent),
            wanted=_listed(wanted),
        )
    for fact in released:
        if not fact.exchange.is_fulfilled and (fact.delivery is None or not fact.delivery.postcode):
            yield Fault(
                code=kinds.EXCHANGE_MISMATCH.code,
                at=fact.exchange.name,
                saw="no delivery address",
                wanted="an address with a postcode",
            )


def exchange_troubles(facts: ReturnFacts) -> Iterator[Fault]:
    """Goods in exchange that are held, or have not left in time; the return itself goes on."""
    for fact in facts.exchanges:
        if fact.order is None or is_despatched(fact):
            continue
        if fact.order.is_on_hold:
            at = f"order {fact.order.number} for {fact.exchange.name}"
            yield Fault(code=kinds.EXCHANGE_ON_HOLD.code, at=at, saw="on hold", wanted="live")
        elif facts.now > _since(facts, fact) + allowed(facts):
            yield Fault(
                code=kinds.EXCHANGE_NOT_DESPATCHED.code,
                at=f"order {fact.order.number} for {fact.exchange.name}",
                saw="not despatched",
                wanted=f"within {int(allowed(facts).total_seconds() // 3600)} hours",
            )


def exchanges_called_off(facts: ReturnFacts) -> Iterator[Fault]:
    """Orders in Sage that send goods for a return that the portal has called off, until they are cancelled there."""
    for fact in facts.exchanges:
        if fact.order is not None:
            saw = f"order {fact.order.number} {'has sent' if is_despatched(fact) else 'sends'} the goods in exchange"
            yield Fault(code=CANCELLED_AFTER_RECEIPT.code, at=fact.exchange.name, saw=saw, wanted="no exchange")


def exchange_legs(facts: ReturnFacts) -> Iterator[Leg]:
    """The despatch of every exchange that may leave: Sage must show that the goods have gone."""
    for fact in facts.exchanges:
        if fact.exchange.is_released and fact.exchange.lines:
            yield Leg(
                system="sage",
                kind=DESPATCHED,
                ref=exchange_key(facts, fact),
                amount=None,
                quantity=Decimal(sum(line.quantity for line in fact.exchange.lines)),
                due_by=facts.now + allowed(facts) + timedelta(hours=1),
                owner=Owner.OPERATIONS.value,
            )


def despatched_legs(facts: ReturnFacts) -> Iterator[tuple[str, Decimal, str]]:
    """(reference of the leg, quantity, order number) of every exchange that has left."""
    for fact in facts.exchanges:
        if fact.order is not None and is_despatched(fact):
            quantity = sum((line.despatched for line in fact.order.lines if line.is_goods), Decimal(0))
            yield exchange_key(facts, fact), quantity, fact.order.number


def is_despatched(fact: ExchangeFact) -> bool:
    """Whether everything of an exchange has left by Sage's own word."""
    goods = [line for line in fact.order.lines if line.is_goods] if fact.order is not None else []
    return bool(goods) and all(line.despatched >= line.quantity for line in goods)


def waits_for_exchange(facts: ReturnFacts) -> str:
    """What must happen to the exchanges before the return is over; empty when nothing is open."""
    units = exchanged_units(facts)
    if units and not any(fact.exchange.is_released for fact in facts.exchanges):
        return "the exchange to be released"
    if any(not is_despatched(fact) for fact in facts.exchanges):
        return "the goods in exchange to be despatched"
    return ""


def allowed(facts: ReturnFacts) -> timedelta:
    """How long goods in exchange may take to leave."""
    return timedelta(hours=facts.tables.number("exchange_despatch_hours", DESPATCH_HOURS))


def _enter(facts: ReturnFacts, order: SalesOrder, fact: ExchangeFact, key: str) -> c.EnterOrder:
    """The order that sends an exchange: at nothing, at the difference, or at full value as the house has it."""
    exchange = fact.exchange
    charged = _charged(facts, order, fact)
    rate, tax_code = _tax_of(facts, order)
    nets = [amount - tax_inside(amount, rate) for amount in charged]
    allocate_now = facts.tables.policy("exchange_allocate") != "no"
    lines = tuple(
        c.EntryLine(
            sku=line.sku,
            quantity=Decimal(line.quantity),
            unit_price=(net.decimal() / line.quantity).quantize(Decimal("0.00001")),
            tax_code=tax_code,
            warehouse=facts.tables.policy("exchange_warehouse"),
            allocate=Decimal(line.quantity) if allocate_now else Decimal(0),
        )
        for line, net in zip(exchange.lines, nets, strict=True)
    )
    return c.EnterOrder(
        key=key,
        customer_id=order.customer_id,
        channel_reference=exchange.name,
        on=facts.today,
        lines=lines,
        delivery=fact.delivery,
        analysis=_way_sent(facts, fact),
        override_on_hold=facts.tables.policy("exchange_override_hold") == "yes",
    )


def _charged(facts: ReturnFacts, order: SalesOrder, fact: ExchangeFact) -> list[Money]:
    """What each line of an exchange is charged at, tax included: its price at full value, else its part of the rest.

    With several exchanges on one RMA the goods that came back pay for them in turn, for those in Sage first.
    """
    prices = [_price(facts, fact, index) for index in range(len(fact.exchange.lines))]
    if is_credited_in_full(facts):
        return prices
    returned, sent = exchange_value(facts, order)
    if returned == sent:
        return [Money(0, order.currency)] * len(prices)
    done = {effect.key for effect in facts.effects if effect.kind == "enter_order" and effect.state == "done"}
    left = returned
    for other in sorted(facts.exchanges, key=lambda one: exchange_key(facts, one) not in done):
        worth = total([_price(facts, other, index) for index in range(len(other.exchange.lines))], order.currency)
        paid = min(left, worth)
        left -= paid
        if other is fact:
            weights = [price.minor for price in prices]
            return (worth - paid).split(weights if sum(weights) else [1] * len(prices))
    raise AssertionError(f"{fact.exchange.name} is no exchange of this return")


def _price(facts: ReturnFacts, fact: ExchangeFact, index: int) -> Money:
    """What a line costs by the portal, which knows the price behind a zero-value order; else by the storefront."""
    line = fact.exchange.lines[index]
    items = [item for unit in exchanged_units(facts) for item in unit.exchange]
    mine = [item for item in items if item.sku.strip().casefold() == line.sku.strip().casefold()]
    count = sum(item.quantity for item in mine)
    if not count:
        return line.gross
    whole = sum(item.price.minor for item in mine)
    return Money(whole * line.quantity // count, line.gross.currency)


def _tax_of(facts: ReturnFacts, order: SalesOrder) -> tuple[Decimal, str]:
    """Rate and code of the returned goods: an exchange is taxed as what it replaces."""
    line_of = allocate(facts, order).line_of
    line = next((line_of[u.unit_id] for u in exchanged_units(facts) if u.unit_id in line_of), None)
    line = line or next(line for line in order.lines if line.is_goods)
    return line.tax_rate, line.tax_code


def _way_sent(facts: ReturnFacts, fact: ExchangeFact) -> tuple[tuple[int, str], ...]:
    """The default shipping service for the country, in the analysis code that the table names."""
    country = fact.delivery.country if fact.delivery else ""
    rule = facts.tables.find("exchange_service", country) or facts.tables.find("exchange_service", "*")
    if rule is None or not rule.value.get("service"):
        return ()
    number = rule.value.get("analysis", "")
    return ((int(number) if number.isdecimal() else SERVICE_ANALYSIS, rule.value["service"]),)


SERVICE_ANALYSIS = 4
"""The analysis code of an order that takes the shipping service, where the table names none; 3 holds our key."""


def _since(facts: ReturnFacts, fact: ExchangeFact) -> datetime:
    """Since when the order stands in Sage; by its date where somebody else entered it."""
    key = exchange_key(facts, fact)
    entered = next((effect.at for effect in facts.effects if effect.key == key and effect.at is not None), None)
    day = fact.order.ordered_on if fact.order is not None else facts.today
    return entered or datetime.combine(day, time(12), UTC)


def exchange_key(facts: ReturnFacts, fact: ExchangeFact) -> str:
    """The key of the order that sends an exchange, and the reference of its legs."""
    return compose_key("XO", facts.company, facts.rma_number, fact.exchange.name)


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{count} of {sku.upper()}" for sku, count in sorted(counted.items())) or "nothing"
