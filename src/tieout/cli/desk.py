"""The exceptions desk from a terminal: cases, one case, one document."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import click

from tieout.bootstrap import Application
from tieout.cli.shared import Context, UserError, json_option, say, who
from tieout.cli.views import case_text, case_view, cases_text, document_text, document_view
from tieout.domain.business_dates import uk_date
from tieout.domain.money import Money
from tieout.domain.returns.adopted import ADOPTIONS, AdoptedAs, Adoption, document_key
from tieout.processes.adoption import NotAdoptable, adopt_when_agreed, alone_up_to, record_adoption, second_adoption
from tieout.processes.kinds import REFUND
from tieout.processes.returns import KIND
from tieout.processes.routing import wake
from tieout.processes.rules import rules_on
from tieout.store import approvals, audit, cross_references, documents
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
    "adopt",
    help="Take a refund that somebody made outside the workflow into it: Sage is credited for it.\n\n"
    'Example: tieout case adopt 12 --as goodwill --reason "Late delivery" --why "agreed by customer service"',
)
@click.argument("case_id", type=int)
@click.option(
    "--as",
    "adopted_as",
    type=click.Choice(ADOPTIONS),
    required=True,
    help="goods: they came or will come back. returnless: the customer keeps them. goodwill: money alone.",
)
@click.option("--reason", required=True, help="Return reason of the reason table; it gives nominal and disposition.")
@click.option("--here-since", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Day on which the goods came.")
@click.option("--why", required=True, help="Why; it is kept for ever.")
@click.pass_obj
def case_adopt(
    context: Context, case_id: int, adopted_as: AdoptedAs, reason: str, here_since: datetime | None, why: str
) -> None:
    """Record the adoption and, where one person may decide, start it."""
    with context.application() as application:
        row = _stray_refund(application, case_id)
        with application.store.scope(row.company) as c:
            names = cross_references.references_of(c, row.company, REFUND, row.document_key)
            order_id = next((name.value for name in names if (name.system, name.kind) == ("storefront", "order")), "")
            decided = Adoption(
                refund_id=row.document_key,
                order_id=order_id,
                adopted_as=adopted_as,
                reason=reason,
                who=who(),
                at=application.clock(),
                goods_here_since=here_since.replace(hour=12, tzinfo=UTC) if here_since else None,
            )
            _refuse_without_goods(application, row, decided)
            try:
                record_adoption(c, row.company, decided, why=why)
            except NotAdoptable as error:
                raise UserError(str(error)) from None
            _audit(c, application, row, "case.adopt", {"as": adopted_as, "reason": reason, "why": why})
        _adopt(application, row)


@case.command(
    "second",
    help="Agree to an adoption as the second person, where the amount asks for two.\n\n"
    'Example: tieout case second 12 --why "seen the photographs"',
)
@click.argument("case_id", type=int)
@click.option("--why", required=True, help="Why; it is kept for ever.")
@click.pass_obj
def case_second(context: Context, case_id: int, why: str) -> None:
    """Record the second person's word and start the adoption."""
    with context.application() as application:
        row = _stray_refund(application, case_id)
        with application.store.scope(row.company) as c:
            second_adoption(c, row.company, row.document_key, who=who(), why=why, at=application.clock())
            _audit(c, application, row, "case.second", {"why": why})
        _adopt(application, row)


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


def _stray_refund(application: Application, case_id: int) -> Case:
    row = _open_case(application, case_id)
    if row.document_kind != REFUND:
        raise UserError(f"Case {case_id} is about a {row.document_kind}; only a refund can be adopted.")
    return row


def _refuse_without_goods(application: Application, row: Case, decided: Adoption) -> None:
    """Money that names no goods cannot be adopted as goods: it would become goodwill without a word."""
    order = application.companies[row.company].storefront.order(decided.order_id, "") if decided.order_id else None
    refund = next((one for one in (order.refunds if order else ()) if one.refund_id == decided.refund_id), None)
    if decided.adopted_as != "goodwill" and (refund is None or not refund.lines):
        raise UserError(f"Refund {decided.refund_id} names no goods in the storefront: adopt it as goodwill.")


def _adopt(application: Application, row: Case) -> None:
    company, now = application.companies[row.company], application.clock()
    with application.store.scope(row.company) as c:
        tables = rules_on(c, row.company, uk_date(now))
        try:
            is_agreed = adopt_when_agreed(c, company, row.document_key, tables=tables, at=now)
        except NotAdoptable as error:
            raise UserError(str(error)) from None
        if is_agreed:
            document = documents.document(c, row.company, KIND, document_key(row.document_key))
            assert document is not None
            application.engine.start(application.store.raw(c), "returns.settle/1", row.company, document.lane)
    limit = Money(alone_up_to(tables))
    waits = f"A second person must agree, because it is over {limit}: `tieout case second {row.id} --why ...`"
    done = f"Refund {row.document_key} goes on as return {document_key(row.document_key)}."
    click.echo(done if is_agreed else waits)


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
