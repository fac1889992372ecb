"""What one ShipBob account needs to be opened."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from tieout.connectors.shipbob.compat import ShipBobCompat

PREFIX: Final = "whsec_"


def padded(text: str) -> str:
    """Base64 with the padding that its length asks for, however it came."""
    bare = text.rstrip("=")
    return bare + "=" * (-len(bare) % 4)


def _signing(secret: SecretStr) -> SecretStr:
    """The secret as it is; ValueError, without showing it, when nothing can be signed with it."""
    text = secret.get_secret_value()
    try:
        key = base64.b64decode(padded(text.removeprefix(PREFIX)), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(PREFIX) or not key:
        raise ValueError(f"a webhook secret is {PREFIX} followed by base64, as ShipBob shows it for the subscription")
    return secret


SigningSecret = Annotated[SecretStr, AfterValidator(_signing)]


class ShipBobSettings(BaseModel):
    """One merchant at ShipBob. Secrets do not show in its text or repr."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str = Field(description="Our name of the account; messages go to /in/ and this name.", min_length=1)
    base_url: str = Field(
        default="https://api.shipbob.com",
        description="Where ShipBob's API answers, without the version; sandbox: https://sandbox-api.shipbob.com.",
    )
    version: str = Field(
        default="2026-07",
        pattern=r"^\d{4}-\d{2}$",
        description="The dated version of the API; each ends a year after it came.",
    )
    token: SecretStr = Field(description="Personal access token of the merchant.", min_length=1)
    channel_id: int = Field(description="The channel that has write scopes, sent as shipbob_channel_id.", ge=1)
    webhook_secret: SigningSecret | None = Field(
        default=None, description="What the webhook subscription signs with: whsec_ and base64."
    )
    previous_webhook_secret: SigningSecret | None = Field(
        default=None, description="The secret before the last change; it still counts until this is taken out."
    )
    shipping_method: str = Field(
        default="Standard",
        min_length=1,
        description="Shipping method where an order names none, as in ShipBob's ship option mapping.",
    )
    shipping_methods: dict[str, str] = Field(
        default_factory=dict,
        description="Shipping method by the name of the service in Tieout, where ShipBob's name is another.",
    )
    order_type: Literal["DTC", "B2B", "DropShip"] = Field(
        default="DTC", description="What kind of orders these are at ShipBob."
    )
    default_country: str = Field(
        default="GB", pattern=r"^[A-Z]{2}$", description="Country of addresses that name none, as two letters."
    )
    sites: dict[str, int] = Field(
        default_factory=dict,
        description="Fulfilment centres used, their ids by name; all that ShipBob lists when empty.",
    )
    compat: ShipBobCompat = Field(
        default_factory=ShipBobCompat, description="Answers to what ShipBob does not document."
    )
    calls_per_minute: int = Field(default=150, ge=1, description="Calls that ShipBob allows in a minute.")
    page_size: int = Field(default=250, ge=1, le=250, description="Rows to a page of any list.")
    connect_seconds: float = Field(default=5.0, gt=0, description="Seconds allowed for a connection.")
    read_seconds: float = Field(default=30.0, gt=0, description="Seconds allowed for an answer.")
    pause_seconds_max: float = Field(
        default=10.0, ge=0, description="Seconds that a call waits for its turn before it is put off."
    )
    busy_seconds: float = Field(
        default=60.0, ge=0, description="Seconds to wait after a 429 that does not say how long."
    )
