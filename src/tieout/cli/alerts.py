"""`tieout alerts`: what stands, taking one, and trying a channel."""

from __future__ import annotations

from typing import Any

import click

from tieout.bootstrap import Application
from tieout.cli.shared import Context, UserError, json_option, log_to_stderr, say, who
from tieout.domain.alerts.troubles import Alert
from tieout.domain.alerts.wording import uk_moment
from tieout.domain.money import Money
from tieout.domain.people import Actor, Role
from tieout.processes.alerting import acting
from tieout.processes.desk import NotPossible
from tieout.store import alerts as kept
from tieout.store.alerts import Notice

STATES = ("open", "acknowledged", "cleared")


@click.group(help="What people are told of: one alert for each cause.\n\nExample: tieout alerts list")
def alerts() -> None:
    """Hold the commands on alerts."""


@alerts.command(
    "list",
    help="List the alerts that stand, the newest first, each with whom it was told.\n\n"
    "Example: tieout alerts list --state cleared",
)
@click.option("--state", type=click.Choice(STATES), default=None, help="Only alerts in this state.")
@json_option
@click.pass_obj
def alerts_list(context: Context, state: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print alerts with their notices."""
    with context.application() as application, application.store.scope(None) as c:
        views = [_view(alert, kept.notices_of(c, alert.id)) for alert in kept.listed(c, state=state)]
    say(as_json, views, lambda: "\n".join(_lines(views)) or "No alert stands.")


@alerts.command(
    "acknowledge",
    help="Take an alert: nobody further up is told of it unless it grows.\n\nExample: tieout alerts acknowledge 12",
)
@click.argument("alert_id", type=int)
@json_option
@click.pass_obj
def alerts_acknowledge(context: Context, alert_id: int, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Take one."""
    with context.application() as application:
        try:
            taken = acting.acknowledge(application.store, _actor(), alert_id, now=application.clock())
        except NotPossible as error:
            raise UserError(str(error)) from None
    say(as_json, _view(taken, []), lambda: f"You have taken alert {alert_id}.")


@alerts.command(
    "test",
    help="Send a test by one channel, or by all, and say what came of it.\n\n"
    "Exit code 1 when one was not taken.\n\nExample: tieout alerts test finance",
)
@click.argument("channel", required=False)
@json_option
@click.pass_context
def alerts_test(call: click.Context, channel: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Try channels."""
    context: Context = call.obj
    log_to_stderr(verbose=False)
    with context.application() as application:
        notices = [_tried(application, name) for name in ([channel] if channel else application.alerting.channels)]
    if not notices:
        raise UserError("No channel is set up: write one under [alerts.channel.NAME] in the settings.")
    views = [{"channel": one.channel, "state": one.state, "proof": one.proof} for one in notices]
    say(as_json, views, lambda: "\n".join(f"{view['channel']}: {view['proof']}" for view in views))
    call.exit(0 if all(one.state == "sent" for one in notices) else 1)


def _tried(application: Application, channel: str) -> Notice:
    try:
        return acting.try_channel(application.alerting, _actor(), channel)
    except NotPossible as error:
        raise UserError(str(error), code=2) from None


def _actor() -> Actor:
    """Whoever has this terminal looks after the installation."""
    return Actor(name=who(), display_name=who(), roles=(Role.INTEGRATION_OPERATOR,))


def _view(alert: Alert, notices: list[Notice]) -> dict[str, Any]:
    return {
        "alert": alert.id,
        "company": alert.company,
        "code": alert.code,
        "title": alert.title,
        "owner": alert.owner,
        "ladder": alert.ladder,
        "state": alert.state,
        "records": alert.times,
        "stake_minor": alert.stake_minor,
        "currency": alert.currency,
        "since": alert.first_at.isoformat(),
        "since_uk": uk_moment(alert.first_at),
        "acknowledged_by": alert.acknowledged_by,
        "told": [
            {"channel": one.channel, "why": one.why, "state": one.state, "proof": one.proof.splitlines()}
            for one in notices
        ],
    }


def _lines(views: list[dict[str, Any]]) -> list[str]:
    lines = []
    for view in views:
        stake = f", {Money(view['stake_minor'], view['currency'] or 'GBP')} at stake" if view["stake_minor"] else ""
        taken = f", taken by {view['acknowledged_by']}" if view["acknowledged_by"] else ""
        head = f"{view['alert']:>5}  {view['title']} ({view['records']:,} records{stake}), for {view['owner']}"
        lines.append(f"{head}, {view['state']} since {view['since_uk']}{taken}")
        lines += [f"       {one['channel']}: {one['state'].replace('_', ' ')}" for one in view["told"]]
    return lines
