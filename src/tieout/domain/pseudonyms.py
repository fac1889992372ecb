"""How a person is found again without their address being kept as a name: by a digest of it."""

from __future__ import annotations

import hashlib
from typing import Final

EMAIL_NAME: Final = "email"
"""The kind of a document's name that is such a digest; shown to nobody."""


def email_name(email: str) -> str:
    """The name that an e-mail address is kept and looked up by; one for all its spellings; empty for none."""
    tidy = email.strip().casefold()
    return f"mail-{hashlib.sha256(tidy.encode()).hexdigest()[:32]}" if "@" in tidy else ""


def looked_up(text: str) -> str:
    """What to search for when somebody types this: an e-mail address by its digest, anything else as it stands."""
    return email_name(text) or text
