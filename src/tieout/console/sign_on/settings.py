"""What an installation sets to let people sign in elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from tieout.domain.people import Role

LOOPBACK = r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"


class SignOnSettings(BaseModel):
    """`[web.single_sign_on]`: one OpenID Connect provider."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="single sign-on", description="What the button says: Sign in with ...")
    issuer: str = Field(
        pattern=rf"^(https://|{LOOPBACK})\S*$",
        description="The provider's issuer, to the letter as its discovery document says it.",
    )
    client_id: str = Field(min_length=1, description="Tieout's id at the provider.")
    client_secret: SecretStr = Field(default=SecretStr(""), description="Its secret; empty for a public client.")
    scopes: tuple[str, ...] = Field(
        default=("openid", "profile", "email"), description="What is asked for; some providers want `groups` too."
    )
    groups_claim: str = Field(default="groups", description="The claim that lists a person's groups.")
    roles: Mapping[str, Role] = Field(description="Role by group; who is in none of these groups is refused.")
    companies: Mapping[str, tuple[str, ...]] = Field(
        default={},
        description="Companies by group; `*` stands for all. Empty: everybody sees all. Otherwise who is in none of "
        "these groups is refused.",
    )
    passwords_for: tuple[str, ...] | None = Field(
        default=None,
        description="Who may still sign in with a password, for the day the provider is down. Not set: everybody who "
        "has one.",
    )

    @field_validator("scopes")
    @classmethod
    def _asks_for_an_identity(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        return scopes if "openid" in scopes else ("openid", *scopes)
