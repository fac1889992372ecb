from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.sage200 import translate
from tieout.connectors.sage200.bodies import credit_note_body
from tieout.connectors.sage200.wire import (
    MovementView,
    OrderShape,
    PostedShape,
    ReturnLineView,
    TaxCodeShape,
)
from tieout.connectors.transport import write_json
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal, SalesOrder
from tieout.domain.money import Money, tax_on
from tieout.ports.errors import BadAnswer

KEY = "TCN-0123456789ABCDEF"


ON = date(2026, 11, 20)


STANDARD = TaxCodeShape(id=1729, code="1", name="Standard", tax_rate=Decimal(20))


OLD_RATE = TaxCodeShape(id=1730, code="1", name="Standard", tax_rate=Decimal("17.50"))


ORDER = """{"id":123456,"document_no":"0000000123","customer_id":27825,"customer_document_no":"SHOP-1001",
 "document_date":"2026-11-01T00:00:00Z","document_status":"EnumDocumentStatusComplete","is_draft":false,
 "subtotal_discount_value":0.00,"total_net_value":54.95,"total_tax_value":10.99,"total_gross_value":65.94,
 "customer":{"id":27825,"reference":"WEB"},
 "lines":[{"id":777,"line_type":"EnumLineTypeStandard","code":"MUG","description":"Mug","warehouse_id":12,
   "tax_code_id":1729,"nominal_reference":"4000","nominal_cost_centre":"WEB","nominal_department":"",
   "line_quantity":3.0,"despatch_receipt_quantity":3.0,"invoice_credit_quantity":3.0,
   "posted_invoice_credit_quantity":2.0,"selling_unit_price":20.00000,"unit_discount_value":3.33333,
   "discounted_unit_price":16.67,"line_total_value":50.00,"line_tax_value":10.00},
  {"id":778,"line_type":"EnumLineTypeCharge","code":"CARRIAGE","tax_code_id":1729,"nominal_reference":"4905",
   "invoice_credit_status":"EnumLineStatusFully","line_total_value":4.95,"line_tax_value":0.99},
  {"id":779,"line_type":"EnumLineTypeComment","description":"Leave with neighbour"}]}"""


POSTED = """{"id":551234,"customer_id":27825,"trader_transaction_type":"TradingAccountEntryTypeCreditNote",
 "reference":"TCN-0123456789ABCDEF","second_reference":"RMA-77","transaction_date":"2026-11-20T00:00:00Z",
 "document_goods_value":-30.00,"document_tax_value":-4.00,"document_gross_value":-34.00,
 "document_outstanding_value":-34.00,"document_allocated_value":0.0,"urn":1327,
 "tax_analysis_items":[{"id":1729,"code":1,"goods_amount":-20.00,"tax_amount":-4.00},
   {"id":1731,"code":2,"goods_amount":-10.00,"tax_amount":0.00}],
 "nominal_analysis_items":[{"code":"4010","cost_centre":"WEB","department":"","value":-30.00}]}"""


def order(**changes: object) -> OrderShape:
    said = json.loads(ORDER, parse_float=Decimal)
    return OrderShape.model_validate({**said, **changes})


def sales_order(shape: OrderShape, tax: TaxCodeShape = STANDARD) -> SalesOrder:
    return translate.sales_order(shape, currency="GBP", tax_codes={1729: tax}, warehouses={12: "HOME"}, invoices=[])


def posted(**changes: object) -> PostedShape:
    return PostedShape.model_validate({**json.loads(POSTED, parse_float=Decimal), **changes})


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


def test_an_order_has_its_values_as_invoiced_and_leaves_comments_out() -> None:
    found = sales_order(order())
    assert (found.number, found.channel_reference, found.customer_reference) == ("0000000123", "SHOP-1001", "WEB")
    assert found.ordered_on == date(2026, 11, 1)
    mug, carriage = found.lines
    assert (mug.net, mug.tax, mug.tax_code, mug.tax_rate) == (Money(5000), Money(1000), "1", Decimal(20))
    assert mug.nominal == Nominal(account="4000", cost_centre="WEB")
    assert (mug.warehouse, mug.despatched) == ("HOME", Decimal(3))
    assert (carriage.quantity, carriage.invoiced, carriage.net) == (Decimal(1), Decimal(1), Money(495))


