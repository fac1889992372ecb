"""Something was booked by hand in Sage: it is read back there before anybody believes it, and never booked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tieout.domain.documents.feeds import PostingHead
from tieout.domain.documents.rma import RmaUnit
from tieout.domain.faults import returns as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.identifiers import find_key
from tieout.domain.legs import Leg
from tieout.domain.money import Money, total
from tieout.domain.people import Actor, Permission
from tieout.domain.returns.allocation import allocate, matched_order, returned_units
from tieout.domain.returns.by_hand import BOOKED_BY_HAND, unit_code
from tieout.domain.returns.expected_legs import DUE
from tieout.ports.errors import ConnectorError
from tieout.processes import standing
from tieout.processes.booked_by_hand import POSTING, note_taken
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.desk.acting import Act, Done, acting, case_seen, company_of, given
from tieout.processes.kinds import RETURN
from tieout.processes.record import command_from_json, facts_from_json
from tieout.processes.standing import seen_leg
from tieout.processes.strays import report_stray
from tieout.store import approvals, attempts, cases, cross_references, documents, effects, legs
from tieout.store.cases import Case
from tieout.store.cross_references import CrossReference
from tieout.store.store import Connection

BACK: Final = timedelta(days=31)
"""How long before the document was opened a posting by hand is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookable:
    """One unit of a return that a person may have credited in Sage."""

    unit: RmaUnit
    is_likely: bool
    """It is here, so that its credit is what the case is about."""
    order: str = ""
    """The sales order that it is on, where that is known."""
    line: str = ""


def bookable_units(c: Connection, case: Case) -> list[Bookable]:
    """The units of a case's return that Tieout has credited nothing for, as they were last gathered."""
    document = documents.document(c, case.company, case.document_kind, case.document_key)
    last = attempts.last_attempt(c, document) if document is not None and case.document_kind == RETURN else None
    if document is None or last is None or last.facts is None:
        return []
    facts = facts_from_json(last.facts)
    ours = [
        e for e in effects.effects_of(c, document) if "credit_note" in e.command and e.state in {"done", "intended"}
    ]
    stand = [e for e in ours if e.state == "done" or e.sent_at is not None]
    credited = {unit for e in stand for unit in command_from_json(e.content).units}
    done = {word.code for word in approvals.approvals_of(c, case.company, RETURN, case.document_key)}
    left = [u for u in returned_units(facts) if u.unit_id not in credited and unit_code(u) not in done]
    order = matched_order(facts)
    line_of = allocate(facts, order).line_of if order is not None else {}
    return [
        Bookable(
            unit=unit,
            is_likely=unit.received_at is not None,
            order=order.number if order is not None else "",
            line=line_of[unit.unit_id].line_id if unit.unit_id in line_of else "",
        )
        for unit in left
    ]


def book_by_hand(  # noqa: PLR0913 - one keyword per field of the form
    desk: Desk,
    actor: Actor,
    case_id: int,
    *,
    reference: str,
    why: str,
    units: Sequence[str] = (),
    is_difference_right: bool = False,
    version: str = "",
    key: str = "",
) -> Done:
    """Take over what a person booked in Sage under a reference, once it was read back there.

    The units named are out of the workflow from then on. Raises NotPossible, and leaves all as it is, when Sage shows
    no such posting, when it is not theirs, or when its figure is another and nobody said that this is right.
    """
    named, reason = given(reference, "the reference in Sage"), given(why, "what was booked")
    seen = case_seen(desk, actor, case_id)
    posting = _read_back(desk, seen, named)
    with acting(desk, actor, case_id, Permission.DESK_SETTLE, "book", version=version, key=key) as act:
        if act.was_done():
            return Done(case_id=case_id, said=f"{named} is on the record already.")
        covered = _covered(act, units)
        _refuse_what_is_taken(act, posting)
        shown = _amount(posting)
        expected = _expected([one.unit for one in covered], shown)
        if shown != expected and not is_difference_right:
            raise NotPossible(
                f"Sage shows {shown} under {named}, and {expected} was expected. Correct it in Sage, or say on the "
                "form that Sage's figure is right."
            )
        _keep(act, posting, covered, reason)
        _see(act, posting, shown, expected, reason)
        act.close(f"booked by hand in Sage as {named}: {reason}", where="sage")
        told = {"reference": named, "urn": posting.urn, "amount": shown, "expected": expected, "why": reason}
        act.note("case.book_by_hand", {**told, "units": ", ".join(one.unit.unit_id for one in covered)})
        if act.case.document_kind == RETURN:
            act.start_again()
        else:
            documents.settle(act.c, act.document, state="done", due_at=None, at=act.now, troubled_since=None)
    return Done(case_id=case_id, said=f"Read back in Sage: {named}, {shown}. Exception {case_id} is closed.")


def _read_back(desk: Desk, case: Case, reference: str) -> PostingHead:
    """The one posting in Sage's sales ledger of this reference, second reference or URN."""
    with desk.store.scope(case.company) as c:
        document = documents.document(c, case.company, case.document_kind, case.document_key)
    since = (document.opened_at if document is not None else case.opened_at) - BACK
    wanted = reference.casefold()
    try:
        found = {
            row.posting_id: row
            for row in company_of(desk, case).feeds.changed_postings(since)
            if wanted in {row.reference.casefold(), row.second_reference.casefold(), row.urn.casefold()}
        }
    except ConnectorError as error:
        raise NotPossible(f"Sage could not be asked for {reference}, so nothing was changed: {error}") from None
    if not found:
        raise NotPossible(
            f"Sage shows no posting of the reference {reference} in the sales ledger of {case.company} since "
            f"{since:%d %b %Y}. Check the reference, and that it is posted: the exception stays open."
        )
    if len(found) > 1:
        urns = ", ".join(sorted(row.urn for row in found.values()))
        raise NotPossible(f"Sage shows {len(found)} postings of {reference}. Give the URN of the one meant: {urns}.")
    return next(iter(found.values()))


