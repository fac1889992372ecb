"""What the definition marks as of the Professional edition is absent from a company of the Standard edition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from tieout.sandbox.sage200.company.profiles import BASES, IRELAND, OUTLET
from tieout.sandbox.sage200.reading.access import STANDARD_LACKS
from tieout.sandbox.sage200.served import is_beyond, served

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage
    from tests.sandbox.sage200.contract.conftest import Company, Definition

LISTS = sorted(
    path
    for (verb, path), form in served().items()
    if form == "list" and "{Id}" not in path and not is_beyond((verb, path))
)
MARK = "x-sage-professional-only"


@dataclass
class Standard:
    """Calls a company of the Standard edition."""

    sage: Sage
    headers: dict[str, str]

    def ask(self, path: str, **params: str) -> httpx.Response:
        asked = {f"${name}": value for name, value in params.items()}
        base = f"/sage200{BASES[OUTLET.site.edition]}"
        return self.sage.http.get(f"{base}{path}", params=asked, headers=self.headers)


def test_a_company_in_another_currency_answers_as_the_definition_says(
    definition: Definition, new_sage: Callable[[], Sage]
) -> None:
    sage = new_sage()
    sage.headers["X-Company"] = str(IRELAND.company_id)
    assert sage.one("currencies", "is_base_currency eq true")["symbol"] == "€"
    for path in LISTS:
        rows = sage.get(path.removeprefix("/"), top="5")
        wrong = list(definition.wrong(rows, definition.answer_schema(("GET", path)), path))
        assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="session")
def standard(new_sage: Callable[[], Sage]) -> Standard:
    sage = new_sage()
    got = sage.control("POST", f"tokens?company={OUTLET.company_id}")
    headers = {"X-Site": got["site_id"], "X-Company": str(got["company_id"])}
    return Standard(sage, headers | {"Authorization": f"Bearer {got['access_token']}"})


def marked(definition: Definition, path: str) -> set[str]:
    properties: Json = definition.row_schema(("GET", path)).get("properties", {})
    return {name for name, told in properties.items() if told.get(MARK)}


@pytest.mark.parametrize("path", LISTS)
def test_a_standard_company_has_no_property_of_professional(
    definition: Definition, standard: Standard, path: str
) -> None:
    response = standard.ask(path, metadata="true")
    if STANDARD_LACKS.fullmatch(path.strip("/")):
        assert response.status_code == 404
        return
    assert response.status_code == 200, response.text
    names = {column["name"] for column in response.json()}
    assert sorted(names & marked(definition, path)) == []
    assert standard.ask(path, top="5").status_code == 200


def test_a_professional_company_has_what_is_marked_so(definition: Definition, company: Company) -> None:
    wanted = {path: names for path in LISTS if (names := marked(definition, path))}
    assert wanted
    for path, names in wanted.items():
        described = company.sage.get(path.removeprefix("/"), metadata="true")
        told: Json = definition.row_schema(("GET", path))["properties"]
        plain = {name for name in names if told[name].get("type") not in {"array", "object"}}
        assert sorted(plain - {column["name"] for column in described}) == [], path
