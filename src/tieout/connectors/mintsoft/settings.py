"""What one Mintsoft account needs to be opened."""

from __future__ import annotations

from datetime import date
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from tieout.connectors.mintsoft.compat import Compat


class MintsoftSettings(BaseModel):
    """One client account at a Mintsoft warehouse. Secrets do not show in its text or repr."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str = Field(description="Our name of the account; its key is kept under it.", min_length=1)
    base_url: str = Field(default="https://api.mintsoft.co.uk", description="Where Mintsoft's API answers.")
    username: str = Field(default="", description="User of the API; leave empty where api_key is given.")
    password: SecretStr = Field(default=SecretStr(""), description="The user's password.")
    api_key: SecretStr = Field(
        default=SecretStr(""),
        description="A key that an administrator has marked never to end; instead of user name and password.",
    )
    client_id: int | None = Field(
        default=None, description="The client's number; needed only where the user is an administrator of the 3PL."
    )
    time_zone: str = Field(
        default="Europe/London",
        description="Zone of the account's times: Mintsoft writes them without one.",
    )
    warehouses: dict[str, int] = Field(
        default_factory=dict,
        description="Site names and the numbers of their warehouses; empty to take all that Mintsoft lists, by name.",
    )
    default_site: str = Field(
        default="", description="Site of requests that name none, where there are several warehouses."
    )
    default_country: str = Field(default="GB", description="Country of addresses that name none.")
    courier_service: str = Field(
        default="AUTO",
        description="Courier service of requests that name none, by name or number; AUTO lets Mintsoft's rules choose.",
        min_length=1,
    )
    inbound_secret: SecretStr = Field(
        default=SecretStr(""),
        description="What `?secret=` of a webhook address must hold: Mintsoft signs nothing. Make it long and random.",
    )
    webhook_url: str = Field(
        default="",
        description="Address that each new order's webhooks are registered for (https://.../inbound/...); empty for "
        "none. The user needs the right AdminEditOrder or ClientEditOrder.",
    )
    order_link: str = Field(
        default="", description="Address of an order on Mintsoft's screen, with {id} for its number; empty for none."
    )
    movements_from: date = Field(
        default=date(2015, 1, 1), description="Day from which stock movements are read the first time."
    )
    page_limit: int = Field(default=100, ge=1, le=100, description="Rows to a page of a list; Mintsoft gives 100.")
    reads_tried: int = Field(
        default=3, ge=1, description="How often a read is tried at once when it meets a passing failure."
    )
    connect_seconds: float = Field(default=5.0, gt=0, description="Seconds allowed for a connection.")
    read_seconds: float = Field(default=30.0, gt=0, description="Seconds allowed for an answer.")
    busy_seconds: float = Field(
        default=60.0, ge=0, description="Seconds to wait after a 429 that does not say how long."
    )
    compat: Compat = Field(default=Compat(), description="What Mintsoft's documents leave open.")

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone: write a name as Europe/London") from None
        return name

    @model_validator(mode="after")
    def _has_one_way_in(self) -> Self:
        has_key = bool(self.api_key.get_secret_value())
        has_user = bool(self.username and self.password.get_secret_value())
        if not has_key and not has_user:
            raise ValueError("give api_key, or username and password")
        if self.webhook_url and not self.inbound_secret.get_secret_value():
            raise ValueError("webhook_url needs inbound_secret, or nobody could tell a message from a forged one")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Zone of the account's times."""
        return ZoneInfo(self.time_zone)
