"""`tieout locks`: who keeps records open in Sage, and what Sage says that nobody has understood yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import click

from tieout.bootstrap import Application
from tieout.cli.mapping import put_in_force
from tieout.cli.shared import Context, UserError, json_option, known_company, say, who
from tieout.processes.reports.contention import ContentionReport, Waiting, contention
from tieout.processes.rules import LOCK_WORDS, lock_words
from tieout.store import audit, contentions
from tieout.store.contentions import Message
from tieout.store.store import Connection

COLUMNS = 44


@click.group(help="Records that people keep open in Sage 200.\n\nExample: tieout locks report giftware")
def locks() -> None:
    """Hold the commands about locks."""


@locks.command(
    "report",
    help="Locks met in the last days, by UK hour, record and person: agree on posting windows with it.\n\n"
    "Example: tieout locks report giftware --days 7",
)
@click.argument("company", required=False)
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="How far to look back.")
@json_option
@click.pass_obj
def locks_report(context: Context, company: str | None, days: int, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the contention report."""
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        made = contention(c, company=company, now=application.clock(), days=days)
        say(as_json, asdict(made), lambda: "\n".join(_report_lines(made)))


@locks.command(
    "messages",
    help="Sentences of Sage that match no lock word: say of each what it is.\n\n"
    "Example: tieout locks messages giftware",
)
@click.argument("company", required=False)
@click.option("--all", "everything", is_flag=True, help="Those already judged, too.")
@json_option
@click.pass_obj
def locks_messages(context: Context, company: str | None, everything: bool, as_json: bool) -> None:  # noqa: FBT001 - click's flags
    """Print the sentences, the commonest first."""
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        rows = contentions.messages(c, company=company, unjudged=not everything)
        say(as_json, [asdict(row) for row in rows], lambda: "\n".join(map(_message_line, rows)) or "Nothing to judge.")


@locks.command(
    "judge",
    help="Say what a sentence is. For a lock, name the words by which to know it from now on.\n\n"
    'Example: tieout locks judge 3 lock --words "is busy with"',
)
@click.argument("number", type=int)
@click.argument("judged", type=click.Choice(["lock", "refusal"]))
@click.option("--words", default="", help="Words of the sentence that mean a lock, in any case.")
@click.pass_obj
def locks_judge(context: Context, number: int, judged: contentions.Judgement, words: str) -> None:
    """Judge one sentence; a lock's words are in force at once."""
    with context.application() as application:
        with application.store.scope(None) as c:
            message = next((row for row in contentions.messages(c) if row.id == number), None)
        if message is None:
            raise UserError(f"There is no message {number}. `tieout locks messages` lists them.")
        if judged == "lock" and not (words.strip() and words.strip().casefold() in message.example.casefold()):
            raise UserError(f"Name with --words what means a lock in: {message.example}", code=2)
        with application.store.scope(message.company) as c:
            _judge(c, application, message, judged, words.strip())
    click.echo(f"Message {number} is a {judged}." + (f" Known from now on by: {words}" if words else ""))


@locks.command("words", help="The words that mean a lock.\n\nExample: tieout locks words giftware")
@click.argument("company")
@json_option
@click.pass_obj
def locks_words(context: Context, company: str, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the settings' words and those added."""
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        account = application.settings.account[application.companies[company].ledger_account]
        added = lock_words(c, company, application.clock().date())
        rows = [{"words": word, "from": "settings"} for word in getattr(account, "lock_patterns", ())]
        rows += [{"words": word, "from": "judged"} for word in added]
        say(as_json, rows, lambda: "\n".join(f"{row['words']:{COLUMNS}} {row['from']}" for row in rows))


def _judge(
    c: Connection, application: Application, message: Message, judged: contentions.Judgement, words: str
) -> None:
    now = application.clock()
    contentions.judge(c, message.id, judged=judged, by=who(), at=now)
    audit.append(
        c,
        at=now,
        who=who(),
        company=message.company,
        action="lock_message.judged",
        subject=message.shape,
        before={"judged": message.judged},
        after={"judged": judged, "words": words},
    )
    if judged == "lock":
        put_in_force(c, application, message.company, LOCK_WORDS, words, {"meaning": "lock"}, owner="integration")


def _report_lines(made: ContentionReport) -> Iterator[str]:
    yield f"Locks met from {made.since:%d %b %Y} to {made.until:%d %b %Y}: {made.met}"
    for title, rows in (("By hour", made.by_hour), ("By record", made.by_record), ("By person", made.by_holder)):
        if rows:
            yield ""
            yield f"{title:{COLUMNS}} {'locks':>7} {'documents':>10}"
            yield from map(_waiting_line, rows)
    if made.unjudged:
        yield ""
        yield f"Sentences of Sage that wait to be judged: {made.unjudged} (tieout locks messages)"


def _waiting_line(row: Waiting) -> str:
    return f"{row.name[:COLUMNS]:{COLUMNS}} {row.times:>7} {row.documents:>10}"


def _message_line(row: Message) -> str:
    judged = f" [{row.judged}]" if row.judged else ""
    return f"{row.id:>5} {row.times:>6}x{judged} {row.company}: {row.example}"
