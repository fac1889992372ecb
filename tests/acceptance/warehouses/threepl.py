"""What people do at a 3PL that exchanges files over SFTP, and what its own books and Sage's say."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, cast

import httpx
from tests.acceptance.warehouses.yard import people_of
from tests.console.conftest import add_person
from tests.processes.house import COMPANY
from tests.shipping.depot import HOME

from tieout.connectors.sage200.sop.order_bodies import address_body
from tieout.domain.commands import Despatch
from tieout.domain.people import Role
from tieout.processes.record import command_from_json
from tieout.store import cases

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

    from tieout.store.cases import Case


API = "/uk/sage200extra/accounts/v1"
_people = itertools.count(1)


def at_3pl(yard: Yard, path: str, **body: Any) -> Any:  # noqa: ANN401 - a JSON edge
    """The 3PL's people do something."""
    return yard.control.post(f"/files/partners/{people_of(yard.floor).form}/{path}", body)


def told_badly(yard: Yard, **manners: Any) -> None:  # noqa: ANN401 - a JSON edge
    """The next file of the 3PL has a slip, and those after it have none."""
    yard.control.put("/files/manners", {"limit": 1, "kind": "despatch", **manners} if manners else {})


def order_at_3pl(yard: Yard, number: str, release: int = 1) -> Any:  # noqa: ANN401 - a JSON edge
    """An order as the 3PL's own books have it; None where it has none."""
    people = people_of(yard.floor)
    people.take_in()
    rows = yard.control.get(f"/files/partners/{people.form}/ledgers/orders")["orders"]
    named = [row for row in rows if f"{row['order_ref']}-{row['release_no']}".rstrip("-") == f"{number}-{release}"]
    return named[0] if named else None


def gone(yard: Yard, number: str, *, release: int = 1, tracking: str = "", **more: Any) -> None:  # noqa: ANN401 - as above
    """Goods of a request leave the 3PL as its control surface takes it: `lines` by `sku`, or all of it."""
    order = order_at_3pl(yard, number, release)
    lines = more.pop("lines", None)
    if lines is not None:
        places = {line["sku"]: line["line_no"] for line in order["lines"]}
        more["lines"] = [{"line_no": places[one.pop("of")], **one} for one in lines]
    body = {"carrier": "DPD", "tracking": [tracking or f"TRK{number[-6:]}"], "how": "whole", **more}
    at_3pl(yard, "despatches", order_ref=order["order_ref"], release_no=order["release_no"], **body)


def files_of(yard: Yard, kind: str) -> list[Any]:
    """The files that the 3PL has written of a kind, oldest first."""
    rows = yard.control.get(f"/files/partners/{people_of(yard.floor).form}/ledgers/written")["written"]
    return [row for row in rows if row["kind"] == kind]


def name_of(file: Any) -> str:  # noqa: ANN401 - a JSON edge
    """A file's name without its folder."""
    return str(file["path"]).rpartition("/")[2]


def operator(yard: Yard) -> str:
    """Somebody new of operations, by the name they sign in with."""
    name = f"operator-{next(_people)}"
    add_person(yard.house.application.store, name, Role.OPERATIONS, at=yard.now())
    return name


def agreed(yard: Yard, table: str, key: str, *more: str, why: str, **value: str) -> None:
    """One of operations proposes a mapping row and a colleague approves it, both at the command line."""
    fields = [f"{name}={text}" for name, text in value.items()]
    by = ("--why", why, "--as", operator(yard))
    proposal = yard.read("mapping", "propose", COMPANY, table, key, *fields, *more, *by)
    yard.typed("mapping", "approve", str(proposal["id"]), "--as", operator(yard))


def cases_of(yard: Yard, code: str) -> list[Case]:
    """The open cases that hold a fault of this kind."""
    with yard.house.application.store.scope(COMPANY) as connection:
        found = cases.open_cases(connection)
    return [case for case in found if code in str(case.faults)]


def keeps(yard: Yard, code: str, quantity: int = 10, **more: Any) -> None:  # noqa: ANN401 - a JSON edge
    """The 3PL keeps an item under a code of its own, and has some of it."""
    item = {"sku": code, "description": code, "base_unit": "EA", "units": {"EA": 1}, **more}
    stock = [{"site": people_of(yard.floor).site, "sku": code, "quantity": str(quantity)}] if quantity else []
    at_3pl(yard, "load", items=[item], stock=stock)


def sold_in(yard: Yard, sku: str, each: int, quantity: int) -> str:
    """Somebody enters an order in Sage in units of so many stock units, all allocated; returns its number."""
    tokens = yard.control.post("/sage200/tokens")
    head = {
        "Authorization": f"Bearer {tokens['access_token']}",
        "X-Site": str(tokens["site_id"]),
        "X-Company": str(tokens["company_id"]),
        "Ocp-Apim-Subscription-Key": "sandbox",
    }
    with httpx.Client(base_url=f"{yard.control.url}/sage200{API}", headers=head) as api:
        (item,) = api.get("/products", params={"$filter": f"code eq '{sku}'", "$expand": "units"}).json()
        (chosen,) = (one for one in item["units"] if one["multiple_of_base_unit"] == each)
        line = {
            "line_type": "EnumLineTypeStandard",
            "product_id": item["id"],
            "line_quantity": quantity,
            "to_allocate_quantity": quantity,
            "selling_unit_id": chosen["unit_id"],
            "tax_code_id": item["tax_code_id"],
        }
        customer = int(yard.house.application.companies[COMPANY].orders.customer_id("12345"))
        body = {"customer_id": customer, "document_date": "2011-01-20T00:00:00Z", "lines": [line]}
        body |= {"use_invoice_address": False, "delivery_address": address_body(HOME)}
        answer = api.post("/sop_orders", json=body)
    assert answer.is_success, answer.text
    number = str(answer.json()["document_no"])
    yard.entered.append(number)
    return number


def despatches(yard: Yard, number: str) -> list[Despatch]:
    """What was posted to Sage of an order and read back there."""
    found = [command_from_json(effect.content) for effect in yard.effects(number) if effect.state == "done"]
    return [command for command in found if isinstance(command, Despatch)]


def faults_on(yard: Yard, number: str) -> list[Any]:
    """The faults of an order's case, as they are kept."""
    return cast("list[Any]", yard.the_case(number).faults)
