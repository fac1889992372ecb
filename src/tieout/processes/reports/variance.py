"""The variance statement: what the portal, the storefront and Sage each say went back, and why they differ.

The three facts stay apart. A difference is explained only by what is on record about the same document,
and by no more money than that record is about; what is left is unexplained and stands in the total.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout.domain.faults import BY_CODE
from tieout.domain.faults.returns import REFUND_OUTSIDE_WORKFLOW
from tieout.domain.identifiers import find_key
from tieout.domain.legs import LegState
from tieout.domain.returns.money_back import foreign_refunds
from tieout.processes.reports.known import Known
from tieout.processes.reports.stages import Stage, standings
from tieout.processes.standing import TIEOUT
from tieout.store.cases import Case
from tieout.store.rows import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What one system says, and when it was last asked; None when it never was."""

    system: str
    minor: int
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One item on record, and how much of the difference it explains."""

    what: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceRow:
    """One return, or one refund or credit note that belongs to none."""

    company: str
    document: str
    currency: str
    portal: Fact
    storefront: Fact
    sage: Fact
    is_final: bool
    """The credit note stands in Sage and was read back: before that no refund is final."""
    difference_minor: int
    """Storefront against Sage, and what the portal claims and the storefront does not show; never netted."""
    reasons: tuple[Reason, ...]
    unexplained_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceTotal:
    """All rows of one currency."""

    currency: str
    portal_minor: int
    storefront_minor: int
    sage_minor: int
    difference_minor: int
    explained_minor: int
    unexplained_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Variance:
    """The statement."""

    as_at: datetime
    rows: tuple[VarianceRow, ...]
    totals: tuple[VarianceTotal, ...]

    @property
    def is_explained(self) -> bool:
        """Whether nothing is unexplained, so that the period may be signed."""
        return all(row.unexplained_minor == 0 for row in self.rows)


Cap = tuple[str, int]
"""What is on record, and the most that it can explain."""


def variance(known: Sequence[Known], strays: Sequence[Known], now: datetime) -> Variance:
    """Every document with money in any of the three systems."""
    rows = [row for each in known if (row := _of_return(each)) is not None]
    rows += [_of_stray(each) for each in strays]
    rows += _beside(known, strays)
    currencies = sorted({row.currency for row in rows} | {"GBP"})
    return Variance(as_at=now, rows=tuple(rows), totals=tuple(_total(rows, currency) for currency in currencies))


def _of_return(known: Known) -> VarianceRow | None:
    facts = known.facts
    asked = facts.now if facts else None
    portal = Fact(system="portal", minor=_portal_refunds(known), read_at=asked)
    keys = {step.command.key for step in known.steps}
    ours = _seen(known, "storefront", "refund", keys)
    foreign = foreign_refunds(facts) if facts else 0
    shown_at = min((at for at in (ours.read_at, asked if foreign else None) if at is not None), default=asked)
    storefront = Fact(system="storefront", minor=ours.minor + foreign, read_at=shown_at)
    sage = _seen(known, "sage", "credit note", None)
    if not (portal.minor or storefront.minor or sage.minor):
        return None
    currency = facts.rma.currency if facts and facts.rma else "GBP"
    gap = _portal_gap(known)
    caps = (*_person(known), *_not_due(known, storefront.minor - sage.minor))
    return _row(known.company, known.names, currency, (portal, storefront, sage), gap, caps, _is_final(known))


def _of_stray(known: Known) -> VarianceRow:
    storefront, sage = _seen(known, "storefront", "refund", None), _seen(known, "sage", "credit note", None)
    currency = next((leg.currency for leg, _ in known.legs if leg.currency), "GBP")
    portal = Fact(system="portal", minor=0, read_at=None)
    caps = tuple(_person(known))
    return _row(known.company, known.names, currency, (portal, storefront, sage), 0, caps, sage.minor != 0)


def _beside(known: Sequence[Known], strays: Sequence[Known]) -> Iterator[VarianceRow]:
    """Refunds on the orders of returns that are neither ours nor any RMA's nor on record as strays."""
    named = {(k.company, r.refund_id) for k in known if k.facts and k.facts.rma for r in k.facts.rma.refunds}
    named |= {(stray.company, stray.key) for stray in strays}
    for each in known:
        shop_order = each.facts.shop_order if each.facts else None
        for refund in shop_order.refunds if shop_order else ():
            name = (each.company, refund.refund_id)
            if name in named or refund.has_failed or find_key(refund.note) is not None:
                continue
            named.add(name)
            portal, sage = (Fact(system=system, minor=0, read_at=None) for system in ("portal", "sage"))
            assert each.facts is not None
            shown = Fact(system="storefront", minor=refund.amount.minor, read_at=each.facts.now)
            document = f"refund {refund.refund_id} on order {refund.order_name}"
            caps = tuple(
                cap
                for other in known
                if other.company == each.company and _is_of_order(other, refund.order_id)
                for cap in _said_of(other, refund.refund_id, refund.made_at, refund.amount.minor)
            )
            yield _row(each.company, document, refund.amount.currency, (portal, shown, sage), 0, caps, is_final=False)


def _is_of_order(known: Known, order_id: str) -> bool:
    order = known.facts.shop_order if known.facts else None
    return order is not None and order.order_id == order_id


