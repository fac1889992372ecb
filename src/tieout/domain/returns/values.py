"""What the house has declared about every kind of value that is not a plain refund of returned goods.

Rows of the table `value_policy`, one for each kind: `returnless`, `store_credit`, `store_credit_bonus`, `gift_card`,
`goodwill`, `shipping_refund`, `partial_amount`, `restocking_fee`, `return_shipping_fee`, `cancellation_fee`,
`exchange`, `historical`. A kind without its row is never posted; it stands on a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tieout.domain.documents.rma import Allowance, AllowanceKind, Fee, FeeKind, Outcome, RmaUnit
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.faults import returns as kinds
from tieout.domain.faults import returns_value as value_kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.money import Money, money, round_half_up, total
from tieout.domain.returns.allocation import allocate, matched_order, returned_units, unit_gross
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.rules.mapping import MappingTables

TABLE = "value_policy"
OUTCOME_POLICIES = {
    Outcome.STORE_CREDIT: "store_credit",
    Outcome.GIFT_CARD: "gift_card",
    Outcome.EXCHANGE: "exchange",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuePolicy:
    """One declared kind of value."""

    name: str
    nominal: Nominal
    tax_code: str
    bank: str
    """The clearing account that store credit or gift cards are paid from; empty for others."""
    treatment: str
    """Store credit: `liability` or `discount`. Exchange: `zero` or `full`."""
    approve_over: int | None
    """Pence up to which nobody is asked; None when nobody is ever asked."""


def policy_for(tables: MappingTables, name: str) -> ValuePolicy | None:
    """The declared policy of a kind of value; None when the house has none. What is not written asks a person."""
    rule = tables.find(TABLE, name)
    if rule is None or rule.key.strip().casefold() != name:
        return None
    value = rule.value
    nominal = Nominal(
        account=value.get("account", ""),
        cost_centre=value.get("cost_centre", ""),
        department=value.get("department", ""),
    )
    return ValuePolicy(
        name=name,
        nominal=nominal,
        tax_code=value.get("tax_code", ""),
        bank=value.get("bank", ""),
        treatment=value.get("treatment", "").strip().lower(),
        approve_over=_limit(value.get("approve_over", "")),
    )


def is_credited_in_full(facts: ReturnFacts) -> bool:
    """Whether exchanges are booked at full value both ways; at the difference alone where the house says nothing."""
    policy = policy_for(facts.tables, "exchange")
    return policy is not None and policy.treatment == "full"


def is_given_as_discount(facts: ReturnFacts, unit: RmaUnit) -> bool:
    """Whether the customer's credit takes off a later sale instead: then nothing is credited now (VAT only once)."""
    if unit.outcome not in (Outcome.STORE_CREDIT, Outcome.GIFT_CARD):
        return False
    policy = policy_for(facts.tables, OUTCOME_POLICIES[unit.outcome])
    return policy is not None and policy.treatment == "discount"


def allowances_of(facts: ReturnFacts) -> tuple[Allowance, ...]:
    """What is given without goods, one amount for each kind: as the portal lists it, or above a unit's price."""
    assert facts.rma is not None
    found: dict[AllowanceKind, Money] = {}
    for allowance in (*facts.rma.allowances, *_above_the_price(facts)):
        known = found.get(allowance.kind, Money(0, allowance.amount.currency))
        found[allowance.kind] = known + allowance.amount
    return tuple(Allowance(kind=kind, amount=amount) for kind, amount in found.items() if amount)


def value_given(facts: ReturnFacts, unit: RmaUnit) -> Money | None:
    """What the portal gives for a unit instead of its price, where the house has a policy for such amounts."""
    if unit.value is None or unit.outcome is not Outcome.REFUND or policy_for(facts.tables, "partial_amount") is None:
        return None
    return unit.value


def _above_the_price(facts: ReturnFacts) -> Iterator[Allowance]:
    order = matched_order(facts)
    line_of = allocate(facts, order).line_of if order is not None else {}
    for unit in returned_units(facts):
        value, line = value_given(facts, unit), line_of.get(unit.unit_id)
        if value is not None and line is not None and value > unit_gross(line):
            yield Allowance(kind="partial_amount", amount=value - unit_gross(line))


