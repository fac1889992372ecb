"""Proposals of mapping rows from a terminal: made by one person, decided by another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from tieout.bootstrap import Application
from tieout.cli.desk import terminal
from tieout.cli.mapping import field_of, mapping
from tieout.cli.mapping_views import (
    coverage_text,
    coverage_view,
    impact_text,
    impact_view,
    proposal_text,
    proposal_view,
    version_text,
    version_view,
)
from tieout.cli.shared import Context, UserError, json_option, known_company, say
from tieout.domain.business_dates import uk_date
from tieout.domain.people import Actor
from tieout.processes.desk import NotPossible
from tieout.processes.mapping_desk import deciding, undoing
from tieout.processes.mapping_desk.changes import Wanted, changes_of
from tieout.processes.mapping_desk.coverage import DAYS, coverage
from tieout.processes.mapping_desk.files_in import import_file
from tieout.processes.mapping_desk.files_out import as_csv, as_excel
from tieout.processes.mapping_desk.impact import impact_of
from tieout.processes.mapping_desk.proposing import propose
from tieout.processes.mapping_desk.rows import history, known_table, rows_on
from tieout.processes.people.signing_in import actor_of
from tieout.store import mapping_proposals, people

__all__ = ["mapping"]

as_option = click.option(
    "--as", "person", default=None, help="Somebody who signs in to the console, in whose name it is done."
)
why_option = click.option("--why", required=True, help="The reason; it is kept for ever.")
day_type = click.DateTime(["%Y-%m-%d"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The application, and who acts."""

    application: Application
    actor: Actor


@contextmanager
def acting(context: Context, person: str | None = None, company: str | None = None) -> Iterator[Bench]:
    """Open the application for somebody; what is not possible is told in one line."""
    with context.application() as application:
        known_company(application, company)
        try:
            yield Bench(application=application, actor=_actor(application, person))
        except NotPossible as error:
            raise UserError(str(error)) from None


def _actor(application: Application, person: str | None) -> Actor:
    if person is None:
        return terminal()
    with application.store.scope(None) as c:
        user = people.user(c, person.strip().lower())
    if user is None or not user.is_active(application.clock()):
        raise UserError(f"Nobody signs in as {person!r}.")
    return actor_of(user)


@mapping.command(
    "propose",
    help="Propose a row; somebody else approves it. Without fields and with --end the row ends.\n\n"
    'Example: tieout mapping propose giftware reason "Too small" code=fit account=4010 --why "agreed with finance"',
)
@click.argument("company")
@click.argument("table")
@click.argument("key")
@click.argument("fields", nargs=-1)
@click.option("--from", "since", type=day_type, default=None, help="First day in force; today when left out.")
@click.option("--end", is_flag=True, help="End the row on that day instead.")
@click.option("--case", "case_id", type=int, default=None, help="The case that it is to mend.")
@why_option
@as_option
@json_option
@click.pass_obj
def mapping_propose(  # noqa: PLR0913 - click's options
    context: Context,
    company: str,
    table: str,
    key: str,
    fields: Sequence[str],
    *,
    since: datetime | None,
    end: bool,
    case_id: int | None,
    why: str,
    person: str | None,
    as_json: bool,
) -> None:
    """Write the proposal and say what it would do."""
    if end == bool(fields):
        raise UserError("Give the row's fields as NAME=VALUE, or --end.", code=2)
    with acting(context, person, company) as bench:
        desk = bench.application.desk
        day = since.date() if since else uk_date(desk.clock())
        value = None if end else dict(field_of(text) for text in fields)
        wanted = Wanted(key=key, value=value, since=day)
        made = propose(desk, bench.actor, company, table, [wanted], why=why, case_id=case_id)
        with desk.store.scope(company) as c:
            impact = impact_of(c, company, table, changes_of(made), desk.clock())
    view = proposal_view(made) | {"impact": impact_view(impact)}
    say(as_json, view, lambda: f"{proposal_text(made)}\n{impact_text(impact)}")


