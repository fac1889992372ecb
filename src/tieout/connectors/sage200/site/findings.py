"""What a probed site means for Tieout: each question with its answer and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from tieout.connectors.sage200.channel.companion import CONTRACT
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.site.capabilities import missing_on_site
from tieout.connectors.sage200.site.facts import SiteFacts, edition_addressed, edition_of, edition_shown, release_of
from tieout.ports.accounts import Finding

SLOW = timedelta(seconds=10)
CLOCK_SLACK = timedelta(minutes=2)
"""Polling reads back this far behind its high-water mark (2.4), so a smaller difference loses nothing."""
STANDARD_SLOTS = 5
"""Analysis codes that Standard has (A.2)."""
NO_COMPANIES = (
    "the sign-in reaches no company at all: the site's tunnel to Sage is down or still being set up (the partner "
    "publishes it through Microsoft Entra ID), or the Sage user has no web or API access (1.2)"
)


def findings(facts: SiteFacts, settings: Sage200Settings) -> tuple[Finding, ...]:
    """Everything worth saying; what is not well needs a person."""
    if facts.trouble:
        return (_poor("site", facts.trouble), *_on_site(facts, settings))
    if not settings.is_connected:
        return (*_company(facts, settings), *_on_site(facts, settings))
    sections: tuple[Callable[[SiteFacts, Sage200Settings], Iterator[Finding]], ...] = (
        _company,
        _edition,
        _currency,
        _speed_and_clock,
        _rights,
        _returns,
        _order_rules,
        _posting_rules,
        _stock_rules,
        _on_site,
        _unanswered,
    )
    return tuple(finding for section in sections for finding in section(facts, settings))


def company_sentence(facts: SiteFacts, settings: Sage200Settings) -> str:
    """Why the configured company is not reached; empty when it is."""
    seen = facts.companies or ()
    if not seen:
        return NO_COMPANIES
    if not settings.is_connected:
        return f"no company is chosen yet: write site_id and company_id of one of the {len(seen)} that it reaches"
    if not any((row.site_id, row.company_id) == (settings.site_id, settings.company_id) for row in seen):
        return (
            f"the sign-in reaches {len(seen)} companies and not this one: check site_id and company_id, "
            "or sign in as a user of this company"
        )
    return ""


def _company(facts: SiteFacts, settings: Sage200Settings) -> Iterator[Finding]:
    trouble = company_sentence(facts, settings)
    if trouble:
        yield _poor("company", trouble)
        return
    wanted = (settings.site_id, settings.company_id)
    found = next(row for row in facts.companies or () if (row.site_id, row.company_id) == wanted)
    yield _well("company", f"{found.company} at {found.site}" + (f", as {facts.user}" if facts.user else ""))


def _edition(facts: SiteFacts, settings: Sage200Settings) -> Iterator[Finding]:
    shown, addressed = edition_shown(facts), edition_addressed(settings.base_url)
    if shown and addressed and shown != addressed:
        yield _poor("edition", f"base_url is that of {addressed}, and the site answers as {shown}: correct base_url")
    else:
        edition = edition_of(facts, settings.base_url)
        yield _well("edition", edition or "the site does not show whether it is Professional or Standard")
    release = release_of(facts)
    yield _well("release", f"{release} or later" if release else "older than September 2020, or not shown")
    slots = (
        settings.rma_slot,
        settings.reason_slot,
        settings.order_slot,
        settings.order_key_slot,
        settings.line_slot,
    )
    if edition_of(facts, settings.base_url) == "Standard" and max(slots) > STANDARD_SLOTS:
        yield _poor("analysis codes", f"Standard has {STANDARD_SLOTS} analysis codes: choose slots from 1 to 5")


def _currency(facts: SiteFacts, settings: Sage200Settings) -> Iterator[Finding]:
    if facts.base_currency and facts.base_currency != settings.base_currency:
        yield _poor(
            "currency",
            f"the books are kept in {facts.base_currency}, and the settings say {settings.base_currency}: "
            f'set base_currency = "{facts.base_currency}" before anything is posted',
        )
    elif facts.base_currency:
        yield _well("currency", f"the books are kept in {facts.base_currency}")


def _speed_and_clock(facts: SiteFacts, settings: Sage200Settings) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    if facts.latency is not None:
        took = f"answers in {facts.latency.total_seconds():.2f} s"
        if facts.latency > SLOW:
            yield _poor("speed", f"{took}: ask the partner about the server or its tunnel")
        else:
            yield _well("speed", took)
    if facts.ahead is not None and facts.ahead > CLOCK_SLACK:
        minutes = int(facts.ahead.total_seconds() // 60)
        yield _poor("clock", f"Sage's clock is {minutes} minutes or more ahead of ours: set one of them right")
    elif facts.ahead is not None:
        yield _well("clock", "nothing in Sage is stamped later than our clock")


def _rights(facts: SiteFacts, settings: Sage200Settings) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    forbidden = sorted(path for path, standing in facts.lists.items() if standing == "forbidden")
    if forbidden:
        yield _poor("rights", f"the Sage user's role may not read {', '.join(forbidden)}: give it those features")
    match facts.rights.override_prices_discounts:
        case True:
            yield _well("price override", "the user may set prices")
        case False:
            yield _poor(
                "price override", "the user may not override prices: returns at the price invoiced will be refused"
            )
    match facts.rights.override_credit_holds:
        case False:
            yield _well("credit holds", "the user may not override holds: orders of customers on hold are refused")
        case True:
            yield _well("credit holds", "the user may override holds")


def _returns(facts: SiteFacts, settings: Sage200Settings) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    if facts.standing("/sop_returns") == "there":
        yield _well("sales returns", "sales returns can be raised (release 2025 R1 or later)")
    elif facts.standing("/sop_returns") == "missing":
        yield _well(
            "sales returns",
            "this release cannot raise sales returns: use the ledger credit route, or upgrade to 2025 R1",
        )


def _order_rules(facts: SiteFacts, settings: Sage200Settings) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    sop = facts.sop
    if sop.auto_generate_order_return_numbers is False:
        yield _poor("order numbers", "Sage does not number orders and returns: switch automatic numbers on")
    if sop.amend_nominal_codes is False:
        yield _poor(
            "nominals on lines", "Sage chooses the nominals of a return's lines: SOP credits follow the stock item"
        )
    elif sop.amend_nominal_codes:
        yield _well("nominals on lines", "a return's lines carry their own nominals")
    if sop.amend_header_analysis_codes is False or sop.amend_analysis_codes is False:
        yield _poor(
            "analysis codes", "analysis codes of orders or lines cannot be written, and keys stand there: allow it"
        )
    if sop.are_prices_tax_inclusive:
        yield _well("prices", "prices on orders hold VAT: Tieout sends its net prices with VAT added, line by line")
    elif sop.are_prices_tax_inclusive is False:
        yield _well("prices", "prices on orders are net of VAT")
    if sop.record_tracking_on_despatch is False:
        yield _well("tracking", "despatches keep no tracking: a despatch is proven by its quantities only")
    if sop.allocate_stock_on_order_entry:
        yield _well("allocation", "Sage allocates by itself when an order is entered")
    if sop.allow_payment_with_order is False:
        yield _well("payments", "payments with orders are switched off: orders that carry one are refused")


def _posting_rules(facts: SiteFacts, settings: Sage200Settings) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    validation = facts.system.transaction_date_validation
    kind = validation.transaction_date_validation_type if validation else ""
    if kind and not kind.casefold().endswith("none"):
        yield _well("date validation", f"posting dates are validated by {kind}")
    elif kind:
        yield _poor(
            "date validation", "date validation is off: Sage moves postings into a closed period to the next open one"
        )
    if facts.sop.add_invoice_credit_note_to_sales_ledger is False:
        yield _poor("SOP postings", "invoices and credit notes wait in pending postings until somebody updates them")
    if facts.system.update_nominal_online is False:
        yield _well("nominal ledger", "nominal postings wait until somebody updates the nominal ledger")
    if facts.ledger.auto_generate_account_numbers:
        yield _well("customer numbers", "Sage numbers new customers by itself, so Tieout cannot open accounts")
    if facts.ledger.allow_batch_processing:
        yield _well("batches", "ledger entries may wait in batches until somebody posts them")
    match facts.credit_sign:
        case None:
            yield _well("credit notes", "none is posted yet, so the sign of their values is not proven")
        case 1:
            yield _poor("credit notes", "their values stand positive here, and the connector expects negative: tell us")
        case _:
            yield _well("credit notes", "their values stand negative, as expected")


def _stock_rules(facts: SiteFacts, settings: Sage200Settings) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    if facts.sop.update_stock_on_despatch is False:
        yield _well("stock on despatch", "stock falls when the invoice is posted, not at despatch")
    if facts.stock.use_multiple_locations is False:
        yield _well("warehouses", "one location only: goods not for sale must lie in a bin that is held back")
    if facts.stock.integrate_stock_management_with_nominal is False:
        yield _well("stock postings", "stock movements make no nominal postings")
    if facts.stock.allow_negative_stocktake:
        yield _well("negative stock", "stocktakes take items with negative stock")


def _on_site(facts: SiteFacts, settings: Sage200Settings) -> Iterator[Finding]:
    companion = facts.companion
    if companion is None:
        yield _well("companion", "none: what Sage's API cannot do is a task for a person")
    elif companion.trouble:
        yield _poor("companion", companion.trouble)
    elif companion.contract != CONTRACT:
        yield _poor("companion", f"speaks contract {companion.contract}, not {CONTRACT}")
    elif edition_of(facts, settings.base_url) == "Standard":
        yield _poor("companion", 'Standard has no place for a companion: set channel = "manual"')
    elif missing := missing_on_site(facts):
        yield _poor("companion", f"does not do {', '.join(missing)}: update it")
    else:
        yield _well("companion", f"companion {companion.version} beside Sage {companion.sage_release}")


def _unanswered(facts: SiteFacts, settings: Sage200Settings) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    for subject, sentence in facts.troubles.items():
        yield _poor(subject, sentence)


def _well(subject: str, says: str) -> Finding:
    return Finding(subject=subject, is_well=True, says=says)


def _poor(subject: str, says: str) -> Finding:
    return Finding(subject=subject, is_well=False, says=says)
