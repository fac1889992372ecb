"""Laws of sales documents: what they add up to, and how far their lines can go, whatever is done in which order."""

from __future__ import annotations

from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.sage200 import Sage200Sandbox, writes
from tieout.sandbox.sage200.company import proofs, set_up
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.desktop import deeds
from tieout.sandbox.sage200.reading.paths import address, read

SET_UP: dict[str, Any] = {
    "customers": [{"reference": "ONE"}],
    "products": [
        {
            "code": code,
            "costing": costing,
            "tax_code": tax,
            "standard_price": price,
            "stock": [
                {"warehouse": "HOME", "bin": "A1", "quantity": "6", "unit_cost": "1.33333"},
                {"warehouse": "HOME", "bin": "B2", "quantity": "4", "unit_cost": "2.5"},
            ],
        }
        for code, costing, tax, price in (
            ("F", "FIFO", 1, "3.33"),
            ("A", "AVERAGE", 11, "9.995"),
            ("Z", "FIFO", 2, "1"),
        )
    ],
}
Line = tuple[int, int, Decimal, Decimal]
WHOLE = st.integers(0, 9)
PRICES = st.decimals(0, 200, places=5)
PERCENTS = st.decimals(0, 100, places=2)
LINES = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 7), PRICES, PERCENTS), min_size=1, max_size=6)


@cache
def pattern() -> Books:
    books = Sage200Sandbox(SandboxClock(), seed=3).books
    with books.transaction():
        set_up.load(books, SET_UP)
    return books


def company() -> Books:
    """Return books of their own, all set up."""
    books = Books(pattern().clock, pattern().locks)
    pattern().db.backup(books.db)
    return books


def line_body(books: Books, line: Line) -> dict[str, Any]:
    """Return a line: of one of the three items, free text, or a charge."""
    which, quantity, price, percent = line
    codes = books.rows("SELECT id FROM product ORDER BY id")
    taxes = books.rows("SELECT id FROM tax_code WHERE rate > 0 ORDER BY id")
    if which == 3:
        body: dict[str, Any] = {"line_type": "EnumLineTypeFreeText", "description": "Text", "line_quantity": quantity}
        body |= {"tax_code_id": taxes[quantity % len(taxes)]["id"], "unit_discount_percent": percent}
    elif which == 4:
        body = {"line_type": "EnumLineTypeCharge", "code": "CARRIAGE"}
    else:
        body = {"line_type": "EnumLineTypeStandard", "product_id": codes[which]["id"], "line_quantity": quantity}
        body |= {"unit_discount_percent": percent}
    return {**body, "selling_unit_price": price}


