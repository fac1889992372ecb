"""`tieout audit check` and `tieout audit export`: what people did, whole and taken away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from tieout.cli.shared import Context, UserError, json_option, known_company, say, who
from tieout.domain.business_dates import UK
from tieout.domain.people import Actor, Role
from tieout.processes.audit_trail import Checked, check_chains, export_csv, export_excel
from tieout.processes.desk import NotPossible
from tieout.store.audit_search import AuditFilter

DAY = click.DateTime(["%Y-%m-%d"])
company_option = click.option("--company", default=None, help="Only this company. Default: all, and the installation.")


@click.command(
    "check",
    help="Read every entry of what people did and work its seal out again; exits 1 at the first that was changed, "
    "taken out or cut off.\n\nExample: tieout audit check",
)
@company_option
@json_option
@click.pass_context
def audit_check(call: click.Context, *, company: str | None, as_json: bool) -> None:
    """Print what was found in every chain."""
    context: Context = call.obj
    with context.application() as application:
        known = known_company(application, company)
        found = check_chains(application.store, _operator(), company=known, now=application.clock())
    say(as_json, [_view(one) for one in found], lambda: "\n".join(map(_line, found)) or "Nothing was done yet.")
    if any(one.broken for one in found):
        call.exit(1)


@click.command(
    "export",
    help="Write what people did into a file, newest first, with every seal: .csv or .xlsx by its name.\n\n"
    "Example: tieout audit export --since 2026-11-01 --who ann --out audit.xlsx",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@company_option
@click.option("--who", "whom", default="", help="Only acts of this person.")
@click.option("--action", default="", help="Only acts that begin so, for instance case or mapping.set.")
@click.option("--about", default="", help="Only what was done to something with this in its name.")
@click.option("--since", type=DAY, default=None, help="From this UK day on.")
@click.option("--until", type=DAY, default=None, help="Up to this UK day.")
@click.pass_obj
def audit_export(  # noqa: PLR0913 - click's options
    context: Context,
    *,
    out: Path,
    company: str | None,
    whom: str,
    action: str,
    about: str,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Write the file."""
    if out.suffix not in {".csv", ".xlsx"}:
        raise UserError("Name a file that ends in .csv or .xlsx.", code=2)
    wanted = AuditFilter(who=whom, action=action, about=about, since=_begin(since), until=_begin(until, days=1))
    with context.application() as application:
        known, now = known_company(application, company), application.clock()
        try:
            if out.suffix == ".xlsx":
                out.write_bytes(export_excel(application.store, _operator(), wanted, company=known, now=now))
            else:
                with out.open("wb") as file:
                    file.writelines(export_csv(application.store, _operator(), wanted, company=known, now=now))
        except NotPossible as error:
            raise UserError(str(error)) from None
    click.echo(f"{out} is written.")


def _operator() -> Actor:
    """Whoever runs this machine."""
    return Actor(name=f"{who()} (command line)", display_name=who(), roles=(Role.AUDITOR,))


def _begin(day: datetime | None, *, days: int = 0) -> datetime | None:
    return None if day is None else (day + timedelta(days=days)).replace(tzinfo=UK).astimezone(UTC)


def _view(one: Checked) -> dict[str, object]:
    broken = {"row": one.broken.seq, "why": one.broken.why} if one.broken else None
    return {"chain": one.chain, "rows": one.rows, "hash": one.hash, "broken": broken}


def _line(one: Checked) -> str:
    return f"{one.chain:16} {one.rows:>9,} rows  {one.broken.why if one.broken else 'whole'}  {one.hash}"
