"""The tables of sales order processing beyond documents and lines: memos, cancelled lines, ways to pay, tracking."""

from __future__ import annotations

_STAMPS = "created TEXT NOT NULL, updated TEXT NOT NULL"

SOP_SCHEMA = f"""
CREATE TABLE document_memo (id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL, note TEXT NOT NULL DEFAULT '',
  active INTEGER NOT NULL DEFAULT 1, user_name TEXT NOT NULL, {_STAMPS});
CREATE INDEX document_memo_document ON document_memo (document_id);
CREATE TABLE document_link (id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL, document_id INTEGER NOT NULL,
  {_STAMPS});
CREATE INDEX document_link_source ON document_link (source_id);
CREATE INDEX document_link_document ON document_link (document_id);
CREATE TABLE cancelled_line (id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL, code TEXT NOT NULL,
  description TEXT NOT NULL, quantity INTEGER NOT NULL, stock_quantity INTEGER NOT NULL, unit TEXT NOT NULL,
  date TEXT NOT NULL, user_name TEXT NOT NULL, {_STAMPS});
CREATE INDEX cancelled_line_document ON cancelled_line (document_id);
CREATE INDEX cancelled_line_updated ON cancelled_line (updated);
CREATE TABLE payment_method (id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE NOT NULL,
  description TEXT NOT NULL DEFAULT '', bank_id INTEGER NOT NULL, card INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE TABLE incoterm (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE NOT NULL,
  is_default INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE TABLE export_reason (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE NOT NULL,
  is_default INTEGER NOT NULL DEFAULT 0, {_STAMPS});
"""
