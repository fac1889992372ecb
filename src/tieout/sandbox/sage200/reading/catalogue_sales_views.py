"""Views of the sales ledger that sum: debts by age, values by period and year, invoiced lines."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.ageing import aged_periods, aged_view
from tieout.sandbox.sage200.reading.resources import Resource, fields

_KINDS = (("invoice", "invoiced"), ("credit_note", "credited"), ("cash", "cash"), ("profit", "0"))
_CODES = " ".join(f"customer_analysis_code_{n}:s" for n in range(1, 6))
_WHO = f"customer_id:i customer_reference:s customer_name:s {_CODES}"


def _totals(prefix: str) -> tuple[str, dict[str, str]]:
    """Return the total fields of a period or year and their expressions; Sage shortens one name in base currency."""
    words, shown = [], {}
    for ending in ("to_date", "to_date_in_base"):
        for kind, column in _KINDS:
            short = "cred_note" if kind == "credit_note" and ending.endswith("base") else kind
            name = f"{prefix}_total_{short}_value_{ending}"
            words.append(f"{name}:m")
            shown[name] = column if column == "0" else f"v.{column}"
    words += [f"{prefix}_exchange_rate_gain_or_loss:i", f"{prefix}_total_finance_charges_applied:m"]
    shown |= {f"{prefix}_exchange_rate_gain_or_loss": "0", f"{prefix}_total_finance_charges_applied": "0"}
    return " ".join(words), shown


_WHOSE = {
    "customer_id": "v.customer_id",
    "customer_reference": "c.reference",
    "customer_name": "c.name",
    **{f"customer_analysis_code_{n}": f"c.analysis_code_{n}" for n in range(1, 6)},
}
_PERIOD_WORDS, _PERIOD_TOTALS = _totals("period_value")
_YEAR_WORDS, _YEAR_TOTALS = _totals("year_value")

_PERIOD_VALUES = Resource(
    name="customer_period_value_views",
    source="customer_month v JOIN customer c ON c.id = v.customer_id JOIN period y ON y.start = v.month",
    order="c.reference, y.id",
    single=False,
    fields=fields(
        "v",
        f"{_WHO} customer_period_value_id:i {_PERIOD_WORDS} customer_analysis_period_id:i analysis_period_reference:s "
        "analysis_period_start_date:d analysis_period_end_date:d period_value_date_time_updated:t",
        customer_period_value_id="v.customer_id * 100000 + y.id",
        customer_analysis_period_id="y.id",
        analysis_period_reference="CAST(y.number AS TEXT)",
        analysis_period_start_date="y.start",
        analysis_period_end_date="y.finish",
        period_value_date_time_updated="v.updated",
        **_WHOSE,
        **_PERIOD_TOTALS,
    ),
)

_YEAR_VALUES = Resource(
    name="customer_year_value_views",
    source="financial_year y CROSS JOIN customer_year v ON v.year_id = y.id JOIN customer c ON c.id = v.customer_id",
    order="y.finish, v.customer_id",
    single=False,
    fields=fields(
        "v",
        f"{_WHO} customer_year_value_id:i {_YEAR_WORDS} financial_year_id:i financial_year_start_date:d "
        "financial_year_end_date:d year_relative_to_current_year:i number_of_periods_in_year:i "
        "year_value_date_time_updated:t",
        customer_year_value_id="v.customer_id * 1000 + v.year_id",
        financial_year_id="v.year_id",
        financial_year_start_date="y.start",
        financial_year_end_date="y.finish",
        year_relative_to_current_year="y.relative",
        number_of_periods_in_year="(SELECT count(*) FROM period z WHERE z.year_id = y.id)",
        year_value_date_time_updated="v.updated",
        **_WHOSE,
        **_YEAR_TOTALS,
    ),
)

_COST = "CASE WHEN l.product_id > 0 THEN CAST(round(1.0 * i.quantity * l.cost_price / 100000) AS INTEGER) ELSE 0 END"
_INVOICED_LINES = Resource(
    name="customer_sop_invoice_credit_line_views",
    source=(
        "invoice_line i JOIN invoice v ON v.id = i.invoice_id JOIN document d ON d.id = v.document_id "
        "JOIN customer c ON c.id = d.customer_id JOIN line l ON l.id = i.line_id "
        "LEFT JOIN product p ON p.id = l.product_id LEFT JOIN product_group g ON g.id = p.group_id"
    ),
    where="d.archived = 0",
    order="i.invoice_id DESC, i.id DESC",
    single=False,
    fields=fields(
        "i",
        "customer_id:k customer_reference:s customer_name:s sop_invoice_credit_id:i sop_invoice_credit_type:s "
        "sop_invoice_credit_document_no:s sop_invoice_credit_document_date:d sop_invoice_credit_document_status:s "
        "sop_invoice_credit_exchange_rate:r sop_invoice_credit_date_time_updated:t sop_invoice_credit_line_id:i "
        "sop_invoice_credit_line_invoice_credit_date:d sop_invoice_credit_line_total_value:m "
        "sop_invoice_credit_line_tax_value:m sop_invoice_credit_line_date_time_updated:t "
        "invoice_line_profit_analysis_id:i invoice_line_profit_analysis_line_quantity:q "
        "invoice_line_profit_analysis_realised_cost_value:q invoice_line_profit_analysis_realised_profit_value:q "
        "invoice_line_profit_analysis_date_time_updated:t product_id:k product_code:s product_name:s "
        "product_description:s product_date_time_updated:t product_group_id:k product_group_code:s "
        "product_group_description:s product_group_date_time_updated:t",
        customer_id="d.customer_id",
        customer_reference="c.reference",
        customer_name="c.name",
        sop_invoice_credit_id="i.invoice_id",
        sop_invoice_credit_type="CASE v.kind WHEN 'invoice' THEN 'EnumInvoiceCreditTypeInvoice' "
        "ELSE 'EnumInvoiceCreditTypeCredit' END",
        sop_invoice_credit_document_no="v.document_no",
        sop_invoice_credit_document_date="v.date",
        sop_invoice_credit_document_status="'EnumDocumentStatusComplete'",
        sop_invoice_credit_exchange_rate="1000000",
        sop_invoice_credit_date_time_updated="v.updated",
        sop_invoice_credit_line_id="i.id",
        sop_invoice_credit_line_invoice_credit_date="v.date",
        sop_invoice_credit_line_total_value="i.net",
        sop_invoice_credit_line_tax_value="i.tax",
        sop_invoice_credit_line_date_time_updated="v.updated",
        invoice_line_profit_analysis_id="i.id",
        invoice_line_profit_analysis_line_quantity="i.quantity",
        invoice_line_profit_analysis_realised_cost_value=_COST,
        invoice_line_profit_analysis_realised_profit_value=f"i.net * 1000 - {_COST}",
        invoice_line_profit_analysis_date_time_updated="v.updated",
        product_id="l.product_id",
        product_code="coalesce(p.code, '')",
        product_name="coalesce(p.name, '')",
        product_description="coalesce(p.description, '')",
        product_date_time_updated="p.updated",
        product_group_id="g.id",
        product_group_code="coalesce(g.code, '')",
        product_group_description="coalesce(g.description, '')",
        product_group_date_time_updated="g.updated",
    ),
)

SALES_VIEWS = (
    aged_view("sales_aged_debtor_detailed_views", by_transaction=True),
    aged_view("sales_aged_debtor_summary_views", by_transaction=False),
    aged_periods("sales_aged_transaction_period_views"),
    _PERIOD_VALUES,
    _YEAR_VALUES,
    _INVOICED_LINES,
)
