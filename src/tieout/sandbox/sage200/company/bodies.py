"""Request bodies against Sage's lengths and decimals; only the first problem is reported.

A specification is a text such as "customer_id:i! reference:s20 value:m": name, kind, and ! when required.
Kinds: i whole number, s<n> text of at most n characters, m money (2 places), q quantity or unit price (5 places),
p percentage (2 places), w weight (4 places), v unit multiple (9 places), n any number (passed over), b true/false,
d date (full date-time), l list of objects, o object. Unknown keys are passed over (assumed); null is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tieout.sandbox.sage200.company.figures import stored
from tieout.sandbox.sage200.company.refusals import RefusedError

Fields = dict[str, Any]
PLACES = {"m": 2, "q": 5, "p": 2, "w": 4, "r": 6, "v": 9}
LARGEST = {"i": 10**15, "m": 10**11, "q": 10**7, "p": 10**5, "w": 10**7, "r": 10**6, "v": 10**5}
FULL_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$")


@lru_cache
def _parsed(specification: str) -> tuple[tuple[str, str, bool], ...]:
    fields = []
    for word in specification.split():
        name, _, kind = word.partition(":")
        fields.append((name, kind.rstrip("!"), kind.endswith("!")))
    return tuple(fields)


def checked(body: Mapping[str, Any], specification: str) -> Fields:
    """Return the known fields of a body as stored values (money in pence, dates as dates); raise RefusedError."""
    found: Fields = {}
    for name, kind, required in _parsed(specification):
        if name not in body:
            if required:
                raise RefusedError(f"The field {name} is required.")
            continue
        value = body[name]
        if value is None:
            raise RefusedError(f"SageNullFieldException: The field {name} cannot be null.")
        found[name] = _read(name, kind, value)
    return found


def _read(name: str, kind: str, value: object) -> object:
    """Return one value as stored."""
    if kind in PLACES:
        return _decimal(name, value, kind)
    match kind[0]:
        case "i":
            if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST["i"]:
                raise RefusedError(f"The field {name} must be a whole number.")
            return value
        case "s":
            return text(name, value, int(kind[1:]))
        case "b":
            return _needs(name, value, bool, "true or false")
        case "d":
            return full_date(name, value)
        case "l":
            items = _needs(name, value, list, "a list")
            assert isinstance(items, list)
            return [_needs(name, item, dict, "a list of objects") for item in items]
        case "o":
            return _needs(name, value, dict, "an object")
    return value


def _needs(name: str, value: object, wanted: type, words: str) -> object:
    if not isinstance(value, wanted):
        raise RefusedError(f"The field {name} must be {words}.")
    return value


def text(name: str, value: object, longest: int) -> str:
    """Return a text; RefusedError when it is longer than Sage's column (it is never cut)."""
    if not isinstance(value, str):
        raise RefusedError(f"The field {name} must be text.")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise RefusedError(f"The field {name} holds a character that does not exist.")
    if len(value) > longest:
        raise RefusedError(
            f"The field {name} is too long: {len(value)} characters, and the maximum length is {longest}."
        )
    return value


def _decimal(name: str, value: object, kind: str) -> int:
    places, largest = PLACES[kind], LARGEST[kind]
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not -largest < value < largest:
        raise RefusedError(f"The field {name} must be a number.")
    exact = Decimal(value).scaleb(places)
    if exact != exact.to_integral_value():
        raise RefusedError(f"The field {name} can have at most {places} decimal places.")
    return stored(value, places)


def full_date(name: str, value: object) -> date:
    """Return the calendar date of a full date-time; a bare date is refused, as Sage does."""
    match = FULL_DATE.match(value) if isinstance(value, str) else None
    if match is None:
        raise RefusedError(f"The field {name} must be a date and time such as 2026-11-20T00:00:00Z.")
    try:
        return datetime.fromisoformat(match[1]).date()
    except ValueError as error:
        raise RefusedError(f"The field {name} is not a valid date.") from error
