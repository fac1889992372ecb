"""The words for it: short sentences that one can read out to a customer; no ledger, no fault, no system is named.

Every sentence says only what was read; what comes next is what the house does next, and by when it must have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from tieout.domain.documents.rma import RmaStatus
from tieout.domain.faults.kinds import Owner
from tieout.domain.for_customers.progress import Given, InExchange, OnItsWay, Progress, Subject, Way
from tieout.domain.money import Money

Tone = Literal["good", "busy", "warn", "off"]

TEAMS: Final = {
    Owner.FINANCE: "our accounts team",
    Owner.OPERATIONS: "our warehouse team",
    Owner.CUSTOMER_EXPERIENCE: "our customer service team",
    Owner.RETAIL: "our shop team",
    Owner.INTEGRATION: "our systems team",
}
"""What a customer is told of who is on it."""
CLOSED: Final = {RmaStatus.REJECTED: "Not accepted", RmaStatus.CANCELLED: "Cancelled"}
_SIGNS: Final = {"GBP": "£", "EUR": "€", "USD": "$"}
_WAY_BACK: Final = "the card or account that you paid with"
_BANKS: Final = "A bank can take a few working days to show it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What to tell a customer."""

    status: str
    """A few words: where it stands."""
    tone: Tone
    sentences: Sequence[str]
    next: str
    by: date | None
    """The day by which the next thing should have happened; None where it depends on others."""
    is_late: bool
    """That day is over."""
    team: str
    """Who in the house is on it; empty when nobody has to be."""


def story_of(progress: Progress, today: date) -> Story:
    """The story of one return, refund or parcel, as far as it has come."""
    status, tone = _status(progress)
    following, by, team = _next(progress)
    return Story(
        status=status,
        tone=tone,
        sentences=tuple(_sentences(progress, today)),
        next=following,
        by=by,
        is_late=by is not None and by < today,
        team=team,
    )


def _status(progress: Progress) -> tuple[str, Tone]:
    """The first that holds."""
    if progress.status in CLOSED:
        return CLOSED[progress.status], "off"
    if progress.trouble is not None:
        return "Being looked into", "warn"
    if progress.subject is Subject.PARCEL:
        return "Parcel here", "busy"
    if progress.is_done:
        return "Finished", "good"
    has_failed = any(one.has_failed for one in progress.sent)
    if progress.sent and not progress.owed and not has_failed and progress.is_all_here:
        return ("Refund sent" if any(one.way is Way.MONEY for one in progress.sent) else "Credit given"), "good"
    return _coming(progress)


def _coming(progress: Progress) -> tuple[str, Tone]:
    """Where goods are that are still to be settled."""
    if progress.status is None:
        return "Just heard of", "off"
    if progress.status is RmaStatus.REQUESTED:
        return "Asked for", "off"
    if progress.received:
        return ("Parcel here" if progress.is_all_here else "Partly here"), "busy"
    if not progress.items:
        return "Being settled", "busy"
    if any(parcel.delivered_on for parcel in progress.parcels):
        return "Delivered to us", "busy"
    return "Waiting for the parcel", "busy"


def _sentences(progress: Progress, today: date) -> Iterator[str]:
    if progress.subject is Subject.PARCEL:
        yield "A parcel came to us, and we do not know yet which return it belongs to."
        return
    if progress.subject is Subject.RETURN:
        yield from _asked(progress, today)
    if progress.received:
        yield _received(progress, today)
    elif progress.items and progress.status not in CLOSED:
        yield from (_parcel(parcel, today) for parcel in progress.parcels)
    if progress.kept:
        yield f"You may keep {items_said(progress.kept)}; nothing has to come back for that."
    yield from (_given(given, today) for given in progress.sent)
    yield from (_exchange(exchange, today) for exchange in progress.exchanges)
    if progress.trouble is not None:
        yield "Something has to be checked before we can go on; we are looking into it."


def _asked(progress: Progress, today: date) -> Iterator[str]:
    many = items_said(progress.items + progress.kept) if progress.items + progress.kept else "something"
    asked = f"You asked to return {many}"
    on = f" on {day_said(progress.asked_on, today)}" if progress.asked_on else ""
    match progress.status:
        case None:
            yield "We have just heard of this return, and do not have its details yet."
        case RmaStatus.REQUESTED:
            yield f"{asked}{on}. We have not decided on it yet."
        case RmaStatus.REJECTED:
            yield f"{asked}{on}, and we could not accept it."
        case RmaStatus.CANCELLED:
            yield f"{asked}{on}, and the return was cancelled."
        case _:
            yield f"{asked}{on}, and we agreed."


def _received(progress: Progress, today: date) -> str:
    if progress.is_all_here and len(progress.received) == 1:
        return f"We received your parcel on {day_said(progress.received[0][0], today)}."
    parts = " and ".join(f"{items_said(count)} on {day_said(day, today)}" for day, count in progress.received)
    if progress.is_all_here:
        return f"We received {parts}."
    missing = progress.items - progress.received_count
    return f"We received {parts}; {items_said(missing)} {'has' if missing == 1 else 'have'} not come yet."


