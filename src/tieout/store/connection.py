"""How SQLAlchemy reaches PostgreSQL: plain libpq addresses, exact numbers in JSON."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from functools import partial
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, create_engine

CONNECT_SECONDS: Final = 10


def make_engine(address: str, **options: Any) -> Engine:  # noqa: ANN401  # SQLAlchemy's own options
    """Return an engine on a libpq address; JSON numbers come back as int or Decimal, never float."""
    return create_engine(
        "postgresql+psycopg://",
        creator=partial(
            psycopg.connect, address, connect_timeout=CONNECT_SECONDS, application_name="tieout", client_encoding="UTF8"
        ),
        json_deserializer=partial(json.loads, parse_float=Decimal),
        json_serializer=partial(json.dumps, allow_nan=False, separators=(",", ":")),
        **options,
    )


def lock_number(*words: str) -> int:
    """Return the signed 64-bit number under which PostgreSQL keeps an advisory lock of this name."""
    digest = hashlib.blake2b("\x1f".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
