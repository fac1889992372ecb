"""Sales and parcels beyond the plain ones: bundles, discounts, warehouses that count; each under a name of its own."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.processes.estate import RATES, pence
from tests.processes.house import COMPANY, Rma

from tieout.bootstrap import desk_receiver
from tieout.domain.money import tax_on, total
from tieout.intake.webhooks import Message, store_message
from tieout.store import cases

if TYPE_CHECKING:
    from datetime import datetime

    from tests.processes.estate import Control, Json, Line
    from tests.processes.house import House

    from tieout.domain.money import Money

DAY = "2011-01-12"
ADDRESS = {
    "name": "A Customer",
    "address1": "1 High Street",
    "city": "Leeds",
    "zip": "LS1 1AA",
    "country_code": "GB",
}
_names = itertools.count(7000)


def new_name() -> str:
    """An order number that no other test has."""
    return f"W{next(_names)}"


def sold(
    control: Control,
    *lines: Line,
    shop: tuple[Line, ...] = (),
    groups: Mapping[str, Json] | None = None,
    shop_more: Mapping[str, Json] | None = None,
    **more: Json,
) -> str:
    """One sale in both systems, despatched, invoiced and paid; returns its number.

    `shop` are the shop's lines where they are not Sage's, `groups` the bundles that the shop took apart, by stock code
    of the component; `shop_more` goes into the shop's order and what is left into Sage's.
    """
    name, day = more.pop("name", "") or new_name(), more.pop("day", DAY)
    shop_order = {**_in_shop(name, day, shop or lines, groups or {}), **(shop_more or {})}
    control.shop_ids |= control.post("/shopify/load", {"orders": [shop_order]})["orders"]
    control.post("/sage200/load", {"orders": [{**_in_sage(name, day, lines), **more}]})
    return name


def _in_sage(name: str, day: str, lines: tuple[Line, ...]) -> Json:
    return {
        "customer": "12345",
        "customer_document_no": name,
        "document_date": day,
        "lines": [
            {
                "product": line.sku,
                "quantity": str(line.quantity),
                "unit_price": line.price,
                "tax_code": line.tax_code,
                "warehouse": "HOME",
            }
            for line in lines
        ],
        "despatched": True,
        "invoiced": True,
        "paid": "SHOPPAY",
    }


def _in_shop(name: str, day: str, lines: tuple[Line, ...], groups: Mapping[str, Json]) -> Json:
    """The sale with the VAT of the running total by rate, as Sage has it."""
    return {
        "name": name,
        "created_at": f"{day}T10:00:00+00:00",
        "customer": {"id": 12345, "email": "a@example.org", "first_name": "A", "last_name": "Customer"},
        "currency": "GBP",
        "taxes_included": False,
        "gateway": "shopify_payments",
        "lines": [
            {
                "sku": line.sku,
                "title": line.sku.title(),
                "quantity": line.quantity,
                "price": line.price,
                "tax": tax_in(lines, index).text(),
                "tax_rate": str(RATES[line.tax_code] / 100),
                **({"group": groups[line.sku]} if line.sku in groups else {}),
            }
            for index, line in enumerate(lines)
        ],
    }


def tax_in(lines: tuple[Line, ...], index: int) -> Money:
    """The VAT of one line: what it adds to the VAT of all lines before it at its rate."""
    line = lines[index]
    before = total([other.net for other in lines[:index] if other.tax_code == line.tax_code])
    rate = RATES[line.tax_code]
    return tax_on(before + line.net, rate) - tax_on(before, rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What changed in the remote systems between two looks: pence, units, documents."""

    credits: tuple[tuple[str, int, int], ...]
    payments: tuple[int, ...]
    refunds: tuple[int, ...]
    stock: Mapping[tuple[str, str], int]
    offered: Mapping[str, int]
    outstanding: int


