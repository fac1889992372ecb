"""What the sandbox serves against Sage's own definition, where a copy of it lies beside the repository."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tieout.sandbox.sage200.reading.catalogue import RESOURCES

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

DEFINITION = Path(__file__).parents[4] / "shared" / "data" / "samples" / "sage200_openapi"
SINCE_2025 = frozenset({"sop_returns", "sop_return_receipt_line_views", "lookup_sop_returns"})
SCHEMAS = {
    "sales_ledger_settings": "sales_ledger_settings",
    "sop_settings": "sop_settings",
    "stock_settings": "stock_settings",
    "system_settings": "system_settings",
    "company_details": "company_details",
    "current_user_sop_user_permissions": "sop_user_permission",
    "currencies": "currency",
    "sites": "site",
    "sop_confirm_despatch": "sop_confirm_despatch_adjustment",
    "current_user": "current_user",
}
LISTED = [name for name, resource in RESOURCES.items() if not resource.hidden and name not in SINCE_2025]


@cache
def schemas() -> dict[str, Json]:
    if not DEFINITION.is_dir():
        pytest.skip("not run: needs the definition of Sage 200, which is shared data and absent here")
    found: dict[str, Json] = {}
    for path in sorted(DEFINITION.glob("*.json")):
        found |= json.loads(path.read_text(encoding="utf-8"))["components"]["schemas"]
    return found


def mismatches(row: Json, schema: Json, where: str) -> list[str]:
    """Return what a reply has that the definition has not, or has of another type."""
    wrong = []
    for name, value in row.items():
        told = schema["properties"].get(name)
        if told is None:
            wrong.append(f"{where}.{name} is not in the definition")
            continue
        kinds: dict[str, type | tuple[type, ...]] = {
            "integer": int,
            "number": (Decimal, int),
            "string": str,
            "boolean": bool,
            "array": list,
            "object": dict,
        }
        kind = told.get("type", "object")
        if not isinstance(value, kinds[kind]) or (kind in {"integer", "number"} and isinstance(value, bool)):
            wrong.append(f"{where}.{name} is {value!r}, not {kind}")
        if kind == "array" and value:
            items = told["items"]
            inner = schemas()[items["$ref"].rsplit("/", 1)[-1]] if "$ref" in items else items
            wrong += mismatches(value[0], inner, f"{where}.{name}")
        if kind == "object" and told.get("properties") and isinstance(value, dict):
            wrong += mismatches(value, told, f"{where}.{name}")
    return wrong


def busy_company(sage: Sage) -> None:
    """Let every resource have a row."""
    line = {"product": "MUG", "quantity": "2"}
    done = {"customer": "SHOP", "lines": [line], "despatched": True, "invoiced": True, "paid": True}
    sage.control("POST", "load", {"orders": [done]})
    order = sage.order(quantity=2, to_allocate_quantity=2)
    key = sage.get("sales_posted_transactions")[0]["id"]
    sage.post("sales_posted_transaction_memos", {"posted_customer_transaction_id": key, "note": "x"})
    sage.post("flow_states", {"flow_id": "a", "value": "b"})
    body = {key: order[key] for key in ("customer_id",)} | {"lines": [pick_line(order)]}
    sage.post("sop_returns", body)


def pick_line(order: Json) -> Json:
    line = order["lines"][0]
    return {name: line[name] for name in ("line_type", "product_id")} | {"line_quantity": 1}


def schema_of(name: str) -> Json:
    singular = SCHEMAS.get(name) or {"sales_posted_transactions": "sales_posted_transaction"}.get(
        name, name.removesuffix("s")
    )
    return schemas()[singular]


def test_every_list_serves_only_fields_of_the_definition_in_its_types(sage: Sage) -> None:
    schemas()
    busy_company(sage)
    wrong = []
    for name in LISTED:
        children = ",".join(RESOURCES[name].children)
        params = {"expand": children} if children else {}
        rows = sage.get(name, **params)
        assert rows, f"{name} has no row to look at"
        for row in rows[:5]:
            wrong += mismatches(row, schema_of(name), name)
    assert not wrong, "\n".join(sorted(set(wrong)))


@pytest.mark.parametrize("name", sorted(SCHEMAS.keys() - {"currencies"}))
def test_settings_and_worked_out_answers_have_the_shape_of_the_definition(sage: Sage, name: str) -> None:
    schemas()
    busy_company(sage)
    answer = sage.get(name)
    rows = answer if isinstance(answer, list) else [answer]
    assert rows
    assert not mismatches(rows[0], schema_of(name), name)


def test_enumerations_are_listed_with_the_values_that_other_resources_carry(sage: Sage) -> None:
    order = sage.order()
    statuses = sage.get("sop_document_status_types")
    assert order["document_status"] in {row["value"] for row in statuses}
    moved = {row["transaction_type"] for row in sage.get("product_transaction_views")}
    assert moved <= {row["value"] for row in sage.get("product_transaction_types")}
    ledger = next(row["value"] for row in sage.get("ledger_types") if row["description"] == "Sales")
    asked = {"date": "2026-11-20T00:00:00Z", "ledger_type": ledger}
    assert sage.post("transaction_date_validation", asked)["classification"] == "Normal"
    assert sage.get("sop_settings/1")["update_stock_on_despatch"] is True


def test_the_definition_knows_every_path_that_is_served(sage: Sage) -> None:
    del sage
    schemas()
    paths: set[str] = set()
    for path in DEFINITION.glob("*.json"):
        paths |= set(json.loads(path.read_text(encoding="utf-8"))["paths"])
    assert {f"/{name}" for name in LISTED} - paths <= {"/sop_order_lines"}
