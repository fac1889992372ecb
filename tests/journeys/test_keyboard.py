"""The console with the keyboard alone: no pointer is touched, and one always sees where one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.console.browser import PASSWORD

from tieout.domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journeys.conftest import PageAs
    from tests.journeys.visitor import Visitor

FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const [from, to] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const [x, y] = [box.x + Math.min(box.width / 2, 20), (from + to) / 2];
  const top = document.elementFromPoint(x, y);
  return {
    what: `${one.tagName.toLowerCase()} ${one.id || one.name || one.textContent.trim().slice(0, 40)}`,
    // The parts inside of a date field are marked by the browser itself.
    marked: one.type === "date"
      || (one.matches(":focus-visible") && parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none"),
    seen: to > from && top !== null
      && (one.contains(top) || top.contains(one) || top.closest("label")?.control === one),
  };
}"""
STOPS_MAX = 200


def keys(visitor: Visitor, *pressed: str) -> None:
    for key in pressed:
        visitor.page.keyboard.press(key)


def stops(visitor: Visitor) -> Iterator[str]:
    """Press Tab until the page ends: what has the focus, wherever it stops, which must be to be seen."""
    for _ in range(STOPS_MAX):
        keys(visitor, "Tab")
        focus = visitor.page.evaluate(FOCUS)
        if focus["what"].startswith("body"):
            return
        assert focus["marked"], f"nothing shows that the focus is on {focus['what']}"
        assert focus["seen"], f"something lies over {focus['what']}, which has the focus"
        yield focus["what"]


def tab_to(visitor: Visitor, text: str) -> None:
    """Press Tab until this has the focus."""
    passed = []
    for stop in stops(visitor):
        if text in stop:
            return
        passed.append(stop)
    raise AssertionError(f"Tab never came to {text}, but to {passed}")


def test_an_exception_is_found_opened_and_commented_with_the_keyboard_alone(page_as: PageAs) -> None:
    visitor = page_as(None).go("/sign-in")
    tab_to(visitor, "input name")
    visitor.page.keyboard.type("operations")
    tab_to(visitor, "input password")
    visitor.page.keyboard.type(PASSWORD)
    keys(visitor, "Enter")
    visitor.at("/")

    keys(visitor, "g", "e")
    visitor.at("/exceptions")
    keys(visitor, "j", "j", "k", "j")
    row = visitor.find("tbody tr[aria-selected='true']")
    expect(row).to_have_count(1)
    address = row.get_attribute("data-href")
    assert address is not None
    assert visitor.page.evaluate(FOCUS)["marked"]
    keys(visitor, "Enter")
    visitor.at(address)

    keys(visitor, "c")
    visitor.page.keyboard.type("Seen with the keyboard: g e j Enter c are letters in here.")
    tab_to(visitor, "button Comment")
    keys(visitor, "Enter")
    visitor.sees("Seen with the keyboard: g e j Enter c are letters in here.")


def test_the_skip_link_leads_past_the_menu_and_the_list_of_keys_closes_with_escape(page_as: PageAs) -> None:
    visitor = page_as(Role.FINANCE).go("/exceptions")
    tab_to(visitor, "Skip to the content")
    keys(visitor, "Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"
    keys(visitor, "?")
    expect(visitor.find("#shortcuts")).to_be_visible()
    keys(visitor, "Escape")
    expect(visitor.find("#shortcuts")).to_be_hidden()
    keys(visitor, "/")
    assert visitor.page.evaluate("document.activeElement.id") == "search"


def test_rows_are_chosen_with_x_and_the_count_of_them_is_said(page_as: PageAs) -> None:
    visitor = page_as(Role.FINANCE).go("/exceptions")
    keys(visitor, "j", "x")
    expect(visitor.find("[data-chosen]")).to_have_text("1")
    tab_to(visitor, "input ids")
    keys(visitor, " ")
    expect(visitor.find("[data-chosen]")).to_have_text("2")


@pytest.mark.parametrize("address", ["/exceptions?owner=operations", "/documents", "/accounts", "/"])
def test_every_stop_of_the_tab_key_is_to_be_seen(page_as: PageAs, address: str) -> None:
    passed = list(stops(page_as(Role.FINANCE_APPROVER).go(address)))
    assert any("Help and glossary" in stop for stop in passed)
    assert any("Sign out" in stop for stop in passed)
