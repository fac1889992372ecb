"""Which server key an account trusts, and what to say of another one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

import paramiko

from tieout.connectors.files.settings import FilesSettings
from tieout.ports.errors import Unauthorised

_MARK = "SHA256:"
_RSA = ("rsa-sha2-512", "rsa-sha2-256")


def check(key: paramiko.PKey, settings: FilesSettings) -> None:
    """Unauthorised unless the server's key is a pinned one."""
    seen = _fingerprint(key.asbytes())
    pinned = [_pinned(text)[1] for text in (settings.host_key, settings.previous_host_key) if text.strip()]
    if not any(hmac.compare_digest(seen, one) for one in pinned):
        raise Unauthorised(
            f"{settings.host} shows the host key {seen}, which is not the one agreed: nothing was sent. Ask the "
            "partner whether the key was changed. If it was, set host_key to the new one and previous_host_key to the "
            "old one until every server of theirs shows the new one; if it was not, somebody stands in between."
        )


def fingerprint(key: paramiko.PKey) -> str:
    """A key's fingerprint as OpenSSH writes it."""
    return _fingerprint(key.asbytes())


def preferred(settings: FilesSettings, offered: tuple[str, ...]) -> tuple[str, ...]:
    """Kinds of host key to ask for, those of the pinned keys first: a server may have a key of each kind."""
    kinds = [_pinned(text)[0] for text in (settings.host_key, settings.previous_host_key) if text.strip()]
    first = [name for kind in kinds for name in (_RSA if kind == "ssh-rsa" else (kind,)) if name in offered]
    return tuple(dict.fromkeys([*first, *offered]))


def _pinned(text: str) -> tuple[str, str]:
    """Kind (empty where only a fingerprint is told) and fingerprint of a key as it stands in the settings."""
    words = text.split()
    for at, word in enumerate(words):
        if word.startswith(_MARK):
            return "", word.rstrip("=")
        if word.startswith(("ssh-", "ecdsa-", "sk-")) and at + 1 < len(words):
            try:
                return word, _fingerprint(base64.b64decode(words[at + 1], validate=True))
            except binascii.Error:
                break
    raise Unauthorised(
        "host_key and previous_host_key must be a public key, as `ssh-ed25519 AAAA...`, or a fingerprint, as "
        "`SHA256:...`"
    )


def _fingerprint(blob: bytes) -> str:
    return _MARK + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
