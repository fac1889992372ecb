"""What Sage 200's own lists say has changed, page by page: a list of any length takes the memory of one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Generic, TypeVar

from tieout.connectors.sage200.accounts.translate_ledger import RECEIPT
from tieout.connectors.sage200.changes.paging import changes
from tieout.connectors.sage200.changes.wire_feeds import (
    EnumShape,
    LevelShape,
    MovementShape,
    NominalPostingShape,
    OrderHeadShape,
    PostingHeadShape,
)
from tieout.connectors.sage200.client import Client, either
from tieout.connectors.sage200.registers import Believed, Registers
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.stock.translate_stock import is_movement, signed
from tieout.connectors.sage200.translate import CREDIT_NOTE, INVOICE, PAYMENT, day_of, nominal_of
from tieout.connectors.sage200.wire import NominalShape
from tieout.domain.documents.feeds import (
    NominalPosting,
    OrderHead,
    PostingHead,
    PostingKind,
    StockLevel,
    StockMovement,
)
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import money

ORDERS = "/sop_order_return_views"
ORDER_FIELDS = tuple(OrderHeadShape.model_fields)
POSTINGS = "/sales_posted_transactions"
POSTING_FIELDS = (*(name for name in PostingHeadShape.model_fields if name != "customer"), "customer.currency_id")
NOMINAL_POSTINGS = "/nominal_transaction_enquiry_views"
NOMINALS_AT_ONCE = 20
MOVEMENTS = "/product_transaction_views"
LEVELS = "/bin_holdings"
LEVEL_FIELDS = (
    "id",
    "name",
    "quantity_in_stock",
    "quantity_allocated",
    "free_stock_available",
    "product.code",
    "warehouse_holding.warehouse_name",
)
KINDS: Mapping[str, PostingKind] = {
    INVOICE: "invoice",
    CREDIT_NOTE: "credit_note",
    RECEIPT: "receipt",
    PAYMENT: "payment",
}

S = TypeVar("S", bound=OrderHeadShape | PostingHeadShape)


class SageFeeds:
    """Implements `LedgerFeeds`. What is archived leaves these lists (6.1, 6.3)."""

    def __init__(
        self, client: Client, registers: Registers, settings: Sage200Settings, clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._registers = registers
        self._compat = settings.compat
        self._size = settings.page_size
        self._base_currency = settings.base_currency
        self._statuses = Believed(self._read_statuses, clock, settings.cache_seconds)

    def changed_orders(self, since: datetime | None) -> Iterator[OrderHead]:
        """Orders and returns changed since, oldest change first; by record for all. No quotes and pro formas."""
        types = self._compat.document_types
        for row in self._changed(ORDERS, OrderHeadShape, ORDER_FIELDS, (), since):
            if row.document_type_id in types:
                yield OrderHead(
                    order_id=str(row.id),
                    number=row.document_no,
                    channel_reference=row.customer_document_no,
                    customer_id=str(row.customer_id),
                    status=self._status(row.document_status_id),
                    is_return=types[row.document_type_id] == "return",
                    changed_at=row.date_time_updated,
                )

    def changed_postings(self, since: datetime | None) -> Iterator[PostingHead]:
        """Rows of the sales ledger posted or changed since, oldest change first; by record for all."""
        currencies: dict[int, str] = {}
        for row in self._changed(POSTINGS, PostingHeadShape, POSTING_FIELDS, ("customer",), since):
            record = row.customer.currency_id if row.customer else 0
            if record not in currencies:
                currencies[record] = self._registers.currency(record) if record else self._base_currency
            yield posting_head(row, currencies[record])

    def movements_after(self, movement_id: int) -> Iterator[StockMovement]:
        """The movement log behind a row, by record; allocations, which move nothing, are left out."""
        rows = self._client.rows(
            MOVEMENTS, MovementShape, where=f"id gt {movement_id}", select=tuple(MovementShape.model_fields)
        )
        for row in rows:
            if is_movement(row.transaction_type, self._compat.unmoving_words):
                yield stock_movement(row, self._compat.out_words)

    def newest_movement(self) -> int:
        """The id of the newest row of the movement log; 0 when it is empty."""
        row = self._client.newest(MOVEMENTS, MovementShape, by="id")
        return row.id if row else 0

    def nominal_postings(self, nominals: Sequence[Nominal], since: date) -> Iterator[NominalPosting]:
        """Sides by record, a few nominals at a time. What waits for its period to open is not there yet (6.5)."""
        asked = set(nominals)
        rows = self._client.rows("/nominal_codes", NominalShape) if asked else ()
        wanted = {row.id: nominal_of(row) for row in rows if nominal_of(row) in asked}
        ids = sorted(wanted)
        for start in range(0, len(ids), NOMINALS_AT_ONCE):
            which = either("nominal_code_id", [str(record) for record in ids[start : start + NOMINALS_AT_ONCE]])
            found = self._client.rows(
                NOMINAL_POSTINGS,
                NominalPostingShape,
                where=f"{which} and transaction_date ge {since.isoformat()}",
                select=tuple(NominalPostingShape.model_fields),
            )
            for row in found:
                yield nominal_posting(row, wanted[row.nominal_code_id], self._base_currency)

    def stock_levels(self) -> Iterator[StockLevel]:
        """Every bin that holds or allocates anything, in the order of its holdings' records."""
        rows = self._client.rows(
            LEVELS,
            LevelShape,
            where=self._compat.stock_filter,
            expand=("product", "warehouse_holding"),
            select=LEVEL_FIELDS,
        )
        for row in rows:
            if row.quantity_in_stock or row.quantity_allocated:
                yield StockLevel(
                    sku=row.product.code,
                    warehouse=row.warehouse_holding.warehouse_name,
                    bin=row.name,
                    on_hand=row.quantity_in_stock,
                    allocated=row.quantity_allocated,
                    free=row.free_stock_available,
                )

    def _changed(
        self, path: str, shape: type[S], select: Sequence[str], expand: Sequence[str], since: datetime | None
    ) -> Iterator[S]:
        if since is None:
            return self._client.rows(path, shape, select=select, expand=expand)
        of = ListByStamp(self._client, path, shape, select, expand, self._size)
        return changes(of, since, self._size)

    def _status(self, record: int) -> str:
        return self._statuses.now().get(record, str(record))

    def _read_statuses(self) -> dict[int, str]:
        rows = self._client.plain_list("/sop_document_status_types", EnumShape)
        return {row.id: row.value for row in rows}