def pence(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def shown(books: Books, key: int) -> dict[str, Any]:
    found = read(books, address(["sop_orders", str(key)]), {})
    assert isinstance(found, dict)
    return found


@settings(max_examples=100, deadline=None)
@given(lines=LINES, discount=st.decimals(-20, 99, places=2), inclusive=st.booleans())
def test_an_order_is_the_sum_of_its_lines_and_its_vat_is_that_of_each_rate(
    lines: list[Line], discount: Decimal, *, inclusive: bool
) -> None:
    books = company()
    books.set_setting("sop", "are_prices_tax_inclusive", inclusive)
    body = {"customer_id": 1, "document_discount_percent": discount, "lines": [line_body(books, x) for x in lines]}
    answer = writes.perform(books, "POST", "sop_orders", 0, body)
    assert isinstance(answer, dict)
    for (_, quantity, price, percent), line in zip(lines, answer["lines"], strict=True):
        count, off = (1, 0) if line["line_type"] == "EnumLineTypeCharge" else (quantity, percent)
        assert line["line_total_value"] == pence(count * price * (100 - off) / 100)
    assert answer["total_net_value"] + answer["total_tax_value"] == answer["total_gross_value"]
    assert sum(line["line_tax_value"] for line in answer["lines"]) == answer["total_tax_value"]
    less = answer["subtotal_goods_value"] - answer["subtotal_discount_value"] + answer["subtotal_charge_net_value"]
    if inclusive:
        assert less + answer["subtotal_charge_tax_value"] == answer["total_gross_value"]
    else:
        assert less == answer["total_net_value"]
    for code in {line["tax_code_id"] for line in answer["lines"]}:
        rows = books.rows("SELECT l.net, l.tax, t.rate FROM line l JOIN tax_code t ON t.id = l.tax_code_id "
                          "WHERE l.document_id = ? AND t.id = ?", answer["id"], code)  # fmt: skip
        net, tax, rate = Decimal(sum(r["net"] for r in rows)), sum(r["tax"] for r in rows), Decimal(rows[0]["rate"])
        exact = (net + tax) * rate / (10000 + rate) if inclusive else net * rate / 10000
        assert abs(tax - exact) <= Decimal("0.5")


def enter(books: Books, draw: list[int]) -> None:
    lines = [(draw[i] % 4, draw[i] % 5 + 1, Decimal(draw[1]), Decimal(draw[2] * 5)) for i in range(2)]
    bodies = [line_body(books, line) for line in lines]
    for body in bodies:
        if body["line_type"] == "EnumLineTypeStandard" and draw[0] % 3:
            body["to_allocate_quantity"] = draw[2] % body["line_quantity"] + 1
        elif body["line_type"] == "EnumLineTypeFreeText" and draw[0] % 2:
            body["confirmation_intent_type"] = "Confirm"
    kind = "sop_quotes" if draw[1] == 9 else "sop_orders"
    writes.perform(books, "POST", kind, 0, {"customer_id": 1, "is_editing": draw[2] == 9, "lines": bodies})


def pick(books: Books, draw: int, where: str = "1 = 1") -> Any:  # noqa: ANN401  # a database row
    orders = "SELECT l.* FROM line l JOIN document d ON d.id = l.document_id WHERE d.kind = 'order'"
    rows = books.rows(f"{orders} AND {where} ORDER BY l.id")
    if not rows:
        raise RefusedError("no line yet")
    return rows[draw % len(rows)]


def change_line(books: Books, draw: list[int]) -> None:
    """Change the quantity, the allocation or the price of a line, or take it out."""
    line = pick(books, draw[0])
    change = (
        {"line_quantity": draw[1] % 5 + 1},
        {"to_allocate_quantity": draw[1] % 3 + 1},
        {"allocated_quantity": draw[1] % 3},
        {"selling_unit_price": draw[1]},
        {"is_to_delete": True, "create_cancelled_line": True},
    )[draw[2] % 5]
    writes.perform(books, "PUT", "sop_orders", line["document_id"], {"lines": [{"id": line["id"]} | change]})


def despatch(books: Books, draw: list[int]) -> None:
    line = pick(books, draw[0], "(l.allocated > 0 OR l.confirmation = 'Confirm')")
    items = [{"id": line["id"], "quantity": Decimal(max(line["allocated"] // 100_000, 1)) * (draw[1] % 4 + 1) / 2}]
    writes.perform(
        books, "POST", "sop_confirm_despatch", 0, {"sop_order_return_id": line["document_id"], "items": items}
    )


def invoice(books: Books, draw: list[int]) -> None:
    line = pick(books, draw[0], "d.status = 'Live' AND l.despatched >= l.invoiced")
    with books.transaction():
        deeds.post_invoice(books, {"order": line["document_id"]})


def set_status(books: Books, draw: list[int]) -> None:
    key = pick(books, draw[0])["document_id"]
    status = ("Live", "Live", "OnHold", "Cancelled")[draw[1] % 4]
    writes.perform(books, "POST", "sop_orders_status", 0, {"id": key, "document_status": f"EnumDocumentStatus{status}"})


def confirm(books: Books, draw: list[int]) -> None:
    writes.perform(books, "PUT", "sop_orders", pick(books, draw[0])["document_id"], {"is_editing": False})


def drop(books: Books, draw: list[int]) -> None:
    writes.perform(books, "DELETE", "sop_orders", pick(books, draw[0])["document_id"], {})


def copy(books: Books, draw: list[int]) -> None:
    flags = {"source_id": pick(books, draw[0])["document_id"], "customer_id": 1, "prices_and_discounts": draw[1] > 4}
    writes.perform(books, "POST", f"sop_{('orders', 'returns', 'quotes')[draw[1] % 3]}_duplicate", 0, flags)


STEPS = (enter, change_line, change_line, despatch, despatch, invoice, set_status, confirm, drop, copy)
DRAWS = st.lists(st.tuples(st.sampled_from(STEPS), st.lists(WHOLE, min_size=3, max_size=3)), min_size=5, max_size=25)


@settings(max_examples=60, deadline=None)
@given(steps=DRAWS)
def test_a_line_never_goes_further_than_the_step_before_it(steps: list[tuple[Any, list[int]]]) -> None:
    books = company()
    for first in ([1, 1, 3], [5, 2, 4]):
        enter(books, first)
    for step, draw in steps:
        before = {row["id"]: row for row in books.rows("SELECT * FROM line")}
        with suppress(RefusedError):
            step(books, draw)
        for line in books.rows("SELECT * FROM line"):
            assert 0 <= line["allocated"] <= line["quantity"] - line["despatched"]
            assert 0 <= line["despatched"] <= line["quantity"]
            if line["confirmation"] != "NoConfirmation":
                assert 0 <= line["invoiced"] <= line["despatched"]
            old = before.get(line["id"])
            if old is not None and line["product_id"]:
                assert line["despatched"] - old["despatched"] in {0, old["allocated"] - line["allocated"]}
    agree(books)


def agree(books: Books) -> None:
    """Assert that lines, allocations, bins, values and ledgers say the same."""
    assert (
        books.rows(
            "SELECT l.id FROM line l WHERE l.allocated <> (SELECT coalesce(sum(a.quantity - a.despatched), 0) "
            "FROM stock_allocation a WHERE a.line_id = l.id)"
        )
        == []
    )
    assert (
        books.rows(
            "SELECT b.id FROM bin_holding b WHERE b.allocated <> (SELECT coalesce(sum(a.quantity - a.despatched), 0) "
            "FROM stock_allocation a WHERE a.bin_holding_id = b.id)"
        )
        == []
    )
    for row in books.rows("SELECT id FROM document WHERE kind = 'order' AND archived = 0"):
        order = shown(books, row["id"])
        assert sum(line["line_tax_value"] for line in order["lines"]) == order["total_tax_value"]
    assert all(value is True or value == [] for value in proofs.proofs(books).values())
