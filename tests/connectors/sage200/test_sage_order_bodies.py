from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tieout.connectors.sage200 import Sage200Settings
from tieout.connectors.sage200.channel.companion_bodies import invoice_body, issue_body, journal_body, write_off_body
from tieout.connectors.sage200.channel.tasks import invoice_task, issue_task, journal_task, write_off_task
from tieout.connectors.sage200.limits import problems
from tieout.connectors.sage200.sop.order_bodies import EntryNames, line_body, order_body
from tieout.connectors.sage200.sop.order_checks import (
    entry_faults,
    line_faults,
    needs_rights,
    right_faults,
    switch_faults,
)
from tieout.connectors.sage200.sop.order_translate import order_found, total_figure
from tieout.connectors.sage200.sop.wire_orders import EntryRights, OpenOrder
from tieout.connectors.sage200.wire import SopSettings
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money
from tieout.ports.errors import Refused

ON = date(2026, 11, 20)
SETTINGS = Sage200Settings(client_id="us", client_secret=SecretStr("hush"), site_id="0b3c", company_id=3)
NAMES = EntryNames(products={"MUG": 41}, warehouses={"HOME": 12}, taxes={"1": 1729}, payment_method=6)
MUG = c.EntryLine(
    sku="MUG",
    quantity=Decimal(2),
    unit_price=Decimal("20.00"),
    tax_code="1",
    warehouse="HOME",
    nominal=Nominal(account="4000", cost_centre="WEB"),
    allocate=Decimal(1),
)


def entry(**changes: Any) -> c.EnterOrder:  # noqa: ANN401 - any field of the command
    command = c.EnterOrder(
        key="TOE-0000000000000001", customer_id="27825", channel_reference="SHOP-1", on=ON, lines=(MUG,)
    )
    return dataclasses.replace(command, **changes)


def faults(command: c.EnterOrder) -> list[str]:
    return list(entry_faults(command, 3))


def test_an_order_carries_its_key_in_an_analysis_code_and_the_channels_number() -> None:
    body = order_body(entry(analysis=((1, "SHOP"),), requested=date(2026, 11, 24)), SETTINGS, NAMES)
    assert body == {
        "customer_id": 27825,
        "document_date": "2026-11-20T00:00:00Z",
        "customer_document_no": "SHOP-1",
        "analysis_code_1": "SHOP",
        "analysis_code_3": "TOE-0000000000000001",
        "is_to_sequence_lines": True,
        "requested_delivery_date": "2026-11-24T00:00:00Z",
        "lines": [
            {
                "line_type": "EnumLineTypeStandard",
                "product_id": 41,
                "line_quantity": Decimal(2),
                "warehouse_id": 12,
                "to_allocate_quantity": Decimal(1),
                "selling_unit_price": Decimal("20.00"),
                "selling_unit_price_overridden": True,
                "tax_code_id": 1729,
                "nominal_reference": "4000",
                "nominal_cost_centre": "WEB",
                "nominal_department": "",
            }
        ],
    }


def test_what_a_line_leaves_to_sage_is_not_sent() -> None:
    assert line_body(c.EntryLine(sku="MUG"), NAMES) == {
        "line_type": "EnumLineTypeStandard",
        "product_id": 41,
        "line_quantity": Decimal(1),
    }


def test_a_charge_and_a_comment_have_no_quantity() -> None:
    charge = c.EntryLine(kind="charge", sku="CARRIAGE", unit_price=Decimal("4.95"))
    comment = c.EntryLine(kind="comment", description="Exchange for RMA-77")
    assert line_body(charge, NAMES) == {
        "line_type": "EnumLineTypeCharge",
        "code": "CARRIAGE",
        "selling_unit_price": Decimal("4.95"),
    }
    assert line_body(comment, NAMES) == {"line_type": "EnumLineTypeComment", "description": "Exchange for RMA-77"}


def test_a_whole_discount_is_said_to_be_meant() -> None:
    body = line_body(c.EntryLine(sku="MUG", discount_percent=Decimal(100)), NAMES)
    assert body["unit_discount_percent"] == 100
    assert body["discount_percent_specified"] is True


def test_an_address_holds_only_what_is_known() -> None:
    place = c.PostalAddress(name="A Person", lines=("1 High Street", "Leeds"), postcode="LS1 1AA")
    body = order_body(entry(delivery=place), SETTINGS, NAMES)
    assert body["use_invoice_address"] is False
    assert body["delivery_address"] == {
        "postal_name": "A Person",
        "address_1": "1 High Street",
        "address_2": "Leeds",
        "postcode": "LS1 1AA",
    }


