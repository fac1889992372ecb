"""The tables of one Sage company. Money is in pence; quantities and unit prices in hundred-thousandths.

All quantities of an order line, its allocations and despatches are in stock units, whatever it is sold in:
`line.multiple` is the number of stock units in one selling unit, `line.unit_price` the price of a selling unit.
"""

from __future__ import annotations

from tieout.sandbox.sage200.company.tables_finance import (
    BANK_COLUMNS,
    COUNTRY_COLUMNS,
    COURIER_COLUMNS,
    CURRENCY_COLUMNS,
    FINANCE_SCHEMA,
    NOMINAL_COLUMNS,
    PLACE_COLUMNS,
)
from tieout.sandbox.sage200.company.tables_prices import PRICES_SCHEMA
from tieout.sandbox.sage200.company.tables_sales import CUSTOMER_COLUMNS, SALES_SCHEMA
from tieout.sandbox.sage200.company.tables_scale import SCALE_SCHEMA
from tieout.sandbox.sage200.company.tables_sop import SOP_SCHEMA
from tieout.sandbox.sage200.company.tables_stock import STOCK_SCHEMA

ANALYSIS_CODES = tuple(f"analysis_code_{n}" for n in range(1, 21))
_ANALYSIS = ", ".join(f"{name} TEXT COLLATE NOCASE" for name in ANALYSIS_CODES)
_STAMPS = "created TEXT NOT NULL, updated TEXT NOT NULL"

