"""The exceptions desk from a terminal: cases, one case, one document, mapping tables."""

from __future__ import annotations

from collections.abc import Iterable

import click

from tieout.bootstrap import Application
from tieout.cli.shared import Context, UserError, json_option, known_company, say, who
from tieout.cli.views import case_text, case_view, cases_text, document_text, document_view
from tieout.processes.returns import KIND
from tieout.processes.routing import wake
from tieout.store import approvals, audit, cross_references, documents, mapping_rules
from tieout.store import cases as case_rows
from tieout.store.cases import Case
from tieout.store.documents import Document
from tieout.store.store import Connection


@click.command(help="List the open exceptions, most money first.\n\nExample: tieout cases --owner finance")
@click.option("--owner", default=None, help="Only cases of one owner.")
@json_option
@click.pass_obj
def cases(context: Context, owner: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the open cases."""
    with context.application() as application, application.store.scope(None) as c:
        found = sorted(case_rows.open_cases(c, owner=owner), key=lambda row: -(row.stake_minor or 0))
        say(as_json, [case_view(row) for row in found], lambda: cases_text(found))


@click.group(help="One exception: show it, try again, settle it.\n\nExample: tieout case show 12; tieout case retry 12")
def case() -> None:
    """Hold the commands on one case."""


@case.command("show", help="Show one case with its runbook.\n\nExample: tieout case show 12")
@click.argument("case_id", type=int)
@json_option
@click.pass_obj
def case_show(context: Context, case_id: int, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print one case."""
    with context.application() as application, application.store.scope(None) as c:
        row = _case(c, case_id)
        say(as_json, case_view(row), lambda: case_text(row))


@case.command("retry", help="Try the document again after its cause was put right.\n\nExample: tieout case retry 12")
@click.argument("case_id", type=int)
@click.pass_obj
def case_retry(context: Context, case_id: int) -> None:
    """Wake the case's document."""
    with context.application() as application:
        row = _open_case(application, case_id)
        _wake(application, row, "case.retry", None)
    click.echo(f"{row.document_kind} {row.document_key} will be tried again.")


@case.command(
    "accept",
    help="Accept the fact as it is, with a reason, and let the document go on.\n\n"
    'Example: tieout case accept 12 --why "agreed with the customer by telephone"',
)
@click.argument("case_id", type=int)
@click.option("--why", required=True, help="The reason; it is kept for ever.")
@click.pass_obj
def case_accept(context: Context, case_id: int, why: str) -> None:
    """Record an approval for the case's first fault and wake the document."""
    with context.application() as application:
        row = _open_case(application, case_id)
        kind = case_view(row)["kind"]
        if not kind["can_accept"]:
            raise UserError(f"{row.code} cannot be accepted. What to do instead: {kind['do']}")
        if row.document_kind != KIND:
            with application.store.scope(row.company) as c:
                case_rows.close(c, row.id, by=who(), how=f"accepted: {why}", at=application.clock())
                _audit(c, application, row, "case.accept", {"why": why})
            click.echo(f"Case {case_id} is accepted and closed.")
            return
        with application.store.scope(row.company) as c:
            approvals.approve(
                c,
                company=row.company,
                kind=row.document_kind,
                key=row.document_key,
                code=row.code,
                who=who(),
                why=why,
                reference=None,
                at=application.clock(),
            )
        _wake(application, row, "case.accept", {"why": why})
    click.echo(f"Accepted. {row.document_kind} {row.document_key} will go on.")


@case.command(
    "resolve",
    help='Close a case by hand, with a reason.\n\nExample: tieout case resolve 12 --why "credited by hand, SCN 10023"',
)
@click.argument("case_id", type=int)
@click.option("--why", required=True, help="How it was settled; it is kept for ever.")
@click.pass_obj
def case_resolve(context: Context, case_id: int, why: str) -> None:
    """Close the case; its legs stay as they are until they are read back."""
    with context.application() as application:
        row = _open_case(application, case_id)
        with application.store.scope(row.company) as c:
            case_rows.close(c, row.id, by=who(), how=why, at=application.clock())
            _audit(c, application, row, "case.resolve", {"why": why})
    click.echo(f"Case {case_id} is closed.")


@case.command("assign", help="Put a case on somebody's desk.\n\nExample: tieout case assign 12 --to maria")
@click.argument("case_id", type=int)
@click.option("--to", "person", required=True, help="Who will settle it.")
@click.pass_obj
def case_assign(context: Context, case_id: int, person: str) -> None:
    """Assign the case."""
    with context.application() as application:
        row = _open_case(application, case_id)
        with application.store.scope(row.company) as c:
            case_rows.assign(c, row.id, to=person)
            _audit(c, application, row, "case.assign", {"to": person})
    click.echo(f"Case {case_id} is with {person}.")


@click.command(
    help="Show one document by any id it is known by: tie-out grid and timeline.\n\nExample: tieout show RMA1042"
)
@click.argument("key")
@json_option
@click.pass_obj
def show(context: Context, key: str, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print every document of this id."""
    with context.application() as application, application.store.scope(None) as c:
        found = _documents_of(c, key)
        if not found:
            raise UserError(f"Nothing is known by {key!r}. Try the RMA, order, credit note or refund number.")
        views = [document_view(c, document, application.clock()) for document in found]
        say(as_json, views, lambda: "\n\n".join(document_text(view) for view in views))


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
    help="Put a rule in force from today; the old version is kept.\n\n"
    'Example: tieout mapping set giftware reason "Too small" code=fit account=4100 grade=good',
)
@click.argument("company")
@click.argument("table")
@click.argument("key")
@click.argument("fields", nargs=-1, required=True)
@click.option("--owner", default="operations", help="The role that owns the table.")
@click.pass_obj
def mapping_set(context: Context, company: str, table: str, key: str, fields: tuple[str, ...], owner: str) -> None:
    """Propose and approve one rule."""
    value = dict(_field(text) for text in fields)
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        version = put_in_force(c, application, company, table, key, value, owner=owner)
    click.echo(f"{table} / {key} is in force from today, version {version}.")


def put_in_force(
    c: Connection,
    application: Application,
    company: str,
    table: str,
    key: str,
    value: dict[str, str],
    *,
    owner: str,
) -> int:
    """Propose and approve one rule in the caller's name, with its audit entry; returns its version."""
    now = application.clock()
    rule = mapping_rules.propose(
        c,
        company=company,
        table_name=table,
        key=key,
        value=value,
        in_force_from=now.date(),
        owner=owner,
        proposed_by=who(),
    )
    mapping_rules.approve(c, rule.id, by=who(), at=now)
    audit.append(
        c, at=now, who=who(), company=company, action="mapping.set", subject=f"{table}/{key}", before=None, after=value
    )
    return rule.version


def _field(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UserError(f"Write {text!r} as NAME=VALUE.", code=2)
    return name, value


def _case(c: Connection, case_id: int) -> Case:
    row = case_rows.case(c, case_id)
    if row is None:
        raise UserError(f"There is no case {case_id}. `tieout cases` lists them.")
    return row


def _open_case(application: Application, case_id: int) -> Case:
    with application.store.scope(None) as c:
        row = _case(c, case_id)
    if row.state != "open":
        raise UserError(f"Case {case_id} is closed: {row.closed_how} ({row.closed_by}).")
    return row


def _wake(application: Application, row: Case, action: str, after: dict[str, str] | None) -> None:
    if row.document_kind != KIND:
        raise UserError("This case has nothing to try again: settle it with `tieout case resolve`.")
    with application.store.scope(row.company) as c:
        lanes = application.companies[row.company].lanes
        lane = wake(c, row.company, lanes, row.document_key, at=application.clock())
        _audit(c, application, row, action, after)
        application.engine.start(application.store.raw(c), "returns.settle/1", row.company, lane)


def _audit(c: Connection, application: Application, row: Case, action: str, after: dict[str, str] | None) -> None:
    audit.append(
        c,
        at=application.clock(),
        who=who(),
        company=row.company,
        action=action,
        subject=f"case {row.id} {row.document_kind} {row.document_key}",
        before={"code": row.code},
        after=after,
    )


def _documents_of(c: Connection, key: str) -> list[Document]:
    names = {(r.company, r.document_kind, r.document_key) for r in cross_references.find(c, key) if r.document_key}
    found: Iterable[Document | None] = (documents.document(c, *name) for name in sorted(names))
    return [document for document in found if document is not None]
