"""The people of the demo: one of every role, with passwords that are made anew in every run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tieout.bootstrap import Application
from tieout.cli.demo.playing import FINANCE, SECOND
from tieout.domain.people import Actor, Role
from tieout.processes.people.access_rules import SUPPORT_LASTS, Access
from tieout.processes.people.giving_access import add_person
from tieout.store import people

GIVER = Actor(name="demo", display_name="The demo", roles=(Role.ADMINISTRATOR,))
PEOPLE: tuple[tuple[str, str, Role], ...] = (
    (FINANCE, "Maria Hale", Role.FINANCE),
    (SECOND, "John Okoro", Role.FINANCE_APPROVER),
    ("omar", "Omar Reid", Role.OPERATIONS),
    ("wendy", "Wendy Clarke", Role.WAREHOUSE),
    ("chloe", "Chloe Evans", Role.CUSTOMER_SERVICE),
    ("rita", "Rita Shaw", Role.RETAIL_MANAGER),
    ("eva", "Eva Novak", Role.ECOMMERCE),
    ("ivan", "Ivan Petrov", Role.INTEGRATION_OPERATOR),
    ("sue", "Sue Grant", Role.SUPPORT),
    ("audrey", "Audrey Bell", Role.AUDITOR),
    ("adam", "Adam Wright", Role.ADMINISTRATOR),
)
"""Name to sign in with, name as others see it, role. The first two settle what the play lets finance settle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What one person signs in with."""

    name: str
    role: Role
    password: str = field(repr=False)


def let_people_in(application: Application) -> list[SignIn]:
    """Give everybody access, and return what they sign in with; the passwords stand nowhere else."""
    return [_let_in(application, *person) for person in PEOPLE]


def _let_in(application: Application, name: str, display_name: str, role: Role) -> SignIn:
    """Support is let in for a time only; the others until somebody takes the access away."""
    now = application.clock()
    given = add_person(
        application.store,
        GIVER,
        name=name,
        display_name=display_name,
        email=f"{name}@demo.example",
        access=Access(roles=(role,), expires_at=now + SUPPORT_LASTS if role is Role.SUPPORT else None),
        companies=tuple(application.companies),
        now=now,
    )
    assert given.password is not None, "nobody of the demo signs in elsewhere"
    with application.store.scope(None) as c:
        # The password is for whoever looks at the demo, so it is not to be changed first.
        people.change_user(c, name, temporary_until=None)
    return SignIn(name=name, role=role, password=given.password)


def print_sign_ins(url: str, sign_ins: Iterable[SignIn]) -> str:
    """Where the console is and who may sign in, in plain text."""
    lines = [
        "",
        f"The console: {url}",
        "",
        "Sign in as any of these. They are made for this run alone, and shown only here.",
        "",
        f"  {'Role':<22}{'Name':<10}Password",
    ]
    lines += [f"  {one.role.value:<22}{one.name:<10}{one.password}" for one in sign_ins]
    return "\n".join(lines)
