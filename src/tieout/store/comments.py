"""Comments: what people said about a document or its case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select

from tieout.store.rows import columns_of, read, read_all
from tieout.store.tables import comments


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One thing that somebody said."""

    id: int
    company: str
    document_kind: str
    document_key: str
    case_id: int | None
    who: str
    at: datetime
    said: str
    mentions: Sequence[str]


_COLUMNS: Final = columns_of(comments, Comment)


def say(  # noqa: PLR0913 - one keyword per column
    c: Connection,
    *,
    company: str,
    kind: str,
    key: str,
    case_id: int | None,
    who: str,
    said: str,
    mentions: Sequence[str],
    at: datetime,
) -> Comment:
    """Keep what somebody said."""
    statement = insert(comments).values(
        company=company,
        document_kind=kind,
        document_key=key,
        case_id=case_id,
        who=who,
        said=said,
        mentions=list(mentions),
        at=at,
    )
    return read(Comment, c.execute(statement.returning(*_COLUMNS)).one())


def comments_of(c: Connection, company: str, kind: str, key: str) -> list[Comment]:
    """Return what was said about a document and its cases, oldest first."""
    query = select(*_COLUMNS).where(
        comments.c.company == company, comments.c.document_kind == kind, comments.c.document_key == key
    )
    return read_all(Comment, c.execute(query.order_by(comments.c.at, comments.c.id)))


def mentions_of(c: Connection, name: str, *, among: int = 500, limit: int = 5) -> list[Comment]:
    """Return where somebody was named of late, the newest first: in the last so many comments of the scope."""
    latest = select(*_COLUMNS).order_by(comments.c.id.desc()).limit(among).subquery()
    query = select(latest).where(latest.c.mentions.contains([name]), latest.c.who != name)
    return read_all(Comment, c.execute(query.order_by(latest.c.id.desc()).limit(limit)))