def fees_of(facts: ReturnFacts) -> tuple[Fee, ...]:
    """The fees that are kept, one amount for each kind; none when a person let the customer have the full amount."""
    assert facts.rma is not None
    if kinds.FEE_NOT_COVERED.code in facts.accepted:
        return ()
    names = dict.fromkeys(fee.kind for fee in facts.rma.fees if fee.amount)
    currency = facts.rma.currency
    return tuple(
        Fee(kind=name, amount=total([fee.amount for fee in facts.rma.fees if fee.kind == name], currency))
        for name in names
    )


def fee_of_units(facts: ReturnFacts, kind: FeeKind, units: Iterable[RmaUnit]) -> int:
    """Pence of a kind of fee that these units bear themselves; the fees of a unit never take more than it is worth."""
    if all(fee.kind != kind for fee in fees_of(facts)):
        return 0
    borne = 0
    for unit in units:
        left = (unit.value or unit.paid_gross).minor
        for fee in unit.fees:
            part = min(fee.amount.minor, left)
            left -= part
            borne += part if fee.kind == kind else 0
    return borne


def fee_of_the_whole(facts: ReturnFacts, fee: Fee) -> int:
    """Pence of a fee that was agreed for the return and no unit of it: the first batches bear it."""
    assert facts.rma is not None
    of_units = sum(part.amount.minor for unit in facts.rma.units for part in unit.fees if part.kind == fee.kind)
    return max(fee.amount.minor - of_units, 0)


def tax_inside(gross: Money, rate_percent: Decimal) -> Money:
    """The VAT that stands inside an amount at a percentage, rounded half up to the penny (VAT fraction, HMRC 700)."""
    return Money(round_half_up(Decimal(gross.minor) * rate_percent / (100 + rate_percent)), gross.currency)


def values_are_declared(facts: ReturnFacts) -> Iterator[Fault]:
    """Every kind of value on the RMA has its row, and a row that posts names a nominal and a tax code."""
    assert facts.rma is not None
    for unit in facts.rma.units:
        wanted = OUTCOME_POLICIES.get(unit.outcome)
        if wanted is not None and policy_for(facts.tables, wanted) is None:
            at, row = f"unit {unit.unit_id}", f"{TABLE}/{wanted}"
            yield Fault(code=kinds.OUTCOME_NOT_COVERED.code, at=at, saw=unit.outcome_text, row=row)
        if unit.is_kept and unit.outcome is not Outcome.REJECT and policy_for(facts.tables, "returnless") is None:
            at, row = f"unit {unit.unit_id}", f"{TABLE}/returnless"
            yield Fault(code=kinds.OUTCOME_NOT_COVERED.code, at=at, saw="the customer keeps it", row=row)
    for fee in fees_of(facts):
        if policy_for(facts.tables, fee.kind) is None:
            said = f"{fee.kind.replace('_', ' ')} {fee.amount}"
            at, row = f"RMA {facts.rma.number}", f"{TABLE}/{fee.kind}"
            yield Fault(code=kinds.FEE_NOT_COVERED.code, at=at, saw=said, row=row)
    for allowance in allowances_of(facts):
        if policy_for(facts.tables, allowance.kind) is None:
            said = f"{allowance.kind.replace('_', ' ')} {allowance.amount}"
            at, row = f"RMA {facts.rma.number}", f"{TABLE}/{allowance.kind}"
            yield Fault(code=value_kinds.ALLOWANCE_NOT_COVERED.code, at=at, saw=said, row=row)


def policies_can_post(facts: ReturnFacts) -> Iterator[Fault]:
    """The nominals, tax codes and clearing accounts of the policies in use stand in Sage."""
    for policy in _in_use(facts):
        if policy.name not in ("returnless", "exchange", "historical", "store_credit", "gift_card"):
            yield from _check_posting(facts, policy)
        if policy.name in ("store_credit", "gift_card"):
            yield from _check_clearing(facts, policy)


