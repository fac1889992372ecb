"""How a return looks from outside: in the webhook, in the list, in the details and in the shipping notice.

The shapes differ, as the vendor's do: ids are text in webhook and list but numbers in the details, and moments
are written in three ways.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from tieout.sandbox.loop.amounts import Split, split
from tieout.sandbox.loop.books import Exchange, LoopReturn, Unit
from tieout.sandbox.shopify.books import major

SHOP_ID = 12345
Json = dict[str, object]
Write = Callable[[datetime], str]


def split_of(ret: LoopReturn) -> Split:
    """Return where the value of this return goes."""
    units = [(u.outcome, u.worth.gross, u.exchange.worth.gross if u.exchange else 0) for u in ret.units]
    return split(units, ret.handling_fee, ret.bonus_percent)


def webhook_view(ret: LoopReturn, *, net: bool) -> Json:
    """Return the body of the return topic, but for topic and trigger."""
    return {
        "shop_id": SHOP_ID,
        "id": str(ret.id),
        **_head(ret, offset),
        "provider_order_number": int(ret.order_number) if ret.order_number.isdecimal() else None,
        "provider_order_external_id": int(ret.provider_order_id or 0) or None,
        "customer_detail": {
            "email": ret.customer.email,
            "first_name": ret.customer.first_name,
            "last_name": ret.customer.last_name,
        },
        "address": {"name": f"{ret.customer.first_name} {ret.customer.last_name}".strip(), "country_code": "GB"},
        **_money(ret, net=net),
        "is_gift_return": False,
        "refunds": [{"gateway": back.gateway, "amount": major(back.amount)} for back in ret.refunds],
        "line_items": [_line(ret, unit, net=net) for unit in ret.units],
        "exchanges": [_exchange(ret, exchange, net=net) for exchange in ret.exchanges],
        **_label(ret, offset),
    }


def list_view(ret: LoopReturn, *, net: bool) -> Json:
    """Return a member of the detailed list."""
    return {
        "id": str(ret.id),
        **_head(ret, zulu),
        "updated_at": zulu(ret.updated_at),
        "outcome": ret.outcome,
        "provider_order_number": ret.order_number,
        "multi_currency": False,
        **_money(ret, net=net),
        "gift_card_order_name": None,
        "gift_card_order_id": None,
        "refunds": [{"gateway": back.gateway, "amount": major(back.amount)} for back in ret.refunds],
        "shopify_refund_object": [
            {
                "id": back.id,
                "return_id": ret.id,
                "provider_refund_id": back.refund_id,
                "provider_created_at": zulu(back.at),
                "created_at": zulu(back.at),
                "updated_at": zulu(back.at),
            }
            for back in ret.refunds
            if back.refund_id
        ],
        "line_items": [{**_line(ret, unit, net=net), **_graded(unit)} for unit in ret.units],
        "exchanges": [_exchange(ret, exchange, net=net) for exchange in ret.exchanges],
        "labels": _labels(ret),
        "return_method": {"type": ret.method},
        "was_processed": ret.processed_at is not None,
        "outcomes_processed_at": _processed(ret),
        **_label(ret, zulu),
    }


def details_view(ret: LoopReturn, *, net: bool) -> Json:
    """Return one return by itself."""
    return {
        **list_view(ret, net=net),
        "id": ret.id,
        "order_id": ret.order_id,
        "provider_order_id": int(ret.provider_order_id or 0) or None,
        "exchange_order_name": ret.exchange_order_name or None,
        "exchange_order_id": int(ret.exchange_order_id or 0) or None,
        "refunds": [
            {
                "gateway": back.gateway,
                "amount": major(back.amount),
                "currency": ret.currency,
                "provider_refund_id": str(back.refund_id) if back.refund_id else None,
                "provider": "shopify",
            }
            for back in ret.refunds
        ],
    }


def notice_lines(ret: LoopReturn) -> list[Json]:
    """Return the lines of the advanced shipping notice, one for each unit."""
    label = ret.label
    return [
        {
            "id": ret.id,
            "return_line_item_id": str(unit.id),
            "order_id": str(ret.order_id),
            "order_name": ret.order_name,
            "state": ret.state,
            "customer_email": ret.customer.email,
            "title": unit.title,
            "purchase_price": major(unit.worth.price),
            "sku": unit.sku,
            "barcode": "",
            "carrier": label.carrier if label else "",
            "tracking_number": label.tracking_number if label else "N/A",
            "label_status": label.status if label else "N/A",
            "restock_status": "restocked" if unit.restocked else "not_restocked",
            "currency": ret.currency,
            "created_at": zulu(ret.created_at),
            "updated_at": zulu(ret.updated_at),
            "closed_at": zulu(ret.closed_at) if ret.closed_at else None,
        }
        for unit in ret.units
    ]


def zulu(moment: datetime) -> str:
    """Write a moment as the list does, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def offset(moment: datetime) -> str:
    """Write a moment as the webhook does, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _head(ret: LoopReturn, write: Write) -> Json:
    return {
        "state": ret.state,
        "created_at": write(ret.created_at),
        "edited_at": write(ret.edited_at) if ret.edited_at else None,
        "order_id": str(ret.order_id),
        "order_name": ret.order_name,
        "provider_order_id": ret.provider_order_id,
        "order_number": ret.order_number,
        "customer": ret.customer.email,
        "currency": ret.currency,
        "status_page_url": f"https://tieout-demo.loopreturns.com/#/return/{ret.id}",
    }


def _money(ret: LoopReturn, *, net: bool) -> Json:
    going = split_of(ret)
    back = [(*unit.worth.shown(net=net), unit.worth) for unit in ret.units]
    out = [(*exchange.worth.shown(net=net), exchange.worth) for exchange in ret.exchanges]
    return {
        "total": major(going.refund + going.gift_card),
        "return_product_total": major(sum(price for price, _, _ in back)),
        "return_discount_total": major(sum(discount for _, discount, _ in back)),
        "return_tax_total": major(sum(worth.tax for _, _, worth in back)),
        "return_total": major(sum(worth.gross for _, _, worth in back)),
        "return_credit_total": major(going.exchange_credit),
        "exchange_product_total": major(sum(price for price, _, _ in out)),
        "exchange_discount_total": major(sum(discount for _, discount, _ in out)),
        "exchange_tax_total": major(sum(worth.tax for _, _, worth in out)),
        "exchange_total": major(sum(worth.gross for _, _, worth in out)),
        "exchange_credit_total": major(going.exchange_credit),
        "gift_card": major(going.gift_card),
        "handling_fee": major(ret.handling_fee),
        "refund": major(going.refund),
        "upsell": major(going.upsell),
    }


def _line(ret: LoopReturn, unit: Unit, *, net: bool) -> Json:
    price, discount = unit.worth.shown(net=net)
    return {
        "line_item_id": str(unit.id),
        "provider_line_item_id": unit.provider_line_id,
        "product_id": unit.product_id,
        "variant_id": unit.variant_id,
        "sku": unit.sku,
        "barcode": "",
        "title": unit.title,
        "price": major(price),
        "discount": major(discount),
        "tax": major(unit.worth.tax),
        "refund": major(unit.worth.gross),
        "returned_at": unit.returned_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "exchange_variant": unit.exchange.variant_id if unit.exchange else "",
        "return_reason": unit.reason,
        "parent_return_reason": unit.parent_reason,
        "return_comment": unit.comment or None,
        "outcome": unit.outcome if "+" in ret.outcome else "default",
    }


def _graded(unit: Unit) -> Json:
    return {"condition": unit.condition or None, "disposition": unit.disposition or None}


def _exchange(ret: LoopReturn, exchange: Exchange, *, net: bool) -> Json:
    price, discount = exchange.worth.shown(net=net)
    return {
        "exchange_id": str(exchange.id),
        "exchange_order_id": ret.exchange_order_id or None,
        "exchange_order_name": ret.exchange_order_name or None,
        "product_id": exchange.product_id,
        "variant_id": exchange.variant_id,
        "sku": exchange.sku,
        "title": exchange.title,
        "price": major(price),
        "discount": major(discount),
        "tax": major(exchange.worth.tax),
        "total": major(exchange.worth.gross),
        "type": "exchange",
        "out_of_stock": False,
        "out_of_stock_resolution": None,
    }


def _label(ret: LoopReturn, write: Write) -> Json:
    label = ret.label
    if label is None:
        return {
            "carrier": "",
            "tracking_number": "N/A",
            "label_status": "N/A",
            "label_rate": "0.00",
            "label_url": None,
            "label_updated_at": None,
            "destination_id": None,
        }
    return {
        "carrier": label.carrier,
        "tracking_number": label.tracking_number or "N/A",
        "label_status": label.status,
        "label_rate": major(label.rate),
        "label_url": label_url(label.id),
        "label_updated_at": write(label.updated_at),
        "destination_id": None,
    }


def _labels(ret: LoopReturn) -> list[Json]:
    label = ret.label
    if label is None:
        return []
    return [
        {
            "carrier": label.carrier,
            "line_items": [unit.id for unit in ret.units],
            "rate": major(label.rate),
            "status": label.status,
            "tracking_number": label.tracking_number or "N/A",
            "updated_at": zulu(label.updated_at),
            "url": label_url(label.id),
        }
    ]


def label_url(number: int) -> str:
    """Return where the label can be printed."""
    return f"https://labels.invalid/{number}.pdf"


def _processed(ret: LoopReturn) -> Json:
    """Say when each outcome was fulfilled; null for those that were not, or were not wanted."""
    done = ret.processed_at
    moment = done and {
        "date": done.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "timezone_type": 3,
        "timezone": "UTC",
    }
    return {
        "return_processed": moment,
        "refund_processed": moment if ret.refunds else None,
        "exchange_processed": moment if ret.exchange_order_name else None,
        "gift_card_processed": moment if ret.gift_card_id else None,
    }
