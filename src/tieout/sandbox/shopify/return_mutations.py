"""The mutations of native returns. None of them takes an idempotency key: a client reads before it tries again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shopify.books import Line, Order
from tieout.sandbox.shopify.figures import gid, minor, number_of
from tieout.sandbox.shopify.paging import View
from tieout.sandbox.shopify.refunding import RefundRefusedError, WantedMoney
from tieout.sandbox.shopify.return_books import ReturnLine, ShopReturn
from tieout.sandbox.shopify.return_views import return_view, reverse_line_view
from tieout.sandbox.shopify.returning import (
    ReturnRefusedError,
    WantedDisposition,
    WantedExchange,
    WantedProcessing,
    WantedReturn,
    WantedReturnLine,
    check_return,
)
from tieout.sandbox.shopify.shop import Shop
from tieout.sandbox.shopify.stock import App


class ReturnMutations:
    """Resolves the return fields of `Mutation`."""

    def __init__(self, shop: Shop, client: App) -> None:
        self._shop = shop
        self._client = client

    def roots(self, now: datetime, entry: JournalEntry) -> dict[str, object]:
        """Return a resolver for each field, working at this moment."""

        def decided(deed: str) -> Callable[..., View]:
            def resolve(_: object, *, id: str, notifyCustomer: bool = False) -> View:  # noqa: A002, N803  # Shopify's words
                del notifyCustomer
                return self._guarded(lambda: self._decide(id, deed, now, entry))

            return resolve

        return {
            "returnRequest": lambda _, *, input: self._guarded(  # noqa: A006  # Shopify's word
                lambda: self._open(input, now, entry, request=True)
            ),
            "returnCreate": lambda _, *, returnInput: self._guarded(  # noqa: N803  # Shopify's word
                lambda: self._open(returnInput, now, entry, request=False)
            ),
            "returnApproveRequest": lambda _, *, input: self._guarded(  # noqa: A006  # Shopify's word
                lambda: self._decide(input["id"], "approve", now, entry)
            ),
            "returnDeclineRequest": lambda _, *, input: self._guarded(  # noqa: A006  # Shopify's word
                lambda: self._decide(
                    input["id"], "decline", now, entry, (input["declineReason"], input.get("declineNote") or "")
                )
            ),
            "returnCancel": decided("cancel"),
            "returnClose": decided("close"),
            "returnReopen": decided("reopen"),
            "returnProcess": lambda _, *, input: self._guarded(  # noqa: A006  # Shopify's word
                lambda: self._process(input, now, entry)
            ),
            "reverseFulfillmentOrderDispose": lambda _, *, dispositionInputs: self._dispose(  # noqa: N803
                dispositionInputs, now, entry
            ),
        }

    def _guarded(self, act: Callable[[], ShopReturn]) -> View:
        """Return the payload of a deed, with the refusal as a user error."""
        try:
            return {"return": return_view(act(), self._shop.books), "userErrors": []}
        except (ReturnRefusedError, RefundRefusedError) as error:
            return {"return": None, "userErrors": [_user_error(error)]}

    def _open(self, given: Mapping[str, Any], now: datetime, entry: JournalEntry, *, request: bool) -> ShopReturn:
        order = self._shop.books.orders.get(number_of(given["orderId"], "Order"))
        if order is None:
            raise ReturnRefusedError("NOT_FOUND", "Order does not exist.", "orderId")
        fee = given.get("returnShippingFee")
        wanted = WantedReturn(
            order=order,
            lines=[_wanted_line(order, one, str(index)) for index, one in enumerate(given["returnLineItems"])],
            exchanges=[self._wanted_exchange(order, one) for one in given.get("exchangeLineItems") or ()],
            fee=_amount(fee["amount"], order, "returnShippingFee") if fee else 0,
            app=self._client,
        )
        check_return(wanted)
        return self._shop.desk.open(wanted, now, entry, request=request)

    def _wanted_exchange(self, order: Order, given: Mapping[str, Any]) -> WantedExchange:
        variant = self._shop.books.variants.get(number_of(given.get("variantId") or "", "ProductVariant"))
        if variant is None:
            raise ReturnRefusedError("NOT_FOUND", "Variant does not exist.", "exchangeLineItems", "variantId")
        return WantedExchange(
            variant=variant, quantity=given["quantity"], price=variant.price, tax_rate=order.lines[0].tax_rate
        )

    def _decide(  # what is decided, and when
        self, global_id: str, deed: str, now: datetime, entry: JournalEntry, reason: tuple[str, str] = ("", "")
    ) -> ShopReturn:
        shop_return = self._return(global_id, "id")
        self._shop.desk.decide(shop_return, deed, now, entry, reason=reason)
        return shop_return

    def _return(self, global_id: str, field: str) -> ShopReturn:
        found = self._shop.books.returns.get(number_of(global_id, "Return"))
        if found is None:
            raise ReturnRefusedError("NOT_FOUND", "Return does not exist.", field)
        return found

    def _process(self, given: Mapping[str, Any], now: datetime, entry: JournalEntry) -> ShopReturn:
        back = self._return(given["returnId"], "returnId")
        lines = {gid("ReturnLineItem", x.id): x for x in back.lines}
        exchanges = {gid("ExchangeLineItem", x.id): x for x in back.exchanges}
        asked, swapped = given.get("returnLineItems") or (), given.get("exchangeLineItems") or ()
        for kind, known, parts in (("returnLineItems", lines, asked), ("exchangeLineItems", exchanges, swapped)):
            if any(one["id"] not in known for one in parts):
                raise ReturnRefusedError("NOT_FOUND", "Line item is not of this return.", kind, "id")
        transfer = (given.get("financialTransfer") or {}).get("issueRefund")
        wanted = WantedProcessing(
            shop_return=back,
            units=[(lines[one["id"]], one["quantity"]) for one in asked],
            exchanges=[(exchanges[one["id"]], one["quantity"]) for one in swapped],
            dispositions=[
                _wanted_disposition(back, d, within=lines[one["id"]])
                for one in asked
                for d in one.get("dispositions") or ()
            ],
            money=None if transfer is None else _money(back.order, transfer),
            shipping=_shipping(back.order, given.get("refundShipping") or {}),
            over=bool((transfer or {}).get("allowOverRefunding")),
            note=given.get("note") or "",
            app=self._client,
        )
        self._shop.desk.process(wanted, now, entry)
        return back

    def _dispose(self, given: Sequence[Mapping[str, Any]], now: datetime, entry: JournalEntry) -> View:
        try:
            found = [self._reverse(one) for one in given]
            self._shop.desk.dispose([wanted for _, wanted in found], now, entry)
        except ReturnRefusedError as error:
            return {"reverseFulfillmentOrderLineItems": None, "userErrors": [_user_error(error)]}
        shown = [reverse_line_view(wanted.line, back, self._shop.books) for back, wanted in found]
        return {"reverseFulfillmentOrderLineItems": shown, "userErrors": []}

    def _reverse(self, given: Mapping[str, Any]) -> tuple[ShopReturn, WantedDisposition]:
        number = number_of(given["reverseFulfillmentOrderLineItemId"], "ReverseFulfillmentOrderLineItem")
        for back in self._shop.books.returns.values():
            if back.status == "OPEN" and any(x.id == number for x in back.lines):
                return back, _wanted_disposition(back, given)
        raise ReturnRefusedError("NOT_FOUND", "Line item is not of an open return.", "dispositionInputs")


def _user_error(error: ReturnRefusedError | RefundRefusedError) -> View:
    code = error.code if isinstance(error, ReturnRefusedError) else "INVALID"
    return {"code": code, "field": list(error.path) or None, "message": str(error)}


def _wanted_line(order: Order, given: Mapping[str, Any], index: str) -> WantedReturnLine:
    number = number_of(given["fulfillmentLineItemId"], "FulfillmentLineItem")
    line: Line | None = next((x for x in order.lines if x.fulfilment_line_id == number), None)
    if line is None:
        raise ReturnRefusedError(
            "NOT_FOUND", "Fulfillment line item does not exist.", "returnLineItems", index, "fulfillmentLineItemId"
        )
    reason = str(given.get("returnReason") or "").replace("_", " ").capitalize()
    return WantedReturnLine(
        line=line,
        quantity=given["quantity"],
        reason=reason,
        note=given.get("returnReasonNote") or given.get("customerNote") or "",
        restocking_percent=Decimal(str((given.get("restockingFee") or {}).get("percentage", 0))),
    )


def _wanted_disposition(
    back: ShopReturn, given: Mapping[str, Any], *, within: ReturnLine | None = None
) -> WantedDisposition:
    number = number_of(given["reverseFulfillmentOrderLineItemId"], "ReverseFulfillmentOrderLineItem")
    line = next((x for x in back.lines if x.id == number and (within is None or x is within)), None)
    if line is None:
        raise ReturnRefusedError(
            "NOT_FOUND", "Reverse line item is not of this line.", "dispositions", "reverseFulfillmentOrderLineItemId"
        )
    return WantedDisposition(
        line=line,
        kind=given["dispositionType"],
        quantity=given["quantity"],
        location_id=number_of(given.get("locationId") or "", "Location") or None,
    )


def _money(order: Order, given: Mapping[str, Any]) -> list[WantedMoney]:
    found: list[WantedMoney] = []
    for index, one in enumerate(given["orderTransactions"]):
        at = ("financialTransfer", "issueRefund", "orderTransactions", str(index))
        number = number_of(one["parentId"], "OrderTransaction")
        parent = next((t for t in order.transactions if t.id == number and t.kind == "SALE"), None)
        if parent is None:
            raise ReturnRefusedError("NOT_FOUND", "Parent transaction was not found on the order.", *at, "parentId")
        amount = _amount(one["transactionAmount"], order, *at)
        found.append(WantedMoney(amount=amount, gateway=parent.gateway, parent=parent))
    for method in given.get("refundMethods") or ():
        credit = method.get("storeCreditRefund")
        if credit:
            amount = _amount(credit["amount"], order, "refundMethods")
            found.append(WantedMoney(amount=amount, gateway="shopify_store_credit"))
    return found


def _shipping(order: Order, given: Mapping[str, Any]) -> int:
    if given.get("fullRefund"):
        return order.shipping - sum(r.shipping for r in order.refunds)
    asked = given.get("shippingRefundAmount")
    return _amount(asked, order, "refundShipping") if asked else 0


def _amount(given: Mapping[str, Any], order: Order, *path: str) -> int:
    """Return an amount in the customer's currency in the shop's."""
    if given["currencyCode"] != order.currencies.presentment:
        raise ReturnRefusedError("INVALID", "Currency must be the presentment currency of the order.", *path)
    try:
        return order.currencies.in_shop(minor(given["amount"]))
    except ValueError as error:
        raise ReturnRefusedError("INVALID", f"{error}.", *path) from error
