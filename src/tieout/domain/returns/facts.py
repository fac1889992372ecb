"""Everything a return is decided on, gathered before the decision and recorded with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.books import Bin, NominalAccount, PeriodCheck, Product, TaxCode, TextLimits
from tieout.domain.documents.goods_in import GoodsReceipt
from tieout.domain.documents.rma import Rma
from tieout.domain.documents.sales_order import SalesOrder
from tieout.domain.documents.shop_order import ShopExchange, ShopOrder
from tieout.domain.rules.mapping import MappingTables

Ranges = tuple[tuple[int, int], ...]
"""Half-open ranges of ordinals of an order line's units: (0, 2) is the first and the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectFact:
    """A thing that an earlier attempt did for this document (`done`), or sent and has no answer for (`intended`)."""

    key: str
    kind: str
    state: Literal["intended", "done", "refused"]
    batch: str
    units: tuple[str, ...]
    return_key: str
    """The pending return that a receipt or SOP credit note belongs to; empty for others."""
    on: date | None
    """The business date it was planned with."""
    amount: int
    """Pence of a credit note, refund, payment or fee invoice, tax included; 0 for others."""
    at: datetime | None = None
    """When it was read back as done, or else sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenUnits:
    """Which units of an order line are credited already, or may be, under which key."""

    key: str
    order_line: str
    ordinals: Ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeFact:
    """One exchange: what the storefront sends out, and the order in Sage that does it."""

    exchange: ShopExchange
    delivery: PostalAddress | None
    order: SalesOrder | None
    """The order of this name in Sage; None while there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnFacts:
    """The facts of one RMA at one moment."""

    company: str
    rma_number: str
    now: datetime
    today: date
    credit_route: Literal["sop", "ledger"]
    refund_mode: Literal["gate", "detect"]
    rma: Rma | None
    customer_reference: str
    """The ledger's account of the RMA's customer by mapping; empty when there is none."""
    order_candidates: tuple[SalesOrder, ...]
    match_method: str
    """`order number`, `invoice line`, `storefront order` (Sage no longer holds it) or empty."""
    shop_order: ShopOrder | None
    products: tuple[Product, ...]
    tax_codes: tuple[TaxCode, ...]
    nominals: tuple[NominalAccount, ...]
    bins: tuple[Bin, ...]
    banks: tuple[str, ...]
    periods: tuple[PeriodCheck, ...]
    limits: TextLimits
    tables: MappingTables
    effects: tuple[EffectFact, ...]
    taken: tuple[TakenUnits, ...]
    """Of every line of the matched order, by this and every other document."""
    accepted: frozenset[str]
    """Codes of faults that a person accepted for this document, with a reason on record."""
    told: Rma | None = None
    """The RMA as the portal tells it, where `rma` differs: received by the warehouse's word, bundles taken apart."""
    receipts: tuple[GoodsReceipt, ...] = ()
    """What warehouses say came in for it."""
    exchanges: tuple[ExchangeFact, ...] = ()
    """The exchanges of this RMA as storefront and ledger show them."""
    unclear_bundles: tuple[str, ...] = ()
    """Stock codes of bundles on the return or its order whose make-up on the day of sale cannot be told."""
    explained_refunds: frozenset[str] = frozenset()
    """Refunds on the order, by id, that another document accounts for."""
    is_adopted: bool = False
    """Made by Tieout from a refund that somebody gave outside the workflow: no portal knows it."""

    def product(self, sku: str) -> Product | None:
        """The stock item of a code."""
        return next((product for product in self.products if product.sku == sku), None)

    def period(self, on: date, ledger: str) -> PeriodCheck | None:
        """The ledger's verdict on a date, if it was asked."""
        return next((check for check in self.periods if (check.on, check.ledger) == (on, ledger)), None)

    def bin(self, warehouse: str, name: str) -> Bin | None:
        """A bin by its place."""
        return next((place for place in self.bins if (place.warehouse, place.name) == (warehouse, name)), None)

    def done_credits(self) -> tuple[EffectFact, ...]:
        """The credit notes that stand."""
        return tuple(e for e in self.effects if "credit_note" in e.kind and e.state == "done")

    def done(self, kind: str) -> tuple[EffectFact, ...]:
        """The settled effects of one kind."""
        return tuple(effect for effect in self.effects if effect.kind == kind and effect.state == "done")
