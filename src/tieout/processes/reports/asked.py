"""What the reports ask the systems themselves, read-only, at the moment they are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tieout.domain.documents.books import PostedCredit
from tieout.domain.documents.shop_order import ShopRefund
from tieout.ports.directory import Company
from tieout.processes.reports.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditsAsked:
    """Every credit note of a period that the ledger of one company holds."""

    company: str
    at: datetime
    notes: tuple[PostedCredit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundsAsked:
    """Every refund of a period that the storefront of one company shows; none that failed, none without money."""

    company: str
    at: datetime
    refunds: tuple[ShopRefund, ...]


def ask_credits(company: Company, period: Period, now: datetime) -> CreditsAsked:
    """The ledger's own list. Raises connector errors of the read."""
    notes = (note for note in company.ledger.credit_notes(period.first) if period.holds(note.posted_on))
    return CreditsAsked(company=company.name, at=now, notes=tuple(notes))


def ask_refunds(company: Company, period: Period, now: datetime) -> RefundsAsked:
    """The storefront's own list. Raises connector errors of the read."""
    found = company.storefront.refunds(period.begins_at)
    refunds = (r for r in found if period.saw(r.made_at) and r.amount and not r.has_failed)
    return RefundsAsked(company=company.name, at=now, refunds=tuple(refunds))
