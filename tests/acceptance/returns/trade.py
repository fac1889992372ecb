"""More of the trade than the desk's own verbs: sales that go to an address, orders in Sage, people at a terminal."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from click.testing import CliRunner
from tests.processes.estate import Line, _sage_order, _shop_order, pence

from tieout.cli import tieout
from tieout.sandbox.sage200 import Sage200Sandbox

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk
    from tests.processes.estate import Json
    from tests.processes.house import Rma

    from tieout.sandbox.sage200.company.books import Books

DAY = "2011-01-10"
_names = itertools.count(4001)
ADDRESS = {
    "name": "A. Customer",
    "address1": "1 High Street",
    "city": "Leeds",
    "zip": "LS1 1AA",
    "country_code": "GB",
}
KEPT = {"return_method": "No shipment required"}
"""The portal's word for goods that the customer keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SageOrder:
    """A sales order as it stands in Sage's own books."""

    number: str
    lines: tuple[tuple[str, int], ...]
    """(stock code, quantity)."""
    net: int
    """Pence."""
    status: str
    service: str
    """What stands in the fourth analysis code."""
    postcode: str
    allocated: int
    despatched: int
    """Units."""


def sold_as(desk: Desk, *lines: Line, shop: tuple[Line, ...] = (), day: str = DAY, **more: Json) -> str:
    """One more order, despatched, invoiced and paid; `shop` are the shop's lines where they are not Sage's.

    `more` goes into the shop's order; a `groups` gives each stock code of a bundle its group.
    """
    name, groups = f"X{next(_names)}", more.pop("groups", {})
    desk.control.post("/sage200/load", {"orders": [_sage_order(name, day, lines)]})
    order = _shop_order(name, day, shop or lines, desk.control.market) | {"shipping_address": ADDRESS} | more
    for line in (one for one in order["lines"] if one["sku"] in groups):
        line["group"] = groups[line["sku"]]
    desk.control.shop_ids |= desk.control.post("/shopify/load", {"orders": [order]})["orders"]
    desk.open_books()
    return name


def sage_books(desk: Desk) -> Books:
    """The books behind the stand-in of Sage."""
    (sage,) = (system for system in desk.control.estate.systems if isinstance(system, Sage200Sandbox))
    return sage.books


def sage_orders(desk: Desk, reference: str) -> list[SageOrder]:
    """The sales orders that carry a customer's document number, in Sage's own books."""
    books = sage_books(desk)
    found = books.rows("SELECT * FROM document WHERE customer_document_no = ? AND kind = 'order'", reference)
    return [_order(books, row) for row in found]


def _order(books: Books, row: Json) -> SageOrder:
    lines = books.rows("SELECT * FROM line WHERE document_id = ? ORDER BY number", row["id"])
    goods = [line for line in lines if line["product_id"] is not None]
    return SageOrder(
        number=row["document_no"],
        lines=tuple((line["code"], line["quantity"] // UNIT) for line in goods),
        net=row["net"],
        status=row["status"],
        service=row["analysis_code_4"] or "",
        postcode=str(json.loads(row["address"]).get("postcode", "")),
        allocated=sum(line["allocated"] for line in goods) // UNIT,
        despatched=sum(line["despatched"] for line in goods) // UNIT,
    )


UNIT = 100_000
"""The stand-in keeps quantities in hundred-thousandths."""


def let_go(desk: Desk, order: SageOrder) -> None:
    """Somebody with the right takes an order off hold in Sage."""
    books = sage_books(desk)
    with books.transaction():
        books.run("UPDATE document SET status = 'Live' WHERE document_no = ? AND kind = 'order'", order.number)


def sage_documents(desk: Desk, rma: Rma) -> list[tuple[int, int]]:
    """(net, VAT) of every posted transaction in Sage's sales ledger that names the RMA."""
    ledger = desk.control.get("/sage200/ledgers/sales")
    return [(pence(row["net"]), pence(row["tax"])) for row in ledger if rma.number in row["second_reference"].split()]


def news_arrives(desk: Desk) -> None:
    """Every webhook on its way is delivered; nobody works on what it says yet."""
    for system in ("returngo", "loop", "shopify"):
        desk.control.post(f"/{system}/drain")


def typed(desk: Desk, *words: str, person: str = "amy", ends: int = 0) -> str:
    """What somebody types at the command line, and what it answers; `ends` is the exit code that is right."""
    head = ["--config", str(desk.house.config), "--home", str(desk.house.home)]
    answer = CliRunner().invoke(tieout, [*head, *words], env={"LOGNAME": person})
    assert answer.exit_code == ends, f"{words}: {answer.output} {answer.exception}"
    return answer.output


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One fault as it stands on a case."""

    code: str
    at: str
    saw: str
    wanted: str


def said_of(desk: Desk, rma: Rma) -> list[Said]:
    """Every fault on the case about an RMA, most important first."""
    found = desk.house.case(rma)
    faults = [fault for fault in (found.faults if found else ()) if isinstance(fault, Mapping)]
    return [Said(**{name: str(fault[name]) for name in ("code", "at", "saw", "wanted")}) for fault in faults]


def told(desk: Desk, *words: str) -> Json:
    """A report, as other programs read it."""
    return json.loads(typed(desk, "report", *words, "--json"))


def case_number(desk: Desk, rma: Rma) -> str:
    """The number of the case about an RMA."""
    found = desk.house.case(rma)
    assert found is not None, f"there is no case about RMA {rma.number}"
    return str(found.id)


def tried_again(desk: Desk, rma: Rma) -> None:
    """Somebody has put the cause right, and lets the return go on."""
    typed(desk, "case", "retry", case_number(desk, rma))
    desk.settle()


def accepted(desk: Desk, rma: Rma, why: str = "agreed with finance") -> None:
    """Somebody accepts the fact on the case, with a reason."""
    typed(desk, "case", "accept", case_number(desk, rma), "--why", why)
    desk.settle()


def returned(desk: Desk, order: str, *items: tuple[str, int] | tuple[str, int, str], **more: Json) -> Rma:
    """A whole return: authorised, arrived, settled."""
    rma = desk.authorised(order, *items, **more)
    desk.settle()
    desk.arrived(rma)
    desk.settle()
    return rma


def inspected(desk: Desk, rma: Rma, *, damaged: tuple[str, ...] = ()) -> None:
    """Somebody at the warehouse looks at what is here, and the portal is told."""
    grades = {unit: {"restockable": unit not in damaged, "returned": True} for unit in rma.units}
    desk.house.act(rma, "validate", returned_item_ids=list(rma.units), grades=grades)
    desk.settle()


def new_product(desk: Desk, sku: str) -> None:
    """One more product, in Sage and in the shop."""
    product = {"code": sku, "name": sku.title(), "costing": "FIFO", "standard_price": "99.00"}
    here = {"warehouse": "HOME", "bin": "A1", "quantity": "100", "unit_cost": "1.50"}
    desk.control.post("/sage200/load", {"products": [{**product, "stock": [here]}]})
    variant = {"sku": sku, "title": sku.title(), "price": "99.00", "available": 100}
    desk.control.post("/shopify/load", {"location": "HOME", "variants": [variant]})


@contextmanager
def temper(desk: Desk, system: str, **values: object) -> Iterator[None]:
    """A system misbehaves for a while."""
    desk.control.temper(system, **values)
    yield
    desk.control.temper(system)
