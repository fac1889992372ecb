"""The way into our own database: scoped transactions, and documents held by one worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from tieout.store.connection import lock_number, make_engine

EVERY_COMPANY: Final = "*"

__all__ = ["Connection", "Held", "HoldLost", "Store"]


class HoldLost(RuntimeError):  # noqa: N818  # named for what happened
    """The connection that held a document broke, so another worker may have it: stop working on it."""


class Store:
    """Our database. Every transaction is bound to one company, or to all of them."""

    def __init__(self, address: str, *, pool_size: int = 10) -> None:
        self._engine = make_engine(address, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)

    @contextmanager
    def scope(self, company: str | None) -> Iterator[Connection]:
        """Give one transaction that sees and writes rows of one company only; None means all companies.

        Committed at the end, rolled back if anything is raised.
        """
        with self._engine.connect() as connection, _scoped(connection, company):
            yield connection

    @contextmanager
    def holding(self, company: str, kind: str, key: str) -> Iterator[Held | None]:
        """Hold one document against all other workers; None if another one has it.

        The hold lives on a connection of its own and ends with it, so a worker that was cut off cannot
        commit anything about the document any more.
        """
        number = lock_number("document", company, kind, key)
        with self._engine.connect() as connection:
            taken = _take(connection, number)
            if not taken:
                yield None
                return
            held = Held(connection, company)
            try:
                yield held
            finally:
                _let_go(connection, number)

    def raw(self, connection: Connection) -> psycopg.Connection:
        """Return the driver's connection beneath, inside the same transaction."""
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        return driver

    def close(self) -> None:
        """Close all idle connections."""
        self._engine.dispose()


class Held:
    """One document, held. Transactions about it run on the connection that holds it."""

    def __init__(self, connection: Connection, company: str) -> None:
        self._connection = connection
        self._company = company

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Give one transaction scoped to the document's company; raises `HoldLost` once the hold is gone."""
        if self._connection.invalidated:
            raise HoldLost("The connection that held this document is gone; leave the document to the next worker.")
        try:
            with _scoped(self._connection, self._company):
                yield self._connection
        except DBAPIError as error:
            if error.connection_invalidated:
                raise HoldLost("The connection that held this document broke in mid-transaction.") from error
            raise


@contextmanager
def _scoped(connection: Connection, company: str | None) -> Iterator[None]:
    if company == EVERY_COMPANY:
        raise ValueError("'*' is no company: pass None to see all companies.")
    setting = EVERY_COMPANY if company is None else company
    with connection.begin():
        connection.execute(select(func.set_config("tieout.company", setting, True)))  # noqa: FBT003
        yield


def _take(connection: Connection, number: int) -> bool:
    """Take the hold if nobody has it; a connection that fails on the way is thrown away, and the hold with it."""
    try:
        with connection.begin():
            return bool(connection.execute(select(func.pg_try_advisory_lock(number))).scalar_one())
    except DBAPIError:
        connection.invalidate()
        raise


def _let_go(connection: Connection, number: int) -> None:
    """Release the hold; a connection that cannot is thrown away, which releases it too."""
    if connection.invalidated:
        return
    try:
        if connection.in_transaction():
            connection.rollback()
        with connection.begin():
            released = connection.execute(select(func.pg_advisory_unlock(number))).scalar_one()
    except DBAPIError:
        connection.invalidate()
        return
    if not released:
        connection.invalidate()
