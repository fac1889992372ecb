"""Arriving at the console in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.console.browser import PASSWORD

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.journeys.conftest import PageAs


def test_somebody_is_taken_to_the_page_they_asked_for_once_they_have_signed_in(page_as: PageAs) -> None:
    visitor = page_as(None).go("/accounts")
    visitor.at("/sign-in").sees("Sign in to Tieout")
    visitor.expecting(422).fill("Name", "finance").fill("Password", "not the password").press("Sign in")
    visitor.sees("The name or the password is not right.")
    assert visitor.page.title().startswith("Error:")
    assert visitor.page.evaluate("document.activeElement.id") == "problems"
    visitor.fill("Name", "finance").fill("Password", PASSWORD).press("Sign in")
    visitor.at("/accounts").sees("sage", within="main table")


def test_signing_out_leaves_nothing_that_the_back_button_could_show(page_as: PageAs) -> None:
    visitor = page_as(None).go("/sign-in")
    visitor.fill("Name", "support").fill("Password", PASSWORD).press("Sign in").at("/")
    visitor.go("/accounts").press("Sign out", within=".who").sees("You are signed out.")
    visitor.page.go_back()
    visitor.at("/sign-in").sees("Sign in to Tieout")


def test_the_menu_holds_what_a_role_may_use_and_nothing_else(page_as: PageAs) -> None:
    assert "Accounts" in page_as(Role.FINANCE).go("/").text("nav.side")
    assert "Accounts" not in page_as(Role.WAREHOUSE).go("/").text("nav.side")
