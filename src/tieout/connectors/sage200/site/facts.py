"""What a site showed when it was probed: plain values, from which findings and capabilities are worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from tieout.connectors.sage200.client import Standing
from tieout.connectors.sage200.site.wire_probe import LedgerRules, SopRights, StockRules, SystemRules
from tieout.connectors.sage200.wire import SopSettings
from tieout.ports.accounts import SeenCompany

Edition = Literal["Professional", "Standard", ""]

PROFESSIONAL_LISTS = ("/sales_trading_periods", "/finance_charges")
"""Lists that only Professional has (3.3)."""
PROFESSIONAL_FIELDS = frozenset({"analysis_code_6", "analysis_code_20"})
"""Fields of an order that only Professional has (A.2)."""
NATIVE_LISTS = (
    "/sop_orders",
    "/sop_returns",
    "/stocktakes",
    "/sales_posted_transactions",
    "/sales_posted_transaction_memos",
    "/customers",
    "/customer_delivery_addresses",
    "/customer_memos",
    "/warehouse_holdings",
    "/product_transaction_views",
    "/nominal_codes",
    "/tax_codes",
    "/banks",
    "/bank_posted_transactions",
    *PROFESSIONAL_LISTS,
)
"""Lists by which the probe knows whether an endpoint is there and the role may use its module."""
CONFIRM_DESPATCH = "/sop_confirm_despatch"
NO_ORDER = "document_no eq 'TIEOUT-PROBE'"
"""An unfiltered read of despatches may lock them (2.6), so it is asked for an order that nobody has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionFacts:
    """What the companion says of itself, or why it says nothing."""

    trouble: str = ""
    contract: int = 0
    version: str = ""
    sage_release: str = ""
    commands: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """One site and company as they answered."""

    trouble: str = ""
    """Why nothing more could be asked; empty when the site answers."""
    troubles: Mapping[str, str] = field(default_factory=dict)
    """Questions that failed one by one, with what was answered."""
    companies: tuple[SeenCompany, ...] | None = None
    latency: timedelta | None = None
    """How long the site took for the plainest question."""
    lists: Mapping[str, Standing] = field(default_factory=dict)
    """A list that is not in it could not be asked for."""
    order_fields: frozenset[str] | None = None
    user: str = ""
    base_currency: str = ""
    """ISO code of the currency in which the company keeps its books; empty when Sage does not show it."""
    rights: SopRights = field(default_factory=SopRights)
    sop: SopSettings = field(default_factory=SopSettings)
    stock: StockRules = field(default_factory=StockRules)
    ledger: LedgerRules = field(default_factory=LedgerRules)
    system: SystemRules = field(default_factory=SystemRules)
    credit_sign: Literal[-1, 0, 1] | None = None
    """Sign of the newest posted credit note; None where there is none to look at."""
    ahead: timedelta | None = None
    """How far the newest stamp of Sage lies before our own clock (negative) or ahead of it; None without any."""
    companion: CompanionFacts | None = None
    """None where no companion is configured."""

    def standing(self, path: str) -> Standing | None:
        """How a list stands for us; None when nobody knows."""
        return self.lists.get(path)


def edition_of(facts: SiteFacts, base_url: str) -> Edition:
    """Which edition the site is, by what answers and else by its address; empty where neither tells (1.1)."""
    shown = edition_shown(facts)
    if shown:
        return shown
    return edition_addressed(base_url)


def edition_shown(facts: SiteFacts) -> Edition:
    """By what only Professional has: one such thing proves it, and Standard only when all of them are missing."""
    standings = [facts.standing(path) for path in PROFESSIONAL_LISTS]
    fields = facts.order_fields
    if any(standing in ("there", "forbidden") for standing in standings) or (fields and fields & PROFESSIONAL_FIELDS):
        return "Professional"
    if fields and all(standing == "missing" for standing in standings):
        return "Standard"
    return ""


def edition_addressed(base_url: str) -> Edition:
    """By Sage's own two addresses; empty for any other."""
    if "/sage200extra/accounts/" in base_url:
        return "Professional"
    return "Standard" if "/sage200/accounts/" in base_url else ""


def release_of(facts: SiteFacts) -> str:
    """The release that the site has at least, by what exists (4.6, Annex D); empty when nothing tells."""
    fields = facts.order_fields or frozenset()
    evidence = (
        ("2025 R1", facts.standing("/sop_returns") == "there"),
        ("2024 R2", "use_header_requested_date" in fields),
        ("2024 R1", "despatch_receipt_status" in fields),
        ("August 2022", facts.standing(CONFIRM_DESPATCH) == "there"),
        ("September 2020", facts.standing("/stocktakes") == "there"),
    )
    return next((release for release, is_shown in evidence if is_shown), "")
