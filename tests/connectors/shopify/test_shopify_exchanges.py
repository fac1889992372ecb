"""What an order says beside its money: where it goes, what it was part of, what left on it in exchange."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tieout.connectors.shopify.exchanges import ExchangeFacts, added_lines, awaited_variants, exchanges_of
from tieout.connectors.shopify.translate import order_from
from tieout.connectors.shopify.wire import OrderShape, read_as
from tieout.connectors.shopify.wire_returns import OrderReturnShape, SalesAgreementShape, VariantPriceShape
from tieout.connectors.transport import parse_json
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.shop_order import ShopExchangeLine, ShopOrder
from tieout.domain.money import money

Edge = dict[str, Any]
VARIANT = "gid://shopify/ProductVariant/5"


def exact(value: Edge) -> Any:  # noqa: ANN401 - JSON
    return parse_json(json.dumps(value).encode())


def gid(number: int) -> str:
    return f"gid://shopify/LineItem/{number}"


def amount(figure: str) -> Edge:
    return {"shopMoney": {"amount": figure, "currencyCode": "GBP"}}


def page(*nodes: Edge) -> Edge:
    return {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": list(nodes)}


def line(number: int, sku: str, price: str, quantity: int = 1, tax: str = "0.00", **others: object) -> Edge:
    return {
        "id": gid(number),
        "sku": sku,
        "quantity": quantity,
        "refundableQuantity": quantity,
        "originalUnitPriceSet": amount(price),
        "discountAllocations": [],
        "taxLines": [{"rate": 0.2, "priceSet": amount(tax)}],
        **others,
    }


def shape_of(*lines: Edge, **others: object) -> OrderShape:
    document = {
        "id": "gid://shopify/Order/7",
        "name": "#1001",
        "createdAt": "2026-11-01T09:00:00Z",
        "shippingLines": {"nodes": []},
        "taxesIncluded": True,
        "currencyCode": "GBP",
        "presentmentCurrencyCode": "GBP",
        "totalPriceSet": amount("49.97"),
        "lineItems": page(*lines),
        "transactions": [],
        "refunds": [],
        "agreements": page(),
        **others,
    }
    return read_as(OrderShape, exact(document), "order")


def read(shape: OrderShape, facts: ExchangeFacts) -> ShopOrder:
    return order_from(shape, exchanges=exchanges_of(shape, facts), added=added_lines(facts))


def of_return(*items: Edge, status: str = "OPEN") -> OrderReturnShape:
    document = {
        "id": "gid://shopify/Return/1",
        "name": "#1001-R1",
        "status": status,
        "createdAt": "2026-11-18T09:00:00Z",
        "exchangeLineItems": page(*items),
    }
    return read_as(OrderReturnShape, exact(document), "return")


def promised(quantity: int, processed: int, *made: Edge) -> Edge:
    return {
        "id": "gid://shopify/ExchangeLineItem/1",
        "quantity": quantity,
        "processedQuantity": processed,
        "variantId": VARIANT,
        "lineItems": list(made) or None,
    }


def agreed(day: int, app: str | None, *sales: tuple[str, str, int, int]) -> SalesAgreementShape:
    """An agreement of one day: action, kind of line, quantity, line."""
    rows = [
        {"actionType": action, "lineType": kind, "quantity": quantity, "lineItem": {"id": gid(number)}}
        for action, kind, quantity, number in sales
    ]
    document = {
        "id": f"a{day}",
        "happenedAt": f"2026-11-{day:02}T09:00:00Z",
        "app": {"title": app} if app else None,
        "sales": page(*rows),
    }
    return read_as(SalesAgreementShape, exact(document), "agreement")


SCARF = {
    VARIANT: read_as(VariantPriceShape, exact({"id": VARIANT, "sku": "SCARF", "price": "15.00"}), "variant"),
}


def test_an_order_says_where_it_goes_and_where_it_came_from() -> None:
    address = {
        "name": "Ada Lovelace",
        "company": None,
        "address1": "1 High Street",
        "address2": "Flat 2",
        "city": "York",
        "province": "North Yorkshire",
        "zip": "YO1 1AA",
        "countryCodeV2": "GB",
        "phone": "01904 000000",
    }
    found = order_from(
        shape_of(
            shippingAddress=address,
            email="ada@example.com",
            sourceName="web",
            app={"name": "Online Store"},
            tags=["EXC", "VIP"],
            note="ring twice",
        )
    )
    assert found.delivery == PostalAddress(
        name="Ada Lovelace",
        lines=("1 High Street", "Flat 2"),
        city="York",
        county="North Yorkshire",
        postcode="YO1 1AA",
        country="GB",
        contact="Ada Lovelace",
        telephone="01904 000000",
        email="ada@example.com",
    )
    assert found.ordered_at == datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
    assert (found.customer_email, found.source, found.app) == ("ada@example.com", "web", "Online Store")
    assert (found.tags, found.note) == (("EXC", "VIP"), "ring twice")
    assert order_from(shape_of()).delivery is None


@pytest.mark.parametrize(("taxes_included", "postage"), [(True, "5.00"), (False, "6.00")])
def test_postage_is_what_was_charged_with_tax(*, taxes_included: bool, postage: str) -> None:
    way = {"discountedPriceSet": amount("5.00"), "taxLines": [{"rate": 0.2, "priceSet": amount("1.00")}]}
    shape = shape_of(taxesIncluded=taxes_included, shippingLines={"nodes": [way]})
    assert order_from(shape).shipping == money(postage)


def test_a_line_knows_the_bundle_it_came_out_of_and_whether_it_is_a_gift_card() -> None:
    lines = (
        line(1, "MUG", "5.00", lineItemGroup={"title": "Tea set", "variantSku": "TEA-SET"}),
        line(2, "POT", "5.00", lineItemGroup={"title": "Tea set", "variantSku": None}),
        line(3, "CARD", "5.00", isGiftCard=True),
    )
    found = order_from(shape_of(*lines)).lines
    assert [row.bundle_sku for row in found] == ["TEA-SET", "Tea set", ""]
    assert [row.is_gift_card for row in found] == [False, False, True]


@pytest.mark.parametrize(("taxes_included", "gross", "postage"), [(True, "12.00", "5.00"), (False, "14.00", "6.00")])
def test_a_refund_names_its_lines_its_postage_its_return_and_its_person(
    *, taxes_included: bool, gross: str, postage: str
) -> None:
    refund = {
        "id": "gid://shopify/Refund/3",
        "createdAt": "2026-11-20T10:00:00Z",
        "note": None,
        "staffMember": {"name": "A. Person"},
        "return": {"id": "gid://shopify/Return/1", "name": "#1001-R1"},
        "refundLineItems": page(
            {
                "quantity": 1,
                "restocked": True,
                "lineItem": {"id": gid(1), "sku": "MUG"},
                "subtotalSet": amount("12.00"),
                "totalTaxSet": amount("2.00"),
            }
        ),
        "refundShippingLines": page({"subtotalAmountSet": amount("5.00"), "taxAmountSet": amount("1.00")}),
        "transactions": page(),
    }
    (found,) = order_from(shape_of(taxesIncluded=taxes_included, refunds=[refund])).refunds
    (row,) = found.lines
    assert (row.line_id, row.sku, row.quantity, row.gross, row.is_restocked) == ("1", "MUG", 1, money(gross), True)
    assert (found.shipping, found.return_name, found.staff) == (money(postage), "#1001-R1", "A. Person")
    bare = {**refund, "staffMember": None, "return": None, "refundShippingLines": page()}
    (found,) = order_from(shape_of(refunds=[bare])).refunds
    assert (found.shipping, found.return_name, found.staff) == (None, "", "")


def test_an_exchange_line_of_a_return_is_no_line_of_the_sale() -> None:
    made = line(2, "SCARF", "14.00")
    facts = ExchangeFacts(returns=(of_return(promised(1, 1, made)),))
    found = read(shape_of(line(1, "BOOT", "20.00"), made), facts)
    assert [row.sku for row in found.lines] == ["BOOT"]
    (exchange,) = found.exchanges
    assert (exchange.name, exchange.shape, exchange.is_released) == ("#1001-R1", "return", True)
    assert not exchange.is_fulfilled
    assert exchange.lines == (ShopExchangeLine(sku="SCARF", quantity=1, gross=money("14.00")),)


def test_what_is_promised_and_not_processed_may_not_leave_yet() -> None:
    returns = (of_return(promised(3, 1, line(2, "SCARF", "14.00"))),)
    shape = shape_of(line(2, "SCARF", "14.00"))
    assert awaited_variants(returns, shape) == (VARIANT,)
    (exchange,) = read(shape, ExchangeFacts(returns=returns, prices=SCARF)).exchanges
    assert not exchange.is_released
    assert [(row.quantity, row.gross) for row in exchange.lines] == [(1, money("14.00")), (2, money("30.00"))]


def test_a_promised_variant_that_was_deleted_leaves_a_line_without_a_code() -> None:
    (exchange,) = read(shape_of(), ExchangeFacts(returns=(of_return(promised(1, 0)),))).exchanges
    assert exchange.lines == (ShopExchangeLine(sku="", quantity=1, gross=money(0)),)


@pytest.mark.parametrize("status", ["DECLINED", "CANCELED"])
def test_a_return_that_came_to_nothing_exchanges_nothing(status: str) -> None:
    returns = (of_return(promised(1, 0), status=status),)
    assert awaited_variants(returns, shape_of()) == ()
    assert read(shape_of(), ExchangeFacts(returns=returns, prices=SCARF)).exchanges == ()


def test_a_return_without_anything_in_exchange_is_no_exchange() -> None:
    assert read(shape_of(), ExchangeFacts(returns=(of_return(),))).exchanges == ()


def test_lines_that_a_till_added_later_left_over_the_counter() -> None:
    sales = (
        agreed(3, "Point of Sale", ("ORDER", "PRODUCT", 1, 3)),
        agreed(1, "Online Store", ("ORDER", "PRODUCT", 1, 1)),
        agreed(
            2, "Point of Sale", ("RETURN", "PRODUCT", -1, 1), ("ORDER", "PRODUCT", 2, 2), ("ORDER", "SHIPPING", 1, 9)
        ),
    )
    lines = (line(1, "BOOT", "20.00"), line(2, "SCARF", "14.00", quantity=2), line(3, "HAT", "5.00"))
    found = read(shape_of(*lines), ExchangeFacts(sales=sales))
    assert [row.sku for row in found.lines] == ["BOOT"]
    assert [(each.name, each.shape, each.is_released, each.is_fulfilled) for each in found.exchanges] == [
        ("#1001-X1", "till", True, True),
        ("#1001-X2", "till", True, True),
    ]
    assert [each.lines for each in found.exchanges] == [
        (ShopExchangeLine(sku="SCARF", quantity=2, gross=money("28.00")),),
        (ShopExchangeLine(sku="HAT", quantity=1, gross=money("5.00")),),
    ]


def test_what_a_till_sold_first_or_the_office_added_is_part_of_the_sale() -> None:
    sales = (
        agreed(1, "Point of Sale", ("ORDER", "PRODUCT", 1, 1)),
        agreed(2, "Shopify admin", ("ORDER", "PRODUCT", 1, 2)),
        agreed(3, None, ("ORDER", "PRODUCT", 1, 3)),
    )
    lines = (line(1, "BOOT", "20.00"), line(2, "SCARF", "14.00"), line(3, "HAT", "5.00"))
    found = read(shape_of(*lines), ExchangeFacts(sales=sales))
    assert (len(found.lines), found.exchanges) == (3, ())


def test_lines_that_both_a_return_and_a_till_name_are_exchanged_once() -> None:
    made = line(2, "SCARF", "14.00")
    sales = (
        agreed(1, "Online Store", ("ORDER", "PRODUCT", 1, 1)),
        agreed(2, "Point of Sale", ("ORDER", "PRODUCT", 1, 2)),
    )
    facts = ExchangeFacts(returns=(of_return(promised(1, 1, made)),), sales=sales)
    found = read(shape_of(line(1, "BOOT", "20.00"), made), facts)
    assert [each.shape for each in found.exchanges] == ["till"]
    assert [row.sku for row in found.lines] == ["BOOT"]
