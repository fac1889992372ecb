"""Asks one site what its edition, release, settings and rights allow (sections 1.5, 4.6). Reads only."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from tieout.connectors.sage200.accounts.postings import POSTED
from tieout.connectors.sage200.channel.companion import Companion
from tieout.connectors.sage200.client import Client, Standing, quoted
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.site.capabilities import capabilities
from tieout.connectors.sage200.site.facts import (
    CONFIRM_DESPATCH,
    NATIVE_LISTS,
    NO_ORDER,
    CompanionFacts,
    SiteFacts,
    edition_of,
    release_of,
)
from tieout.connectors.sage200.site.findings import findings
from tieout.connectors.sage200.site.sign_in import companies_of
from tieout.connectors.sage200.site.wire_probe import (
    CreditSample,
    LedgerRules,
    SopRights,
    Stamped,
    StockRules,
    SystemRules,
    UserShape,
)
from tieout.connectors.sage200.translate import CREDIT_NOTE
from tieout.connectors.sage200.wire import CurrencyShape, IsoCode, Shape, SopSettings
from tieout.ports.accounts import AccountReport, Finding, SeenCompany
from tieout.ports.errors import BadAnswer, ConnectorError, Unauthorised

T = TypeVar("T")
S = TypeVar("S", bound=Shape)

STAMPED_LISTS = ("/sop_orders", POSTED, "/products")
"""Lists that change all day, by whose newest stamp Sage's clock shows."""


class Probe:
    """Asks a site what it can do; changes nothing."""

    def __init__(
        self, client: Client, companion: Companion | None, settings: Sage200Settings, clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._companion = companion
        self._settings = settings
        self._clock = clock

    def examine(self) -> AccountReport:
        """Edition, release, findings, and how every command is done; a question that fails is a finding."""
        facts = self.facts()
        return AccountReport(
            edition=edition_of(facts, self._settings.base_url),
            release=release_of(facts),
            findings=findings(facts, self._settings),
            capabilities=capabilities(facts, self._settings),
        )

    def findings(self) -> tuple[Finding, ...]:
        """Every question with its answer."""
        return self.examine().findings

    def facts(self) -> SiteFacts:
        """What the site shows; no more than why it does not, when it does not answer at all."""
        companion = self._on_site()
        began = time.monotonic()
        try:
            seen = companies_of(self._client)
        except ConnectorError as error:
            return SiteFacts(trouble=str(error), companion=companion)
        latency = timedelta(seconds=time.monotonic() - began)
        if not self._settings.is_connected:
            return SiteFacts(companies=seen, latency=latency, companion=companion)
        return self._company_facts(seen, latency, companion)

    def _company_facts(
        self, seen: tuple[SeenCompany, ...], latency: timedelta, companion: CompanionFacts | None
    ) -> SiteFacts:
        troubles: dict[str, str] = {}

        def asked(subject: str, ask: Callable[[], T], otherwise: T) -> T:
            try:
                return ask()
            except ConnectorError as error:
                troubles[subject] = str(error)
                return otherwise

        def row(path: str, shape: type[S], otherwise: S) -> S:
            return asked(path, lambda: self._client.one(path, shape) or otherwise, otherwise)

        user = row("/current_user", UserShape, UserShape())
        return SiteFacts(
            troubles=troubles,
            companies=seen,
            latency=latency,
            lists=self._lists(troubles),
            order_fields=asked("$metadata", lambda: self._client.fields("/sop_orders"), None),
            user=user.logon_name,
            base_currency=asked("/currencies", self._base_currency, ""),
            rights=row("/current_user_sop_user_permissions", SopRights, SopRights()),
            sop=row("/sop_settings", SopSettings, SopSettings()),
            stock=row("/stock_settings", StockRules, StockRules()),
            ledger=row("/sales_ledger_settings", LedgerRules, LedgerRules()),
            system=row("/system_settings", SystemRules, SystemRules()),
            credit_sign=asked("credit sign", self._credit_sign, None),
            ahead=self._ahead(),
            companion=companion,
        )

    def _lists(self, troubles: dict[str, str]) -> dict[str, Standing]:
        """How every list stands; one that fails is left out and noted."""
        found: dict[str, Standing] = {}
        for path, where in (*((path, "") for path in NATIVE_LISTS), (CONFIRM_DESPATCH, NO_ORDER)):
            try:
                found[path] = self._client.standing(path, where=where)
            except ConnectorError as error:
                troubles[path] = str(error)
        return found

    def _base_currency(self) -> str:
        """The ISO code of the company's own currency, by its record or else by its sign."""
        found = next((row for row in self._client.rows("/currencies", CurrencyShape) if row.is_base_currency), None)
        if found is None:
            return ""
        record = found.currency_iso_code_id
        iso = self._client.one(f"/currency_iso_codes/{record}", IsoCode) if record else None
        return iso.code if iso and iso.code else self._settings.compat.currency_signs.get(found.symbol, "")

    def _credit_sign(self) -> Literal[-1, 0, 1] | None:
        """The sign of a credit note that stands there already, whoever posted it (open question 10)."""
        kind = f"trader_transaction_type eq {quoted(CREDIT_NOTE)}"
        try:
            row = self._client.newest(POSTED, CreditSample, by="id", where=kind)
        except (Unauthorised, BadAnswer):  # told by the list's own standing
            return None
        if row is None:
            return None
        value = row.document_gross_value
        return 0 if value == 0 else (-1 if value < 0 else 1)

    def _ahead(self) -> timedelta | None:
        """How far Sage's newest stamp lies ahead of our clock; what is behind proves nothing of a clock."""
        stamps = []
        for path in STAMPED_LISTS:
            with suppress(ConnectorError):
                row = self._client.newest(path, Stamped, by="date_time_updated")
                if row and row.date_time_updated and row.date_time_updated.tzinfo:
                    stamps.append(row.date_time_updated)
        return max(stamps) - self._clock() if stamps else None

    def _on_site(self) -> CompanionFacts | None:
        if self._companion is None:
            return None
        try:
            about = self._companion.about()
        except ConnectorError as error:
            return CompanionFacts(trouble=str(error))
        return CompanionFacts(
            contract=about.contract,
            version=about.companion_version,
            sage_release=about.sage_release,
            commands=frozenset(about.commands),
        )
