"""Real trading as the demo plays it: invoices become sales, C and A documents become RMAs.

The file names no sale on a return. `Trading.play` therefore does what the clerk at a returns desk does,
looks for the sale among the customer's earlier invoices, and says beforehand how each RMA must end
(`Expectation`), so that the demo can compare what Tieout did with what was right.

Choices made here, which the source leaves open:

- A stock code is stripped and upper-cased: `15056bl` and `15056BL` are one product, `47503J ` has a blank.
- Rows of equal content stay separate lines; `row_id` is the only key of a line.
- Documents are taken in the file's own order (`RowId`), a document standing where its first row stands.
- VAT is the United Kingdom's standard rate on the day of the invoice; every other country is zero rated.
  That is a simplification of the demo: real customers in the EU of 2010 without a VAT number paid UK VAT,
  and some goods (children's clothes, books) are zero rated at home.
- A sale is an invoice with at least one priced line of goods. Rows that belong to no sale and no return
  (stock corrections at price nought, invoices of charges alone) are listed in `Play.set_aside`.
- Quantities are never capped.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, unique
from pathlib import Path
from statistics import median, quantiles

from tieout.cli.demo.trading_file import (
    COLUMNS,
    GOODS,
    Document,
    LineClass,
    SaleLine,
    TradingFileError,
    line_class,
    read_documents,
)
from tieout.cli.demo.trading_returns import (
    ADJUSTMENT_REASON,
    DAMAGED_REASONS,
    SOUND_REASONS,
    Expectation,
    ReturnLine,
    ReturnRequest,
    SalePart,
    Unreturned,
    requests,
    worth,
)

__all__ = [
    "ADJUSTMENT_REASON",
    "COLUMNS",
    "DAMAGED_REASONS",
    "GOODS",
    "SHIPPED_CUT",
    "SOUND_REASONS",
    "AsideReason",
    "Document",
    "Expectation",
    "LineClass",
    "Play",
    "ReturnLine",
    "ReturnRequest",
    "Sale",
    "SaleLine",
    "SalePart",
    "SetAside",
    "Trading",
    "TradingFileError",
    "figures",
    "line_class",
    "print_figures",
    "read_trading",
    "vat_percent",
]

SHIPPED_CUT = Path(__file__).with_name("data") / "trading.parquet"
"""The cut of real trading that comes with the package; its README names author, licence and changes."""

HOME_COUNTRY = "United Kingdom"
# UK standard rate by day of supply, newest first. 20 %: Finance (No. 2) Act 2010 section 3. 15 %: VAT (Change
# of Rate) Order 2008, kept to 2009-12-31 by Finance Act 2009 section 9. Before and between: 17.5 %.
_STANDARD_RATES = (
    (date(2011, 1, 4), Decimal(20)),
    (date(2010, 1, 1), Decimal("17.5")),
    (date(2008, 12, 1), Decimal(15)),
    (date(1991, 4, 1), Decimal("17.5")),
)


@unique
class AsideReason(Enum):
    """Why rows of an invoice number are no sale."""

    NO_PRICE = "price nought"
    """Stock corrections, and a few documents given free of charge."""
    NO_PRICED_GOODS = "no priced goods"
    """Charges, vouchers and manual lines alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An invoice whose goods were despatched on its day. `customer` is None on web-shop orders."""

    number: str
    day: date
    customer: str | None
    country: str
    vat_percent: Decimal
    lines: tuple[SaleLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Rows of one invoice number that the demo does not play."""

    number: str
    row_ids: tuple[int, ...]
    reason: AsideReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What the demo does: load the sales, then raise the returns in this order."""

    sales: tuple[Sale, ...]
    returns: tuple[ReturnRequest, ...]
    set_aside: tuple[SetAside, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trading:
    """A trading file, read: its documents in the file's order."""

    documents: tuple[Document, ...]

    def play(self, limit: int | None, seed: int) -> Play:
        """Turn the documents into sales and RMAs; the same seed gives the same play.

        `limit` keeps the first so many RMAs (all when None) and leaves the sales whole. The seed decides
        only which goods come back damaged and the reasons given, line by line, whatever the limit.
        """
        assert limit is None or limit >= 0, f"limit {limit} is negative"
        sales: list[Sale] = []
        returns: list[ReturnRequest] = []
        set_aside: list[SetAside] = []
        unreturned = Unreturned()
        for document in self.documents:
            if document.is_invoice:
                sale = _sale_of(document)
                set_aside.extend(_rows_aside(document, sale))
                if sale is not None:
                    sales.append(sale)
                    if sale.customer is not None:
                        unreturned.add(sale.customer, sale.number, sale.lines)
            else:
                returns.extend(requests(document, unreturned, seed))
        return Play(sales=tuple(sales), returns=tuple(returns[:limit]), set_aside=tuple(set_aside))


