"""What a ShipBob account allows, asked by reading only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from tieout.connectors.shipbob import compat
from tieout.connectors.shipbob.client import ShipBobClient
from tieout.connectors.shipbob.settings import ShipBobSettings
from tieout.ports.accounts import AccountReport, Capability, Finding
from tieout.ports.errors import ConnectorError

WARN_DAYS = 60
WRITES = "orders_write"
"""The scope without which no order can be sent (https://developer.shipbob.com/auth)."""


def examine(settings: ShipBobSettings, client: ShipBobClient, now: datetime) -> AccountReport:
    """The findings of one account; a question that fails is a finding."""
    asked: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("channel", lambda: _channel(settings, client)),
        ("shipping methods", lambda: _methods(settings, client)),
        ("fulfilment centres", lambda: _centres(settings, client)),
    ]
    findings = [_version(settings, now)]
    for subject, question in asked:
        try:
            findings.extend(question())
        except ConnectorError as error:
            findings.append(Finding(subject=subject, is_well=False, says=f"Cannot be asked: {error}"))
    no_writing = "ShipBob has no call that adjusts stock: adjust it at ShipBob, and the movement is read back"
    return AccountReport(
        edition="ShipBob",
        release=settings.version,
        findings=tuple(findings),
        capabilities=(
            Capability(command="send_shipment_request", channel="native", why="POST /order"),
            Capability(command="cancel_shipment_request", channel="native", why="POST /order/{id}:cancel"),
            Capability(command="adjust_stock", channel="not_possible", why=no_writing),
        ),
    )


def _version(settings: ShipBobSettings, now: datetime) -> Finding:
    ends = compat.SUPPORT_ENDS.get(settings.version)
    if ends is None:
        says = f"Version {settings.version} is not one that Tieout was written for: set {max(compat.SUPPORT_ENDS)}"
        return Finding(subject="version", is_well=False, says=says)
    left = (ends - now.date()).days
    says = f"Version {settings.version} answers until {ends:%d %b %Y}"
    return Finding(subject="version", is_well=left > WARN_DAYS, says=says)


def _channel(settings: ShipBobSettings, client: ShipBobClient) -> Iterator[Finding]:
    channels = {channel.id: channel for channel in client.channels()}
    ours = channels.get(settings.channel_id)
    if ours is None:
        says = f"The token does not reach channel {settings.channel_id}; it reaches: {_listed(map(str, channels))}"
        yield Finding(subject="channel", is_well=False, says=says)
        return
    may_write = WRITES in ours.scopes
    says = f"{ours.name or ours.id} may send orders" if may_write else f"{ours.name or ours.id} lacks {WRITES}"
    yield Finding(subject="channel", is_well=may_write, says=says)


def _methods(settings: ShipBobSettings, client: ShipBobClient) -> Iterator[Finding]:
    """ShipBob makes a method that it does not know, and ships it as Standard: nobody would notice."""
    known = {method.name.casefold() for method in client.shipping_methods() if method.active}
    wanted = dict.fromkeys([settings.shipping_method, *settings.shipping_methods.values()])
    missing = [method for method in wanted if method.casefold() not in known]
    says = "All configured shipping methods are mapped at ShipBob"
    if missing:
        says = f"Not in ShipBob's ship option mapping, so it would ship as Standard: {_listed(missing)}"
    yield Finding(subject="shipping methods", is_well=not missing, says=says)


def _centres(settings: ShipBobSettings, client: ShipBobClient) -> Iterator[Finding]:
    known = {centre.id: centre.name for centre in client.centres()}
    missing = [f"{name} ({place})" for name, place in settings.sites.items() if place not in known]
    says = f"ShipBob lists: {_listed(known.values())}"
    if missing:
        says = f"Configured and not listed by ShipBob: {_listed(missing)}"
    yield Finding(subject="fulfilment centres", is_well=not missing, says=says)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"
