"""`tieout user`: who may sign in to the console; the first administrator is made here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from tieout.bootstrap import Application
from tieout.cli.shared import Context, UserError, json_option, say, who
from tieout.domain.business_dates import UK
from tieout.domain.people import Actor, Role
from tieout.processes.desk import NotPossible
from tieout.processes.people import giving_access as giving
from tieout.processes.people.access_rules import Access, access_of
from tieout.processes.people.giving_access import Given
from tieout.store import people
from tieout.store.people import Session, User

Command = Callable[..., Any]
ROLES = {role.value.replace(" ", "-"): role for role in Role}


@click.group(help="Who may sign in to the console.\n\nExample: tieout user add ann --role finance")
def user() -> None:
    """Hold the commands about people."""


def access_options(command: Command) -> Command:
    """The options that say what somebody is let in to."""
    for option in (
        click.option("--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Last day of the access."),
        click.option("--company", "companies", multiple=True, help="Only this company; repeat it. Default: all."),
        click.option(
            "--role", "roles", type=click.Choice(list(ROLES)), multiple=True, required=True, help="Repeat it."
        ),
    ):
        command = option(command)
    return command


def password_options(command: Command) -> Command:
    """Where a password comes from; never from the command line itself, which others can read."""
    for option in (
        click.option("--password-stdin", "from_stdin", is_flag=True, help="Read the password from standard input."),
        click.option("--ask", is_flag=True, help="Ask for the password instead of making one."),
    ):
        command = option(command)
    return command


@user.command(
    "add",
    help="Let somebody in. Prints a temporary password once; they choose their own at the first sign-in.\n\n"
    'Example: tieout user add ann --name "Ann Archer" --role finance --company giftware',
)
@click.argument("name")
@access_options
@click.option("--name", "display_name", default="", help="What others see. Default: the name.")
@click.option("--email", default="", help="Where alerts and mentions go.")
@password_options
@json_option
@click.pass_obj
def user_add(  # noqa: PLR0913 - click's options
    context: Context,
    *,
    name: str,
    roles: tuple[str, ...],
    companies: tuple[str, ...],
    until: datetime | None,
    display_name: str,
    email: str,
    ask: bool,
    from_stdin: bool,
    as_json: bool,
) -> None:
    """Make a user."""
    password = _password(ask=ask, from_stdin=from_stdin)
    with _asking(context) as application:
        given = giving.add_person(
            application.store,
            _operator(),
            name=name,
            display_name=display_name,
            email=email,
            access=_access(roles, companies, until),
            companies=tuple(application.companies),
            now=application.clock(),
            password=password,
        )
    _tell(given, made_here=password is None, as_json=as_json)


@user.command("list", help="Everybody with their roles, also those closed.\n\nExample: tieout user list")
@json_option
@click.pass_obj
def user_list(context: Context, *, as_json: bool) -> None:
    """Print the users."""
    with context.application() as application, application.store.scope(None) as c:
        found, now = people.all_users(c), application.clock()
    first = "Nobody yet. Make the first administrator: tieout user add NAME --role administrator"
    say(as_json, [_view(one) for one in found], lambda: "\n".join(_line(one, now) for one in found) or first)


@user.command(
    "roles",
    help="Give somebody other roles, companies or a last day; what is not named is taken away.\n\n"
    "Example: tieout user roles ann --role finance --role finance-approver",
)
@click.argument("name")
@access_options
@json_option
@click.pass_obj
def user_roles(
    context: Context,
    *,
    name: str,
    roles: tuple[str, ...],
    companies: tuple[str, ...],
    until: datetime | None,
    as_json: bool,
) -> None:
    """Change what somebody is let in to; their sessions end."""
    with _asking(context) as application:
        before = _found(application, name)
        after = giving.change_person(
            application.store,
            _operator(),
            before.name,
            display_name=before.display_name,
            email=before.email,
            access=_access(roles, companies, until),
            companies=tuple(application.companies),
            now=application.clock(),
        )
    say(as_json, _view(after), lambda: f"{after.name} is now {', '.join(after.roles)}.")


@user.command(
    "close",
    help="Shut somebody out at once, or let them in again with --reopen.\n\n"
    'Example: tieout user close ann --why "left the company"',
)
@click.argument("name")
@click.option("--why", default="", help="The reason; it is kept in the audit.")
@click.option("--reopen", is_flag=True, help="Let them in again, with the access they had.")
@json_option
@click.pass_obj
def user_close(context: Context, *, name: str, why: str, reopen: bool, as_json: bool) -> None:
    """Close a user, or open one again."""
    with _asking(context) as application:
        found, now = _found(application, name), application.clock()
        if reopen:
            known = tuple(application.companies)
            after = giving.reopen_person(application.store, _operator(), found.name, companies=known, now=now)
        else:
            after = giving.close_person(application.store, _operator(), found.name, why=why, now=now)
    say(as_json, _view(after), lambda: f"{after.name} is {after.state}.")


@user.command(
    "password",
    help="Give somebody a new temporary password, printed once; their sessions end.\n\n"
    "Example: tieout user password ann",
)
@click.argument("name")
@password_options
@json_option
@click.pass_obj
def user_password(context: Context, *, name: str, ask: bool, from_stdin: bool, as_json: bool) -> None:
    """Reset a password."""
    password = _password(ask=ask, from_stdin=from_stdin)
    with _asking(context) as application:
        found = _found(application, name)
        given = giving.reset_password(
            application.store, _operator(), found.name, now=application.clock(), password=password
        )
    _tell(given, made_here=password is None, as_json=as_json)


@user.command(
    "sessions",
    help="Where somebody is signed in; --end signs them out everywhere.\n\nExample: tieout user sessions ann --end",
)
@click.argument("name")
@click.option("--end", is_flag=True, help="End all of them.")
@json_option
@click.pass_obj
def user_sessions(context: Context, *, name: str, end: bool, as_json: bool) -> None:
    """Print the running sessions, or end them."""
    with _asking(context) as application:
        found = _found(application, name)
        with application.store.scope(None) as c:
            running = people.sessions_of(c, found.name)
        if end:
            giving.end_sessions(application.store, _operator(), found.name, now=application.clock())
    head = [f"{len(running)} ended."] if end else []
    say(
        as_json, [_session(one) for one in running], lambda: "\n".join([*map(_session_line, running), *head]) or "None."
    )


@contextmanager
def _asking(context: Context) -> Iterator[Application]:
    """The application; what is not possible is told in its sentence."""
    with context.application() as application:
        try:
            yield application
        except NotPossible as error:
            raise UserError(str(error)) from None


def _operator() -> Actor:
    """Whoever runs this machine: no user of the console can have such a name."""
    return Actor(name=f"{who()} (command line)", display_name=who(), roles=(Role.ADMINISTRATOR,))


def _access(roles: tuple[str, ...], companies: tuple[str, ...], until: datetime | None) -> Access:
    ends = None if until is None else (until + timedelta(days=1)).replace(tzinfo=UK).astimezone(UTC)
    return Access(roles=tuple(ROLES[role] for role in dict.fromkeys(roles)), companies=companies, expires_at=ends)


def _password(*, ask: bool, from_stdin: bool) -> str | None:
    """The password handed in, or None for one that is made up."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True)) if ask else None


