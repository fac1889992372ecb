"""What one site's release, settings and rights allow, asked of the site itself (sections 1.5, 4.6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tieout.connectors.sage200.client import Client
from tieout.connectors.sage200.companion import CONTRACT, Companion
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.wire import SiteShape, SopPermission, SopSettings, SystemSettings
from tieout.ports.errors import ConnectorError


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was asked, whether it is as Tieout needs it, and what that means."""

    subject: str
    is_well: bool
    says: str


class Probe:
    """Asks a site what it can do; changes nothing."""

    def __init__(self, client: Client, companion: Companion | None, settings: Sage200Settings) -> None:
        self._client = client
        self._companion = companion
        self._settings = settings

    def findings(self) -> tuple[Finding, ...]:
        """Every question with its answer; a question that fails is a finding, not an error."""
        questions: tuple[tuple[str, Callable[[], tuple[bool, str]]], ...] = (
            ("company", self._company),
            ("sales returns", self._returns),
            ("price override", self._price_override),
            ("nominals on lines", self._nominals),
            ("date validation", self._dates),
            ("companion", self._on_site),
        )
        return tuple(_answered(subject, ask) for subject, ask in questions)

    def _company(self) -> tuple[bool, str]:
        wanted = (self._settings.site_id, self._settings.company_id)
        sites = self._client.plain_list("/sites", SiteShape)
        found = next((row for row in sites if (row.site_id, row.company_id) == wanted), None)
        if found is None:
            return False, f"the sign-in sees {len(sites)} companies and not this one: check site_id and company_id"
        return True, f"{found.company_name} at {found.site_name}"

    def _returns(self) -> tuple[bool, str]:
        if self._client.has(self._settings.compat.return_path):
            return True, "sales returns can be raised (release 2025 R1 or later)"
        return False, "this release cannot raise sales returns: use the ledger credit route, or upgrade to 2025 R1"

    def _price_override(self) -> tuple[bool, str]:
        rights = self._client.one("/current_user_sop_user_permissions", SopPermission)
        if rights and rights.override_prices_discounts:
            return True, "the user may set prices"
        return False, "the user may not override prices: returns at the price invoiced will be refused"

    def _nominals(self) -> tuple[bool, str]:
        sop = self._client.one("/sop_settings", SopSettings)
        if sop and sop.amend_nominal_codes:
            return True, "a return's lines carry their own nominals"
        return False, "Sage chooses the nominals of a return's lines: SOP credits follow the stock item"

    def _dates(self) -> tuple[bool, str]:
        found = self._client.one("/system_settings", SystemSettings)
        kind = found.transaction_date_validation.transaction_date_validation_type if found else ""
        if kind and not kind.casefold().endswith("none"):
            return True, f"posting dates are validated by {kind}"
        return False, "date validation is off: Sage moves postings into a closed period to the next open one"

    def _on_site(self) -> tuple[bool, str]:
        if self._companion is None:
            return True, "none: receipts, SOP credit notes and write-ons are tasks for a person"
        about = self._companion.about()
        if about.contract != CONTRACT:
            return False, f"speaks contract {about.contract}, not {CONTRACT}"
        return True, f"companion {about.companion_version} beside Sage {about.sage_release}"


def _answered(subject: str, ask: Callable[[], tuple[bool, str]]) -> Finding:
    try:
        is_well, says = ask()
    except ConnectorError as error:
        is_well, says = False, str(error)
    return Finding(subject=subject, is_well=is_well, says=says)
