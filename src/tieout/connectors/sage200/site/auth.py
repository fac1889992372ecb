"""Signing in to Sage ID: one refresher over many threads and processes, and no token used before it is kept.

The refresh token changes at each refresh (section 1.3), so a lost one means that a person must
sign in again: the kept blob is written by the token keeper before anybody uses it. What Sage ID gave
and the keeper could not keep is remembered for as long as this process lives, and kept at the next try.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]  # authlib ships no types
    prepare_grant_uri,
    prepare_token_request,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.wire import TokenReply
from tieout.connectors.transport import Reply, Transport, error_for, parse_json, wait_asked
from tieout.ports.errors import BadAnswer, Busy, Unauthorised, Unavailable
from tieout.ports.systems import TokenKeeper

TOKEN_NAME = "sage_id"  # noqa: S105 - the name under which the tokens are kept, not one of them
AUDIENCE = "s200ukipd/sage200"
SCOPES = "openid profile email offline_access"
MARGIN = timedelta(minutes=5)
"""Tokens are renewed this long before they end; earlier attempts may be refused as over-eager (1.3)."""
OAUTH_WORD = re.compile(r"^[a-z_]{1,40}$")

WRONG_CLIENT = "client_id and client_secret do not belong together: compare both with what Sage sent you"
CODE_REFUSED = {
    "": "start the sign-in again",
    "invalid_grant": "the code was used already, is too old, or was given for another redirect_uri: start again",
    "invalid_client": WRONG_CLIENT,
    "access_denied": WRONG_CLIENT,
    "unauthorized_client": WRONG_CLIENT,
    "invalid_request": "compare redirect_uri with the address that is registered with Sage, to the letter",
}
"""What to do about a refused code, by the error's word: the words are OAuth's, who says which is Sage ID's choice."""
REFRESH_REFUSED = {
    "": "sign in to Sage 200 again",
    "invalid_client": f"{WRONG_CLIENT}, or sign in to Sage 200 again",
    "unauthorized_client": f"{WRONG_CLIENT}, or sign in to Sage 200 again",
}
DENIED = {
    "": "start again, and ask Sage Developer Services if it happens again",
    "access_denied": "nobody agreed to it. Sign in as a Sage user who may use this site, and agree to what Sage asks",
    "login_required": "start again, and sign in",
    "invalid_scope": "ask Sage for a client that may use offline_access",
    "unauthorized_client": "compare client_id and redirect_uri with what is registered with Sage",
}


