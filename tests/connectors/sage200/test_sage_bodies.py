from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.sage200.bodies import allocation_body, return_body, transfer_body
from tieout.connectors.sage200.books import nominal_account, period_answer
from tieout.connectors.sage200.client import quoted
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.sop.allotment import credits_of, receipts
from tieout.connectors.sage200.wire import (
    NominalShape,
    ReturnLineView,
)
from tieout.connectors.transport import parse_json, write_json
from tieout.domain import commands as c
from tieout.domain.documents.books import PeriodAnswer
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money
from tieout.ports.errors import BadAnswer, Refused

KEY = "TCN-0123456789ABCDEF"


ON = date(2026, 11, 20)


def credit_line(net: int, tax: int, **changes: object) -> c.CreditLine:
    return c.CreditLine(
        **{
            "order_line": "777",
            "sku": "MUG",
            "quantity": Decimal(1),
            "net": Money(net),
            "tax": Money(tax),
            "tax_code": "1",
            "nominal": Nominal(account="4010", cost_centre="WEB"),
            **changes,
        }  # type: ignore[arg-type]  # changes by name
    )


def return_line(line_id: int, quantity: object, received: object = 0, **changes: object) -> ReturnLineView:
    return ReturnLineView.model_validate(
        {
            "sop_return_id": 5,
            "sop_return_document_no": "0000000077",
            "sop_return_document_status": "EnumDocumentStatusLive",
            "sop_return_customer_document_no": "TRT-0123456789ABCDEF",
            "sop_return_line_id": line_id,
            "sop_return_line_product_code": "MUG",
            "sop_return_line_quantity": quantity,
            "sop_return_line_despatch_receipt_quantity": received,
            "customer_id": 27825,
            "tax_code_code": 1,
            **changes,
        }
    )


NOMINAL = Nominal(account="4010", cost_centre="WEB")


TAG = {"sop_return_line_analysis_code_1": "777 4010/WEB"}


OTHER_TAG = {"sop_return_line_analysis_code_1": "777 4020"}


def bin_line(quantity: int, place: str = "GOODS-IN") -> c.BinLine:
    return c.BinLine(order_line="777", sku="MUG", quantity=Decimal(quantity), bin=place, nominal=NOMINAL)


def test_a_receipt_goes_to_the_line_that_carries_its_tag_and_to_no_other() -> None:
    rows = [return_line(1, 2, **OTHER_TAG), return_line(2, 2), return_line(3, 2, **TAG)]
    found = receipts(rows, [bin_line(3), bin_line(1, "B2")], 1)
    assert [(row.line_id, row.quantity, row.bin) for row in found] == [
        (3, Decimal(2), "GOODS-IN"),
        (2, Decimal(1), "GOODS-IN"),
        (2, Decimal(1), "B2"),
    ]
    with pytest.raises(Refused, match="only 4 of MUG left to receive, not 5"):
        receipts(rows, [bin_line(5)], 1)


def test_without_a_slot_for_tags_a_receipt_goes_by_the_stock_code() -> None:
    rows = [return_line(1, 1, **OTHER_TAG), return_line(2, 2, sop_return_line_product_code="BOWL")]
    assert [row.line_id for row in receipts(rows, [bin_line(1)], 0)] == [1]


def test_more_than_a_return_expects_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(Refused, match="only 1 of MUG left to receive, not 2"):
        receipts([return_line(1, 3, 2)], [bin_line(2)], 1)


@given(
    net=st.integers(min_value=0, max_value=10**6),
    tax=st.integers(min_value=0, max_value=10**5),
    room=st.lists(st.integers(min_value=1, max_value=5), min_size=1, max_size=5),
)
def test_a_credit_split_over_lines_of_a_return_loses_no_penny(net: int, tax: int, room: list[int]) -> None:
    rows = [return_line(n, received, received) for n, received in enumerate(room, start=1)]
    shares = credits_of(rows, [credit_line(net, tax, quantity=Decimal(sum(room)))], 1)
    assert sum(share.net.minor for share in shares) == net
    assert sum(share.tax.minor for share in shares) == tax
    assert sum(share.quantity for share in shares) == sum(room)


def test_a_credit_prefers_its_own_tag_and_then_its_own_tax_code() -> None:
    rows = [return_line(1, 1, 1, tax_code_code=2), return_line(2, 1, 1)]
    assert credits_of(rows, [credit_line(100, 20)], 1)[0].line_id == 2
    rows = [*rows, return_line(3, 1, 1, tax_code_code=2, **TAG)]
    assert credits_of(rows, [credit_line(100, 20)], 1)[0].line_id == 3


