"""Readable resources of the financials: currencies, countries, tax codes, credit, years and periods, report layouts."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_general import STAMPS, stamps
from tieout.sandbox.sage200.reading.resources import Resource, fields, one

# How many units of each currency the base currency buys; the euro's own rate against the euro is 1.
_EURO_RATE = "(SELECT c.rate * 1000000 / e.rate FROM currency e WHERE e.iso = 'EUR')"
_TAX_MASK = "json_object('id', 1, 'name', upper(c.code) || '999999999')"
_BREAKS = " ".join(f"financial_report_row_group_break_{n}:i" for n in range(1, 10))

FINANCE = (
    Resource(
        name="currencies",
        source="currency c",
        order="c.id",
        fields=fields(
            "c",
            "id:i symbol:s name:s core_currency_rate:r euro_currency_rate:r is_base_currency:b is_euro_currency:b "
            "use_for_new_accounts:b exchange_rate_type:s exchange_rate_amendability_type:s currency_iso_code_id:k "
            f"{STAMPS}",
            core_currency_rate="c.rate",
            euro_currency_rate=f"coalesce({_EURO_RATE}, 0)",
            is_base_currency="c.base",
            is_euro_currency="c.iso = 'EUR'",
            use_for_new_accounts="c.base",
            exchange_rate_type="'ExchangeRateSingle'",
            exchange_rate_amendability_type="'ExchangeAmendabilityAllTransactions'",
            currency_iso_code_id="c.id",
            **stamps("c"),
        ),
        children={"currency_iso_code": one("currency_iso_codes", "currency_iso_code_id")},
    ),
    Resource(
        name="currency_iso_codes",
        source="currency c",
        order="c.id",
        fields=fields("c", f"id:i code:s name:s {STAMPS}", code="c.iso", **stamps("c")),
    ),
    Resource(
        name="country_codes",
        source="country c",
        order="c.id",
        fields=fields(
            "c",
            f"id:i code:s name:s eu_member:b tax_mask:o {STAMPS}",
            eu_member="c.eu",
            tax_mask=_TAX_MASK,
            **stamps("c"),
        ),
    ),
    Resource(
        name="tax_codes",
        source="tax_code t",
        where="t.removed = 0",
        order="t.id",
        fields=fields(
            "t",
            f"id:i code:i name:s tax_rate:p terms:s terms_description:s is_notional_acquisition_tax:b {STAMPS}",
            tax_rate="t.rate",
            terms="'EcTermsNotApplicable'",
            terms_description="'Not applicable'",
            is_notional_acquisition_tax="t.code = 8",
            **stamps("t"),
        ),
    ),
    Resource(
        name="credit_bureaus",
        source="credit_bureau c",
        order="c.id",
        fields=fields("c", f"id:i name:s website:s checking_url:s is_default:b {STAMPS}", **stamps("c")),
    ),
    Resource(
        name="credit_positions",
        source="credit_position c",
        order="c.id",
        fields=fields("c", f"id:i name:s is_default:b {STAMPS}", **stamps("c")),
    ),
    Resource(
        name="financial_year_period_views",
        source="period p JOIN financial_year y ON y.id = p.year_id",
        order="p.start",
        single=False,
        fields=fields(
            "p",
            "financial_year_id:i financial_year_start_date:d financial_year_end_date:d "
            "year_relative_to_current_year:i number_of_periods_in_year:i accounting_period_id:i period_number:i "
            "period_start_date:d period_end_date:d",
            financial_year_id="y.id",
            financial_year_start_date="y.start",
            financial_year_end_date="y.finish",
            year_relative_to_current_year="y.relative",
            number_of_periods_in_year="12",
            accounting_period_id="p.id",
            period_number="p.number",
            period_start_date="p.start",
            period_end_date="p.finish",
        ),
    ),
    Resource(
        name="financial_report_layout_views",
        source=(
            "report_row r JOIN report_layout l ON l.id = r.layout_id "
            "LEFT JOIN report_category g ON g.id = r.category_id"
        ),
        order="r.layout_id, r.number",
        single=False,
        fields=fields(
            "r",
            "financial_report_layout_id:i financial_report_layout_account_report_type:s "
            "financial_report_layout_name:s financial_report_row_id:i financial_report_row_line_type:s "
            "financial_report_row_layout_position_type:s financial_report_row_layout_debit_or_credit_type:s "
            "financial_report_row_report_row:i financial_report_row_title:s financial_report_row_subtotal_group:i "
            f"{_BREAKS} nominal_account_report_category_id:k nominal_account_report_category_code:s "
            "nominal_account_report_category_description:s",
            financial_report_layout_id="r.layout_id",
            financial_report_layout_account_report_type="l.report_type",
            financial_report_layout_name="l.name",
            financial_report_row_id="r.id",
            financial_report_row_line_type="r.line_type",
            financial_report_row_layout_position_type="'Right'",
            financial_report_row_layout_debit_or_credit_type=(
                "CASE WHEN g.category_type IN ('Liability', 'Income') THEN 'Credit' ELSE 'Debit' END"
            ),
            financial_report_row_report_row="r.number",
            financial_report_row_title="r.title",
            financial_report_row_subtotal_group="r.subtotal",
            **{f"financial_report_row_group_break_{n}": "0" for n in range(1, 10)},
            nominal_account_report_category_id="r.category_id",
            nominal_account_report_category_code="coalesce(g.code, '')",
            nominal_account_report_category_description="coalesce(g.description, '')",
        ),
    ),
)
