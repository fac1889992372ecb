"""Pages that say no: not there, not yours, not possible, not filled in. They are as usable as the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.journeys.conftest import PageAs


@pytest.mark.parametrize(
    ("name", "role", "address", "status", "says"),
    [
        ("no_page", Role.AUDITOR, "/nowhere", 404, "Nothing is here"),
        ("no_record", Role.FINANCE, "/exceptions/999999", 404, "Nothing is here"),
        ("not_yours", Role.WAREHOUSE, "/accounts", 403, "You may not do that"),
        ("not_readable", Role.FINANCE, "/exceptions/many", 422, "That could not be read"),
        ("nobody", None, "/sign-in?next=/accounts", 200, "Sign in to Tieout"),
    ],
)
def test_a_page_that_says_no_says_what_to_do_and_keeps_nobody_out(
    page_as: PageAs, name: str, role: Role | None, address: str, status: int, says: str
) -> None:
    visitor = page_as(role).go(address, status)
    visitor.sees(says, within="main h1")
    assert visitor.find("h1").count() == 1
    visitor.looks_well(f"error_{name}")


def test_a_form_with_a_problem_says_so_in_its_title_and_takes_the_focus_there(page_as: PageAs) -> None:
    visitor = page_as(None).go("/sign-in").expecting(422)
    visitor.fill("Name", "finance").fill("Password", "a guess a guess").press("Sign in")
    visitor.sees("There is a problem", within=".problems h2")
    assert visitor.page.title() == "Error: Sign in · Tieout"
    assert visitor.page.evaluate("document.activeElement.id") == "problems"
    visitor.looks_well("error_form")
