from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

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
