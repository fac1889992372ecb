"""Settings of one Sage 200 company."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from tieout.connectors.sage200.compat import Compat

LOCK_PATTERNS = (
    "locked",
    "in use by",
    "being used by",
    "being edited",
    "being amended",
    "another user",
    "deadlock",
    "timeout expired",
    "could not obtain a lock",
)
"""Words in a 400 or 500 that mean a record lock; Sage documents none (section 2.6)."""


class Sage200Settings(BaseModel):
    """How to reach one company in one Sage 200 site, and how it wants our postings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str = Field(
        default="",
        description="Name under which the rotating tokens are kept: one per sign-in. Empty: one per site.",
    )
    base_url: str = Field(
        default="https://api.columbus.sage.com/uk/sage200extra/accounts/v1",
        description="Address of the API; Standard has sage200 in the place of sage200extra (1.1).",
    )
    identity_url: str = Field(default="https://id.sage.com", description="Address of Sage ID (1.3).")
    client_id: str = Field(description="Client id from Sage Developer Services.")
    client_secret: SecretStr = Field(description="Client secret from Sage Developer Services.")
    redirect_uri: str = Field(
        default="",
        description="Address registered with Sage, where a sign-in ends; `http://localhost:PORT/...` is listened on.",
    )
    refresh_token: SecretStr | None = Field(
        default=None,
        description="Refresh token of a sign-in made elsewhere; leave it out and use `tieout accounts connect`.",
    )
    refresh_token_days: int = Field(
        default=90, ge=1, description="Days that a sign-in lasts, as chosen on Sage's form for the client id (1.3)."
    )
    sign_in_warn_days: int = Field(
        default=14, ge=0, description="Days before its end that somebody is asked to sign in again."
    )
    site_id: str = Field(
        default="", description="`site_id` of the company; `tieout accounts connect` lists what the sign-in sees."
    )
    company_id: int = Field(default=0, description="`company_id` of the company, listed beside its `site_id`.")
    channel: Literal["companion", "manual"] = Field(
        default="manual",
        description="Who does what the API cannot: the on-site companion service, or a person by worklist.",
    )
    companion_url: str = Field(default="", description="Address of the companion service, without /v1.")
    companion_key: SecretStr | None = Field(default=None, description="Bearer key of the companion service.")
    connect_seconds: float = Field(default=10.0, gt=0, description="Longest wait for a connection.")
    read_seconds: float = Field(
        default=100.0, gt=0, description="Longest wait for an answer; the gateway gives up before (504)."
    )
    reads_tried: int = Field(
        default=4, ge=1, le=10, description="How often a read that meets a passing failure is tried at once."
    )
    busy_seconds: float = Field(default=15.0, gt=0, description="Wait before trying again when the answer names none.")
    page_size: int = Field(default=500, ge=1, le=5000, description="Rows asked for at once (2.1).")
    cache_seconds: float = Field(
        default=5.0, ge=0, le=60, description="How long tax codes, bins and the like are believed."
    )
    lock_patterns: tuple[str, ...] = Field(
        default=LOCK_PATTERNS, description="Words in a 400 or 500 that mean a record lock, any case (2.6)."
    )
    rma_slot: int = Field(default=1, ge=1, le=20, description="Analysis code of a return for the RMA number.")
    reason_slot: int = Field(default=2, ge=1, le=20, description="Analysis code of a return for its reason.")
    order_slot: int = Field(
        default=0, ge=0, le=20, description="Analysis code of a return for the order number; 0 for none."
    )
    order_key_slot: int = Field(
        default=3,
        ge=1,
        le=20,
        description="Analysis code of an order that Tieout enters for its key; Standard has the first five only.",
    )
    line_slot: int = Field(
        default=1,
        ge=0,
        le=20,
        description="Analysis code of a return's lines that names the order's line and nominal, by which receipts and "
        "credits find it; 0 for none: they then meet by stock code and tax code.",
    )
    return_warehouse: str = Field(
        default="", description="Warehouse of a return line that names none, where goods come back to."
    )
    bins_held_back: tuple[str, ...] = Field(
        default=(),
        description="Bins of trading warehouses whose stock is not for sale, as `WAREHOUSE/BIN` or `BIN`.",
    )
    bins_known: tuple[str, ...] = Field(
        default=(),
        description="Bins as `WAREHOUSE/BIN` that hold no item yet: Sage lists a bin only by its items.",
    )
    accept_acceptable_dates: bool = Field(
        default=True, description="Whether a date that Sage calls acceptable (not normal) may be posted on."
    )
    base_currency: str = Field(default="GBP", description="Currency of the company's books.")
    compat: Compat = Field(default=Compat(), description="What no document settles; see compat.py.")

    @field_validator("base_url", "identity_url", "companion_url")
    @classmethod
    def _without_slash(cls, address: str) -> str:
        return address.rstrip("/")

    @model_validator(mode="after")
    def _companion_is_whole(self) -> Self:
        if self.channel == "companion" and not (self.companion_url and self.companion_key):
            raise ValueError("the companion channel needs companion_url and companion_key")
        if len({self.rma_slot, self.reason_slot, self.order_slot}) < 3:
            raise ValueError("rma_slot, reason_slot and order_slot must be three different analysis codes")
        return self

    @property
    def token_account(self) -> str:
        """Whose tokens are used: companies of one site share a sign-in unless they name their own."""
        return self.account or f"sage200/{self.site_id}"

    @property
    def is_connected(self) -> bool:
        """Whether it is known which company of which site is meant."""
        return bool(self.site_id and self.company_id)

    def secrets(self) -> tuple[str, ...]:
        """Everything that must never stand in a text."""
        kept = (self.client_secret, self.refresh_token, self.companion_key)
        return tuple(secret.get_secret_value() for secret in kept if secret and secret.get_secret_value())
