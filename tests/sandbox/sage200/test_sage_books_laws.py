"""Laws: whatever is posted, in any order, the ledgers balance and agree with each other."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.sage200 import Sage200Sandbox, writes
from tieout.sandbox.sage200.companion import commands
from tieout.sandbox.sage200.company import proofs, set_up
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import cost_each, divided, running_percent, value_of
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.desktop import deeds
from tieout.sandbox.sage200.ledger import sales_ledger

Draw = tuple[int, int, int]
SET_UP: dict[str, Any] = {
    "customers": [{"reference": "ONE"}, {"reference": "TWO"}],
    "products": [
        {
            "code": code,
            "costing": costing,
            "standard_price": price,
            "stock": [
                {"warehouse": "HOME", "bin": "A1", "quantity": "7", "unit_cost": "1.33333"},
                {"warehouse": "HOME", "bin": "B2", "quantity": "3", "unit_cost": "2.5"},
            ],
        }
        for code, costing, price in (("F", "FIFO", "3.33"), ("A", "AVERAGE", "9.995"))
    ],
}


LINES_OF = "document_id IN (SELECT id FROM document WHERE kind = '{}' AND status = 'Live') AND despatched < quantity"


def pick(books: Books, table: str, number: int, where: str = "1 = 1") -> Any:  # noqa: ANN401  # a database row
    rows = books.rows(f"SELECT * FROM {table} WHERE {where} ORDER BY id")  # noqa: S608  # names of this file
    if not rows:
        raise RefusedError(f"no {table} yet")
    return rows[number % len(rows)]


def document(books: Books, draw: Draw, path: str) -> None:
    lines = [
        {
            "line_type": "EnumLineTypeStandard",
            "product_id": pick(books, "product", draw[i])["id"],
            "line_quantity": draw[1 - i] % 4 + 1,
            "unit_discount_percent": draw[2] % 50,
        }
        for i in range(2)
    ]
    body = {"customer_id": pick(books, "customer", draw[2])["id"], "lines": lines}
    writes.perform(books, "POST", path, 0, body)


def enter_order(books: Books, draw: Draw) -> None:
    document(books, draw, "sop_orders")


def enter_return(books: Books, draw: Draw) -> None:
    document(books, draw, "sop_returns")


def allocate_and_despatch(books: Books, draw: Draw) -> None:
    line = pick(books, "line", draw[0], LINES_OF.format("order"))
    amount = draw[1] % 3 + 1
    body = {"lines": [{"id": line["id"], "to_allocate_quantity": amount}]}
    writes.perform(books, "PUT", "sop_orders", line["document_id"], body)
    items = [{"id": line["id"], "quantity": Decimal(amount) / (draw[2] % 2 + 1)}]
    sent = {"sop_order_return_id": line["document_id"], "items": items}
    writes.perform(books, "POST", "sop_confirm_despatch", 0, sent)


def invoice(books: Books, draw: Draw) -> None:
    found = pick(books, "document", draw[0], "kind = 'order' AND despatch_status > invoice_status")
    with books.transaction():
        deeds.post_invoice(books, {"order": found["id"]})


def receive_and_credit(books: Books, draw: Draw) -> None:
    line = pick(books, "line", draw[0], LINES_OF.format("return"))
    told = {"return_line_id": line["id"], "quantity": str(draw[1] % 3 + 1)}
    number = books.value("SELECT count(*) FROM command")
    receipt = {"key": f"R{number}", "receipt_date": f"{books.today()}", "lines": [told | {"bin": "GOODS-IN"}]}
    commands.perform(books, "receive_return", line["document_id"], receipt)
    values = {"net_value": f"{draw[2]}.01", "tax_value": "0.99"}
    credit = {"key": f"C{number}", "credit_date": f"{books.today()}", "lines": [told | values]}
    commands.perform(books, "post_sop_credit_note", line["document_id"], credit)


def ledger_document(books: Books, draw: Draw) -> None:
    path = ("sales_invoices", "sales_credit_notes")[draw[0] % 2]
    body = {
        "customer_id": pick(books, "customer", draw[1])["id"],
        "document_goods_value": Decimal(draw[2]) / 100,
        "document_tax_value": Decimal(draw[1]) / 100,
    }
    writes.perform(books, "POST", path, 0, body)


def money_document(books: Books, draw: Draw) -> None:
    path = ("sales_receipts", "sales_payments")[draw[0] % 2]
    body = {
        "customer_id": pick(books, "customer", draw[1])["id"],
        "bank_id": pick(books, "bank", draw[0])["id"],
        "cheque_value": Decimal(draw[2]) / 100,
    }
    writes.perform(books, "POST", path, 0, body)


def allocate_ledger(books: Books, draw: Draw) -> None:
    up, down = pick(books, "posted", draw[0], "gross > 0"), pick(books, "posted", draw[1], "gross < 0")
    value = Decimal(draw[2]) / 100
    lines = [
        {"posted_tran_id": up["id"], "value_to_allocate": value},
        {"posted_tran_id": down["id"], "value_to_allocate": -value},
    ]
    body = {"customer_id": up["customer_id"], "allocation_lines": lines}
    writes.perform(books, "POST", "sales_allocations", 0, body)


def transfer(books: Books, draw: Draw) -> None:
    product = pick(books, "product", draw[0])["id"]
    bins = [pick(books, "bin_holding", n, f"product_id = {product}")["id"] for n in draw[1:]]
    body = {
        "product_id": product,
        "bin_holding_from_id": bins[0],
        "bin_holding_to_id": bins[1],
        "quantity": draw[2] % 3 + 1,
    }
    writes.perform(books, "POST", "stock_transfers", 0, body)


def write_stock(books: Books, draw: Draw) -> None:
    number = books.value("SELECT count(*) FROM command")
    body = {
        "key": f"W{number}",
        "product_code": pick(books, "product", draw[0])["code"],
        "warehouse": "HOME",
        "bin": ("A1", "B2", "GOODS-IN")[draw[1] % 3],
        "quantity": f"{draw[2] % 3 + 1}",
        "date": f"{books.today()}",
        "nominal": {"account": "5200"},
    }
    commands.perform(books, ("write_on", "write_off", "issue")[draw[1] % 3], 0, body)


def cancel(books: Books, draw: Draw) -> None:
    found = pick(books, "document", draw[0])
    body = {"id": found["id"], "document_status": "EnumDocumentStatusCancelled"}
    writes.perform(books, "POST", f"sop_{found['kind']}s_status", 0, body)


DEEDS: tuple[Callable[[Books, Draw], None], ...] = (
    enter_order,
    enter_return,
    allocate_and_despatch,
    invoice,
    receive_and_credit,
    ledger_document,
    money_document,
    allocate_ledger,
    transfer,
    write_stock,
    cancel,
)
STEPS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.tuples(*(st.integers(0, 40) for _ in range(3)))), min_size=5, max_size=40
)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_any_sequence_of_postings_keeps_every_ledger_in_agreement(
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
    assert proofs.trial_balance(books)["total"] == "0.00"
    for row in books.rows("SELECT * FROM posted"):
        assert abs(row["allocated"]) <= abs(row["gross"])


@given(values=st.lists(st.integers(-10_000, 10_000), max_size=20), percent=st.integers(0, 10_000))
def test_a_shared_percentage_adds_up_to_the_percentage_of_the_whole(values: list[int], percent: int) -> None:
    assert sum(running_percent(values, percent)) == divided(sum(values) * percent, 10_000)


@given(quantity=st.integers(1, 10**10), price=st.integers(0, 10**8))
def test_value_and_unit_cost_are_within_a_penny_of_each_other(quantity: int, price: int) -> None:
    value = value_of(quantity, price)
    assert abs(value_of(quantity, cost_each(value, quantity)) - value) <= 1 + quantity // 10**7


def test_the_types_of_ledger_rows_are_those_of_the_document() -> None:
    assert set(sales_ledger.SIGN) == set(sales_ledger.WORD)
