"""What a person reads when they are told of an alert: no codes first, no stack trace, and where to put it right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tieout.domain.alerts.troubles import Alert, Record, Why
from tieout.domain.business_dates import UK
from tieout.domain.faults import BY_CODE
from tieout.domain.money import Money

LONGEST = 300
"""Characters of one value of a record that a notice shows."""

BEGINS = {
    "raised": "",
    "grew": "Growing: ",
    "escalated": "Nobody has taken this: ",
    "period": "The period closes soon: ",
    "cleared": "Cleared: ",
    "test": "Test: ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A notice in words: its title and its text."""

    title: str
    text: str


def words_for(alert: Alert, why: Why, *, public_url: str, do: str = "") -> Words:
    """The notice of an alert; `do` is what to do about kinds that the fault catalogue does not hold."""
    title = f"{BEGINS[why]}{alert.title}"
    if alert.times > 1:
        title += f" ({alert.times:,} records)"
    if why == "cleared":
        taken = f" {alert.acknowledged_by} had taken it." if alert.acknowledged_by else ""
        return Words(title=title, text=f"Its cause is gone.{taken}\n{_link(public_url, f'/alerts/{alert.id}')}")
    lines = [
        f"Company: {alert.company}" if alert.company != "*" else "The whole installation",
        f"For: {alert.owner}",
        *_figures(alert),
        *_records(alert, public_url),
        *_advice(alert, do),
        f"See and acknowledge: {_link(public_url, f'/alerts/{alert.id}')}",
    ]
    return Words(title=title, text="\n".join(lines))


def digest_of(said: list[Words]) -> Words:
    """Several notices for one channel as one."""
    if len(said) == 1:
        return said[0]
    parts = [f"{number}. {words.title}\n{words.text}" for number, words in enumerate(said, 1)]
    return Words(title=f"{len(said)} alerts", text="\n\n".join(parts))


def uk_moment(moment: datetime) -> str:
    """A moment as people in the UK write it."""
    return f"{moment.astimezone(UK):%d %b %Y %H:%M}"


def _figures(alert: Alert) -> Iterator[str]:
    if alert.stake_minor:
        yield f"At stake: {Money(alert.stake_minor, alert.currency or 'GBP')}"
    if alert.due_at is not None:
        yield f"To be settled by: {uk_moment(alert.due_at)}"
    yield f"Since: {uk_moment(alert.first_at)}"


def _records(alert: Alert, public_url: str) -> Iterator[str]:
    for record in alert.records:
        yield f"- {record.label}{_value(record)}{_link(public_url, record.link, before=' ')}"
    others = alert.times - len(alert.records)
    if alert.records and others > 0:
        yield f"- and {others:,} more"


def _value(record: Record) -> str:
    wanted = f", wanted {_short(record.wanted)}" if record.wanted else ""
    field = f": {_short(record.at)}" if record.at else ""
    return f"{field}: {_short(record.saw)}{wanted}" if record.saw or record.wanted else field


def _advice(alert: Alert, do: str) -> Iterator[str]:
    kind = BY_CODE.get(alert.code)
    advice = kind.do if kind else do
    if advice:
        yield f"What to do: {advice}"


def _link(public_url: str, path: str, before: str = "") -> str:
    """The address in the console; the path alone where nobody has said where the console is."""
    return f"{before}{public_url.rstrip('/')}{path}" if path else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