def _covered(act: Act, wanted: Sequence[str]) -> list[Bookable]:
    """The units that the posting is for."""
    known = {one.unit.unit_id: one for one in bookable_units(act.c, act.case)}
    unknown = [unit for unit in wanted if unit not in known]
    if unknown:
        raise NotPossible(f"Tieout has credited {', '.join(unknown)} itself, or knows no such item on this return.")
    if known and not wanted:
        raise NotPossible("Choose the items that were credited by hand: Tieout will not book them any more.")
    return [known[unit] for unit in dict.fromkeys(wanted)]


def _refuse_what_is_taken(act: Act, posting: PostingHead) -> None:
    if find_key(posting.reference) or find_key(posting.second_reference):
        raise NotPossible(
            f"{posting.reference} carries a reference of Tieout's own: choose Try again, and it is taken over."
        )
    if act.case.document_kind == RETURN and posting.kind != "credit_note":
        kind = posting.kind.replace("_", " ")
        raise NotPossible(f"{posting.reference} is a {kind} in Sage; a return is settled by a credit note.")
    for one in cross_references.find(act.c, posting.posting_id, system="sage", kind=POSTING):
        raise NotPossible(f"{posting.reference} is on record as booked for {one.document_kind} {one.document_key}.")


def _expected(covered: Sequence[RmaUnit], shown: Money) -> Money:
    """What the units are worth as the portal states it; what Sage shows where no unit says."""
    same = [unit.paid_gross for unit in covered if unit.paid_gross.currency == shown.currency]
    return total(same, shown.currency) if same else shown


def _amount(posting: PostingHead) -> Money:
    gross = posting.net + posting.tax
    return Money(abs(gross.minor), gross.currency)


def _keep(act: Act, posting: PostingHead, covered: Sequence[Bookable], why: str) -> None:
    """Put on record that the posting is for this document and these units."""
    case, codes = act.case, dict.fromkeys([BOOKED_BY_HAND, *(unit_code(one.unit) for one in covered)])
    for order in sorted({one.order for one in covered if one.line}):
        lines = {one.unit.unit_id: one.line for one in covered if one.order == order and one.line}
        note_taken(act.c, case.company, case.document_key, order, lines)
    for code in codes:
        approvals.approve(
            act.c,
            company=case.company,
            kind=case.document_kind,
            key=case.document_key,
            code=code,
            who=act.actor.name,
            why=why,
            reference=posting.reference,
            at=act.now,
        )
    for kind, value in (("credit note", posting.reference), ("urn", posting.urn), (POSTING, posting.posting_id)):
        if value:
            cross_references.note(
                act.c,
                CrossReference(
                    company=case.company,
                    document_kind=case.document_kind,
                    document_key=case.document_key,
                    system="sage",
                    kind=kind,
                    value=value,
                ),
            )


def _see(act: Act, posting: PostingHead, shown: Money, expected: Money, why: str) -> None:
    """The leg of the posting with both figures; what it stands for is waived, and no sweep takes it for a stray."""
    c, document, ref = act.c, act.document, f"by hand {posting.posting_id}"
    kind = posting.kind.replace("_", " ")
    leg = Leg(system="sage", kind=kind, ref=ref, amount=expected, quantity=None, due_by=act.now, owner=act.case.owner)
    said = f"booked by hand as {posting.reference} by {act.actor.name}"
    standing.declare(c, document, (leg,), at=act.now)
    seen = seen_leg("sage", kind, ref, act.case.owner, amount=shown, reference=posting.reference)
    standing.see_read(c, document, (seen,), at=act.now)
    standing.waive(c, document, [(DUE, said)], at=act.now)
    for other in legs.legs_of(c, document):
        is_stray = other.declared_at is None and other.waived_at is None
        if is_stray or (other.ref == ref and shown != expected):
            text = why if other.ref == ref else said
            legs.waive(
                c,
                document,
                system=other.system,
                kind=other.kind,
                ref=other.ref,
                by=act.actor.name,
                why=text,
                at=act.now,
            )
    if posting.kind == "credit_note":
        _explain(act, posting, shown, said)


def _explain(act: Act, posting: PostingHead, shown: Money, said: str) -> None:
    """A credit note that is explained is no stray: its case is closed, made first where no sweep has made it yet."""
    c, company = act.c, act.case.company
    fault = Fault(code=kinds.UNLINKED_CREDIT.code, at=f"credit note {posting.reference}", saw=str(shown), wanted="")
    report_stray(
        c,
        company=company,
        kind="credit note",
        key=posting.posting_id,
        title=f"Credit note {posting.reference}",
        fault=fault,
        stake=shown,
        leg=None,
        at=act.now,
    )
    stray = documents.document(c, company, "credit note", posting.posting_id)
    assert stray is not None, "the stray was just reported"
    open_case = cases.open_case_of(c, company, stray.kind, stray.key)
    how = f"{said} for {act.case.document_kind} {act.case.document_key}"
    if open_case is not None:
        cases.close(c, open_case.id, by=act.actor.name, how=how, at=act.now, where="sage")
    for leg in legs.legs_of(c, stray):
        legs.waive(c, stray, system=leg.system, kind=leg.kind, ref=leg.ref, by=act.actor.name, why=how, at=act.now)
    documents.settle(c, stray, state="done", due_at=None, at=act.now, troubled_since=None)
