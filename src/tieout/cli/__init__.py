"""Operator and developer commands; the only room that may start the sandbox."""

from __future__ import annotations

import sys

import click

from tieout.cli.accounts import accounts
from tieout.cli.alerts import alerts
from tieout.cli.audit import audit
from tieout.cli.demo import demo
from tieout.cli.desk import case, cases, show
from tieout.cli.doctor import doctor
from tieout.cli.goods_in import goods_in
from tieout.cli.locks import locks
from tieout.cli.mapping_desk import mapping
from tieout.cli.reconcile import reconcile
from tieout.cli.reports import report
from tieout.cli.running import db, down, init, up, web, worker
from tieout.cli.sandbox import sandbox
from tieout.cli.shared import Context, UserError
from tieout.cli.token import token
from tieout.cli.users import user

HELP = """Tieout stands between Sage 200 and the systems around it.

It takes what happened, tells Sage and the others exactly once, reads back that they have it, and
puts what does not tie out on the desk of the person who can fix it.

Example: tieout demo
"""


@click.group(help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(dir_okay=False), default=None, help="Settings file (default: ./tieout.toml).")
@click.option("--home", type=click.Path(file_okay=False), default=None, help="Where all state lives.")
@click.version_option(package_name="tieout")
@click.pass_context
def tieout(context: click.Context, config: str | None, home: str | None) -> None:
    """Collect the options that every command shares."""
    context.obj = Context.of(config, home)


for command in (
    demo,
    up,
    down,
    web,
    worker,
    init,
    accounts,
    doctor,
    db,
    cases,
    case,
    alerts,
    show,
    report,
    audit,
    goods_in,
    reconcile,
    mapping,
    locks,
    token,
    user,
    sandbox,
):
    tieout.add_command(command)


def main() -> None:
    """Run one command: exit 0 when it succeeded, 1 when what it checks does not hold, 2 on wrong usage."""
    try:
        code = tieout(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2 if isinstance(error, click.UsageError) else 1)
    except UserError as error:
        click.echo(f"tieout: {error}", err=True)
        sys.exit(error.code)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
