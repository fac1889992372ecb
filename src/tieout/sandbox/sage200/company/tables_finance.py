"""The tables of banks, nominal, financials and general settings, and the totals that keep balances quick.

`nominal_total` holds debit and credit of an account by period and by whether they are deferred; triggers keep it and
the cash book's own list (`bank_posted`) true whoever posts, so that no balance is a sum over all postings.
"""

from __future__ import annotations

_STAMPS = "created TEXT NOT NULL, updated TEXT NOT NULL"
_LATER_STAMPS = "created TEXT, updated TEXT"
_TEXT = "TEXT NOT NULL DEFAULT ''"
_ANALYSIS = ", ".join(f"analysis_code_{n} {_TEXT}" for n in range(1, 21))
BANK_NOMINALS = tuple(
    f"{purpose}_nominal_{part}"
    for purpose in ("bank_charges", "exchange_diff")
    for part in ("reference", "cost_centre", "department")
)

NOMINAL_COLUMNS = (
    "report_category_id INTEGER NOT NULL DEFAULT 0, display INTEGER NOT NULL DEFAULT 1, "
    "journals INTEGER NOT NULL DEFAULT 1, batches INTEGER NOT NULL DEFAULT 0, "
    f"keep_periods INTEGER NOT NULL DEFAULT 24, {_ANALYSIS}"
)
PLACE_COLUMNS = f"contact_name {_TEXT}, contact_details {_TEXT}, contact_email_address {_TEXT}"
BANK_COLUMNS = (
    f"sort_code TEXT NOT NULL DEFAULT '00-00-00', account_no {_TEXT}, bank_name {_TEXT}, "
    "account_type TEXT NOT NULL DEFAULT 'Bank', hidden INTEGER NOT NULL DEFAULT 0, "
    "overdraft INTEGER NOT NULL DEFAULT 0, "
    f"account_name {_TEXT}, iban {_TEXT}, bic {_TEXT}, address TEXT NOT NULL DEFAULT '{{}}', "
    + ", ".join(f"{name} {_TEXT}" for name in BANK_NOMINALS)
)
CURRENCY_COLUMNS = f"rate INTEGER NOT NULL DEFAULT 1000000, {_LATER_STAMPS}"
COUNTRY_COLUMNS = f"eu INTEGER NOT NULL DEFAULT 0, {_LATER_STAMPS}"
COURIER_COLUMNS = f"website {_TEXT}, tracking_url {_TEXT}, is_default INTEGER NOT NULL DEFAULT 0"

_BANK_CHILDREN = {
    "bank_contact": f"type {_TEXT}, address {_TEXT}",
    "bank_email": f"email {_TEXT}, is_default INTEGER NOT NULL DEFAULT 0",
    "bank_memo": f"note {_TEXT}, is_active INTEGER NOT NULL DEFAULT 1, created_by {_TEXT}",
    "bank_website": f"website {_TEXT}, is_default INTEGER NOT NULL DEFAULT 0",
}

TRIGGERS = """
CREATE TRIGGER entry_totalled AFTER INSERT ON entry BEGIN
  INSERT INTO nominal_total SELECT NEW.nominal_id, period_id, deferred, max(NEW.value, 0), max(-NEW.value, 0)
    FROM journal WHERE id = NEW.journal_id
    ON CONFLICT DO UPDATE SET debit = debit + excluded.debit, credit = credit + excluded.credit;
END;
CREATE TRIGGER entry_taken_back AFTER DELETE ON entry BEGIN
  UPDATE nominal_total SET debit = debit - max(OLD.value, 0), credit = credit - max(-OLD.value, 0)
    WHERE nominal_id = OLD.nominal_id AND (period_id, deferred) =
      (SELECT period_id, deferred FROM journal WHERE id = OLD.journal_id);
END;
CREATE TRIGGER journal_moved AFTER UPDATE OF period_id, deferred ON journal BEGIN
  INSERT INTO nominal_total SELECT e.nominal_id, OLD.period_id, OLD.deferred, -max(e.value, 0), -max(-e.value, 0)
    FROM entry e WHERE e.journal_id = NEW.id
    ON CONFLICT DO UPDATE SET debit = debit + excluded.debit, credit = credit + excluded.credit;
  INSERT INTO nominal_total SELECT e.nominal_id, NEW.period_id, NEW.deferred, max(e.value, 0), max(-e.value, 0)
    FROM entry e WHERE e.journal_id = NEW.id
    ON CONFLICT DO UPDATE SET debit = debit + excluded.debit, credit = credit + excluded.credit;
END;
CREATE TRIGGER posted_at_the_bank AFTER INSERT ON posted WHEN NEW.bank_id IS NOT NULL BEGIN
  INSERT INTO bank_posted (bank_id, type, description, reference, second_reference, date, posted, value, source, urn,
    user_name, created, updated) SELECT NEW.bank_id,
    CASE WHEN NEW.gross < 0 THEN 'BankAccountEntryType.Receipt' ELSE 'BankAccountEntryType.Payment' END, c.name,
    NEW.reference, NEW.second_reference, NEW.date, NEW.posted, -NEW.gross, NEW.origin, NEW.urn, NEW.user_name,
    NEW.created, NEW.updated FROM customer c WHERE c.id = NEW.customer_id;
END;
"""

