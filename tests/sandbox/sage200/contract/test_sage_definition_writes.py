"""Generated requests, good and bad, for every write of Sage's definition: no fault, and good answers as defined."""

from __future__ import annotations

import json
import zlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.failures import FailureGroup

from tieout.sandbox.sage200.served import is_beyond, served

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json
    from tests.sandbox.sage200.contract.conftest import Company, Definition

WRITES = sorted(op for op, form in served().items() if form == "write" and not is_beyond(op))
WIDE = settings(database=None, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
PLURALS = {"bank": "banks", "supplier": "customers", "trader": "customers", "posted_tran": "sales_posted_transactions"}


def named(operation: tuple[str, str]) -> str:
    return " ".join(operation)


def ids(company: Company, name: str) -> list[int]:
    """Return real ids for a field such as customer_id, or none."""
    word = name.removesuffix("_id")
    for path in (PLURALS.get(word, f"{word}s"), f"sop_{word}s"):
        response = company.sage.call("GET", path, top="3")
        if response.status_code == 200 and isinstance(response.json(), list):
            return [row["id"] for row in response.json() if "id" in row]
    return []


def with_real_ids(company: Company, value: Json, known: dict[str, list[int]], draw: Json) -> Json:
    """Put real ids where ids are wanted, or nearly everything would be refused as unknown."""
    if isinstance(value, list):
        return [with_real_ids(company, item, known, draw) for item in value[:3]]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, inner in value.items():
        if name.endswith("_id") and isinstance(inner, int) and not isinstance(inner, bool):
            if name not in known:
                known[name] = ids(company, name)
            found[name] = draw(st.sampled_from(known[name])) if known[name] else inner
        else:
            found[name] = with_real_ids(company, inner, known, draw)
    return found


def throw(definition: Definition, company: Company, operation: tuple[str, str], case: Case[Any], body: Json) -> None:
    """Send a request and hold what comes back against the definition."""
    verb, template = operation
    place = next(company.places(template), template.replace("{Id}", "1"))
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
    known: dict[str, list[int]] = {}

    def run(mode: GenerationMode, count: int) -> None:
        @settings(WIDE, max_examples=count)
        @given(data=st.data())
        def once(data: st.DataObject) -> None:
            case = data.draw(maker.as_strategy(generation_mode=mode))
            body = with_real_ids(company, case.body, known, data.draw)
            throw(definition, company, operation, case, body)

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