@mapping.command("proposals", help="List proposals, waiting ones alone if asked.\n\nExample: tieout mapping proposals")
@click.option("--waiting", is_flag=True, help="Only what waits for a decision.")
@click.option("--table", default=None, help="Only of one table.")
@json_option
@click.pass_obj
def mapping_proposals_list(
    context: Context,
    waiting: bool,  # noqa: FBT001 - click's flag
    table: str | None,
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Print the proposals, newest first."""
    with context.application() as application, application.store.scope(None) as c:
        found = mapping_proposals.proposals(c, state="waiting" if waiting else None, table=table)
    text = "\n".join(proposal_text(one) for one in found) or "There is no such proposal."
    say(as_json, [proposal_view(one) for one in found], lambda: text)


@mapping.command(
    "approve",
    help="Put a proposal in force, and let go what the lack of it held. Not one's own.\n\n"
    "Example: tieout mapping approve 12 --as bea",
)
@click.argument("proposal_id", type=int)
@click.option("--why", default="", help="What there is to say about it.")
@as_option
@json_option
@click.pass_obj
def mapping_approve(context: Context, proposal_id: int, why: str, person: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Approve and say which cases it bears on."""
    with acting(context, person) as bench:
        done = deciding.approve(bench.application.desk, bench.actor, proposal_id, why=why)
    cases = [{"cause": row.cause, "code": row.code, "key": row.key, "cases": row.cases} for row in done.cases]
    held = sum(row.cases for row in done.cases)
    more = f" {held} open cases name these rows and are tried again." if done.is_started and held else ""
    view = proposal_view(done.proposal) | {"cases": cases, "is_started": done.is_started}
    say(as_json, view, lambda: f"Proposal {proposal_id} is approved, in force from {done.since:%d %b %Y}.{more}")


@mapping.command(
    "reject", help='Refuse a proposal, with the reason.\n\nExample: tieout mapping reject 12 --why "wrong nominal"'
)
@click.argument("proposal_id", type=int)
@why_option
@as_option
@json_option
@click.pass_obj
def mapping_reject(context: Context, proposal_id: int, why: str, person: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Reject one proposal."""
    with acting(context, person) as bench:
        done = deciding.reject(bench.application.desk, bench.actor, proposal_id, why=why)
    say(as_json, proposal_view(done), lambda: f"Proposal {proposal_id} is rejected; nothing changed.")


@mapping.command(
    "history", help='Every version of one row.\n\nExample: tieout mapping history giftware reason "Too small"'
)
@click.argument("company")
@click.argument("table")
@click.argument("key")
@json_option
@click.pass_obj
def mapping_history(context: Context, company: str, table: str, key: str, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the versions, newest first."""
    with acting(context, company=company) as bench, bench.application.store.scope(company) as c:
        found = history(c, company, known_table(table).name, key, uk_date(bench.application.clock()))
    text = "\n".join(version_text(one) for one in found) or f"{table} / {key} was never in force."
    say(as_json, [version_view(one) for one in found], lambda: text)


@mapping.command(
    "rollback",
    help="Propose an earlier version of a row again; somebody else approves it.\n\n"
    'Example: tieout mapping rollback giftware reason "Too small" --to 1 --why "4020 was wrong"',
)
@click.argument("company")
@click.argument("table")
@click.argument("key")
@click.option("--to", "version", type=int, required=True, help="The version that is to be in force again.")
@why_option
@as_option
@json_option
@click.pass_obj
def mapping_rollback(  # noqa: PLR0913 - click's options
    context: Context,
    company: str,
    table: str,
    key: str,
    *,
    version: int,
    why: str,
    person: str | None,
    as_json: bool,
) -> None:
    """Write the proposal that restores a version."""
    with acting(context, person, company) as bench:
        made = undoing.roll_back(bench.application.desk, bench.actor, company, table, key, version, why=why)
    say(as_json, proposal_view(made), lambda: proposal_text(made))


@mapping.command(
    "undo",
    help="Propose that every row of an approved proposal be as it was before.\n\n"
    'Example: tieout mapping undo 12 --why "the file was last year\'s"',
)
@click.argument("proposal_id", type=int)
@why_option
@as_option
@json_option
@click.pass_obj
def mapping_undo(context: Context, proposal_id: int, why: str, person: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Write the proposal that takes another back."""
    with acting(context, person) as bench:
        made = undoing.undo(bench.application.desk, bench.actor, proposal_id, why=why)
    say(as_json, proposal_view(made), lambda: proposal_text(made))


@mapping.command(
    "coverage",
    help="What recent returns asked the tables for, and what of it has no row.\n\n"
    "Example: tieout mapping coverage giftware --table reason",
)
@click.argument("company")
@click.option("--table", default=None, help="Only one table.")
@click.option("--days", type=click.IntRange(1, 400), default=DAYS, show_default=True, help="How far back to look.")
@json_option
@click.pass_obj
def mapping_coverage(context: Context, company: str, table: str | None, days: int, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the coverage; what is unmapped by name."""
    with acting(context, company=company) as bench, bench.application.store.scope(company) as c:
        name = known_table(table).name if table else None
        found = coverage(c, company, bench.application.clock(), table=name, days=days)
    say(as_json, coverage_view(found), lambda: coverage_text(found))


@mapping.command(
    "export",
    help="Write the rows in force as Excel or CSV, by the file's name.\n\n"
    "Example: tieout mapping export giftware reason reasons.xlsx",
)
@click.argument("company")
@click.argument("table")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--on", "day", type=day_type, default=None, help="The day in force; today when left out.")
@json_option
@click.pass_obj
def mapping_export(
    context: Context,
    company: str,
    table: str,
    file: Path,
    day: datetime | None,
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Write the file."""
    with acting(context, company=company) as bench, bench.application.store.scope(company) as c:
        known, now = known_table(table), bench.application.clock()
        on = day.date() if day else uk_date(now)
        rows = rows_on(c, table, on, company=company)
    if file.suffix.lower() == ".xlsx":
        content = as_excel(known, rows, company=company, day=on, who=bench.actor.name, at=now)
    elif file.suffix.lower() == ".csv":
        content = b"".join(as_csv(known, rows))
    else:
        raise UserError("Name the file .xlsx or .csv.", code=2)
    file.write_bytes(content)
    say(as_json, {"file": str(file), "rows": len(rows)}, lambda: f"{len(rows)} rows are in {file}.")


@mapping.command(
    "import",
    help="Propose what an Excel or CSV file changes in a table; nothing when one row is wrong.\n\n"
    'Example: tieout mapping import giftware reason reasons.xlsx --why "new season"',
)
@click.argument("company")
@click.argument("table")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@why_option
@as_option
@json_option
@click.pass_obj
def mapping_import(
    context: Context,
    company: str,
    table: str,
    file: Path,
    why: str,
    person: str | None,
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Read the file and write the proposals."""
    with acting(context, person, company) as bench:
        desk, content = bench.application.desk, file.read_bytes()
        made = import_file(desk, bench.actor, company, table, file.name, content, why=why)
    say(as_json, [proposal_view(one) for one in made], lambda: "\n".join(proposal_text(one) for one in made))