@pytest.mark.parametrize(("paid", "kind"), [(4800, None), (4799, "EnumSOPOrderPaymentTypePart")])
def test_a_payment_that_meets_the_total_is_whole_and_any_other_a_part(paid: int, kind: str | None) -> None:
    payment = c.OrderPayment(method="CARD", amount=Money(paid), reference="AUTH-1")
    body = order_body(entry(net=Money(4000), tax=Money(800), payment=payment), SETTINGS, NAMES)
    assert body.get("payment_type") == kind
    assert (body["payment_with_order"], body["payment_method_id"], body["payment_reference"]) == (True, 6, "AUTH-1")
    assert body["payment_value"] == Decimal(paid) / 100


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (c.EntryLine(), "has no stock code"),
        (c.EntryLine(kind="free_text"), "has no description"),
        (c.EntryLine(kind="charge"), "has no stock code or description"),
        (c.EntryLine(kind="comment"), "has no description"),
        (c.EntryLine(kind="free_text", description="x", sku="MUG"), "must not have a stock code"),
        (c.EntryLine(kind="charge", sku="P", discount_percent=Decimal(1)), "must not have a discount"),
        (c.EntryLine(kind="comment", description="x", tax_code="1"), "must not have a tax code"),
        (c.EntryLine(kind="comment", description="x", nominal=Nominal(account="4000")), "must not have a nominal"),
        (c.EntryLine(sku="MUG", quantity=Decimal(0)), "quantity of nothing"),
        (c.EntryLine(sku="MUG", allocate=Decimal(2)), "is to allocate 2 of 1"),
        (c.EntryLine(sku="MUG", unit_price=Decimal(-1)), "negative price"),
        (c.EntryLine(sku="MUG", discount_percent=Decimal(101)), "discount of 101 per cent"),
    ],
)
def test_a_line_has_what_its_type_must_have_and_nothing_that_it_must_not(line: c.EntryLine, fault: str) -> None:
    assert any(fault in said for said in line_faults(line))


def test_a_free_text_line_may_take_money_off() -> None:
    assert list(line_faults(c.EntryLine(kind="free_text", description="Voucher", unit_price=Decimal(-5)))) == []


def test_an_order_without_lines_or_number_and_with_a_taken_slot_is_faulty_in_every_way_at_once() -> None:
    place = c.PostalAddress(lines=("1", "2", "3", "4", "5"))
    payment = c.OrderPayment(method="CARD", amount=Money(0, "EUR"))
    said = faults(
        entry(lines=(), channel_reference="", analysis=((3, "x"),), delivery=place, net=Money(1), payment=payment)
    )
    assert len(said) == 6


def test_a_sound_order_has_no_faults() -> None:
    command = entry()
    assert faults(command) == []
    assert problems("sop_order", order_body(command, SETTINGS, NAMES)) == ()


def test_prices_need_a_right_and_so_does_a_customer_on_hold() -> None:
    plain = entry(lines=(c.EntryLine(sku="MUG"), c.EntryLine(kind="charge", sku="P", unit_price=Decimal(1))))
    assert not needs_rights(plain)
    assert len(list(right_faults(entry(override_on_hold=True), EntryRights()))) == 2
    able = EntryRights(override_prices_discounts=True, override_credit_holds=True)
    assert list(right_faults(entry(override_on_hold=True), able)) == []


def test_what_the_company_does_not_let_an_order_carry_is_refused_and_a_missing_switch_forbids_nothing() -> None:
    switches = SopSettings(
        auto_generate_order_return_numbers=False,
        allow_payment_with_order=False,
        amend_nominal_codes=False,
        amend_header_analysis_codes=False,
    )
    command = entry(payment=c.OrderPayment(method="CARD", amount=Money(1)))
    assert len(list(switch_faults(command, switches))) == 4
    assert list(switch_faults(command, SopSettings.model_validate({}))) == []