def test_a_return_is_raised_with_its_key_its_rma_and_exact_prices() -> None:
    settings = Sage200Settings.model_validate(
        {"client_id": "c", "client_secret": "s", "site_id": "s", "company_id": 1, "return_warehouse": "HOME"}
    )
    command = c.RaiseReturn(
        key=KEY,
        batch="b",
        units=(),
        customer_id="27825",
        order_number="0000000123",
        rma="RMA-77",
        reason="DAMAGED",
        raised_on=ON,
        lines=(
            c.ReturnLine(
                order_line="777",
                sku="MUG",
                quantity=Decimal(2),
                unit_price=Decimal("16.66667"),
                tax_code="1",
                warehouse="",
                nominal=Nominal(account="4000"),
            ),
        ),
    )
    body = write_json(
        return_body(
            command,
            settings,
            products={"MUG": 41001},
            warehouses={"HOME": 12},
            taxes={"1": 1729},
            with_nominals=False,
        )
    )
    assert b'"selling_unit_price":16.66667' in body
    sent = json.loads(body)
    assert sent["customer_document_no"] == KEY
    assert (sent["analysis_code_1"], sent["analysis_code_2"]) == ("RMA-77", "DAMAGED")
    assert sent["document_date"] == "2026-11-20T00:00:00Z"
    assert (sent["lines"][0]["warehouse_id"], sent["lines"][0]["tax_code_id"]) == (12, 1729)
    assert b"null" not in body
    assert b"nominal" not in body
    assert sent["lines"][0]["analysis_code_1"] == "777 4000"


def test_an_allocation_nets_to_nothing() -> None:
    command = c.AllocateCredit(
        key=KEY,
        batch="b",
        units=(),
        customer_id="27825",
        credit_key="C",
        payment_key="P",
        amount=Money(2400),
        on=ON,
    )
    body = json.loads(
        write_json(allocation_body(command, [(549900, Money(2400)), (551234, Money(-2400))])), parse_float=Decimal
    )
    assert sum(line["value_to_allocate"] for line in body["allocation_lines"]) == 0
    assert body["allocation_lines"][1] == {"posted_tran_id": 551234, "value_to_allocate": Decimal("-24.00")}


def test_a_transfer_carries_its_key_as_the_reference() -> None:
    command = c.MoveStock(
        key="TMV-0123456789ABCDEF",
        batch="b",
        units=(),
        sku="MUG",
        quantity=Decimal("1.5"),
        from_warehouse="HOME",
        from_bin="GOODS-IN",
        to_warehouse="HOME",
        to_bin="A1",
        on=ON,
        second_reference="RMA-77",
    )
    body = json.loads(write_json(transfer_body(command, 41001, 8801, 8890)), parse_float=Decimal)
    assert (body["reference"], body["quantity"]) == (command.key, Decimal("1.5"))


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("Normal", PeriodAnswer.NORMAL),
        ("Acceptable", PeriodAnswer.ACCEPTABLE),
        ("Unacceptable", PeriodAnswer.UNACCEPTABLE),
        ("EnumClassificationUnacceptable", PeriodAnswer.UNACCEPTABLE),
    ],
)
def test_sages_words_for_a_date_are_read_with_or_without_a_prefix(word: str, answer: PeriodAnswer) -> None:
    assert period_answer(word) is answer


def test_a_word_for_a_date_that_nobody_knows_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="Perhaps"):
        period_answer("Perhaps")


@pytest.mark.parametrize(
    ("changes", "postable"),
    [
        ({}, True),
        ({"account_status_type": "AccountStatusHidden"}, False),
        ({"nominal_account_type": "NominalAccountTypeGroup"}, False),
        ({"nominal_account_type": "NominalAccountTypeMemo"}, False),
        ({"nominal_account_type": "NominalAccountTypePosting"}, True),
    ],
)
def test_hidden_group_and_memo_accounts_take_no_posting(changes: dict[str, str], postable: bool) -> None:  # noqa: FBT001
    row = NominalShape.model_validate({"id": 1, "reference": "4000", **changes})
    assert nominal_account(row, ("group", "memo")).is_postable is postable


@given(text=st.text(max_size=40))
def test_a_text_never_breaks_out_of_its_filter(text: str) -> None:
    literal = quoted(text)
    assert literal[0] == literal[-1] == "'"
    assert literal[1:-1].replace("''", "'") == text
    assert literal[1:-1].replace("''", "").count("'") == 0


leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.decimals(allow_nan=False, allow_infinity=False, places=5)
)


@given(value=st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_keeps_every_digit(value: object) -> None:
    assert parse_json(write_json(value)) == value  # type: ignore[arg-type]  # any tree of leaves is JSON
