"""Refunds made outside the workflow, and what people decided about them: left on a case, or adopted as a return.

An adoption is kept as an approval of the refund's own document; above the limit of the house a second person must
agree before it counts (policy `adopt_alone_up_to`, in pounds; nothing set means that nobody adopts alone).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from tieout.domain.documents.rma import Rma
from tieout.domain.documents.shop_order import ShopOrder
from tieout.domain.money import Money, money
from tieout.domain.returns.adopted import ADOPTIONS, PREFIX, Adoption, document_key, rma_of
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.ports.errors import BadAnswer
from tieout.processes.kinds import REFUND, RETURN
from tieout.processes.routing import wake
from tieout.store import approvals, cases, cross_references, documents, legs
from tieout.store.approvals import Approval
from tieout.store.store import Connection

ADOPTED, SECONDED = "adopted_as_", "adoption_seconded"


class NotAdoptable(Exception):  # noqa: N818 - a sentence for a person
    """The refund cannot be adopted so; the text says why and what to do."""


def record_adoption(c: Connection, company: str, decided: Adoption, *, why: str) -> None:
    """Keep a person's decision to adopt a refund; it counts once `adopt_when_agreed` finds that it may.

    Raises `NotAdoptable` for a refund that was taken in already: what is booked is not decided again.
    """
    if is_adopted(c, company, decided.refund_id):
        raise NotAdoptable(f"Refund {decided.refund_id} is in the workflow already: {document_key(decided.refund_id)}.")
    since = decided.goods_here_since.isoformat() if decided.goods_here_since else ""
    approvals.approve(
        c,
        company=company,
        kind=REFUND,
        key=decided.refund_id,
        code=f"{ADOPTED}{decided.adopted_as}",
        who=decided.who,
        why=why,
        reference=f"{decided.order_id}|{decided.reason}|{since}",
        at=decided.at,
    )


def second_adoption(c: Connection, company: str, refund_id: str, *, who: str, why: str, at: datetime) -> None:
    """Keep a second person's agreement to an adoption."""
    approvals.approve(c, company=company, kind=REFUND, key=refund_id, code=SECONDED, who=who, why=why, at=at)


def adopt_when_agreed(
    c: Connection, company: Company, refund_id: str, *, tables: MappingTables, at: datetime, is_declared: bool = False
) -> bool:
    """Take a recorded adoption into the workflow; False while a second person must agree to the amount.

    One that a rule of the house declares needs no person. Returns of the same order are looked at again: what they
    were held by is explained now.

    Raises `NotAdoptable` when nobody has put the refund on a desk, or nobody has adopted it.
    """
    stray = documents.document(c, company.name, REFUND, refund_id)
    if stray is None:
        raise NotAdoptable(f"No refund {refund_id} stands on a desk; `tieout cases` lists them.")
    decided = adoption_of(c, company.name, document_key(refund_id))
    if decided is None:
        raise NotAdoptable(f"Nobody has adopted refund {refund_id} yet: say how, with the reason.")
    amount = Money(stray.stake_minor or 0, stray.currency or "GBP")
    if not is_declared and amount.minor > alone_up_to(tables) and not _is_seconded(c, company.name, decided):
        return False
    wake(c, company.name, company.lanes, document_key(refund_id), at=at)
    why = f"adopted as return {document_key(refund_id)} by {decided.who}"
    for leg in legs.legs_of(c, stray):
        legs.waive(c, stray, system=leg.system, kind=leg.kind, ref=leg.ref, by=decided.who, why=why, at=at)
    standing = cases.open_case_of(c, company.name, REFUND, refund_id)
    if standing is not None:
        how = f"adopted as {document_key(refund_id)}: {decided.adopted_as}"
        cases.close(c, standing.id, by=decided.who, how=how, at=at)
    documents.settle(c, stray, state="done", due_at=None, at=at, troubled_since=None)
    names = cross_references.find(c, decided.order_id) if decided.order_id else []
    for key in sorted({name.document_key for name in names if name.document_kind == RETURN}):
        wake(c, company.name, company.lanes, key, at=at)
    return True


def _is_seconded(c: Connection, company: str, decided: Adoption) -> bool:
    """Whether another person agreed to what was decided last: a word on an earlier decision is none on this."""
    is_seconded = False
    for one in approvals.approvals_of(c, company, REFUND, decided.refund_id):
        if one.code.startswith(ADOPTED):
            is_seconded = False
        elif one.code == SECONDED and one.who.strip().casefold() != decided.who.strip().casefold():
            is_seconded = True
    return is_seconded


def alone_up_to(tables: MappingTables) -> int:
    """Pence up to which one person adopts a refund alone."""
    try:
        return money(Decimal(tables.policy("adopt_alone_up_to") or "0")).minor
    except InvalidOperation:
        return 0


def adoption_of(c: Connection, company: str, key: str) -> Adoption | None:
    """The adoption that a document stands for; None for an RMA of a portal."""
    refund_id = key.removeprefix(PREFIX)
    if not key.startswith(PREFIX) or not refund_id.isdecimal():
        return None
    decided = [one for one in approvals.approvals_of(c, company, REFUND, refund_id) if one.code.startswith(ADOPTED)]
    return _adoption(decided[-1], refund_id) if decided else None


def is_adopted(c: Connection, company: str, refund_id: str) -> bool:
    """Whether a refund was taken into the workflow: decided, and agreed to where that takes two."""
    key = document_key(refund_id)
    is_decided = adoption_of(c, company, key) is not None
    return is_decided and documents.document(c, company, RETURN, key) is not None


def explained_refunds(c: Connection, company: str, order: ShopOrder | None, *, but: str) -> frozenset[str]:
    """The refunds on an order that were adopted as returns of their own, other than the one named.

    One that still waits for a second person explains nothing yet.
    """
    refunds = [refund.refund_id for refund in (order.refunds if order is not None else ())]
    return frozenset(
        refund_id for refund_id in refunds if document_key(refund_id) != but and is_adopted(c, company, refund_id)
    )


def adopted_rma(company: Company, adoption: Adoption) -> Rma:
    """The RMA of an adopted refund, as the storefront has it now; BadAnswer when the refund is gone."""
    order = company.storefront.order(adoption.order_id, "")
    refund = next((r for r in (order.refunds if order else ()) if r.refund_id == adoption.refund_id), None)
    if order is None or refund is None:
        raise BadAnswer(f"the storefront has no refund {adoption.refund_id} on order {adoption.order_id} any more")
    return rma_of(adoption, order, refund)


def _adoption(decided: Approval, refund_id: str) -> Adoption | None:
    """The decision as it was recorded: `reference` holds order id, reason and since when the goods are here."""
    order_id, reason, since = [*(decided.reference or "").split("|"), "", ""][:3]
    adopted_as = next((one for one in ADOPTIONS if decided.code == f"{ADOPTED}{one}"), None)
    if adopted_as is None:
        return None
    return Adoption(
        refund_id=refund_id,
        order_id=order_id,
        adopted_as=adopted_as,
        reason=reason,
        who=decided.who,
        at=decided.at,
        goods_here_since=datetime.fromisoformat(since) if since else None,
    )
