"""Generated requests, good and bad, for every write of Sage's definition: no fault, and good answers as defined."""

from __future__ import annotations

import json
import zlib
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.failures import FailureGroup

from tieout.sandbox.sage200.reading.catalogue import RESOURCES
from tieout.sandbox.sage200.reading.enumerations import TYPES
from tieout.sandbox.sage200.served import is_beyond, served

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json
    from tests.sandbox.sage200.contract.conftest import Company, Definition

SHOWN = {name for name, resource in RESOURCES.items() if resource.listed and not resource.hidden}
ORDER = ("POST", "PUT", "DELETE")
WRITES = sorted(
    (op for op, form in served().items() if form == "write" and not is_beyond(op)),
    key=lambda op: (ORDER.index(op[0]), -op[1].count("/"), op[1]),
)
WIDE = settings(database=None, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
KNOWN_AS = {
    "bank_from_id": "banks",
    "bank_to_id": "banks",
    "posted_tran_id": "sales_posted_transactions",
    "posted_customer_transaction_id": "sales_posted_transactions",
    "source_id": "sop_orders",
    "sop_order_return_id": "sop_orders",
    "nominal_code_id": "nominal_codes",
    "currency_from_id": "currencies",
    "currency_to_id": "currencies",
    "report_category_id": "nominal_report_categories",
}
WORDS = {"code": ("7601", "4200", "MUG"), "reference": ("A1", "A2"), "ledger_type": ("LedgerSales", "LedgerCashBook")}


def named(operation: tuple[str, str]) -> str:
    return " ".join(operation)


def resource_of(field: str) -> str | None:
    """Return the list that a field's ids are from: alternative_product_id is of products."""
    words = field.removesuffix("_id").split("_")
    names = [KNOWN_AS.get(field, "")]
    for first in range(len(words)):
        word = "_".join(words[first:])
        names += [f"{word}s", f"sop_{word}s", f"{word}es"]
    return next((name for name in names if name in SHOWN), None)


def values_of(field: str) -> list[str]:
    """Return the values of the enumeration that a field such as account_status_type is of."""
    return [str(row["value"]) for name, rows in TYPES.items() if name.endswith(f"{field}s") for row in rows]


def tamed(company: Company, value: Json, field: str, draw: Json) -> Json:
    """Put real ids, names and handy figures in, or nearly everything would be refused at the first field."""
    if isinstance(value, list):
        return [tamed(company, item, field, draw) for item in value[:3]]
    if isinstance(value, dict):
        return {name: tamed(company, inner, name, draw) for name, inner in value.items()}
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and field.endswith("_id") and (name := resource_of(field)):
        ids = [row["id"] for row in company.list(f"/{name}")[:3] if "id" in row]
        return draw(st.sampled_from(ids)) if ids else value
    if isinstance(value, int | float):
        return draw(st.sampled_from((1, 2, 0.5, 12)))
    if isinstance(value, str) and (known := WORDS.get(field) or values_of(field)):
        return draw(st.sampled_from(known))
    return value


def place_of(company: Company, template: str) -> str:
    """Return a path of the template with ids that exist, where there are any: the newest."""
    places = list(islice(company.places(template), 20))
    return places[-1] if places else template.replace("{Id}", "1")


def next_place(company: Company, template: str) -> str:
    """Return such a path as things are now."""
    company.forget()
    return place_of(company, template)


def what_stays(company: Company, place: str, body: Json) -> Json:
    """Return what a record says of itself, for the fields that name it or what it belongs to."""
    response = company.sage.call("GET", place.removeprefix("/"))
    record = response.json() if response.status_code == 200 else {}
    names = [name for name in body if name.endswith("_id") or name in {"code", "reference", "document_no", "name"}]
    return {name: record[name] for name in names if name in record}


def throw(
    definition: Definition, company: Company, operation: tuple[str, str], place: str, case: Case[Any], body: Json
) -> None:
    """Send a request and hold what comes back against the definition."""
    verb, template = operation
    content = None if isinstance(body, NotSet) else body if isinstance(body, bytes) else json.dumps(body).encode()
    response = company.sage.http.request(
        verb,
        f"/sage200/uk/sage200extra/accounts/v1{place}",
        content=content,
        headers=company.sage.headers | {"Content-Type": "application/json"},
    )
    shown = f"{verb} {place} {str(content)[:600]}\n{response.status_code} {response.text[:600]}"
    assert response.status_code in {200, 400, 404}, shown
    if response.status_code != 200:
        assert set(response.json()) == {"Message"}, shown
        return
    schema = definition.answer_schema(operation)
    if schema is not None and response.content:
        wrong = sorted(set(definition.wrong(json.loads(response.content, parse_float=Decimal), schema, template)))
        assert not wrong, f"{shown}\n" + "\n".join(wrong)
        try:
            definition.judges[operation].validate_response(response, case=case)
        except FailureGroup as failures:
            pytest.fail(shown + "\n".join(str(failure) for failure in failures.exceptions))


def fuzz(definition: Definition, company: Company, operation: tuple[str, str], *, good: int, bad: int) -> None:
    """Throw so many good and so many bad requests at an operation."""
    maker = definition.makers[operation]
    company.forget()
    first, is_deleting = place_of(company, operation[1]), operation[0] == "DELETE"

    def run(mode: GenerationMode, count: int) -> None:
        @settings(WIDE, max_examples=count)
        @given(data=st.data())
        def once(data: st.DataObject) -> None:
            case = data.draw(maker.as_strategy(generation_mode=mode))
            is_tame = mode is GenerationMode.POSITIVE and data.draw(st.integers(0, 3)) < 3
            place = next_place(company, operation[1]) if is_deleting else first
            body = tamed(company, case.body, "", data.draw) if is_tame else case.body
            if is_tame and operation[0] == "PUT" and isinstance(body, dict):
                body |= what_stays(company, place, body)
            throw(definition, company, operation, place, case, body)

        seed(zlib.crc32(f"{mode} {named(operation)}".encode()))(once)()

    run(GenerationMode.POSITIVE, good)
    if "requestBody" in definition.operations[operation]:
        run(GenerationMode.NEGATIVE, bad)


@pytest.mark.parametrize("operation", WRITES, ids=named)
def test_no_request_brings_the_stand_in_down(
    definition: Definition, fuzzed: Company, operation: tuple[str, str]
) -> None:
    fuzz(definition, fuzzed, operation, good=4, bad=2)


@pytest.mark.long
@pytest.mark.parametrize("operation", WRITES, ids=named)
def test_no_request_of_many_brings_the_stand_in_down(
    definition: Definition, fuzzed: Company, operation: tuple[str, str]
) -> None:
    fuzz(definition, fuzzed, operation, good=60, bad=30)


def test_the_ledgers_agree_after_all_that(fuzzed: Company) -> None:
    found = fuzzed.sage.control("GET", "ledgers/proofs")
    assert all(verdict for name, verdict in found.items() if name != "duplicates"), found