def test_only_what_reached_the_sales_ledger_counts_as_invoiced() -> None:
    assert sales_order(order()).lines[0].invoiced == Decimal(2)


def test_a_unit_price_has_five_decimals_and_is_not_sages_two() -> None:
    assert sales_order(order()).lines[0].unit_price == Decimal("16.66667")


def test_a_document_discount_is_shared_over_the_goods_and_not_over_charges() -> None:
    said = {"subtotal_discount_value": Decimal("5.00"), "total_net_value": Decimal("49.95")}
    mug, carriage = sales_order(order(**said)).lines
    assert (mug.net, carriage.net) == (Money(4500), Money(495))


def test_lines_that_do_not_make_the_orders_totals_are_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="0000000123"):
        sales_order(order(total_net_value=Decimal("60.00")))


def test_prices_that_hold_their_tax_give_net_values() -> None:
    said = {"total_net_value": Decimal("43.96"), "total_tax_value": Decimal("10.99")}
    found = translate.sales_order(
        order(**said), currency="GBP", tax_codes={}, warehouses={}, invoices=[], prices_hold_tax=True
    )
    assert [line.net for line in found.lines] == [Money(4000), Money(396)]


@pytest.mark.parametrize(
    ("net", "tax", "rate"),
    [(10000, 1750, "17.5"), (10000, 2000, "20"), (10000, 500, "5"), (1, 0, "20"), (0, 0, "20"), (99999, 15000, "15")],
)
def test_the_rate_at_supply_is_todays_unless_the_figures_say_otherwise(net: int, tax: int, rate: str) -> None:
    assert translate.rate_at_supply(Money(net), Money(tax), Decimal(20)) == Decimal(rate)


@given(
    net=st.integers(min_value=1000, max_value=10**7),
    rate=st.sampled_from([Decimal(0), Decimal(5), Decimal("17.5"), Decimal(15), Decimal(20)]),
    now=st.sampled_from([Decimal("17.5"), Decimal(20)]),
    drift=st.integers(min_value=-1, max_value=1),
)
def test_a_penny_of_sharing_never_invents_a_rate(net: int, rate: Decimal, now: Decimal, drift: int) -> None:
    tax = Money(max(tax_on(Money(net), rate).minor + drift, 0))
    assert translate.rate_at_supply(Money(net), tax, now) == rate


def test_a_posted_credit_note_reads_back_as_the_command_that_made_it() -> None:
    lines = (credit_line(2000, 400), credit_line(1000, 0, tax_code="2"))
    wanted = c.document_figures("27825", ON, lines)
    found = translate.credit_found(posted(), "GBP")
    assert c.differences(wanted, found.figures) == ()
    assert found.link == "urn 1327"


def test_a_penny_of_tax_under_another_code_is_seen() -> None:
    rows = [{"code": 1, "tax_amount": Decimal("-3.99")}, {"code": 2, "tax_amount": Decimal("-0.01")}]
    wanted = c.document_figures("27825", ON, (credit_line(2000, 400), credit_line(1000, 0, tax_code="2")))
    found = translate.credit_found(posted(tax_analysis_items=rows), "GBP")
    assert c.differences(wanted, found.figures) == (("tax 1", "400", "399"), ("tax 2", "0", "1"))


@pytest.mark.parametrize("sign", [1, -1])
def test_the_signs_of_analysis_rows_do_not_matter(sign: int) -> None:
    rows = [{"code": "4010", "cost_centre": "WEB", "value": Decimal(30) * sign}]
    figures = translate.credit_found(posted(nominal_analysis_items=rows), "GBP").figures
    assert figures["nominal 4010/WEB"] == "3000"


def test_an_analysis_that_does_not_make_the_header_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="its analysis makes"):
        translate.credit_found(posted(nominal_analysis_items=[]), "GBP")


