"""An OpenID Connect provider on a port of this machine, written from the specification's words.

OpenID Connect Core 1.0 (2, 3.1.2, 3.1.3, 5.3, 10.1), Discovery 1.0 (4), RFC 7636 for the proof key. It shares no code
with the client: tokens are put together and signed by hand. `lie` changes what it says.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CLIENT = "tieout-at-test"
SECRET = "the client's secret, known to both"
Claims = dict[str, Any]


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@dataclass(slots=True)
class Key:
    """A signing key with its number."""

    kid: str
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def public(self) -> Claims:
        numbers = self.private.public_key().public_numbers()
        return {"kty": "RSA", "use": "sig", "kid": self.kid, "n": number(numbers.n), "e": number(numbers.e)}

    def sign(self, claims: Claims, *, kid: str = "", alg: str = "RS256") -> str:
        header = {"alg": alg, "typ": "JWT", "kid": kid or self.kid}
        parts = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
        match alg:
            case "none":
                signature = b""
            case "HS256":  # the public key used as if it were a shared secret
                signature = hmac.digest(json.dumps(self.public).encode(), parts.encode(), hashlib.sha256)
            case _:
                signature = self.private.sign(parts.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{parts}.{encoded(signature)}"


@dataclass(slots=True, kw_only=True)
class Provider:
    """What it knows and what it does."""

    issuer: str = ""
    key: Key = field(default_factory=lambda: Key("first"))
    person: Claims = field(default_factory=dict)
    lie: Callable[[Claims], Claims] = dict
    """Changes the claims of the token."""
    alg: str = "RS256"
    signer: Key | None = None
    """Signs in place of the key that is published."""
    document: Claims = field(default_factory=dict)
    """Changes the discovery document."""
    user_information: Claims | None = None
    is_down: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def authorise(self, address: str, *, agrees: bool = True) -> str:
        """What the provider's own page does with the browser that was sent: the address it is sent back to."""
        sent = dict(parse_qsl(urlsplit(address).query))
        assert address.startswith(f"{self.issuer}/authorise?")
        assert sent["response_type"] == "code"
        assert sent["client_id"] == CLIENT
        assert "openid" in sent["scope"].split()
        assert sent["code_challenge_method"] == "S256"
        assert len(sent["nonce"]) >= 32
        assert len(sent["state"]) >= 32
        answer = {"state": sent["state"], "iss": self.issuer}
        if agrees:
            code = secrets.token_urlsafe(16)
            self.codes[code] = sent
            answer["code"] = code
        else:
            answer["error"] = "access_denied"
        return f"{sent['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """The token endpoint: the client, the code once, and the proof key are looked at."""
        wanted = "Basic " + base64.b64encode(urlencode({CLIENT: SECRET}).replace("=", ":", 1).encode()).decode()
        plain = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        sent = self.codes.pop(form.get("code", ""), None)
        if authorization not in {wanted, plain}:
            return 401, {"error": "invalid_client"}
        if sent is None or form.get("redirect_uri") != sent["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        proof = encoded(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if proof != sent["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        access = secrets.token_urlsafe(16)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": sent["nonce"],
            "at_hash": encoded(hashlib.sha256(access.encode()).digest()[:16]),
            **self.person,
        }
        signer = self.signer or self.key
        id_token = signer.sign(self.lie(claims), alg=self.alg)
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": id_token}

    def get(self, path: str) -> tuple[int, Claims]:
        match path:
            case "/.well-known/openid-configuration":
                addresses = {
                    "authorization_endpoint": f"{self.issuer}/authorise",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                }
                if self.user_information is not None:
                    addresses["userinfo_endpoint"] = f"{self.issuer}/userinfo"
                algorithms = {"id_token_signing_alg_values_supported": ["RS256", "none", "HS256"]}
                return 200, {"issuer": self.issuer, **addresses, **algorithms, **self.document}
            case "/keys":
                return 200, {"keys": [self.key.public, {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}]}
            case "/userinfo":
                return 200, self.user_information or {}
            case _:
                return 404, {}


@contextmanager
def serving() -> Iterator[Provider]:
    """A provider that listens on a free port of 127.0.0.1."""
    provider = Provider()

    class Desk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            self.answer(*provider.get(self.path))

        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
            self.answer(*provider.token(form, self.headers.get("authorization", "")))

        def answer(self, status: int, content: Claims) -> None:
            body = json.dumps(content).encode()
            self.send_response(503 if provider.is_down else status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
