"""Somebody at the console, in a real browser: what they do, and everything that must not happen meanwhile."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response, expect

SCREENS = Path(__file__).parents[2] / "build" / "screens"
ARE_KEPT = os.environ.get("SCREENS") == "1"
"""Pictures take as long as all else together, so they are made when somebody wants to look: `make screens`."""
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
PATIENCE_MS = 15_000
NARROW = 400
WIDE = {"width": 1366, "height": 768}

expect.set_options(timeout=PATIENCE_MS)


class Visitor:
    """One page in one browser, with a record of what went wrong on it."""

    def __init__(self, page: Page, origin: str, name: str) -> None:
        self.page = page
        self.origin = origin
        self.name = name
        self.wrongs: list[str] = []
        self._refusals: tuple[int, ...] = ()
        page.set_default_timeout(PATIENCE_MS)
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("console", self._told)
        page.on("pageerror", lambda error: self.wrongs.append(f"script error on {page.url}: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    # What must not happen

    def _told(self, message: ConsoleMessage) -> None:
        """To the browser's console a refusal is an error; here it may be what the test asked for."""
        is_refusal = "Failed to load resource" in message.text and any(
            f" {refusal} " in message.text for refusal in self._refusals
        )
        if message.type in {"error", "warning"} and not is_refusal:
            self.wrongs.append(f"console {message.type} on {self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != self.origin and parts.scheme not in {"data", "about"}:
            self.wrongs.append(f"{self.page.url} asked {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._refusals:
            self.wrongs.append(f"{response.request.method} {response.url} answered {response.status}")

    # Going about

    def expecting(self, *refusals: int) -> Visitor:
        """From here on, until another address is opened, the console may answer with one of these refusals."""
        self._refusals = refusals
        return self

    def go(self, address: str, status: int = 200) -> Visitor:
        """Open an address of the console."""
        self._refusals = (status,)
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == status, f"{address} answered {answer.status} to {self.name}: {self.text()[:300]}"
        return self

    def follow(self, text: str, *, within: str = "body") -> Visitor:
        """Follow a link."""
        self.page.locator(within).get_by_role("link", name=text).first.click()
        return self

    def press(self, text: str, *, within: str = "main", exact: bool = False) -> Visitor:
        """Press a button."""
        self.page.locator(within).get_by_role("button", name=text, exact=exact).first.click()
        return self

    def fill(self, label: str, value: str, *, within: str = "main") -> Visitor:
        """Fill in a field, or choose in a list, by its label."""
        field = self.page.locator(within).get_by_label(label).first
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
        return self

    def sees(self, text: str, *, within: str = "main") -> Visitor:
        """Wait until a text stands on the page."""
        expect(self.page.locator(within).first).to_contain_text(text)
        return self

    def at(self, path: str) -> Visitor:
        """Wait until the browser is at a path."""
        self.page.wait_for_url(lambda url: urlsplit(url).path == path)
        return self

    def find(self, selector: str) -> Locator:
        """A part of the page."""
        return self.page.locator(selector)

    def text(self, selector: str = "main") -> str:
        """What a part of the page says."""
        return self.page.locator(selector).first.inner_text()

    # Looking closely

    def open_all(self) -> None:
        """Unfold everything that is folded, so that it is looked at too."""
        self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")

    def violations(self, *rules: str) -> list[str]:
        """What axe finds on the page as it stands, in one line each; only these rules where any are named."""
        if not self.page.evaluate("() => 'axe' in globalThis"):
            self.page.evaluate(AXE)
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
        options = json.dumps({"runOnly": only, "resultTypes": ["violations"]})
        found: list[dict[str, Any]] = self.page.evaluate(f"axe.run({options}).then(found => found.violations)")
        return [
            f"{urlsplit(self.page.url).path}: {one['id']}: {node['target']} {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]

    def looks_well(self, name: str) -> Visitor:
        """Nothing on the page as it stands keeps anybody out, in either theme."""
        self.screen(f"{name}_light")
        found = self.violations()
        self.page.emulate_media(color_scheme="dark")
        self.screen(f"{name}_dark")
        found += self.violations("color-contrast")
        self.page.emulate_media(color_scheme="light")
        assert found == []
        return self

    def screen(self, name: str) -> None:
        """Keep a picture of the whole page, if somebody wants to look at pictures."""
        if not ARE_KEPT:
            return
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}.png", full_page=True, animations="disabled")
