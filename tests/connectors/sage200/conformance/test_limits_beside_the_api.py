"""Section 5 for what goes through the companion: it writes into the same columns of Sage."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.connectors.sage200.conformance.conftest import World
from tests.connectors.sage200.conformance.every_command import Floor
from tests.connectors.sage200.conftest import Keeper

from tieout.domain.documents.sales_order import Nominal
from tieout.ports.errors import Refused

if TYPE_CHECKING:
    from tieout.sandbox.clock import SandboxClock

PLACES = {
    "second reference": ("second_reference", 20),
    "narrative": ("narrative", 6000),
    "key": ("key", 20),
}
ROWS = [
    ("write_on", "second reference", "5200"),
    ("write_on", "narrative", "5200"),
    ("write_on", "key", "5200"),
    ("write_off", "second reference", "5100"),
    ("write_off", "narrative", "5100"),
    ("issue_stock", "second reference", "5300"),
    ("issue_stock", "narrative", "5300"),
    ("post_journal", "narrative", "7601"),
    ("post_journal", "key", "7601"),
    ("post_sop_credit_note", "narrative", "4000"),
]


@pytest.fixture(scope="module")
def served_at(served: tuple[str, SandboxClock]) -> str:
    return served[0]


@pytest.fixture(scope="module")
def floor(served: tuple[str, SandboxClock]) -> Iterator[Floor]:
    world = World(served[0], Keeper(), served[1])
    yield Floor(world)
    world.close()


@pytest.mark.parametrize(("name", "field", "account"), ROWS)
def test_a_text_as_long_as_sage_keeps_is_posted_whole_and_one_more_character_reaches_nobody(
    floor: Floor, name: str, field: str, account: str
) -> None:
    place, longest = PLACES[field]
    act, since = floor.act(name), floor.mark()
    over = dataclasses.replace(act, command=dataclasses.replace(act.command, **{place: "K" * (longest + 1)}))
    with pytest.raises(Refused, match=f"has {longest + 1} characters of {longest}"):
        over.do(floor.sage)
    assert floor.writes(since) == []
    text = f"K{since}".ljust(longest - 1, "W") + "Z"
    act = dataclasses.replace(act, command=dataclasses.replace(act.command, **{place: text}))
    act.do(floor.sage)
    assert act.is_found_as_wanted(floor.sage)
    posted = floor.world.does("GET", f"/ledgers/nominal/{account}")
    moved = floor.world.does("GET", f"/ledgers/stock/movements?reference={act.command.key}")
    assert text in {str(row.get(column)) for row in (*posted, *moved) for column in ("narrative", "reference", place)}


@pytest.mark.parametrize("part", ["account", "cost_centre", "department"])
@pytest.mark.parametrize("name", ["write_on", "write_off", "issue_stock", "post_journal"])
def test_a_nominal_that_is_too_long_reaches_nobody(floor: Floor, name: str, part: str) -> None:
    act, longest = floor.act(name), 8 if part == "account" else 3
    nominal = dataclasses.replace(Nominal(account="4000"), **{part: "9" * (longest + 1)})
    if name == "post_journal":
        first, *rest = act.command.lines
        change: dict[str, Any] = {"lines": (dataclasses.replace(first, nominal=nominal), *rest)}
    else:
        change = {"nominal": nominal}
    since = floor.mark()
    with pytest.raises(Refused, match=f"has {longest + 1} characters of {longest}"):
        dataclasses.replace(act, command=dataclasses.replace(act.command, **change)).do(floor.sage)
    assert floor.writes(since) == []


@pytest.mark.parametrize(("place", "longest"), [("second_reference", 20), ("narrative", 6000)])
@pytest.mark.parametrize("path", ["write-ons", "write-offs", "issues"])
def test_the_companion_itself_refuses_a_longer_text_and_never_cuts_it(
    floor: Floor, served_at: str, path: str, place: str, longest: int
) -> None:
    tokens = floor.world.does("POST", "/tokens", {})
    body = {
        "key": f"RAW-{path.upper()}-{longest}"[:20],
        "product_code": "MUG",
        "warehouse": "HOME",
        "bin": "GOODS-IN",
        "quantity": "1",
        "date": "2026-11-20",
        "nominal": {"account": "5200", "cost_centre": "", "department": ""},
        "category": "Damaged",
        "second_reference": "",
        "narrative": "",
        place: "x" * (longest + 1),
    }
    headers = {"Authorization": f"Bearer {tokens['companion_key']}", "X-Company": str(tokens["company_id"])}
    since = floor.mark()
    answer = httpx.post(f"{served_at}/sage200/companion/v1/stock/{path}", json=body, headers=headers)
    assert answer.status_code == 400
    assert f"maximum length is {longest}" in answer.json()["detail"]
    assert not floor.effects(since)