def read_trading(path: Path) -> Trading:
    """Read a parquet file with the columns of `COLUMNS`; raise `TradingFileError` when it is not one."""
    return Trading(documents=read_documents(path))


def vat_percent(day: date, country: str) -> Decimal:
    """Give the VAT rate in per cent for a supply on this day to this country."""
    if country != HOME_COUNTRY:
        return Decimal(0)
    for since, rate in _STANDARD_RATES:
        if day >= since:
            return rate
    raise TradingFileError(f"No VAT rate is known for {day}. Use trading from {_STANDARD_RATES[-1][0]} on.")


def print_figures(path: Path, limit: int | None = None, seed: int = 1) -> None:
    """Write to standard output what the play of a file holds, in counts, units and net pounds."""
    sys.stdout.writelines(f"{line}\n" for line in figures(read_trading(path).play(limit, seed)))


def figures(play: Play) -> Iterator[str]:
    """Yield the counts of a play as lines of text."""
    sold = [line for sale in play.sales for line in sale.lines]
    yield f"sales: {len(play.sales)} invoices, {len(sold)} lines, net {worth(sold):.2f}"
    customers = {sale.customer for sale in play.sales if sale.customer is not None}
    yield f"customers: {len(customers)}, SKUs: {len({line.sku for line in sold})}"
    for reason, count in Counter(aside.reason for aside in play.set_aside).items():
        rows = sum(len(aside.row_ids) for aside in play.set_aside if aside.reason is reason)
        yield f"set aside, {reason.value}: {count} documents, {rows} rows"
    units = sorted(rma.units for rma in play.returns)
    yield f"RMAs: {len(units)} from {len({rma.document for rma in play.returns})} documents"
    if len(units) > 1:
        p90 = quantiles(units, n=10, method="inclusive")[-1]
        yield f"units: {sum(units)}; per RMA median {median(units):g}, p90 {p90:g}, max {units[-1]}"
    for expectation in Expectation:
        rmas = [rma for rma in play.returns if rma.expectation is expectation]
        claimed = sum((rma.claimed for rma in rmas), Decimal(0))
        yield (
            f"{expectation.value}: {len(rmas)} RMAs, {sum(len(rma.lines) for rma in rmas)} lines, "
            f"{sum(rma.units for rma in rmas)} units, net {claimed:.2f}"
        )


def _sale_of(document: Document) -> Sale | None:
    kept = tuple(line for line in document.lines if line.quantity > 0 and line.unit_price >= 0)
    if not any(line.line_class in GOODS and line.unit_price > 0 for line in kept):
        return None
    return Sale(
        number=document.number,
        day=document.day,
        customer=document.customer,
        country=document.country,
        vat_percent=vat_percent(document.day, document.country),
        lines=kept,
    )


def _rows_aside(document: Document, sale: Sale | None) -> Iterator[SetAside]:
    played = {line.row_id for line in sale.lines} if sale else set()
    left = [line for line in document.lines if line.row_id not in played]
    if left:
        unpriced = all(line.unit_price == 0 for line in left)
        yield SetAside(
            number=document.number,
            row_ids=tuple(line.row_id for line in left),
            reason=AsideReason.NO_PRICE if unpriced else AsideReason.NO_PRICED_GOODS,
        )
