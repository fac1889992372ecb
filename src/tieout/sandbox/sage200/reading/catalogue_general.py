"""Readable resources of the ledgers: customers, posted transactions, VAT, nominal, banks, periods."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.resources import Resource, fields, many, one

STAMPS = "date_time_created:t date_time_updated:t"


def stamps(alias: str) -> dict[str, str]:
    """Return the expressions of the two stamps."""
    return {"date_time_created": f"{alias}.created", "date_time_updated": f"{alias}.updated"}


BASE_CURRENCY = "(SELECT id FROM currency WHERE base = 1)"

GENERAL = (
    Resource(
        name="customers",
        source="customer c LEFT JOIN nominal n ON n.id = c.nominal_id",
        order="c.id",
        fields=fields(
            "c",
            "id:i reference:s name:s short_name:s balance:m on_hold:b account_status_type:e.account_status "
            "currency_id:k telephone_country_code:s credit_limit:m country_code_id:k default_tax_code_id:k "
            "vat_number:s account_type:s payment_terms_days:i payment_terms_basis:s "
            "value_of_current_orders_in_sop:m default_nominal_code_id:k default_nominal_code_reference:s "
            "default_nominal_code_cost_centre:s default_nominal_code_department:s price_band_id:k "
            f"main_address:o {STAMPS}",
            balance="(SELECT coalesce(sum(gross), 0) FROM posted WHERE customer_id = c.id)",
            account_status_type="c.status",
            currency_id=BASE_CURRENCY,
            telephone_country_code="''",
            country_code_id="c.country_id",
            default_tax_code_id="c.tax_code_id",
            account_type="'TradingAccountTypeOpenItem'",
            payment_terms_days="30",
            payment_terms_basis="'PaymentDueFromDocumentDate'",
            value_of_current_orders_in_sop=(
                "(SELECT coalesce(sum(gross), 0) FROM document WHERE customer_id = c.id AND kind = 'order' "
                "AND status = 'Live')"
            ),
            default_nominal_code_id="c.nominal_id",
            default_nominal_code_reference="n.account",
            default_nominal_code_cost_centre="n.cost_centre",
            default_nominal_code_department="n.department",
            price_band_id="c.band_id",
            main_address="c.address",
            **stamps("c"),
        ),
        children={
            "currency": one("currencies", "currency_id"),
            "default_tax_code": one("tax_codes", "default_tax_code_id"),
            "default_nominal_code": one("nominal_codes", "default_nominal_code_id"),
            "price_band": one("price_bands", "price_band_id"),
            "country_code": one("country_codes", "country_code_id"),
        },
    ),
    Resource(
        name="sales_posted_transactions",
        source="posted p",
        order="p.id",
        fields=fields(
            "p",
            "id:i customer_id:k trader_transaction_type:e.trader_type reference:s second_reference:s queried:s "
            "transaction_date:d posted_date:t due_date:d full_settlement_date:d document_goods_value:m "
            "document_gross_value:m document_tax_value:m document_discount_value:m discount_percent:p "
            "document_tax_discount_value:m document_allocated_value:m document_outstanding_value:m "
            "base_goods_value:m base_gross_value:m base_tax_value:m base_discount_value:m "
            "base_tax_discount_value:m base_allocated_value:m control_value_in_base_currency:m exchange_rate:r "
            f"settled_immediately:b discount_days:i urn:i user_name:s {STAMPS}",
            trader_transaction_type="p.type",
            transaction_date="p.date",
            posted_date="p.posted",
            due_date="p.due",
            full_settlement_date="p.settled",
            document_goods_value="p.goods",
            document_gross_value="p.gross",
            document_tax_value="p.tax",
            document_discount_value="0",
            discount_percent="0",
            document_tax_discount_value="0",
            document_allocated_value="p.allocated",
            document_outstanding_value="p.gross - p.allocated",
            base_goods_value="p.goods",
            base_gross_value="p.gross",
            base_tax_value="p.tax",
            base_discount_value="0",
            base_tax_discount_value="0",
            base_allocated_value="p.allocated",
            control_value_in_base_currency="p.gross",
            exchange_rate="1000000",
            discount_days="0",
            **stamps("p"),
        ),
        children={
            "customer": one("customers", "customer_id"),
            "tax_analysis_items": many("posted_tax_items", "posted_id"),
            "nominal_analysis_items": many("posted_nominal_items", "urn", "urn"),
            "bank_items": many("posted_bank_items", "posted_id"),
            "allocation_history_items": many("posted_allocation_items", "posted_id"),
        },
        inline=("tax_analysis_items", "nominal_analysis_items", "bank_items", "allocation_history_items"),
    ),
    Resource(
        name="posted_tax_items",
        hidden=True,
        source="posted_tax t JOIN tax_code c ON c.id = t.tax_code_id",
        order="t.id",
        fields=fields(
            "t",
            "id:i code:i name:s entry_type:s goods_amount:m tax_amount:m tax_discount_amount:m posted_id:h",
            id="t.tax_code_id",
            code="c.code",
            name="c.name",
            entry_type="'TaxAccountEntryOutput'",
            goods_amount="t.goods",
            tax_amount="t.tax",
            tax_discount_amount="0",
        ),
    ),
    Resource(
        name="posted_nominal_items",
        hidden=True,
        source="entry e JOIN journal j ON j.id = e.journal_id JOIN nominal n ON n.id = e.nominal_id",
        where="e.role = 'analysis'",
        order="e.id",
        fields=fields(
            "e",
            "code:s cost_centre:s department:s name:s location:s reference:s narrative:s value:m base_value:m "
            "source:s urn:h",
            code="n.account",
            cost_centre="n.cost_centre",
            department="n.department",
            name="n.name",
            location="CASE j.deferred WHEN 1 THEN 'Deferred' ELSE 'Current' END",
            reference="j.reference",
            base_value="e.value",
            source="j.source",
            urn="j.urn",
        ),
    ),
    Resource(
        name="posted_bank_items",
        hidden=True,
        source="posted p JOIN bank b ON b.id = p.bank_id",
        order="p.id",
        fields=fields(
            "p",
            "bank_code:s name:s bank_entry_type:s reference:s cheque_value:m urn:i posted_id:h",
            bank_code="b.code",
            name="b.name",
            bank_entry_type="CASE WHEN p.gross < 0 THEN 'BankAccountEntryType.Receipt' "
            "ELSE 'BankAccountEntryType.Payment' END",
            cheque_value="-p.gross",
            posted_id="p.id",
        ),
    ),
    Resource(
        name="posted_allocation_items",
        hidden=True,
        source="ledger_allocation a",
        order="a.id",
        fields=fields(
            "a",
            f"id:i entry_date:d allocation_value:m nominal_updated:b {STAMPS} posted_id:h",
            entry_date="a.date",
            allocation_value="a.value",
            nominal_updated="1",
            **stamps("a"),
        ),
    ),
    Resource(
        name="sales_posted_transaction_memos",
        source="memo m",
        order="m.id",
        fields=fields(
            "m",
            f"id:i posted_customer_transaction_id:k note:s is_active:b created_by:s {STAMPS}",
            posted_customer_transaction_id="m.posted_id",
            is_active="m.active",
            created_by="m.user_name",
            **stamps("m"),
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
        name="nominal_codes",
        source=(
            "nominal n LEFT JOIN cost_centre c ON c.code = n.cost_centre "
            "LEFT JOIN department d ON d.code = n.department"
        ),
        order="n.account, n.cost_centre, n.department",
        fields=fields(
            "n",
            "id:i name:s reference:s cost_centre_id:k cost_centre_code:s department_id:k department_code:s "
            f"nominal_account_type:s account_status_type:e.account_status balance_year_to_date:m "
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
    Resource(
        name="sop_additional_charges",
        source="charge c",
        order="c.id",
        fields=fields(
            "c",
            f"id:i code:s name:s charge_value:m notional_cost_value:q nominal_code_id:k tax_code_id:k {STAMPS}",
            charge_value="c.value",
            notional_cost_value="0",
            nominal_code_id="c.nominal_id",
            **stamps("c"),
        ),
    ),
)
