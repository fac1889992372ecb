"""The accounts at the systems around us: which there are, and signing in to one in a browser."""

from __future__ import annotations

import sys
from typing import Any

import click

from tieout.bootstrap import Application
from tieout.cli.doctor import SYSTEMS, account_text, account_view, chosen
from tieout.cli.redirect import Redirect, can_be_heard
from tieout.cli.shared import Context, UserError, json_option, say
from tieout.ports.accounts import OpenAccount, SeenCompany, SignIn
from tieout.ports.errors import ConnectorError
from tieout.processes.accounts import ends_at, settle_sign_in, sign_in_state

View = dict[str, Any]
"""Plain JSON for people and programs."""

NO_COMPANIES = (
    "This sign-in reaches no company at all. The tunnel of your site to Sage is down or not set up yet: ask the "
    "partner who looks after the server whether Sage 200 is published for the native API. For Standard, see that "
    "the Sage user may use the API. Then run `tieout doctor {name}`."
)
CHOOSE = "Put the two lines of your company into [account.{name}], then run `tieout doctor {name}`."
ELSEWHERE = "The company in [account.{name}] is not among them: correct site_id and company_id, or sign in as its user."


@click.group(help="The accounts at the systems around us.\n\nExample: tieout accounts list")
def accounts() -> None:
    """Hold the commands on accounts."""


