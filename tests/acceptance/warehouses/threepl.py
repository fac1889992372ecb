"""What people do at a 3PL that exchanges files over SFTP, and what its own books and Sage's say."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from tests.acceptance.warehouses.yard import people_of
from tests.console.conftest import add_person
from tests.processes.house import COMPANY

from tieout.domain.people import Role
from tieout.store import cases

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

    from tieout.store.cases import Case


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


def agreed(yard: Yard, table: str, key: str, *, why: str, **value: str) -> None:
    """One of operations proposes a mapping row and a colleague approves it, both at the command line."""
    people = [f"{table.replace('_', '-')}-{next(_people)}" for _ in range(2)]
    for name in people:
        add_person(yard.house.application.store, name, Role.OPERATIONS, at=yard.now())
    fields = [f"{name}={text}" for name, text in value.items()]
    proposal = yard.read("mapping", "propose", COMPANY, table, key, *fields, "--why", why, "--as", people[0])
    yard.typed("mapping", "approve", str(proposal["id"]), "--as", people[1])


def cases_of(yard: Yard, code: str) -> list[Case]:
    """The open cases that hold a fault of this kind."""
    with yard.house.application.store.scope(COMPANY) as connection:
        found = cases.open_cases(connection)
    return [case for case in found if code in str(case.faults)]
