"""Where a document stands: its legs and its case, written beside the steps that change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from tieout.domain.business_dates import uk_date
from tieout.domain.command_legs import leg_name, weight_of
from tieout.domain.commands import AnyCommand, Found
from tieout.domain.desk.causes import cause_of
from tieout.domain.desk.due_times import HOURS_USUALLY, due_time
from tieout.domain.faults import BY_CODE, Owner
from tieout.domain.faults.kinds import Fault
from tieout.domain.legs import Leg, LegState, Standing, state_of
from tieout.domain.money import Money
from tieout.processes.rules import rules_on
from tieout.store import approvals, cases, cross_references, legs, mapping_rules
from tieout.store.cases import Case
from tieout.store.documents import Document
from tieout.store.store import Connection

TIEOUT = "Tieout"


def declare(c: Connection, document: Document, declared: Iterable[Leg], *, at: datetime) -> None:
    """Write the legs that a plan says must appear."""
    legs.declare(
        c,
        document,
        [
            legs.ExpectedLeg(
                system=leg.system,
                kind=leg.kind,
                ref=leg.ref,
                owner=leg.owner,
                currency=leg.amount.currency if leg.amount else None,
                minor=leg.amount.minor if leg.amount else None,
                quantity=leg.quantity,
                due_by=leg.due_by,
            )
            for leg in declared
        ],
        at=at,
    )


def waive(c: Connection, document: Document, waived: Iterable[tuple[str, str]], *, at: datetime) -> None:
    """Take back legs that became pointless, with the reason."""
    for ref, why in waived:
        for leg in legs.legs_of(c, document):
            if leg.ref == ref and leg.waived_at is None:
                legs.waive(c, document, system=leg.system, kind=leg.kind, ref=ref, by=TIEOUT, why=why, at=at)


def see_command(c: Connection, document: Document, command: AnyCommand, found: Found, *, at: datetime) -> None:
    """Fill in the leg of a command with what was read back in the remote system, and keep its number for searches."""
    named = leg_name(command)
    if named is None:
        return
    system, kind, owner = named
    amount, quantity = weight_of(command, found.figures)
    seen = seen_leg(system, kind, command.key, owner.value, amount=amount, quantity=quantity, reference=found.reference)
    legs.see(c, document, seen, at=at)
    if found.reference:
        cross_references.note(
            c,
            cross_references.CrossReference(
                company=document.company,
                document_kind=document.kind,
                document_key=document.key,
                system=system,
                kind=cross_references.MADE + kind,
                value=found.reference,
            ),
        )


def seen_leg(
    system: str,
    kind: str,
    ref: str,
    owner: str,
    *,
    amount: Money | None = None,
    quantity: Decimal | None = None,
    reference: str | None = None,
) -> legs.SeenLeg:
    """What a read of one system showed for one leg: an amount or a quantity."""
    return legs.SeenLeg(
        system=system,
        kind=kind,
        ref=ref,
        owner=owner,
        currency=amount.currency if amount else None,
        minor=amount.minor if amount else None,
        quantity=quantity,
        reference=reference,
    )


def see_read(c: Connection, document: Document, seen: Iterable[legs.SeenLeg], *, at: datetime) -> None:
    """Fill in legs that gathering the facts has read by the way."""
    for leg in seen:
        legs.see(c, document, leg, at=at)


def leg_states(c: Connection, document: Document, now: datetime) -> list[LegState]:
    """The state of every leg of a document, but for what the bank does in its own time."""
    return [leg_state(leg, now) for leg in legs.legs_of(c, document) if leg.system != "payouts"]


def leg_state(leg: legs.Leg, now: datetime) -> LegState:
    """The state of one stored leg."""
    return state_of(standing_of(leg), now)


def standing_of(leg: legs.Leg) -> Standing:
    """Both sides of a stored leg."""
    return Standing(
        expected_amount=leg.expected_minor,
        expected_quantity=_plain(leg.expected_quantity),
        is_expected=leg.declared_at is not None,
        seen_amount=leg.seen_minor,
        seen_quantity=_plain(leg.seen_quantity),
        seen_at=leg.seen_at,
        due_by=leg.due_by,
        is_waived=leg.waived_at is not None,
    )


def open_case(c: Connection, document: Document, faults: tuple[Fault, ...], stake: Money, *, at: datetime) -> None:
    """Open the document's case, or bring the open one up to date. The first fault gives it owner and cause."""
    first = BY_CODE[faults[0].code]
    trouble = cases.Trouble(
        code=first.code,
        owner=first.owner.value,
        fault_class=first.fault_class.value,
        faults=[{"code": f.code, "at": f.at, "saw": f.saw, "wanted": f.wanted, "row": f.row} for f in faults],
        stake_minor=stake.minor,
        currency=stake.currency,
        cause=cause_of(faults[0]),
        due_at=due_time(
            at, hours=hours_for(c, document.company, first.owner, at), document_opened_at=document.opened_at
        ),
    )
    cases.open_or_update(c, document, trouble, at=at)


def close_case(c: Connection, document: Document, *, at: datetime) -> None:
    """Close the document's case: its cause is gone and the plan was performed."""
    standing = cases.open_case_of(c, document.company, document.kind, document.key)
    if standing is not None:
        how = "the cause is gone and everything was read back"
        cases.close(c, standing.id, by=TIEOUT, how=how, at=at, where=_mended_where(c, standing))


def hours_for(c: Connection, company: str, owner: Owner, at: datetime) -> int:
    """Working hours that an owner has to settle a case: policy `sla_hours OWNER`, else `sla_hours`, else two days."""
    policies = rules_on(c, company, uk_date(at), table="policy")
    return policies.number(f"sla_hours {owner.value}", policies.number("sla_hours", HOURS_USUALLY))


def _mended_where(c: Connection, case: Case) -> str:
    """Where trouble that went away was put right, as far as our own records tell."""
    words = approvals.approvals_of(c, case.company, case.document_kind, case.document_key)
    if any(word.code == case.code and word.at >= case.opened_at for word in words):
        return "override"
    rows = {str(fault.get("row") or "") for fault in case.faults if isinstance(fault, Mapping)} - {""}
    parts = (row.partition("/") for row in sorted(rows))
    if any(mapping_rules.is_approved_since(c, case.company, table, key, case.opened_at) for table, _, key in parts):
        return "mapping"
    return "itself"


def _plain(quantity: Decimal | None) -> Decimal | None:
    return None if quantity is None else quantity.normalize()
