"""The conversation with an OpenID Connect provider, and the proof of what it says.

Written to OpenID Connect Core 1.0 (3.1.2 and 3.1.3), Discovery 1.0 and RFC 9207. Only asymmetric signatures are
believed, whatever a token or the provider's own document names.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import structlog
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]  # authlib ships no types
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]  # as above
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # as above
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from tieout.console.parts import LOOPBACK, SingleSignOn
from tieout.console.sign_on.hop import Hop
from tieout.processes.people.signing_in import NotSignedIn
from tieout.processes.people.signing_in_elsewhere import Known

log = structlog.get_logger()

BELIEVED: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
LEEWAY_SECONDS: Final = 60
KEPT_SECONDS: Final = 3600.0
KEYS_AGAIN_SECONDS: Final = 30.0
"""Keys are asked for again for an unknown key at most so often: a forger must not make us a nuisance."""
WAIT_SECONDS: Final = 10.0
DOCUMENT: Final = "/.well-known/openid-configuration"
UNREACHABLE: Final = "The sign-in elsewhere does not answer. Try again, or ask whoever gives access for another way in."
REFUSED: Final = "The sign-in elsewhere could not be proved, so nobody was let in. Begin again from the sign-in page."


@dataclass(slots=True, kw_only=True)
class _Kept:
    """What the provider said of itself, and when."""

    metadata: Mapping[str, Any]
    keys: KeySet
    at: float


class Provider:
    """One provider. Safe from several threads."""

    def __init__(self, settings: SingleSignOn, *, keys_again_seconds: float = KEYS_AGAIN_SECONDS) -> None:
        self._settings = settings
        self._keys_again_seconds = keys_again_seconds
        self._guard = threading.Lock()
        self._kept: _Kept | None = None

    def address(self, hop: Hop, *, back: str) -> str:
        """Where the browser goes to sign in; `NotSignedIn` when the provider cannot be asked."""
        metadata = self._known().metadata
        with self._client(metadata, back) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=hop.state, nonce=hop.nonce, code_verifier=hop.verifier
            )
        return str(url)

    def somebody(self, hop: Hop, answer: Mapping[str, str], *, back: str) -> Known:
        """Who came back, proved; `NotSignedIn` in one sentence for everybody else."""
        try:
            return self._proved(hop, answer, back)
        except (JoseError, OAuthError, ValueError, KeyError, TypeError) as error:
            log.warning("sign_on.refused", why=f"{type(error).__name__}: {error}"[:300])
            raise NotSignedIn(REFUSED) from None
        except httpx2.HTTPError as error:
            log.warning("sign_on.unreachable", why=type(error).__name__)
            raise NotSignedIn(UNREACHABLE) from None

    def _proved(self, hop: Hop, answer: Mapping[str, str], back: str) -> Known:
        kept = self._known()
        if "error" in answer:
            raise ValueError(f"the provider answered {answer['error'][:100]!r}")
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:
            raise ValueError("another provider answered (RFC 9207)")
        with self._client(kept.metadata, back) as client:
            token = client.fetch_token(
                kept.metadata["token_endpoint"],
                grant_type="authorization_code",
                code=answer["code"],
                code_verifier=hop.verifier,
            )
            claims = self._claims(token["id_token"], str(token.get("access_token", "")), hop.nonce)
            if self._settings.groups_claim not in claims and "userinfo_endpoint" in kept.metadata:
                told = client.get(kept.metadata["userinfo_endpoint"]).raise_for_status().json()
                if told.get("sub") != claims["sub"]:
                    raise ValueError("the user information is about somebody else")
                claims = {**told, **claims}
        return self._known_of(claims)

    def _claims(self, id_token: str, access_token: str, nonce: str) -> dict[str, Any]:
        """The claims of a token, after everything that Core 3.1.3.7 wants proved."""
        try:
            decoded = jwt.decode(id_token, self._known().keys, algorithms=BELIEVED)
        except InvalidKeyIdError:
            decoded = jwt.decode(id_token, self._known(newer_keys=True).keys, algorithms=BELIEVED)
        settings = self._settings
        audience = decoded.claims.get("aud")
        if audience not in (settings.client_id, [settings.client_id]):
            raise ValueError("the token is for another audience")
        options = {"iss": {"essential": True, "value": settings.issuer}, "sub": {"essential": True}}
        proof = {"nonce": nonce, "client_id": settings.client_id, "access_token": access_token}
        claims = CodeIDToken(decoded.claims, decoded.header, options, proof)
        claims.validate(now=int(time.time()), leeway=LEEWAY_SECONDS)
        return dict(decoded.claims)

    def _known_of(self, claims: Mapping[str, Any]) -> Known:
        groups = claims.get(self._settings.groups_claim, ())
        told = [groups] if isinstance(groups, str) else groups
        email = str(claims.get("email", "")) if claims.get("email_verified", True) is True else ""
        return Known(
            issuer=self._settings.issuer,
            subject=str(claims["sub"]),
            name=str(claims.get("preferred_username") or email or claims["sub"]),
            display_name=str(claims.get("name", "")),
            email=email,
            groups=tuple(group for group in told if isinstance(group, str)) if isinstance(told, list) else (),
        )

    def _client(self, metadata: Mapping[str, Any], back: str) -> Any:  # noqa: ANN401 - authlib has no types
        """A client that follows no redirects and reads no proxy or password file of this machine."""
        offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return OAuth2Client(
            self._settings.client_id,
            self._settings.client_secret or None,
            token_endpoint_auth_method=method if self._settings.client_secret else "none",
            scope=" ".join(self._settings.scopes),
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=WAIT_SECONDS,
            follow_redirects=False,
        )

    def _known(self, *, newer_keys: bool = False) -> _Kept:
        """What the provider says of itself, asked once an hour, and once more for a key that we do not know."""
        with self._guard:
            kept, now = self._kept, time.monotonic()
            is_fresh = kept is not None and now - kept.at < KEPT_SECONDS
            if kept is not None and is_fresh and not (newer_keys and now - kept.at > self._keys_again_seconds):
                return kept
            self._kept = self._asked(now)
            return self._kept

    def _asked(self, now: float) -> _Kept:
        try:
            with self._client({}, "") as client:
                address = self._settings.issuer.rstrip("/") + DOCUMENT
                metadata = client.request("GET", address, withhold_token=True).raise_for_status().json()
                self._check(metadata)
                keys = client.request("GET", metadata["jwks_uri"], withhold_token=True).raise_for_status().json()
            usable = {"keys": [key for key in keys["keys"] if key.get("kty") in {"RSA", "EC", "OKP"}]}
            return _Kept(metadata=metadata, keys=KeySet.import_key_set(usable), at=now)  # type: ignore[arg-type]  # the provider's own words
        except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("sign_on.unreachable", why=f"{type(error).__name__}: {error}"[:300])
            raise NotSignedIn(UNREACHABLE) from None

    def _check(self, metadata: Mapping[str, Any]) -> None:
        """Refuse a document of another issuer, and addresses that anybody on the way could read."""
        if metadata["issuer"] != self._settings.issuer:
            raise ValueError(f"the document is of the issuer {metadata['issuer']!r}: write that into the settings")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
            if name in metadata and not _is_private(str(metadata[name])):
                raise ValueError(f"{name} is not an https:// address")


def _is_private(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