class Tokens(BaseModel):
    """What is kept for one account, as one secret text."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    access_token: str = Field(default="", repr=False)
    refresh_token: str = Field(default="", repr=False)
    expires_at: datetime = datetime.min.replace(tzinfo=UTC)
    seed: str = ""
    """Digest of the first refresh token of this chain: a newer sign-in in the settings starts a new one."""
    signed_in_at: datetime | None = None
    """When a person signed in; of a refresh token from the settings, when it was first used."""
    renewed_at: datetime | None = None
    """When Sage ID last gave a refresh token."""

    def is_fresh(self, now: datetime) -> bool:
        """Whether the access token can be used and is not near its end."""
        return bool(self.access_token) and now < self.expires_at - MARGIN


class SageId:
    """Bearer tokens of one account."""

    def __init__(
        self,
        settings: Sage200Settings,
        keeper: TokenKeeper,
        clock: Callable[[], datetime],
        transport: Transport,
    ) -> None:
        self._settings = settings
        self._keeper = keeper
        self._clock = clock
        self._transport = transport
        self._kept: Tokens | None = None
        self._unkept: tuple[str, Tokens] | None = None
        self._turn = threading.Lock()

    def bearer(self, rejected: str = "") -> str:
        """A usable access token other than `rejected`; renewed, in one place at a time, when none is kept.

        Raises Unauthorised when a person must sign in again, Busy or Unavailable when Sage ID cannot now.
        """
        kept = self._kept
        if kept and self._is_usable(kept, rejected):
            return kept.access_token
        with self._turn:
            kept = self._kept
            if kept and self._is_usable(kept, rejected):
                return kept.access_token
            kept = tokens_of(self._keeper.read(self._settings.token_account, TOKEN_NAME))
            if not self._is_usable(kept, rejected):
                kept = tokens_of(
                    self._keeper.renew(
                        self._settings.token_account, TOKEN_NAME, lambda kept: self._renewed(kept, rejected)
                    )
                )
            self._kept, self._unkept = kept, None
            return kept.access_token

    def secrets(self) -> tuple[str, ...]:
        """The tokens now in use, so that they can be struck out of texts."""
        kept = self._kept
        return (kept.access_token, kept.refresh_token) if kept else ()

    def redeem(self, code: str) -> None:
        """Exchange the code of a sign-in for the first tokens and keep them.

        Raises Unauthorised with a sentence that says what to do, Busy or Unavailable when Sage ID cannot now.
        """

        def first(kept: str | None) -> str:  # noqa: ARG001 - a new sign-in starts anew
            reply = self._ask("authorization_code", redirect_uri=self._settings.redirect_uri, code=code)
            tokens = self._tokens(reply, Tokens(seed=self._seed(), signed_in_at=self._clock()), CODE_REFUSED)
            if not tokens.refresh_token:
                raise Unauthorised("Sage ID gave no refresh token: ask Sage for a client that may use offline_access")
            return tokens.model_dump_json()

        with self._turn:
            self._unkept = None
            self._kept = tokens_of(self._keeper.renew(self._settings.token_account, TOKEN_NAME, first))

    def sign_in_ends(self) -> datetime | None:
        """When the refresh token dies and a person must have signed in again; None when nobody has signed in.

        Its life is chosen on Sage's form (1.3); whether a renewal prolongs it is `compat.sign_in_counts_from`.
        """
        kept = tokens_of(self._keeper.read(self._settings.token_account, TOKEN_NAME))
        if not kept.refresh_token:
            return None
        is_prolonged = self._settings.compat.sign_in_counts_from == "renewal"
        began = kept.renewed_at if is_prolonged else kept.signed_in_at
        return began + timedelta(days=self._settings.refresh_token_days) if began else None

    def _is_usable(self, tokens: Tokens, rejected: str) -> bool:
        return tokens.is_fresh(self._clock()) and tokens.access_token != rejected

    def _renewed(self, text: str | None, rejected: str) -> str:
        kept = tokens_of(text)
        if self._is_usable(kept, rejected):
            return text or ""
        if self._is_superseded(kept):
            kept = Tokens(refresh_token=self._configured(), seed=self._seed(), signed_in_at=self._clock())
        if not kept.refresh_token:
            raise Unauthorised("nobody has signed in to Sage 200 for this account: sign in once")
        if self._unkept and self._unkept[0] == kept.refresh_token:
            return self._unkept[1].model_dump_json()
        reply = self._ask("refresh_token", refresh_token=kept.refresh_token)
        still_good = kept.access_token != rejected and self._clock() < kept.expires_at
        if still_good and not reply.is_success and b"expired" in reply.body:
            return kept.model_dump_json()
        new = self._tokens(reply, kept, REFRESH_REFUSED)
        self._unkept = (kept.refresh_token, new)
        return new.model_dump_json()

    def _is_superseded(self, kept: Tokens) -> bool:
        configured = self._configured()
        return bool(configured) and (not kept.refresh_token or kept.seed not in ("", self._seed()))

    def _tokens(self, reply: Reply, before: Tokens, refused: Mapping[str, str]) -> Tokens:
        if not reply.is_success:
            self._complain(reply, refused)
        try:
            new = TokenReply.model_validate(reply.json())
        except ValidationError:
            raise BadAnswer("Sage ID answered without an access token") from None
        now = self._clock()
        return Tokens(
            access_token=new.access_token,
            refresh_token=new.refresh_token or before.refresh_token,
            expires_at=now + timedelta(seconds=new.expires_in),
            seed=before.seed,
            signed_in_at=before.signed_in_at or now,
            renewed_at=now if new.refresh_token else before.renewed_at,
        )

    def _complain(self, reply: Reply, refused: Mapping[str, str]) -> None:
        word = oauth_word(reply.body)
        text = f"Sage ID answered {reply.status}" + (f" ({word})" if word else "")
        wait = timedelta(seconds=self._settings.busy_seconds)
        kind = error_for(reply.status, writing=False)
        if kind is Busy:
            raise Busy(text, wait_asked(reply.headers, now=self._clock(), otherwise=wait))
        if kind is Unavailable:
            raise Unavailable(text)
        raise Unauthorised(f"{text}: {refused.get(word, refused[''])}")

    def _ask(self, grant: str, **fields: str) -> Reply:
        body: str = prepare_token_request(
            grant,
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret.get_secret_value(),
            **fields,
        )
        return self._transport.send(
            "POST",
            "/oauth/token",
            writing=False,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            content=body.encode(),
        )

    def _configured(self) -> str:
        secret = self._settings.refresh_token
        return secret.get_secret_value() if secret else ""

    def _seed(self) -> str:
        configured = self._configured()
        return hashlib.sha256(configured.encode()).hexdigest() if configured else ""


def sign_in_address(settings: Sage200Settings, state: str) -> str:
    """Where a person signs in once; Sage ID then redirects to `redirect_uri` with a code for `redeem`."""
    address: str = prepare_grant_uri(
        f"{settings.identity_url}/authorize",
        settings.client_id,
        "code",
        redirect_uri=settings.redirect_uri,
        scope=SCOPES,
        state=state,
        audience=AUDIENCE,
    )
    return address


def code_of(address: str, state: str) -> str:
    """The code in the address that Sage ID redirected to; Unauthorised when it is not the answer to our `state`."""
    answer = dict(parse_qsl(address.strip().partition("?")[2].partition("#")[0]))
    if "state" not in answer or not ("code" in answer or "error" in answer):
        raise Unauthorised(
            "this is not an address that Sage ID ends a sign-in at: copy the whole address from the browser, "
            "with everything behind the question mark, or start again"
        )
    if not secrets.compare_digest(answer["state"].encode(), state.encode()):
        raise Unauthorised("this address answers another sign-in than the one that was started last: start again")
    if "error" in answer:
        word = answer["error"] if OAUTH_WORD.match(answer["error"]) else "error"
        raise Unauthorised(f"Sage ID ended the sign-in ({word}): {DENIED.get(word, DENIED[''])}")
    return answer["code"]


def tokens_of(text: str | None) -> Tokens:
    """The kept tokens; none when nothing readable is kept."""
    try:
        return Tokens.model_validate_json(text) if text else Tokens()
    except ValidationError:
        return Tokens()


def oauth_word(body: bytes) -> str:
    """The error's code word, such as `invalid_grant`; descriptions may quote tokens and are left out."""
    try:
        said = parse_json(body)
    except BadAnswer:
        return ""
    word = said.get("error") if isinstance(said, dict) else ""
    return word if isinstance(word, str) and OAUTH_WORD.match(word) else ""
