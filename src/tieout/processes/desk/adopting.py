"""Taking a refund that somebody made outside the workflow into it, from the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tieout.domain.business_dates import uk_date
from tieout.domain.money import Money
from tieout.domain.people import Actor, Permission
from tieout.domain.returns.adopted import AdoptedAs, Adoption, document_key
from tieout.ports.errors import ConnectorError
from tieout.processes.adoption import NotAdoptable, adopt_when_agreed, alone_up_to, record_adoption, second_adoption
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.desk.acting import Act, Done, acting, case_seen, company_of, given
from tieout.processes.kinds import REFUND, RETURN
from tieout.processes.rules import rules_on
from tieout.store import approvals, cross_references, documents
from tieout.store.cases import Case

ADOPTION_REFUSED: Final = "adoption_refused"


def adopt(  # noqa: PLR0913 - one keyword per thing decided
    desk: Desk,
    actor: Actor,
    case_id: int,
    *,
    adopted_as: AdoptedAs,
    reason: str,
    why: str,
    here_since: datetime | None = None,
    key: str = "",
) -> Done:
    """Take a stray refund in as a return; above the house's amount a second person must agree first."""
    said_why, for_reason = given(why, "why"), given(reason, "for which reason the goods came back")
    seen = case_seen(desk, actor, case_id)
    if seen.document_kind != REFUND:
        raise NotPossible(f"Exception {case_id} is about a {seen.document_kind}; only a refund can be adopted.")
    order_id = _order_of(desk, seen)
    _refuse_without_goods(desk, seen, order_id, adopted_as)
    with acting(desk, actor, case_id, Permission.DESK_SETTLE, "adopt", key=key) as act:
        if act.was_done():
            return Done(case_id=case_id, said=f"Refund {seen.document_key} was adopted already.")
        decided = Adoption(
            refund_id=seen.document_key,
            order_id=order_id,
            adopted_as=adopted_as,
            reason=for_reason,
            who=actor.name,
            at=act.now,
            goods_here_since=here_since,
        )
        try:
            record_adoption(act.c, seen.company, decided, why=said_why)
        except NotAdoptable as error:
            raise NotPossible(str(error)) from None
        act.note("case.adopt", {"as": adopted_as, "reason": for_reason, "why": said_why})
        said = go_on(act)
    return Done(case_id=case_id, said=said, is_pending=said.startswith("A second"))


def second_word(act: Act, *, agrees: bool, why: str) -> None:
    """Keep the second person's word on an adoption."""
    company, refund = act.case.company, act.case.document_key
    if agrees:
        second_adoption(act.c, company, refund, who=act.actor.name, why=why, at=act.now)
        return
    approvals.approve(
        act.c, company=company, kind=REFUND, key=refund, code=ADOPTION_REFUSED, who=act.actor.name, why=why, at=act.now
    )


def go_on(act: Act) -> str:
    """Start an adoption once it is agreed; what became of it, in a sentence."""
    company, refund = act.company, act.case.document_key
    tables = rules_on(act.c, company.name, uk_date(act.now))
    try:
        is_agreed = adopt_when_agreed(act.c, company, refund, tables=tables, at=act.now)
    except NotAdoptable as error:
        raise NotPossible(str(error)) from None
    if not is_agreed:
        return f"A second person must agree, because it is over {Money(alone_up_to(tables))}."
    document = documents.document(act.c, company.name, RETURN, document_key(refund))
    assert document is not None, "an adopted refund has a return"
    act.desk.start(act.c, company.name, document.lane)
    return f"Refund {refund} goes on as return {document_key(refund)}."


def _order_of(desk: Desk, case: Case) -> str:
    with desk.store.scope(case.company) as c:
        names = cross_references.references_of(c, case.company, REFUND, case.document_key)
    return next((name.value for name in names if (name.system, name.kind) == ("storefront", "order")), "")


def _refuse_without_goods(desk: Desk, case: Case, order_id: str, adopted_as: AdoptedAs) -> None:
    """Money that names no goods cannot be adopted as goods: it would become goodwill without a word."""
    if adopted_as == "goodwill":
        return
    try:
        order = company_of(desk, case).storefront.order(order_id, "") if order_id else None
    except ConnectorError as error:
        raise NotPossible(
            f"The storefront could not be asked what was refunded, so nothing was done: {error}"
        ) from None
    refund = next((one for one in (order.refunds if order else ()) if one.refund_id == case.document_key), None)
    if refund is None or not refund.lines:
        raise NotPossible(f"Refund {case.document_key} names no goods in the storefront: adopt it as goodwill.")
