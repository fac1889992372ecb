"""Signing in: a key that lasts 24 hours, kept for all processes, or one that an administrator made lasting."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.transport import Transport, error_for, wait_asked, write_json
from tieout.ports.errors import BadAnswer, Busy, Unauthorised, Unavailable
from tieout.ports.systems import TokenKeeper

KEY_NAME = "mintsoft"
LASTS = timedelta(hours=23)
"""A key ends after 24 hours [doc]; it is renewed before."""


class KeptKey(BaseModel):
    """What is kept for one account, as one secret text."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str = Field(default="", repr=False)
    given_at: datetime = datetime.min.replace(tzinfo=UTC)
    seed: str = ""
    """Digest of user and password: a change of either in the settings signs in anew."""


class Keys:
    """The key of one account. Safe to share between threads."""

    def __init__(
        self, settings: MintsoftSettings, keeper: TokenKeeper, clock: Callable[[], datetime], transport: Transport
    ) -> None:
        self._settings = settings
        self._keeper = keeper
        self._clock = clock
        self._transport = transport
        self._kept = KeptKey()
        self._turn = threading.Lock()

    @property
    def is_lasting(self) -> bool:
        """Whether the key never ends, so that a refused one cannot be renewed."""
        return bool(self._settings.api_key.get_secret_value())

    def key(self, rejected: str = "") -> str:
        """A key other than `rejected`; signs in, in one place at a time, when none is kept.

        Raises Unauthorised when user and password are not accepted, Busy or Unavailable when Mintsoft cannot now.
        """
        if self.is_lasting:
            return self._settings.api_key.get_secret_value()
        with self._turn:
            if self._is_good(self._kept, rejected):
                return self._kept.key
            account = self._settings.account
            kept = self._read()
            if not self._is_good(kept, rejected):
                kept = _kept(self._keeper.renew(account, KEY_NAME, lambda text: self._renewed(text, rejected)))
            self._kept = kept
            return kept.key

    def secrets(self) -> tuple[str, ...]:
        """What must be struck out of texts."""
        settings = self._settings
        known = (settings.api_key.get_secret_value(), settings.password.get_secret_value(), self._kept.key)
        return tuple(secret for secret in known if secret)

    def _read(self) -> KeptKey:
        """What is kept; nothing when it cannot be read, because signing in again needs no person."""
        with suppress(Unauthorised):
            return _kept(self._keeper.read(self._settings.account, KEY_NAME))
        return KeptKey()

    def _is_good(self, kept: KeptKey, rejected: str) -> bool:
        is_fresh = self._clock() - kept.given_at < LASTS if kept.key else False
        return is_fresh and kept.key != rejected and kept.seed == self._seed()

    def _renewed(self, text: str | None, rejected: str) -> str:
        if self._is_good(_kept(text), rejected):
            return text or ""
        return KeptKey(key=self._signed_in(), given_at=self._clock(), seed=self._seed()).model_dump_json()

    def _signed_in(self) -> str:
        """Sign in; the key comes as a bare JSON text [code]."""
        body = {"Username": self._settings.username, "Password": self._settings.password.get_secret_value()}
        reply = self._transport.send(
            "POST",
            "/api/Auth",
            writing=False,
            headers={"content-type": "application/json"},
            content=write_json(body),
        )
        if not reply.is_success:
            kind, text = error_for(reply.status, writing=False), f"Mintsoft answered {reply.status} to the sign-in"
            if kind is Busy:
                otherwise = timedelta(seconds=self._settings.busy_seconds)
                raise Busy(text, wait_asked(reply.headers, now=self._clock(), otherwise=otherwise))
            if kind is Unavailable:
                raise Unavailable(text)
            raise Unauthorised(f"{text}: check username and password, and that the user may use the API")
        key = reply.json()
        if not isinstance(key, str) or not key.strip():
            raise BadAnswer("Mintsoft answered the sign-in without a key")
        return key.strip().strip('"')

    def _seed(self) -> str:
        told = f"{self._settings.username}\x1f{self._settings.password.get_secret_value()}"
        return hashlib.sha256(told.encode()).hexdigest()


def _kept(text: str | None) -> KeptKey:
    """The kept key; none when nothing readable is kept."""
    try:
        return KeptKey.model_validate_json(text) if text else KeptKey()
    except ValidationError:
        return KeptKey()
