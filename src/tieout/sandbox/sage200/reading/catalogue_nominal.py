"""Readable resources of the nominal ledger: codes with their balances, where postings landed, categories, memos."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_general import STAMPS, stamps
from tieout.sandbox.sage200.reading.resources import Resource, fields, many, one

_ANALYSIS = " ".join(f"analysis_code_{n}:s" for n in range(1, 21))
_TOTALS = (
    "(SELECT coalesce(sum({what}), 0) FROM nominal_total t JOIN period p ON p.id = t.period_id "
    "JOIN financial_year y ON y.id = p.year_id WHERE t.nominal_id = n.id AND t.deferred = 0 AND y.relative {years})"
)
_DEBIT = _TOTALS.format(what="t.debit", years="= 0")
_CREDIT = _TOTALS.format(what="t.credit", years="= 0")
_IS_BALANCE_SHEET = "coalesce(r.category_type, 'Asset') IN ('Asset', 'Liability')"
_FORWARD = f"(CASE WHEN {_IS_BALANCE_SHEET} THEN {_TOTALS.format(what='t.debit - t.credit', years='< 0')} ELSE 0 END)"
_STATUS = "CASE n.hidden WHEN 1 THEN 'AccountStatusHidden' ELSE 'AccountStatusActive' END"
_TYPE_ID = "CASE n.type WHEN 'NominalAccountTypeGroup' THEN 1 WHEN 'NominalAccountTypeMemo' THEN 2 ELSE 0 END"
_REPORT_ID = f"CASE WHEN {_IS_BALANCE_SHEET} THEN 0 ELSE 1 END"
_WITH_PLACES = (
    "nominal n LEFT JOIN report_category r ON r.id = n.report_category_id "
    "LEFT JOIN cost_centre c ON n.cost_centre <> '' AND c.code = n.cost_centre "
    "LEFT JOIN department d ON n.department <> '' AND d.code = n.department"
)
_BY_CODE = "n.account, n.cost_centre, n.department"
_PLACES = {
    "cost_centre_id": "c.id",
    "cost_centre_code": "n.cost_centre",
    "department_id": "d.id",
    "department_code": "n.department",
}
_BALANCES = {
    "balance_year_to_date": f"({_FORWARD} + {_DEBIT} - {_CREDIT})",
    "brought_forward_balance": _FORWARD,
}
_FLAGS = {
    "display_balances_in_selection_list": "n.display",
    "allow_manual_journal_entries": "n.journals",
    "use_batch_postings": "n.batches",
    "periods_to_keep_transactions": "n.keep_periods",
}
_NO_CONSOLIDATION = {
    "consolidated_nominal_account_number": "''",
    "consolidated_nominal_cost_centre": "''",
    "consolidated_nominal_department": "''",
}
_BUDGETS_NONE = {"original_budget_value": "0", "budget_value": "0", "adjustment_after_year_end_close": "0"}
YEAR_SPAN = 1000

NOMINAL = (
    Resource(
        name="nominal_codes",
        source=_WITH_PLACES,
        order=_BY_CODE,
        fields=fields(
            "n",
            "id:i name:s reference:s cost_centre_id:k cost_centre_code:s department_id:k department_code:s "
            "nominal_account_type:s+ account_status_type:e.account_status report_category_id:k+ sofa_category_id:k "
            "display_balances_in_selection_list:b balance_year_to_date:m debit_balance_year_to_date:m "
            "credit_balance_year_to_date:m brought_forward_balance:m allow_manual_journal_entries:b "
            "use_batch_postings:b periods_to_keep_transactions:i consolidated_nominal_code_id:k "
            "consolidated_nominal_account_number:s consolidated_nominal_cost_centre:s "
            f"consolidated_nominal_department:s {_ANALYSIS} {STAMPS}",
            reference="n.account",
            **_PLACES,
            nominal_account_type="n.type",
            account_status_type=_STATUS,
            sofa_category_id="0",
            **_BALANCES,
            debit_balance_year_to_date=_DEBIT,
            credit_balance_year_to_date=_CREDIT,
            **_FLAGS,
            consolidated_nominal_code_id="0",
            **_NO_CONSOLIDATION,
            **stamps("n"),
        ),
        children={
            "cost_centre": one("cost_centres", "cost_centre_id"),
            "department": one("departments", "department_id"),
            "report_category": one("nominal_report_categories", "report_category_id"),
            "financial_years": many("nominal_financial_years", "nominal_code_id"),
            "memos": many("nominal_code_memos", "nominal_code_id"),
        },
        inline=("financial_years", "memos"),
    ),
    Resource(
        name="nominal_financial_years",
        hidden=True,
        source="nominal n JOIN financial_year y LEFT JOIN report_category r ON r.id = n.report_category_id",
        order="y.start",
        fields=fields(
            "n",
            "id:i nominal_code_id:i financial_year_id:i year_relative_to_current_year:i budget_type:s "
            "budget_profile_id:k original_budget_value:m budget_value:m adjustment_after_year_end_close:m "
            "closing_balance:m",
            id=f"n.id * {YEAR_SPAN} + y.id",
            nominal_code_id="n.id",
            financial_year_id="y.id",
            year_relative_to_current_year="y.relative",
            budget_type="'None'",
            budget_profile_id="0",
            **_BUDGETS_NONE,
            closing_balance=(
                "(SELECT coalesce(sum(t.debit - t.credit), 0) FROM nominal_total t JOIN period p ON p.id = t.period_id "  # noqa: S608  # our own words
                f"WHERE t.nominal_id = n.id AND t.deferred = 0 AND (p.year_id = y.id OR ({_IS_BALANCE_SHEET} "
                "AND p.start < y.start)))"
            ),
        ),
    ),
    Resource(
        name="nominal_code_views",
        source=_WITH_PLACES,
        order=_BY_CODE,
        single=False,
        fields=fields(
            "n",
            "id:i name:s reference:s cost_centre_id:k cost_centre_code:s department_id:k department_code:s "
            "nominal_account_type_id:i account_status_type_id:i report_category_id:k report_category_code:s "
            "report_category_description:s report_category_report_type_id:i sofa_category_id:k sofa_category_code:s "
            "sofa_category_description:s sofa_category_report_type_id:k year_value_budget_type_id:k "
            "year_value_budget_value:m year_value_original_budget_value:m report_category_budget_name:s "
            "allow_manual_journal_entries:b use_batch_postings:b periods_to_keep_transactions:i "
            "consolidated_nominal_account_number:s consolidated_nominal_cost_centre:s "
            "consolidated_nominal_department:s consolidated_adjustment:m display_balances_in_selection_list:b "
            "balance_year_to_date:m debit_year_to_date:m credit_year_to_date:m brought_forward_balance:m "
            f"{_ANALYSIS}",
            reference="n.account",
            **_PLACES,
            nominal_account_type_id=_TYPE_ID,
            account_status_type_id="n.hidden",
            report_category_code="coalesce(r.code, '')",
            report_category_description="coalesce(r.description, '')",
            report_category_report_type_id=_REPORT_ID,
            sofa_category_id="0",
            sofa_category_code="''",
            sofa_category_description="''",
            sofa_category_report_type_id="0",
            year_value_budget_type_id="0",
            year_value_budget_value="0",
            year_value_original_budget_value="0",
            report_category_budget_name="''",
            **_FLAGS,
            **_NO_CONSOLIDATION,
            consolidated_adjustment="0",
            **_BALANCES,
            debit_year_to_date=_DEBIT,
            credit_year_to_date=_CREDIT,
        ),
    ),
    Resource(
        name="lookup_nominal_codes",
        source="nominal n LEFT JOIN report_category r ON r.id = n.report_category_id",
        order=_BY_CODE,
        single=False,
        fields=fields(
            "n",
            "id:i name:s reference:s cost_centre_code:s department_code:s nominal_account_type_id:i "
            "account_status_type_id:i display_balances_in_selection_list:b balance_year_to_date:m "
            "brought_forward_balance:m",
            reference="n.account",
            cost_centre_code="n.cost_centre",
            department_code="n.department",
            nominal_account_type_id=_TYPE_ID,
            account_status_type_id="n.hidden",
            display_balances_in_selection_list="n.display",
            **_BALANCES,
        ),
    ),
    Resource(
        name="nominal_period_value_views",
        source=(
            "nominal n JOIN period p JOIN financial_year y ON y.id = p.year_id "
            "LEFT JOIN cost_centre c ON n.cost_centre <> '' AND c.code = n.cost_centre "
            "LEFT JOIN department d ON n.department <> '' AND d.code = n.department"
        ),
        order="p.finish DESC, p.number DESC, n.id DESC",
        single=False,
        fields=fields(
            "n",
            "nominal_code_id:i nominal_code_account_number_cost_centre_id:k nominal_code_cost_centre_id:k "
            "nominal_code_department_id:k nominal_code_account_type:s nominal_code_report_category_id:k "
            "nominal_code_name:s nominal_code_reference:s nominal_code_cost_centre:s nominal_code_department:s "
            "nominal_code_account_status_type:s nominal_period_value_id:i nominal_period_value_budget_value:q "
            "nominal_period_value_actual_value:q nominal_period_value_adjustment_after_year_end_close:q "
            "accounting_period_id:i accounting_period_period_number:i accounting_period_start_date:d "
            "accounting_period_end_date:d financial_year_id:i financial_year_start_date:d "
            "year_relative_to_current_year:i number_of_periods_in_year:i",
            nominal_code_id="n.id",
            nominal_code_account_number_cost_centre_id="n.id",
            nominal_code_cost_centre_id="c.id",
            nominal_code_department_id="d.id",
            nominal_code_account_type="n.type",
            nominal_code_report_category_id="n.report_category_id",
            nominal_code_name="n.name",
            nominal_code_reference="n.account",
            nominal_code_cost_centre="n.cost_centre",
            nominal_code_department="n.department",
            nominal_code_account_status_type=_STATUS,
            nominal_period_value_id=f"n.id * {YEAR_SPAN} + p.id",
            nominal_period_value_budget_value="0",
            nominal_period_value_actual_value=(
                "(SELECT coalesce(sum(t.debit - t.credit), 0) * 1000 FROM nominal_total t "
                "WHERE t.nominal_id = n.id AND t.period_id = p.id AND t.deferred = 0)"
            ),
            nominal_period_value_adjustment_after_year_end_close="0",
            accounting_period_id="p.id",
            accounting_period_period_number="p.number",
            accounting_period_start_date="p.start",
            accounting_period_end_date="p.finish",
            financial_year_id="y.id",
            financial_year_start_date="y.start",
            year_relative_to_current_year="y.relative",
            number_of_periods_in_year="12",
        ),
    ),
)