def _found(application: Application, name: str) -> User:
    with application.store.scope(None) as c:
        found = people.user(c, name.strip().lower())
    if found is None:
        raise UserError(f"There is nobody of the name {name!r}. `tieout user list` lists them.", code=2)
    return found


def _tell(given: Given, *, made_here: bool, as_json: bool) -> None:
    """The user, and the password when nobody has seen it yet."""
    shown = {"password": given.password} if made_here else {}
    until = given.user.temporary_until
    lines = [f"{given.user.name} may sign in as {', '.join(given.user.roles)}."]
    if made_here and until is not None:
        lines += [
            f"Temporary password: {given.password}",
            f"It holds until {until:%Y-%m-%d %H:%M} UTC, for one change.",
        ]
    say(as_json, _view(given.user) | shown, lambda: "\n".join(lines))


def _view(one: User) -> dict[str, object]:
    return {
        "name": one.name,
        "display_name": one.display_name,
        "email": one.email,
        "roles": list(one.roles),
        "companies": list(one.companies),
        "state": one.state,
        "signs_in": "elsewhere" if one.subject else "with a password",
        "expires_at": one.expires_at,
        "last_sign_in_at": one.last_sign_in_at,
        "temporary_until": one.temporary_until,
    }


def _line(one: User, now: datetime) -> str:
    state = one.state if one.state == "closed" or one.is_active(now) else "ended"
    access = access_of(one)
    return f"{one.name:24} {state:8} {', '.join(one.roles)} ({', '.join(access.companies) or 'all companies'})"


def _session(one: Session) -> dict[str, object]:
    return {
        "created_at": one.created_at,
        "last_seen_at": one.last_seen_at,
        "address": one.address,
        "agent": one.agent,
    }


def _session_line(one: Session) -> str:
    return f"{one.created_at:%Y-%m-%d %H:%M}  last used {one.last_seen_at:%Y-%m-%d %H:%M}  {one.address}  {one.agent}"
