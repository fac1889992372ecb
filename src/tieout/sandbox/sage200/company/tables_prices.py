"""The tables of the price book beyond bands and prices: discounts by item, group, customer and order value."""

from __future__ import annotations

_STAMPS = "created TEXT NOT NULL, updated TEXT NOT NULL"

PRICES_SCHEMA = f"""
CREATE TABLE customer_discount_group (id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE NOT NULL,
  description TEXT NOT NULL DEFAULT '', {_STAMPS});
CREATE TABLE discount (id INTEGER PRIMARY KEY, name TEXT NOT NULL, product_id INTEGER, product_group_id INTEGER,
  customer_id INTEGER, customer_group_id INTEGER, {_STAMPS});
CREATE INDEX discount_product ON discount (product_id);
CREATE INDEX discount_product_group ON discount (product_group_id);
CREATE TABLE discount_break (id INTEGER PRIMARY KEY, discount_id INTEGER NOT NULL, quantity INTEGER NOT NULL DEFAULT 0,
  percent INTEGER NOT NULL DEFAULT 0, value INTEGER NOT NULL DEFAULT 0);
CREATE INDEX discount_break_discount ON discount_break (discount_id);
CREATE TABLE order_value_discount (id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE NOT NULL,
  description TEXT NOT NULL DEFAULT '', {_STAMPS});
CREATE TABLE order_value_break (id INTEGER PRIMARY KEY, discount_id INTEGER NOT NULL, value INTEGER NOT NULL DEFAULT 0,
  percent INTEGER NOT NULL DEFAULT 0);
CREATE INDEX order_value_break_discount ON order_value_break (discount_id);
"""
