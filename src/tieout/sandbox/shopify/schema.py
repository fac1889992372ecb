"""Builds the executable schema from `schema.graphql` and adds its connection types."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from graphql import GraphQLSchema, build_schema

CONNECTED = (
    "ExchangeLineItem",
    "FulfillmentLineItem",
    "FulfillmentOrder",
    "FulfillmentOrderLineItem",
    "InventoryItem",
    "InventoryLevel",
    "LineItem",
    "Location",
    "Order",
    "OrderAdjustment",
    "OrderTransaction",
    "ProductVariant",
    "Refund",
    "RefundLineItem",
    "RefundShippingLine",
    "Return",
    "ReturnLineItemType",
    "ReturnableFulfillment",
    "ReturnableFulfillmentLineItem",
    "ReverseFulfillmentOrder",
    "ReverseFulfillmentOrderLineItem",
    "Sale",
    "SalesAgreement",
    "ShippingLine",
    "ShopifyPaymentsBalanceTransaction",
    "ShopifyPaymentsPayout",
    "WebhookSubscription",
)


@cache
def admin_schema() -> GraphQLSchema:
    """Return the schema; it is built once per process."""
    text = files(__package__).joinpath("schema.graphql").read_text(encoding="utf-8")
    pairs = (
        f"type {name}Edge {{ cursor: String! node: {name}! }}\n"
        f"type {name}Connection {{ edges: [{name}Edge!]! nodes: [{name}!]! pageInfo: PageInfo! }}\n"
        for name in CONNECTED
    )
    return build_schema(text + "\n" + "".join(pairs))
