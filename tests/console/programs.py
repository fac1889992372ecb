"""A program with a token: asks the JSON API as any other would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from cryptography.fernet import Fernet
from starlette.testclient import TestClient
from tests.console.conftest import add_person

from tieout.connectors.webhook import Doorman, SignedPost
from tieout.console.app import build
from tieout.console.parts import Console
from tieout.domain.people import Permission, Role
from tieout.processes.people import api_tokens
from tieout.processes.people.api_tokens import NOT_FOR_TOKENS, WantedToken
from tieout.processes.people.signing_in import actor_of
from tieout.processes.telling import Telling
from tieout.store import people
from tieout.store.vault import Vault

EVERY_ROLE = tuple(Role)


def with_telling(console: Console) -> Console:
    """A console that may tell programs on this machine."""
    vault = Vault(console.store, Fernet.generate_key())
    telling = Telling(
        store=console.store,
        sealer=vault,
        post=SignedPost(Doorman(loopback=True)),
        clock=console.clock,
        companies=tuple(console.companies),
    )
    return replace(console, telling=telling)


def make_token(
    console: Console,
    *scopes: Permission,
    roles: tuple[Role, ...] = EVERY_ROLE,
    name: str = "robot",
    companies: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
    days: int = 30,
) -> str:
    """A token of somebody with these roles and companies, limited to `only`; every scope where none is named."""
    with console.store.scope(None) as c:
        user = people.user(c, name)
    if user is None:
        add_person(console.store, name, *roles, companies=companies, at=console.clock())
        with console.store.scope(None) as c:
            user = people.user(c, name)
    assert user is not None
    actor = actor_of(user)
    chosen = scopes or tuple(one for one in Permission if actor.may(one) and one not in NOT_FOR_TOKENS)
    wanted = WantedToken(name="program", scopes=[one.value for one in chosen], companies=only, days=days)
    made = api_tokens.make(console.store, actor, wanted, now=console.clock(), companies=console.companies)
    return made.secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A client of the API; every answer is checked for what all have in common."""

    client: TestClient
    token: str

    def ask(self, method: str, path: str, *, status: int = 200, **sent: Any) -> Any:  # noqa: ANN401 - JSON
        """The body of an answer that must have this status."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= sent.pop("headers", {})
        address = path if path.startswith("/api") else f"/api/v1{path}"
        answer = self.client.request(method, address, headers=headers, **sent)
        assert answer.status_code == status, (answer.status_code, answer.text)
        body = answer.json()
        if status >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert body["status"] == status
            assert body["type"] == "about:blank"
            assert body["title"]
            assert body["detail"].endswith((".", "..."))
            assert body["reference"] == answer.headers["x-request-id"]
        return body

    def get(self, path: str, *, status: int = 200, **params: Any) -> Any:  # noqa: ANN401 - JSON
        """What a GET answers."""
        return self.ask("GET", path, status=status, params=params)

    def post(self, path: str, body: Any = None, *, status: int = 200, **headers: str) -> Any:  # noqa: ANN401 - JSON
        """What a POST answers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, status=status, headers=named, **({} if body is None else {"json": body}))


@contextmanager
def program(console: Console, token: str) -> Iterator[Program]:
    """A program that asks this console."""
    with TestClient(build(console), base_url="http://testserver") as client:
        yield Program(client=client, token=token)
