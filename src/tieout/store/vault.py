"""The vault: tokens that change by themselves, encrypted, refreshed by one process at a time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from tieout.store.connection import lock_number
from tieout.store.store import Store
from tieout.store.tables import account_states


class VaultLocked(RuntimeError):  # noqa: N818  # named for what happened
    """What is kept cannot be read with this key; the sentence says what to do."""


class Vault:
    """Secrets of accounts, by account and name."""

    def __init__(self, store: Store, key: bytes) -> None:
        self._store = store
        self._fernet = Fernet(key)

    def seal(self, value: str) -> bytes:
        """Return a value encrypted, to be kept elsewhere."""
        return self._fernet.encrypt(value.encode())

    def unseal(self, sealed: bytes) -> str:
        """Return what was sealed; raises `VaultLocked` if the key is not the right one."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise VaultLocked(
                "A signing secret was written with another key: put back the secret.key of this installation, "
                "or change the secret of the webhook."
            ) from None

    def get(self, account: str, name: str) -> str | None:
        """Return what is kept under this name, or None; raises `VaultLocked` if the key is not the right one."""
        mine = (account_states.c.account == account) & (account_states.c.name == name)
        with self._store.scope(None) as c:
            secret = c.execute(select(account_states.c.secret).where(mine)).scalar_one_or_none()
        if secret is None:
            return None
        try:
            return self._fernet.decrypt(secret).decode()
        except InvalidToken:
            raise VaultLocked(
                f"The secrets of account {account} were written with another key: "
                "put back the secret.key of this installation, or connect the account again."
            ) from None

    def put(self, account: str, name: str, value: str, *, at: datetime) -> None:
        """Keep a value, encrypted, in the place of any before it."""
        fresh = insert(account_states).values(
            account=account, name=name, secret=self._fernet.encrypt(value.encode()), updated_at=at
        )
        replacing = {"secret": fresh.excluded.secret, "updated_at": fresh.excluded.updated_at}
        with self._store.scope(None) as c:
            c.execute(fresh.on_conflict_do_update(index_elements=["account", "name"], set_=replacing))

    def forget(self, account: str, name: str) -> None:
        """Delete what is kept under this name."""
        mine = (account_states.c.account == account) & (account_states.c.name == name)
        with self._store.scope(None) as c:
            c.execute(delete(account_states).where(mine))

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Let one process of all hosts in at a time, for instance to refresh one token; the others wait."""
        with self._store.scope(None) as c:
            c.execute(select(func.pg_advisory_xact_lock(lock_number("vault", name))))
            yield


def key_of(home: Path) -> bytes:
    """Return the encryption key of this home, `secret.key`, drawing it the first time; only we may read it."""
    path = home / "secret.key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        number, draft = tempfile.mkstemp(dir=home, prefix=".secret.key.")  # made with mode 0600
        with os.fdopen(number, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(number)
        try:
            os.link(draft, path)  # whoever is first wins, and the file is never seen half written
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_bytes().strip()
