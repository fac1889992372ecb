"""The tables of the sales ledger beyond accounts and posted rows: contacts and what hangs on an account."""

from __future__ import annotations

_STAMPS = "created TEXT NOT NULL, updated TEXT NOT NULL"
_TEXT = "TEXT COLLATE NOCASE NOT NULL DEFAULT ''"
_NUMBER = "INTEGER NOT NULL DEFAULT 0"


def _each(names: str, declared: str) -> str:
    """Return one declaration for many columns."""
    return ", ".join(f"{name} {declared}" for name in names.split())


def _numbered(name: str, count: int, declared: str) -> str:
    """Return one declaration for columns numbered from 1."""
    return ", ".join(f"{name}_{n} {declared}" for n in range(1, count + 1))


CUSTOMER_COLUMNS = ", ".join(
    (
        "payment_terms_days INTEGER NOT NULL DEFAULT 30",
        "payment_terms_basis TEXT NOT NULL DEFAULT 'PaymentDueFromDocumentDate'",
        "exchange_rate_type TEXT NOT NULL DEFAULT 'ExchangeRateSingle'",
        "account_type TEXT NOT NULL DEFAULT 'TradingAccountTypeOpenItem'",
        "office_type TEXT NOT NULL DEFAULT 'Independent'",
        "credit_memo TEXT",
        _each("status_reason telephone_country_code telephone_area_code telephone_subscriber_number", _TEXT),
        _each("fax_country_code fax_area_code fax_subscriber_number website duns_code trading_terms", _TEXT),
        _each("credit_reference order_priority", _TEXT),
        _each("currency_id early_settlement_discount_percent early_settlement_discount_days terms_agreed", _NUMBER),
        _each("credit_bureau_id credit_position_id finance_charge_id associated_head_office_id", _NUMBER),
        _each("produce_statements_for_customer use_consolidated_billing use_tax_code_as_default", _NUMBER),
        _each("months_to_keep_transactions has_promised_payment", _NUMBER),
        _each("account_opened last_credit_review next_credit_review application_date date_received", "TEXT"),
        "last_follow_up_date TEXT",
        _numbered("analysis_code", 20, _TEXT),
        _numbered("spare_text", 10, _TEXT),
        _numbered("spare_number", 10, _NUMBER),
        _numbered("spare_date", 5, "TEXT"),
        _numbered("spare_bool", 5, _NUMBER),
    )
)
"""The columns of a customer that only the account itself shows; each is named as its property."""

_PHONE = _each("country_code area_code subscriber_number", _TEXT)
_CONTACT_VALUES = {
    "customer_email": f"email {_TEXT}",
    "customer_website": f"website {_TEXT}",
    "customer_telephone": _PHONE,
    "customer_mobile": _PHONE,
    "customer_fax": _PHONE,
}
_ALERTS = _each(
    "show_alert_for_orders show_alert_for_proformas show_alert_for_quotes show_alert_for_credit_notes "
    "show_alert_for_price_enquiries show_alert_for_invoices show_alert_for_returns show_alert_for_project_bills",
    _NUMBER,
)
_ADDRESS = _each(
    "description postal_name address_1 address_2 address_3 address_4 city county postcode contact telephone fax email "
    "tax_number",
    _TEXT,
)

SALES_SCHEMA = (
    "".join(
        f"""
CREATE TABLE {table} (id INTEGER PRIMARY KEY, customer_contact_id INTEGER NOT NULL, {columns},
  is_default INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE INDEX {table}_contact ON {table} (customer_contact_id);
CREATE INDEX {table}_updated ON {table} (updated);
"""
        for table, columns in _CONTACT_VALUES.items()
    )
    + f"""
CREATE TABLE customer_contact (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL,
  salutation_id INTEGER NOT NULL DEFAULT 0, first_name TEXT COLLATE NOCASE NOT NULL DEFAULT '',
  middle_name TEXT COLLATE NOCASE NOT NULL DEFAULT '', last_name TEXT COLLATE NOCASE NOT NULL DEFAULT '',
  is_default INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE INDEX customer_contact_customer ON customer_contact (customer_id);
CREATE INDEX customer_contact_updated ON customer_contact (updated);
CREATE TABLE customer_contact_role (id INTEGER PRIMARY KEY, customer_contact_id INTEGER NOT NULL,
  trader_contact_role_id INTEGER NOT NULL, is_preferred_contact_for_role INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE INDEX customer_contact_role_contact ON customer_contact_role (customer_contact_id);
CREATE TABLE customer_memo (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, note TEXT NOT NULL,
  is_active INTEGER NOT NULL DEFAULT 1, user_name TEXT NOT NULL, {_STAMPS});
CREATE INDEX customer_memo_customer ON customer_memo (customer_id);
CREATE INDEX customer_memo_updated ON customer_memo (updated);
CREATE TABLE customer_alert (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, alert_text TEXT NOT NULL DEFAULT '',
  is_active INTEGER NOT NULL DEFAULT 1, {_ALERTS},
  user_name TEXT NOT NULL, {_STAMPS});
CREATE INDEX customer_alert_customer ON customer_alert (customer_id);
CREATE TABLE customer_card (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, description TEXT NOT NULL,
  last_used TEXT, {_STAMPS});
CREATE INDEX customer_card_customer ON customer_card (customer_id);
CREATE TABLE customer_delivery_address (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL,
  {_ADDRESS},
  is_default INTEGER NOT NULL DEFAULT 0, tax_code_id INTEGER NOT NULL, country_code_id INTEGER NOT NULL DEFAULT 0,
  address_country_code_id INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE INDEX customer_delivery_address_customer ON customer_delivery_address (customer_id);
CREATE INDEX customer_delivery_address_updated ON customer_delivery_address (updated);
CREATE TABLE customer_price_band (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, band_id INTEGER NOT NULL,
  {_STAMPS});
CREATE INDEX customer_price_band_customer ON customer_price_band (customer_id);
CREATE TABLE finance_charge (id INTEGER PRIMARY KEY, code INTEGER NOT NULL, percent INTEGER NOT NULL DEFAULT 0,
  {_STAMPS});
CREATE INDEX customer_updated ON customer (updated);
CREATE INDEX customer_name ON customer (name);
CREATE INDEX document_live ON document (customer_id, gross) WHERE kind = 'order' AND status = 'Live';
CREATE INDEX posted_open ON posted (customer_id, gross, allocated) WHERE gross <> allocated;
CREATE INDEX posted_archived ON posted (customer_id, date) WHERE archived = 1;
CREATE INDEX posted_date ON posted (date);
CREATE INDEX memo_posted ON memo (posted_id);
CREATE INDEX ledger_allocation_session ON ledger_allocation (session);
"""
)
