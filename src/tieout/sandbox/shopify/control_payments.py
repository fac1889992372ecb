"""Control surface of Shopify Payments in the stand-in (JSON; money as text).

- POST payouts {"issued_at", "status": "PAID", "trace"}: a payout of all rows up to then that have none.
  -> {"id", "payout", "net", "rows"}. POST payouts/{id}/status {"status"}: SCHEDULED, PAID, FAILED or CANCELED.
- POST balance {"type": "ADJUSTMENT", "amount", "fee", "net", "order", "reason"}: a row that no sale or refund made;
  without net, amount less fee; without order, a row of no order. -> {"id", "net"}.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.shopify.figures import gid, major, minor
from tieout.sandbox.shopify.payments import STATUSES
from tieout.sandbox.shopify.schema import admin_schema
from tieout.sandbox.shopify.shop import Shop


def payment_routes(shop: Shop, now: Callable[[], datetime]) -> Sequence[BaseRoute]:
    """Return the control routes of payouts and of the balance."""
    control = _PaymentControl(shop, now)
    return [
        Route("/payouts", control.pay_out, methods=["POST"]),
        Route("/payouts/{number:int}/status", control.status, methods=["POST"]),
        Route("/balance", control.adjust, methods=["POST"]),
    ]


class _PaymentControl:
    def __init__(self, shop: Shop, now: Callable[[], datetime]) -> None:
        self._shop = shop
        self._now = now

    async def pay_out(self, request: Request) -> Response:
        given = await json_object(request)
        now = self._now()
        status = _status(given.get("status") or "PAID")
        try:
            issued = datetime.fromisoformat(str(given["issued_at"])) if given.get("issued_at") else now
            issued = issued if issued.tzinfo else issued.replace(tzinfo=UTC)
            made = self._shop.payments.pay_out(issued, status, str(given.get("trace") or ""))
        except ValueError as error:
            raise HTTPException(400, f"No payout was made: {error}.") from error
        return JSONResponse(
            {
                "id": made.id,
                "payout": gid("ShopifyPaymentsPayout", made.id),
                "net": major(made.net),
                "rows": [gid("ShopifyPaymentsBalanceTransaction", row.id) for row in made.rows],
            }
        )

    async def status(self, request: Request) -> Response:
        given = await json_object(request)
        number = request.path_params["number"]
        payout = self._shop.payments.payout_numbered(number)
        if payout is None:
            raise HTTPException(404, f"There is no payout {number}.")
        payout.status = _status(given.get("status"))
        return JSONResponse({"id": payout.id, "status": payout.status})

    async def adjust(self, request: Request) -> Response:
        given = await json_object(request)
        now = self._now()
        name = given.get("order")
        order = self._shop.books.order_named(str(name)) if name else None
        if name and order is None:
            raise HTTPException(404, f"There is no order {name}.")
        kind = str(given.get("type") or "ADJUSTMENT")
        kinds = admin_schema().get_type("ShopifyPaymentsTransactionType")
        if kind not in getattr(kinds, "values", {}):
            raise HTTPException(400, f"{kind} is no type of a balance transaction that is served here.")
        try:
            row = self._shop.payments.adjust(
                kind,
                now,
                amount=minor(given["amount"]),
                fee=minor(given.get("fee") or "0.00"),
                net=minor(given["net"]) if "net" in given else None,
                order=order,
                reason=str(given.get("reason") or ""),
            )
        except (KeyError, ValueError) as error:
            raise HTTPException(400, f"Give the amount as text such as 1.50: {error}.") from error
        return JSONResponse({"id": gid("ShopifyPaymentsBalanceTransaction", row.id), "net": major(row.net)})


def _status(given: object) -> str:
    if given not in STATUSES:
        raise HTTPException(400, f"{given} is no status of a payout; there are {', '.join(STATUSES)}.")
    return str(given)
