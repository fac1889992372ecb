"""Readable resources of the ledgers: customers, posted transactions, VAT, nominal, banks, periods."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.resources import Resource, fields

STAMPS = "date_time_created:t date_time_updated:t"


def stamps(alias: str) -> dict[str, str]:
    """Return the expressions of the two stamps."""
    return {"date_time_created": f"{alias}.created", "date_time_updated": f"{alias}.updated"}


BASE_CURRENCY = "(SELECT id FROM currency WHERE base = 1)"

GENERAL = (
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
        name="nominal_codes",
        source=(
            "nominal n LEFT JOIN cost_centre c ON c.code = n.cost_centre "
            "LEFT JOIN department d ON d.code = n.department"
        ),
        order="n.account, n.cost_centre, n.department",
        fields=fields(
            "n",
            "id:i name:s reference:s cost_centre_id:k cost_centre_code:s department_id:k department_code:s "
            f"nominal_account_type:s+ account_status_type:e.account_status balance_year_to_date:m "
            f"allow_manual_journal_entries:b {STAMPS}",
            reference="n.account",
            cost_centre_id="c.id",
            cost_centre_code="n.cost_centre",
            department_id="d.id",
            department_code="n.department",
            nominal_account_type="n.type",
            account_status_type="CASE n.hidden WHEN 1 THEN 'AccountStatusHidden' ELSE 'AccountStatusActive' END",
            balance_year_to_date="(SELECT coalesce(sum(value), 0) FROM entry WHERE nominal_id = n.id)",
            allow_manual_journal_entries="1",
            **stamps("n"),
        ),
    ),
    *(
        Resource(
            name=f"{table}s",
            source=f"{table} c",
            order="c.id",
            fields=fields("c", f"id:i code:s name:s {STAMPS}", **stamps("c")),
        )
        for table in ("department", "cost_centre")
    ),
    Resource(
        name="banks",
        source="bank b JOIN nominal n ON n.id = b.nominal_id",
        order="b.id",
        fields=fields(
            "b",
            "id:i code:s description:s sort_code:s account_no:s bank_name:s account_status_type:e.account_status "
            "balance:m balance_in_base:m account_currency_id:k bank_account_nominal_reference:s "
            f"bank_account_nominal_cost_centre:s bank_account_nominal_department:s {STAMPS}",
            description="b.name",
            sort_code="'00-00-00'",
            account_no="''",
            bank_name="''",
            account_status_type="'AccountStatusActive'",
            balance="(SELECT coalesce(sum(value), 0) FROM entry WHERE nominal_id = b.nominal_id)",
            balance_in_base="(SELECT coalesce(sum(value), 0) FROM entry WHERE nominal_id = b.nominal_id)",
            account_currency_id=BASE_CURRENCY,
            bank_account_nominal_reference="n.account",
            bank_account_nominal_cost_centre="n.cost_centre",
            bank_account_nominal_department="n.department",
            **stamps("b"),
        ),
    ),
    Resource(
        name="currencies",
        source="currency c",
        order="c.id",
        fields=fields(
            "c",
            "id:i symbol:s name:s core_currency_rate:r is_base_currency:b is_euro_currency:b "
            "use_for_new_accounts:b currency_iso_code_id:k",
            core_currency_rate="1000000",
            is_base_currency="c.base",
            is_euro_currency="c.iso = 'EUR'",
            use_for_new_accounts="c.base",
            currency_iso_code_id="c.id",
        ),
    ),
    Resource(
        name="currency_iso_codes",
        source="currency c",
        order="c.id",
        fields=fields("c", "id:i code:s name:s", code="c.iso"),
    ),
    Resource(
        name="country_codes",
        source="country c",
        order="c.id",
        fields=fields("c", "id:i code:s name:s"),
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
        name="flow_states",
        source="flow_state f",
        order="f.id",
        fields=fields("f", f"id:i flow_id:s value:s {STAMPS}", **stamps("f")),
    ),
    Resource(
        name="couriers",
        source="courier c",
        order="c.id",
        fields=fields("c", f"id:i name:s {STAMPS}", **stamps("c")),
    ),
)
