"""Decide what of a 3PL's invoice can be accrued now: one journal of all that is mapped, matched and not yet booked.

What cannot be booked keeps nothing else from the books: at the close the accrual holds every charge that is certain,
and the difference to the 3PL's own total stands on somebody's desk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from tieout.domain.charges.facts import ChargeFacts, Told, booked_unit, journal_key, unit_of
from tieout.domain.command_legs import legs_of
from tieout.domain.commands import JournalLine, PostJournal
from tieout.domain.documents.books import PeriodAnswer
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.faults import warehouse_stock as kinds
from tieout.domain.faults.kinds import Fault, Owner
from tieout.domain.faults.returns import NOMINAL_CLOSED, NOMINAL_MISSING
from tieout.domain.legs import Leg
from tieout.domain.money import Money
from tieout.domain.plans import LEG_GRACE_HOURS, Blocked, Plan
from tieout.domain.rules.mapping import MappingRule

TABLE = "warehouse_charge"
ACCRUALS = "charges_nominal"
GRACE_HOURS = 4
"""How long the despatch may be told after its charge, unless the house has set `charges_grace_hours`."""
NARRATIVE = 60
"""Letters of a narrative that people read in one line."""
AGAIN = timedelta(hours=24)
"""When charges that could not be booked are looked at again: their shipment or a credit may have been told since."""


@dataclass(slots=True, kw_only=True)
class _Sorted:
    """The charges of an invoice that are not booked, by what becomes of them now."""

    book: list[tuple[Told, Nominal, int]] = field(default_factory=list)
    """Each with its nominal and the pence still to book."""
    waits: list[Told] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def plan_charges(facts: ChargeFacts) -> Plan | Blocked:
    """Say what of this invoice is booked now, what waits for its shipment to be told, and what a person must settle."""
    found = _sorted(facts)
    again = [one.command for one in facts.booked if not one.is_done]
    # While one journal may have arrived and nobody knows, no other of its invoice goes out.
    journal, faults = (None, []) if again else _journal(facts, found)
    commands = [*again, *([journal] if journal is not None else [])]
    raised = tuple(dict.fromkeys((*found.faults, *faults)))
    is_open = bool(found.waits or raised)
    due_by = facts.now + timedelta(hours=facts.tables.number("leg_grace_hours", LEG_GRACE_HOURS))
    legs = [leg for command in commands for leg in legs_of(command, due_by)]
    return Plan(
        commands=tuple(commands),
        legs=(*legs, _invoice_leg(facts, commands)),
        waived=(),
        waiting_for="the despatches that are charged for to be told" if found.waits and not raised else "",
        rules=tuple(facts.tables.names()),
        raised=raised,
        look_again_at=facts.now + (_grace(facts) if found.waits else AGAIN) if is_open else None,
    )


def stake_of(facts: ChargeFacts) -> Money:
    """What the 3PL charges on this invoice and is in no journal, nor goes into the next one."""
    found, booked = _sorted(facts), facts.minor_booked()
    going = {one.charge.charge_id: one.charge.net.minor for one, _, _ in found.book}
    going = going if _journal(facts, found)[0] is not None else {}
    return Money(abs(told_total(facts).minor - sum((booked | going).values())), currency_of(facts))


def currency_of(facts: ChargeFacts) -> str:
    """The currency of an invoice: that of its first charge."""
    return facts.charges[0].charge.net.currency if facts.charges else "GBP"


def told_total(facts: ChargeFacts) -> Money:
    """What the 3PL says that the invoice comes to, net, of charges in its own currency."""
    return Money(sum(one.charge.net.minor for one in _of_invoice(facts)), currency_of(facts))


def _of_invoice(facts: ChargeFacts) -> Iterator[Told]:
    currency = currency_of(facts)
    return (one for one in facts.charges if one.charge.net.currency == currency)


def _invoice_leg(facts: ChargeFacts, commands: list[PostJournal]) -> Leg:
    """The 3PL's own total must be what is booked: until every charge is, the leg shows the difference."""
    booked = facts.minor_booked() | dict(booked_unit(unit) for command in commands for unit in command.units)
    return Leg(
        system="warehouse",
        kind="charges",
        ref=facts.key,
        amount=Money(sum(booked.values()), currency_of(facts)),
        quantity=None,
        due_by=facts.now,
        owner=Owner.FINANCE.value,
    )