def values_are_approved(facts: ReturnFacts) -> Iterator[Fault]:
    """What goes beyond the limit of its kind waits for a person."""
    assert facts.rma is not None
    if value_kinds.VALUE_NOT_APPROVED.code in facts.accepted or facts.is_adopted:
        return
    currency = facts.rma.currency
    amounts: dict[str, Money] = {allowance.kind: allowance.amount for allowance in allowances_of(facts)}
    kept = [u.paid_gross for u in facts.rma.units if u.is_kept and u.outcome is not Outcome.REJECT]
    if kept:
        amounts["returnless"] = total(kept, currency)
    if facts.match_method == "storefront order":
        amounts["historical"] = total([u.paid_gross for u in facts.rma.units], currency)
    for name, amount in amounts.items():
        policy = policy_for(facts.tables, name)
        if policy is not None and policy.approve_over is not None and amount.minor > policy.approve_over:
            limit = Money(policy.approve_over, currency)
            said = f"{name.replace('_', ' ')} {amount}"
            yield Fault(
                code=value_kinds.VALUE_NOT_APPROVED.code,
                at=f"RMA {facts.rma.number}",
                saw=said,
                wanted=f"a person's word over {limit}",
                row=f"{TABLE}/{name}",
            )


def bonus_faults(facts: ReturnFacts, amount: Money) -> tuple[Fault, ...]:
    """What keeps so much, issued on top of the price, from being booked: it is known only once it was issued."""
    policy = policy_for(facts.tables, "store_credit_bonus")
    if policy is not None:
        return tuple(_check_posting(facts, policy))
    at, said, row = f"RMA {facts.rma_number}", f"store credit bonus {amount}", f"{TABLE}/store_credit_bonus"
    return (Fault(code=value_kinds.ALLOWANCE_NOT_COVERED.code, at=at, saw=said, row=row),)


def _check_posting(facts: ReturnFacts, policy: ValuePolicy) -> Iterator[Fault]:
    """The nominal and tax code that a policy posts to stand in Sage."""
    at, row = f"{TABLE} {policy.name}", f"{TABLE}/{policy.name}"
    account = next((known for known in facts.nominals if known.nominal == policy.nominal), None)
    if account is None:
        wanted = "an account in Sage"
        saw = str(policy.nominal) or "none"
        yield Fault(code=kinds.NOMINAL_MISSING.code, at=at, saw=saw, wanted=wanted, row=row)
    elif not account.is_postable:
        yield Fault(code=kinds.NOMINAL_CLOSED.code, at=at, saw=f"{policy.nominal} {account.name}", row=row)
    if all(known.code != policy.tax_code for known in facts.tax_codes):
        wanted = "a tax code in Sage"
        yield Fault(code=kinds.VAT_CODE_MISSING.code, at=at, saw=policy.tax_code or "none", wanted=wanted, row=row)


def _check_clearing(facts: ReturnFacts, policy: ValuePolicy) -> Iterator[Fault]:
    if policy.treatment not in ("liability", "discount"):
        yield Fault(
            code=kinds.POLICY_MISSING.code,
            at=f"{TABLE} {policy.name}",
            saw=f"treatment {policy.treatment or 'not set'}",
            wanted="liability or discount",
            row=f"{TABLE}/{policy.name}",
        )
    elif policy.treatment == "liability" and policy.bank not in facts.banks:
        yield Fault(
            code=kinds.TENDER_UNMAPPED.code,
            at=f"{TABLE} {policy.name}",
            saw=f"bank {policy.bank or 'not set'}",
            wanted="a clearing account in Sage",
            row=f"{TABLE}/{policy.name}",
        )


def _in_use(facts: ReturnFacts) -> Iterator[ValuePolicy]:
    """The policies that this return is booked by."""
    assert facts.rma is not None
    names = [OUTCOME_POLICIES[unit.outcome] for unit in facts.rma.units if unit.outcome in OUTCOME_POLICIES]
    names += [fee.kind for fee in fees_of(facts)]
    names += [allowance.kind for allowance in allowances_of(facts)]
    for name in dict.fromkeys(names):
        policy = policy_for(facts.tables, name)
        if policy is not None:
            yield policy


def _limit(text: str) -> int | None:
    """Pence; nought where nothing readable is written, so that a person is asked; None for `never`."""
    wanted = text.strip().lower()
    if wanted == "never":
        return None
    try:
        return money(Decimal(wanted)).minor if wanted else 0
    except InvalidOperation:
        return 0
