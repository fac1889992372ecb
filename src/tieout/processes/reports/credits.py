"""Every credit note of a period as Sage has it, by what stands behind it, with the receipt of its goods.

The list is Sage's own; what each credit note is for is told by its key. Goods count as received when their movement was
read back in Sage: a credit note without that, and of no class that the house has declared, should not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tieout.domain import commands as c
from tieout.domain.documents.books import PostedCredit
from tieout.domain.identifiers import find_key
from tieout.domain.returns.adopted import PREFIX
from tieout.domain.returns.batches import ALLOWANCE_STEPS, HISTORICAL, KEPT, VALUE
from tieout.processes.adoption import ADOPTED
from tieout.processes.reports.asked import CreditsAsked
from tieout.processes.reports.figures import percent
from tieout.processes.reports.known import Known, Step
from tieout.processes.reports.named import Named, named_return
from tieout.processes.reports.period import Period
from tieout.store.mapping_rules import MappingRule

BONUS = "BN"
"""The step in the key of a bonus on store credit."""
VALUE_POLICY = "value_policy"


class CreditClass(StrEnum):
    """What stands behind a credit note."""

    LINKED = "linked to its sale"
    HISTORICAL = "stand-alone, historical"
    KEPT = "returnless"
    ALLOWANCE = "goodwill or allowance"
    BONUS = "bonus"
    ADOPTED = "adopted refund"
    BY_HAND = "by hand"


UNLINKED = (CreditClass.HISTORICAL, CreditClass.BY_HAND)
"""Credit notes that no invoice in Sage stands behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Goods of a credit note as one system shows them."""

    system: str
    what: str
    units: int
    at: datetime
    """When that system was read; of the portal, when it says that they came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRow:
    """One credit note."""

    company: str
    credit_class: CreditClass
    posting_id: str
    reference: str
    second_reference: str
    customer_id: str
    posted_on: date
    currency: str
    net_minor: int
    tax_minor: int
    outstanding_minor: int
    read_at: datetime
    """When Sage was asked."""
    rma: str
    """The return that it credits; for one made by hand the one that its text names, or empty."""
    storefront_order: str
    units: int
    """Goods that must have come back; 0 where none are to come."""
    receipts: tuple[Receipt, ...]
    has_receipt: bool
    """Sage shows every one of those units in stock."""
    is_declared: bool
    """Of a class that the house has declared to need no goods."""
    approver: str

    @property
    def gross_minor(self) -> int:
        """Tax included."""
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTotal:
    """All credit notes of one class and currency."""

    credit_class: CreditClass
    currency: str
    notes: int
    net_minor: int
    tax_minor: int
    outstanding_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkedShare:
    """How much of what was credited has no invoice behind it."""

    currency: str
    unlinked_notes: int
    notes: int
    unlinked_minor: int
    minor: int
    percent: str
    """By value, with one decimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedBalance:
    """What is still open on a customer's unlinked credit notes: part of the customer's balance in Sage."""

    company: str
    customer_id: str
    currency: str
    notes: int
    outstanding_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """The report."""

    as_at: datetime
    period: Period
    rows: tuple[CreditRow, ...]
    totals: tuple[ClassTotal, ...]
    shares: tuple[UnlinkedShare, ...]
    balances: tuple[OwedBalance, ...]

    @property
    def without_receipt(self) -> tuple[CreditRow, ...]:
        """Credit notes of goods that Sage does not show as received, and of no declared class: there should be none."""
        return tuple(row for row in self.rows if not row.has_receipt and not row.is_declared)


def credits_report(
    asked: Sequence[CreditsAsked],
    known: Sequence[Known],
    strays: Sequence[Known],
    rules: Sequence[MappingRule],
    period: Period,
    now: datetime,
) -> Credits:
    """Every credit note that Sage listed, in the order of its days; the totals are Sage's to the penny."""
    by_key = {
        (each.company, step.command.key): (each, step)
        for each in known
        for step in each.steps
        if isinstance(step.command, c.PostSopCreditNote | c.RaiseCreditNote)
    }
    adopters = {(each.company, each.key): _adopter(each) for each in strays}
    people = People(adopters=adopters, rules=rules)
    named = Named.of(known)
    rows = [_row(answer, note, by_key, named, people) for answer in asked for note in answer.notes]
    rows.sort(key=lambda row: (row.posted_on, row.company, row.posting_id))
    return Credits(
        as_at=now,
        period=period,
        rows=tuple(rows),
        totals=tuple(_totals(rows)),
        shares=tuple(_shares(rows)),
        balances=tuple(_balances(rows)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who agreed to what."""

    adopters: Mapping[tuple[str, str], str]
    """By company and the storefront's number of the refund."""
    rules: Sequence[MappingRule]


def class_of(step: Step, rma: str) -> CreditClass:
    """What a credit note of ours is for, by its key and its batch."""
    if step.command.key[1:3] == BONUS:
        return CreditClass.BONUS
    if rma.startswith(PREFIX):
        return CreditClass.ADOPTED
    letters = {KEPT: CreditClass.KEPT, VALUE: CreditClass.ALLOWANCE, HISTORICAL: CreditClass.HISTORICAL}
    return letters.get(step.command.batch[2:3], CreditClass.LINKED)


def units_due(step: Step) -> tuple[str, ...]:
    """The units that must have come back for a credit note of ours: none for kept goods and value without goods."""
    return () if step.command.batch[2:3] in (KEPT, VALUE) else step.command.units


def _row(
    answer: CreditsAsked,
    note: PostedCredit,
    by_key: Mapping[tuple[str, str], tuple[Known, Step]],
    named: Named,
    people: People,
) -> CreditRow:
    key = find_key(note.reference) or find_key(note.second_reference) or ""
    known, step = by_key.get((answer.company, key), (None, None))
    credit_class, units, approver = CreditClass.BY_HAND, tuple[str, ...](), ""
    if known is not None and step is not None:
        credit_class, units = class_of(step, known.key), units_due(step)
        approver = _approver(known, step, note, people)
    else:
        known = named_return(named, answer.company, f"{note.reference} {note.second_reference}")
    receipts = tuple(_receipts(known, units)) if known is not None else ()
    in_stock = sum(receipt.units for receipt in receipts if receipt.system == "sage")
    rma = known.facts.rma if known is not None and known.facts is not None else None
    return CreditRow(
        company=answer.company,
        credit_class=credit_class,
        posting_id=note.posting_id,
        reference=note.reference,
        second_reference=note.second_reference,
        customer_id=note.customer_id,
        posted_on=note.posted_on,
        currency=note.net.currency,
        net_minor=note.net.minor,
        tax_minor=note.tax.minor,
        outstanding_minor=abs(note.outstanding.minor),
        read_at=answer.at,
        rma=known.key if known is not None else "",
        storefront_order=rma.order_name if rma is not None else "",
        units=len(units),
        receipts=receipts,
        has_receipt=bool(units) and in_stock >= len(units),
        is_declared=credit_class is not CreditClass.BY_HAND and not units,
        approver=approver,
    )


def _receipts(known: Known, units: Sequence[str]) -> Iterator[Receipt]:
    """Sage's movements that were read back, each unit once; beside them what the portal or a warehouse says."""
    left = set(units)
    for step in known.steps:
        mine = left.intersection(step.command.units)
        is_stock = isinstance(step.command, c.ReceiveReturn | c.WriteOn)
        if not is_stock or not mine or not step.is_agreed or step.leg is None or step.leg.seen_at is None:
            continue
        left -= mine
        what = "received" if isinstance(step.command, c.ReceiveReturn) else "written on"
        reference = step.leg.seen_reference or step.command.key
        yield Receipt(system="sage", what=f"{what} {reference}", units=len(mine), at=step.leg.seen_at)
    told = known.facts.rma.units if known.facts and known.facts.rma else ()
    came = [unit.received_at for unit in told if unit.unit_id in units and unit.received_at is not None]
    if came:
        yield Receipt(system="portal", what="received", units=len(came), at=max(came))


def _approver(known: Known, step: Step, note: PostedCredit, people: People) -> str:
    """Who agreed to a credit note beyond the plain ones: a person for this return, or the rule of its class."""
    credit_class = class_of(step, known.key)
    if credit_class is CreditClass.LINKED:
        return ""
    if known.key.startswith(PREFIX):
        return people.adopters.get((known.company, known.key.removeprefix(PREFIX)), "")
    said = [f"{one.who}: {one.why}" for one in known.approvals]
    if said:
        return "; ".join(said)
    policy = _policy_name(credit_class, step)
    for rule in people.rules:
        is_its = (rule.company, rule.table_name, rule.key.casefold()) == (known.company, VALUE_POLICY, policy)
        is_in_force = rule.in_force_from <= note.posted_on and (rule.in_force_to or date.max) > note.posted_on
        if is_its and is_in_force and rule.approved_by:
            return f"{rule.approved_by}: rule {VALUE_POLICY}/{policy}/{rule.version}"
    return ""


def _policy_name(credit_class: CreditClass, step: Step) -> str:
    of_class = {
        CreditClass.KEPT: "returnless",
        CreditClass.HISTORICAL: "historical",
        CreditClass.BONUS: "store_credit_bonus",
    }
    of_step = {code: str(kind) for kind, code in ALLOWANCE_STEPS.items()}
    return of_class.get(credit_class) or of_step.get(step.command.key[1:3]) or ""


def _adopter(stray: Known) -> str:
    """Who took a refund into the workflow, and who agreed."""
    said = [one for one in stray.approvals if one.code.startswith(ADOPTED) or one.code == "adoption_seconded"]
    return "; ".join(f"{one.who}: {one.why}" for one in said)


def _totals(rows: Sequence[CreditRow]) -> Iterator[ClassTotal]:
    for credit_class in CreditClass:
        for currency in sorted({row.currency for row in rows if row.credit_class is credit_class}):
            mine = [row for row in rows if (row.credit_class, row.currency) == (credit_class, currency)]
            yield ClassTotal(
                credit_class=credit_class,
                currency=currency,
                notes=len(mine),
                net_minor=sum(row.net_minor for row in mine),
                tax_minor=sum(row.tax_minor for row in mine),
                outstanding_minor=sum(row.outstanding_minor for row in mine),
            )


def _shares(rows: Sequence[CreditRow]) -> Iterator[UnlinkedShare]:
    for currency in sorted({row.currency for row in rows}):
        mine = [row for row in rows if row.currency == currency]
        unlinked = [row for row in mine if row.credit_class in UNLINKED]
        part, whole = sum(row.gross_minor for row in unlinked), sum(row.gross_minor for row in mine)
        yield UnlinkedShare(
            currency=currency,
            unlinked_notes=len(unlinked),
            notes=len(mine),
            unlinked_minor=part,
            minor=whole,
            percent=percent(part, whole),
        )


def _balances(rows: Sequence[CreditRow]) -> Iterator[OwedBalance]:
    open_rows = [row for row in rows if row.credit_class in UNLINKED and row.outstanding_minor]
    for company, customer, currency in sorted({(row.company, row.customer_id, row.currency) for row in open_rows}):
        mine = [r for r in open_rows if (r.company, r.customer_id, r.currency) == (company, customer, currency)]
        yield OwedBalance(
            company=company,
            customer_id=customer,
            currency=currency,
            notes=len(mine),
            outstanding_minor=sum(row.outstanding_minor for row in mine),
        )
