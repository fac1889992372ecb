"""The filters of the exceptions list as they stand in the address, and back in words.

The address is the state of the list: saved views keep it, exports and bulk acts are given it, the API takes the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, get_args

from tieout.console.wording import money
from tieout.domain.faults import BY_CODE, FaultClass, Owner
from tieout.store.case_filters import ME, NOBODY, NUMBER_MAX, CaseFilter
from tieout.store.desk_lists import SORTS, CaseSort

Due = Literal["overdue", "today", "soon"]
Sleep = Literal["awake", "asleep", "any"]

FILTERS: Final = (
    "state",
    "owner",
    "assigned",
    "due",
    "code",
    "class",
    "kind",
    "cause",
    "older",
    "stake_min",
    "stake_max",
    "sleep",
    "q",
)
"""Every filter of the address."""

DUES: Final[Mapping[str, str]] = {"overdue": "Over time", "today": "Due today", "soon": "Due within three days"}
SLEEPS: Final[Mapping[str, str]] = {"awake": "Awake", "asleep": "Asleep", "any": "Awake and asleep"}
CLASSES: Final[Mapping[str, str]] = {
    FaultClass.TECHNICAL: "Technical",
    FaultClass.DATA: "Data",
    FaultClass.POLICY: "House rule",
}
OLDER: Final[Mapping[str, str]] = {"1": "More than a day", "7": "More than a week", "30": "More than 30 days"}
DAYS_MAX: Final = 36_500
TEXT_MAX: Final = 200


def case_filter(address: Mapping[str, str], *, me: str) -> CaseFilter:
    """What the address asks for; a value that cannot be is left out, as if it were not there."""
    address = {name: value.replace("\0", "") for name, value in address.items()}
    due, sleep = address.get("due", ""), address.get("sleep", "")
    return CaseFilter(
        state="closed" if address.get("state") == "closed" else "open",
        owner=_one_of(address.get("owner", ""), [owner.value for owner in Owner]),
        code=address.get("code", "")[:TEXT_MAX],
        fault_class=_one_of(address.get("class", ""), list(CLASSES)),
        kind=address.get("kind", "")[:TEXT_MAX],
        assignee=address.get("assigned", "")[:TEXT_MAX],
        me=me,
        due=due if due in get_args(Due) else None,  # type: ignore[arg-type]  # one of them
        older_than_days=_whole(address.get("older", ""), DAYS_MAX),
        stake_min=_minor(address.get("stake_min", "")),
        stake_max=_minor(address.get("stake_max", "")),
        cause=address.get("cause", "")[:TEXT_MAX],
        sleep=sleep if sleep in get_args(Sleep) else "awake",  # type: ignore[arg-type]  # one of them
        text=address.get("q", "")[:TEXT_MAX],
    )


def case_sort(address: Mapping[str, str]) -> CaseSort:
    """How the address orders the list; the soonest due first unless it says otherwise."""
    asked: Any = address.get("sort", "")
    return asked if asked in SORTS else "due"


def in_words(wanted: CaseFilter) -> list[tuple[str, str]]:
    """Each filter that is set beside state and owner: its name in the address, and what it means."""
    whose = {ME: "On my desk", NOBODY: "On nobody's desk"}
    kind = BY_CODE.get(wanted.code)
    told = {
        "assigned": wanted.assignee and whose.get(wanted.assignee, f"On the desk of {wanted.assignee}"),
        "due": DUES[wanted.due] if wanted.due else "",
        "code": kind.title if kind else wanted.code,
        "class": wanted.fault_class and f"{CLASSES[wanted.fault_class]} trouble",
        "kind": wanted.kind and f"Documents: {wanted.kind}",
        "cause": wanted.cause and "Of one cause",
        "older": "" if wanted.older_than_days is None else f"Open for {wanted.older_than_days} days or more",
        "stake_min": "" if wanted.stake_min is None else f"At least {money(wanted.stake_min)}",
        "stake_max": "" if wanted.stake_max is None else f"At most {money(wanted.stake_max)}",
        "sleep": "" if wanted.sleep == "awake" else SLEEPS[wanted.sleep],
        "q": wanted.text and f"Number: {wanted.text}",
    }
    return [(name, words) for name, words in told.items() if words]


def _one_of(value: str, allowed: list[str]) -> str:
    return value if value in allowed else ""


def _whole(text: str, most: int) -> int | None:
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < len(str(NUMBER_MAX)) else None


def _minor(text: str) -> int | None:
    """Pounds as a person types them (`1,250.50`) in pence; None for what is no amount."""
    try:
        amount = Decimal(text.replace(",", "").replace("£", "").strip())
    except InvalidOperation:
        return None
    return int(amount * 100) if amount.is_finite() and 0 <= amount < NUMBER_MAX // 100 else None
