"""The exceptions desk from a terminal: cases, one case, one document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from tieout.cli.shared import Context, UserError, json_option, say, who
from tieout.cli.views import case_text, case_view, cases_text, document_text, document_view
from tieout.domain.people import Actor, Role
from tieout.domain.returns.adopted import ADOPTIONS, AdoptedAs
from tieout.processes.desk import Desk, NotPossible, acts, adopting, booking, overriding
from tieout.processes.desk.acting import Done, case_seen
from tieout.store import cases as case_rows
from tieout.store import cross_references, documents
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
    with _desk(context) as desk:
        click.echo(acts.retry(desk, terminal(), case_id).said)


@case.command(
    "accept",
    help="Accept the fact as it is, with a reason, and let the document go on.\n\n"
    'Example: tieout case accept 12 --why "agreed with the customer by telephone"',
)
@click.argument("case_id", type=int)
@click.option("--why", required=True, help="The reason; it is kept for ever.")
@click.pass_obj
def case_accept(context: Context, case_id: int, why: str) -> None:
    """Override the case's first fault; over `override_alone_up_to` somebody else must agree."""
    with _desk(context) as desk:
        _say_pending(overriding.override(desk, terminal(), case_id, why=why))


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
    since = here_since.replace(hour=12, tzinfo=UTC) if here_since else None
    with _desk(context) as desk:
        _say_pending(
            adopting.adopt(desk, terminal(), case_id, adopted_as=adopted_as, reason=reason, why=why, here_since=since)
        )


@case.command(
    "second",
    help="Agree, as the second person, to an adoption or override that asks for two.\n\n"
    'Example: tieout case second 12 --why "seen the photographs"',
)
@click.argument("case_id", type=int)
@click.option("--why", required=True, help="Why; it is kept for ever.")
@click.option("--refuse", is_flag=True, help="Say no instead: the case stays open as it was.")
@click.pass_obj
def case_second(context: Context, case_id: int, why: str, refuse: bool) -> None:  # noqa: FBT001 - click's flag
    """Record the second person's word and, when it is yes, start what was decided."""
    with _desk(context) as desk:
        _say_pending(overriding.second(desk, terminal(), case_id, agrees=not refuse, why=why))


@case.command(
    "resolve",
    help='Close a case by hand, with a reason.\n\nExample: tieout case resolve 12 --why "the customer kept the goods"',
)
@click.argument("case_id", type=int)
@click.option("--why", required=True, help="How it was settled; it is kept for ever.")
@click.option("--where", type=click.Choice(tuple(acts.WHERE)), default="source", help="Where it was put right.")
@click.pass_obj
def case_resolve(context: Context, case_id: int, why: str, where: str) -> None:
    """Close the case; its legs stay as they are until they are read back."""
    with _desk(context) as desk:
        click.echo(acts.resolve(desk, terminal(), case_id, where=where, why=why).said)


@case.command(
    "booked",
    help="Say under which reference something was booked by hand in Sage; it is read back there.\n\n"
    'Example: tieout case booked 12 --reference 10023 --why "credited while Sage was closed to us"',
)
@click.argument("case_id", type=int)
@click.option("--reference", required=True, help="Reference or URN of the posting in Sage.")
@click.option("--unit", "units", multiple=True, help="An item that it covers; left out, all that have come.")
@click.option("--difference-is-right", is_flag=True, help="Sage's figure is right where it differs.")
@click.option("--why", required=True, help="Why; it is kept for ever.")
@click.pass_obj
def case_booked(
    context: Context,
    case_id: int,
    reference: str,
    units: tuple[str, ...],
    difference_is_right: bool,  # noqa: FBT001 - click's flag
    why: str,
) -> None:
    """Take over what a person booked, once it was read back in Sage."""
    with _desk(context) as desk:
        seen = case_seen(desk, terminal(), case_id)
        with desk.store.scope(seen.company) as c:
            likely = [one.unit.unit_id for one in booking.bookable_units(c, seen) if one.is_likely]
        done = booking.book_by_hand(
            desk,
            terminal(),
            case_id,
            reference=reference,
            why=why,
            units=units or tuple(likely),
            is_difference_right=difference_is_right,
        )
        click.echo(done.said)


@case.command("assign", help="Put a case on somebody's desk.\n\nExample: tieout case assign 12 --to maria")
@click.argument("case_id", type=int)
@click.option("--to", "person", required=True, help="The user who will settle it.")
@click.pass_obj
def case_assign(context: Context, case_id: int, person: str) -> None:
    """Assign the case."""
    with _desk(context) as desk:
        click.echo(acts.assign(desk, terminal(), case_id, to=person).said)


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


def terminal() -> Actor:
    """The person at this terminal, who may do everything: they can open the database itself."""
    return Actor(name=who(), display_name=who(), roles=tuple(Role))


@contextmanager
def _desk(context: Context) -> Iterator[Desk]:
    """The desk of the installation; what is not possible is told in one line."""
    with context.application() as application:
        try:
            yield application.desk
        except NotPossible as error:
            raise UserError(str(error)) from None


def _say_pending(done: Done) -> None:
    more = f" They type `tieout case second {done.case_id} --why ...`." if done.is_pending else ""
    click.echo(f"{done.said}{more}")


def _documents_of(c: Connection, key: str) -> list[Document]:
    names = {(r.company, r.document_kind, r.document_key) for r in cross_references.find(c, key) if r.document_key}
    found: Iterable[Document | None] = (documents.document(c, *name) for name in sorted(names))
    return [document for document in found if document is not None]
