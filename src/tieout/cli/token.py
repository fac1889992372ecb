"""API tokens from a terminal: make, list and revoke."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from tieout.cli.shared import Context, UserError, json_option, say, who
from tieout.domain.people import Permission
from tieout.processes.desk import NotPossible
from tieout.processes.people import api_tokens
from tieout.processes.people.api_tokens import DAYS_MAX, NOT_FOR_TOKENS, WantedToken
from tieout.processes.people.signing_in import actor_of
from tieout.store import people
from tieout.store.api_tokens import ApiToken

SCOPES = [one.value for one in Permission if one not in NOT_FOR_TOKENS]


@click.group(help="API tokens: keys of programs to the JSON API.\n\nExample: tieout token list")
def token() -> None:
    """Hold the commands on tokens."""


@token.command(
    "make",
    help="Make a token for somebody who signs in to the console; it is printed once and never again.\n\n"
    "It acts for that person, with the scopes given and no more than they may do themselves.\n\n"
    "Example: tieout token make --for maria --name warehouse --scope documents.see --days 90",
)
@click.option("--for", "user_name", required=True, help="Whose token it is: the name they sign in with.")
@click.option("--name", required=True, help="What it is for.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What it may do.")
@click.option(
    "--company", "companies", multiple=True, help="Only this company; again for more. Default: all of theirs."
)
@click.option(
    "--days", type=click.IntRange(1, DAYS_MAX), default=90, show_default=True, help="It ends by itself after so long."
)
@json_option
@click.pass_obj
def token_make(
    context: Context,
    user_name: str,
    name: str,
    scopes: Sequence[str],
    companies: Sequence[str],
    days: int,
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Print the new token."""
    wanted = WantedToken(name=name, scopes=scopes, companies=companies, days=days)
    with context.application() as application:
        now = application.clock()
        with application.store.scope(None) as c:
            user = people.user(c, user_name.strip().lower())
        if user is None or not user.is_active(now):
            raise UserError(f"Nobody signs in as {user_name!r}.")
        known = tuple(application.companies)
        try:
            made = api_tokens.make(
                application.store, actor_of(user), wanted, now=now, companies=known, by=f"{who()} (command line)"
            )
        except NotPossible as error:
            raise UserError(str(error)) from None
    view = token_view(made.token) | {"token": made.secret}
    say(as_json, view, lambda: f"{made.secret}\nKeep it now: it is not shown again. {_line(made.token)}")


@token.command("list", help="List every token.\n\nExample: tieout token list --json")
@json_option
@click.pass_obj
def token_list(context: Context, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print all tokens, newest first; never what they are."""
    with context.application() as application:
        found = api_tokens.listed(application.store, api_tokens.terminal_actor(who()))
        text = "\n".join(_line(one) for one in found) or "There is no API token."
    say(as_json, [token_view(one) for one in found], lambda: text)


@token.command("revoke", help="End a token at once.\n\nExample: tieout token revoke 3")
@click.argument("token_id", type=int)
@json_option
@click.pass_obj
def token_revoke(context: Context, token_id: int, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Revoke one token."""
    with context.application() as application:
        actor = api_tokens.terminal_actor(f"{who()} (command line)")
        try:
            revoked = api_tokens.revoke(application.store, actor, token_id, now=application.clock())
        except NotPossible as error:
            raise UserError(str(error)) from None
    say(as_json, token_view(revoked), lambda: f"Token {token_id} is revoked.")


def token_view(of: ApiToken) -> dict[str, Any]:
    """One token as plain JSON."""
    return {
        "id": of.id,
        "name": of.name,
        "begins_with": of.hint,
        "user": of.user_name,
        "scopes": list(of.scopes),
        "companies": list(of.companies),
        "created_at": of.created_at.isoformat(),
        "expires_at": of.expires_at.isoformat(),
        "last_used_at": of.last_used_at.isoformat() if of.last_used_at else None,
        "revoked_at": of.revoked_at.isoformat() if of.revoked_at else None,
        "revoked_by": of.revoked_by,
    }


def _line(of: ApiToken) -> str:
    used = f"last used {of.last_used_at:%Y-%m-%d %H:%M} UTC" if of.last_used_at else "never used"
    ends = f"revoked by {of.revoked_by}" if of.revoked_at else f"ends {of.expires_at:%Y-%m-%d}"
    return f"{of.id:>4}  {of.hint}...  {of.name} of {of.user_name}: {', '.join(of.scopes)}; {ends}; {used}"