@given(
    parts=st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=10**7),
            st.integers(min_value=0, max_value=10**6),
            st.sampled_from(["1", "2", "5"]),
            st.sampled_from(["4000", "4010", "4020"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_credited_reads_back_as_the_same_figures(parts: list[tuple[int, int, str, str]]) -> None:
    lines = tuple(
        credit_line(net, tax, tax_code=code, nominal=Nominal(account=account)) for net, tax, code, account in parts
    )
    command = c.RaiseCreditNote(
        key=KEY,
        batch="b",
        units=(),
        customer_id="27825",
        order_number="0000000123",
        on=ON,
        second_reference="RMA-77",
        narrative="RMA-77",
        lines=lines,
    )
    ids = {"1": 1729, "2": 1731, "5": 1733}
    sent = json.loads(write_json(credit_note_body(command, ids)), parse_float=Decimal)
    codes = {record: code for code, record in ids.items()}
    as_posted = {
        "id": 1,
        "customer_id": sent["customer_id"],
        "trader_transaction_type": translate.CREDIT_NOTE,
        "transaction_date": sent["transaction_date"],
        "document_goods_value": -sent["document_goods_value"],
        "document_tax_value": -sent["document_tax_value"],
        "document_gross_value": -sent["document_goods_value"] - sent["document_tax_value"],
        "tax_analysis_items": [
            {"code": codes[row["id"]], "tax_amount": row["tax_amount"]} for row in sent["tax_analysis_items"]
        ],
        "nominal_analysis_items": sent["nominal_analysis_items"],
    }
    found = translate.credit_found(PostedShape.model_validate(as_posted), "GBP")
    assert c.differences(command.figures(), found.figures) == ()
    assert sum(row["goods_amount"] for row in sent["tax_analysis_items"]) == sent["document_goods_value"]


def test_a_credit_in_a_sweep_has_positive_figures() -> None:
    found = translate.posted_credit(posted(), "GBP")
    assert (found.net, found.tax, found.outstanding) == (Money(3000), Money(400), Money(3400))


@pytest.mark.parametrize("signed", [True, False])
def test_a_move_reads_back_whether_or_not_sage_signs_its_quantities(signed: bool) -> None:  # noqa: FBT001
    out = Decimal(-2 if signed else 2)
    rows = [
        MovementView(id=1, product_code="MUG", warehouse_name="HOME", bin_name="GOODS-IN", quantity=out),
        MovementView(id=2, product_code="MUG", warehouse_name="QUARANTINE", bin_name="Q1", quantity=Decimal(2)),
    ]
    found = translate.moves_found(rows, ("HOME", "GOODS-IN"))
    assert found is not None
    assert found.figures == {"MUG@HOME/GOODS-IN": "-2", "MUG@QUARANTINE/Q1": "2"}


def test_a_return_reads_back_by_stock_item_and_customer() -> None:
    rows = [return_line(1, Decimal("2.00000")), return_line(2, 1)]
    found = translate.return_found(rows)
    assert found.figures == {"customer": "27825", "quantity MUG": "3"}
    assert found.reference == "0000000077"


def test_a_cancelled_return_expects_nothing_and_an_untouched_one_does_not_stand() -> None:
    cancelled = {"sop_return_document_status": "EnumDocumentStatusCancelled"}
    assert translate.open_quantity([return_line(1, 2, 1)]) == 1
    assert translate.open_quantity([return_line(1, 2, 1, **cancelled)]) == 0
    assert translate.is_untouched_and_over([return_line(1, 2, 0, **cancelled)])
    assert not translate.is_untouched_and_over([return_line(1, 2, 1, **cancelled)])
    assert not translate.is_untouched_and_over([return_line(1, 2, 0)])


@pytest.mark.parametrize("stamp", ["2026-11-20T00:00:00Z", "2026-11-20T00:00:00.123Z", "2026-11-20"])
def test_a_business_date_is_a_calendar_date_and_no_instant(stamp: str) -> None:
    assert translate.day_of(stamp) == ON
    assert translate.day_of(translate.stamp_of(ON)) == ON


def test_a_date_that_is_none_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer):
        translate.day_of("soon")


def test_a_tax_code_that_changed_its_rate_keeps_the_rate_of_the_old_invoice() -> None:
    found = sales_order(order(), OLD_RATE)
    assert found.lines[0].tax_rate == Decimal(20)
