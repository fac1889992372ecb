from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.sage200.accounts.bodies_ledger import bank_entry_body, invoice_body
from tieout.connectors.sage200.accounts.translate_ledger import (
    allocated_found,
    bank_entry_found,
    cash_transfer_found,
    direction_of,
    invoice_found,
    journal_found,
)
from tieout.connectors.sage200.accounts.wire_ledger import BankPostedShape, NominalEntryView
from tieout.connectors.sage200.limits import problems
from tieout.connectors.sage200.wire import PostedShape
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money
from tieout.ports.errors import BadAnswer

ON = date(2026, 11, 20)
BANKS = {1: "CARD", 2: "CURRENT"}
TAXES = {"0": 1728, "1": 1729, "2": 1730}

pence = st.integers(-100_000, 100_000)
lines = st.lists(
    st.builds(
        c.LedgerLine,
        net=st.builds(Money, pence),
        tax=st.builds(Money, pence),
        tax_code=st.sampled_from(sorted(TAXES)),
        nominal=st.builds(Nominal, account=st.sampled_from(["4000", "4010"]), cost_centre=st.sampled_from(["", "WEB"])),
        narrative=st.sampled_from(["", "Mugs", "Bowls"]),
    ),
    min_size=1,
    max_size=8,
).map(tuple)


def invoice(rows: tuple[c.LedgerLine, ...], due: date | None = None) -> c.RaiseInvoice:
    return c.RaiseInvoice(key="TIN-1", customer_id="7", on=ON, due=due, second_reference="TILL", lines=rows)


@given(lines)
def test_the_rows_of_an_invoice_add_up_to_its_header_and_each_row_is_there_once(rows: tuple[c.LedgerLine, ...]) -> None:
    body = cast("Mapping[str, Any]", invoice_body(invoice(rows), TAXES))
    taxes, nominals = body["tax_analysis_items"], body["nominal_analysis_items"]
    assert sum(row["goods_amount"] for row in taxes) == body["document_goods_value"]
    assert sum(row["tax_amount"] for row in taxes) == body["document_tax_value"]
    assert sum(row["value"] for row in nominals) == body["document_goods_value"]
    assert body["document_goods_value"] == Decimal(sum(row.net.minor for row in rows)) / 100
    places = [(row["code"], row["cost_centre"], row["narrative"]) for row in nominals]
    assert len(set(places)) == len(places)
    assert len({row["id"] for row in taxes}) == len(taxes)
    assert "due_date" not in body
    assert problems("sales_invoice", body) == ()


def test_a_due_date_of_our_own_is_sent() -> None:
    rows = (c.LedgerLine(net=Money(100), tax=Money(0), tax_code="0", nominal=Nominal(account="4000")),)
    body = cast("Mapping[str, Any]", invoice_body(invoice(rows, date(2026, 12, 4)), TAXES))
    assert body["due_date"] == "2026-12-04T00:00:00Z"


@given(lines)
def test_each_row_of_a_bank_entry_states_net_vat_and_gross_and_the_key(rows: tuple[c.LedgerLine, ...]) -> None:
    command = c.PostBankEntry(key="TBE-1", direction="receipt", bank="CARD", on=ON, lines=rows)
    items = cast("Mapping[str, Any]", bank_entry_body(command, 1, TAXES))["nominal_analysis_items"]
    assert [row["gross_value"] - row["goods_value"] - row["tax_value"] for row in items] == [0] * len(rows)
    assert {(row["reference"], row["transaction_date"]) for row in items} == {("TBE-1", "2026-11-20T00:00:00Z")}


def posted(**changes: object) -> PostedShape:
    row: dict[str, object] = {
        "id": 3,
        "customer_id": 7,
        "trader_transaction_type": "TradingAccountEntryTypeInvoice",
        "reference": "TIN-1",
        "transaction_date": "2026-11-20T00:00:00Z",
        "urn": 6,
        "document_goods_value": Decimal("18.00"),
        "document_tax_value": Decimal("2.61"),
        "document_gross_value": Decimal("20.61"),
        "document_outstanding_value": Decimal("20.61"),
        "tax_analysis_items": [
            {"code": 1, "tax_amount": Decimal("2.61")},
            {"code": 2, "tax_amount": Decimal("0.00")},
        ],
        "nominal_analysis_items": [
            {"code": "4000", "value": Decimal("-13.00"), "location": "Deferred"},
            {"code": "4010", "cost_centre": "WEB", "value": Decimal("-5.00"), "location": "Deferred"},
        ],
    }
    return PostedShape.model_validate({**row, **changes})


def test_a_posted_invoice_reads_back_from_its_analysis_and_says_where_it_landed() -> None:
    found = invoice_found(posted(), "GBP")
    assert found.figures == {
        "customer": "7",
        "on": "2026-11-20",
        "net": "1800",
        "tax 1": "261",
        "tax 2": "0",
        "nominal 4000": "1300",
        "nominal 4010/WEB": "500",
    }
    assert found.link == "urn 6, nominal Deferred"


def test_an_invoice_whose_analysis_contradicts_its_header_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match=r"posting TIN-1 \(urn 6\)"):
        invoice_found(posted(document_goods_value=Decimal("18.01")), "GBP")