@accounts.command(
    "list", help="List the accounts, and until when somebody is signed in.\n\nExample: tieout accounts list"
)
@json_option
@click.pass_obj
def accounts_list(context: Context, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print every account."""
    with context.application() as application:
        rows = [_row(application, application.accounts.open(name)) for name in application.settings.account]
        say(as_json, rows, lambda: _rows_text(rows))


@accounts.command(
    "connect",
    help="Sign in to Sage 200 in a browser, and list the companies that the sign-in reaches.\n\n"
    "Prints the address to open. When redirect_uri is an address of this machine (http://localhost:PORT/...), waits "
    "for the browser there; otherwise, or with --paste, asks for the address that the browser ended at. In a script, "
    "run it once with --wait 0 for the address, and again with --code-address.\n\n"
    "Example: tieout accounts connect sage --open",
)
@click.argument("name")
@click.option("--open", "open_browser", is_flag=True, help="Open the address in this machine's browser.")
@click.option("--paste", is_flag=True, help="Ask for the address that the browser ended at; listen nowhere.")
@click.option("--code-address", default=None, help="The address that the browser ended at; finishes what was begun.")
@click.option(
    "--wait", type=float, default=300.0, show_default=True, help="Seconds to wait for the browser; 0 waits for nobody."
)
@json_option
@click.pass_obj
@click.pass_context
def accounts_connect(  # noqa: PLR0913, PLR0917 - click's options
    call: click.Context,
    context: Context,
    name: str,
    open_browser: bool,  # noqa: FBT001 - click's flag
    paste: bool,  # noqa: FBT001 - click's flag
    code_address: str | None,
    wait: float,
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Sign in, and show what that opened."""
    chosen(context.settings(), name)
    with context.application() as application:
        account = application.accounts.open(name)
        if account.sign_in is None:
            system = SYSTEMS.get(account.system, account.system)
            raise UserError(
                f"{name} is at {system}, where a key in the settings is enough: try `tieout doctor {name}`."
            )
        try:
            if code_address is None:
                address, code_address = _ask(account, account.sign_in, launch=open_browser, paste=paste, wait=wait)
                if not code_address:
                    say(as_json, {"account": name, "signed_in": False, "address": address}, lambda: _again(name))
                    return
            account.sign_in.redeem(code_address)
        except ConnectorError as error:
            raise UserError(f"{name}: {error}.") from None
        view = _connected(application, account, account.sign_in)
    say(as_json, view, lambda: _connected_text(view))
    call.exit(0 if view["trouble"] == "" else 1)


def _ask(account: OpenAccount, sign_in: SignIn, *, launch: bool, paste: bool, wait: float) -> tuple[str, str]:
    """The address to sign in at and the one that the browser ended at; the second empty where nobody can be asked."""
    if wait and can_be_heard(account.redirect_uri) and not paste:
        with Redirect(account.redirect_uri) as redirect:
            address = _shown(sign_in.begin(), launch=launch)
            click.echo(f"Waiting for the browser at {account.redirect_uri} ...", err=True)
            return address, redirect.wait(wait)
    address = _shown(sign_in.begin(), launch=launch)
    if not wait or (not paste and not sys.stdin.isatty()):
        return address, ""
    return address, click.prompt("The address that the browser ended at", err=True)


def _shown(address: str, *, launch: bool) -> str:
    click.echo(
        "Open this address in a browser and sign in as Tieout's own Sage user. If Sage shows an error page instead of "
        f"asking for a sign-in, client_id or redirect_uri is not as registered with Sage.\n\n  {address}\n",
        err=True,
    )
    if launch:
        click.launch(address)
    return address


def _connected(application: Application, account: OpenAccount, sign_in: SignIn) -> View:
    """What the sign-in opened; the case that asked for it is closed."""
    now, settings = application.clock(), application.settings
    state = sign_in_state(account, now)
    if state is not None:
        for name, company in settings.company.items():
            if company.ledger == account.name:
                with application.store.scope(name) as c:
                    settle_sign_in(c, name, account.name, state, at=now)
    report = account_view(application, account)
    try:
        companies = sign_in.companies()
        trouble = _trouble(account, companies)
    except ConnectorError as error:
        companies, trouble = (), f"Which companies it reaches cannot be told now: {error}. Try `tieout doctor` later."
    return {
        "account": account.name,
        "signed_in": True,
        "signed_in_until": report["signed_in_until"],
        "companies": [
            {"site": row.site, "site_id": row.site_id, "company": row.company, "company_id": row.company_id}
            for row in companies
        ],
        "next": CHOOSE.format(name=account.name) if companies and not account.place else "",
        "trouble": trouble,
        "report": report,
    }


def _trouble(account: OpenAccount, companies: tuple[SeenCompany, ...]) -> str:
    if not companies:
        return NO_COMPANIES.format(name=account.name)
    places = {f"company {row.company_id} of site {row.site_id}" for row in companies}
    return ELSEWHERE.format(name=account.name) if account.place and account.place not in places else ""


def _connected_text(view: View) -> str:
    lines = [f"Signed in to {view['account']}."]
    if view["companies"]:
        lines.append("\nThe sign-in reaches:")
    for row in view["companies"]:
        lines.append(f"\n# {row['company']} at {row['site']}")
        lines.append(f'site_id = "{row["site_id"]}"\ncompany_id = {row["company_id"]}')
    lines += [f"\n{sentence}" for sentence in (view["trouble"], view["next"]) if sentence]
    if not view["next"] and view["companies"]:
        lines.append(f"\n{account_text(view['report'])}")
    return "\n".join(lines)


def _again(name: str) -> str:
    return f"Then run: tieout accounts connect {name} --code-address 'THE ADDRESS THAT THE BROWSER ENDED AT'"


def _row(application: Application, account: OpenAccount) -> View:
    ends = ends_at(account.sign_in) if account.sign_in else None
    is_over = ends is not None and ends <= application.clock()
    state = "by a key in the settings" if account.sign_in is None else "nobody has signed in yet"
    if ends is not None:
        state = f"{'ended on' if is_over else 'signed in until'} {ends:%d %b %Y}"
    companies = [
        name
        for name, company in application.settings.company.items()
        if account.name in (company.ledger, company.portal, company.storefront, *company.goods_in)
    ]
    return {
        "account": account.name,
        "system": account.system,
        "companies": companies,
        "place": account.place,
        "needs_sign_in": account.sign_in is not None,
        "signed_in": None if account.sign_in is None else ends is not None and not is_over,
        "signed_in_until": ends.isoformat() if ends else None,
        "state": state,
    }


def _rows_text(rows: list[View]) -> str:
    if not rows:
        return "No account is configured: `tieout init` writes a settings file to fill in."
    lines = [f"{'Account':16}{'System':18}{'Sign-in':34}Where"]
    lines += [
        f"{row['account']:16}{SYSTEMS[row['system']]:18}{row['state']:34}{row['place'] or 'no company chosen yet'}"
        for row in rows
    ]
    return "\n".join(lines)
