"""Settings of an installation itself: its database, web process, patience, schedules and clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tieout.console.sign_on.settings import SignOnSettings


class Group(BaseModel):
    """A group of settings: frozen, and a name that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(Group):
    """Where our own database is."""

    address: str = Field(
        default="embedded",
        description="`embedded` runs PostgreSQL from the installed package; a postgresql:// address is used as it is.",
    )
    pool_size: int = Field(default=10, ge=1, description="Connections that one process keeps open.")
    server_account: str = Field(
        default="nobody", description="Account that the embedded server runs as when Tieout is started by root."
    )


RecordLink = Annotated[str, Field(pattern=r"^https?://[^\s{}]+\{id\}[^\s{}]*$")]
"""An address with `{id}` where the record's own id goes."""


class WebSettings(Group):
    """Where `tieout web` listens."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; put a TLS proxy in front of it.")
    port: int = Field(default=8200, ge=0, le=65535, description="Port to listen on.")
    proxies: list[str] = Field(
        default=["127.0.0.1", "::1"],
        description="Addresses or networks of the proxies in front, which are believed when they say who asks.",
    )
    body_bytes_max: int = Field(default=2_000_000, ge=1, description="Longest webhook body that is taken in.")
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^/\s]+)?$",
        description="Where people reach the console, as in https://tieout.example.co.uk; empty: this machine only.",
    )
    environment: str = Field(default="", description="Shown on every page, for instance Test or Demo.")
    session_idle_minutes: float = Field(default=60.0, gt=3, description="An unused session ends after so long.")
    session_hours: float = Field(default=12.0, gt=0, description="Every session ends after so long.")
    single_sign_on: SignOnSettings | None = Field(default=None, description="Where people sign in instead.")
    record_links: Mapping[str, RecordLink] = Field(
        default={},
        description="Where records of other systems open in a browser, by account and what the record is, as in "
        '`{ "shopify order" = "https://admin.shopify.com/store/NAME/orders/{id}" }`.',
    )
    api_requests_per_minute: int = Field(
        default=600, ge=1, description="How often one API token may ask, counted by each web process."
    )
    webhooks_to_this_machine: bool = Field(
        default=False, description="Whether webhooks may tell programs on this machine, also by http."
    )


class WorkSettings(Group):
    """How patient Tieout is; all in seconds."""

    coalesce_seconds: float = Field(
        default=120.0, ge=0, description="How long events of one document are gathered before it is read again."
    )
    late_commit_seconds: float = Field(
        default=150.0,
        gt=0,
        description="How long a lost request may still commit: longer than Sage's gateway waits.",
    )
    unauthorised_seconds: float = Field(
        default=120.0, gt=0, description="A sign-in that is refused for so long becomes a case."
    )
    unavailable_seconds: float = Field(default=30.0, gt=0, description="Rest of an account that cannot be reached.")
    lock_first_seconds: float = Field(default=2.0, gt=0, description="First wait for a locked record.")
    lock_longest_seconds: float = Field(default=300.0, gt=0, description="Longest wait between two tries at a lock.")
    lock_window_seconds: float = Field(default=2700.0, gt=0, description="After so long a lock becomes a case.")
    leg_again_seconds: float = Field(default=900.0, gt=0, description="When legs that do not agree are read again.")
    defect_seconds: float = Field(default=300.0, gt=0, description="Rest of a document that our own code failed on.")
    tries_max: int = Field(default=6, ge=1, description="Sendings of one command before a person is asked.")
    concurrency: int = Field(default=4, ge=1, description="Lanes that one worker works on at a time.")
    stalled_after_seconds: float = Field(
        default=60.0, gt=1, description="A worker without a sign of life for so long is dead; its lanes are taken over."
    )


class ScheduleSettings(Group):
    """When the sweeps run (cron, UTC)."""

    portal_sweep: str = Field(default="17 * * * *", description="List the portal's RMAs; finds what no event told.")
    refund_sweep: str = Field(default="*/15 * * * *", description="List the storefront's refunds.")
    ledger_poll: str = Field(
        default="*/5 * * * *", description="Ask Sage what changed: postings, orders, stock movements."
    )
    overdue_sweep: str = Field(
        default="*/10 * * * *", description="Look again at returns of which something has fallen due."
    )
    payout_sweep: str = Field(
        default="47 */6 * * *", description="List what the payment provider paid out; only where the house has it on."
    )
    credit_note_sweep: str = Field(default="37 * * * *", description="List Sage's credit notes.")
    account_check: str = Field(
        default="11 6 * * *", description="Look at every account: its sign-in, and what its system allows."
    )
    rows_begun: str = Field(
        default="10 0 * * *", description="Try again what waits for mapping rows that count from today."
    )
    alerts: str = Field(default="* * * * *", description="Look for trouble, and tell whom it concerns.")
    figures: str = Field(
        default="*/5 * * * *", description="Count what the console shows of figures: debt, lags, open cases."
    )
    warehouse_sweep: str = Field(default="*/5 * * * *", description="Ask warehouses which of their orders changed.")
    file_pick_up: str = Field(default="*/2 * * * *", description="Take in the files that warehouses dropped.")
    movement_sweep: str = Field(
        default="*/15 * * * *", description="Take in what warehouses did to their stock: adjustments, receipts, losses."
    )
    stock_counts: str = Field(
        default="7 */4 * * *", description="Ask warehouses what they hold, and compare every new count with Sage."
    )
    feeds_late: str = Field(default="*/30 * * * *", description="Look for warehouses that have said nothing for long.")
    stock_check: str = Field(
        default="23 5 * * *",
        description="Check that mapped warehouses and bins are in Sage, and that despatches have their issue of stock.",
    )
    availability: str = Field(
        default="*/5 * * * *",
        description="Work out what may be sold and tell the storefront; only where the house has it on.",
    )
    sweep_days: int = Field(default=60, ge=1, description="How many days back a sweep looks.")


class ClockSettings(Group):
    """For the demo and for tests against a sandbox that lives in another year."""

    offset_seconds: float = Field(default=0.0, description="Added to the machine's time. Leave at 0 in production.")