def side(urn: str, value: int, outstanding: int) -> c.LedgerSide:
    return c.LedgerSide(urn=urn, value=Money(value), outstanding=Money(outstanding))


def test_an_allocation_is_seen_by_any_change_of_what_is_outstanding() -> None:
    command = c.AllocatePostings(
        key="TAP-1", customer_id="7", on=ON, sides=(side("6", 2061, 2061), side("9", -2061, -5000))
    )
    rest = posted(urn=9, document_outstanding_value=Decimal("-50.00"))
    assert allocated_found(command, {"6": posted(), "9": rest}) is None
    done = {
        "6": posted(document_outstanding_value=Decimal(0)),
        "9": posted(document_outstanding_value=Decimal("-29.39")),
    }
    found = allocated_found(command, done)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    other = allocated_found(command, {"6": posted(document_outstanding_value=Decimal("20.00")), "9": rest})
    assert other is not None
    assert c.differences(command.figures(), other.figures) == (
        ("outstanding 6", "0", "2000"),
        ("outstanding 9", "-2939", "-5000"),
    )


def bank_row(**changes: object) -> BankPostedShape:
    row = {
        "id": 1,
        "bank_id": 1,
        "bank_transaction_type": "BankAccountEntryType.Payment",
        "reference": "TBE-1",
        "transaction_date": "2026-11-20T00:00:00Z",
        "cheque_value": Decimal("1.70"),
        "urn": 8,
    }
    return BankPostedShape.model_validate({**row, **changes})


@pytest.mark.parametrize(
    ("word", "value", "direction"),
    [
        ("BankAccountEntryType.Receipt", "1.70", "receipt"),
        ("BankAccountEntryTypePayment", "1.70", "payment"),
        ("Transfer", "-1.70", "payment"),
        ("Transfer", "1.70", "receipt"),
    ],
)
def test_a_bank_entrys_direction_is_its_type_or_else_its_sign(word: str, value: str, direction: str) -> None:
    assert direction_of(bank_row(bank_transaction_type=word, cheque_value=Decimal(value))) == direction


def test_a_bank_entry_that_says_neither_in_nor_out_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="neither in nor out"):
        direction_of(bank_row(bank_transaction_type="Transfer", cheque_value=Decimal(0)))


def test_rows_of_one_bank_entry_are_added_and_two_entries_are_a_bad_answer() -> None:
    analysis = {
        "nominal_analysis_items": [{"code": "7601", "value": Decimal("1.67")}],
        "tax_analysis_items": [{"code": 1, "goods_amount": Decimal("1.67"), "tax_amount": Decimal("0.33")}],
    }
    found = bank_entry_found([bank_row(**analysis), bank_row(id=2, cheque_value=Decimal("-0.30"))], BANKS, "GBP")
    assert found is not None
    assert found.figures == {
        "bank": "CARD",
        "direction": "payment",
        "on": "2026-11-20",
        "net": "167",
        "tax 1": "33",
        "nominal 7601": "167",
    }
    with pytest.raises(BadAnswer, match=r"urn 8 .*urn 9"):
        bank_entry_found([bank_row(), bank_row(id=2, urn=9)], BANKS, "GBP")
    with pytest.raises(BadAnswer, match="its analysis differ"):
        bank_entry_found([bank_row()], BANKS, "GBP")
    assert bank_entry_found([], BANKS, "GBP") is None


def test_half_a_transfer_reads_back_with_one_side_missing() -> None:
    command = c.TransferCash(key="TBE-1", from_bank="CARD", to_bank="CURRENT", amount=Money(170), on=ON)
    coming = bank_row(id=2, bank_id=2, bank_transaction_type="BankAccountEntryType.Receipt")
    whole, half = (
        cash_transfer_found([bank_row(), coming], BANKS, "GBP"),
        cash_transfer_found([bank_row()], BANKS, "GBP"),
    )
    assert whole is not None
    assert half is not None
    assert c.differences(command.figures(), whole.figures) == ()
    assert c.differences(command.figures(), half.figures) == (("to", "CURRENT", "-"),)


def test_a_journal_is_debits_less_credits_by_nominal_and_two_are_a_bad_answer() -> None:
    nominals = {1: Nominal(account="7601"), 2: Nominal(account="4000", department="ONL")}
    stamps = {"transaction_date": "2026-11-20T00:00:00Z", "reference": "TJN-1"}
    views = [
        NominalEntryView.model_validate({"id": 1, "nominal_code_id": 1, "debit": Decimal("5.00"), "urn": 8, **stamps}),
        NominalEntryView.model_validate({"id": 2, "nominal_code_id": 2, "credit": Decimal("7.00"), "urn": 8, **stamps}),
        NominalEntryView.model_validate({"id": 3, "nominal_code_id": 2, "debit": Decimal("2.00"), "urn": 8, **stamps}),
    ]
    found = journal_found(views, nominals, "GBP")
    assert found is not None
    assert found.figures == {"on": "2026-11-20", "nominal 7601": "500", "nominal 4000/ONL": "-500"}
    with pytest.raises(BadAnswer, match="urn 8, 9"):
        journal_found([*views, views[0].model_copy(update={"urn": "9"})], nominals, "GBP")
