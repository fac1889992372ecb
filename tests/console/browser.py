"""A browser without scripts: follows links, fills in the forms that are on the page, and posts them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import html
from starlette.testclient import TestClient
from starlette.types import ASGIApp

PASSWORD = "correct horse battery staple"


class Page:
    """An answer, read as HTML."""

    def __init__(self, answer: Any) -> None:  # noqa: ANN401 - the client's answer
        self.answer = answer
        self.status: int = answer.status_code
        self.body: str = answer.text
        self.headers = answer.headers
        self.address: str = str(answer.url)

    @property
    def tree(self) -> Any:  # noqa: ANN401 - lxml's element
        """The parsed page."""
        return html.document_fromstring(self.body)

    @property
    def title(self) -> str:
        """The heading of the page."""
        return self.text("h1")

    def text(self, selector: str) -> str:
        """The text of the first element of a selector, on one line; empty when there is none."""
        found = self.tree.cssselect(selector)
        return " ".join(found[0].text_content().split()) if found else ""

    def texts(self, selector: str) -> list[str]:
        """The text of every element of a selector."""
        return [" ".join(found.text_content().split()) for found in self.tree.cssselect(selector)]

    def links(self, selector: str = "a") -> list[str]:
        """Where every link of a selector leads."""
        return [found.get("href") for found in self.tree.cssselect(selector)]

    def rows(self, selector: str = "main tbody tr") -> list[list[str]]:
        """The cells of every row of a table."""
        return [
            [" ".join(cell.text_content().split()) for cell in row.cssselect("td, th")]
            for row in self.tree.cssselect(selector)
        ]

    def form(self, selector: str) -> Any:  # noqa: ANN401 - lxml's form
        """A form of the page."""
        found = self.tree.cssselect(selector)
        assert found, f"the page has no {selector}: {self.text('main')[:600]}"
        return found[0]


class Browser:
    """One browser with its cookies."""

    def __init__(self, app: ASGIApp, base: str = "http://testserver") -> None:
        self.client = TestClient(app, base_url=base, raise_server_exceptions=True)
        self.site = {"sec-fetch-site": "same-origin"}

    def get(self, address: str, *, follow: bool = True, **headers: str) -> Page:
        """Open an address."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return Page(self.client.get(address, follow_redirects=follow, headers=sent))

    def follow(self, page: Page, selector: str) -> Page:
        """Go where the first link of a selector leads."""
        return self.get(urljoin(page.address, page.links(selector)[0]))

    def part(self, address: str) -> Page:
        """Ask as htmx does."""
        return self.get(address, hx_request="true")

    def post(self, address: str, fields: dict[str, Any], *, follow: bool = True, files: Any = None) -> Page:  # noqa: ANN401
        """Post fields as a page of ours would."""
        return Page(self.client.post(address, data=fields, files=files, headers=self.site, follow_redirects=follow))

    def submit(self, page: Page, selector: str, *, button: str = "", follow: bool = True, **fields: Any) -> Page:  # noqa: ANN401
        """Fill in a form that is on a page and press its button; every field named must be in it."""
        form = page.form(selector)
        filled: dict[str, Any] = {}
        for name, value in form.form_values():
            filled[name] = [*filled[name], value] if name in filled else [value]
        names = set(form.fields) | {found.get("name") for found in form.cssselect("button[name]")}
        for name, value in fields.items():
            assert name in names, f"the form {selector} has no field {name}: {sorted(filter(None, names))}"
            filled[name] = value
        if button:
            pressed = [found for found in form.cssselect("button") if button in (found.text_content() or "")]
            assert pressed, f"the form {selector} has no button {button!r}"
            if pressed[0].get("name"):
                filled[pressed[0].get("name")] = pressed[0].get("value", "")
        action = form.get("action") or urlsplit(page.address).path
        if (form.get("method") or "get").lower() == "get":
            return Page(self.client.get(action, params=filled, follow_redirects=follow))
        return self.post(action, filled, follow=follow)

    def sign_in(self, name: str, password: str = PASSWORD) -> Page:
        """Sign in by the form."""
        page = self.submit(self.get("/sign-in"), "form[action='/sign-in']", name=name, password=password)
        assert page.status == 200, page.text("main")
        return page

    def close(self) -> None:
        """Let the client go."""
        self.client.close()