class ListByStamp(Generic[S]):
    """Implements `ChangeList`: one of Sage's lists, asked by stamp and by id."""

    def __init__(
        self,
        client: Client,
        path: str,
        shape: type[S],
        select: Sequence[str],
        expand: Sequence[str],
        size: int,
    ) -> None:
        self._client = client
        self._path = path
        self._shape = shape
        self._query = {"$select": ",".join(select), "$expand": ",".join(expand), "$top": str(size)}

    def behind(self, low: datetime, *, is_open: bool) -> Sequence[S]:
        """The first rows changed at `low` or later (later only when `is_open`), by stamp and id."""
        where = f"date_time_updated {'gt' if is_open else 'ge'} {stamp_text(low)}"
        return self._page(where, "date_time_updated,id")

    def between(self, low: datetime, high: datetime, after_id: int) -> Sequence[S]:
        """The first rows behind an id that were changed from `low` up to and with `high`, by id."""
        where = f"date_time_updated ge {stamp_text(low)} and date_time_updated le {stamp_text(high)}"
        return self._page(f"{where} and id gt {after_id}", "id")

    def _page(self, where: str, order: str) -> Sequence[S]:
        return self._client.page(self._path, self._shape, {**self._query, "$filter": where, "$orderby": order})


def posting_head(row: PostingHeadShape, currency: str) -> PostingHead:
    """A row of the sales ledger with the ledger's own signs."""
    return PostingHead(
        posting_id=str(row.id),
        urn=row.urn,
        kind=KINDS.get(row.trader_transaction_type, "other"),
        reference=row.reference,
        second_reference=row.second_reference,
        customer_id=str(row.customer_id),
        posted_on=day_of(row.transaction_date),
        net=money(row.document_goods_value, currency),
        tax=money(row.document_tax_value, currency),
        outstanding=money(row.document_outstanding_value, currency),
        changed_at=row.date_time_updated,
        user=row.user_name,
    )


def nominal_posting(row: NominalPostingShape, nominal: Nominal, currency: str) -> NominalPosting:
    """One side of a posting in the nominal ledger, which is kept in the company's own currency."""
    return NominalPosting(
        posting_id=str(row.id),
        urn=row.urn,
        nominal=nominal,
        on=day_of(row.transaction_date),
        amount=money(row.debit - row.credit, currency),
        reference=row.reference,
        narrative=row.narrative,
        user=row.user_name,
        source=row.source,
    )


def stock_movement(row: MovementShape, out_words: Sequence[str]) -> StockMovement:
    """A row of the movement log; what left is negative."""
    return StockMovement(
        movement_id=row.id,
        sku=row.product_code,
        warehouse=row.warehouse_name,
        bin=row.bin_name,
        quantity=signed(row.quantity, row.transaction_type, out_words),
        kind=row.transaction_type,
        reference=row.reference,
        second_reference=row.second_reference,
        on=day_of(row.transaction_date),
    )


def stamp_text(moment: datetime) -> str:
    """A moment as a literal of $filter: UTC, milliseconds, Z (2.1, 2.3)."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