class Watch:
    """The remote books before, to tell what a test has moved in them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.before = house.control.books()

    def moved(self) -> Moved:
        """What has changed since; every ledger still agrees with the others."""
        now, before = self.house.control.books(), self.before
        self.house.control.prove()
        stock = Counter({(sku, place): count for sku, place, count in now.stock})
        stock.subtract({(sku, place): count for sku, place, count in before.stock})
        offered = Counter(dict(now.available))
        offered.subtract(dict(before.available))
        return Moved(
            credits=tuple(sorted((Counter(now.credits) - Counter(before.credits)).elements())),
            payments=tuple(sorted((Counter(now.payments) - Counter(before.payments)).elements())),
            refunds=tuple(sorted(amount for _, amount in (Counter(now.refunds) - Counter(before.refunds)).elements())),
            stock={place: count for place, count in stock.items() if count},
            offered={sku: count for sku, count in offered.items() if count},
            outstanding=now.outstanding - before.outstanding,
        )


def ledger_of(house: House, name: str) -> list[Json]:
    """The sales ledger's credit notes that carry this text in one of their references."""
    rows = house.control.get(f"/sage200/ledgers/sales?reference={name}")
    return [row for row in rows if "Credit" in row["type"]]


def told(house: House, rma: Rma | str, *lines: tuple[str, int, str] | tuple[str, int, str, str], **more: Any) -> None:  # noqa: ANN401  # any field
    """The warehouse says that (stock code, quantity, grade, warehouse) came in; `more` are fields of its message."""
    at: datetime = more.pop("at", house.application.clock())
    body = {
        "receipt_id": more.pop("receipt", str(uuid4())),
        "rma": rma if isinstance(rma, str) else rma.number,
        "received_at": at.isoformat(),
        "lines": [
            {"sku": line[0], "quantity": line[1], "grade": line[2], "warehouse": line[3] if len(line) > 3 else ""}
            for line in lines
        ],
        **more,
    }
    receiver = desk_receiver(house.application.settings, COMPANY)
    content = json.dumps(body).encode()
    message = Message(
        account="desk", body=content, content_type="application/json", received_at=house.application.clock()
    )
    envelope = receiver.inbound.open({"webhook-id": str(uuid4())}, {}, content)
    store_message(house.application.intake, receiver, message, envelope)


def codes(house: House, rma: Rma) -> list[str]:
    """The faults on the return's open case; none when there is no case."""
    case = house.case(rma)
    return [str(fault["code"]) for fault in case.faults if isinstance(fault, Mapping)] if case else []


def seen(house: House, rma: Rma) -> str:
    """Everything the open case says."""
    case = house.case(rma)
    return json.dumps(list(case.faults), default=str) if case else ""


def closed_codes(house: House, rma: Rma) -> list[str]:
    """The first fault of every case of the return that was closed."""
    with house.application.store.scope(COMPANY) as c:
        return [case.code for case in cases.cases_of(c, COMPANY, "return", rma.number) if case.closed_how]


def gross(*pounds: str) -> int:
    """Pence of amounts in pounds together."""
    return sum(pence(each) for each in pounds)


def loop_return(house: House, order: str, *lines: Json, **more: Json) -> Rma:
    """A customer raises a return in Loop."""
    customer = {"email": "a@example.org", "first_name": "A", "last_name": "Customer"}
    plain = [{"reason": "Too small", "quantity": 1, "outcome": "refund", **line} for line in lines]
    asked = {"order_name": order, "customer": customer, "currency": "GBP", "lines": plain, **more}
    (raised,) = house.control.post("/loop/returns", asked)["returns"]
    return Rma(str(raised["return_id"]), tuple(str(line["line_item_id"]) for line in raised["line_items"]))


def loops_own(house: House, rma: Rma) -> Json:
    """The return in Loop's books."""
    rows = house.control.get("/loop/ledgers/returns")["returns"]
    return next(row for row in rows if row["return_id"] == rma.number)
