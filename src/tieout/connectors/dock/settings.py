"""What one warehouse needs to tell us what came in."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

DESK: Final = "desk"
"""The account of people who key receipts in by hand; it needs no settings."""
PREFIX: Final = "whsec_"
KEY_BYTES: Final = range(24, 65)
"""Standard Webhooks, "Signature scheme": a symmetric secret is 24 to 64 random bytes."""


def _signing(secret: SecretStr) -> SecretStr:
    """The secret as it is; ValueError, without showing it, when nothing can be signed with it."""
    text = secret.get_secret_value()
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(PREFIX) or len(key) not in KEY_BYTES:
        raise ValueError(
            f"a signing secret is {PREFIX} followed by 24 to 64 random bytes in base64, "
            "for example of `openssl rand -base64 32`"
        )
    return secret


SigningSecret = Annotated[SecretStr, AfterValidator(_signing)]


class DockSettings(BaseModel):
    """One warehouse that pushes. Secrets do not show in its text or repr."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str = Field(description="Our name of the account; messages go to /in/ and this name.", min_length=1)
    secret: SigningSecret = Field(
        description="What the warehouse signs with, after the Standard Webhooks specification: "
        "whsec_ and 24 to 64 random bytes in base64."
    )
    previous_secret: SigningSecret | None = Field(
        default=None, description="The secret before the last change; it still counts until this is taken out."
    )
