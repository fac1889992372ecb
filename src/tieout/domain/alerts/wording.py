"""What a person reads when they are told of an alert: no codes first, no stack trace, and where to put it right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout.domain.alerts.conditions import do_of
from tieout.domain.alerts.kinds import Why
from tieout.domain.alerts.troubles import Alert, Record
from tieout.domain.business_dates import UK
from tieout.domain.masking import PERSONAL, masked_looks
from tieout.domain.money import Money

LONGEST = 300
"""Characters of one value of a record that a notice shows."""

ABOUT_PEOPLE = frozenset({"CUSTOMER_UNMAPPED"})
"""Kinds of fault whose figures are a customer's name or address."""

DIGEST_MAX = 20
"""How many alerts one message tells in full; the console shows all."""

BEGINS: Mapping[Why, str] = {
    "raised": "",
    "grew": "Growing: ",
    "escalated": "Nobody has taken this: ",
    "undelivered": "Could not be told to those before you: ",
    "period": "The period closes soon: ",
    "cleared": "Cleared: ",
    "test": "Test: ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A notice in words: its title and its text."""

    title: str
    text: str


def words_for(alert: Alert, why: Why, *, public_url: str) -> Words:
    """The notice of an alert. It names records, and nothing that tells of a person."""
    back = "Came back: " if alert.came_back and why == "raised" else ""
    title = f"{BEGINS[why]}{back}{alert.title}"
    if alert.times > 1 and why != "cleared":
        title += f" ({alert.times:,} records)"
    if why == "cleared":
        return Words(title=title, text=f"Its cause is gone.\n{_link(public_url, f'/alerts/{alert.id}')}")
    lines = [
        f"Company: {alert.company}" if alert.company != "*" else "The whole installation",
        f"For: {alert.owner}",
        *_figures(alert),
        *record_lines(alert, public_url),
        *_advice(alert),
        f"See and acknowledge: {_link(public_url, f'/alerts/{alert.id}')}",
    ]
    return Words(title=title, text="\n".join(lines))


def digest_of(said: Sequence[Words], *, public_url: str) -> Words:
    """Several notices for one channel as one."""
    if len(said) == 1:
        return said[0]
    parts = [f"{number}. {words.title}\n{words.text}" for number, words in enumerate(said[:DIGEST_MAX], 1)]
    if len(said) > DIGEST_MAX:
        parts.append(f"And {len(said) - DIGEST_MAX} more: {_link(public_url, '/alerts')}")
    return Words(title=f"{len(said)} alerts", text="\n\n".join(parts))


def uk_moment(moment: datetime) -> str:
    """A moment as people in the UK write it."""
    return f"{moment.astimezone(UK):%d %b %Y %H:%M}"


def _figures(alert: Alert) -> Iterator[str]:
    if alert.stake_minor:
        money = str(Money(alert.stake_minor, alert.currency or "GBP")).replace("GBP ", "£")
        yield f"At stake: {money}"
    if alert.due_at is not None:
        yield f"To be settled by: {uk_moment(alert.due_at)}"
    yield f"Since: {uk_moment(alert.first_at)}"


def shown_records(alert: Alert) -> list[Record]:
    """The records that an alert names, without anything that tells of a person."""
    if alert.code in ABOUT_PEOPLE:
        return [Record(label=masked_looks(one.label), link=one.link, saw=PERSONAL) for one in alert.records]
    return [
        Record(
            label=masked_looks(one.label),
            link=one.link,
            at=_short(one.at),
            saw=_short(one.saw),
            wanted=_short(one.wanted),
        )
        for one in alert.records
    ]


def record_lines(alert: Alert, public_url: str) -> Iterator[str]:
    """A line for each record that the alert names, and how many there are besides."""
    for record in shown_records(alert):
        yield f"- {record.label}{_value(record)}{_link(public_url, record.link, before=' ')}"
    others = alert.times - len(alert.records)
    if alert.records and others > 0:
        yield f"- and {others:,} more"


def _value(record: Record) -> str:
    """Field, value and what was wanted."""
    wanted = f", wanted {record.wanted}" if record.wanted else ""
    field = f": {record.at}" if record.at else ""
    return f"{field}: {record.saw}{wanted}" if record.saw or record.wanted else field


def _advice(alert: Alert) -> Iterator[str]:
    advice = do_of(alert.code)
    if advice:
        yield f"What to do: {advice}"


def _link(public_url: str, path: str, before: str = "") -> str:
    """The address in the console; the path alone where nobody has said where the console is."""
    return f"{before}{public_url.rstrip('/')}{path}" if path else ""


def _short(text: str) -> str:
    line = " ".join(masked_looks(text).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
