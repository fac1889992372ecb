"""Refunds of the storefront, whoever made them: ours, an RMA's, adopted ones, and those that no return explains."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from tieout.domain.business_dates import uk_date
from tieout.domain.documents.shop_order import ShopRefund
from tieout.domain.faults import returns as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.identifiers import find_key
from tieout.domain.money import Money, money
from tieout.domain.returns.adopted import ADOPTIONS, Adoption
from tieout.domain.rules.mapping import MappingRule, MappingTables
from tieout.ports.directory import Company
from tieout.processes.adoption import adopt_when_agreed, is_adopted, record_adoption
from tieout.processes.kinds import REFUND, RETURN
from tieout.processes.lanes import Floor
from tieout.processes.routing import wake
from tieout.processes.rules import rules_on
from tieout.processes.standing import seen_leg
from tieout.processes.strays import report_stray
from tieout.store import attempts, cross_references, documents, legs
from tieout.store.documents import Document
from tieout.store.store import Connection

GRACE_MINUTES = 15
"""How long the portal's own list may lag behind a refund of its app; the house may set `bypass_grace_minutes`."""
BY_HAND = "a person"
"""The key of the table `refund_app` for refunds that no app made."""


def see_refund(floor: Floor, company: Company, refund: ShopRefund) -> int:
    """One refund: ours fills its leg, an RMA's wakes it, any other is put on a desk; returns 1 for a new one there.

    A refund without money is an edit of an order and none of ours; one whose portal has not told of it yet waits.
    """
    with floor.store.scope(company.name) as c:
        if _is_ours(floor, company, c, refund) or refund.has_failed or not refund.amount:
            return 0
        is_known = _wake_concerned(floor, company, c, refund)
        if is_known or documents.document(c, company.name, REFUND, refund.refund_id) is not None:
            return 0
        tables = rules_on(c, company.name, uk_date(floor.clock()))
    rma = _rma_at_portal(company, refund)
    is_portals = bool(refund.app) and refund.app == tables.policy("portal_app")
    grace = timedelta(minutes=tables.number("bypass_grace_minutes", GRACE_MINUTES))
    with floor.store.scope(company.name) as c:
        if rma:
            wake(c, company.name, company.lanes, rma, at=floor.clock())
            return 0
        if is_portals and floor.clock() < refund.made_at + grace:
            return 0
        return _put_on_a_desk(floor, company, c, refund, tables)


def _is_ours(floor: Floor, company: Company, c: Connection, refund: ShopRefund) -> bool:
    """Whether the refund carries a key of ours; then its leg is filled, and a failure wakes its return."""
    key = find_key(refund.note)
    named = legs.document_of(c, ref=key) if key else None
    owner = documents.document(c, company.name, *named) if named is not None else None
    if owner is None or key is None:
        return False
    amount = Money(0, refund.amount.currency) if refund.has_failed else refund.amount
    leg = seen_leg("storefront", "refund", key, "finance", amount=amount, reference=refund.refund_id)
    legs.see(c, owner, leg, at=floor.clock())
    if refund.has_failed and owner.due_at is None and owner.state != "blocked":
        wake(c, company.name, company.lanes, owner.key, at=floor.clock())
    return True


def _wake_concerned(floor: Floor, company: Company, c: Connection, refund: ShopRefund) -> bool:
    """Wake the returns that must look at the refund; returns whether one of them accounts for it."""
    adopted = is_adopted(c, company.name, refund.refund_id)
    names = {r.document_key for r in cross_references.find(c, refund.order_id) if r.document_kind == RETURN}
    is_accounted_for = adopted
    for key in sorted(names):
        document = documents.document(c, company.name, RETURN, key)
        if document is None:
            continue
        seen = _as_last_seen(c, document, refund)
        is_accounted_for = is_accounted_for or seen == "its own"
        # One that is over is not troubled by money that has nothing to do with it; the refund stands on a desk.
        is_resting = document.due_at is None and document.state not in ("blocked", "done")
        if is_resting and not seen:
            wake(c, company.name, company.lanes, key, at=floor.clock())
    return is_accounted_for


