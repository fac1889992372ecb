from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tieout.connectors.sage200.channel.companion_bodies import invoice_body, issue_body, journal_body, write_off_body
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money

CONTRACT = Path(__file__).parents[3] / "docs" / "contracts" / "companion.openapi.json"


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(CONTRACT.read_text())
    return read


def references(node: Any) -> set[str]:  # noqa: ANN401 - a JSON tree
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    return set().union(*(references(value) for value in node)) if isinstance(node, list) else set()


def test_every_reference_of_the_contract_leads_somewhere(contract: dict[str, Any]) -> None:
    for reference in references(contract):
        node: Any = contract
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert node


def test_every_command_is_done_once_per_key(contract: dict[str, Any]) -> None:
    bodies = [path["post"] for path in contract["paths"].values() if "post" in path]
    assert len(bodies) == 7
    for post in bodies:
        schema = post["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert "key" in contract["components"]["schemas"][schema]["required"], schema
        assert {"200", "400", "401", "404", "409", "423", "503"} == set(post["responses"])


def test_the_contracts_commands_are_those_it_offers(contract: dict[str, Any]) -> None:
    names = set(contract["components"]["schemas"]["CommandName"]["enum"])
    offered = {path["post"]["operationId"] for path in contract["paths"].values() if "post" in path}
    assert offered == names


def test_our_keys_fit_the_contract(contract: dict[str, Any]) -> None:
    pattern = contract["components"]["schemas"]["Key"]["pattern"]
    assert re.fullmatch(pattern, "TCN-8Q4ZT1M0V7K2X5AB")


ON = date(2026, 11, 20)
STOCK: dict[str, Any] = {
    "sku": "MUG",
    "warehouse": "HOME",
    "bin": "A1",
    "quantity": Decimal("2.50000"),
    "on": ON,
    "nominal": Nominal(account="5200"),
    "second_reference": "RMA-77",
    "narrative": "Broken",
}
SENT = {
    "Invoice": invoice_body(
        c.PostSopInvoice(key="TSI-1", order_number="1", customer_id="5", on=ON, net=Money(1), tax=Money(0))
    ),
    "WriteOff": write_off_body(c.WriteOff(key="TWF-1", category="Damaged", **STOCK)),
    "Issue": issue_body(c.IssueStock(key="TIS-1", **STOCK)),
    "Journal": journal_body(
        c.PostJournal(
            key="TJN-1",
            on=ON,
            narrative="",
            lines=tuple(c.JournalLine(nominal=Nominal(account="4000"), value=Money(pence)) for pence in (5, -5)),
        )
    ),
}


def misfits(schemas: dict[str, Any], schema: dict[str, Any], value: Any, place: str) -> list[str]:  # noqa: ANN401 - JSON
    """Where a value is not as its schema has it: names, presence, patterns and lengths."""
    schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if isinstance(value, dict):
        properties = schema["properties"]
        wrong = [f"{place}.{name} is unknown" for name in value.keys() - properties.keys()]
        wrong += [f"{place}.{name} is missing" for name in set(schema.get("required", ())) - value.keys()]
        known = value.keys() & properties.keys()
        return wrong + [x for name in known for x in misfits(schemas, properties[name], value[name], f"{place}.{name}")]
    if isinstance(value, list):
        return [x for row in value for x in misfits(schemas, schema["items"], row, f"{place}[]")]
    is_well = isinstance(value, str) and re.search(schema.get("pattern", ""), value) is not None
    return [] if is_well and len(value) <= schema.get("maxLength", len(value)) else [f"{place} is {value!r}"]


@pytest.mark.parametrize("name", SENT)
def test_what_we_send_is_what_the_contract_takes(contract: dict[str, Any], name: str) -> None:
    schemas = contract["components"]["schemas"]
    assert misfits(schemas, schemas[name], SENT[name], name) == []


def test_what_the_contract_does_not_take_is_noticed(contract: dict[str, Any]) -> None:
    schemas = contract["components"]["schemas"]
    sent = {"key": "not a key", "invoice_date": "2026-11-20", "more": "1"}
    assert len(misfits(schemas, schemas["Invoice"], sent, "Invoice")) == 2
    assert misfits(schemas, schemas["Invoice"], {"key": "TSI-1"}, "Invoice") == ["Invoice.invoice_date is missing"]
