"""Indexes that only a company with much trade needs: what the feeds filter by, in tables that grow."""

from __future__ import annotations

SCALE_SCHEMA = """
CREATE INDEX IF NOT EXISTS feed_document_kind_updated ON document (kind, updated);
CREATE INDEX IF NOT EXISTS feed_document_kind ON document (kind);
CREATE INDEX IF NOT EXISTS feed_document_date ON document (document_date);
CREATE INDEX IF NOT EXISTS feed_customer_head ON customer (associated_head_office_id);
CREATE INDEX IF NOT EXISTS feed_line_updated ON line (updated);
CREATE INDEX IF NOT EXISTS feed_despatch_date ON despatch (date);
CREATE INDEX IF NOT EXISTS feed_despatch_line_updated ON despatch_line (updated);
CREATE INDEX IF NOT EXISTS feed_invoice_updated ON invoice (updated);
CREATE INDEX IF NOT EXISTS feed_invoice_urn ON invoice (urn);
CREATE INDEX IF NOT EXISTS feed_journal_posted ON journal (posted);
CREATE INDEX IF NOT EXISTS feed_bin_holding_updated ON bin_holding (updated);
CREATE INDEX IF NOT EXISTS feed_warehouse_holding_updated ON warehouse_holding (updated);
CREATE INDEX IF NOT EXISTS feed_ledger_allocation_updated ON ledger_allocation (updated);
"""
