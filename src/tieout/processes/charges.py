"""What 3PLs charge: kept line by line under their invoice, matched to what left, and accrued in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tieout.domain.business_dates import uk_date
from tieout.domain.charges.facts import Booked, ChargeFacts, OtherCharge, Told
from tieout.domain.charges.plan import plan_charges, stake_of, told_total
from tieout.domain.commands import PostJournal
from tieout.domain.documents.books import PeriodCheck
from tieout.domain.documents.warehouse_stock import ChargeLine
from tieout.domain.faults.kinds import Owner
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.processes import told
from tieout.processes.gather_sale import Records
from tieout.processes.kinds import CHARGES, ORDER
from tieout.processes.naming import note_names
from tieout.processes.record import charge_facts_to_json, command_from_json
from tieout.processes.routing import wake
from tieout.processes.settling import Flow
from tieout.processes.standing import seen_leg
from tieout.store import approvals, cross_references, documents, effects, inbox, legs
from tieout.store.documents import Document
from tieout.store.store import Connection

SYSTEM, NAME = "warehouse", "charge"
SHIPMENT_NAMES: Final = frozenset({"shipment request", "shipment", "tracking", "order"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A charge with when it was first told; `place` orders the telling over all invoices."""

    charge: ChargeLine
    told_at: datetime
    place: int


def keep_charge(company: Company, c: Connection, charge: ChargeLine, *, at: datetime) -> bool:
    """Keep one charge under its invoice and wake every invoice that it bears on; False when it was told before."""
    key = told.site_key(charge.account, charge.invoice)
    is_new = told.keep(
        c,
        told.CHARGE,
        charge,
        company=company.name,
        account=charge.account,
        document=(CHARGES, key),
        occurred_at=at,
        at=at,
    )
    if not is_new:
        return False
    wake(c, company.name, company.lanes, key, at=at, kind=CHARGES)
    document = documents.document(c, company.name, CHARGES, key)
    assert document is not None, f"{key} was woken a line ago"
    for name in _names(charge):
        note_names(c, document, [(SYSTEM, NAME, name)])
        for other in sorted({one.document_key for one in _like(c, company.name, name)} - {key}):
            # A credit on a later invoice may be what an earlier one waits for.
            wake(c, company.name, company.lanes, other, at=at, kind=CHARGES)
    return True


def gather_charges(
    company: Company, held: Records, document: Document, now: datetime, tables: MappingTables
) -> ChargeFacts:
    """The facts of one invoice now; raises connector errors of the reads."""
    account, _, invoice = document.key.partition("|")
    today = uk_date(now)
    with held.begin() as c:
        lines = _lines(c, company.name, document.key)
        known = tuple(_told(c, company.name, document.key, lines))
        booked = tuple(_booked(effects.effects_of(c, document)))
        accepted = approvals.approvals_of(c, document.company, document.kind, document.key)
    return ChargeFacts(
        company=company.name,
        account=account,
        invoice=invoice,
        now=now,
        today=today,
        charges=known,
        booked=booked,
        nominals=company.books.nominal_accounts(),
        periods=tuple(_periods(company, known, booked)),
        tables=_narrowed(tables),
        accepted=frozenset(approval.code for approval in accepted),
    )


def seen_of_charges(facts: ChargeFacts) -> Iterable[legs.SeenLeg]:
    """What the 3PL says that its invoice comes to."""
    if facts.charges:
        reference = f"invoice {facts.invoice}"
        owner = Owner.FINANCE.value
        yield seen_leg(SYSTEM, "charges", facts.key, owner, amount=told_total(facts), reference=reference)


CHARGES_FLOW: Final[Flow[ChargeFacts]] = Flow(
    kind=CHARGES,
    process="charges.settle/1",
    names="Charges {}",
    gather=gather_charges,
    complete=lambda _, facts: facts,
    decide=plan_charges,
    seen=seen_of_charges,
    stake=stake_of,
    kept=charge_facts_to_json,
    accounts=lambda company: (company.ledger_account,),
)


def _names(charge: ChargeLine) -> Iterator[str]:
    """What makes two charges the same: one account, one shipment, one kind."""
    if charge.reference:
        yield f"{charge.account}|{charge.reference}|{charge.code}".casefold()


