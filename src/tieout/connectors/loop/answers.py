"""What Loop's answers say when they say no: several shapes, some of them under HTTP 200."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.connectors.transport import Json

MESSAGE_LENGTH_MAX = 300


def refusal_in(body: Json) -> str:
    """The sentence of an error object of any of Loop's shapes; empty when the answer is none.

    Shapes: `{"error": {"message"}}`, `{"errors": {"message"}}`, `{"errors": [{"message"}]}`, `{"errors": "..."}`,
    `{"message", "errors": {field: [...]}}` and, for actions, a bare `{"message"}`.
    """
    if not isinstance(body, Mapping):
        return ""
    for key in ("error", "errors"):
        if body.get(key):
            return (_words(body[key]) or _words(body.get("message")) or "an error without a text")[:MESSAGE_LENGTH_MAX]
    if set(body) <= {"message", "code", "content"}:
        return (_words(body.get("message")) or _words(body.get("content")))[:MESSAGE_LENGTH_MAX]
    return ""


def _words(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        named = value.get("message")
        return named if isinstance(named, str) else "; ".join(filter(None, map(_words, value.values())))
    if isinstance(value, Sequence):
        return "; ".join(filter(None, map(_words, value)))
    return ""
