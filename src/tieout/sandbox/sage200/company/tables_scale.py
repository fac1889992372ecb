"""What only a company with much trade needs: indexes for what the feeds filter by, and running totals of accounts.

`customer_month` and `customer_year` hold what was posted to an account, kept by triggers whoever posts.
"""

from __future__ import annotations

_INVOICES = "('TradingAccountEntryTypeInvoice', 'TradingAccountEntryTypeOpeningBalanceInvoice')"
_CREDITS = "('TradingAccountEntryTypeCreditNote', 'TradingAccountEntryTypeOpeningBalanceCreditNote')"
_TOTALS = "invoiced INTEGER NOT NULL, credited INTEGER NOT NULL, cash INTEGER NOT NULL, updated TEXT NOT NULL"
_IN_MONTH = "substr({row}.date, 1, 7) || '-01'"
_IN_YEAR = "(SELECT id FROM financial_year WHERE {row}.date BETWEEN start AND finish)"


def _summed(table: str, column: str, place: str) -> str:
    """Return the triggers that add a posted row to a total, and take it off when it is removed."""
    values = (
        "CASE WHEN {row}.type IN " + _INVOICES + " THEN {row}.goods ELSE 0 END",
        "CASE WHEN {row}.type IN " + _CREDITS + " THEN -{row}.goods ELSE 0 END",
        "CASE WHEN {row}.bank_id IS NOT NULL THEN -{row}.goods ELSE 0 END",
    )
    new, old = (", ".join(values).format(row="NEW"), [value.format(row="OLD") for value in values])
    return f"""
CREATE TRIGGER {table}_added AFTER INSERT ON posted WHEN {place.format(row="NEW")} IS NOT NULL BEGIN
  INSERT INTO {table} ({column}, customer_id, invoiced, credited, cash, updated)
    VALUES ({place.format(row="NEW")}, NEW.customer_id, {new}, NEW.updated)
    ON CONFLICT DO UPDATE SET invoiced = invoiced + excluded.invoiced, credited = credited + excluded.credited,
      cash = cash + excluded.cash, updated = max(updated, excluded.updated);
END;
CREATE TRIGGER {table}_removed AFTER DELETE ON posted BEGIN
  UPDATE {table} SET invoiced = invoiced - {old[0]}, credited = credited - {old[1]}, cash = cash - {old[2]}
    WHERE customer_id = OLD.customer_id AND {column} = {place.format(row="OLD")};
END;
"""  # noqa: S608  # every part is a constant of this file


SCALE_SCHEMA = f"""
CREATE TABLE customer_month (month TEXT NOT NULL, customer_id INTEGER NOT NULL, {_TOTALS},
  PRIMARY KEY (customer_id, month)) WITHOUT ROWID;
CREATE INDEX customer_month_month ON customer_month (month);
CREATE INDEX customer_month_updated ON customer_month (updated);
CREATE TABLE customer_year (year_id INTEGER NOT NULL, customer_id INTEGER NOT NULL, {_TOTALS},
  PRIMARY KEY (year_id, customer_id)) WITHOUT ROWID;
CREATE INDEX customer_year_customer ON customer_year (customer_id);
CREATE INDEX customer_year_updated ON customer_year (updated);
CREATE INDEX financial_year_finish ON financial_year (finish);
CREATE INDEX period_start ON period (start);
CREATE INDEX period_year ON period (year_id);
{_summed("customer_month", "month", _IN_MONTH)}
{_summed("customer_year", "year_id", _IN_YEAR)}
CREATE INDEX IF NOT EXISTS feed_document_kind_updated ON document (kind, updated);
CREATE INDEX IF NOT EXISTS feed_document_kind ON document (kind);
CREATE INDEX IF NOT EXISTS feed_document_date ON document (document_date);
CREATE INDEX IF NOT EXISTS feed_customer_head ON customer (associated_head_office_id);
CREATE INDEX IF NOT EXISTS feed_line_updated ON line (updated);
CREATE INDEX IF NOT EXISTS feed_despatch_date ON despatch (date);
CREATE INDEX IF NOT EXISTS feed_despatch_line_updated ON despatch_line (updated);
CREATE INDEX IF NOT EXISTS feed_invoice_updated ON invoice (updated);
CREATE INDEX IF NOT EXISTS feed_invoice_date ON invoice (date);
CREATE INDEX IF NOT EXISTS feed_invoice_urn ON invoice (urn);
CREATE INDEX IF NOT EXISTS feed_journal_posted ON journal (posted);
CREATE INDEX IF NOT EXISTS feed_bin_holding_updated ON bin_holding (updated);
CREATE INDEX IF NOT EXISTS feed_warehouse_holding_updated ON warehouse_holding (updated);
CREATE INDEX IF NOT EXISTS feed_ledger_allocation_updated ON ledger_allocation (updated);
"""
