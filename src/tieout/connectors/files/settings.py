"""What is agreed with a warehouse or 3PL that exchanges files over SFTP."""

from __future__ import annotations

from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.layouts import CsvLayout, LayoutName, checked

_MEGABYTE = 1_000_000


class FileDirectories(BaseModel):
    """Where files lie on the partner's server. A path that is refused is tried as relative, too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    orders: str = Field(default="in", description="Where we put orders and cancellations.")
    orders_taken: tuple[str, ...] = Field(
        default=("in/processing", "in/archive"),
        description="Where the partner moves our orders once it takes and has read them: an order found here was sent. "
        "Empty for a partner who moves nothing.",
    )
    acknowledgements: str = Field(default="in", description="Where we put acknowledgements of what we read.")
    drop: str = Field(default="out", description="Where the partner puts files for us.")
    processing: str = Field(default="out/processing", description="Where we move a file while it is read.")
    archive: str = Field(default="out/archive", description="Where we move a file that was read.")
    error: str = Field(default="out/error", description="Where we move a file that could not be read.")


class FilesSettings(BaseModel):
    """One account at a partner's SFTP server. Secrets do not show in its text or repr."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str = Field(description="Our name of the account.", min_length=1)
    host: str = Field(description="The server's name or address.", min_length=1)
    port: int = Field(default=22, ge=1, le=65535, description="The port of its SFTP server.")
    host_key: str = Field(
        description="The server's public key as the partner gave it, `ssh-ed25519 AAAA...`, or its fingerprint, "
        "`SHA256:...`. A server that shows another key is not spoken to.",
        min_length=1,
    )
    previous_host_key: str = Field(
        default="",
        description="While the partner changes its key: the old one, which counts as well. Empty otherwise.",
    )
    username: str = Field(description="The account's name on the server.", min_length=1)
    password: SecretStr | None = Field(default=None, description="Its password, where it has no key.")
    private_key: SecretStr | None = Field(
        default=None, description="Its private key in OpenSSH or PEM form, where it has no password."
    )
    private_key_passphrase: SecretStr | None = Field(
        default=None, description="What the private key is encrypted with, if it is."
    )
    directories: FileDirectories = Field(default=FileDirectories(), description="Where files lie on the server.")
    format: Literal["csv", "x12", "edifact"] = Field(default="csv", description="How orders are written.")
    layouts: dict[LayoutName, CsvLayout] = Field(
        default_factory=dict, description="How the partner writes CSV files, where that is not as in our own layouts."
    )
    file_names: dict[LayoutName, str] = Field(
        default_factory=dict,
        description="By layout, a pattern as `shp*.csv` of the names of such files; other files are told by their "
        "header row.",
    )
    edi: EdiSettings = Field(default_factory=EdiSettings, description="Identifiers and codes of EDI messages.")
    zone: str = Field(default="Europe/London", description="Where the partner's clock stands, for times without zone.")
    currency: str = Field(default="GBP", pattern=r"^[A-Z]{3}$", description="The currency of charges that state none.")
    line_numbers: Literal["line", "number"] = Field(
        default="line",
        description="What we write as line number: our own id of the line, which then comes back on the despatch; or "
        "its place on the order, for partners who take small numbers only.",
    )
    acknowledges: bool = Field(default=True, description="Whether we answer each CSV file with an acknowledgement.")
    on_hand_includes_quarantine: bool = Field(
        default=False, description="Whether on_hand of a stock snapshot counts what is in quarantine, too."
    )
    may_move: bool = Field(
        default=True, description="Whether we may move files that we read; otherwise they stay and we remember them."
    )
    may_rename: bool = Field(
        default=True,
        description="Whether we may rename what we upload. Otherwise it grows under its final name: the partner must "
        "then wait until a file is whole.",
    )
    sender_renames: bool = Field(
        default=False,
        description="Whether the partner renames its files when they are whole. Otherwise we wait until a file has "
        "stopped growing.",
    )
    unfinished_endings: tuple[str, ...] = Field(
        default=(".tmp", ".part", ".partial", ".filepart"),
        description="Endings of the names of files that are still being written.",
    )
    stable_seconds: float = Field(
        default=60.0, ge=0, description="A file that we saw unchanged for so long is whole, unless the sender renames."
    )
    settled_seconds: float = Field(
        default=900.0,
        ge=0,
        description="A file that was last written so long ago by the server's clock is whole at first sight.",
    )
    claim_minutes: float = Field(
        default=15.0, gt=0, description="A file that was claimed so long ago and not finished is ready again."
    )
    file_bytes_max: int = Field(
        default=20 * _MEGABYTE, ge=1, description="The largest file that is read, in bytes; larger ones are refused."
    )
    files_max: int = Field(
        default=5_000, ge=1, description="How many files are told as waiting at once; the rest waits longer."
    )
    future_hours: float = Field(
        default=24.0, ge=0, description="How far ahead of our clock a time in a file may be before it is refused."
    )
    connect_seconds: float = Field(default=10.0, gt=0, description="Seconds allowed for connecting and signing in.")
    read_seconds: float = Field(default=30.0, gt=0, description="Seconds allowed for each answer of the server.")
    idle_seconds: float = Field(
        default=20.0, ge=0, description="Seconds after which an idle connection is not used again."
    )

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"there is no time zone {zone}; write one as Europe/London") from None
        return zone

    @field_validator("layouts")
    @classmethod
    def _layouts_fit(cls, layouts: dict[LayoutName, CsvLayout]) -> dict[LayoutName, CsvLayout]:
        for name, layout in layouts.items():
            checked(name, layout)
        return layouts

    @model_validator(mode="after")
    def _signs_in(self) -> Self:
        if self.password is None and self.private_key is None:
            raise ValueError("give a password or a private_key: without one nobody is let in")
        return self

    def layout(self, name: LayoutName) -> CsvLayout:
        """How the partner writes files of this kind."""
        return self.layouts.get(name, CsvLayout())


def too_large(size: int, settings: FilesSettings) -> str:
    """Why a file of so many bytes is not read, and what to do."""
    return (
        f"the file has {size:,} bytes and the account's limit is {settings.file_bytes_max:,}: ask for it in parts, or "
        "raise file_bytes_max"
    )
