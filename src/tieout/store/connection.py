"""How SQLAlchemy reaches PostgreSQL: plain libpq addresses, exact numbers in JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, create_engine, event

CONNECT_SECONDS: Final = 10


def make_engine(address: str, **options: Any) -> Engine:  # noqa: ANN401  # SQLAlchemy's own options
    """Return an engine on a libpq address; JSON numbers come back as int or Decimal, never float."""
    engine = create_engine(
        "postgresql+psycopg://",
        json_deserializer=partial(json.loads, parse_float=Decimal),
        json_serializer=spell,
        hide_parameters=True,  # an error is logged, and what was to be kept may be about people
        **options,
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, _arguments: object, adapters: dict[str, Any]) -> psycopg.Connection:
        settings: dict[str, Any] = {
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "tieout",
            "client_encoding": "UTF8",
        }
        return psycopg.connect(address, **settings, **adapters)

    return engine


def spell(value: object) -> str:
    """Write a JSON value as PostgreSQL can keep it.

    A float is refused with TypeError: money never is one. Characters that PostgreSQL cannot keep (NUL,
    halves of a pair) become U+FFFD, because outside systems do send them.
    """
    return json.dumps(_keepable(value), allow_nan=False, separators=(",", ":"))


def _keepable(value: object) -> object:
    match value:
        case str():
            return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case None | bool() | int():
            return value
        case Mapping():
            return {str(_keepable(name)): _keepable(each) for name, each in value.items()}
        case list() | tuple():
            return [_keepable(each) for each in value]
        case _:
            raise TypeError(f"{type(value).__name__} is no JSON value that we keep: write it as text or whole units")


def lock_number(*words: str) -> int:
    """Return the signed 64-bit number under which PostgreSQL keeps an advisory lock of this name."""
    digest = hashlib.blake2b("\x1f".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
