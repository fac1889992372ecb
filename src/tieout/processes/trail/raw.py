"""What was received and what was sent, word for word but for what nobody may read; looking at it is on the record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qsl

from tieout.domain.masking import Plain, masked, masked_looks, masked_text
from tieout.domain.people import Actor
from tieout.processes.trail.gathering import subject_of
from tieout.processes.trail.steps import said_of
from tieout.processes.trail.timeline import LOOKED
from tieout.store import audit, effects, inbox
from tieout.store.documents import Document
from tieout.store.store import Connection

LONGEST: Final = 200_000
"""Characters of a message that a page shows."""
_SPARE: Final = 2_000
"""Read beyond that, so that nothing is cut in the middle before it is masked."""
_UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message from or to another system, fit to be shown."""

    title: str
    system: str
    kind: str
    at: datetime
    there_at: datetime | None
    """By the clock of its source, where it has one."""
    media_type: str
    size: int
    parts: Sequence[tuple[str, str]]
    """(what it is, masked text) of the message, or of request and answer."""
    is_cut: bool


def look_at_event(c: Connection, document: Document, event_id: int, *, by: Actor, at: datetime) -> Message | None:
    """One message of a document with what nobody may read masked, the look written into the audit; or None."""
    event = inbox.event_of(c, document.company, document.kind, document.key, event_id)
    if event is None:
        return None
    _note(c, document, f"message {event_id}", by, at)
    body = bytes(event.payload)
    text, is_cut = shown(body, event.content_type)
    return Message(
        title=f"Message {event_id}",
        system=event.account,
        kind=event.kind,
        at=event.received_at,
        there_at=event.occurred_at,
        media_type=event.content_type,
        size=len(body),
        parts=(("As it was received", text),),
        is_cut=is_cut,
    )


def look_at_effect(c: Connection, document: Document, key: str, *, by: Actor, at: datetime) -> Message | None:
    """What was asked of a system under a key and what it answered, masked and on the record as above; or None."""
    effect = effects.effect(c, document, key)
    if effect is None or (effect.document_kind, effect.document_key) != (document.kind, document.key):
        return None
    _note(c, document, f"request {key}", by, at)
    parts = [("What was asked", _text_of(effect.content))]
    parts += [("What was answered", _text_of(effect.answer))] if effect.answer is not None else []
    return Message(
        title=f"Request {key}",
        system=effect.system,
        kind=said_of(effect.command),
        at=effect.intended_at,
        there_at=None,
        media_type="application/json",
        size=sum(len(text) for _, text in parts),
        parts=[(name, text[:LONGEST]) for name, text in parts],
        is_cut=any(len(text) > LONGEST for _, text in parts),
    )


def shown(body: bytes, media_type: str) -> tuple[str, bool]:
    """A body as it may be read, and whether it was too long to show whole."""
    text = body.decode("utf-8-sig", errors="replace")
    if text.count(_UNREADABLE) * 10 > len(text) or "\0" in text:
        return f"{len(body):,} bytes that are no text; not shown.", False
    found = _structured(text, media_type)
    whole = masked_text(text[: LONGEST + _SPARE]) if found is None else _text_of(found)
    return whole[:LONGEST], len(whole) > LONGEST


def _structured(text: str, media_type: str) -> Any:  # noqa: ANN401 - any JSON value
    """The body in its parts where it is JSON or a form; None for any other text."""
    if "x-www-form-urlencoded" in media_type.lower():
        pairs = parse_qsl(text, keep_blank_values=True)
        return {f"{name}" if n == 0 else f"{name} ({n + 1})": value for n, name, value in _counted(pairs)} or None
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=str)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _counted(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[int, str, str]]:
    """Pairs with how often their name came before."""
    seen: dict[str, int] = {}
    for name, value in pairs:
        yield seen.get(name, 0), name, value
        seen[name] = seen.get(name, 0) + 1


def _text_of(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return "\n".join(_lines(masked(value), 0, "", ""))


def _lines(value: Plain, deep: int, before: str, after: str) -> Iterator[str]:
    """A JSON value over many lines; numbers as they came, to the last digit."""
    pad = "  " * deep
    match value:
        case Mapping() if value:
            yield f"{pad}{before}{{"
            for n, (name, one) in enumerate(value.items(), start=1):
                yield from _lines(one, deep + 1, f"{_word(str(name))}: ", "," if n < len(value) else "")
            yield f"{pad}}}{after}"
        case Mapping():
            yield f"{pad}{before}{{}}{after}"
        case Decimal():
            yield f"{pad}{before}{value}{after}"
        case str() | bool() | int() | None:
            yield f"{pad}{before}{_word(value)}{after}"
        case _ if not value:
            yield f"{pad}{before}[]{after}"
        case _:
            yield f"{pad}{before}["
            for n, one in enumerate(value, start=1):
                yield from _lines(one, deep + 1, "", "," if n < len(value) else "")
            yield f"{pad}]{after}"


def _word(value: str | int | None) -> str:
    return json.dumps(value, ensure_ascii=False)


def _note(c: Connection, document: Document, what: str, by: Actor, at: datetime) -> None:
    audit.append(
        c,
        company=document.company,
        who=by.name,
        action=LOOKED,
        subject=subject_of(document),
        before=None,
        after={"what": masked_looks(what)},
        at=at,
    )