SCHEMA = f"""
CREATE TABLE setting (area TEXT, name TEXT, value TEXT NOT NULL, PRIMARY KEY (area, name));
CREATE TABLE counter (name TEXT PRIMARY KEY, upcoming INTEGER NOT NULL);
CREATE TABLE flow_state (id INTEGER PRIMARY KEY, flow_id TEXT, value TEXT, {_STAMPS});

CREATE TABLE tax_code (id INTEGER PRIMARY KEY, code INTEGER UNIQUE NOT NULL, name TEXT NOT NULL,
  rate INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0, {_STAMPS});
CREATE TABLE cost_centre (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE, name TEXT, {PLACE_COLUMNS},
  {_STAMPS});
CREATE TABLE department (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE, name TEXT, {PLACE_COLUMNS},
  {_STAMPS});
CREATE TABLE nominal (id INTEGER PRIMARY KEY, account TEXT COLLATE NOCASE NOT NULL,
  cost_centre TEXT COLLATE NOCASE NOT NULL, department TEXT COLLATE NOCASE NOT NULL, name TEXT NOT NULL,
  type TEXT NOT NULL, hidden INTEGER NOT NULL DEFAULT 0, {NOMINAL_COLUMNS}, {_STAMPS},
  UNIQUE (account, cost_centre, department));
CREATE TABLE journal (id INTEGER PRIMARY KEY, urn INTEGER NOT NULL, date TEXT NOT NULL, source TEXT NOT NULL,
  reference TEXT COLLATE NOCASE NOT NULL, period_id INTEGER NOT NULL, deferred INTEGER NOT NULL,
  user_name TEXT NOT NULL, posted TEXT NOT NULL, sub_ledger TEXT NOT NULL DEFAULT '');
CREATE INDEX journal_urn ON journal (urn);
CREATE TABLE entry (id INTEGER PRIMARY KEY, journal_id INTEGER NOT NULL, nominal_id INTEGER NOT NULL,
  value INTEGER NOT NULL, role TEXT NOT NULL, narrative TEXT NOT NULL, transaction_code TEXT NOT NULL DEFAULT '');
CREATE INDEX entry_journal ON entry (journal_id);
CREATE INDEX entry_nominal ON entry (nominal_id);
CREATE TABLE financial_year (id INTEGER PRIMARY KEY, start TEXT NOT NULL, finish TEXT NOT NULL,
  relative INTEGER NOT NULL);
CREATE TABLE period (id INTEGER PRIMARY KEY, year_id INTEGER NOT NULL, number INTEGER NOT NULL,
  start TEXT NOT NULL, finish TEXT NOT NULL);
CREATE TABLE period_status (period_id INTEGER, sub_ledger TEXT, status TEXT NOT NULL,
  PRIMARY KEY (period_id, sub_ledger));

CREATE TABLE bank (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE, name TEXT,
  nominal_id INTEGER NOT NULL, {BANK_COLUMNS}, {_STAMPS});
CREATE TABLE currency (id INTEGER PRIMARY KEY, symbol TEXT, name TEXT, iso TEXT, base INTEGER, {CURRENCY_COLUMNS});
CREATE TABLE price_band (id INTEGER PRIMARY KEY, name TEXT, description TEXT, standard INTEGER,
  limited INTEGER NOT NULL DEFAULT 0, active INTEGER NOT NULL DEFAULT 1, active_from TEXT, active_to TEXT, {_STAMPS});
CREATE TABLE price (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL, band_id INTEGER NOT NULL,
  price INTEGER NOT NULL, use_standard INTEGER NOT NULL DEFAULT 0, updated TEXT NOT NULL, UNIQUE (product_id, band_id));
CREATE TABLE country (id INTEGER PRIMARY KEY, code TEXT UNIQUE, name TEXT, {COUNTRY_COLUMNS});
CREATE TABLE courier (id INTEGER PRIMARY KEY, name TEXT, {COURIER_COLUMNS}, {_STAMPS});
CREATE TABLE charge (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE, name TEXT, value INTEGER NOT NULL,
  nominal_id INTEGER NOT NULL, tax_code_id INTEGER NOT NULL, {_STAMPS});
CREATE TABLE customer (id INTEGER PRIMARY KEY, reference TEXT UNIQUE COLLATE NOCASE NOT NULL,
  name TEXT COLLATE NOCASE NOT NULL, short_name TEXT, on_hold INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL DEFAULT 'AccountStatusActive', country_id INTEGER, tax_code_id INTEGER,
  nominal_id INTEGER, band_id INTEGER, vat_number TEXT, credit_limit INTEGER NOT NULL DEFAULT 0,
  discount_group_id INTEGER, order_discount_id INTEGER, line_discount INTEGER NOT NULL DEFAULT 0,
  document_discount INTEGER NOT NULL DEFAULT 0,
  address TEXT NOT NULL DEFAULT '{{}}', {CUSTOMER_COLUMNS}, {_STAMPS});

CREATE TABLE unit (id INTEGER PRIMARY KEY, name TEXT, multiple INTEGER NOT NULL DEFAULT 1000000000,
  created TEXT NOT NULL DEFAULT '', updated TEXT NOT NULL DEFAULT '');
CREATE TABLE product_group (id INTEGER PRIMARY KEY, code TEXT UNIQUE, description TEXT, type TEXT, costing TEXT,
  traceable TEXT NOT NULL DEFAULT 'EnumTraceableTypeNone', more TEXT NOT NULL DEFAULT '{{}}', {_STAMPS});
CREATE TABLE product (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE NOT NULL,
  name TEXT COLLATE NOCASE NOT NULL, description TEXT NOT NULL DEFAULT '', barcode TEXT,
  group_id INTEGER NOT NULL, costing TEXT NOT NULL, tax_code_id INTEGER NOT NULL, revenue_id INTEGER NOT NULL,
  stock_id INTEGER NOT NULL, issue_id INTEGER NOT NULL, standard_cost INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL DEFAULT 'EnumStockItemStatusTypeActive', accrual_id INTEGER,
  traceable TEXT NOT NULL DEFAULT 'EnumTraceableTypeNone', base_unit_id INTEGER NOT NULL DEFAULT 1,
  stock_unit_id INTEGER NOT NULL DEFAULT 1, stock_multiple INTEGER NOT NULL DEFAULT 1000000000,
  allow_sales INTEGER NOT NULL DEFAULT 1, more TEXT NOT NULL DEFAULT '{{}}', {_STAMPS});
CREATE INDEX product_updated ON product (updated);
CREATE INDEX product_group_of ON product (group_id);
CREATE TABLE warehouse (id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE NOT NULL, description TEXT,
  trading INTEGER NOT NULL DEFAULT 1, type TEXT NOT NULL DEFAULT 'Normal',
  more TEXT NOT NULL DEFAULT '{{}}', {_STAMPS});
CREATE TABLE warehouse_bin (warehouse_id INTEGER, name TEXT COLLATE NOCASE, priority INTEGER NOT NULL DEFAULT 9,
  PRIMARY KEY (warehouse_id, name));
CREATE TABLE warehouse_holding (id INTEGER PRIMARY KEY, warehouse_id INTEGER NOT NULL,
  product_id INTEGER NOT NULL, reorder_level INTEGER NOT NULL DEFAULT 0, minimum_level INTEGER NOT NULL DEFAULT 0,
  maximum_level INTEGER NOT NULL DEFAULT 0, {_STAMPS}, UNIQUE (product_id, warehouse_id));
CREATE INDEX warehouse_holding_warehouse ON warehouse_holding (warehouse_id);
CREATE TABLE bin_holding (id INTEGER PRIMARY KEY, warehouse_holding_id INTEGER NOT NULL,
  product_id INTEGER NOT NULL, name TEXT COLLATE NOCASE NOT NULL, priority INTEGER NOT NULL DEFAULT 9,
  quantity INTEGER NOT NULL DEFAULT 0, allocated INTEGER NOT NULL DEFAULT 0, last_stocktake TEXT,
  more TEXT NOT NULL DEFAULT '{{}}', {_STAMPS}, UNIQUE (warehouse_holding_id, name), CHECK (quantity >= 0),
  CHECK (allocated >= 0));
CREATE INDEX bin_holding_product ON bin_holding (product_id);
CREATE TABLE layer (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL, pool INTEGER NOT NULL,
  quantity INTEGER NOT NULL, value INTEGER NOT NULL, traceable_item_id INTEGER NOT NULL DEFAULT 0);
CREATE INDEX layer_pool ON layer (product_id, pool);
CREATE TABLE movement (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL, bin_holding_id INTEGER NOT NULL,
  warehouse_name TEXT NOT NULL, bin_name TEXT NOT NULL, type TEXT COLLATE NOCASE NOT NULL, date TEXT NOT NULL,
  quantity INTEGER NOT NULL, unit_cost INTEGER NOT NULL, value INTEGER NOT NULL,
  unit_issue INTEGER NOT NULL DEFAULT 0, source_reference TEXT NOT NULL DEFAULT '',
  source_name TEXT NOT NULL DEFAULT '', reference TEXT COLLATE NOCASE NOT NULL,
  second_reference TEXT COLLATE NOCASE NOT NULL, line_id INTEGER NOT NULL DEFAULT 0, memo TEXT NOT NULL DEFAULT '',
  user_name TEXT NOT NULL, updated TEXT NOT NULL);
CREATE INDEX movement_product ON movement (product_id);
CREATE INDEX movement_reference ON movement (reference);
CREATE INDEX movement_second ON movement (second_reference);
CREATE INDEX movement_updated ON movement (updated);
CREATE INDEX movement_bin ON movement (bin_holding_id);

CREATE TABLE document (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, document_no TEXT NOT NULL,
  customer_id INTEGER NOT NULL, document_date TEXT NOT NULL, status TEXT NOT NULL,
  customer_document_no TEXT COLLATE NOCASE NOT NULL DEFAULT '', source_document_no TEXT,
  discount_percent INTEGER NOT NULL DEFAULT 0, requested_date TEXT, promised_date TEXT, priority TEXT,
  use_invoice_address INTEGER NOT NULL DEFAULT 1, address TEXT NOT NULL DEFAULT '{{}}',
  subtotal_goods INTEGER NOT NULL DEFAULT 0, charge_net INTEGER NOT NULL DEFAULT 0,
  charge_tax INTEGER NOT NULL DEFAULT 0, discount INTEGER NOT NULL DEFAULT 0, net INTEGER NOT NULL DEFAULT 0,
  tax INTEGER NOT NULL DEFAULT 0, gross INTEGER NOT NULL DEFAULT 0, allocated_status INTEGER NOT NULL DEFAULT 0,
  despatch_status INTEGER NOT NULL DEFAULT 0, invoice_status INTEGER NOT NULL DEFAULT 0,
  cancelled_status INTEGER NOT NULL DEFAULT 0, is_draft INTEGER NOT NULL DEFAULT 0,
  credit_exceeded INTEGER NOT NULL DEFAULT 0, tax_inclusive INTEGER NOT NULL DEFAULT 0,
  source_id INTEGER, payment_urn INTEGER, kept TEXT NOT NULL DEFAULT '{{}}',
  archived INTEGER NOT NULL DEFAULT 0, user_name TEXT NOT NULL, {_ANALYSIS}, {_STAMPS});
CREATE INDEX document_number ON document (document_no);
CREATE INDEX document_customer ON document (customer_id);
CREATE INDEX document_customer_no ON document (customer_document_no);
CREATE INDEX document_updated ON document (updated);
CREATE TABLE line (id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL, number INTEGER NOT NULL,
  line_type TEXT NOT NULL, product_id INTEGER, warehouse_id INTEGER, code TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '', quantity INTEGER NOT NULL DEFAULT 0, allocated INTEGER NOT NULL DEFAULT 0,
  despatched INTEGER NOT NULL DEFAULT 0, invoiced INTEGER NOT NULL DEFAULT 0, multiple INTEGER NOT NULL DEFAULT 100000,
  unit_price INTEGER NOT NULL DEFAULT 0, discount_percent INTEGER NOT NULL DEFAULT 0,
  discount_value INTEGER NOT NULL DEFAULT 0, cost_price INTEGER NOT NULL DEFAULT 0, tax_code_id INTEGER,
  nominal_id INTEGER,
  total INTEGER NOT NULL DEFAULT 0, net INTEGER NOT NULL DEFAULT 0, tax INTEGER NOT NULL DEFAULT 0,
  credited_net INTEGER NOT NULL DEFAULT 0, confirmation TEXT NOT NULL DEFAULT 'ConfirmOnDespatch',
  requested_date TEXT, promised_date TEXT, analysis TEXT NOT NULL DEFAULT '{{}}',
  kept TEXT NOT NULL DEFAULT '{{}}', {_STAMPS});
CREATE INDEX line_document ON line (document_id);
CREATE INDEX line_product ON line (product_id);
CREATE TABLE stock_allocation (id INTEGER PRIMARY KEY, line_id INTEGER NOT NULL, bin_holding_id INTEGER NOT NULL,
  quantity INTEGER NOT NULL, despatched INTEGER NOT NULL DEFAULT 0, issued INTEGER NOT NULL DEFAULT 0,
  date TEXT NOT NULL, user_name TEXT NOT NULL);
CREATE INDEX stock_allocation_line ON stock_allocation (line_id);
CREATE INDEX stock_allocation_bin ON stock_allocation (bin_holding_id);
CREATE TABLE despatch (id INTEGER PRIMARY KEY, despatch_no TEXT NOT NULL, document_id INTEGER NOT NULL,
  date TEXT NOT NULL, user_name TEXT NOT NULL, reference TEXT NOT NULL DEFAULT '', courier_id INTEGER,
  consignment_no TEXT COLLATE NOCASE, weight INTEGER, pieces INTEGER, notes TEXT,
  incoterm_id INTEGER, export_reason_id INTEGER, {_STAMPS});
CREATE INDEX despatch_document ON despatch (document_id);
CREATE TABLE despatch_line (id INTEGER PRIMARY KEY, despatch_id INTEGER NOT NULL, line_id INTEGER NOT NULL,
  bin_holding_id INTEGER, quantity INTEGER NOT NULL, invoiced INTEGER NOT NULL DEFAULT 0,
  cost INTEGER NOT NULL DEFAULT 0, updated TEXT NOT NULL);
CREATE INDEX despatch_line_line ON despatch_line (line_id);
CREATE INDEX despatch_line_despatch ON despatch_line (despatch_id);
CREATE TABLE invoice (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, document_no TEXT NOT NULL,
  document_id INTEGER NOT NULL, date TEXT NOT NULL, net INTEGER NOT NULL, tax INTEGER NOT NULL, urn INTEGER NOT NULL,
  updated TEXT NOT NULL);
CREATE INDEX invoice_document ON invoice (document_id);
CREATE TABLE invoice_line (id INTEGER PRIMARY KEY, invoice_id INTEGER NOT NULL, line_id INTEGER NOT NULL,
  quantity INTEGER NOT NULL, net INTEGER NOT NULL, tax INTEGER NOT NULL);
CREATE INDEX invoice_line_line ON invoice_line (line_id);
CREATE INDEX invoice_line_invoice ON invoice_line (invoice_id);

CREATE TABLE posted (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, type TEXT NOT NULL,
  reference TEXT COLLATE NOCASE NOT NULL, second_reference TEXT COLLATE NOCASE NOT NULL, date TEXT NOT NULL,
  due TEXT NOT NULL, goods INTEGER NOT NULL, tax INTEGER NOT NULL, gross INTEGER NOT NULL,
  allocated INTEGER NOT NULL DEFAULT 0, settled TEXT, settled_immediately INTEGER NOT NULL DEFAULT 0,
  queried TEXT NOT NULL DEFAULT '', urn INTEGER NOT NULL, bank_id INTEGER, origin TEXT NOT NULL,
  discount INTEGER NOT NULL DEFAULT 0, tax_discount INTEGER NOT NULL DEFAULT 0,
  discount_percent INTEGER NOT NULL DEFAULT 0, discount_days INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0, user_name TEXT NOT NULL, posted TEXT NOT NULL, {_STAMPS});
CREATE INDEX posted_customer ON posted (customer_id, date);
CREATE INDEX posted_reference ON posted (reference);
CREATE INDEX posted_second ON posted (second_reference);
CREATE INDEX posted_urn ON posted (urn);
CREATE INDEX posted_updated ON posted (updated);
CREATE TABLE posted_tax (id INTEGER PRIMARY KEY, posted_id INTEGER NOT NULL, tax_code_id INTEGER NOT NULL,
  goods INTEGER NOT NULL, tax INTEGER NOT NULL);
CREATE INDEX posted_tax_posted ON posted_tax (posted_id);
CREATE TABLE memo (id INTEGER PRIMARY KEY, posted_id INTEGER NOT NULL, note TEXT NOT NULL, active INTEGER NOT NULL,
  user_name TEXT NOT NULL, {_STAMPS});
CREATE TABLE ledger_allocation (id INTEGER PRIMARY KEY, session INTEGER NOT NULL, posted_id INTEGER NOT NULL,
  value INTEGER NOT NULL, date TEXT NOT NULL, user_name TEXT NOT NULL, {_STAMPS});
CREATE INDEX ledger_allocation_posted ON ledger_allocation (posted_id);
CREATE TABLE command (key TEXT PRIMARY KEY, command TEXT NOT NULL, content TEXT NOT NULL, result TEXT NOT NULL);
"""
SCHEMA += PRICES_SCHEMA + SOP_SCHEMA + STOCK_SCHEMA + SALES_SCHEMA + FINANCE_SCHEMA + SCALE_SCHEMA
