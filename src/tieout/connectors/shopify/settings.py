"""What one Shopify store needs to be opened."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ShopifySettings(BaseModel):
    """One store. Secrets do not show in its text or repr."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str = Field(description="Our name of the account.", min_length=1)
    shop_domain: str = Field(description="The store's `.myshopify.com` name.", min_length=1)
    base_url: str = Field(
        default="", description="Where the Admin API answers; empty for `https://` and the shop's domain."
    )
    api_version: str = Field(
        default="2026-07",
        description="Version of the GraphQL Admin API; 2026-10 has been tried, too.",
        pattern=r"^\d{4}-\d{2}$",
    )
    access_token: SecretStr = Field(description="The app's token for this store.", min_length=1)
    client_secret: SecretStr = Field(description="The app's client secret: it signs webhooks.", min_length=1)
    previous_client_secret: SecretStr | None = Field(
        default=None,
        description="The client secret before the last rotation: for about an hour it still signs webhooks.",
    )
    connect_seconds: float = Field(default=5.0, gt=0, description="Seconds allowed for a connection.")
    read_seconds: float = Field(default=30.0, gt=0, description="Seconds allowed for an answer.")
    reads_tried: int = Field(
        default=4, ge=1, le=10, description="How often a read that meets a passing failure is tried at once."
    )
    pause_seconds_max: float = Field(
        default=10.0,
        ge=0,
        description="A call waits itself for the cost bucket up to so many seconds; beyond them it is Busy.",
    )
    busy_seconds: float = Field(
        default=5.0, ge=0, description="Seconds to wait when throttling is reported without figures."
    )
    orders_per_page: int = Field(default=100, ge=1, le=250, description="Orders to a page of the sweep.")
    lines_per_page: int = Field(default=50, ge=1, le=250, description="Order lines to a page.")

    return_lines_per_page: int = Field(default=25, ge=1, le=100, description="Lines of a return to a page.")
    reads_staff: bool = Field(
        default=False,
        description="Name the person behind a refund; the app needs the scope `read_users`, "
        "else Shopify refuses every order.",
    )
    returns_portal: bool = Field(
        default=False, description="Returns are raised in Shopify itself: its `returns/*` webhooks name the return."
    )
    customer_known_by: Literal["id", "email"] = Field(
        default="id", description="What the mapping rules know a customer of Shopify's own returns by."
    )

    notifies_customers: bool = Field(
        default=True, description="Shopify writes to the customer when goods are marked as sent."
    )

    @property
    def endpoint(self) -> str:
        """The address before the path of the API."""
        return self.base_url or f"https://{self.shop_domain}"