def _parcel(parcel: OnItsWay, today: date) -> str:
    by = f" with {parcel.carrier}" if parcel.carrier else ""
    number = f" (tracking number {parcel.tracking})" if parcel.tracking else ""
    if parcel.delivered_on:
        day = day_said(parcel.delivered_on, today)
        return f"The carrier says that your parcel{number} was delivered to us on {day}; we have not booked it in yet."
    return f"Your parcel is booked{by}{number}; it has not come yet."


def _given(given: Given, today: date) -> str:
    amount, on = _money(given.amount), f" on {day_said(given.sent_on, today)}" if given.sent_on else ""
    if given.has_failed:
        return f"We tried to give you {amount}{on}, and it did not go through."
    match given.way:
        case Way.STORE_CREDIT:
            return f"Store credit of {amount} was given to you{on}."
        case Way.GIFT_CARD:
            return f"A gift card of {amount} was given to you{on}."
        case Way.MONEY:
            said = f"The refund of {amount} was sent to {_WAY_BACK}{on}"
            return f"{said}." if given.is_confirmed else f"{said}; the bank has not confirmed it yet."


def _exchange(exchange: InExchange, today: date) -> str:
    named = f"What you get in exchange ({exchange.name})" if exchange.name else "What you get in exchange"
    if exchange.has_left:
        return f"{named} was sent to you{f' on {day_said(exchange.left_on, today)}' if exchange.left_on else ''}."
    return f"{named} is being made ready." if exchange.is_released else f"{named} has not been released yet."


def _next(progress: Progress) -> tuple[str, date | None, str]:
    """What happens next, by when, and who does it: the first that holds."""
    if progress.status in CLOSED and progress.trouble is None:
        return "Nothing more has to happen.", None, ""
    if progress.trouble is not None:
        team = TEAMS[progress.trouble.owner]
        return f"{team.capitalize()} settles it, and then it goes on.", progress.trouble.by, team
    if progress.subject is Subject.PARCEL:
        team = TEAMS[Owner.OPERATIONS]
        return f"{team.capitalize()} finds out which return the parcel belongs to.", None, team
    if any(one.has_failed for one in progress.sent):
        team = TEAMS[Owner.FINANCE]
        return f"{team.capitalize()} sees to it that you get it another way.", None, team
    if progress.is_done:
        has_money = any(one.way is Way.MONEY for one in progress.sent)
        return ("Nothing more has to happen." + (f" {_BANKS}" if has_money else "")), None, ""
    return _next_of_return(progress)


def _next_of_return(progress: Progress) -> tuple[str, date | None, str]:
    if progress.status is None:
        return "We read the details; look again in a few minutes.", None, ""
    if progress.status is RmaStatus.REQUESTED:
        team = TEAMS[Owner.CUSTOMER_EXPERIENCE]
        return f"{team.capitalize()} decides on it and lets you know.", None, team
    if progress.owed:
        return _next_money(progress.owed)
    waiting = [one for one in progress.exchanges if not one.has_left]
    if waiting and progress.is_all_here:
        return "What you get in exchange is packed and sent to you.", None, TEAMS[Owner.OPERATIONS]
    if progress.items and not progress.is_all_here:
        return _next_parcel(progress)
    if progress.sent:
        has_money = any(one.way is Way.MONEY for one in progress.sent)
        return (_BANKS if has_money else "We finish our side; you need not do anything."), None, ""
    team = TEAMS[Owner.OPERATIONS]
    return f"{team.capitalize()} checks the items, and then it is settled with you.", None, team


def _next_money(owed: Sequence[Given]) -> tuple[str, date | None, str]:
    said = []
    for one in owed:
        match one.way:
            case Way.MONEY:
                said.append(f"{_money(one.amount)} goes back to {_WAY_BACK}")
            case Way.STORE_CREDIT | Way.GIFT_CARD:
                said.append(f"you are given {_money(one.amount)} as {one.way.value}")
    text = ", and ".join(said)
    days = [one.due_on for one in owed if one.due_on is not None]
    return f"{text[0].upper()}{text[1:]}.", max(days, default=None), TEAMS[Owner.FINANCE]


def _next_parcel(progress: Progress) -> tuple[str, date | None, str]:
    if any(parcel.delivered_on for parcel in progress.parcels) or progress.received:
        team = TEAMS[Owner.OPERATIONS]
        rest = "books in what has come" if not progress.received else "waits for the rest"
        return f"{team.capitalize()} {rest}, and then it is settled with you.", None, team
    if progress.parcels:
        return "When the parcel is here we check it, and then it is settled with you.", None, ""
    return "Please send the items back. When they are here we check them, and then it is settled with you.", None, ""


def items_said(count: int) -> str:
    """`1 item`, `2 items`."""
    return f"{count} {'item' if count == 1 else 'items'}"


def _money(amount: Money) -> str:
    figure = str(amount).removeprefix(f"{amount.currency} ")
    return f"{_SIGNS.get(amount.currency, amount.currency + ' ')}{figure}"


def day_said(day: date, today: date) -> str:
    """`3 November`, with the year where it is another than today's."""
    return f"{day.day} {day:%B}" + ("" if day.year == today.year else f" {day.year}")
