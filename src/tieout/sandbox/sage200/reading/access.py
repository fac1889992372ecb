"""What a company's edition, its release and its user's role leave of the API.

A path that the edition or the release does not have is 404; a feature that the role lacks is 403; a field that is
newer than the release, or Professional only, is absent from answers and from $metadata. The releases and what came with
each are those of Sage's changelogs; 2024 R2 and 2025 R1 are from its "what's new" pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import NoPathError, RefusedError
from tieout.sandbox.sage200.reading.resources import Resource

RELEASES = ("2022 R1", "2022 R2", "2023 R1", "2023 R2", "2024 R1", "2024 R2", "2025 R1")
NEW_PATHS = {
    "2022 R2": "couriers sop_confirm_despatch sop_confirm_despatch_bin_items sop_confirm_despatch_traceable_items "
    "sop_despatch_receipts sop_despatch_discrete_orders sop_incoterms sop_export_reasons sop_order_despatch_views",
    "2024 R1": "intrastat_date_types intrastat_terms_of_delivery_types",
    "2025 R1": "sop_returns sop_returns_new sop_returns_duplicate sop_returns_status sop_orders_status "
    "lookup_sop_returns sop_return_receipt_line_views applies_to_status_types communication_types "
    "communication_contact_types communication_location_types communication_outcome_types communication_style_types "
    "product_customer_alert_views product_supplier_alert_views",
}
_PROGRESS = "despatch_receipt_status invoice_credit_status cancelled_status"
_HEADER_DATES = "use_header_requested_date use_header_promised_date"
NEW_FIELDS = {
    "2022 R2": {
        "warehouse_holdings": "status",
        "sop_settings": "record_tracking_on_despatch",
        "cost_centres": "is_to_delete",
        "departments": "is_to_delete status",
    },
    "2023 R1": {
        "company_details": "is_academy",
        "sales_ledger_settings": "use_transaction_date_for_allocation",
        "nominal_period_value_views": "nominal_period_value_adjustment_after_year_end_close",
        "nominal_transaction_enquiry_views": "accounting_period_id financial_year_id financial_year_start_date "
        "year_relative_to_current_year",
    },
    "2023 R2": {
        "banks": "emails memos websites",
        "customers": "default_nominal_code_id",
        "nominal_codes": "consolidated_nominal_code_id",
        "traceable_item_balances": "bin_item_id",
    },
    "2024 R1": {"sop_orders": _PROGRESS, "sop_quotes": _PROGRESS, "current_user": "id"},
    "2024 R2": {"sop_orders": _HEADER_DATES, "sop_quotes": _HEADER_DATES},
    "2025 R1": {
        "customers": "last_follow_up_date has_promised_payment communications",
        "customer_views": "last_follow_up_date has_promised_payment",
    },
}
NEW_VERBS = {
    ("PUT", "departments"): "2022 R2",
    ("PUT", "cost_centres"): "2022 R2",
    ("PUT", "banks"): "2023 R2",
}
SPARES_SINCE = "2023 R2"
STANDARD_LACKS = re.compile(r"finance_charges|sales_trading_periods|\w*traceable_(item|bin_item)\w*")
PROFESSIONAL_FIELDS = {
    "licence": "is_project_accounting_enabled is_manufacturing_enabled is_business_intelligence_enabled "
    "is_scripting_enabled",
    "stock_settings": "record_numbers_on_goods_received",
    "sales_ledger_settings": "finance_charges",
    "current_user_sop_user_permissions": "trade_order_warehouse",
    "sop_user_permissions": "trade_order_warehouse",
    "sop_order_lines": "traceable_adjustment_items",
}
SLOTS_OF_PROFESSIONAL = re.compile(r"(\w+_)?analysis_code_([6-9]|1\d|20)")

# A feature is the right to one module; the modules and their paths are those of Sage's files, first match wins.
FEATURES = {
    "sales_orders": re.compile(r"(current_user_|lookup_)?sop_|suggested_products|order_line_item"),
    "price_book": re.compile(
        r"customer_(price_bands|discount_groups)|order_value_disc|price_b|pricing_ty|product_price_"
    ),
    "sales_ledger": re.compile(
        r"(lookup_)?customer|sales_|finance_charges|statement_|head_office|document_transmission"
    ),
    "cash_book": re.compile(r"(lookup_)?banks?\b|bank_|cash_book"),
    "nominal_ledger": re.compile(r"(lookup_|control_|consolidated_)?nominal_|cost_centres|departments"),
    "stock": re.compile(
        r"(lookup_|alternative_|cross_sell_)?products?\b|(lookup_)?product_(?!price)|stock|(lookup_stock_item_)?units"
        r"|warehouse|bin_|traceable|search_|internal_areas|bom_"
    ),
    "financials": re.compile(r"currenc|country_codes|tax_codes|trader_|financial_|credit_|exchange_rate|document_"),
}
_narrowed: dict[tuple[str, bool, str], Resource] = {}


def release_of(books: Books) -> str:
    """Return the release that a company is on."""
    return str(books.setting("company", "release"))


def newer(since: str, release: str) -> bool:
    """Say whether something that came with one release is missing in another."""
    return RELEASES.index(since) > RELEASES.index(release)


def feature_of(name: str) -> str:
    """Return the feature that a path belongs to; what is in no module is open to everybody ("system")."""
    return next((feature for feature, names in FEATURES.items() if names.match(name)), "system")


def check_allowed(books: Books, method: str, words: Sequence[str]) -> None:
    """Raise NoPathError for what the edition or release lacks, RefusedError (403) for what the role lacks."""
    names, release = words[::2], release_of(books)
    for since, paths in NEW_PATHS.items():
        if newer(since, release) and not set(paths.split()).isdisjoint(names):
            raise NoPathError
    verb = NEW_VERBS.get((method, names[-1] if names else ""))
    if verb is not None and newer(verb, release):
        raise NoPathError
    if not books.profile.professional and any(STANDARD_LACKS.fullmatch(name) for name in names):
        raise NoPathError
    forbidden, denied = books.setting("forbidden", "resources"), books.setting("forbidden", "features")
    if any(name in forbidden or feature_of(name) in denied for name in names):
        raise RefusedError("The user does not have access to this feature.", 403)


def hidden_fields(books: Books, name: str) -> frozenset[str]:
    """Return the names of a resource's fields that this company does not have."""
    release = release_of(books)
    hidden = {
        word for since, found in NEW_FIELDS.items() if newer(since, release) for word in found.get(name, "").split()
    }
    if not books.profile.professional:
        hidden |= set(PROFESSIONAL_FIELDS.get(name, "").split())
    return frozenset(hidden)


def visible(books: Books, resource: Resource) -> Resource:
    """Return the resource with the fields and children that this company has."""
    key = (resource.name, books.profile.professional, release_of(books))
    if key not in _narrowed or _narrowed[key].source != resource.source:
        _narrowed[key] = _narrow(books, resource)
    return _narrowed[key]


def _narrow(books: Books, resource: Resource) -> Resource:
    hidden, professional, release = hidden_fields(books, resource.name), books.profile.professional, release_of(books)
    kept = tuple(
        f
        for f in resource.fields
        if f.name not in hidden
        and (professional or not (f.professional or SLOTS_OF_PROFESSIONAL.fullmatch(f.name)))
        and not (f.name.startswith("spare_") and newer(SPARES_SINCE, release))
    )
    names = {f.name for f in kept}
    children = {name: c for name, c in resource.children.items() if name not in hidden and c.mine in names}
    return replace(
        resource,
        fields=kept,
        children=children,
        inline=tuple(name for name in resource.inline if name in children),
    )