def _like(c: Connection, company: str, name: str) -> Iterator[cross_references.CrossReference]:
    found = cross_references.find(c, name, system=SYSTEM, kind=NAME)
    return (one for one in found if (one.company, one.document_kind) == (company, CHARGES))


def _lines(c: Connection, company: str, key: str) -> tuple[_Line, ...]:
    """The charges of an invoice in the order in which they were first told, each as it was last told."""
    found: dict[str, _Line] = {}
    for event in inbox.events_of(c, company, CHARGES, key):
        charge = told.unpacked(told.CHARGE, event.payload)
        if isinstance(charge, ChargeLine):
            first = found.get(charge.charge_id)
            told_at, place = (first.told_at, first.place) if first is not None else (event.received_at, event.id)
            found[charge.charge_id] = _Line(charge=charge, told_at=told_at, place=place)
    return tuple(found.values())


def _told(c: Connection, company: str, key: str, lines: tuple[_Line, ...]) -> Iterator[Told]:
    despatched: dict[str, str] = {}
    invoices: dict[str, tuple[_Line, ...]] = {}
    for line in lines:
        reference = line.charge.reference
        if reference and reference not in despatched:
            despatched[reference] = _order_of(c, company, line.charge.account, reference)
        yield Told(
            charge=line.charge,
            told_at=line.told_at,
            order_number=despatched.get(reference, ""),
            others=tuple(_others(c, company, key, line, invoices)),
        )


def _others(
    c: Connection, company: str, key: str, line: _Line, invoices: dict[str, tuple[_Line, ...]]
) -> Iterator[OtherCharge]:
    for name in _names(line.charge):
        for like in _like(c, company, name):
            if like.document_key == key:
                continue
            others = invoices.setdefault(like.document_key, _lines(c, company, like.document_key))
            for other in others:
                if name in _names(other.charge):
                    yield OtherCharge(
                        invoice=other.charge.invoice,
                        charge_id=other.charge.charge_id,
                        minor=other.charge.net.minor,
                        was_told_before=other.place < line.place,
                    )


def _order_of(c: Connection, company: str, account: str, reference: str) -> str:
    """The order that the 3PL despatched for us under a reference: of the request, the shipment or a parcel."""
    for name in cross_references.find(c, reference, system=SYSTEM):
        if (name.company, name.document_kind) != (company, ORDER) or name.kind not in SHIPMENT_NAMES:
            continue
        order = documents.document(c, company, ORDER, name.document_key)
        if order is not None and _has_left(c, order, account):
            return name.document_key
    return ""


def _has_left(c: Connection, order: Document, account: str) -> bool:
    """Whether an order was sent to this 3PL, and something of it was seen to leave."""
    sent = effects.effects_of(c, order)
    was_asked = any((one.command, one.system) == ("send_shipment_request", account) for one in sent)
    return was_asked and any(
        (leg.system, leg.kind) == (SYSTEM, "shipment") and leg.seen_at is not None for leg in legs.legs_of(c, order)
    )


def _booked(found: Iterable[effects.Effect]) -> Iterator[Booked]:
    """Journals that were posted, or were sent and not answered for."""
    for effect in found:
        is_open = effect.state == "intended" and effect.sent_at is not None
        command = command_from_json(effect.content) if effect.state == "done" or is_open else None
        if isinstance(command, PostJournal):
            yield Booked(command=command, is_done=effect.state == "done")


def _periods(company: Company, known: Iterable[Told], booked: Iterable[Booked]) -> Iterator[PeriodCheck]:
    """The nominal ledger's verdict on every day on which something is left to book."""
    covered = {unit for one in booked for unit in one.command.units}
    days = {one.charge.on for one in known if f"{one.charge.charge_id}|{one.charge.net.minor}" not in covered}
    return (company.books.period(day, "nominal") for day in sorted(days))


def _narrowed(tables: MappingTables) -> MappingTables:
    """The rules that charges are decided by: a decision keeps what it may have used."""
    return MappingTables(rules=tuple(rule for rule in tables.rules if rule.table in ("warehouse_charge", "policy")))
