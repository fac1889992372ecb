"""What one may tell a customer of an order: whether it has left, with whom, and under which number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tieout.domain.faults.kinds import Owner
from tieout.domain.for_customers.progress import LookedInto
from tieout.domain.for_customers.sentences import TEAMS, Story, Tone, day_said, items_said


@dataclass(frozen=True, slots=True, kw_only=True)
class SentParcel:
    """A parcel, or several, that left together."""

    left_on: date
    items: int | None
    """None where nobody can say yet what was in it."""
    carrier: str = ""
    tracking: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProgress:
    """Everything that the story of an order is made of."""

    is_read: bool = False
    """False while nothing was read of it yet."""
    ordered_on: date | None = None
    items: int = 0
    """How many are ordered of what we send."""
    parcels: Sequence[SentParcel] = ()
    """The first that left first."""
    is_at_warehouse: bool = False
    """A warehouse has been asked to send what has not left."""
    is_cancelled: bool = False
    is_done: bool = False
    trouble: LookedInto | None = None

    @property
    def items_sent(self) -> int:
        """How many items have left, as far as anybody can say."""
        return sum(parcel.items or 0 for parcel in self.parcels)

    @property
    def is_known(self) -> bool:
        """Say whether somebody can say of every parcel what was in it."""
        return all(parcel.items is not None for parcel in self.parcels)

    @property
    def is_all_sent(self) -> bool:
        """Say whether everything has left."""
        return bool(self.parcels) and self.items_sent >= self.items


def order_story(progress: OrderProgress, today: date) -> Story:
    """The story of one order, as far as it has come."""
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


def _status(progress: OrderProgress) -> tuple[str, Tone]:
    """The first that holds; goods that have left are told of although something else must be settled."""
    if not progress.is_read:
        return "Just heard of", "off"
    if progress.is_all_sent or (progress.is_done and progress.parcels):
        return "Sent", "good"
    if progress.is_cancelled and not progress.parcels:
        return "Cancelled", "off"
    if progress.parcels:
        return ("Partly sent" if progress.is_known else "Parcel sent"), "busy"
    if progress.trouble is not None:
        return "Being looked into", "warn"
    return ("Being packed", "busy") if progress.is_at_warehouse else ("Not ready to leave yet", "off")


def _sentences(progress: OrderProgress, today: date) -> Iterator[str]:
    if not progress.is_read:
        yield "We have just heard of this order, and do not have its details yet."
        return
    on = f" on {day_said(progress.ordered_on, today)}" if progress.ordered_on else ""
    yield f"You ordered {items_said(progress.items)}{on}." if progress.items else f"You ordered from us{on}."
    yield from (_parcel(parcel, progress, today) for parcel in progress.parcels)
    missing = progress.items - progress.items_sent
    if progress.is_cancelled:
        yield "The order was cancelled." if not progress.parcels else "The rest of the order was cancelled."
    elif progress.parcels and missing > 0 and progress.is_known and not progress.is_done:
        yield f"{items_said(missing).capitalize()} {'has' if missing == 1 else 'have'} not left yet."
    if progress.trouble is not None:
        yield "Something has to be checked before we can go on; we are looking into it."


def _parcel(parcel: SentParcel, progress: OrderProgress, today: date) -> str:
    is_whole = len(progress.parcels) == 1 and progress.is_all_sent
    what = "It" if is_whole or parcel.items is None else items_said(parcel.items).capitalize()
    if parcel.items is None:
        what = "A parcel"
    by = f" with {parcel.carrier}" if parcel.carrier else ""
    numbers = ", ".join(parcel.tracking)
    several = "s" if len(parcel.tracking) > 1 else ""
    number = f" (tracking number{several} {numbers})" if numbers else ""
    return f"{what} left on {day_said(parcel.left_on, today)}{by}{number}."


def _next(progress: OrderProgress) -> tuple[str, date | None, str]:
    """What happens next, by when, and who does it: the first that holds."""
    if not progress.is_read:
        return "We read the details; look again in a few minutes.", None, ""
    if progress.trouble is not None:
        team = TEAMS[progress.trouble.owner]
        return f"{team.capitalize()} settles it, and then it goes on.", progress.trouble.by, team
    if progress.is_all_sent or (progress.is_done and progress.parcels):
        has_number = any(parcel.tracking for parcel in progress.parcels)
        follow = " You can follow the parcel with the carrier." if has_number else ""
        return f"The carrier delivers it to you.{follow}", None, ""
    if progress.is_cancelled or progress.is_done:
        return "Nothing more has to happen.", None, ""
    team = TEAMS[Owner.OPERATIONS]
    if progress.is_at_warehouse:
        return f"{team.capitalize()} packs {'the rest' if progress.parcels else 'it'} and sends it to you.", None, team
    return "When everything is ready, it is packed and sent to you.", None, ""
