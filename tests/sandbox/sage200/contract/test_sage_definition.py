"""The sandbox against Sage's own definition, operation by operation."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest
from schemathesis.core.failures import FailureGroup

from tieout.sandbox.sage200.reading.catalogue import NESTED, RESOURCES
from tieout.sandbox.sage200.served import BEYOND, is_beyond, reason_left_out, served

if TYPE_CHECKING:
    import httpx
    from tests.sandbox.sage200.conftest import Json
    from tests.sandbox.sage200.contract.conftest import Company, Definition

OPERATIONS = served()
READS = sorted(path for (verb, path), form in OPERATIONS.items() if verb == "GET" and form != "values")
VALUES = sorted(path for (_, path), form in OPERATIONS.items() if form == "values")
LISTS = sorted(path for (verb, path), form in OPERATIONS.items() if form == "list")
STAY_EMPTY: dict[str, str] = {
    "/sop_proforma_line_views": "pro formas are made in the desktop only, and the stand-in makes none",
    **dict.fromkeys(
        ("/consolidated_nominal_codes", "/consolidated_nominal_codes/{Id}"), "no company here consolidates another"
    ),
    **dict.fromkeys(
        ("/customer_price_bands", "/customer_price_bands/{Id}"), "limited bands are given in the desktop, and not here"
    ),
    **dict.fromkeys(("/nominal_budget_profiles", "/nominal_budget_profiles/{Id}"), "no company here keeps budgets"),
}
"""Lists that have no row in the busy company, each with the reason."""


ASKED_FOR = "is part of a request, never of an answer"
NEVER_KNOWN = {
    "is_to_delete": ASKED_FOR,
    "lock_id": "comes with $expand=is_to_lock, which takes the lock",
    "statement_date": "no bank is reconciled here, and what is null is left out",
    "last_statement_date": "as statement_date",
    "electronic_bank_function_id": "no bank is electronic here",
    "analysis_code_id": "has the shape of analysis_code, which is given once",
    "consolidated_nominal_code": "no company here consolidates another",
    "sofa_category": "no company here is a charity",
    "status": "says why a department of a list was not deleted; here the whole list is refused",
    "periods": "no company here keeps budgets",
}
"""Properties that no answer here has, each with the reason."""


def children_of(path: str) -> str:
    """Return what can be expanded on a path."""
    names = path.replace("/{Id}", "").strip("/").split("/")
    name = NESTED[names[-2], names[-1]][0] if len(names) > 1 else names[0]
    return ",".join(RESOURCES[name].children) if name in RESOURCES else ""


def test_what_is_served_and_what_is_left_out_are_together_the_definition(definition: Definition) -> None:
    of_definition = {op for op in OPERATIONS if not is_beyond(op)}
    assert sorted(of_definition - definition.operations.keys()) == [], "served, and not in the definition"
    missing = [op for op in definition.operations.keys() - of_definition if reason_left_out(op) is None]
    assert sorted(missing) == [], "in the definition, neither served nor left out with a reason"
    both = [op for op in of_definition if reason_left_out(op)]
    assert sorted(both) == [], "served, and said to be left out"


def test_every_addition_of_2025_is_served_or_left_out_with_a_reason() -> None:
    served_names = {name for _, path in OPERATIONS for name in path.split("/")}
    missing = {name for name in BEYOND - served_names if reason_left_out(("GET", f"/{name}")) is None}
    assert missing == set()


def test_what_is_left_out_and_verbs_that_are_not_there_are_not_found(definition: Definition, company: Company) -> None:
    paths = {path for _, path in definition.operations}
    asked = [(verb, path) for path in sorted(paths) for verb in ("GET", "POST", "PUT", "DELETE")]
    for verb, path in asked:
        if (verb, path) not in OPERATIONS:
            response = company.sage.call(verb, path.strip("/").replace("{Id}", "1"), {} if verb != "GET" else None)
            assert response.status_code == 404, f"{verb} {path}: {response.status_code} {response.text[:200]}"


@pytest.mark.parametrize("path", READS)
def test_an_answer_has_what_the_definition_names_and_nothing_else(
    definition: Definition, company: Company, path: str
) -> None:
    params = {"expand": children} if (children := children_of(path)) else {}
    looked_at = 0
    for place in islice(company.places(path), 30):
        response = company.sage.call("GET", place.removeprefix("/"), **params)
        assert response.status_code == 200, f"{place}: {response.text[:300]}"
        answer = company.sage.get(place.removeprefix("/"), **params)
        looked_at += len(answer) if isinstance(answer, list) else 1
        if not is_beyond(("GET", path)):
            check(definition, ("GET", path), response, answer)
        if looked_at >= 5:
            break
    assert bool(looked_at) != (path in STAY_EMPTY), f"{path} has {looked_at} rows to look at"


@pytest.mark.parametrize("path", LISTS)
def test_a_list_declares_every_property_of_the_definition(definition: Definition, path: str) -> None:
    names = path.replace("/{Id}", "").strip("/").split("/")
    resource = RESOURCES[NESTED[names[-2], names[-1]][0] if len(names) > 1 else names[0]]
    if is_beyond(("GET", path)):
        return
    declared = {field.name for field in resource.fields} | resource.children.keys()
    told = definition.row_schema(("GET", path)).get("properties", {}).keys()
    assert sorted(told - declared - NEVER_KNOWN.keys()) == []


def check(definition: Definition, operation: tuple[str, str], response: httpx.Response, answer: Json) -> None:
    """Hold an answer against the definition, by its letter and then more strictly."""
    schema = definition.answer_schema(operation)
    if schema is None:
        return
    wrong = sorted(set(definition.wrong(answer, schema, operation[1])))
    assert not wrong, "\n".join(wrong)
    try:
        definition.judges[operation].validate_response(response)
    except FailureGroup as failures:
        pytest.fail("\n".join(f"{failure.title}: {failure.message}" for failure in failures.exceptions))


@pytest.mark.parametrize("path", VALUES)
def test_an_enumeration_lists_its_values_by_number(definition: Definition, company: Company, path: str) -> None:
    rows = company.list(path)
    assert rows
    assert all(set(row) == {"id", "description", "value"} for row in rows)
    assert len({row["id"] for row in rows}) == len({row["value"] for row in rows}) == len(rows)
    if not is_beyond(("GET", path)):
        wrong = list(definition.wrong(rows, definition.answer_schema(("GET", path)), path))
        assert not wrong, "\n".join(wrong)