def _as_last_seen(c: Connection, document: Document, refund: ShopRefund) -> str:
    """How the last look at a return's facts saw the refund: `its own`, `as it is`, or empty for not at all."""
    last = attempts.last_attempt(c, document)
    match last.facts if last is not None else None:
        case {"rma": {"refunds": [*mine]}, "shop_order": {"refunds": [*seen]}}:
            is_own = any(isinstance(one, Mapping) and one.get("refund_id") == refund.refund_id for one in mine)
            is_as_it_is = any(
                isinstance(one, Mapping)
                and (one.get("refund_id"), one.get("is_settled")) == (refund.refund_id, refund.is_settled)
                for one in seen
            )
            return ("its own" if is_own else "as it is") if is_as_it_is else ""
        case _:
            return ""


def _rma_at_portal(company: Company, refund: ShopRefund) -> str:
    """The RMA that the portal's own list of payments has the refund under; empty when it does not know it."""
    for payment in company.portal.payments(refund.order_id):
        if payment.refund.refund_id == refund.refund_id and not payment.refund.has_failed:
            return payment.rma_number
    return ""


def _put_on_a_desk(floor: Floor, company: Company, c: Connection, refund: ShopRefund, tables: MappingTables) -> int:
    """A refund that no return explains: on a desk, or adopted at once where a rule of the house says so."""
    now = floor.clock()
    rule = tables.find("refund_app", refund.app or BY_HAND)
    if rule is not None and rule.value.get("as") == "ignore":
        return 0
    who = " ".join(part for part in (refund.app or BY_HAND, refund.staff) if part)
    fault = Fault(
        code=kinds.REFUND_OUTSIDE_WORKFLOW.code,
        at=f"order {refund.order_name}",
        saw=f"{refund.amount} by {who}",
        wanted="an RMA",
    )
    is_new = report_stray(
        c,
        company=company.name,
        kind=REFUND,
        key=refund.refund_id,
        title=f"Refund {refund.refund_id} on order {refund.order_name}",
        fault=fault,
        stake=refund.amount,
        leg=seen_leg(
            "storefront", "refund", refund.refund_id, "finance", amount=refund.amount, reference=refund.refund_id
        ),
        at=now,
    )
    for kind, value in (("order", refund.order_id), ("order name", refund.order_name)):
        cross_references.note(
            c,
            cross_references.CrossReference(
                company=company.name,
                document_kind=REFUND,
                document_key=refund.refund_id,
                system="storefront",
                kind=kind,
                value=value,
            ),
        )
    if is_new and rule is not None and refund.amount.minor <= _limit(rule):
        _adopt_by_rule(floor, company, c, refund, rule, tables)
    return int(is_new)


def _adopt_by_rule(
    floor: Floor, company: Company, c: Connection, refund: ShopRefund, rule: MappingRule, tables: MappingTables
) -> None:
    """The house has declared what refunds of an app are: adopted without a person, up to the rule's limit."""
    adopted_as = next((one for one in ADOPTIONS if one == rule.value.get("as")), None)
    if adopted_as is None:
        return
    decided = Adoption(
        refund_id=refund.refund_id,
        order_id=refund.order_id,
        adopted_as=adopted_as,
        reason=rule.value.get("reason", ""),
        who=f"rule {rule.name}",
        at=floor.clock(),
    )
    record_adoption(c, company.name, decided, why="declared by the house")
    adopt_when_agreed(c, company, refund.refund_id, tables=tables, at=floor.clock(), is_declared=True)


def _limit(rule: MappingRule) -> int:
    """Pence up to which refunds of an app are adopted without a person; nought where nothing readable is written."""
    try:
        return money(Decimal(rule.value.get("up_to", "0"))).minor
    except InvalidOperation:
        return 0
