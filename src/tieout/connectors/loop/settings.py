"""What one Loop account needs to be opened."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class LoopSettings(BaseModel):
    """One shop at Loop Returns. Secrets do not show in its text or repr."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str = Field(description="Our name of the account.", min_length=1)
    base_url: str = Field(default="https://api.loopreturns.com/api/v1", description="Where Loop's API answers.")
    api_key: SecretStr = Field(
        description="The shop's key with the scope Returns, sent as X-Authorization.", min_length=1
    )
    webhook_secret: SecretStr = Field(
        description="The webhook secret of Loop's developer tools; it signs every message.", min_length=1
    )
    shop_currency: str = Field(
        default="GBP",
        description="The shop's currency, for returns that state none.",
        pattern=r"^[A-Z]{3}$",
    )
    closes_unprocessed: bool = Field(
        default=False,
        description=(
            "Whether a return that Loop did not process may be closed although Loop has something to give for it: "
            "set it where refunds are made through the storefront and never released in Loop."
        ),
    )
    first_return_on: date = Field(
        default=date(2017, 1, 1), description="Where the list of all returns begins; it is read in windows of days."
    )
    calls_per_minute: int = Field(default=300, ge=1, description="Calls that Loop allows a key in a minute.")
    page_size: int = Field(default=250, ge=1, le=750, description="Returns to a page of the list.")
    connect_seconds: float = Field(default=5.0, gt=0, description="Seconds allowed for a connection.")
    read_seconds: float = Field(default=30.0, gt=0, description="Seconds allowed for an answer.")
    pause_seconds_max: float = Field(
        default=10.0, ge=0, description="Seconds that a call waits for its turn before it is put off."
    )
    busy_seconds: float = Field(
        default=60.0, ge=0, description="Seconds to wait after a 429 that does not say how long."
    )
