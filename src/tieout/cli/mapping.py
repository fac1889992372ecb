"""The mapping tables of a company from a terminal."""

from __future__ import annotations

from datetime import date, datetime

import click

from tieout.bootstrap import Application
from tieout.cli.shared import Context, UserError, json_option, known_company, say, who
from tieout.processes.held import wake_held
from tieout.store import audit, mapping_rules
from tieout.store.store import Connection


@click.group(help="The mapping tables of a company.\n\nExample: tieout mapping list giftware")
def mapping() -> None:
    """Hold the mapping commands."""


@mapping.command("list", help="List the rules in force today.\n\nExample: tieout mapping list giftware")
@click.argument("company")
@json_option
@click.pass_obj
def mapping_list(context: Context, company: str, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the rules."""
    with context.application() as application, application.store.scope(company) as c:
        rules = mapping_rules.rules_in_force(c, application.clock().date(), company=company)
        rows = [{"table": r.table_name, "key": r.key, "value": r.value, "version": r.version} for r in rules]
        say(as_json, rows, lambda: "\n".join(f"{r['table']:22} {r['key']:34} {r['value']}" for r in rows))


@mapping.command(
    "set",
    help="Put a rule in force, and try again what the lack of it held; the old version is kept.\n\n"
    'Example: tieout mapping set giftware reason "Too small" code=fit account=4100 grade=good',
)
@click.argument("company")
@click.argument("table")
@click.argument("key")
@click.argument("fields", nargs=-1, required=True)
@click.option("--owner", default="operations", help="The role that owns the table.")
@click.option(
    "--from",
    "since",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="First day in force; today when left out. A bundle counts as it was made up on the day of the sale.",
)
@click.pass_obj
def mapping_set(
    context: Context,
    company: str,
    table: str,
    key: str,
    fields: tuple[str, ...],
    owner: str,
    since: datetime | None,
) -> None:
    """Propose and approve one rule, and let go on what the lack of it held."""
    value = dict(field_of(text) for text in fields)
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        day = since.date() if since else application.clock().date()
        version = put_in_force(c, application, company, table, key, value, owner=owner, since=day)
        lanes = wake_held(c, application.companies[company], table, at=application.clock())
        for lane in lanes:
            application.desk.start(c, company, lane)
    click.echo(f"{table} / {key} is in force from {day:%d %b %Y}, version {version}.")


def put_in_force(  # noqa: PLR0913 - one keyword per column of the rule
    c: Connection,
    application: Application,
    company: str,
    table: str,
    key: str,
    value: dict[str, str],
    *,
    owner: str,
    since: date | None = None,
) -> int:
    """Propose and approve one rule in the caller's name, with its audit entry; returns its version."""
    now = application.clock()
    rule = mapping_rules.propose(
        c,
        company=company,
        table_name=table,
        key=key,
        value=value,
        in_force_from=since or now.date(),
        owner=owner,
        proposed_by=who(),
    )
    try:
        mapping_rules.approve(c, rule.id, by=who(), at=now)
    except ValueError as error:
        raise UserError(str(error)) from None
    audit.append(
        c, at=now, who=who(), company=company, action="mapping.set", subject=f"{table}/{key}", before=None, after=value
    )
    return rule.version


def field_of(text: str) -> tuple[str, str]:
    """A field as it is typed; UserError when it is not NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UserError(f"Write {text!r} as NAME=VALUE.", code=2)
    return name, value
