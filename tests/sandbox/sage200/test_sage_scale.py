"""A company with much trade: its books agree, its lists use indexes, and it may lie on disk."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.sage200.company.fill import fill
from tieout.sandbox.sage200.company.proofs import proofs
from tieout.sandbox.sage200.reading.catalogue import RESOURCES
from tieout.sandbox.sage200.reading.reads import read_list

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sandbox.sage200.conftest import Sage

    from tieout.sandbox.sage200.company.books import Books

SMALL = {"posted": 6_000, "orders": 1_200, "movements": 4_000, "customers": 100, "products": 60}
LARGE = {"posted": 1_000_000, "orders": 200_000, "movements": 600_000, "customers": 20_000, "products": 5_000}
SINCE = "2026-11-01T00:00:00Z"
FEEDS = [
    ("customers", "date_time_updated"),
    ("customers", "reference"),
    ("products", "date_time_updated"),
    ("products", "code"),
    ("sop_orders", "date_time_updated"),
    ("sop_orders", "document_no"),
    ("sop_orders", "customer_document_no"),
    ("sop_orders", "customer_id"),
    ("sop_returns", "date_time_updated"),
    ("sop_returns", "customer_document_no"),
    ("sop_order_line_views", "sop_order_line_date_time_updated"),
    ("sop_return_line_views", "sop_return_line_date_time_updated"),
    ("sop_order_despatch_line_views", "sop_order_id"),
    ("sales_posted_transactions", "date_time_updated"),
    ("sales_posted_transactions", "reference"),
    ("sales_posted_transactions", "second_reference"),
    ("sales_posted_transactions", "urn"),
    ("sales_posted_transactions", "customer_id"),
    ("product_transaction_views", "reference"),
    ("product_transaction_views", "product_id"),
    ("bin_holdings", "product_id"),
    ("warehouse_holdings", "product_id"),
    ("nominal_transaction_enquiry_views", "transaction_date"),
    ("bank_posted_transactions", "reference"),
    ("customer_period_value_views", "customer_id"),
    ("customer_period_value_views", "period_value_date_time_updated"),
    ("customer_year_value_views", "customer_id"),
    ("customer_year_value_views", "year_value_date_time_updated"),
]
DOCUMENTS = ("document", "line", "despatch_line", "invoice_line")
GROWING = (*DOCUMENTS, "posted", "movement", "entry", "journal", "customer", "customer_month", "customer_year")


@pytest.fixture(scope="module")
def filled() -> Iterator[Books]:
    books = Sage200Sandbox(SandboxClock()).books
    fill(books, SMALL)
    yield books
    books.db.close()


def test_a_filled_company_has_what_was_asked_for_and_every_proof_holds(filled: Books) -> None:
    assert filled.value("SELECT count(*) FROM customer") == SMALL["customers"]
    assert filled.value("SELECT count(*) FROM product") == SMALL["products"]
    assert 0 <= filled.value("SELECT count(*) FROM posted") - SMALL["posted"] <= 1
    assert 0 <= filled.value("SELECT count(*) FROM movement") - SMALL["movements"] <= 1
    found = proofs(filled)
    assert found.pop("duplicates") == []
    assert all(found.values()), found


def test_filling_twice_adds_and_keeps_every_proof(filled: Books) -> None:
    books = Sage200Sandbox(SandboxClock()).books
    for times in (1, 2):
        made = fill(books, {"orders": 45, "posted": 200, "returns": 7, "movements": 300})
        assert made["orders"] == 45 * times
    found = proofs(books)
    assert found.pop("duplicates") == []
    assert all(found.values()), found
    assert filled is not books


def test_made_up_trade_is_not_the_api_users(filled: Books) -> None:
    for table in ("posted", "document", "journal", "movement"):
        assert filled.value(f"SELECT count(*) FROM {table} WHERE user_name = ?", filled.user) == 0  # noqa: S608  # ours


def test_made_up_trade_is_spread_over_three_years(filled: Books) -> None:
    first, last = filled.row("SELECT min(date) a, max(date) b FROM posted") or ("", "")
    assert int(last[:4]) - int(first[:4]) == 3
    days = filled.value("SELECT count(DISTINCT substr(updated, 1, 10)) FROM document")
    assert days > 900


def _plan(books: Books, resource: str, name: str) -> list[str]:
    """Return the query plan of a list that is filtered by one field, of its main query."""
    asked: list[str] = []
    declared = RESOURCES[resource].field(name)
    assert declared is not None, f"{resource} has no {name}"
    literal = {"t": SINCE, "d": "2026-11-01"}.get(declared.kind, "7" if declared.kind in "ik" else "'X'")
    operator = "ge" if declared.kind in "td" else "eq"
    books.db.set_trace_callback(asked.append)
    try:
        read_list(books, RESOURCES[resource], {"$filter": f"{name} {operator} {literal}", "$top": "500"})
    finally:
        books.db.set_trace_callback(None)
    main = next(sql for sql in asked if "LIMIT" in sql)
    return [str(row["detail"]) for row in books.rows(f"EXPLAIN QUERY PLAN {main}")]


@pytest.mark.parametrize(("resource", "name"), FEEDS)
def test_a_filtered_list_scans_no_table_that_grows(filled: Books, resource: str, name: str) -> None:
    if resource not in RESOURCES:
        pytest.fail(f"{resource} is not served")
    aliases = _aliases(RESOURCES[resource].source)
    scans = [step for step in _plan(filled, resource, name) if step.startswith("SCAN ")]
    wrong = [step for step in scans if aliases.get(step.split()[1], step.split()[1]) in GROWING]
    assert wrong == []


@pytest.mark.parametrize("resource", sorted({resource for resource, _ in FEEDS}))
def test_an_unfiltered_list_is_walked_in_its_order_and_not_sorted(filled: Books, resource: str) -> None:
    asked: list[str] = []
    filled.db.set_trace_callback(asked.append)
    try:
        read_list(filled, RESOURCES[resource], {"$top": "500"})
    finally:
        filled.db.set_trace_callback(None)
    main = next(sql for sql in asked if "LIMIT" in sql)
    steps = [str(row["detail"]) for row in filled.rows(f"EXPLAIN QUERY PLAN {main}")]
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps


def _aliases(source: str) -> dict[str, str]:
    """Return the tables of a declared source by the letter that stands for them."""
    words = source.replace(",", " ").split()
    return {b: a for a, b in pairwise(words) if a in GROWING}


def test_a_company_on_disk_is_found_again(tmp_path: Path) -> None:
    first = Sage200Sandbox(SandboxClock(), database=str(tmp_path))
    fill(first.books, {"orders": 20})
    first.books.db.close()
    again = Sage200Sandbox(SandboxClock(), database=str(tmp_path))
    assert again.books.value("SELECT count(*) FROM document WHERE kind = 'order'") == 20
    again.books.db.close()


def test_the_control_surface_fills_a_company(bare_sage: Sage) -> None:
    made = bare_sage.control("POST", "bulk", {"orders": 40, "posted": 100})
    assert made["orders"] == 40
    assert made["returns"] == 2
    bare_sage.proofs()
    balance = sum(row["balance"] for row in bare_sage.get("customers"))
    outstanding = sum(row["document_outstanding_value"] for row in bare_sage.get("sales_posted_transactions"))
    assert balance == outstanding


def test_a_fill_of_something_unknown_is_refused(bare_sage: Sage) -> None:
    assert "elephants" in bare_sage.control("POST", "bulk", {"elephants": 3}, expect=400)["error"]


@pytest.mark.long
def test_a_million_posted_transactions_are_made_in_minutes_and_read_in_moments(tmp_path: Path) -> None:
    system = Sage200Sandbox(SandboxClock(), database=str(tmp_path))
    books = system.books
    began = time.monotonic()
    fill(books, LARGE)
    assert time.monotonic() - began < 600
    found = proofs(books)
    assert found.pop("duplicates") == []
    assert all(found.values()), found
    for resource, name in FEEDS:
        declared = RESOURCES[resource].field(name)
        assert declared is not None
        began = time.monotonic()
        literal = {"t": SINCE, "d": "2026-11-01"}.get(declared.kind, "7" if declared.kind in "ik" else "'X'")
        operator = "ge" if declared.kind in "td" else "eq"
        read_list(books, RESOURCES[resource], {"$filter": f"{name} {operator} {literal}", "$top": "500"})
        assert time.monotonic() - began < 2, f"{resource} by {name}"
    books.db.close()
