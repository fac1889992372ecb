"""The tables of stock beyond items and holdings: units, batch and serial numbers, stocktakes, areas, search values.

Quantities of stock, of order lines, allocations and despatches are all in stock units; `line.multiple` says how many
stock units (in hundred-thousandths) one selling unit of the line is. Multiples of the base unit have nine places.
"""

from __future__ import annotations

_STAMPS = "created TEXT NOT NULL, updated TEXT NOT NULL"

STOCK_SCHEMA = f"""
CREATE TABLE product_unit (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL, unit_id INTEGER NOT NULL,
  type TEXT NOT NULL, multiple INTEGER NOT NULL DEFAULT 1000000000, precision INTEGER NOT NULL DEFAULT 1,
  own_price INTEGER NOT NULL DEFAULT 0, {_STAMPS}, UNIQUE (product_id, unit_id, type));
CREATE TABLE product_memo (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL, note TEXT NOT NULL,
  active INTEGER NOT NULL DEFAULT 1, user_name TEXT NOT NULL, {_STAMPS});
CREATE INDEX product_memo_product ON product_memo (product_id);
CREATE TABLE alternative_product (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL, other_id INTEGER NOT NULL,
  preferred INTEGER NOT NULL DEFAULT 0, {_STAMPS}, UNIQUE (product_id, other_id));
CREATE TABLE cross_sell_product (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL, other_id INTEGER NOT NULL,
  preferred INTEGER NOT NULL DEFAULT 0, {_STAMPS}, UNIQUE (product_id, other_id));
CREATE TABLE supplier (id INTEGER PRIMARY KEY, reference TEXT UNIQUE COLLATE NOCASE NOT NULL, name TEXT NOT NULL,
  {_STAMPS});
CREATE TABLE product_supplier (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL, supplier_id INTEGER NOT NULL,
  preferred INTEGER NOT NULL DEFAULT 0, more TEXT NOT NULL DEFAULT '{{}}', {_STAMPS}, UNIQUE (product_id, supplier_id));

CREATE TABLE write_off_category (id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE NOT NULL,
  nominal_id INTEGER NOT NULL, {_STAMPS});
CREATE TABLE internal_area (id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE NOT NULL,
  is_default INTEGER NOT NULL DEFAULT 0, nominal_id INTEGER NOT NULL, {_STAMPS});
CREATE TABLE revaluation (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL, date TEXT NOT NULL,
  value INTEGER NOT NULL, user_name TEXT NOT NULL, {_STAMPS});
CREATE INDEX revaluation_product ON revaluation (product_id);

CREATE TABLE search_category (id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE NOT NULL, {_STAMPS});
CREATE TABLE search_value (id INTEGER PRIMARY KEY, search_category_id INTEGER NOT NULL,
  name TEXT COLLATE NOCASE NOT NULL, is_none INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE TABLE product_search_value (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL,
  search_category_id INTEGER NOT NULL, search_value_id INTEGER NOT NULL, {_STAMPS},
  UNIQUE (product_id, search_category_id));
CREATE TABLE group_search_category (id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL,
  search_category_id INTEGER NOT NULL, {_STAMPS}, UNIQUE (group_id, search_category_id));
CREATE TABLE separator (id INTEGER PRIMARY KEY, name TEXT NOT NULL, sign TEXT NOT NULL, {_STAMPS});
CREATE TABLE bom_cost_heading (id INTEGER PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL, {_STAMPS});

CREATE TABLE traceable_item (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL,
  number TEXT COLLATE NOCASE NOT NULL, additional_reference TEXT NOT NULL DEFAULT '', sell_by TEXT, use_by TEXT,
  receipt_date TEXT, supplier_reference TEXT NOT NULL DEFAULT '', purchase_order_no TEXT NOT NULL DEFAULT '',
  {_STAMPS});
CREATE INDEX traceable_item_product ON traceable_item (product_id, number);
CREATE TABLE traceable_bin (id INTEGER PRIMARY KEY, traceable_item_id INTEGER NOT NULL,
  bin_holding_id INTEGER NOT NULL, quantity INTEGER NOT NULL DEFAULT 0, allocated INTEGER NOT NULL DEFAULT 0,
  UNIQUE (bin_holding_id, traceable_item_id), CHECK (quantity >= 0), CHECK (allocated BETWEEN 0 AND quantity));
CREATE INDEX traceable_bin_item ON traceable_bin (traceable_item_id);
CREATE TABLE traceable_movement (id INTEGER PRIMARY KEY, movement_id INTEGER NOT NULL,
  traceable_item_id INTEGER NOT NULL, quantity INTEGER NOT NULL);
CREATE INDEX traceable_movement_movement ON traceable_movement (movement_id);
CREATE INDEX traceable_movement_item ON traceable_movement (traceable_item_id);
CREATE TABLE traceable_allocation (id INTEGER PRIMARY KEY, stock_allocation_id INTEGER NOT NULL,
  traceable_bin_id INTEGER NOT NULL, quantity INTEGER NOT NULL, CHECK (quantity >= 0));
CREATE INDEX traceable_allocation_allocation ON traceable_allocation (stock_allocation_id);
CREATE INDEX traceable_allocation_bin ON traceable_allocation (traceable_bin_id);

CREATE TABLE stocktake (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE NOT NULL, warehouse_id INTEGER NOT NULL,
  date TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, exclude_inactive INTEGER NOT NULL DEFAULT 0,
  show_expected INTEGER NOT NULL DEFAULT 0, prefill INTEGER NOT NULL DEFAULT 0, nominal_id INTEGER,
  narrative TEXT NOT NULL DEFAULT '', {_STAMPS});
CREATE INDEX stocktake_name ON stocktake (name);
CREATE TABLE stocktake_item (id INTEGER PRIMARY KEY, stocktake_id INTEGER NOT NULL,
  warehouse_holding_id INTEGER NOT NULL, bin_name TEXT COLLATE NOCASE NOT NULL DEFAULT '',
  UNIQUE (stocktake_id, warehouse_holding_id, bin_name));
CREATE INDEX stocktake_item_holding ON stocktake_item (warehouse_holding_id);
CREATE TABLE stocktake_count (id INTEGER PRIMARY KEY, stocktake_id INTEGER NOT NULL, bin_holding_id INTEGER NOT NULL,
  recorded INTEGER NOT NULL, entered INTEGER NOT NULL DEFAULT 0, actual INTEGER NOT NULL DEFAULT 0,
  narrative TEXT NOT NULL DEFAULT '', resolved INTEGER NOT NULL DEFAULT 0, UNIQUE (stocktake_id, bin_holding_id));
CREATE INDEX stocktake_count_bin ON stocktake_count (bin_holding_id);
CREATE TABLE stocktake_count_number (id INTEGER PRIMARY KEY, count_id INTEGER NOT NULL,
  traceable_item_id INTEGER NOT NULL);
CREATE INDEX stocktake_count_number_count ON stocktake_count_number (count_id);
CREATE TABLE stocktake_template (id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE NOT NULL,
  more TEXT NOT NULL DEFAULT '{{}}', {_STAMPS});
CREATE TABLE stocktake_template_group (template_id INTEGER NOT NULL, group_id INTEGER NOT NULL,
  PRIMARY KEY (template_id, group_id));
"""
