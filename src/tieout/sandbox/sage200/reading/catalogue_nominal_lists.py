"""Readable resources beside the nominal codes: places, categories, control accounts, memos, the postings themselves."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_general import STAMPS, stamps
from tieout.sandbox.sage200.reading.resources import Resource, fields, many

NOMINAL_LISTS = (
    *(
        Resource(
            name=f"{table}s",
            source=f"{table} c",
            order="c.id",
            fields=fields(
                "c",
                f"id:i code:s name:s contact_name:s contact_details:s contact_email_address:s {STAMPS}",
                **stamps("c"),
            ),
        )
        for table in ("department", "cost_centre")
    ),
    Resource(
        name="nominal_report_categories",
        source="report_category r",
        order="r.id",
        fields=fields(
            "r",
            f"id:i account_report_type:s code:s description:s account_report_category_type:s {STAMPS}",
            account_report_type="r.report_type",
            account_report_category_type="r.category_type",
            **stamps("r"),
        ),
    ),
    Resource(
        name="nominal_transaction_analysis_codes",
        source="transaction_analysis_code a",
        order="a.id",
        single=False,
        fields=fields("a", f"id:i code:s description:s active:b {STAMPS}", **stamps("a")),
    ),
    Resource(
        name="control_nominal_codes",
        source="control_nominal c JOIN nominal n ON n.id = c.nominal_id",
        order="c.id",
        fields=fields(
            "c",
            f"id:i name:s account_number:s nominal_reporting_type:s control_nominal_code_type:s {STAMPS}",
            account_number="n.account",
            nominal_reporting_type="c.reporting_type",
            control_nominal_code_type="c.type",
            **stamps("c"),
        ),
    ),
    Resource(
        name="consolidated_nominal_codes",
        source="nominal n",
        where="0",
        order="n.id",
        fields=fields(
            "n",
            "id:i name:s reference:s cost_centre_id:k cost_centre_code:s department_id:k department_code:s "
            f"nominal_account_type:s account_status_type:e.account_status {STAMPS}",
            reference="n.account",
            cost_centre_id="0",
            cost_centre_code="n.cost_centre",
            department_id="0",
            department_code="n.department",
            nominal_account_type="n.type",
            account_status_type="'AccountStatusActive'",
            **stamps("n"),
        ),
    ),
    Resource(
        name="nominal_budget_profiles",
        source="financial_year y",
        where="0",
        order="y.id",
        fields=fields("y", "id:i name:s", name="''"),
    ),
    Resource(
        name="nominal_code_memos",
        source="nominal_memo m",
        order="m.id",
        fields=fields(
            "m",
            f"id:i nominal_code_id:i is_active:b note:s created_by:s {STAMPS}",
            nominal_code_id="m.nominal_id",
            is_active="m.active",
            created_by="m.user_name",
            **stamps("m"),
        ),
    ),
    Resource(
        name="nominal_transaction_enquiry_views",
        source=(
            "entry e JOIN journal j ON j.id = e.journal_id JOIN period p ON p.id = j.period_id "
            "JOIN financial_year y ON y.id = p.year_id"
        ),
        where="j.deferred = 0",
        order="e.id",
        fields=fields(
            "e",
            "id:i nominal_code_id:i transaction_date:d period_number:i reference:s narrative:s "
            "transaction_analysis_code:s debit:m credit:m user_name:s source:s urn:i accounting_period_id:i "
            "financial_year_id:i financial_year_start_date:d year_relative_to_current_year:i",
            nominal_code_id="e.nominal_id",
            transaction_date="j.date",
            period_number="p.number",
            reference="j.reference",
            transaction_analysis_code="e.transaction_code",
            debit="max(e.value, 0)",
            credit="max(-e.value, 0)",
            user_name="substr(j.user_name, 1, 20)",
            source="j.source",
            urn="j.urn",
            accounting_period_id="j.period_id",
            financial_year_id="y.id",
            financial_year_start_date="y.start",
            year_relative_to_current_year="y.relative",
        ),
        children={
            "nominal_analysis_items": many("posted_nominal_items", "urn", "urn"),
            "tax_analysis_items": many("urn_tax_items", "urn", "urn"),
            "bank_items": many("urn_bank_items", "urn", "urn"),
            "trade_items": many("urn_trade_items", "urn", "urn"),
        },
        inline=("nominal_analysis_items", "tax_analysis_items", "bank_items", "trade_items"),
    ),
    Resource(
        name="urn_tax_items",
        hidden=True,
        source=(
            "(SELECT p.urn, t.tax_code_id, 'TaxAccountEntryOutput' AS entry_type, t.goods, t.tax FROM posted_tax t "
            "JOIN posted p ON p.id = t.posted_id UNION ALL SELECT urn, tax_code_id, entry_type, goods, tax "
            "FROM bank_posted_tax) t JOIN tax_code c ON c.id = t.tax_code_id"
        ),
        order="t.tax_code_id",
        fields=fields(
            "t",
            "id:i code:i name:s entry_type:s goods_amount:m tax_amount:m tax_discount_amount:m urn:h",
            id="t.tax_code_id",
            code="c.code",
            name="c.name",
            goods_amount="t.goods",
            tax_amount="t.tax",
            tax_discount_amount="0",
        ),
    ),
    Resource(
        name="urn_bank_items",
        hidden=True,
        source="bank_posted t JOIN bank b ON b.id = t.bank_id",
        order="t.id",
        fields=fields(
            "t",
            "bank_code:s name:s bank_entry_type:s reference:s cheque_value:m urn:i",
            bank_code="b.code",
            name="b.name",
            bank_entry_type="t.type",
            cheque_value="t.value",
        ),
    ),
    Resource(
        name="urn_trade_items",
        hidden=True,
        source="posted t JOIN customer c ON c.id = t.customer_id",
        order="t.id",
        fields=fields(
            "t",
            "account_number:s account_name:s trading_entry_type:s entry_type_string:s reference:s gross_value:m "
            "tax_value:m transaction_date:d urn:i",
            account_number="c.reference",
            account_name="c.name",
            trading_entry_type="t.type",
            entry_type_string=(
                "CASE t.type WHEN 'TradingAccountEntryTypeInvoice' THEN 'Invoice' "
                "WHEN 'TradingAccountEntryTypeCreditNote' THEN 'Credit Note' "
                "WHEN 'TradingAccountEntryTypePurchasePaymentSalesReceipt' THEN 'Receipt' ELSE 'Payment' END"
            ),
            gross_value="t.gross",
            tax_value="t.tax",
            transaction_date="t.date",
        ),
    ),
)
