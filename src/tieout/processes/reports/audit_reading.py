"""What an audit reads: every return of the last days at its portal, its sale in the shop and in Sage, and the books.

Nothing is written anywhere, in the systems or in our own records: whatever was never taken into the workflow is read
like everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from tieout.domain.business_dates import uk_date
from tieout.domain.documents.books import Bin, NominalAccount, PeriodCheck, TaxCode, TextLimits
from tieout.domain.documents.rma import Rma
from tieout.domain.returns.bundles import Bundle, receipts_apart, rma_apart
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.receipts import with_receipts
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.processes.gather_sale import gather_sale, products_of
from tieout.processes.kinds import RETURN
from tieout.processes.reports.period import Period
from tieout.processes.rules import rules_on
from tieout.store import approvals, documents, effects
from tieout.store.store import Connection, Store

LEDGERS = ("sales", "stock", "cash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Sage's reference books now."""

    tax_codes: tuple[TaxCode, ...]
    nominals: tuple[NominalAccount, ...]
    bins: tuple[Bin, ...]
    banks: tuple[str, ...]
    limits: TextLimits
    periods: tuple[PeriodCheck, ...]
    """Today's, by ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One return as it was read."""

    facts: ReturnFacts
    is_settled: bool
    """Our records have it done: what would stop a new posting is none of its troubles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRead:
    """Everything that was read of one company."""

    company: str
    at: datetime
    tables: MappingTables
    books: Books
    returns: tuple[Audited, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A return by its number."""

    company: str
    key: str


class Looking:
    """Our records, read by somebody who holds no document."""

    def __init__(self, store: Store, company: str) -> None:
        self._store = store
        self._company = company

    def begin(self) -> AbstractContextManager[Connection]:
        """One transaction that sees the company's rows."""
        return self._store.scope(self._company)


def read_for_audit(company: Company, store: Store, period: Period, clock: Callable[[], datetime]) -> AuditRead:
    """Every return raised in the period, with its sale and the books. Raises connector errors of the reads."""
    now = clock()
    looking = Looking(store, company.name)
    with looking.begin() as c:
        tables = rules_on(c, company.name, uk_date(now))
    books = _books(company, uk_date(now))
    heads = company.portal.rmas(period.begins_at)
    numbers = [head.number for head in heads if head.raised_at is None or period.saw(head.raised_at)]
    read = [_return(company, looking, number, tables, books, clock()) for number in numbers]
    return AuditRead(
        company=company.name, at=now, tables=tables, books=books, returns=tuple(one for one in read if one is not None)
    )


def _books(company: Company, today: date) -> Books:
    return Books(
        tax_codes=company.books.tax_codes(),
        nominals=company.books.nominal_accounts(),
        bins=company.books.bins(),
        banks=company.books.banks(),
        limits=company.books.text_limits(),
        periods=tuple(company.books.period(today, ledger) for ledger in LEDGERS),
    )


def _return(
    company: Company, looking: Looking, number: str, tables: MappingTables, books: Books, now: datetime
) -> Audited | None:
    """One return with nothing of what we did to it: what the systems say is judged, not what we remember."""
    told = company.portal.rma(number)
    if told is None:
        return None
    with looking.begin() as c:
        known = documents.document(c, company.name, RETURN, number)
        is_begun = known is not None and bool(effects.effects_of(c, known))
        accepted = {one.code for one in approvals.approvals_of(c, company.name, RETURN, number)}
    asked = Asked(company=company.name, key=number)
    sale = gather_sale(company, looking, asked, told, tables, is_begun=is_begun)
    rma = _as_it_came(company, told, sale.bundles, tables)
    facts = ReturnFacts(
        company=company.name,
        rma_number=number,
        now=now,
        today=uk_date(now),
        credit_route=company.credit_route,
        refund_mode=company.refund_mode,
        rma=rma,
        customer_reference=sale.customer,
        order_candidates=sale.candidates,
        match_method=sale.method,
        shop_order=sale.shop_order,
        products=products_of(company, rma, sale.candidates),
        tax_codes=books.tax_codes,
        nominals=books.nominals,
        bins=books.bins,
        banks=books.banks,
        periods=books.periods,
        limits=books.limits,
        tables=tables,
        effects=(),
        taken=(),
        accepted=frozenset(accepted),
        told=told if told != rma else None,
        unclear_bundles=sale.unclear_bundles,
    )
    return Audited(facts=facts, is_settled=known is not None and known.state == "done")


def _as_it_came(company: Company, told: Rma, bundles: Mapping[str, Bundle], tables: MappingTables) -> Rma:
    receipts = company.goods_in.receipts(told.number) if company.goods_in is not None else ()
    return with_receipts(rma_apart(told, bundles), receipts_apart(receipts, bundles), tables)
