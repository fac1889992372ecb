"""The wide view of customer accounts: a row with all that a report wants to know of each."""

from __future__ import annotations

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
    "date_account_details_last_changed:t date_of_last_transaction:d date_finance_charge_last_run:d "
    "trading_terms:s credit_reference:s "
    "credit_bureau_id:k credit_bureau_name:s credit_position_id:k credit_position_name:s average_time_to_pay:i "
    "account_opened:d last_credit_review:d next_credit_review:d application_date:d date_received:d terms_agreed:b "
    "is_over_credit_limit:b months_to_keep_transactions_for:i use_tax_code_as_default:b "
    "avg_time_to_pay_date_last_updated:d duns_code:s "
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
CUSTOMER_VIEW = Resource(
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
        **dict.fromkeys(("date_finance_charge_last_run", "avg_time_to_pay_date_last_updated"), "NULL"),
        date_time_created="c.created",
        date_time_updated="c.updated",
    ),
)