def _sorted(facts: ChargeFacts) -> _Sorted:
    found, booked = _Sorted(), facts.minor_booked()
    seen: dict[tuple[object, ...], str] = {}
    for one in facts.charges:
        charge, before = one.charge, booked.get(one.charge.charge_id)
        like = seen.setdefault(_likeness(one), charge.charge_id)
        if before == charge.net.minor:
            continue
        rule = _rule(facts, one)
        faults = list(_mapping_faults(facts, one, rule))
        if not _is_accepted(facts):
            faults += _double_faults(facts, one, before, like)
            if rule is not None and not faults and _lacks_shipment(one, rule):
                if facts.now < one.told_at + _grace(facts):
                    found.waits.append(one)
                    continue
                faults.append(_unmatched(facts, one, charge.reference or "no shipment", "a shipment that left for us"))
        found.faults += faults
        if rule is not None and not faults:
            found.book.append((one, nominal_of(rule), charge.net.minor - (before or 0)))
    return found


def _unmatched(facts: ChargeFacts, one: Told, about: str, wanted: str) -> Fault:
    at = f"charge {one.charge.charge_id} of {facts.invoice}"
    saw = f"{one.charge.net} for {one.charge.code}, {about}"
    return Fault(code=kinds.CHARGE_UNMATCHED.code, at=at, saw=saw, wanted=wanted)


def _rule(facts: ChargeFacts, one: Told) -> MappingRule | None:
    code = one.charge.code.strip()
    return facts.tables.find(TABLE, f"{facts.account}|{code}") or facts.tables.find(TABLE, code)


def nominal_of(rule: MappingRule) -> Nominal:
    """Where a charge of this kind is booked."""
    fields = rule.value
    return Nominal(
        account=fields.get("account", ""),
        cost_centre=fields.get("cost_centre", ""),
        department=fields.get("department", ""),
    )


def _mapping_faults(facts: ChargeFacts, one: Told, rule: MappingRule | None) -> Iterator[Fault]:
    charge, currency = one.charge, currency_of(facts)
    if charge.net.currency != currency:
        at = f"charge {charge.charge_id} of {facts.invoice}"
        yield Fault(code=kinds.CHARGE_UNMAPPED.code, at=at, saw=str(charge.net), wanted=f"{currency}, as the invoice")
    if rule is None:
        row = f"{TABLE}/{facts.account}|{charge.code.strip()}"
        yield Fault(code=kinds.CHARGE_UNMAPPED.code, at=f"{charge.code} of {facts.account}", saw="no row", row=row)
    else:
        yield from nominal_faults(facts, nominal_of(rule), f"{TABLE}/{rule.key}")


def nominal_faults(facts: ChargeFacts, wanted: Nominal, row: str) -> Iterator[Fault]:
    """A nominal of a row must be in Sage and take postings."""
    account = next((each for each in facts.nominals if each.nominal == wanted), None)
    if account is None:
        yield Fault(code=NOMINAL_MISSING.code, at=row, saw=str(wanted) or "no nominal", wanted="in Sage", row=row)
    elif not account.is_postable:
        yield Fault(code=NOMINAL_CLOSED.code, at=row, saw=str(wanted), row=row)


def _lacks_shipment(one: Told, rule: MappingRule) -> bool:
    needs = rule.value.get("needs_shipment", "yes").strip().casefold() != "no"
    return needs and not one.order_number


