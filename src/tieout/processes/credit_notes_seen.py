"""Credit notes in Sage, whoever made them: ours, those made by hand around the flow, and ours that are gone again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from tieout.domain.commands import AnyCommand, PostSopCreditNote, RaiseCreditNote
from tieout.domain.documents.books import PostedCredit
from tieout.domain.faults import returns as kinds
from tieout.domain.faults import returns_value as value_kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.identifiers import find_key
from tieout.domain.legs import LegState
from tieout.domain.money import Money
from tieout.ports.directory import Company
from tieout.processes import standing
from tieout.processes.bindings import bind
from tieout.processes.lanes import Floor
from tieout.processes.record import command_from_json
from tieout.processes.standing import leg_state, seen_leg
from tieout.processes.strays import report_stray
from tieout.store import cases, documents, effects, legs
from tieout.store.documents import Document
from tieout.store.store import Connection


def see_credit_note(floor: Floor, company: Company, c: Connection, credit: PostedCredit) -> int:
    """One credit note in Sage: ours fills its leg; another's is a stray. Returns 1 for a stray not known before."""
    amount = credit.net + credit.tax
    key = find_key(credit.reference) or find_key(credit.second_reference)
    owner = _owner_of_leg(c, company.name, key) if key else None
    if owner is not None and key is not None:
        seen = seen_leg("sage", "credit note", key, "finance", amount=amount, reference=credit.reference)
        leg = legs.see(c, owner, seen, at=floor.clock())
        if leg_state(leg, floor.clock()) is LegState.AGREED:
            _found_again(c, owner, floor.clock())
        return 0
    fault = Fault(
        code=kinds.UNLINKED_CREDIT.code, at=f"credit note {credit.reference}", saw=str(amount), wanted="a return"
    )
    return int(
        report_stray(
            c,
            company=company.name,
            kind="credit note",
            key=credit.posting_id,
            title=f"Credit note {credit.reference}",
            fault=fault,
            stake=amount,
            leg=seen_leg(
                "sage", "credit note", credit.posting_id, "finance", amount=amount, reference=credit.reference
            ),
            at=floor.clock(),
        )
    )


def miss_credit_notes(floor: Floor, company: Company, seen: set[str], since: date) -> int:
    """Put on a desk what was read back before and is no longer in Sage; returns how many.

    `seen` holds the keys of every credit note posted since that day. One that the list lacks is looked for by itself
    before it is missed. Raises connector errors of the looks.
    """
    began = datetime.combine(since, time(0), UTC)
    with floor.store.scope(company.name) as c:
        known = legs.agreed_since(c, system="sage", kind="credit note", since=began)
        lacking = [(leg, effects.under_key(c, company.name, leg.ref)) for leg in known if leg.ref not in seen]
    missed = 0
    for leg, effect in lacking:
        command = command_from_json(effect.content) if effect is not None else None
        if _is_posted_since(command, since) and command is not None and bind(company, command).look() is None:
            with floor.store.scope(company.name) as c:
                missed += _miss(c, leg, command, floor.clock())
    return missed


def _is_posted_since(command: AnyCommand | None, since: date) -> bool:
    return isinstance(command, PostSopCreditNote | RaiseCreditNote) and command.on >= since


def _miss(c: Connection, leg: legs.Leg, command: AnyCommand, now: datetime) -> int:
    """The leg shows nothing now, and the return is on a desk."""
    document = documents.document(c, leg.company, leg.document_kind, leg.document_key)
    assert document is not None, f"a leg of {leg.document_key} without its document"
    currency = leg.currency or "GBP"
    stake = Money(leg.expected_minor or 0, currency)
    gone = seen_leg("sage", "credit note", leg.ref, "finance", amount=Money(0, currency), reference=leg.seen_reference)
    legs.see(c, document, gone, at=now)
    fault = Fault(
        code=value_kinds.SYNC_ILLUSION_REFUND.code,
        at=f"{command.kind.replace('_', ' ')} {leg.ref} ({leg.seen_reference or 'no number'})",
        saw="gone from Sage",
        wanted=str(stake),
    )
    standing.open_case(c, document, (fault,), stake, at=now)
    documents.settle(c, document, state="blocked", due_at=None, at=now, troubled_since=None)
    return 1


def _found_again(c: Connection, owner: Document, now: datetime) -> None:
    """What was missed stands in Sage again: the case is settled."""
    case = cases.open_case_of(c, owner.company, owner.kind, owner.key)
    if case is not None and case.code == value_kinds.SYNC_ILLUSION_REFUND.code:
        cases.close(c, case.id, by=standing.TIEOUT, how="the credit note stands in Sage again", at=now)
        documents.settle(c, owner, state="done", due_at=None, at=now, troubled_since=None)


def _owner_of_leg(c: Connection, company: str, key: str) -> Document | None:
    owner = legs.document_of(c, ref=key)
    return documents.document(c, company, *owner) if owner is not None else None
