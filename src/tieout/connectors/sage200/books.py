"""Sage 200's reference books: tax codes, nominals, bins, stock items, banks, periods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from tieout.connectors.sage200.client import Client
from tieout.connectors.sage200.registers import STOCK_TYPE, Believed, Registers
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.translate import nominal_of, stamp_of
from tieout.connectors.sage200.wire import (
    BinView,
    GroupShape,
    NominalShape,
    ProductShape,
    Verdict,
)
from tieout.domain.documents.books import (
    Bin,
    NominalAccount,
    PeriodAnswer,
    PeriodCheck,
    Product,
    TaxCode,
    TextLimits,
)
from tieout.ports.errors import BadAnswer

ACTIVE = "AccountStatusActive"
COSTING = "EnumCostingMethodType"
INACTIVE = "EnumStockItemStatusTypeInactive"
LIMITS = TextLimits(reference=20, second_reference=20, return_reference=30, analysis=60, narrative=6000)
"""Section 5: ledger and movement references, customer document number, analysis code, nominal narrative."""


class SageBooks:
    """Implements `ReferenceBooks`. Lists are believed for a few seconds; a period never."""

    def __init__(
        self,
        client: Client,
        registers: Registers,
        settings: Sage200Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._registers = registers
        self._settings = settings
        self._nominals = Believed(self._read_nominals, clock, settings.cache_seconds)
        self._bins = Believed(self._read_bins, clock, settings.cache_seconds)

    def tax_codes(self) -> tuple[TaxCode, ...]:
        """Every tax code; the number people say, not the record id."""
        return tuple(TaxCode(code=tax.code, name=tax.name, rate=tax.tax_rate) for tax in self._registers.tax_codes())

    def nominal_accounts(self) -> tuple[NominalAccount, ...]:
        """Every nominal account; hidden, group and memo accounts take no posting (6.7)."""
        return self._nominals.now()

    def bins(self) -> tuple[Bin, ...]:
        """Every bin that holds an item or is named in `bins_known`; Sage keeps no list of bins by themselves."""
        return self._bins.now()

    def products(self, skus: Sequence[str]) -> tuple[Product, ...]:
        """The stock items of these codes; one that Sage does not know is left out."""
        return tuple(product(item, self._registers.group_of(item)) for item in self._registers.products(skus))

    def period(self, on: date, ledger: str) -> PeriodCheck:
        """Sage's verdict on a posting date; invoices and credits are `sales`, payments `cash` (6.5)."""
        verdict = self._client.ask(
            "/transaction_date_validation",
            {"date": stamp_of(on), "ledger_type": self._registers.ledger_word(ledger)},
            Verdict,
        )
        answer = period_answer(verdict.classification)
        message = verdict.message
        if answer is PeriodAnswer.ACCEPTABLE and not self._settings.accept_acceptable_dates:
            answer = PeriodAnswer.UNACCEPTABLE
            message = f"{message} (this company posts on normal dates only)".strip()
        return PeriodCheck(on=on, ledger=ledger, answer=answer, message=message)

    def banks(self) -> tuple[str, ...]:
        """The codes of the bank accounts that are not hidden."""
        return tuple(bank.code for bank in self._registers.banks() if bank.account_status_type == ACTIVE)

    def text_limits(self) -> TextLimits:
        """How much text its fields keep; Sage refuses longer text (2.2)."""
        return LIMITS

    def _read_nominals(self) -> tuple[NominalAccount, ...]:
        rows = self._client.rows("/nominal_codes", NominalShape)
        return tuple(nominal_account(row, self._settings.compat.group_words) for row in rows)

    def _read_bins(self) -> tuple[Bin, ...]:
        rows = self._client.rows(
            "/product_warehouse_bin_views",
            BinView,
            select=("bin_holding_id", "bin_holding_name", "warehouse_id", "warehouse_name"),
            key="bin_holding_id",
        )
        known = [place.split("/", 1) for place in self._settings.bins_known if "/" in place]
        places = {(row.warehouse_name, row.bin_holding_name) for row in rows}
        return self._marked(sorted(places | {(warehouse, name) for warehouse, name in known}))

    def _marked(self, places: Iterable[tuple[str, str]]) -> tuple[Bin, ...]:
        trading = {row.name for row in self._registers.warehouses() if row.use_for_sales_trading}
        held_back = set(self._settings.bins_held_back)
        return tuple(
            Bin(
                warehouse=warehouse,
                name=name,
                is_for_sale=warehouse in trading and not held_back & {name, f"{warehouse}/{name}"},
            )
            for warehouse, name in places
        )


def product(item: ProductShape, group: GroupShape) -> Product:
    """A stock item; its cost is the one that Sage keeps on the item for its costing method (A.5)."""
    costing = group.costing_method.removeprefix(COSTING)
    costs = {"standard": item.standard_cost, "average": item.average_buying_price, "fifo": item.average_buying_price}
    return Product(
        sku=item.code,
        name=item.name,
        is_stock=group.product_type in ("", STOCK_TYPE),
        is_active=item.product_status_type != INACTIVE,
        unit_cost=costs.get(costing.casefold()),
        costing=costing,
    )


def nominal_account(row: NominalShape, group_words: tuple[str, ...]) -> NominalAccount:
    """A nominal account and whether it takes postings."""
    kind = row.nominal_account_type.casefold()
    return NominalAccount(
        nominal=nominal_of(row),
        name=row.name,
        is_postable=row.account_status_type == ACTIVE and not any(word in kind for word in group_words),
    )


def period_answer(classification: str) -> PeriodAnswer:
    """Sage's word for a date; its enum may carry a prefix. BadAnswer for a word that nobody knows."""
    word = classification.casefold()
    for answer in (PeriodAnswer.UNACCEPTABLE, PeriodAnswer.ACCEPTABLE, PeriodAnswer.NORMAL):
        if word.endswith(answer.value):
            return answer
    raise BadAnswer(f"Sage 200 classifies the date as {classification[:40]!r}, which means nothing to us")
