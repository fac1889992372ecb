"""Views of the sales ledger that sum or widen: debts by age, values by period and year, invoiced lines, accounts."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.ageing import aged_periods, aged_view
from tieout.sandbox.sage200.reading.catalogue_customers import (
    ADDRESS_COUNTRY,
    ANALYSIS,
    CONTACT_NAME,
    CURRENCY,
    DEFAULT_EMAIL,
    DEFAULT_TELEPHONE,
    ORDERS_OUTSTANDING,
    OUTSTANDING,
    address_part,
)
from tieout.sandbox.sage200.reading.resources import Resource, fields

_INVOICES = "('TradingAccountEntryTypeInvoice', 'TradingAccountEntryTypeOpeningBalanceInvoice')"
_CREDITS = "('TradingAccountEntryTypeCreditNote', 'TradingAccountEntryTypeOpeningBalanceCreditNote')"
_BY_MONTH = (
    f"SELECT customer_id, substr(date, 1, 7) || '-01' AS month, "  # noqa: S608  # our own names
    f"sum(CASE WHEN type IN {_INVOICES} THEN goods ELSE 0 END) AS invoiced, "
    f"-sum(CASE WHEN type IN {_CREDITS} THEN goods ELSE 0 END) AS credited, "
    f"-sum(CASE WHEN bank_id IS NOT NULL THEN goods ELSE 0 END) AS cash, max(updated) AS updated "
    "FROM posted GROUP BY customer_id, month"
)
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
    source=f"({_BY_MONTH}) v JOIN customer c ON c.id = v.customer_id JOIN period y ON y.start = v.month",
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
    source=(
        "(SELECT m.customer_id, p.year_id, sum(m.invoiced) AS invoiced, sum(m.credited) AS credited, "  # noqa: S608  # as above
        f"sum(m.cash) AS cash, max(m.updated) AS updated FROM ({_BY_MONTH}) m JOIN period p ON p.start = m.month "
        "GROUP BY m.customer_id, p.year_id) v JOIN customer c ON c.id = v.customer_id "
        "JOIN financial_year y ON y.id = v.year_id"
    ),
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

_PLACE = {
    "address_line_1": "address_1",
    "address_line_2": "address_2",
    "address_line_3": "address_3",
    "address_line_4": "address_4",
    "post_code": "postcode",
    "city": "city",
    "county": "county",
}


def _country(column: str, id_sql: str) -> str:
    return f"(SELECT z.{column} FROM country z WHERE z.id = {id_sql})"  # noqa: S608  # our own names


def _contact(what: str) -> str:
    return f"coalesce({what}, '')"


_CUSTOMER_VIEW_WORDS = (
    "id:i reference:s name:s short_name:s country_code_id:k country_code:s currency_id:k currency_name:s "
    "currency_symbol:s currency_iso_code_id:k currency_iso_code:s currency_iso_code_name:s balance:m base_balance:m "
    "credit_limit:m vat_number:s default_tax_rate_id:k default_tax_rate_code:i default_tax_rate_name:s "
    "default_tax_rate:i default_order_priority:s default_nominal_account_number:s default_nominal_cost_centre:s "
    "default_nominal_department:s early_settlement_discount_percent:p days_early_settlement_disc_applies:i "
    "payment_terms_in_days:i payment_terms_id:i payment_terms:s discount_group_id:k discount_group_name:s "
    "discount_group_description:s order_value_discount_id:k order_value_discount_name:s "
    "order_value_discount_description:s price_band_id:k price_band_name:s price_band_description:s "
    "use_consolidated_billing:b invoice_line_discount_percent:p invoice_discount_percent:p account_is_on_hold:b "
    "account_status_type_id:i account_status_type:s account_type_id:i account_type:s value_of_current_orders_in_sop:m "
    "date_account_details_last_changed:t date_of_last_transaction:d trading_terms:s credit_reference:s "
    "credit_bureau_id:k credit_bureau_name:s credit_position_id:k credit_position_name:s average_time_to_pay:i "
    "account_opened:d last_credit_review:d next_credit_review:d application_date:d date_received:d terms_agreed:b "
    "is_over_credit_limit:b months_to_keep_transactions_for:i use_tax_code_as_default:b duns_code:s "
    "telephone_area_code:s telephone_country_code:s telephone_subscriber_number:s fax_area_code:s fax_country_code:s "
    "fax_subscriber_number:s website:s send_copy_statement_to_branch:b statement_transmission_method_id:i "
    "statement_transmission_method:s invoice_payments_status:s contact_name:s contact_first_name:s "
    "contact_middle_name:s contact_last_name:s contact_default_telephone_number:s contact_default_email_address:s "
    f"{ANALYSIS} customer_location_id:i "
    + " ".join(f"customer_location_{name}:s" for name in _PLACE)
    + " customer_location_country:s customer_location_full_address:s customer_location_date_time_created:t "
    "customer_location_date_time_updated:t customer_location_country_code_id:k customer_location_country_code:s "
    "customer_location_country_code_name:s customer_location_type_id:i customer_location_type:s "
    "customer_location_address_country_code_id:k customer_location_address_country_code:s "
    "customer_location_address_country_code_name:s last_follow_up_date:d has_promised_payment:b "
    "date_time_created:t date_time_updated:t"
)
_CUSTOMER_VIEW = Resource(
    name="customer_views",
    source=(
        "customer c LEFT JOIN nominal n ON n.id = c.nominal_id LEFT JOIN tax_code t ON t.id = c.tax_code_id "
        f"LEFT JOIN price_band b ON b.id = c.band_id LEFT JOIN currency y ON y.id = {CURRENCY} "
        "LEFT JOIN customer_contact k ON k.customer_id = c.id AND k.is_default = 1 "
        "LEFT JOIN customer_discount_group g ON g.id = c.discount_group_id "
        "LEFT JOIN order_value_discount o ON o.id = c.order_discount_id"
    ),
    order="c.id",
    single=False,
    fields=fields(
        "c",
        _CUSTOMER_VIEW_WORDS,
        country_code_id="c.country_id",
        country_code=_contact(_country("code", "c.country_id")),
        currency_id="y.id",
        currency_name="y.name",
        currency_symbol="y.symbol",
        currency_iso_code_id="y.id",
        currency_iso_code="y.iso",
        currency_iso_code_name="y.name",
        balance=OUTSTANDING,
        base_balance=OUTSTANDING,
        default_tax_rate_id="t.id",
        default_tax_rate_code="t.code",
        default_tax_rate_name="t.name",
        default_tax_rate="t.rate / 100",
        default_order_priority="c.order_priority",
        default_nominal_account_number="n.account",
        default_nominal_cost_centre="n.cost_centre",
        default_nominal_department="n.department",
        days_early_settlement_disc_applies="c.early_settlement_discount_days",
        payment_terms_in_days="c.payment_terms_days",
        payment_terms_id="CASE c.payment_terms_basis WHEN 'PaymentDueFromDocumentDate' THEN 0 "
        "WHEN 'PaymentDueFromEndOfMonth' THEN 1 ELSE 2 END",
        payment_terms="c.payment_terms_basis",
        order_value_discount_id="c.order_discount_id",
        price_band_id="c.band_id",
        price_band_name="coalesce(b.name, '')",
        price_band_description="coalesce(b.description, '')",
        invoice_line_discount_percent="c.line_discount",
        invoice_discount_percent="c.document_discount",
        account_is_on_hold="c.on_hold",
        account_status_type_id="CASE c.status WHEN 'AccountStatusActive' THEN 0 ELSE 1 END",
        account_status_type="c.status",
        account_type_id="0",
        value_of_current_orders_in_sop=ORDERS_OUTSTANDING,
        date_account_details_last_changed="c.updated",
        date_of_last_transaction="(SELECT max(date) FROM posted WHERE customer_id = c.id)",
        average_time_to_pay="0",
        is_over_credit_limit=f"c.credit_limit > 0 AND {OUTSTANDING} > c.credit_limit",
        months_to_keep_transactions_for="c.months_to_keep_transactions",
        send_copy_statement_to_branch="0",
        statement_transmission_method_id="0",
        statement_transmission_method="'Post'",
        contact_name=_contact(CONTACT_NAME),
        contact_first_name=_contact("k.first_name"),
        contact_middle_name=_contact("k.middle_name"),
        contact_last_name=_contact("k.last_name"),
        contact_default_telephone_number=DEFAULT_TELEPHONE,
        contact_default_email_address=DEFAULT_EMAIL,
        customer_location_id="c.id",
        **{f"customer_location_{name}": address_part(part) for name, part in _PLACE.items()},
        customer_location_country=_contact(_country("name", ADDRESS_COUNTRY)),
        customer_location_full_address="trim("
        + " || char(10) || ".join(address_part(part) for part in _PLACE.values())
        + ", char(10))",
        customer_location_date_time_created="c.created",
        customer_location_date_time_updated="c.updated",
        customer_location_country_code_id="c.country_id",
        customer_location_country_code=_contact(_country("code", "c.country_id")),
        customer_location_country_code_name=_contact(_country("name", "c.country_id")),
        customer_location_type_id="0",
        customer_location_type="'Main address'",
        customer_location_address_country_code_id=ADDRESS_COUNTRY,
        customer_location_address_country_code=_contact(_country("code", ADDRESS_COUNTRY)),
        customer_location_address_country_code_name=_contact(_country("name", ADDRESS_COUNTRY)),
        discount_group_name="coalesce(g.name, '')",
        discount_group_description="coalesce(g.description, '')",
        order_value_discount_name="coalesce(o.name, '')",
        order_value_discount_description="coalesce(o.description, '')",
        **dict.fromkeys(("credit_bureau_name", "credit_position_name", "invoice_payments_status"), "''"),
        date_time_created="c.created",
        date_time_updated="c.updated",
    ),
)

SALES_VIEWS = (
    _CUSTOMER_VIEW,
    aged_view("sales_aged_debtor_detailed_views", by_transaction=True),
    aged_view("sales_aged_debtor_summary_views", by_transaction=False),
    aged_periods("sales_aged_transaction_period_views"),
    _PERIOD_VALUES,
    _YEAR_VALUES,
    _INVOICED_LINES,
)
