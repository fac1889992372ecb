"""Shopify says no in four places: the status, the errors beside the result, the errors in it, and silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tieout.connectors.shopify import compat
from tieout.connectors.transport import Json
from tieout.ports.errors import (
    BadAnswer,
    ConnectorError,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unavailable,
)

MESSAGE_LENGTH_MAX = 400


class KeyMismatch(Refused):
    """The idempotency key was used before with other contents."""


class PreviousAttemptFailed(Refused):
    """The idempotency key was used before and its attempt failed: Shopify wants another key."""


@dataclass(frozen=True, slots=True)
class EntryFault:
    """What Shopify says of one entry of a list that it was sent."""

    code: str
    reason: str


class EntriesRefused(Refused):
    """Nothing was done because of some entries of a list: `faults` by their place in it, from 0.

    Empty where Shopify does not say which; `codes` are those of all its errors.
    """

    def __init__(self, reason: str, faults: Mapping[int, EntryFault], codes: frozenset[str]) -> None:
        super().__init__(reason)
        self.faults = faults
        self.codes = codes


RIGHTS_MISSING = frozenset({"ACCESS_DENIED", "SHOP_INACTIVE"})
BROKEN_INSIDE = frozenset({"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"})


def is_throttled(errors: Sequence[Json]) -> bool:
    """Whether the call was turned away by the cost bucket; nothing of it was done."""
    return any(code_of(error) == "THROTTLED" for error in errors)


def failure_beside_result(document: str, errors: Sequence[Json], *, writing: bool) -> ConnectorError:
    """What the top-level errors of an answer mean; an unknown one after a write began leaves the outcome open."""
    text = f"Shopify on {document}: {_sentence(errors)}"
    codes = {code_of(error) for error in errors}
    if codes & RIGHTS_MISSING:
        return Unauthorised(text)
    if codes & BROKEN_INSIDE:
        return OutcomeUnknown(text) if writing else Unavailable(text)
    if not writing:
        return BadAnswer(text)
    return _key_fault(errors) or (OutcomeUnknown(text) if _has_begun(errors) else Refused(_sentence(errors)))


def failure_in_result(errors: Sequence[Json]) -> ConnectorError:
    """What `userErrors` mean: nothing was done, and why; or the shop cannot say just now."""
    if any(code_of(error) in BROKEN_INSIDE for error in errors):
        return OutcomeUnknown(f"Shopify could not finish: {_sentence(errors)}")
    return _key_fault(errors) or _entries_refused(errors)


def code_of(error: Json) -> str:
    """The error's code, wherever it stands; empty when it has none."""
    if not isinstance(error, Mapping):
        return ""
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, Mapping) else error.get("code")
    return code if isinstance(code, str) else ""


def _entries_refused(errors: Sequence[Json]) -> Refused:
    """By entry where every error names one."""
    placed = [(_place(error), EntryFault(code_of(error), _message(error))) for error in errors]
    faults = {place: fault for place, fault in placed if place is not None}
    is_whole = any(place is None for place, _ in placed)
    codes = frozenset(fault.code for _, fault in placed)
    return EntriesRefused(_sentence(errors), {} if is_whole else faults, codes)


def _place(error: Json) -> int | None:
    """The place in its list that an error's path names, as in `input.quantities.3.changeFromQuantity`."""
    steps = error.get("field") if isinstance(error, Mapping) else None
    if isinstance(steps, str) or not isinstance(steps, Sequence):
        return None
    return next((int(step) for step in map(str, steps) if step.isdecimal()), None)


def _key_fault(errors: Sequence[Json]) -> ConnectorError | None:
    told = " ".join(f"{code_of(error)} {_message(error)}" for error in errors)
    if compat.KEY_CONCURRENT.search(told):
        return OutcomeUnknown("Shopify is working on a request of the same idempotency key")
    if compat.KEY_MISMATCH.search(told):
        return KeyMismatch(_sentence(errors))
    if compat.KEY_FAILED_BEFORE.search(told):
        return PreviousAttemptFailed(_sentence(errors))
    return None


def _has_begun(errors: Sequence[Json]) -> bool:
    """An error with a path came from running the mutation; one without from reading the request."""
    return any(isinstance(error, Mapping) and error.get("path") for error in errors)


def _sentence(errors: Sequence[Json]) -> str:
    parts = [" ".join(filter(None, (_message(error), _where(error)))) for error in errors]
    return "; ".join(filter(None, parts))[:MESSAGE_LENGTH_MAX] or "refused without a reason"


def _message(error: Json) -> str:
    message = error.get("message") if isinstance(error, Mapping) else error
    return message if isinstance(message, str) else ""


def _where(error: Json) -> str:
    steps = error.get("field") if isinstance(error, Mapping) else None
    if isinstance(steps, str) or not isinstance(steps, Sequence) or not steps:
        return ""
    return f"({'.'.join(str(step) for step in steps)})"
