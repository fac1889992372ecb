"""What a ledger said that a person may want to know later: locks met, and sentences that nobody understands yet.

How Sage 200 words a lock is not documented (section 2.6), so every sentence that no lock word matches is
collected by its shape for somebody to judge.
"""

from __future__ import annotations

import re
from datetime import datetime

from tieout.domain.commands import AnyCommand
from tieout.domain.identifiers import KEY_PATTERN
from tieout.ports.errors import ConnectorError, Locked, OutcomeUnknown, Refused
from tieout.store import contentions
from tieout.store.documents import Document
from tieout.store.store import Connection

SENTENCE_MAX = 400
_QUOTED = re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'")
_FIGURES = re.compile(r"\d+(?:[.,:/-]\d+)*")


def note_answer(
    c: Connection, error: ConnectorError, command: AnyCommand, document: Document, *, account: str, at: datetime
) -> None:
    """Record what a write was answered with, when it is a lock or a sentence to be judged."""
    match error:
        case Locked():
            contentions.met(
                c,
                contentions.Contention(
                    company=document.company,
                    account=account,
                    at=at,
                    command=command.kind,
                    document_kind=document.kind,
                    document_key=document.key,
                    record=error.record,
                    holder=error.holder,
                    sentence=str(error)[:SENTENCE_MAX],
                ),
            )
        case Refused() | OutcomeUnknown() if error.args and str(error):
            sentence = (error.reason if isinstance(error, Refused) else str(error))[:SENTENCE_MAX]
            contentions.heard(
                c, company=document.company, account=account, shape=shape_of(sentence), example=sentence, at=at
            )
        case _:
            return


def shape_of(sentence: str) -> str:
    """A sentence without what changes from one record to the next: quoted names, keys and figures."""
    bare = KEY_PATTERN.sub("…", _QUOTED.sub("…", sentence))
    return _FIGURES.sub("#", bare).strip()
