"""What Sage's refusals mean: by status and by words, for there is no machine-readable code (sections 2.5, 2.6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from tieout.connectors.transport import Json, Reply, error_for, parse_json, wait_asked
from tieout.ports.errors import (
    BadAnswer,
    Busy,
    ConnectorError,
    Locked,
    Refused,
    Unauthorised,
)

SENTENCE_MAX = 400

LOCK_STATUSES = frozenset({409, 423})
WORDED_LOCK_STATUSES = frozenset({400, 500})

NAME = r"[\"']?(?P<holder>[\w@\\-]+(?:\.\w+)*)"
HOLDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:in use|used|locked|edited|amended|held) by (?:user )?{NAME}",
        rf"\buser:\s*{NAME}",
    )
)
RECORDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            r"(?:^|[.:;]\s*)(?!this\b)(?P<record>[^.:;]+?)\s+(?:is|are)\s+(?:currently\s+|already\s+)?"
            r"(?:being\s+)?(?:in use|used|locked|edited|amended|held)\b"
        ),
        r"(?:^|[.:;]\s*)(?P<record>[^.:;]+?)\s+could not be (?:read|opened)\b",
        r"\b(?:working with|deadlock on|lock on)\s+(?P<record>[^.:;]+)",
    )
)
"""Where a sentence names who holds what; none is documented, so a sentence that names nobody is as good (2.6)."""


class Reading:
    """Turns the answers of one site into connector errors."""

    def __init__(self, *, patterns: Callable[[], Iterable[str]], busy: timedelta, secrets: Sequence[str]) -> None:
        self._patterns = patterns
        self._busy = busy
        self._secrets = tuple(secrets)

    def failure(
        self, reply: Reply, place: str, *, writing: bool, now: datetime, secrets: Sequence[str] = ()
    ) -> ConnectorError:
        """The error that an answer other than 2xx stands for; `place` is the verb and path."""
        sentence = without_secrets(sentence_of(reply.body), (*self._secrets, *secrets))
        text = f"{place} answered {reply.status}: {sentence or 'no sentence'}"
        if self.is_lock(reply.status, sentence):
            holder, record = holder_of(sentence)
            return Locked(text, holder, record) if writing else Busy(text, self._busy)
        kind = error_for(reply.status, writing=writing)
        if kind is Busy:
            return Busy(text, wait_asked(reply.headers, now=now, otherwise=self._busy))
        if kind is Refused:
            return Refused(sentence or text)
        if kind is Unauthorised and reply.status == 403:
            return Unauthorised(f"the Sage user's role lacks a right: {text}")
        return kind(text)

    def is_lock(self, status: int, sentence: str) -> bool:
        """Whether an answer says that somebody has the record on screen."""
        if status in LOCK_STATUSES:
            return True
        words = sentence.casefold()
        return status in WORDED_LOCK_STATUSES and any(pattern.casefold() in words for pattern in self._patterns())


def sentence_of(body: bytes) -> str:
    """What an error body says, in either spelling; empty when it says nothing readable."""
    try:
        said = parse_json(body)
    except BadAnswer:
        return ""
    if isinstance(said, str):
        return tidy(said)
    if not isinstance(said, Mapping):
        return ""
    texts = [_text(said, name) for name in ("Message", "message", "detail", "title", "error")]
    first = next((text for text in texts if text), "")
    return tidy(" ".join((first, *_model_state(said))))


def holder_of(sentence: str) -> tuple[str, str]:
    """Who holds which record, as far as the sentence says so."""
    return _named(HOLDERS, sentence, "holder"), _named(RECORDS, sentence, "record").strip()


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret struck out, should a server repeat one to us."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return text


def tidy(text: str) -> str:
    """One printable line of bearable length."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= SENTENCE_MAX else line[: SENTENCE_MAX - 1] + "…"


def _named(patterns: Iterable[re.Pattern[str]], sentence: str, what: str) -> str:
    found = next((match for pattern in patterns if (match := pattern.search(sentence))), None)
    return found[what] if found else ""


def _text(said: Mapping[str, Json], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _model_state(said: Mapping[str, Json]) -> list[str]:
    """Binding errors that the framework lists by field [recall, section 2.5]."""
    state = said.get("ModelState") or said.get("modelState")
    if not isinstance(state, Mapping):
        return []
    rows = [(str(field), rows) for field, rows in state.items() if isinstance(rows, list)]
    return [f"{field}: {row}" for field, texts in rows for row in texts if isinstance(row, str)]
