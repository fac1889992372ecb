"""What reading and writing one partner's EDI takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tieout.connectors.files.edi import compat


class EdiSettings(BaseModel):
    """One partner who sends and takes X12, EDIFACT or TRADACOMS."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    our_id: str = Field(
        default="TIEOUT", description="Our mailbox id in the envelope (ISA06, UNB).", pattern=r"^[A-Za-z0-9 ._-]{1,15}$"
    )
    our_qualifier: str = Field(
        default="ZZ", description="What kind of id ours is: ZZ agreed, 14 GLN.", pattern=r"^[A-Z0-9]{2}$"
    )
    partner_id: str = Field(
        default="WAREHOUSE", description="The partner's mailbox id.", pattern=r"^[A-Za-z0-9 ._-]{1,15}$"
    )
    partner_qualifier: str = Field(
        default="ZZ", description="What kind of id the partner's is.", pattern=r"^[A-Z0-9]{2}$"
    )
    is_test: bool = Field(
        default=False,
        description="Whether what we write is marked as a test, and whether what comes in so marked counts.",
    )
    zone: str = Field(
        default="Europe/London", description="Zone of times that say none: where the partner's clocks stand."
    )
    untimed_hour: int = Field(default=12, ge=0, le=23, description="The hour taken for dates without a time.")
    checks_counts: bool = Field(
        default=True,
        description=(
            "Whether a message whose closing segment counts wrongly is refused. Switch it off for a partner whose "
            "counts are wrong although nothing is missing; a message that is not closed is always refused."
        ),
    )
    accepts_unnamed_shipments: bool = Field(
        default=False,
        description=(
            "Whether a despatch without a number of its own is taken under its date: only where the partner never "
            "sends two despatches of one order on one day."
        ),
    )
    bytes_max: int = Field(default=20_000_000, ge=1, description="The largest file that is read, in bytes.")
    segments_max: int = Field(default=500_000, ge=1, description="The most segments that a file may have.")
    charset: Literal["", "ascii", "utf-8", "iso8859-1", "cp1252"] = Field(
        default="", description="The partner's letters, where its envelope tells them wrongly; empty goes by it."
    )
    x12_release: str = Field(default="004010", description="Release of X12 that we write.", pattern=r"^00[0-9]{4}$")
    edifact_release: str = Field(
        default="D:01B:UN:EAN010",
        description="Directory and subset of the ORDERS that we write.",
        pattern=r"^[A-Z0-9]{1,3}:[A-Z0-9]{1,3}:[A-Z]{2}(:[A-Z0-9]{1,6})?$",
    )
    edifact_charset: Literal["UNOA", "UNOB", "UNOC", "UNOY"] = Field(
        default="UNOC",
        description="Letters of the EDIFACT that we write: A capitals only, B plain, C Latin-1, Y Unicode.",
    )
    order_statuses: Mapping[compat.Action, str] = Field(
        default_factory=lambda: dict(compat.ORDER_STATUSES), description="Letters of W05-01 for new, change and cancel."
    )
    units: Mapping[str, str] = Field(
        default_factory=dict,
        description="Codes of units by their name at the warehouse (case: CA); a name that is not here is its code.",
    )
    x12_unit: str = Field(default="EA", description="X12 code of lines that have no unit.", pattern=r"^[A-Z0-9]{2}$")
    edifact_unit: str = Field(
        default="PCE", description="EDIFACT code of lines that have no unit.", pattern=r"^[A-Z0-9]{2,3}$"
    )
    x12_products: tuple[str, ...] = Field(
        default=compat.X12_PRODUCTS,
        min_length=1,
        description="Qualifiers of the number that is the stock code, best first; we write the first.",
    )
    edifact_products: tuple[str, ...] = Field(
        default=compat.EDIFACT_PRODUCTS,
        min_length=1,
        description="Types of the number that is the stock code, best first; we write the first.",
    )
    line_qualifier: str = Field(
        default="LI", description="Qualifier of our line id, in N9 and RFF.", pattern=r"^[A-Z0-9]{2,3}$"
    )
    x12_originals: tuple[str, ...] = Field(
        default=compat.X12_ORIGINALS, description="Reporting codes of W06-01 that tell a despatch of its own."
    )
    x12_outcomes: Mapping[str, compat.Follows] = Field(
        default_factory=lambda: dict(compat.X12_OUTCOMES),
        description="Whether the rest of a line follows, by the status of W12-01.",
    )
    x12_reasons: Mapping[str, compat.Told] = Field(
        default_factory=lambda: dict(compat.X12_REASONS), description="Kinds of movement by the reason of W19-01."
    )
    edifact_reasons: Mapping[str, compat.Told] = Field(
        default_factory=lambda: dict(compat.EDIFACT_REASONS), description="Kinds of movement by the reason of INV."
    )
    x12_buckets: Mapping[str, compat.Bucket] = Field(
        default_factory=lambda: dict(compat.X12_BUCKETS), description="What a quantity of 846 counts, by its qualifier."
    )
    edifact_buckets: Mapping[str, compat.Bucket] = Field(
        default_factory=lambda: dict(compat.EDIFACT_BUCKETS),
        description="What a quantity of INVRPT counts, by its qualifier.",
    )
    writes_off_unsigned: bool = Field(
        default=False, description="Whether the partner writes the quantity of a write-off without a minus."
    )

    @field_validator("order_statuses")
    @classmethod
    def complete_statuses(cls, letters: Mapping[compat.Action, str]) -> Mapping[compat.Action, str]:
        """Refuse letters that leave one of the three open, or cannot stand in W05-01."""
        if set(letters) != set(compat.ORDER_STATUSES) or len(set(letters.values())) < len(letters):
            raise ValueError("new, change and cancel each need a letter of their own")
        if any(not (each.isascii() and each.isalnum() and len(each) <= 2) for each in letters.values()):
            raise ValueError("W05-01 has one or two letters")
        return letters

    @field_validator("zone")
    @classmethod
    def known_zone(cls, name: str) -> str:
        """Refuse a zone that nobody knows."""
        ZoneInfo(name)
        return name

    @property
    def clock(self) -> ZoneInfo:
        """The partner's zone."""
        return ZoneInfo(self.zone)

    def unit_name(self, code: str) -> str:
        """The warehouse's name of a unit; the code where it has none."""
        return next((name for name, known in self.units.items() if known == code), code)