def order(**changes: Any) -> OpenOrder:  # noqa: ANN401 - any field of the wire
    line = {"id": 7, "line_type": "EnumLineTypeStandard", "code": "MUG", "line_quantity": Decimal("2.00000")}
    head = {"id": 5, "document_no": "0000000123", "document_date": "2026-11-20T00:00:00Z", "customer_id": 27825}
    totals = {"customer_document_no": "SHOP-1", "total_net_value": Decimal("40.00"), "total_tax_value": Decimal(8)}
    return OpenOrder.model_validate({**head, **totals, "lines": [line], **changes})


def test_an_order_reads_back_in_the_commands_own_figures() -> None:
    command = entry(net=Money(4000), tax=Money(800))
    assert order_found(order(), command, "GBP").figures == command.figures()


def test_totals_are_read_back_only_where_they_are_known() -> None:
    assert order_found(order(), entry(), "GBP").figures == entry().figures()


def test_a_total_in_another_currency_differs() -> None:
    assert total_figure("net", Money(4000), Decimal(40), "EUR") == {"net": "4000 EUR"}


@given(minor=st.integers(0, 10**9))
def test_a_total_of_nothing_wanted_differs_from_anything_charged(minor: int) -> None:
    assert total_figure("net", Money(0), Decimal(minor) / 100, "GBP") == {"net": str(minor)}


def test_the_analysis_code_of_a_slot_is_read_with_blanks_taken_off() -> None:
    assert order(analysis_code_3=" TOE-1 ").analysis(3) == "TOE-1"
    assert order(analysis_code_3=None).analysis(3) == ""


STOCK: dict[str, Any] = {
    "sku": "MUG",
    "warehouse": "HOME",
    "bin": "A1",
    "quantity": Decimal("2.50"),
    "on": ON,
    "nominal": Nominal(account="5200", cost_centre="WEB"),
    "second_reference": "RMA-77",
    "narrative": "Broken",
}
JOURNAL = c.PostJournal(
    key="TJN-0000000000000001",
    on=ON,
    narrative="Refunds not banked",
    lines=(
        c.JournalLine(nominal=Nominal(account="1200"), value=Money(1250)),
        c.JournalLine(nominal=Nominal(account="4010", department="ONL"), value=Money(-1250)),
        c.JournalLine(nominal=Nominal(account="4000"), value=Money(0)),
    ),
)
INVOICE = c.PostSopInvoice(
    key="TSI-0000000000000001", order_number="123", customer_id="5", on=ON, net=Money(4000), tax=Money(800)
)


def test_stock_leaves_the_books_under_its_key() -> None:
    issue = issue_body(c.IssueStock(key="TIS-1", **STOCK))
    write_off = write_off_body(c.WriteOff(key="TWF-1", category="Damaged", **STOCK))
    assert isinstance(issue, dict)
    assert isinstance(write_off, dict)
    assert issue["quantity"] == "2.5"
    assert issue["nominal"] == {"account": "5200", "cost_centre": "WEB", "department": ""}
    assert write_off == {**issue, "key": "TWF-1", "category": "Damaged"}


def test_a_journal_has_a_debit_and_a_credit_and_no_line_of_nothing() -> None:
    body = journal_body(JOURNAL)
    assert isinstance(body, dict)
    assert body["lines"] == [
        {"account": "1200", "cost_centre": "", "department": "", "debit": "12.50", "credit": "0.00"},
        {"account": "4010", "cost_centre": "", "department": "ONL", "debit": "0.00", "credit": "12.50"},
    ]


def test_a_journal_that_does_not_balance_is_refused() -> None:
    with pytest.raises(Refused, match="add up to nothing"):
        journal_body(dataclasses.replace(JOURNAL, lines=JOURNAL.lines[:1]))


def test_an_invoice_is_named_by_its_key_and_date() -> None:
    assert invoice_body(INVOICE) == {"key": "TSI-0000000000000001", "invoice_date": "2026-11-20"}


@pytest.mark.parametrize(
    ("task", "key"),
    [
        (invoice_task(INVOICE), "TSI-0000000000000001"),
        (write_off_task(c.WriteOff(key="TWF-1", category="Damaged", **STOCK)), "TWF-1"),
        (issue_task(c.IssueStock(key="TIS-1", **STOCK)), "TIS-1"),
        (journal_task(JOURNAL), "TJN-0000000000000001"),
    ],
)
def test_a_task_for_a_person_names_the_screen_the_figures_and_the_key(task: str, key: str) -> None:
    assert task.startswith("In Sage 200 open ")
    assert key in task
    assert "20/11/2026" in task
    assert task.endswith("goes on.")