def _double_faults(facts: ChargeFacts, one: Told, before: int | None, like: str) -> Iterator[Fault]:
    """Charged twice: the same for a shipment on an earlier invoice and not credited, the same line, or another sum."""
    charge = one.charge
    if before is not None:
        wanted = f"{Money(before, currency_of(facts))}, as it is booked"
        yield _unmatched(facts, one, "told again with another amount", wanted)
    if charge.net.minor <= 0 or not charge.reference:
        return
    earlier = [other for other in one.others if other.minor > 0 and other.was_told_before]
    credited = sum(other.minor for other in one.others if other.minor < 0)
    if sum(other.minor for other in earlier) + credited > 0:
        where = ", ".join(dict.fromkeys(f"{other.charge_id} of {other.invoice}" for other in earlier))
        yield _unmatched(facts, one, f"{charge.reference}, charged before as {where}", "charged once")
    elif like != charge.charge_id:
        yield _unmatched(facts, one, f"{charge.reference}, the same as {like} of this invoice", "charged once")


def _likeness(one: Told) -> tuple[object, ...]:
    charge = one.charge
    return charge.code, charge.reference, charge.on, charge.description, charge.net, charge.quantity


def _is_accepted(facts: ChargeFacts) -> bool:
    return kinds.CHARGE_UNMATCHED.code in facts.accepted


def _grace(facts: ChargeFacts) -> timedelta:
    return timedelta(hours=facts.tables.number("charges_grace_hours", GRACE_HOURS))


def _journal(facts: ChargeFacts, found: _Sorted) -> tuple[PostJournal | None, list[Fault]]:
    """One journal of all that can be booked: costs by their nominals against the accrual."""
    sums: dict[Nominal, int] = {}
    for _, nominal, minor in found.book:
        sums[nominal] = sums.get(nominal, 0) + minor
    values = {nominal: minor for nominal, minor in sums.items() if minor}
    if not values:
        return None, []
    accrual, faults = _accrual(facts)
    days = [one.charge.on for one, _, _ in found.book]
    on = posting_day(facts, max(days))
    if on is None:
        saw = f"{max(days):%d %b %Y}"
        at = f"invoice {facts.invoice} of {facts.account}"
        faults.append(Fault(code=kinds.CHARGE_PERIOD_CLOSED.code, at=at, saw=saw, wanted="an open nominal period"))
    if accrual is None or on is None or faults:
        return None, faults
    currency = currency_of(facts)
    lines = [
        *(JournalLine(nominal=nominal, value=Money(minor, currency)) for nominal, minor in values.items()),
        JournalLine(nominal=accrual, value=Money(-sum(values.values()), currency)),
    ]
    command = PostJournal(
        key=journal_key(facts.company, facts.account, facts.invoice, len(facts.booked) + 1),
        on=on,
        lines=tuple(line for line in lines if line.value),
        narrative=f"{facts.account} {facts.invoice}"[:NARRATIVE],
        units=tuple(unit_of(one.charge) for one, _, _ in found.book),
    )
    return command, []


def _accrual(facts: ChargeFacts) -> tuple[Nominal | None, list[Fault]]:
    """Where the other side of every charge goes until the 3PL's invoice is entered."""
    text, row = facts.tables.policy(ACCRUALS) or "", f"policy/{ACCRUALS}"
    if not text.strip():
        saw = "no nominal for accruals"
        return None, [Fault(code=kinds.CHARGE_UNMAPPED.code, at=f"policy {ACCRUALS}", saw=saw, row=row)]
    account, cost_centre, department = [*(part.strip() for part in text.split("/")), "", ""][:3]
    nominal = Nominal(account=account, cost_centre=cost_centre, department=department)
    return nominal, list(nominal_faults(facts, nominal, row))


def posting_day(facts: ChargeFacts, wanted: date) -> date | None:
    """The day of the last charge; today where its period is closed and a person let it be; None when neither."""
    allowed = {PeriodAnswer.NORMAL}
    if (facts.tables.policy("acceptable_dates") or "no").strip().casefold() == "yes":
        allowed.add(PeriodAnswer.ACCEPTABLE)
    check = facts.period(wanted)
    if check is None or check.answer in allowed:
        return wanted
    return facts.today if kinds.CHARGE_PERIOD_CLOSED.code in facts.accepted else None