def _said_of(known: Known, refund_id: str, made_at: datetime, minor: int) -> Iterator[Cap]:
    """What a person has to say, or said, about one refund beside the flow."""
    code = REFUND_OUTSIDE_WORKFLOW.code
    for case in known.cases:
        if _is_said(case) and any(_names(fault, code, refund_id) for fault in case.faults):
            yield _case_text(case), minor
    for approval in known.approvals:
        if approval.code == code and approval.at >= made_at:
            yield f"accepted by {approval.who} on {known.names}: {approval.why}", minor


def _names(fault: Json, code: str, refund_id: str) -> bool:
    """Whether a recorded fault is about this refund."""
    match fault:
        case {"code": str(kind), "at": str(at)}:
            return kind == code and at.startswith(f"refund {refund_id} ")
        case _:
            return False


def _row(
    company: str,
    document: str,
    currency: str,
    facts: tuple[Fact, Fact, Fact],
    gap: int,
    caps: Sequence[Cap],
    is_final: bool,  # noqa: FBT001 - one more column
) -> VarianceRow:
    portal, storefront, sage = facts
    difference = left = abs(storefront.minor - sage.minor) + gap
    reasons = []
    for what, most in caps:
        part = min(left, most)
        if part > 0:
            reasons.append(Reason(what=what, minor=part))
            left -= part
    return VarianceRow(
        company=company,
        document=document,
        currency=currency,
        portal=portal,
        storefront=storefront,
        sage=sage,
        is_final=is_final,
        difference_minor=difference,
        reasons=tuple(reasons),
        unexplained_minor=left,
    )


def _person(known: Known) -> Iterator[Cap]:
    """Cases on a desk, and those that a person closed with a reason: each about its stake.

    A closed one speaks while the document still stands where it stopped; once it went on, it says nothing.
    """
    for case in known.cases:
        if case.state == "open" or (_is_said(case) and known.state == "blocked"):
            yield _case_text(case), case.stake_minor or 0


def _is_said(case: Case) -> bool:
    """Whether it is on a desk, or a person closed it: what Tieout closed has lost its cause and explains nothing."""
    return case.state == "open" or case.closed_by != TIEOUT


def _case_text(case: Case) -> str:
    if case.state == "open":
        return f"case {case.id} {case.code}: {BY_CODE[case.code].title} ({case.owner})"
    return f"case {case.id} {case.code}, closed by {case.closed_by}: {case.closed_how}"


def _not_due(known: Known, ahead: int) -> Iterator[Cap]:
    """What must still appear on the side that lacks it and has its time left.

    Overdue explains nothing, and what is blocked is explained by its case or not at all.
    """
    if known.state != "waiting":
        return
    lacking = ("sage", "credit note") if ahead > 0 else ("storefront", "refund")
    for leg, state in known.legs:
        if (leg.system, leg.kind) == lacking and state is LegState.EXPECTED and leg.due_by is not None:
            yield f"{leg.system} {leg.kind} due by {leg.due_by:%Y-%m-%d %H:%M}", leg.expected_minor or 0
    if ahead > 0:
        to_come = [each for each in standings(known) if each.stage in (Stage.ANNOUNCED, Stage.AWAITING_INSPECTION)]
        if to_come:
            yield (
                f"refunded ahead of {len(to_come)} unit{'s' * (len(to_come) > 1)} to be received or inspected",
                sum(each.unit.paid_gross.minor for each in to_come),
            )


def _portal_refunds(known: Known) -> int:
    refunds = known.facts.rma.refunds if known.facts and known.facts.rma else ()
    return sum(refund.amount.minor for refund in refunds if refund.is_settled)


def _portal_gap(known: Known) -> int:
    """Pence that the portal says went back and the storefront's refund of that id does not show."""
    facts = known.facts
    if facts is None or facts.rma is None:
        return 0
    in_shop = {r.refund_id: r.amount for r in facts.shop_order.refunds if not r.has_failed} if facts.shop_order else {}
    gap = 0
    for refund in facts.rma.refunds:
        shown = in_shop.get(refund.refund_id)
        if not refund.is_settled:
            continue
        is_comparable = shown is not None and shown.currency == refund.amount.currency
        gap += abs(refund.amount.minor - (shown.minor if is_comparable and shown is not None else 0))
    return gap


def _seen(known: Known, system: str, kind: str, refs: set[str] | None) -> Fact:
    """What legs of one kind show in a system; of all references, or of these."""
    found = [leg for leg, _ in known.legs if (leg.system, leg.kind) == (system, kind)]
    seen = [leg for leg in found if leg.seen_at is not None and (refs is None or leg.ref in refs)]
    return Fact(
        system=system,
        minor=sum(leg.seen_minor or 0 for leg in seen),
        read_at=min((leg.seen_at for leg in seen if leg.seen_at is not None), default=None),
    )


def _is_final(known: Known) -> bool:
    states = [state for leg, state in known.legs if (leg.system, leg.kind) == ("sage", "credit note")]
    standing = [state for state in states if state is not LegState.WAIVED]
    return bool(standing) and all(state is LegState.AGREED for state in standing)


def _total(rows: Sequence[VarianceRow], currency: str) -> VarianceTotal:
    mine = [row for row in rows if row.currency == currency]
    difference = sum(row.difference_minor for row in mine)
    unexplained = sum(row.unexplained_minor for row in mine)
    return VarianceTotal(
        currency=currency,
        portal_minor=sum(row.portal.minor for row in mine),
        storefront_minor=sum(row.storefront.minor for row in mine),
        sage_minor=sum(row.sage.minor for row in mine),
        difference_minor=difference,
        explained_minor=difference - unexplained,
        unexplained_minor=unexplained,
    )
