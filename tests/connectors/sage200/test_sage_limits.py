from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tieout.connectors.sage200.limits import LIMITS, Limit, Limits, problems, refuse_over_long
from tieout.connectors.transport import Json
from tieout.ports.errors import Refused

SPECIFICATIONS = Path(__file__).parents[4] / "shared/data/samples/sage200_openapi"
"""Sage's own files, where they are at hand."""

GOOD: dict[str, Json] = {
    "customer_id": 7,
    "reference": "K" * 20,
    "second_reference": "",
    "document_goods_value": Decimal("20.00"),
    "tax_analysis_items": [{"id": 1, "goods_amount": Decimal("20.00"), "tax_amount": Decimal("4.00")}],
    "nominal_analysis_items": [{"code": "4000", "value": Decimal("20.000")}],
}


def test_a_body_that_fits_has_no_problems() -> None:
    assert problems("sales_credit_note", GOOD) == ()
    refuse_over_long("sales_credit_note", GOOD)


def test_every_fault_is_named_in_one_refusal() -> None:
    body: dict[str, Json] = {
        **GOOD,
        "customer_id": None,
        "reference": "K" * 21,
        "second_reference": "x" * 30,
        "document_goods_value": Decimal("20.001"),
        "nominal_analysis_items": [{"code": "4000"}, {"code": "", "cost_centre": "WEST"}],
    }
    with pytest.raises(Refused) as refused:
        refuse_over_long("sales_credit_note", body)
    for fault in (
        "customer id is missing",
        "reference has 21 characters of 20 allowed",
        "second reference has 30 characters of 20 allowed",
        "document goods value 20.001 has more than 2 decimal places",
        "nominal analysis items 2, code is missing",
        "nominal analysis items 2, cost centre has 4 characters of 3 allowed",
    ):
        assert fault in refused.value.reason


@pytest.mark.parametrize(("figure", "is_kept"), [("1.00000", True), ("1.000010", True), ("1.000001", False)])
def test_trailing_noughts_are_no_decimal_places(figure: str, is_kept: bool) -> None:  # noqa: FBT001 - a table
    body: dict[str, Json] = {"reference": "K", "quantity": Decimal(figure)}
    assert (problems("stock_transfer", body) == ()) is is_kept


def test_figures_that_travel_as_text_are_checked_too() -> None:
    lines: list[Json] = [
        {"quantity": "1.1234567", "bin": "A"},
        {"quantity": "many", "bin": "A"},
        {"quantity": "NaN", "bin": "A"},
    ]
    assert problems("on_site_receipt", {"key": "K", "lines": lines}) == (
        "lines 1, quantity 1.1234567 has more than 5 decimal places",
        "lines 2, quantity is no number",
        "lines 3, quantity is no number",
    )


def fields_of(schemas: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref") or schema.get("items", {}).get("$ref")
    if reference:
        return fields_of(schemas, schemas[reference.rpartition("/")[2]])
    found: Mapping[str, Any] = schema.get("items", schema).get("properties", {})
    return found


def stated(
    schemas: Mapping[str, Any], schema: Mapping[str, Any], ours: Limits, place: str
) -> Iterator[tuple[str, ...]]:
    """Each limit of ours beside what Sage's file says of the field."""
    theirs = fields_of(schemas, schema)
    for name, limit in ours.items():
        field = theirs.get(name)
        if field is None:
            yield f"{place}.{name}", "no such field", ""
        elif isinstance(limit, Limit):
            said = (field.get("maxLength"), field.get("format", "").removeprefix("decimal "))
            expected = (limit.longest, "" if limit.places is None else f"{limit.places}dp")
            yield f"{place}.{name}", str(said[0] or expected[0]), str(expected[0])
            if limit.places is not None:
                yield f"{place}.{name}", said[1], expected[1]
        else:
            yield from stated(schemas, field, limit, f"{place}.{name}")


def test_the_limits_are_those_of_sages_own_files() -> None:
    if not SPECIFICATIONS.is_dir():
        pytest.skip("needs shared data which is absent: Sage's OpenAPI files")
    schemas: dict[str, Any] = {}
    for path in SPECIFICATIONS.glob("*.json"):
        schemas |= json.loads(path.read_text())["components"]["schemas"]
    compared = [
        row
        for resource, ours in LIMITS.items()
        if not resource.startswith("on_site") and resource in schemas
        for row in stated(schemas, schemas[resource], ours, resource)
    ]
    assert len(compared) > 100
    assert [row for row in compared if row[1] != row[2]] == []
