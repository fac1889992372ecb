"""What ShipBob's answers say when they say no: three shapes, by the part of the API that answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.connectors.transport import Json

LETTERS_MAX = 300
ONLY = ("detail", "message", "title")
NOT_WORDS = frozenset({"stacktrace", "type", "instance", "status", "traceid", "code"})
"""Parts of an error that are for ShipBob's programmers."""


def refusal_in(body: Json) -> str:
    """The sentence of an error of any shape; empty when it says nothing.

    Orders give `{field: [texts]}`, where the field may be empty; inventory and products an RFC 7807 problem, with
    `errors` by field where it validates; returns `{message, errors, details, stackTrace}`, whose trace is never told.
    """
    if isinstance(body, str):
        return _short(body)
    if isinstance(body, Sequence):
        return _short("; ".join(filter(None, map(refusal_in, body))))
    if not isinstance(body, Mapping):
        return ""
    named = [text for key in ONLY if isinstance(text := body.get(key), str) and text.strip()]
    by_field = body.get("errors") or body.get("error")
    if named or by_field:
        return _short("; ".join(_once([*named[:1], *_words(by_field, ""), *_words(body.get("details"), "")])))
    fields = {key: value for key, value in body.items() if key.casefold() not in NOT_WORDS}
    return _short("; ".join(_once(_words(fields, ""))))


def _words(value: Json, field: str) -> list[str]:
    if isinstance(value, str):
        text = value.strip()
        return [f"{field}: {text}" if field and text else text] if text else []
    if isinstance(value, Mapping):
        return [word for key, part in value.items() if key.casefold() not in NOT_WORDS for word in _words(part, key)]
    if isinstance(value, Sequence):
        return [word for part in value for word in _words(part, field)]
    return []


def _once(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _short(text: str) -> str:
    return " ".join(text.split())[:LETTERS_MAX]
