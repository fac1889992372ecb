"""Sage ID: authorisation codes, access tokens that expire by the clock, and refresh tokens that rotate."""

from __future__ import annotations

import hmac
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from tieout.sandbox.clock import SandboxClock

SCOPE = "openid profile email offline_access"
CODE_LIFE = timedelta(minutes=10)
REFRESH_LIFE = timedelta(days=90)


class OAuthRefusalError(Exception):
    """A refusal of the token endpoint: an error word and a description."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.body = {"error": error, "error_description": description}
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The registered application; without redirect addresses any is accepted."""

    id: str = "tieout-sandbox"
    secret: str = "sandbox-secret"  # noqa: S105  # a made-up credential of a stand-in
    redirect_uris: tuple[str, ...] = ()


class Identity:
    """Hands out tokens for the one test user and knows which of them still hold."""

    def __init__(
        self, clock: SandboxClock, rng: random.Random, client: Client, *, access_seconds: int = 28_800
    ) -> None:
        self._clock = clock
        self._rng = rng
        self.client = client
        self.access_seconds = access_seconds
        self.refresh_life = REFRESH_LIFE
        self.refuse_early_refresh = False
        self.deny_consent = False
        self._companies: frozenset[int] | None = None
        self._codes: dict[str, tuple[str, datetime]] = {}
        self._access: dict[str, datetime] = {}
        self._refresh: dict[str, datetime] = {}
        self._used: set[str] = set()

    def authorize(self, params: Mapping[str, str]) -> str:
        """Sign the test user in straight away; return where to go with the code."""
        redirect = params.get("redirect_uri", "")
        if params.get("client_id") != self.client.id or params.get("response_type") != "code" or not redirect:
            raise OAuthRefusalError("invalid_request", "client_id, response_type=code and redirect_uri are required")
        if self.client.redirect_uris and redirect not in self.client.redirect_uris:
            raise OAuthRefusalError("invalid_request", "The redirect_uri is not registered")
        if self.deny_consent:
            answer = {"error": "access_denied", "error_description": "User did not authorize the request"}
        else:
            code = self._word("code")
            self._codes[code] = (redirect, self._clock.now() + CODE_LIFE)
            answer = {"code": code}
        if "state" in params:
            answer["state"] = params["state"]
        return f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(answer)}"

    def token(self, form: Mapping[str, str]) -> dict[str, object]:
        """Answer the token endpoint; OAuthRefusalError when it is refused."""
        known = hmac.compare_digest(form.get("client_secret", "").encode(), self.client.secret.encode())
        if form.get("client_id") != self.client.id or not known:
            raise OAuthRefusalError("invalid_client", "The client is not known", 401)
        match form.get("grant_type"):
            case "authorization_code":
                redirect, until = self._codes.pop(form.get("code", ""), ("", self._clock.now()))
                if until <= self._clock.now() or form.get("redirect_uri") != redirect:
                    raise OAuthRefusalError("invalid_grant", "Invalid authorization code", 403)
            case "refresh_token":
                self._use_refresh(form.get("refresh_token", ""))
            case _:
                raise OAuthRefusalError("unsupported_grant_type", "The grant type is not supported")
        return self.issue()

    def _use_refresh(self, token: str) -> None:
        now = self._clock.now()
        if self.refuse_early_refresh and any(until > now for until in self._access.values()):
            raise OAuthRefusalError("access_denied", "The access token has not expired", 403)
        until = self._refresh.pop(token, None)
        if until is None or until <= now:
            raise OAuthRefusalError("invalid_grant", "Unknown or invalid refresh token.", 403)
        self._used.add(token)

    def issue(self) -> dict[str, object]:
        """Issue a new pair of tokens."""
        now = self._clock.now()
        access, refresh = self._word("at"), self._word("v1")
        self._access[access] = now + timedelta(seconds=self.access_seconds)
        self._refresh[refresh] = now + self.refresh_life
        return {
            "access_token": access,
            "refresh_token": refresh,
            "id_token": self._word("id"),
            "scope": SCOPE,
            "expires_in": self.access_seconds,
            "token_type": "Bearer",
        }

    def holds(self, access_token: str) -> bool:
        """Say whether an access token is known and has not expired."""
        until = self._access.get(access_token)
        return until is not None and until > self._clock.now()

    def sees(self, company_id: int) -> bool:
        """Say whether the test user can see a company."""
        return self._companies is None or company_id in self._companies

    def set_up(self, wishes: Mapping[str, Any]) -> dict[str, object]:
        """Change how signing in goes and return how it goes now; refuse_early_refresh is off unless asked for."""
        self.refuse_early_refresh = bool(wishes.get("refuse_early_refresh", False))
        self.deny_consent = bool(wishes.get("deny_consent", False))
        self.access_seconds = int(wishes.get("access_seconds", self.access_seconds))
        self.refresh_life = timedelta(seconds=int(wishes.get("refresh_seconds", self.refresh_life.total_seconds())))
        if "companies" in wishes:
            seen = wishes["companies"]
            self._companies = None if seen is None else frozenset(int(company) for company in seen)
        secret, addresses = wishes.get("client_secret"), wishes.get("redirect_uris")
        self.client = replace(
            self.client,
            secret=self.client.secret if secret is None else str(secret),
            redirect_uris=self.client.redirect_uris if addresses is None else tuple(map(str, addresses)),
        )
        return {
            "refuse_early_refresh": self.refuse_early_refresh,
            "access_seconds": self.access_seconds,
            "refresh_seconds": int(self.refresh_life.total_seconds()),
            "deny_consent": self.deny_consent,
            "companies": None if self._companies is None else sorted(self._companies),
        }

    def expire_refresh(self) -> None:
        """Let every refresh token die: a human must sign in again."""
        self._refresh.clear()

    def expire_access(self) -> None:
        """Let every access token end now."""
        self._access.clear()

    def _word(self, prefix: str) -> str:
        return f"{prefix}.{self._rng.getrandbits(192):048x}"
