"""What one ReturnGO account needs to be opened."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ReturnGoSettings(BaseModel):
    """One store at ReturnGO. Secrets do not show in its text or repr."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str = Field(description="Our name of the account; the daily budget is counted under it.", min_length=1)
    base_url: str = Field(default="https://api.returngo.ai", description="Where ReturnGO's API answers.")
    shop_name: str = Field(
        description="The store's `.myshopify.com` name, sent as x-shop-name; it selects the store.", min_length=1
    )
    api_key: SecretStr = Field(description="The store owner's key, sent as x-api-key.", min_length=1)
    inbound_secret: SecretStr = Field(
        description="What `?secret=` of the webhook address must hold: ReturnGO signs nothing.", min_length=1
    )
    calls_per_day: int = Field(
        default=2000, ge=1, description="The daily allowance of calls; ReturnGO raises it on request."
    )
    page_size: int = Field(default=500, ge=1, le=500, description="RMAs to a page of the list.")
    connect_seconds: float = Field(default=5.0, gt=0, description="Seconds allowed for a connection.")
    read_seconds: float = Field(default=30.0, gt=0, description="Seconds allowed for an answer.")
    busy_seconds: float = Field(
        default=60.0, ge=0, description="Seconds to wait after a 429 that does not say how long."
    )
    customer_known_by: Literal["id", "email"] = Field(
        default="id",
        description="Whether mapping rules know a return's customer by the store's customer id or by e-mail.",
    )
    shop_currency: str = Field(
        default="GBP",
        description="The shop's currency, for figures that ReturnGO states without one (fees).",
        pattern=r"^[A-Z]{3}$",
    )