FINANCE_SCHEMA = (
    "".join(
        f"""
CREATE TABLE {table} (id INTEGER PRIMARY KEY, bank_id INTEGER NOT NULL, {columns}, {_STAMPS});
CREATE INDEX {table}_bank ON {table} (bank_id);
"""
        for table, columns in _BANK_CHILDREN.items()
    )
    + f"""
CREATE TABLE sage_user (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE salutation (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE NOT NULL, description {_TEXT},
  is_default INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE TABLE credit_bureau (id INTEGER PRIMARY KEY, name TEXT NOT NULL, website {_TEXT}, checking_url {_TEXT},
  is_default INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE TABLE credit_position (id INTEGER PRIMARY KEY, name TEXT NOT NULL, is_default INTEGER NOT NULL DEFAULT 0,
  {_STAMPS});
CREATE TABLE trader_contact_role (id INTEGER PRIMARY KEY, role TEXT NOT NULL, is_default INTEGER NOT NULL DEFAULT 0,
  is_mandatory INTEGER NOT NULL DEFAULT 0, for_suppliers INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE TABLE document_type (id INTEGER PRIMARY KEY, description TEXT NOT NULL, value TEXT NOT NULL,
  role_id INTEGER NOT NULL, module TEXT NOT NULL, {_STAMPS});
CREATE TABLE document_layout (id INTEGER PRIMARY KEY, document_type_id INTEGER NOT NULL, name TEXT NOT NULL,
  layout TEXT NOT NULL, is_default INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE TABLE configurable_term (id INTEGER PRIMARY KEY, name TEXT NOT NULL, single TEXT NOT NULL, plural TEXT NOT NULL);
CREATE TABLE pending_email (id INTEGER PRIMARY KEY, email_type TEXT NOT NULL, email_address TEXT NOT NULL,
  email_subject {_TEXT}, email_body {_TEXT}, user_number INTEGER NOT NULL, user_name {_TEXT}, {_STAMPS});
CREATE TABLE analysis_code (id INTEGER PRIMARY KEY, name TEXT NOT NULL, {_STAMPS});
CREATE TABLE analysis_value (id INTEGER PRIMARY KEY, analysis_code_id INTEGER NOT NULL, value TEXT NOT NULL,
  is_default INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE INDEX analysis_value_code ON analysis_value (analysis_code_id);
CREATE TABLE analysis_mapping (id INTEGER PRIMARY KEY, class_name TEXT NOT NULL, friendly TEXT NOT NULL,
  slot INTEGER NOT NULL, analysis_code_id INTEGER NOT NULL, {_STAMPS});

CREATE TABLE report_category (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE NOT NULL, description {_TEXT},
  report_type TEXT NOT NULL, category_type TEXT NOT NULL, {_STAMPS});
CREATE TABLE transaction_analysis_code (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE NOT NULL,
  description {_TEXT}, active INTEGER NOT NULL DEFAULT 1, {_STAMPS});
CREATE TABLE control_nominal (id INTEGER PRIMARY KEY, name TEXT NOT NULL, nominal_id INTEGER NOT NULL,
  reporting_type TEXT NOT NULL, type TEXT NOT NULL, {_STAMPS});
CREATE TABLE nominal_memo (id INTEGER PRIMARY KEY, nominal_id INTEGER NOT NULL, note TEXT NOT NULL,
  active INTEGER NOT NULL DEFAULT 1, user_name TEXT NOT NULL, {_STAMPS});
CREATE INDEX nominal_memo_nominal ON nominal_memo (nominal_id);
CREATE TABLE report_layout (id INTEGER PRIMARY KEY, name TEXT NOT NULL, report_type TEXT NOT NULL);
CREATE TABLE report_row (id INTEGER PRIMARY KEY, layout_id INTEGER NOT NULL, number INTEGER NOT NULL,
  line_type TEXT NOT NULL, title TEXT NOT NULL, category_id INTEGER NOT NULL DEFAULT 0,
  subtotal INTEGER NOT NULL DEFAULT 0);
CREATE INDEX journal_reference ON journal (reference);
CREATE INDEX journal_date ON journal (date);
CREATE INDEX journal_period ON journal (period_id);

CREATE TABLE nominal_total (nominal_id INTEGER NOT NULL, period_id INTEGER NOT NULL, deferred INTEGER NOT NULL,
  debit INTEGER NOT NULL, credit INTEGER NOT NULL, PRIMARY KEY (nominal_id, period_id, deferred)) WITHOUT ROWID;
CREATE TABLE bank_posted (id INTEGER PRIMARY KEY, bank_id INTEGER NOT NULL, type TEXT NOT NULL,
  description {_TEXT}, reference TEXT COLLATE NOCASE NOT NULL, second_reference TEXT COLLATE NOCASE NOT NULL,
  date TEXT NOT NULL, posted TEXT NOT NULL, value INTEGER NOT NULL, source TEXT NOT NULL, urn INTEGER NOT NULL,
  user_name TEXT NOT NULL, {_STAMPS});
CREATE INDEX bank_posted_bank ON bank_posted (bank_id);
CREATE INDEX bank_posted_reference ON bank_posted (reference);
CREATE INDEX bank_posted_second ON bank_posted (second_reference);
CREATE INDEX bank_posted_urn ON bank_posted (urn);
CREATE INDEX bank_posted_updated ON bank_posted (updated);
CREATE INDEX bank_posted_date ON bank_posted (date);
CREATE TABLE bank_posted_tax (id INTEGER PRIMARY KEY, urn INTEGER NOT NULL, tax_code_id INTEGER NOT NULL,
  entry_type TEXT NOT NULL, goods INTEGER NOT NULL, tax INTEGER NOT NULL);
CREATE INDEX bank_posted_tax_urn ON bank_posted_tax (urn);
"""
    + TRIGGERS
)
