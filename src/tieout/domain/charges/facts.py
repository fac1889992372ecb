"""Everything an invoice of a 3PL is decided on, gathered before the decision and recorded with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tieout.domain.commands import PostJournal
from tieout.domain.documents.books import NominalAccount, PeriodCheck
from tieout.domain.documents.warehouse_stock import ChargeLine
from tieout.domain.identifiers import compose_key
from tieout.domain.rules.mapping import MappingTables


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCharge:
    """A charge of the same kind for the same shipment on another invoice."""

    invoice: str
    charge_id: str
    minor: int
    was_told_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One charge as it was last told, with what we know of what it is for."""

    charge: ChargeLine
    told_at: datetime
    """When it was first told."""
    order_number: str
    """The order whose shipment it is for; empty where it names none that this 3PL has despatched for us."""
    others: tuple[OtherCharge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A journal of this invoice that Tieout posted, or may have."""

    command: PostJournal
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFacts:
    """The facts of one invoice of a 3PL at one moment."""

    company: str
    account: str
    invoice: str
    now: datetime
    today: date
    charges: tuple[Told, ...]
    """In the order of telling; of a charge that was told twice, the last telling."""
    booked: tuple[Booked, ...]
    nominals: tuple[NominalAccount, ...]
    periods: tuple[PeriodCheck, ...]
    """The nominal ledger's verdict on the days of the charges, and on today."""
    tables: MappingTables
    accepted: frozenset[str]
    """Codes of faults that a person accepted for this invoice, with a reason on record."""

    @property
    def key(self) -> str:
        """Names the invoice's own legs, and its first journal."""
        return journal_key(self.company, self.account, self.invoice, 1)

    def period(self, on: date) -> PeriodCheck | None:
        """The nominal ledger's verdict on a date, if it was asked."""
        return next((check for check in self.periods if check.on == on), None)

    def minor_booked(self) -> dict[str, int]:
        """What was booked of each charge, in pence."""
        return dict(booked_unit(unit) for one in self.booked for unit in one.command.units)


def journal_key(company: str, account: str, invoice: str, number: int) -> str:
    """The key of an invoice's first journal, and of those after it for what could not be booked with it."""
    more = (str(number),) if number > 1 else ()
    return compose_key("CH", company, account, invoice, *more)


def unit_of(charge: ChargeLine) -> str:
    """How a journal names a charge that it covers: its id and its amount, so that a later change of it is seen."""
    return f"{charge.charge_id}|{charge.net.minor}"


def booked_unit(unit: str) -> tuple[str, int]:
    """The id and the pence of a charge that a journal covers."""
    charge_id, _, minor = unit.rpartition("|")
    return charge_id, int(minor)
