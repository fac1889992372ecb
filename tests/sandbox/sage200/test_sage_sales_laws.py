"""Laws of the sales ledger: whatever is posted, allocated and archived, accounts and control agree to the penny."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.sage200 import Sage200Sandbox, writes
from tieout.sandbox.sage200.company import proofs, set_up
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger import transactions
from tieout.sandbox.sage200.ledger.terms import BASES, due
from tieout.sandbox.sage200.reading.catalogue import RESOURCES
from tieout.sandbox.sage200.reading.reads import read_list

Draw = tuple[int, int, int]
SET_UP: dict[str, Any] = {"customers": [{"reference": "ONE"}, {"reference": "TWO"}]}
AGED = ("past", "future", "current", *(f"period_{number}" for number in range(1, 9)))


def listed(books: Books, name: str, **params: str) -> Any:  # noqa: ANN401  # rows of JSON
    return read_list(books, RESOURCES[name], {f"${key}": value for key, value in params.items()})


def stamped(books: Books, number: int) -> str:
    return f"{(books.today() - timedelta(days=number * 9)).isoformat()}T00:00:00Z"


def body_of(books: Books, draw: Draw) -> dict[str, Any]:
    customers = books.rows("SELECT id FROM customer ORDER BY id")
    return {
        "customer_id": customers[draw[0] % len(customers)]["id"],
        "transaction_date": stamped(books, draw[1]),
        "reference": f"R{draw[2]}",
    }


def trade(books: Books, draw: Draw) -> None:
    path = ("sales_invoices", "sales_credit_notes")[draw[2] % 2]
    value = Decimal(draw[2] * 137).scaleb(-2)
    more = {"document_goods_value": value, "document_tax_value": value / 5 if draw[0] % 2 else 0}
    writes.perform(books, "POST", path, 0, body_of(books, draw) | more)


def money(books: Books, draw: Draw) -> None:
    path = ("sales_receipts", "sales_payments")[draw[2] % 2]
    more = {"bank_id": 1, "cheque_value": draw[2], "settlement_discount_value": Decimal(draw[1]).scaleb(-2)}
    writes.perform(books, "POST", path, 0, body_of(books, draw) | more)


def allocate(books: Books, draw: Draw) -> None:
    """Allocate an open debit of an account against an open credit, in full or in part."""
    customer = body_of(books, draw)["customer_id"]
    rows = books.rows("SELECT * FROM posted WHERE customer_id = ? AND gross <> allocated ORDER BY id", customer)
    debits = [row for row in rows if row["gross"] > 0]
    owed_back = [row for row in rows if row["gross"] < 0]
    if not debits or not owed_back:
        return
    pair = debits[draw[1] % len(debits)], owed_back[draw[2] % len(owed_back)]
    most = min(abs(row["gross"] - row["allocated"]) for row in pair)
    value = Decimal(most if draw[2] % 3 else max(1, most // 2)).scaleb(-2)
    lines = [{"posted_tran_id": row["id"], "value_to_allocate": value if row["gross"] > 0 else -value} for row in pair]
    writes.perform(books, "POST", "sales_allocations", 0, {"customer_id": customer, "allocation_lines": lines})


def archive(books: Books, draw: Draw) -> None:
    before = standing(books)
    with books.transaction():
        transactions.archive(books, books.today() - timedelta(days=draw[1]))
    assert standing(books) == before


def standing(books: Books) -> object:
    """Return all values that archiving must not move."""
    rows = [*listed(books, "sales_posted_transactions"), *listed(books, "sales_historical_transactions")]
    values = {row["id"]: (row["document_gross_value"], row["document_outstanding_value"]) for row in rows}
    balances = {row["reference"]: row["balance"] for row in listed(books, "customers")}
    years = [{k: v for k, v in row.items() if "total" in k} for row in listed(books, "customer_year_value_views")]
    return values, balances, proofs.trial_balance(books), years


DEEDS: tuple[Callable[[Books, Draw], None], ...] = (trade, trade, money, allocate, allocate, archive)
STEPS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.tuples(*(st.integers(0, 30) for _ in range(3)))), min_size=3, max_size=40
)


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_any_sequence_of_ledger_documents_keeps_accounts_and_control_in_agreement(
    steps: list[tuple[Callable[[Books, Draw], None], Draw]],
) -> None:
    books = Sage200Sandbox(SandboxClock()).books
    with books.transaction():
        set_up.load(books, SET_UP)
    for deed, draw in steps:
        try:
            deed(books, draw)
        except RefusedError:
            continue
    found = proofs.proofs(books)
    del found["duplicates"]
    assert all(found.values()), found
    rows = [*listed(books, "sales_posted_transactions"), *listed(books, "sales_historical_transactions")]
    for row in rows:
        assert row["document_outstanding_value"] == row["document_gross_value"] - row["document_allocated_value"]
    for customer in listed(books, "customers"):
        own = [row for row in rows if row["customer_id"] == customer["id"]]
        assert customer["balance"] == sum(row["document_gross_value"] for row in own)
        assert customer["balance"] == aged_total(books, customer["id"])


def aged_total(books: Books, customer_id: int) -> Decimal:
    """Return what the aged views say of an account; all three must say the same."""
    only = {"filter": f"customer_id eq {customer_id}"}
    totals = {
        sum((row[f"doc_{name}"] for row in listed(books, view, **only) for name in AGED), Decimal(0))
        for view in ("sales_aged_debtor_summary_views", "sales_aged_debtor_detailed_views")
    }
    periods = listed(books, "sales_aged_transaction_period_views", **only)
    totals.add(sum((row["base_outstanding_value"] for row in periods), Decimal(0)))
    assert len(totals) == 1, totals
    return totals.pop()


@given(on=st.dates(date(2000, 1, 1), date(2100, 1, 1)), days=st.integers(0, 400), basis=st.sampled_from(BASES))
def test_nothing_falls_due_before_its_date_and_longer_terms_never_fall_due_earlier(
    on: date, days: int, basis: str
) -> None:
    assert on <= due(on, days, basis)
    if basis != BASES[2]:
        assert due(on, days, basis) < due(on, days + 1, basis)
