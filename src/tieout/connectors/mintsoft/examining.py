"""What a Mintsoft account allows, asked by reading only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from tieout.connectors.mintsoft import compat
from tieout.connectors.mintsoft.client import MintsoftClient
from tieout.connectors.mintsoft.places import Places
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.mintsoft.times import moment
from tieout.connectors.mintsoft.wire import NamedShape, OrderShape, rows_as
from tieout.ports.accounts import AccountReport, Finding
from tieout.ports.errors import ConnectorError

Question = Callable[[MintsoftSettings, MintsoftClient, Places], Iterator[Finding]]
SLACK = timedelta(minutes=10)
"""By how much Mintsoft's clock may be ahead of ours."""


def examined(settings: MintsoftSettings, client: MintsoftClient, places: Places) -> AccountReport:
    """Everything worth saying of the account; a question that fails is a finding."""
    questions: dict[str, Question] = {
        "sign-in": _sign_in,
        "warehouses": _warehouses,
        "statuses": _statuses,
        "courier service": _courier,
        "country": _country,
        "times": _times,
        "webhooks": _webhooks,
    }
    findings: list[Finding] = []
    for subject, ask in questions.items():
        try:
            findings += ask(settings, client, places)
        except ConnectorError as failure:
            findings.append(Finding(subject=subject, is_well=False, says=str(failure)))
    return AccountReport(findings=tuple(findings))


def _sign_in(settings: MintsoftSettings, client: MintsoftClient, _: Places) -> Iterator[Finding]:
    client.check()
    how = "the key never ends" if settings.api_key.get_secret_value() else "signed in; the key is renewed every day"
    yield Finding(subject="sign-in", is_well=True, says=how)


def _warehouses(settings: MintsoftSettings, _: MintsoftClient, places: Places) -> Iterator[Finding]:
    listed = {row.id for row in places.listed_warehouses}
    missing = [f"{site} ({number})" for site, number in settings.warehouses.items() if number not in listed]
    if missing:
        says = f"Mintsoft does not list {', '.join(missing)}: correct the numbers under warehouses"
        yield Finding(subject="warehouses", is_well=False, says=says)
    elif not places.sites:
        yield Finding(subject="warehouses", is_well=False, says="Mintsoft lists no warehouse for this user")
    elif len(places.sites) > 1 and settings.default_site not in places.sites:
        says = f"there are {len(places.sites)} warehouses: requests must name a site, or set default_site"
        yield Finding(subject="warehouses", is_well=False, says=says)
    else:
        yield Finding(subject="warehouses", is_well=True, says=", ".join(sorted(places.sites)))


def _statuses(settings: MintsoftSettings, _: MintsoftClient, places: Places) -> Iterator[Finding]:
    strange = [
        f"{number} {word}"
        for number, word in sorted(places.listed_statuses.items())
        if number not in compat.STATUSES
        and number not in settings.compat.statuses
        and number not in settings.compat.despatched_statuses
    ]
    if strange:
        says = f"nobody knows what these mean: {', '.join(strange)}; say it under compat.statuses"
        yield Finding(subject="statuses", is_well=False, says=says)
    else:
        yield Finding(subject="statuses", is_well=True, says="every order status is known")


def _courier(settings: MintsoftSettings, client: MintsoftClient, _: Places) -> Iterator[Finding]:
    wanted = settings.courier_service
    if wanted == "AUTO":
        yield Finding(subject="courier service", is_well=True, says="Mintsoft's rules choose (AUTO)")
        return
    rows = rows_as(NamedShape, client.read("/api/Courier/Services"), "list of courier services")
    is_there = any(wanted in (str(row.id), row.name) for row in rows)
    says = f"{wanted} is there" if is_there else f"Mintsoft lists no courier service {wanted!r}"
    yield Finding(subject="courier service", is_well=is_there, says=says)


def _country(settings: MintsoftSettings, _: MintsoftClient, places: Places) -> Iterator[Finding]:
    places.country(settings.default_country)
    yield Finding(subject="country", is_well=True, says=f"{settings.default_country} is in Mintsoft's list")


def _times(settings: MintsoftSettings, client: MintsoftClient, _: Places) -> Iterator[Finding]:
    """A time zone that is too far west shows in times that lie ahead; one too far east cannot be told."""
    now = client.now()
    page = client.read("/api/Order/List", {"PageNo": "1", "Limit": str(settings.page_limit)})
    stamps = [row.updated for row in rows_as(OrderShape, page, "list of orders")]
    read = [moment(stamp, settings.zone) for stamp in stamps]
    ahead = [stamp for stamp, at in zip(stamps, read, strict=True) if at is not None and at > now + SLACK]
    if ahead:
        says = f"an order changed at {ahead[0]}, which lies ahead in {settings.time_zone}: correct time_zone"
        yield Finding(subject="times", is_well=False, says=says)
    else:
        yield Finding(subject="times", is_well=True, says=f"no order's time lies ahead in {settings.time_zone}")


def _webhooks(settings: MintsoftSettings, _: MintsoftClient, __: Places) -> Iterator[Finding]:
    says = (
        "each new order's webhooks are registered; without the right for it, orders are polled only"
        if settings.webhook_url
        else "none are registered: orders are polled"
    )
    yield Finding(subject="webhooks", is_well=True, says=says)
