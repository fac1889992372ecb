"""The rule library of an audit: each looks at what was read and yields what it found, with the money at stake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tieout.domain.documents.books import PeriodAnswer
from tieout.domain.documents.rma import Grade, Rma, RmaStatus
from tieout.domain.documents.shop_order import ShopRefund
from tieout.domain.faults import returns as kinds
from tieout.domain.faults.kinds import Fault, Owner
from tieout.domain.identifiers import find_key
from tieout.domain.money import Money
from tieout.domain.returns.allocation import allocate, matched_order, returned_units
from tieout.domain.returns.batch_checks import check_batch
from tieout.domain.returns.batches import Batch
from tieout.domain.returns.checks import check_authorised
from tieout.domain.returns.disposition import grade_of
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.plan import stake_of
from tieout.domain.returns.settlement import settlement_of
from tieout.processes.reports.audit_reading import Audited, AuditRead
from tieout.processes.reports.bypass import UNDECIDED, Bypass
from tieout.processes.reports.credits import CreditClass, Credits
from tieout.processes.reports.journals import returns_nominals

OVER = (RmaStatus.CANCELLED, RmaStatus.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRule:
    """A rule that is none of the workflow's own faults."""

    code: str
    title: str
    do: str
    owner: Owner


REFUND_AT_AUTHORISATION = AuditRule(
    code="REFUND_AT_AUTHORISATION",
    title="The portal gives the money back before the goods are here",
    do="Set the portal to refund after receipt. Until then choose refund_mode = detect: the gate cannot be kept.",
    owner=Owner.FINANCE,
)
RETURNED_TWICE = AuditRule(
    code="RETURNED_TWICE",
    title="More units of an order are on returns than were sold",
    do="Find the RMA that was raised twice and cancel it at the portal.",
    owner=Owner.CUSTOMER_EXPERIENCE,
)
CREDITED_TWICE = AuditRule(
    code="CREDITED_TWICE",
    title="Two credit notes carry one reference",
    do="Compare them with the return and reverse the one that should not be.",
    owner=Owner.FINANCE,
)
REFUNDED_TWICE = AuditRule(
    code="REFUNDED_TWICE",
    title="One order was refunded the same amount twice on one day",
    do="Ask who made the second refund; claim it back, or say why it was right.",
    owner=Owner.FINANCE,
)
AUDIT_RULES = (REFUND_AT_AUTHORISATION, RETURNED_TWICE, CREDITED_TWICE, REFUNDED_TWICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One row behind a finding."""

    code: str
    company: str
    document: str
    at: str
    saw: str
    wanted: str
    currency: str
    minor: int

    @property
    def name(self) -> str:
        """The same in the next audit, as long as it is not put right."""
        return name_of(self.code, self.company, self.document, self.at)


def name_of(code: str, company: str, document: str, at: str) -> str:
    """What a row of evidence is called from one audit to the next."""
    return f"{code}|{company}|{document}|{at}"


def returns_that_would_stop(read: AuditRead) -> Iterator[Evidence]:
    """Every check of the workflow over every return, as if it were to be booked now."""
    for one in read.returns:
        facts = one.facts
        if facts.rma is None or facts.rma.status in OVER:
            continue
        found = [*check_authorised(facts), *(() if one.is_settled else _when_booked(facts))]
        for fault in dict.fromkeys(found):
            if fault.code not in facts.accepted:
                at, wanted = fault.at, fault.wanted
                yield _evidence(read, fault.code, f"return {facts.rma_number}", at, fault.saw, wanted, stake_of(facts))


def tables_that_do_not_stand(read: AuditRead) -> Iterator[Evidence]:
    """Places, nominals, tax codes and banks of the mapping tables that Sage does not have, or does not take."""
    yield from _places(read)
    known = {account.nominal: account for account in read.books.nominals}
    for nominal in returns_nominals(read.tables):
        account = known.get(nominal)
        if account is None:
            yield _of_table(read, kinds.NOMINAL_MISSING.code, f"nominal {nominal}", "not in Sage")
        elif not account.is_postable:
            yield _of_table(read, kinds.NOMINAL_CLOSED.code, f"nominal {nominal}", f"{account.name} takes no postings")
    codes = {tax.code for tax in read.books.tax_codes}
    fields = {"value_policy": "tax_code", "tax_rate": "code"}
    for rule in read.tables.rules:
        wanted = rule.value.get(fields.get(rule.table, ""), "")
        if wanted and wanted not in codes:
            yield _of_table(read, kinds.VAT_CODE_MISSING.code, f"{rule.table} {rule.key}", f"tax code {wanted}")
        bank = rule.value.get("bank", "") if rule.table in ("tender", "value_policy") else ""
        if bank and bank not in read.books.banks:
            yield _of_table(read, kinds.TENDER_UNMAPPED.code, f"{rule.table} {rule.key}", f"bank {bank}")


def periods_that_are_closed(read: AuditRead) -> Iterator[Evidence]:
    """Ledgers that take no posting dated today."""
    allowed = {PeriodAnswer.NORMAL}
    if read.tables.policy("acceptable_dates") == "yes":
        allowed.add(PeriodAnswer.ACCEPTABLE)
    for check in read.books.periods:
        if check.answer not in allowed:
            said = check.message or check.answer.value
            yield _of_table(read, kinds.PERIOD_CLOSED.code, f"{check.on}, {check.ledger}", said)


def refunds_before_receipt(read: AuditRead) -> Iterator[Evidence]:
    """Refunds that the portal made for goods that were not here: the rule of receipt first is not kept there."""
    for one in read.returns:
        rma, order = one.facts.rma, one.facts.shop_order
        if rma is None or order is None or rma.status in OVER or rma.is_in_person:
            continue
        due = [unit for unit in returned_units(one.facts) if not unit.is_kept]
        came = [unit.received_at for unit in due if unit.received_at is not None]
        named = {refund.refund_id for refund in rma.refunds if refund.is_settled}
        for refund in order.refunds:
            is_early = bool(due) and (not came or refund.made_at < min(came))
            if refund.refund_id in named and is_early and find_key(refund.note) is None and not refund.has_failed:
                said = f"refunded {refund.made_at:%Y-%m-%d %H:%M}, {'received later' if came else 'not received'}"
                wanted = f"after receipt (refund_mode is {one.facts.refund_mode})"
                at = f"refund {refund.refund_id}"
                code = REFUND_AT_AUTHORISATION.code
                yield _evidence(read, code, f"return {rma.number}", at, said, wanted, refund.amount)


def units_returned_twice(read: AuditRead) -> Iterator[Evidence]:
    """Over all returns of an order, more of a stock code than the shop sold."""
    wanted: dict[tuple[str, str], list[tuple[Rma, Money]]] = {}
    orders = {}
    for one in read.returns:
        rma, order = one.facts.told or one.facts.rma, one.facts.shop_order
        if rma is not None and order is not None and rma.status not in OVER:
            orders[order.order_id] = order
            for unit in returned_units(replace(one.facts, rma=rma)):
                wanted.setdefault((order.order_id, unit.sku.strip().casefold()), []).append((rma, unit.paid_gross))
    for (order_id, sku), units in wanted.items():
        order = orders[order_id]
        bundles = sum(1 for line in order.lines if line.bundle_sku.casefold() == sku)
        sold = sum(line.quantity for line in order.lines if line.sku.casefold() == sku)
        if sold and len(units) > sold and not bundles:
            numbers = ", ".join(sorted({rma.number for rma, _ in units}))
            worth = max(amount for _, amount in units)
            extra = Money(worth.minor * (len(units) - sold), worth.currency)
            at, said = f"{sku.upper()} on RMA {numbers}", f"{len(units)} units"
            yield _evidence(read, RETURNED_TWICE.code, f"order {order.name}", at, said, f"{sold} sold", extra)


def credits_and_refunds(credited: Credits, bypassed: Bypass) -> Iterator[Evidence]:
    """Credit notes by hand, refunds outside the workflow that nobody has decided on, and either made twice."""
    times = Counter((row.company, row.reference) for row in credited.rows if row.reference)
    for row in credited.rows:
        said = Money(row.gross_minor, row.currency)
        names = row.reference or row.posting_id
        if row.credit_class is CreditClass.BY_HAND:
            at = f"names RMA {row.rma}" if row.rma else "names no RMA"
            document = f"credit note {names}, posting {row.posting_id}"
            yield _row(kinds.UNLINKED_CREDIT.code, row.company, document, at, str(said), said)
        if times[row.company, row.reference] > 1:
            at = f"posting {row.posting_id}"
            yield _row(CREDITED_TWICE.code, row.company, f"credit note {names}", at, str(said), said)
    for refund in bypassed.rows:
        amount = Money(refund.minor, refund.currency)
        if refund.became in UNDECIDED:
            at = f"order {refund.order}, by {refund.by_app or 'a person'}"
            code = kinds.REFUND_OUTSIDE_WORKFLOW.code
            yield _row(code, refund.company, f"refund {refund.refund_id}", at, refund.became.value, amount)


def refunds_made_twice(company: str, refunds: Sequence[ShopRefund]) -> Iterator[Evidence]:
    """The same amount twice on one order and one day; refunds under keys of ours are never two."""
    seen: dict[tuple[str, int, str], list[ShopRefund]] = {}
    for refund in refunds:
        key = (refund.order_id, refund.amount.minor, f"{refund.made_at:%Y-%m-%d}")
        seen.setdefault(key, []).append(refund)
    for found in seen.values():
        if len(found) > 1 and len({find_key(refund.note) for refund in found}) < len(found):
            ids = ", ".join(refund.refund_id for refund in found)
            first = found[0]
            again = Money(first.amount.minor * (len(found) - 1), first.amount.currency)
            document = f"order {first.order_name}"
            yield _row(
                REFUNDED_TWICE.code, company, document, f"refunds {ids}", f"{len(found)} x {first.amount}", again
            )


def _when_booked(facts: ReturnFacts) -> Iterator[Fault]:
    """What would stop the goods when they are booked today; goods that nobody has looked at count as good."""
    order = matched_order(facts)
    if order is None:
        return
    line_of = allocate(facts, order).line_of
    groups: dict[tuple[str, bool], list[str]] = {}
    units = {unit.unit_id: unit for unit in returned_units(facts) if unit.unit_id in line_of}
    for unit in units.values():
        groups.setdefault((settlement_of(unit).value, unit.is_kept), []).append(unit.unit_id)
    for ids in groups.values():
        mine = tuple(
            replace(units[one], grade=Grade.GOOD) if grade_of(facts, units[one]) is Grade.UNGRADED else units[one]
            for one in ids
        )
        together = Batch(batch_id="audit", return_key="", units=mine, on=facts.today, settlement=settlement_of(mine[0]))
        yield from check_batch(facts, together)


def _places(read: AuditRead) -> Iterator[Evidence]:
    bins = {(place.warehouse, place.name): place for place in read.books.bins}
    for rule in read.tables.rules:
        if rule.table != "disposition":
            continue
        where = (rule.value.get("warehouse", ""), rule.value.get("bin", ""))
        found, at, grade = bins.get(where), f"disposition {rule.key}", rule.key.split("|")[1:2]
        if found is None:
            yield _of_table(read, kinds.BIN_UNMAPPED.code, at, f"{'/'.join(where)} is not in Sage")
        elif grade == [Grade.GOOD.value] and not found.is_for_sale:
            yield _of_table(read, kinds.RESTOCK_NOT_ATP.code, at, f"{'/'.join(where)} is not for sale")
        elif grade == [Grade.DAMAGED.value] and found.is_for_sale:
            yield _of_table(read, kinds.DISPOSITION_UNSAFE.code, at, f"{'/'.join(where)} is for sale")


def matched(returns: Sequence[Audited]) -> int:
    """How many returns have exactly one order in Sage, or a sale that the house lets stand for one."""
    return sum(1 for one in returns if matched_order(one.facts) is not None)


def _evidence(read: AuditRead, code: str, document: str, at: str, saw: str, wanted: str, amount: Money) -> Evidence:
    return Evidence(
        code=code,
        company=read.company,
        document=document,
        at=at,
        saw=saw,
        wanted=wanted,
        currency=amount.currency,
        minor=amount.minor,
    )


def _of_table(read: AuditRead, code: str, at: str, saw: str) -> Evidence:
    return _evidence(read, code, "mapping tables", at, saw, "", Money(0))


def _row(code: str, company: str, document: str, at: str, saw: str, amount: Money) -> Evidence:
    return Evidence(
        code=code,
        company=company,
        document=document,
        at=at,
        saw=saw,
        wanted="",
        currency=amount.currency,
        minor=amount.minor,
    )
